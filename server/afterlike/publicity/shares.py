"""Links that endorsers share: made on their own page, credited from what pages of the shop send anyway, shown as counts.

The parameter is one of those that only say where a visitor came from (addresses.TRACKING), so widget and collector take it
out of a product's address already: the product stays the same. It stays in the page's address of a like and of a return.
"""

import re
import secrets
from collections import Counter
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

import sqlalchemy as sa

from afterlike import db, journal, tables
from afterlike.clock import DAY
from afterlike.errors import NotFound, Refused
from afterlike.honest import Rate

PARAMETER = "utm_afterlike"
CODE = re.compile(r"[a-z2-9]{10}")
SIGNS = "abcdefghijkmnopqrstuvwxyz23456789"
LASTS = 30 * DAY  # an order within that time after a like or return by the link is credited to it
MOST = 200  # links of one person
TOLD_FROM = 3  # orders of fewer are not told to the person: of a link that one friend got, they would be that friend's
PER_PAGE = 25

_shares, _credits = tables.shares, tables.share_credits


@dataclass(frozen=True, slots=True)
class Share:
    """A link and what came of it, its owner's own browsers left out."""

    id: int
    endorser_id: int
    product_id: int
    product: str
    product_url: str
    code: str
    made_at: int
    ended_at: int | None
    people: int = 0
    visits: int = 0  # people who came back by it
    likes: int = 0  # that count
    orders: int = 0
    buyers: int = 0
    opened: int = 0  # once a network and day, whoever it was

    @property
    def bought(self) -> Rate:
        return Rate(self.buyers, self.people)


def make(tx: sa.Connection, items: list[tuple[int, int, bytes, int]]) -> list[str]:
    """For each (site id, endorser id, a like's uuid, now): the code of their link to what they like, the same while it lasts.

    Raises NotFound where it is not theirs, or is taken back.
    """
    return [_make(tx, *item) for item in items]


def _make(tx: sa.Connection, site_id: int, endorser_id: int, like: bytes, at: int) -> str:
    likes, visitors = tables.likes.c, tables.visitors.c
    product_id = tx.scalar(
        sa.select(likes.product_id).join_from(tables.likes, tables.visitors, visitors.id == likes.visitor_id)
        .where(likes.uuid == like, likes.site_id == site_id, visitors.endorser_id == endorser_id, likes.unliked_at.is_(None))
    )
    if product_id is None:
        raise NotFound()
    mine = _shares.c.endorser_id == endorser_id
    known = tx.execute(sa.select(_shares).where(mine, _shares.c.product_id == product_id).with_for_update()).first()
    if known is not None and known.ended_at is None:
        return known.code
    if known is None and tx.scalar(sa.select(sa.func.count()).select_from(_shares).where(mine)) >= MOST:
        raise Refused(reason="many_links")
    code = "".join(secrets.choice(SIGNS) for _ in range(10))
    fresh = {"code": code, "made_at": at, "ended_at": None}
    row = {"site_id": site_id, "endorser_id": endorser_id, "product_id": product_id} | fresh
    adding = db.insert(tx, _shares).values(row)
    tx.execute(adding.on_conflict_do_update(index_elements=["endorser_id", "product_id"], set_=fresh))
    return code


def end(tx: sa.Connection, items: list[tuple[int, int, int]]) -> list[bool]:
    """For each (endorser id, share id, now): the link leads nowhere any more; whether it was theirs."""
    return [
        tx.execute(sa.update(_shares).where(_shares.c.id == share_id, _shares.c.endorser_id == endorser_id,
                                            _shares.c.ended_at.is_(None)).values(ended_at=at)).rowcount == 1
        for endorser_id, share_id, at in items
    ]


def target(tx: sa.Connection, code: str) -> str | None:
    """Where a link leads: the product's page, with the parameter."""
    if not CODE.fullmatch(code):
        return None
    url = tx.scalar(
        sa.select(tables.products.c.url).join_from(_shares, tables.products, tables.products.c.id == _shares.c.product_id)
        .where(_shares.c.code == code, _shares.c.ended_at.is_(None))
    )
    return url and f"{url}{'&' if '?' in url else '?'}{PARAMETER}={code}"


