"""Whether to ask: every gate stops what it should, in its order, and nobody's lot is drawn twice."""

import inspect
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prompts.making import NOW, card, facts, prompt, survey

from afterlike.clock import DAY, HOUR, MINUTE, SECOND
from afterlike.prompts import GATES, REASONS, Step, Turn, decide, next_step, why

OWN, OTHER, THIRD = 1, 2, 3  # ids of prompts; the one that is tried has 1

# reason, what stops it: changes to the flow, to its `when`, to the prompt, to the facts. In the order of the gates.
STOPS = [
    ("paused",      {"prompt": {"state": "paused"}}),
    ("paused",      {"prompt": {"state": "draft"}}),
    ("not_started", {"flow": {"starts_at": "2027-01-16"}}),
    ("ended",       {"flow": {"ends_at": "2027-01-14"}}),
    ("product",     {"when": {"products": ["chair-*", "lamp-2"]}}),
    ("category",    {"when": {"categories": ["Chairs"]}}),
    ("url",         {"when": {"urls": ["https://shop.test/sale/*"]}}),
    ("nth_like",    {"when": {"nth_like": {"from": 2}}}),
    ("nth_like",    {"when": {"nth_like": {"from": 1, "to": 1}}, "facts": {"nth_like": 2}}),
    ("visitors",    {"when": {"visitors": "returning"}}),
    ("visitors",    {"when": {"visitors": "new"}, "facts": {"returning": True}}),
    ("locale",      {"when": {"locales": ["id", "en-US"]}}),
    ("answered",    {"turns": {OWN: Turn(answered_at=NOW - 4000 * DAY)}}),
    ("answered",    {"turns": {OWN: Turn(answered_at=NOW - 9 * DAY)}, "flow": {"again_after_answer_days": 10}}),
    ("snoozed",     {"turns": {OWN: Turn(dismissed_at=NOW - 29 * DAY)}}),
    ("recontact",   {"turns": {OWN: Turn(shown_at=NOW - 29 * DAY)}}),
    ("cooldown",    {"turns": {OTHER: Turn(shown_at=NOW - 23 * HOUR)}, "facts": {"cooldown_ms": DAY}}),
    ("one_a_visit", {"turns": {THIRD: Turn(shown_at=NOW - 29 * MINUTE)}, "facts": {"cooldown_ms": 0}}),
    ("one_a_visit", {"turns": {THIRD: Turn(handed_at=NOW - 59 * SECOND)}}),
    ("sample",      {"flow": {"sample": 0}}),
    ("quota",       {"flow": {"quota": 5}, "prompt": {"shown": 5}}),
]
IDS = [f"{reason}-{number}" for number, (reason, _) in enumerate(STOPS)]

# Just past the same bounds: it is asked.
PASSES = {
    "on its first day": {"flow": {"starts_at": "2027-01-15"}},
    "on its last day": {"flow": {"ends_at": "2027-01-15"}},
    "product by wildcard": {"when": {"products": ["chair", "lamp*"]}},
    "category in other letters": {"when": {"categories": ["light"]}},
    "url by wildcards": {"when": {"urls": ["https://*.test/*am*"]}},
    "second of two to three": {"when": {"nth_like": {"from": 2, "to": 3}}, "facts": {"nth_like": 3}},
    "new": {"when": {"visitors": "new"}},
    "returning": {"when": {"visitors": "returning"}, "facts": {"returning": True}},
    "any English": {"when": {"locales": ["en"]}},
    "this English, spelled otherwise": {"when": {"locales": ["en-GB"]}, "facts": {"locale": "EN_gb"}},
    "answered long ago": {"turns": {OWN: Turn(answered_at=NOW - 10 * DAY)}, "flow": {"again_after_answer_days": 10}},
    "closed 30 days ago": {"turns": {OWN: Turn(dismissed_at=NOW - 30 * DAY)}},
    "shown 30 days ago": {"turns": {OWN: Turn(shown_at=NOW - 30 * DAY)}},
    "another was answered": {"turns": {OTHER: Turn(answered_at=NOW - DAY, shown_at=NOW - DAY)}},
    "another was shown a day ago": {"turns": {OTHER: Turn(shown_at=NOW - DAY)}},
    "another visit, no cooldown": {"turns": {OTHER: Turn(shown_at=NOW - 30 * MINUTE)}, "facts": {"cooldown_ms": 0}},
    "handed out and never shown": {"turns": {OTHER: Turn(handed_at=NOW - 60 * SECOND)}},
    "shown by a clock four years ahead": {"turns": {OTHER: Turn(shown_at=NOW + 4 * 365 * DAY)}},
    "everybody": {"flow": {"sample": 1}},
    "one left": {"flow": {"quota": 5}, "prompt": {"shown": 4}},
}


