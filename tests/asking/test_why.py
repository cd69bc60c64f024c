"""Why (not)?: every gate of every prompt tells what it says, and the winner is the one that the collector asks."""

import re
from pathlib import Path

import pytest
from admin.desk import shopper_of, signed_in
from asking.making import send
from conftest import ADMIN
from prompts.making import NOW, facts, prompt, survey

import afterlike
from afterlike.asking.why import judged
from afterlike.clock import DAY, HOUR
from afterlike.prompts import GATES, NAMES, REASONS, Turn, verdicts, why
from cast import ADA, BEN, CHAIR, LAMP

CASES = [
    ({}, {}, "due"), ({}, {"state": "paused"}, "paused"), ({"ends_at": "2026-01-01"}, {}, "ended"),
    ({"when": {"products": ["chair-*"]}}, {}, "product"), ({"when": {"nth_like": {"from": 3}}}, {}, "nth_like"),
    ({"sample": 0}, {}, "sample"), ({"quota": 2}, {"shown": 2}, "quota"),
]


@pytest.mark.parametrize(("flow", "more", "reason"), CASES)
def test_the_first_closed_gate_is_the_reason(flow, more, reason):
    one = prompt(survey(**flow), **more)
    told = judged(one, facts(), NOW, wins=False)
    assert (told.reason or "due") == reason == why(facts(), [one], NOW)[0][1]
    assert [gate.name for gate in told.gates] == list(NAMES)


def test_gates_behind_a_closed_one_tell_what_they_say_too():
    one = prompt(survey(quota=1, when={"products": ["x"], "locales": ["de"]}), shown=1, state="paused")
    closed = {name: reason for name, reason in verdicts(facts(), one, NOW) if reason}
    assert closed == {"running": "paused", "product": "product", "locale": "locale", "quota": "quota"}
    assert len(NAMES) == len(GATES)


def test_what_a_gate_asks_for_stands_beside_what_there_is():
    seen = facts(turns={1: Turn(shown_at=NOW - 3 * HOUR)}, nth_like=2)
    one = prompt(survey(recontact_days=9, sample=0.25, when={"categories": ["Shoes"], "nth_like": {"from": 2, "to": 9}}))
    said = {gate.name: (gate.asked, gate.given) for gate in judged(one, seen, NOW, wins=False).gates}
    assert said["category"] == ("Shoes", "Light") and said["nth_like"] == ("like 2 to 9", "2")
    assert said["recontact"] == ("not seen for 9 days", "seen 3 hours ago")
    assert said["cooldown"] == ("no prompt for 24 hours", "the last one 3 hours ago")
    assert said["sample"][0] == "a lot below 25" and said["quota"] == ("any number", "shown 0 times")
    assert judged(one, facts(cooldown_ms=DAY), NOW, wins=False).gates[9].given == "none so far"


def outcome(page) -> str:
    found = re.search(r'<p class="notice outcome"[^>]*>(.*?)</p>', page.text, re.S)[1]
    return re.sub(r"<[^>]+>", "", found).strip()


def test_a_made_up_visitor_gets_what_the_collector_asks(shop):
    assert outcome(shop.desk.get(f"{shop.list}/why")) == "“First questions” would be asked."
    assert outcome(shop.desk.get(f"{shop.list}/why?nth=2&product=lamp-1")) == "“First questions” would be asked."
    for name in re.findall(r'id="prompt-(\d+)"', shop.desk.get(shop.list).text)[:1]:
        page = shop.desk.get(f"{shop.list}/{name}")
        send(shop.desk, f"{shop.list}/{name}", page, when__products="chair-*", when__locales="id", when__visitors="returning")
    asks = {
        "product=chair-7&locale=id&visitor=returning": "“First questions” would be asked.",
        "product=chair-7&locale=id": f"Nothing would be asked. {REASONS['visitors']}",
        "product=lamp-1&locale=id&visitor=returning&nth=2": "“Getting to know each other” would be asked.",
    }
    assert {query: outcome(shop.desk.get(f"{shop.list}/why?{query}")) for query in asks} == asks


def test_the_visitor_of_a_like_is_taken_as_they_are_now(shop):
    shop.visitors[BEN].like(CHAIR)
    liked = shop.visitors[ADA].like(LAMP)
    shop.visitors[ADA].say(liked, {"why": ["look"]})
    number = re.search(r'<option value="(\d+)"', shop.desk.get(f"{shop.list}/why").text)[1]
    page = shop.desk.get(f"{shop.list}/why?like={number}")
    assert "At this like: They were asked." in page.words and "The visitor has answered this prompt. answered" in page.words
    assert outcome(page).startswith("Nothing would be asked.")
    assert shop.visitors[ADA].like(CHAIR)["next_step"]["kind"] == "none"
    page = shop.desk.get(f"{shop.list}/why?like={int(number) + 1}")
    assert "At this like: They were asked." not in page.words and "The like" in page.words


@pytest.mark.parametrize("query", ["like=999999", "like=x", "like=" + "9" * 30])
def test_a_like_that_is_not_there_is_told(shop, query):
    assert shop.desk.get(f"{shop.list}/why?{query}").status == 404


def test_another_sites_like_is_not_there_in_the_same_words(shop, collector):
    theirs = shopper_of(collector.server, collector.registered, ADA).like(LAMP | {"url": f"{collector.origin}/lamp"})
    owner = signed_in(collector.server, ADMIN)
    number = re.search(r'<option value="(\d+)"', owner.get(f"/admin/sites/{collector.site}/prompts/why").text)[1]
    refused, missing = (shop.desk.get(f"{shop.list}/why?like={like}") for like in (number, "999999"))
    assert theirs["liked"] and (refused.status, refused.text) == (missing.status, missing.text) == (404, missing.text)


def test_paused_prompts_tell_their_gates_and_an_empty_site_says_what_will_stand_there(shop):
    numbers = re.findall(r'id="prompt-(\d+)"', shop.desk.get(shop.list).text)
    for number in numbers:
        shop.desk.post(f"{shop.list}/{number}/acts", act="pause")
    page = shop.desk.get(f"{shop.list}/why")
    assert outcome(page) == "Nothing would be asked. No prompt is running on this site." and "paused" in page.words
    for number in numbers:
        shop.desk.post(f"{shop.list}/{number}/acts", act="delete")
    assert "There is no prompt yet" in shop.desk.get(f"{shop.list}/why").words


def test_every_reason_has_its_sentence_on_the_page():
    source = (Path(afterlike.__file__).parent / "templates/asking/why.html").read_text("utf-8")
    assert [reason for reason in REASONS if f'"{reason}": _(' not in source] == []
