"""Which products the widget finds in which markup, and where it puts their buttons."""

import json

import pytest
from widget.conftest import found, like, nothing_more

TAG = '<script async src="{collector}/w.js" data-site="{site}" data-debug></script>'


def ld(*blocks: object) -> str:
    written = (block if isinstance(block, str) else json.dumps(block) for block in blocks)
    return "".join(f'<script type="application/ld+json">{block}</script>' for block in written)


def mug(**more) -> dict:
    return {"@type": "Product", "name": "Mug", "url": "/mug", **more}


def card(name: str, **more) -> dict:
    return {"@type": "Product", "name": name, "url": f"/{name.lower()}", **more}


H1 = "<main><h1>Mug</h1><p>A mug.</p></main>"
CARD = '<li><a href="/{0}"><img alt="" src="/i.png"></a><a href="/{0}">{0}</a></li>'
CARDS = f"<main><h1>All</h1><ul>{''.join(CARD.format(one) for one in 'abc')}</ul></main>"
LISTED = {"@type": "ItemList", "itemListElement": [{"@type": "ListItem", "position": 1, "item": card(one)} for one in "ABC"]}
MICRO = """<div itemscope itemtype="https://schema.org/Product">
<h1 itemprop="name">Mug</h1><img itemprop="image" src="/m.png" alt="">
<span itemprop="brand" itemscope itemtype="https://schema.org/Brand"><meta itemprop="name" content="Kiln"></span>
<div itemprop="offers" itemscope itemtype="https://schema.org/Offer">
<span itemprop="price" content="12.50">12,50 €</span><meta itemprop="priceCurrency" content="EUR">
<link itemprop="availability" href="https://schema.org/OutOfStock"></div>
<div itemprop="isRelatedTo" itemscope itemtype="https://schema.org/Product">
<a itemprop="url" href="/jug"><span itemprop="name">Jug</span></a></div></div>"""
MICRO_CARD = """<div itemscope itemtype="http://schema.org/Product">
<a itemprop="url" href="/{0}"><h2 itemprop="name">{0}</h2></a></div>"""
# Its first name is its maker's, its address stands among others, a part of it elsewhere, and its price in full.
ODD_CARDS = """<main><h1>All</h1>
<div itemscope itemtype="http://schema.org/Product">
<p itemprop="brand" itemscope itemtype="http://schema.org/Brand"><b itemprop="name">Kiln</b></p>
<a itemprop="sameAs url" href="/a"><h2 itemprop="schema:name">A</h2></a><img itemprop="image" src="/a.png" alt="">
<p itemprop="offers" itemscope itemtype="http://schema.org/Offer"><link itemprop="url" href="/deal">
<b itemprop="price">12,50</b><meta itemprop="priceCurrency" content="EUR"></p></div>
<div itemscope itemtype="http://schema.org/Product" itemref="of-b"><h2 itemprop="name">B</h2><b itemprop="sku">R-2</b></div>
<p id="of-b"><a itemprop="url" href="/b">More</a></p>
<div itemscope itemtype="http://schema.org/Product"><h2 itemprop="name">C</h2>
<p itemprop="offers" itemscope itemtype="http://schema.org/Offer"><link itemprop="url" href="/c"></p></div></main>"""
MICRO_CARDS = f"<main><h1>All</h1>{''.join(MICRO_CARD.format(one) for one in 'ab')}</main>"
OG = """<meta property="og:type" content="product"><meta property="og:title" content="Mug">
<meta property="og:url" content="/mug"><meta property="og:image" content="">
<meta property="product:price:amount" content="12.50"><meta property="product:price:currency" content="EUR">
<meta property="product:availability" content="in stock">"""
EURO = {"price": "12.50", "currency": "EUR"}
NO_PRICE = {"price": None, "currency": None}

