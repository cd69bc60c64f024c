"""Conversations by their verbs: kept once, only with whom may be written to, waiting for the right one, erased whole."""

import uuid

import pytest
import sqlalchemy as sa
from followup.making import ADMIN, BEN, a_friend, a_like, a_site, an_answer, first_letter, letter, only, rows, takes_back
from ground.making import NOW, Aside, opened

from afterlike import endorsers, followup, tables
from afterlike.clock import HOUR
from afterlike.errors import Invalid, NotFound, Refused
from afterlike.followup import reading


def begun(database, friend, **more) -> int:
    return database.write(followup.begin, first_letter(friend, **more))


def thread(database, friend, conversation_id: int) -> reading.Conversation | None:
    with database.read() as tx:
        return reading.thread(tx, friend.site, conversation_id)


def kinds(database) -> list[tuple[str, int, int]]:
    return [(row.kind, row.like_id, row.about_id) for row in rows(database, tables.journal) if row.kind in ("wrote", "replied")]


def test_a_first_letter_begins_a_conversation_and_promises_a_mail(database, friend):
    made = begun(database, friend, words="  Hello\r\nAda\rthere\x00\x07 ")
    talk = thread(database, friend, made)
    assert (talk.state, talk.waits_for, talk.waits_since, talk.like_id, talk.product) == (
        "open", "endorser", NOW, friend.like, "Reading lamp",
    )  # fmt: skip
    [message] = talk.messages
    assert (message.author, message.words, message.admin) == ("admin", "Hello\nAda\nthere", f"shop-{ADMIN}")
    assert message.mailed_at is message.unsent is None
    promise = only(database, tables.outbox)
    assert (promise.kind, promise.payload, promise.site_id) == ("message", f'{{"message": {message.id}}}', friend.site)
    assert kinds(database) == [("wrote", friend.like, message.id)]


def test_a_form_that_is_sent_twice_is_one_letter(database, friend):
    first = first_letter(friend)
    made = [database.write(followup.begin, first) for _ in range(2)]
    again = letter(friend, made[0], uuid_=uuid.uuid4().bytes)
    assert made[0] == made[1] and database.write(followup.write, again) == database.write(followup.write, again)
    reply = an_answer(friend, made[0])
    assert database.write(followup.reply, reply) == database.write(followup.reply, reply)
    assert len(thread(database, friend, made[0]).messages) == 3
    assert len(rows(database, tables.outbox)) == 2 and len(kinds(database)) == 3


def test_a_form_that_is_sent_twelve_times_at_once_is_one_letter(database, friend):
    first = first_letter(friend)
    presses = [Aside(lambda: database.write(followup.begin, first)) for _ in range(12)]
    assert len({press.result() for press in presses}) == 1
    assert len(rows(database, tables.messages)) == len(rows(database, tables.outbox)) == 1


def test_two_processes_that_begin_at_once_share_the_conversation(fresh_postgres):
    with opened(fresh_postgres) as here, opened(fresh_postgres) as there:
        friend = a_friend(here)
        waiting = [Aside(lambda one=one: one.write(followup.begin, first_letter(friend))) for one in (here, there) * 4]
        assert len({one.result() for one in waiting}) == 1
        assert len(rows(here, tables.messages)) == 8


def test_a_second_beginning_goes_on_with_the_open_conversation(database, friend):
    first = begun(database, friend)
    assert begun(database, friend, words="Once more") == first
    database.write(followup.turn, followup.Turned(friend.site, first, "closed", NOW))
    assert begun(database, friend, words="Something new") != first


WRONG = {"empty": "", "spaces": " \n\t ", "control characters": "\x00\x08", "too long": "a" * 5001}


@pytest.mark.parametrize("words", WRONG.values(), ids=WRONG)
def test_words_that_are_none_or_too_many_are_refused(database, friend, words):
    made = begun(database, friend, words="a" * 5000)
    for verb, item in (
        (followup.begin, first_letter(friend, words)),
        (followup.write, letter(friend, made, words)),
        (followup.reply, an_answer(friend, made, words)),
    ):
        with pytest.raises(Invalid) as told:
            database.write(verb, item)
        assert list(told.value.fields) == ["words"]
    assert len(rows(database, tables.messages)) == 1


def pauses(tx, friend):
    endorsers.set_pace(tx, [(endorsers.person(tx, friend.endorser).channel_id, "each", NOW + HOUR, NOW)])


CLOSED = {
    "stopped": lambda tx, friend: takes_back(tx, friend, "stop"),
    "no_consent": lambda tx, friend: takes_back(tx, friend, "withdraw"),
    "paused": pauses,
}


@pytest.mark.parametrize(("reason", "change"), CLOSED.items(), ids=CLOSED)
def test_nobody_is_written_to_who_may_not_be(database, friend, reason, change):
    made = begun(database, friend)
    with database.engine.begin() as tx:
        change(tx, friend)
    for verb, item in ((followup.begin, first_letter(friend)), (followup.write, letter(friend, made))):
        with pytest.raises(Refused) as told:
            database.write(verb, item)
        assert (told.value.reason, told.value.sentence) == (reason, endorsers.VERDICTS[reason])
    assert len(rows(database, tables.messages)) == 1
    database.write(followup.reply, an_answer(friend, made))  # they may always write to us


def test_a_visitor_who_left_no_address_is_not_written_to(database, friend):
    with database.engine.begin() as tx:
        stranger = a_like(tx, friend.site, BEN.visitor, title="Oak chair")
    with pytest.raises(Refused) as told:
        database.write(followup.begin, followup.Beginning(friend.site, stranger, friend.admin, b"1" * 16, "Hello", NOW))
    assert told.value.reason == "no_address" and rows(database, tables.conversations) == []


