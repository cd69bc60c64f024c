"""Looks and words that an owner writes: contrast as WCAG counts it, what is taken, what is refused, what it says to a page."""

import json
import re
from pathlib import Path

import pytest

from afterlike import words
from afterlike.sites import looks, looks_checks, own_words, page_line, privacy
from afterlike.sites.contrast import nearest, ratio, rgb

STATIC = Path(page_line.__file__).parents[1] / "static"
WIDGET = Path(__file__).parents[2] / "widget"


# Contrast. The first three are the examples that everybody knows; #777 misses 4.5 by a hair.
@pytest.mark.parametrize(("one", "other", "expected"), [
    ("#000000", "#ffffff", 21.0), ("#ffffff", "#ffffff", 1.0), ("#767676", "#ffffff", 4.54), ("#777777", "#ffffff", 4.48),
    ("#0000ff", "#ffffff", 8.59), ("#ff0000", "#ffffff", 4.0), ("#0a7d5a", "#ffffff", 5.13), ("#e0436f", "#000000", 5.2),
])
def test_contrast_is_that_of_wcag(one, other, expected):
    assert round(ratio(rgb(one), rgb(other)), 2) == round(ratio(rgb(other), rgb(one)), 2) == expected


def test_the_nearest_colour_is_the_first_that_does():
    white = rgb("#ffffff")
    found = nearest(rgb("#777777"), lambda colour: ratio(colour, white) >= 4.5)
    assert 4.5 <= ratio(found, white) < 4.7
    assert nearest(rgb("#777777"), lambda colour: False) is None


def test_the_widget_as_it_comes_can_be_read_in_light_and_dark():
    found = looks_checks.checks({"dark": "page"})
    assert len(found) == 2 * len(looks_checks.PAIRS) and all(check.is_fine for check in found)


WEAK = {"light_ground": "#ffd400", "light_text": "#ffffff"}


def test_what_is_weak_is_told_with_a_colour_that_would_do():
    weak = {check.name: check for check in looks_checks.checks(WEAK) if not check.is_fine}
    assert set(weak) == {"text", "pressed", "send"} and weak["text"].field == "text"
    mended = WEAK | {f"light_{check.field}": check.instead for check in weak.values()}
    assert all(check.is_fine for check in looks_checks.checks(mended))


def test_where_no_colour_would_do_none_is_named():
    """A grey button on a black panel: what can be seen on the one is lost on the other."""
    grey = {"light_ground": "#9a9a9a", "light_panel": "#555555", "light_panel_text": "#ffffff"}
    [pressed] = [one for one in looks_checks.checks(grey) if one.name == "pressed"]
    assert not pressed.is_fine and pressed.instead == ""


def test_a_button_without_icon_shows_its_press_by_its_edge():
    chosen = {"light_ground": "#e0436f"}
    on_the_button, on_the_page = (
        next(one for one in looks_checks.checks(chosen | more) if one.name == "pressed") for more in ({}, {"shown": "label"}))
    assert not on_the_button.is_fine and on_the_page.is_fine


# What is taken and what is refused.
BAD = [
    ("light_text", "red"), ("light_text", "#12345"), ("light_text", "#fff;background:url(//x)"), ("light_text", "rgb(0,0,0)"),
    ("dark_panel", "var(--x)"), ("light_ground", "#ﬀﬀﬀﬀ"), ("radius", "-1"), ("radius", "41"),
    ("radius", "6px"), ("font_size", "11"),
    ("shape", "moon"), ("shown", "</script>"), ("dark", "x"),
]


@pytest.mark.parametrize(("field", "value"), BAD, ids=map(str, BAD))
def test_what_is_no_colour_size_or_choice_is_refused(field, value):
    chosen, wrong = looks.read({field: value})
    assert chosen == {} and list(wrong) == [field] and wrong[field]


def test_what_says_nothing_is_not_kept():
    assert looks.read({"shape": "heart", "dark": "no", "light_page": "#FFF", "light_text": " ", "radius": ""}) == ({}, {})
    chosen, _ = looks.read({"light_text": "#ABC", "radius": "06", "shown": "icon"})
    assert chosen == {"light_text": "#aabbcc", "radius": 6, "shown": "icon"}
    assert looks.read(looks.as_typed(chosen)) == (chosen, {})


def test_every_property_is_one_that_the_widget_knows():
    chosen, _ = looks.read({"dark": "page", "radius": "1", "panel_radius": "1", "font_size": "15", "shown": "icon"} | {
        f"{scheme}_{name}": "#123456" if scheme == "light" else "#fedcba" for scheme in looks.SCHEMES for name in looks.COLOURS})
    known = set(re.findall(r"^ \*   (--afterlike-[a-z-]+)", (WIDGET / "style.css").read_text(), re.M))
    always, in_dark = looks.properties(chosen)
    assert set(always) <= known and len(always) == 11 and in_dark == {}
    assert always["--afterlike-border"] == "1px solid light-dark(#123456,#fedcba)"
    always, in_dark = looks.properties(chosen | {"dark": "system"})
    assert always["--afterlike-color"] == "#123456" and in_dark["--afterlike-color"] == "#fedcba"
    assert looks.properties(chosen | {"dark": ""})[0]["--afterlike-color"] == "#123456"


