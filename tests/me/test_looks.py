"""One's own page in real browsers by keyboard, without script; tests/looks looks at the pages."""


import pytest
from me.making import ADA, Endorser
from playwright.sync_api import Page, expect

from cast import CHAIR, LAMP, Person


@pytest.fixture(scope="module")
def ada(town, shop_site) -> Endorser:
    return town.settle(shop_site, ADA, likes=[LAMP])


def inside(page: Page, endorser: Endorser) -> Page:
    """The browser of somebody who is signed in."""
    page.context.add_cookies([
        {"name": name, "value": value, "domain": "127.0.0.1", "path": "/", "secure": True, "httpOnly": True, "sameSite": "Lax"}
        for name, value in endorser.desk.cookies.items()
    ])
    return page


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
