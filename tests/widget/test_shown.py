"""What the widget sees on pages that tell machines little or nothing, and what it reads of a product at the first press."""

import json
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page
from widget.test_build import BUILT, manifest

from parts.browsers import Pages

SHOP = "https://shop.test"
READ = f"/{manifest()['read.js']['file']}"
# Refuses the page all writing of HTML, so that a reader that tried would fail here.
STRICT = {"content-security-policy": "require-trusted-types-for 'script'"}

# Reads the page as the core would have it read, into `products`: what is found, filled up by the details.
LOOK = """async ({ read, pages }) => {
    const { read: reader, details } = await import(read);
    const finds = [], page = document.URL.split('#')[0];
    const add = (told, at) => {
        const url = told.url ? new URL(told.url, page).href : page;
        if (!finds.some(one => one.product.url == url)) finds.push({ at, told, product: { key: url, url, title: told.name } });
    };
    const main = told => add({ ...told, url: undefined }, document.querySelector('h1') ?? document.body);
    await reader({ doc: document, page, finds, rules: { pages }, addMain: main, addCard: add, rest: () => 0, broken: true }, []);
    return Promise.all(finds.map(async one => ({ ...one.product, ...await details(document, one) })));
}"""


@pytest.fixture(scope="module")
def sheet(chromium) -> Iterator[Callable[..., Page]]:
    """`sheet(html)` shows a page of a shop, always on the same tab: the readers need neither collector nor core."""
    pages, shown = Pages(), {}
    page = pages.open(chromium)

    def answer(route):
        built = BUILT / urlsplit(route.request.url).path[1:]
        if route.request.resource_type == "document":
            route.fulfill(body=shown["html"], content_type="text/html; charset=utf-8", headers=STRICT)
        elif built.suffix == ".js" and built.is_file():
            route.fulfill(path=built, content_type="text/javascript")
        else:
            route.fulfill(status=404)

    def show(html: str, path: str = "/page") -> Page:
        shown["html"] = html
        page.goto(SHOP + path)
        return page

    page.route("**/*", answer)
    yield show
    pages.close()
    assert not pages.wrongs


def seen(page: Page, *, pages: bool = False) -> list[dict]:
    found = page.evaluate(LOOK, {"read": READ, "pages": pages})
    return [{name: value.removeprefix(SHOP) for name, value in one.items()} for one in found]


def html(body: str, *, lang: str = "en", title: str = "Blue mug – Kiln", head: str = "") -> str:
    return f"<!doctype html><html lang={lang}><head><title>{title}</title>{head}</head><body>{TOP}{body}{END}</body></html>"


def ld(block: str) -> str:
    return f'<script type="application/ld+json">{block}</script>'


def one(markup: str, *, name: str = "Blue mug", buy: str = "<button>Add to cart</button>", **page) -> str:
    """A page with one product."""
    return html(f"<main><h1>{name}</h1>{markup}{buy}</main>", **page)


def told(offers: str, shown: str = "") -> str:
    """A page whose JSON-LD has a comma too many, so that only the reader reads it."""
    return one(ld(f'{{"@type": "Product", "name": "Blue mug", "offers": {offers},}}') + shown)


def many(*cards: str, head: str = "", name: str = "Jugs") -> str:
    """A page with a list."""
    return html(f"<main><h1>{name}</h1><ul>{''.join(cards)}</ul></main>", title=name, head=head)


def cards(markup: str, ns: tuple[int, ...] = (1, 2, 3), **more) -> list[str]:
    return [markup.format(n, **more) for n in ns]


