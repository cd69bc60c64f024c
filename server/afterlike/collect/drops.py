"""Counts what was refused, by site, call and reason; added up here and kept about once a second and at the end."""

from collections import Counter

import prometheus_client
import sqlalchemy as sa

from afterlike import db, tables
from afterlike.clock import DAY, now
from afterlike.db import Database
from afterlike.later import Later

dropped_total = prometheus_client.Counter("afterlike_dropped_total", "Refused input", ("call", "reason"))


class Drops:
    """This process's counts that are not in the database yet."""

    def __init__(self, database: Database):
        self._later = Later(database, add, Counter(), "counts of refusals")

    def note(self, site_id: int, call: str, reason: str) -> None:
        """Counts one; site 0 stands for a site that does not exist."""
        dropped_total.labels(call, reason).inc()
        self._later.add(Counter([(site_id, now() // DAY, call, reason)]))

    def keep(self) -> None:
        """Adds the counts to the table now."""
        self._later.keep()


def add(tx: sa.Connection, items: list[Counter]) -> list[None]:
    total = sum(items, Counter())
    rows = [
        {"site_id": site_id, "day": day, "call": call, "reason": reason, "count": count}
        for (site_id, day, call, reason), count in sorted(total.items())
    ]
    if rows:
        adding = db.insert(tx, tables.drops).values(rows)
        tx.execute(
            adding.on_conflict_do_update(
                index_elements=["site_id", "day", "call", "reason"],
                set_={"count": tables.drops.c.count + adding.excluded.count},
            )
        )
    return [None] * len(items)
