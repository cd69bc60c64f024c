"""The opt-in's two cards as guests of the page: for the keyboard, for those who cannot see them, and under strict policies."""

import pytest
from playwright.sync_api import expect
from widget.conftest import broken_rules, like, nothing_more
from widget.test_guest import STRICT, TAG, a_page
from widget.test_optin import ADDRESS, ADDRESS_IS, BOXES, CONSENT, QUESTION, agree, button, shown, write

from parts.programs import until

MOVING = """window.moved = [];
new PerformanceObserver(list => {
    for (const one of list.getEntries()) if (!one.hadRecentInput) window.moved.push([one.startTime, one.value]);
}).observe({ type: 'layout-shift', buffered: true })"""
PAINTED = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now()))))"


def test_nobody_comes_upon_the_hidden_field(any_browser, panel):
    page = panel(any_browser, CONSENT, ADDRESS)
    agree(page)
    hidden = page.locator("input[name=website]")
    expect(hidden).to_be_attached()
    expect(hidden).not_to_be_in_viewport()
    expect(hidden).to_have_attribute("autocomplete", "off")
    expect(page.get_by_role("textbox")).to_have_count(1)
    page.get_by_label(ADDRESS_IS).focus()
    stops = []
    for _ in range(6):
        page.keyboard.press("Tab")
        stops.append(page.evaluate("""() => {
            const host = [...document.querySelectorAll('div')].find(one => one.shadowRoot?.querySelector('form'));
            return host.shadowRoot.activeElement?.name;
        }"""))
    assert "website" not in stops
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_what_a_script_writes_into_it_is_told(chromium, panel, answers):
    answers(202)
    page = panel(chromium, CONSENT, ADDRESS)
    agree(page)
    page.locator("input[name=website]").evaluate("one => { one.value = 'https://spam.test' }")
    write(page, "ada@shop.test")
    until(answers.sent)
    assert answers.sent()[0]["website"] == "https://spam.test"


def test_the_address_field_helps_to_write(chromium, panel):
    page = panel(chromium, CONSENT, ADDRESS)
    agree(page)
    field = page.get_by_label(ADDRESS_IS)
    for name in ("type", "autocomplete", "inputmode"):
        expect(field).to_have_attribute(name, "email")
    expect(field).to_have_attribute("placeholder", "name@example.com")


def test_the_keyboard_alone_is_enough_for_an_opt_in(any_browser, panel, answers):
    answers(202)
    page = panel(any_browser, CONSENT, ADDRESS)
    expect(page.get_by_role("heading", name="Shall we keep in touch?")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    expect(page.get_by_label("Only this product")).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(page.get_by_label("More like it: Mugs")).to_be_checked()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Where to?")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.type("ada@shop.test")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Thank you! Now look into your mail.")).to_be_focused()
    assert answers.sent()[0]["topics"] == ["category"]
    page.keyboard.press("Escape")
    expect(like(page)).to_be_focused()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_wrong_with_the_opt_in(scheme, chromium, panel):
    page = panel(chromium, CONSENT, ADDRESS, color_scheme=scheme)
    button(page, "Next").click()
    expect(page.get_by_role("alert")).not_to_be_empty()
    assert broken_rules(page) == []
    page.get_by_label(BOXES["news"]).check()
    assert broken_rules(page) == []
    agree(page)
    shown(page, "Where to?")
    button(page, "Send").click()
    expect(page.get_by_role("alert")).not_to_be_empty()
    assert broken_rules(page) == []


def test_the_opt_in_from_right_to_left(any_browser, panel, answers):
    page = panel(any_browser, CONSENT, ADDRESS, step={"locale": "ar", "dir": "rtl"}, viewport={"width": 320, "height": 700})
    box, words = page.get_by_role("checkbox").first, page.get_by_text(BOXES["news"])
    end = box.evaluate("one => one.getBoundingClientRect().right - one.closest('section').getBoundingClientRect().right")
    assert -40 < end < 0
    words.click()
    expect(page.get_by_role("group", name="News about what?")).to_be_visible()
    topic = page.get_by_role("radio").first.bounding_box()
    assert topic["x"] + topic["width"] < box.bounding_box()["x"] + 1
    agree(page)
    assert page.get_by_label(ADDRESS_IS).evaluate("one => getComputedStyle(one).direction") == "ltr"
    button(page, "Send").click()
    expect(page.get_by_role("alert")).to_have_text("يُرجى كتابة عنوان بريدك الإلكتروني.")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_an_opt_in_under_a_strict_policy(any_browser, panel, shop, answers):
    answers(202)
    shop({"/strict.html": a_page('<link rel="stylesheet" href="/shop.css"><main><h1>Blue mug</h1></main>',
                                 '<div data-afterlike-product="k" data-title="Blue mug"></div>', TAG)},
         headers={"Content-Security-Policy": STRICT})
    page = panel(any_browser, CONSENT, ADDRESS, path="/strict.html")
    agree(page)
    expect(page.locator("input[name=website]")).not_to_be_in_viewport()
    write(page, "ada@shop.test")
    shown(page, "Thank you! Now look into your mail.")


def test_nothing_moves_by_itself(chromium, panel, answers):
    answers(202)
    page = panel(chromium, CONSENT, ADDRESS, before=MOVING)
    agree(page)
    shown(page, "Where to?")
    nothing_moves(page)
    write(page, "ada@shop.test")
    shown(page, "Thank you! Now look into your mail.")
    nothing_moves(page)


def nothing_moves(page) -> None:
    """From now on; what a press has just brought may have moved the page, late too where the machine is slow."""
    since = page.evaluate(PAINTED)
    nothing_more(page)
    assert page.evaluate("since => window.moved.filter(([at]) => at > since)", since) == []


def test_a_strange_consent_card_does_the_page_no_harm(any_browser, network, mugs, new_page):
    bare = {"key": "agree", "type": "consent", "title": "?"}
    network.step = {"kind": "opt_in", "prompt": "keep", "version": 1, "cards": [bare]}
    page = new_page(any_browser)
    page.goto(f"{mugs}/mug.html")
    with page.expect_response("**/optin-*.js"):
        like(page).click()
    nothing_more(page)
    expect(page.get_by_role("group").get_by_role("checkbox")).to_have_count(0)


def test_only_a_flow_that_asks_loads_the_file(chromium, panel):
    loaded = []
    for cards in ([QUESTION | {"type": "price"}], [CONSENT, ADDRESS]):
        page = panel(chromium, *cards)
        loaded.append(page.evaluate("performance.getEntriesByType('resource').some(one => one.name.includes('/optin-'))"))
    assert loaded == [False, True]


def test_the_opt_in_fits_a_small_screen(chromium, panel):
    page = panel(chromium, CONSENT, ADDRESS, viewport={"width": 320, "height": 640})
    page.get_by_label(BOXES["news"]).check()
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    for target in page.get_by_role("group").locator("label, button").all():
        assert target.bounding_box()["height"] >= 44
