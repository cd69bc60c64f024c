"""Quotes as they are read: by everybody, only what may be shown now and is known to be true; by the person; by an admin."""

import json
from dataclasses import dataclass

import sqlalchemy as sa

from afterlike import tables

MOST = 50
PER_PAGE = 25
SHOWN = ("all", "asked", "given", "refused", "withdrawn", "expired")

_quotes, _likes, _visitors, _products = tables.quotes.c, tables.likes.c, tables.visitors.c, tables.products.c


@dataclass(frozen=True, slots=True)
class Quote:
    """One quote with what we know of it; `words` is what may be shown, or what is asked for while that is open."""

    id: int
    state: str
    words: str
    asked_words: str
    name: str | None
    link_id: int | None
    profile: str | None
    places: tuple[str, ...]
    perk: str | None
    asked_at: int
    answered_at: int | None
    until_at: int | None
    ended_at: int | None
    hidden_at: int | None
    mailed_at: int | None
    unsent: str | None
    said_at: int
    source: str
    source_id: int
    endorser_id: int
    like_id: int
    liked_at: int
    is_known: bool  # the like counts, and is still theirs
    product_id: int
    product_key: str
    product: str
    product_url: str
    picture_asked: bool
    picture: str | None  # its name, see pictures.py
    bought: bool = False

    @property
    def is_shortened(self) -> bool:
        return self.words != self.asked_words

    def is_shown(self, at: int) -> bool:
        """Whether it may stand in public now."""
        lasts = self.until_at is None or self.until_at > at
        return self.state == "given" and lasts and self.is_known and self.hidden_at is None


def published(
    tx: sa.Connection, site_id: int, at: int, *, product_id: int | None = None, place: str = "site"
) -> list[Quote]:
    """What may stand in public at this place now, the newest first."""
    where = (_quotes.site_id == site_id) & _stands(at)
    where &= _quotes.places.contains(f'"{place}"', autoescape=True)
    if product_id is not None:
        where &= _quotes.product_id == product_id
    return _read(tx, _ASKED.where(where).order_by(_quotes.answered_at.desc(), _quotes.id.desc()).limit(MOST))


def picture(tx: sa.Connection, name: str, at: int) -> sa.Row | None:
    """(data, until_at) of a picture whose quote stands now, in whatever place: the shop needs it for each of them."""
    return tx.execute(
        sa.select(_pictures.data, _quotes.until_at)
        .join_from(tables.quote_pictures, tables.quotes, _quotes.id == _pictures.quote_id)
        .join(tables.likes, _likes.id == _quotes.like_id)
        .join(tables.visitors, _visitors.id == _likes.visitor_id)
        .where(_pictures.name == name, _stands(at))
    ).first()


def was_quoted(tx: sa.Connection, product_id: int) -> bool:
    """Whether somebody ever let the site quote them about this, so that there is a page of it."""
    return tx.scalar(sa.select(sa.exists().where(_quotes.product_id == product_id, _quotes.answered_at.is_not(None),
                                                 _quotes.state != "refused")))


def quotes_of(tx: sa.Connection, endorser_id: int) -> list[Quote]:
    """All that one person was asked for and that still stands open or was answered, the newest first."""
    mine = (_quotes.endorser_id == endorser_id) & (_quotes.state != "cancelled")
    return _read(tx, _ASKED.where(mine).order_by(_quotes.asked_at.desc(), _quotes.id.desc()))


def listing(tx: sa.Connection, site_id: int, shown: str, *, page: int) -> tuple[list[Quote], int]:
    """A site's quotes, a page at a time, and how many there are."""
    where = (_quotes.site_id == site_id) & (_quotes.state == shown if shown != "all" else _quotes.state != "cancelled")
    total = tx.scalar(sa.select(sa.func.count()).select_from(tables.quotes).where(where))
    asked = _ASKED.where(where).order_by(_quotes.asked_at.desc(), _quotes.id.desc())
    return _read(tx, asked.limit(PER_PAGE).offset((page - 1) * PER_PAGE)), total


def names_of(tx: sa.Connection, endorser_ids: set[int]) -> dict[int, str]:
    """What people call themselves in public, for admins."""
    links = tables.profile_links.c
    rows = tx.execute(
        sa.select(links.endorser_id, links.name).where(links.endorser_id.in_(endorser_ids), links.name.is_not(None))
        .order_by(links.claimed_at)
    )
    return {row.endorser_id: row.name for row in rows}


def _stands(at: int) -> sa.ColumnElement[bool]:
    lasts = _quotes.until_at.is_(None) | (_quotes.until_at > at)
    return (_quotes.state == "given") & lasts & _KNOWN & _quotes.hidden_at.is_(None)


_KNOWN = (_likes.state == "counted") & _likes.unliked_at.is_(None) & (_visitors.endorser_id == _quotes.endorser_id)
_links, _showing, _pictures = tables.profile_links.c, tables.product_showings.c, tables.quote_pictures.c
_ASKED = (
    sa.select(
        _quotes.id, _quotes.state, sa.func.coalesce(_quotes.words, _quotes.asked_words), _quotes.asked_words, _quotes.name,
        _quotes.link_id, _links.url, _quotes.places, _quotes.perk, _quotes.asked_at, _quotes.answered_at, _quotes.until_at,
        _quotes.ended_at, _quotes.hidden_at, _quotes.mailed_at, _quotes.unsent, _quotes.said_at, _quotes.source,
        _quotes.source_id, _quotes.endorser_id, _quotes.like_id, _likes.liked_at, _KNOWN, _quotes.product_id, _products.key,
        sa.func.coalesce(_showing.title, _products.key), _products.url, _quotes.picture_asked, _pictures.name,
    )
    .join_from(tables.quotes, tables.likes, _likes.id == _quotes.like_id)
    .join(tables.visitors, _visitors.id == _likes.visitor_id)
    .join(tables.products, _products.id == _quotes.product_id)
    .join(tables.product_showings, _showing.id == _products.shown_id, isouter=True)
    .join(tables.quote_pictures, _pictures.quote_id == _quotes.id, isouter=True)
    .join(tables.profile_links, (_links.id == _quotes.link_id) & (_links.endorser_id == _quotes.endorser_id), isouter=True)
)


def _read(tx: sa.Connection, asked: sa.Select) -> list[Quote]:
    rows = [list(row) for row in tx.execute(asked)]
    bought = _bought(tx, {row[19] for row in rows})
    for row in rows:
        row[7], row[22], row[27] = tuple(json.loads(row[7])), bool(row[22]), bool(row[27])
    return [Quote(*row, bought=(row[19], row[24]) in bought) for row in rows]


def _bought(tx: sa.Connection, endorser_ids: set[int]) -> set[tuple[int, str]]:
    """(endorser id, product key) of what stands in an order of theirs that the shop itself told us of."""
    orders = tables.orders.c
    rows = tx.execute(
        sa.select(_visitors.endorser_id, orders["items"])
        .join_from(tables.orders, tables.visitors, _visitors.id == orders.visitor_id)
        .where(_visitors.endorser_id.in_(endorser_ids), orders["items"].is_not(None))
    )
    return {(endorser_id, item["key"]) for endorser_id, items in rows for item in json.loads(items)}
