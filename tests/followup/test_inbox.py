"""The inbox by its verbs: whose, put off, noted, searched; nothing sent unseen; what it all adds up to."""

import uuid

import pytest
import sqlalchemy as sa
from followup.making import BEN, a_friend, a_like, agree, an_answer, first_letter, letter, only, rows
from ground.making import NOW

from afterlike import endorsers, followup, tables
from afterlike.clock import DAY, HOUR
from afterlike.errors import Invalid, NotFound
from afterlike.followup import conversations, figures, hands, reading, saved
from afterlike.followup.beside import beside


@pytest.fixture
def talk(database, friend) -> int:
    return database.write(followup.begin, first_letter(friend))


def newest(database) -> int:
    return rows(database, tables.messages)[-1].id


def listed(database, friend, **wanted) -> list[int]:
    with database.read() as tx:
        found, total = reading.listing(tx, friend.site, reading.Wanted(**wanted), page=1)
    assert total == len(found)
    return [one.id for one in found]


# Nothing is sent unseen.


def with_seen(friend, conversation_id: int, seen: int, **more) -> followup.Letter:
    made = letter(friend, conversation_id, **more)
    return followup.Letter(made.site_id, made.conversation_id, made.admin_id, made.uuid, made.words, made.at, seen)


def test_a_letter_over_words_that_its_writer_has_not_seen_is_not_sent(database, friend, talk):
    seen = newest(database)
    database.write(followup.write, letter(friend, talk, "From a colleague"))
    with pytest.raises(conversations.Overtaken) as overtaken:
        database.write(followup.write, with_seen(friend, talk, seen))
    assert overtaken.value.conversation_id == talk and len(rows(database, tables.outbox)) == 2
    database.write(followup.write, with_seen(friend, talk, newest(database)))
    assert len(rows(database, tables.outbox)) == 3


def test_an_answer_that_came_meanwhile_is_seen_first_too(database, friend, talk):
    seen = newest(database)
    database.write(followup.reply, an_answer(friend, talk))
    with pytest.raises(conversations.Overtaken):
        database.write(followup.write, with_seen(friend, talk, seen))


def test_the_same_form_sent_twice_is_no_overtaking(database, friend, talk):
    wish = with_seen(friend, talk, newest(database))
    assert database.write(followup.write, wish) == database.write(followup.write, wish)


def test_two_who_begin_at_once_are_not_two_letters_unseen(database, friend, talk):
    first = first_letter(friend, "Mine")
    with pytest.raises(conversations.Overtaken):
        database.write(followup.begin, followup.Beginning(
            first.site_id, first.like_id, first.admin_id, first.uuid, first.words, first.at, 0))
    assert len(rows(database, tables.messages)) == 1


# Whose, until when, what was noted.


def test_what_is_put_off_waits_for_nobody_until_its_day(database, friend, talk):
    database.write(followup.reply, an_answer(friend, talk))
    database.write(followup.turn, followup.Turned(friend.site, talk, "snoozed", NOW, NOW + DAY))
    assert listed(database, friend, shown="waiting") == [] and listed(database, friend, shown="snoozed") == [talk]
    assert database.write(followup.wake, NOW + HOUR) == 0
    assert database.write(followup.wake, NOW + DAY) == 1
    assert listed(database, friend, shown="waiting") == [talk] and only(database, tables.conversations).snoozed_until is None


def test_an_answer_brings_back_what_is_put_off(database, friend, talk):
    database.write(followup.turn, followup.Turned(friend.site, talk, "snoozed", NOW, NOW + DAY))
    database.write(followup.reply, an_answer(friend, talk))
    assert listed(database, friend, shown="waiting") == [talk]


def test_a_conversation_is_somebodys_of_this_site_or_nobodys(database, friend, talk):
    with database.engine.begin() as tx:
        tx.execute(sa.insert(tables.roles).values(admin_id=friend.admin, site_id=friend.site, role="editor"))
    other = a_friend(database, site="other")
    database.write(hands.assign, (friend.site, talk, friend.admin))
    assert listed(database, friend, shown="mine", admin_id=friend.admin) == [talk]
    assert listed(database, friend, shown="mine", admin_id=other.admin) == []
    for wrong in ((friend.site, talk, other.admin), (other.site, talk, None), (friend.site, 999_999, None)):
        with pytest.raises(NotFound):
            database.write(hands.assign, wrong)
    database.write(hands.assign, (friend.site, talk, None))
    assert only(database, tables.conversations).admin_id is None


def test_notes_stand_beside_and_are_never_mailed(database, friend, talk):
    note = database.write(hands.note, hands.Noted(friend.site, talk, friend.admin, " Ask \r\n her \x00", NOW))
    with database.read() as tx:
        [kept] = hands.notes_of(tx, talk)
        [copy] = followup.exported(tx, friend.endorser)
    assert kept.words == "Ask \n her" and copy["notes"] == [{"words": "Ask \n her", "noted_at": NOW}]
    assert len(rows(database, tables.outbox)) == 1
    other = a_friend(database, site="other")
    with pytest.raises(NotFound):
        database.write(hands.remove_note, (other.site, talk, note))
    assert database.write(hands.remove_note, (friend.site, talk, note))
    for wrong in ("", " \n", "a" * 2_001):
        with pytest.raises(Invalid):
            database.write(hands.note, hands.Noted(friend.site, talk, friend.admin, wrong, NOW))


