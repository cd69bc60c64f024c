"""The opt-in's two cards: nothing is agreed to by accident, and the address goes one way only."""

import json
import re

import pytest
from playwright.sync_api import Page, expect
from widget.conftest import kept, like, nothing_more

from parts.programs import until

BOXES = {
    "news": "Shop may write to me when there is news about what I choose here.",
    "follow_up": "Shop may write to me personally about what I liked and said.",
    "measure": "Shop may note whether I open its letters and come back.",
}
TOPICS = {"product": "Only this product", "category": "More like it: Mugs", "all": "Everything new"}
CONSENT = {
    "key": "agree", "type": "consent", "title": "Shall we keep in touch?", "help": "Only what you tick.", "required": False,
    "submit": "Next", "no": "No, thank you",
    "boxes": [{"purpose": purpose, "text": text, "text_id": purpose[0] * 64} for purpose, text in BOXES.items()],
    "topics": {"label": "News about what?", "options": [{"key": key, "text": text} for key, text in TOPICS.items()]},
    "privacy": {"url": "https://shop.test/privacy", "text": "Privacy"},
}
ADDRESS = {
    "key": "where", "type": "address", "title": "Where to?", "required": False, "submit": "Send",
    "label": "Your e-mail address", "placeholder": "name@example.com", "sent": "Thank you! Now look into your mail.",
}
LAST = {"key": "last", "type": "statement", "title": "One more thing", "required": False, "submit": "Close"}
QUESTION = {"key": "why", "type": "yes_no", "title": "Good?", "yes": "Yes", "no": "No", "required": False}
HEARING = """window.heard = [];
for (const name of ['like', 'next', 'answer', 'error']) {
    addEventListener(`afterlike:${name}`, ({ detail: { next_step, ...detail } }) => heard.push(JSON.stringify(detail)));
}"""
ADDRESS_IS = "Your e-mail address"
WRONG = "Please check the address: the part after @ is missing."
AWAY = "That did not get through. Please try again."


def button(page: Page, name: str):
    return page.get_by_role("button", name=name, exact=True)


def agree(page: Page, *purposes: str) -> None:
    for purpose in purposes or BOXES:
        page.get_by_label(BOXES[purpose]).check()
    button(page, "Next").click()


def write(page: Page, address: str) -> None:
    page.get_by_label(ADDRESS_IS).fill(address)
    button(page, "Send").click()


def shown(page: Page, heading: str) -> None:
    expect(page.get_by_role("heading", name=heading, exact=True)).to_be_visible()


def test_boxes_start_unticked_and_have_the_exact_words(any_browser, panel):
    page = panel(any_browser, CONSENT, ADDRESS)
    boxes = page.get_by_role("checkbox")
    expect(boxes).to_have_count(3)
    for place, words in enumerate(BOXES.values()):
        expect(boxes.nth(place)).to_have_accessible_name(words)
        expect(boxes.nth(place)).not_to_be_checked()
    expect(page.get_by_role("radio")).to_have_count(0)
    privacy = page.get_by_role("link", name="Privacy")
    expect(privacy).to_have_attribute("href", "https://shop.test/privacy")
    expect(privacy).to_have_attribute("target", "_blank")
    expect(privacy).to_have_attribute("rel", "noopener")


@pytest.mark.parametrize("url", ["javascript:alert(1)", "data:text/html,x", "/privacy", ""])
def test_a_privacy_link_that_is_no_web_address_is_left_out(url, chromium, panel):
    page = panel(chromium, CONSENT | {"privacy": {"url": url, "text": "Privacy"}}, ADDRESS)
    expect(page.get_by_role("group").get_by_role("link")).to_have_count(0)


def test_topics_stand_there_while_news_is_ticked(any_browser, panel):
    page = panel(any_browser, CONSENT, ADDRESS)
    page.get_by_label(BOXES["follow_up"]).check()
    expect(page.get_by_role("radio")).to_have_count(0)
    page.get_by_label(BOXES["news"]).check()
    expect(page.get_by_role("group", name="News about what?").get_by_role("radio")).to_have_count(3)
    expect(page.get_by_label("Only this product")).to_be_checked()
    page.get_by_label(BOXES["news"]).uncheck()
    expect(page.get_by_role("radio")).to_have_count(0)


def test_nothing_ticked_is_refused_in_place(any_browser, panel, answers):
    page = panel(any_browser, CONSENT, ADDRESS)
    button(page, "Next").click()
    expect(page.get_by_role("alert")).to_have_text("Tick what you would like, or press “No, thank you”.")
    shown(page, "Shall we keep in touch?")
    agree(page, "measure")
    shown(page, "Where to?")
    assert answers.sent() == []


