"""The extension's own pages: what the popup shows and does, the options, and the first run."""

import csv
import io
import json
import threading
from pathlib import Path

import pytest
from extension.little import KEY, LISTING, STEP
from playwright.sync_api import Page, expect

from parts.extension import ROOT, node
from parts.programs import free_port, until

AXE = (ROOT / "node_modules/axe-core/axe.min.js").read_text("utf-8")


def titles(page: Page) -> list[str]:
    return page.locator("#mine li:visible .title a").all_text_contents()


# This page.


def test_the_popup_puts_likes_on_the_page_and_presses_them(pages, little, shop_page):
    listing = shop_page(LISTING)
    popup = pages.popup(listing)
    expect(popup.get_by_role("status").filter(has_text="Found here: 2")).to_be_visible()
    blue = popup.get_by_role("button", name="Like Blue")
    expect(blue).to_have_attribute("aria-pressed", "false")
    assert not little.said
    blue.click()
    expect(blue).to_have_attribute("aria-pressed", "true")
    expect(blue).to_have_attribute("data-count", "3")
    expect(listing.get_by_role("button", name="Like Blue")).to_have_attribute("aria-pressed", "true")
    expect(popup.get_by_role("button", name="Like Green")).to_have_attribute("aria-pressed", "false")
    blue.click()
    until(lambda: pages.ask("all") == [], what="the like to be taken back")


def test_the_popup_shows_the_products_pictures(pages, shop_page):
    popup = pages.popup(shop_page(LISTING.replace("<h2", '<img itemprop="image" src="/blue.png" alt=""><h2', 1)))
    expect(popup.get_by_role("button", name="Like Green")).to_be_visible()
    expect(popup.locator("li .picture")).to_have_count(1)


def test_a_page_that_is_loaded_anew_under_the_popup_has_its_likes_again(pages, shop_page):
    listing = shop_page(LISTING)
    popup = pages.popup(listing)
    expect(popup.get_by_text("Found here: 2")).to_be_visible()
    listing.reload()
    expect(listing.get_by_role("button", name="Like Blue")).to_be_visible()
    expect(popup.get_by_text("Found here: 2")).to_be_visible()


@pytest.mark.parametrize(("html", "sentence"), [
    pytest.param("<!doctype html><title>About</title><p>We are a shop.", "No product was found on this page.", id="no product"),
    pytest.param(LISTING + "<script src=/w.js data-site=abc></script>", "This page has its own Like.", id="the widget"),
])
def test_the_popup_says_why_there_is_nothing_to_press(html, sentence, pages, shop_page):
    popup = pages.popup(shop_page(html))
    expect(popup.get_by_text(sentence)).to_be_visible()
    assert popup.locator("#here li").count() == 0


def test_the_popup_says_that_the_browsers_own_pages_are_closed(pages):
    own = pages.page()
    own.goto("chrome://version")
    popup = pages.popup(own)
    expect(popup.get_by_text("Browsers let no extension in here")).to_be_visible()
    expect(popup.get_by_label("Always on this site")).to_be_disabled()
    expect(popup.get_by_label("On all sites")).to_be_enabled()


# My likes.


def test_my_likes_are_found_by_any_of_their_words(pages):
    for title in ("Blue mug", "Green mug", "Chair"):
        pages.like(title)
    popup = pages.open("popup.html#mine")
    expect(popup.locator("#mine li")).to_have_count(3)
    popup.get_by_role("searchbox", name="Search my likes").fill("MUG")
    assert sorted(titles(popup)) == ["Blue mug", "Green mug"]
    popup.get_by_role("searchbox").fill("sofa")
    expect(popup.get_by_text("None of your likes has that in it.")).to_be_visible()
    link = popup.locator("#mine li a").first
    assert (link.get_attribute("rel"), link.get_attribute("target")) == ("noreferrer", "_blank")


def test_a_like_is_taken_back_and_given_again(pages, little):
    pages.like("Blue mug")
    pages.settled()
    popup = pages.open("popup.html#mine")
    popup.get_by_role("button", name="Unlike Blue mug").click()
    expect(popup.get_by_text("Taken back: Blue mug")).to_be_visible()
    pages.settled()
    assert pages.ask("all") == []
    expect(popup.get_by_role("button", name="Undo")).to_be_focused()
    popup.get_by_role("button", name="Undo").click()
    expect(popup.get_by_role("button", name="Unlike Blue mug")).to_be_focused()
    pages.settled()
    [like] = pages.ask("all")
    first, again = little.bodies("/v1/likes")
    assert like["product"]["title"] == "Blue mug" and first["id"] != again["id"] and first["product"] == again["product"]


