"""What the widget costs a page before anybody presses: how much it asks for, and that nothing moves when it comes late."""

import re

import pytest
from widget.conftest import nothing_more

CARDS = "".join(
    f'<li data-afterlike-product="mug-{number}"><a href="/mugs/{number}"><h2>Mug {number}</h2></a>'
    "<span data-afterlike-button></span><p>Holds a third of a litre.</p></li>" for number in range(20)
)
JSON_LD = """<script type="application/ld+json">{"@type": "Product", "name": "Mug", "url": "/detail"}</script>
<h1>Mug</h1><div data-afterlike-button></div><p>Holds a third of a litre.</p>"""
TAG = '<script async src="{collector}/w.js" data-site="{site}"></script>'
# Two frames after the page was there, so that what moves has been painted before.
LATE = """<script>onload = () => requestAnimationFrame(() => requestAnimationFrame(() => {
    const tag = document.createElement('script');
    tag.src = '{collector}/w.js';
    tag.dataset.site = '{site}';
    document.head.append(tag);
}))</script>"""
SHIFT = """window.shift = 0; new PerformanceObserver(list => {
    for (const one of list.getEntries()) shift += one.value;
}).observe({ type: 'layout-shift', buffered: true })"""
RULE = "display: inline-flex; vertical-align: top; min-width: 120px; min-height: 44px"
RESERVE = f"<style>[data-afterlike-button] {{ {RULE} }}</style>"


def a_page(*parts: str) -> str:
    return f"<!doctype html><html lang=en><meta charset=utf-8><title>Mugs</title><link rel=icon href=data:,>{''.join(parts)}"


@pytest.mark.parametrize(("body", "asks"), [
    pytest.param(JSON_LD, ["/v1/counts"], id="json-ld"),
    pytest.param(f"<ul>{CARDS}</ul>", ["/v1/counts"], id="cards"),
    pytest.param("<h1>How mugs are made</h1><p>Of clay.</p>", [], id="no product"),
])
def test_a_page_costs_one_request_before_the_first_like(body, asks, chromium, shop, new_page):
    page = new_page(chromium)
    asked = []
    page.on("request", lambda request: asked.append("/" + request.url.split("/", 3)[3].partition("?")[0]))
    page.goto(shop({"/": a_page(TAG, body)}))
    page.wait_for_load_state("networkidle")
    nothing_more(page)
    # A page without a plain word on a product is read once more closely; that is a file, not a question.
    assert [path for path in asked if path not in ("/", "/w.js") and not re.search("/(read|sight)-", path)] == asks


@pytest.mark.parametrize(("style", "moves"), [(RESERVE, False), ("", True)], ids=["reserved", "not reserved"])
def test_what_comes_late_moves_nothing_where_its_place_is_reserved(style, moves, chromium, shop, new_page):
    page = new_page(chromium)
    page.add_init_script(SHIFT)
    page.goto(shop({"/": a_page(style, f"<ul>{CARDS}</ul>", LATE)}))
    page.wait_for_function("document.querySelectorAll('[data-afterlike-button] > *').length == 20")
    page.wait_for_load_state("networkidle")
    nothing_more(page)
    assert bool(page.evaluate("shift")) is moves
