"""What is promised is a row beside its cause: never for something undone, never forgotten, never in the way of others."""

import json

import pytest
import sqlalchemy as sa
from ground.making import NOW

from afterlike import outbox, tables
from afterlike.clock import DAY, HOUR, MINUTE
from afterlike.errors import Later, Needless, Never, Unavailable

STEPS = (1 * MINUTE, 5 * MINUTE, 15 * MINUTE, HOUR, 3 * HOUR, 6 * HOUR, 12 * HOUR)


def promise(tx, items):
    for kind, payload in items:
        outbox.put(tx, kind, payload, now=NOW)
    return [None] * len(items)


def rows(database) -> list[sa.Row]:
    with database.read() as tx:
        return tx.execute(sa.select(tables.outbox).order_by(tables.outbox.c.id)).all()


class Sender:
    """Notes what it was given; raises what it was told to raise."""

    def __init__(self, *raises: Exception | None):
        self.given, self.raises = [], list(raises)

    def __call__(self, payload: dict) -> None:
        self.given.append(payload)
        if self.raises and (wrong := self.raises.pop(0)) is not None:
            raise wrong


def test_what_is_promised_is_done_once_and_its_words_are_forgotten(database):
    sender = Sender()
    database.write(promise, ("mail", {"to": "ada@people.test", "token": "secret"}))
    assert outbox.deliver(database, {"mail": sender}, now=NOW) == 1
    assert outbox.deliver(database, {"mail": sender}, now=NOW + 24 * HOUR) == 0
    assert sender.given == [{"to": "ada@people.test", "token": "secret"}]
    [row] = rows(database)
    assert (row.state, row.payload, row.tries, row.sent_at, row.last_error) == ("sent", "{}", 1, NOW, None)


def test_a_promise_for_something_undone_was_never_made(database):
    with pytest.raises(ZeroDivisionError), database.engine.begin() as tx:
        outbox.put(tx, "mail", {}, now=NOW)
        1 / 0  # noqa: B018
    assert rows(database) == []


def test_what_fails_is_tried_again_after_longer_and_longer_and_then_given_up(database):
    sender, at = Sender(*[Later("busy")] * 20), NOW
    database.write(promise, ("mail", {"to": "ada"}))
    for number, step in enumerate(STEPS, start=1):
        assert outbox.deliver(database, {"mail": sender}, now=at) == 0
        [row] = rows(database)
        assert (row.state, row.tries, row.due_at - at, row.last_error) == ("waiting", number, step, "busy")
        assert json.loads(row.payload) == {"to": "ada"}
        outbox.deliver(database, {"mail": sender}, now=row.due_at - 1)
        assert len(sender.given) == number  # not a moment too early
        at = row.due_at
    outbox.deliver(database, {"mail": sender}, now=at)
    [row] = rows(database)
    assert (row.state, row.tries, row.payload, row.last_error) == ("failed", len(STEPS) + 1, '{"to": "ada"}', "busy")
    outbox.deliver(database, {"mail": sender}, now=at + 100 * HOUR)
    assert len(sender.given) == len(STEPS) + 1


def test_what_was_refused_for_good_is_not_tried_again(database):
    sender = Sender(Never("550 no such mailbox"))
    database.write(promise, ("mail", {"to": "ada"}))
    outbox.deliver(database, {"mail": sender}, now=NOW)
    outbox.deliver(database, {"mail": sender}, now=NOW + 100 * HOUR)
    [row] = rows(database)
    assert (row.state, row.payload, row.last_error) == ("failed", '{"to": "ada"}', "550 no such mailbox")
    assert len(sender.given) == 1


def test_a_success_after_failures_forgets_the_errors(database):
    sender = Sender(Later("busy"), None)
    database.write(promise, ("mail", {"to": "ada"}))
    outbox.deliver(database, {"mail": sender}, now=NOW)
    outbox.deliver(database, {"mail": sender}, now=NOW + MINUTE)
    [row] = rows(database)
    assert (row.state, row.tries, row.last_error) == ("sent", 2, None)


POISON = {
    "a fault of ours": ZeroDivisionError("oh"),
    "busy": Later("busy"),
    "for good": Never("no"),
    "a wrong payload": KeyError("to"),
}


@pytest.mark.parametrize("wrong", POISON.values(), ids=POISON)
def test_one_that_fails_does_not_hold_up_the_others(database, wrong):
    sender = Sender(None, wrong, None)
    for number in range(3):
        database.write(promise, ("mail", {"n": number}))
    assert outbox.deliver(database, {"mail": sender}, now=NOW) == 2
    assert sender.given == [{"n": 0}, {"n": 1}, {"n": 2}]
    assert [row.state == "sent" for row in rows(database)] == [True, False, True]


def test_the_oldest_goes_first_and_not_too_many_at_once(database):
    sender = Sender()
    for number in range(5):
        database.write(promise, ("mail", {"n": number}))
    assert outbox.deliver(database, {"mail": sender}, now=NOW, most=3) == 3
    assert [payload["n"] for payload in sender.given] == [0, 1, 2]
    assert outbox.deliver(database, {"mail": sender}, now=NOW, most=3) == 2


