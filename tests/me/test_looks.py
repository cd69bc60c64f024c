"""One's own page in real browsers: for everybody, at every width, in light and dark, from right to left, by keyboard."""

from pathlib import Path

import pytest
from me.making import ADA, BEN, CLEO, Browser, Endorser, rows, write_to
from playwright.sync_api import Page, expect

from afterlike import tables
from cast import BEN as SOMEBODY
from cast import CHAIR, LAMP, TEAPOT, Person
from parts.browsers import SIZES, every_look

AXE = (Path(__file__).resolve().parents[2] / "node_modules" / "axe-core" / "axe.min.js").read_text("utf-8")
LONG = {"key": "long", "url": "https://shop.test/long", "title": "Averylongwordwithoutanybreak" * 6}
SMALL = """() => [...document.querySelectorAll('a[href], button, summary, input:not([type=hidden]), textarea, label.tick')]
  .filter(one => one.checkVisibility() && !one.closest('label.tick') || one.matches('label.tick'))
  .filter(one => !one.matches('.skip') && one.getBoundingClientRect().height < 44)
  .map(one => one.outerHTML.slice(0, 120))"""


@pytest.fixture(scope="module")
def ada(town, shop_site) -> Endorser:
    """Somebody who left something of every kind, and whose lamp got cheaper and came back."""
    made = town.settle(shop_site, ADA, likes=[LAMP, CHAIR, TEAPOT, LONG])
    made.shopper.say(made.liked[0], {"why": ["look", {"other": "Itsasinglewordthatnobodybroke" * 6}], "have": "wish"})
    made.shopper.leave(made.liked[0], "https://www.pinterest.test/ada/a-board-with-a-long-name/and-another", name="Ada Byron")
    other = town.sign_up(shop_site, Person("Somebody", "somebody@people.test", SOMEBODY), likes=[LAMP | {"price": "14.99"}])
    other.shopper.like(CHAIR | {"availability": "out_of_stock"})
    write_to(made, "Thank you, Ada!\n\nWhat is the chair for?", nth=1)
    return made


@pytest.fixture(scope="module")
def nothing(town, shop_site, ada) -> Endorser:
    made = town.settle(shop_site, BEN, likes=[LAMP], purposes_of=["measure"], topics=[])
    made.post(f"/me/likes/{made.liked[0]['id']}/back")
    made.post("/me/consents/measure")
    return made


@pytest.fixture(scope="module")
def stopped(town, shop_site) -> Endorser:
    made = town.settle(shop_site, CLEO)
    made.post("/me/stop")
    return made


def inside(page: Page, endorser: Endorser) -> Page:
    """The browser of somebody who is signed in."""
    page.context.add_cookies([
        {"name": name, "value": value, "domain": "127.0.0.1", "path": "/", "secure": True, "httpOnly": True, "sameSite": "Lax"}
        for name, value in endorser.desk.cookies.items()
    ])
    return page


def own_pages(endorser: Endorser) -> list[str]:
    talks = rows(endorser.town, tables.conversations.select())
    return ["/me", "/me?said=bad-date", "/me?said=back", "/me/likes", "/me/answers", "/me/stop", "/me/erase",
            *(f"/me/conversations/{talk.id}" for talk in talks), "/me/conversations/999"]


def open_pages(town, ada: Endorser) -> list[str]:
    """What anybody sees: a confirmation that waits, a way in, links that are used or forged, the ways to stop."""
    town.sign_up(ada.site, Person("Finn", "finn@people.test", "f177" * 8), likes=[LAMP])
    browser = Browser(town.url)
    browser.post("/me/link", proof=browser.get("/me").proof, site=ada.site.site, address=ADA.email)
    return [town.link("finn@people.test", "/confirm/"), town.link(ADA.email, "/me/enter/"), town.link(ADA.email, "/confirm/"),
            "/confirm/forged", "/me", f"/me?site={ada.site.site}", ada.stop_path, "/stop/forged", "/me/goodbye"]


@pytest.fixture(scope="module")
def pages(town, ada, nothing, stopped) -> list[tuple[Endorser | None, str]]:
    own = [(ada, path) for path in own_pages(ada)]
    return [*own, (nothing, "/me"), (stopped, "/me"), (stopped, "/me/stop"), *((None, path) for path in open_pages(town, ada))]


def looked_at(page: Page, url: str) -> list[str]:
    """What is wrong with a page: axe's violations, what sticks out or is small, a heading, title or language that is missing."""
    page.goto(url)
    return [f"{url}: {one}" for one in wrong_with(page)]


