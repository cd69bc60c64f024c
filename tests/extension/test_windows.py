"""What people do in the browser itself: its icon, its prompts, its menu and keys, private windows, several at once, a reload."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from extension.conftest import forget
from extension.little import LISTING
from extension.opened import ExtensionPages
from playwright.sync_api import BrowserContext, Page, expect
from playwright.sync_api import Error as BrowserError

from parts.extension import build, open_with_extension
from parts.programs import until
from parts.screen import Screen
from parts.shop import Shop
from parts.toolbar import allow, press_icon, private_window, targets

OURS = "shops.localhost"  # where buttons come by themselves; for localhost there is no permission
PICTURE = '<!doctype html><html lang=en><title>A view</title><img src=/view.svg alt="A view" width=300 height=300>'
PICTURE += '<a href="/far?utm_source=mail&size=2#top">Far</a>'
TEXT = "document.body?.innerText ?? ''"
SVG = '<svg xmlns="http://www.w3.org/2000/svg"/>'
BUTTON = "[...document.querySelectorAll('*')].map(one => one.shadowRoot?.querySelector('button')).filter(Boolean)[{0}]"
KEPT = """indexedDB.databases().then(all => Promise.all(all.map(({name}) => new Promise((done, fail) => {
    const asked = indexedDB.open(name);
    asked.onerror = fail;
    asked.onsuccess = () => {
        asked.result.transaction('kept').objectStore('kept').getAllKeys().onsuccess = told => done(told.target.result);
    };
})))).then(all => all.flat())"""


@pytest.fixture(scope="module")
def unpacked(little, tmp_path_factory) -> Path:
    settings = {"collector": little.url, "always_on": [f"http://{OURS}/*"]}
    return build(settings, tmp_path_factory.mktemp("extension"))


@pytest.fixture
def opened(playwright, unpacked, little, tmp_path) -> Iterator[Callable[..., ExtensionPages]]:
    """A new browser with the extension in it; with a screen, its windows stand there."""
    contexts: list[BrowserContext] = []

    def start(**options) -> ExtensionPages:
        little.anew()
        contexts.append(open_with_extension(playwright, unpacked, tmp_path / "profile", **options))
        return ExtensionPages(contexts[-1])

    yield start
    for context in contexts:
        context.close()


@pytest.fixture
def pages(lent, little) -> Iterator[ExtensionPages]:
    """A browser that others had before, which has forgotten all of it."""
    little.anew()
    made = ExtensionPages(lent)
    yield made
    little.at_once.set()
    lent.set_offline(False)
    forget(made)


@pytest.fixture
def screen(tmp_path) -> Iterator[Screen]:
    made = Screen(tmp_path)
    yield made
    made.close()


@pytest.fixture
def windows(opened, screen) -> ExtensionPages:
    """A browser whose windows can be seen, and hear the keyboard."""
    return opened(screen=screen)


@pytest.fixture
def at(shop_server: Shop) -> Callable[[str], str]:
    """The listing's address at a host."""
    shop_server.empty()
    shop_server({"/": LISTING, "/view": PICTURE, "/view.svg": SVG, "/favicon.ico": ""})
    return lambda host: shop_server.url.replace("127.0.0.1", host)


def visit(pages: ExtensionPages, url: str) -> Page:
    page = pages.page()
    page.goto(url)
    page.bring_to_front()
    until(lambda: page.evaluate("document.hasFocus()"), what="the page to have the keyboard")
    return page


def buttons(page: Page) -> int:
    return page.get_by_role("button", name="Like").count()


def pressed(page: Page, product: str, yes: bool = True) -> None:
    button = page.get_by_role("button", name=f"Like {product}")
    expect(button).to_have_attribute("aria-pressed", "true" if yes else "false", timeout=20_000)


def given(pages: ExtensionPages) -> list[str]:
    """The hosts that the extension may see now, beside the collector's and the brand's own."""
    own = {"http://127.0.0.1/*", f"http://{OURS}/*"}
    return sorted(set(pages.desk.evaluate("chrome.permissions.getAll().then(all => all.origins)")) - own)


def rest(page: Page, ms: int) -> None:
    page.evaluate("ms => new Promise(done => setTimeout(done, ms))", ms)


def stay_away(page: Page) -> None:
    """Nothing comes by itself within the time in which it comes elsewhere."""
    rest(page, 700)
    assert buttons(page) == 0


# The icon.


def test_the_icon_puts_buttons_on_a_page_without_any_permission_and_on_no_other(opened, little, at):
    pages = opened()
    page = visit(pages, f"{at('localhost')}/")
    stay_away(page)
    popup = press_icon(pages.context, page)
    expect(page.get_by_role("button", name="Like")).to_have_count(2)
    until(lambda: "Found here: 2" in popup.ask(TEXT), what="the products in the popup")
    assert "Always on localhost" in popup.ask(TEXT) and given(pages) == []
    popup.click("document.querySelector('[aria-label=\"Like Green\"]')")
    pressed(page, "Green")
    page.get_by_role("button", name="Like Blue").click()
    until(lambda: len(little.bodies("/v1/likes")) == 2, what="both likes")
    stay_away(visit(pages, f"{at('localhost')}/"))


