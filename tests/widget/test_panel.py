"""The panel after a like: every kind of card, with a mouse, with the keyboard alone, and for those who cannot see it."""

import json

import pytest
from playwright.sync_api import expect
from widget.conftest import broken_rules, like, nothing_more
from widget.test_optin import ADDRESS, CONSENT

from parts.programs import until

OPTIONS = [{"key": "look", "text": "The look"}, {"key": "price", "text": "The price", "next": "end"}]
PICTURE = "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg'/%3E"
GLAZES = {"blue": "Ocean blue", "red": "Oxblood"}
CARDS = {
    "single": {"options": OPTIONS, "other": {"text": "Something else", "placeholder": "In a few words"}},
    "multi": {"options": OPTIONS, "other": {"text": "Something else", "placeholder": "In a few words"}, "max": 2},
    "rating": {"scale": 5, "low": "Not at all", "high": "Very much"},
    "nps": {"low": "Not likely", "high": "Very likely"},
    "yes_no": {"yes": "Yes", "no": "No", "next_no": "end"},
    "text": {"placeholder": "Tell us", "max": 500},
    "price": {"currency": "EUR", "placeholder": "12.50"},
    "pictures": {"options": [{"key": key, "text": text, "image": PICTURE} for key, text in GLAZES.items()], "multiple": False},
    "profile": {"placeholder": "https://…", "show_text": "Whoever runs this site will see it."},
    "statement": {},
}
HELPED = {"help": "Only if you like.", "required": False, "submit": "Send"}
TAG = '<script async src="{collector}/w.js" data-site="{site}"></script>'
LAST = {"key": "last", "type": "statement", "title": "One more thing", "required": False, "submit": "Close"}


def card(kind: str, **more) -> dict:
    return {"key": "first", "type": kind, "title": f"A {kind} question", **HELPED, **CARDS[kind], **more}


def press(name: str):
    return lambda page: page.get_by_role("button", name=name, exact=True).click()


def write(name: str, text: str):
    def written(page) -> None:
        page.get_by_role("textbox", name=name).fill(text)
        send(page)

    return written


def tick_and_write(page) -> None:
    page.get_by_label("The look").check()
    write("Something else", " Its name ")(page)


def send(page) -> None:
    page.get_by_role("button", name="Send").click()


ANSWERS = {
    "single": (press("The look"), "look"),
    "multi": (tick_and_write, ["look", {"other": "Its name"}]),
    "rating": (press("4"), 4),
    "nps": (press("0"), 0),
    "yes_no": (press("Yes"), True),
    "text": (write("A text question", "A lid\nplease"), "A lid\nplease"),
    "price": (write("A price question", "1.299,5"), {"amount": "1299.5", "currency": "EUR"}),
    "pictures": (press("Oxblood"), "red"),
}


@pytest.mark.parametrize("kind", ANSWERS)
def test_each_kind_of_card_gives_its_answer(kind, chromium, panel, network):
    give, expected = ANSWERS[kind]
    page = panel(chromium, card(kind), LAST)
    give(page)
    expect(page.get_by_text("One more thing")).to_be_visible()
    until(lambda: network.sent.get("/v1/answers"))
    first = network.sent["/v1/answers"][0]
    assert first["answers"] == {"first": expected}
    assert first["done"] is False
    page.get_by_role("button", name="Close").first.click()
    expect(page.get_by_text("Thank you kindly!")).to_be_visible()
    until(lambda: len(network.sent["/v1/answers"]) == 2)
    second = network.sent["/v1/answers"][1]
    assert second["id"] == first["id"]
    assert second["answers"] == {"first": expected}
    assert second["done"] is True



def test_a_free_answer_in_place_of_a_choice(chromium, panel, network):
    page = panel(chromium, card("single"))
    page.get_by_role("button", name="Something else").click()
    expect(page.get_by_label("Something else")).to_be_focused()
    page.keyboard.type("Its name")
    page.keyboard.press("Enter")
    until(lambda: network.sent.get("/v1/answers"))
    assert network.sent["/v1/answers"][0]["answers"] == {"first": {"other": "Its name"}}


def test_several_pictures(chromium, panel, network):
    page = panel(chromium, card("pictures", multiple=True))
    page.get_by_label("Ocean blue").check()
    page.get_by_label("Oxblood").check()
    send(page)
    until(lambda: network.sent.get("/v1/answers"))
    assert network.sent["/v1/answers"][0]["answers"] == {"first": ["blue", "red"]}


