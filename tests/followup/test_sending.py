"""Mailing one letter: asked about once more when it leaves, sent once, and what became of it stands beside its words."""

import json
from email import message_from_bytes, policy

import pytest
from followup.making import ADA, CLEO_AT_HOME, a_friend, deliver, first_letter, house_of, only, rows, takes_back
from ground.making import NOW

from afterlike import endorsers, followup, outbox, tables
from afterlike.clock import DAY, HOUR, MINUTE
from afterlike.errors import Never, NotFound
from afterlike.followup import mailbox
from parts.programs import free_port


@pytest.fixture
def waiting(database, friend):
    """Ada, to whom a letter is on its way."""
    database.write(followup.begin, first_letter(friend, "Hello Ada,\n\nwhat do you read by it?"))
    return friend


def read(letter):
    return message_from_bytes(letter.raw, policy=policy.default)


def test_a_letter_arrives_with_the_words_the_way_to_answer_and_the_way_to_stop(database, waiting, smtp_peer):
    assert deliver(database, smtp_peer.url) == 1
    [letter] = smtp_peer.wait_for(1)
    mail = read(letter)
    text = mail.get_body(("plain",)).get_content()
    assert letter.recipients == (ADA.email,) and "Hello Ada,\n\nwhat do you read by it?" in text.replace("\r\n", "\n")
    assert "Reading lamp" in text and "January 15, 2027" in text and "may write to me personally" in text
    assert "https://likes.shop.test/me/enter/" in text and mail["List-Unsubscribe"].startswith("<https://likes.shop.test/stop/")
    message, promise = only(database, tables.messages), only(database, tables.outbox)
    assert message.mailed_at is not None and message.unsent is None
    assert (promise.state, promise.payload) == ("sent", "{}")


def test_a_letter_is_dressed_in_its_readers_language(database, smtp_peer):
    friend = a_friend(database, person=CLEO_AT_HOME)
    database.write(followup.begin, first_letter(friend, "Halo"))
    deliver(database, smtp_peer.url)
    mail = read(smtp_peer.wait_for(1)[0])
    assert mail["Content-Language"] == "id" and "15 Januari 2027" in mail.get_body(("plain",)).get_content()


REASONS = {"stopped": "stop", "no_consent": "withdraw"}


@pytest.mark.parametrize(("reason", "how"), REASONS.items(), ids=REASONS)
def test_who_says_stop_between_writing_and_sending_gets_nothing(database, waiting, smtp_peer, reason, how):
    with database.engine.begin() as tx:
        takes_back(tx, waiting, how)
    assert deliver(database, smtp_peer.url) == 0
    assert smtp_peer.letters == []
    assert only(database, tables.messages).unsent == reason
    promise = only(database, tables.outbox)
    assert (promise.state, promise.last_error, promise.payload) == ("dropped", reason, "{}")
    assert deliver(database, smtp_peer.url, at=NOW + 2 * DAY) == 0 and smtp_peer.letters == []
    assert rows(database, tables.mailed_links, use="letter") == []


def test_a_letter_to_somebody_who_was_erased_is_not_sent(database, waiting, smtp_peer):
    with database.engine.begin() as tx:
        followup.erase(tx, waiting.endorser)
    deliver(database, smtp_peer.url)
    assert smtp_peer.letters == [] and only(database, tables.outbox).state == "dropped"


def test_a_busy_server_is_tried_again_and_the_letter_says_so(database, waiting, smtp_peer):
    smtp_peer.answer = f"451 try later, <{ADA.email}> is busy"
    assert deliver(database, smtp_peer.url) == 0
    message, promise = only(database, tables.messages), only(database, tables.outbox)
    assert message.unsent.startswith("451 ") and message.mailed_at is None
    assert (promise.state, promise.due_at) == ("waiting", NOW + MINUTE)
    smtp_peer.answer = "250 kept"
    assert deliver(database, smtp_peer.url, at=NOW + MINUTE) == 1
    message = only(database, tables.messages)
    assert message.mailed_at is not None and message.unsent is None and len(smtp_peer.letters) == 1


def test_a_server_that_says_no_is_shown_without_the_address_and_can_be_asked_again(database, waiting, smtp_peer):
    smtp_peer.answer = f"550 5.1.1 <{ADA.email}>: no such mailbox"
    deliver(database, smtp_peer.url)
    message, promise = only(database, tables.messages), only(database, tables.outbox)
    assert promise.state == "failed" and json.loads(promise.payload) == {"message": message.id}
    assert message.unsent.startswith("550 ") and ADA.email not in message.unsent + promise.last_error
    smtp_peer.answer = "250 kept"
    assert database.write(mailbox.again, (waiting.site, promise.id, NOW + HOUR))
    assert only(database, tables.messages).unsent is None
    assert deliver(database, smtp_peer.url, at=NOW + HOUR) == 1 and len(smtp_peer.letters) == 1


