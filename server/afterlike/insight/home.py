"""What a site's Home says: who can be reached, who is in touch, who came back; where likes end; what waits for an admin."""

from dataclasses import dataclass, fields
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from afterlike import tables
from afterlike.clock import DAY
from afterlike.honest import Rate
from afterlike.insight import coverage
from afterlike.insight.sums import day_of, zone_of
from afterlike.purposes import BY_MAIL
from afterlike.sites import Site

TOUCH_DAYS = 90
TREND_DAYS = 90
STEPS = ("likes", "likers", "answered", "opted_in", "confirmed", "returned", "bought")
NEWEST = 8
BOUNCED_DAYS = 30  # so long Home says that an address was closed by what came back


@dataclass(frozen=True, slots=True)
class Gauges:
    """The headline; `unknown` likers' browsers keep nothing, so nobody can know whether they returned."""

    reachable: Rate
    in_touch: Rate
    returned: Rate
    unknown: int


@dataclass(frozen=True, slots=True)
class Totals:
    """A site's people, added up. `likes` are those that count; each further number is of people with such a like."""

    likes: int
    held: int
    rejected: int
    likers: int
    answered: int
    opted_in: int
    confirmed: int
    returned: int
    bought: int
    known: int
    endorsers: int

    def gap(self) -> list[tuple[str, int]]:
        return [(name, getattr(self, name)) for name in STEPS]


def totals(tx: sa.Connection, site_id: int) -> Totals:
    """As the readers of the journal have added them up."""
    sums = tables.site_sums.c
    found = dict(tx.execute(sa.select(sums.name, sums.value).where(sums.site_id == site_id)).all())
    return Totals(**{one.name: int(found.get(one.name, 0)) for one in fields(Totals)})


def mark(tx: sa.Connection, site_id: int) -> str:
    """Another one once a like has come, and again once it is added up or taken back."""
    likes, told = tables.likes.c, totals(tx, site_id)
    asked = sa.select(likes.id).where(likes.site_id == site_id).order_by(likes.liked_at.desc(), likes.id.desc()).limit(1)
    return f"{tx.scalar(asked) or 0}.{told.likes}.{told.held}.{told.rejected}"


def gauges(tx: sa.Connection, site_id: int, told: Totals, now: int) -> Gauges:
    return Gauges(
        Rate(reachable(tx, site_id, now), told.endorsers), Rate(in_touch(tx, site_id, now), told.endorsers),
        Rate(told.returned, told.known), told.likers - told.known,
    )


def may_be_reached(now: int) -> sa.ColumnElement[bool]:
    """Of a row of `channels`: what may_contact() asks, for any purpose of letters, as one condition."""
    channels, other, consents, shut = tables.channels.c, tables.channels.alias(), tables.consents.c, tables.suppressions.c
    alike = other.c.confirmed_at.is_(None) == channels.confirmed_at.is_(None)
    before = other.c.confirmed_at.is_not(None) & channels.confirmed_at.is_(None) | alike & (other.c.id > channels.id)
    outdone = sa.exists().where(other.c.endorser_id == channels.endorser_id, before)  # by an address that stands before this one
    open_ = (channels.state == "confirmed") | ((channels.state == "paused") & (channels.paused_until <= now))
    agrees = sa.exists().where(
        consents.endorser_id == channels.endorser_id, consents.channel == "email", consents.purpose.in_(BY_MAIL),
        consents.withdrawn_at.is_(None),
    )
    suppressed = sa.exists().where(shut.site_id == channels.site_id, shut.subject == channels.subject)
    return ~outdone & open_ & agrees & ~suppressed


def reachable(tx: sa.Connection, site_id: int, now: int) -> int:
    """Endorsers who may be written to."""
    asked = sa.select(sa.func.count()).select_from(tables.channels)
    return tx.scalar(asked.where(tables.channels.c.site_id == site_id, may_be_reached(now)))


def in_touch(tx: sa.Connection, site_id: int, now: int) -> int:
    """Endorsers with a message either way in the last days."""
    talks, messages = tables.conversations.c, tables.messages.c
    return tx.scalar(
        sa.select(sa.func.count(sa.distinct(talks.endorser_id)))
        .join_from(tables.conversations, tables.messages, messages.conversation_id == talks.id)
        .where(talks.site_id == site_id, messages.said_at > now - TOUCH_DAYS * DAY)
    )


# --- the trend ----------------------------------------------------------------------------------------------------

def last_days(now: int, zone: ZoneInfo, days: int = TREND_DAYS) -> list[date]:
    today = day_of(now, zone)
    return [today - timedelta(days=back) for back in range(days - 1, -1, -1)]


