"""Every row is folded once, in order, whatever is killed when and whoever commits first."""

import pytest
import sqlalchemy as sa
from ground.making import NOW, Aside, opened

from afterlike import journal, tables
from parts.programs import until


def happened(*ids: int, kind: str = "liked") -> list[dict]:
    return [{"site_id": 1, "kind": kind, "at": NOW, "like_id": number} for number in ids]


def append(tx, items):
    for rows in items:
        journal.append(tx, rows)
    return [None] * len(items)


class Reader:
    """Folds the journal into a table, so that what it read is committed or rolled back with the cursor."""

    def __init__(self, name: str = "reader", fail_at: int | None = None):
        self.name, self.fail_at, self.batches = name, fail_at, []

    def fold(self, tx, unread) -> None:
        rows = tx.execute(unread).all()
        self.batches.append([row.like_id for row in rows])
        tx.execute(sa.insert(tables.facts), [{"name": f"{self.name} {row.id}", "value": str(row.like_id)} for row in rows])
        if self.fail_at in self.batches[-1]:
            raise ZeroDivisionError("killed in the middle")

    def read(self, database) -> list[int]:
        with database.read() as tx:
            rows = tx.execute(sa.select(tables.facts).where(tables.facts.c.name.startswith(f"{self.name} "))).all()
        return [int(row.value) for row in sorted(rows, key=lambda row: int(row.name.split()[1]))]


def test_a_reader_reads_each_row_once_and_in_order(database):
    reader = Reader()
    database.write(append, happened(1, 2, 3))
    assert journal.follow(database, "reader", reader.fold) == 3
    assert journal.follow(database, "reader", reader.fold) == 0
    database.write(append, happened(4))
    assert journal.follow(database, "reader", reader.fold) == 1
    assert reader.batches == [[1, 2, 3], [4]]


def test_readers_do_not_disturb_each_other(database):
    one, two = Reader("one"), Reader("two")
    database.write(append, happened(1))
    journal.follow(database, "one", one.fold)
    database.write(append, happened(2))
    journal.follow(database, "two", two.fold)
    assert (one.read(database), two.read(database)) == ([1], [1, 2])


def test_much_is_read_in_portions(database):
    reader = Reader()
    database.write(append, happened(*range(25)))
    assert journal.follow(database, "reader", reader.fold, most=10) == 25
    assert [len(batch) for batch in reader.batches] == [10, 10, 5]


def test_a_fold_that_is_killed_moves_nothing(database):
    database.write(append, happened(1, 2, 3))
    broken = Reader(fail_at=2)
    with pytest.raises(ZeroDivisionError):
        journal.follow(database, "reader", broken.fold)
    assert broken.read(database) == []
    reader = Reader()
    journal.follow(database, "reader", reader.fold)
    assert reader.read(database) == [1, 2, 3]


def test_a_reader_goes_on_where_it_was_after_a_restart(database_url):
    reader = Reader()
    with opened(database_url) as database:
        database.write(append, happened(1, 2))
        journal.follow(database, "reader", reader.fold)
    with opened(database_url) as database:
        database.write(append, happened(3))
        journal.follow(database, "reader", reader.fold)
        assert reader.read(database) == [1, 2, 3]


def test_two_workers_that_follow_at_once_fold_each_row_once(database_url):
    with opened(database_url) as here, opened(database_url) as there:
        for start in range(0, 200, 10):
            here.write(append, happened(*range(start, start + 10)))
        readers = [Reader(), Reader()]
        runs = [
            Aside(lambda one=one, r=r: journal.follow(one, "reader", r.fold, most=7))
            for one, r in zip((here, there), readers, strict=True)
        ]
        assert sum(run.result(60) for run in runs) == 200
        assert readers[0].read(here) == list(range(200))


def test_a_reader_that_is_new_in_two_processes_reads_once(database):
    """Before its cursor is there, a lock on it would lock nothing."""
    database.write(append, happened(1, 2))
    counted = []

    def count(_tx, unread):
        counted.append(unread)

    with database.engine.begin() as first:
        assert journal._fold(first, [("reader", count, 9, 2)]) == [2]
        second = Aside(lambda: _in_one(database, count))
        with pytest.raises(TimeoutError):  # it waits for what the first one does
            second.result(0.5)
    assert second.result() == [0] and len(counted) == 1


def _in_one(database, fold) -> list[int]:
    with database.engine.begin() as tx:
        return journal._fold(tx, [("reader", fold, 9, 2)])


def test_a_lower_id_that_commits_later_is_not_skipped(fresh_postgres):
    """PostgreSQL hands out ids before COMMIT: one connection takes the lower id and commits after the other."""
    with opened(fresh_postgres) as database:
        reader, slow, quick = Reader(), database.engine.connect(), database.engine.connect()
        with slow, quick:
            journal.append(slow, happened(1))
            journal.append(quick, happened(2))
            quick.commit()
            following = Aside(lambda: journal.follow(database, "reader", reader.fold))
            until(lambda: _waits(database), what="the reader to wait for the slow one")
            assert reader.batches == []
            slow.commit()
        assert following.result() == 2
        assert reader.read(database) == [1, 2]


def test_a_lower_id_that_never_commits_holds_nobody_up(fresh_postgres):
    with opened(fresh_postgres) as database:
        reader = Reader()
        with database.engine.connect() as slow:
            journal.append(slow, happened(1))
            database.write(append, happened(2))
            following = Aside(lambda: journal.follow(database, "reader", reader.fold))
            until(lambda: _waits(database), what="the reader to wait")
            slow.rollback()
        assert following.result() == 1 and reader.read(database) == [2]


def _waits(database) -> bool:
    with database.engine.connect() as tx:
        return tx.exec_driver_sql("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted").scalar() == 1


def test_an_id_is_never_used_again(database):
    """A cursor would skip a row that took the id of one that is gone."""
    database.write(append, happened(1, 2))
    with database.engine.begin() as tx:
        before = tx.scalar(sa.select(sa.func.max(tables.journal.c.id)))
        tx.execute(sa.delete(tables.journal))
        journal.append(tx, happened(3))
        assert tx.scalar(sa.select(sa.func.max(tables.journal.c.id))) > before


def test_nothing_is_appended_for_nothing(database):
    database.write(append, [])
    with database.read() as tx:
        assert tx.scalar(sa.select(sa.func.count()).select_from(tables.journal)) == 0


def test_the_journal_has_room_for_ids_only():
    """Nobody's words or address can get into it: every column but the kind is a number."""
    texts = [column.name for column in tables.journal.c if not isinstance(column.type, sa.Integer)]
    assert texts == ["kind"]
