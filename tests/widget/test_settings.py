"""What an owner saved in the admin reaches a shop's page of another origin, by the same tag; the page's own word wins."""

import gzip
from contextlib import contextmanager

import brotli
import pytest
from admin.desk import signed_in
from conftest import ADMIN
from playwright.sync_api import expect
from widget.conftest import found, kept, like, nothing_more

from afterlike import assets
from afterlike.assets import FLOATING, LED
from afterlike.sites import page_line
from parts.fetch import Answer, sent
from parts.programs import until

MUG = '<div data-afterlike-product="mug" data-title="Mug" data-url="/mug"></div>'
TAG = '<script async src="{{collector}}/w.js?site={{site}}" data-site="{{site}}" {}></script>'
OLD = '<script async src="{collector}/w.js" data-site="{site}"></script>'
STRICT = ("default-src 'none'; script-src {collector}; connect-src {collector}; style-src 'self'; img-src 'self'; "
          "require-trusted-types-for 'script'")
LOOKS = {"dark": "no", "light_text": "#ffffff", "light_ground": "#0a7d5a", "light_accent": "#ffffff", "radius": "6",
         "shape": "star"}
STAR = "M12 2l3 7 7 .600-5.400 4.800L18.300 22 12 18l-6.300 4 1.700-7.600L2 9.600 9 9z"


@pytest.fixture(scope="module")
def desk(collector):
    return signed_in(collector.server, ADMIN)


@pytest.fixture
def saved(collector, desk):
    """`with saved(widget={…}, privacy={…}):` these settings hold; afterwards all is as it comes."""
    own = f"/admin/sites/{collector.site}/widget"

    @contextmanager
    def holds(*, locale="", **parts):
        before = line_of(collector)
        for name, fields in parts.items():
            path = own if name == "looks" else f"{own}/{name}"
            assert desk.post(f"{path}?anyway" if name == "looks" else path, locale=locale, **fields).status == 303
        until(lambda: line_of(collector) != before, what="the settings to be in force")
        try:
            yield
        finally:
            for part in ("looks", "privacy", "words"):
                assert desk.post(f"{own}/{part}/reset").status == 303
            until(lambda: line_of(collector) == page_line.line(collector.site, {}), what="the settings to be gone")

    return holds


def script(collector, site: str = "", **headers: str) -> Answer:
    """What the tag's address gives."""
    asked = {name.replace("_", "-"): value for name, value in headers.items()}
    return sent(collector.url, "GET", f"/w.js?site={site or collector.site}", headers=asked)


def line_of(collector) -> str:
    return script(collector).body.decode().partition("\n")[0] + "\n"


def a_page(tag: str, *, head: str = "", lang: str = "en") -> str:
    return f"<!doctype html><html lang={lang}><title>Page</title>{head}{MUG}{tag}"


def worn(page, *properties: str) -> list[str]:
    """What the button wears."""
    button = like(page, "Mug")
    expect(button).to_be_visible()
    return button.evaluate("(one, names) => names.map(name => getComputedStyle(one)[name])", list(properties))


def test_looks_reach_a_page_under_the_strictest_policy(any_browser, shop, saved, new_page):
    with saved(looks=LOOKS):
        page = new_page(any_browser)
        page.goto(shop({"/": a_page(TAG.format(""))}, headers={"Content-Security-Policy": STRICT}))
        assert worn(page, "backgroundColor", "color", "borderRadius") == ["rgb(10, 125, 90)", "rgb(255, 255, 255)", "6px"]
        expect(like(page, "Mug").locator("path")).to_have_attribute("d", STAR)
        assert page.evaluate("document.querySelectorAll('style, template').length") == 0
        asked = page.evaluate("performance.getEntriesByType('resource').map(one => new URL(one.name).pathname)")
        assert [path for path in asked if "w.js" in path] == ["/w.js"]


OWN_RULES = {
    "a rule": ":root { --afterlike-background: #123456 }",
    "a rule in a layer": "@layer base { :root { --afterlike-background: #123456 } }",
    "a rule that weighs nothing": ":where(html) { --afterlike-background: #123456 }",
    "a rule nearer by": "div { --afterlike-background: #123456 }",
}


