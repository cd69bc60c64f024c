"""The list of prompts: their order, their states, what an admin does with them, and what they are told of it."""

import re

import pytest
from admin.desk import Desk, hire, signed_in
from prompts.making import prompt, survey

from afterlike import prompts
from afterlike.asking.listing import state_of
from afterlike.asking.share import share
from cast import ADA, BEN, CHAIR, LAMP, new_id


def names(desk: Desk, path: str) -> list[str]:
    return re.findall(r'<h3><a [^>]*><bdi class="cut">([^<]+)', desk.get(path).text)


def ids(desk: Desk, path: str) -> list[int]:
    return [int(number) for number in re.findall(r'<li class="sheet prompt" id="prompt-(\d+)"', desk.get(path).text)]


def test_a_new_site_shows_its_two_prompts_in_their_order(shop):
    assert names(shop.desk, shop.list) == ["First questions", "Getting to know each other"]
    assert "What do you like about it?" in shop.desk.get(shop.list).words


def test_what_stands_first_is_asked(shop):
    made = shop.desk.post(shop.list, start="nps").to
    new = int(re.search(r"prompts/(\d+)", made)[1])
    shop.desk.post(f"{shop.list}/{new}/acts", act="run")
    assert shop.visitors[ADA].like(LAMP)["next_step"]["prompt"] == "welcome"
    for _ in range(3):  # once more than there is room above
        shop.desk.post(f"{shop.list}/{new}/acts", act="up")
    assert ids(shop.desk, shop.list)[0] == new
    assert shop.visitors[BEN].like(LAMP)["next_step"]["prompt"] == "nps"


def test_moving_and_moving_back_is_an_undo(shop):
    first, second = ids(shop.desk, shop.list)
    moved = shop.desk.post(f"{shop.list}/{first}/acts", act="down").to
    assert ids(shop.desk, shop.list) == [second, first] and "was moved" in shop.desk.get(moved).words
    shop.desk.post(f"{shop.list}/{first}/acts", act="up")
    assert ids(shop.desk, shop.list) == [first, second]


def test_a_paused_prompt_asks_nobody_until_it_is_resumed(shop):
    first, _ = ids(shop.desk, shop.list)
    told = shop.desk.get(shop.desk.post(f"{shop.list}/{first}/acts", act="pause").to)
    assert "is paused and asks nobody" in told.words and 'name="was" value="running"' in told.text
    assert shop.visitors[ADA].like(LAMP)["next_step"]["kind"] == "none"
    shop.desk.post(f"{shop.list}/{first}/acts", act="restore", was="running")
    assert shop.visitors[ADA].like(CHAIR)["next_step"]["prompt"] == "welcome"


def test_a_deleted_prompt_is_gone_and_can_be_brought_back_with_its_answers(shop):
    first, _ = ids(shop.desk, shop.list)
    liked = shop.visitors[ADA].like(LAMP)
    shop.visitors[ADA].say(liked, {"why": ["look"]})
    gone = shop.desk.get(shop.desk.post(f"{shop.list}/{first}/acts", act="delete").to)
    assert "is deleted. Its answers stay." in gone.words and first not in ids(shop.desk, shop.list)
    assert shop.visitors[BEN].like(LAMP)["next_step"]["kind"] == "none"
    assert "The look" in shop.desk.get(f"/admin/sites/{shop.site.site}/endorsements?q=look").words
    shop.desk.post(f"{shop.list}/{first}/acts", act="restore", was="running")
    assert first in ids(shop.desk, shop.list)
    assert shop.visitors[BEN].like(CHAIR)["next_step"]["prompt"] == "welcome"


def test_a_copy_is_a_draft_with_a_key_of_its_own(shop):
    first, _ = ids(shop.desk, shop.list)
    told = shop.desk.get(shop.desk.post(f"{shop.list}/{first}/acts", act="copy").to)
    assert "Copy of First questions ” is a new draft." in told.words
    assert names(shop.desk, shop.list)[2] == "Copy of First questions" and "Draft" in told.words


