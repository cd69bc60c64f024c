"""Rows that follow each other by hash, one chain a site: what was changed, taken out, put in or cut off is found.

A room keeps such a log in a table of its own with `prev_hash` and `row_hash`, and the end of each chain in another with
`event_id`, `events` and `row_hash`. It writes them itself; here stands what both logs have in common.
"""

import hashlib
import json
from collections.abc import Iterator

import sqlalchemy as sa

FIRST = bytes(32)  # what the first row of a site follows


def hashed(log: sa.Table) -> tuple[str, ...]:
    """The columns that a row's hash covers: all but the id, which the database gives, and the hash itself."""
    return tuple(sorted(column.name for column in log.c if column.name not in ("id", "row_hash")))


def linked(log: sa.Table, previous: bytes, rows: list[dict]) -> Iterator[dict]:
    """The rows, each with all columns of `hashed`, as they follow `previous`."""
    columns = hashed(log)
    for row in rows:
        kept = row | {"prev_hash": previous}
        previous = kept["row_hash"] = row_hash(kept, columns)
        yield kept


def row_hash(row: dict, columns: tuple[str, ...]) -> bytes:
    plain = {name: row[name].hex() if isinstance(row[name], bytes) else row[name] for name in columns}
    return hashlib.sha256(json.dumps(plain, sort_keys=True, ensure_ascii=False).encode()).digest()


def start(site_id: int) -> dict:
    """The end of a chain that has not begun."""
    return {"site_id": site_id, "event_id": 0, "events": 0, "row_hash": FIRST}


def broken(tx: sa.Connection, log: sa.Table, ends: sa.Table, site_id: int) -> str | None:
    """What is wrong with a site's chain, with the id of the first wrong row; None when it is whole."""
    previous, last, count, columns = FIRST, 0, 0, hashed(log)
    for row in tx.execute(sa.select(log).where(log.c.site_id == site_id).order_by(log.c.id)).mappings():
        if row["prev_hash"] != previous:
            return f"row {row['id']} does not follow the row before it: one is missing, or was put in"
        if row_hash(row, columns) != row["row_hash"]:
            return f"row {row['id']} was changed"
        previous, last, count = row["row_hash"], row["id"], count + 1
    end = tx.execute(sa.select(ends.c.event_id, ends.c.events, ends.c.row_hash).where(ends.c.site_id == site_id)).first()
    if (end or (0, 0, FIRST)) != (last, count, previous):
        return f"the chain ends at row {last}, but it was longer: the end is missing"
    return None
