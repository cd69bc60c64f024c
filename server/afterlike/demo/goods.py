"""The goods of the demo shops, read once from data/: shops, products, and how each says its price."""

import json
from dataclasses import dataclass
from decimal import Decimal
from importlib.resources import files

PAGE = 20


@dataclass(frozen=True)
class Product:
    sku: str
    slug: str
    title: str
    price: str
    category: str
    availability: str
    shape: str
    decor: str
    colours: tuple[str, ...]
    markup: str  # how its page tells machines about it: jsonld graph group microdata opengraph
    size: str
    description: str
    listed: bool = True

    def image_name(self, colour: str | None = None) -> str:
        """Of its picture in this colour; the first colour is the product's own."""
        return self.sku if colour in (None, self.colours[0]) else f"{self.sku}-{colour}"


@dataclass(frozen=True)
class Shop:
    slug: str
    name: str
    short: str
    lang: str
    locale: str
    currency: str
    tagline: str
    postal_address: str
    card_markup: str  # how the cards of a listing are marked: microdata attributes
    categories: dict[str, str]
    colours: dict[str, str]
    words: dict
    products: tuple[Product, ...]

    def product(self, slug: str) -> Product | None:
        return next((one for one in self.products if one.slug == slug), None)

    def listed(self, category: str | None = None) -> list[Product]:
        return [one for one in self.products if one.listed and category in (None, one.category)]

    def beside(self, product: Product, most: int = 4) -> list[Product]:
        """Others of its category, then of its neighbours: what stands beside it on the shelf."""
        others = [one for one in self.listed() if one != product]
        return sorted(others, key=lambda one: one.category != product.category)[:most]

    def pictured(self, image_name: str) -> tuple[Product, str] | None:
        """The product and colour that an image's name stands for."""
        for one in self.products:
            for colour in one.colours:
                if image_name == one.image_name(colour):
                    return one, colour
        return None

    def money(self, price: str) -> str:
        """The price as the shop's country writes it: €28.00, Rp 185.000."""
        if self.currency == "IDR":
            return f"Rp\N{NO-BREAK SPACE}{int(Decimal(price)):,}".replace(",", ".")
        return f"€{Decimal(price):,.2f}"


def _shop(slug: str) -> Shop:
    told = json.loads(files(__package__).joinpath(f"data/{slug}.json").read_text("utf-8"))
    products = tuple(Product(**{**one, "colours": tuple(one["colours"])}) for one in told.pop("products"))
    return Shop(**told, products=products)


SHOPS = {slug: _shop(slug) for slug in ("ballyfern", "kain-rotan")}
