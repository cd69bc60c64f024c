"""Whether the claims on origins are true: what is due is looked at outside of any transaction, each outcome kept in one.

A kill in between loses nothing: what was not kept is still due.
"""

import logging
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import sqlalchemy as sa

from afterlike import outbox, tables
from afterlike.clock import DAY, HOUR, now
from afterlike.errors import stated
from afterlike.sites import proofs
from afterlike.web import House

log = logging.getLogger(__name__)

AGAIN = 30 * DAY
SECOND_TRY = DAY
TRIES = (HOUR, 6 * HOUR, DAY, 3 * DAY)  # after each failure of one that is not proven; then it waits for the person
FAILURES = 2  # in a row, the second a day after the first: then a proven claim has lapsed
AT_ONCE = 8  # so a round takes three ways' patience at most, however many are due, and the mail waits no longer for it
TAKEN = stated(
    "It is there. But this origin is already proven by another site of this collector, and belongs to that one as long as its "
    "own proof is in place."
)


@dataclass(frozen=True, slots=True)
class Due:
    """A claim that is to be looked at; the token says whether it is still the same one afterwards."""

    id: int
    origin: str
    token: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a look at a claim found, and when."""

    due: Due
    found: proofs.Found
    at: int


def check_due(house: House) -> int:
    """Looks at claims that are due, a few at a time; returns how many."""
    with house.db.read() as tx:
        waiting = due(tx, now())
    if not waiting:
        return 0
    outside = proofs.Outside(house.config.dns, house.config.fetch_allow)
    with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="claim") as together:
        list(together.map(lambda one: _check(house, one, outside), waiting))
    return len(waiting)


def _check(house: House, one: Due, outside: proofs.Outside) -> None:
    found = proofs.look(one.origin, one.token, outside)
    state = house.db.write(settle, Outcome(one, found, now()))
    log.info("claim %s on %s: %s, now %s", one.id, one.origin, found.method or "no proof", state or "gone")


def due(tx: sa.Connection, at: int) -> list[Due]:
    """Claims that somebody waits for first, then those whose day has come; AT_ONCE at most."""
    claims = tables.origin_claims.c
    asked = (
        sa.select(claims.id, claims.origin, claims.token)
        .where(claims.due_at.is_not(None), claims.checked_at.is_(None) | (claims.due_at <= at))
        .order_by(claims.checked_at.is_not(None), claims.due_at, claims.id)
        .limit(AT_ONCE)
    )
    return [Due(*row) for row in tx.execute(asked)]


def settle(tx: sa.Connection, items: list[Outcome]) -> list[str | None]:
    """Keeps what was found; answers the claim's state now, None for one that is gone or has another token."""
    return [_settle(tx, item) for item in items]


def _settle(tx: sa.Connection, item: Outcome) -> str | None:
    claims = tables.origin_claims.c
    same = claims.id == item.due.id, claims.token == item.due.token
    row = tx.execute(sa.select(tables.origin_claims).where(*same).with_for_update()).first()
    if row is None:
        return None
    if item.found.method is None:
        after = _failed(row, item.found.problem, item.at)
    elif row.state != "proven" and _is_proven(tx, row.origin):
        after = {"problem": TAKEN, "due_at": None}
    else:
        after = _proven(row, item.found.method, item.at)
    tx.execute(sa.update(tables.origin_claims).where(*same).values(checked_at=item.at, **after))
    if after.get("state") == "lapsed":
        _tell_owners(tx, row, item.at)
    return after.get("state", row.state)


def _is_proven(tx: sa.Connection, origin: str) -> bool:
    """By anybody; the unique index says so too, should two processes ask at once: the later one is told to try again."""
    claims = tables.origin_claims.c
    return tx.scalar(sa.select(sa.exists().where(claims.origin == origin, claims.state == "proven")))


def _proven(row: sa.Row, method: str, at: int) -> dict:
    since = row.proven_at if row.state == "proven" else at
    fine = {"failures": 0, "problem": None, "due_at": at + AGAIN}
    return {"state": "proven", "method": method, "proven_at": since, **fine}


def _failed(row: sa.Row, problem: str, at: int) -> dict:
    """A proven claim is given a day; until that is over, further failures (somebody presses a button) count as the first."""
    if row.state != "proven":
        return _wanting(row, problem, at)
    if row.failures == 0:
        return {"problem": problem, "failures": 1, "due_at": at + SECOND_TRY}
    if row.due_at > at:
        return {"problem": problem}
    return {"state": "lapsed", "problem": problem, "failures": FAILURES, "due_at": None}


def _wanting(row: sa.Row, problem: str, at: int) -> dict:
    """DNS takes its time: it is looked at again by itself for some days. An outcome that comes twice is one."""
    if row.checked_at is not None and row.due_at is not None and row.due_at > at:
        return {"problem": problem}
    pause = TRIES[row.failures] if row.failures < len(TRIES) else None
    return {"problem": problem, "failures": row.failures + 1, "due_at": pause and at + pause}


def _tell_owners(tx: sa.Connection, row: sa.Row, at: int) -> None:
    roles = tables.roles.c
    for admin_id in tx.scalars(sa.select(roles.admin_id).where(roles.site_id == row.site_id, roles.role == "owner")).all():
        outbox.put(tx, "claim_lapsed", {"claim": row.id, "admin": admin_id}, now=at, site_id=row.site_id)
