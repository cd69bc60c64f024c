"""What the tag's options do, and what the page's scripts may ask of the widget."""

import json

import pytest
from playwright.sync_api import expect
from widget.conftest import found, kept, like, nothing_more

from parts.browsers import both_browsers
from parts.programs import until

MUG = '<div data-afterlike-product="mug" data-title="Mug" data-url="/mug"></div>'


@pytest.fixture
def page_with(chromium, shop, new_page):
    """`page_with(options, markup)` is a page with these attributes on the tag."""

    def opened(options: str, markup: str = MUG, *, browser=chromium, path: str = "/page", **more):
        page = new_page(browser, **more)
        tag = f'<script async src="{{collector}}/w.js" data-site="{{site}}" {options}></script>'
        page.goto(shop({path: f"<!doctype html><html lang=en><title>Page</title>{markup}{tag}"}) + path)
        return page

    return opened


def ready(page) -> None:
    page.wait_for_function("window.Afterlike?.products")
    page.wait_for_load_state("networkidle")


def test_nothing_begins_before_consent(any_browser, page_with):
    page = page_with("data-consent", browser=any_browser)
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    ready(page)
    assert found(page) == [] and kept(page) == {} and not [url for url in asked if "/v1/" in url]
    page.evaluate("Afterlike.consent(true)")
    expect(like(page, "Mug")).to_be_visible()


@both_browsers
def test_consent_taken_back_takes_the_buttons_and_all_that_is_kept(any_browser, page_with):
    page = page_with("data-consent", browser=any_browser)
    ready(page)
    page.evaluate("Afterlike.consent(true)")
    like(page, "Mug").click()
    expect(like(page, "Mug")).to_have_attribute("aria-pressed", "true")
    until(lambda: kept(page), what="the visitor to be kept")
    page.wait_for_load_state("networkidle")
    page.evaluate("Afterlike.consent(false)")
    expect(like(page, "Mug")).to_have_count(0)
    assert kept(page) == {}
    page.evaluate("Afterlike.consent(true)")
    expect(like(page, "Mug")).to_have_attribute("aria-pressed", "false")


def test_a_page_without_consent_stays_without_when_it_goes_on(any_browser, page_with):
    """A navigation within the page has it looked at again, consent or not."""
    page = page_with("data-consent", browser=any_browser)
    ready(page)
    page.evaluate("Afterlike.consent(true)")
    expect(like(page, "Mug")).to_be_visible()
    page.evaluate("Afterlike.consent(false)")
    page.evaluate("history.pushState({}, '', '/next')")
    nothing_more(page)
    expect(like(page, "Mug")).to_have_count(0)
    page.evaluate("Afterlike.consent(true)")
    expect(like(page, "Mug")).to_be_visible()


@both_browsers
def test_forgetting_leaves_nothing_in_the_browser(any_browser, page_with):
    page = page_with("", browser=any_browser)
    like(page, "Mug").click()
    until(lambda: kept(page), what="the visitor to be kept")
    page.wait_for_load_state("networkidle")
    page.evaluate("Afterlike.forget()")
    assert kept(page) == {}
    expect(like(page, "Mug")).to_have_attribute("aria-pressed", "false")
    like(page, "Mug").click()  # and a new like makes a new visitor
    expect(like(page, "Mug")).to_have_attribute("aria-pressed", "true")


def test_a_site_that_never_remembers_keeps_nothing(page_with):
    page = page_with('data-remember="never"')
    with page.expect_request("**/v1/likes") as sent:
        like(page, "Mug").click()
    assert sent.value.post_data_json["context"]["lasting"] is False  # nobody will know whether they return
    page.wait_for_load_state("networkidle")
    expect(like(page, "Mug")).to_have_attribute("aria-pressed", "true")
    assert kept(page) == {}


@pytest.mark.parametrize(("choice", "left"), [("Yes", True), ("No", False)])
def test_a_site_that_asks_keeps_what_it_was_allowed(choice, left, page_with):
    page = page_with('data-remember="ask"')
    like(page, "Mug").click()
    button = page.get_by_role("button", name=choice, exact=True)
    button.click()
    expect(button).to_have_count(0)
    page.wait_for_load_state("networkidle")
    assert bool(kept(page)) is left


def test_the_page_may_press_for_the_visitor(page_with):
    page = page_with("")
    ready(page)
    assert page.evaluate("Afterlike.like('mug')") is True
    expect(like(page, "Mug")).to_have_attribute("aria-pressed", "true")
    assert [one["liked"] for one in found(page)] == [True]
    assert page.evaluate("Afterlike.unlike('mug')") is True
    expect(like(page, "Mug")).to_have_attribute("aria-pressed", "false")
    assert page.evaluate("Afterlike.like('jug')") is False


def test_two_tags_are_one_widget(page_with):
    page = page_with("", MUG + '<script src="{collector}/w.js" data-site="{site}"></script>')
    expect(like(page, "Mug")).to_have_count(1)
    nothing_more(page)
    expect(like(page, "Mug")).to_have_count(1)