def made(change: dict):
    flow = survey(**change.get("flow", {}), when=change.get("when", {}))
    return facts(turns=change.get("turns", {}), **change.get("facts", {})), prompt(flow, **change.get("prompt", {}))


@pytest.mark.parametrize(("reason", "change"), STOPS, ids=IDS)
def test_a_gate_stops(reason, change):
    person, asked = made(change)
    assert next_step(person, [asked], NOW) == Step("none", reason)
    assert why(person, [asked], NOW) == [(asked, reason)]


@pytest.mark.parametrize("change", PASSES.values(), ids=PASSES)
def test_a_gate_lets_pass(change):
    person, asked = made(change)
    assert next_step(person, [asked], NOW) == Step("survey", "due", asked)


def gate_of(reason: str):
    return next(gate for gate in GATES if f'"{reason}"' in inspect.getsource(gate))


@pytest.mark.parametrize(("reason", "change"), STOPS, ids=IDS)
def test_without_its_gate_it_would_be_asked(reason, change, monkeypatch):
    monkeypatch.setattr(decide, "GATES", [gate for gate in GATES if gate is not gate_of(reason)])
    person, asked = made(change)
    assert next_step(person, [asked], NOW).reason == "due"


def test_every_reason_has_a_case_and_a_sentence():
    assert {reason for reason, _ in STOPS} | {"due", "no_prompt"} == set(REASONS)
    assert all(sentence.endswith(".") for sentence in REASONS.values())


def test_the_gates_stand_in_their_order():
    """All that stops at once: the reason is that of the first gate; without that, of the second, and so on."""
    first_of_gate = {gate_of(reason): (reason, change) for reason, change in reversed(STOPS)}
    left = [first_of_gate[gate] for gate in GATES]
    while left:
        together: dict = {}
        for _, change in reversed(left):
            for part, values in change.items():
                together[part] = together.get(part, {}) | values
        person, asked = made(together)
        assert next_step(person, [asked], NOW).reason == left[0][0]
        left = left[1:]


def test_no_prompt_is_a_reason():
    assert next_step(facts(), [], NOW) == Step("none", "no_prompt")


def test_the_first_that_is_due_is_asked():
    early, late = prompt(survey(sample=0), id=1), prompt(id=2)
    last = prompt(id=3)
    assert next_step(facts(), [early, late, last], NOW) == Step("survey", "due", late)
    assert [reason for _, reason in why(facts(), [early, late, last], NOW)] == ["sample", "due", "due"]


def test_the_reason_is_that_of_the_prompt_that_came_furthest():
    paused, sampled = prompt(state="paused"), prompt(survey(sample=0))
    elsewhere = prompt(survey(when={"products": ["x"]}))
    for order in ([paused, sampled, elsewhere], [sampled, elsewhere, paused]):
        assert next_step(facts(), order, NOW).reason == "sample"


@pytest.mark.parametrize("kind", ["redirect", "thanks"])
def test_the_cooldown_is_for_every_kind(kind):
    flow = {"key": "a", "kind": kind} | ({"url": "https://shop.test/"} if kind == "redirect" else {})
    seen = facts(turns={OTHER: Turn(shown_at=NOW - HOUR)})
    assert next_step(seen, [prompt(flow)], NOW).reason == "cooldown"
    assert next_step(facts(), [prompt(flow)], NOW).kind == kind


def test_a_second_like_at_once_gets_no_second_flow():
    asked = prompt()
    turn = Turn().handed(NOW)
    assert next_step(facts(turns={asked.id: turn}, nth_like=2), [asked], NOW + 300).reason == "one_a_visit"


VISITORS = [number.to_bytes(16, "big") for number in range(1000)]


