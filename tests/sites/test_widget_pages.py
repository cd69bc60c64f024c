"""The admin's pages Looks, Privacy and Words: tried, saved, undone, refused with a sentence; with script and without."""

import re
from html import unescape

import pytest
from admin.crawled import kept
from admin.desk import enter, hire, sign_in_link, signed_in
from conftest import ADMIN
from followup.making import behind
from looks.looking import wrong_with
from playwright.sync_api import expect

from afterlike import sites, tables
from afterlike.clock import DAY, now
from parts.browsers import SIZES

WEAK = {"dark": "no", "light_text": "#ffffff", "light_ground": "#ffd400"}
FINE = {"dark": "no", "light_text": "#ffffff", "light_ground": "#0a7d5a", "light_accent": "#101010"}


@pytest.fixture(scope="module")
def owner(collector):
    return signed_in(collector.server, ADMIN)


@pytest.fixture
def own(collector, owner):
    """The pages' address; afterwards all is as it comes."""
    yield f"/admin/sites/{collector.site}/widget"
    for part in ("looks", "privacy", "words"):
        owner.post(f"/admin/sites/{collector.site}/widget/{part}/reset")


def settings(collector, part: str) -> dict:
    with behind(collector.server) as tx:
        return sites.settings_of(tx, sites.site_named(tx, collector.site).id)[part].value


def test_looks_are_tried_by_the_address_and_nothing_is_kept(collector, owner, own):
    before = kept(collector.server.home)
    tried = owner.get(f"{own}?dark=no&light_text=%23fff&light_ground=%23ffd400")
    assert tried.status == 200 and "nothing is saved yet" in tried.words
    assert "Text on the button 1.43 4.5 Too weak. With #" in tried.words
    style = owner.get(unescape(re.search(r'href="([^"]+preview\.css[^"]*)"', tried.text)[1]))
    assert style.headers["Content-Type"] == "text/css; charset=utf-8" and "--afterlike-background: #ffd400;" in style.text
    assert kept(collector.server.home) == before


def test_weak_looks_are_saved_at_a_second_press_alone(collector, owner, own):
    asks = owner.post(own, **WEAK)
    assert asks.status == 422 and "Not saved yet." in asks.words and "Save anyway" in asks.words
    assert 'value="#ffd400"' in asks.text
    assert settings(collector, "looks") == {}
    assert owner.post(f"{own}?anyway", **WEAK).to == f"{own}?done=saved"
    assert settings(collector, "looks") == {"light_text": "#ffffff", "light_ground": "#ffd400"}
    assert "Save anyway" not in owner.get(own).words


def test_what_cannot_be_used_is_refused_even_at_a_second_press(collector, owner, own):
    refused = owner.post(f"{own}?anyway", **FINE | {"light_text": "red;}*{", "radius": "99"})
    assert refused.status == 422 and "Write a colour as # and six digits" in refused.words
    assert "Write a whole number of pixels, from 0 to 40" in refused.words and 'value="red;}*{"' in unescape(refused.text)
    assert settings(collector, "looks") == {}


def test_a_save_is_undone_and_a_reset_too(collector, owner, own):
    owner.post(own, **FINE)
    owner.post(own, **FINE | {"radius": "4"})
    assert owner.post(f"{own}/looks/undo").to == f"{own}?done=undone" and "radius" not in settings(collector, "looks")
    assert owner.post(f"{own}/looks/reset").to == f"{own}?done=reset" and settings(collector, "looks") == {}
    owner.post(f"{own}/looks/undo")
    assert settings(collector, "looks")["light_ground"] == "#0a7d5a"
    assert owner.post(f"{own}/nothing/undo").status == 404
    told = owner.get(f"/admin/sites/{collector.site}/audit").words
    assert told.count("Changed the looks of the widget") >= 4


def test_words_are_refused_with_their_sentence_and_kept_by_language(collector, owner, own):
    refused = owner.post(f"{own}/words", locale="de", **{"button.like": "Mag ich", "button.label": "x" * 30})
    assert refused.status == 422 and "It must hold {product}" in refused.words and "At most 24 characters." in refused.words
    assert owner.post(f"{own}/words", locale="de", **{"button.label": "Mag ich"}).to == f"{own}/words?locale=de&done=saved"
    owner.post(f"{own}/words", locale="id", **{"button.label": "Suka!"})
    assert "German ✓" in owner.get(f"{own}/words").words
    owner.post(f"{own}/words?clear", locale="de", **{"button.label": "Mag ich"})
    assert settings(collector, "words") == {"id": {"button": {"label": "Suka!", "like": "Suka!: {product}"}}}