# Finding.


SEARCHES = {"a word": "NOVEL", "a product": "reading l", "a note": "shade", "a profile": "byron"}


@pytest.mark.parametrize("search", SEARCHES.values(), ids=SEARCHES)
def test_what_was_said_noted_liked_or_called_is_found(database, friend, talk, search):
    database.write(followup.reply, an_answer(friend, talk, "A novel, 100 % of the time."))
    database.write(hands.note, hands.Noted(friend.site, talk, friend.admin, "The shade", NOW))
    with database.engine.begin() as tx:
        tx.execute(sa.insert(tables.profile_links).values(
            site_id=friend.site, uuid=uuid.uuid4().bytes, endorser_id=friend.endorser, url="https://x.test/ada", name="Ada Byron",
            state="claimed", claimed_at=NOW))
    assert listed(database, friend, search=search) == [talk]
    assert listed(database, friend, search="zebra") == listed(database, friend, search="100_%") == []


def test_a_whole_address_finds_and_shows_nothing(database, friend, talk):
    subject = only(database, tables.channels).subject
    assert listed(database, friend, search="ada@people.test", subject=bytes(subject)) == [talk]
    assert listed(database, friend, search="ada@people.test") == []


def test_who_never_answered_is_found(database, friend, talk):
    assert listed(database, friend, shown="unanswered") == [talk]
    database.write(followup.reply, an_answer(friend, talk))
    assert listed(database, friend, shown="unanswered") == []


# Saved replies.


def save(database, friend, name: str = "Thanks", words: str = "Dear {name}", one: int | None = None) -> int:
    return database.write(saved.save, saved.Saved(friend.site, one, name, words, NOW))


def test_saved_replies_are_kept_changed_and_taken_away(database, friend):
    one, two = save(database, friend), save(database, friend, "Later")
    assert save(database, friend, "Thank you", "Hello", one) == one
    with database.read() as tx:
        kept = [(row.name, row.words) for row in saved.of_site(tx, friend.site)]
    assert kept == [("Later", "Dear {name}"), ("Thank you", "Hello")]
    for wrong in (("Later", "x", one), ("", "x", None), ("a" * 61, "x", None), ("x", " ", None), ("x", "a" * 5_001, None),
                  ("Later", "x", None)):
        with pytest.raises(Invalid):
            save(database, friend, *wrong)
    other = a_friend(database, site="other")
    with pytest.raises(NotFound):
        save(database, other, "Theirs", "x", one)
    with pytest.raises(NotFound):
        database.write(saved.remove, (other.site, two))
    database.write(saved.remove, (friend.site, two))
    assert [row.id for row in rows(database, tables.saved_replies)] == [one]


def test_places_are_filled_in_once_and_others_are_left():
    places = {"name": "{site}", "product": "", "site": "Shop"}
    assert saved.filled("Dear {name}, of {site}: {product}{unknown}{}", places) == "Dear {site}, of Shop: {unknown}{}"


# What it adds up to.


def test_figures_of_nothing_are_nothing(database, friend):
    with database.read() as tx:
        told = figures.figures(tx, friend.site, NOW)
    assert (told.first_answer_ms, told.answered, told.replied.n, told.exchanges, told.silent, told.exchanges_each) == (
        None, 0, 0, 0, 0, 0.0)  # fmt: skip


def test_figures_count_what_they_say(database, friend, talk):
    """Ada answers twice in a row and is answered after two hours, then answers once more; Ben is silent."""
    with database.engine.begin() as tx:
        like = a_like(tx, friend.site, BEN.visitor)
        agree(tx, like, BEN)
    followup_to = followup.Beginning(friend.site, like, friend.admin, b"b" * 16, "Hello Ben", NOW)
    database.write(followup.begin, followup_to)
    database.write(followup.reply, an_answer(friend, talk, "One", at=NOW + HOUR))
    database.write(followup.reply, an_answer(friend, talk, "Two", at=NOW + 2 * HOUR))
    database.write(followup.write, letter(friend, talk, at=NOW + 3 * HOUR))
    database.write(followup.reply, an_answer(friend, talk, "Three", at=NOW + 9 * HOUR))
    with database.read() as tx:
        told = figures.figures(tx, friend.site, NOW + DAY)
        later = figures.figures(tx, friend.site, NOW + 91 * DAY)
    assert (told.first_answer_ms, told.answered) == (2 * HOUR, 1)
    assert (told.replied.k, told.replied.n) == (1, 2) and 0 < told.replied.low < 0.5 < told.replied.high < 1
    assert (told.exchanges, told.exchanges_each, told.silent) == (2, 1.0, 1)
    assert later.replied.n == 0


def test_beside_a_thread_stands_who_it_is(database, friend, talk):
    with database.engine.begin() as tx:
        channel = endorsers.person(tx, friend.endorser).channel_id
        endorsers.returned(tx, [endorsers.Returned(channel, "soft", "4.2.2", "full", "x", endorsers.Thresholds(1, 5, 30), NOW)])
    with database.read() as tx:
        who = beside(tx, friend.site, friend.endorser, "en")
    assert [like.product for like in who.likes] == ["Reading lamp"] and (who.liked, who.visits, who.ordered) == (1, 0, 0)
    assert "may write to me personally" in who.consent.words and [one.status for one in who.returns] == ["4.2.2"]
