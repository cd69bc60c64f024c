"""Counts what was refused, by site, call and reason; added up here and kept about once a second and at the end."""

import logging
import threading
from collections import Counter

import prometheus_client
import sqlalchemy as sa

from afterlike import db, tables
from afterlike.clock import DAY, now
from afterlike.db import Database
from afterlike.errors import Unavailable

log = logging.getLogger(__name__)

PAUSE_S = 1.0
dropped_total = prometheus_client.Counter("afterlike_dropped_total", "Refused input", ("call", "reason"))


class Drops:
    """This process's counts that are not in the database yet."""

    def __init__(self, database: Database):
        self._database = database
        self._counts: Counter = Counter()
        self._lock = threading.Lock()
        self._timer: threading.Timer | None = None

    def note(self, site_id: int, call: str, reason: str) -> None:
        """Counts one; site 0 stands for a site that does not exist."""
        dropped_total.labels(call, reason).inc()
        with self._lock:
            self._counts[site_id, now() // DAY, call, reason] += 1
            if self._timer is None:
                self._timer = threading.Timer(PAUSE_S, self.keep)
                self._timer.daemon = True
                self._timer.start()

    def keep(self) -> None:
        """Adds the counts to the table; what could not be kept is kept with the next."""
        with self._lock:
            counts, self._counts, self._timer = self._counts, Counter(), None
        if not counts:
            return
        try:
            self._database.write(add, counts)
        except Unavailable:
            log.warning("%d refusals are not counted in the database yet", counts.total())
            with self._lock:
                self._counts.update(counts)


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
