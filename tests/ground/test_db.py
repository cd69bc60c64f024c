"""Reading is consistent and reads only; SQLite keeps the manners it was told."""

import pytest
import sqlalchemy as sa
from ground.making import facts_of, keep_fact, opened

from afterlike import db, tables
from afterlike.db import Database, remember_pepper
from afterlike.errors import Unavailable
from parts.programs import free_port

PRAGMAS = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "wal_autocheckpoint": 16_384, "busy_timeout": 7000}


@pytest.mark.parametrize(("name", "value"), PRAGMAS.items(), ids=PRAGMAS)
def test_sqlite_has_the_manners_it_was_told(tmp_path, name, value):
    with opened(f"sqlite:///{tmp_path / 'a.db'}", patience_s=7) as database:
        for ask in (database.engine.begin, database.read):
            with ask() as tx:
                assert tx.exec_driver_sql(f"PRAGMA {name}").scalar() == value


def test_a_writer_takes_the_lock_at_once_and_a_reader_never(tmp_path):
    """BEGIN IMMEDIATE: two that read and then write cannot both get stuck; and readers go on beside a writer."""
    url = f"sqlite:///{tmp_path / 'a.db'}"
    with opened(url) as one, opened(url, patience_s=0) as two:
        one.write(keep_fact, ("a", "1"))
        with one.engine.begin():
            assert facts_of(two) == {"a": "1"}
            with pytest.raises(sa.exc.OperationalError, match="locked"), two.engine.begin():
                pass


def test_what_fails_in_the_middle_leaves_nothing(database):
    with pytest.raises(ZeroDivisionError), database.engine.begin() as tx:
        keep_fact(tx, [("a", "1")])
        1 / 0  # noqa: B018
    assert facts_of(database) == {}


def test_a_part_may_be_undone_inside_of_a_whole(database):
    """Savepoints: by default pysqlite would commit each part by itself."""
    with database.engine.begin() as tx:
        keep_fact(tx, [("kept", "1")])
        with pytest.raises(ZeroDivisionError), tx.begin_nested():
            keep_fact(tx, [("undone", "1")])
            1 / 0  # noqa: B018
    assert facts_of(database) == {"kept": "1"}


def test_a_look_does_not_change_while_it_lasts(database):
    database.write(keep_fact, ("a", "1"))
    counted = sa.select(sa.func.count()).select_from(tables.facts)
    with database.read() as tx:
        assert tx.scalar(counted) == 1
        database.write(keep_fact, ("b", "2"))
        assert tx.scalar(counted) == 1
    assert len(facts_of(database)) == 2


def test_a_look_changes_nothing(database):
    """PostgreSQL refuses it; SQLite is asked for nothing else than a plain BEGIN, and what was written goes nowhere."""
    if database.engine.dialect.name == "postgresql":
        with pytest.raises(sa.exc.InternalError, match="read-only"), database.read() as tx:
            keep_fact(tx, [("a", "1")])
    else:
        with database.read() as tx:
            assert tx.get_execution_options()["reader"]
    assert facts_of(database) == {}


def test_a_database_that_is_away_is_unavailable_and_not_broken():
    database = Database(f"postgresql+psycopg://afterlike@127.0.0.1:{free_port()}/none", patience_s=1)
    with pytest.raises(Unavailable), database.read():
        pass
    with pytest.raises(Unavailable):
        database.write(keep_fact, ("a", "1"))
    database.close()


def test_a_database_that_comes_back_is_used_again(postgres, fresh_postgres):
    with opened(fresh_postgres) as database:
        database.write(keep_fact, ("before", "1"))
        postgres.kill()
        with pytest.raises(Unavailable):
            database.write(keep_fact, ("meanwhile", "1"))
        postgres.start()
        database.write(keep_fact, ("after", "1"))
        assert set(facts_of(database)) == {"before", "after"}


def test_foreign_keys_are_kept(database):
    with pytest.raises(sa.exc.IntegrityError), database.engine.begin() as tx:
        tx.execute(sa.insert(tables.site_origins).values(site_id=12345, origin="https://a.test"))


def test_an_insert_knows_conflicts_on_both_databases(database):
    with database.engine.begin() as tx:
        for value in ("1", "2"):
            tx.execute(
                db.insert(tx, tables.facts)
                .values(name="a", value=value)
                .on_conflict_do_update(index_elements=["name"], set_={"value": value})
            )
    assert facts_of(database) == {"a": "2"}


def test_a_database_remembers_the_pepper_it_was_made_with(database):
    with database.engine.begin() as tx:
        assert remember_pepper(tx, b"first") and remember_pepper(tx, b"first")
        assert not remember_pepper(tx, b"other")
    assert "first" not in str(facts_of(database))