@pytest.mark.parametrize("start", ["nothing", "why", "nps", "may_we", "profile", "redirect"])
def test_a_new_one_begins_as_a_draft_that_nobody_sees(shop, start):
    for prompt_id in ids(shop.desk, shop.list):
        shop.desk.post(f"{shop.list}/{prompt_id}/acts", act="pause")
    shop.desk.post(shop.list, start=start)
    shop.desk.post(shop.list, start=start)
    assert len(ids(shop.desk, shop.list)) == 4
    assert shop.visitors[ADA].like(LAMP)["next_step"]["kind"] == "none"


def test_each_rate_says_of_how_many_and_its_range(shop):
    for visitor in (shop.visitors[ADA], shop.visitors[BEN]):
        liked = visitor.like(LAMP)
        asked = {"site": shop.site.site, "id": new_id(), "visitor": visitor.visitor, "like": liked["id"], "prompt": "welcome",
                 "version": 1}
        visitor.send("shown", asked | {"event": "shown"})
    visitor.say(liked, {"why": ["look"]})
    words = shop.desk.get(shop.list).words
    assert "2 times; seen by 2 visitors" in words and "50 % 1 of 2, 9–91 %" in words and "0 % 0 of 2, 0–66 %" in words


RANGES = [(0, 10, 0, 27.8), (5, 10, 23.7, 76.3), (10, 10, 72.2, 100), (81, 263, 25.5, 36.6)]


@pytest.mark.parametrize(("k", "n", "low", "high"), RANGES)
def test_the_range_is_wilsons(k, n, low, high):
    """The last is the example of Newcombe 1998, table I: 0.2553 to 0.3662."""
    found = share(k, n)
    assert (round(found.low, 1), round(found.high, 1)) == (low, high)
    assert share(0, 0) is None


AT = 1_800_000_000_000  # 15 January 2027
STATES = [
    ({}, {}, "running"), ({}, {"state": "paused"}, "paused"), ({}, {"state": "draft"}, "draft"),
    ({"starts_at": "2027-02-01"}, {}, "scheduled"), ({"starts_at": "2027-02-01"}, {"state": "draft"}, "draft"),
    ({"ends_at": "2027-01-14"}, {}, "ended"), ({"ends_at": "2027-01-15"}, {}, "running"),
    ({"quota": 5}, {"shown": 5}, "full"), ({"quota": 5}, {"shown": 4}, "running"),
]


@pytest.mark.parametrize(("flow", "more", "state"), STATES)
def test_a_running_prompt_may_be_waiting_or_over(flow, more, state):
    assert state_of(prompt(survey(**flow), **more), AT) == state


def test_the_sites_own_clock_is_kept_and_what_is_no_number_is_told_beside_the_field(shop):
    wrong = shop.desk.post(f"{shop.list}/settings", cooldown_hours="a day")
    assert wrong.status == 422 and 'value="a day"' in wrong.text and "Write whole hours from 0 to 8760." in wrong.words
    kept = shop.desk.post(f"{shop.list}/settings", cooldown_hours="6")
    assert kept.status == 303 and re.search('name="cooldown_hours"[^>]* value="6"', shop.desk.get(shop.list).text)


def test_a_viewer_reads_and_is_offered_nothing_to_press(shop):
    hire(shop.server, shop.site.site, email="viewer@list.test", role="viewer")
    text = signed_in(shop.server, "viewer@list.test").get(shop.list).text
    assert "First questions" in text and 'name="act"' not in text and 'name="start"' not in text and "cooldown_hours" not in text


def test_an_empty_list_says_what_will_stand_there(shop):
    for prompt_id in ids(shop.desk, shop.list):
        shop.desk.post(f"{shop.list}/{prompt_id}/acts", act="delete")
    words = shop.desk.get(shop.list).words
    assert "Nothing is asked yet" in words and "2 deleted prompts" in words


@pytest.mark.parametrize("fields", [{"act": "explode"}, {"act": "restore", "was": "deleted"}, {}])
def test_a_broken_form_changes_nothing(shop, fields):
    first, _ = before = ids(shop.desk, shop.list)
    assert shop.desk.post(f"{shop.list}/{first}/acts", **fields).status == 422
    assert shop.desk.post(shop.list, start="elsewhere").status == 422
    assert ids(shop.desk, shop.list) == before


def test_keys_are_never_taken_twice():
    taken = {"why", "why-2"}
    assert prompts.free_key("why", taken) == "why-3" and prompts.free_key("nps", taken) == "nps"
