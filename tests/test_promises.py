"""D1, D5, D6, D9 against real processes: what was answered 2xx is there afterwards, once, whatever is killed when."""

import contextlib
import http.client
import itertools
import os
import resource
import signal
import threading
import time
import uuid
from collections import Counter
from pathlib import Path

import pytest
import sqlalchemy as sa
from collect.making import Door, Keeper

from afterlike import collect, db, tables
from cast import CHAIR, LAMP, TEAPOT
from parts.fetch import Answer
from parts.programs import until

GONE = (ConnectionError, http.client.HTTPException, TimeoutError)


class Crowd:
    """Visitors who press and press again until they are answered, as the widget's outbox does; and what they were told.

    `told` maps the id of a like to the answer that acknowledged it. Statuses that a client may not see are in `wrongs`.
    """

    def __init__(self, door: Door, *, people: int = 8):
        self.door, self.told, self.statuses, self.wrongs = door, {}, Counter(), []
        self._numbers, self._stop = itertools.count(1), threading.Event()
        self._threads = [threading.Thread(target=self._press, daemon=True) for _ in range(people)]

    def __enter__(self) -> "Crowd":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_raised) -> None:
        """Nobody starts anew; whoever waits for an answer is waited for."""
        self._stop.set()
        for thread in self._threads:
            thread.join(90)
        assert not any(thread.is_alive() for thread in self._threads), "somebody never got an answer"

    def _press(self) -> None:
        while not self._stop.is_set():
            number = next(self._numbers)
            body = self.door.body(f"{number:032x}", (LAMP, CHAIR, TEAPOT)[number % 3], id=str(uuid.UUID(int=number)))
            self._until_answered(body)

    def _until_answered(self, body: dict) -> None:
        end = time.monotonic() + 80
        while time.monotonic() < end:
            try:
                answer = self.door.post("/v1/likes", body)
            except GONE:
                self._stop.wait(0.05)
                continue
            self.statuses[answer.status] += 1
            if answer.status == 200:
                self.told[body["id"]] = answer.json
                return
            self._note(answer)
            threading.Event().wait(0.05)
        self.wrongs.append(f"no answer for {body['id']}")

    def _note(self, answer: Answer) -> None:
        if answer.status != 503 or "Retry-After" not in answer.headers:
            self.wrongs.append(str(answer))

    def has(self, number: int) -> None:
        """Waits until so many more likes are acknowledged."""
        wanted = len(self.told) + number
        until(lambda: len(self.told) >= wanted, within_s=60, what=f"{number} more likes to be acknowledged")


def everything_is_there(door: Door, crowd: Crowd) -> None:
    """The ledger of what was acknowledged against the tables, and the tables against each other."""
    likes = door.rows(tables.likes)
    stored = Counter(str(uuid.UUID(bytes=bytes(row.uuid))) for row in likes)
    assert [like_id for like_id in crowd.told if stored[like_id] != 1] == []
    assert set(stored) == set(crowd.told)  # everybody pressed until they were answered
    assert Counter((row.visitor_id, row.product_id) for row in likes).most_common(1)[0][1] == 1
    counted = sa.select(tables.products.c.id, tables.like_counts.c.counted).join_from(tables.products, tables.like_counts)
    counts = door.read(lambda tx: dict(tx.execute(counted.where(tables.products.c.site_id == door.known.id)).all()))
    assert counts == dict(Counter(row.product_id for row in likes))
    assert sorted(row.like_id for row in door.rows(tables.journal)) == [row.id for row in likes]
    with contextlib.closing(db.Database(door.keeper.database_url)) as ours:
        collect.tally(ours)  # beside the server's own: a killed one keeps its lease for a minute
    tallies = sa.select(sa.func.sum(tables.tallies.c.count)).where(tables.tallies.c.site_id == door.known.id)
    assert door.read(lambda tx: tx.scalar(tallies)) == len(likes)


@contextlib.contextmanager
def opened(server, url: str, **settings):
    running = server(database_url=url, workers=1 if url.startswith("sqlite") else 2, **settings)
    keeper = Keeper("own", running, url)
    try:
        yield keeper.open()
    finally:
        keeper.close()


def killed_again_and_again(server, url: str, *, workers: int, masters: int) -> None:
    with opened(server, url) as door:
        running = door.keeper.server
        with Crowd(door) as crowd:
            for _ in range(workers):
                crowd.has(30)
                before = until(running.workers, what="a worker process")
                running.kill(before[0])
                until(
                    lambda gone=before[0]: running.workers() and gone not in running.workers(), within_s=30, what="another worker"
                )
            for _ in range(masters):
                crowd.has(30)
                left = running.workers()
                running.kill()
                for orphan in left:  # a worker without its master ends by itself; kill -9 spares it the time
                    with contextlib.suppress(ProcessLookupError):
                        os.kill(orphan, signal.SIGKILL)
                running.start()
            crowd.has(30)
        assert crowd.wrongs == []
        everything_is_there(door, crowd)


# D1.


def test_nothing_acknowledged_is_lost_when_processes_are_killed(server, database_url):
    killed_again_and_again(server, database_url, workers=3, masters=1)


@pytest.mark.long
def test_nothing_acknowledged_is_lost_however_often_processes_are_killed(server, database_url):
    killed_again_and_again(server, database_url, workers=20, masters=5)


