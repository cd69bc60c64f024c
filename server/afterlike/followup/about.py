"""Whom a letter would go to, as an admin sees them before writing: the like, the words, the profiles, the consent."""

import json
from dataclasses import dataclass

import sqlalchemy as sa

from afterlike import endorsers, prompts, tables


@dataclass(frozen=True, slots=True)
class About:
    """Who likes this, and why they may be written to, or why not. `said` is [(question, answer)]; never an address."""

    like_id: int
    endorser_id: int | None
    state: str
    liked_at: int
    product: str
    product_url: str
    image: str | None
    said: list[tuple[str, str]]
    links: list[sa.Row]
    consent: endorsers.Consent | None
    reason: str  # of may_contact

    @property
    def may(self) -> bool:
        return self.reason == "ok"

    @property
    def why_not(self) -> str:
        return endorsers.VERDICTS[self.reason]

    @property
    def name(self) -> str:
        """What they call themselves in public; empty where they do not."""
        return next((link.name for link in self.links if link.name), "")


def about(tx: sa.Connection, site_id: int, like_id: int, *, locale: str, now: int) -> About | None:
    """Who likes this on this site."""
    likes, shown, visitors = tables.likes.c, tables.product_showings.c, tables.visitors.c
    row = tx.execute(
        sa.select(
            likes.id, visitors.endorser_id, likes.state, likes.liked_at,
            sa.func.coalesce(shown.title, tables.products.c.key), tables.products.c.url, shown.image,
        )
        .join_from(tables.likes, tables.products, likes.product_id == tables.products.c.id)
        .join(tables.visitors, likes.visitor_id == visitors.id)
        .join(tables.product_showings, likes.shown_id == shown.id, isouter=True)
        .where(likes.id == like_id, likes.site_id == site_id)
    ).first()
    if row is None:
        return None
    return About(*row, _said(tx, like_id, locale), *_person(tx, row.endorser_id, now))


def _said(tx: sa.Connection, like_id: int, locale: str) -> list[tuple[str, str]]:
    answers = tables.answers.c
    rows = tx.execute(
        sa.select(answers.prompt_version_id, answers.said).where(answers.like_id == like_id).order_by(answers.answered_at)
    ).all()
    asked = prompts.versions(tx, {row.prompt_version_id for row in rows})
    return [
        pair for row in rows for pair in prompts.said(asked[row.prompt_version_id].flow, json.loads(row.said), locale)
    ]


def _person(tx: sa.Connection, endorser_id: int | None, now: int) -> tuple:
    """Profiles, the consent to be written to, and what the gate says."""
    if endorser_id is None:
        return [], None, "no_address"
    links = tables.profile_links.c
    left = tx.execute(
        sa.select(tables.profile_links).where(links.endorser_id == endorser_id).order_by(links.claimed_at.desc())
    ).all()
    verdict = endorsers.may_contact(tx, endorser_id, "email", "follow_up", now=now)
    return left, consent_of(tx, endorser_id), verdict.reason


def consent_of(tx: sa.Connection, endorser_id: int) -> endorsers.Consent | None:
    """What they agreed to when they agreed to be written to, if they still do."""
    given = (one for one in endorsers.consents_of(tx, endorser_id) if one.purpose == "follow_up" and one.withdrawn_at is None)
    return next(given, None)
