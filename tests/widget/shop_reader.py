"""Loads shop pages in a browser, several at a time, and tells what the widget knows of their products after a press."""

import re
from collections.abc import Callable, Iterable, Iterator

from playwright.sync_api import Browser, Page
from widget.shop_pages import Product, ShopPage

from parts.browsers import Pages
from parts.shop import Shop

AT_ONCE = 8  # most of a load is waiting for the network to be quiet
ELSEWHERE = re.compile(r"^(?!(https?|wss?)://127\.0\.0\.1[:/]|data:|blob:|about:)")
# How long the reader has to tell more than the press did. It is waited for only where nothing more comes.
DETAILS_WITHIN_MS = 10_000

# Presses every button as soon as all that are due are there, or when time is up; nobody waits for that in here. What a
# press tells is filled up by what the reader tells after it.
PRESS = """([due, patience, within]) => {
    const pressable = host => host.shadowRoot?.querySelector('[aria-pressed]') ?? [];
    const buttons = () => [...document.querySelectorAll('*')].flatMap(pressable);
    const time = ms => new Promise(done => setTimeout(done, ms));
    const there = async () => { while (buttons().length < due) await time(50); };
    const liked = [], detailed = new Map();
    const full = new Promise(done => addEventListener('afterlike:details', ({ detail }) => {
        detailed.set(detail.product.key, detail.product);
        if (liked.every(({ key }) => detailed.has(key))) done();
    }));
    addEventListener('afterlike:like', ({ detail }) => liked.push(detail.product));
    const press = async () => {
        await Promise.race([due ? there() : time(patience), time(patience)]);
        for (const button of buttons()) button.click();
        if (liked.length) await Promise.race([full, time(within)]);
        return liked.map(product => ({ ...product, ...detailed.get(product.key) }));
    };
    window.readByAfterlike = press();
}"""


def batches(pages: Iterable[ShopPage], at_once: int = AT_ONCE) -> Iterator[list[ShopPage]]:
    """All pages, in batches in which no two are of one shop or at one address: a like on one would be seen on the other."""
    left = list(pages)
    while left:
        batch: list[ShopPage] = []
        for page in left:
            apart = all(page.path != one.path and page.home != one.home for one in batch)
            if apart and len(batch) < at_once:
                batch.append(page)
        left = [page for page in left if page not in batch]
        yield batch


def read(
    batch: list[ShopPage], browser: Browser, shop: Shop, *, patience: Callable[[ShopPage], int], strict: bool,
) -> list[list[Product]]:
    """What the widget knows of the products of each page; the shop is filled in already.

    `patience` tells how many milliseconds a page gets for the buttons that are due on it, once its network is quiet.
    Strict fails when a script on a page does, or when the page's policy is broken.
    """
    shop.pages = {path: body for page in batch for path, body in page.shelves(shop.url).items()}
    opened = Pages()
    try:
        first = opened.open(browser, errors=not strict)
        first.context.route(ELSEWHERE, lambda route: route.abort())
        tabs = [first, *(first.context.new_page() for _ in batch[1:])]
        for tab, page in zip(tabs, batch, strict=True):
            tab.goto(shop.url + page.path + page.query, wait_until="commit")
        found = pressed(tabs, [(len(page.products), patience(page)) for page in batch])
    finally:
        opened.close()
    assert not opened.wrongs, "errors on the page:\n" + "\n".join(opened.wrongs)
    return found


def pressed(tabs: list[Page], due: list[tuple[int, int]]) -> list[list[Product]]:
    for tab in tabs:
        tab.wait_for_load_state("networkidle")
    for tab, (buttons, patience) in zip(tabs, due, strict=True):
        tab.evaluate(PRESS, [buttons, patience, DETAILS_WITHIN_MS])
    return [tab.evaluate("window.readByAfterlike") for tab in tabs]
