"""A town of its own for every test, on both databases in turn."""

from collections.abc import Iterator

import pytest
from endorsers.town import Town, leave, open_town


@pytest.fixture
def town(database_url, tmp_path, smtp_peer) -> Iterator[Town]:
    made = open_town(tmp_path / "home", database_url, smtp_peer)
    yield made
    leave(made)


@pytest.fixture
def sqlite_town(tmp_path, smtp_peer) -> Iterator[Town]:
    """For what no database has a say in."""
    made = open_town(tmp_path / "home", f"sqlite:///{tmp_path / 'afterlike.db'}", smtp_peer)
    yield made
    leave(made)
