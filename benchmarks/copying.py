"""The rows of a seeded SQLite database, copied into an empty PostgreSQL with our tables: minutes quicker than seeding it anew."""

import sqlite3
from pathlib import Path

import sqlalchemy as sa

from afterlike import tables


def copied(engine: sa.Engine, file: Path) -> None:
    """What migrations wrote is replaced. Rows point at each other in circles, so nothing is checked while they come."""
    with engine.begin() as tx:
        tx.exec_driver_sql("SET session_replication_role = replica")
        known = tables.metadata.sorted_tables
        tx.exec_driver_sql(f"TRUNCATE {', '.join(one.name for one in known)}")
        for one in known:
            _copy(tx, one, file)
        tx.exec_driver_sql("SET session_replication_role = origin")
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as line:
        line.exec_driver_sql("VACUUM ANALYZE")  # which it does by itself sooner or later


def _copy(tx: sa.Connection, one: sa.Table, file: Path) -> None:
    names = ", ".join(f'"{column.name}"' for column in one.columns)
    from_ = sqlite3.connect(f"file:{file}?mode=ro", uri=True)
    try:
        with tx.connection.cursor() as cursor, cursor.copy(f"COPY {one.name} ({names}) FROM STDIN") as rows:
            for row in from_.execute(f"SELECT {names} FROM {one.name}"):
                rows.write_row(row)
    finally:
        from_.close()
    for column in one.columns:
        if column.primary_key and (counter := tx.scalar(sa.text("SELECT pg_get_serial_sequence(:table, :name)"),
                                                        {"table": one.name, "name": column.name})):
            tx.exec_driver_sql(f"SELECT setval('{counter}', (SELECT coalesce(max({column.name}), 0) + 1 FROM {one.name}), false)")
