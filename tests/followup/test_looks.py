"""Conversations and Mail as they are used in real browsers, with script and without; tests/looks looks at the pages."""

import re
from types import SimpleNamespace

import pytest
import sqlalchemy as sa
from admin.desk import enter, hire, ids, shopper_of, sign_in_link, signed_in
from conftest import ADMIN
from followup.making import agree_there, answer_there, behind
from playwright.sync_api import expect

from afterlike import followup, tables
from afterlike.clock import now
from afterlike.wire import uuid_text
from cast import ADA, BEN, CHAIR, CLEO, LAMP, PEOPLE, TEAPOT, new_id
from parts.browsers import SIZES
from parts.mail import SmtpPeer
from parts.product import Server, make_site
from parts.programs import until

LONG = "Itsasinglewordthatnobodybroke" * 6
HELLO = "Hello Ada,\n\nyour words about the lamp made us smile. Which book do you read by it?\n\nAna"
ANSWER = f"Hello Ana,\n\n<script>alert(1)</script> & {LONG}\n\nשלום, thank you for asking.\n— Ada"
@pytest.fixture(scope="module")
def town(tmp_path_factory):
    """A shop that writes to Ada and Ben, may write to Cleo, and may not write to a stranger; and a shop where nothing is."""
    peer = SmtpPeer()
    peer.start()
    running = Server(tmp_path_factory.mktemp("letters"), smtp_url=peer.url)
    try:
        running.start()
        yield settled(running, peer)
    finally:
        running.close()
        peer.close()


def settled(running: Server, peer: SmtpPeer) -> SimpleNamespace:
    shop = make_site(running, origin="https://shop.test", name="A shop with a rather long name", admin=ADMIN)
    other = make_site(running, origin="https://other.test", name="Nothing yet", admin=ADMIN)
    hire(running, shop.site, email="one@shop.test", role="editor")
    hire(running, shop.site, email="two@shop.test", role="viewer")
    site = f"/admin/sites/{shop.site}"
    ada, ben, cleo = (shopper_of(running, shop, visitor) for visitor in (ADA, BEN, CLEO))
    liked = ada.like(LAMP)
    ada.say(liked, {"why": ["look", {"other": f"I read by it. {LONG}"}], "have": "wish"})
    ada.leave(liked, "https://www.pinterest.test/ada/a-board-with-a-long-name", name="Ada Byron")
    ben.like(CHAIR)
    cleo.like(TEAPOT)
    shopper_of(running, shop, "d0d0" * 8).like(CHAIR)
    desk = signed_in(running, ADMIN)
    adas, bens, cleos, strangers = sorted(map(int, set(ids(desk.get(f"{site}/endorsements")))))
    for like_id, person in zip((adas, bens, cleos), PEOPLE, strict=False):
        agree_there(running, like_id, person)
    begin(desk, site, adas, HELLO)
    peer.wait_for(1)
    answer_there(running, 1, ANSWER)
    told_by_mail(running)
    desk.post(f"{site}/conversations/1/notes", note="Ask whether we may quote her.")
    desk.post(f"{site}/conversations/replies", name="Thank you", words="Dear {name},\nthank you for liking {product}.")
    peer.answer = "550 5.1.1 <ben@people.test>: no such mailbox here, and a long story about why that is so"
    begin(desk, site, bens, "Hello Ben")
    until(lambda: "550" in desk.get(f"{site}/mail").text, what="the refused letter on the mail list")
    paths = {"site": site, "other": f"/admin/sites/{other.site}", "cleos": cleos, "strangers": strangers}
    return SimpleNamespace(server=running, url=running.url, peer=peer, desk=desk, paths=paths, site=site)


