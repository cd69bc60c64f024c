"""The append-only log of what happened; whatever follows from an event is read here, by a reader with its own cursor.

Rows hold ids only, never text or addresses. A reader's fold and its cursor move in one transaction, so every row is
folded exactly once, kill -9 or not.
"""

from collections.abc import Callable, Iterable

import sqlalchemy as sa

from afterlike import db, tables
from afterlike.clock import now
from afterlike.hot import Keep

KINDS = (
    "liked",      # a product was liked
    "unliked",    # by the same visitor, the like was taken back
    "shown",      # the first card of a flow was visible
    "dismissed",  # the flow was closed or snoozed
    "answered",   # a flow was answered to its end
    "opted_in",   # somebody asked for letters and left an address
    "confirmed",  # and proved it, by the button behind a mailed link
    "stopped",    # and wants no more letters
    "bounced",    # letters to an address came back: it is not written to any more
    "complained", # somebody reported a letter as unwanted
    "erased",     # a person was erased; what stays leads to nobody
    "linked",     # a public profile was left
    "proven",     # a page that somebody says is theirs links back: it is
    "returned",   # a visitor who has liked came back
    "purchased",  # an order came in
    "held",       # an admin holds a like: it is not counted
    "rejected",   # an admin took a like out
    "restored",   # an admin put a like back
    "wrote",      # an admin wrote to an endorser
    "replied",    # an endorser answered
    "merged",     # an admin made one person of two
    "parted",     # and two of one again
)

WRITERS_LOCK = 0x61667465  # PostgreSQL advisory lock: writers share it, the horizon takes it alone
NEWEST = sa.select(sa.func.max(tables.journal.c.id))

Fold = Callable[[sa.Connection, sa.Select], None]


def append(tx: sa.Connection, rows: Iterable[dict]) -> None:
    """Adds rows: {site_id, kind, at, visitor_id?, product_id?, like_id?, about_id?}, ids and milliseconds."""
    filled = [EMPTY | row for row in rows]
    if not filled:
        return
    if tx.dialect.name == "postgresql":
        tx.exec_driver_sql(f"SELECT pg_advisory_xact_lock_shared({WRITERS_LOCK})")
    _appended(tx, filled)


EMPTY = {"visitor_id": None, "product_id": None, "like_id": None, "about_id": None}
_appended = Keep(lambda insert: insert(tables.journal), ("site_id", "kind", "at", *EMPTY))


def follow(database: db.Database, reader: str, fold: Fold, *, most: int = 1000) -> int:
    """Folds what `reader` has not read yet, `most` rows a transaction; returns how many rows that were.

    `fold(tx, unread)` gets a SELECT of the rows, to read them or to add them up where they lie.
    """
    total, read = 0, most
    while read == most and _is_behind(database, reader):  # a short round has caught up; what comes meanwhile can wait
        read = database.write(_fold, (reader, fold, most, _horizon(database)))
        total += read
    return total


def _is_behind(database: db.Database, reader: str) -> bool:
    position = sa.select(tables.cursors.c.position).where(tables.cursors.c.reader == reader)
    with database.read() as tx:
        return (tx.scalar(NEWEST) or 0) > (tx.scalar(position) or 0)


def _fold(tx: sa.Connection, items: list[tuple]) -> list[int]:
    return [_fold_one(tx, *item) for item in items]


def _fold_one(tx: sa.Connection, reader: str, fold: Fold, most: int, horizon: int) -> int:
    rows, cursors = tables.journal.c, tables.cursors.c
    # What is not there cannot be locked: two processes would both begin at the start.
    tx.execute(db.insert(tx, tables.cursors).values(reader=reader, position=0, moved_at=now()).on_conflict_do_nothing())
    position = tx.scalar(sa.select(cursors.position).where(cursors.reader == reader).with_for_update())
    next_ids = sa.select(rows.id).where(rows.id > position, rows.id <= horizon).order_by(rows.id).limit(most).subquery()
    last, count = tx.execute(sa.select(sa.func.max(next_ids.c.id), sa.func.count())).one()
    if count:
        fold(tx, sa.select(tables.journal).where(rows.id > position, rows.id <= last).order_by(rows.id))
        _move(tx, reader, last)
    return count


def _move(tx: sa.Connection, reader: str, position: int) -> None:
    moved = {"position": position, "moved_at": now()}
    tx.execute(
        db.insert(tx, tables.cursors)
        .values(reader=reader, **moved)
        .on_conflict_do_update(index_elements=["reader"], set_=moved)
    )


def _horizon(database: db.Database) -> int:
    """The newest id below which nothing can still appear.

    On PostgreSQL ids are handed out before COMMIT, so a lower id may become visible after a higher one: wait until
    every writer that has one is done. SQLite has one writer at a time.
    """
    with database.read() as tx:
        if tx.dialect.name != "postgresql":
            return tx.scalar(NEWEST) or 0
    with database.engine.begin() as tx:
        tx.exec_driver_sql(f"SELECT pg_advisory_xact_lock({WRITERS_LOCK})")
        return tx.scalar(NEWEST) or 0