def test_the_page_hears_what_is_done_to_its_like_in_the_list(pages, shop_page):
    listing = shop_page(LISTING)
    blue = listing.get_by_role("button", name="Like Blue")
    popup = pages.popup(listing)
    popup.get_by_role("button", name="Like Blue").click()
    popup.get_by_role("link", name="My likes").click()
    popup.get_by_role("button", name="Unlike Blue").click()
    expect(blue).to_have_attribute("aria-pressed", "false")
    popup.get_by_role("button", name="Undo").click()
    expect(blue).to_have_attribute("aria-pressed", "true")
    blue.click()
    until(lambda: pages.ask("all") == [], what="the like to be taken back")


def test_what_waits_is_told_and_sent_when_it_is_asked_for(pages, little):
    little.away = True
    pages.like("Blue mug")
    popup = pages.open("popup.html#mine")
    expect(popup.get_by_text("Waiting to be sent")).to_be_visible()
    expect(popup.get_by_text("Still to be sent: 1.")).to_be_visible()
    expect(popup.get_by_text(f"They go to {little.url}.")).to_be_visible()
    little.away = False
    popup.get_by_role("button", name="Send now").click()
    expect(popup.get_by_text("Waiting to be sent")).to_be_hidden()
    expect(popup.get_by_role("button", name="Send now")).to_be_hidden()


def test_a_refusal_stands_there_in_the_collectors_own_words(pages, little):
    little.refuse = "Likes of this site are not taken here."
    pages.like("Blue mug")
    popup = pages.open("popup.html#mine")
    expect(popup.get_by_text("Not taken: Likes of this site are not taken here.")).to_be_visible()


def test_likes_are_saved_as_a_table_without_formulas(pages):
    nasty = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", '"quoted", and more', "Kopi susu ☕"]
    for title in nasty:
        pages.like(title, price="19.99", currency="EUR")
    popup = pages.open("popup.html#mine")
    with popup.expect_download() as download:
        popup.get_by_role("button", name="CSV").click()
    text = Path(download.value.path()).read_bytes().decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    assert download.value.suggested_filename == "likes.csv"
    assert {row["title"] for row in rows} == {f"'{one}" if one[0] in "=+-@\t" else one for one in nasty}
    assert {(row["price"], row["currency"]) for row in rows} == {("19.99", "EUR")}


def test_likes_are_saved_as_json_with_all_that_is_kept_of_them(pages):
    pages.like("Blue mug", price="19.99", currency="EUR")
    pages.settled()
    popup = pages.open("popup.html#mine")
    with popup.expect_download() as download:
        popup.get_by_role("button", name="JSON").click()
    saved = json.loads(Path(download.value.path()).read_text("utf-8"))
    assert saved == pages.ask("all") and saved[0]["product"]["price"] == "19.99"


def test_what_could_not_be_deleted_at_the_collector_stays_and_is_told(pages, little):
    pages.like("Blue mug")
    pages.settled()
    popup = pages.open("popup.html#mine")
    little.away = True
    delete(popup)
    expect(popup.get_by_text("Not all is deleted: the collector did not answer for 1 of the sites.")).to_be_visible()
    assert titles(popup) == ["Blue mug"]
    little.away = False
    delete(popup)
    expect(popup.get_by_text("Everything is deleted, here and at the collector.")).to_be_visible()
    expect(popup.get_by_text("Nothing yet.")).to_be_visible()
    assert len(little.bodies("/v1/erasures")) == 1 and pages.ask("all") == []


def test_deleting_waits_for_a_like_that_is_just_arriving(pages, little):
    little.at_once.clear()
    pages.like("Blue mug")
    until(lambda: little.bodies("/v1/likes"), what="the like to arrive")
    popup = pages.open("popup.html#mine")
    delete(popup)
    threading.Timer(0.3, little.at_once.set).start()  # while the deletion waits
    expect(popup.get_by_text("Everything is deleted, here and at the collector.")).to_be_visible()
    assert len(little.bodies("/v1/erasures")) == 1 and pages.ask("all") == []