def test_dark_pages_without_a_colour_of_their_own_get_the_widgets():
    always, in_dark = looks.properties({"dark": "system", "light_text": "#111111", "dark_accent": "#ffffff"})
    assert (always["--afterlike-color"], in_dark["--afterlike-color"]) == ("#111111", "currentColor")
    assert (always["--afterlike-accent"], in_dark["--afterlike-accent"]) == ("#e0436f", "#ffffff")


def test_the_drawings_are_those_of_the_widget():
    button, own = ((WIDGET / name).read_text() for name in ("button.js", "own.js"))
    drawn = [(STATIC / "admin/looks.js").read_text(), (STATIC.parent / "templates/sites/widget.html").read_text()]
    outlines = [re.search(r"HEART = '(.+)'", button)[1], *re.findall(r"(?:thumb|star): '(.+)'", own)]
    assert len(outlines) == 3 and all(outline in text for outline in outlines for text in drawn)


# Words.

def test_every_text_of_the_widget_can_be_replaced_in_every_language():
    assert set(own_words.ours()) == set(words.LOCALES)
    for spoken in own_words.ours().values():
        names = {part: {name for name in texts if name != "locale"} for part, texts in spoken.items()}
        assert names == {part: set(texts) for part, texts in own_words.PARTS.items()}
        longest = {(part, name): most for part, texts in own_words.PARTS.items() for name, (_, most) in texts.items()}
        assert all(len(spoken[part][name]) <= most for (part, name), most in longest.items())


BAD_WORDS = [
    ("button.like", "Mag ich", own_words.NO_PLACEHOLDER), ("button.like", "{product} {price}", own_words.STRANGE_PLACEHOLDER),
    ("button.like", "{product} {product}", own_words.STRANGE_PLACEHOLDER), ("panel.of", "{n}", own_words.NO_PLACEHOLDER),
    ("button.label", "Like {product}", own_words.STRANGE_PLACEHOLDER), ("button.label", "x" * 25, own_words.TOO_LONG),
    ("optin.tick", "Tick, or “{no”", own_words.NO_PLACEHOLDER), ("panel.thanks", "Thanks }", own_words.STRANGE_PLACEHOLDER),
]


@pytest.mark.parametrize(("field", "text", "sentence"), BAD_WORDS, ids=[f"{field}: {text[:20]}" for field, text, _ in BAD_WORDS])
def test_a_text_that_cannot_be_filled_in_is_refused(field, text, sentence):
    own, wrong = own_words.read("en", {field: text})
    assert own == {} and wrong[field][0] == sentence


def test_words_are_kept_on_one_line_and_only_where_they_differ():
    own, wrong = own_words.read("de", {"button.label": " Mag\0 \n ich ", "panel.next": own_words.ours()["de"]["panel"]["next"]})
    assert (own, wrong) == ({"button": {"label": "Mag ich", "like": "Mag ich: {product}"}}, {})
    assert own_words.read("ar", {"panel.thanks": "شكرًا\u200c!"})[0] == {"panel": {"thanks": "شكرًا\u200c!"}}


def test_the_buttons_name_holds_its_label():
    for locale in words.LOCALES:
        assert own_words.read(locale, {}) == ({}, {})  # ours do
    own, wrong = own_words.read("en", {"button.label": "Love it", "button.like": "LOVE IT: {product}!"})
    assert (own["button"]["like"], wrong) == ("LOVE IT: {product}!", {})
    own, wrong = own_words.read("en", {"button.label": "Love it", "button.like": "Like {product}s"})
    assert wrong == {"button.like": (own_words.OTHER_NAME, {"label": "Love it"})} and own == {}


# Privacy.

@pytest.mark.parametrize(("field", "value"), [
    ("remember", "always"), ("consent", "never"), ("count_from", "0"), ("count_from", "x"), ("count_from", "12345678"),
])
def test_privacy_takes_only_what_is_offered(field, value):
    assert list(privacy.read({field: value})[1]) == [field]


# The line.

NASTY = ["</script><script>alert(1)</script>", "\u2028\u2029", "\"'`${alert(1)}", "<!--", "\\", "&lt;", "]]>"]


@pytest.mark.parametrize("nasty", NASTY)
def test_nothing_in_a_text_leaves_its_string(nasty):
    line = page_line.line("abc", {"words": {"en": {"button": {"label": nasty}}}})
    said = json.loads(re.search(r'"texts":("(?:[^"\\]|\\.)*")', line)[1])
    assert json.loads(said)["en"]["button"]["label"] == nasty
    assert not re.search("[\u2028\u2029]|</|<!--|]]>", line.removeprefix(page_line.BEGIN)) and line.count("\n") == 1


def test_a_site_without_settings_says_its_key_alone():
    assert page_line.line("abc", {}) == page_line.BEGIN + page_line.END % ('"abc"', "{}")
    assert page_line.attributes({"privacy": {"consent": "always", "remember": "ask", "count_from": 5}}) == {
        "remember": "ask", "countFrom": "5", "consent": ""}