# Permissions, in the browser's own prompt.


@pytest.mark.parametrize(("switch", "pattern"), [(0, "http://localhost/*"), pytest.param(1, "*://*/*", marks=pytest.mark.long)],
                         ids=["this site", "all sites"])  # fmt: skip
def test_buttons_come_by_themselves_where_the_person_allowed_it_until_it_is_taken_back(windows, screen, at, switch, pattern):
    page = visit(windows, f"{at('localhost')}/")
    turn(windows, page, switch)
    rest(page, 1500)  # a prompt that has just opened takes no key
    assert given(windows) == []  # nobody has answered yet
    screen.press("Tab", "Return")
    until(lambda: given(windows), what="the permission")
    assert given(windows) == [pattern]
    expect(visit(windows, f"{at('localhost')}/").get_by_role("button", name="Like")).to_have_count(2)
    elsewhere = visit(windows, f"{at('127.0.0.1')}/")
    if switch == 0:
        stay_away(elsewhere)
    else:
        expect(elsewhere.get_by_role("button", name="Like")).to_have_count(2)
    popup = press_icon(windows.context, page)
    until(lambda: popup.ask(f"{switch_of(switch)}?.checked"), what="the switch to be on")
    popup.click(switch_of(switch))
    until(lambda: given(windows) == [], what="the permission to be gone")
    stay_away(visit(windows, f"{at('localhost')}/"))


def switch_of(number: int) -> str:
    return f"document.querySelectorAll('[role=switch]')[{number}]"


def turn(pages: ExtensionPages, page: Page, switch: int) -> None:
    """Presses a switch of the popup; the popup closes when the prompt has opened."""
    popup = press_icon(pages.context, page)
    until(lambda: popup.ask("document.querySelectorAll('[role=switch]:enabled').length") == 2, what="the switches")
    popup.click(switch_of(switch))
    until(lambda: not any("popup.html" in url for url in targets(pages.context, "page").values()), what="the browser's prompt")


def test_who_says_no_to_the_prompt_has_the_switch_off(windows, screen, at):
    popup = windows.popup(visit(windows, f"{at('localhost')}/"))
    everywhere = popup.get_by_label("On all sites")
    everywhere.click(no_wait_after=True)
    expect(everywhere).to_be_checked()
    on = "one => one.checked"
    until(lambda: screen.press("Escape") or not everywhere.evaluate(on), every_s=0.3, what="the switch to go back")
    assert given(windows) == []


# Keys and menu.


def test_the_key_likes_the_product_of_a_page_that_had_no_buttons_yet(windows, screen, little, at):
    page = visit(windows, f"{at('localhost')}/")
    until(lambda: screen.press("alt+shift+l") or rest(page, 2000) or buttons(page), what="the key to be heard")
    pressed(page, "Blue")
    [like] = until(lambda: little.bodies("/v1/likes"), what="the like")
    assert like["product"]["title"] == "Blue"


@pytest.mark.parametrize(("path", "element", "product"), [
    ("/", "a >> nth=1", {"title": "Green", "url": "/Green"}),
    ("/view", "img", {"title": "A view", "url": "/view", "image": "/view.svg"}),
    pytest.param("/view", "a", {"title": "", "url": "/far?size=2", "key": "/far?size=2"}, marks=pytest.mark.long),
], ids=["a link to a product", "a picture", "a link elsewhere"])  # fmt: skip
def test_the_menu_likes_what_it_was_opened_on(windows, screen, little, at, path, element, product):
    page = visit(windows, at("localhost") + path)
    page.locator(element).click(button="right")
    [like] = until(lambda: screen.press("l") or little.bodies("/v1/likes"), every_s=0.3, what="the like")  # “Like this”
    assert {name: like["product"].get(name, "").removeprefix(at("localhost")) for name in product} == product
    if path == "/":
        pressed(page, "Green")


# Private windows.


def test_of_a_private_window_nothing_is_kept_also_not_through_its_popup(opened, little, at):
    pages = opened()
    allow(pages.context, incognitoAccess=True)
    pages = ExtensionPages(pages.context)
    page = private_window(pages.context, f"{at('localhost')}/", pages.desk)
    popup = press_icon(pages.context, f"{at('localhost')}/")
    until(lambda: "Private window: likes are sent" in popup.ask(TEXT), what="the notice")
    popup.click("document.querySelector('[aria-label=\"Like Green\"]')")
    until(lambda: page.ask(f"{BUTTON.format(1)}.ariaPressed") == "true", what="the popup's press")
    page.click(BUTTON.format(0))
    until(lambda: len(little.bodies("/v1/likes")) == 2, what="both likes")
    until(lambda: page.ask(f"{BUTTON.format(0)}.ariaPressed") == "true", what="the button to be pressed")
    assert pages.ask("all") == [] and pages.desk.evaluate(KEPT) == []
    assert pages.desk.evaluate("chrome.storage.local.get()") == {}
    pages.like("Chair")
    pages.settled()
    assert pages.desk.evaluate(KEPT) and len(little.bodies("/v1/installs")) == 2  # so nobody can join the two by it


