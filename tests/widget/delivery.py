"""Does every press arrive? Nine bad days, two browsers, ten likes each; a real collector, its rows counted in its database.

    make delivery            or: .venv/bin/python tests/widget/delivery.py [--likes 10] [--row "all well"] [--browser firefox]

Nothing is pressed twice and nothing is sent by hand: what arrives, the widget has delivered by itself. A cell is how many of
the products have their like, and how many likes there are in all.
"""

import argparse
import contextlib
import sqlite3
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import BrowserContext, Page, Playwright, expect, sync_playwright

sys.path[:0] = [str(Path(__file__).resolve().parents[1])]

from widget.conftest import kept, like  # noqa: E402

from parts.browsers import kill_browser, open_profile  # noqa: E402
from parts.network import BadNetwork  # noqa: E402
from parts.product import Collector, Server, make_site  # noqa: E402
from parts.programs import until  # noqa: E402
from parts.shop import Shop  # noqa: E402

PAGE = """<!doctype html><html lang=en><meta charset=utf-8><title>{name}</title><link rel=icon href="data:,">
<script async src="{{collector}}/w.js" data-site="{{site}}"></script>{goods}"""
ONE = '<div data-afterlike-product="{key}" data-title="Mug {number}" data-url="/{key}.html"></div>'


@dataclass
class Day:
    """One cell of the table: a visitor with a browser profile of their own, before a shelf of products."""

    playwright: Playwright
    kind: str
    folder: Path
    collector: Collector
    network: BadNetwork
    shop: Shop
    name: str
    likes: int
    contexts: list[BrowserContext] = field(default_factory=list)

    def __post_init__(self):
        keys = [f"{self.name}-{number}" for number in range(self.likes)]
        goods = [ONE.format(key=key, number=number) for number, key in enumerate(keys)]
        self.shop.pages[f"/{self.name}.html"] = PAGE.format(name=self.name, goods="".join(goods))
        for key, one in zip(keys, goods, strict=True):
            self.shop.pages[f"/{key}.html"] = PAGE.format(name=key, goods=one)

    def browser(self) -> BrowserContext:
        self.contexts.append(open_profile(self.playwright, self.kind, self.folder))
        return self.contexts[-1]

    def visit(self, context: BrowserContext | None = None, page: str = "") -> Page:
        opened = (context or self.browser()).new_page()
        self.turn_to(opened, page or self.name)
        return opened

    def turn_to(self, page: Page, name: str) -> None:
        page.goto(f"{self.shop.url}/{name}.html")
        page.get_by_role("button").first.wait_for()
        page.wait_for_load_state("networkidle")

    def press_all(self, page: Page) -> None:
        for number in range(self.likes):
            like(page, f"Mug {number}").click()
            expect(like(page, f"Mug {number}")).to_have_attribute("aria-pressed", "true")

    def arrived(self) -> tuple[int, int]:
        """How many of the products have a like, and how many likes they have."""
        with contextlib.closing(sqlite3.connect(self.collector.server.home / "afterlike.db", timeout=30)) as tx:
            return tx.execute(
                "SELECT count(DISTINCT product_id), count(*) FROM likes"
                " JOIN products ON products.id = product_id WHERE products.key LIKE ?", (f"{self.name}-%",),
            ).fetchone()

    def settle(self, page: Page, within_s: float = 90) -> tuple[int, int]:
        """Waits until nothing is left to send, or time is up; then counts."""
        with contextlib.suppress(AssertionError):
            until(lambda: waiting(page) == 0 and self.arrived()[0] == self.likes, within_s=within_s, every_s=0.25)
        return self.arrived()

    def close(self) -> None:
        for context in self.contexts:
            context.close()


def waiting(page: Page) -> int:
    return sum("line" in one for rows in kept(page).values() for one in rows)


@contextlib.contextmanager
def down(collector: Collector) -> Iterator[None]:
    """The collector's process is stopped; it comes back on the same port."""
    collector.server.stop()
    yield
    collector.server.start()


def pass_by(seconds: float, since: float) -> None:
    """Lets time pass: how long a collector is away is what these days are about."""
    threading.Event().wait(max(0.0, since + seconds - time.monotonic()))


# The days.


def all_well(day: Day) -> Page:
    page = day.visit()
    day.press_all(page)
    return page


