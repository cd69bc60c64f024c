"""How what the widget reads is compared with what a visitor reads."""

import pytest
from widget.shop_pages import PICTURE, TAG, Scores, ShopPage
from widget.shop_reader import batches

HOME, LOCAL = "https://jugs.example", "http://127.0.0.1:5000"
JUG = {"title": "Harbour jug", "url": "/p/jug", "price": "38.00", "currency": "GBP", "sku": None}
CUP = {"title": "Cup", "url": "/p/cup", "price": "16.00", "currency": "GBP", "sku": "C-1"}


def shop_page(*products: dict, kind: str = "product", source: str = "", at: str = "/p/jug", home: str = HOME) -> ShopPage:
    return ShopPage("page", source, home + at, kind, products)


def read(due: dict, **other: str | None) -> dict:
    return due | {"url": LOCAL + due["url"]} | other


SAME = {
    "a price with other zeros": {"price": "38"},
    "spaces and capitals in a title": {"title": " HARBOUR\n jug"},
    "a part of an address that leads into the page": {"url": f"{LOCAL}/p/jug#top"},
}
OTHER = {
    "another price": ({"price": "38.01"}, "price"),
    "what is no price": ({"price": "38,00"}, "price"),
    "nothing": ({"currency": None}, "currency"),
    "something where there is nothing": ({"sku": "44102201"}, "sku"),
    "another address": ({"url": f"{LOCAL}/p/jug?variant=1"}, "url"),
}


@pytest.mark.parametrize("told", SAME.values(), ids=SAME)
def test_what_counts_as_the_same(told):
    assert shop_page(JUG).wrong([read(JUG, **told)], LOCAL) == {}


@pytest.mark.parametrize(("told", "field"), OTHER.values(), ids=OTHER)
def test_what_counts_as_wrong(told, field):
    assert list(shop_page(JUG).wrong([read(JUG, **told)], LOCAL)) == [f"page.{field}"]


def test_any_of_several_values_is_right_and_a_field_that_is_left_out_is_not_judged():
    due = {name: JUG[name] for name in ("title", "url")} | {"sku": ["A", None]}
    assert shop_page(due).wrong([read(JUG, sku="A", brand="Kiln")], LOCAL) == {}
    assert shop_page(due).wrong([read(JUG)], LOCAL) == {}


def test_a_button_for_something_else_is_wrong_in_all_that_it_tells():
    page, scores = shop_page(JUG), Scores()
    scores.add(page, [read(CUP)], LOCAL)
    assert set(page.wrong([read(CUP)], LOCAL)) == {"page.title", "page.url", "page.price", "page.sku"}
    assert (scores.of("product", "button").right, scores.of("product", "price").right) == (0, 0)


def test_on_a_list_each_product_is_compared_with_itself():
    page, scores = shop_page(JUG, CUP, kind="list"), Scores()
    scores.add(page, [read(CUP), {"title": "Tea towel"}, read(JUG, price="44.00")], LOCAL)
    button, price = scores.of("list", "button"), scores.of("list", "price")
    assert (button.due, button.told, button.right) == (2, 3, 2)
    assert (price.precision, price.recall, price.f1) == (0.5, 0.5, 0.5)


def test_a_button_on_a_page_without_a_product_is_counted():
    scores = Scores()
    scores.add(shop_page(kind="none"), [read(CUP)], LOCAL)
    scores.add(shop_page(kind="none"), [], LOCAL)
    assert (scores.pages, scores.marked) == ({"none": 2}, {"none": 1})


def test_a_page_moves_into_the_test_shop_with_its_pictures_and_the_tag():
    source = '<head></head><img src="/i/jug.jpg?v=1"><script>{"url": "https:\\/\\/jugs.example\\/p"}</script>'
    shelves = shop_page(source=source, at="/p/jug?variant=7").shelves(LOCAL)
    assert shelves["/i/jug.jpg"] == PICTURE
    assert shelves["/p/jug"].startswith(f"<head>{TAG}</head>")
    assert "http:\\/\\/127.0.0.1:5000\\/p" in shelves["/p/jug"]


def test_pages_of_one_shop_are_not_open_at_once():
    there = [shop_page(), shop_page(at="/p/cup"), shop_page(home="https://cups.example", at="/"), shop_page(home="", at="/")]
    assert [[there.index(page) for page in batch] for batch in batches(there)] == [[0, 2], [1, 3]]
