"""For everybody: the story with keys alone, what is said aloud, forced colours, large text, right to left."""

import pytest
from playwright.sync_api import Locator, Page, expect
from widget.conftest import broken_rules, like, nothing_more
from widget.test_optin import ADDRESS, CONSENT
from widget.test_panel import CARDS, LAST, card

from parts.browsers import both_browsers

TAG = '<script async src="{collector}/w.js" data-site="{site}"></script>'
FACING = """() => {
    let one = document.activeElement;
    while (one.shadowRoot?.activeElement) one = one.shadowRoot.activeElement;
    return one.FACT;
}"""
# WCAG 1.4.12, as a reader's own style sheet sets it, in shadow roots too.
SPACED = """() => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(`* { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important }
        p { margin-bottom: 2em !important }`);
    const roots = [...document.querySelectorAll('*')].map(one => one.shadowRoot);
    for (const one of [document, ...roots]) one?.adoptedStyleSheets.push(sheet);
}"""
CLIPPED = """() => [...document.querySelectorAll('*')]
    .flatMap(({ shadowRoot }) => shadowRoot ? [...shadowRoot.querySelectorAll('section, section *, button')] : [])
    .filter(one => one.clientWidth && one.scrollWidth > one.clientWidth + 1)
    .map(one => `${one.localName}: ${one.textContent}`)"""
LARGE = {
    "200 %": {"viewport": {"width": 640, "height": 450}, "device_scale_factor": 2},
    "a phone": {"viewport": {"width": 320, "height": 640}},
}
ARABIC = f"""<!doctype html><html lang=ar dir=rtl><meta charset=utf-8><title>كوب</title>
<main><h1>كوب</h1><div data-afterlike-product></div></main>{TAG}"""


def facing(page: Page, fact: str) -> str:
    """Something about what has the focus, inside shadow roots too."""
    return page.evaluate(FACING.replace("FACT", fact))


def looks(one: Locator, *names: str) -> list[str]:
    """Of what is drawn, these computed styles."""
    return one.evaluate("(one, names) => names.map(name => getComputedStyle(one)[name])", names)


def tab_to(page: Page, name: str) -> None:
    """Presses Tab until the focus is on what has this name or text."""
    for _ in range(20):
        page.keyboard.press("Tab")
        if name in (facing(page, "ariaLabel"), facing(page, "textContent"), facing(page, "labels?.[0]?.textContent")):
            return
    pytest.fail(f"no way to {name} with the Tab key")


def left(one: Locator) -> float:
    return one.bounding_box()["x"]


def options(*texts: str) -> list[dict]:
    return [{"key": f"o{place}", "text": text} for place, text in enumerate(texts)]


def heading(page: Page, text: str) -> None:
    expect(page.get_by_role("heading", name=text, exact=True)).to_be_focused()


@both_browsers
def test_the_story_with_keys_alone(any_browser, ask, collector, mugs, new_page):
    """From the top of the page to the letter of confirmation; nothing stands between, and no mouse is there."""
    ask({"key": "how", "type": "single", "title": "How did you find us?", "options": options("By chance", "A friend")},
        {"key": "what", "type": "multi", "title": "What do you like?", "options": options("Shape", "Glaze")},
        {"key": "agree", "type": "consent", "title": "Shall we keep in touch?", "boxes": [{"purpose": "news"}]},
        {"key": "where", "type": "address", "title": "Where to?", "sent": "Look into your mail."})
    page = new_page(any_browser)
    page.goto(f"{mugs}/mug.html")
    like(page).wait_for()
    tab_to(page, "Like Blue mug")
    page.keyboard.press("Enter")
    heading(page, "How did you find us?")
    tab_to(page, "By chance")
    page.keyboard.press("Space")
    heading(page, "What do you like?")
    tab_to(page, "Shape")
    page.keyboard.press("Space")
    tab_to(page, "Next")
    page.keyboard.press("Enter")
    heading(page, "Shall we keep in touch?")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    tab_to(page, "Only this product")
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("radio").nth(1)).to_be_checked()
    tab_to(page, "Next")
    page.keyboard.press("Enter")
    heading(page, "Where to?")
    page.keyboard.press("Tab")
    page.keyboard.type("ada@shop.test")
    with page.expect_response("**/v1/opt-ins") as taken:
        page.keyboard.press("Enter")
    assert taken.value.status == 202
    heading(page, "Look into your mail.")
    page.keyboard.press("Escape")
    expect(like(page)).to_be_focused()
    expect(page.get_by_role("group")).to_have_count(0)
    expect(like(page)).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("Enter")
    expect(like(page)).to_have_attribute("aria-pressed", "false")


