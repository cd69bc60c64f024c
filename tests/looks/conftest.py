"""What the looks of all pages share."""

from collections.abc import Callable, Iterator

import pytest
from admin.desk import Desk
from looks.looking import Looker


@pytest.fixture(scope="module")
def looker(chromium) -> Iterator[Callable[..., Looker]]:
    """`looker(url, desk)`: browsers of the person whose desk it is, or of a stranger."""
    made: list[Looker] = []

    def open_for(url: str, desk: Desk | None = None) -> Looker:
        made.append(Looker(chromium, url, {"cookies": cookies(desk), "origins": []}))
        return made[-1]

    yield open_for
    for one in made:
        one.close()


def cookies(desk: Desk | None) -> list[dict]:
    return [
        {"name": name, "value": value, "domain": "127.0.0.1", "path": "/", "expires": -1, "secure": True, "httpOnly": True,
         "sameSite": "Lax"}
        for name, value in (desk.cookies if desk else {}).items()
    ]