# A bad network, two windows, another version.


def test_a_like_made_offline_arrives_afterwards_once(pages, little, at):
    page = visit(pages, f"{at(OURS)}/")
    page.get_by_role("button", name="Like Blue").wait_for()
    pages.context.set_offline(True)
    page.get_by_role("button", name="Like Blue").click()
    pages.settled(2)  # the like, and what the page shows of the product
    rest(page, 1500)
    assert little.tried == 0
    pages.context.set_offline(False)
    pages.settled()
    pressed(page, "Blue")
    assert len(little.bodies("/v1/likes")) == 1


def test_in_two_windows_a_like_is_one_and_is_taken_back_in_either(pages, little, at):
    one = visit(pages, f"{at(OURS)}/")
    with pages.context.expect_page() as second:
        pages.desk.evaluate("url => chrome.windows.create({url}).then(() => undefined)", f"{at(OURS)}/")
    two = second.value
    pressed(two, "Blue", False)  # there before the like is, or it would show it
    pages.settled()
    for page in (one, two):
        page.get_by_role("button", name="Like Blue").click()
        pressed(page, "Blue")
        pages.settled()
    [like] = pages.ask("all")
    two.get_by_role("button", name="Like Blue").click()
    until(lambda: pages.ask("all") == [], what="the like to be taken back")
    pages.settled()
    assert [body["id"] for body in little.bodies("/v1/likes")] == [like["id"]]
    assert f"/v1/likes/{like['id']}" in [path for path, _ in little.said]


def test_a_like_that_was_taken_back_on_its_way_is_not_shown_again(pages, little, at):
    page = visit(pages, f"{at(OURS)}/")
    blue = page.get_by_role("button", name="Like Blue")
    little.at_once.clear()
    blue.click()
    until(lambda: little.bodies("/v1/likes"), what="the like to leave")
    blue.click()
    until(lambda: pages.ask("all") == [], what="the like to be taken back")
    page.evaluate("""() => {
        window.seen = [];
        for (const host of document.querySelectorAll('*')) if (host.shadowRoot)
            new MutationObserver(told => window.seen.push(...told.map(one => one.target.ariaPressed)))
                .observe(host.shadowRoot, {subtree: true, attributeFilter: ['aria-pressed']});
    }""")
    little.at_once.set()
    pages.settled()
    pressed(page, "Blue", False)
    assert "true" not in page.evaluate("window.seen")


def test_what_is_pressed_again_and_again_ends_as_it_was_left(pages, little, at):
    page = visit(pages, f"{at(OURS)}/")
    blue = page.get_by_role("button", name="Like Blue")
    little.at_once.clear()
    for liked in (1, 0, 1, 0):
        blue.click()
        until(lambda liked=liked: len(pages.ask("all")) == liked, what="the press to be heard")
    little.at_once.set()
    pages.settled()
    pressed(page, "Blue", False)
    assert pages.ask("all") == []


@pytest.mark.parametrize("notice", [
    "a press",
    pytest.param("a change of the page", marks=pytest.mark.long),
    pytest.param("the icon", marks=pytest.mark.long),
])
def test_after_a_reload_of_the_extension_its_old_buttons_go_without_an_error(opened, at, notice):
    pages = opened()
    allow(pages.context)
    page = visit(pages, f"{at(OURS)}/")
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    expect(page.get_by_role("button", name="Like")).to_have_count(2)
    pages = ExtensionPages(pages.context)
    pages.desk.evaluate("setTimeout(() => chrome.runtime.reload())")
    until(lambda: page.title() and pages.desk.is_closed(), what="the extension to go")
    again = until(lambda: _back(pages.context), what="the extension to be back")
    page.bring_to_front()
    if notice == "a press":
        page.get_by_role("button", name="Like Blue").click()
    elif notice == "a change of the page":
        page.evaluate("document.body.append('More')")
    else:
        popup = press_icon(pages.context, page)
        until(lambda: "Found here: 2" in popup.ask(TEXT), within_s=30, what="the new buttons")
    expect(page.get_by_role("button", name="Like")).to_have_count(2 if notice == "the icon" else 0)
    if notice == "the icon":
        page.get_by_role("button", name="Like Blue").click()
        pressed(page, "Blue")
        until(lambda: len(again.ask("all")) == 1, what="the like")
    assert said == [] and again.wrongs == [] and pages.wrongs == []


def _back(context: BrowserContext) -> ExtensionPages | None:
    try:
        return ExtensionPages(context)
    except BrowserError:
        return None
