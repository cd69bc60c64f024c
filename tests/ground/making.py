"""What the tests of the ground share: a database with our tables in it, and two people who are not there at once."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from hypothesis import HealthCheck, settings

from afterlike import tables
from afterlike.db import Database
from parts import ready

NOW = 1_800_000_000_000
# The same examples in every run, and no clock that a busy machine could lose against.
QUIETLY = settings(max_examples=100, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))


@contextmanager
def opened(url: str, **more) -> Iterator[Database]:
    """A database with all our tables, closed at the end; one that is not there yet is made."""
    if (file := sa.make_url(url).database) and url.startswith("sqlite:"):
        ready.lay(Path(file))
    database = Database(url, **more)
    try:
        yield database
    finally:
        database.close()


class Aside:
    """One call in a thread of its own; `.result()` is what it returned, or raises what it raised."""

    def __init__(self, call: Callable[[], Any]):
        alone = ThreadPoolExecutor(1)
        self._waiting = alone.submit(call)
        alone.shutdown(wait=False)

    def result(self, within_s: float = 20) -> Any:
        return self._waiting.result(within_s)


def keep_fact(tx: sa.Connection, items: list[tuple[str, str]]) -> list[str]:
    """An `apply` for the writer: keeps (name, value) and answers the value."""
    tx.execute(sa.insert(tables.facts), [{"name": name, "value": value} for name, value in items])
    return [value for _, value in items]


def facts_of(database: Database) -> dict[str, str]:
    with database.read() as tx:
        return {row.name: row.value for row in tx.execute(sa.select(tables.facts))}
