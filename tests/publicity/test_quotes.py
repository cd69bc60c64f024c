"""From asking for a quote to its end: only the words that were said, only on the person's terms, gone when they say so."""

import json

import pytest
import sqlalchemy as sa
from followup.making import a_friend, only, rows
from ground.making import NOW, Aside, opened
from publicity.making import WORDS, a_speaker, acts, asks, says, seen

from afterlike import endorsers, erasure, publicity, tables
from afterlike.clock import DAY
from afterlike.errors import Invalid, NotFound, Refused
from afterlike.publicity import quotable, quotes
from cast import PEOPLE
from parts.programs import until


@pytest.mark.parametrize(("short", "whole", "fits"), [
    ("Reading by it is lovely.", WORDS, True),
    ("Lovely", WORDS, True),
    ("“Reading … lovely … my cat likes it!”", WORDS, True),
    ("She is lovely", WORDS, False),
    ("My cat reads by it", WORDS, False),
    ("Reading by it is lovely, buy it", WORDS, False),
    ("lovely lovely", WORDS, False),
    ("…", WORDS, False),
    ("", WORDS, False),
    ("这盏灯很美", "这盏灯真的很美。", True),
    ("这盏灯不美", "这盏灯真的很美。", False),
    ("don't flicker", "They don't ever flicker", True),
    ("do flicker", "They don't ever flicker", False),
])
def test_a_quote_is_what_was_said_with_words_left_out_at_most(short, whole, fits):
    assert quotable.is_shortened(short, whole) is fits


def test_a_quote_is_shown_from_the_persons_yes_until_they_take_it_back(database, speaker):
    quote = asks(database, speaker)
    assert seen(database, speaker) == []
    database.write(publicity.give, says(speaker, quote, "It never flickers"))
    assert seen(database, speaker) == ["It never flickers"]
    database.write(publicity.withdraw, says(speaker, quote))
    assert seen(database, speaker) == []
    assert acts(database) == [
        ("requested", "admin_on_request", f"admin:{speaker.admin}"), ("given", "me_page", "person"),
        ("withdrawn", "me_page", "person"),
    ]
    with database.read() as tx:
        assert endorsers.broken(tx, speaker.site) is None


def test_the_record_of_consent_holds_the_terms_and_never_the_words(database, speaker):
    quote = asks(database, speaker)
    database.write(publicity.give, says(speaker, quote, "It never flickers", places=("site", "ads"), name=None))
    with database.read() as tx:
        given = next(row for row in endorsers.ledger_of(tx, speaker.site, speaker.endorser)
                     if (row.action, row.purpose) == ("given", "publish_profile"))
        log = (tables.consent_events, tables.consent_texts)
        ledger = str([tuple(row) for table in log for row in tx.execute(sa.select(table))])
    assert json.loads(given.note) == {"quote": quote, "words": (b"m" * 16).hex(), "name": False, "profile": False,
                                      "picture": None, "places": ["site", "ads"], "until": NOW + 30 * DAY}
    assert given.words.startswith("The shop may publish these words of mine") and "flickers" not in ledger


def test_a_no_stays_a_no(database, speaker):
    quote = asks(database, speaker)
    database.write(publicity.refuse, says(speaker, quote))
    with pytest.raises(Refused):
        asks(database, speaker)
    assert seen(database, speaker) == [] and acts(database)[-1] == ("refused", "me_page", "person")


def test_whoever_said_no_may_say_yes_later(database, speaker):
    quote = asks(database, speaker)
    database.write(publicity.refuse, says(speaker, quote))
    database.write(publicity.give, says(speaker, quote))
    assert seen(database, speaker) == [WORDS]


def test_asking_twice_is_asking_once(database, speaker):
    assert asks(database, speaker) == asks(database, speaker)
    assert acts(database) == [("requested", "admin_on_request", f"admin:{speaker.admin}")]


