"""From the opt-in to the confirmed address: one mail an address and day, the same words for everybody, nothing unasked."""

import json
import uuid

import pytest
import sqlalchemy as sa
from endorsers.town import ANA, due_now, leave, linked, open_town

from afterlike import endorsers, tables
from afterlike.clock import DAY, HOUR
from cast import ADA, BEN, CLEO, LAMP, TEAPOT

WORDS = "Please look into your mail"


def test_an_opt_in_is_mailed_confirmed_and_then_in_force(town):
    told = town.opt_in(topics=["all"])
    assert told.status_code == 202 and told.json["accepted"] and told.json["detail"].startswith(WORDS)
    assert town.deliver() == 1 and [letter["To"] for letter in town.letters] == [ANA]
    [channel] = town.rows(tables.channels)
    assert channel.state == "unconfirmed" and town.verdict(channel.endorser_id).reason == "unconfirmed"

    done = town.confirm()
    assert done is not None and done.channel_id == channel.id
    verdict = town.verdict(done.endorser_id)
    assert verdict.allowed and verdict.address == ANA
    assert town.verdict(done.endorser_id, "community").reason == "no_consent"
    topics = town.read(lambda tx: endorsers.topics_of(tx, done.channel_id))
    assert [(key, state) for _, key, _, state in topics] == [("all", "confirmed")]
    assert town.ledger() == [("requested", "news", "widget_form"), ("requested", "follow_up", "widget_form"),
                             ("given", "news", "confirm_button"), ("given", "follow_up", "confirm_button")]
    assert town.read(lambda tx: endorsers.broken(tx, town.site.id)) is None


def test_each_consent_names_the_request_it_answers_and_the_exact_words(town):
    done = town.member(purposes=("follow_up",))
    requested, given = town.rows(tables.consent_events)
    assert given.confirms == requested.id and given.token_jti and given.like_id == requested.like_id
    [consent] = town.read(lambda tx: endorsers.consents_of(tx, done.endorser_id))
    assert consent.words == "Shop may write to me personally by e-mail about what I liked and said." and consent.version == 1
    assert given.text_sha256 == town.rows(tables.consent_texts)[0].sha256
    assert given.page_path.startswith("/") and len(given.subject) == 16


def test_the_link_works_once_and_only_for_its_hours(town):
    town.opt_in()
    town.deliver()
    letter = town.letters[-1]
    town.later = 73 * HOUR
    assert town.confirm(letter) is None
    town.later = 0
    assert town.confirm(letter) is not None and town.confirm(letter) is None
    state = town.read(lambda tx: endorsers.link_state(tx, linked(letter, "confirm"), "confirm", town.now))
    assert state.state == "used"


def test_the_button_works_without_cookies_and_then_signs_nobody_in(town):
    town.opt_in()
    town.deliver()
    told = town.client.post(f"/confirm/{linked(town.letters[-1], 'confirm')}", data={})
    assert told.status_code == 200 and "afterlike-me" not in told.headers.get("Set-Cookie", "")
    assert town.verdict(town.rows(tables.channels)[0].endorser_id).allowed


@pytest.mark.parametrize("token", ["", "x", "a" * 32, "é", "\0"], ids=["empty", "short", "forged", "letters", "nul"])
def test_a_forged_token_confirms_nothing(sqlite_town, token):
    sqlite_town.opt_in()
    sqlite_town.deliver()
    assert sqlite_town.house.db.write(endorsers.confirm, (token, sqlite_town.now, HOUR)) is None
    assert sqlite_town.rows(tables.channels)[0].state == "unconfirmed"


def test_one_mail_an_address_and_day_and_further_topics_join_it(town):
    town.opt_in(topics=["product"])
    town.deliver()
    town.opt_in(topics=["all"], purposes=("news",))
    town.opt_in(address=ANA.upper(), visitor=BEN)
    town.deliver()
    assert len(town.letters) == 1
    done = town.confirm()
    assert {key.partition(":")[0] for _, key, _, _ in town.read(lambda tx: endorsers.topics_of(tx, done.channel_id))} == {
        "product", "all"}
    assert {row.state for row in town.rows(tables.opt_ins)} == {"confirmed"}


def test_a_thousand_opt_ins_of_one_address_are_one_letter(sqlite_town):
    for number in range(200):
        assert sqlite_town.opt_in(visitor=f"{number:032x}").status_code == 202
    while sqlite_town.waiting():
        sqlite_town.deliver()
    assert len(sqlite_town.letters) == 1


