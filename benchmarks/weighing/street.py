"""Where it is weighed: a running collector, a shop, the rivals' stand-in and a browser that reaches nobody else."""

import gzip
import re
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, Page, Request, Response, sync_playwright
from weighing.contenders import Contender, StandIn, unpacked

from parts.browsers import start_chromium, user_agent
from parts.product import Server, make_site
from parts.shop import Shop

# The shop has a name, as shops have: an address in numbers is read more slowly. This one is as secure as 127.0.0.1 is.
NAME = "shop.localhost"
OWN = ("127.0.0.1", NAME)
# No name is looked up and no proxy is asked: whatever is not on this machine fails, and is counted.
ALONE = (f"--host-resolver-rules=MAP {NAME} 127.0.0.1, MAP * ~NOTFOUND , EXCLUDE 127.0.0.1", "--no-proxy-server")


class Street:
    """`put` a page into the shop, `visit` it in a context of its own."""

    def __init__(self, browser: Browser, shop: Shop):
        self.browser, self.shop = browser, shop
        self.foreign: dict[str, int] = {}  # requests to other hosts, none of which arrived

    @property
    def base(self) -> str:
        return self.shop.url.replace("127.0.0.1", NAME)

    def put(self, path: str, html: str) -> str:
        self.shop.pages[path] = html
        return self.base + path

    @contextmanager
    def visit(self) -> Iterator["Visit"]:
        context = self.browser.new_context(user_agent=user_agent(self.browser), viewport={"width": 1280, "height": 900})
        context.set_default_timeout(120_000)  # two shared cores, four times slower
        visit = Visit(context)
        yield visit
        for one in visit.requests:
            host = urlsplit(one.url).hostname
            if one.url.startswith("http") and host not in OWN:
                self.foreign[host] = self.foreign.get(host, 0) + 1
        context.close()


class Visit:
    """One visitor: a page, and what it asked for and was answered."""

    def __init__(self, context: BrowserContext):
        self.context = context
        self.requests: list[Request] = []
        self.responses: list[Response] = []
        context.on("request", lambda one: self.requests.append(one))
        context.on("response", lambda one: self.responses.append(one))
        self.page: Page = context.new_page()

    def go(self, url: str) -> Page:
        self.page.goto(url)
        self.settle()
        return self.page

    def settle(self) -> None:
        """Until the network has been still for half a second, after what was to come has begun."""
        self.page.wait_for_timeout(300)
        self.page.wait_for_load_state("networkidle")
        self.page.wait_for_timeout(700)

    def asked(self, contender: Contender) -> list[str]:
        """What was requested besides the page and the contender's first script."""
        urls = [one.url for one in self.requests if one.url.startswith("http") and one.resource_type != "document"]
        first = next((url for url in urls if is_of(contender, url) and ".css" not in url), None)
        return [url for url in urls if url != first]

    def loaded(self) -> dict[str, int]:
        """Bytes, gzip, of the scripts and styles that came, by name."""
        came = {}
        for one in self.responses:
            if one.ok and one.request.resource_type in ("script", "stylesheet"):
                came[file_name(one.url)] = len(gzip.compress(one.body(), 9))
        return came

    def liked(self, contender: Contender) -> bool:
        """Whether a like has arrived, and was taken."""
        method, part = contender.like
        took = [one.request for one in self.responses if one.ok and part in one.url]
        return any(one.method == method and says_like(one) for one in took)

    def until(self, question: Callable[[], bool], seconds: float) -> bool:
        end = time.monotonic() + seconds
        while not question() and time.monotonic() < end:
            self.page.wait_for_timeout(100)
        return question()


def says_like(request: Request) -> bool:
    """PostHog sends everything to one address."""
    return "/e/" not in request.url or "liked" in (request.post_data or "")


def is_of(contender: Contender, url: str) -> bool:
    return any(part in url for part in contender.scripts)


def file_name(url: str) -> str:
    """The name without the hash of a build."""
    return re.sub(r"-[0-9a-f]{12}(?=\.js$)", "", Path(urlsplit(url).path).name)


@contextmanager
def opened() -> Iterator[Street]:
    """The whole street; every program in it ends with it."""
    shop, service = Shop(), StandIn()
    shop.folder = unpacked()
    with tempfile.TemporaryDirectory(prefix="afterlike-bench-") as home, sync_playwright() as playwright:
        server = Server(Path(home))
        try:
            server.start()
            site = make_site(server, origin=shop.url.replace("127.0.0.1", NAME), name="Bench", admin="ada@shop.test").site
            shop.fill = {"collector": server.url, "site": site, "service": service.url}
            with start_chromium(playwright, windows=True, args=ALONE) as browser:
                yield Street(browser, shop)
        finally:
            server.stop()
            server.close()
            service.close()
            shop.close()
