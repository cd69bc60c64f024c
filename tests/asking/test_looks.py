"""The editor of prompts in a real browser: what is wrong, by keyboard, every kind of card; tests/looks looks at the pages."""

import json
import re
from types import SimpleNamespace

import pytest
from admin.desk import enter, shopper_of, sign_in_link, signed_in
from asking.making import fields, send
from conftest import ADMIN
from looks.looking import wrong_with
from playwright.sync_api import expect
from prompts.making import card, survey, whole

from afterlike import prompts
from cast import ADA, BEN, LAMP
from parts.browsers import every_look
from parts.product import Server, make_site

NAME = "A prompt with a name that is as long as names sometimes are Itsasinglewordthatnobodybroke"


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    """A shop with prompts of every kind of card, in every state, and one with none."""
    running = Server(tmp_path_factory.mktemp("town"), dns="127.0.0.1:1")
    try:
        running.start()
        shop = make_site(running, origin="https://shop.test", name="A shop with a rather long name", admin=ADMIN)
        other = make_site(running, origin="https://other.test", name="Nothing yet", admin=ADMIN)
        desk, list = signed_in(running, ADMIN), f"/admin/sites/{shop.site}/prompts"
        liked = shopper_of(running, shop, ADA).like(LAMP)
        shopper_of(running, shop, ADA).say(liked, {"why": ["look"]})
        shopper_of(running, shop, BEN).like(LAMP)
        types = ("single", "multi", "rating", "nps"), ("yes_no", "text", "price", "pictures")
        asked = [*(survey(*map(card, four)) for four in types), survey(*whole("consent"), card("statement"))]
        for flow in asked:
            made = desk.post(list, start="nothing").to.partition("?")[0]
            flow = flow | {"key": json_of(desk, made)["key"], "name": NAME}
            assert desk.post(f"{made}/json", flow=json.dumps(flow), version=1).status == 303
        for prompt_id in re.findall(r'id="prompt-(\d+)"', desk.get(f"/admin/sites/{other.site}/prompts").text):
            desk.post(f"/admin/sites/{other.site}/prompts/{prompt_id}/acts", act="delete")
        yield SimpleNamespace(server=running, url=running.url, list=list, other=f"/admin/sites/{other.site}/prompts")
    finally:
        running.close()


def json_of(desk, path: str) -> dict:
    return json.loads(dict(fields(desk.get(f"{path}/json")))["flow"])


@every_look
def test_what_is_wrong_in_a_form_is_for_everybody(town, chromium, new_page, size, scheme):
    page = new_page(chromium, viewport=size, color_scheme=scheme)
    enter(page, sign_in_link(town.server, ADMIN))
    page.goto(f"{town.url}{town.list}/5")
    page.get_by_text("Written in").click()
    for code in ("ar", "ja"):
        page.locator(f'input[name="languages"][value="{code}"]').check()
    page.get_by_label("Share of visitors").fill("many")
    page.get_by_role("button", name="Save", exact=True).first.click()
    expect(page.get_by_role("alert")).to_contain_text("Nothing was kept")
    assert wrong_with(page) == []


def test_the_keyboard_gets_from_a_problem_to_its_field(town, chromium, new_page):
    page = new_page(chromium)
    enter(page, sign_in_link(town.server, ADMIN))
    page.goto(f"{town.url}{town.list}/1")
    page.get_by_label("Shown at most").fill("many")
    page.keyboard.press("Enter")
    page.get_by_role("alert").get_by_role("link", name="Shown at most so many times").press("Enter")
    assert page.evaluate("document.activeElement.id || location.hash") in ("quota", "#quota")
    expect(page.get_by_label("Shown at most")).to_have_value("many")


def test_every_kind_of_card_is_in_the_editor(town):
    desk = signed_in(town.server, ADMIN)
    text = "".join(desk.get(f"{town.list}/{number}").text for number in range(1, 8))
    assert [type_ for type_ in prompts.CARD_TYPES if f'.type" value="{type_}"' not in text] == []
    assert send(desk, f"{town.list}/2", desk.get(f"{town.list}/2")).status == 303
