"""A fresh database of each kind."""

from collections.abc import Iterator

import pytest
from ground.making import opened

from afterlike.db import Database


@pytest.fixture
def database(database_url) -> Iterator[Database]:
    """Empty, with our tables; the test runs on SQLite and on PostgreSQL."""
    with opened(database_url, patience_s=10) as made:
        yield made