@pytest.mark.parametrize("rule", OWN_RULES.values(), ids=OWN_RULES)
def test_the_pages_own_rules_win(rule, any_browser, shop, saved, new_page):
    with saved(looks=LOOKS):
        page = new_page(any_browser)
        shop({"/own.css": rule})
        page.goto(shop({"/": a_page(TAG.format(""), head="<link rel=stylesheet href=/own.css>")}))
        assert worn(page, "backgroundColor", "color") == ["rgb(18, 52, 86)", "rgb(255, 255, 255)"]


def test_a_browser_that_registers_no_property_gets_the_looks_all_the_same(chromium, shop, saved, new_page):
    with saved(looks=LOOKS):
        page = new_page(chromium)
        page.add_init_script("delete self.CSSPropertyRule")
        page.goto(shop({"/": a_page(TAG.format(""), head="<style>:root { --afterlike-color: #000 }</style>")}))
        assert worn(page, "backgroundColor", "color") == ["rgb(10, 125, 90)", "rgb(0, 0, 0)"]


def test_the_tags_own_attributes_win(chromium, shop, saved, new_page):
    with saved(looks=LOOKS, privacy={"remember": "never"}):
        page = new_page(chromium)
        page.goto(shop({"/": a_page(TAG.format('data-shape="heart" data-remember="like"'))}))
        assert like(page, "Mug").locator("path").get_attribute("d") != STAR
        like(page, "Mug").click()
        until(lambda: kept(page), what="the like to be kept")


@pytest.mark.parametrize(("dark", "scheme", "root", "expected"), [
    ("system", "light", "", "rgb(10, 125, 90)"), ("system", "dark", "", "rgb(120, 220, 180)"),
    ("page", "dark", "", "rgb(10, 125, 90)"), ("page", "light", ":root { color-scheme: dark }", "rgb(120, 220, 180)"),
    ("no", "dark", ":root { color-scheme: dark }", "rgb(10, 125, 90)"),
])
def test_dark_colours_come_when_the_owner_said(dark, scheme, root, expected, chromium, shop, saved, new_page):
    with saved(looks=LOOKS | {"dark": dark, "dark_ground": "#78dcb4", "dark_text": "#000000"}):
        page = new_page(chromium, color_scheme=scheme)
        page.goto(shop({"/": a_page(TAG.format(""), head=f"<style>{root}</style>")}))
        assert worn(page, "backgroundColor") == [expected]


def test_nothing_is_remembered_where_the_owner_says_never(any_browser, shop, saved, new_page):
    with saved(privacy={"remember": "never", "count_from": "5"}):
        page = new_page(any_browser)
        page.goto(shop({"/": a_page(TAG.format(""))}))
        with page.expect_response(lambda answer: "/v1/likes" in answer.url and answer.ok):
            like(page, "Mug").click()
        expect(like(page, "Mug").locator("#count")).to_have_attribute("data-count", "")
        nothing_more(page)
        assert kept(page) == {} and page.evaluate("document.cookie + localStorage.length + sessionStorage.length") == "00"
        page.reload()
        expect(like(page, "Mug")).to_have_attribute("aria-pressed", "false")


SIGNAL = "Object.defineProperty(navigator, 'globalPrivacyControl', { get: () => true })"


@pytest.mark.parametrize(("signal", "waits"), [("", False), (SIGNAL, True)], ids=["nobody says", "the browser says"])
def test_who_asks_not_to_be_followed_is_asked_first(signal, waits, any_browser, shop, saved, new_page):
    with saved(privacy={"consent": "signal"}):
        page = new_page(any_browser)
        page.add_init_script(signal)
        page.goto(shop({"/": a_page(TAG.format(""))}))
        page.wait_for_function("window.Afterlike?.products")
        page.wait_for_load_state("networkidle")
        if not waits:
            page.wait_for_function("document.querySelector('[data-afterlike-product]').lastChild?.shadowRoot")
        nothing_more(page)
        assert (found(page) == []) is waits
        page.evaluate("Afterlike.consent(true)")
        like(page, "Mug").click()
        expect(like(page, "Mug")).to_have_attribute("aria-pressed", "true")
        if waits:
            assert kept(page) == {}


