"""No admin page has a like of nobody's page in it, and none of them opens for an origin of no site."""

from types import SimpleNamespace
from urllib.parse import quote

import pytest
from admin.desk import signed_in
from admin.test_walls import OF_A_SITE, name, send
from collect.installing import Extension, lamp_at, row_door
from collect.making import Keeper

from afterlike import tables
from cast import BEN
from parts.product import Server

PAGE, TITLE = "https://pots.example", "Teapot of nobody"
NO_ROWS = dict.fromkeys(("like", "bens", "conversations", "mail", "claim"), 1)


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    """A shop with one like of its own, its owner at the desk, and a like that the extension brought from elsewhere."""
    running = Server(tmp_path_factory.mktemp("town"))
    try:
        keeper = Keeper("own", running.start(), f"sqlite:///{running.home / 'afterlike.db'}")
        door = keeper.open()
        door.press()
        ext = Extension(door)
        ext.like(PAGE, BEN, site=door.site, product=lamp_at(PAGE) | {"title": TITLE})
        [like] = row_door(keeper, PAGE).rows(tables.likes)
        yield SimpleNamespace(keeper=keeper, door=door, like=like.id, desk=signed_in(running, "ada@shop.test"))
        keeper.close()
    finally:
        running.close()


@pytest.mark.parametrize("page", ["endorsements", "endorsements.csv", "refused", "conversations", "tag"])
def test_what_is_nobody_s_is_on_no_page(town, page):
    shown = town.desk.get(f"/admin/sites/{town.door.site}/{page}")
    assert shown.status == 200 and TITLE not in shown.text and "pots.example" not in shown.text
    assert page not in ("endorsements", "endorsements.csv") or "Reading lamp" in shown.text


def test_it_is_not_among_an_admin_s_sites(town):
    assert "pots.example" not in town.desk.get("/admin/").text


def test_its_like_is_not_there_under_a_site(town):
    assert town.desk.get(f"/admin/sites/{town.door.site}/endorsements/{town.like}").status == 404
    town.desk.post(f"/admin/sites/{town.door.site}/endorsements/decisions", decision="reject", like=town.like)
    assert [row.state for row in row_door(town.keeper, PAGE).rows(tables.likes)] == ["counted"]


@pytest.mark.parametrize("face", OF_A_SITE, ids=name)
def test_its_key_opens_no_page(town, face):
    assert send(town.desk, face, quote(PAGE, safe=""), NO_ROWS | {"like": town.like}).status == 404
