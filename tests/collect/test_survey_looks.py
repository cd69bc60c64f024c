"""The hosted survey page in real browsers: without script, for everybody, at every width, in light and dark."""

import re

import pytest
from collect.surveying import COLOURS, MAIL, PHOTOS, asking, invited, said, token_of
from looks.looking import wrong_with
from playwright.sync_api import Browser, Page, expect

from afterlike import tables
from cast import LAMP, new_id
from parts.browsers import SIZES, every_look

EVERY_CARD = [
    [{"type": "single", "options": COLOURS, "other": {}, "help": "One of them."},
     {"type": "multi", "options": COLOURS, "other": {}},
     {"type": "rating", "low": "Poor", "high": "Great"}, {"type": "nps", "low": "Never", "high": "Surely", "required": True}],
    [{"type": "yes_no"}, {"type": "text", "placeholder": "Tell us", "required": True}, {"type": "price", "currency": "EUR"},
     {"type": "pictures", "options": PHOTOS}],
    [{"type": "pictures", "options": PHOTOS, "multiple": True, "required": True},
     {"type": "profile", "show_text": "We see it."}, {"type": "statement", "help": "That is all."}],
]


def test_the_whole_flow_works_without_script(sqlite_keeper, any_browser: Browser, new_page):
    door = sqlite_keeper.open()
    page = new_page(any_browser, java_script_enabled=False)
    page.goto(f"{door.url}/s/{token_of(door, door.press()['id'])}")
    expect(page.locator("script")).to_have_count(0)
    page.get_by_label("The look").check()
    page.get_by_role("textbox", name="Something else").fill("It glows")
    page.get_by_role("button", name="Next").click()
    page.get_by_role("group", name="Do you have it already?").get_by_label("Yes, it is mine").check()
    page.get_by_role("button", name="Next").click()
    expect(page.get_by_role("group", name="May we write to you?")).to_be_visible()
    page.go_back()
    expect(page.get_by_label("Yes, it is mine")).to_be_checked()
    page.get_by_role("button", name="Next").click()
    page.get_by_role("button", name="Next").click()
    expect(page.get_by_role("alert")).to_contain_text("Tick what you would like")
    expect(page.get_by_label("Shop may write to me by e-mail when there is news")).to_be_focused()
    page.get_by_label("Shop may write to me by e-mail when there is news").check()
    page.get_by_label("Everything by Lumen").check()
    page.get_by_role("button", name="Next").click()
    page.get_by_label("Your e-mail address").fill("ada")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("alert")).to_contain_text("does not look like an e-mail address")
    expect(page.get_by_label("Your e-mail address")).to_be_focused()
    expect(page.get_by_label("Your e-mail address")).to_have_value("ada")
    page.keyboard.press("ControlOrMeta+a")  # the field has the focus
    page.keyboard.type(MAIL)
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("heading", name="Almost done!")).to_be_visible()
    expect(page.get_by_role("link", name="Back to Shop")).to_have_attribute("href", LAMP["url"])
    assert said(door) == [{"why": ["look", {"other": "It glows"}], "have": "own"}]
    assert [row.address for row in door.rows(tables.opt_ins)] == [MAIL]


def looked_at(page: Page) -> list[str]:
    """What is wrong with the page as it is now."""
    return [f"{page.locator('h1').inner_text()}: {one}" for one in wrong_with(page)]


@every_look
def test_every_card_is_for_everybody(sqlite_keeper, chromium, new_page, size, scheme):
    page, wrong = new_page(chromium, viewport=size, color_scheme=scheme), []
    door = sqlite_keeper.open()
    page.route("https://shop.test/**", lambda route: route.abort())
    for number, cards in enumerate([*EVERY_CARD, [{"type": "text", "title": {"ar": "لماذا؟"}, "required": True}]]):
        door.pause(*(row.key for row in door.rows(tables.prompts)))
        flow = asking(*({"key": f"c{place}"} | card for place, card in enumerate(cards)), key=f"all{number}")
        token = invited(door, flow, visitor=f"{number:032x}").path
        for place, card in enumerate(cards):
            page.goto(f"{door.url}{token}?at=c{place}")
            wrong += looked_at(page)
            if card.get("required"):
                page.locator("button[value=send]").click()
                expect(page.get_by_role("alert")).to_be_visible()
                wrong += looked_at(page)
        page.goto(f"{door.url}{token}?at=end")
        wrong += looked_at(page)
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_opt_in_and_the_last_pages_are_for_everybody(sqlite_keeper, chromium, new_page, scheme):
    page, door = new_page(chromium, viewport=SIZES["narrow"], color_scheme=scheme), sqlite_keeper.open()
    guest = invited(door)
    ticked = re.search(r'name="agreed" value="(\w{64})"', guest.get(f"{guest.path}?at=consent").form)[1]
    old = token_of(door, new_id(), days_ago=31)
    wrong = []
    for path in (f"{guest.path}?at=consent", f"{guest.path}?at=address&agreed={ticked}", f"{guest.path}?at=end&sent=address",
                 f"/s/{old}", "/s/forged"):
        page.goto(door.url + path)
        wrong += looked_at(page)
    assert not wrong, "\n".join(wrong)