def test_the_tag_with_a_checksum_holds_what_is_saved(collector, owner, own):
    owner.post(f"{own}?anyway", **FINE | {"shape": "star"})
    owner.post(f"{own}/privacy", remember="ask", consent="always", count_from="7")
    owner.post(f"{own}/words", locale="de", **{"button.label": "Mag \"ich\""})
    shown = unescape(re.search(r'id="sri".*?<code>(.*?)</code>', owner.get(f"/admin/sites/{collector.site}/tag").text, re.S)[1])
    assert 'data-shape="star" data-remember="ask" data-count-from="7"' in shown and " data-consent>" in shown
    assert unescape(unescape(re.search(r'data-texts="([^"]+)"', shown)[1])) == (
        '{"de":{"button":{"label":"Mag \\"ich\\"","like":"Mag \\"ich\\": {product}"}}}')
    rules = re.search(r'id="sri-rules".*?<code>(.*?)</code>', owner.get(f"/admin/sites/{collector.site}/tag").text, re.S)[1]
    assert "--afterlike-background: #0a7d5a;" in rules


def test_what_would_be_deleted_is_told_before_it_is_saved(collector, owner, own):
    with behind(collector.server) as tx:
        site_id = sites.site_named(tx, collector.site).id
        drop = {"site_id": site_id, "call": "likes", "reason": "rate", "count": 1}
        tx.execute(tables.drops.insert(), [drop | {"day": now() // DAY - age} for age in (5, 50, 60, 200)])
    asks = owner.post(f"{own}/kept", drops="40")
    assert asks.status == 200 and "Counts of what was refused: 3 rows, older than 40 days" in asks.words
    sure = re.search(r'name="sure" value="([^"]+)"', asks.text)[1]
    assert "now 400" in owner.get(f"{own}/privacy").words
    again = owner.post(f"{own}/kept", drops="30", sure=sure)  # a yes is good for what was told alone
    assert again.status == 200 and "Not saved yet." in again.words
    assert owner.post(f"{own}/kept", drops="40", sure=sure).to == f"{own}/privacy?done=kept#kept-part"
    assert "now 40" in owner.get(f"{own}/privacy").words
    assert owner.post(f"{own}/kept", drops="400").status == 303  # longer deletes nothing
    assert owner.post(f"{own}/kept", drops="401").status == 422


# In a browser.

@pytest.fixture
def page(collector, any_browser, new_page, own):
    made = new_page(any_browser)
    enter(made, sign_in_link(collector.server, ADMIN))
    made.goto(collector.url + own)
    return made


def pressed(page):
    return page.get_by_role("button", name="Like Oak chair, pressed")


def told(page) -> list[str]:
    return page.locator("tr[data-check]:visible").all_inner_texts()


def test_the_preview_follows_while_colours_are_chosen(page):
    sent = []
    page.on("request", lambda request: sent.append(request.url))
    expect(pressed(page)).to_have_attribute("aria-pressed", "true")
    expect(page.get_by_role("group", name="What do you like about it?")).to_be_visible()
    page.get_by_label("Button", exact=True).first.fill("#ffd400")
    page.get_by_label("Text and icon", exact=True).first.fill("#fff")
    page.get_by_label("Shape").select_option("thumb")
    assert pressed(page).evaluate("one => getComputedStyle(one).backgroundColor") == "rgb(255, 212, 0)"
    expect(pressed(page).locator("path")).to_have_attribute("d", re.compile("^M7 10"))
    row = page.locator("tr[data-check=text]:visible")
    expect(row).to_contain_text("1.43")
    expect(row).to_contain_text(re.compile("Too weak. With #[0-9a-f]{6} as “Text and icon” it would do."))
    page.get_by_label("What the button shows").select_option("icon")
    expect(pressed(page).locator("#label")).to_be_hidden()
    assert [url for url in sent if "/v1/" in url] == []


LOOKS = [
    "?dark=no",
    "?dark=system&light_text=%23fff&light_ground=%23ffd400&dark_panel=%23555&dark_panel_text=%23666&dark_accent=%23123456",
    "?dark=page&shown=label&light_ground=%239a9a9a&light_panel=%23555555&light_panel_text=%23fff&light_page=%23eee&dark_ink=%23777",
]


@pytest.mark.parametrize("query", LOOKS, ids=["as it comes", "weak", "odd"])
def test_the_script_counts_as_the_server_does(query, collector, chromium, new_page, own):
    def shown(script: bool) -> list[str]:
        page = new_page(chromium, java_script_enabled=script)
        enter(page, sign_in_link(collector.server, ADMIN))
        page.goto(collector.url + own + query)
        return told(page)

    with_script, without = shown(True), shown(False)
    assert with_script == without and len(without) == (8 if "no" in query else 16)


def test_all_of_it_works_without_script(collector, chromium, new_page, own):
    page = new_page(chromium, java_script_enabled=False)
    enter(page, sign_in_link(collector.server, ADMIN))
    page.goto(collector.url + own)
    page.get_by_label("Button", exact=True).first.fill("#ffd400")
    page.get_by_label("Text and icon", exact=True).first.fill("#ffffff")
    page.get_by_role("button", name="Preview").click()
    drawn = page.locator(".drawn-button").first
    expect(drawn).to_have_css("background-color", "rgb(255, 212, 0)")
    assert "proof" not in page.url
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("Not saved yet.")
    page.get_by_role("button", name="Save anyway").click()
    expect(page.get_by_role("status").filter(has_text="Saved.")).to_be_visible()
    page.get_by_role("button", name="Undo", exact=True).click()
    expect(page.get_by_role("status").filter(has_text="Undone.")).to_be_visible()
    expect(page.get_by_label("Button", exact=True).first).to_have_value("")
    page.get_by_role("link", name="Words").click()
    page.get_by_label("Language").select_option("de")
    page.get_by_role("button", name="Show").click()
    page.get_by_label("On the button").fill("Mag ich")
    page.get_by_role("button", name="Preview").click()
    expect(page.locator(".drawn-label").first).to_have_text("Mag ich")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("status").filter(has_text="Saved.")).to_be_visible()


def test_words_are_tried_in_the_real_widget(page, collector, own):
    page.goto(f"{collector.url}{own}/words?locale=id&button.label=Aku+suka&panel.next=Terus")
    expect(page.get_by_role("button", name=re.compile("^Aku suka: "))).to_contain_text("Aku suka")
    expect(page.get_by_role("group").get_by_role("button", name="Terus")).to_be_visible()


def test_words_are_seen_in_the_widget_while_they_are_typed(page, collector, owner, own):
    before = kept(collector.server.home)
    page.goto(f"{collector.url}{own}/words?locale=en")
    liked, panel = page.locator("[aria-pressed]"), page.locator("[part=panel]")
    expect(panel.get_by_role("button", name="Next")).to_be_visible()
    page.get_by_label("On the button").fill("Lovely")
    expect(liked).to_have_accessible_name("Lovely: Tide mug")
    expect(liked).to_contain_text("Lovely")
    page.get_by_label("Button to the next question").fill("Go on")
    page.get_by_label("How far one is").fill("{n} from")  # cannot be used: what is to be filled in is missing
    expect(panel).to_contain_text("1 of 2")
    page.get_by_label("How far one is").fill("Step {n}, of {all}")
    expect(panel).to_contain_text("Step 1, of 2")
    page.get_by_label("Thanks, where the prompt has none of its own").fill("Cheers!")
    panel.get_by_role("button", name="Go on").click()
    expect(panel).to_contain_text("Step 2, of 2")
    panel.get_by_role("button", name="Go on").click()
    expect(panel).to_contain_text("Cheers!")
    page.get_by_label("On the button").fill("")
    expect(liked).to_have_accessible_name("Like Tide mug")
    assert kept(collector.server.home) == before


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_what_is_asked_and_refused_is_for_everybody(scheme, collector, chromium, new_page, own):
    page = new_page(chromium, viewport=SIZES["narrow"], color_scheme=scheme)
    enter(page, sign_in_link(collector.server, ADMIN))
    page.goto(f"{collector.url}{own}?dark=system&light_text=%23fff&light_ground=%23ffd400")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("button", name="Save anyway")).to_be_visible()
    assert wrong_here(page) == []
    page.goto(f"{collector.url}{own}/privacy")
    page.get_by_label("Single visits").fill("1")
    page.get_by_role("button", name="Save the days").click()
    expect(page.get_by_text("Write a whole number of days, from 30 to 760.")).to_be_visible()
    assert wrong_here(page) == []


def wrong_here(page) -> list[str]:
    """All but what is seen of the weak colours themselves, which axe finds as we do."""
    page.evaluate("document.querySelector('.stage')?.remove()")
    return wrong_with(page)


def test_editors_and_viewers_try_and_cannot_save(collector, chromium, new_page, own):
    hire(collector.server, collector.site, email="two@shop.test", role="viewer")
    viewer = signed_in(collector.server, "two@shop.test")
    for path in ("", "/privacy", "/words"):
        shown = viewer.get(own + path)
        assert shown.status == 200 and 'name="proof"' not in shown.text.split("<main")[1] and "owner can" in shown.words
    assert viewer.post(own, **FINE).status == 403
