"""What the widget reads on pages as common shop software makes them, and on pages that sell nothing."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser
from widget.shop_pages import Product, ShopPage, shop_pages
from widget.shop_reader import batches, read

from parts.browsers import start_chromium

PAGES = shop_pages()
BATCHES = list(batches(PAGES))
JUDGED = ("title", "price", "currency", "sku")

# What is known to be wrong. A line goes as soon as it is mended; the test says so.
MISSED = {
    "linen-overfit-shirt.sku": "the number stands in the data of a script alone, under a name of that script's own",
    "sp-30853-ldo.sku": "three numbers for three ways of packing stand before the maker's",
    "index-fly-tying.buttons": "in one row of the table the price stands beside a picture that says it is sold out",
}


def patience(page: ShopPage) -> int:
    """Milliseconds for the buttons of a page: time enough for a busy machine, and little where none is to come."""
    return 500 if page.kind == "none" or f"{page.name}.buttons" in MISSED else 10_000


@pytest.fixture(scope="module")
def sharing(playwright) -> Iterator[Browser]:
    """A browser whose tabs of one shop share a process: a quarter quicker than one for each."""
    with start_chromium(playwright, args=["--process-per-site"]) as browser:
        yield browser


@pytest.fixture(scope="module")
def seen(sharing, shop_server, collector) -> Callable[[ShopPage], list[Product]]:
    """`seen(page)` is what the widget reads there; each page is loaded once, with others, and only when it is asked for."""
    known: dict[str, list[Product]] = {}
    shop_server.empty()
    shop_server.fill = {"collector": collector.url, "site": collector.site}

    def ask(page: ShopPage) -> list[Product]:
        if page.name not in known:
            batch = next(one for one in BATCHES if page in one)
            found = read(batch, sharing, shop_server, patience=patience, strict=True)
            known.update({one.name: products for one, products in zip(batch, found, strict=True)})
        return known[page.name]

    return ask


@pytest.mark.parametrize("one", [page for batch in BATCHES for page in batch], ids=lambda one: one.name)
def test_the_widget_reads_what_a_visitor_reads(one: ShopPage, seen, shop_server):
    wrong = one.wrong(seen(one), shop_server.url, JUDGED)
    known = {name for name in MISSED if name.partition(".")[0] == one.name}
    assert set(wrong) == known, wrong


def test_every_known_miss_is_of_a_page():
    assert {name.partition(".")[0] for name in MISSED} <= {one.name for one in PAGES}


def test_there_are_enough_pages_of_each_kind():
    kinds = [one.kind for one in PAGES]
    assert kinds.count("product") + kinds.count("list") >= 66
    assert kinds.count("list") >= 10
    assert kinds.count("none") >= 24
