"""Not too often: neither asking for links, nor changing one's own page."""

import pytest
from me.making import ADA, Browser


@pytest.fixture(scope="module")
def town_settings():
    """Where three of anything are enough."""
    return {"limit_sign_in": "3/hour", "limit_visitor": "3/hour"}


def test_links_are_asked_for_three_times_known_or_not(town, shop_site):
    browser = Browser(town.url)
    told = [browser.post("/me/link", proof=browser.get("/me").proof, address="nobody@people.test") for _ in range(4)]
    assert [reply.status for reply in told] == [200, 200, 200, 429]
    assert "Too many tries." in told[-1].words and int(told[-1].headers["Retry-After"]) > 0


def test_ones_own_page_is_changed_three_times(town, shop_site):
    ada = town.settle(shop_site, ADA)
    told = [ada.post("/me/pace", pace="weekly", until="") for _ in range(4)]
    assert [reply.status for reply in told] == [303, 303, 303, 429] and "Too many tries." in told[-1].words
    assert ada.page().status == 200
