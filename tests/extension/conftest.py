"""What the extension's tests share: browsers with it in them, shops of no site, collectors and what they keep of it."""

import contextlib
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from extension.little import LittleCollector
from extension.opened import ExtensionPages
from playwright.sync_api import BrowserContext, Locator, Page, expect
from playwright.sync_api import Error as BrowserError

from parts.extension import build, open_with_extension
from parts.network import BadNetwork
from parts.programs import until
from parts.shop import Shop

PRODUCT = """<!doctype html><html lang=en><meta charset=utf-8><title>{name} – Kiln</title><link rel=icon href="data:,">
<h1>{name}</h1><script type="application/ld+json">{{"@type": "Product", "name": "{name}", "sku": "{name}",
"offers": {{"price": "9.50", "priceCurrency": "EUR"}}}}</script><p>Fired twice.</p>"""
SHELF = {f"/{name.lower()}": PRODUCT.format(name=name) for name in ("Mug", "Jug", "Bowl", "Cup", "Plate")}


@pytest.fixture(scope="module")
def collector_settings() -> dict[str, object]:
    """The shop of these tests is on 127.0.0.1, whose likes no collector wants otherwise."""
    return {"unclaimed": "any"}


@pytest.fixture(scope="module")
def network(collector) -> Iterator[BadNetwork]:
    """What the extension believes to be the collector; every test begins with it well."""
    made = BadNetwork(collector.url)
    yield made
    made.close()


@pytest.fixture
def well(network) -> None:
    network.path, network.refuse, network.standing, network.step, network.headers = "/v1/likes", [], None, None, {}
    network.sent.clear()


@pytest.fixture(scope="module")
def unpacked(network, tmp_path_factory) -> Path:
    """The extension of a brand whose pages are on 127.0.0.1, so that its buttons come there by themselves."""
    settings = {"collector": network.url, "always_on": ["http://127.0.0.1/*"]}
    return build(settings, tmp_path_factory.mktemp("extension"))


@pytest.fixture
def stranger() -> Iterator[Shop]:
    """A shop that no site of the collector has registered, with five things on its shelf."""
    shop = Shop()
    shop(SHELF)
    yield shop
    shop.close()


@pytest.fixture
def browsers(playwright, unpacked, tmp_path) -> Iterator[Callable[..., BrowserContext]]:
    """`browsers("firefox")` is a browser with the extension in it; `folder` names one that was there before."""
    opened: list[BrowserContext] = []

    def start(kind: str, folder: Path | None = None, **options) -> BrowserContext:
        profile = folder or tmp_path / f"profile{len(opened)}"
        profile.mkdir(exist_ok=True)
        opened.append(open_with_extension(playwright, unpacked, profile, kind, **options))
        return opened[-1]

    yield start
    for context in opened:
        with contextlib.suppress(Exception):  # one that a test killed
            context.close()


@pytest.fixture(scope="module")
def lent(playwright, unpacked, tmp_path_factory) -> Iterator[BrowserContext]:
    """One Chromium with the extension in it for this module; every test has an origin of its own in it."""
    context = open_with_extension(playwright, unpacked, tmp_path_factory.mktemp("lent"))
    yield context
    context.close()


@pytest.fixture(params=["chromium", pytest.param("firefox", marks=pytest.mark.long)])
def either(request, stranger) -> Iterator[BrowserContext]:
    """A browser that knows nothing yet: Chromium, and Firefox in the long form."""
    if request.param == "chromium":
        yield (context := request.getfixturevalue("lent"))
        forget(ExtensionPages(context))
        return
    context = request.getfixturevalue("browsers")(request.param)
    page = context.new_page()  # nothing else says that the extension has begun there
    until(lambda: page.goto(f"{stranger.url}/plate") and _comes(like(page, "Plate")), within_s=60, what="the extension")
    page.close()
    yield context


def erase(pages: ExtensionPages) -> None:
    """What a test left with the extension."""
    until(lambda: pages.ask("erase") == {"left": 0}, what="all to be erased")
    pages.desk.evaluate("chrome.storage.local.clear()")


def forget(pages: ExtensionPages) -> None:
    """Erases what a test left in a browser, and closes all that is open."""
    erase(pages)
    pages.context.new_page()  # without a page Chromium would end
    for page in pages.context.pages[:-1]:
        page.close()


def _comes(button: Locator) -> bool:
    with contextlib.suppress(BrowserError):
        button.wait_for(timeout=2_000)
        return True
    return False


def visit(context: BrowserContext, url: str) -> Page:
    page = context.new_page()
    page.goto(url)
    return page


def like(page: Page, product: str) -> Locator:
    return page.get_by_role("button", name=f"Like {product}", exact=True)


def press(page: Page, product: str) -> None:
    like(page, product).click()
    expect(like(page, product)).to_have_attribute("aria-pressed", "true")


def rows(collector, question: str, *values) -> list[tuple]:
    with contextlib.closing(sqlite3.connect(collector.server.home / "afterlike.db", timeout=30)) as tx:
        return tx.execute(question, values).fetchall()


def kept(collector, origin: str) -> list[tuple[str, str, str]]:
    """The living likes under this origin: (source, title of the product, key of the site)."""
    return rows(collector, """
        SELECT likes.source, product_showings.title, sites.key FROM likes
        JOIN sites ON sites.id = likes.site_id JOIN product_showings ON product_showings.id = likes.shown_id
        WHERE sites.unclaimed_origin = ? AND likes.unliked_at IS NULL ORDER BY likes.id""", origin)


# The extension's own pages, and a collector of a few lines.


@pytest.fixture(scope="module")
def little() -> Iterator[LittleCollector]:
    made = LittleCollector()
    yield made
    made.close()


@pytest.fixture(scope="module")
def loaded(playwright, little, tmp_path_factory) -> Iterator[BrowserContext]:
    """One browser for this module; what it was told is erased after each test."""
    folder = tmp_path_factory.mktemp("extension")
    unpacked = build({"name": "Mug Likes", "collector": little.url}, folder)
    context = open_with_extension(playwright, unpacked, folder / "profile", locale="en-GB")
    yield context
    context.close()


@pytest.fixture
def pages(loaded, little) -> Iterator[ExtensionPages]:
    little.anew()
    made = ExtensionPages(loaded)
    yield made
    little.away = False
    loaded.set_offline(False)
    erase(made)
    for page in made.opened:
        page.close()
    assert made.wrongs == []


@pytest.fixture
def shop_page(pages, shop_server) -> Callable[[str], Page]:
    def show(html: str) -> Page:
        page = pages.page()
        page.goto(shop_server({"/": html}))
        return page

    return show
