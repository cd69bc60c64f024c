"""Mail that comes in becomes a message, once, in the right conversation; reports close an address; the rest is counted."""

import json
from email import message_from_bytes, policy

import pytest
import sqlalchemy as sa
from followup.making import ADA, KEYRING, a_friend, deliver, first_letter, house_of, only, rows
from followup.posting import DOMAIN, MARKED, complaint, failure, raw, reply_address, returns, take, with_files

from afterlike import endorsers, erasure, followup, tables
from afterlike.clock import now
from afterlike.followup import taking, tickets
from afterlike.followup.vouching import Way


@pytest.fixture
def talk(database, friend) -> int:
    """The conversation that a first letter to Ada began."""
    return database.write(followup.begin, first_letter(friend, at=now()))


def drops(database) -> dict[tuple[int, str], int]:
    return {(row.site_id, row.reason): row.count for row in rows(database, tables.mail_drops)}


def answers(database) -> list[sa.Row]:
    return rows(database, tables.messages, author="endorser")


def channel(database) -> sa.Row:
    return only(database, tables.channels)


def verdict(database, friend) -> str:
    with database.read() as tx:
        return endorsers.may_contact(tx, friend.endorser, "email", "follow_up", now=now()).reason


def test_an_answer_by_mail_stands_in_the_conversation_and_waits(database, friend, talk):
    assert take(database, raw(f"A novel.\n\n> {MARKED}\n> Hello"), talk) == taking.TAKEN
    [answer] = answers(database)
    assert (answer.words, answer.came_by, answer.stranger, answer.attachments) == ("A novel.", "mail", 0, 0)
    assert "Hello" in answer.quoted
    conversation = only(database, tables.conversations)
    assert (conversation.state, conversation.waits_for) == ("open", "admin")
    assert [row.about_id for row in rows(database, tables.journal, kind="replied")] == [answer.id]


def test_the_same_mail_is_taken_once(database, talk):
    assert [take(database, raw(), talk) for _ in range(3)] == [taking.TAKEN, "again", "again"]
    assert len(answers(database)) == 1 and drops(database) == {(1, "again"): 2}
    assert take(database, raw(message_id="<two@people.test>"), talk) == taking.TAKEN
    assert [take(database, raw(message_id=""), talk) for _ in range(2)] == [taking.TAKEN, "again"]


def test_from_another_address_it_is_taken_and_flagged(database, talk):
    assert take(database, raw(sender="ada@elsewhere.test"), talk) == taking.TAKEN
    [answer] = answers(database)
    assert answer.stranger == 1 and "elsewhere" not in str(tuple(answer)), "flagged, and the address is not kept"


def test_an_answer_opens_a_closed_and_a_snoozed_conversation(database, friend, talk):
    for number, state in enumerate(("closed", "snoozed")):
        with database.engine.begin() as tx:
            tx.execute(sa.update(tables.conversations).values(state=state, waits_for=None, snoozed_until=now() + 10**9))
        take(database, raw(message_id=f"<{number}@b>"), talk)
        conversation = only(database, tables.conversations)
        assert (conversation.state, conversation.waits_for, conversation.snoozed_until) == ("open", "admin", None)


def test_what_a_machine_wrote_is_counted_by_reason_and_site(database, talk):
    assert take(database, raw(Auto_Submitted="auto-replied"), talk) == "auto"
    assert take(database, raw(), talk, envelope="") == "empty_sender"
    assert take(database, raw(Precedence="list"), talk) == "bulk"
    assert take(database, raw(sender="likes@shop.test"), talk) == "own"
    assert take(database, raw(sender=reply_address(talk)), talk) == "own"
    assert take(database, raw(), talk, envelope=reply_address(talk).upper()) == "own"
    assert answers(database) == []
    assert drops(database) == {(1, "auto"): 1, (1, "empty_sender"): 1, (1, "bulk"): 1, (1, "own"): 3}


def test_two_machines_that_answer_each_other_come_to_an_end(database, talk):
    outcomes = [take(database, raw(message_id=f"<{number}@b>"), talk) for number in range(taking.MOST_AN_HOUR + 2)]
    assert outcomes == [taking.TAKEN] * taking.MOST_AN_HOUR + ["flood"] * 2


