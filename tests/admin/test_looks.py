"""The pages as they are used in real browsers, with script and without, by keys; tests/looks looks at how they are."""

from types import SimpleNamespace

import pytest
from admin.desk import enter, hire, shopper_of, sign_in_link
from conftest import ADMIN
from followup.making import behind
from looks.looking import PHONE, violations, wrong_with
from playwright.sync_api import expect
from sites.liking import claims_in_every_state

from cast import ADA, BEN, CHAIR, CLEO, LAMP, TEAPOT
from parts.browsers import SIZES
from parts.product import Server, make_site

NAME = "Mug with a name that is as long as the names of things in shops sometimes are, since somebody put all of it in there"
@pytest.fixture(scope="module")
def town(tmp_path_factory):
    """A shop where things happened, and one where nothing did, of the same owner."""
    running = Server(tmp_path_factory.mktemp("town"), dns="127.0.0.1:1")
    try:
        running.start()
        shop = make_site(running, origin="https://shop.test", name="A shop with a rather long name", admin=ADMIN)
        other = make_site(running, origin="https://other.test", name="Nothing yet", admin=ADMIN)
        hire(running, shop.site, email="one@shop.test", role="editor")
        hire(running, shop.site, email="two@shop.test", role="viewer")
        ada, ben, cleo = (shopper_of(running, shop, visitor) for visitor in (ADA, BEN, CLEO))
        liked = ada.like(LAMP)
        ada.say(liked, {"why": ["look", {"other": "Itsasinglewordthatnobodybroke" * 6}], "have": "wish"})
        ada.leave(liked, "https://www.pinterest.test/ada/a-board-with-a-long-name/and-another-part", name="Ada Byron")
        ben.like(CHAIR)
        cleo.take_back(cleo.like(TEAPOT))
        ada.like(TEAPOT, source="extension")
        paths = {"site": f"/admin/sites/{shop.site}", "other": f"/admin/sites/{other.site}"}
        yield SimpleNamespace(server=running, url=running.url, **paths)
    finally:
        running.close()


@pytest.fixture(scope="module")
def signed(town, chromium):
    """The state of a browser whose admin is signed in."""
    context = chromium.new_context()
    enter(context.new_page(), sign_in_link(town.server, ADMIN))
    state = context.storage_state()
    context.close()
    return state


def address(town, path: str) -> str:
    return town.url + path.format(site=town.site, other=town.other)


def test_a_page_that_waits_for_a_check_is_for_everybody(server, site, chromium, new_page):
    """Here nobody works, so it waits for as long as we look."""
    idle = server(work_in_serve=0)
    made = site(idle)
    with behind(idle) as tx:
        waits = claims_in_every_state(tx, made.site)[3]
    page = new_page(chromium, viewport=PHONE, color_scheme="dark")
    enter(page, sign_in_link(idle, ADMIN))
    page.goto(f"{idle.url}/admin/sites/{made.site}/extension?checking={waits}&looks=99")
    assert wrong_with(page) == []
    expect(page.get_by_text("is being checked")).to_be_visible()


def test_a_claim_is_made_and_removed_in_a_browser_without_script(town, chromium, new_page):
    page = new_page(chromium, java_script_enabled=False)
    enter(page, sign_in_link(town.server, ADMIN))
    page.goto(address(town, "{other}/extension"))
    page.get_by_role("textbox", name="Origin").fill("shop.example/lamps")
    page.get_by_role("button", name="Claim").click()
    expect(page.get_by_role("alert")).to_contain_text("https://shop.example")
    expect(page.get_by_role("textbox", name="Origin")).to_have_value("shop.example/lamps")
    page.get_by_role("textbox", name="Origin").fill("http://localhost:1")
    page.get_by_role("button", name="Claim").click()
    expect(page.get_by_role("status").filter(has_text="Claimed.")).to_be_visible()
    page.get_by_role("button", name="Check now").click()
    expect(page.get_by_text("was checked, and no proof was found")).to_be_visible(timeout=30_000)  # the page came by itself
    expect(page.get_by_role("listitem").filter(has_text="Only the usual ports of the web can be fetched.")).to_have_count(2)
    page.get_by_text("Remove http://localhost:1").click()
    page.get_by_role("button", name="Remove the claim").click()
    expect(page.get_by_role("heading", name="No origin claimed")).to_be_visible()


