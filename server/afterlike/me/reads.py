"""What somebody left on one site, as they read it on their own page. Asks by endorser and site, so nobody else's is in it."""

import json
from dataclasses import dataclass

import sqlalchemy as sa

from afterlike import prompts, tables
from afterlike.collect.likes import Takeback
from afterlike.endorsers import Person

AT_A_GLANCE = 6  # of a list, on the overview
PER_PAGE = 50
MOST_NEWS = 30
SOLD_OUT = ("out_of_stock", "discontinued")
THERE = ("in_stock", "limited")


@dataclass(frozen=True, slots=True)
class Given:
    """The answers to one flow, word for word as they were asked."""

    title: str
    answered_at: int
    pairs: list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class News:
    """Something changed on a product: cheaper, dearer or back; prices in minor units."""

    what: str
    title: str
    url: str
    image: str | None
    at: int
    before: int | None = None
    after: int | None = None
    currency: str | None = None


def _mine(person: Person) -> sa.ColumnElement[bool]:
    """Likes of the browsers that are this person's, on the person's site."""
    return (tables.visitors.c.endorser_id == person.id) & (tables.likes.c.site_id == person.site_id)


def _joined() -> sa.FromClause:
    likes, products, shown = tables.likes.c, tables.products, tables.product_showings
    return (
        tables.likes.join(tables.visitors, likes.visitor_id == tables.visitors.c.id)
        .join(products, likes.product_id == products.c.id)
        .outerjoin(shown, likes.shown_id == shown.c.id)
    )


def likes_of(tx: sa.Connection, person: Person, *, page: int = 1, most: int = PER_PAGE) -> tuple[list[sa.Row], int]:
    """The live likes, newest first, and how many there are in all."""
    likes, products, shown = tables.likes.c, tables.products.c, tables.product_showings.c
    live = _mine(person) & likes.unliked_at.is_(None)
    total = tx.scalar(sa.select(sa.func.count()).select_from(_joined()).where(live))
    asked = (
        sa.select(likes.id, likes.uuid, likes.liked_at, products.key, products.url, shown.title, shown.image, shown.price_minor,
                  shown.currency)
        .select_from(_joined())
        .where(live)
        .order_by(likes.liked_at.desc(), likes.id.desc())
    )
    return tx.execute(asked.limit(most).offset((page - 1) * most)).all(), total


def takeback(tx: sa.Connection, person: Person, uuid: bytes, at: int) -> Takeback | None:
    """What takes this like back, if it is theirs."""
    visitor = tx.scalar(
        sa.select(tables.visitors.c.hash).select_from(_joined()).where(_mine(person), tables.likes.c.uuid == uuid)
    )
    return visitor and Takeback(person.site_id, uuid, bytes(visitor), at)


def answers_of(tx: sa.Connection, person: Person, *, most: int) -> tuple[list[Given], int]:
    """What they answered, newest first, and how many times in all."""
    answers, products, shown = tables.answers.c, tables.products.c, tables.product_showings.c
    where, joined = _mine(person), _joined().join(tables.answers, answers.like_id == tables.likes.c.id)
    total = tx.scalar(sa.select(sa.func.count()).select_from(joined).where(where))
    rows = tx.execute(
        sa.select(answers.said, answers.answered_at, answers.prompt_version_id, sa.func.coalesce(shown.title, products.key))
        .select_from(joined)
        .where(where)
        .order_by(answers.answered_at.desc(), answers.id.desc())
        .limit(most)
    ).all()
    asked = prompts.versions(tx, {row.prompt_version_id for row in rows})
    return [
        Given(title, at, prompts.said(asked[version].flow, json.loads(said), person.locale)) for said, at, version, title in rows
    ], total


def profiles_of(tx: sa.Connection, person: Person) -> list[sa.Row]:
    links = tables.profile_links
    own = (links.c.endorser_id == person.id) & (links.c.site_id == person.site_id)
    return tx.execute(sa.select(links).where(own).order_by(links.c.claimed_at, links.c.id)).all()


def profile_of(tx: sa.Connection, person: Person, number: int) -> sa.Row | None:
    """One of them, if it is theirs."""
    return next((link for link in profiles_of(tx, person) if link.id == number), None)


def news_of(tx: sa.Connection, person: Person, *, most: int = MOST_NEWS) -> list[News]:
    """What changed on the products they like since they liked them, newest first."""
    likes, products, shown = tables.likes.c, tables.products.c, tables.product_showings
    since = (
        sa.select(likes.product_id, products.url, sa.func.min(likes.shown_id).label("first_id"))
        .select_from(_joined())
        .where(_mine(person), likes.unliked_at.is_(None))
        .group_by(likes.product_id, products.url)
        .subquery()
    )
    rows = tx.execute(
        sa.select(shown, since.c.url)
        .join_from(shown, since, shown.c.product_id == since.c.product_id)
        .where(shown.c.id >= sa.func.coalesce(since.c.first_id, 0))
        .order_by(shown.c.product_id, shown.c.id)
    ).all()
    told = [news for before, after in zip(rows, rows[1:], strict=False) for news in _changes(before, after)]
    return sorted(told, key=lambda one: one.at, reverse=True)[:most]


def _changes(before: sa.Row, after: sa.Row) -> list[News]:
    if before.product_id != after.product_id:
        return []
    about = (after.title or after.url, after.url, after.image, after.shown_at)
    told = []
    prices = (before.price_minor, after.price_minor)
    if None not in prices and before.currency == after.currency and prices[0] != prices[1]:
        told.append(News("cheaper" if prices[1] < prices[0] else "dearer", *about, *prices, after.currency))
    if before.availability in SOLD_OUT and after.availability in THERE:
        told.append(News("back", *about))
    return told