def test_files_are_not_taken_and_both_sides_are_told_once_a_day(database, friend, talk, smtp_peer):
    assert take(database, with_files("Look.", "lamp.png"), talk) == taking.TAKEN
    assert take(database, with_files("And this.", "one.png", "two.png", message_id="<more@b>"), talk) == taking.TAKEN
    assert [answer.attachments for answer in answers(database)] == [1, 2]
    assert [json.loads(row.payload) for row in rows(database, tables.outbox, kind="unattached")] == [
        {"message": answers(database)[0].id}
    ]
    deliver(database, smtp_peer.url, at=now() + 1000, reply_domain=DOMAIN)
    letters = [message_from_bytes(one.raw, policy=policy.default) for one in smtp_peer.letters]
    [told] = [letter for letter in letters if letter["Auto-Submitted"] == "auto-replied"]
    assert told["To"] == ADA.email and "only words are taken by mail" in told.get_body(("plain",)).get_content()
    assert told["Reply-To"] == reply_address(talk)


def test_files_from_a_stranger_are_answered_to_nobody(database, talk):
    take(database, with_files("Look.", "lamp.png", sender="eve@elsewhere.test"), talk)
    assert rows(database, tables.outbox, kind="unattached") == []


def test_a_letter_says_where_to_answer_and_where_it_comes_back_to(database, friend, talk, smtp_peer):
    deliver(database, smtp_peer.url, at=now() + 1000, reply_domain=DOMAIN)
    [letter] = smtp_peer.wait_for(1)
    mail = message_from_bytes(letter.raw, policy=policy.default)
    house = house_of(database, reply_domain=DOMAIN)
    assert mail["Reply-To"] == reply_address(talk) and len(mail["Reply-To"].partition("@")[0]) <= 64
    assert mail["Reply-To"] == mail["Reply-To"].lower()
    assert taking.recipient(house, mail["Reply-To"].upper()) == taking.Recipient("answer", talk)
    assert taking.recipient(house, letter.sender) == taking.Recipient("bounce", channel(database).id)
    assert tickets.letters_named(KEYRING, mail["Message-ID"]) == [only(database, tables.messages).id]
    for kind in ("plain", "html"):
        assert MARKED in mail.get_body((kind,)).get_content()


def test_without_a_reply_domain_letters_are_as_before(database, talk, smtp_peer):
    deliver(database, smtp_peer.url, at=now() + 1000)
    [letter] = smtp_peer.wait_for(1)
    assert letter.sender == "likes@shop.test" and b"Reply-To" not in letter.raw and b"##-" not in letter.raw


def test_letters_of_one_conversation_are_one_thread(database, friend, talk, smtp_peer):
    deliver(database, smtp_peer.url, at=now() + 1000, reply_domain=DOMAIN)
    database.write(followup.write, followup.Letter(friend.site, talk, friend.admin, b"2" * 16, "And you?", now()))
    deliver(database, smtp_peer.url, at=now() + 1000, reply_domain=DOMAIN)
    first, second = [message_from_bytes(one.raw, policy=policy.default) for one in smtp_peer.wait_for(2)]
    assert second["In-Reply-To"] == second["References"] == first["Message-ID"]


FORGED = ["r+" + "a" * 28, "r+", "r", "b+" + "a" * 28, "r+" + "é" * 28, "x" * 300, "", "r+" + "1" * 28, "postmaster"]


@pytest.mark.parametrize("local", FORGED)
def test_a_forged_address_names_nobody(database, local):
    assert taking.recipient(house_of(database, reply_domain=DOMAIN), f"{local}@{DOMAIN}") is None


def test_a_true_address_changed_by_one_letter_or_used_elsewhere_names_nobody(database, talk):
    house, true = house_of(database, reply_domain=DOMAIN), reply_address(talk)
    for place in range(2, 30):
        other = "b" if true[place] != "b" else "c"
        assert taking.recipient(house, true[:place] + other + true[place + 1:]) is None
    assert taking.recipient(house, true.replace("r+", "b+")) is None
    assert taking.recipient(house, true.replace(DOMAIN, "elsewhere.test")) is None
    assert taking.recipient(house_of(database), true.replace(DOMAIN, "")) is None


# What came back.


def letter_of(database) -> str:
    config = house_of(database, reply_domain=DOMAIN).config
    return f"Message-ID: {tickets.message_id(KEYRING, config, only(database, tables.messages).id)}"


def test_a_letter_that_came_back_for_good_closes_the_address(database, friend, talk):
    assert returns(database, failure(letter=letter_of(database)), channel(database).id) == taking.TAKEN
    assert channel(database).state == "bounced" and verdict(database, friend) == "bounced"
    bounce, message = only(database, tables.bounces), only(database, tables.messages)
    assert (bounce.kind, bounce.status) == ("hard", "5.1.1") and ADA.email not in bounce.said
    assert message.unsent.startswith("5.1.1") and message.mailed_at is None and ADA.email not in message.unsent
    assert only(database, tables.suppressions).reason == "bounced"
    with database.read() as tx:
        assert endorsers.broken(tx, friend.site) is None
    assert [row.about_id for row in rows(database, tables.journal, kind="bounced")] == [channel(database).id]


