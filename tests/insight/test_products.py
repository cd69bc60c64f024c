"""Products: counted by the way likes came, unranked under ten, and what is said about one; on both databases."""

import pytest
from insight.making import a_shop, again

from afterlike import tables
from afterlike.clock import DAY
from afterlike.insight import products
from afterlike.insight.product_pages import _drawn


@pytest.fixture
def shop(database):
    """A lamp with twelve likes, a chair with eleven and two that do not count, a stool with nine, a vase with none."""
    with a_shop(database) as made:
        made.lamp, made.chair, made.stool, made.vase = (made.product(name) for name in ("Lamp", "Chair", "Stool", "Vase"))
        for nth in range(12):
            liked = made.like(f"a{nth}", made.lamp, source=("widget", "extension", "api")[nth % 3])
            if nth < 10:
                made.answer(liked, {"reason": "look" if nth < 7 else "price", "have": "own" if nth < 2 else "wish"})
        for nth in range(11):
            made.like(f"b{nth}", made.chair)
        made.answer(made.like("held", made.chair, state="held"), {"reason": "look"})
        made.like("rejected", made.chair, state="rejected")
        for nth in range(9):
            made.answer(made.like(f"c{nth}", made.stool), {"reason": "look"})
        made.like("held", made.vase, state="held")
    return made


def listed(database, shop, **wanted) -> list[products.Product]:
    with database.read() as tx:
        rows, total = products.found(tx, shop.site, products.Wanted(**wanted), page=1)
    assert total == len(rows)
    return rows


def test_likes_are_told_apart_by_the_way_they_came_and_by_state(database, shop):
    lamp, chair, *_ = listed(database, shop)
    assert (lamp.widget, lamp.extension, lamp.api, lamp.likes, lamp.answered) == (4, 4, 4, 12, 10)
    assert (chair.likes, chair.held, chair.rejected, chair.answered) == (11, 1, 1, 0)


@pytest.mark.parametrize(("sort", "names"), [
    ("likes", ["Lamp", "Chair", "Stool", "Vase"]),
    ("answered", ["Lamp", "Chair", "Stool", "Vase"]),  # all nine said why about the stool, and nine are too few
    ("name", ["Chair", "Lamp", "Stool", "Vase"]),
])
def test_under_ten_nothing_is_ranked(database, shop, sort, names):
    assert [one.name for one in listed(database, shop, sort=sort)] == names


def test_products_are_found_by_name_and_by_silence(database, shop):
    assert [one.name for one in listed(database, shop, search="LAM")] == ["Lamp"]
    assert [one.name for one in listed(database, shop, only="silent")] == ["Chair"]
    with again(database, shop) as more:
        more.answer(more.like("new", shop.chair), {"reason": "look"})
    assert listed(database, shop, only="silent") == []


def test_what_is_liked_is_counted_of_those_who_answered(database, shop):
    with database.read() as tx:
        rows = products.answers_to(tx, shop.lamp)
        why, have = products.questions(tx, rows, "en")
        crossed = products.crossing(tx, rows, "en")
        assert products.questions(tx, products.answers_to(tx, shop.chair), "en") == []  # the only one who answered is held
    assert (why.words, why.n, [(text, rate.k) for text, rate in why.choices]) == ("Why?", 10, [("Its look", 7), ("Its price", 3)])
    assert (have.n, {text: rate.k for text, rate in have.choices}) == (10, {"I own it": 2, "I wish": 8})
    assert (crossed.names, crossed.n) == (["I own it", "I wish"], 10)
    assert crossed.lines == [("Its look", [2, 5], 7), ("Its price", [0, 3], 3)]


def test_another_sites_product_is_not_there(database, shop):
    with a_shop(database, "other") as other:
        pass
    with database.read() as tx:
        assert products.one(tx, other.site, shop.lamp) is None and products.one(tx, shop.site, shop.lamp).name == "Lamp"


def test_the_price_over_time_is_what_the_pages_said(database, shop):
    with again(database, shop) as more:
        said = ((1, 1999, "in_stock"), (2, 1999, "in_stock"), (3, 2499, "in_stock"), (4, None, "out_of_stock"))
        for days, price, stock in said:
            more._add(tables.product_showings, product_id=shop.lamp, title="Lamp", shown_at=shop.at + days * DAY,
                      price_minor=price, currency=price and "EUR", availability=stock)
    with database.read() as tx:
        rows = products.prices(tx, shop.lamp)
        site = type("S", (), {"time_zone": "UTC"})
    assert [(row.price_minor, row.availability) for row in rows] == [
        (1999, None), (1999, "in_stock"), (2499, "in_stock"), (None, "out_of_stock")]
    [(name, costs)] = _drawn(rows, site, shop.at + 9 * DAY).series
    assert name == "EUR" and set(costs) <= {19.99, 24.99, None} and costs[0] == 19.99


def test_its_people_are_those_who_said_something(database, shop):
    with database.read() as tx:
        assert len(products.people_of(tx, shop.lamp)) == 10 and products.people_of(tx, shop.vase) == []
        assert products.pages(tx, shop.lamp) == [("https://shop.test/", 12)]