TOP = """<header><a href="/"><img src="/logo.png" alt="Kiln"></a><nav><a href="/mugs">Mugs</a></nav>
<a class="cart-link" href="/cart">Cart (1) $3.00</a></header>"""
END = """<footer><p>Free shipping over $50</p><form action="/letter"><button>Subscribe</button></form></footer>"""
ADD = '<button class="add-to-cart">Add to cart</button>'
CARD = """<li class="item"><a href="/p/{0}"><img src="/{0}.jpg" alt=""></a>
<h3><a href="/p/{0}">Jug {0}</a></h3><b>${0}.00</b>{add}</li>"""
NUMBERED = CARD.replace("<li ", '<li data-sku="J-{0}" ')
LINK = """<li><a class=card href="/p/{0}"><div><img src="/{0}.jpg" alt=""></div><p>Jug {0}</p><p>€ {0},00</p></a></li>"""
AWAY = CARD.replace('"/p/', '"https://other.test/p/')
NEWS = """<li><a href="/n/{0}"><img src="/{0}.jpg" alt=""></a><h2><a href="/n/{0}">Tolls rise to £1{0}</a></h2>
<p>It sold for £{0}.80.</p></li>"""
PLAN = "<li class=plan><h2>Plan {0}</h2><p class=price>${0}9<span>/month</span></p><button>Buy now</button></li>"
DISH = "<li>Soup {0} <b>€{0}.50</b></li>"
IN_CART = CARD.replace("{add}", "<input name=quantity><button>Update cart</button>")
LISTED = [{"url": f"/p/{n}", "title": f"Jug {n}", "price": f"{n}.00"} for n in (1, 2, 3)]

PRICE = "<p class=price>$12.50</p>"
LIKED = f"<section class=related><h2>You may also like</h2><ul>{''.join(cards(CARD, add=ADD))}</ul></section>"
SALE = """<div class="price on-sale"><div class="price-regular"><i class="hidden-text">Regular price</i><span>$20.00</span>
</div><div class="price-sale"><s>$20.00</s><i class="hidden-text">Sale price</i><span class="sale">$15.00</span></div></div>"""
STYLED = '<p><span style="text-decoration:line-through">$20.00</span> <span>$15.00</span></p>'
BESIDE = "<p>12x $1.20</p><b>$12.50</b><p>Shipping $4.00</p><p>You save $3.00</p>"
SIZES = [{"attributes": {"size": size}, "display_price": price, "sku": f"J-{size}"} for size, price in (("s", 9), ("l", 19))]
VARIATIONS = f"""<p class=price>$9.00 – $19.00</p><form data-product_variations='{json.dumps(SIZES)}'>
<select name=size><option>s<option selected>l</select></form>"""
LAYER = """<script>dataLayer = [{ event: 'view_item', ecommerce: { items: [
{ item_name: 'Blue mug', item_id: 'K-1', item_brand: 'Kiln', price: 12.5 }] } }]</script>"""
THROWS = "<script>Object.defineProperty(window, 'dataLayer', { get() { throw 1 } })</script>"
TRAIL = '<p class=breadcrumbs><a href="/">Home</a> / <a href="/mugs">Mugs</a> / Blue mug</p>'
UNNAMED = '<p><a href="/">Start</a> › <a href="/t">Tassen</a> › Blue mug</p>'
MAKER = '<img src="/blue.jpg" alt="Blue mug"><p>Brand: <a href="/b/kiln">Kiln</a></p>'
CORNER = "<div><button class=cart-button>Cart 0</button></div><main><h1>Imprint</h1><p>Fee: $5.00</p></main>"
INVITES = '<main><h1>About</h1><p>Mugs since 1990, from $5.</p><a class="btn" href="/mugs">Buy now</a></main>'
LEAGUES = """<main><h1>Soccer</h1><table><tr><td>1. HNL 1<td>Prize: $10
<td><a href="#" title="Click to add league to 'My Leagues'">+</a></table></main>"""

