"""Prompts and turns as they are kept, on both databases: sent twice is sent once, what was asked stays readable."""

from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa
from prompts.making import NOW, card, survey

from afterlike import db, tables
from afterlike.errors import Conflict, Invalid, NotFound
from afterlike.prompts import (
    Answered,
    HandOut,
    Saved,
    Showing,
    Turn,
    add_prompt,
    hand_out,
    named,
    note_answered,
    of_site,
    record_showings,
    running,
    save_flow,
    set_state,
    turns,
    version,
    versions,
)

SITE, OTHER_SITE = 1, 2
ADA, BEN, CLEO = 1, 2, 3  # visitors; Cleo is of the other site
ONE, TWO = b"1" * 16, b"2" * 16


@pytest.fixture
def engine(database_url):
    made = db.engine(database_url)
    tables.metadata.create_all(made)
    with made.begin() as tx:
        tx.execute(sa.insert(tables.sites), [
            {"id": SITE, "key": "s1", "name": "One", "made_at": NOW},
            {"id": OTHER_SITE, "key": "s2", "name": "Two", "made_at": NOW},
        ])
        tx.execute(sa.insert(tables.visitors), [
            {"id": visitor, "site_id": site, "hash": bytes([visitor]) * 16, "first_seen_at": NOW}
            for visitor, site in ((ADA, SITE), (BEN, SITE), (CLEO, OTHER_SITE))
        ])
    yield made
    made.dispose()


@pytest.fixture
def tx(engine):
    with engine.begin() as tx:
        yield tx


def showing(prompt_id: int, event="shown", *, visitor=ADA, uuid=ONE, at=NOW, site=SITE) -> Showing:
    return Showing(site, uuid, visitor, prompt_id, None, event, at)


def state(tx) -> tuple:
    """All that showings leave behind: (times shown, states, turns)."""
    return (
        tx.scalar(sa.select(sa.func.sum(tables.prompts.c.shown))),
        tx.scalars(sa.select(tables.prompt_showings.c.state).order_by(tables.prompt_showings.c.uuid)).all(),
        turns(tx, [ADA, BEN]),
    )


def test_a_new_prompt_runs_as_version_one(tx):
    id_ = add_prompt(tx, SITE, survey(quota=9), NOW)
    [found] = running(tx, [SITE, OTHER_SITE])[SITE]
    assert (found.id, found.key, found.version, found.state, found.shown) == (id_, "welcome", 1, "running", 0)
    assert (found.kind, found.rules.quota, found.flow["cards"][0]["type"]) == ("survey", 9, "single")


def test_only_running_prompts_run_oldest_first(tx):
    first = add_prompt(tx, SITE, survey(key="b"), NOW)
    draft = add_prompt(tx, SITE, survey(key="a"), NOW, state="draft")
    third = add_prompt(tx, SITE, survey(key="c"), NOW)
    theirs = add_prompt(tx, OTHER_SITE, survey(key="a"), NOW)
    found = running(tx, [OTHER_SITE, SITE])
    assert [p.id for p in found[SITE]] == [first, third] and [p.id for p in found[OTHER_SITE]] == [theirs]
    set_state(tx, SITE, "a", "running", NOW)
    set_state(tx, SITE, "b", "paused", NOW)
    assert [p.id for p in running(tx, [SITE])[SITE]] == [draft, third]
    assert [p.state for p in of_site(tx, SITE)] == ["paused", "running", "running"]
    assert running(tx, [77]) == {77: []}


def test_a_key_is_used_once_in_a_site(tx):
    add_prompt(tx, SITE, survey(), NOW)
    add_prompt(tx, OTHER_SITE, survey(), NOW)
    with pytest.raises(Conflict):
        add_prompt(tx, SITE, survey(), NOW)


def test_nothing_unchecked_is_kept(tx):
    for keep in (add_prompt, save_flow):
        with pytest.raises(Invalid):
            keep(tx, SITE, survey(quotta=1), NOW)
    with pytest.raises(Invalid):
        add_prompt(tx, SITE, survey(), NOW, state="sleeping")
    assert of_site(tx, SITE) == []