def collector_down(day: Day, seconds: float = 10) -> Page:
    page = day.visit()
    with down(day.collector):
        gone = time.monotonic()
        day.press_all(page)
        pass_by(seconds, gone)
    return page


def tab_closed(day: Day) -> Page:
    context = day.browser()
    page = day.visit(context)
    context.new_page()  # a browser ends with its last page
    with down(day.collector):
        day.press_all(page)
        page.close()
    return day.visit(context)


def browser_killed(day: Day) -> Page:
    page = day.visit()
    with down(day.collector):
        day.press_all(page)
        pass_by(0.05, time.monotonic())
        kill_browser(day.folder)
    return day.visit()


def refusing(status: int, headers: dict[str, str]) -> Callable[[Day], Page]:
    def refused(day: Day, seconds: float = 5) -> Page:
        page = day.visit()
        day.network.standing, day.network.headers = status, headers
        since = time.monotonic()
        day.press_all(page)
        pass_by(seconds, since)
        day.network.standing = None
        return page

    return refused


def leaving(day: Day) -> Page:
    """Each press on a page of its own that is left in the same breath."""
    context = day.browser()
    page = context.new_page()
    for number in range(day.likes):
        day.turn_to(page, f"{day.name}-{number}")
        like(page, f"Mug {number}").evaluate("button => { button.click(); location = 'about:blank' }")
        page.wait_for_url("about:blank")
    return day.visit(context)


def answer_lost(day: Day) -> Page:
    page = day.visit()
    day.network.refuse = ["lose"] * day.likes
    day.press_all(page)
    return page


def offline(day: Day) -> Page:
    page = day.visit()
    page.context.set_offline(True)
    day.press_all(page)
    page.context.set_offline(False)
    day.turn_to(page, day.name)
    return page


ROWS: dict[str, Callable[[Day], Page]] = {
    "all well": all_well,
    "collector down 10 s": collector_down,
    "down, tab closed, reopened": tab_closed,
    "down, browser killed, reopened": browser_killed,
    "500 for 5 s": refusing(500, {}),
    "429 for 5 s": refusing(429, {"Retry-After": "2"}),
    "press and leave at once": leaving,
    "answer lost after storing": answer_lost,
    "offline, then reload": offline,
}
BEHIND_A_BAD_NETWORK = {"500 for 5 s", "429 for 5 s", "answer lost after storing"}


@dataclass
class World:
    """What the days have in common; `folder` holds the browsers' profiles."""

    playwright: Playwright
    collector: Collector
    shop: Shop
    folder: Path

    def live(self, kind: str, row: str, likes: int = 10) -> tuple[int, int]:
        """One day in one browser: how many of the products have their like, and how many likes there are in all."""
        network = BadNetwork(self.collector.url)
        through = network if row in BEHIND_A_BAD_NETWORK else self.collector
        self.shop.fill = {"collector": through.url, "site": self.collector.site}
        name = f"{kind}-{list(ROWS).index(row)}-{likes}"
        day = Day(self.playwright, kind, self.folder / name, self.collector, network, self.shop, name, likes)
        try:
            return day.settle(ROWS[row](day))
        finally:
            day.close()
            network.close()


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--likes", type=int, default=10)
    asked.add_argument("--row", choices=ROWS, action="append")
    asked.add_argument("--browser", choices=["chromium", "firefox"], action="append")
    told = asked.parse_args()
    kinds = told.browser or ["chromium", "firefox"]
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        shop, server = Shop(), Server(Path(folder) / "collector")
        try:
            collector = Collector(server.start(), make_site(server, origin=shop.url, name="Shop", admin="ada@shop.test"))
            return int(not printed(World(playwright, collector, shop, Path(folder)), told.row or list(ROWS), kinds, told.likes))
        finally:
            server.close()
            shop.close()


def printed(world: World, rows: list[str], kinds: list[str], likes: int) -> bool:
    """Lives the days and prints the table as it comes; whether all is as promised."""
    good = True
    print(f"{'scenario':<31}" + "".join(f"| {kind:<17}" for kind in kinds))
    for row in rows:
        print(f"{row:<31}", end="", flush=True)
        for kind in kinds:
            cell = world.live(kind, row, likes)
            good &= cell == (likes, likes)
            print(f"| {f'{cell[0]}/{likes}, rows {cell[1]}':<17}", end="", flush=True)
        print(flush=True)
    return good


if __name__ == "__main__":
    sys.exit(main())
