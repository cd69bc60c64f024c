"""People who said something worth quoting, on a running server and in a bare database."""

from collections.abc import Iterator
from types import SimpleNamespace

import pytest
from ground.making import opened
from me.conftest import other_site, shop_site, town, town_settings
from me.making import ADA, Endorser
from publicity.making import a_speaker

from afterlike.db import Database
from cast import CHAIR, LAMP

__all__ = ["other_site", "shop_site", "town", "town_settings"]  # fixtures

SAID = "I read by it every night. My old lamp was not half as warm!"


@pytest.fixture(scope="module")
def ada(town, shop_site) -> Endorser:
    """Ada likes a lamp and a chair, and said why."""
    made = town.settle(shop_site, ADA, likes=[LAMP, CHAIR])
    made.shopper.say(made.liked[0], {"why": ["look", {"other": SAID}]})
    return made


@pytest.fixture
def database(database_url) -> Iterator[Database]:
    with opened(database_url, patience_s=10) as made:
        yield made


@pytest.fixture
def speaker(database) -> SimpleNamespace:
    """Ada, who likes a lamp, agreed to personal letters, and wrote back to one."""
    return a_speaker(database)
