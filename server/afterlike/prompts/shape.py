"""What can be filled in on a card of each type, for whoever makes a form of it; read from the very schemas that check it."""

from functools import cache

from marshmallow import fields

from afterlike.prompts.fields import Flag, Key, Words
from afterlike.prompts.flow import CARDS
from afterlike.prompts.render import CLOSE, DEFAULTS, NEXT, OTHER, REDIRECT, SEND, THANKS
from afterlike.purposes import PURPOSES
from afterlike.wire import Whole

ASKED_FOR = ((Words, "words"), (Flag, "flag"), (Whole, "number"), (Key, "jump"), (fields.List, "list"), (fields.Nested, "part"))
OURS = {"thanks": THANKS, "text": REDIRECT, "other.text": OTHER["text"], "other.placeholder": OTHER["placeholder"]}


@cache
def parts(type_: str) -> dict[str, str]:
    """Name -> words, flag, number, jump, list, part or line, of everything on a card but its key and type."""
    return {name: _kind(field) for name, field in CARDS[type_].fields.items() if name not in ("key", "type")}


@cache
def option_parts(type_: str) -> tuple[str, ...]:
    """What an option of such a card has besides its key and text."""
    if "options" not in CARDS[type_].fields:
        return ()
    return tuple(name for name in CARDS[type_].fields["options"].inner.schema.fields if name not in ("key", "text"))


def our_words(name: str, type_: str = "", purpose: str = "") -> str:
    """The built-in text, in English, that stands there while an owner writes none; empty where there is none."""
    if purpose:
        return PURPOSES[purpose][0]
    if name == "submit":
        return {"address": SEND, "statement": CLOSE}.get(type_, NEXT)["built_in"]
    return (DEFAULTS.get(type_, {}).get(name) or OURS.get(name) or {}).get("built_in", "")


def _kind(field: fields.Field) -> str:
    return next((kind for made_of, kind in ASKED_FOR if isinstance(field, made_of)), "line")
