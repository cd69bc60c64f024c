"""The preview shows what a visitor would see, in the real widget and on the hosted page, and sends and counts nothing."""

import html
import json
import re

import pytest
from admin.crawled import kept
from admin.desk import enter, sign_in_link
from asking.making import send
from playwright.sync_api import expect

from cast import ADA, LAMP


@pytest.fixture
def welcome(shop):
    shop.first = int(re.search(r'id="prompt-(\d+)"', shop.desk.get(shop.list).text)[1])
    return f"{shop.list}/{shop.first}"


def test_it_is_gone_through_in_the_real_widget_and_nothing_is_sent(shop, welcome, any_browser, new_page):
    shop.visitors[ADA].like(LAMP)
    page, asked = new_page(any_browser), []
    enter(page, sign_in_link(shop.server, shop.email))
    before = kept(shop.server.home)
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{shop.server.url}{welcome}/preview?locale=id&look=dark&width=320")
    panel = page.get_by_role("group", name="Apa yang Anda suka")
    expect(panel).to_be_visible()
    panel.get_by_label("Idenya").check()
    panel.get_by_role("button", name="Lanjut").click()
    page.get_by_role("group").get_by_role("button").first.click()
    page.get_by_role("group").get_by_role("checkbox").first.check()
    page.get_by_role("group").get_by_role("button", name="Lanjut").click()
    page.get_by_role("group").get_by_role("textbox").first.fill("ada@people.test")
    page.get_by_role("group").get_by_role("button", name="Kirim").click()
    expect(page.get_by_role("group").get_by_role("heading")).to_contain_text("buka kotak masuk")
    assert {url for url in asked if "/v1/" in url or not url.startswith(shop.server.url)} <= {LAMP["image"]}  # of the page before
    assert kept(shop.server.home) == before and page.evaluate("indexedDB.databases()") == []
    assert page.evaluate("document.querySelector('.stage-page').getBoundingClientRect().width") == 320


def test_no_call_could_leave_even_if_a_script_tried(shop, welcome):
    policy = shop.desk.get(f"{welcome}/preview").headers["Content-Security-Policy"]
    assert "connect-src 'none'" in policy and "script-src 'self';" in policy and "unsafe" not in policy


def test_the_step_is_the_one_that_a_like_is_answered_with(shop, welcome):
    step = shop.visitors[ADA].like(LAMP, context={"locale": "de"})["next_step"]
    shown = shop.desk.get(f"{welcome}/preview?locale=de").text
    assert json.loads(html.unescape(re.search(r'data-step="([^"]*)"', shown)[1])) == step


def test_an_earlier_version_is_shown_as_it_was(shop, welcome):
    send(shop.desk, welcome, shop.desk.get(welcome), cards__0__title__en="Why this one?")
    assert "Why this one?" in shop.desk.get(f"{welcome}/preview/page").words
    assert "What do you like about it?" in shop.desk.get(f"{welcome}/preview/page?version=1").words
    assert shop.desk.get(f"{welcome}/preview?version=9").status == 404


def test_the_hosted_page_is_gone_through_without_script(shop, welcome, chromium, new_page):
    page = new_page(chromium, java_script_enabled=False)
    enter(page, sign_in_link(shop.server, shop.email))
    before = kept(shop.server.home)
    page.goto(f"{shop.server.url}{welcome}/preview")
    page.get_by_role("link", name="As the page that needs no script").click()
    for heading in ("What do you like about it?", "Do you have it already?"):
        expect(page.get_by_role("heading", level=1)).to_have_text(heading)
        page.get_by_role("button", name="Next").click()
    page.get_by_label("may write to me personally").check()
    page.get_by_role("button", name="Next").click()
    expect(page.locator("blockquote")).to_contain_text("may write to me personally")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Thank you, that really helps.")
    page.get_by_role("link", name="Back to the preview").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("First questions")
    assert kept(shop.server.home) == before


FLOW = {"key": "welcome", "cards": [
    {"key": "own", "type": "yes_no", "title": "Yours?", "required": True, "next_yes": "rate", "next_no": "which"},
    {"key": "which", "type": "single", "title": "Which?",
     "options": [{"key": "a", "text": "A", "next": "end"}, {"key": "b", "text": "B"}]},
    {"key": "rate", "type": "rating", "title": "How good?"},
]}
WAYS = [("at=own&do=send&choice=yes", "How good?"), ("at=own&do=send&choice=no", "Which?"),
        ("at=which&do=send&choice=a", "Thank you!"), ("at=which&do=send&choice=b", "How good?"),
        ("at=which&do=skip", "How good?"), ("at=rate&do=send", "Thank you!"),
        ("at=nowhere", "Yours?"), ("at=end", "Thank you!"), ("", "Yours?")]


@pytest.mark.parametrize(("query", "shown"), WAYS)
def test_an_answer_leads_where_it_would_lead_a_visitor(shop, welcome, query, shown):
    assert shop.desk.post(f"{welcome}/json", flow=json.dumps(FLOW), version=1).status == 303
    assert re.search(r"<h1[^>]*>([^<]+)</h1>", shop.desk.get(f"{welcome}/preview/page?{query}").text)[1] == shown


