"""What changed on what one likes; and the whole page on PostgreSQL, from the confirmation to the erasure."""

import pytest
from admin.desk import shopper_of
from conftest import ADMIN
from me.making import ADA, Town

from cast import BEN, CHAIR, LAMP, TEAPOT, Person
from parts.mail import SmtpPeer
from parts.product import Server, make_site


@pytest.fixture(scope="module")
def ada(town, shop_site):
    return town.settle(shop_site, ADA, likes=[LAMP, CHAIR, TEAPOT])


def test_what_got_cheaper_dearer_or_came_back_is_news(town, shop_site, ada):
    assert "When something you like gets cheaper or comes back" in ada.page().words
    shop = shopper_of(town.server, shop_site, BEN)
    changes = [LAMP | {"price": "14.99"}, LAMP | {"price": "24.00"}, TEAPOT | {"title": "Teapot, blue"},
               CHAIR | {"availability": "out_of_stock"}, CHAIR | {"availability": "in_stock"}]
    for change in changes:
        shop.take_back(shop.like(change))
    words = ada.page().words
    assert "The price went down from €19.99 to €14.99." in words and "The price went up from €14.99 to €24.00." in words
    assert words.index("It is back in stock.") < words.index("The price went up") < words.index("The price went down")
    assert words.count("It is back in stock.") == 1 and "News about what I like 3" in words
    ada.post(f"/me/likes/{ada.liked[0]['id']}/back")
    assert "The price went" not in ada.page().words


def test_what_was_before_the_like_is_no_news(town, shop_site, ada):
    late = town.settle(shop_site, Person("Cleo", "cleo@people.test", "c1e0" * 8), likes=[CHAIR])
    assert "News about what I like 0" in late.page().words


def test_somebody_elses_address_in_the_same_browser_is_not_in_the_copy(town, shop_site, ada):
    """Two people, one browser: the second address waits for its own button."""
    second = town.sign_up(shop_site, Person("Bob", "bob@people.test", ADA.visitor), likes=[TEAPOT], purposes_of=["measure"])
    town.link("bob@people.test", "/confirm/")
    told = ada.desk.get("/me/everything.json")
    assert "bob@people.test" not in told.text
    assert "measure" not in {one["purpose"] for one in told.json["record_of_consent"]}
    second.confirm()
    assert "bob@people.test" in second.page().words and "bob@people.test" not in ada.page().words


def test_the_whole_way_on_postgres(tmp_path, fresh_postgres):
    peer = SmtpPeer()
    peer.start()
    server = Server(tmp_path / "town", smtp_url=peer.url, database_url=fresh_postgres)
    try:
        town = Town(server.start(), peer)
        site = make_site(server, origin="https://shop.test", name="Shop", admin=ADMIN)
        cleo = town.settle(site, Person("Cleo", "cleo@people.test", "c1e0" * 8), likes=[LAMP, CHAIR])
        cleo.shopper.say(cleo.liked[0], {"why": ["look"]})
        assert cleo.post(f"/me/likes/{cleo.liked[1]['id']}/back").status == 303
        assert cleo.post("/me/pace", pace="monthly", until="").status == 303
        for path in ("/me", "/me/likes", "/me/answers", "/me/stop", "/me/erase", cleo.stop_path):
            assert cleo.desk.get(path).status == 200
        told = cleo.desk.get("/me/everything.json").json
        assert [one["state"] for one in told["likes"]] == ["counted", "withdrawn"] and told["you"]["how_often"] == "monthly"
        assert cleo.desk.get("/me/conversations/" + "9" * 30).status == 404
        assert cleo.post("/me/stop").status == 303 and cleo.post("/me/stop", undo=1).to == "/me/stop?said=restarted"
        assert cleo.post("/me/erase", likes=1).to == "/me/goodbye" and cleo.shopper.count("lamp-1") == 0
    finally:
        server.close()
        peer.close()
