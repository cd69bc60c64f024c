"""Brings a database to the schema of this release, under a lock, so that several processes may start at once."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config as AlembicConfig

from afterlike import db

FOLDER = Path(__file__).parent / "migrations"
LOCK = 0x6D696772


def migrate(url: str, folder: Path) -> None:
    """Runs the missing migrations, each in one transaction; a kill in the middle leaves the step before."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    engine = db.engine(url)
    try:
        with _alone(engine, folder), engine.begin() as tx:
            command.upgrade(settings(tx), "head")
    finally:
        engine.dispose()


def settings(tx: sa.Connection) -> AlembicConfig:
    made = AlembicConfig()
    made.set_main_option("script_location", str(FOLDER))
    made.attributes["connection"] = tx
    return made


@contextmanager
def _alone(engine: sa.Engine, folder: Path) -> Iterator[None]:
    if engine.dialect.name == "postgresql":
        with engine.connect() as held:
            held.exec_driver_sql(f"SELECT pg_advisory_lock({LOCK})")
            try:
                yield
            finally:
                held.exec_driver_sql(f"SELECT pg_advisory_unlock({LOCK})")
        return
    with open(folder / "migrate.lock", "w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
