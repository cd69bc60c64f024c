"""The fixtures: real parts on free ports of 127.0.0.1, started once a worker, ended by their own pid.

A part that is missing fails the test with a sentence; it is never skipped and never stood in for.
"""

from collections import Counter
from collections.abc import Callable, Iterator

import hypothesis
import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from parts import ready
from parts.browsers import Pages, start_chromium, start_firefox
from parts.mail import SmtpPeer
from parts.postgres import Postgres
from parts.product import Collector, Server, Site, make_site
from parts.redis import RedisServer
from parts.shop import Shop

ADMIN = "ada@shop.test"

# How long an example takes says more about the neighbours on the machine than about the code.
hypothesis.settings.register_profile("house", deadline=None)
hypothesis.settings.load_profile("house")


# What a test costs by the fixtures it uses, in seconds as measured; the dearest counts.
COST = {"unpacked": 5, "firefox": 4, "any_browser": 3, "chromium": 2, "playwright": 2, "server": 1, "collector": 0.5, "town": 0.5}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The files that take longest go first: one that is handed out last would keep one worker busy and the others idle."""
    cost: Counter = Counter()
    for item in items:
        cost[item.path] += max((COST.get(name, 0.1) for name in item.fixturenames), default=0.1)
    items.sort(key=lambda item: (-cost[item.path], item.path))


# Stores.


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """One PostgreSQL server for this worker."""
    server = Postgres()
    yield server
    server.close()


@pytest.fixture
def fresh_postgres(postgres) -> Iterator[str]:
    """The URL of a new PostgreSQL database that has our tables."""
    url = postgres.fresh()
    yield url
    postgres.drop(url)


@pytest.fixture
def empty_postgres(postgres) -> Iterator[str]:
    """Likewise, with nothing in it."""
    url = postgres.empty()
    yield url
    postgres.drop(url)


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request, tmp_path) -> str:
    """A new database that has our tables: the test runs once on SQLite and once on PostgreSQL."""
    if request.param == "postgres":
        return request.getfixturevalue("fresh_postgres")
    ready.lay(tmp_path / "afterlike.db")
    return f"sqlite:///{tmp_path / 'afterlike.db'}"


@pytest.fixture(params=["sqlite", "postgres"])
def empty_database_url(request, tmp_path) -> str:
    """Likewise, with nothing in it."""
    if request.param == "postgres":
        return request.getfixturevalue("empty_postgres")
    return f"sqlite:///{tmp_path / 'empty.db'}"


@pytest.fixture(scope="session")
def one_redis() -> Iterator[RedisServer]:
    server = RedisServer()
    yield server
    server.close()


@pytest.fixture
def redis_server(one_redis) -> RedisServer:
    """An empty Redis with an append-only file; `.url` is where. One that a test killed is started again."""
    if not one_redis.program.running:
        one_redis.start()
    one_redis.flush()
    return one_redis


# The outside world.


@pytest.fixture
def smtp_peer() -> Iterator[SmtpPeer]:
    """A mail server; `.url` is where, `.letters` what came."""
    peer = SmtpPeer()
    peer.start()
    yield peer
    peer.close()


@pytest.fixture(scope="module")
def shop_server() -> Iterator[Shop]:
    shop = Shop()
    yield shop
    shop.close()


@pytest.fixture
def shop(shop_server, collector) -> Shop:
    """An empty shop on the registered origin: `shop({"/": html})` returns its address."""
    shop_server.empty()
    shop_server.fill = {"collector": collector.url, "site": collector.site}
    return shop_server


# The product.


@pytest.fixture
def server(tmp_path) -> Iterator[Callable[..., Server]]:
    """Starts a collector: `server(database_url=…)`; each call has a home of its own unless `home` names one. One that is `new` is
    started by its command, on no database."""
    started: list[Server] = []

    def start(*command: str, home=None, wait: bool = True, **more) -> Server:
        made = Server(home or tmp_path / f"home{len(started)}", *command, **more)
        started.append(made)
        return made.start(wait=wait)

    yield start
    for one in started:
        one.close()


@pytest.fixture
def site() -> Callable[..., Site]:
    """Registers a site on a running server: `site(server(), origin="https://shop.test")`."""

    def register(on: Server, *, origin: str = "https://shop.test", name: str = "Shop", admin: str = ADMIN) -> Site:
        return make_site(on, origin=origin, name=name, admin=admin)

    return register


@pytest.fixture(scope="module")
def collector_settings() -> dict[str, object]:
    """Settings of this module's `collector`; a module that needs others has a fixture of this name."""
    return {}


@pytest.fixture(scope="module")
def collector(tmp_path_factory, shop_server, collector_settings) -> Iterator[Collector]:
    """This module's running server with one site, registered for the shop's origin."""
    home = tmp_path_factory.mktemp("collector")
    running = Server(home, **collector_settings)
    try:
        running.start()
        yield Collector(running, make_site(running, origin=shop_server.url, name="Shop", admin=ADMIN))
    finally:
        running.close()


# Browsers.


@pytest.fixture(scope="session")
def playwright():
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="session")
def chromium(playwright) -> Iterator[Browser]:
    with start_chromium(playwright) as browser:
        yield browser


@pytest.fixture(scope="session")
def firefox(playwright) -> Iterator[Browser]:
    with start_firefox(playwright) as browser:
        yield browser


@pytest.fixture(params=["chromium", pytest.param("firefox", marks=pytest.mark.long)])
def any_browser(request) -> Browser:
    """The test runs in Chromium, and in the long form in Firefox too."""
    return request.getfixturevalue(request.param)


@pytest.fixture
def new_page() -> Iterator[Callable[..., Page]]:
    """`new_page(any_browser)` is a page in a context of its own; the test fails when a script on it does.

    `errors=True` allows that; other options are the context's (locale, viewport, extra_http_headers, …).
    """
    pages = Pages()
    yield pages.open
    pages.close()
    assert not pages.wrongs, "errors on the page:\n" + "\n".join(pages.wrongs)