def midnight(day: date, zone: ZoneInfo) -> int:
    return int(datetime.combine(day, time(), zone).timestamp() * 1000)


def trend(tx: sa.Connection, site: Site, now: int) -> list[tuple[date, int, int]]:
    """(day in the site's time zone, likes that count, likes held or rejected), oldest first, no day left out.

    Each day is two ranges of two indexes, of which rows are only counted; all days are asked for at once.
    """
    zone = zone_of(site.time_zone)
    days = last_days(now, zone)
    begins = {f"midnight_{nth}": midnight(day, zone) for nth, day in enumerate((*days, days[-1] + timedelta(days=1)))}
    found = {row.nth: row for row in tx.execute(_EACH_DAY, begins | {"site": site.id})}
    return [(day, found[nth].all - found[nth].aside - found[nth].withdrawn, found[nth].aside) for nth, day in enumerate(days)]


_likes = tables.likes.c


def _each_day() -> sa.Select:
    """How many likes there were on each day, and how many of those do not count: what is not said of `counted` is in an index."""
    begins = [sa.bindparam(f"midnight_{nth}", type_=sa.BigInteger) for nth in range(TREND_DAYS + 1)]
    days = sa.union_all(*(
        sa.select(sa.literal_column(str(nth)).label("nth"), begins[nth].label("begins"), begins[nth + 1].label("ends"))
        for nth in range(TREND_DAYS)
    )).cte("days").c
    of_day = (_likes.site_id == sa.bindparam("site"), _likes.liked_at >= days.begins, _likes.liked_at < days.ends)

    def count(*also: sa.ColumnElement[bool]) -> sa.ScalarSelect:
        asked = sa.select(sa.func.count()).select_from(tables.likes).where(*of_day, *also)
        return asked.correlate(days.nth.table).scalar_subquery()

    uncounted = _likes.state != sa.literal_column("'counted'")
    return sa.select(
        days.nth, count().label("all"), count(uncounted, _likes.state == "withdrawn").label("withdrawn"),
        (count(uncounted, _likes.state == "held") + count(uncounted, _likes.state == "rejected")).label("aside"),
    )


_EACH_DAY = _each_day()


# --- what waits ---------------------------------------------------------------------------------------------------

def waiting(tx: sa.Connection, site_id: int, told: Totals, now: int) -> dict[str, int]:
    """what -> how many, of what an admin should look at; nothing that is nought."""
    talks, mail, claims, products = tables.conversations.c, tables.outbox.c, tables.origin_claims.c, tables.products.c
    sums, shown, channels = tables.product_sums.c, tables.product_showings.c, tables.channels.c

    def count(table: sa.FromClause, *where) -> int:
        return tx.scalar(sa.select(sa.func.count()).select_from(table).where(*where))

    silent = tables.product_sums.join(tables.products, products.id == sums.product_id).join(
        tables.product_showings, shown.id == products.shown_id)
    found = {
        "conversations": count(tables.conversations, talks.site_id == site_id, talks.waits_for == "admin", talks.state == "open"),
        "bounced": count(tables.channels, channels.site_id == site_id, channels.state.in_(("bounced", "complained")),
                         channels.changed_at > now - BOUNCED_DAYS * DAY),
        "mail": count(tables.outbox, mail.site_id == site_id, mail.state == "failed"),
        "held": told.held,
        "claims": count(tables.origin_claims, claims.site_id == site_id, claims.state == "lapsed"),
        "silent": count(silent, sums.site_id == site_id, sums.answered == 0, shown.price_minor.is_not(None),
                        coverage.pressed > 0),
        "whole_site": int(coverage.whole_site(tx, site_id, now) is not None),
        "buttonless": coverage.buttonless(tx, site_id, now),
    }
    return {name: number for name, number in found.items() if number}


@dataclass(frozen=True, slots=True)
class Newest:
    """One of the latest likes."""

    id: int
    product: str
    image: str | None
    liked_at: int
    source: str
    product_id: int


def newest(tx: sa.Connection, site_id: int, *, after: int = 0, most: int = NEWEST) -> list[Newest]:
    """The latest likes that count, newest first; only those after a like's id."""
    likes, shown, products = tables.likes.c, tables.product_showings.c, tables.products.c
    return [Newest(*row) for row in tx.execute(
        sa.select(likes.id, sa.func.coalesce(shown.title, products.key), shown.image, likes.liked_at, likes.source, products.id)
        .join_from(tables.likes, tables.products, likes.product_id == products.id)
        .join(tables.product_showings, likes.shown_id == shown.id, isouter=True)
        .where(likes.site_id == site_id, likes.state == "counted", likes.id > after)
        .order_by(likes.liked_at.desc(), likes.id.desc())
        .limit(most)
    )]