def test_one_network_may_ask_so_often_and_is_told_when_again(tmp_path, smtp_peer):
    """S13: a thousand addresses from one network; what is over the limit is told by the network alone, never by the address."""
    town = open_town(tmp_path / "home", f"sqlite:///{tmp_path / 'afterlike.db'}", smtp_peer, LIMIT_OPT_IN="5/hour")
    told = [town.opt_in(f"p{number}@people.test", f"{number:032x}") for number in range(12)]
    assert [answer.status_code for answer in told] == [202] * 5 + [429] * 7
    assert int(told[-1].headers["Retry-After"]) > 60 and town.opt_in("p0@people.test", "f" * 32).status_code == 429
    town.deliver()
    assert len(town.letters) == 5
    leave(town)


def test_a_form_filled_in_faster_than_a_person_could_counts_three_times(tmp_path, smtp_peer):
    town = open_town(tmp_path / "home", f"sqlite:///{tmp_path / 'afterlike.db'}", smtp_peer, LIMIT_OPT_IN="6/hour")
    told = [town.opt_in(f"p{number}@people.test", f"{number:032x}", took_ms=40) for number in range(3)]
    assert [answer.status_code for answer in told] == [202, 202, 429]
    leave(town)


def test_what_is_asked_after_todays_confirmation_was_used_is_asked_tomorrow(town):
    done = town.member(purposes=("news",))
    town.opt_in(purposes=("follow_up",))
    town.deliver()
    assert len(town.letters) == 1 and not town.verdict(done.endorser_id)
    [waiting] = town.waiting()
    assert 23 * HOUR < waiting.due_at - town.now <= DAY
    with town.house.db.engine.begin() as tx:
        tx.execute(sa.update(tables.mailed_links).values(made_at=tables.mailed_links.c.made_at - DAY))
    due_now(town)
    town.deliver()
    assert len(town.letters) == 2 and town.confirm() and town.verdict(done.endorser_id)


def test_the_same_opt_in_twice_is_one(town):
    same = str(uuid.uuid4())
    assert [town.opt_in(id=same).status_code for _ in range(3)] == [202, 202, 202]
    assert town.opt_in(id=same, address="ben@people.test").status_code == 409
    assert len(town.rows(tables.opt_ins)) == 1 and len(town.waiting()) == 1


def test_the_answer_is_the_same_for_new_known_stopped_and_suppressed(town):
    done = town.member("known@people.test", ADA)
    gone = town.member("stopped@people.test", BEN)
    town.house.db.write(endorsers.stop, endorsers.Stop(gone.channel_id, "stop_page", town.now))
    before = len(town.letters)
    told = [town.opt_in(address, CLEO) for address in ("new@people.test", "known@people.test", "stopped@people.test")]
    assert {answer.status_code for answer in told} == {202}
    assert len({answer.json["detail"] for answer in told}) == 1
    assert len({frozenset(answer.headers.keys()) for answer in told}) == 1
    while [row for row in town.waiting() if row.due_at <= town.now]:
        town.deliver()
    assert [letter["To"] for letter in town.letters[before:]] == ["new@people.test"]
    assert town.verdict(done.endorser_id) and not town.verdict(gone.endorser_id)


def test_who_stopped_is_asked_again_only_a_month_later(town):
    gone = town.member()
    town.house.db.write(endorsers.stop, endorsers.Stop(gone.channel_id, "stop_page", town.now - 31 * DAY))
    with town.house.db.engine.begin() as tx:
        tx.execute(sa.update(tables.mailed_links).values(made_at=tables.mailed_links.c.made_at - 31 * DAY))
    town.opt_in()
    town.deliver()
    assert len(town.letters) == 2 and town.confirm() and town.verdict(gone.endorser_id)
    assert town.rows(tables.suppressions) == []


def test_a_stop_ends_an_open_confirmation(town):
    town.opt_in()
    town.deliver()
    [channel] = town.rows(tables.channels)
    assert town.house.db.write(endorsers.stop, endorsers.Stop(channel.id, "one_click_8058", town.now))
    town.later = 1
    assert town.confirm() is None and not town.verdict(channel.endorser_id)


