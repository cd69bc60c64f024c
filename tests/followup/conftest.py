"""A fresh database of each kind, and somebody in it who may be written to."""

from collections.abc import Iterator
from types import SimpleNamespace

import pytest
from followup.making import a_friend
from ground.making import opened

from afterlike.db import Database


@pytest.fixture
def database(database_url) -> Iterator[Database]:
    """Empty, with our tables; the test runs on SQLite and on PostgreSQL."""
    with opened(database_url, patience_s=10) as made:
        yield made


@pytest.fixture
def friend(database) -> SimpleNamespace:
    """Ada, who likes a lamp and agreed to personal letters."""
    return a_friend(database)