JUMPS = {
    "an option's own": (card("single"), "The price", "Thank you kindly!"),
    "a no": (card("yes_no"), "No", "Thank you kindly!"),
    "the card's": (card("rating", next="last"), "2", "One more thing"),
}


@pytest.mark.parametrize("jump", JUMPS.values(), ids=JUMPS.keys())
def test_a_jump_leads_past_the_cards_between(jump, chromium, panel):
    first, choice, shown = jump
    page = panel(chromium, first, card("text", key="between"), LAST)
    page.get_by_role("button", name=choice, exact=True).click()
    expect(page.get_by_role("heading", name=shown)).to_be_visible()


PRICES = {
    "7": "7",
    "12,50": "12.50",
    "12.5": "12.5",
    "€ 1.299,00": "1299.00",
    "1,299.00": "1299.00",
    "150.000": "150000",
    "Rp 1.500.000": "1500000",
    "١٢٫٥٠": "12.50",
}


@pytest.mark.parametrize(("written", "amount"), PRICES.items())
def test_an_amount_is_understood_as_people_write_it(written, amount, chromium, panel, network):
    page = panel(chromium, card("price"))
    page.get_by_role("textbox", name="A price question").fill(written)
    send(page)
    until(lambda: network.sent.get("/v1/answers"))
    assert network.sent["/v1/answers"][0]["answers"]["first"]["amount"] == amount


def tick_all(page) -> None:
    for box in page.get_by_role("checkbox").all():
        box.check()
    send(page)


PROBLEMS = {
    "no answer": (card("text", required=True), send, "Please answer first."),
    "too many": (card("multi", max=1), tick_all, "Please choose at most 1."),
    "no amount": (card("price"), write("A price question", "a lot"), "Please write an amount, like 12.50."),
}


@pytest.mark.parametrize("problem", PROBLEMS.values(), ids=PROBLEMS.keys())
def test_what_is_wrong_is_said(problem, chromium, panel):
    first, give, sentence = problem
    page = panel(chromium, first)
    give(page)
    expect(page.get_by_role("alert")).to_have_text(sentence)


def test_a_profile_goes_to_its_own_call(chromium, panel, network):
    page = panel(chromium, card("profile"), LAST)
    page.get_by_role("textbox", name="A profile question").fill("not an address")
    send(page)
    expect(page.get_by_role("alert")).not_to_be_empty()
    said = page.get_by_role("alert").inner_text()
    assert said != "That did not get through. Please try again."
    page.get_by_role("textbox", name="A profile question").fill("instagram.com/ada")
    send(page)
    expect(page.get_by_text("One more thing")).to_be_visible()
    assert network.sent["/v1/profile-links"][1]["url"] == "https://instagram.com/ada"
    assert "/v1/answers" not in network.sent


def test_the_flow_of_the_site_is_stored(any_browser, ask, collector, mugs, new_page):
    """Nothing stands between: the real collector asks, and takes what is answered."""
    more = {"key": "more", "type": "text", "title": "More?", "required": True}
    ask({"key": "why", "type": "single", "title": "Why?", "options": OPTIONS}, more)
    page = new_page(any_browser)
    refused = []
    page.on("response", lambda one: refused.append(one.url) if one.status >= 400 and "/v1/" in one.url else None)
    page.goto(f"{mugs}/mug.html")
    with page.expect_response("**/v1/shown") as shown:
        like(page).click()
    assert shown.value.status == 200
    page.get_by_role("button", name="The look").click()
    page.get_by_role("textbox", name="More?").fill("It fits my hand.")
    with page.expect_response("**/v1/answers") as saved:
        page.get_by_role("button", name="Send").click()
    assert saved.value.json()["saved"] is True
    expect(page.get_by_text("Thank you kindly!")).to_be_visible()
    nothing_more(page)
    assert not refused


def test_shown_and_dismissed_are_told_once_under_one_id(chromium, panel, network):
    page = panel(chromium, card("text"))
    until(lambda: network.sent.get("/v1/shown"))
    page.keyboard.press("Escape")
    expect(page.get_by_role("group")).not_to_be_visible()
    expect(like(page)).to_be_focused()
    until(lambda: len(network.sent["/v1/shown"]) == 2)
    shown, dismissed = network.sent["/v1/shown"]
    assert (shown["event"], dismissed["event"]) == ("shown", "dismissed")
    assert shown["id"] == dismissed["id"]


