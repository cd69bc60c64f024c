"""docs/prompts.md is true: its JSON loads, and nothing that can be written is left out."""

import json
import re
from pathlib import Path

import pytest
from prompts.making import card, survey

from afterlike.prompts import CARD_TYPES, GATES, KINDS, REASONS, checked
from afterlike.prompts.flow import CARDS, NTH_LIKE, WHEN, Flow
from afterlike.purposes import PURPOSES

PAGE = (Path(__file__).parents[2] / "docs" / "prompts.md").read_text("utf-8")
BLOCKS = re.findall(r"^```json\n(.*?)^```", PAGE, re.M | re.S)
ROWS = re.findall(r"^\| (.*?) \| (.*) \|$", PAGE, re.M)


@pytest.mark.parametrize("block", BLOCKS, ids=[re.search(r'"key": "([^"]*)"', block)[1] for block in BLOCKS])
def test_every_example_is_a_good_flow(block):
    value = json.loads(block)
    flow = survey(value, card("text", "last")) if "type" in value else value
    assert checked(flow)


def test_there_is_an_example_of_each_card_that_needs_another():
    shown = {card["type"] for block in BLOCKS for card in json.loads(block).get("cards", ())}
    assert {"consent", "address"} <= shown


def test_there_is_one_full_example():
    full = next(json.loads(block) for block in BLOCKS if "when" in block)
    assert full.keys() == Flow().fields.keys() - {"url", "text"}
    assert full["when"].keys() == WHEN().fields.keys()
    assert full["when"]["nth_like"].keys() == NTH_LIKE().fields.keys()


def test_every_field_of_a_flow_is_described():
    described = set(re.findall(r"`(\w+)`", " ".join(first for first, _ in ROWS)))
    assert Flow().fields.keys() <= described


@pytest.mark.parametrize("type_", CARD_TYPES)
def test_every_field_of_a_card_is_described(type_):
    [row] = [rest for first, rest in ROWS if first == f"`{type_}`"]
    common = re.search(r"^Every card has.*?\n\n", PAGE, re.M | re.S)[0]
    described = set(re.findall(r"`(\w+)`", row + common))
    assert CARDS[type_].fields.keys() <= described


@pytest.mark.parametrize("purpose", PURPOSES)
def test_every_purpose_is_described_in_our_words(purpose):
    assert (f"`{purpose}`", PURPOSES[purpose][0]) in ROWS


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_described(kind):
    assert re.search(rf"\bAn?\s`{kind}` ", PAGE)


def test_every_reason_is_described_in_the_order_of_the_gates():
    rows = re.search(r"^\| gate \|.*?\n\n", PAGE, re.M | re.S)[0].strip().splitlines()[2:]
    reasons = [reason for row in rows for reason in re.findall(r"`(\w+)`", row.split("|")[2])]
    assert reasons == [reason for reason in REASONS if reason not in ("due", "no_prompt")]
    assert len([row for row in rows if not row.startswith("| |")]) == len(GATES)
    assert "`due`" in PAGE and "`no_prompt`" in PAGE
