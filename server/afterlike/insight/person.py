"""One person: everything that happened between them and the site, on one line of time."""

import json
from dataclasses import dataclass, field

import sqlalchemy as sa

from afterlike import endorsers, prompts, purposes, sites, tables
from afterlike.insight import people
from afterlike.words import marked, text

MOST = 200  # of each kind, the newest
CLOSED = {f'{{"state": "{state}"}}': state for state in ("bounced", "complained")}  # a note of the ledger -> what it tells of


@dataclass(slots=True)
class Event:
    """One moment of the story. `kind` says how it is shown, `facts` what of."""

    at: int
    kind: str
    facts: dict = field(default_factory=dict)


def here(tx: sa.Connection, site_id: int, endorser_id: int) -> bool:
    """Whether this person is of this site, and anything is left of them."""
    known, visitors, channels = tables.endorsers.c, tables.visitors.c, tables.channels.c
    left = sa.exists().where(visitors.endorser_id == known.id) | sa.exists().where(channels.endorser_id == known.id)
    return tx.scalar(sa.select(known.id).where(known.id == endorser_id, known.site_id == site_id, left)) is not None


def line(tx: sa.Connection, endorser_id: int) -> people.One:
    """What the list says of them, even before they are added up."""
    sums = tables.people_sums.c
    row = tx.execute(
        sa.select(sums.person, sums.likes, sums.held, sums.rejected, sums.answered, sums.confirmed, sums.returned, sums.bought,
                  sa.func.coalesce(sums.last_at, 0)).where(sums.person == endorser_id)
    ).first()
    return people.filled(tx, [people.One(*row) if row else people.One(endorser_id, 0, 0, 0, 0, 0, None, 0, 0)])[0]


def story(tx: sa.Connection, site_id: int, endorser_id: int, locale: str) -> list[Event]:
    """Newest first."""
    visitor_ids = endorsers.visitors_of(tx, site_id, endorser_id)
    told = [
        *_likes(tx, visitor_ids), *_answers(tx, visitor_ids, locale), *_visits(tx, visitor_ids), *_orders(tx, visitor_ids),
        *_ledger(tx, site_id, endorser_id, locale), *_letters(tx, endorser_id), *_profiles(tx, endorser_id),
        *(Event(one.wrote_at, "outside", one._asdict()) for one in endorsers.outside_of(tx, endorser_id)),
    ]
    return sorted(told, key=lambda event: event.at, reverse=True)


def _likes(tx: sa.Connection, visitor_ids: list[int]) -> list[Event]:
    likes, products, shown = tables.likes.c, tables.products.c, tables.product_showings.c
    asked = (
        sa.select(likes.id, likes.state, likes.source, likes.liked_at, likes.unliked_at, likes.page_url, likes.product_id,
                  sa.func.coalesce(shown.title, products.key).label("product"), shown.image)
        .join_from(tables.likes, tables.products, products.id == likes.product_id)
        .join(tables.product_showings, shown.id == likes.shown_id, isouter=True)
        .where(likes.visitor_id.in_(visitor_ids)).order_by(likes.liked_at.desc(), likes.id.desc()).limit(MOST)
    )
    rows = [row for where in (likes.unliked_at.is_(None), likes.unliked_at.is_not(None))  # each has an index of its own
            for row in tx.execute(asked.where(where)).mappings()]
    back = [Event(row["unliked_at"], "unliked", dict(row)) for row in rows if row["unliked_at"]]
    return [Event(row["liked_at"], "liked", dict(row)) for row in rows] + back


def _answers(tx: sa.Connection, visitor_ids: list[int], locale: str) -> list[Event]:
    answers, likes, products, shown = tables.answers.c, tables.likes.c, tables.products.c, tables.product_showings.c
    rows = tx.execute(
        sa.select(answers.said, answers.done, answers.answered_at, answers.prompt_version_id, answers.like_id,
                  sa.func.coalesce(shown.title, products.key).label("product"))
        .join_from(tables.answers, tables.likes, likes.id == answers.like_id)
        .join(tables.products, products.id == likes.product_id)
        .join(tables.product_showings, shown.id == likes.shown_id, isouter=True)
        .where(answers.visitor_id.in_(visitor_ids)).order_by(answers.id.desc()).limit(MOST)
    ).all()
    asked = prompts.versions(tx, {row.prompt_version_id for row in rows})
    return [
        Event(row.answered_at, "answered", {
            "said": prompts.said(asked[row.prompt_version_id].flow, json.loads(row.said), locale), "done": row.done,
            "product": row.product, "like_id": row.like_id}) for row in rows
    ]


def _visits(tx: sa.Connection, visitor_ids: list[int]) -> list[Event]:
    visits = tables.visits.c
    asked = sa.select(visits.visited_at, visits.page_url).where(visits.visitor_id.in_(visitor_ids))
    rows = tx.execute(asked.order_by(visits.visited_at.desc()).limit(MOST))
    return [Event(at, "returned", {"page_url": url}) for at, url in rows]