def test_a_question_that_was_taken_back_is_nothing_to_say_yes_to_and_may_be_asked_again(database, speaker):
    quote = asks(database, speaker)
    database.write(quotes.turn, (speaker.site, quote, "cancel", NOW))
    with pytest.raises(NotFound):
        database.write(publicity.give, says(speaker, quote))
    assert asks(database, speaker) == quote
    assert only(database, tables.quotes).state == "asked"


@pytest.mark.parametrize("words", ["I love it", WORDS + " Buy it!", "", "x" * 2_000])
def test_nobody_is_asked_for_words_they_did_not_say(database, speaker, words):
    with pytest.raises(Invalid):
        asks(database, speaker, words)


@pytest.mark.parametrize("wrong", [
    {"words": "I love it"}, {"words": ""}, {"places": ()}, {"places": ("moon",)}, {"name": "N" * 101},
], ids=lambda wrong: next(iter(wrong)))
def test_a_yes_that_is_not_whole_changes_nothing(database, speaker, wrong):
    quote = asks(database, speaker)
    with pytest.raises(Invalid):
        database.write(publicity.give, says(speaker, quote, **wrong))
    assert only(database, tables.quotes).state == "asked"


def test_nobody_decides_for_somebody_else(database, speaker):
    quote = asks(database, speaker)
    other = a_speaker(database, site="other", person=PEOPLE[1])
    for verb in (publicity.give, publicity.refuse, publicity.withdraw):
        with pytest.raises(NotFound):
            database.write(verb, says(other, quote))


def test_another_sites_words_are_not_there(database, speaker):
    other = a_friend(database, site="other", person=PEOPLE[1])
    other.message = speaker.message
    with pytest.raises(NotFound):
        asks(database, other)


def test_a_quote_ends_at_its_moment_and_the_record_says_so_afterwards(database, speaker):
    database.write(publicity.give, says(speaker, asks(database, speaker), until=NOW + DAY))
    assert seen(database, speaker, at=NOW + DAY - 1) == [WORDS]
    assert seen(database, speaker, at=NOW + DAY) == [], "nobody waits for the background work"
    assert database.write(publicity.expire, NOW + DAY - 1) == 0
    assert database.write(publicity.expire, NOW + DAY) == 1
    assert acts(database)[-1] == ("expired", "system", "system") and only(database, tables.quotes).state == "expired"
    assert database.write(publicity.expire, NOW + DAY) == 0


def test_what_ended_is_forgotten_a_year_later(database, speaker):
    database.write(publicity.give, says(speaker, asks(database, speaker)))
    database.write(publicity.withdraw, says(speaker, 1, at=NOW + DAY))
    assert database.write(publicity.forget, NOW + 366 * DAY) == 0
    assert database.write(publicity.forget, NOW + 367 * DAY) == 1
    assert database.write(publicity.forget, NOW + 367 * DAY) == 0


def test_it_is_shown_only_where_they_allow_it(database, speaker):
    database.write(publicity.give, says(speaker, asks(database, speaker), places=("letters", "ads")))
    assert seen(database, speaker) == [] and seen(database, speaker, place="ads") == [WORDS]


@pytest.mark.parametrize("state", ["held", "rejected", "withdrawn"])
def test_it_is_not_shown_while_the_like_behind_it_does_not_count(database, speaker, state):
    """What stands beside it, “liked on …”, would not be true."""
    database.write(publicity.give, says(speaker, asks(database, speaker)))
    with database.engine.begin() as tx:
        tx.execute(sa.update(tables.likes).where(tables.likes.c.id == speaker.like).values(state=state))
    assert seen(database, speaker) == []


def test_it_is_not_shown_when_the_browser_it_came_from_turns_out_to_be_somebody_elses(database, speaker):
    database.write(publicity.give, says(speaker, asks(database, speaker)))
    with database.engine.begin() as tx:
        other = tx.scalar(sa.insert(tables.endorsers).values(site_id=speaker.site, made_at=NOW).returning(tables.endorsers.c.id))
        tx.execute(sa.update(tables.visitors).values(endorser_id=other))
    assert seen(database, speaker) == []