def test_a_full_mailbox_closes_the_address_only_when_it_stays_full(database, friend):
    for number in range(3):
        assert channel(database).state == "confirmed"
        assert returns(database, failure("5.2.2", message_id=f"<{number}@mx>"), channel(database).id) == taking.TAKEN
    assert channel(database).state == "bounced"


def test_a_report_that_comes_twice_counts_once(database, friend):
    outcomes = [returns(database, failure("4.2.2", action="failed"), channel(database).id) for _ in range(5)]
    assert outcomes == [taking.TAKEN] + ["again"] * 4 and channel(database).state == "confirmed"


NO_FAILURES = {
    "delayed": failure("4.4.1", action="delayed"), "delivered": failure("2.0.0", action="delivered"),
    "words alone": raw("Your message could not be delivered. 550 5.1.1"),
}  # fmt: skip


@pytest.mark.parametrize("mail", NO_FAILURES.values(), ids=NO_FAILURES)
def test_what_tells_of_no_failure_closes_nothing(database, friend, mail):
    assert returns(database, mail, channel(database).id) == "report"
    assert channel(database).state == "confirmed" and rows(database, tables.bounces) == []


def test_a_refusal_of_the_letter_is_not_one_of_the_address(database, friend):
    returns(database, failure("5.7.1", said="550 5.7.1 looks like spam"), channel(database).id)
    assert channel(database).state == "confirmed" and only(database, tables.bounces).kind == "soft"


def complain(database, mail: bytes) -> str:
    return taking.take(house_of(database, reply_domain=DOMAIN), mail, taking.Recipient("complaint"), Way(""))


def test_a_complaint_is_for_good(database, friend):
    stop = f"List-Unsubscribe: <https://likes.shop.test/stop/{endorsers.stop_token(KEYRING, channel(database).id)}>"
    assert complain(database, complaint(stop)) == taking.TAKEN
    assert channel(database).state == "complained" and verdict(database, friend) == "complained"
    assert only(database, tables.suppressions).reason == "complained"
    assert [row.action for row in rows(database, tables.consent_events)][-1] == "objected"


def test_a_complaint_stands_before_a_stop(database, friend):
    with database.engine.begin() as tx:
        endorsers.stop(tx, [endorsers.Stop(channel(database).id, "stop_page", now())])
    back = endorsers.envelope_of(house_of(database, reply_domain=DOMAIN), channel(database).id)
    assert complain(database, complaint(f"Return-Path: <{back}>")) == taking.TAKEN
    assert only(database, tables.suppressions).reason == channel(database).state == "complained"


def test_a_complaint_about_nobody_we_know_is_counted(database, friend):
    assert complain(database, complaint(f"List-Unsubscribe: <https://likes.shop.test/stop/1-{'a' * 32}>")) == "token"
    assert channel(database).state == "confirmed" and drops(database) == {(0, "token"): 1}


def test_who_stopped_stays_stopped_when_a_letter_comes_back(database, friend):
    with database.engine.begin() as tx:
        endorsers.stop(tx, [endorsers.Stop(channel(database).id, "stop_page", now())])
    returns(database, failure(), channel(database).id)
    assert channel(database).state == "stopped" and only(database, tables.suppressions).reason == "stopped"


# Erased.


def test_an_erased_person_is_in_none_of_it(database, friend, talk):
    take(database, raw(f"find-me\n> {MARKED}\n> find-me"), talk)
    returns(database, failure(), channel(database).id)
    with database.engine.begin() as tx:
        tx.execute(sa.insert(tables.conversation_notes).values(conversation_id=talk, words="find-me", noted_at=1))
        erasure.erased(tx, [(friend.site, friend.endorser, False, "me_page", "person", now())])
    for table in (tables.messages, tables.conversations, tables.conversation_notes, tables.bounces):
        assert rows(database, table) == []
    with database.read() as tx:
        assert not taking.is_there(tx, taking.Recipient("answer", talk))
    assert take(database, raw(message_id="<later@b>"), talk) == "gone"


def test_another_sites_conversation_is_reached_by_its_own_address_alone(database, friend, talk):
    other = a_friend(database, site="other")
    theirs = database.write(followup.begin, first_letter(other, at=now()))
    take(database, raw("For the shop"), talk)
    assert [row.conversation_id for row in answers(database)] == [talk] and theirs != talk
