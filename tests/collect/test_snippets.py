"""What an owner copies: each platform's tag and product element, with every value escaped for where it will stand."""

import html
import json
import re
import subprocess

import pytest
from widget.test_build import ENVIRONMENT

from afterlike.collect import snippets

ADDRESS, SITE = "https://likes.shop.test", "235154770feee628"
NASTY = """'"><script>alert(1)</script>&amp;\\' {{ x }}"""
WISHES = {"locale": "pt-BR", "shape": "star", "count": "5", "target": """[data-a="b's"]""", "pages": "/blog/", "consent": "1"}
ALLOWED = {
    "nothing": ({}, {}),
    "the usual is left out": ({"shape": "heart", "position": "after", "remember": "like", "debug": ""}, {}),
    "all": (WISHES, WISHES),
    "spaces around": ({"locale": " de "}, {"locale": "de"}),
    "what is no option": ({"platform": "html", "x": "y"}, {}),
}
WRONG = {
    "a language": ("locale", "deutsch!"), "a shape": ("shape", "moon"), "a count": ("count", "0"), "a number": ("count", "many"),
    "a path": ("pages", "blog"), "a path with a quote": ("pages", '/"'), "a selector": ("target", "a{}"),
    "markup": ("card", "<b>"), "too long": ("target", "a" * 201), "two lines": ("target", "a\nb"),
    "a position": ("position", "left"), "a flag": ("debug", "yes"),
}


@pytest.mark.parametrize(("given", "chosen"), ALLOWED.values(), ids=ALLOWED)
def test_what_can_be_chosen(given, chosen):
    assert snippets.read(given) == (chosen, {})


@pytest.mark.parametrize(("name", "value"), WRONG.values(), ids=WRONG)
def test_what_cannot_is_said_and_left_out(name, value):
    chosen, wrong = snippets.read({name: value, "shape": value if name == "shape" else "star"})
    assert name not in chosen and re.fullmatch(r".{10,}\.", wrong[name])


def test_a_plain_tag():
    expected = f'<script async src="{ADDRESS}/w.js?site={SITE}" data-site="{SITE}"></script>'
    assert snippets.tag("html", ADDRESS, SITE, {}) == expected


def attributes(tag: str) -> dict[str, str]:
    return {name: html.unescape(value) for name, value in re.findall(r'(data-[a-z-]+)(?:="([^"]*)")?', tag)}


EXPECTED = {"data-site": SITE, "data-locale": "pt-BR", "data-shape": "star", "data-count-from": "5",
            "data-target": WISHES["target"], "data-pages": "/blog/", "data-consent": ""}


@pytest.mark.parametrize("platform", ["html", "shopify"])
def test_wishes_are_attributes(platform):
    tag = snippets.tag(platform, ADDRESS, SITE, WISHES)
    assert attributes(tag) == EXPECTED and tag.count("<script") == 1


def node(code: str) -> str:
    return subprocess.run(["node", "-e", code], env=ENVIRONMENT, capture_output=True, text=True, check=True).stdout.strip()


def test_the_tag_manager_makes_the_same_tag():
    """In ES5: Tag Manager refuses anything newer, and drops data- attributes from script elements."""
    tag = snippets.tag("gtm", ADDRESS, SITE, WISHES)
    assert tag.count("</script>") == 1 and not re.search(r"=>|\b(const|let)\b|`|\{\{", tag)
    code = tag.removeprefix("<script>").removesuffix("</script>")
    found = json.loads(node(f"""
        const made = {{ setAttribute(name, value) {{ this[name] = value }} }};
        const document = {{ createElement: () => made, head: {{ appendChild() {{}} }} }};
        {code}
        console.log(JSON.stringify(made));
    """))
    assert found == EXPECTED | {"async": True, "src": f"{ADDRESS}/w.js?site={SITE}"}


def test_react_calls_load_with_the_same_wishes():
    tag = snippets.tag("react", ADDRESS, SITE, WISHES)
    code = re.sub(r"^import .*$", "", tag, flags=re.M)
    found = json.loads(node(f"""
        const load = given => {{ console.log(JSON.stringify(given)); return Promise.resolve(); }};
        const useEffect = (effect, on) => effect(on);
        {code}
    """))
    assert found == {"site": SITE, "collector": ADDRESS, "locale": "pt-BR", "shape": "star", "countFrom": 5,
                     "target": WISHES["target"], "pages": "/blog/", "consent": True}


def test_php_texts_end_where_they_should():
    tag = snippets.tag("wordpress", ADDRESS, SITE, WISHES)
    assert """'data-target' => '[data-a="b\\'s"]',""" in tag and "'data-consent' => true," in tag
    assert tag.count("(") == tag.count(")")


def test_a_products_element_holds_what_strangers_wrote_as_text():
    facts = {"key": NASTY, "url": "https://shop.test/?a=1&b='2'", "title": NASTY, "price": "19.90", "currency": "EUR"}
    made = snippets.mark("html", facts)
    assert "<script" not in made and attributes(made) == {
        "data-afterlike-product": NASTY, "data-url": facts["url"], "data-title": NASTY, "data-price": "19.90",
        "data-currency": "EUR", "data-afterlike-button": "",
    }
    in_jsx = snippets.mark("react", facts)
    assert "<script" not in in_jsx
    assert json.loads(re.search(r"data-title=\{(.*)\}", in_jsx)[1]) == NASTY


@pytest.mark.parametrize("platform", snippets.TEMPLATED)
def test_a_shops_template_fills_in_its_own_products(platform):
    made = snippets.mark(platform, {"key": NASTY})
    assert "data-afterlike-product=" in made and "data-afterlike-button" in made and NASTY not in made