PLACES = {
    "target": ('data-target="#price"', "<main><h1>Mug</h1><p id=price>€ 12</p><p>…</p></main>", "P#price + *"),
    "target, before": ('data-target="#price" data-position="before"', "<main><h1>Mug</h1><p id=price>€ 12</p></main>", "H1 + *"),
    "target, inside": ('data-target="#price" data-position="append"', "<h1>Mug</h1><p id=price>€</p>", "P#price > *"),
    "target that is not there": ('data-target="#none"', "<main><h1>Mug</h1><p>…</p></main>", "H1 + *"),
    "a selector that is none": ('data-target="]["', "<main><h1>Mug</h1><p>…</p></main>", "H1 + *"),
    "an element by hand": ("", "<main><h1>Mug</h1><p><afterlike-button></afterlike-button></p></main>", "afterlike-button > *"),
    "a dead like button": ("", '<main><h1>Mug</h1><div class="fb-like" data-href=""></div></main>', ".fb-like > *"),
}
PRODUCT = f'<script type="application/ld+json">{json.dumps({"@type": "Product", "name": "Mug"})}</script>'


@pytest.mark.parametrize("case", PLACES.values(), ids=PLACES)
def test_the_button_stands_where_the_owner_wants_it(case, page_with):
    options, markup, selector = case
    page = page_with(options, PRODUCT + markup)
    expect(like(page, "Mug")).to_have_count(1)
    assert page.evaluate("selector => !!document.querySelector(selector)?.shadowRoot", selector)


def test_a_place_within_each_card(page_with):
    card = '<li data-afterlike-product="{0}" data-title="{0}" data-url="/{0}"><b>{0}</b><i>…</i></li>'
    cards = "".join(card.format(one) for one in "ab")
    page = page_with('data-card-target="b"', f"<ul>{cards}</ul>")
    expect(like(page, "b")).to_have_count(1)
    assert page.evaluate("[...document.querySelectorAll('b + *')].filter(one => one.shadowRoot).length") == 2


def test_an_element_by_hand_is_a_product(page_with):
    page = page_with("", '<afterlike-button product="mug" data-title="Mug" data-url="/mug"></afterlike-button>')
    expect(like(page, "Mug")).to_be_visible()
    assert [(one["key"], one["url"].rpartition("/")[2]) for one in found(page)] == [("mug", "mug")]


TEXTS = {"de": {"button": {"label": "Find ich gut", "like": "Find ich gut: {product}"}}, "*": {"button": {"label": "Love it"}}}


@pytest.mark.parametrize(("locale", "name", "label"), [
    ("de-AT", "Find ich gut: Mug", "Find ich gut"), ("en", "Like Mug", "Love it"), ("fr", "J’aime Mug", "Love it"),
])
def test_the_owners_words_win(locale, name, label, page_with):
    texts = f'<script type="application/json" id="words">{json.dumps(TEXTS)}</script>'
    page = page_with(f'data-locale="{locale}" data-texts="#words"', MUG + texts)
    button = page.get_by_role("button", name=name, exact=True)
    expect(button).to_contain_text(label)


@pytest.mark.parametrize(("options", "outline"), [('data-shape="star"', "M12 2l3 7"), ('data-icon="M2 2h20v20z"', "M2 2h20v20z"),
                                                  ('data-shape="moon"', "M12 21C"), ('data-icon="url(x)"', "M12 21C")])
def test_the_shape_is_the_owners(options, outline, page_with):
    page = page_with(options)
    path = like(page, "Mug").locator("path")
    expect(path).to_have_count(1)
    assert path.get_attribute("d").startswith(outline)


def test_debugging_says_why(page_with, chromium, shop, new_page):
    page = new_page(chromium)
    said = []
    page.on("console", lambda message: said.append(message.text))
    tag = '<script async src="{collector}/w.js" data-site="{site}" data-debug data-shape="moon"></script>'
    page.goto(shop({"/": f"<!doctype html><html lang=en><title>Page</title><main></main>{tag}"}))
    ready(page)
    told(page, said, "data-shape is heart, thumb or star")
    told(page, said, "no button: no element has data-afterlike-product")
    page.evaluate("markup => { document.querySelector('main').innerHTML = markup }", MUG)
    like(page, "Mug").click()
    told(page, said, "“Mug” (mug), no price: append div")
    told(page, said, "[afterlike] likes: taken")


def told(page, said: list[str], sentence: str) -> None:
    """Waits for the sentence; the page is asked for something, because nothing is heard of it in between."""
    until(lambda: page.evaluate("1") and any(sentence in one for one in said), what=f"the console to say: {sentence}")


def test_without_debugging_the_console_stays_empty(page_with):
    page = page_with('data-shape="moon" data-target="]["')
    said = []
    page.on("console", lambda message: said.append(message.text))
    ready(page)
    like(page, "Mug").click()
    page.wait_for_load_state("networkidle")
    assert said == []
