"""A confirmation reaches everybody who asked, once: whatever the mail server says, and whenever the sender is killed."""

import collections

import pytest
import sqlalchemy as sa
from endorsers.town import Town, due_now, leave, open_town

from afterlike import tables
from parts.product import Server
from parts.programs import until

WORDS = {"a busy server": "451 come back later", "a server that closes": "421 closing"}


def addressed(town: Town) -> collections.Counter:
    return collections.Counter(to for letter in list(town.peer.letters) for to in letter.recipients)


@pytest.mark.parametrize("answer", WORDS.values(), ids=WORDS)
def test_what_the_server_puts_off_is_sent_later_once(town, answer):
    town.peer.answer = answer
    for number in range(3):
        town.opt_in(f"p{number}@people.test", f"{number:032x}")
    town.deliver()
    assert town.letters == [] and {row.state for row in town.rows(tables.outbox)} == {"waiting"}
    assert all(row.last_error and "@" not in row.last_error for row in town.rows(tables.outbox))
    town.peer.answer = "250 kept"
    due_now(town)
    town.deliver()
    assert addressed(town) == {f"p{number}@people.test": 1 for number in range(3)}
    assert town.confirm(town.letters[0]) is not None


def test_what_the_server_refuses_is_kept_for_the_admin(town):
    town.peer.answer = "554 no such person"
    town.opt_in()
    town.deliver()
    [row] = town.rows(tables.outbox)
    assert row.state == "failed" and "554" in row.last_error and "@" not in row.last_error


def test_a_server_that_is_not_there_is_tried_again(town):
    town.peer.close()
    town.opt_in()
    town.deliver()
    [row] = town.rows(tables.outbox)
    assert row.state == "waiting" and row.tries == 1
    town.peer.start()
    due_now(town)
    town.deliver()
    assert len(town.letters) == 1


def test_without_a_mail_server_letters_wait_for_one(tmp_path, smtp_peer):
    kept = {"home": tmp_path / "home", "database_url": f"sqlite:///{tmp_path / 'afterlike.db'}", "peer": smtp_peer}
    town = open_town(**kept, SMTP_URL="")
    town.opt_in()
    town.deliver()
    [row] = town.rows(tables.outbox)
    assert row.state == "waiting" and "AFTERLIKE_SMTP_URL" in row.last_error
    due_now(town)
    leave(town)
    later = open_town(**kept)
    later.deliver()
    assert len(later.letters) == 1
    leave(later)


def test_an_answer_that_was_lost_brings_no_second_letter(town):
    """D8: the client never heard the 202 and sends the same opt-in again, before and after the letter."""
    same = {"id": "0b9d1c1e-0000-4000-8000-00000000000a"}
    town.opt_in(**same)
    town.opt_in(**same)
    town.deliver()
    town.opt_in(**same)
    town.deliver()
    assert len(town.letters) == 1


def test_a_sender_killed_between_mail_and_note_sends_at_most_one_double(sqlite_town):
    survives(sqlite_town, people=30, kills=2)


@pytest.mark.long
def test_a_sender_killed_at_twenty_points_forgets_nobody(town):
    survives(town, people=1000, kills=20)


def survives(town: Town, *, people: int, kills: int) -> None:
    """D11 for confirmations: kills the worker after every so many letters; nobody is forgotten, one double a kill at most."""
    for number in range(people):
        assert town.opt_in(f"p{number}@people.test", f"{number:032x}").status_code == 202
    settings = {"database_url": town.house.config.database_url, "smtp_url": town.peer.url, "public_url": "https://likes.shop.test"}
    worker = Server(town.house.config.folder, "work", **settings)
    try:
        for kill in range(kills):
            worker.start(wait=False)
            until(lambda now=kill: len(town.peer.letters) > now * people // (kills + 1), within_s=60, what="a few letters")
            worker.kill()
            a_minute_passes(town)
        worker.start(wait=False)
        until(lambda: not town.waiting(), within_s=120, what="the outbox to be empty")
    finally:
        worker.close()
    sent = addressed(town)
    assert sent.keys() == {f"p{number}@people.test" for number in range(people)}
    assert sent.total() <= people + kills


def a_minute_passes(town: Town) -> None:
    """The lease of a killed worker ends, for whoever comes next."""
    with town.house.db.engine.begin() as tx:
        tx.execute(sa.update(tables.leases).values(until_at=0))
