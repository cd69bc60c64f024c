"""Background work: EVERY is what runs without being asked, on one page. A lease in the database lets only one do it."""

import logging
import os
import secrets
import socket
import threading
from collections.abc import Callable

import sqlalchemy as sa

from afterlike import collect, db, endorsers, followup, insight, me, outbox, publicity, sites, tables
from afterlike.clock import SECOND, now
from afterlike.errors import Unavailable
from afterlike.web import House
from afterlike.writer import Apply

log = logging.getLogger(__name__)

TICK_S = 0.5
SHORTEST_LEASE_S = 60  # longer than any task takes


def send_what_is_due(house: House) -> int:
    senders = {
        "sign_in": lambda payload: sites.send_sign_in_link(house.db, house.config, payload),
        "webhook_paused": lambda payload: sites.send_paused(house, payload),
        "invitation": lambda payload: sites.send_invitation(house, payload),
        "confirmation": lambda payload: endorsers.send_confirmation(house, payload),
        "me_link": lambda payload: endorsers.send_way_in(house, payload),
        "claim_lapsed": lambda payload: sites.send_lapse(house.db, house.config, payload),
        "message": lambda payload: followup.send_message(house, payload),
        "unattached": lambda payload: followup.send_unattached(house, payload),
        "quote": lambda payload: publicity.send_ask(house, payload),
    }
    return outbox.deliver(house.db, senders, now=now())


def forget(house: House, what: str, apply: Apply) -> int:
    """Deletes what is older than this server keeps it, then what single sites keep for less long; how many went."""
    most = sites.most_days(house.config, what)
    with house.db.read() as tx:
        own = sites.shorter(tx, what, most)
    return sum(house.db.write(apply, (now(), days, site_id)) for site_id, days in [(None, most), *own])


EVERY = (
    # what for                        what runs                                                               seconds
    ("send what the outbox promises", send_what_is_due,                                                            2),
    ("fold the journal into tallies", lambda house: collect.tally(house.db),                                       2),
    ("credit shared links",           lambda house: publicity.credit(house.db),                                    2),
    ("add up people and products",    lambda house: insight.add_up(house.db),                                      5),
    ("tell webhooks what happened",   lambda house: sites.announce(house.db),                                      2),
    ("send what webhooks are told",   sites.send_webhooks,                                                         2),
    ("add up answers of large sites", lambda house: insight.add_up_answers(house.db, now()),                      30),
    ("check claims on origins",       sites.check_due,                                                             2),
    ("erase many people piece by piece", me.go_on,                                                                 2),
    ("check profiles",                endorsers.check_links,                                                       2),
    ("check webmentions",             collect.check_mentions,                                                      2),
    ("look up what names say of our mail", followup.look_up,                                                       2),
    ("open what was put off",         lambda house: house.db.write(followup.wake, now()),                         30),
    ("end quotes whose time is over", lambda house: house.db.write(publicity.expire, now()),                      60),
    ("forget old sessions and links", lambda house: house.db.write(sites.sweep, now()),                         3600),
    ("forget unconfirmed addresses",  lambda house: forget(house, "pending", endorsers.expire),                 3600),
    ("forget origins without a like", lambda house: house.db.write(sites.forget_empty, now()),                  3600),
    ("empty the log of what is gone", lambda house: house.db.scrub() and None,                                  3600),
    ("forget ways nobody came back",  lambda house: house.db.write(endorsers.sweep_grants, now()),                600),
    ("forget old ways in",            lambda house: house.db.write(endorsers.sweep_links, now()),               3600),
    ("forget old visits",             lambda house: forget(house, "visits", collect.forget_visits),             3600),
    ("forget mail that is settled",   lambda house: forget(house, "mail", outbox.forget),                       3600),
    ("forget what webhooks were told", lambda house: forget(house, "mail", sites.forget_deliveries),            3600),
    ("forget buttons that are gone",  lambda house: house.db.write(collect.forget_sightings, now()),            3600),
    ("forget webmentions of nothing", lambda house: house.db.write(collect.forget_mentions, now()),             3600),
    ("forget quotes that ended",      lambda house: house.db.write(publicity.forget, now()),                    3600),
    ("forget old counts of refusals", lambda house: forget(house, "drops", collect.forget_drops),               3600),
    ("forget old counts of mail",     lambda house: forget(house, "drops", followup.forget_drops),              3600),
)


