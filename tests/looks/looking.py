"""How a page is looked at: in one of four looks with axe and our own eyes, and once more in a browser without script."""

from collections import Counter
from collections.abc import Iterator
from itertools import product
from pathlib import Path

import pytest
from looks.walking import face_of
from playwright.sync_api import Browser, Page

from parts.browsers import Pages

HERE = Path(__file__).parent
AXE = (HERE.parents[1] / "node_modules" / "axe-core" / "axe.min.js").read_text("utf-8")
RUN_AXE = "axe.run(document, {resultTypes: ['violations'], rules: {'target-size': {enabled: true}}})"
WRONG, PLAIN, PAPER = (
    (HERE / name).read_text("utf-8").partition("*/")[2].strip() for name in ("wrong.js", "plain.js", "paper.js"))
OPEN_ALL = "for (const one of document.querySelectorAll('details')) one.open = true"
A4 = {"width": 690, "height": 1000}  # what is left between the margins
PHONE, WIDE = {"width": 360, "height": 740}, {"width": 1280, "height": 900}
NARROWEST = {"width": 320, "height": 740}  # to which WCAG 2.2 wants a page to flow (1.4.10)
LOOKS = tuple(product((PHONE, WIDE), ("light", "dark")))
DOT = b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect width="9" height="9" fill="#876"/></svg>'
turns = pytest.mark.parametrize("turn", [None, *(pytest.param(turn, marks=pytest.mark.long) for turn in range(len(LOOKS)))])
BY_SCRIPT = ("button ", "field ")  # where these are hidden from the start, script shows them as an extra


class Looker:
    """A browser with script and one without, of the same person; `.asked` is what the pages loaded from elsewhere."""

    def __init__(self, browser: Browser, url: str, state=None):
        self.url, self.asked, self.heard, self.pages = url, set(), [], Pages()
        self.scripted, self.plain = (
            self.pages.open(browser, errors=True, viewport=WIDE, storage_state=state, java_script_enabled=script)
            for script in (True, False)
        )
        for page in (self.scripted, self.plain):
            page.route(lambda url: not url.startswith(self.url), self._outside)
            page.on("pageerror", lambda error: self.heard.append(str(error)))
            page.on("console", self._hear)

    def close(self) -> None:
        self.pages.close()

    def _outside(self, route) -> None:
        self.asked.add(route.request.url)
        route.fulfill(body=DOT, content_type="image/svg+xml")

    def _hear(self, message) -> None:
        """Errors and warnings; that a page which is refused comes with 403, 404 or 422 is said of the page itself."""
        if message.type in ("error", "warning") and message.location["url"] != message.page.url:
            self.heard.append(message.text)

    def look(self, path: str, size: dict, scheme: str) -> list[str]:
        """What is wrong with a page in this look."""
        page = self.scripted
        page.set_viewport_size(size)
        page.emulate_media(color_scheme=scheme)
        page.goto(self.url + path)
        return [f"{path} ({size['width']} {scheme}): {one}" for one in self._told(page)]

    def _told(self, page: Page) -> Iterator[str]:
        yield from wrong_with(page)
        if page.viewport_size == PHONE:
            page.set_viewport_size(NARROWEST)
            if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
                yield "sticks out to the side at 320 px"
        yield from self.heard
        self.heard.clear()

    def compare(self, path: str) -> list[str]:
        """What is wrong with the page that was looked at last when there is no script, and what is missing then."""
        with_script = self.scripted.evaluate(PLAIN)
        self.plain.set_viewport_size(self.scripted.viewport_size)
        self.plain.goto(self.url + path)
        without = self.plain.evaluate(PLAIN)
        wrong = [*without["dead"], *without["bare"], *missing(with_script["parts"], without["parts"])]
        return [f"{path} without script: {one}" for one in wrong]

    def print(self, path: str) -> list[str]:
        """What is wrong with a page on paper, whatever the screen looks like."""
        page = self.scripted
        page.set_viewport_size(A4)
        page.emulate_media(media="print", color_scheme="dark")
        page.goto(self.url + path)
        wrong = [f"{path} on paper: {one}" for one in page.evaluate(PAPER)]
        page.emulate_media(media="screen")
        return wrong


def wrong_with(page: Page) -> list[str]:
    """What is wrong with the page that is shown: axe's violations, and what wrong.js finds."""
    page.evaluate(OPEN_ALL)
    found = violations(page)
    page.keyboard.press("Tab")
    return [*found, *page.evaluate(WRONG)]


def violations(page: Page) -> list[str]:
    """What axe finds."""
    page.evaluate(AXE)
    return [f"{one['id']}: {node['target']}" for one in page.evaluate(RUN_AXE)["violations"] for node in one["nodes"]]


def missing(with_script: list[str], without: list[str]) -> list[str]:
    """What only script shows."""
    return [f"has no {one}" for one in Counter(with_script) - Counter(without)]


def seen_by(lookers: dict[str, Looker], pages: list[tuple[str, str]], turn: int | None) -> list[str]:
    """What is wrong with these pages, each as one (who, path): the look changes from page to page, and with the turn.

    Without a turn each person looks at one page of each face.
    """
    wrong = []
    for number, (who, path) in enumerate(pages if turn is not None else one_of_each(pages)):
        wrong += lookers[who].look(path, *LOOKS[(number + (turn or 0)) % len(LOOKS)])
        wrong += [] if turn else lookers[who].compare(path)
    return wrong


def one_of_each(pages: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """The first page of each face, for each who sees it."""
    return list({(who, face_of(path)): (who, path) for who, path in reversed(pages)}.values())[::-1]
