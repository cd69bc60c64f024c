"""Group commit: what is answered is committed, only the culprit fails, nothing is taken that cannot be kept."""

import multiprocessing
import os
import threading

import pytest
import sqlalchemy as sa
from ground.making import Aside, facts_of, keep_fact, opened

from afterlike import tables
from afterlike.db import Database
from afterlike.errors import Conflict, Unavailable
from afterlike.writer import MOST, Writer
from parts.programs import until


class Gate:
    """An `apply` that waits inside its transaction until it is opened: what comes meanwhile is one batch."""

    def __init__(self):
        self.inside, self.open = threading.Event(), threading.Event()

    def __call__(self, tx, items):
        self.inside.set()
        assert self.open.wait(20)
        return [None] * len(items)


@pytest.fixture
def gate(database):
    """The writer stands at the gate; leave it open at the end."""
    made = Gate()
    waiting = Aside(lambda: database.write(made, None))
    assert made.inside.wait(10)
    yield made
    made.open.set()
    waiting.result()


def all_waiting(database: Database, number: int):
    until(lambda: database._writer._waiting.qsize() == number, what=f"{number} writes to wait")


def test_a_write_is_in_the_database_when_it_is_answered(database):
    assert database.write(keep_fact, ("a", "1")) == "1"
    assert facts_of(database) == {"a": "1"}


def test_what_waits_together_is_kept_in_one_transaction(database, gate):
    sizes = []

    def counting(tx, items):
        sizes.append(len(items))
        return keep_fact(tx, items)

    waiting = [Aside(lambda n=n: database.write(counting, (f"n{n}", str(n)))) for n in range(20)]
    all_waiting(database, 20)
    gate.open.set()
    assert [one.result() for one in waiting] == [str(n) for n in range(20)]
    assert sizes == [20] and len(facts_of(database)) == 20


def test_a_batch_has_an_end(database, gate):
    sizes = []

    def counting(tx, items):
        sizes.append(len(items))
        return [None] * len(items)

    waiting = [Aside(lambda: database.write(counting, None)) for _ in range(MOST + 44)]
    all_waiting(database, MOST + 44)
    gate.open.set()
    for one in waiting:
        one.result()
    assert sizes == [MOST, 44]


def test_kinds_that_wait_together_are_applied_each_once_and_answered_in_their_places(database, gate):
    def double(tx, items):
        return [item * 2 for item in items]

    def negative(tx, items):
        return [-item for item in items]

    waiting = [Aside(lambda n=n: database.write(double if n % 2 else negative, n)) for n in range(10)]
    all_waiting(database, 10)
    gate.open.set()
    assert [one.result() for one in waiting] == [n * 2 if n % 2 else -n for n in range(10)]


def test_when_a_batch_fails_only_the_culprit_fails(database, gate):
    def keep(tx, items):
        kept = keep_fact(tx, items)
        if "bad" in kept:
            raise ValueError("a bad one")
        return kept

    waiting = {n: Aside(lambda n=n: database.write(keep, (f"n{n}", "bad" if n == 7 else "good"))) for n in range(15)}
    all_waiting(database, 15)
    gate.open.set()
    with pytest.raises(ValueError, match="a bad one"):
        waiting.pop(7).result()
    assert {one.result() for one in waiting.values()} == {"good"}
    assert set(facts_of(database)) == {f"n{n}" for n in waiting}


def test_two_that_cannot_both_be_are_settled_one_by_one(database, gate):
    waiting = [Aside(lambda n=n: database.write(keep_fact, ("same", str(n)))) for n in range(3)]
    all_waiting(database, 3)
    gate.open.set()
    outcomes = []
    for one in waiting:
        try:
            outcomes.append(one.result())
        except sa.exc.IntegrityError:
            outcomes.append("refused")
    assert outcomes.count("refused") == 2 and facts_of(database) == {"same": next(o for o in outcomes if o != "refused")}


