"""The mailbox as the other way in, with a real Dovecot: nothing is taken twice, nothing is lost, nothing is marked."""

import threading
from types import SimpleNamespace

import pytest
from followup.making import a_friend, first_letter, house_of, only, rows
from followup.posting import DOMAIN, KEYRING, failure, raw, reply_address
from ground.making import Aside

from afterlike import endorsers, followup, tables
from afterlike.clock import now
from afterlike.followup import fetching, status, taking, tickets
from parts.dovecot import Dovecot
from parts.programs import free_port, until


@pytest.fixture
def dovecot():
    made = Dovecot()
    yield made
    made.close()


@pytest.fixture
def house(database, dovecot) -> SimpleNamespace:
    made = house_of(database, reply_domain=DOMAIN)
    made.config = SimpleNamespace(**vars(made.config), imap_url=dovecot.url, imap_seconds=60, inbound_max_kb=64)
    return made


@pytest.fixture
def talk(database, friend) -> int:
    return database.write(followup.begin, first_letter(friend, at=now()))


def fetch(house) -> int:
    with fetching._mailbox(house.config.imap_url) as box:
        return fetching.fetch(house, box)


def words(database) -> list[str]:
    return [row.words for row in rows(database, tables.messages, author="endorser")]


def mail(talk: int, text: str, number: int = 1, **headers) -> bytes:
    return raw(text, message_id=f"<{number}@b>", **({"To": reply_address(talk)} | headers))


def test_what_lies_in_the_mailbox_is_taken_once_and_left_as_it_was(database, dovecot, house, talk):
    dovecot.put(mail(talk, "One", 1))
    dovecot.put(mail(talk, "Two", 2, To="Somebody <x@y.test>", Delivered_To=reply_address(talk).upper()))
    assert [fetch(house), fetch(house)] == [2, 0]
    dovecot.put(mail(talk, "Three", 3))
    assert fetch(house) == 1 and words(database) == ["One", "Two", "Three"]
    assert all(b"Seen" not in flags for flags in dovecot.flags())


def test_a_kill_between_taking_and_noting_takes_nothing_twice(database, dovecot, house, talk):
    for number in range(3):
        dovecot.put(mail(talk, str(number), number))
    fetching.take(house, mail(talk, "0", 0))  # taken, and not noted: what a kill -9 leaves at the worst moment
    assert words(database) == ["0"]
    assert fetch(house) == 3 and words(database) == ["0", "1", "2"]


def test_a_mailbox_that_numbers_anew_is_read_anew_and_nothing_is_taken_twice(database, dovecot, house, talk):
    dovecot.put(mail(talk, "One"))
    fetch(house)
    with database.engine.begin() as tx:
        tx.execute(tables.mail_folders.update().values(validity=1, last_uid=900))
    assert fetch(house) == 1 and words(database) == ["One"]


def test_without_an_address_the_thread_says_where_it_belongs(database, dovecot, house, talk):
    ours = tickets.message_id(KEYRING, house.config, rows(database, tables.messages)[0].id)
    dovecot.put(mail(talk, "By thread", 1, To="likes@shop.test", In_Reply_To=ours, References=f"<other@x> {ours}"))
    dovecot.put(mail(talk, "By nothing", 2, To="likes@shop.test", In_Reply_To=f"<{'a' * 28}@shop.test>"))
    fetch(house)
    assert words(database) == ["By thread"]
    assert {row.reason: row.count for row in rows(database, tables.mail_drops)} == {"token": 1}


def test_what_is_too_large_is_passed_over_and_counted(database, dovecot, house, talk):
    dovecot.put(mail(talk, "a\n" * 50_000))
    dovecot.put(mail(talk, "After it", 2))
    fetch(house)
    assert words(database) == ["After it"] and [row.reason for row in rows(database, tables.mail_drops)] == ["size"]


def test_what_came_back_is_found_in_a_mailbox_too(database, dovecot, house, friend):
    envelope = endorsers.envelope_of(house, only(database, tables.channels).id)
    dovecot.put(f"To: {envelope}\r\n".encode() + failure())
    fetch(house)
    assert only(database, tables.channels).state == "bounced"


def test_new_mail_is_taken_when_the_server_tells_of_it(database, dovecot, house, talk):
    """The next look by itself would be a minute away; and a server that goes away and comes back is no end."""
    opened = status.imap_total.labels("opened")
    before = opened._value.get()
    stop = threading.Event()
    following = Aside(lambda: fetching.follow(house, stop))
    try:
        until(lambda: rows(database, tables.mail_folders), what="the first look")
        dovecot.put(mail(talk, "While it waits", 1))
        until(lambda: words(database) == ["While it waits"], within_s=25, what="the mail it was told of")
        dovecot.stop()
        dovecot.start()
        dovecot.put(mail(talk, "After it came back", 2))
        until(lambda: len(words(database)) == 2, within_s=40, what="the mail after the server came back")
    finally:
        stop.set()
        following.result(40)
    assert opened._value.get() > before, "it is counted"


def test_a_mailbox_that_cannot_be_reached_is_counted(house):
    house.config.imap_url = f"imap://ada:secret@127.0.0.1:{free_port()}/INBOX"
    lost, stop = status.imap_total.labels("lost"), threading.Event()
    before, following = lost._value.get(), Aside(lambda: fetching.follow(house, stop))
    try:
        until(lambda: lost._value.get() > before, what="the mailbox to be missed")
    finally:
        stop.set()
        following.result(40)


def test_a_mailbox_that_is_away_for_long_is_told(monkeypatch):
    ways = status.Ways()
    ways.expect(listener=True, mailbox=True)
    assert ways.shut(60) == ["listener"]
    ways.listening(True)
    monkeypatch.setattr(status, "LATE_S", -1)
    assert ways.shut(-1) == ["mailbox"]


def test_another_sites_mail_in_the_same_mailbox_goes_to_its_own_conversation(database, dovecot, house, talk):
    other = a_friend(database, site="other")
    theirs = database.write(followup.begin, first_letter(other, at=now()))
    dovecot.put(mail(talk, "Mine", 1))
    dovecot.put(mail(theirs, "Theirs", 2))
    fetch(house)
    assert {row.conversation_id: row.words for row in rows(database, tables.messages, author="endorser")} == {
        talk: "Mine", theirs: "Theirs"
    }
    assert taking.TAKEN == "taken"