def test_what_nobody_here_can_send_waits_for_somebody_who_can(database):
    sender = Sender()
    database.write(promise, ("fax", {}))
    database.write(promise, ("mail", {}))
    assert outbox.deliver(database, {"mail": sender}, now=NOW) == 1
    assert [row.state for row in rows(database)] == ["waiting", "sent"]


def test_a_kill_between_sending_and_marking_sends_once_more(database):
    """The promise is at least once: at most one double per kill."""
    sender = Sender()
    database.write(promise, ("mail", {}))

    def dies(payload: dict) -> None:
        sender(payload)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        outbox.deliver(database, {"mail": dies}, now=NOW)
    assert outbox.deliver(database, {"mail": sender}, now=NOW) == 1
    assert len(sender.given) == 2


def test_a_database_that_is_away_costs_no_try(database, database_url):
    database.write(promise, ("mail", {}))
    sender = Sender(Unavailable())
    outbox.deliver(database, {"mail": sender}, now=NOW)
    [row] = rows(database)
    assert row.state == "waiting" and row.due_at > NOW


def test_what_is_no_longer_to_be_done_is_dropped_and_no_failure(database):
    sender = Sender(Needless("stopped"))
    database.write(promise, ("mail", {"n": 1}))
    assert outbox.deliver(database, {"mail": sender}, now=NOW) == 0
    assert outbox.deliver(database, {"mail": sender}, now=NOW + DAY) == 0
    [row] = rows(database)
    assert (row.state, row.payload, row.last_error, len(sender.given)) == ("dropped", "{}", "stopped", 1)


def test_a_failed_sign_in_keeps_no_address(database):
    database.write(promise, ("sign_in", {"email": "ada@shop.test"}))
    outbox.deliver(database, {"sign_in": Sender(Never("550 no"))}, now=NOW)
    assert [(row.state, row.payload) for row in rows(database)] == [("failed", "{}")]


def test_no_error_repeats_an_address(database, caplog):
    database.write(promise, ("mail", {}))
    sender = Sender(ValueError("no\0 <Ada.B+lamp@people.test>, 'b@c.test'\nnor {'address': 'ada@people.test'}"))
    outbox.deliver(database, {"mail": sender}, now=NOW)
    [row] = rows(database)
    assert row.last_error == "no <…>, '…' nor {'address': '…'}" and "@" not in caplog.text


# Again, and forgetting.

SITE, OTHER = 7, 8


def promise_of_sites(tx, items):
    for site_id in items:
        outbox.put(tx, "mail", {"of": site_id}, now=NOW, site_id=site_id)
    return [None] * len(items)


def failed(database, *site_ids: int) -> None:
    """A failed mail of each of these sites; their row ids are 1, 2, …"""
    for site_id in site_ids:
        database.write(promise_of_sites, site_id)
    outbox.deliver(database, {"mail": Sender(*[Never("550 no")] * len(site_ids))}, now=NOW)


def test_what_failed_is_done_again_with_all_its_tries(database):
    failed(database, SITE)
    [row] = rows(database)
    assert database.write(outbox.again, (SITE, row.id, NOW + HOUR))
    assert not database.write(outbox.again, (SITE, row.id, NOW + HOUR))  # it waits already
    [row] = rows(database)
    assert (row.state, row.tries, row.due_at) == ("waiting", 0, NOW + HOUR)
    sender = Sender()
    assert outbox.deliver(database, {"mail": sender}, now=NOW + HOUR) == 1 and sender.given == [{"of": SITE}]
    assert not database.write(outbox.again, (SITE, row.id, NOW + HOUR))  # nor is it sent twice


def test_another_sites_row_and_one_without_words_are_not_done_again(database):
    failed(database, SITE)
    [row] = rows(database)
    assert not database.write(outbox.again, (OTHER, row.id, NOW))
    with database.engine.begin() as tx:
        tx.execute(sa.update(tables.outbox).values(payload="{}"))
    assert not database.write(outbox.again, (SITE, row.id, NOW))


def test_a_site_sees_its_own_and_counts_what_became_of_it(database):
    failed(database, SITE, OTHER, SITE)
    database.write(promise_of_sites, SITE)
    with database.read() as tx:
        assert [row.id for row in outbox.of_site(tx, SITE, "failed")] == [3, 1]
        assert [row.id for row in outbox.of_site(tx, SITE, "failed", most=1)] == [3]
        assert [row.id for row in outbox.of_site(tx, SITE, "waiting")] == [4]
        assert outbox.tallied(tx, SITE, since=NOW) == {("mail", "failed"): 2, ("mail", "waiting"): 1}
        assert outbox.tallied(tx, SITE, since=NOW + 1) == {}


def test_what_is_settled_is_forgotten_in_time_and_what_waits_never(database):
    failed(database, SITE)
    database.write(promise_of_sites, SITE)
    assert database.write(outbox.forget, (NOW, 0, None)) == 0
    assert database.write(outbox.forget, (NOW + 1, 0, None)) == 1
    assert [row.state for row in rows(database)] == ["waiting"]