@both_browsers
def test_what_will_speak_is_there_before_it_speaks(any_browser, network, mugs, new_page):
    network.step = {"kind": "survey", "prompt": "welcome", "version": 1, "locale": "en", "cards": [card("text")]}
    page = new_page(any_browser)
    page.goto(f"{mugs}/mug.html")
    like(page).wait_for()
    status = page.get_by_role("status")
    expect(status).to_have_text("")
    expect(status).to_have_count(1)
    like(page).click()
    expect(status).to_have_text("Liked. There is a short question below.")


@both_browsers
def test_the_focus_is_seen_on_any_background(any_browser, mugs, new_page):
    """Two rings, one light and one dark: one of them stands out."""
    page = new_page(any_browser)
    page.goto(f"{mugs}/mug.html")
    like(page).wait_for()
    tab_to(page, "Like Blue mug")
    rings = looks(like(page), "outlineStyle", "outlineWidth", "outlineColor", "boxShadow")
    assert rings == ["solid", "2px", "rgb(255, 255, 255)", "rgb(0, 0, 0) 0px 0px 0px 4px"]


def test_a_pressed_button_is_seen_in_forced_colours(chromium, panel):
    page = panel(chromium, card("multi"), forced_colors="active")
    icon = like(page).locator("svg")
    assert looks(icon, "fill", "stroke") == looks(like(page), "color") * 2
    edge = looks(page.get_by_role("group"), "borderTopColor", "borderTopStyle")
    assert edge == [*looks(page.locator("body"), "color"), "solid"]
    assert broken_rules(page) == []
    like(page).click()
    assert looks(icon, "fill") == ["none"]


@pytest.mark.parametrize("options", LARGE.values(), ids=LARGE.keys())
def test_large_and_widely_set_text_loses_nothing(options, chromium, panel):
    page = panel(chromium, CONSENT, ADDRESS, **options)
    page.get_by_role("checkbox").first.check()
    page.evaluate(SPACED)
    assert page.evaluate("document.documentElement.scrollWidth") <= options["viewport"]["width"]
    assert page.evaluate(CLIPPED) == []


def test_a_page_from_right_to_left(chromium, network, shop, new_page):
    cards = [card("single", title="كيف وجدتنا؟"), card("rating", key="second")]
    network.step = {"kind": "survey", "prompt": "welcome", "version": 1, "locale": "ar", "dir": "rtl", "cards": cards}
    page = new_page(chromium, viewport={"width": 320, "height": 640})
    page.goto(shop({"/ar": ARABIC}) + "/ar")
    button = page.get_by_role("button", name="أعجبني: كوب", exact=True)
    button.click()
    group = page.get_by_role("group", name="كيف وجدتنا؟")
    assert left(group.get_by_role("button", name="إغلاق")) < left(group.get_by_role("heading"))
    assert left(button.locator("#label")) < left(button.locator("svg"))
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    assert broken_rules(page) == []


def error(page: Page) -> None:
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("alert")).to_have_text("Please answer first.")


def thanks(page: Page) -> None:
    page.get_by_role("button", name="Skip").click()
    expect(page.get_by_role("heading", name="Thank you kindly!")).to_be_visible()


def tick(page: Page) -> None:
    page.get_by_role("checkbox").first.check()


long = pytest.mark.long
STATES = [
    pytest.param("firefox", (card("multi", required=True),), error, id="error-firefox"),
    pytest.param("chromium", (card("rating"),), thanks, id="thanks-chromium"),
    pytest.param("chromium", (card("text", required=True),), error, id="error-chromium", marks=long),
    pytest.param("firefox", (card("rating"),), thanks, id="thanks-firefox", marks=long),
    pytest.param("firefox", (CONSENT, ADDRESS), tick, id="consent-firefox", marks=long),
    *(pytest.param("firefox", (card(kind), LAST), lambda _: None, id=f"{kind}-firefox", marks=long) for kind in CARDS),
]


@pytest.mark.parametrize(("browser", "cards", "act"), STATES)
def test_axe_finds_nothing_wrong(browser, cards, act, request, panel):
    page = panel(request.getfixturevalue(browser), *cards)
    act(page)
    assert broken_rules(page) == []


@pytest.mark.parametrize("scheme", ["light", pytest.param("dark", marks=long)])
def test_axe_finds_nothing_wrong_with_a_listing(scheme, firefox, mugs, new_page):
    page = new_page(firefox, color_scheme=scheme)
    page.goto(f"{mugs}/listing.html")
    like(page, "Red mug").click()
    nothing_more(page, 300)
    assert broken_rules(page) == []
