"""The widget's texts: every language says all of it, each button speaks its page's, and what we do not speak is English."""

import json
import re
import subprocess
from string import Formatter

import pytest
from playwright.sync_api import expect
from widget.conftest import like
from widget.test_build import ENVIRONMENT, ROOT

from afterlike.assets import FLOATING
from parts.fetch import sent

LANGUAGES = ["ar", "de", "en", "es", "fr", "hi", "id", "it", "ja", "ko", "nl", "pl", "pt", "tr", "zh"]
READING = """for (const name of process.argv.slice(1)) {
    const { button, panel, fields, optin, remember } = await import(`./widget/words/${name}.js`);
    console.log(JSON.stringify({ button, panel, fields, optin, remember }));
}"""
ENDS = re.compile(r"[.!।。！)]$")
TAG = "<script async src={collector}/w.js data-site={site}></script>"
MUG = f"<!doctype html><html lang={{lang}}><title>Mug</title><div data-afterlike-product></div>{TAG}"


@pytest.fixture(scope="module")
def words() -> dict[str, dict[str, str]]:
    """All texts, by language and then by `group.name`."""
    read = ["node", "--input-type=module", "--eval", READING, *LANGUAGES]
    told = subprocess.run(read, cwd=ROOT, env=ENVIRONMENT, check=True, capture_output=True, text=True).stdout.splitlines()
    return {
        language: {f"{group}.{name}": text for group, texts in json.loads(line).items() for name, text in texts.items()}
        for language, line in zip(LANGUAGES, told, strict=True)
    }


def places(text: str) -> list[str]:
    """The names that are filled in."""
    return sorted(name for _, name, _, _ in Formatter().parse(text) if name)


def test_the_languages_are_those_of_the_folder():
    assert sorted(file.stem for file in (ROOT / "widget/words").iterdir()) == LANGUAGES


@pytest.mark.parametrize("language", [one for one in LANGUAGES if one != "en"])
def test_a_language_says_all_of_it_in_its_own_words(language, words):
    own, english = words[language], words["en"]
    assert list(own) == list(english)
    assert [name for name in own if own[name] == english[name] and name != "remember.no"] == []  # “No” is Spanish too
    assert {name: places(text) for name, text in own.items()} == {name: places(text) for name, text in english.items()}
    assert [name for name in own if bool(ENDS.search(own[name])) != bool(ENDS.search(english[name]))] == []
    assert [text for text in own.values() if text != text.strip() or "  " in text] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_a_button_shows_is_in_its_name(language, words):
    """People who speak to their browser say what they see: WCAG 2.5.3."""
    assert words[language]["button.label"] in words[language]["button.like"]
    assert words[language]["button.locale"] == language


def test_each_page_has_its_button_in_its_language(chromium, shop, new_page, words):
    page = new_page(chromium)
    for language in LANGUAGES:
        shop({f"/{language}": MUG.replace("{lang}", language)})
        page.goto(f"{shop.url}/{language}")
        name = words[language]["button.like"].replace("{product}", "Mug")
        expect(page.get_by_role("button", name=name, exact=True)).to_have_text(words[language]["button.label"])


SPOKEN = {
    "he": "Like Mug", "en-GB": "Like Mug", "x": "Like Mug",
    "DE-at": "Gefällt mir: Mug", "in": "Suka Mug", "zh-Hant-TW": "赞：Mug",
}


@pytest.mark.parametrize(("lang", "name"), SPOKEN.items())
def test_a_language_that_we_do_not_speak_is_english(lang, name, any_browser, shop, new_page):
    page = new_page(any_browser)
    refused = []
    page.on("response", lambda one: refused.append(one.url) if one.status >= 400 and "/static/" in one.url else None)
    shop({"/": MUG.replace("{lang}", lang)})
    page.goto(shop.url)
    expect(page.get_by_role("button", name=name, exact=True)).to_be_visible()
    assert refused == []


def test_a_collector_that_has_lost_a_language_still_has_a_button(chromium, shop, new_page):
    page = new_page(chromium)
    page.route("**/static/widget/de-*", lambda route: route.abort())
    shop({"/": MUG.replace("{lang}", "de")})
    page.goto(shop.url)
    expect(like(page, "Mug")).to_be_visible()


ANSWERED = {
    "xx-0123456789ab.js": "en", "xx.js": "en", "he-0123456789ab.js": "en", "en-0123456789ab.js": "en",
    "de-0123456789ab.js": "de", "in-0123456789ab.js": "id",
}


@pytest.mark.parametrize(("file", "language"), ANSWERED.items())
def test_any_two_letters_are_answered_with_texts(file, language, collector):
    answer = sent(collector.url, "GET", f"/static/widget/{file}")
    assert answer.status == 200 and f'locale:"{language}"' in answer.body.decode()
    assert answer.headers["Cache-Control"] == FLOATING
    assert answer.headers["Access-Control-Allow-Origin"] == "*"


NO_LANGUAGE = ["XX-0123456789ab.js", "xxx.js", "x.js", "xx-0123456789ab.css", "xx.js.gz", "xx-zz.js", "xx-.js", "%C3%A9x.js"]


@pytest.mark.parametrize("file", NO_LANGUAGE)
def test_what_is_no_language_is_not_there(file, collector):
    assert sent(collector.url, "GET", f"/static/widget/{file}").status == 404