@pytest.mark.parametrize("address", [
    "ana", "@x.test", "ana@", "a b@x.test", "Ana <ana@x.test>", "ana@x.test\r\nBcc: ben@x.test", "ana@x.test, ben@x.test",
    "аna@gmail.com", "ana@localhost", "ana@[127.0.0.1]", "a" * 70 + "@x.test", "ana@" + "x" * 260 + ".test", "ana@x..test",
    "ana@-x.test", '"ana"@x.test\0', "ana＠x.test",
])
def test_an_address_that_cannot_be_one_is_told_from_its_text_alone(sqlite_town, address):
    told = sqlite_town.opt_in(address)
    assert told.status_code in (400, 422), told.text
    if told.status_code == 422:
        assert "you@example.com" in told.json["errors"]["address"]
    assert sqlite_town.rows(tables.opt_ins) == []


@pytest.mark.parametrize(("typed", "kept"), [
    (" Ana@People.TEST ", "ana@people.test"), ("ana.b+likes@people.test", "ana.b+likes@people.test"),
    ("ana@bücher.test", "ana@xn--bcher-kva.test"),
])
def test_addresses_are_compared_in_lower_case_and_otherwise_as_typed(typed, kept):
    assert endorsers.plain_address(typed) == kept


def test_what_fills_in_the_hidden_field_is_answered_like_anybody_and_not_kept(town):
    told = town.opt_in(website="https://spam.test")
    assert told.status_code == 202 and told.json["detail"].startswith(WORDS) and town.rows(tables.opt_ins) == []
    town.house.state["drops"].keep()
    assert [row.count for row in town.rows(tables.drops, tables.drops.c.reason == "trap")] == [1]


WRONG = {
    "no consent": ({"consents": []}, 422),
    "other words": ({"consents": [{"purpose": "news", "text": "a" * 64}]}, 422),
    "no such purpose": ({"consents": [{"purpose": "spam", "text": "a" * 64}]}, 422),
    "no such topic": ({"topics": ["everybody"]}, 422),
    "somebody else's like": ({"visitor": BEN}, 404),
    "no such like": ({"like": str(uuid.uuid4())}, 404),
}


@pytest.mark.parametrize(("change", "status"), WRONG.values(), ids=WRONG)
def test_what_is_wrong_is_told_and_nothing_is_kept(sqlite_town, change, status):
    sqlite_town.like(ADA)
    asked = {"id": str(uuid.uuid4()), "like": sqlite_town.likes[ADA], "visitor": ADA, "address": ANA,
             "consents": [sqlite_town.box("news")], "topics": []} | change
    assert sqlite_town.post("/v1/opt-ins", asked).status_code == status
    assert sqlite_town.rows(tables.opt_ins) == [] and sqlite_town.waiting() == []


def test_topics_are_named_after_the_product_its_kind_and_brand(town):
    town.like(ADA, LAMP | {"category": "Reading  Lamps", "brand": "Kain"})
    town.opt_in(topics=["product", "category", "brand"])
    town.deliver()
    done = town.confirm()
    topics = town.read(lambda tx: endorsers.topics_of(tx, done.channel_id))
    assert {(key, name) for _, key, name, _ in topics if not key.startswith("product:")} == {
        ("category:reading lamps", "Reading  Lamps"), ("brand:kain", "Kain")}


def test_a_kind_that_the_page_did_not_tell_is_the_product_itself(sqlite_town):
    bare = {name: value for name, value in TEAPOT.items() if name not in ("category", "brand")}
    sqlite_town.like(ADA, bare)
    sqlite_town.opt_in(topics=["category", "brand"])
    [row] = sqlite_town.rows(tables.opt_ins)
    [[key, name]] = json.loads(row.topics)
    assert key.startswith("product:") and name == bare.get("title", bare["key"])


def test_a_database_that_was_stolen_holds_no_link_that_works(town):
    town.opt_in()
    town.deliver()
    token = linked(town.letters[-1], "confirm")
    kept = [str(tuple(row)) for table in tables.metadata.sorted_tables for row in town.rows(table)]
    assert not [row for row in kept if token in row]
    assert not [row.payload for row in town.rows(tables.outbox) if "@" in row.payload]


def test_unconfirmed_addresses_are_forgotten_after_their_days(town):
    town.opt_in()
    town.deliver()
    town.member("kept@people.test", BEN)
    assert town.house.db.write(endorsers.expire, (town.now + 6 * DAY, 7, None)) == 0
    assert town.house.db.write(endorsers.expire, (town.now + 8 * DAY, 7, None)) == 1
    assert [row.address for row in town.rows(tables.channels)] == ["kept@people.test"]
    assert town.rows(tables.opt_ins) == [] and ("expired", "all", "system") in town.ledger()
    assert town.read(lambda tx: endorsers.broken(tx, town.site.id)) is None