def count_opens(tx: sa.Connection, items: list[Counter[tuple[str, int]]]) -> list[None]:
    """How often each (code, day) was opened is added up. Nothing is kept of who did."""
    opens = tables.share_opens
    for (code, day), n in sorted(sum(items, Counter()).items()):
        share_id = tx.scalar(sa.select(_shares.c.id).where(_shares.c.code == code, _shares.c.ended_at.is_(None)))
        if share_id:
            adding = db.insert(tx, opens).values(share_id=share_id, day=day, count=n)
            tx.execute(adding.on_conflict_do_update(
                index_elements=["share_id", "day"], set_={"count": opens.c.count + adding.excluded.count}))
    return [None] * len(items)


# --- what came of it ------------------------------------------------------------------------------------------------

def credit(database: db.Database) -> int:
    """Reads the journal on, and notes likes, returns and orders that a link brought; how many rows it read."""
    return journal.follow(database, "shares", _fold)


def _fold(tx: sa.Connection, unread: sa.Select) -> None:
    rows = [row for row in tx.execute(unread) if row.kind in ("liked", "returned", "purchased") and row.visitor_id]
    pages = _pages(tx, tables.likes, [row.like_id for row in rows if row.kind == "liked"], "liked")
    pages |= _pages(tx, tables.visits, [row.about_id for row in rows if row.kind == "returned"], "returned")
    for row in rows:
        if row.kind == "purchased":
            _credit_order(tx, row)
            continue
        about = row.like_id if row.kind == "liked" else row.about_id
        code = code_of(pages.get((row.kind, about), ""))
        share_id = code and tx.scalar(sa.select(_shares.c.id).where(
            _shares.c.code == code, _shares.c.site_id == row.site_id, _shares.c.ended_at.is_(None)))
        if share_id:
            _keep(tx, share_id, "liked" if row.kind == "liked" else "visited", about, row)


def _pages(tx: sa.Connection, table: sa.Table, ids: list[int], kind: str) -> dict[tuple[str, int], str]:
    asked = sa.select(table.c.id, table.c.page_url).where(table.c.id.in_(ids), table.c.page_url.contains(f"{PARAMETER}="))
    return {(kind, row.id): row.page_url for row in tx.execute(asked)} if ids else {}


def code_of(page_url: str) -> str | None:
    """The code in the address of a page."""
    try:
        found = parse_qs(urlsplit(page_url).query).get(PARAMETER, [""])[-1]
    except ValueError:
        return None
    return found if CODE.fullmatch(found) else None


def _credit_order(tx: sa.Connection, row: sa.Row) -> None:
    """To the link by which they came last."""
    share_id = tx.scalar(
        sa.select(_credits.c.share_id).join_from(_credits, _shares, _shares.c.id == _credits.c.share_id)
        .where(_credits.c.visitor_id == row.visitor_id, _credits.c.kind != "bought", _shares.c.site_id == row.site_id,
               _credits.c.at > row.at - LASTS, _credits.c.at <= row.at)
        .order_by(_credits.c.at.desc(), _credits.c.about_id.desc()).limit(1)
    )
    if share_id:
        _keep(tx, share_id, "bought", row.about_id, row)


def _keep(tx: sa.Connection, share_id: int, kind: str, about_id: int, row: sa.Row) -> None:
    kept = {"share_id": share_id, "kind": kind, "about_id": about_id, "visitor_id": row.visitor_id, "at": row.at}
    tx.execute(db.insert(tx, _credits).values(kept).on_conflict_do_nothing())


# --- reading --------------------------------------------------------------------------------------------------------

def of_person(tx: sa.Connection, endorser_id: int) -> list[Share]:
    """Somebody's links that lead somewhere, the newest first."""
    return _read(tx, _ASKED.where(_shares.c.endorser_id == endorser_id, _shares.c.ended_at.is_(None)))


