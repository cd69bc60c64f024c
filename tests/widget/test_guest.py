"""A guest on somebody else's page: strict policies, hostile pages, no trace."""

import pytest
from playwright.sync_api import expect
from widget.conftest import like, nothing_more

from parts.browsers import both_browsers

STRICT = (
    "default-src 'none'; script-src {collector}; style-src 'self'; img-src 'self'; connect-src {collector}; "
    "require-trusted-types-for 'script'"
)
TAG = '<script async src="{collector}/w.js" data-site="{site}"></script>'
MUG = '<div data-afterlike-product="k" data-title="Mug"></div>'
LISTENING = """<script>window.wrong = 0;
addEventListener('error', () => wrong++);
addEventListener('unhandledrejection', () => wrong++)</script>"""
HOSTILE = """<style>div, * { display: none !important }</style><script>
Array.prototype.extra = () => {};
Object.prototype.more = 'x';
window.fetch = () => { throw new Error('no') };</script>"""


def a_page(*parts: str) -> str:
    return f"<!doctype html><html lang=en><meta charset=utf-8><title>Mug</title>{''.join(parts)}"


@both_browsers
def test_a_strict_policy_with_trusted_types_is_enough(any_browser, shop, mugs, new_page, ask):
    ask({"key": "why", "type": "multi", "title": "Why?", "options": [{"key": "a", "text": "A"}, {"key": "b", "text": "B"}]},
        {"key": "how", "type": "rating", "title": "How much?", "scale": 5})
    page = new_page(any_browser)
    said = []
    page.on("console", lambda message: said.append(message.text) if message.type in ("error", "warning") else None)
    shop({"/strict.html": a_page('<link rel="stylesheet" href="/shop.css"><main><h1>Mug</h1></main>', MUG, TAG)},
         headers={"Content-Security-Policy": STRICT})
    page.goto(f"{mugs}/strict.html")
    like(page, "Mug").click()
    page.get_by_label("A").check()
    page.get_by_role("button", name="Next").click()
    page.get_by_role("button", name="4").click()
    expect(page.get_by_text("Thank you kindly!")).to_be_visible()
    page.keyboard.press("Escape")
    assert [text for text in said if "favicon" not in text and "404" not in text] == []


def test_a_page_that_patches_everything_is_unharmed(chromium, shop, new_page):
    page = new_page(chromium)
    page.goto(shop({"/": a_page(LISTENING, HOSTILE, MUG, TAG)}))
    page.wait_for_function("document.querySelector('[data-afterlike-product] div')")
    page.evaluate("document.querySelector('[data-afterlike-product] div').shadowRoot.querySelector('button').click()")
    nothing_more(page)
    assert page.evaluate("window.wrong") == 0


@pytest.mark.parametrize("answer", ["nothing", "<html>", '{"counts": 7}', '{"counts": {"k": "<img>"}}'])
def test_a_strange_collector_does_the_page_no_harm(answer, chromium, shop, new_page):
    page = new_page(chromium)
    page.route("**/v1/**", lambda route: route.fulfill(status=200, headers={"Access-Control-Allow-Origin": "*"}, body=answer))
    page.goto(shop({"/": a_page(LISTENING, MUG, TAG)}))
    like(page, "Mug").click()
    nothing_more(page)
    assert page.evaluate("window.wrong") == 0


def test_a_tag_without_a_site_does_nothing(chromium, shop, new_page):
    page = new_page(chromium)
    page.goto(shop({"/": a_page(MUG, '<script src="{collector}/w.js"></script>')}))
    nothing_more(page)
    assert page.evaluate("document.querySelector('[data-afterlike-product]').children.length") == 0


@both_browsers
def test_the_button_is_a_real_one_and_large_enough(any_browser, mugs, new_page):
    page = new_page(any_browser)
    page.goto(f"{mugs}/mug.html")
    button = like(page)
    button.wait_for()
    box = button.bounding_box()
    assert box["width"] >= 44
    assert box["height"] >= 44
    assert button.evaluate("one => [one.localName, one.form, one.getAttribute('aria-pressed')]") == ["button", None, "false"]
    button.press("Enter")
    expect(button).to_have_attribute("aria-pressed", "true")
    assert button.evaluate("one => one.getAttribute('aria-label')") == "Like Blue mug"