def wrong_with(page: Page) -> list[str]:
    page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
    page.evaluate(AXE)
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"]
    wrong = [f"{one['id']}: {node['target']}" for one in found for node in one["nodes"]]
    wrong += [f"is small: {one}" for one in page.evaluate(SMALL)]
    if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
        wrong.append("sticks out to the side")
    if page.locator("h1").count() != 1 or " · " not in page.title() or page.locator("html[lang][dir]").count() != 1:
        wrong.append("has no heading, title or language")
    if page.locator("script:not([src^='/static/person/']), style, [style]").count():
        wrong.append("has script or style in it")
    return wrong


@every_look
def test_every_page_is_for_everybody(pages, chromium, new_page, town, size, scheme):
    browsers: dict = {}
    wrong = []
    for endorser, path in pages:
        key = endorser.person.email if endorser else None
        if key not in browsers:
            fresh = new_page(chromium, viewport=size, color_scheme=scheme)
            browsers[key] = inside(fresh, endorser) if endorser else fresh
        wrong += looked_at(browsers[key], town.url + path)
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("size", SIZES.values(), ids=SIZES)
def test_a_page_from_right_to_left_is_for_everybody(town, ada, chromium, new_page, size):
    """The direction itself comes from the language (words.direction); here it is turned by hand, whatever we speak."""
    page = inside(new_page(chromium, viewport=size), ada)
    for path in own_pages(ada):
        page.goto(town.url + path)
        page.evaluate("document.documentElement.dir = 'rtl'")
        assert wrong_with(page) == []
    page.goto(town.url + "/me/likes")
    page.evaluate("document.documentElement.dir = 'rtl'")
    picture, name = (page.locator(part).first.bounding_box() for part in (".picture", ".what"))
    assert picture["x"] > name["x"]


def test_the_whole_way_by_keyboard_without_script(town, shop_site, any_browser, new_page):
    email = f"{any_browser.browser_type.name}@people.test"
    visitor = "aa01" * 8 if any_browser.browser_type.name == "chromium" else "aa02" * 8
    town.sign_up(shop_site, Person("Grace", email, visitor), likes=[LAMP, CHAIR])
    page = new_page(any_browser, java_script_enabled=False)
    page.goto(town.url + town.link(email, "/confirm/"))
    press(page, "Yes, I confirm")
    expect(page.get_by_role("heading", name="Done")).to_be_visible()
    page.get_by_role("link", name="Go to my page").press("Enter")
    expect(page.get_by_role("heading", name="Your page at Shop")).to_be_visible()
    press(page, "Take back Oak chair")
    expect(page.get_by_role("status")).to_have_text("Taken back. It does not count any more.")
    page.get_by_role("radio", name="once a month at most").press("Space")
    press(page, "Keep this")
    expect(page.get_by_role("radio", name="once a month at most")).to_be_checked()
    page.get_by_text("What else I can agree to").press("Enter")
    press(page, "I agree (Questions by e-mail)")
    expect(page.get_by_role("status")).to_have_text("Noted. You agreed to this today.")
    page.get_by_role("link", name="Stop all mail").press("Enter")
    press(page, "Stop all mail")
    press(page, "Send me mail again")
    expect(page.get_by_role("status")).to_have_text("Taken back. You get the same mail as before.")
    page.get_by_role("link", name="To your page").press("Enter")
    page.get_by_role("link", name="Erase me").press("Enter")
    page.get_by_role("checkbox", name="Take my likes back too").press("Space")
    press(page, "Erase me for good")
    expect(page.get_by_role("heading", name="Goodbye")).to_be_visible()


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).press("Enter")


def test_the_keyboard_comes_past_the_header(town, ada, chromium, new_page):
    page = inside(new_page(chromium), ada)
    page.goto(town.url + "/me")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the content"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


def test_the_pages_load_nothing_from_elsewhere_but_the_pictures_of_products(town, pages, chromium, new_page):
    asked = []
    for endorser, path in pages:
        page = new_page(chromium)
        page.on("request", lambda request: asked.append(request))
        (inside(page, endorser) if endorser else page).goto(town.url + path)
        page.context.close()
    outside = [request for request in asked if not request.url.startswith(town.url)]
    assert {request.url for request in outside} <= {LAMP["image"]}
    assert not any(request.headers.get("referer") for request in outside)