def of_site(tx: sa.Connection, site_id: int, *, who: int | None, page: int) -> tuple[list[Share], int]:
    """All links of a site, or of one person there, a page at a time; and how many there are."""
    where = (_shares.c.site_id == site_id) & (sa.true() if who is None else _shares.c.endorser_id == who)
    total = tx.scalar(sa.select(sa.func.count()).select_from(_shares).where(where))
    return _read(tx, _ASKED.where(where).limit(PER_PAGE).offset((page - 1) * PER_PAGE)), total


_showing = tables.product_showings.c
_ASKED = (
    sa.select(_shares.c.id, _shares.c.endorser_id, _shares.c.product_id, sa.func.coalesce(_showing.title, tables.products.c.key),
              tables.products.c.url, _shares.c.code, _shares.c.made_at, _shares.c.ended_at)
    .join_from(_shares, tables.products, tables.products.c.id == _shares.c.product_id)
    .join(tables.product_showings, _showing.id == tables.products.c.shown_id, isouter=True)
    .order_by(_shares.c.made_at.desc(), _shares.c.id.desc())
)


def _read(tx: sa.Connection, asked: sa.Select) -> list[Share]:
    rows = tx.execute(asked).all()
    ids = [row.id for row in rows]
    counts, opened = _counts(tx, ids), _opened(tx, ids)
    return [Share(*row, **counts.get(row.id, {}), opened=opened.get(row.id, 0)) for row in rows]


def _opened(tx: sa.Connection, share_ids: list[int]) -> dict[int, int]:
    opens = tables.share_opens.c
    asked = sa.select(opens.share_id, sa.func.sum(opens.count)).where(opens.share_id.in_(share_ids)).group_by(opens.share_id)
    return {share_id: int(total) for share_id, total in tx.execute(asked)}


def _counts(tx: sa.Connection, share_ids: list[int]) -> dict[int, dict[str, int]]:
    """What counts of each link: nothing by its owner, each person once, likes that count now."""
    likes, visitors, kind = tables.likes.c, tables.visitors.c, _credits.c.kind
    person = sa.func.coalesce(visitors.endorser_id, -visitors.id)
    counts = (likes.state == "counted") & likes.unliked_at.is_(None)

    def distinct(of: sa.ColumnElement, when: sa.ColumnElement[bool]) -> sa.ColumnElement[int]:
        return sa.func.count(sa.distinct(sa.case((when, of))))

    is_like, is_order = kind == "liked", kind == "bought"
    rows = tx.execute(
        sa.select(
            _credits.c.share_id, sa.func.count(sa.distinct(person)).label("people"),
            distinct(person, kind == "visited").label("visits"), distinct(_credits.c.about_id, is_like & counts).label("likes"),
            distinct(_credits.c.about_id, is_order).label("orders"), distinct(person, is_order).label("buyers"))
        .join_from(_credits, _shares, _shares.c.id == _credits.c.share_id)
        .join(tables.visitors, visitors.id == _credits.c.visitor_id)
        .join(tables.likes, is_like & (likes.id == _credits.c.about_id), isouter=True)
        .where(_credits.c.share_id.in_(share_ids), visitors.endorser_id.is_distinct_from(_shares.c.endorser_id))
        .group_by(_credits.c.share_id)
    )
    return {row.share_id: {name: value for name, value in row._mapping.items() if name != "share_id"} for row in rows}


def forget(tx: sa.Connection, endorser_id: int, visitor_ids: list[int]) -> None:
    """Their links with all that came of them, and that they came by somebody's."""
    mine = sa.select(_shares.c.id).where(_shares.c.endorser_id == endorser_id)
    tx.execute(sa.delete(_credits).where(_credits.c.share_id.in_(mine) | _credits.c.visitor_id.in_(visitor_ids)))
    tx.execute(sa.delete(tables.share_opens).where(tables.share_opens.c.share_id.in_(mine)))
    tx.execute(sa.delete(_shares).where(_shares.c.endorser_id == endorser_id))
