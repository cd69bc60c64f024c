"""The built-in texts: none is missing in any language we ship, and no stranger's language breaks anything."""

import re

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po
from hypothesis import given
from hypothesis import strategies as st

from afterlike import words

KEYWORDS = {"marked": None, "text": {2: (1,)}, "_": None, "gettext": None, "ngettext": (1, 2)}
METHODS = [("**.py", "python"), ("**/templates/person/**.html", "jinja2"), ("**/templates/mail/**.html", "jinja2")]
FILLED = re.compile(r"\{\w*\}|%\(\w+\)\w|%[sd]")
OTHERS = words.LOCALES[1:]


@pytest.fixture(scope="module")
def written() -> set[str]:
    """Every text that stands in the code and the templates."""
    found = extract_from_dir(words.FOLDER.parent, METHODS, keywords=KEYWORDS)
    return {message[0] if isinstance(message, tuple) else message for _, _, message, _, _ in found}


def catalogue(locale: str) -> list:
    with open(words.FOLDER / locale / "LC_MESSAGES" / "afterlike.po", "rb") as file:
        return [message for message in read_po(file, locale=locale) if message.id]


def single(message) -> str:
    return message.id if isinstance(message.id, str) else message.id[0]


def test_we_ship_fifteen_languages():
    assert set(words.LOCALES) == set("en ar de es fr hi id it ja ko nl pl pt tr zh".split()) and words.LOCALES[0] == "en"


@pytest.mark.parametrize("locale", OTHERS)
def test_no_text_is_missing(locale, written):
    said = {single(message) for message in catalogue(locale) if all(message.string) and message.string}
    assert written - said == set(), "see CONTRIBUTING, Texts"


@pytest.mark.parametrize("locale", OTHERS)
def test_no_text_is_left_over_or_unsure(locale, written):
    assert {single(message) for message in catalogue(locale)} - written == set()
    assert [message.id for message in catalogue(locale) if message.fuzzy] == []


@pytest.mark.parametrize("locale", OTHERS)
def test_what_is_filled_in_is_filled_in_everywhere(locale):
    for message in catalogue(locale):
        strings = [message.string] if isinstance(message.string, str) else message.string
        assert all(sorted(FILLED.findall(string)) == sorted(FILLED.findall(single(message))) for string in strings)


def test_every_text_a_prompt_may_name_is_written_somewhere(written):
    assert "What do you like about it?" in words.known() <= written


TEXTS = [("Yes", "id", "Ya"), ("Yes", "id-ID", "Ya"), ("Yes", "in", "Ya"), ("Yes", "en", "Yes"), ("Yes", "sv", "Yes"),
         ("No such text", "id", "No such text"), ("", "id", ""), ("Yes", "\ud800", "Yes")]


@pytest.mark.parametrize(("message", "locale", "said"), TEXTS)
def test_a_text_is_said_or_stays_english(message, locale, said):
    assert words.text(message, locale) == said


LANGUAGES = [
    ("id", "en", "id"), ("id-ID", "en", "id"), ("ID_id", "en", "id"), ("in-ID", "en", "id"), ("sv", "id", "id"),
    ("sv", "fi", "en"), (None, None, "en"), ("", "", "en"), ("-", "_", "en"), ("id" + "-x" * 10_000, "en", "id"),
]


@pytest.mark.parametrize(("wanted", "default", "found"), LANGUAGES, ids=[f"{w}"[:9] + f"~{d}" for w, d, _ in LANGUAGES])
def test_the_language_that_suits_best(wanted, default, found):
    assert words.negotiate(wanted, default) == found


@given(st.text(st.characters()), st.none() | st.text())
def test_no_language_breaks_anything(wanted, default):
    assert words.negotiate(wanted, default) in words.LOCALES
    assert words.direction(wanted) in ("ltr", "rtl")
    assert words.text("Yes", wanted)


WAYS = [("en", "ltr"), ("ar", "rtl"), ("he-IL", "rtl"), ("fa_IR", "rtl"), ("x", "ltr")]


@pytest.mark.parametrize(("locale", "way"), WAYS)
def test_which_way_a_language_runs(locale, way):
    assert words.direction(locale) == way
