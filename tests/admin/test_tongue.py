"""The admin pages speak Indonesian too: no text is missing, the browser's language is heard, what is unknown is English."""

import re

import pytest
from admin.desk import ask
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from afterlike import words

KEYWORDS = {"says": None, "counts": (1, 2), "_": None, "ngettext": (1, 2)}
METHODS = [  # as in locale/admin.cfg
    ("**.py", "python"), ("**/templates/person/**", "ignore"), ("**/templates/mail/**", "ignore"),
    ("**/templates/**.html", "jinja2"),
]
FILLED = re.compile(r"\{\w*\}")


@pytest.fixture(scope="module")
def written() -> set[str]:
    """Every text of the admin pages that stands in the code and the templates."""
    found = extract_from_dir(words.FOLDER.parent, METHODS, keywords=KEYWORDS)
    return {message[0] if isinstance(message, tuple) else message for _, _, message, _, _ in found}


def catalogue() -> dict[str, list[str]]:
    with open(words.FOLDER / "id" / "LC_MESSAGES" / "admin.po", "rb") as file:
        messages = [message for message in read_po(file, locale="id") if message.id]
    assert [message.id for message in messages if message.fuzzy] == []
    return {message.id if isinstance(message.id, str) else message.id[0]:
            [message.string] if isinstance(message.string, str) else list(message.string) for message in messages}


def test_no_text_is_missing_or_left_over(written):
    assert words.DESK_LOCALES == ("en", "id")
    assert {text for text, said in catalogue().items() if all(said)} == written, "see CONTRIBUTING, Texts"


def test_what_is_filled_in_is_filled_in_there_too():
    said = [(text, one) for text, told in catalogue().items() for one in told]
    assert [text for text, one in said if sorted(FILLED.findall(one)) != sorted(FILLED.findall(text))] == []


LANGUAGES = [("id", "id"), ("id-ID,en;q=0.5", "id"), ("en,id;q=0.5", "en"), ("fr,id;q=0.5", "id"), ("", "en"), ("\x7f-", "en")]


@pytest.mark.parametrize(("asked", "spoken"), LANGUAGES)
def test_before_sign_in_the_browsers_language_is_heard(collector, asked, spoken):
    page = ask("GET", f"{collector.url}/admin/sign-in", headers={"Accept-Language": asked, "Accept": "text/html"})
    assert page.status == 200 and f'<html lang="{spoken}">' in page.text
    assert ("Langsung ke isi" in page.text) is (spoken == "id")