def test_an_answer_that_is_an_error_is_raised_and_the_others_are_committed(database, gate):
    def judge(tx, items):
        keep_fact(tx, items)
        return [Conflict("no") if value == "bad" else value for _, value in items]

    waiting = [Aside(lambda n=n: database.write(judge, (f"n{n}", "bad" if n == 1 else "good"))) for n in range(3)]
    all_waiting(database, 3)
    gate.open.set()
    assert waiting[0].result() == waiting[2].result() == "good"
    with pytest.raises(Conflict, match="no"):
        waiting[1].result()
    assert len(facts_of(database)) == 3


def test_too_few_answers_fail_whoever_waits(database):
    with pytest.raises(ValueError, match="shorter"):
        database.write(lambda tx, items: [], "x")
    assert database.write(keep_fact, ("a", "1")) == "1"


def test_what_waits_is_kept_before_the_writer_ends(database_url):
    gate = Gate()
    with opened(database_url) as database:
        first = Aside(lambda: database.write(gate, None))
        assert gate.inside.wait(10)
        waiting = [Aside(lambda n=n: database.write(keep_fact, (f"n{n}", "kept"))) for n in range(30)]
        all_waiting(database, 30)
        closing = Aside(database._writer.close)
        until(lambda: database._writer._closed, what="the door to close")
        with pytest.raises(Unavailable, match="restarting"):
            database.write(keep_fact, ("late", "1"))
        gate.open.set()
        first.result()
        assert [one.result() for one in waiting] == ["kept"] * 30
        closing.result()
        assert len(facts_of(database)) == 30


def test_closing_twice_or_unused_is_fine(database_url):
    with opened(database_url) as database:
        database._writer.close()
        database._writer.close()
        with pytest.raises(Unavailable):
            database.write(keep_fact, ("a", "1"))


def test_after_a_fork_each_process_has_a_writer_of_its_own(database):
    database.write(keep_fact, ("parent", str(os.getpid())))
    database.engine.dispose()
    context = multiprocessing.get_context("fork")
    child = context.Process(target=_in_child, args=(database,))
    child.start()
    child.join(20)
    assert child.exitcode == 0
    database.write(keep_fact, ("parent again", "1"))
    assert set(facts_of(database)) == {"parent", "child", "parent again"}


def _in_child(database: Database) -> None:
    database.engine.dispose(close=False)
    database.write(keep_fact, ("child", str(os.getpid())))
    database.close()


def test_whoever_has_given_up_is_not_kept_later(database_url):
    """The asker was told that nothing was kept, so nothing may be kept."""
    with opened(database_url) as database:
        writer = Writer(database.engine, patience_s=-4.9)  # write() waits 5 s longer than that
        gate = Gate()
        first = Aside(lambda: writer.write(gate, None))
        assert gate.inside.wait(10)
        with pytest.raises(Unavailable):
            writer.write(keep_fact, ("given up", "1"))
        with pytest.raises(Unavailable):
            first.result()
        gate.open.set()
        writer.close()
        assert facts_of(database) == {}


def test_a_locked_sqlite_is_waited_for_and_then_told(tmp_path):
    url = f"sqlite:///{tmp_path / 'a.db'}"
    with opened(url) as other, opened(url, patience_s=0) as database:
        with other.engine.begin(), pytest.raises(Unavailable) as told:
            database.write(keep_fact, ("a", "1"))
        assert told.value.retry_after > 0
        assert database.write(keep_fact, ("a", "1")) == "1"


def test_a_lock_that_goes_in_time_costs_nobody_anything(tmp_path):
    url = f"sqlite:///{tmp_path / 'a.db'}"
    with opened(url) as other, opened(url, patience_s=20) as database:
        with other.engine.begin():
            waiting = Aside(lambda: database.write(keep_fact, ("a", "1")))
            until(lambda: database._writer._thread is not None and database._writer._waiting.empty(), what="the writer to wait")
        assert waiting.result() == "1"