class Worker:
    """Runs EVERY until it is told to stop; several may run, each task is done by whoever holds its lease."""

    def __init__(self, house: House, every=EVERY):
        self._house, self._every = house, every
        self._holder = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"
        self._due = {task: 0 for task, _, _ in every}
        self._leased_until: dict[str, int] = {}
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Runs in a thread of its own."""
        self._thread = threading.Thread(target=self.run, name="worker", daemon=True)
        self._thread.start()

    def ask_to_stop(self) -> None:
        self._stop.set()

    def stop(self) -> None:
        """Ends after the task at hand."""
        self.ask_to_stop()
        if self._thread is not None:
            self._thread.join(timeout=30)

    def run(self) -> None:
        """Until it is told to stop; then lets go of its leases, so that the next one need not wait for them to end."""
        self._work()
        try:
            self._house.db.write(release, (self._holder, now()))
        except Unavailable as away:
            log.warning("the leases end by themselves: %s", away.sentence)

    def _work(self) -> None:
        while not self._stop.is_set():
            for task, work, seconds in self._every:
                if not self._stop.is_set() and now() >= self._due[task]:
                    self._run(task, work, seconds)
            self._stop.wait(TICK_S)

    def _run(self, task: str, work: Callable[[House], object], seconds: int) -> None:
        self._due[task] = now() + seconds * SECOND
        try:
            if self._has_lease(task, max(SHORTEST_LEASE_S, seconds * 2) * SECOND):
                outcome = work(self._house)
                if outcome:
                    self._house.db.write(note_run, (task, self._holder, now(), f"done: {outcome}"))
        except Unavailable as away:
            log.warning("%s waits: %s", task, away.sentence)
        except Exception as failed:  # one broken task must not end the others
            log.error("%s failed", task, exc_info=failed)


    def _has_lease(self, task: str, length: int) -> bool:
        """Asks the database only when less than half of the lease is left, so that an idle house writes little."""
        if self._leased_until.get(task, 0) - now() > length // 2:
            return True
        at = now()
        got = self._house.db.write(take_lease, (task, self._holder, at, length))
        self._leased_until[task] = at + length if got else 0
        return got


def take_lease(tx: sa.Connection, items: list[tuple[str, str, int, int]]) -> list[bool]:
    """For each (task, holder, now, length in ms): whether the holder has the lease from now on."""
    return [_take(tx, *item) for item in items]


def _take(tx: sa.Connection, task: str, holder: str, at: int, length: int) -> bool:
    """In one statement: of two that look at the same time, both would find it free."""
    leases = tables.leases.c
    kept = {"holder": holder, "until_at": at + length}
    free = (leases.holder == holder) | (leases.until_at <= at)
    taken = db.insert(tx, tables.leases).values(task=task, **kept).on_conflict_do_update(
        index_elements=["task"], set_=kept, where=free
    )
    return tx.execute(taken.returning(leases.task)).first() is not None


def release(tx: sa.Connection, items: list[tuple[str, int]]) -> list[None]:
    """For each (holder, now): ends its leases."""
    for holder, at in items:
        tx.execute(sa.update(tables.leases).where(tables.leases.c.holder == holder).values(until_at=at))
    return [None] * len(items)


def note_run(tx: sa.Connection, items: list[tuple[str, str, int, str]]) -> list[None]:
    for task, holder, at, outcome in items:
        leases = tables.leases.c
        tx.execute(
            sa.update(tables.leases).where(leases.task == task, leases.holder == holder).values(ran_at=at, outcome=outcome[:200])
        )
    return [None] * len(items)
