"""Whether somebody may be written to: only after the button, never after a stop, and suppression outlives everything."""

import pytest
import sqlalchemy as sa
from endorsers.town import ANA, linked

from afterlike import endorsers, erasure, purposes, tables
from afterlike.clock import DAY, HOUR
from cast import ADA, BEN


def stop(town, channel_id: int, method: str = "one_click_8058") -> bool:
    return town.house.db.write(endorsers.stop, endorsers.Stop(channel_id, method, town.now))


def wording(town, purpose: str) -> purposes.Wording:
    return purposes.built_in(purpose, locale="en", controller=town.site.name, privacy_url=None)


def test_nobody_is_written_to_who_never_left_an_address(town):
    town.like()
    [visitor] = town.rows(tables.visitors)
    assert visitor.endorser_id is None and town.verdict(4711).reason == "no_address"


def test_a_stop_ends_everything_once_and_is_noted(town):
    done = town.member(topics=["all"])
    assert stop(town, done.channel_id) is True and stop(town, done.channel_id) is False
    assert town.verdict(done.endorser_id).reason == "stopped"
    assert [row for row in town.ledger() if row[0] == "withdrawn"] == [
        ("withdrawn", "follow_up", "one_click_8058"), ("withdrawn", "news", "one_click_8058")]
    assert [state for *_, state in town.read(lambda tx: endorsers.topics_of(tx, done.channel_id))] == ["unsubscribed"]


def test_a_stop_can_be_taken_back_as_it_was(town):
    done = town.member(topics=["all"])
    town.house.db.write(endorsers.set_consents, (done.channel_id, {"news": None}, "me_page", town.now))
    town.later = HOUR
    stop(town, done.channel_id)
    assert town.house.db.write(endorsers.restart, (done.channel_id, "stop_page", town.now + 1)) is True
    assert town.verdict(done.endorser_id).allowed and town.verdict(done.endorser_id, "news").reason == "no_consent"
    assert town.rows(tables.suppressions) == []
    assert town.house.db.write(endorsers.restart, (done.channel_id, "stop_page", town.now + 2)) is False


def test_a_complaint_is_not_taken_back_by_a_link(town):
    done = town.member()
    with town.house.db.engine.begin() as tx:
        endorsers.gate.suppress(tx, town.site.id, town.rows(tables.channels)[0].subject, "complained", town.now)
    assert town.verdict(done.endorser_id).reason == "suppressed"
    assert town.house.db.write(endorsers.restart, (done.channel_id, "stop_page", town.now)) is False
    assert town.verdict(done.endorser_id).reason == "suppressed"


def test_a_complaint_outlives_a_stop_and_a_new_consent(town):
    done = town.member()
    with town.house.db.engine.begin() as tx:
        endorsers.gate.suppress(tx, town.site.id, town.rows(tables.channels)[0].subject, "complained", town.now)
    stop(town, done.channel_id)
    given = (done.channel_id, {"follow_up": wording(town, "follow_up")}, "me_page", town.now)
    town.house.db.write(endorsers.set_consents, given)
    assert town.verdict(done.endorser_id).reason == "suppressed"


def test_a_pause_ends_by_itself(town):
    done = town.member()
    town.house.db.write(endorsers.set_pace, (done.channel_id, "weekly", town.now + 3 * DAY, town.now))
    assert town.verdict(done.endorser_id).reason == "paused"
    town.later = 4 * DAY
    assert town.verdict(done.endorser_id).allowed
    town.house.db.write(endorsers.set_pace, (done.channel_id, "each", None, town.now))
    assert town.rows(tables.channels)[0].state == "confirmed"


def test_each_purpose_stands_alone(town):
    done = town.member(purposes=("news",))
    assert town.verdict(done.endorser_id, "news") and town.verdict(done.endorser_id).reason == "no_consent"
    town.house.db.write(
        endorsers.set_consents,
        (done.channel_id, {"follow_up": wording(town, "follow_up"), "news": None}, "me_page", town.now),
    )
    assert town.verdict(done.endorser_id) and town.verdict(done.endorser_id, "news").reason == "no_consent"
    assert town.ledger()[-2:] == [("given", "follow_up", "me_page"), ("withdrawn", "news", "me_page")]


