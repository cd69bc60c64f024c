"""From a like to a person and back to nobody: the whole way in real browsers, with a real mail server in between.

Visit, like, answer, opt in, mail, confirm, one's own page, the shop writes, an answer, stop, erase.
"""

import re
import sqlite3
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest
from admin.desk import enter, sign_in_link
from conftest import ADMIN
from playwright.sync_api import Page, expect

from parts.mail import SmtpPeer

MUG = """<!doctype html>
<html lang="{lang}"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Blue mug</title>
<link rel="icon" href="data:,"><script async src="{{collector}}/w.js" data-site="{{site}}"></script>
<script type="application/ld+json">
{{"@context": "https://schema.org", "@type": "Product", "name": "Blue mug", "category": "Mugs", "brand": "Ballyfern",
 "offers": {{"@type": "Offer", "price": "19.90", "priceCurrency": "EUR"}}}}
</script>
<main><h1>Blue mug</h1><div data-afterlike-button></div></main></html>"""


@pytest.fixture(scope="module")
def post() -> Iterator[SmtpPeer]:
    peer = SmtpPeer()
    peer.start()
    yield peer
    peer.close()


@pytest.fixture(scope="module")
def collector_settings(post) -> dict[str, object]:
    return {"smtp_url": post.url}


@pytest.fixture
def mug(shop) -> str:
    page = MUG.replace("{{", "{").replace("}}", "}")
    return shop({"/mug": page.replace("{lang}", "en")}) + "/mug"


def letter(post: SmtpPeer, address: str, number: int = 1) -> EmailMessage:
    """The n-th letter to an address, once it has come."""
    mine = [one for one in post.wait_for(1) if address in one.recipients]
    while len(mine) < number:
        mine = [one for one in post.wait_for(len(post.letters) + 1, within_s=30) if address in one.recipients]
    return message_from_bytes(mine[number - 1].raw, policy=policy.default)


def link(letter: EmailMessage, path: str) -> str:
    return re.search(rf"http://\S+/{path}/\S+", letter.get_body(("plain",)).get_content())[0]


def like_and_opt_in(page: Page, address: str) -> None:
    page.get_by_role("button", name="Like Blue mug", exact=True).click()
    page.get_by_role("checkbox", name="The look").check()
    page.get_by_role("button", name="Next").click()
    page.get_by_role("button", name="Yes, it is mine").click()
    for box in page.get_by_role("checkbox").all():
        expect(box).not_to_be_checked()
        box.check()
    page.get_by_role("radio", name="More like it: Mugs").check()
    page.get_by_role("button", name="Next").click()
    page.get_by_label("Your e-mail address").fill("not an address")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("alert")).to_contain_text("you@example.com")
    page.get_by_label("Your e-mail address").press("ControlOrMeta+a")  # over BiDi, fill() appends in an e-mail field
    page.keyboard.type(address)
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("heading", name="Almost done!")).to_be_visible()


def test_from_a_like_to_a_person_and_back_to_nobody(collector, post, mug, any_browser, new_page):
    address = f"ana.{any_browser.browser_type.name}@people.test"
    page = new_page(any_browser, locale="en-GB")
    page.goto(mug)
    like_and_opt_in(page, address)

    # The mail, and the page behind it: nothing is in force before the press.
    confirmation = letter(post, address)
    assert "Ballyfern" not in confirmation["Subject"] and confirmation["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    own = new_page(any_browser, locale="en-GB")
    own.goto(link(confirmation, "confirm"))
    expect(own.get_by_text("More like it")).to_have_count(0)
    expect(own.get_by_text("Mugs", exact=True)).to_be_visible()
    own.get_by_role("button", name="Yes, I confirm").click()
    own.get_by_role("link", name="Go to my page").click()
    expect(own.get_by_role("heading", name="Your page at Shop")).to_be_visible()
    expect(own.locator("#likes")).to_contain_text("Blue mug")
    expect(own.locator("#answers")).to_contain_text("The look")
    own.goto(link(confirmation, "confirm"))
    expect(own.get_by_role("heading", name="This link was used already")).to_be_visible()

    # The shop writes, from Endorsements.
    desk = new_page(any_browser, viewport={"width": 1280, "height": 900})
    enter(desk, sign_in_link(collector.server, ADMIN))
    desk.goto(f"{collector.url}/admin/sites/{collector.site}/endorsements")
    desk.get_by_role("link", name="Write to them").first.click()
    expect(desk.get_by_text("may write to me personally").first).to_be_visible()
    desk.get_by_role("textbox").fill("You like our blue mug. What would you change about it?")
    desk.get_by_role("button", name="Send").click()
    expect(desk.locator("p.words", has_text="What would you change about it?")).to_be_visible()

    # It arrives, says why, and is answered on one's own page.
    written = letter(post, address, 2)
    text = written.get_body(("plain",)).get_content()
    assert "What would you change about it?" in text and "You get this because you liked Blue mug" in text
    own.goto(link(written, "me/enter"))
    own.get_by_role("button", name="Open my page").click()
    own.get_by_role("link", name="About Blue mug").click()
    own.get_by_label("Your answer").fill("A wider handle, please. " + "手" * 4900)  # more bytes than a plain form may have
    own.get_by_role("button", name="Send").click()
    expect(own.get_by_text("A wider handle, please.")).to_be_visible()
    desk.goto(f"{collector.url}/admin/sites/{collector.site}/conversations")
    desk.get_by_role("link", name=re.compile("Blue mug")).first.click()
    expect(desk.locator("p.words", has_text="A wider handle, please.")).to_be_visible()

    # Enough: one press in the letter, and the shop may not write any more.
    own.goto(link(written, "stop"))
    own.get_by_role("button", name="Stop all mail").click()
    expect(own.get_by_role("heading", name="Stopped")).to_be_visible()
    desk.reload()
    expect(desk.get_by_text("They asked not to be written to any more.").first).to_be_visible()

    # And gone.
    own.goto(f"{collector.url}/me/erase")
    own.get_by_role("button", name="Erase me for good").click()
    expect(own.get_by_role("heading", name="Goodbye")).to_be_visible()
    assert traces(collector.server.home, address) == []
    with sqlite3.connect(collector.server.home / "afterlike.db") as db:
        [[counted]] = db.execute("SELECT counted FROM like_counts").fetchall()
        assert counted == len(db.execute("SELECT 1 FROM likes").fetchall()), "the likes stay, as numbers"


def traces(home: Path, address: str) -> list[str]:
    """S18: the files of a running installation that hold the address, database, log and all."""
    return [path.name for path in home.rglob("*") if path.is_file() and address.encode() in path.read_bytes()]