def test_own_words_in_two_languages_and_ours_in_the_third(chromium, desk, collector, shop, saved, new_page):
    own = f"/admin/sites/{collector.site}/widget/words"
    german = {"button.label": "Mag ich </script>", "button.like": "\"{product}\": mag ich </script>"}
    with saved(words=german, locale="de"):
        before = line_of(collector)
        assert desk.post(own, locale="id", **{"button.label": "Suka sekali"}).status == 303
        until(lambda: line_of(collector) != before, what="both languages to be in force")
        shop({f"/{lang}": a_page(TAG.format(""), lang=lang) for lang in ("de", "id", "fr")})
        page = new_page(chromium)
        page.goto(f"{shop.url}/de")
        expect(page.get_by_role("button", name='"Mug": mag ich </script>')).to_have_text("Mag ich </script>")
        page.goto(f"{shop.url}/id")
        expect(page.get_by_role("button", name="Suka sekali: Mug", exact=True)).to_have_text("Suka sekali")
        page.goto(f"{shop.url}/fr")
        expect(page.get_by_role("button")).to_have_text("J’aime")


def test_an_older_tag_works_and_knows_nothing_of_settings(chromium, shop, saved, new_page):
    with saved(looks=LOOKS):
        page = new_page(chromium)
        page.goto(shop({"/": a_page(OLD)}))
        assert worn(page, "backgroundColor") == ["rgba(0, 0, 0, 0)"]


def test_settings_of_one_site_do_not_reach_a_tag_of_another(chromium, collector, shop, saved, new_page):
    with saved(looks=LOOKS):
        page = new_page(chromium)
        page.goto(shop({"/": a_page('<script async src="{collector}/w.js?site={site}" data-site="another"></script>')}))
        assert worn(page, "backgroundColor") == ["rgba(0, 0, 0, 0)"]


# The script itself.

READ = {"gzip": gzip.decompress, "br": brotli.decompress, "identity": lambda body: body}


@pytest.mark.parametrize("encoding", READ)
def test_the_script_is_the_line_and_the_same_core(encoding, collector):
    core = (assets.FOLDER / assets.manifest()["whole.js"]["file"]).read_bytes()  # the site is new
    answer = script(collector, accept_encoding=encoding)
    assert READ[encoding](answer.body) == page_line.line(collector.site, {}).encode() + core
    assert answer.headers.get("Content-Encoding", "identity") == encoding and answer.headers["Vary"] == "Accept-Encoding"
    assert answer.headers["Cache-Control"] == LED and "charset=utf-8" in answer.headers["Content-Type"]


def test_it_is_not_sent_again_until_something_changes(collector, saved):
    tag = script(collector).headers["ETag"]
    assert script(collector, if_none_match=tag).status == 304
    with saved(looks={"radius": "9", "dark": "no"}):
        answer = script(collector, if_none_match=tag)
        assert answer.headers["ETag"] != tag and b'"--afterlike-radius","9px"' in answer.body


def test_the_exact_file_on_the_tag_page_is_the_one_that_the_address_gives(collector, desk, saved):
    with saved(privacy={"remember": "never"}):
        shown = desk.get(f"/admin/sites/{collector.site}/tag").words
        body = script(collector).body
    whole = assets.manifest()["whole.js"]
    assert whole["file"] in shown and whole["integrity"] in shown and body.endswith((assets.FOLDER / whole["file"]).read_bytes())


@pytest.mark.parametrize("key", ["nobody", "", "%00", "%F0%9F%92%94", "a" * 3000, "x'\");alert(1)//"])
def test_a_key_of_nobody_gets_the_plain_widget(key, collector):
    answer = sent(collector.url, "GET", f"/w.js?site={key}".replace(" ", "+").replace('"', "%22"))
    assert answer.body == (assets.FOLDER / assets.manifest()["w.js"]["file"]).read_bytes()
    assert answer.status == 200 and answer.headers["Cache-Control"] == FLOATING
