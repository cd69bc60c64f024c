"""Whether they come back and buy: visits of those who have liked, orders vouched for by a key or by a signature."""

import hashlib
import hmac

import pytest
from collect.making import Door, at_once, refused, taken

from afterlike import tables
from cast import ADA, BEN, new_id, order, visit

ITEMS = [{"key": "lamp-1", "quantity": 2, "price": "9.99"}, {"key": "заказ", "price": "0.01"}]


def test_a_return_visit_is_kept_once(door):
    door.press()
    body = visit(site=door.site)
    for answer in at_once([lambda: door.post("/v1/visits", body)] * 20):
        assert taken(answer) == {"id": body["id"]}
    assert len(door.rows(tables.visits)) == 1 and door.kinds() == ["liked", "returned"]


def test_nobody_is_followed_who_has_not_liked(keeper):
    here, there = keeper.open(), keeper.open()
    here.press()
    refused(here.post("/v1/visits", visit(site=here.site, visitor=BEN)), 404, "not_found")
    refused(there.post("/v1/visits", visit(site=there.site)), 404, "not_found")
    assert here.rows(tables.visits) == there.rows(tables.visits) == []
    assert len(here.rows(tables.visitors)) == 1


def test_a_visit_id_belongs_to_one_visitor(door):
    door.press(ADA)
    door.press(BEN)
    body = visit(site=door.site)
    taken(door.post("/v1/visits", body))
    refused(door.post("/v1/visits", body | {"visitor": BEN}), 409, "conflict")


# Orders.


def signed(door: Door, body: dict, key: str | None = None) -> dict:
    """The order as a shop's own server signs it for its page: the five values, a line each."""
    text = "\n".join(body.get(name, "") for name in ("order_id", "total", "currency", "discount", "coupon"))
    key = door.order_key if key is None else key
    return body | {"signature": hmac.new(key.encode(), text.encode(), hashlib.sha256).hexdigest()}


def test_an_order_from_the_shop_s_server_is_kept(door):
    door.press()
    body = order(site=door.site, visitor=ADA, total="19.99", discount="1.00", coupon="SPRING", items=ITEMS)
    assert taken(door.by_api("POST", "/v1/orders", body)) == {"order_id": "1001", "kept": True}
    [row] = door.rows(tables.orders)
    assert (row.total_minor, row.currency, row.discount_minor, row.coupon, row.via) == (1999, "EUR", 100, "SPRING", "api")
    assert row.visitor_id == door.rows(tables.visitors)[0].id
    assert door.kinds() == ["liked", "purchased"]


def test_an_order_from_the_page_is_kept_when_the_shop_signed_it(door):
    body = order(site=door.site, total="1200", currency="JPY", coupon="春")
    taken(door.post("/v1/orders", signed(door, body)))
    [row] = door.rows(tables.orders)
    assert (row.total_minor, row.currency, row.via, row.visitor_id) == (1200, "JPY", "page", None)


FORGED = {
    "no signature": {"signature": None},
    "an empty one": {"signature": ""},
    "another total": {"total": "1.00"},
    "another currency": {"currency": "USD"},
    "another id": {"order_id": "1002"},
    "a discount": {"discount": "5.00"},
    "a coupon": {"coupon": "FREE"},
    "not ASCII": {"signature": "ключ"},
    "capitals": {"signature": "A" * 64},
}


@pytest.mark.parametrize("forged", FORGED.values(), ids=FORGED)
def test_an_order_from_the_page_with_a_wrong_signature_is_refused(door, forged):
    body = signed(door, order(site=door.site)) | forged
    body = {name: value for name, value in body.items() if value is not None}
    refused(door.post("/v1/orders", body), 403, "signature")
    assert door.rows(tables.orders) == []


def test_the_key_of_another_site_signs_nothing_here(keeper):
    here, there = keeper.open(), keeper.open()
    refused(here.post("/v1/orders", signed(here, order(site=here.site), key=there.order_key)), 403, "signature")
    refused(
        here.send("POST", "/v1/orders", order(site=here.site), origin=None, Authorization=f"Bearer {there.api_key}"),
        401,
        "api_key",
    )


def test_an_order_sent_again_is_one_order(door):
    body = order(site=door.site, items=ITEMS)
    for answer in at_once([lambda: door.by_api("POST", "/v1/orders", body)] * 20):
        taken(answer)
    assert len(door.rows(tables.orders)) == 1 and door.kinds() == ["purchased"]


@pytest.mark.parametrize(
    "other",
    [{"total": "20.00"}, {"currency": "USD"}, {"discount": "1"}, {"coupon": "X"}],
    ids=["total", "currency", "discount", "coupon"],
)
def test_an_order_id_with_other_money_is_a_conflict(door, other):
    body = order(site=door.site)
    taken(door.by_api("POST", "/v1/orders", body))
    refused(door.by_api("POST", "/v1/orders", body | other), 409, "conflict")


def test_two_sites_may_have_the_same_order_id(keeper):
    for door in (keeper.open(), keeper.open()):
        taken(door.by_api("POST", "/v1/orders", order(site=door.site)))
        assert len(door.rows(tables.orders)) == 1


def test_an_order_of_a_visitor_we_do_not_know_is_kept_without_them(door):
    taken(door.by_api("POST", "/v1/orders", order(site=door.site, visitor=BEN)))
    assert door.rows(tables.orders)[0].visitor_id is None and door.rows(tables.visitors) == []


WRONG = {
    "half a yen": ({"total": "1.5", "currency": "JPY"}, "total"),
    "discount too fine": ({"discount": "0.001"}, "discount"),
    "no total": ({"total": None}, "total"),
    "no pieces": ({"items": [{"key": "a", "quantity": 0}]}, "items.0.quantity"),
    "no key": ({"items": [{"quantity": 1}]}, "items.0.key"),
    "too many": ({"items": [{"key": "a"}] * 201}, "items"),
    "no id": ({"order_id": ""}, "order_id"),
    "long id": ({"order_id": "x" * 101}, "order_id"),
    "no currency": ({"currency": None}, "currency"),
    "two lines": ({"order_id": "1001\n9.99"}, "order_id"),
    "two lines of coupon": ({"coupon": "A\nB"}, "coupon"),
    "NUL": ({"coupon": "A\x7f"}, "coupon"),
    "half a piece": ({"items": [{"key": "a", "quantity": 0.5}]}, "items.0.quantity"),
}


@pytest.mark.parametrize(("wrong", "field"), WRONG.values(), ids=WRONG)
def test_an_order_with_wrong_fields_is_refused_by_field(any_door, wrong, field):
    body = {name: value for name, value in (order(site=any_door.site) | wrong).items() if value is not None}
    told = refused(any_door.by_api("POST", "/v1/orders", body), 422, "shape")
    assert field in told["errors"]


def test_a_visit_and_an_order_may_share_an_id_with_a_like(door):
    like = new_id()
    door.press(id=like)
    taken(door.post("/v1/visits", visit(site=door.site, id=like)))
    taken(door.by_api("POST", "/v1/orders", order(site=door.site, order_id=like)))