def test_a_changed_flow_is_a_new_version_and_the_same_one_is_not(tx):
    saved = save_flow(tx, SITE, survey(), NOW)
    assert saved == Saved(saved.prompt_id, 1, True)
    assert save_flow(tx, SITE, survey(), NOW) == saved._replace(is_new=False)
    assert save_flow(tx, SITE, dict(reversed(survey(quota=None).items())), NOW) == saved._replace(is_new=False)
    assert save_flow(tx, SITE, survey(quota=3), NOW) == Saved(saved.prompt_id, 2, True)
    assert save_flow(tx, SITE, survey(), NOW) == Saved(saved.prompt_id, 3, True)


def test_what_was_asked_can_be_read_back(tx):
    save_flow(tx, SITE, survey(card("text", title="Before")), NOW)
    [before] = running(tx, [SITE])[SITE]
    save_flow(tx, SITE, survey(card("text", title="After")), NOW)
    [after] = running(tx, [SITE])[SITE]
    assert [version(tx, p.version_id).flow["cards"][0]["title"] for p in (before, after)] == ["Before", "After"]
    assert {id_: p.version for id_, p in versions(tx, [after.version_id, before.version_id, 999]).items()} == {
        before.version_id: 1, after.version_id: 2}
    assert versions(tx, []) == {}
    with pytest.raises(NotFound):
        version(tx, 999)


def test_prompts_are_found_by_what_the_wire_calls_them(tx):
    save_flow(tx, SITE, survey(), NOW)
    save_flow(tx, SITE, survey(quota=3), NOW)
    found = named(tx, [(SITE, "welcome", 1), (SITE, "welcome", 2), (SITE, "welcome", 3), (OTHER_SITE, "welcome", 1)])
    assert {name: p.rules.quota for name, p in found.items()} == {(SITE, "welcome", 1): None, (SITE, "welcome", 2): 3}


def test_a_version_that_was_rolled_back_is_forgotten(engine):
    with engine.connect() as tx:
        tx.begin()
        add_prompt(tx, SITE, survey(card("text", title="Rolled back")), NOW)
        assert running(tx, [SITE])[SITE][0].flow["cards"][0]["title"] == "Rolled back"
        tx.rollback()
    with engine.begin() as tx:
        add_prompt(tx, SITE, survey(card("text", title="Kept")), NOW)
        assert running(tx, [SITE])[SITE][0].flow["cards"][0]["title"] == "Kept"


def test_another_sites_prompt_has_no_state_to_set(tx):
    add_prompt(tx, OTHER_SITE, survey(), NOW)
    with pytest.raises(NotFound):
        set_state(tx, SITE, "welcome", "paused", NOW)


def test_turns_begin_empty_and_keep_what_happened(tx):
    first, second = add_prompt(tx, SITE, survey(), NOW), add_prompt(tx, SITE, survey(key="b"), NOW)
    hand_out(tx, [HandOut(BEN, second, NOW), HandOut(ADA, first, NOW), HandOut(ADA, first, NOW + 1)])
    hand_out(tx, [HandOut(BEN, second, NOW + 2)])
    hand_out(tx, [])
    assert turns(tx, [ADA, BEN, CLEO]) == {
        ADA: {first: Turn(handed_at=NOW + 1)}, BEN: {second: Turn(handed_at=NOW + 2)}, CLEO: {}}
    assert turns(tx, []) == {}


def test_an_answer_is_noted_and_means_it_was_seen(tx):
    id_ = add_prompt(tx, SITE, survey(), NOW)
    record_showings(tx, [showing(id_)])
    note_answered(tx, [Answered(ADA, id_, NOW + 5), Answered(BEN, id_, NOW + 5)])
    note_answered(tx, [])
    assert turns(tx, [ADA, BEN]) == {
        ADA: {id_: Turn(shown_at=NOW, answered_at=NOW + 5)}, BEN: {id_: Turn(shown_at=NOW + 5, answered_at=NOW + 5)}}


