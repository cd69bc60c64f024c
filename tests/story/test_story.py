"""The story in real browsers: visit, like, answer, decline letters, unlike; offline; and what the admin sees of it.

It runs on the demo as `make run` starts it, so it also proves that a stranger can see the product alive.
"""

import json
import re
import sqlite3

import pytest
from playwright.sync_api import Browser, Page, expect

from parts.browsers import both_browsers
from parts.fetch import sent
from parts.product import Server
from parts.programs import until

SHOP = "/demo/ballyfern/products"
SITE = "demo-ballyfern"


def likes(demo: Server, slug: str) -> list[tuple]:
    """(state, taken back?) of every like of a product that was pressed in a browser during this test."""
    with sqlite3.connect(demo.home / "demo" / "afterlike.db") as db:
        asked = """SELECT likes.state, unliked_at IS NOT NULL FROM likes JOIN products ON product_id = products.id
                   WHERE products.key LIKE ? AND likes.liked_at > ? ORDER BY likes.id"""
        return db.execute(asked, (f"%/{slug}", demo_began(db))).fetchall()


def demo_began(db: sqlite3.Connection) -> int:
    """The seeded history ends before the sign-in link was made."""
    return db.execute("SELECT min(made_at) FROM sign_in_links").fetchone()[0]


def count(demo: Server, slug: str) -> int:
    key = f"{demo.url}{SHOP}/{slug}"
    return sent(demo.url, "GET", f"/v1/counts?site={SITE}&products={key}").json["counts"][key]


def sign_in(page: Page, demo: Server) -> None:
    page.goto(re.search(r"http://\S+/admin/sign-in/\S+", demo.log)[0])
    page.get_by_role("button", name="Sign in").click()
    expect(page).to_have_url(re.compile("/admin/"))


def button(page: Page, name: str):
    return page.get_by_role("button", name=f"Like {name}", exact=True)


@both_browsers
@pytest.mark.parametrize(("slug", "name", "words"), [("two-cup-teapot", "Two-cup teapot", "It pours like a swan")])
def test_visit_like_answer_and_the_admin_sees_it(demo, any_browser: Browser, new_page, slug, name, words):
    page = new_page(any_browser, viewport={"width": 1200, "height": 900}, locale="en-GB")
    before = count(demo, slug)
    page.goto(f"{demo.url}{SHOP}/{slug}")
    like = button(page, name)
    expect(like).to_have_attribute("aria-pressed", "false")
    like.click()
    expect(like).to_have_attribute("aria-pressed", "true")

    expect(page.get_by_role("heading", name="What do you like about it?")).to_be_visible()
    page.get_by_role("checkbox", name="The look").check()
    page.get_by_placeholder("In a few words").fill(f"{words} <b>really</b>")
    page.get_by_role("button", name="Next").click()
    page.get_by_role("button", name="Yes, it is mine").click()
    expect(page.get_by_role("heading", name="May we write to you?")).to_be_visible()
    page.get_by_role("button", name="No, thank you").click()
    expect(page.get_by_role("heading", name="Thank you")).to_be_visible()
    until(lambda: count(demo, slug) == before + 1, what="the like to be counted")

    page.reload()
    expect(button(page, name)).to_have_attribute("aria-pressed", "true")

    admin = new_page(any_browser, viewport={"width": 1200, "height": 900})
    open_admin(admin, demo, any_browser)
    admin.goto(f"{demo.url}/admin/sites/{SITE}/endorsements?q=swan")
    body = admin.locator("main")
    expect(body).to_contain_text(name)
    expect(body).to_contain_text(f"{words} <b>really</b>")

    button(page, name).click()
    expect(button(page, name)).to_have_attribute("aria-pressed", "false")
    # What the page before was just telling of this product goes first: for twelve seconds another tab may be sending it.
    until(lambda: count(demo, slug) == before, within_s=30, what="the unlike to be counted")


def open_admin(page: Page, demo: Server, browser: Browser) -> None:
    """The printed link works once: the second browser takes the cookie of the first."""
    kept = demo.home / "cookies.json"
    if kept.exists():
        page.context.add_cookies(json.loads(kept.read_text()))
        return
    sign_in(page, demo)
    kept.write_text(json.dumps([
        {"name": one["name"], "value": one["value"], "url": demo.url, "secure": True, "httpOnly": True}
        for one in page.context.cookies() if one["name"] == "__Host-afterlike"
    ]))


def test_a_like_made_offline_is_delivered_after_a_reload(demo, any_browser: Browser, new_page):
    slug, name = ("rain-mug", "Soft rain mug")
    page = new_page(any_browser, viewport={"width": 1200, "height": 900})
    page.goto(f"{demo.url}{SHOP}/{slug}")
    expect(button(page, name)).to_be_visible()
    before = len(likes(demo, slug))
    page.context.set_offline(True)
    button(page, name).click()
    expect(button(page, name)).to_have_attribute("aria-pressed", "true")
    until(lambda: page.evaluate("async () => (await indexedDB.databases()).length"), what="the like to be in the outbox")
    page.context.set_offline(False)
    page.reload()
    until(lambda: len(likes(demo, slug)) == before + 1, what="the like to arrive")
    expect(button(page, name)).to_have_attribute("aria-pressed", "true")
    assert likes(demo, slug)[-1] == ("counted", 0)


def test_the_listing_keeps_its_buttons_after_load_more(demo, any_browser: Browser, new_page):
    page = new_page(any_browser, viewport={"width": 1200, "height": 900})
    page.goto(f"{demo.url}{SHOP}/")
    expect(page.locator("button[aria-pressed]")).to_have_count(20)
    page.get_by_text("Load more").click()
    expect(page.locator("button[aria-pressed]")).to_have_count(40)


def test_a_page_without_a_product_has_no_button(demo, chromium, new_page):
    page = new_page(chromium)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{demo.url}/demo/ballyfern/about", wait_until="networkidle")
    assert page.locator("button[aria-pressed]").count() == 0
    assert not [url for url in asked if "/v1/" in url]


def test_the_indonesian_shop_asks_in_indonesian(demo, any_browser: Browser, new_page):
    page = new_page(any_browser, locale="id-ID")
    page.goto(f"{demo.url}/demo/kain-rotan/products/")
    page.locator("button[aria-pressed]").first.click()
    expect(page.get_by_role("heading", name="Apa yang Anda suka")).to_be_visible()


def test_nothing_is_stored_and_no_cookie_is_set_before_a_like(demo, any_browser: Browser, new_page):
    page = new_page(any_browser)
    page.goto(f"{demo.url}{SHOP}/two-cup-teapot")
    expect(button(page, "Two-cup teapot")).to_be_visible()
    stored = page.evaluate("async () => [localStorage.length, sessionStorage.length, (await indexedDB.databases()).length]")
    assert stored == [0, 0, 0]
    assert page.context.cookies() == []
