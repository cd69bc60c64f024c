"""The extension finds and reads on every stored shop page what the widget does there."""

from collections.abc import Iterator

import pytest
from extension.little import LittleCollector
from playwright.sync_api import BrowserContext, Page
from widget.shop_pages import TAG, Product, ShopPage
from widget.shop_reader import ELSEWHERE, batches
from widget.test_shops import JUDGED, MISSED, PAGES, patience

from parts.extension import build, extension_page, open_with_extension
from parts.shop import Shop

# Waits for the buttons that are due, presses each as the popup does it, and tells all that is then known of the products.
READ = """async ([url, due, patience]) => {
    const ask = async (what, more) => {
        const { told, wrong } = await chrome.runtime.sendMessage({ what, ...more });
        if (wrong) throw new Error(wrong);
        return told;
    };
    const tab = (await chrome.tabs.query({})).find(one => one.url === url).id;
    const until = Date.now() + patience;
    let found;
    do {
        await new Promise(done => setTimeout(done, 50));
        found = (await ask('found', { tab }))?.products ?? [];
    } while (Date.now() < until && !(due && found.length >= due));
    for (const { key } of found) await ask('turn', { tab, key });
    const liked = await ask('all');
    await ask('erase');
    return found.map(({ key }) => liked.find(like => like.key === key)?.product);
}"""


@pytest.fixture(scope="module")
def reader(playwright, tmp_path_factory) -> Iterator[BrowserContext]:
    """A browser with the extension on every page of this machine."""
    little = LittleCollector()
    unpacked = build({"collector": little.url, "always_on": ["http://127.0.0.1/*"]}, tmp_path_factory.mktemp("extension"))
    with open_with_extension(playwright, unpacked, tmp_path_factory.mktemp("profile")) as context:
        context.route(ELSEWHERE, lambda route: route.abort() if route.request.url.startswith("http") else route.continue_())
        yield context
    little.close()


def read(batch: list[ShopPage], context: BrowserContext, asker: Page, shop: Shop) -> list[list[Product]]:
    shelves = {path: body for page in batch for path, body in page.shelves(shop.url).items()}
    shop.pages = {path: body.replace(TAG, "") if isinstance(body, str) else body for path, body in shelves.items()}
    tabs = [context.new_page() for _ in batch]
    for tab, page in zip(tabs, batch, strict=True):
        tab.goto(shop.url + page.path + page.query, wait_until="commit")
    found = []
    for tab, page in zip(tabs, batch, strict=True):
        tab.wait_for_load_state("networkidle")
        found.append(asker.evaluate(READ, [tab.url, len(page.products), patience(page)]))
    for tab in tabs:
        tab.close()
    return found


@pytest.mark.parametrize("every", [24, pytest.param(1, marks=pytest.mark.long)])
def test_the_extension_reads_on_every_page_what_the_widget_reads(every, reader, shop_server):
    """On a few pages in the short form."""
    pages = PAGES[::every]
    asker = extension_page(reader, "options.html")
    shop_server.empty()
    wrong = {}
    for batch in batches(pages):
        for page, products in zip(batch, read(batch, reader, asker, shop_server), strict=True):
            wrong |= page.wrong(products, shop_server.url, JUDGED)
    names = {page.name for page in pages}
    assert set(wrong) == {field for field in MISSED if field.partition(".")[0] in names}, wrong
