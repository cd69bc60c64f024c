"""Endorsements as an admin reads them: each like with its product, page, moment, words and person."""

import json
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field, replace

import sqlalchemy as sa

from afterlike import prompts, tables
from afterlike.clock import DAY
from afterlike.collect import finding, marks
from afterlike.collect.matching import Filter
from afterlike.collect.turning import Page, Turn


@dataclass
class Endorsement:
    """One like in full. `said` is [(question, answer)]; `links` the public profiles of its endorser; `agreed` whether
    they agreed to personal letters."""

    id: int
    uuid: bytes
    state: str
    source: str
    liked_at: int
    pressed_at: int
    unliked_at: int | None
    page_url: str
    page_title: str | None
    referrer: str | None
    placement: str | None
    locale: str | None
    dwell_ms: int | None
    step_reason: str
    product_id: int
    product_key: str
    product_url: str
    title: str | None
    image: str | None
    price_minor: int | None
    currency: str | None
    visitor_id: int
    endorser_id: int | None
    first_seen_at: int
    said: list[tuple[str, str]] = field(default_factory=list)
    links: list[sa.Row] = field(default_factory=list)
    agreed: bool = False
    tags: list[str] = field(default_factory=list)

    @property
    def name(self) -> str:
        return self.title or self.product_key


def found(
    tx: sa.Connection, site_id: int, wanted: Filter, turn: Turn, *, locale: str
) -> tuple[list[Endorsement], Page, bool]:
    """A page of endorsements, newest first; where it stands in the list; whether what is old was looked through for it too."""
    looking = finding.looking(tx, site_id, wanted, locale=locale)
    page = looking.page(turn)
    return _in_full(tx, page.ids, locale), page, looking.thorough


def one(tx: sa.Connection, site_id: int, like_id: int, *, locale: str) -> Endorsement | None:
    """One endorsement of this site."""
    row = tx.execute(_asked().where(tables.likes.c.id == like_id, tables.likes.c.site_id == site_id)).first()
    return None if row is None else _filled(tx, [Endorsement(*row)], locale)[0]


def by_the_same(tx: sa.Connection, site_id: int, like: Endorsement, *, locale: str, most: int = 20) -> list[Endorsement]:
    """What else the same person liked here, newest first; what they like and what they took back have an index each."""
    likes, visitors = tables.likes.c, tables.visitors.c
    same = visitors.endorser_id == like.endorser_id if like.endorser_id else visitors.id == like.visitor_id
    theirs = sa.select(likes.id).where(likes.visitor_id.in_(sa.select(visitors.id).where(same, visitors.site_id == site_id)))
    ids = sa.union_all(theirs.where(likes.unliked_at.is_(None)), theirs.where(likes.unliked_at.is_not(None)))
    asked = _asked().where(likes.id.in_(ids), likes.id != like.id).order_by(likes.liked_at.desc()).limit(most)
    return _filled(tx, [Endorsement(*row) for row in tx.execute(asked)], locale)


def everything(tx: sa.Connection, site_id: int, wanted: Filter, *, locale: str) -> Iterator[Endorsement]:
    """All that match, newest first, a part at a time, so that an export of any size takes little memory."""
    for ids in finding.looking(tx, site_id, wanted, locale=locale).parts():
        for start in range(0, len(ids), finding.IN_PARTS):
            yield from _in_full(tx, ids[start : start + finding.IN_PARTS], locale)


def _in_full(tx: sa.Connection, like_ids: list[int], locale: str) -> list[Endorsement]:
    """In the order of the ids."""
    rows = {row.id: Endorsement(*row) for row in tx.execute(_asked().where(tables.likes.c.id.in_(like_ids)))}
    return _filled(tx, [rows[like_id] for like_id in like_ids], locale)


@dataclass(frozen=True)
class Chosen:
    """Likes that an admin ticked, or all that match and had arrived when they looked: `upto` is the newest of those."""

    site_id: int
    locale: str
    ids: tuple[int, ...] = ()
    wanted: Filter = Filter()
    upto: int = 0


def whose(tx: sa.Connection, chosen: Chosen) -> sa.Select:
    """`person` and `likes` of whoever the chosen likes are of: an endorser's id, or minus a browser's; nobody who is erased."""
    likes, visitors = tables.likes.c, tables.visitors.c
    where = [likes.site_id == chosen.site_id, likes.id.in_(chosen.ids)] if chosen.ids else [
        *finding.looking(tx, chosen.site_id, chosen.wanted, locale=chosen.locale).where(), likes.id <= chosen.upto,
    ]
    person = sa.func.coalesce(visitors.endorser_id, -visitors.id).label("person")
    asked = sa.select(person, sa.func.count().label("likes")).join_from(tables.likes, tables.visitors)
    return asked.where(*where, visitors.erased_at.is_(None)).group_by(person)


def newest(tx: sa.Connection) -> int:
    """The number of the like that arrived last, here or elsewhere: what arrives later has a greater one."""
    return tx.scalar(sa.select(sa.func.coalesce(sa.func.max(tables.likes.c.id), 0)))