def test_a_like_that_may_have_arrived_is_kept_until_it_can_be_deleted(pages, little):
    pages.like("Green mug")
    pages.settled()  # with the token of this installation, without which no like leaves
    little.away, little.tried = True, 0
    pages.like("Blue mug")
    until(lambda: little.tried, what="a try")
    popup = pages.open("popup.html#mine")
    delete(popup)
    expect(popup.get_by_text("Not all is deleted")).to_be_visible()
    assert titles(popup) == ["Blue mug", "Green mug"]


def delete(popup: Page) -> None:
    popup.get_by_role("button", name="Delete everything …").click()
    popup.get_by_role("group").get_by_role("button", name="Delete everything").click()


def test_deleting_is_asked_about_first(pages):
    pages.like("Blue mug")
    popup = pages.open("popup.html#mine")
    popup.get_by_role("button", name="Delete everything …").click()
    expect(popup.get_by_role("button", name="Keep")).to_be_focused()
    popup.get_by_role("button", name="Keep").click()
    expect(popup.get_by_role("group")).to_be_hidden()
    assert len(pages.ask("all")) == 1


def test_the_popup_needs_no_pointer(pages, shop_page):
    popup = pages.popup(shop_page(LISTING))
    expect(popup.get_by_role("button", name="Like Blue")).to_be_visible()
    walk(popup, "Like Blue")
    popup.keyboard.press("Space")
    expect(popup.get_by_role("button", name="Like Blue")).to_have_attribute("aria-pressed", "true")
    walk(popup, "My likes", back=True)
    popup.keyboard.press("Enter")
    walk(popup, "Unlike Blue")
    popup.keyboard.press("Enter")
    expect(popup.get_by_role("button", name="Undo")).to_be_focused()
    popup.keyboard.press("Enter")
    expect(popup.get_by_role("button", name="Unlike Blue")).to_be_focused()
    walk(popup, "Delete everything …")
    popup.keyboard.press("Enter")
    walk(popup, "Delete everything", back=True)
    popup.keyboard.press("Enter")
    expect(popup.get_by_text("Everything is deleted")).to_be_visible()


def walk(page: Page, name: str, *, back: bool = False) -> None:
    """Goes by Tab to what has this name."""
    for _ in range(30):
        page.keyboard.press("Shift+Tab" if back else "Tab")
        if name == page.evaluate("document.activeElement.ariaLabel ?? document.activeElement.textContent"):
            return
    pytest.fail(f"Tab does not lead to {name}", pytrace=False)


# Options, first run, words.


@pytest.mark.parametrize(("collector", "site", "sentence", "field"), [
    pytest.param("not an address", "", "That is no web address.", "Address of the collector", id="no address"),
    pytest.param("{url}", "two words", "A key has only letters", "Key of the site", id="no key"),
    pytest.param("{url}", "unknown", "The collector does not know this key.", "Key of the site", id="unknown key"),
    pytest.param("{shop}", "", "Something answers there, but no collector", "Address of the collector", id="no collector"),
    pytest.param("{silent}", "", "Nothing answers there.", "Address of the collector", id="no answer"),
])
def test_the_options_say_what_is_wrong_and_keep_what_was_typed(collector, site, sentence, field, pages, little, shop_server):
    places = {"url": little.url, "shop": shop_server.url, "silent": f"http://127.0.0.1:{free_port()}"}
    options = pages.open("options.html", width=800)
    typed = collector.format(**places)
    options.get_by_label("Address of the collector").fill(typed)
    options.get_by_label("Key of the site").fill(site)
    options.get_by_role("button", name="Save").click()
    expect(options.get_by_role("status")).to_contain_text(sentence)
    expect(options.get_by_label(field)).to_be_focused()
    expect(options.get_by_label(field)).to_have_attribute("aria-invalid", "true")
    assert options.get_by_label("Address of the collector").input_value() == typed
    assert options.get_by_label("Key of the site").input_value() == site
    assert options.evaluate("chrome.storage.local.get('settings')") == {}


def test_an_address_that_the_browser_has_not_allowed_is_not_asked(pages):
    told = pages.ask("check", collector="elsewhere.test", site="")
    assert told == {"wrong": "notAllowed", "origin": "https://elsewhere.test"}