def told_by_mail(running: Server) -> None:
    """Ada answers once more, by mail, from another address and with a picture."""
    with behind(running) as tx:
        talks = tables.conversations.c
        endorser = tx.scalar(sa.select(talks.endorser_id).where(talks.id == 1))
        followup.reply(tx, [followup.Reply(endorser, 1, b"m" * 16, f"And this. {LONG}", now(), came_by="mail", stranger=True,
                                           quoted="> Hello Ada", attachments=1, vouched="failed")])
        for nth, vouched in enumerate(("dkim", "nobody", "failed")):
            followup.reply(tx, [followup.Reply(endorser, 1, b"v%15d" % nth, "Good.", now(), came_by="mail", vouched=vouched)])


def begin(desk, site: str, like_id: int, words: str) -> None:
    fields = {"like": like_id, "words": words, "uuid": uuid_text(f"the like number{like_id}".encode())}
    assert desk.post(f"{site}/conversations", **fields).status == 303


@pytest.fixture(scope="module")
def signed(town, chromium):
    """The state of a browser whose admin is signed in."""
    context = chromium.new_context()
    enter(context.new_page(), sign_in_link(town.server, ADMIN))
    state = context.storage_state()
    context.close()
    return state


def address(town, path: str) -> str:
    return town.url + path.format(**town.paths)


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
def test_writing_answering_and_closing_in_a_browser(town, chromium, new_page, script):
    page = new_page(chromium, java_script_enabled=script)
    town.peer.answer = "250 kept"
    enter(page, sign_in_link(town.server, "one@shop.test"))
    page.get_by_role("link", name="Conversations").click()
    page.get_by_role("link", name="Ada Byron likes Reading lamp").click()
    expect(page.get_by_text("<script>alert(1)</script>")).to_be_visible()
    page.get_by_label("What do you want to say?").fill("Thank you.\nSee you soon.")
    page.get_by_role("button", name="Send the letter").click()
    expect(page.get_by_role("status").filter(has_text="Your letter is on its way.")).to_be_visible()
    expect(page.get_by_role("listitem").filter(has_text="one@shop.test").last).to_contain_text("Thank you.\nSee you soon.")
    page.get_by_role("button", name="Close").click()
    expect(page.get_by_role("status").filter(has_text="Closed.")).to_be_visible()
    page.get_by_role("button", name="Open again").click()
    expect(page.get_by_role("button", name="Close")).to_be_visible()


def test_the_list_and_the_thread_stand_side_by_side_or_alone(town, signed, chromium, new_page):
    for size, beside in (("wide", True), ("narrow", False)):
        page = new_page(chromium, viewport=SIZES[size], storage_state=signed)
        page.goto(address(town, "{site}/conversations/1"))
        shown = page.locator("[data-talks]").filter(visible=True)
        expect(shown).to_have_count(1 if beside else 0)
        expect(page.get_by_label("What do you want to say?")).to_be_visible()


def test_keys_lead_through_the_inbox(town, signed, any_browser, new_page):
    page = new_page(any_browser, storage_state=signed, viewport=SIZES["wide"])
    page.goto(address(town, "{site}/conversations"))
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_contain_text("the next conversation")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
    page.keyboard.press("j")
    expect(page.locator("[data-talks] a").nth(0)).to_be_focused()
    page.keyboard.press("j")
    page.keyboard.press("k")
    page.keyboard.press("Enter")
    expect(page).to_have_url(address(town, "{site}/conversations/1"))
    page.keyboard.press("j")
    expect(page).to_have_url(address(town, "{site}/conversations/2"))
    page.keyboard.press("k")
    expect(page).to_have_url(address(town, "{site}/conversations/1"))
    page.keyboard.press("r")
    expect(page.get_by_label("What do you want to say?")).to_be_focused()
    page.keyboard.type("j")
    expect(page.get_by_label("What do you want to say?")).to_have_value("j")