def liked_products(tx: sa.Connection, site_id: int, most: int = 200) -> list[sa.Row]:
    """(id, name) of the products that were liked, most liked first; for the filter."""
    products, counts = tables.products.c, tables.like_counts.c
    return tx.execute(
        sa.select(products.id, sa.func.coalesce(tables.product_showings.c.title, products.key).label("name"))
        .join_from(tables.products, tables.like_counts)
        .join(tables.product_showings, tables.product_showings.c.id == products.shown_id, isouter=True)
        .where(products.site_id == site_id)
        .order_by(counts.counted.desc(), products.id)
        .limit(most)
    ).all()


def last_days(tx: sa.Connection, site_id: int, now: int, days: int = 30) -> dict[str, tuple[int, int]]:
    """kind -> (count in the last `days` days, count in as many days before); from the tallies, seconds behind."""
    tallies, today = tables.tallies.c, now // DAY
    recent = sa.func.sum(sa.case((tallies.day > today - days, tallies.count), else_=0))
    before = sa.func.sum(sa.case((tallies.day <= today - days, tallies.count), else_=0))
    rows = tx.execute(
        sa.select(tallies.kind, recent, before)
        .where(tallies.site_id == site_id, tallies.day > today - 2 * days)
        .group_by(tallies.kind)
    )
    return {kind: (int(one), int(other)) for kind, one, other in rows}


def tallied(tx: sa.Connection, site_ids: Collection[int]) -> dict[int, dict[str, int]]:
    """site id -> state -> how many likes."""
    likes, found = tables.likes.c, {}
    asked = sa.select(likes.site_id, likes.state, sa.func.count()).where(likes.site_id.in_(list(site_ids)))
    for site_id, state, count in tx.execute(asked.group_by(likes.site_id, likes.state)):
        found.setdefault(site_id, {})[state] = count
    return found


def refused(tx: sa.Connection, site_id: int, now: int, days: int = 30) -> list[sa.Row]:
    """(call, reason, count, last day) of what was refused in the last days, most first."""
    drops = tables.drops.c
    total = sa.func.sum(drops.count)
    return tx.execute(
        sa.select(drops.call, drops.reason, total.label("total"), sa.func.max(drops.day).label("last_day"))
        .where(drops.site_id == site_id, drops.day > now // DAY - days)
        .group_by(drops.call, drops.reason)
        .order_by(total.desc(), drops.call, drops.reason)
    ).all()


def _joined() -> sa.FromClause:
    likes = tables.likes.c
    return (
        tables.likes.join(tables.products, likes.product_id == tables.products.c.id)
        .join(tables.visitors, likes.visitor_id == tables.visitors.c.id)
        .outerjoin(tables.product_showings, likes.shown_id == tables.product_showings.c.id)
    )


def _asked() -> sa.Select:
    likes, products, shown, visitors = tables.likes.c, tables.products.c, tables.product_showings.c, tables.visitors.c
    return sa.select(
        likes.id, likes.uuid, likes.state, likes.source, likes.liked_at, likes.pressed_at, likes.unliked_at, likes.page_url,
        likes.page_title, likes.referrer, likes.placement, likes.locale, likes.dwell_ms, likes.step_reason,
        products.id, products.key, products.url, shown.title, shown.image, shown.price_minor, shown.currency,
        visitors.id, visitors.endorser_id, visitors.first_seen_at,
    ).select_from(_joined())


def _filled(tx: sa.Connection, rows: list[Endorsement], locale: str) -> list[Endorsement]:
    """With words, profiles, consent and tags, in four questions however many rows there are."""
    said, tags = _said(tx, [row.id for row in rows], locale), marks.tags_on(tx, [row.id for row in rows])
    people = sorted({row.endorser_id for row in rows if row.endorser_id})
    links, agreed = _links(tx, people), _agreed(tx, people)
    return [
        replace(row, said=said.get(row.id, []), links=links.get(row.endorser_id, []), agreed=row.endorser_id in agreed,
                tags=tags.get(row.id, []))
        for row in rows
    ]


def _said(tx: sa.Connection, like_ids: list[int], locale: str) -> dict[int, list[tuple[str, str]]]:
    answers = tables.answers.c
    rows = tx.execute(
        sa.select(answers.like_id, answers.prompt_version_id, answers.said)
        .where(answers.like_id.in_(like_ids))
        .order_by(answers.answered_at)
    ).all()
    asked = prompts.versions(tx, {row.prompt_version_id for row in rows})
    found: dict[int, list] = {}
    for row in rows:
        pairs = prompts.said(asked[row.prompt_version_id].flow, json.loads(row.said), locale)
        found.setdefault(row.like_id, []).extend(pairs)
    return found


def _links(tx: sa.Connection, endorser_ids: list[int]) -> dict[int, list[sa.Row]]:
    links = tables.profile_links.c
    rows = tx.execute(
        sa.select(tables.profile_links).where(links.endorser_id.in_(endorser_ids)).order_by(links.claimed_at.desc())
    )
    found: dict[int, list] = {}
    for row in rows:
        found.setdefault(row.endorser_id, []).append(row)
    return found


def _agreed(tx: sa.Connection, endorser_ids: list[int]) -> set[int]:
    """Who agreed to personal letters; whether one may be sent now, the gate says when it is written."""
    consents = tables.consents.c
    live = (consents.channel == "email") & (consents.purpose == "follow_up") & consents.withdrawn_at.is_(None)
    return set(tx.scalars(sa.select(consents.endorser_id).where(consents.endorser_id.in_(endorser_ids), live)))
