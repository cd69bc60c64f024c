"""Statements of the like's own path: written in SQLAlchemy Core, compiled once, run on the driver's own cursor.

Core costs 100 to 200 µs a statement, and a like shares a dozen of them with few others (docs/decisions/0003-writes.md).
Only for columns that the driver takes and gives as they are: integers, text, bytes. Errors are SQLAlchemy's, as elsewhere.
"""

from collections.abc import Callable, Sequence
from functools import cache

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.dialects.postgresql import psycopg

INSERTS = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}
NAMED = {"sqlite": sqlite.dialect(paramstyle="named"), "postgresql": psycopg.dialect(paramstyle="pyformat")}
LARGEST = 512
AT_ONCE = 32  # rows in one INSERT: as many texts a statement has, each prepared once

Insert = Callable[[sa.Table], sa.Insert]


class Choose:
    """A SELECT by a list of values: `Choose(lambda values: sa.select(…).where(column.in_(values)))`."""

    def __init__(self, build: Callable[[list], sa.Select]):
        self._text = cache(lambda name, size: _compiled(build([sa.bindparam(f"v{place}") for place in range(size)]), name))

    def __call__(self, tx: sa.Connection, values: Sequence) -> list[tuple]:
        """All rows for these values; of more than LARGEST, in parts."""
        found: list[tuple] = []
        for start in range(0, len(values), LARGEST):
            part = values[start : start + LARGEST]
            size = 1 << (len(part) - 1).bit_length()  # few sizes, so few texts; the last value stands in for the rest
            padded = [*part, *[part[-1]] * (size - len(part))]
            text = self._text(tx.dialect.name, size)
            found += _run(tx, text, {f"v{place}": value for place, value in enumerate(padded)})
        return found


class Keep:
    """An INSERT of many rows, each a dict with these names: `Keep(lambda insert: insert(table).on_conflict_…, names)`.

    Many rows in one statement, not one after the other: between two steps of SQLite every other thread gets its turn.
    """

    def __init__(self, build: Callable[[Insert], sa.Insert], names: Sequence[str]):
        self._names = tuple(names)
        self._text = cache(lambda name, size: _compiled(build(INSERTS[name]).values(self._binds(size)), name))

    def _binds(self, size: int) -> list[dict]:
        return [{name: sa.bindparam(f"{name}_{place}") for name in self._names} for place in range(size)]

    def __call__(self, tx: sa.Connection, rows: list[dict]) -> None:
        for start in range(0, len(rows), AT_ONCE):
            part = rows[start : start + AT_ONCE]
            given = {f"{name}_{place}": row[name] for place, row in enumerate(part) for name in self._names}
            _run(tx, self._text(tx.dialect.name, len(part)), given)


def _compiled(statement: sa.Select | sa.Insert, dialect: str) -> str:
    """The statement's text with named parameters, which both drivers take as a dict."""
    return str(statement.compile(dialect=NAMED[dialect]))


def _run(tx: sa.Connection, text: str, given: dict) -> list[tuple]:
    driver = tx.dialect.loaded_dbapi
    cursor = tx.connection.dbapi_connection.cursor()
    try:
        cursor.execute(text, given)
        return cursor.fetchall() if cursor.description else []
    except driver.Error as raw:
        raise sa.exc.DBAPIError.instance(text, None, raw, driver.Error, dialect=tx.dialect) from raw
    finally:
        cursor.close()