def _orders(tx: sa.Connection, visitor_ids: list[int]) -> list[Event]:
    orders = tables.orders.c
    asked = sa.select(orders.ordered_at, orders.order_id, orders.total_minor, orders.currency, orders.coupon)
    rows = tx.execute(asked.where(orders.visitor_id.in_(visitor_ids)).order_by(orders.ordered_at.desc()).limit(MOST)).mappings()
    return [Event(row["ordered_at"], "purchased", dict(row)) for row in rows]


def _ledger(tx: sa.Connection, site_id: int, endorser_id: int, locale: str) -> list[Event]:
    """Consent as the ledger has it: with the version and the very words that stood beside the box."""
    return [
        Event(row.occurred_at, CLOSED.get(row.note, row.action) if row.method == "system" else row.action, {
            "purpose": purposes.name_of(row.purpose, locale) if row.purpose in purposes.PURPOSES else "", "words": row.words,
            "version": row.text_version, "locale": row.text_locale, "method": row.method, "page": row.page_path,
            "by_admin": row.actor.startswith("admin:")}) for row in endorsers.ledger_of(tx, site_id, endorser_id)[-MOST:]
    ]


def _letters(tx: sa.Connection, endorser_id: int) -> list[Event]:
    talks, messages, admins = tables.conversations.c, tables.messages.c, tables.admins.c
    rows = tx.execute(
        sa.select(messages.author, messages.words, messages.said_at, messages.unsent, messages.conversation_id,
                  admins.email.label("by"))
        .join_from(tables.messages, tables.conversations, talks.id == messages.conversation_id)
        .join(tables.admins, admins.id == messages.admin_id, isouter=True)
        .where(talks.endorser_id == endorser_id).order_by(messages.id.desc()).limit(MOST)
    ).mappings()
    return [Event(row["said_at"], "wrote" if row["author"] == "admin" else "replied", dict(row)) for row in rows]


def _profiles(tx: sa.Connection, endorser_id: int) -> list[Event]:
    links = links_of(tx, endorser_id)
    left = [Event(link.claimed_at, "linked", {"link": link}) for link in links]
    return left + [Event(link.proven_at, "proven", {"link": link}) for link in links if link.proven_at]


def links_of(tx: sa.Connection, endorser_id: int) -> list[sa.Row]:
    """Public profiles with their proof, newest first."""
    links = tables.profile_links
    asked = sa.select(links).where(links.c.endorser_id == endorser_id)
    return tx.execute(asked.order_by(links.c.claimed_at.desc(), links.c.id.desc())).all()


def shared(tx: sa.Connection, endorser_id: int) -> tuple[int, int]:
    """How many links of their own lead somewhere now, and how often those were opened."""
    shares, opens = tables.shares.c, tables.share_opens.c
    asked = sa.select(sa.func.count(sa.distinct(shares.id)), sa.func.coalesce(sa.func.sum(opens.count), 0))
    found = tx.execute(asked.join_from(tables.shares, tables.share_opens, opens.share_id == shares.id, isouter=True)
                       .where(shares.endorser_id == endorser_id, shares.ended_at.is_(None))).one()
    return found[0], int(found[1])


def message(tx: sa.Connection, site: sites.Site, endorser_id: int, name: str | None) -> str:
    """What may be pasted into a message on another network, in the person's language."""
    channels, likes, visitors = tables.channels.c, tables.likes.c, tables.visitors.c
    mine = sa.select(channels.locale).where(channels.endorser_id == endorser_id)
    spoken = tx.scalar(mine.order_by(channels.id.desc()).limit(1))
    liked = (
        sa.select(sa.func.coalesce(tables.product_showings.c.title, tables.products.c.key), likes.locale)
        .join_from(tables.likes, tables.visitors, visitors.id == likes.visitor_id)
        .join(tables.products, tables.products.c.id == likes.product_id)
        .join(tables.product_showings, tables.product_showings.c.id == likes.shown_id, isouter=True)
        .where(visitors.endorser_id == endorser_id, likes.unliked_at.is_(None)).order_by(likes.id.desc()).limit(1)
    )
    product, pressed_in = tx.execute(liked).first() or ("…", None)
    sentence = text(HELLO_NAME if name else HELLO, spoken or pressed_in or site.locale)
    return sentence.format(name=name, product=product, site=site.name)


HELLO_NAME = marked("Hello {name}! You liked {product} at {site}, thank you. May we ask what you like about it?")
HELLO = marked("Hello! You liked {product} at {site}, thank you. May we ask what you like about it?")


def verdicts(tx: sa.Connection, endorser_id: int, now: int) -> list[tuple[str, str]]:
    """(purpose, why they may or may not be written to), for the two that are written most."""
    asked = ("follow_up", "news")
    return [(purpose, endorsers.may_contact(tx, endorser_id, "email", purpose, now=now).reason) for purpose in asked]


def newest_like(tx: sa.Connection, endorser_id: int) -> int | None:
    """The like that a letter to them would be about."""
    likes, visitors = tables.likes.c, tables.visitors.c
    asked = sa.select(sa.func.max(likes.id)).join_from(tables.likes, tables.visitors, likes.visitor_id == visitors.id)
    return tx.scalar(asked.where(visitors.endorser_id == endorser_id, likes.unliked_at.is_(None)))
