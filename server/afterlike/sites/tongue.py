"""The language of the admin pages: the admin's own choice, before sign-in the browser's; texts in it."""

import re
from collections.abc import Callable
from functools import cache, lru_cache
from typing import Any

from flask import g, has_request_context, request

from afterlike import show, words

NAMES = {"en": "English", "id": "Bahasa Indonesia"}
NAMED = re.compile(r"\{(\w+)\}")
FEWEST_LETTERS = 12  # of a sentence's own: fewer would know too much again
FORMATS = {"en": show.SPOKEN}  # the day before the month


def desk_locale() -> str:
    """One of words.DESK_LOCALES; asks the database nothing, so that its absence can be told in it."""
    if not has_request_context():
        return words.SOURCE
    admin = g.get("admin")
    return _spoken((admin.locale,) if admin and admin.locale else tuple(request.accept_languages.values()))


@lru_cache(maxsize=1024)  # a page asks a thousand times
def _spoken(wished: tuple[str, ...]) -> str:
    for wanted in wished:
        spoken = words.negotiate(wanted, "", among=words.DESK_LOCALES)
        if wanted[:2].lower() == spoken:
            return spoken
    return words.SOURCE


def says(message: str, **given: Any) -> str:
    """A sentence of the admin's in their language; {names} in it are filled in. `_` in the templates.

    What `errors.stated` has filled in already, or what was kept so, is known again by its words.
    """
    told = words.translations(desk_locale(), "admin").gettext(message) if message else ""
    if given:
        return told.format(**given)
    return told if told != message else heard(message, desk_locale())


def heard(sentence: str, locale: str) -> str:
    """A sentence with values in it, in another language; one that we have no words for stays as it is."""
    ours = words.translations(locale, "admin")
    for pattern, message in _patterns(locale):
        if found := pattern.fullmatch(sentence):
            values = {name: ours.gettext(value) if value else "" for name, value in found.groupdict().items()}
            values = {name: heard(value, locale) for name, value in values.items()}
            return ours.gettext(message).format(**values)
    return sentence


@cache
def _patterns(locale: str) -> tuple[tuple[re.Pattern, str], ...]:
    """The sentences with {names} that we have in that language, those with most words of their own first."""
    catalogue = getattr(words.translations(locale, "admin"), "_catalog", {})
    filled = [message for message in catalogue if isinstance(message, str) and len(NAMED.sub("", message)) >= FEWEST_LETTERS
              and NAMED.search(message)]  # fmt: skip
    return tuple((_pattern(message), message) for message in sorted(filled, key=lambda one: -len(NAMED.sub("", one))))


def _pattern(message: str) -> re.Pattern:
    """Matches the sentence with anything in the place of each {name}, the same wherever a name stands twice."""
    seen: set[str] = set()

    def place(name: str) -> str:
        again = name in seen
        seen.add(name)
        return f"(?P={name})" if again else f"(?P<{name}>.*?)"

    parts = NAMED.split(message)  # text, name, text, name, …
    return re.compile("".join(place(part) if at % 2 else re.escape(part) for at, part in enumerate(parts)), re.DOTALL)


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
