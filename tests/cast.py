"""The cast: the same people and products in every test, and the wire they speak."""

import itertools
import uuid
from dataclasses import dataclass, field

# Visitors, by the secret their browser made.
ADA = "ada0" * 8
BEN = "be00" * 8
CLEO = "c1e0" * 8
DARIO = "da00" * 8
VISITORS = (ADA, BEN, CLEO, DARIO)

LAMP = {
    "key": "lamp-1",
    "url": "https://shop.test/lamp",
    "title": "Reading lamp",
    "image": "https://shop.test/lamp.jpg",
    "price": "19.99",
    "currency": "EUR",
    "category": "Light",
    "availability": "in_stock",
    "sku": "L-1",
    "brand": "Lumen",
}
CHAIR = {"key": "chair-7", "url": "https://shop.test/chair", "title": "Oak chair", "price": "240.00", "currency": "EUR"}
TEAPOT = {"key": "teapot", "url": "https://shop.test/teapot", "title": "Teapot", "price": "1200", "currency": "JPY"}
BARE = {"url": "https://shop.test/mystery"}  # a page that tells nothing about its product
PRODUCTS = (LAMP, CHAIR, TEAPOT)

_NAMES = uuid.UUID("0f0f0f0f-0000-4000-8000-000000000000")
_numbers = itertools.count(1)


def new_id() -> str:
    """A client's id; the same sequence in every run, so that a failure can be told again."""
    return str(uuid.uuid5(_NAMES, str(next(_numbers))))


def like(*, site: str, visitor: str = ADA, product: dict = LAMP, source: str = "widget", **more) -> dict:
    """The body of POST /v1/likes; `more` adds or replaces fields."""
    page = {"url": product["url"], "title": product.get("title", "A page")}
    about = {"product": dict(product), "page": page}
    return {"site": site, "id": new_id(), "visitor": visitor, "source": source, **about} | more


def unlike(*, visitor: str = ADA) -> dict:
    """The body of DELETE /v1/likes/{id}?site=."""
    return {"visitor": visitor}


def answers(*, site: str, like: str, prompt: str, version: int, said: dict, visitor: str = ADA, **more) -> dict:
    """The body of POST /v1/answers, the last one of its flow; `like` is the like's id."""
    about = {"like": like, "prompt": prompt, "version": version}
    return {"site": site, "id": new_id(), "visitor": visitor, **about, "answers": said, "done": True} | more


def shown(*, site: str, like: str, prompt: str, version: int, visitor: str = ADA, event: str = "shown", **more) -> dict:
    """The body of POST /v1/shown."""
    about = {"like": like, "prompt": prompt, "version": version}
    return {"site": site, "id": new_id(), "visitor": visitor, **about, "event": event} | more


def profile_link(*, site: str, like: str, url: str, visitor: str = ADA, **more) -> dict:
    """The body of POST /v1/profile-links."""
    return {"site": site, "id": new_id(), "visitor": visitor, "like": like, "url": url} | more


def opt_in(*, site: str, like: str, text: str, visitor: str = ADA, address: str = "ana@people.test", **more) -> dict:
    """The body of POST /v1/opt-ins; `text` is the id of the exact words of the box for news."""
    asked = {"address": address, "topics": ["product"], "consents": [{"purpose": "news", "text": text}]}
    return {"site": site, "visitor": visitor, "id": new_id(), "like": like, **asked} | more


def visit(*, site: str, visitor: str = ADA, url: str = LAMP["url"], **more) -> dict:
    """The body of POST /v1/visits."""
    return {"site": site, "id": new_id(), "visitor": visitor, "page": {"url": url}} | more


def order(*, site: str, order_id: str = "1001", total: str = "19.99", currency: str = "EUR", **more) -> dict:
    """The body of POST /v1/orders."""
    return {"site": site, "order_id": order_id, "total": total, "currency": currency} | more


@dataclass(frozen=True)
class Person:
    """Somebody with a name and an address, for what comes after the like."""

    name: str
    email: str
    visitor: str
    locale: str = "en"
    likes: tuple[dict, ...] = field(default=(LAMP,))


PEOPLE = (
    Person("Ada Byron", "ada@people.test", ADA),
    Person("Ben Okri", "ben@people.test", BEN, likes=(CHAIR, LAMP)),
    Person("Cleo Wijaya", "cleo@people.test", CLEO, locale="id"),
    Person("Dario Halabi", "dario@people.test", DARIO, locale="ar"),
)
