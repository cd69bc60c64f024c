"""Migrations make exactly the schema of `tables`, whoever starts when; and a database knows its own pepper."""

import sqlite3
import subprocess

import pytest
import sqlalchemy as sa
from alembic import command as step
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from afterlike import db, tables
from afterlike.migrate import migrate, settings
from parts.product import AFTERLIKE, afterlike, environment


def of_database(url: str, ask):
    engine = db.engine(url)
    try:
        with engine.connect() as tx:
            return ask(tx)
    finally:
        engine.dispose()


def differences(url: str) -> list:
    def compared(tx):
        return compare_metadata(MigrationContext.configure(tx, opts={"compare_type": True}), tables.metadata)

    return of_database(url, compared)


def test_migrations_make_the_schema_of_the_tables(empty_database_url, tmp_path):
    migrate(empty_database_url, tmp_path)
    assert differences(empty_database_url) == []


def test_migrations_keep_the_checks_and_partial_indexes_of_the_tables(empty_database_url, tmp_path):
    """What alembic does not compare: read back and laid beside a database that the tables made themselves."""
    migrate(empty_database_url, tmp_path)
    migrated = of_database(empty_database_url, _details)
    made = sa.create_engine("sqlite://")
    tables.metadata.create_all(made)
    with made.connect() as tx:
        wanted = _details(tx)
    made.dispose()
    assert {name: checks for name, (checks, _) in migrated.items()} == {name: checks for name, (checks, _) in wanted.items()}
    assert {name: indexes for name, (_, indexes) in migrated.items()} == {name: indexes for name, (_, indexes) in wanted.items()}


def _details(tx) -> dict:
    look = sa.inspect(tx)
    return {
        table: (
            {check["name"] for check in look.get_check_constraints(table)},
            {
                (index["name"], tuple(index["column_names"]), bool(index["unique"]), _is_partial(index["dialect_options"]))
                for index in look.get_indexes(table)
                if not index.get("duplicates_constraint")
            },
        )
        for table in tables.metadata.tables
    }


def _is_partial(options: dict) -> bool:
    return any(name.endswith("_where") for name in options)


def test_migrating_again_changes_nothing(empty_database_url, tmp_path):
    for _ in range(2):
        migrate(empty_database_url, tmp_path)
    assert differences(empty_database_url) == []


def test_two_that_start_at_once_do_not_disturb_each_other(empty_database_url, tmp_path):
    command = [*AFTERLIKE, "init", "--name", "Shop", "--origin", "https://shop.test", "--admin", "ada@shop.test", "--json"]
    env = environment(tmp_path, {"database_url": empty_database_url})
    streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True, "env": env, "cwd": tmp_path}
    running = [subprocess.Popen(command, **streams) for _ in range(3)]
    told = [one.communicate(timeout=120) for one in running]
    assert [(one.returncode, error) for one, (_, error) in zip(running, told, strict=True)] == [(0, "")] * 3
    assert differences(empty_database_url) == []
    assert of_database(empty_database_url, lambda tx: tx.scalar(sa.select(sa.func.count()).select_from(tables.sites))) == 3


def test_a_database_from_before_a_million_likes_keeps_what_was_added_up(empty_database_url, tmp_path):
    """Tallies of products become tallies of days; likes and sums that are there get the new indexes."""
    engine = db.engine(empty_database_url)
    with engine.begin() as tx:
        step.upgrade(settings(tx), "0014")
        tx.exec_driver_sql("INSERT INTO sites (id, key, name, made_at) VALUES (1, 'one', 'One', 0), (2, 'two', 'Two', 0)")
        tx.exec_driver_sql("INSERT INTO products (id, site_id, key_hash, key, url, first_seen_at)"
                           " VALUES (1, 1, 'x', 'p', 'u', 0)")
        tx.exec_driver_sql("INSERT INTO visitors (id, site_id, hash, first_seen_at) VALUES (1, 1, 'x', 0)")
        tx.exec_driver_sql("INSERT INTO likes (site_id, uuid, visitor_id, product_id, state, source, liked_at,"
                           " pressed_at, page_url, step_reason) VALUES (1, 'x', 1, 1, 'held', 'extension', 5, 5, 'u', 'due')")
        tx.exec_driver_sql("INSERT INTO people_sums (person, site_id, likes, confirmed, changed)"
                           " VALUES (1, 1, 3, 1, 1), (-1, 1, 2, 0, 1)")
        tx.exec_driver_sql("INSERT INTO tallies (site_id, product_id, day, kind, count) VALUES"
                           " (1, 1, 20000, 'liked', 3), (1, 2, 20000, 'liked', 4), (1, 1, 20001, 'liked', 5),"
                           " (1, 0, 20000, 'returned', 6), (2, 1, 20000, 'liked', 7)")
    engine.dispose()
    migrate(empty_database_url, tmp_path)
    assert differences(empty_database_url) == []

    def rows(*columns) -> list[tuple]:
        return of_database(empty_database_url, lambda tx: sorted(map(tuple, tx.execute(sa.select(*columns)))))

    tallies = [(1, 20000, "liked", 7), (1, 20000, "returned", 6), (1, 20001, "liked", 5), (2, 20000, "liked", 7)]
    assert rows(tables.tallies) == tallies
    assert rows(tables.likes.c.state, tables.likes.c.source) == [("held", "extension")]
    assert rows(tables.people_sums.c.likes) == [(2,), (3,)]


def test_a_migration_that_is_interrupted_leaves_the_step_before(tmp_path, monkeypatch):
    """D16 in small: what is not committed is not there, and the next start begins again."""
    url = f"sqlite:///{tmp_path / 'a.db'}"
    with monkeypatch.context() as patched:
        patched.setattr(sa.engine.Transaction, "commit", _killed)
        with pytest.raises(KeyboardInterrupt):
            migrate(url, tmp_path)
    with sqlite3.connect(tmp_path / "a.db") as tx:
        assert tx.execute("SELECT count(*) FROM sqlite_master").fetchone() == (0,)
    tx.close()
    migrate(url, tmp_path)
    assert differences(url) == []


def _killed(_transaction) -> None:
    raise KeyboardInterrupt


INIT = ("init", "--name", "Shop", "--origin", "https://shop.test", "--admin", "ada@shop.test")


def test_a_database_is_refused_with_another_pepper(empty_database_url, tmp_path):
    """With another pepper every visitor would be a stranger, and every like could be given twice."""
    here, there = tmp_path / "here", tmp_path / "there"
    here.mkdir(), there.mkdir()
    afterlike(*INIT, home=here, database_url=empty_database_url)
    for command in (INIT, ("serve",), ("work",), ("sign-in-link", "ada@shop.test")):
        ran = afterlike(*command, home=there, check=False, database_url=empty_database_url)
        assert ran.returncode != 0 and "AFTERLIKE_PEPPER" in ran.stderr
    afterlike(*INIT, home=there, database_url=empty_database_url, pepper=(here / "pepper").read_text().strip())
