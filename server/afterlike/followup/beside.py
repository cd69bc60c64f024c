"""Who somebody is, beside what they write: likes, answers, profiles, visits, orders, what came back. Never an address."""

import json
from dataclasses import dataclass

import sqlalchemy as sa

from afterlike import endorsers, prompts, tables
from afterlike.followup.about import consent_of

MOST = 5  # of each, the newest


@dataclass(frozen=True, slots=True)
class Beside:
    """`said` is [(question, answer)] of their newest answers; `orders` and `likes` are the newest, with how many there are."""

    likes: list[sa.Row]
    liked: int
    said: list[tuple[str, str]]
    links: list[sa.Row]
    consent: endorsers.Consent | None
    visits: int
    last_visit_at: int | None
    orders: list[sa.Row]
    ordered: int
    returns: list[sa.Row]


def beside(tx: sa.Connection, site_id: int, endorser_id: int, locale: str) -> Beside:
    """What stands beside the conversation with this person of this site."""
    visitor_ids = endorsers.visitors_of(tx, site_id, endorser_id)
    likes, orders, visits = tables.likes.c, tables.orders.c, tables.visits.c
    theirs = (likes.visitor_id.in_(visitor_ids)) & likes.unliked_at.is_(None)
    bought = orders.visitor_id.in_(visitor_ids)
    seen, last = tx.execute(
        sa.select(sa.func.count(), sa.func.max(visits.visited_at)).where(visits.visitor_id.in_(visitor_ids))
    ).one()
    return Beside(
        _likes(tx, theirs), tx.scalar(sa.select(sa.func.count()).select_from(tables.likes).where(theirs)),
        _said(tx, visitor_ids, locale), _links(tx, endorser_id), consent_of(tx, endorser_id), seen, last, _orders(tx, bought),
        tx.scalar(sa.select(sa.func.count()).select_from(tables.orders).where(bought)),
        endorsers.returns_of(tx, endorser_id)[:MOST],
    )


def _likes(tx: sa.Connection, theirs: sa.ColumnElement[bool]) -> list[sa.Row]:
    likes, shown, products = tables.likes.c, tables.product_showings.c, tables.products.c
    return tx.execute(
        sa.select(likes.id, likes.liked_at, sa.func.coalesce(shown.title, products.key).label("product"), shown.image)
        .join_from(tables.likes, tables.products, products.id == likes.product_id)
        .join(tables.product_showings, shown.id == likes.shown_id, isouter=True)
        .where(theirs).order_by(likes.liked_at.desc(), likes.id.desc()).limit(MOST)
    ).all()


def _said(tx: sa.Connection, visitor_ids: list[int], locale: str) -> list[tuple[str, str]]:
    answers = tables.answers.c
    asked = sa.select(answers.prompt_version_id, answers.said).where(answers.visitor_id.in_(visitor_ids))
    rows = tx.execute(asked.order_by(answers.id.desc()).limit(MOST)).all()
    flows = prompts.versions(tx, {row.prompt_version_id for row in rows})
    return [
        pair for row in rows for pair in prompts.said(flows[row.prompt_version_id].flow, json.loads(row.said), locale)
    ][:MOST]


def _links(tx: sa.Connection, endorser_id: int) -> list[sa.Row]:
    links = tables.profile_links
    asked = sa.select(links).where(links.c.endorser_id == endorser_id)
    return tx.execute(asked.order_by(links.c.claimed_at.desc(), links.c.id.desc())).all()


def _orders(tx: sa.Connection, bought: sa.ColumnElement[bool]) -> list[sa.Row]:
    orders = tables.orders.c
    asked = sa.select(orders.order_id, orders.total_minor, orders.currency, orders.ordered_at).where(bought)
    return tx.execute(asked.order_by(orders.ordered_at.desc()).limit(MOST)).all()