@pytest.mark.parametrize(("after", "heading"), [([], "Thank you kindly!"), ([LAST], "One more thing")], ids=["end", "statement"])
def test_no_leads_past_the_address_and_posts_nothing(after, heading, any_browser, panel, answers, network):
    page = panel(any_browser, CONSENT, ADDRESS, *after)
    page.get_by_label(BOXES["news"]).check()
    button(page, "No, thank you").click()
    shown(page, heading)
    nothing_more(page)
    assert answers.sent() == [] and "/v1/answers" not in network.sent


def test_a_good_address_is_posted_once(any_browser, panel, answers, network):
    answers(202, accepted=True, detail="Look into your mail.")
    page = panel(any_browser, CONSENT, ADDRESS, step={"kind": "opt_in"})
    page.get_by_label(BOXES["news"]).check()
    page.get_by_label("More like it: Mugs").check()
    agree(page, "follow_up")
    write(page, " Ada@shop.test ")
    shown(page, "Thank you! Now look into your mail.")
    nothing_more(page)
    assert len(answers.sent()) == 1 and "/v1/answers" not in network.sent
    sent, liked = answers.sent()[0], network.sent["/v1/likes"][0]
    assert re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", sent.pop("id"))
    assert 0 <= sent.pop("took_ms") < 60_000
    assert sent == {
        "site": liked["site"], "visitor": liked["visitor"], "like": liked["id"],
        "address": "Ada@shop.test", "topics": ["category"], "locale": "en", "website": "", "gpc": False,
        "consents": [{"purpose": "news", "text": "n" * 64}, {"purpose": "follow_up", "text": "f" * 64}],
    }


@pytest.mark.parametrize(("ticked", "topics"), [("news", ["product"]), ("follow_up", [])])
def test_topics_are_sent_with_the_consent_to_news_only(ticked, topics, chromium, panel, answers):
    answers(202)
    page = panel(chromium, CONSENT, ADDRESS)
    page.get_by_label(BOXES["news"]).check()
    page.get_by_label(BOXES["news"]).uncheck()
    agree(page, ticked)
    write(page, "ada@shop.test")
    until(answers.sent)
    assert answers.sent()[0]["topics"] == topics


def test_without_words_of_its_own_the_card_ends_on_the_collectors(chromium, panel, answers):
    answers(202, detail="Look into your mail.")
    page = panel(chromium, CONSENT, {name: value for name, value in ADDRESS.items() if name != "sent"})
    agree(page)
    write(page, "ada@shop.test")
    shown(page, "Look into your mail.")


def test_the_last_word_is_the_address_cards_after_a_statement_too(chromium, panel, answers):
    answers(202)
    page = panel(chromium, CONSENT, ADDRESS, LAST)
    agree(page)
    write(page, "ada@shop.test")
    shown(page, "One more thing")
    button(page.get_by_role("group").locator("form"), "Close").click()
    shown(page, "Thank you! Now look into your mail.")


def test_a_wrong_address_is_said_and_kept(any_browser, panel, answers):
    answers(422, detail="Something is wrong.", errors={"address": WRONG})
    page = panel(any_browser, CONSENT, ADDRESS)
    agree(page)
    write(page, "ada@")
    expect(page.get_by_role("alert")).to_have_text(WRONG)
    expect(page.get_by_label(ADDRESS_IS)).to_have_value("ada@")
    answers(202)
    page.get_by_label(ADDRESS_IS).press("End")
    page.keyboard.type("shop.test")
    button(page, "Send").click()
    shown(page, "Thank you! Now look into your mail.")
    assert [one["address"] for one in answers.sent()] == ["ada@", "ada@shop.test"]


def test_another_refusal_has_the_collectors_sentence(chromium, panel, answers):
    answers(429, detail="That was a lot at once. Please wait a minute.")
    page = panel(chromium, CONSENT, ADDRESS)
    agree(page)
    write(page, "ada@shop.test")
    expect(page.get_by_role("alert")).to_have_text("That was a lot at once. Please wait a minute.")


@pytest.mark.parametrize("trouble", [500, 503, "cut", 403], ids=str)
def test_what_did_not_get_through_goes_again_as_the_same(trouble, any_browser, panel, answers):
    answers(trouble)
    page = panel(any_browser, CONSENT, ADDRESS)
    agree(page)
    write(page, "ada@shop.test")
    expect(page.get_by_role("alert")).to_have_text(AWAY)
    answers(202)
    button(page, "Send").click()
    shown(page, "Thank you! Now look into your mail.")
    first, second = answers.sent()
    assert first["id"] == second["id"] and first["address"] == second["address"]


