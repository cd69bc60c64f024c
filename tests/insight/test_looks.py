"""The pages of this room as they are used in real browsers; tests/looks looks at how they are."""

from types import SimpleNamespace

import pytest
from admin.desk import enter, shopper_of, sign_in_link, signed_in
from conftest import ADMIN
from followup.making import agree_there
from playwright.sync_api import expect

from cast import ADA, BEN, CHAIR, LAMP
from parts.product import Server, make_site
from parts.programs import until


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    """A shop where two things are liked, by somebody who may be written to and by a stranger."""
    running = Server(tmp_path_factory.mktemp("town"), dns="127.0.0.1:1", live_seconds=2)
    try:
        running.start()
        shop = make_site(running, origin="https://shop.test", name="Shop", admin=ADMIN)
        ada, ben = shopper_of(running, shop, ADA), shopper_of(running, shop, BEN)
        ada.like(LAMP)
        ben.like(CHAIR)
        desk = signed_in(running, ADMIN)
        until(lambda: "Latest likes" in desk.get(f"/admin/sites/{shop.site}").words, what="Home, once the likes are added up")
        yield SimpleNamespace(server=running, here=f"{running.url}/admin/sites/{shop.site}", who=agree_there(running, 1))
    finally:
        running.close()


def test_a_tag_is_put_on_in_a_browser_without_script(town, chromium, new_page):
    page = new_page(chromium, java_script_enabled=False)
    enter(page, sign_in_link(town.server, ADMIN))
    page.goto(f"{town.here}/people/{town.who}")
    page.get_by_label("New tag").fill("Potter")
    page.get_by_role("button", name="Add").click()
    expect(page.get_by_role("status").filter(has_text="The tag is on.")).to_be_visible()
    page.get_by_role("button", name="Take off: potter").click()
    expect(page.get_by_role("status").filter(has_text="The tag is off.")).to_be_visible()


def test_a_like_appears_on_home_while_somebody_looks(town, any_browser, new_page):
    page = new_page(any_browser)
    enter(page, sign_in_link(town.server, ADMIN))
    page.goto(town.here)
    latest = page.get_by_role("region", name="Latest likes")
    before = latest.get_by_role("listitem").count()
    visitor = f"{id(page):032x}"
    key = town.here.rpartition("/")[2]
    shopper_of(town.server, SimpleNamespace(site=key, origin="https://shop.test"), visitor).like(LAMP)
    expect(latest.get_by_role("listitem")).to_have_count(before + 1, timeout=30_000)


def test_the_first_like_of_a_new_site_turns_its_open_empty_home_into_the_real_one(town, any_browser, new_page):
    """What somebody types is left alone, and who hears the page is told once."""
    new = make_site(town.server, origin="https://new.test", name="New", admin=ADMIN)
    page = new_page(any_browser)
    enter(page, sign_in_link(town.server, ADMIN))
    page.goto(f"{town.server.url}/admin/sites/{new.site}")
    expect(page.get_by_role("heading", name="Nothing has come yet")).to_be_visible()
    page.evaluate("window.stays = true")
    home = page.get_by_role("link", name="Home")
    home.focus()
    shopper_of(town.server, new, f"{id(page):032x}").like(LAMP)
    latest = page.get_by_role("region", name="Latest likes")
    expect(latest.get_by_role("listitem")).to_have_count(1, timeout=30_000)
    expect(latest.locator("time small")).not_to_contain_text("UTC")
    expect(page.get_by_text("Nothing has come yet")).to_have_count(0)
    expect(page.locator("th:text-is('Likes') + td")).to_have_text("1")
    expect(page.locator("[data-says]")).to_have_text("The first like has come.")
    expect(home).to_be_focused()
    shopper_of(town.server, new, f"{id(new):032x}").like(LAMP)
    expect(latest.get_by_role("listitem")).to_have_count(2, timeout=30_000)
    assert page.evaluate("window.stays"), "the page was loaded anew"


def test_whoever_is_at_work_in_the_empty_home_is_not_thrown_out(town, any_browser, new_page):
    """It changes once they leave it."""
    new = make_site(town.server, origin="https://newer.test", name="Newer", admin=ADMIN)
    page = new_page(any_browser)
    enter(page, sign_in_link(town.server, ADMIN))
    page.goto(f"{town.server.url}/admin/sites/{new.site}")
    way = page.get_by_role("link", name="Get the tag")
    way.focus()
    shopper_of(town.server, new, f"{id(page):032x}").like(LAMP)
    expect(page.locator("[data-says]")).to_have_text("The first like has come.", timeout=30_000)
    expect(way).to_be_focused()
    page.get_by_role("link", name="Home").focus()
    expect(page.get_by_role("region", name="Latest likes").get_by_role("listitem")).to_have_count(1, timeout=30_000)