def test_the_options_are_kept_and_can_be_as_they_came(pages, little):
    options = pages.open("options.html", width=800)
    options.get_by_label("Key of the site").fill(KEY)
    options.get_by_role("button", name="Check").click()
    expect(options.get_by_role("status")).to_contain_text("All is well")
    assert options.evaluate("chrome.storage.local.get('settings')") == {}
    options.get_by_role("button", name="Save").click()
    expect(options.get_by_role("status")).to_contain_text("Saved.")
    assert options.evaluate("chrome.storage.local.get('settings')") == {"settings": {"site": KEY}}
    expect(pages.open("popup.html#mine").get_by_text(f"They go to {little.url}, site {KEY}.")).to_be_visible()
    options.get_by_role("button", name="Back to what it came with").click()
    expect(options.get_by_role("status")).to_have_text("As it came.")
    assert options.evaluate("chrome.storage.local.get('settings')") == {"settings": {}}
    assert options.get_by_label("Key of the site").input_value() == ""


def test_the_pages_speak_the_language_that_is_chosen(pages):
    options = pages.open("options.html", width=800)
    options.get_by_label("Language").select_option("id")
    expect(options.get_by_role("heading", level=1)).to_have_text("Pengaturan")
    assert options.evaluate("document.documentElement.lang") == "id"
    expect(pages.open("popup.html").get_by_role("link", name="Suka saya")).to_be_visible()


def test_every_language_has_all_words_and_what_is_filled_in():
    told = node("""
        import { readdirSync } from 'node:fs';
        const all = {};
        for (const name of readdirSync('extension/words')) {
            const { default: words, browser } = await import(`./extension/words/${name}`);
            all[name] = { ...words, ...browser, sentence: words.menu };
        }
        console.log(JSON.stringify(all));
    """)
    shapes = {
        name: {key: sorted(part.split("}")[0] for part in text.split("{")[1:]) for key, text in words.items()}
        for name, words in told.items()
    }
    assert len(shapes) >= 2 and all(all(words.values()) for words in told.values())
    assert {name: shape for name, shape in shapes.items() if shape != shapes["en.js"]} == {}


def test_the_first_run_says_what_is_sent_to_whom_and_how_to_delete_it(pages, little):
    itself = (page for page in pages.context.pages if page not in pages.opened)
    assert f"{pages.base}/welcome.html" in [page.url for page in itself]
    to = f"It goes to {little.url} and to nobody else."
    for sentence in ("Press the icon of Mug Likes", "Nothing, before you press Like.", to, "To delete it", "Alt+Shift+L"):
        expect(pages.desk.get_by_text(sentence)).to_be_visible()


# For everybody.


@pytest.mark.parametrize(("width", "scheme"), [
    (360, "dark"), (1280, "light"), *(pytest.param(*look, marks=pytest.mark.long) for look in ((360, "light"), (1280, "dark"))),
])
def test_the_pages_are_for_everybody(width, scheme, pages, little, shop_page):
    listing = shop_page(LISTING)
    little.step = STEP
    like = pages.like("Blue mug")
    little.refuse = None
    pages.settled()
    popup = pages.popup(listing)
    expect(popup.get_by_role("button", name="Like Blue")).to_be_visible()
    mine = pages.open("popup.html#mine")
    expect(mine.get_by_role("link", name="Answer: Blue mug")).to_be_visible()
    mine.get_by_role("button", name="Delete everything …").click()
    step = pages.open(f"step.html?like={like}")
    expect(step.get_by_role("heading", name="What do you like?")).to_be_visible()
    options = pages.open("options.html")
    options.get_by_role("button", name="Check").click()
    expect(options.get_by_role("status")).to_contain_text("All is well")
    wrong = [told for page in (popup, mine, step, options, pages.desk) for told in looked_at(page, width, scheme)]
    assert not wrong, "\n".join(wrong)


def looked_at(page: Page, width: int, scheme: str) -> list[str]:
    """What is wrong with a page: axe's violations, what sticks out or is small, headings and landmarks that are missing."""
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": 800})
    page.evaluate(AXE)
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"]
    wrong = [f"{one['id']}: {node['target']}" for one in found for node in one["nodes"]]
    if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
        wrong.append("sticks out to the side")
    once = [page.locator(one).count() for one in ("h1", "main", "header", "html[lang=en][dir=ltr]")]
    if once != [1] * 4 or "Mug Likes" not in page.title():
        wrong.append("has no heading, title, landmark or language")
    small = page.evaluate("""[...document.querySelectorAll('button, .button, .switch, input:not([type=checkbox]), select, nav a')]
        .filter(one => one.checkVisibility() && one.getBoundingClientRect().height < 44).map(one => one.outerHTML)""")
    return [f"{page.url} {scheme} {width}: {one}" for one in [*wrong, *small]]