def test_filtering_holding_and_undoing_in_a_browser(town, any_browser, new_page):
    page = new_page(any_browser)
    enter(page, sign_in_link(town.server, "one@shop.test"))
    page.goto(address(town, "{site}/endorsements"))
    page.get_by_label("Search", exact=True).fill("lamp")
    page.get_by_role("button", name="Filter", exact=True).click()
    page.wait_for_url("**/endorsements?q=lamp")
    expect(page.get_by_role("button", name="Hold")).to_be_disabled()
    page.get_by_label("All on this page").check()
    expect(page.get_by_text("1 ticked")).to_be_visible()
    page.get_by_role("button", name="Hold").click()
    page.get_by_text("1 like held.").wait_for()
    expect(page.get_by_role("row", name="Reading lamp").get_by_text("Held")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    page.get_by_text("1 like put back to what it was before.").wait_for()
    page.get_by_role("link", name="Remove filter: “lamp”").click()
    page.get_by_role("row", name="Oak chair").wait_for()


def test_everything_works_without_script(town, chromium, new_page):
    page = new_page(chromium, java_script_enabled=False)
    enter(page, sign_in_link(town.server, "one@shop.test"))
    page.goto(address(town, "{site}/endorsements"))
    page.get_by_label("State").select_option("counted")
    page.get_by_role("button", name="Filter", exact=True).click()
    page.wait_for_url("**/endorsements?*state=counted*")
    expect(page.get_by_label("All on this page")).to_be_hidden()
    page.get_by_label("Tick the like of Oak chair").check()
    page.get_by_role("button", name="Reject").click()
    expect(page.get_by_role("status").filter(has_text="1 like rejected.")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("status").filter(has_text="1 like put back")).to_be_visible()
    page.get_by_role("link", name="Settings", exact=True).click()
    expect(page.get_by_role("heading", name="Tag", exact=True)).to_be_visible()
    expect(page.get_by_role("button", name="Copy")).to_have_count(0)
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


def test_the_tag_is_copied_at_a_press(town, signed, chromium, new_page):
    page = new_page(chromium, storage_state=signed, permissions=["clipboard-read", "clipboard-write"])
    page.goto(address(town, "{site}/tag"))
    page.get_by_role("button", name="Copy the tag", exact=True).click()
    page.get_by_text("Copied.").wait_for(state="attached")
    assert page.evaluate("navigator.clipboard.readText()").startswith(f'<script async src="{town.url}/w.js?site=')


def test_the_keyboard_comes_past_the_header(town, signed, chromium, new_page):
    page = new_page(chromium, storage_state=signed)
    page.goto(address(town, "{site}/endorsements"))
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the content"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


def test_keys_search_and_list_themselves(town, signed, chromium, new_page):
    page = new_page(chromium, viewport=SIZES["narrow"], storage_state=signed)
    page.goto(address(town, "{site}/endorsements"))
    page.keyboard.press("/")
    expect(page.get_by_role("searchbox")).to_be_focused()
    page.keyboard.type("a?b/c")
    expect(page.get_by_role("searchbox")).to_have_value("a?b/c")
    page.locator("h1").click()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
    assert violations(page) == []
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog", name="Keys")).to_be_hidden()


def test_the_current_tab_is_in_sight_on_a_phone(town, signed, chromium, new_page):
    page = new_page(chromium, viewport=SIZES["narrow"], storage_state=signed)
    page.goto(address(town, "{site}/audit"))
    for tab in page.locator(".tabs [aria-current]").all():
        expect(tab).to_be_in_viewport(ratio=0.95)
