"""The language of the admin pages: the admin's own choice, before sign-in the browser's; texts in it."""

from collections.abc import Callable
from typing import Any

from flask import g, has_request_context, request

from afterlike import show, words

NAMES = {"en": "English", "id": "Bahasa Indonesia"}
FORMATS = {"en": show.SPOKEN}  # the day before the month


def desk_locale() -> str:
    """One of words.DESK_LOCALES; asks the database nothing, so that its absence can be told in it."""
    if not has_request_context():
        return words.SOURCE
    admin = g.get("admin")
    for wanted in [admin.locale] if admin and admin.locale else request.accept_languages.values():
        spoken = words.negotiate(wanted, "", among=words.DESK_LOCALES)
        if wanted[:2].lower() == spoken:
            return spoken
    return words.SOURCE


def says(message: str, **given: Any) -> str:
    """A sentence of the admin's in their language; {names} in it are filled in. `_` in the templates."""
    told = words.translations(desk_locale(), "admin").gettext(message) if message else ""
    return told.format(**given) if given else told


def counts(one: str, many: str, n: int) -> str:
    """The one of two sentences that suits a number, in the admin's language. `ngettext` in the templates."""
    return words.translations(desk_locale(), "admin").ngettext(one, many, n)


def formats() -> str:
    """The locale that dates and numbers are written in."""
    spoken = desk_locale()
    return FORMATS.get(spoken, spoken)


def _here(written: Callable) -> Callable:
    """One of show.py's filters, in the admin's language where no other is named."""
    return lambda value, *locale: written(value, *(locale or (formats(),)))


FILTERS = {name: _here(show.FILTERS[name]) for name in ("moment", "day", "number", "percent", "seconds")}
