"""EVERY is done by whoever holds the lease; a dead holder's lease ends; one broken task does not end the others."""

import threading
from types import SimpleNamespace

import pytest
import sqlalchemy as sa
from ground.making import NOW, Aside

from afterlike import tables
from afterlike.errors import Unavailable
from afterlike.worker import EVERY, Worker, note_run, take_lease
from parts.programs import until

LENGTH = 60_000


def took(database, holder: str, at: int, task: str = "mail") -> bool:
    return database.write(take_lease, (task, holder, at, LENGTH))


def test_one_has_the_lease_and_the_other_has_not(database):
    assert took(database, "one", NOW)
    assert not took(database, "two", NOW)
    assert not took(database, "two", NOW + LENGTH - 1)
    assert took(database, "two", NOW, task="tallies")


def test_the_holder_may_keep_it(database):
    assert took(database, "one", NOW)
    assert took(database, "one", NOW + LENGTH // 2)
    assert not took(database, "two", NOW + LENGTH)
    assert took(database, "two", NOW + LENGTH // 2 + LENGTH)


def test_the_lease_of_one_who_died_ends(database):
    assert took(database, "dead", NOW)
    assert took(database, "alive", NOW + LENGTH)
    assert not took(database, "dead", NOW + LENGTH + 1)


def test_of_many_who_ask_at_once_one_gets_it(database_url, database):
    asks = [Aside(lambda n=n: took(database, f"worker {n}", NOW)) for n in range(20)]
    assert sum(ask.result() for ask in asks) == 1


def test_of_two_processes_that_ask_at_once_one_gets_it(database):
    """Each looks before the other has committed."""
    asks = [("mail", "one", NOW, LENGTH)], [("mail", "two", NOW, LENGTH)]
    with database.engine.begin() as first:
        assert take_lease(first, asks[0]) == [True]
        second = Aside(lambda: _in_one(database, asks[1]))
        with pytest.raises(TimeoutError):  # it waits for what the first one does
            second.result(0.5)
    assert second.result() == [False]


def _in_one(database, ask) -> list[bool]:
    with database.engine.begin() as tx:
        return take_lease(tx, ask)


def test_a_run_is_noted_by_its_holder_only(database):
    took(database, "one", NOW)
    database.write(note_run, ("mail", "two", NOW, "done: 9"))
    database.write(note_run, ("mail", "one", NOW, "done: 3"))
    with database.read() as tx:
        [row] = tx.execute(sa.select(tables.leases)).all()
    assert (row.outcome, row.ran_at) == ("done: 3", NOW)


def working(database, *tasks) -> Worker:
    return Worker(SimpleNamespace(db=database), every=tasks)


@pytest.fixture
def workers():
    """Starts workers; stopped at the end."""
    running: list[Worker] = []

    def start(worker: Worker) -> Worker:
        running.append(worker)
        worker.start()
        return worker

    yield start
    for worker in running:
        worker.stop()


def test_two_workers_and_one_does_it(database, workers):
    runs = {"one": 0, "two": 0}
    other = threading.Event()

    def work(name: str):
        def run(_house):
            runs[name] += 1

        return run

    for name in runs:
        workers(working(database, ("the task", work(name), 0), ("another", lambda _house: other.set(), 0)))
    until(lambda: sum(runs.values()) >= 4, what="four runs")
    assert sorted(runs.values())[0] == 0
    assert other.is_set()


def test_a_task_that_fails_does_not_end_the_others(database, workers):
    runs = []

    def fails(_house):
        runs.append("failed")
        raise ZeroDivisionError("oh")

    def waits(_house):
        runs.append("waited")
        raise Unavailable()

    workers(working(database, ("fails", fails, 0), ("waits", waits, 0), ("works", lambda _house: runs.append("worked"), 0)))
    until(lambda: runs.count("worked") >= 2, what="two runs of the good task")
    assert runs[:3] == ["failed", "waited", "worked"]


def test_it_stops_after_the_task_at_hand(database):
    begun, go_on, runs = threading.Event(), threading.Event(), []

    def long(_house):
        begun.set()
        assert go_on.wait(20)
        runs.append("long")

    worker = working(database, ("long", long, 0), ("next", lambda _house: runs.append("next"), 0))
    worker.start()
    assert begun.wait(10)
    stopping = Aside(worker.stop)
    go_on.set()
    stopping.result()
    assert runs == ["long"]


def test_everything_on_the_list_has_a_name_of_its_own_and_a_pace():
    assert len({task for task, _, _ in EVERY}) == len(EVERY)
    assert all(callable(work) and seconds > 0 for _, work, seconds in EVERY)


def test_two_worker_processes_tally_a_like_once(server, fresh_postgres):
    """`afterlike work` beside `serve`, both at it: each journal row is folded once."""
    web = server(database_url=fresh_postgres)
    server("work", home=web.home, new=True, database_url=fresh_postgres, wait=False)
    engine = sa.create_engine(fresh_postgres)
    tallied = sa.select(sa.func.coalesce(sa.func.sum(tables.tallies.c.count), 0))
    with engine.begin() as tx:
        tx.execute(sa.insert(tables.sites).values(key="s", name="S", made_at=NOW))
        tx.execute(
            sa.insert(tables.journal),
            [
                {
                    "site_id": 1,
                    "kind": "liked",
                    "at": NOW,
                    "product_id": n % 3,
                    "visitor_id": None,
                    "like_id": n,
                    "about_id": None,
                }
                for n in range(100)
            ],
        )

    def sum_of_it() -> int:
        with engine.connect() as tx:
            return tx.scalar(tallied)

    until(lambda: sum_of_it() == 100, within_s=30, what="a hundred likes in the tallies")
    engine.dispose()
