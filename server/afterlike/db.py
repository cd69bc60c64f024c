"""The one way to the database: `read()` for looking, `write(apply, item)` for keeping.

`write` hands the item to the process's writer thread (writer.py) and returns when it is committed.
"""

import hashlib
import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from afterlike import tables
from afterlike.errors import Unavailable
from afterlike.hot import INSERTS
from afterlike.writer import Apply, Writer

# 64 MB checkpoints, half the cost of a like (FACTS, delivery 3); 16 KB pages of the log are 4 KB each.
CHECKPOINT_PAGES = 16_384


def insert(tx: sa.Connection, table: sa.Table):
    """An insert that knows `on_conflict_…`, for the database behind `tx`."""
    return INSERTS[tx.dialect.name](table)


def each_of(name: str) -> sa.BindParameter:
    """The many values of an `IN`, so that a statement is built once and not at every call: `column.in_(each_of("ids"))`."""
    return sa.bindparam(name, expanding=True)


def among(tx: sa.Connection, column: sa.ColumnElement[int], ids: list[int]) -> sa.ColumnElement[bool]:
    """`column.in_(ids)` for thousands of them, sent as one value."""
    if tx.dialect.name == "sqlite":
        return column.in_(sa.select(sa.func.json_each(json.dumps(ids)).table_valued("value").c.value))
    written = sa.literal(f"{{{','.join(map(str, ids))}}}", sa.Text)  # which the driver would take longer to write as a list
    return column == sa.any_(sa.cast(written, postgresql.ARRAY(sa.BigInteger)))


def engine(url: str, *, lock_wait_s: float = 30) -> sa.Engine:
    """An engine with the manners of FACTS: real transactions, WAL, synchronous=FULL, foreign keys."""
    if url.startswith("sqlite"):
        return _sqlite_engine(url, lock_wait_s)
    return _postgres_engine(url)


def _postgres_engine(url: str) -> sa.Engine:
    made = sa.create_engine(url, pool_size=20, max_overflow=10, pool_pre_ping=True, connect_args={"connect_timeout": 5})

    @sa.event.listens_for(made, "connect")
    def _connected(connection: Any, _record) -> None:
        connection.execute("SET jit = off")  # to compile a question takes longer here than to answer it
        connection.execute("SET random_page_cost = 1.1")  # what is asked for is in memory or on an SSD, not on a turning disk
        connection.commit()

    return made


def _sqlite_engine(url: str, lock_wait_s: float) -> sa.Engine:
    made = sa.create_engine(
        url, poolclass=sa.QueuePool, pool_size=20, max_overflow=20,
        connect_args={"timeout": lock_wait_s, "check_same_thread": False, "cached_statements": 512},
    )

    @sa.event.listens_for(made, "connect")
    def _connected(connection: sqlite3.Connection, _record) -> None:
        connection.isolation_level = None  # we say BEGIN ourselves, or group commit is silently off
        for line in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", f"wal_autocheckpoint={CHECKPOINT_PAGES}",
                     "cache_size=-65536", "temp_store=MEMORY",
                     "secure_delete=ON"):
            connection.execute(f"PRAGMA {line}")

    @sa.event.listens_for(made, "begin")
    def _begun(connection: sa.Connection) -> None:
        connection.exec_driver_sql("BEGIN" if connection.get_execution_options().get("reader") else "BEGIN IMMEDIATE")

    return made


class Database:
    """The engine and, from the first write on, a writer thread of this process."""

    def __init__(self, url: str, *, patience_s: float = 30, pause_s: float = 0):
        self.url = url
        self.engine = engine(url, lock_wait_s=patience_s)
        self._readers = self.engine.execution_options(reader=True)
        self._writer = Writer(self.engine, patience_s=patience_s, pause_s=pause_s)

    @contextmanager
    def read(self) -> Iterator[sa.Connection]:
        """A consistent look; raises Unavailable when the database is away."""
        try:
            with self._readers.begin() as tx:
                if tx.dialect.name == "postgresql":
                    tx.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
                yield tx
        except (sa.exc.OperationalError, sa.exc.TimeoutError) as away:
            raise Unavailable("The database does not answer. Try again in a moment.") from away

    def write(self, apply: Apply, item: Any) -> Any:
        """Keeps one item; returns (or raises) what `apply` answered for it, after COMMIT. See writer.py."""
        return self._writer.write(apply, item)

    def scrub(self) -> bool:
        """Lets go of the write-ahead log of SQLite, which still holds what was erased; False when a reader is in the way."""
        if self.engine.dialect.name != "sqlite":
            return True
        aside = sqlite3.connect(self.engine.url.database, timeout=1)
        try:
            busy, _, _ = aside.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            return not busy
        except sqlite3.OperationalError:
            return False
        finally:
            aside.close()

    def close(self) -> None:
        """Drains the writer and lets go of all connections."""
        self._writer.close()
        self.engine.dispose()


def remember_pepper(tx: sa.Connection, pepper: bytes) -> bool:
    """True when this database was made with this pepper (or is new, and now is)."""
    print_of_it = hashlib.blake2b(pepper, digest_size=8, person=b"fingerprint").hexdigest()
    known = tx.scalar(sa.select(tables.facts.c.value).where(tables.facts.c.name == "pepper"))
    if known is None:
        tx.execute(sa.insert(tables.facts).values(name="pepper", value=print_of_it))
    return known in (None, print_of_it)
