"""The built-in texts in every language we ship, read from `locale/<locale>/LC_MESSAGES/afterlike.po`.

What admins read stands in a catalogue of its own, `admin.po`, in fewer languages (DESK_LOCALES); where no admin is known
yet, a text enters it as `for_admins("…")` and is translated where it is shown.

A text's id is its English sentence, so English needs no catalogue and a text without a translation is still readable.
Catalogues are compiled in memory at their first use: there is no binary to commit or to forget. A text enters the
catalogue by standing in the code as `text("…", locale)`, `marked("…")`, or `_("…")` in a template.
"""

import gettext
import io
from collections.abc import Iterable
from functools import cache, lru_cache
from pathlib import Path

from babel import Locale, UnknownLocaleError, negotiate_locale
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

FOLDER = Path(__file__).with_name("locale")
SOURCE = "en"
LOCALES = (SOURCE, *sorted(path.parts[-3] for path in FOLDER.glob("*/LC_MESSAGES/afterlike.po")))
DESK_LOCALES = (SOURCE, *sorted(path.parts[-3] for path in FOLDER.glob("*/LC_MESSAGES/admin.po")))

LONGEST = 35  # of a language tag, RFC 5646 section 4.4.1; what is longer was not made by a browser
OLD_CODES = {"in": "id", "iw": "he", "ji": "yi"}  # what older Android web views still send


def text(message: str, locale: str) -> str:
    """A built-in text in that language, or in English where we have no translation."""
    return translations(negotiate(locale, SOURCE)).gettext(message) if message else ""


def marked(message: str) -> str:
    """The message as it is; tells `pybabel extract` that it belongs into the catalogue and is translated later."""
    return message


def for_admins(message: str) -> str:
    """The message as it is; tells `pybabel extract` that it belongs into the admins' catalogue and is translated later."""
    return message


@cache
def known() -> frozenset[str]:
    """Every built-in text that a prompt may name."""
    return frozenset(message.id for locale in LOCALES[1:] for message in _catalogue(locale)
                     if message.id and isinstance(message.id, str))


@cache
def translations(locale: str, domain: str = "afterlike") -> gettext.NullTranslations:
    """gettext for one of LOCALES, plurals too; with the domain "admin" for one of DESK_LOCALES."""
    if locale not in (DESK_LOCALES if domain == "admin" else LOCALES)[1:]:
        return gettext.NullTranslations()
    compiled = io.BytesIO()
    write_mo(compiled, _catalogue(locale, domain))
    return gettext.GNUTranslations(io.BytesIO(compiled.getvalue()))


def _catalogue(locale: str, domain: str = "afterlike"):
    with open(FOLDER / locale / "LC_MESSAGES" / f"{domain}.po", "rb") as file:
        return read_po(file, locale=locale)


def negotiate(wanted: str | None, default: str | None = SOURCE, *, among: Iterable[str] = LOCALES) -> str:
    """The one of `among` that suits `wanted` best, else `default`, else English, else the first; never raises.

    `wanted` is whatever a stranger's browser said: "id-ID", "in", "" or rubbish.
    """
    return _negotiated((wanted or "")[:LONGEST], (default or "")[:LONGEST], tuple(among))


@lru_cache(maxsize=4096)
def _negotiated(wanted: str, default: str, among: tuple[str, ...]) -> str:
    spelled = {_plain(locale): locale for locale in among}
    suits = (_suiting(_plain(locale), spelled) for locale in (wanted, default, SOURCE))
    return next(filter(None, suits), next(iter(among), SOURCE))


def _suiting(locale: str, spelled: dict[str, str]) -> str | None:
    """The same locale, its bare language, or the same language as spoken elsewhere."""
    found = negotiate_locale([locale], spelled, aliases=None)
    language = locale.split("_")[0]
    near = (have for plain, have in spelled.items() if plain.split("_")[0] == language)
    return spelled.get(found) or next(near, None)


def _plain(locale: str) -> str:
    language, _, rest = locale.replace("-", "_").lower().partition("_")
    return f"{OLD_CODES.get(language, language)}_{rest}".rstrip("_")


@lru_cache(maxsize=256)
def direction(locale: str) -> str:
    """`"rtl"` for languages written from right to left, else `"ltr"`; never raises."""
    try:
        return Locale.parse(locale[:LONGEST].replace("-", "_")).text_direction
    except (ValueError, UnknownLocaleError):
        return "ltr"