def test_agreeing_again_on_ones_own_page_ends_a_stop(town):
    done = town.member()
    stop(town, done.channel_id)
    given = (done.channel_id, {"follow_up": wording(town, "follow_up")}, "me_page", town.now)
    town.house.db.write(endorsers.set_consents, given)
    assert town.verdict(done.endorser_id) and town.verdict(done.endorser_id, "news").reason == "no_consent"


def test_suppression_survives_erasure_and_a_list_that_is_imported_again(town):
    done = town.member()
    subject = town.rows(tables.channels)[0].subject
    erasure.erase(town.house, town.site.id, done.endorser_id, likes_too=False, method="me_page", actor="person")
    assert town.rows(tables.channels) == []
    with town.house.db.engine.begin() as tx:  # as an import would write it
        made = tx.scalar(sa.insert(tables.endorsers).values(site_id=town.site.id, made_at=1).returning(tables.endorsers.c.id))
        tx.execute(sa.insert(tables.channels).values(
            site_id=town.site.id, endorser_id=made, kind="email", address=ANA, subject=subject, state="confirmed", locale="en",
            made_at=1, confirmed_at=1, changed_at=1,
        ))
    assert town.verdict(made).reason == "suppressed"
    town.opt_in(visitor=BEN)
    town.deliver()
    assert len(town.letters) == 1


def test_a_stop_link_works_for_ever_and_a_forged_one_never(town):
    done = town.member()
    token = linked(town.letters[-1], "stop")
    assert endorsers.channel_of_stop(town.house.keyring, token) == done.channel_id
    others = f"{done.channel_id + 1:x}-{token.partition('-')[2]}"
    for forged in ("", "1", "1-", others, token[:-1], token.upper(), "é-é", "-" * 40):
        assert endorsers.channel_of_stop(town.house.keyring, forged) is None, forged


def test_a_lost_way_in_is_mailed_three_times_a_day_at_most_and_only_to_people(town):
    town.member()
    town.opt_in("open@people.test", BEN)
    town.deliver()
    before = len(town.letters)
    for address in [ANA] * 5 + ["open@people.test", "stranger@people.test"]:
        subject = endorsers.subject(town.house.keyring, town.site.id, address)
        town.house.db.write(endorsers.ask_for_link, (town.site.id, subject, town.now))
    town.deliver()
    assert [letter["To"] for letter in town.letters[before:]] == [ANA] * 3
    token = linked(town.letters[-1], "me/enter")
    session = town.house.db.write(endorsers.use_link, (token, town.now, HOUR))
    assert town.read(lambda tx: endorsers.person_of_session(tx, session, town.now)).address == ANA
    assert town.house.db.write(endorsers.use_link, (token, town.now, HOUR)) is None
    assert town.read(lambda tx: endorsers.person_of_session(tx, session, town.now + HOUR)) is None


def test_who_has_yet_to_confirm_gets_the_confirmation_again_the_next_day(town):
    town.opt_in()
    town.deliver()
    with town.house.db.engine.begin() as tx:
        tx.execute(sa.update(tables.mailed_links).values(made_at=tables.mailed_links.c.made_at - DAY))
    subject = town.rows(tables.opt_ins)[0].subject
    town.house.db.write(endorsers.ask_for_link, (town.site.id, subject, town.now))
    town.deliver()
    assert len(town.letters) == 2 and town.confirm() is not None


def test_a_verdict_has_a_sentence_for_every_reason():
    assert set(endorsers.VERDICTS) == {"ok", "no_address", "no_consent", "suppressed", "unconfirmed", "paused", "stopped",
                                       "bounced", "complained"}
    assert ADA != BEN


def test_the_stopped_are_listed_by_hash_alone(town):
    done = town.member()
    stop(town, done.channel_id)
    [row] = town.rows(tables.suppressions)
    assert len(row.subject) == 16 and row.reason == "stopped"


@pytest.mark.parametrize("pace", ["daily", "", None])
def test_a_pace_that_is_none_is_refused(sqlite_town, pace):
    done = sqlite_town.member()
    with pytest.raises(endorsers.gate.Invalid):
        sqlite_town.house.db.write(endorsers.set_pace, (done.channel_id, pace, None, sqlite_town.now))
