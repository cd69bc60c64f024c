"""What is promised and not yet done (mail, webhooks): a row beside its cause, a worker that retries.

A row is written in the transaction of its cause, so a promise is never made for something that was rolled back, and
never forgotten. A kill between sending and marking sends once more: at most one double per kill.
"""

import json
import logging
import re
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor

import sqlalchemy as sa

from afterlike import tables
from afterlike.clock import DAY, HOUR, MINUTE
from afterlike.db import Database
from afterlike.errors import Needless, Never

log = logging.getLogger(__name__)

BACK_OFF = (1 * MINUTE, 5 * MINUTE, 15 * MINUTE, HOUR, 3 * HOUR, 6 * HOUR, 12 * HOUR)
EMPTIED = "{}"
HOLDS_AN_ADDRESS = frozenset({"sign_in"})  # so a failed one keeps nothing, and cannot be done again
LONGEST_ERROR = 300
ADDRESS = re.compile(r"[^\s<>()\[\]\"',;:]+@[^\s<>()\[\]\"',;:]+")

Sender = Callable[[dict], None]


def put(tx: sa.Connection, kind: str, payload: dict, *, now: int, site_id: int | None = None) -> None:
    """Promises one thing; `payload` must be JSON."""
    tx.execute(
        sa.insert(tables.outbox).values(
            kind=kind, payload=json.dumps(payload), site_id=site_id, state="waiting", due_at=now, made_at=now
        )
    )


def deliver(database: Database, senders: Mapping[str, Sender], *, now: int, most: int = 50, together: int = 1) -> int:
    """Does what is due, oldest first; returns how many succeeded. `senders` maps a kind to what does it.

    `together` is how many are done at a time, where the other sides may be slow and have nothing to do with each other.
    """
    rows, done = _due(database, list(senders), now, most), 0
    with ThreadPoolExecutor(together, thread_name_prefix="outbox") as pool:
        each = map if together == 1 else pool.map
        for row, outcome in zip(rows, each(lambda row: _try(senders[row.kind], row), rows), strict=True):
            database.write(_settle, (row.id, row.kind, row.tries + 1, outcome, now))
            done += outcome is None
    return done


def _due(database: Database, kinds: list[str], now: int, most: int) -> list:
    outbox = tables.outbox.c
    with database.read() as tx:
        return tx.execute(
            sa.select(tables.outbox)
            .where(outbox.state == "waiting", outbox.due_at <= now, outbox.kind.in_(kinds))
            .order_by(outbox.due_at, outbox.id)
            .limit(most)
        ).all()


def _try(send: Sender, row) -> Exception | None:
    try:
        send(json.loads(row.payload))
    except Exception as failed:  # one bad row must not hold up the others
        level = logging.DEBUG if isinstance(failed, Needless) else logging.WARNING
        log.log(level, "outbox %s %s: %s: %s", row.kind, row.id, type(failed).__name__, told(failed))
        return failed
    return None


def told(failed: Exception) -> str:
    """What went wrong, in one line and without any address: mail servers like to repeat whom they refuse."""
    return " ".join(ADDRESS.sub("…", str(failed).replace("\0", "")).split())[:LONGEST_ERROR]


def _settle(tx: sa.Connection, items: list[tuple]) -> list[None]:
    for row_id, kind, tries, failed, now in items:
        after = _after(kind, tries, failed, now)
        tx.execute(sa.update(tables.outbox).where(tables.outbox.c.id == row_id).values(tries=tries, **after))
    return [None] * len(items)


def _after(kind: str, tries: int, failed: Exception | None, now: int) -> dict:
    """The columns that follow from one try. What failed keeps its payload, so that an admin can have it done again."""
    if failed is None:
        return {"state": "sent", "sent_at": now, "payload": EMPTIED, "last_error": None}
    if isinstance(failed, Needless):
        return {"state": "dropped", "payload": EMPTIED, "last_error": told(failed)}
    if isinstance(failed, Never) or tries > len(BACK_OFF):
        emptied = {"payload": EMPTIED} if kind in HOLDS_AN_ADDRESS else {}
        return {"state": "failed", "last_error": told(failed), **emptied}
    return {"due_at": now + BACK_OFF[tries - 1], "last_error": told(failed)}


def again(tx: sa.Connection, items: list[tuple[int, int, int]]) -> list[bool]:
    """For each (site id, row id, now): whether a failed one of this site is waiting again, due now, with all its tries."""
    outbox = tables.outbox.c
    return [
        tx.execute(
            sa.update(tables.outbox)
            .where(outbox.id == row_id, outbox.site_id == site_id, outbox.state == "failed", outbox.payload != EMPTIED)
            .values(state="waiting", tries=0, due_at=now)
        ).rowcount == 1
        for site_id, row_id, now in items
    ]


def forget(tx: sa.Connection, items: list[tuple[int, int, int | None]]) -> list[int]:
    """For each (now, days, site id or None for all): removes what was settled longer ago; returns how many rows went.

    What waits is never forgotten.
    """
    return [_forget(tx, *item) for item in items]


def _forget(tx: sa.Connection, now: int, days: int, site_id: int | None) -> int:
    outbox = tables.outbox.c
    ours = [] if site_id is None else [outbox.site_id == site_id]
    old = (outbox.state != "waiting") & (outbox.due_at < now - days * DAY)
    return tx.execute(sa.delete(tables.outbox).where(old, *ours)).rowcount


def of_site(tx: sa.Connection, site_id: int, state: str, *, most: int = 100) -> list[sa.Row]:
    """What this site promised and is in that state: waiting ones by when they are due, others newest first."""
    outbox = tables.outbox.c
    order = (outbox.due_at, outbox.id) if state == "waiting" else (outbox.id.desc(),)
    asked = sa.select(tables.outbox).where(outbox.site_id == site_id, outbox.state == state)
    return tx.execute(asked.order_by(*order).limit(most)).all()


def tallied(tx: sa.Connection, site_id: int, *, since: int) -> dict[tuple[str, str], int]:
    """(kind, state) -> how many of this site were promised since then."""
    outbox = tables.outbox.c
    rows = tx.execute(
        sa.select(outbox.kind, outbox.state, sa.func.count())
        .where(outbox.site_id == site_id, outbox.made_at >= since)
        .group_by(outbox.kind, outbox.state)
    )
    return {(kind, state): count for kind, state, count in rows}
