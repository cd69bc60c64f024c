"""Checks of profile links: what is due is looked at outside of any transaction, each outcome is kept in one.

A kill in between loses nothing: what was not kept is still due. One host is asked for one thing at a time, and not too often.
"""

import logging
import random
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from urllib.parse import urlsplit

import sqlalchemy as sa

from afterlike import journal, tables
from afterlike.clock import DAY, HOUR, MINUTE, now
from afterlike.endorsers import backlinks
from afterlike.endorsers.disputes import settle_address
from afterlike.endorsers.public import addresses_of
from afterlike.errors import TooMany
from afterlike.web import House

log = logging.getLogger(__name__)

AGAIN, JITTER = 30 * DAY, 3 * DAY  # so that what was left on one day is not asked for on one day
SECOND_TRY = DAY
TRIES = (HOUR, DAY, 3 * DAY)  # after each failure of one that was never found; then it waits for the person
FAILURES = 2  # in a row, the second a day after the first: then it has lapsed
GIVEN_UP = 8  # by then it has been away for over half a year
AT_ONCE = 8
LIMITS = {"profile_check": (10, 3600), "profile_host": (60, 3600)}  # (most, seconds): of one link, of one host

_links = tables.profile_links


@dataclass(frozen=True, slots=True)
class Due:
    """A link that is to be looked at, for the pages that its owner has here; since when it waits."""

    id: int
    url: str
    endorser_id: int
    due_at: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a look found, and when."""

    due: Due
    found: backlinks.Found
    at: int


def check_links(house: House) -> int:
    """Looks at links that are due, one of each host; returns how many."""
    with house.db.read() as tx:
        waiting = due(tx, now())
        wanted = {one.id: addresses_of(tx, one.endorser_id, house.config.address) for one in waiting}
    if not waiting:
        return 0
    with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="profile") as together:
        list(together.map(lambda one: _check(house, one, wanted[one.id]), waiting))
    return len(waiting)


def _check(house: House, one: Due, wanted: frozenset[str]) -> None:
    try:
        house.limits.spend("profile_host", urlsplit(one.url).netloc)
    except TooMany as many:
        house.db.write(postpone, (one.id, now() + max(many.retry_after * 1000, MINUTE)))
        return
    found = backlinks.look(one.url, wanted, house.config.fetch_allow)
    state = house.db.write(settle, Outcome(one, found, now()))
    log.info("profile link %s: %s, now %s", one.id, found.code, state or "gone")


def due(tx: sa.Connection, at: int) -> list[Due]:
    """Links that somebody waits for first, then those whose day has come; one of each host, AT_ONCE at most."""
    links = _links.c
    asked = (
        sa.select(links.id, links.url, links.endorser_id, links.due_at)
        .where(links.due_at <= at, links.network.is_(None))
        .order_by(links.checked_at.is_not(None), links.due_at, links.id)
        .limit(AT_ONCE * 8)
    )
    found: dict[str, Due] = {}
    for row in tx.execute(asked):
        found.setdefault(urlsplit(row.url).netloc, Due(*row))
    return list(found.values())[:AT_ONCE]


def ask_check(tx: sa.Connection, items: list[tuple[int, int, int]]) -> list[bool]:
    """For each (endorser id, link id, now): promises a check now; the worker makes it. Whether it can be checked at all."""
    links, done = _links.c, []
    for endorser_id, link_id, at in items:
        own = (links.id == link_id) & (links.endorser_id == endorser_id) & links.network.is_(None)
        done.append(tx.execute(sa.update(_links).where(own).values(checked_at=None, due_at=at)).rowcount == 1)
    return done


def postpone(tx: sa.Connection, items: list[tuple[int, int]]) -> list[None]:
    """For each (link id, until): its host was asked often enough."""
    for link_id, until in items:
        tx.execute(sa.update(_links).where(_links.c.id == link_id).values(due_at=until))
    return [None] * len(items)


def settle(tx: sa.Connection, items: list[Outcome]) -> list[str | None]:
    """Keeps what was found; answers the link's state now, None for one that is gone or somebody else's by now."""
    return [_settle(tx, item) for item in items]


def _settle(tx: sa.Connection, item: Outcome) -> str | None:
    same = (_links.c.id == item.due.id) & (_links.c.endorser_id == item.due.endorser_id)
    row = tx.execute(sa.select(_links).where(same).with_for_update()).first()
    if row is None:
        return None
    after = _missing(row, item) if item.found.state == "nothing" else _there(row, item)
    if item.found.state != "proven" and _signed_in(tx, row):
        after = {"due_at": None}  # proven by signing in there: it needs no link
    told = {"checked_at": item.at, "outcome": item.found.outcome} | after
    if row.due_at != item.due.due_at:  # asked for once more while we looked: it waits for another look
        told |= {"checked_at": row.checked_at, "due_at": row.due_at}
    tx.execute(sa.update(_links).where(same).values(told))
    if after.get("found") == "proven" and row.found != "proven":
        journal.append(tx, [{"site_id": row.site_id, "kind": "proven", "at": item.at, "about_id": row.id}])
    settle_address(tx, row.site_id, row.same)
    return tx.scalar(sa.select(_links.c.state).where(same))


def _signed_in(tx: sa.Connection, row: sa.Row) -> bool:
    grants = tables.profile_grants.c
    return row.found == "proven" and tx.scalar(sa.select(grants.link_id).where(grants.link_id == row.id)) is not None


def _there(row: sa.Row, item: Outcome) -> dict:
    """A plain link where there was a proof is a first failure of the proof."""
    if row.found == "proven" and item.found.state == "linked" and row.failures == 0:
        return {"failures": 1, "due_at": item.at + SECOND_TRY}
    since = (row.proven_at if row.found == "proven" else item.at) if item.found.state == "proven" else None
    later = item.at + AGAIN + random.randint(-JITTER, JITTER)
    return {"found": item.found.state, "proven_at": since, "failures": 0, "due_at": later}


def _missing(row: sa.Row, item: Outcome) -> dict:
    """What was found once is given a day; what never was is looked for again for some days."""
    failures = row.failures + 1
    if row.found == "claimed":
        pause = TRIES[row.failures] if row.failures < len(TRIES) else None
        return {"failures": failures, "due_at": pause and item.at + pause}
    if row.found == "lapsed":
        return {"failures": failures, "due_at": item.at + AGAIN if failures < GIVEN_UP else None}
    if row.failures == 0:
        return {"failures": 1, "due_at": item.at + SECOND_TRY}
    if row.checked_at is None and row.due_at > item.at - HOUR:  # somebody pressed the button before the day was over
        return {"due_at": item.at + SECOND_TRY}
    return {"found": "lapsed", "failures": FAILURES, "due_at": item.at + AGAIN}
