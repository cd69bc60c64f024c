"""A new site, and one whose pages waited for a part of the widget, gets a script that brings it along."""

import contextlib
import json
import sqlite3
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Request, expect
from widget.conftest import found, like, nothing_more
from widget.test_build import BUILT, manifest

from parts.browsers import both_browsers
from parts.fetch import sent
from parts.product import Collector
from parts.programs import until

STRICT = ("default-src 'none'; script-src {collector}; connect-src {collector}; img-src data:; "
          "require-trusted-types-for 'script'")
TAG = '<script async src="{{collector}}/w.js?site={{site}}" data-site="{{site}}" {}></script>'
MICRODATA = """<main itemscope itemtype="https://schema.org/Product"><h1 itemprop="name">Mug 1</h1>
<p itemprop="offers" itemscope itemtype="https://schema.org/Offer"><b itemprop="price" content="9.90">€9.90</b>
<meta itemprop="priceCurrency" content="EUR"><link itemprop="availability" href="https://schema.org/InStock"></p></main>"""
LISTED = [{"@type": "ListItem", "item": {"@type": "Product", "name": f"Mug {n}", "url": f"/mugs/{n}"}} for n in (1, 2, 3)]
LIST = "".join((
    f'<script type="application/ld+json">{json.dumps({"@type": "ItemList", "itemListElement": LISTED})}</script><ul>',
    *(f'<li><a href="/mugs/{n}"><h2>Mug {n}</h2></a><p>€{n}.50</p></li>' for n in (1, 2, 3)), "</ul>",
))
OFFER = '{"price": 9, "availability": "InStock"}'
ONE = f'<script type="application/ld+json">{{"@type": "Product", "name": "Mug 1", "offers": {OFFER}}}</script><h1>Mug 1</h1>'
SOLD = "<main><h1>Mug 1</h1><p>€9.90</p><button>Add to cart</button></main>"


@pytest.fixture
def own(collector, site, shop):
    """A collector with a new site of this test's own, which the shop's pages name."""
    made = Collector(collector.server, site(collector.server, origin=collector.registered.origin))
    shop.fill["site"] = made.site
    return made


@pytest.fixture
def old(own):
    """As it is when its first ninety days are over, in which no page waited."""
    with contextlib.closing(sqlite3.connect(own.server.home / "afterlike.db", timeout=30)) as tx, tx:
        tx.execute("update sites set made_at = made_at - 91 * 86400000 where key = ?", [own.site])
    until(lambda: brings(own, "w.js"), what="the small script")
    return own


def a_page(body: str, options: str = "") -> str:
    head = "<!doctype html><html lang=en><meta charset=utf-8><title>Mug 1</title><link rel=icon href=data:,>"
    return f"{head}{body}{TAG.format(options)}"


def visited(browser, url: str, new_page):
    """A new visitor's page with its buttons, and what it asked the collector for, without the words of the query."""
    page, asked = new_page(browser), []
    page.on("request", lambda one: asked.append(urlsplit(one.url).path))
    page.goto(url)
    expect(like(page, "Mug 1")).to_be_visible()
    nothing_more(page)
    return page, [path for path in asked if path != "/"]


def shown(page) -> list[dict]:
    """What is known of the products, without their counts."""
    return [one | {"count": 0} for one in found(page)]


def press(page) -> Request:
    """A like, until what the page shows besides has been sent."""
    with page.expect_response(lambda answer: "/v1/likes/details" in answer.url and answer.ok) as sent:
        like(page, "Mug 1").click()
    return sent.value.request


def said(request: Request) -> dict:
    """Chromium alone shows it."""
    return json.loads(request.post_data)


def brings(own, name: str) -> bool:
    """Whether the site's script is this one now, after the line with its settings."""
    answer = sent(own.url, "GET", f"/w.js?site={own.site}")
    return answer.body.endswith((BUILT / manifest()[name]["file"]).read_bytes())


def built(name: str) -> str:
    return f"/static/widget/{manifest()[name]['file']}"


@pytest.mark.parametrize("body", [MICRODATA, LIST, ONE], ids=["microdata", "a list", "one in JSON-LD"])
def test_a_new_site_s_first_visitors_wait_for_nothing(body, chromium, shop, own, new_page):
    _, asked = visited(chromium, shop({"/": a_page(body)}), new_page)
    assert asked == ["/w.js", "/v1/counts"]


@both_browsers
@pytest.mark.parametrize("body", [MICRODATA, LIST], ids=["microdata", "a list"])
def test_once_pages_have_waited_only_the_counts_are_asked_for(body, any_browser, shop, old, new_page):
    url = shop({"/": a_page(body)})
    page, asked = visited(any_browser, url, new_page)
    assert asked == ["/w.js", built("read.js"), "/v1/counts"]
    facts = shown(page)
    press(page)
    page, asked = later(any_browser, url, new_page, old)
    assert asked == ["/w.js", "/v1/counts"]
    assert shown(page) == facts


def later(browser, url: str, new_page, own):
    """A new visitor's page, once the site's script is whole."""
    until(lambda: brings(own, "whole.js"), what="the whole script")
    return visited(browser, url, new_page)


def test_an_options_own_part_comes_along_too(chromium, shop, old, new_page):
    url = shop({"/": a_page(ONE, 'data-shape="star"')})
    page, asked = visited(chromium, url, new_page)
    assert asked == ["/w.js", built("own.js"), "/v1/counts"]
    star = like(page, "Mug 1").locator("path").get_attribute("d")
    assert said(press(page))["waited"] is True
    page, asked = later(chromium, url, new_page, old)
    assert asked == ["/w.js", "/v1/counts"]
    assert like(page, "Mug 1").locator("path").get_attribute("d") == star
    assert said(press(page))["waited"] is True  # so the site goes on knowing


def test_a_page_that_waits_for_nothing_keeps_the_small_script(chromium, shop, old, new_page):
    url = shop({"/": a_page(ONE)})
    page, asked = visited(chromium, url, new_page)
    assert asked == ["/w.js", "/v1/counts"]
    assert "waited" not in said(press(page)) and brings(old, "w.js")


@both_browsers
def test_the_whole_script_finds_its_other_parts_under_the_strictest_policy(any_browser, shop, own, new_page):
    url = shop({"/": a_page(SOLD)}, headers={"Content-Security-Policy": STRICT})
    page, asked = visited(any_browser, url, new_page)
    assert asked == ["/w.js", built("sight.js"), "/v1/counts"]
    press(page)
    assert [(one["title"], one["price"], one["currency"]) for one in found(page)] == [("Mug 1", "9.90", "EUR")]