def test_the_keyboard_alone_is_enough(any_browser, panel, network):
    page = panel(any_browser, card("single"), card("multi", key="second"))
    expect(page.get_by_role("heading", name="A single question")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="A multi question")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Thank you kindly!")).to_be_focused()
    page.keyboard.press("Escape")
    expect(like(page)).to_be_focused()
    until(lambda: len(network.sent.get("/v1/answers", ())) == 2)
    assert network.sent["/v1/answers"][1]["answers"] == {"first": "look", "second": ["look"]}


def test_a_focus_that_has_moved_on_is_left_alone(chromium, network, mugs, new_page):
    network.step = {"kind": "survey", "prompt": "welcome", "version": 1, "cards": [card("text")]}
    page = new_page(chromium)
    page.goto(f"{mugs}/mug.html")
    page.evaluate("addEventListener('afterlike:next', () => document.querySelector('main a').focus())")
    like(page).click()
    expect(page.get_by_role("group")).to_be_visible()
    expect(page.get_by_role("link", name="Crockery")).to_be_focused()
    expect(page.get_by_role("status").filter(has_text="short question")).to_be_attached()


def test_an_unlike_closes_the_panel(chromium, panel):
    page = panel(chromium, card("text"))
    like(page).click()
    expect(page.get_by_role("group")).to_have_count(0)


def test_the_page_may_take_the_next_step_over(chromium, network, mugs, new_page):
    network.step = {"kind": "survey", "prompt": "welcome", "version": 1, "cards": [card("text")]}
    page = new_page(chromium)
    page.goto(f"{mugs}/mug.html")
    page.evaluate("addEventListener('afterlike:next', event => { event.preventDefault(); window.step = event.detail.next_step })")
    like(page).click()
    page.wait_for_function("window.step")
    assert page.evaluate("window.step.cards[0].type") == "text"
    expect(page.get_by_role("group")).to_have_count(0)


@pytest.mark.parametrize("kind", CARDS)
def test_axe_finds_nothing_wrong_with_a_card(kind, chromium, panel):
    page = panel(chromium, card(kind), LAST)
    assert broken_rules(page) == []


def test_axe_finds_nothing_wrong_with_buttons_in_the_dark(chromium, mugs, new_page):
    page = new_page(chromium, color_scheme="dark")
    page.goto(f"{mugs}/listing.html")
    like(page, "Red mug").wait_for()
    assert broken_rules(page) == []


def test_a_card_in_a_language_from_right_to_left(chromium, panel):
    page = panel(chromium, card("yes_no"), step={"locale": "ar", "dir": "rtl"})
    assert page.get_by_role("group").evaluate("one => [getComputedStyle(one).direction, one.lang]") == ["rtl", "ar"]


def test_texts_in_indonesian(any_browser, shop, mugs, new_page, network):
    network.step = {"kind": "survey", "prompt": "welcome", "version": 1, "locale": "id", "cards": [card("yes_no")]}
    page = new_page(any_browser)
    tag = "<script async src={collector}/w.js data-site={site}></script>"
    shop({"/id": f"<!doctype html><html lang=id-ID><title>Cangkir</title><div data-afterlike-product></div>{tag}"})
    page.goto(f"{shop.url}/id")
    page.get_by_role("button", name="Suka Cangkir").click()
    expect(page.get_by_role("button", name="Lewati")).to_be_visible()


def test_the_panel_fits_a_small_screen(chromium, panel):
    page = panel(chromium, card("nps"), LAST, viewport={"width": 320, "height": 640})
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    for button in page.get_by_role("group").get_by_role("button").all():
        assert button.bounding_box()["height"] >= 44


def test_a_card_of_a_newer_collector_is_passed_over(chromium, panel):
    page = panel(chromium, {"key": "new", "type": "hologram", "title": "Turn it"}, LAST)
    expect(page.get_by_text("One more thing")).to_be_visible()


