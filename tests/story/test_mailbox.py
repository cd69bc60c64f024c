"""The demo's mailbox: all its mail lands there, a letter can do nothing but be read, and nobody else reads it."""

import re
import signal

import pytest
from playwright.sync_api import Browser, Page, expect

from afterlike.demo.mailbox import KEPT, Mailbox
from afterlike.mail import composed
from parts.fetch import sent
from parts.product import Server
from parts.programs import until

OWNER = "owner@demo.example"
HOSTILE = """<html><head></head><body><h1>Hello</h1><script>document.title = "ran"; top.location = "/demo/"</script>
<img src="/demo/static/start.svg?img" onerror="document.title = 'ran'"><form action="/demo/"><button>Send</button></form>
<a href="javascript:alert(1)">script</a> <a href="{url}/demo/ballyfern/about">the shop</a></body></html>"""


def box_of(demo: Server) -> Mailbox:
    return Mailbox(demo.home / "demo" / "mail")


def put(box: Mailbox, **more) -> str:
    """Lays a letter into the box and answers its subject."""
    letter = {"to": "ada@people.test", "subject": "Hello", "text": "Hello"} | more
    box.keep(composed(letter, "Shop <shop@shop.test>").as_bytes())
    return letter["subject"]


def ask_for_a_way_in(page: Page, url: str) -> None:
    page.goto(f"{url}/admin/sign-in")
    form = page.locator('form[action="/admin/sign-in/mail"]')
    form.get_by_role("textbox").fill(OWNER)
    form.get_by_role("button").click()
    expect(page.locator("main")).to_contain_text("mail")


def test_the_demo_says_where_its_mail_is_and_links_to_it(demo, chromium: Browser, new_page):
    assert f"Mailbox:  {demo.url}/mailbox\n" in demo.log
    page = new_page(chromium)
    page.goto(f"{demo.url}/demo/")
    page.get_by_role("link", name="Read the mail").click()
    expect(page.get_by_role("heading", level=1, name="Mailbox")).to_be_visible()
    expect(page.get_by_role("row", name=re.compile("Ballyfern Pottery: please confirm")).first).to_be_visible(timeout=30_000)


def test_a_way_in_arrives_by_itself_and_works(demo, any_browser: Browser, new_page):
    page = new_page(any_browser)
    ask_for_a_way_in(page, demo.url)
    page.goto(f"{demo.url}/mailbox")
    letters = page.get_by_role("row").filter(has_text=OWNER)
    expect(letters).to_have_count(1, timeout=30_000)  # the page loads itself again
    letters.first.get_by_role("link").click()
    expect(page.get_by_label("The letter as plain text")).to_contain_text("/admin/sign-in/")
    page.get_by_role("link", name=re.compile("sign-in")).click()
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("link", name="Ballyfern Pottery").first).to_be_visible()
    box_of(demo).empty()


def test_a_letter_runs_nothing_fetches_nothing_and_opens_links_beside(demo, any_browser: Browser, new_page):
    subject = put(box_of(demo), subject="<b>Hostile</b> كوب", html=HOSTILE.format(url=demo.url))
    page = new_page(any_browser, errors=True)  # browsers report what they keep the letter from
    came: list[str] = []
    page.goto(f"{demo.url}/mailbox")
    page.get_by_role("link", name=subject).first.click()
    page.on("response", lambda response: came.append(response.url))
    page.reload(wait_until="networkidle")
    inside = page.frame_locator("iframe")
    expect(inside.get_by_role("heading", name="Hello")).to_be_visible()
    expect(page).to_have_title(re.compile("Hostile"))
    assert came and not [url for url in came if "img" in url or url.endswith("/demo/")]
    expect(page.get_by_role("list").get_by_role("link")).to_have_text(["the shop"])
    with page.context.expect_page() as opened:
        inside.get_by_role("link", name="the shop").click()
    expect(opened.value).to_have_url(f"{demo.url}/demo/ballyfern/about")
    expect(opened.value.get_by_role("heading", level=1)).to_be_visible()
    box_of(demo).empty()


def test_the_frame_is_shut_by_its_headers_too(demo):
    put(box_of(demo), html="<p>Hi</p>")
    letter = box_of(demo).letters()[0]
    told = sent(demo.url, "GET", f"/mailbox/{letter.name}/page").headers
    assert "sandbox allow-popups" in told["Content-Security-Policy"]
    assert "default-src 'none'" in told["Content-Security-Policy"] and "no-store" in told["Cache-Control"]
    box_of(demo).empty()


STRANGERS = {"another name": {"Host": "evil.test"}, "from elsewhere": {"X-Forwarded-For": "203.0.113.9"}}


@pytest.mark.parametrize("headers", STRANGERS.values(), ids=STRANGERS)
def test_nobody_else_reads_the_mail(demo, headers):
    assert sent(demo.url, "GET", "/mailbox", headers=headers).status == 403


NOWHERE = ["0000000000000-00000000", "..%2Faddress", "%2e%2e/address", "1.half"]


@pytest.mark.parametrize("name", NOWHERE)
def test_what_is_no_letter_is_not_shown(demo, name):
    assert sent(demo.url, "GET", f"/mailbox/{name}").status == 404


def test_the_mailbox_keeps_the_newest(tmp_path):
    box = Mailbox(tmp_path / "mail")
    for number in range(KEPT + 5):
        box.keep(b"Subject: %d\r\n\r\nHello\r\n" % number)
    assert len(box.letters()) == KEPT == len(list((tmp_path / "mail").iterdir()))
    assert Mailbox(tmp_path / "mail").letters()[0].part("plain") == "Hello\n"


def test_mail_goes_where_the_owner_wants_it(server, smtp_peer):
    running = server("demo", smtp_url=smtp_peer.url.replace("//", "//us:secret@"))
    assert "mail goes out through 127.0.0.1" in running.log and "secret" not in running.log
    assert sent(running.url, "GET", "/mailbox").status == 404


def test_the_demo_ends_with_ctrl_c(server):
    running = server("demo")
    running.program.send(signal.SIGINT)
    until(lambda: not running.running, within_s=20, what="the demo to end")
    assert running.stop() == 0 and "Traceback" not in running.log
