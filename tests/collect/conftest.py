"""The collectors of this room: one running server for each database and worker, and a new site for every test."""

import contextlib
from collections.abc import Iterator

import pytest
from collect.making import Door, Keeper

from parts.product import Server

# One visitor sends hundreds of calls here; how limits work has a server of its own (test_rates.py).
SETTINGS = {"limit_visitor": "100000/minute", "limit_opt_in": "100000/minute", "limit_unclaimed": "100000/minute",
            "log_level": "debug"}


@pytest.fixture(scope="session", params=["sqlite", "postgres"])
def keeper(request, tmp_path_factory) -> Iterator[Keeper]:
    """A running collector: each test runs once on SQLite and once on PostgreSQL."""
    with running(request, tmp_path_factory, request.param, **SETTINGS) as made:
        yield made


@pytest.fixture(scope="session")
def sqlite_keeper(request, tmp_path_factory) -> Iterator[Keeper]:
    """For what no database has a say in."""
    with running(request, tmp_path_factory, "sqlite", **SETTINGS) as made:
        yield made


@contextlib.contextmanager
def running(request, tmp_path_factory, kind: str, **settings) -> Iterator[Keeper]:
    home = tmp_path_factory.mktemp(kind)
    url = request.getfixturevalue("postgres").fresh() if kind == "postgres" else f"sqlite:///{home / 'afterlike.db'}"
    server = Server(home, database_url=url, **settings)
    try:
        made = Keeper(kind, server.start(), url)
        yield made
        made.close()
    finally:
        server.close()


@pytest.fixture
def door(keeper) -> Door:
    """A new site on both databases in turn."""
    return keeper.open()


@pytest.fixture
def any_door(sqlite_keeper) -> Door:
    """A new site on SQLite only."""
    return sqlite_keeper.open()
