"""What an address asks for, read without trust: numbers, pages, words; and who stands behind a number in it."""

import re

from flask import redirect, request
from werkzeug.wrappers import Response

from afterlike.sites import says

LONGEST_SEARCH = 200


def page_number() -> int:
    text = request.args.get("page", "1")
    return max(1, int(text)) if re.fullmatch(r"\d{1,9}", text, re.ASCII) else 1


def number(text: str | None) -> int | None:
    """A row's number, or None."""
    return int(text) if re.fullmatch(r"\d{1,18}", text or "", re.ASCII) else None


def search(name: str = "q") -> str:
    return request.args.get(name, "").replace("\0", "").strip()[:LONGEST_SEARCH]


def one_of(name: str, among: tuple[str, ...], default: str) -> str:
    found = request.args.get(name, default)
    return found if found in among else default


def last_page(total: int, per_page: int) -> int:
    return max(1, -(-total // per_page))


def to_page(query: str) -> Response:
    """To a page that there is: a list may have grown shorter."""
    return redirect(f"{request.path}?{query}", 303)


def called(names: list[str], product: str | None) -> str:
    """What somebody calls themself in public, else what they like."""
    return names[0] if names else says("somebody who likes {product}", product=product) if product else says("somebody")
