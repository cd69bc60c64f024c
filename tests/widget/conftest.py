"""What the widget's tests share: its test pages in the shop, ways to press and to listen, and a bad network."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from parts.network import BadNetwork

PAGES = Path(__file__).parent / "pages"
AXE = Path(__file__).parents[2] / "node_modules/axe-core/axe.min.js"
STEP = {"kind": "survey", "reason": "due", "prompt": "welcome", "version": 1, "locale": "en", "dir": "ltr"}
STEP["thanks"] = "Thank you kindly!"


@pytest.fixture
def mugs(shop) -> str:
    """The address of a shop with the pages of `pages/`."""
    return shop(PAGES)


@pytest.fixture
def network(collector, mugs, shop) -> Iterator[BadNetwork]:
    """A bad network between the shop's pages and the collector."""
    made = BadNetwork(collector.url)
    shop.fill["collector"] = made.url
    yield made
    made.close()


@pytest.fixture
def ask(collector, tmp_path) -> Callable[..., None]:
    """Has the site ask these cards after the next first like: `ask({"key": "why", "type": "text", "title": "Why?"})`."""

    def load(*cards: dict, **more) -> None:
        file = tmp_path / "flow.json"
        flow = {"key": "welcome", "name": "First questions", "kind": "survey", "thanks": "Thank you kindly!"}
        file.write_text(json.dumps(flow | {"cards": list(cards)} | more))
        collector.server.tell("flows", "load", str(file), "--site", collector.site)

    return load


@pytest.fixture
def panel(network, mugs, new_page):
    """`panel(browser, card, …)` is a page where a press has opened the panel with these cards, whatever the site asks.

    The next step is put into the collector's real answer: a flow holds four cards, and one visitor sees one flow.
    `step` changes the step, `before` runs before the page does, `path` is another page of the shop.
    """

    def opened(browser, *cards: dict, step=(), before: str = "", path: str = "/mug.html", **options):
        network.step = STEP | {"cards": list(cards)} | dict(step)
        page = new_page(browser, **options)
        page.add_init_script(before)
        page.goto(f"{mugs}{path}")
        like(page).click()
        expect(page.get_by_role("group")).to_be_visible()
        return page

    return opened


@pytest.fixture
def answers(network):
    """`answers(202, …)` is what the collector says to the next opt-ins; `answers.sent()` lists those that came."""

    def says(*statuses: int | str, **answer) -> None:
        network.path, network.refuse = "/v1/opt-ins", list(statuses)
        network.answer = json.dumps(answer).encode()

    says.sent = lambda: network.sent.get("/v1/opt-ins", [])
    return says


def like(page: Page, product: str = "Blue mug") -> Locator:
    """The product's like button."""
    return page.get_by_role("button", name=f"Like {product}", exact=True)


def found(page: Page) -> list[dict]:
    """The products that have a button, in the order of the page, with all that is known of them."""
    return page.evaluate("Afterlike.products()")


def kept(page: Page) -> dict[str, list]:
    """What the page's origin holds in IndexedDB, by database."""
    return page.evaluate("""async () => {
        const found = {};
        for (const { name } of await indexedDB.databases()) found[name] = await new Promise(done => {
            indexedDB.open(name).onsuccess = ({ target: { result: db } }) => {
                db.transaction('kept').objectStore('kept').getAll().onsuccess = event => {
                    db.close();
                    done(event.target.result);
                };
            };
        });
        return found;
    }""")


def broken_rules(page: Page) -> list[str]:
    """What axe finds wrong with the page as it is now."""
    page.evaluate(AXE.read_text())
    found = page.evaluate("async () => (await axe.run(document, { rules: { region: { enabled: false } } })).violations")
    return [f"{one['id']}: {node['target']} {node['failureSummary']}" for one in found for node in one["nodes"]]


def nothing_more(page: Page, within_ms: int = 500) -> None:
    """Lets time pass on the page, for what must not happen: there is no sign of that to wait for."""
    page.evaluate("ms => new Promise(done => setTimeout(done, ms))", within_ms)