def in_sample(sample: float, key: str = "welcome", **more) -> set[bytes]:
    asked = prompt(survey(key=key, sample=sample), **more)
    return {hash_ for hash_ in VISITORS if next_step(facts(visitor_hash=hash_), [asked], NOW).reason == "due"}


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_a_sample_is_about_its_share(share):
    assert abs(len(in_sample(share)) / len(VISITORS) - share) < 0.05


def test_a_lot_is_never_drawn_again():
    """Ten likes on ten days, new versions between them: those outside the sample stay outside."""
    flows = [survey(card("single", title=f"Version {number}"), sample=0.1) for number in range(10)]
    asked = [prompt(flow, version=number, version_id=number) for number, flow in enumerate(flows)]
    ever = {
        hash_ for hash_ in VISITORS for day, version in enumerate(asked)
        if next_step(facts(visitor_hash=hash_, nth_like=day + 1), [version], NOW + day * DAY).reason == "due"
    }
    assert ever == in_sample(0.1)


def test_a_larger_sample_keeps_those_who_were_in():
    assert in_sample(0.1) < in_sample(0.3) < in_sample(0.8)


def test_two_prompts_draw_different_lots():
    both = in_sample(0.5) & in_sample(0.5, key="another")
    assert 180 < len(both) < 320


PATTERNS = [
    ("*", "", True), ("*", "anything", True), ("a*", "a", True), ("a*a", "a", False), ("a*a", "aa", True),
    ("*b*", "abc", True), ("a*b*c", "a-c-b-c", True), ("a*b*c", "a-c-b", False), ("a**c", "abc", True),
    ("a.c", "abc", False), ("[ab]", "a", False), ("a?", "ab", False), ("*ab*ab*", "xabx", False), ("A", "a", False),
]


@pytest.mark.parametrize(("pattern", "text", "fits"), PATTERNS, ids=[f"{p}~{t}" for p, t, _ in PATTERNS])
def test_a_star_stands_for_anything_and_nothing_else_is_special(pattern, text, fits):
    asked = prompt(survey(when={"products": [pattern]}))
    assert (next_step(facts(product_key=text), [asked], NOW).reason == "due") is fits


def test_a_hostile_pattern_costs_no_time():
    asked = prompt(survey(when={"products": ["*a" * 140 + "*b"] * 50}))
    assert next_step(facts(product_key="a" * 2000), [asked], NOW).reason == "product"


MOMENTS = st.none() | st.integers(NOW - 100 * DAY, NOW + DAY)
TURNS = st.dictionaries(st.integers(1, 4), st.builds(Turn, MOMENTS, MOMENTS, MOMENTS, MOMENTS))
FLOWS = st.builds(
    lambda **rules: survey(**rules),
    sample=st.sampled_from([0, 0.3, 1]), quota=st.none() | st.integers(1, 5), recontact_days=st.integers(0, 60),
    again_after_answer_days=st.none() | st.integers(0, 60),
    when=st.fixed_dictionaries({}, optional={"visitors": st.sampled_from(["all", "new", "returning"]),
                                             "locales": st.just(["id"]), "products": st.just(["lamp*"])}),
)
PROMPTS = st.lists(st.builds(lambda flow, id_, shown: prompt(flow, id=id_, shown=shown), FLOWS, st.integers(1, 4),
                             st.integers(0, 6)), max_size=4)


@given(PROMPTS, TURNS, st.binary(min_size=16, max_size=16), st.integers(1, 5), st.booleans(), st.text(max_size=6))
def test_the_same_facts_give_the_same_step(prompts, turns, visitor_hash, nth_like, returning, locale):
    person = facts(turns=turns, visitor_hash=visitor_hash, nth_like=nth_like, returning=returning, locale=locale)
    step = next_step(person, prompts, NOW)
    assert step == next_step(replace(person, turns=dict(turns)), list(prompts), NOW)
    assert step.reason in REASONS
    assert (step.reason == "due") == (step.prompt is not None) == (step.kind != "none")
    reasons = [reason for _, reason in why(person, prompts, NOW)]
    assert ("due" in reasons) == (step.reason == "due") and step.reason in [*reasons, "no_prompt"]