def test_consent_to_news_is_not_consent_to_letters(database):
    ben = a_friend(database, site="other", person=BEN, to=("news",))
    with pytest.raises(Refused, match="have not agreed"):
        begun(database, ben)


def test_another_sites_likes_and_conversations_are_not_there(database, friend):
    made = begun(database, friend)
    with database.engine.begin() as tx:
        friend.site = a_site(tx, "other")
    turned = followup.Turned(friend.site, made, "closed", NOW)
    for verb, item in (
        (followup.begin, first_letter(friend)), (followup.write, letter(friend, made)), (followup.turn, turned),
    ):  # fmt: skip
        with pytest.raises(NotFound):
            database.write(verb, item)
    assert thread(database, friend, made) is None
    with database.read() as tx:
        assert reading.listing(tx, friend.site, "all", page=1) == ([], 0)


def test_nobody_answers_in_somebody_elses_conversation(database, friend):
    made = begun(database, friend)
    ben = a_friend(database, site="other", person=BEN)
    with pytest.raises(NotFound):
        database.write(followup.reply, an_answer(ben, made))
    with database.read() as tx:
        assert followup.conversations_of(tx, ben.endorser) == []


def test_an_answer_opens_it_again_and_waits_since_the_first_unanswered_one(database, friend):
    made = begun(database, friend)
    database.write(followup.turn, followup.Turned(friend.site, made, "closed", NOW + 1))
    assert thread(database, friend, made).waits_for is None
    first = database.write(followup.reply, an_answer(friend, made, at=NOW + HOUR))
    database.write(followup.reply, an_answer(friend, made, "And one more", at=NOW + 2 * HOUR))
    talk = thread(database, friend, made)
    assert (talk.state, talk.waits_for, talk.waits_since) == ("open", "admin", NOW + HOUR)
    assert kinds(database)[1] == ("replied", friend.like, first)
    database.write(followup.write, letter(friend, made, at=NOW + 3 * HOUR))
    talk = thread(database, friend, made)
    assert (talk.waits_for, talk.waits_since) == ("endorser", NOW + 3 * HOUR)
    assert [message.author for message in talk.messages] == ["admin", "endorser", "endorser", "admin"]


@pytest.mark.parametrize(("answered", "waits_for"), [(False, "endorser"), (True, "admin")])
def test_what_is_opened_again_waits_for_whoever_did_not_speak_last(database, friend, answered, waits_for):
    made = begun(database, friend)
    if answered:
        database.write(followup.reply, an_answer(friend, made))
    for state in ("closed", "closed", "open", "open"):
        database.write(followup.turn, followup.Turned(friend.site, made, state, NOW + 9))
    talk = thread(database, friend, made)
    assert (talk.state, talk.waits_for, talk.waits_since) == ("open", waits_for, NOW)


def test_who_waits_longest_comes_first(database, friend):
    talks = {}
    for name, waiting, at in (("old", False, 5), ("late", True, 3), ("early", True, 1), ("new", False, 9), ("done", False, 7)):
        with database.engine.begin() as tx:
            [talks[name]] = followup.begin(tx, [first_letter(friend, name, at=NOW)])
            if waiting:
                followup.reply(tx, [an_answer(friend, talks[name], at=NOW + at)])
            tx.execute(
                sa.update(tables.conversations)
                .where(tables.conversations.c.id == talks[name])
                .values(changed_at=NOW + at, endorser_id=friend.endorser, state="closed")
            )
    with database.engine.begin() as tx:
        others = tables.conversations.c.id != talks["done"]
        tx.execute(sa.update(tables.conversations).where(others).values(state="open"))
        tx.execute(sa.update(tables.conversations).where(~others).values(waits_for=None))
    names = {number: name for name, number in talks.items()}
    assert listed(database, friend, "all", names) == ["early", "late", "new", "done", "old"]
    assert listed(database, friend, "waiting", names) == ["early", "late"]
    assert listed(database, friend, "open", names) == ["early", "late", "new", "old"]
    assert listed(database, friend, "closed", names) == ["done"]


def listed(database, friend, shown: str, names: dict[int, str]) -> list[str]:
    with database.read() as tx:
        talks, total = reading.listing(tx, friend.site, shown, page=1)
    assert total == len(talks) and all(len(talk.messages) == 1 for talk in talks)
    return [names[talk.id] for talk in talks]


def test_a_persons_own_copy_holds_every_word_and_no_admins_name(database, friend):
    made = begun(database, friend)
    database.write(followup.reply, an_answer(friend, made, at=NOW + 1))
    with database.read() as tx:
        [copy] = followup.exported(tx, friend.endorser)
        [talk] = followup.conversations_of(tx, friend.endorser)
    assert [message.words for message in talk.messages] == ["Hello Ada", "Hello shop"]
    assert copy == {
        "about": "Reading lamp", "state": "open", "began_at": NOW,
        "messages": [
            {"from": "site", "said_at": NOW, "words": "Hello Ada"}, {"from": "you", "said_at": NOW + 1, "words": "Hello shop"},
        ],
    }  # fmt: skip


def test_erasing_leaves_no_word_of_theirs_and_every_word_of_others(database, friend):
    ben = a_friend(database, site="other", person=BEN)
    begun(database, ben)
    database.write(followup.reply, an_answer(friend, begun(database, friend)))
    with database.engine.begin() as tx:
        assert followup.erase(tx, friend.endorser) == 2
        assert followup.erase(tx, friend.endorser) == 0
    assert only(database, tables.conversations).site_id == ben.site and only(database, tables.messages).words == "Hello Ada"
