"""The demo as `make run` starts it, one for every file of the story."""

from collections.abc import Iterator

import pytest

from parts.product import Server


@pytest.fixture(scope="module")
def demo(tmp_path_factory) -> Iterator[Server]:
    running = Server(tmp_path_factory.mktemp("demo"), "demo")
    try:
        yield running.start()
    finally:
        running.close()