def test_a_full_disk_is_told_and_does_no_harm(tmp_path):
    """D5: SQLITE_FULL rolls everything back; when there is room again it goes on."""
    with opened(f"sqlite:///{tmp_path / 'a.db'}") as database:
        limit = {"pages": 0}

        @sa.event.listens_for(database.engine, "begin")
        def _narrow(connection):
            connection.exec_driver_sql(f"PRAGMA max_page_count={limit['pages'] or 1_000_000_000}")

        database.write(keep_fact, ("before", "x"))
        limit["pages"] = 1  # SQLite reads it as: not one page more
        refused = 0
        for number in range(30):
            try:
                database.write(keep_fact, (f"n{number}", "x" * 3000))
            except Unavailable:
                refused += 1
        assert refused >= 25
        limit["pages"] = 0
        assert database.write(keep_fact, ("after", "x")) == "x"
        assert {"before", "after"} <= set(facts_of(database)) and len(facts_of(database)) == 32 - refused
        with database.read() as tx:
            assert tx.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"


@pytest.mark.parametrize("nth", [1, 2, 3, 7])
def test_the_nth_write_fails_and_the_others_do_not(database, nth):
    """D5: whichever statement fails, what was acknowledged is there and what was refused is not."""
    count = {"now": 0}

    @sa.event.listens_for(database.engine, "before_cursor_execute")
    def _fail(_connection, _cursor, statement, *_rest):
        if statement.startswith("INSERT"):
            count["now"] += 1
            if count["now"] == nth:
                raise sa.exc.OperationalError(statement, {}, Exception("disk I/O error"))

    acknowledged, refused = [], []
    for number in range(10):
        try:
            database.write(keep_fact, (f"n{number}", "x"))
            acknowledged.append(f"n{number}")
        except Unavailable:
            refused.append(f"n{number}")
    assert refused == [f"n{nth - 1}"] and sorted(facts_of(database)) == sorted(acknowledged)


def test_a_row_that_another_process_was_quicker_with_is_seen_at_the_next_try(fresh_postgres):
    """Two web processes take the same id at the same moment; the slower one answers as if it had come later."""

    def ensure(tx, items):
        known = {row.name for row in tx.execute(sa.select(tables.facts))}
        new = [(name, value) for name, value in items if name not in known]
        if new:
            keep_fact(tx, new)
        return ["new" if item in new else "known" for item in items]

    with opened(fresh_postgres) as here, opened(fresh_postgres) as there:
        with there.engine.begin() as tx:
            assert ensure(tx, [("same", "there")]) == ["new"]
            waiting = Aside(lambda: here.write(ensure, ("same", "here")))
            _until_somebody_waits(there)
        assert waiting.result() == "known"
        assert facts_of(here) == {"same": "there"}


def test_two_processes_that_wait_for_each_other_both_get_through(fresh_postgres):
    """A deadlock: PostgreSQL ends one of the two, and that one tries again."""
    with opened(fresh_postgres) as here, opened(fresh_postgres) as there:
        here.write(keep_fact, ("a", "0"))
        here.write(keep_fact, ("b", "0"))
        met = threading.Barrier(2, timeout=20)
        tries = []

        def moved(names):
            def apply(tx, items):
                tries.append(names)
                for number, name in enumerate(names):
                    tx.execute(
                        sa.update(tables.facts)
                        .where(tables.facts.c.name == name)
                        .values(value=sa.func.concat(tables.facts.c.value, "+"))
                    )
                    if number == 0 and len(tries) <= 2:
                        met.wait()
                return [None] * len(items)

            return apply

        first = Aside(lambda: here.write(moved("ab"), None))
        second = Aside(lambda: there.write(moved("ba"), None))
        first.result(), second.result()
        assert len(tries) >= 3 and facts_of(here) == {"a": "0++", "b": "0++"}


def _until_somebody_waits(database: Database) -> None:
    def waits() -> bool:
        with database.engine.connect() as tx:
            return tx.exec_driver_sql("SELECT count(*) FROM pg_locks WHERE NOT granted").scalar() > 0

    until(waits, what="the other to wait for our lock")
