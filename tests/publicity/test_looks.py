"""Quotes in real browsers: asking, deciding, showing, with script and without; tests/looks looks at the pages."""

from pathlib import Path

import pytest
import sqlalchemy as sa
from admin.desk import enter, sign_in_link
from conftest import ADMIN
from followup.making import behind
from me.making import rows
from me.test_looks import inside
from playwright.sync_api import expect

from afterlike import catalog, tables
from cast import LAMP, Person

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "quotes.html"


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
def test_from_the_question_to_the_quote_in_a_browser(town, shop_site, chromium, new_page, script):
    eve = Person("Eve", f"eve-{script}@people.test".lower(), ("e0e0" if script else "e1e1") * 8)
    ada = town.settle(shop_site, eve, likes=[LAMP])
    ada.shopper.say(ada.liked[0], {"why": [{"other": "I like it. My old lamp was not half as warm!"}]})
    admin = new_page(chromium, java_script_enabled=script)
    enter(admin, sign_in_link(town.server, ADMIN))
    admin.goto(f"{town.url}/admin/sites/{shop_site.site}/quotes")
    admin.get_by_role("link", name="Ask for a quote").click()
    admin.get_by_role("link", name="Ask for these words").first.click()
    admin.get_by_label("Exactly these words").fill("My old lamp was not half as warm!")
    admin.get_by_label("No, nothing").check()
    admin.get_by_role("button", name="Ask them").click()
    expect(admin.get_by_role("status").filter(has_text="They are asked now.")).to_be_visible()
    own = inside(new_page(chromium, java_script_enabled=script), ada)
    own.goto(f"{town.url}/me#quotes")
    own.get_by_label("Name shown with them").fill("Ada B.")
    own.get_by_label("on its web pages").check()
    own.get_by_role("button", name="Allow this").click()
    expect(own.get_by_role("status").filter(has_text="Your words may be shown now.")).to_be_visible()
    [lamp] = rows(town, sa.select(tables.products.c.id).where(tables.products.c.key == LAMP["key"]))
    stranger = new_page(chromium, java_script_enabled=script)
    stranger.goto(f"{town.url}/said/{shop_site.site}/{lamp.id}")
    shown = stranger.get_by_role("figure").filter(has_text="Ada B.")
    expect(shown).to_contain_text("My old lamp was not half as warm!")
    own.locator("#quotes").get_by_role("button", name="Take this back").click()
    expect(own.get_by_role("status").filter(has_text="not shown any more")).to_be_visible()
    stranger.reload()
    expect(shown).to_have_count(0)


def test_the_example_shows_them_in_a_frame_and_in_the_page(shop, collector, any_browser, new_page):
    """On a page of a registered origin, in both browsers; a frame on another origin stays empty."""
    a_quote_there(collector, shop.url)
    text = EXAMPLE.read_text("utf-8").replace("http://127.0.0.1:8000", collector.url).replace("YOUR-SITE-KEY", collector.site)
    url = shop({"/quotes.html": text})
    page = new_page(any_browser)
    page.goto(f"{url}/quotes.html")
    expect(page.frame_locator("iframe").get_by_role("figure")).to_contain_text("It never drips!")
    expect(page.locator("#said figure")).to_contain_text("It never drips!")
    expect(page.locator("#said figure")).to_contain_text("In return they got: a mug")


def test_no_other_site_frames_them(shop, collector, chromium, new_page):
    a_quote_there(collector, shop.url)
    url = shop({"/": f'<title>x</title><iframe src="{collector.url}/v1/quotes.html?site={collector.site}"></iframe>'})
    page = new_page(chromium, errors=True)
    page.goto(url.replace("127.0.0.1", "localhost"))
    expect(page.frame_locator("iframe").get_by_role("figure")).to_have_count(0)
    assert "drips" not in "".join(frame.content() for frame in page.frames)


def a_quote_there(collector, origin: str) -> None:
    """Somebody likes a mug there and lets the site say so; made behind the collector."""
    with behind(collector.server) as tx:
        if tx.scalar(sa.select(sa.func.count()).select_from(tables.quotes)):
            return
        site = tx.scalar(sa.select(tables.sites.c.id).where(tables.sites.c.key == collector.site))
        from_hash = catalog.key_hash(site, "mug-blue")
        made = {"site_id": site, "made_at": 1}
        endorser = tx.scalar(sa.insert(tables.endorsers).values(made).returning(tables.endorsers.c.id))
        visitor = tx.scalar(sa.insert(tables.visitors).values(
            site_id=site, hash=b"h" * 16, endorser_id=endorser, first_seen_at=1).returning(tables.visitors.c.id))
        product = tx.scalar(sa.insert(tables.products).values(
            site_id=site, key="mug-blue", key_hash=from_hash, url=f"{origin}/", first_seen_at=1).returning(tables.products.c.id))
        like = tx.scalar(sa.insert(tables.likes).values(
            site_id=site, uuid=b"u" * 16, visitor_id=visitor, product_id=product, state="counted", source="widget", liked_at=1,
            pressed_at=1, page_url="", step_reason="due").returning(tables.likes.c.id))
        tx.execute(sa.insert(tables.quotes).values(
            site_id=site, endorser_id=endorser, like_id=like, product_id=product, source="answer", source_id=1, part="why",
            said_at=1, asked_words="It never drips!", words="It never drips!", name="Ada", places='["site"]', perk="a mug",
            state="given", asked_at=1, answered_at=1))