def test_without_a_mail_server_the_letter_fails_at_once_and_says_what_to_do(database, waiting):
    deliver(database)
    assert "AFTERLIKE_SMTP_URL" in only(database, tables.messages).unsent
    assert only(database, tables.outbox).state == "failed"


def test_what_was_tried_for_almost_a_day_stands_among_the_failed(database, waiting):
    nobody = f"smtp://127.0.0.1:{free_port()}"
    at = NOW
    for _ in range(len(outbox.BACK_OFF) + 1):
        deliver(database, nobody, at=at)
        at = only(database, tables.outbox).due_at
    with database.read() as tx:
        found = mailbox.mailbox(tx, waiting.site, NOW)
    assert found.waiting == [] and at - NOW < DAY
    [mail] = found.failed
    assert (mail.kind, mail.about, mail.tries) == ("message", "Reading lamp", 8)
    assert mail.conversation_id == only(database, tables.conversations).id


def test_a_kill_after_mailing_sends_no_double_once_it_was_noted(database, waiting, smtp_peer):
    """The kill comes between the note beside the words and the outbox: looking at the note saves the second letter."""
    house, payload = house_of(database, smtp_peer.url), json.loads(only(database, tables.outbox).payload)
    followup.send_message(house, payload)
    deliver(database, smtp_peer.url)
    assert len(smtp_peer.letters) == 1 and only(database, tables.outbox).state == "dropped"


def test_a_failed_mail_of_another_site_is_not_there(database, waiting):
    deliver(database)
    other = a_friend(database, site="other")
    promise = only(database, tables.outbox)
    with pytest.raises(NotFound):
        database.write(mailbox.again, (other.site, promise.id, NOW))
    with pytest.raises(NotFound):
        database.write(mailbox.again, (waiting.site, 999_999, NOW))
    assert only(database, tables.outbox).state == "failed"


def test_the_mail_list_knows_about_whom_and_never_the_address(database, friend):
    with database.engine.begin() as tx:
        reader = endorsers.person(tx, friend.endorser)
        outbox.put(tx, "confirmation", {"opt_in": rows(database, tables.opt_ins)[0].id}, now=NOW, site_id=friend.site)
        outbox.put(tx, "me_link", {"site": friend.site, "subject": reader.subject.hex()}, now=NOW + 1, site_id=friend.site)
        outbox.put(tx, "me_link", {"site": friend.site, "subject": "00" * 16}, now=NOW + 2, site_id=friend.site)
        outbox.put(tx, "carrier_pigeon", {"from": "elsewhere"}, now=NOW + 3, site_id=friend.site)
        found = mailbox.mailbox(tx, friend.site, NOW)
    about = [(mail.kind, mail.about, mail.like_id) for mail in found.waiting]
    assert about == [
        ("confirmation", "Reading lamp", friend.like), ("me_link", "Reading lamp", friend.like), ("me_link", None, None),
        ("carrier_pigeon", None, None),
    ]  # fmt: skip
    assert ADA.email not in str(found)


def test_the_mail_list_of_a_site_names_nobody_of_another(database, waiting):
    """Not even when a row of ours names a row of theirs."""
    other = a_friend(database, site="other")
    with database.engine.begin() as tx:
        subject = endorsers.person(tx, waiting.endorser).subject.hex()
        opt_in = rows(database, tables.opt_ins, site_id=waiting.site)[0].id
        for payload in ({"message": only(database, tables.messages).id}, {"opt_in": opt_in}, {"subject": subject}):
            outbox.put(tx, "mail", payload, now=NOW, site_id=other.site)
        found = mailbox.mailbox(tx, other.site, NOW)
    assert [(mail.about, mail.like_id, mail.conversation_id) for mail in found.waiting] == [(None, None, None)] * 3


def test_no_id_of_an_erased_message_is_used_again(database, friend):
    """Outbox and journal still name it."""
    ids = []
    for _ in range(2):
        database.write(followup.begin, first_letter(friend))
        ids += [only(database, tables.conversations).id, only(database, tables.messages).id]
        with database.engine.begin() as tx:
            followup.erase(tx, friend.endorser)
    assert ids[0] != ids[2] and ids[1] != ids[3]


def test_a_mail_that_failed_for_good_counts_as_failed_and_what_was_held_back_apart(database, waiting, smtp_peer):
    with pytest.raises(Never):
        followup.send_message(house_of(database), json.loads(only(database, tables.outbox).payload))
    with database.engine.begin() as tx:
        takes_back(tx, waiting, "stop")
    deliver(database, smtp_peer.url)
    with database.read() as tx:
        found = mailbox.mailbox(tx, waiting.site, NOW)
    assert (found.left, found.dropped, found.failed) == ([], 1, [])
