"""How button and panel look: the page's theme in, the page's accidents out, room for a thumb on the smallest card."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from widget.conftest import like
from widget.test_optin import ADDRESS, CONSENT
from widget.test_panel import CARDS, LAST, card

from parts.browsers import start_firefox

WIDGET = Path(__file__).parents[2] / "widget"
TAG = '<script async src="{collector}/w.js" data-site="{site}"></script>'
HEAD = '<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content="width=device-width"><title>Mug</title>'
MUG = '<div data-afterlike-product="k" data-title="Mug" data-url="/k"></div>'
CARDS_OF_TWO = f"""{HEAD}<style>
body {{ margin: 10px }} li {{ display: block; padding: 6px }}
ul {{ display: grid; grid-template-columns: 1fr 1fr; gap: 10px; padding: 0 }}
</style><ul><li data-afterlike-product="k" data-title="Blue mug" data-url="/k"></li><li>Another</li></ul>{TAG}"""
LOOKS = "(one, name) => getComputedStyle(one)[name]"


@pytest.fixture
def mug(shop, new_page):
    """`mug(browser, markup)` is a page with a button for a mug, and this markup before it."""

    def opened(browser, markup: str = "", **options) -> Page:
        page = new_page(browser, **options)
        page.goto(shop({"/mug": f"{HEAD}{markup}{MUG}{TAG}"}) + "/mug")
        like(page, "Mug").wait_for()
        return page

    return opened


def within(page: Page, selector: str):
    """What of the button or the panel has this selector."""
    return page.locator("[data-afterlike-product] > div, [data-afterlike-button] > div").first.locator(selector)


THEME = {
    "accent": ("#0a7d5a", "[aria-pressed=true] svg", "fill", "rgb(10, 125, 90)"),
    "color": ("#fff", "[aria-pressed]", "color", "rgb(255, 255, 255)"),
    "background": ("#123456", "[aria-pressed]", "backgroundColor", "rgb(18, 52, 86)"),
    "border": ("3px solid", "[aria-pressed]", "borderTopWidth", "3px"),
    "radius": ("4px", "[aria-pressed]", "borderTopLeftRadius", "4px"),
    "padding": ("25px", "[aria-pressed]", "paddingLeft", "25px"),
    "gap": ("3px", "[aria-pressed]", "columnGap", "3px"),
    "size": ("30px", "svg", "width", "30px"),
    "icon": ("none", "svg", "display", "none"),
    "label": ("none", "#label", "display", "none"),
    "width": ("200px", ":scope", "minWidth", "200px"),
    "font": ("monospace", "h2", "fontFamily", "monospace"),
    "font-size": ("19px", "[aria-pressed]", "fontSize", "19px"),
    "panel-background": ("#eee", "section", "backgroundColor", "rgb(238, 238, 238)"),
    "panel-border": ("2px solid", "section", "borderTopWidth", "2px"),
    "panel-color": ("#444", "section", "color", "rgb(68, 68, 68)"),
    "panel-padding": ("33px", "section", "paddingLeft", "33px"),
    "panel-radius": ("1px", "section", "borderTopLeftRadius", "1px"),
    "panel-width": ("222px", "section", "width", "222px"),
}
PARTS = {
    "button": "[aria-pressed]", "liked": "[aria-pressed=true]", "icon": "svg", "label": "#label",
    "count": "#count", "panel": "section", "title": "h2", "choice": "form > button", "send": "[part=send]",
    "close": "[part=close]",
}


def test_the_page_sets_the_looks_by_custom_properties(chromium, panel):
    page = panel(chromium, card("text"))
    for name, (value, selector, style, seen) in THEME.items():
        theme = page.add_style_tag(content=f":root {{ --afterlike-{name}: {value} }}")
        assert within(page, selector).first.evaluate(LOOKS, style) == seen, name
        theme.evaluate("one => one.remove()")


def test_each_custom_property_stands_in_the_list():
    """The head of style.css is the manual."""
    manual, *rules = (WIDGET / "style.css").read_text().partition("*/")
    used = "".join([*rules, (WIDGET / "panel.css").read_text(), (WIDGET / "fields.css").read_text()])
    listed = re.findall(r"^ \*   --afterlike-([a-z-]+)", manual, re.MULTILINE)
    assert sorted(listed) == sorted(set(re.findall(r"var\(--afterlike-([a-z-]+)", used))) == sorted(THEME)


def test_the_page_reaches_each_part(chromium, panel):
    page = panel(chromium, card("single"), card("text", key="more"))
    for name, selector in PARTS.items():
        if name == "send":
            page.get_by_role("button", name="The look").click()
            page.get_by_role("textbox").wait_for()
        page.add_style_tag(content=f"::part({name}) {{ letter-spacing: 7px }}")
        assert within(page, selector).first.evaluate(LOOKS, "letterSpacing") == "7px", name
        page.add_style_tag(content=f"::part({name}) {{ letter-spacing: 0 }}")


def test_a_name_stays_while_the_count_moves(any_browser, mug):
    page = mug(any_browser)
    count = within(page, "#count")
    like(page, "Mug").click()
    expect(count).to_be_visible()
    expect(like(page, "Mug")).to_have_accessible_description(count.get_attribute("data-count"))


def test_a_press_moves_the_count_once(chromium, mug):
    page = mug(chromium)
    page.wait_for_load_state("networkidle")
    within(page, "#count").evaluate("""one => {
        window.moves = [];
        const note = () => moves.at(-1) === one.dataset.count || moves.push(one.dataset.count);
        new MutationObserver(note).observe(one, { attributes: true });
    }""")
    with page.expect_response("**/v1/likes"):
        like(page, "Mug").click()
    page.wait_for_load_state("networkidle")
    assert len(page.evaluate("moves")) == 1
    like(page, "Mug").click()
    page.wait_for_load_state("networkidle")
    assert len(page.evaluate("moves")) == 2


def test_the_icon_springs_unless_motion_is_reduced(chromium, mug):
    page = mug(chromium)
    icon = within(page, "svg")
    icon.evaluate("""one => {
        one.addEventListener('transitionrun', () => { window.sprung = true });
        addEventListener('afterlike:like', event => event.preventDefault()); // nothing but the press
    }""")
    like(page, "Mug").hover()
    for motion, pressed in {"reduce": "none", "no-preference": "0.75"}.items():
        page.emulate_media(reduced_motion=motion)
        page.mouse.down()
        assert icon.evaluate(LOOKS, "scale") == pressed
        page.mouse.up()
    page.wait_for_function("window.sprung")


@pytest.mark.long
def test_firefox_springs_as_little(playwright, mug):
    """There it is a preference of the browser."""
    with start_firefox(playwright, firefox_user_prefs={"ui.prefersReducedMotion": 1}) as browser:
        page = mug(browser)
        assert within(page, "svg").evaluate(LOOKS, "transitionDuration") == "0s"
        page.context.close()


# What is meant for the page's own elements, and would be the end of a plain element of somebody else's.
SILENCING = """<style>button { all: unset } svg { display: none } html { font-size: 62.5% }
div > div { display: none !important; position: absolute; width: 3px; height: 3px; overflow: hidden; float: right; opacity: 0;
transform: scale(0); padding: 9px; font-size: 40px !important }</style>"""


def test_rules_that_a_page_has_for_everything_do_not_reach_it(any_browser, mug):
    plain, page = mug(any_browser), mug(any_browser, SILENCING)
    sizes = [one.bounding_box() for one in (like(plain, "Mug"), like(page, "Mug"))]
    assert sizes[0]["height"] == sizes[1]["height"] == 44
    host = within(page, ":scope")
    assert [host.evaluate(LOOKS, name) for name in ("opacity", "transform", "float", "fontSize")] == ["1", "none", "none", "15px"]


TITLES = ["M" * 300, "🫖" * 20, "كوب أزرق", "Mug {product} $& <b>", "مرحبا \u202e mug"]


@pytest.mark.parametrize("title", TITLES, ids=["long", "emoji", "arabic", "pattern", "override"])
def test_a_title_is_the_name_and_takes_no_room(title, chromium, shop, new_page):
    page = new_page(chromium)
    shop({"/": f"{HEAD}<div data-afterlike-product=k data-title='{title}' data-url=/k></div>{TAG}"})
    page.goto(shop.url)
    expect(like(page, title)).to_be_visible()
    assert like(page, title).bounding_box()["width"] < 160


SMALL = {"scales": (card("nps"), LAST), "consent": (CONSENT, ADDRESS), **{
    kind: pytest.param((card(kind), LAST), marks=pytest.mark.long) for kind in CARDS if kind != "nps"}}


@pytest.mark.parametrize("cards", [one if isinstance(one, tuple) else one for one in SMALL.values()], ids=SMALL.keys())
def test_a_panel_fits_a_card_of_150_pixels_and_a_thumb(cards, chromium, panel, shop):
    shop({"/two": CARDS_OF_TWO})
    page = panel(chromium, *cards, path="/two", viewport={"width": 320, "height": 700})
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    outer = page.locator("li").first.bounding_box()
    shown = page.get_by_role("group").first
    targets = "button:visible, label:visible:has(input), a:visible, [type=email]:visible, form > input:visible"
    for one in shown.locator(targets).all():
        inner = one.bounding_box()
        assert inner["height"] >= 44
        assert inner["width"] >= 44
        assert inner["x"] >= outer["x"] and inner["x"] + inner["width"] <= outer["x"] + outer["width"]
