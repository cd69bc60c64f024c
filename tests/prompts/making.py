"""Flows, prompts and facts for the tests of this room: something plain that is due, and changes to it."""

from copy import deepcopy

from afterlike.clock import DAY
from afterlike.prompts import Facts, Prompt, checked, rules

NOW = 1_800_000_000_000  # 15 January 2027, 08:00 UTC

COLOURS = [{"key": "red", "text": "Red"}, {"key": "blue", "text": "Blue"}, {"key": "green", "text": "Green"}]
PHOTOS = [option | {"image": f"https://shop.test/{option['key']}.jpg"} for option in COLOURS]

# One card of each type, each with everything it can have.
CARDS = {
    "single": {"options": COLOURS, "other": {"text": "Another", "placeholder": "Which?"}},
    "multi": {"options": COLOURS, "other": {}, "max": 2},
    "rating": {"scale": 5, "low": "Poor", "high": "Great"},
    "nps": {"low": "No", "high": "Yes"},
    "yes_no": {"yes": "Sure", "no": "Nope"},
    "text": {"placeholder": "Tell us", "max": 40},
    "price": {"currency": "EUR", "placeholder": "0.00"},
    "pictures": {"options": PHOTOS},
    "profile": {"placeholder": "https://…", "show_text": "Show it beside my like"},
    "consent": {"boxes": [{"purpose": "news", "text": "{site} may write."}, {"purpose": "measure"}], "no": "Rather not"},
    "address": {"label": "Where to?", "placeholder": "you@…", "sent": "Look into your mail."},
    "statement": {},
}


def card(type_: str, key: str = "", **more) -> dict:
    return deepcopy({"key": key or type_, "type": type_, "title": f"About {type_}"} | CARDS[type_] | more)


def survey(*cards: dict, **more) -> dict:
    """A flow as an owner writes it; one question unless cards are given."""
    return {"key": "welcome", "cards": list(cards) or [card("single")]} | more


def pair(**more) -> list[dict]:
    """A consent card with these changes, and its address card."""
    return [card("consent", **more), card("address")]


def whole(type_: str) -> list[dict]:
    """A good survey's cards with this type among them; the card that is looked for is the last of its type."""
    if type_ in ("consent", "address"):
        return [card("yes_no", "first"), *pair()]
    return [card("nps", "first"), card(type_)]


def prompt(flow: dict | None = None, **more) -> Prompt:
    """A running prompt with the id 1."""
    flow = checked(flow or survey())
    made = {"id": 1, "version_id": 1, "version": 1, "state": "running", "shown": 0}
    read = {"key": flow["key"], "kind": flow["kind"], "flow": flow, "rules": rules(flow)}
    return Prompt(**made | read | more)


def facts(**more) -> Facts:
    """A first like of a lamp by a new visitor."""
    made = {
        "visitor_hash": b"ada-ada-ada-ada-", "product_key": "lamp-1", "category": "Light",
        "url": "https://shop.test/lamp", "nth_like": 1, "returning": False, "locale": "en-GB",
        "turns": {}, "cooldown_ms": DAY,
    }
    return Facts(**made | more)
