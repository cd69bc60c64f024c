"""D13: the background is killed after every like while the collector is away; all of them arrive later, once."""

from functools import partial

import pytest
from extension.conftest import SHELF, kept, press, rows, visit

from parts.browsers import kill_browser
from parts.extension import kill_background
from parts.programs import until

pytestmark = pytest.mark.usefixtures("well")
PRODUCTS = [path[1:].title() for path in SHELF]
HOW_MANY = "SELECT count(*) FROM likes JOIN sites ON sites.id = site_id WHERE unclaimed_origin = ?"
LATER_S = 90  # the alarm that wakes the background comes within a minute


def liked(collector, origin: str) -> list[str]:
    return sorted(title for _, title, _ in kept(collector, origin))


def _tried(network, products: int) -> bool:
    return len({one["product"]["key"] for one in network.sent.get("/v1/likes", [])}) == products


def test_five_of_five_arrive_though_the_background_was_killed_after_every_like(browsers, stranger, network, collector):
    context = browsers("chromium")
    network.path, network.standing = "/v1/likes", "cut"
    for number, product in enumerate(PRODUCTS, 1):
        press(visit(context, f"{stranger.url}/{product.lower()}"), product)
        until(partial(_tried, network, number), what="the first try")
        kill_background(context)
    assert kept(collector, stranger.url) == []
    network.standing = None
    until(lambda: liked(collector, stranger.url) == sorted(PRODUCTS), within_s=LATER_S, every_s=0.5, what="all five likes")
    assert rows(collector, HOW_MANY, stranger.url) == [(5,)]


def test_a_background_that_is_killed_while_it_sends_doubles_nothing(browsers, stranger, network, collector):
    context = browsers("chromium")
    network.path, network.refuse = "/v1/likes", ["lose"]
    press(visit(context, f"{stranger.url}/mug"), "Mug")
    until(lambda: kept(collector, stranger.url), what="the like, whose answer is lost")
    kill_background(context)
    until(lambda: len(network.sent["/v1/likes"]) == 2, within_s=LATER_S, every_s=0.5, what="the second try")
    assert rows(collector, HOW_MANY, stranger.url) == [(1,)]
    assert network.sent["/v1/likes"][0]["id"] == network.sent["/v1/likes"][1]["id"]


@pytest.mark.long
@pytest.mark.parametrize("kind", ["chromium", "firefox"])
def test_a_killed_browser_sends_when_it_is_opened_again(kind, browsers, stranger, network, collector, tmp_path):
    profile = tmp_path / "kept"
    context = browsers(kind, profile)
    network.path, network.standing = "/v1/likes", "cut"
    page = visit(context, f"{stranger.url}/mug")
    press(page, "Mug")
    until(lambda: network.sent.get("/v1/likes"), what="the first try")
    kill_browser(profile)
    network.standing = None
    again = browsers(kind, profile)
    visit(again, f"{stranger.url}/mug")
    until(lambda: liked(collector, stranger.url) == ["Mug"], within_s=LATER_S, every_s=0.5, what="the like")

