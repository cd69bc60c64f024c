"""Coverage: which products have a button on the shop's pages, as those asked for counts, and which were liked without one."""

from dataclasses import dataclass
from datetime import date
from urllib.parse import urlsplit

import sqlalchemy as sa

from afterlike import tables
from afterlike.clock import DAY

DAYS = 30
SEVERAL_PAGES = 3  # that one product was liked on
LISTED = 50

_seen, _products, _sums = tables.button_sightings.c, tables.products.c, tables.product_sums.c
pressed = _sums.widget + _sums.extension + _sums.api  # a press can be answered, a mention on another page cannot
counted = pressed + _sums.webmention


@dataclass(frozen=True, slots=True)
class Coverage:
    """`buttons` were asked for in the last DAYS days, `unliked` of them nobody has liked; `buttonless` products are liked and
    were not asked for. `since` is the first day that anything was: None where no page has asked yet. `whole_site` is the key of
    the only button, where it stands for all of the shop."""

    liked: int
    priced: int
    buttons: int
    unliked: int
    buttonless: int
    since: date | None
    whole_site: str | None


def coverage(tx: sa.Connection, site_id: int, now: int) -> Coverage:
    today = now // DAY
    mine = (_seen.site_id == site_id) & (_seen.last_day > today - DAYS)
    first = tx.scalar(sa.select(sa.func.min(_seen.first_day)).where(_seen.site_id == site_id))
    buttons, unliked = tx.execute(
        sa.select(sa.func.count(), sa.func.coalesce(sa.func.sum(sa.case((_liked(), 0), else_=1)), 0)).where(mine)
    ).one()
    liked, priced = _liked_and_priced(tx, site_id)
    return Coverage(liked, priced, int(buttons), int(unliked), buttonless(tx, site_id, now), _day(first),
                    whole_site(tx, site_id, now))


def _liked() -> sa.Exists:
    """Of a sighting: its product was liked at some time."""
    sums = tables.product_sums.c
    return sa.exists().where(_products.key_hash == _seen.key_hash, sums.product_id == _products.id)


def _day(number: int | None) -> date | None:
    return None if number is None else date.fromordinal(date(1970, 1, 1).toordinal() + number)


def _liked_and_priced(tx: sa.Connection, site_id: int) -> tuple[int, int]:
    shown = tables.product_showings.c
    priced = sa.func.coalesce(sa.func.sum(sa.case((shown.price_minor.is_not(None), 1), else_=0)), 0)
    row = tx.execute(
        sa.select(sa.func.count(), priced)
        .join_from(tables.product_sums, tables.products, _products.id == _sums.product_id)
        .join(tables.product_showings, shown.id == _products.shown_id, isouter=True)
        .where(_sums.site_id == site_id)
    ).one()
    return int(row[0]), int(row[1])


def whole_site(tx: sa.Connection, site_id: int, now: int) -> str | None:
    """The key of the only button, if it is the front page's address or was pressed on several pages."""
    mine = (_seen.site_id == site_id) & (_seen.last_day > now // DAY - DAYS)
    rows = tx.execute(sa.select(_seen.key, _seen.key_hash).where(mine).limit(2)).all()
    if len(rows) != 1:
        return None
    likes = tables.likes.c
    pages = sa.select(sa.func.count(sa.distinct(likes.page_url))).join_from(tables.likes, tables.products)
    on = tx.scalar(pages.where(_products.key_hash == rows[0].key_hash, likes.page_url != ""))
    return rows[0].key if is_front_page(rows[0].key) or on >= SEVERAL_PAGES else None


def is_front_page(key: str) -> bool:
    """Whether a key is the address of a shop's front page."""
    try:
        parts = urlsplit(key)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and parts.path in ("", "/") and not parts.query


def without_button(site_id: int, now: int) -> list[sa.ColumnElement[bool]]:
    """Of a row of product_sums joined with products: likes of it count, and no page has asked for it lately."""
    asked_for = sa.exists().where(
        _seen.site_id == site_id, _seen.key_hash == _products.key_hash, _seen.last_day > now // DAY - DAYS
    )
    return [counted > 0, ~asked_for]


def buttonless(tx: sa.Connection, site_id: int, now: int) -> int:
    """How many those are; none while no page has asked for anything, for then nothing is known."""
    if not tx.scalar(sa.select(sa.exists().where(_seen.site_id == site_id))):
        return 0
    asked = sa.select(sa.func.count()).join_from(tables.product_sums, tables.products, _products.id == _sums.product_id)
    return tx.scalar(asked.where(_sums.site_id == site_id, *without_button(site_id, now)))


def unliked(tx: sa.Connection, site_id: int, now: int, most: int = LISTED) -> list[str]:
    """The keys of buttons that nobody has pressed yet, the ones that are there longest first."""
    mine = (_seen.site_id == site_id) & (_seen.last_day > now // DAY - DAYS)
    return list(tx.scalars(sa.select(_seen.key).where(mine, ~_liked()).order_by(_seen.first_day, _seen.key).limit(most)))