def test_markup_in_texts_stays_text(chromium, panel):
    hostile = "<img src=x onerror=alert(1)>"
    page = panel(chromium, card("single", title=hostile, options=[{"key": "a", "text": hostile}]), step={"thanks": hostile})
    expect(page.get_by_role("heading", name=hostile)).to_be_visible()
    page.get_by_role("button", name=hostile).click()
    expect(page.get_by_role("heading", name=hostile)).to_be_visible()
    assert json.loads(page.evaluate("JSON.stringify(document.images.length)")) == 0


def test_what_a_panel_needs_is_asked_for_at_once(chromium, network, mugs, new_page):
    """Texts, kinds and opt-in come side by side; none waits for another."""
    network.step = {"kind": "opt_in", "prompt": "welcome", "version": 1, "locale": "de", "cards": [card("profile")]}
    page = new_page(chromium)
    held, asked = [], []
    page.route("**/static/widget/de-*", lambda route: held.append(route))
    page.on("request", lambda one: asked.append(one.url.rpartition("/")[2].partition("-")[0]) if "/static/" in one.url else None)
    page.goto(f"{mugs}/mug.html")
    with page.expect_request("**/de-*"):
        like(page).click()
    assert {"panel", "de", "fields", "optin"} <= set(asked)
    expect(page.get_by_role("group")).to_have_count(0)
    held[0].continue_()
    expect(page.get_by_role("heading", name="A profile question")).to_be_visible()


def test_a_like_taken_back_meanwhile_gets_no_panel(chromium, network, mugs, new_page):
    network.step = {"kind": "survey", "prompt": "welcome", "version": 1, "cards": [card("multi")]}
    page = new_page(chromium)
    held = []
    page.route("**/static/widget/fields-*", lambda route: held.append(route))
    page.goto(f"{mugs}/mug.html")
    with page.expect_request("**/fields-*"):
        like(page).click()
    with page.expect_response("**/v1/likes/*"):
        like(page).click()
    held[0].continue_()
    nothing_more(page)
    expect(page.get_by_role("group")).to_have_count(0)


def test_what_is_done_in_the_panel_is_not_meant_for_the_page(any_browser, panel, shop):
    """The card around it is a link and opens its product on any click; the page has shortcuts."""
    shop({"/card": f"""<!doctype html><html lang=en><title>Mug</title><div onclick="heard.push('click')"><a href=/mug.html>
        <div data-afterlike-product=mug data-title="Blue mug" data-url=/mug.html></div></a></div>
        <script>window.heard = []; onkeydown = event => heard.push(event.key)</script>{TAG}"""})
    page = panel(any_browser, card("multi"), CONSENT, ADDRESS, path="/card")
    page.get_by_role("heading").click()
    page.get_by_label("The look").click()
    expect(page.get_by_label("The look")).to_be_checked()
    page.get_by_role("textbox").click()
    page.keyboard.type("/s")
    page.get_by_role("button", name="Send").click()
    page.get_by_role("checkbox").first.click()
    page.get_by_label("Only this product").click()
    page.get_by_role("button", name="Next").click()
    page.get_by_label("Your e-mail address").click()
    page.keyboard.type("k")
    page.get_by_text("Your e-mail address").click()
    expect(page.get_by_label("Your e-mail address")).to_be_focused()
    page.get_by_role("button", name="Skip").click()
    page.get_by_role("heading", name="Thank you kindly!").click()
    page.get_by_role("button", name="Close").click()
    expect(page.get_by_role("group")).to_have_count(0)
    assert page.url.endswith("/card") and page.evaluate("heard") == []


@pytest.mark.parametrize("end", ["answered", "dismissed"])
def test_who_was_asked_is_left_alone_on_the_next_page(end, chromium, ask, mugs, new_page):
    """The site's own gates, through the real collector: an answer is for good, a dismissal for thirty days."""
    ask({"key": "good", "type": "yes_no", "title": f"Were you {end}?", "yes": "Yes", "no": "No"})
    page = new_page(chromium)
    page.goto(f"{mugs}/mug.html")
    with page.expect_response("**/v1/shown"):
        like(page).click()
    with page.expect_response("**/v1/answers" if end == "answered" else "**/v1/shown"):
        page.get_by_role("button", name="Yes" if end == "answered" else "Close", exact=True).click()
    page.goto(f"{mugs}/listing.html")
    with page.expect_response("**/v1/likes") as answered:
        like(page, "Red mug").click()
    assert answered.value.json()["next_step"]["kind"] == "none"
    nothing_more(page)
    expect(page.get_by_role("group")).to_have_count(0)
