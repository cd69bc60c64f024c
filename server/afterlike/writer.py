"""Group commit: one writer thread per process keeps all waiting items of one kind in one transaction.

The promise: `write` returns after COMMIT or raises. When a batch fails it is replayed one by one, so that only the
culprit fails. `apply(tx, items) -> answers` must be set-based, do no other input or output, and be able to run again:
after a crash between COMMIT and the answer the client sends the same item once more (docs/decisions/0003-writes.md).
"""

import logging
import os
import queue
import threading
import time
from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from prometheus_client import Histogram

from afterlike.errors import AfterlikeError, Unavailable

log = logging.getLogger(__name__)

MOST = 256  # items in one transaction
TRIES = 5  # for one item that meets the same row, or a lock the other way round, in another process
STOP = None

batch_items = Histogram("afterlike_batch_items", "Items kept in one transaction", buckets=(1, 2, 4, 8, 16, 32, 64, 128, 256))

Apply = Callable[[sa.Connection, list], list]


class Ticket:
    """One waiting item; `done` opens when it is committed or has failed."""

    __slots__ = ("apply", "item", "done", "answer", "failed", "given_up")

    def __init__(self, apply: Apply, item: Any):
        self.apply, self.item = apply, item
        self.answer = self.failed = None
        self.given_up = False
        self.done = threading.Lock()
        self.done.acquire()

    def settle(self, answer: Any) -> None:
        self.answer = answer
        self.done.release()

    def fail(self, failed: BaseException) -> None:
        self.failed = failed
        self.done.release()


class Writer:
    """The queue and its thread; the thread starts with the first write, so always after a fork."""

    def __init__(self, engine: sa.Engine, *, patience_s: float = 30, pause_s: float = 0):
        self._engine, self._patience_s, self._pause_s = engine, patience_s, pause_s
        self._lock = threading.Lock()
        self._waiting: queue.SimpleQueue = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._pid = 0
        self._closed = False

    def write(self, apply: Apply, item: Any) -> Any:
        """The answer of `apply` for this item, after COMMIT.

        Raises what `apply` answered or raised for it (an AfterlikeError), and Unavailable when the database could
        not take it in time.
        """
        ticket = Ticket(apply, item)
        with self._lock:
            self._be_running()
            self._waiting.put(ticket)
        if not ticket.done.acquire(timeout=self._patience_s + 5):
            ticket.given_up = True
            raise Unavailable()
        if ticket.failed is not None:
            raise ticket.failed
        if isinstance(ticket.answer, AfterlikeError):
            raise ticket.answer
        return ticket.answer

    def close(self) -> None:
        """Takes nothing new, keeps what is waiting, ends the thread."""
        with self._lock:
            self._closed = True
            running = self._thread if self._pid == os.getpid() else None
            self._waiting.put(STOP)
        if running is not None:
            running.join()

    def _be_running(self) -> None:
        if self._closed:
            raise Unavailable("We are restarting. Send it again in a moment.")
        if self._pid != os.getpid():
            self._pid, self._waiting = os.getpid(), queue.SimpleQueue()
            self._thread = threading.Thread(target=self._run, name="writer", daemon=True)
            self._thread.start()

    def _run(self) -> None:
        waiting = self._waiting
        while (first := waiting.get()) is not STOP:
            if self._pause_s:
                time.sleep(self._pause_s)
            tickets, stop = _all_waiting(waiting, first)
            self._keep([ticket for ticket in tickets if not ticket.given_up])
            if stop:
                return

    def _keep(self, tickets: list[Ticket], tries: int = 1) -> None:
        try:
            answers = self._together(tickets)
        except Exception as failed:  # whatever it was, somebody waits for an answer
            self._after_failure(tickets, failed, tries)
        else:
            for ticket, answer in zip(tickets, answers, strict=True):
                ticket.settle(answer)

    def _together(self, tickets: list[Ticket]) -> list:
        kinds: dict[Apply, list[int]] = {}
        for place, ticket in enumerate(tickets):
            kinds.setdefault(ticket.apply, []).append(place)
        answers = [None] * len(tickets)
        with self._engine.begin() as tx:
            for apply, places in kinds.items():
                given = apply(tx, [tickets[place].item for place in places])
                for place, answer in zip(places, given, strict=True):
                    answers[place] = answer
        batch_items.observe(len(tickets))
        return answers

    def _after_failure(self, tickets: list[Ticket], failed: Exception, tries: int) -> None:
        if len(tickets) == 1:
            if _met_another(failed) and tries < TRIES:
                self._keep(tickets, tries + 1)
            else:
                tickets[0].fail(_told(failed))
            return
        log.warning("a batch of %d is replayed one by one: %s", len(tickets), type(failed).__name__)
        until = time.monotonic() + self._patience_s
        for ticket in tickets:
            if time.monotonic() > until:
                ticket.fail(_told(failed))
            else:
                self._keep([ticket])


def _all_waiting(waiting: queue.SimpleQueue, first: Ticket) -> tuple[list[Ticket], bool]:
    tickets = [first]
    while len(tickets) < MOST:
        try:
            ticket = waiting.get_nowait()
        except queue.Empty:
            break
        if ticket is STOP:
            return tickets, True
        tickets.append(ticket)
    return tickets, False


def _met_another(failed: Exception) -> bool:
    """Whether another process was quicker with the same row, or waited for ours: the next try sees what it left."""
    return isinstance(failed, sa.exc.IntegrityError) or getattr(getattr(failed, "orig", None), "sqlstate", "") in LOST


LOST = ("40001", "40P01")  # PostgreSQL: serialization failure, deadlock


def _told(failed: Exception) -> Exception:
    """What the asker is told: a database that is locked, full or away is Unavailable; the rest as it is."""
    if isinstance(failed, (sa.exc.OperationalError, sa.exc.InterfaceError, sa.exc.TimeoutError, sa.exc.InternalError)):
        log.warning("the database did not take it: %s", str(failed.__cause__ or failed).splitlines()[0])
        told = Unavailable()
        told.__cause__ = failed
        return told
    return failed