RDFA = """<main vocab="http://schema.org/" typeof="Product"><h1 property="schema:name">Mug</h1><p property="sku">R-1</p>
<div property="offers" typeof="Offer"><b property="price" content="12.5">12,50</b>
<meta property="priceCurrency" content="EUR"></div></main>"""
MICRO = """<main itemscope itemtype="http://schema.org/Product" itemref="more"><h1 itemprop="name">Mug</h1>
<p itemprop="offers" itemscope itemtype="http://schema.org/Offer"><b itemprop="price">1.299,00 €</b></p></main>
<p id=more><b itemprop=sku>R-2</b></p>"""
OG = """<meta property="og:type" content="{}"><meta property="og:title" content="Blue mug">
<meta property="og:image" content="/o.jpg">"""
OG_PRICE = '<meta property="product:price:amount" content="12,50"><meta property="product:price:currency" content="EUR">'
WRAPPED = ld('//<![CDATA[\n{"@type": "Product", "name": "Tea &amp;\nmug", "sku": "C-1"}\n//]]>')
LISTS = '{"priceSpecification": [{"price": 20, "priceType": "ListPrice"}, {"price": 15, "priceCurrency": "EUR"}]}'
FB = '<main><h1>Story</h1><div class="fb-like" data-href="/p/jug-1"></div></main>'
OUT = {"price": "12.50", "availability": "out_of_stock"}

