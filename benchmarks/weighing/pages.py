"""The pages that all are weighed on: a product, a list of cards, an article; with markup or without."""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

STYLE = """body { font: 16px/1.5 sans-serif; margin: 0; color: #222; background: #fff }
header, main, footer { max-width: 1100px; margin: 0 auto; padding: 16px }
ul.cards { display: grid; grid-template-columns: repeat(4, 1fr); gap: 24px; padding: 0; list-style: none }
.card img { display: block; width: 100%; height: 160px; background: #e8e4dd }
.card h2 { font-size: 17px; margin: 8px 0 } .price { font-weight: 700 }
.cart { padding: 10px 16px; border: 1px solid #222; border-radius: 4px; background: #fff; color: #222; font: inherit }"""
# The line that docs/embed.md tells owners to add; here for everybody's place, ours and theirs.
EMBED = (Path(__file__).resolve().parents[2] / "docs/embed.md").read_text()
RESERVE = re.search(r"^\[data-afterlike-button\] \{.*\}$", EMBED, re.M)[0].replace("{", ", .place {", 1)
PICTURE = "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 4 3'/%3E"
CONTEXT = "https://schema.org"


@dataclass(frozen=True)
class Product:
    number: int

    @property
    def key(self) -> str:
        return f"mug-{self.number}"

    @property
    def name(self) -> str:
        return f"Mug number {self.number}"

    @property
    def path(self) -> str:
        return f"/mugs/{self.number}"

    @property
    def price(self) -> str:
        return f"{10 + self.number % 30}.90"

    def told(self, base: str) -> dict:
        """In schema.org's words."""
        offer = {"@type": "Offer", "price": self.price, "priceCurrency": "EUR", "availability": f"{CONTEXT}/InStock"}
        return {"@type": "Product", "name": self.name, "sku": self.key, "url": base + self.path, "offers": offer,
                "image": f"{base}/i/{self.number}.jpg", "brand": {"@type": "Brand", "name": "Crockery"}}


Slot = Callable[[Product], str]
KINDS = ("attributes", "JSON-LD", "microdata", "none")


def page(title: str, body: str, *, head: str = "", foot: str = "", reserve: bool = True) -> str:
    return f"""<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>
<meta name="viewport" content="width=device-width"><link rel="icon" href="data:,">
<style>{STYLE}{RESERVE if reserve else ''}</style>{head}</head>
<body><header><a href="/">Crockery</a></header><main>{body}</main>
<footer><p>Crockery of Delft, since 1899.</p></footer>{foot}</body></html>"""


def json_ld(told: dict) -> str:
    return f'<script type="application/ld+json">{json.dumps({"@context": CONTEXT} | told)}</script>'


def listing(count: int, kind: str, slot: Slot, base: str, **options) -> str:
    """A category page of so many cards."""
    products = [Product(number) for number in range(1, count + 1)]
    items = [{"@type": "ListItem", "position": one.number, "item": one.told(base)} for one in products]
    head = json_ld({"@type": "ItemList", "itemListElement": items}) if kind == "JSON-LD" else ""
    cards = "\n".join(card(one, kind, slot) for one in products)
    return page("All mugs – Crockery", f'<h1>All mugs</h1>{head}<ul class="cards">{cards}</ul>', **options)


def card(one: Product, kind: str, slot: Slot) -> str:
    scope = {
        "attributes": f' data-afterlike-product="{one.key}" data-price="{one.price}" data-currency="EUR"',
        "microdata": f' itemscope itemtype="{CONTEXT}/Product"',
    }.get(kind, "")
    marks = dict(marked(kind))
    return f"""<li class="card"{scope}><a href="{one.path}"{marks["url"]}><img src="{PICTURE}" alt="">
<h2{marks["name"]}>{one.name}</h2></a>{slot(one)}{price(one, kind)}
<button class="cart" aria-label="Add to cart: {one.name}">Add to cart</button></li>"""


def marked(kind: str) -> Iterator[tuple[str, str]]:
    for name in ("url", "name"):
        yield name, f' itemprop="{name}"' if kind == "microdata" else ""


def price(one: Product, kind: str) -> str:
    text = f"€{one.price}"
    if kind != "microdata":
        return f'<p class="price">{text}</p>'
    return f"""<p class="price" itemprop="offers" itemscope itemtype="{CONTEXT}/Offer"><span itemprop="price"
content="{one.price}">{text}</span><meta itemprop="priceCurrency" content="EUR"></p>"""


def detail(kind: str, slot: Slot, base: str, **options) -> str:
    """A product's own page."""
    one = Product(1)
    head = json_ld(one.told(base) | {"url": f"{base}/detail"}) if kind == "JSON-LD" else ""
    scope = f' itemscope itemtype="{CONTEXT}/Product"' if kind == "microdata" else ""
    name = ' itemprop="name"' if kind == "microdata" else ""
    body = f"""{head}<div class="card"{scope}><h1{name}>{one.name}</h1>{slot(one)}<img src="{PICTURE}" alt="">
{price(one, kind)}<p>Fired twice, holds a third of a litre.</p><button class="cart">Add to cart</button></div>"""
    return page(f"{one.name} – Crockery", body, **options)


def article(**options) -> str:
    """A page without a product."""
    text = "<p>Clay is dug, washed, thrown, dried, glazed and fired, and then it is a mug.</p>" * 20
    return page("How mugs are made – Crockery", f"<h1>How mugs are made</h1>{text}", **options)
