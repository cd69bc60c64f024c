"""What is new of what people like, as anybody may know it: prices, stock, new products, that somebody was quoted.

Facts come from pages that visitors had open, so only products with a like that counts are told of, and one change a
product and day. A quote is told of without its words: what a feed reader keeps could not be taken back.
"""

from dataclasses import dataclass

import sqlalchemy as sa

from afterlike import tables
from afterlike.clock import DAY

SPAN = 90 * DAY
MOST = 50
LOOKED_AT = 400
SOLD_OUT = ("out_of_stock", "discontinued")
THERE = ("in_stock", "limited", "backorder", "preorder")

_products, _showing, _quotes = tables.products.c, tables.product_showings, tables.quotes.c


@dataclass(frozen=True, slots=True)
class New:
    """One thing that is new: cheaper, dearer, back, gone, here or quoted; `row` is of the table that tells it."""

    what: str
    row: int
    at: int
    product_id: int
    title: str
    url: str
    image: str | None
    before: int | None = None
    after: int | None = None
    currency: str | None = None


def of_products(tx: sa.Connection, site_id: int, which: sa.ColumnElement[bool], at: int, *, newcomers: bool) -> list[New]:
    """What is new of these products of a site, the newest first; `newcomers`: also that there are new ones among them."""
    told = [*_changes(tx, site_id, which, at), *_quoted(tx, site_id, which, at)]
    told += _here(tx, site_id, which, at) if newcomers else []
    return sorted(told, key=lambda one: (one.at, one.row), reverse=True)[:MOST]


def liked_by(endorser_id: int) -> sa.ColumnElement[bool]:
    """The products that somebody likes now."""
    likes, visitors = tables.likes.c, tables.visitors.c
    theirs = sa.select(likes.product_id).join_from(tables.likes, tables.visitors, visitors.id == likes.visitor_id)
    return _products.id.in_(theirs.where(visitors.endorser_id == endorser_id, likes.unliked_at.is_(None)))


def on_topic(tx: sa.Connection, site_id: int, topic: str) -> sa.ColumnElement[bool] | None:
    """The products of a topic: all, category:<name>, brand:<name>; None where there is no such topic here."""
    kind, _, name = topic.partition(":")
    if topic == "all":
        return sa.true()
    if kind not in ("category", "brand") or not name:
        return None
    column = _showing.c[kind]
    rows = tx.execute(
        sa.select(column).join_from(tables.products, _showing, _showing.c.id == _products.shown_id)
        .where(_products.site_id == site_id, column.is_not(None)).distinct()
    )
    meant = [value for (value,) in rows if value.casefold() == name.casefold()]
    current = _showing.alias("current")
    same = (current.c.id == _products.shown_id) & current.c[kind].in_(meant)
    return sa.exists(sa.select(current.c.id).where(same).correlate(tables.products)) if meant else None


_LIKED = sa.exists().where(tables.like_counts.c.product_id == _products.id, tables.like_counts.c.counted > 0)


def _changes(tx: sa.Connection, site_id: int, which: sa.ColumnElement[bool], at: int) -> list[New]:
    before, earlier = _showing.alias("before"), _showing.alias("earlier")
    last = sa.select(sa.func.max(earlier.c.id)).where(earlier.c.product_id == _showing.c.product_id, earlier.c.id < _showing.c.id)
    rows = tx.execute(
        sa.select(_showing.c.id, _showing.c.product_id, _showing.c.shown_at, _showing.c.image, _products.url,
                  sa.func.coalesce(_showing.c.title, _products.key).label("title"), _showing.c.price_minor, _showing.c.currency,
                  _showing.c.availability, before.c.price_minor.label("old_minor"), before.c.currency.label("old_currency"),
                  before.c.availability.label("old_availability"))
        .join_from(tables.products, _showing, _showing.c.product_id == _products.id)
        .join(before, before.c.id == last.correlate(_showing).scalar_subquery())
        .where(_products.site_id == site_id, which, _LIKED, _showing.c.shown_at > at - SPAN)
        .order_by(_showing.c.id.desc()).limit(LOOKED_AT)
    )
    days: dict[tuple[int, int], New] = {}
    for row in rows:
        if change := _change(row):
            days.setdefault((row.product_id, row.shown_at // DAY), change)
    return list(days.values())


def _change(row: sa.Row) -> New | None:
    about = (row.id, row.shown_at, row.product_id, row.title, row.url, row.image)
    if row.old_availability in SOLD_OUT and row.availability in THERE:
        return New("back", *about)
    if row.old_availability in THERE and row.availability in SOLD_OUT:
        return New("gone", *about)
    prices = (row.old_minor, row.price_minor)
    if None not in prices and row.currency == row.old_currency and prices[0] != prices[1]:
        return New("cheaper" if prices[1] < prices[0] else "dearer", *about, *prices, row.currency)
    return None


def _here(tx: sa.Connection, site_id: int, which: sa.ColumnElement[bool], at: int) -> list[New]:
    rows = tx.execute(
        sa.select(_products.id, _products.first_seen_at, _products.id, sa.func.coalesce(_showing.c.title, _products.key),
                  _products.url, _showing.c.image)
        .join_from(tables.products, _showing, _showing.c.id == _products.shown_id, isouter=True)
        .where(_products.site_id == site_id, which, _LIKED, _products.first_seen_at > at - SPAN)
        .order_by(_products.first_seen_at.desc()).limit(MOST)
    )
    return [New("here", *row) for row in rows]


def _quoted(tx: sa.Connection, site_id: int, which: sa.ColumnElement[bool], at: int) -> list[New]:
    """That somebody was quoted, for as long as the quote stands."""
    likes = tables.likes.c
    rows = tx.execute(
        sa.select(_quotes.id, _quotes.answered_at, _products.id, sa.func.coalesce(_showing.c.title, _products.key),
                  _products.url, _showing.c.image)
        .join_from(tables.quotes, tables.products, _products.id == _quotes.product_id)
        .join(tables.likes, (likes.id == _quotes.like_id) & (likes.state == "counted") & likes.unliked_at.is_(None))
        .join(_showing, _showing.c.id == _products.shown_id, isouter=True)
        .where(_quotes.site_id == site_id, which, _quotes.state == "given", _quotes.hidden_at.is_(None),
               _quotes.until_at.is_(None) | (_quotes.until_at > at), _quotes.places.contains('"site"'),
               _quotes.answered_at > at - SPAN)
        .order_by(_quotes.answered_at.desc()).limit(MOST)
    )
    return [New("quoted", *row) for row in rows]