# The page -> the products that the widget must know of, as far as told here.
CASES = {
    "a heading, a price and a button": (
        one(PRICE), [{"url": "/page", "title": "Blue mug", "price": "12.50", "currency": "USD", "availability": "in_stock"}]),
    "beside recommendations with buttons of their own": (one(PRICE + LIKED), [{"title": "Blue mug", "price": "12.50"}]),
    "a button by its form": (
        one(PRICE, buy='<form action="/cart/add"><button type=submit>+</button></form>'), [{"price": "12.50"}]),
    "a button by its name": (one(PRICE, buy="<input type=submit name=add-to-cart value=OK>"), [{"price": "12.50"}]),
    "a picture as a button": (one(PRICE, buy='<input type=image src=b.gif alt="カートに入れる">'), [{"price": "12.50"}]),
    "a title that is no first heading": (html(f"<h2 class=item_name>Blue mug</h2>{PRICE}{ADD}"), [{"title": "Blue mug"}]),
    "crossed out by its element": (one("<p class=price><del>$20.00</del> <ins>$15.00</ins></p>"), [{"price": "15.00"}]),
    "crossed out by its style": (one(STYLED), [{"price": "15.00"}]),
    "a sale that styles would show": (one(SALE), [{"price": "15.00"}]),
    "an old price in words": (one("<p>Was $20.00</p><p>Now $15.00</p>"), [{"price": "15.00"}]),
    "a unit price": (one("<p class=price>€12.50</p><p>(€5.00 / 100 g)</p>"), [{"price": "12.50", "currency": "EUR"}]),
    "instalments, shipping and savings": (one(BESIDE), [{"price": "12.50"}]),
    "cents raised": (one("<p class=price><span>$</span><span>12</span><sup>99</sup></p>"), [{"price": "12.99"}]),
    "a range": (one("<p class=price><b>$10.00</b> – <b>$20.00</b></p>"), [{"price": "10.00"}]),
    "a chosen variation": (one(VARIATIONS), [{"price": "19", "sku": "J-l"}]),
    "sold out": (one(PRICE, buy="<button disabled>Sold out</button>"), [OUT]),
    "sold out, in a note": (one(PRICE, buy="<p class=stock>売り切れました</p>"), [OUT]),
    "ahead of its time": (one(PRICE, buy="<button>Pre-order now</button>"), [{"availability": "preorder"}]),
    "sku by its class": (one(PRICE + "<p>SKU: <span class=sku>KILN-mug</span></p>"), [{"sku": "KILN-mug"}]),
    "sku by its label": (one(PRICE + "<dl><dt>Artikelnummer</dt><dd>24-MB01</dd></dl>"), [{"sku": "24-MB01"}]),
    "sku in its label's text": (one(PRICE + "<p>商品番号：AB-100</p>"), [{"sku": "AB-100"}]),
    "sku of the button": (one(PRICE, buy='<button data-sku="K-7">Add to cart</button>'), [{"sku": "K-7"}]),
    "no sku in a shop's own number": (one(PRICE, buy='<button data-product-id="77">Add to cart</button>'), [{"sku": None}]),
    "brand, picture and trail": (one(TRAIL + MAKER + PRICE), [{"brand": "Kiln", "image": "/blue.jpg", "category": "Mugs"}]),
    "a trail by its end alone": (one(UNNAMED + PRICE), [{"category": "Tassen"}]),
    "what the page tells other scripts": (one(PRICE + LAYER), [{"sku": "K-1", "brand": "Kiln"}]),
    "a page that throws at the reader": (one(PRICE + THROWS), [{"price": "12.50"}]),

    "cards": (many(*cards(CARD, add="")), LISTED),
    "cards with buttons": (many(*cards(CARD, add=ADD)), LISTED),
    "cards that are links": (many(*cards(LINK)), LISTED),
    "cards that bear their number": (many(*cards(NUMBERED, add="")), [LISTED[n] | {"sku": f"J-{n + 1}"} for n in range(3)]),
    "cards that lead elsewhere": (many(*cards(AWAY, add="")), []),
    "news that speak of money": (many(*cards(NEWS), name="News"), []),
    "plans": (many(*cards(PLAN), name="Plans"), []),
    "a menu": (many(*cards(DISH), name="Menu"), []),
    "a cart": (many(*cards(IN_CART), name="Your cart"), []),
    "an article with cards": (many(*cards(CARD, add=""), head=ld('{"@type": "BlogPosting"}')), []),
    "an article about buying": (one("<p>I paid $500 for it.</p>", buy='<a href="https://other.test/x">Buy now</a>'), []),
    "a page that invites to the shop": (html(INVITES), []),
    "a page that adds to something else": (html(LEAGUES), []),
    "a basket in the corner": (html(CORNER), []),

    "RDFa": (html(RDFA), [{"title": "Mug", "price": "12.5", "currency": "EUR", "sku": "R-1"}]),
    "microdata for people": (html(MICRO), [{"title": "Mug", "price": "1299.00", "currency": "EUR", "sku": "R-2"}]),
    "OpenGraph with a price for people": (
        one("", buy="", head=OG.format("product.item") + OG_PRICE),
        [{"title": "Blue mug", "price": "12.50", "currency": "EUR", "image": "/o.jpg"}]),
    "OpenGraph of a group of products": (one("", buy="", head=OG.format("product.group")), []),
    "a block in old wrapping": (one(WRAPPED, name="Tea"), [{"title": "Tea & mug", "sku": "C-1"}]),
    "a told price with a comma": (
        told('{"price": "1.299,00", "priceCurrency": "EUR"}'), [{"price": "1299.00", "currency": "EUR"}]),
    "a told price that people settle": (
        told('{"price": "1.299", "priceCurrency": "EUR"}', "<p class=price>1.299 €</p>"), [{"price": "1299"}]),
    "a told price among lists": (told(LISTS), [{"price": "15", "currency": "EUR"}]),
    "a told price that nobody sees": (told('{"price": "20", "priceCurrency": "USD"}', PRICE), [{"price": "12.50"}]),
    "another button's slot": (html(FB), [{"url": "/p/jug-1"}]),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_what_is_seen(case, sheet):
    markup, expected = case
    found = seen(sheet(markup))
    assert [{name: product.get(name) for name in want} for product, want in zip(found, expected, strict=True)] == expected


def test_a_page_can_be_liked_itself(sheet):
    page = sheet(html("<main><h1>Story</h1></main>", head=OG.format("website")))
    assert seen(page) == []
    assert [one["title"] for one in seen(page, pages=True)] == ["Blue mug"]


def test_a_cart_is_known_by_its_address(sheet):
    assert seen(sheet(one(PRICE), "/cart")) == []


# What stands on a page in a language -> price and currency.
MONEY = [
    ("de", "1.299,00 €", "1299.00", "EUR"), ("fr", "1 299,00 €", "1299.00", "EUR"),
    ("fr", "1\u202f299,00\u00a0€", "1299.00", "EUR"), ("fr", "12€99", "12.99", "EUR"), ("nl", "€ 12,-", "12", "EUR"),
    ("de-CH", "CHF 1'299.–", "1299", "CHF"), ("de-CH", "Fr. 12.50", "12.50", "CHF"),
    ("en", "$1,299.00", "1299.00", "USD"), ("en-CA", "$1,299.00", "1299.00", "CAD"),
    ("en", "AU$12.00", "12.00", "AUD"), ("es-MX", "$1,299.00", "1299.00", "MXN"), ("en", "£0.99", "0.99", "GBP"),
    ("en-IN", "₹1,29,999.00", "129999.00", "INR"), ("en", "Rs. 1,299", "1299", "INR"),
    ("ja", "¥12,800", "12800", "JPY"), ("ja", "１２，８００円（税込）", "12800", "JPY"), ("zh-CN", "¥128.00", "128.00", "CNY"),
    ("ko", "12,800원", "12800", "KRW"), ("pt-BR", "R$ 1.299,90", "1299.90", "BRL"),
    ("id", "Rp 150.000", "150000", "IDR"), ("vi", "150.000₫", "150000", "VND"), ("sv", "1 299 kr", "1299", "SEK"),
    ("da", "1.299,00 kr.", "1299.00", "DKK"), ("nb", "kr 1 299,-", "1299", "NOK"),
    ("sv-SE", "1 299:-", "1299", "SEK"), ("pl", "1 299,00 zł", "1299.00", "PLN"), ("cs", "1 299 Kč", "1299", "CZK"),
    ("hu", "12 990 Ft", "12990", "HUF"), ("ro", "1.299,99 lei", "1299.99", "RON"),
    ("tr", "1.299,90 TL", "1299.90", "TRY"), ("ru", "12 990 ₽", "12990", "RUB"), ("uk", "1 299 грн", "1299", "UAH"),
    ("ar", "١٬٢٩٩٫٠٠ ر.س", "1299.00", "SAR"), ("ar", "د.إ 99", "99", "AED"), ("ar", "12.500 د.ك", "12.500", "KWD"),
    ("en", "KWD 12.500", "12.500", "KWD"), ("hi", "₹१,२९९", "1299", "INR"), ("th", "฿1,299", "1299", "THB"),
    ("he", "₪129.90", "129.90", "ILS"), ("en", "$10.00 – $20.00", "10.00", "USD"),
    ("en", "From $1,299", "1299", "USD"), ("en", "Free", None, None), ("en", "$0.00", None, None),
    ("en", "$12. 50", "12.50", "USD"), ("de", "1.837, 50 €", "1837.50", "EUR"), ("en", "$.75", "0.75", "USD"),
    ("en", "1.50 with first orders", None, None), ("uk", "253,50", "253.50", "UAH"), ("ca", "12,50", "12.50", "EUR"),
    ("ru", "12 990 Р", "12990", "RUB"), ("ru", "12 990 рублей", "12990", "RUB"), ("en", "ZAR 199.00", "199.00", "ZAR"),
]


def test_money_is_read_as_people_write_it(sheet):
    """All on one page: a reader takes what it finds there and then."""
    page = sheet(one("<p class=price></p>"))
    read = page.evaluate("""async ({ read, rows }) => {
        const { details } = await import(read);
        const at = document.querySelector('h1'), product = { key: '/', url: document.URL, title: 'Blue mug' }, found = [];
        for (const [lang, said] of rows) {
            document.documentElement.lang = lang;
            document.querySelector('.price').textContent = said;
            const { price = null, currency = null } = await details(document, { product, at, told: {} });
            found.push([lang, said, price, currency]);
        }
        return found;
    }""", {"read": READ, "rows": MONEY})
    assert [tuple(row) for row in read] == MONEY