# What the page holds -> the products that it must give, as far as told here.
CASES = {
    "attributes, all of them": (
        '<h1>Shop</h1><div data-afterlike-product data-key="m1" data-url="/mug?utm_source=x" data-title="Mug" '
        'data-image="/m.png" data-price="12.50" data-currency="EUR" '
        'data-category="Mugs" data-availability="in_stock" data-sku="S" data-brand="Kiln"></div>',
        [{"key": "m1", "url": "/mug", "title": "Mug", "image": "/m.png", **EURO, "category": "Mugs",
          "availability": "in_stock", "sku": "S", "brand": "Kiln"}]),
    "attributes, the bare one": ("<h1>Mug</h1><div data-afterlike-product></div>", [{"url": "/page", "title": "Title"}]),
    "attributes on cards": (
        '<h1>All</h1><ul><li data-afterlike-product="a"><a href="/a"><h2>A</h2></a></li>'
        '<li data-afterlike-product><a href="/b">B</a></li></ul>',
        [{"key": "a", "url": "/a", "title": "A"}, {"key": "/b", "url": "/b", "title": "B"}]),
    "attributes are the owner's word": (
        ld(mug()) + '<h1>Mug</h1><div data-afterlike-product="other" data-url="/other" data-title="Other"></div>',
        [{"key": "other"}]),
    "a script address in an attribute": (
        '<h1>Mug</h1><div data-afterlike-product="a" data-url="javascript:alert(1)" data-image="javascript:1"></div>',
        [{"key": "a", "url": "/page", "image": None}]),

    "JSON-LD": (ld(mug(image=["/1.png", "/2.png"], brand={"name": "Kiln"}, sku=77, offers={
        "price": 12.5, "priceCurrency": "EUR", "availability": "http://schema.org/PreOrder"})) + H1,
        [{"key": "/mug", "url": "/mug", "title": "Mug", "image": "/1.png", "price": "12.5", "currency": "EUR",
          "availability": "preorder",
          "brand": "Kiln", "sku": "77"}]),
    "JSON-LD without an address": (ld({"@type": "Product", "name": "Mug"}) + H1, [{"url": "/page"}]),
    "JSON-LD without an address, with a canonical link": (
        '<link rel="canonical" href="/canonical?utm_medium=x&amp;a=1#top">' + ld({"@type": "Product", "name": "Mug"}) + H1,
        [{"url": "/canonical?a=1"}]),
    "JSON-LD graph": (ld({"@graph": [{"@type": "WebSite", "name": "Shop"}, mug()]}) + H1, [{"url": "/mug"}]),
    "JSON-LD array of types": (ld(mug(**{"@type": ["Thing", "https://schema.org/Product"]})) + H1, [{"url": "/mug"}]),
    "JSON-LD array of blocks": (ld([{"@type": "Organization"}, mug()]) + H1, [{"url": "/mug"}]),
    "JSON-LD main entity": (ld({"@type": "ItemPage", "mainEntity": mug()}) + H1, [{"url": "/mug"}]),
    "JSON-LD with many offers": (
        ld(mug(offers={"@type": "AggregateOffer", "lowPrice": "9.00", "priceCurrency": "USD"})) + H1, [{"price": "9.00"}]),
    "a broken block before a good one": (ld("{broken", mug()) + H1, [{"url": "/mug"}]),
    "a group with its variants inside": (
        ld({"@type": "ProductGroup", "name": "Mug", "url": "/mug", "productGroupID": "G", "hasVariant": [
            mug(name="Blue", offers={"price": "12.50", "priceCurrency": "EUR"}), mug(name="Red")]}) + H1,
        [{"url": "/mug", "title": "Mug", "price": "12.50", "sku": "G"}]),
    "a group with its variants beside": (
        ld({"@graph": [mug(name="Blue", url="/mug?c=b", isVariantOf={"@id": "#g"}),
                       mug(name="Red", url="/mug?c=r", isVariantOf={"@id": "#g"}),
                       {"@type": "ProductGroup", "@id": "#g", "name": "Mug", "url": "/mug"}]}) + H1,
        [{"url": "/mug", "title": "Mug"}]),
    "variants without their group": (
        ld(*(mug(name=name, url=f"/mug?c={name}", inProductGroupWithID="G") for name in ("Blue", "Red"))) + H1,
        [{"title": "Blue"}]),
    "a list whose products stand on the page": (ld(LISTED) + CARDS, [{"url": "/a"}, {"url": "/b"}, {"url": "/c"}]),
    "a list whose products are elsewhere": (ld(LISTED) + H1, []),
    "several products on a page of their own": (ld(card("A"), card("Page"), card("B")) + H1, [{"url": "/page", "title": "Page"}]),
    "a product with related ones inside": (ld(mug(isRelatedTo=[card("A"), card("B")])) + H1 + CARDS, [{"url": "/mug"}]),
    "a script address": (ld(mug(url="javascript:alert(1)")) + H1, [{"url": "/page"}]),
    "an empty image": (ld(mug(image="")) + H1, [{"url": "/mug", "image": None}]),
    "a picture as an object": (ld(mug(image={"@type": "ImageObject", "url": "/1.png"})) + H1, [{"image": "/1.png"}]),
    "tracking in the address": (ld(mug(url="/mug?gclid=1&utm_campaign=x&color=blue")) + H1, [{"url": "/mug?color=blue"}]),
    "a price for people": (
        ld(mug(offers={"price": "1.299,00 €", "priceCurrency": "EUR"})) + H1, [{"price": "1299.00", "currency": "EUR"}]),
    "a price that may be two": (ld(mug(offers={"price": "1.299", "priceCurrency": "EUR"})) + H1, [NO_PRICE]),
    "a price without currency": (ld(mug(offers={"price": "12.50"})) + H1, [NO_PRICE]),
    "a name of many lines and half a character": (ld(mug(name="  Big\n mug \ud83d")) + H1, [{"title": "Big mug \ufffd"}]),
    "a very long name": (ld(mug(name="m" * 400)) + H1, [{"title": "m" * 300}]),

    "microdata": (MICRO, [{"url": "/page", "title": "Mug", "image": "/m.png", **EURO, "availability": "out_of_stock",
                           "brand": "Kiln"}]),
    "microdata on cards": (MICRO_CARDS, [{"url": "/a", "title": "a"}, {"url": "/b", "title": "b"}]),
    "microdata on cards, spread and mixed": (
        ODD_CARDS, [{"url": "/a", "title": "A", "image": "/a.png", **EURO, "brand": "Kiln"},
                    {"url": "/b", "title": "B", "sku": "R-2"}, {"url": "/c", "title": "C"}]),
    "microdata, an address on what is no link": (
        MICRO.replace("<link itemprop", "<span itemprop").replace("OutOfStock\">", "PreOrder\">Ware</span>"),
        [{"availability": "preorder"}]),
    "microdata, a price for people": (MICRO.replace(' content="12.50"', ""), [EURO]),
    "microdata and JSON-LD of one product": (ld({"@type": "Product", "name": "Mug"}) + MICRO, [{"url": "/page"}]),
    "microdata cards on the page of a product": (ld(mug()) + H1 + MICRO_CARDS, [{"url": "/mug"}, {"url": "/a"}, {"url": "/b"}]),

    "OpenGraph": (OG + H1, [{"url": "/mug", "title": "Mug", "image": None, **EURO, "availability": "in_stock"}]),
    "OpenGraph and JSON-LD of one product": (OG + ld(mug(name="Named")) + H1, [{"url": "/mug", "title": "Named"}]),
    "OpenGraph of an article": ('<meta property="og:type" content="article"><meta property="og:title" content="News">' + H1, []),
    "a page without a product": (H1, []),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_what_is_found(case, chromium, shop, new_page):
    markup, expected = case
    page = new_page(chromium)
    url = shop({"/page": f"<!doctype html><html lang=en><title>Title</title>{TAG}{markup}"})
    page.goto(f"{url}/page")
    page.wait_for_load_state("networkidle")
    assert [_local(one, url, want) for one, want in zip(found(page), expected, strict=True)] == expected


def _local(product: dict, url: str, want: dict) -> dict:
    """The product, as far as it is asked for, with addresses as paths."""
    return {name: value.removeprefix(url) if (value := product.get(name)) else None for name in want}


def _place(page, name: str) -> str:
    """What stands around the product's button."""
    return like(page, name).evaluate("""button => {
        const { host } = button.getRootNode();
        return `${host.parentElement.tagName} ${host.previousElementSibling?.tagName}`;
    }""")


PLACES = {
    "after the main heading": (ld(mug()) + "<header><h1>Shop</h1></header><main><h1>Fine mugs</h1><p>…</p></main>", "MAIN H1"),
    "after the heading that names it": (ld(mug()) + "<h1>Shop</h1><div><h1>Mug</h1></div>", "DIV H1"),
    "after the second-level heading that names it": (
        ld(mug()) + "<header><h1>Shop</h1></header><main><h2>Mug</h2></main>", "MAIN H2"),
    "beside the price, not the cart's": (
        ld(mug()) + "<header><b class=cart-price>€ 0</b></header><div><p class=price>€ 12</p></div>", "DIV P"),
    "in the slot": (ld(mug()) + H1 + "<aside data-afterlike-button></aside>", "ASIDE undefined"),
    "beside the price": (ld(mug()) + "<div><p class=price>€ 12</p></div>", "DIV P"),
    "in the main part": (ld(mug()) + "<main></main>", "MAIN undefined"),
    "in the card": ('<ul><li data-afterlike-product data-title="Mug"><a href="/mug">x</a></li></ul>', "LI A"),
    "after a card that is a link": ('<div><a data-afterlike-product data-title="Mug" href="/mug">x</a></div>', "DIV A"),
    "in the listed product's card": (ld({**LISTED, "itemListElement": [mug(), card("A")]}) +
                                     '<ul><li><p><a href="/mug">Mug</a></p><b></b></li><li><a href="/a">A</a></li></ul>', "LI B"),
    "in the last cell of a row": (
        '<table><tr itemscope itemtype="http://schema.org/Product"><td itemprop="name">Mug<td><a href="/mug">x</a></table>',
        "TD A"),
}


@pytest.mark.parametrize("case", PLACES.values(), ids=PLACES.keys())
def test_where_the_button_stands(case, chromium, shop, new_page):
    markup, place = case
    page = new_page(chromium)
    page.goto(shop({"/": f"<!doctype html><html lang=en><title>Title</title>{TAG}{markup}"}))
    like(page, "Mug").wait_for()
    assert _place(page, "Mug") == place


def test_products_that_come_late_get_their_button(any_browser, shop, new_page):
    page = new_page(any_browser)
    page.goto(shop({"/": f"<!doctype html><html lang=en><title>Shop</title>{TAG}<main id=app></main>"}))
    nothing_more(page, 700)
    assert found(page) == []
    page.evaluate("app.innerHTML = '<h1>Mugs</h1><div data-afterlike-product=a data-url=/a data-title=A></div>'")
    like(page, "A").wait_for()
    page.evaluate("app.insertAdjacentHTML('beforeend', '<div data-afterlike-product=b data-url=/b data-title=B></div>')")
    like(page, "B").wait_for()
    assert len(found(page)) == 2


def test_a_page_within_a_page_is_another_product(any_browser, shop, new_page):
    """The canonical link and the JSON-LD of the page before stay in the head of many single-page shops."""
    page = new_page(any_browser)
    head = f'<title>A</title><link rel=canonical href="/a">{TAG}{ld({"@type": "Product", "name": "A"})}'
    shop({"/a": f"<!doctype html><html lang=en>{head}<main><h1>A</h1></main>"})
    page.goto(f"{shop.url}/a")
    like(page, "A").wait_for()

    page.evaluate("history.pushState({}, '', '/about')")
    like(page, "A").wait_for(state="detached")

    page.evaluate("""() => {
        history.pushState({}, '', '/b');
        document.querySelector('h1').textContent = 'B';
        document.querySelector('[type$=json]').textContent = JSON.stringify({ '@type': 'Product', name: 'B' });
    }""")
    like(page, "B").wait_for()
    assert [one["url"] for one in found(page)] == [f"{shop.url}/b"]


def test_choosing_a_variant_is_not_another_page(any_browser, shop, new_page):
    page = new_page(any_browser)
    page.goto(shop({"/": f"<!doctype html><html lang=en><title>A</title>{TAG}{ld(mug())}{H1}"}))
    like(page, "Mug").wait_for()
    page.evaluate("history.replaceState({}, '', '?variant=7')")
    nothing_more(page)
    assert [one["url"] for one in found(page)] == [f"{shop.url}/mug"]


def test_two_hundred_products_cost_one_request(chromium, shop, new_page):
    page = new_page(chromium)
    asked = []
    page.on("request", lambda request: asked.append(request.url) if "/v1/" in request.url else None)
    cards = "".join(f'<li data-afterlike-product="k{n}" data-url="/p/{n}" data-title="P {n}">{n}</li>' for n in range(200))
    page.goto(shop({"/": f"<!doctype html><html lang=en><title>All</title>{TAG}<ul>{cards}</ul>"}))
    like(page, "P 199").wait_for()
    page.wait_for_load_state("networkidle")
    assert len(asked) == 1


def test_the_page_gets_its_turn_while_many_products_are_looked_for(chromium, shop, new_page):
    told = [{"@type": "Product", "name": f"Mug {n}", "url": f"/mugs/{n}?size=2", "offers": {"price": "9.50"}} for n in range(600)]
    block = json.dumps({"@type": "ItemList", "itemListElement": [{"@type": "ListItem", "item": one} for one in told]})
    cards = "".join(f'<li><a href="{one["url"]}"><h2>{one["name"]}</h2></a></li>' for one in told)
    page = new_page(chromium)
    # The page's clock goes on by a millisecond each time it is asked: what is long does not depend on the machine.
    page.add_init_script("let moment = Date.now(); Date.now = () => moment++")
    page.goto(shop({"/": f'{TAG}<script type="application/ld+json">{block}</script><main><ul>{cards}</ul></main>'}))
    page.wait_for_function("() => [...document.querySelectorAll('li')].at(-1).lastChild.shadowRoot", timeout=60_000)
    turns = page.evaluate("""async () => {
        let turns = 0;
        const turn = () => { turns++; setTimeout(turn); };
        turn();
        await Afterlike.look(); // loads the method
        turns = 0;
        await Afterlike.look(); // nothing is new, so all of this is looking
        return turns;
    }""")
    assert turns > 20
