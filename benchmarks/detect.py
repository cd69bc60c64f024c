"""How much of what a visitor reads on shop pages does the widget read? Precision, recall and F1 per field.

    .venv/bin/python benchmarks/detect.py [--browser firefox] [--misses] [--folder PATH]

Loads every page of tests/widget/shops (or of a folder of yours: docs/detection.md says how it looks) with the widget of
this checkout, presses each button that it puts there, and compares what the widget then knows with expected.json. It
starts a collector and a shop of its own on this machine; requests to anywhere else are refused, likes die with it.

precision: of the values that the widget told, the share that is right. recall: of those that it should have told.
"""

import argparse
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
# Without this folder, whose widget.py would stand before tests/widget.
sys.path[:1] = [str(ROOT / "server"), str(ROOT / "tests")]

from playwright.sync_api import sync_playwright  # noqa: E402
from widget.shop_pages import FIELDS, SHOPS, Product, Scores, ShopPage, shop_pages  # noqa: E402
from widget.shop_reader import batches, read  # noqa: E402

from parts.browsers import start_chromium, start_firefox  # noqa: E402
from parts.product import Server, make_site  # noqa: E402
from parts.shop import Shop  # noqa: E402

PATIENCE_MS = 2000
KINDS = {"product": "product pages", "list": "list pages"}


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--browser", choices=("chromium", "firefox"), default="chromium")
    asked.add_argument("--folder", type=Path, default=SHOPS, help="pages of your own, with an expected.json")
    asked.add_argument("--misses", action="store_true", help="each wrong value too")
    options = asked.parse_args()
    scores = Scores()
    for page, found, origin in everything(shop_pages(options.folder), options.browser):
        scores.add(page, found, origin)
        for name, said in page.wrong(found, origin).items() if options.misses else ():
            print(f"{name}: {said}")
    told(scores)


def everything(pages: list[ShopPage], browser: str) -> Iterator[tuple[ShopPage, list[Product], str]]:
    """Each page with the products that the widget reads on it, and the origin that it stood on."""
    start, shop = {"chromium": start_chromium, "firefox": start_firefox}[browser], Shop()
    with tempfile.TemporaryDirectory(prefix="afterlike-bench-") as home:
        collector = Server(Path(home))
        try:
            collector.start()
            site = make_site(collector, origin=shop.url, name="Shop", admin="ada@shop.test").site
            shop.fill = {"collector": collector.url, "site": site}
            with sync_playwright() as playwright, start(playwright) as running:
                for batch in batches(pages):
                    found = read(batch, running, shop, patience=lambda page: PATIENCE_MS, strict=False)
                    yield from ((page, products, shop.url) for page, products in zip(batch, found, strict=True))
        finally:
            collector.close()
            shop.close()


def told(scores: Scores) -> None:
    print(f"{'':24}{'precision':>10}{'recall':>8}{'F1':>8}{'n':>6}")
    for kind, name in KINDS.items():
        print(f"{name} ({scores.pages.get(kind, 0)})")
        for row in ("button", *FIELDS):
            tally = scores.of(kind, row)
            if tally.due or tally.told:
                print(f"  {row:22}{share(tally.precision):>10}{share(tally.recall):>8}{share(tally.f1):>8}{tally.due:6}")
    none = scores.pages.get("none", 0)
    print(f"pages without a product ({none}): {scores.marked.get('none', 0)} with a button")


def share(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"


if __name__ == "__main__":
    main()
