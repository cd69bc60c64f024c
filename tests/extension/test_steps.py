"""A step that was put off, or left half answered: it is answered from the popup, and goes on where it was left."""

import json

import pytest
from extension.little import LISTING, STEP
from playwright.sync_api import expect

from parts.extension import node

LOOKS = [{"key": "look", "text": "The look", "next": "gift"}, {"key": "use", "text": "Its use"}]
LONG = STEP | {"cards": [
    {"key": "why", "type": "single", "title": "What do you like?", "options": LOOKS},
    {"key": "size", "type": "yes_no", "title": "Is it large enough?", "yes": "Yes", "no": "No"},
    {"key": "gift", "type": "yes_no", "title": "Is it a gift?", "yes": "Yes", "no": "No"},
    {"key": "more", "type": "text", "title": "Anything else?"},
]}


def test_a_step_is_answered_later(pages, little):
    little.step = STEP
    like = pages.like("Blue mug")
    pages.settled()
    popup = pages.open("popup.html#mine")
    answer = popup.get_by_role("link", name="Answer: Blue mug")
    expect(answer).to_have_attribute("href", f"step.html?like={like}")
    step = pages.open(f"step.html?like={like}")
    step.get_by_role("button", name="The look").click()
    step.get_by_label("News").check()
    step.get_by_role("button", name="Next").click()
    step.get_by_label("Your address").fill("ada@home.test")
    step.get_by_role("button", name="Next").click()
    step.get_by_role("button", name="Next").click()
    expect(step.get_by_role("group").get_by_role("heading")).to_have_text("Look into your mailbox.")
    expect(answer).to_be_hidden()
    pages.settled()
    [opt_in] = little.bodies("/v1/opt-ins")
    assert (opt_in["address"], opt_in["like"]) == ("ada@home.test", like)
    assert opt_in["consents"] == [{"purpose": "news", "text": "n1"}]
    answers = little.bodies("/v1/answers")[-1]
    assert (answers["answers"], answers["done"]) == ({"why": "look"}, True)
    step.reload()
    expect(step.get_by_text("There is nothing left to answer here.")).to_be_visible()


def test_a_step_that_is_closed_can_still_be_answered(pages, little):
    little.step = STEP
    like = pages.like("Blue mug")
    pages.settled()
    step = pages.open(f"step.html?like={like}")
    expect(step.get_by_role("heading", name="What do you like?")).to_be_focused()
    step.keyboard.press("Escape")
    expect(step.get_by_role("button", name="Like Blue mug")).to_be_focused()
    step.reload()
    expect(step.get_by_role("heading", name="What do you like?")).to_be_visible()


def test_a_step_of_a_like_that_is_gone_says_so(pages):
    expect(pages.open("step.html?like=nobody").get_by_text("This like is not on this device any more.")).to_be_visible()


def test_cards_about_the_person_can_be_left_out_and_come_alone():
    told = node(f"""
        import {{ first, rest, without }} from './extension/personal.js';
        const step = {json.dumps(STEP)};
        const none = {{ ...step, cards: step.cards.slice(1) }};
        const firsts = [first(step), first({{ kind: 'redirect' }})];
        const told = {{ firsts, plain: without(step, 'Later.'), none: without(none, 'Later.'), rest: rest(step) }};
        console.log(JSON.stringify(told));
    """)
    assert told["firsts"] == [1, -1]
    assert [card["key"] for card in told["plain"]["cards"]] == ["why"] and told["plain"]["thanks"] == "Thank you kindly! Later."
    assert told["none"]["cards"] == [] and told["none"]["thanks"] == "Later."
    assert [card["key"] for card in told["rest"]["cards"]] == ["consent", "address", "sent"] and "prompt" not in told["rest"]


# What was begun.


def test_a_step_that_was_left_goes_on_where_it_was_left(pages, little):
    little.step = LONG
    like = pages.like("Blue mug")
    pages.settled()
    step = pages.open(f"step.html?like={like}")
    step.get_by_role("button", name="The look").click()
    expect(step.get_by_role("heading", name="Is it a gift?")).to_be_visible()
    pages.settled()
    step.reload()
    expect(step.get_by_role("heading", name="Is it a gift?")).to_be_focused()  # where that answer leads
    step.get_by_role("button", name="No", exact=True).click()
    pages.settled()
    step.reload()
    step.get_by_role("textbox", name="Anything else?").fill("The glaze")
    step.get_by_role("button", name="Next").click()
    expect(step.get_by_role("heading", name="Thank you kindly!")).to_be_visible()
    pages.settled()
    sheets = little.bodies("/v1/answers")
    assert [sheet["answers"] for sheet in sheets] == [{"why": "look"}, {"gift": False}, {"more": "The glaze"}]
    assert [sheet["done"] for sheet in sheets] == [False, False, True]
    assert len({sheet["id"] for sheet in sheets}) == len({shown["id"] for shown in little.bodies("/v1/shown")}) == 1


def test_a_step_that_was_begun_on_its_page_is_finished_from_the_popup(pages, little, shop_page):
    little.step = LONG
    listing = shop_page(LISTING)
    popup = pages.popup(listing)
    listing.get_by_role("button", name="Like Blue").click()
    listing.get_by_role("button", name="Its use").click()
    expect(listing.get_by_role("heading", name="Is it large enough?")).to_be_visible()
    pages.settled()
    popup.get_by_role("link", name="My likes").click()
    step = pages.open(popup.get_by_role("link", name="Answer: Blue").get_attribute("href"))
    expect(step.get_by_role("heading", name="Is it large enough?")).to_be_visible()
    step.get_by_role("button", name="Yes").click()
    expect(step.get_by_role("heading", name="Is it a gift?")).to_be_visible()
    pages.settled()
    assert len({sheet["id"] for sheet in little.bodies("/v1/answers")}) == 1


def test_an_address_that_was_given_is_not_asked_for_again(pages, little):
    little.step = STEP
    like = pages.like("Blue mug")
    pages.settled()
    step = pages.open(f"step.html?like={like}")
    step.get_by_role("button", name="The look").click()
    step.get_by_label("News").check()
    step.get_by_role("button", name="Next").click()
    step.get_by_label("Your address").fill("ada@home.test")
    step.get_by_role("button", name="Next").click()
    expect(step.get_by_role("group").get_by_role("heading")).to_have_text("Look into your mailbox.")
    step.reload()
    expect(step.get_by_text("There is nothing left to answer here.")).to_be_visible()


WAYS = {
    "nothing yet": ({}, ["why", "size", "gift", "more"]),
    "an option that leads on": ({"why": "look"}, ["gift", "more"]),
    "an option that does not": ({"why": "use"}, ["size", "gift", "more"]),
    "several, of which one was skipped": ({"why": "use", "gift": True}, ["more"]),
    "a no": ({"size": False}, ["more"]),
    "a yes": ({"size": True}, ["gift", "more"]),
    "all": ({"more": "The glaze"}, None),
}


@pytest.mark.parametrize(("answers", "left"), WAYS.values(), ids=WAYS)
def test_what_is_left_of_a_step_is_where_its_answers_lead(answers, left):
    cards = [card | ({"next_no": "more"} if card["key"] == "size" else {}) for card in LONG["cards"]]
    told = node(f"""
        import {{ left }} from './extension/personal.js';
        const answers = {json.dumps(answers)};
        const step = left({json.dumps(LONG | {"cards": cards})}, ({{ key }}) => answers[key]);
        console.log(JSON.stringify(step ? step.cards.map(({{ key }}) => key) : null));
    """)
    assert told == left
