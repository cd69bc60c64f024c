"""What an admin does with prompts, on both databases: the order, new versions, and what others did meanwhile."""

import pytest
import sqlalchemy as sa
from prompts.making import NOW, card, survey

from afterlike import db, tables
from afterlike.errors import Conflict, Invalid, NotFound
from afterlike.prompts import (
    Answered,
    Change,
    Made,
    Moved,
    Newer,
    Numbers,
    Saved,
    Showing,
    Turned,
    change,
    checked,
    history,
    make,
    move,
    note_answered,
    numbers,
    of_site,
    record_showings,
    running,
    save_flow,
    turn,
)

SITE, OTHER_SITE, ADA, BEN = 1, 2, 1, 2


@pytest.fixture
def tx(database_url):
    made = db.engine(database_url)
    tables.metadata.create_all(made)
    with made.begin() as tx:
        sites = [{"id": site, "key": f"s{site}", "name": "Shop", "made_at": NOW} for site in (SITE, OTHER_SITE)]
        tx.execute(sa.insert(tables.sites), sites)
        visitors = [{"id": one, "site_id": SITE, "hash": bytes([one]) * 16, "first_seen_at": NOW} for one in (ADA, BEN)]
        tx.execute(sa.insert(tables.visitors), visitors)
        yield tx
    made.dispose()


def made(tx, *keys: str, site: int = SITE, state: str = "running") -> list[int]:
    return make(tx, [Made(site, checked(survey(key=key)), state, NOW) for key in keys])


def order(tx) -> list[str]:
    return [prompt.key for prompt in running(tx, [SITE])[SITE]]


def test_a_new_one_is_tried_last_and_moving_changes_the_order(tx):
    _, b, c = made(tx, "a", "b", "c")
    assert order(tx) == ["a", "b", "c"]
    move(tx, [Moved(SITE, c, -1), Moved(SITE, c, -1), Moved(SITE, c, -1)])
    assert order(tx) == ["c", "a", "b"]
    move(tx, [Moved(SITE, b, 1)])
    made(tx, "d")
    assert order(tx) == ["c", "a", "b", "d"] == [prompt.key for prompt in of_site(tx, SITE)]


def test_those_of_before_keep_their_order_until_they_are_moved(tx):
    a, b = made(tx, "a", "b")
    tx.execute(sa.update(tables.prompts).values(place=0))
    assert order(tx) == ["a", "b"]
    move(tx, [Moved(SITE, a, 1)])
    assert order(tx) == ["b", "a"]


def test_a_deleted_one_stands_in_nobodys_way(tx):
    a, b, c = made(tx, "a", "b", "c")
    assert turn(tx, [Turned(SITE, b, "deleted", NOW)]) == ["running"]
    move(tx, [Moved(SITE, c, -1), Moved(SITE, b, -1)])
    assert order(tx) == ["c", "a"]
    assert turn(tx, [Turned(SITE, b, "running", NOW)]) == ["deleted"] and set(order(tx)) == {"a", "b", "c"}


def test_a_taken_key_gets_a_number_a_deleted_ones_too(tx):
    [first] = made(tx, "why")
    turn(tx, [Turned(SITE, first, "deleted", NOW)])
    made(tx, "why", "why")
    assert [prompt.key for prompt in of_site(tx, SITE)] == ["why", "why-2", "why-3"]
    made(tx, "why", site=OTHER_SITE)
    assert [prompt.key for prompt in of_site(tx, OTHER_SITE)] == ["why"]


def test_a_change_is_a_new_version_of_the_same_key(tx):
    [one] = made(tx, "why")
    flow = survey(card("nps"), key="another")
    assert change(tx, [Change(SITE, one, 1, flow, NOW + 1)]) == [Saved(one, 2, True)]
    assert change(tx, [Change(SITE, one, 1, flow, NOW + 2)]) == [Saved(one, 2, False)]
    assert [(row.version, row.made_at) for row in history(tx, one)] == [(2, NOW + 1), (1, NOW)]
    assert order(tx) == ["why"]


def test_a_change_over_a_version_that_was_not_seen_is_refused(tx):
    [one] = made(tx, "why")
    change(tx, [Change(SITE, one, 1, survey(card("nps")), NOW)])
    [met] = change(tx, [Change(SITE, one, 1, survey(card("text")), NOW)])
    assert isinstance(met, Newer)
    assert change(tx, [Change(SITE, one, 2, survey(card("text")), NOW)]) == [Saved(one, 3, True)]


def test_a_wrong_flow_is_not_kept(tx):
    [one] = made(tx, "why")
    with pytest.raises(Invalid):
        change(tx, [Change(SITE, one, 1, survey(colour=1), NOW)])
    assert len(history(tx, one)) == 1


def test_another_sites_prompt_is_not_there(tx):
    [one] = made(tx, "why")
    for verb, item in (
        (turn, Turned(OTHER_SITE, one, "paused", NOW)), (move, Moved(OTHER_SITE, one, 1)),
        (change, Change(OTHER_SITE, one, 1, survey(), NOW)),
    ):
        with pytest.raises(NotFound):
            verb(tx, [item])
    assert order(tx) == ["why"]


def test_a_state_that_there_is_not_is_refused(tx):
    [one] = made(tx, "why")
    with pytest.raises(Invalid):
        turn(tx, [Turned(SITE, one, "exploded", NOW)])


def test_loading_the_flow_of_a_deleted_one_brings_it_back(tx):
    [one] = made(tx, "why")
    turn(tx, [Turned(SITE, one, "deleted", NOW)])
    assert order(tx) == [] and save_flow(tx, SITE, survey(key="why"), NOW) == Saved(one, 1, False)
    assert order(tx) == ["why"]


def test_a_site_has_no_more_prompts_than_can_be_kept(tx):
    row = {"site_id": SITE, "state": "draft", "version": 1, "made_at": NOW, "changed_at": NOW}
    tx.execute(sa.insert(tables.prompts), [row | {"key": f"p{number}"} for number in range(200)])
    assert [type(one) for one in make(tx, [Made(SITE, checked(survey()), "draft", NOW)])] == [Conflict]


def test_each_visitor_counts_once(tx):
    one, two = made(tx, "a", "b")
    shown = [Showing(SITE, bytes([number]) * 16, visitor, one, None, event, NOW + number)
             for number, visitor, event in ((1, ADA, "shown"), (2, ADA, "dismissed"), (3, BEN, "snoozed"))]
    record_showings(tx, shown)
    note_answered(tx, [Answered(ADA, one, NOW)])
    assert numbers(tx, SITE) == {one: Numbers(saw=2, answered=1, dismissed=2)} and numbers(tx, OTHER_SITE) == {}
    assert two not in numbers(tx, SITE)