@pytest.mark.parametrize("start", ["nothing", "why", "nps", "may_we", "profile", "redirect"])
def test_what_we_begin_with_is_seen_in_the_widget(shop, start, chromium, new_page):
    made = shop.desk.post(shop.list, start=start).to.partition("?")[0]
    page = new_page(chromium)
    enter(page, sign_in_link(shop.server, shop.email))
    page.goto(f"{shop.server.url}{made}/preview")
    expect(page.get_by_role("group").get_by_role("heading")).to_be_visible()
    assert shop.desk.get(f"{made}/preview/page").status == 200


def test_what_is_not_saved_yet_is_shown_and_kept_nowhere(shop, welcome):
    before = kept(shop.server.home)
    shown = send(shop.desk, f"{welcome}/preview", shop.desk.get(welcome), do="", cards__0__title__en="Why <this> one?")
    assert shown.status == 200 and "It is not saved." in shown.words
    assert "connect-src 'none'" in shown.headers["Content-Security-Policy"]
    step = json.loads(html.unescape(re.search(r'data-step="([^"]*)"', shown.text)[1]))
    assert step["cards"][0]["title"] == "Why <this> one?"
    carried = html.unescape(re.search(r'name="draft" value="([^"]*)"', shown.text)[1])
    again = shop.desk.post(f"{welcome}/preview", draft=carried, look="dark", width="320")
    assert 'data-look="dark" data-width="320"' in again.text and "Why &lt;this&gt; one?" in again.text
    page = shop.desk.post(f"{welcome}/preview/page", draft=carried, locale="en")
    assert "Why <this> one?" in page.words and 'method="post"' in page.text
    following = shop.desk.post(f"{welcome}/preview/page", draft=carried, locale="en", at=step["cards"][0]["key"], do="skip")
    assert step["cards"][1]["title"] in following.words
    assert kept(shop.server.home) == before and "Why &lt;this&gt; one?" not in shop.desk.get(welcome).text


@pytest.mark.parametrize("draft", ["", "{", "[1]", "[[1]]", "null", "[" * 9000, '[["cards.0.type", null]]'])
def test_a_draft_that_is_none_is_refused_in_words(shop, welcome, draft):
    assert shop.desk.post(f"{welcome}/preview", draft=draft).status == 422


def test_what_is_wrong_is_told_in_the_editor_and_nothing_is_lost(shop, welcome):
    wrong = send(shop.desk, f"{welcome}/preview", shop.desk.get(welcome), do="", sample="abc", name="My name for it")
    assert wrong.status == 422 and "Nothing was kept" in wrong.words and 'value="My name for it"' in wrong.text


def test_it_is_gone_through_and_back_in_a_browser_without_script(shop, welcome, chromium, new_page):
    page = new_page(chromium, java_script_enabled=False)
    enter(page, sign_in_link(shop.server, shop.email))
    page.goto(f"{shop.server.url}{welcome}")
    page.get_by_label("Name, for you").fill("Not saved yet")
    page.get_by_role("button", name="Preview without saving").first.click()
    page.get_by_role("button", name="As the page that needs no script").click()
    for _ in range(2):
        page.get_by_role("button", name="Next").click()
    page.get_by_role("button", name="Back to the preview").click()
    page.get_by_role("button", name="Back to editing").click()
    expect(page.get_by_label("Name, for you")).to_have_value("Not saved yet")
    page.get_by_role("button", name="Save", exact=True).first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Not saved yet")


def test_json_that_is_not_saved_is_previewed_too(shop, welcome, chromium, new_page):
    page = new_page(chromium, java_script_enabled=False)
    enter(page, sign_in_link(shop.server, shop.email))
    page.goto(f"{shop.server.url}{welcome}/json")
    before = kept(shop.server.home)
    flow = json.loads(page.get_by_label("As afterlike flows load takes it").input_value())
    flow["cards"][0] |= {"title": "Why <that> one?"}
    page.get_by_label("As afterlike flows load takes it").fill(json.dumps(flow))
    page.get_by_role("button", name="Preview without saving").click()
    expect(page.get_by_text("It is not saved.")).to_be_visible()
    page.get_by_role("button", name="As the page that needs no script").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Why <that> one?")
    page.get_by_role("button", name="Back to the preview").click()
    page.get_by_role("button", name="Back to editing").click()
    typed = page.get_by_label("As afterlike flows load takes it")
    assert json.loads(typed.input_value()) == flow
    assert kept(shop.server.home) == before
    typed.fill("{")
    page.get_by_role("button", name="Preview without saving").click()
    expect(page.get_by_role("alert")).to_contain_text("This is not JSON: look at line 1, column 2.")
    expect(typed).to_have_value("{")
    typed.fill(json.dumps(flow))
    page.get_by_role("button", name="Preview without saving").click()
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("status").filter(has_text="Kept as version 2.")).to_be_visible()