def test_nothing_acknowledged_is_lost_when_postgres_is_killed(server, postgres, fresh_postgres):
    """SQL goes away and comes back: likes wait or are answered 503 and come again."""
    with opened(server, fresh_postgres) as door:
        with Crowd(door) as crowd:
            crowd.has(30)
            postgres.kill()
            until(lambda: crowd.statuses[503] >= 3, within_s=60, what="somebody to be told")
            postgres.start()
            crowd.has(30)
        assert crowd.wrongs == []
        everything_is_there(door, crowd)


# D6.


def stopped_in_a_burst(server, url: str, within_s: float) -> None:
    with opened(server, url) as door:
        crowd = Crowd(door, people=16)
        with crowd:
            crowd.has(60)
            asked_at = time.monotonic()
            assert door.keeper.server.stop(within_s=within_s) == 0
            assert time.monotonic() - asked_at < within_s
            door.keeper.server.start()
            crowd.has(30)
        assert crowd.wrongs == []
        everything_is_there(door, crowd)


def test_a_stop_in_a_burst_answers_what_is_in_flight_and_ends_in_ten_seconds(server, database_url):
    stopped_in_a_burst(server, database_url, 10)


def test_a_request_that_waits_for_the_database_is_answered_before_the_process_ends(server, tmp_path):
    """SIGTERM while a like waits for a lock: the lock goes within the grace, and the like is answered, not cut off."""
    url = f"sqlite:///{tmp_path / 'a.db'}"
    with opened(server, url) as door:
        told = []
        with locked(url) as lock:
            waiting = threading.Thread(target=lambda: told.append(door.post("/v1/likes", door.body())))
            waiting.start()
            until(lambda: _is_busy(door), what="the like to arrive")
            door.keeper.server.program.send(signal.SIGTERM)
            lock.release_soon()
            waiting.join(20)
        assert [answer.status for answer in told] == [200]
        assert len(door.rows(tables.likes)) == 1


def _is_busy(door: Door) -> bool:
    """Whether the server has an open connection from us, so that the like is with it and not on its way."""
    port = f":{door.keeper.server.port:04X}"
    lines = Path("/proc/net/tcp").read_text().splitlines()[1:]
    return any(line.split()[1].endswith(port) and line.split()[3] == "01" for line in lines)


# D9.


class Lock:
    """Another process's write lock on a SQLite database."""

    def __init__(self, tx):
        self._tx, self._timers = tx, []

    def release_soon(self, after_s: float = 0.5) -> None:
        timer = threading.Timer(after_s, self._tx.rollback)
        timer.start()
        self._timers.append(timer)

    def close(self) -> None:
        for timer in self._timers:
            timer.join()


@contextlib.contextmanager
def locked(url: str):
    engine = db.engine(url)
    with engine.connect() as tx:
        tx.execute(sa.text("SELECT 1"))  # which begins, and BEGIN IMMEDIATE takes the lock
        lock = Lock(tx)
        try:
            yield lock
        finally:
            lock.close()
            tx.rollback()
    engine.dispose()


def locked_for(server, url: str, seconds: float) -> None:
    with opened(server, url) as door:
        with Crowd(door) as crowd:
            crowd.has(20)
            with locked(url):
                before = len(crowd.told)
                threading.Event().wait(seconds)  # the fault itself has this length
                assert len(crowd.told) <= before + 8  # what was in flight when the lock came
                assert door.send("GET", f"/v1/counts?site={door.site}&products=lamp-1").status == 200
            crowd.has(20)
        assert crowd.wrongs == [] and set(crowd.statuses) == {200}
        everything_is_there(door, crowd)


def test_likes_wait_for_a_locked_database(server, tmp_path):
    locked_for(server, f"sqlite:///{tmp_path / 'a.db'}", 3)


@pytest.mark.long
def test_likes_wait_for_a_database_that_is_locked_for_fifteen_seconds(server, tmp_path):
    locked_for(server, f"sqlite:///{tmp_path / 'a.db'}", 15)


def test_likes_that_waited_too_long_are_told_so_and_taken_later(server, tmp_path):
    url = f"sqlite:///{tmp_path / 'a.db'}"
    with opened(server, url, write_patience=1) as door:
        with Crowd(door) as crowd:
            crowd.has(20)
            with locked(url):
                until(lambda: crowd.statuses[503] >= 3, within_s=30, what="somebody to be told")
            crowd.has(20)
        assert crowd.wrongs == []
        everything_is_there(door, crowd)
        until(lambda: ("likes", "unavailable") in door.dropped(), what="it to be counted")


# D5.


def test_a_full_disk_is_told_and_does_no_harm(server, tmp_path):
    """No file of the process may grow: what SQLite sees of a full disk. Then there is room again."""
    url = f"sqlite:///{tmp_path / 'a.db'}"
    with opened(server, url) as door:
        with Crowd(door) as crowd:
            crowd.has(30)
            [worker] = door.keeper.server.workers()
            free = resource.prlimit(worker, resource.RLIMIT_FSIZE)
            resource.prlimit(worker, resource.RLIMIT_FSIZE, (4096, free[1]))
            until(lambda: crowd.statuses[503] >= 10, within_s=30, what="refusals")
            resource.prlimit(worker, resource.RLIMIT_FSIZE, free)
            crowd.has(30)
        assert crowd.wrongs == []
        assert door.keeper.server.workers() == [worker]
        everything_is_there(door, crowd)
        assert door.read(lambda tx: tx.exec_driver_sql("PRAGMA integrity_check").scalar()) == "ok"