def test_a_showing_counts_once_and_moves_forward_only(tx):
    id_ = add_prompt(tx, SITE, survey(), NOW)
    news = [
        record_showings(tx, [showing(id_, event, at=NOW + number)])[0].news
        for number, event in enumerate(["shown", "shown", "snoozed", "shown", "dismissed", "snoozed", "dismissed"])
    ]
    assert news == [("shown",), (), ("snoozed",), (), ("dismissed",), (), ()]
    assert state(tx) == (1, ["dismissed"], {ADA: {id_: Turn(shown_at=NOW, dismissed_at=NOW + 4)}, BEN: {}})


def test_a_dismissal_that_comes_first_was_a_showing_too(tx):
    id_ = add_prompt(tx, SITE, survey(), NOW)
    [noted] = record_showings(tx, [showing(id_, "dismissed")])
    assert noted.news == ("shown", "dismissed")
    assert record_showings(tx, [showing(id_)]) == [noted._replace(news=())]
    assert state(tx) == (1, ["dismissed"], {ADA: {id_: Turn(shown_at=NOW, dismissed_at=NOW)}, BEN: {}})


def test_a_batch_is_the_same_as_one_by_one(tx):
    id_, second = add_prompt(tx, SITE, survey(), NOW), add_prompt(tx, SITE, survey(key="b"), NOW)
    noted = record_showings(tx, [
        showing(second, visitor=BEN, uuid=TWO), showing(id_), showing(id_), showing(id_, "dismissed", at=NOW + 9),
        showing(second, "shown", visitor=BEN, uuid=TWO),
    ])
    assert [one.news for one in noted] == [("shown",), ("shown",), (), ("dismissed",), ()]
    assert noted[0].showing_id == noted[4].showing_id != noted[1].showing_id == noted[3].showing_id
    assert state(tx) == (2, ["dismissed", "shown"], {
        ADA: {id_: Turn(shown_at=NOW, dismissed_at=NOW + 9)}, BEN: {second: Turn(shown_at=NOW)}})
    assert record_showings(tx, []) == []


def test_the_same_id_on_another_site_is_another_showing(tx):
    ours, theirs = add_prompt(tx, SITE, survey(), NOW), add_prompt(tx, OTHER_SITE, survey(), NOW)
    noted = record_showings(tx, [showing(ours), showing(theirs, visitor=CLEO, site=OTHER_SITE)])
    assert [one.news for one in noted] == [("shown",), ("shown",)]


@pytest.mark.parametrize("change", [{"visitor": BEN}, {"prompt": 1}], ids=["visitor", "prompt"])
def test_an_id_is_not_used_for_something_else(tx, change):
    id_, second = add_prompt(tx, SITE, survey(), NOW), add_prompt(tx, SITE, survey(key="b"), NOW)
    record_showings(tx, [showing(id_)])
    with pytest.raises(Conflict):
        record_showings(tx, [showing(second if "prompt" in change else id_, visitor=change.get("visitor", ADA))])


def test_many_hands_at_once_count_each_showing_once(engine):
    with engine.begin() as tx:
        ids = [add_prompt(tx, SITE, survey(key=key), NOW) for key in "ab"]
    rows = [showing(ids[n % 2], uuid=bytes([n]) * 16, visitor=(ADA, BEN)[n % 2]) for n in range(20)]
    answered = [Answered((ADA, BEN)[n % 2], ids[n % 2], NOW) for n in range(4)]

    def send(turned: int) -> None:
        with engine.begin() as tx:
            record_showings(tx, rows[turned:] + rows[:turned])
            note_answered(tx, answered[turned % 4:] + answered[:turned % 4])

    with ThreadPoolExecutor(8) as hands:
        list(hands.map(send, range(16)))
    with engine.begin() as tx:
        assert [p.shown for p in of_site(tx, SITE)] == [10, 10]