def test_an_admin_can_take_it_out_of_sight_and_back(database, speaker):
    quote = asks(database, speaker)
    database.write(publicity.give, says(speaker, quote))
    database.write(quotes.turn, (speaker.site, quote, "hide", NOW))
    assert seen(database, speaker) == []
    database.write(quotes.turn, (speaker.site, quote, "show", NOW))
    assert seen(database, speaker) == [WORDS]


def test_bought_is_what_an_order_of_theirs_says_about_this_product(database, speaker):
    database.write(publicity.give, says(speaker, asks(database, speaker)))
    with database.engine.begin() as tx:
        like = tx.execute(sa.select(tables.likes)).one()
        key = tx.scalar(sa.select(tables.products.c.key).where(tables.products.c.id == like.product_id))
        order = {"site_id": speaker.site, "visitor_id": like.visitor_id, "total_minor": 1, "currency": "EUR", "via": "api",
                 "ordered_at": NOW}
        tx.execute(sa.insert(tables.orders).values(order | {"order_id": "1", "items": json.dumps([{"key": "another"}])}))
        assert not publicity.quotes_of(tx, speaker.endorser)[0].bought
        tx.execute(sa.insert(tables.orders).values(order | {"order_id": "2", "items": json.dumps([{"key": key}])}))
        assert publicity.quotes_of(tx, speaker.endorser)[0].bought


def test_an_erased_persons_words_are_in_no_table(database, speaker):
    database.write(publicity.give, says(speaker, asks(database, speaker), name="Ada Cobalt"))
    database.write(erasure.erased, (speaker.site, speaker.endorser, False, "me_page", "person", NOW))
    with database.read() as tx:
        left = "\n".join(str(tuple(row)) for table in tables.metadata.sorted_tables for row in tx.execute(sa.select(table)))
    assert "flickers" not in left and "Cobalt" not in left


def test_what_an_erased_browser_said_is_quoted_no_more(database, speaker):
    database.write(publicity.give, says(speaker, asks(database, speaker)))
    with database.engine.begin() as tx:
        publicity.erase_browser(tx, tx.scalar(sa.select(tables.likes.c.visitor_id)))
    assert seen(database, speaker) == []


def test_only_whoever_has_a_page_to_decide_on_can_be_asked(database, speaker):
    with database.engine.begin() as tx:
        assert [one.words for one in quotable.could_be_asked(tx, speaker.site)] == [WORDS]
        tx.execute(sa.update(tables.channels).values(confirmed_at=None))
        assert quotable.could_be_asked(tx, speaker.site) == []


def test_letters_of_the_shop_are_not_what_people_said(database, speaker):
    with database.read() as tx:
        ours = tx.scalar(sa.select(tables.messages.c.id).where(tables.messages.c.author == "admin"))
    speaker.message = ours
    with pytest.raises(NotFound):
        asks(database, speaker, "Hello Ada")


def test_two_admins_who_ask_at_the_same_moment_ask_once(fresh_postgres):
    with opened(fresh_postgres, patience_s=10) as here, opened(fresh_postgres, patience_s=10) as there:
        speaker = a_speaker(here)
        wish = quotes.Ask(speaker.site, "message", speaker.message, "", WORDS, None, speaker.admin, NOW)
        stuck = sa.text("SELECT count(*) FROM pg_locks WHERE NOT granted")
        with there.engine.begin() as slower:
            with here.engine.begin() as quicker, here.engine.connect() as watching:
                first = quotes.ask(quicker, [wish])
                waiting = Aside(lambda: quotes.ask(slower, [wish]))
                until(lambda: watching.scalar(stuck), what="the second to wait for the first")
            assert waiting.result() == first
        assert len(rows(here, tables.quotes)) == 1 and len([act for act in acts(here) if act[0] == "requested"]) == 1
