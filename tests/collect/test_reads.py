"""What the widget asks before anybody presses: public counts with their cache, and one's own likes."""

from urllib.parse import quote

import pytest
from collect.making import refused, taken

from afterlike import clock, tables
from afterlike.collect.moderation import Decision, decide
from cast import ADA, BEN, CHAIR, LAMP, TEAPOT


def test_counts_are_of_this_site_and_zero_where_nobody_liked(door):
    door.press(ADA, LAMP)
    door.press(BEN, LAMP)
    door.press(ADA, CHAIR)
    assert door.counts("lamp-1", "chair-7", "never-seen") == {"lamp-1": 2, "chair-7": 1, "never-seen": 0}


def test_counts_may_be_cached_and_asked_for_again_cheaply(door):
    path = f"/v1/counts?site={door.site}&products=lamp-1,chair-7"
    first = door.send("GET", path)
    assert first.headers["Cache-Control"].startswith("public, max-age=")
    again = door.send("GET", path, If_None_Match=first.headers["ETag"])
    assert (again.status, again.body, again.headers["ETag"]) == (304, b"", first.headers["ETag"])
    door.press()
    changed = door.send("GET", path, If_None_Match=first.headers["ETag"])
    assert taken(changed)["counts"]["lamp-1"] == 1 and changed.headers["ETag"] != first.headers["ETag"]


def test_counts_need_no_origin_and_tell_nothing_else(any_door):
    any_door.press()
    told = any_door.send("GET", f"/v1/counts?site={any_door.site}&products=lamp-1", origin=None, agent=None)
    assert taken(told) == {"counts": {"lamp-1": 1}}
    assert "Set-Cookie" not in told.headers


@pytest.mark.parametrize("products", ["lamp-1,,lamp-1,", ",lamp-1", "lamp%2D1"], ids=["twice", "empty ones", "escaped"])
def test_keys_may_be_sent_untidily(any_door, products):
    any_door.press()
    assert taken(any_door.send("GET", f"/v1/counts?site={any_door.site}&products={products}"))["counts"] == {"lamp-1": 1}


def test_two_hundred_keys_may_be_asked_for_at_once(door):
    keys = [f"k-{number}" for number in range(200)]
    door.press(product=LAMP | {"key": "k-7"})
    counts = door.counts(*keys)
    assert len(counts) == 200 and sum(counts.values()) == 1


TOO_MUCH = {
    "201 keys": (",".join(f"k{n}" for n in range(201)), "products"),
    "a key of 201": ("k" * 201, "products"),
    "NUL": ("a%00b", "products"),
}


@pytest.mark.parametrize(("products", "field"), TOO_MUCH.values(), ids=TOO_MUCH)
def test_more_than_that_is_refused(door, products, field):
    told = refused(door.send("GET", f"/v1/counts?site={door.site}&products={products}"), 422, "shape")
    assert list(told["errors"]) == [field]


def test_counts_of_no_site_are_not_found(door):
    refused(door.send("GET", "/v1/counts?site=nobody&products=a"), 404, "unknown_site")
    refused(door.send("GET", "/v1/counts?products=a"), 422, "shape")
    refused(door.send("GET", f"/v1/counts?site={door.site}"), 422, "shape")


def test_bytes_that_are_no_text_are_somebody_s_mistake_not_ours(door):
    for products in ("%FF%FE", "%C3", "a%ZZb", quote("\ud800", safe="", errors="surrogatepass")):
        assert door.send("GET", f"/v1/counts?site={door.site}&products={products}").status == 200


# One's own.


def mine(door, visitor, *keys):
    return taken(door.post("/v1/mine", {"site": door.site, "visitor": visitor, "products": list(keys)}))["likes"]


def test_my_likes_are_those_that_live(door):
    lamp, chair = door.press(ADA, LAMP)["id"], door.press(ADA, CHAIR)["id"]
    door.press(BEN, TEAPOT)
    taken(door.unlike(chair))
    assert mine(door, ADA, "lamp-1", "chair-7", "teapot") == {"lamp-1": {"id": lamp}}
    assert mine(door, "f" * 32, "lamp-1") == {}
    assert mine(door, ADA) == {}


def test_my_likes_are_of_this_site(keeper):
    here, there = keeper.open(), keeper.open()
    here.press()
    assert mine(there, ADA, "lamp-1") == {}


def test_asking_for_my_likes_keeps_nothing(door):
    mine(door, ADA, "lamp-1")
    assert door.rows(tables.visitors) == [] and door.kinds() == []


def test_more_than_two_hundred_at_once_are_refused(any_door):
    asked = {"site": any_door.site, "visitor": ADA, "products": [f"k{n}" for n in range(201)]}
    refused(any_door.post("/v1/mine", asked), 422, "shape")
    taken(any_door.post("/v1/mine", asked | {"products": asked["products"][:200]}))


# What an admin holds is not counted in public.


def test_what_is_held_or_rejected_is_not_in_the_count_and_its_visitor_still_sees_it(door):
    likes = [door.press(visitor)["id"] for visitor in (ADA, BEN)]
    rows = door.rows(tables.likes)

    def decided(decision: str) -> list[int]:
        with door.keeper.engine.begin() as tx:
            [changed] = decide(tx, [Decision(door.known.id, (rows[0].id,), decision, clock.now())])
        return changed

    assert decided("hold") == [rows[0].id] and decided("hold") == []
    assert door.counts("lamp-1") == {"lamp-1": 1}
    assert mine(door, ADA, "lamp-1") == {"lamp-1": {"id": likes[0]}}
    assert decided("reject") == [rows[0].id] and door.counts("lamp-1") == {"lamp-1": 1}
    assert decided("restore") == [rows[0].id] and door.counts("lamp-1") == {"lamp-1": 2}
    decided("hold")
    assert taken(door.unlike(likes[0]))["count"] == 1  # it was not counted, so nothing is taken away
    assert decided("restore") == [] and door.counts("lamp-1") == {"lamp-1": 1}