def test_a_list_of_keys_that_was_just_closed_takes_none_of_them(town, signed, any_browser, new_page):
    """Until the next frame a browser leaves the focus on the button in the closed dialog."""
    page = new_page(any_browser, storage_state=signed, viewport=SIZES["wide"])
    page.goto(address(town, "{site}/conversations"))
    page.evaluate("""() => {
        const keys = document.querySelector("[data-keys]");
        keys.showModal();
        const inside = keys.querySelector("button");
        keys.close();
        inside.dispatchEvent(new KeyboardEvent("keydown", { key: "j", bubbles: true }));
    }""")
    expect(page.locator("[data-talks] a").nth(0)).to_be_focused()


def test_a_saved_reply_is_put_into_the_field(town, signed, chromium, new_page):
    page = new_page(chromium, storage_state=signed)
    page.goto(address(town, "{site}/conversations/1"))
    page.locator("summary").filter(has_text="Saved replies").click()
    page.get_by_role("button", name=re.compile("^Take it")).click()
    expect(page.get_by_label("What do you want to say?")).to_have_value("Dear Ada Byron,\nthank you for liking Reading lamp.")


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
def test_nothing_is_sent_over_a_colleagues_letter_unseen(town, chromium, new_page, script):
    town.peer.answer = "250 kept"
    page = new_page(chromium, java_script_enabled=script)
    enter(page, sign_in_link(town.server, "one@shop.test"))
    page.goto(address(town, "{site}/conversations/1"))
    words = f"From a colleague, script: {script}"
    assert town.desk.post(f"{town.site}/conversations/1/messages", words=words, uuid=new_id()).status == 303
    page.get_by_label("What do you want to say?").fill("My own words")
    page.get_by_role("button", name="Send the letter").click()
    expect(page.get_by_role("alert")).to_contain_text("Something was said meanwhile that you have not seen")
    expect(page.locator(".thread").get_by_text(words)).to_be_visible()
    expect(page.get_by_label("What do you want to say?")).to_have_value("My own words")
    page.get_by_role("button", name="Send the letter").click()
    expect(page.get_by_role("status").filter(has_text="Your letter is on its way.")).to_be_visible()


def test_putting_off_and_giving_away(town, chromium, new_page):
    page = new_page(chromium, java_script_enabled=False)
    enter(page, sign_in_link(town.server, "one@shop.test"))
    page.goto(address(town, "{site}/conversations/2"))
    page.get_by_role("button", name="Put off").click()
    expect(page.get_by_role("status").filter(has_text="Put off.")).to_be_visible()
    page.goto(address(town, "{site}/conversations?show=snoozed"))
    expect(page.get_by_text("Put off until")).to_be_visible()
    page.goto(address(town, "{site}/conversations/2"))
    page.get_by_role("button", name="Back to the inbox").click()
    page.get_by_label("Whose it is").select_option("mine")
    page.get_by_role("button", name="Give").click()
    page.goto(address(town, "{site}/conversations?show=mine"))
    expect(page.get_by_role("link", name="Somebody likes Oak chair")).to_be_visible()
    page.goto(address(town, "{site}/conversations/2"))
    page.get_by_label("Put off until").fill("2020-01-01")
    page.locator("form").filter(has=page.get_by_label("Put off until")).evaluate("form => form.noValidate = true")
    page.get_by_role("button", name="Put off").click()
    expect(page.get_by_role("alert")).to_contain_text("Choose a day from tomorrow on")


def test_a_like_leads_to_a_first_letter(town, any_browser, new_page):
    page = new_page(any_browser)
    enter(page, sign_in_link(town.server, "one@shop.test"))
    page.goto(address(town, "{site}/endorsements/{cleos}"))
    page.get_by_role("link", name="Write to them").click()
    expect(page.get_by_role("heading", name="Write to somebody who likes Teapot")).to_be_visible()
    expect(page.get_by_role("blockquote")).to_contain_text("boleh menulis email pribadi")
    page.get_by_role("button", name="Send the letter").click()
    expect(page.get_by_label("What do you want to say?")).to_be_focused()