def test_another_address_is_another_opt_in(chromium, panel, answers):
    answers(500)
    page = panel(chromium, CONSENT, ADDRESS)
    agree(page)
    write(page, "aad@shop.test")
    expect(page.get_by_role("alert")).to_have_text(AWAY)
    answers(202)
    write(page, "ada@shop.test")
    shown(page, "Thank you! Now look into your mail.")
    assert len({one["id"] for one in answers.sent()}) == 2


def test_offline_is_said_and_what_was_typed_stays(chromium, panel, answers):
    answers(202)
    page = panel(chromium, CONSENT, ADDRESS)
    agree(page)
    page.context.set_offline(True)
    write(page, "ada@shop.test")
    expect(page.get_by_role("alert")).to_have_text(AWAY)
    expect(page.get_by_label(ADDRESS_IS)).to_have_value("ada@shop.test")
    page.context.set_offline(False)
    button(page, "Send").click()
    shown(page, "Thank you! Now look into your mail.")
    assert len(answers.sent()) == 1


def test_two_quick_presses_are_one_opt_in(chromium, panel, answers):
    answers(202)
    page = panel(chromium, CONSENT, ADDRESS)
    agree(page)
    page.get_by_label(ADDRESS_IS).fill("ada@shop.test")
    button(page, "Send").dblclick()
    shown(page, "Thank you! Now look into your mail.")
    nothing_more(page)
    assert len(answers.sent()) == 1


def test_the_address_can_be_skipped_but_not_sent_empty(chromium, panel, answers):
    page = panel(chromium, CONSENT, ADDRESS)
    agree(page)
    button(page, "Send").click()
    expect(page.get_by_role("alert")).to_have_text("Please write your e-mail address.")
    button(page, "Skip").click()
    shown(page, "Thank you kindly!")
    assert answers.sent() == []


def test_escape_on_the_address_is_a_dismissal(any_browser, panel, answers, network):
    page = panel(any_browser, CONSENT, ADDRESS)
    until(lambda: network.sent.get("/v1/shown"))
    agree(page)
    page.get_by_label(ADDRESS_IS).press("Escape")
    expect(page.get_by_role("group")).to_have_count(0)
    expect(like(page)).to_be_focused()
    until(lambda: len(network.sent["/v1/shown"]) == 2)
    assert network.sent["/v1/shown"][1]["event"] == "dismissed"
    assert answers.sent() == []


def test_the_address_goes_nowhere_else(any_browser, panel, answers, network):
    answers("cut")
    page = panel(any_browser, QUESTION, CONSENT, ADDRESS, before=HEARING)
    button(page, "Yes").click()
    agree(page)
    write(page, "ada@shop.test")
    expect(page.get_by_role("alert")).to_have_text(AWAY)
    assert "ada@" not in json.dumps(kept(page))
    answers(202)
    button(page, "Send").click()
    shown(page, "Thank you! Now look into your mail.")
    until(lambda: len(network.sent.get("/v1/answers", [])) == 2)
    assert [one["answers"] for one in network.sent["/v1/answers"]] == [{"why": True}] * 2
    assert network.sent["/v1/answers"][1]["done"] is True
    heard = page.evaluate("window.heard")
    assert [one for one in heard if '"answers":{"why":true}' in one]
    others = json.dumps([kept(page), heard, page.evaluate("({ ...localStorage, ...sessionStorage })"), page.context.cookies(),
                         {path: bodies for path, bodies in network.sent.items() if path != "/v1/opt-ins"}])
    assert "ada@" not in others and "follow_up" not in others


def test_global_privacy_control_is_told(chromium, panel, answers):
    answers(202)
    gpc = "Object.defineProperty(Navigator.prototype, 'globalPrivacyControl', { value: true })"
    page = panel(chromium, CONSENT, ADDRESS, before=gpc)
    agree(page)
    write(page, "ada@shop.test")
    shown(page, "Thank you! Now look into your mail.")
    assert answers.sent()[0]["gpc"] is True
    assert kept(page) == {}


def test_the_sites_own_opt_in_is_taken(any_browser, ask, mugs, new_page):
    """Nothing stands between: the real collector asks, and takes what is agreed to."""
    boxes = [{"purpose": "news"}, {"purpose": "follow_up"}]
    ask({"key": "agree", "type": "consent", "title": "Shall we keep in touch?", "boxes": boxes},
        {"key": "where", "type": "address", "title": "Where to?"}, kind="opt_in")
    page = new_page(any_browser)
    page.goto(f"{mugs}/mug.html")
    like(page).click()
    page.get_by_role("checkbox").first.check()
    page.get_by_role("radio").first.check()
    page.get_by_role("button", name="Next").click()
    page.get_by_role("textbox").fill("ada@shop.test")
    with page.expect_response("**/v1/opt-ins") as taken:
        page.get_by_role("button", name="Send").click()
    assert taken.value.status == 202, taken.value.text()
    expect(page.get_by_role("textbox")).to_have_count(0)
