"""A collector as a stranger meets it over HTTP, and the tables behind it: what the tests of this room share."""

import json
import uuid
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import sqlalchemy as sa
from marshmallow import Schema

import cast
from afterlike import cli, clock, db, prompts, purposes, signing, sites, tables
from afterlike.collect import schemas
from parts.fetch import Answer, sent
from parts.product import Server

ORIGIN = "https://shop.test"
AGENT = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
NEWS = purposes.built_in("news", locale="en", controller="Shop", privacy_url=None).sha256.hex()


class Keeper:
    """One running collector on one kind of database, and its tables."""

    def __init__(self, name: str, server: Server, database_url: str):
        self.name, self.server, self.database_url = name, server, database_url
        self.engine = db.engine(database_url)

    @property
    def url(self) -> str:
        return self.server.url

    def open(self, *, origins: Iterable[str] = (ORIGIN,), locale: str = "en", name: str = "Shop") -> "Door":
        """A new site, registered as `afterlike init` does it; quicker than the command, so every test has its own."""
        item = (name, tuple(origins), "ada@shop.test", locale, self.url, clock.now())
        with self.engine.begin() as tx:
            [made] = cli.register(tx, [item])
            return Door(self, sites.site_named(tx, made["site"]), made["api_key"])

    def close(self) -> None:
        self.engine.dispose()


@dataclass(frozen=True)
class Door:
    """One registered site: what its visitors send, and what of it is in the tables."""

    keeper: Keeper
    known: sites.Site
    api_key: str

    @property
    def site(self) -> str:
        return self.known.key

    @property
    def url(self) -> str:
        return self.keeper.url

    def send(
        self, method: str, path: str, body: Any = None, *, origin: str | None = ORIGIN, agent: str | None = AGENT, **headers: str
    ) -> Answer:
        """One call as a browser on the shop's page makes it; a dict goes as JSON in text/plain, bytes as they are.

        Other headers by name with underscores: `Content_Type="application/json"`.
        """
        named = {"Content-Type": "text/plain"} if body is not None else {}
        named |= {"Origin": origin, "User-Agent": agent} | {name.replace("_", "-"): value for name, value in headers.items()}
        raw = json.dumps(body).encode() if isinstance(body, dict | list) else body
        return sent(self.url, method, path, raw, {name: value for name, value in named.items() if value is not None})

    def post(self, path: str, body: Any, **more) -> Answer:
        return self.send("POST", path, body, **more)

    def by_api(self, method: str, path: str, body: Any = None, **more) -> Answer:
        """The same from the shop's own server."""
        return self.send(method, path, body, origin=None, Authorization=f"Bearer {self.api_key}", **more)

    def press(self, visitor: str = cast.ADA, product: dict = cast.LAMP, **more) -> dict:
        """A like that is taken: the answer."""
        return taken(self.post("/v1/likes", self.body(visitor, product, **more)))

    def body(self, visitor: str = cast.ADA, product: dict = cast.LAMP, **more) -> dict:
        return cast.like(**{"site": self.site, "visitor": visitor, "product": product} | more)

    def unlike(self, like_id: str, visitor: str = cast.ADA) -> Answer:
        return self.send("DELETE", f"/v1/likes/{like_id}?site={self.site}", cast.unlike(visitor=visitor))

    def counts(self, *keys: str) -> dict[str, int]:
        asked = ",".join(quote(key, safe="") for key in keys)
        return taken(self.send("GET", f"/v1/counts?site={self.site}&products={asked}"))["counts"]

    def rows(self, table: sa.Table, *where) -> list[sa.Row]:
        """The rows of this site, oldest first."""
        order = [table.c.id] if "id" in table.c else list(table.primary_key)
        query = sa.select(table).where(table.c.site_id == self.known.id, *where).order_by(*order)
        return self.read(lambda tx: tx.execute(query).all())

    def showings(self, key: str) -> list[sa.Row]:
        """What was shown of a product, oldest first."""
        query = (
            sa.select(tables.product_showings)
            .join_from(tables.product_showings, tables.products, tables.product_showings.c.product_id == tables.products.c.id)
            .where(tables.products.c.site_id == self.known.id, tables.products.c.key == key)
            .order_by(tables.product_showings.c.id)
        )
        return self.read(lambda tx: tx.execute(query).all())

    def dropped(self) -> dict[tuple[str, str], int]:
        """(call, reason) -> how often, as the admin sees it."""
        drops = tables.drops
        return {(row.call, row.reason): row.count for row in self.rows(drops)}

    def kinds(self) -> list[str]:
        """What the journal says, in order."""
        return [row.kind for row in self.rows(tables.journal)]

    def read(self, ask: Callable[[sa.Connection], Any]) -> Any:
        with self.keeper.engine.execution_options(reader=True).begin() as tx:
            return ask(tx)

    def ask(self, flow: dict) -> None:
        """Runs this flow on the site instead of those it was born with."""
        self.pause(*(born_with["key"] for born_with in prompts.default_flows()))
        with self.keeper.engine.begin() as tx:
            prompts.save_flow(tx, self.known.id, flow, clock.now())

    def pause(self, *keys: str) -> None:
        """Stops these prompts of the site."""
        with self.keeper.engine.begin() as tx:
            for key in keys:
                prompts.set_state(tx, self.known.id, key, "paused", clock.now())

    def change(self, table: sa.Table, **values) -> None:
        """Changes all rows of this site: how a test says that time has passed."""
        with self.keeper.engine.begin() as tx:
            tx.execute(sa.update(table).where(table.c.site_id == self.known.id).values(**values))

    @property
    def order_key(self) -> str:
        """The secret that the shop's server signs orders with, as the admin page shows it."""
        ring = signing.keyring(self.keeper.server.home, secret_keys=(), pepper=())
        return sites.order_signing_key(ring, self.known)


def taken(answer: Answer, status: int = 200) -> dict:
    """The body of an answer with that status; the failure shows what came instead."""
    assert answer.status == status, str(answer)
    return answer.json


def refused(answer: Answer, status: int, reason: str) -> dict:
    """The problem (RFC 9457) with that status and reason."""
    assert answer.status == status, str(answer)
    assert answer.headers["Content-Type"].startswith("application/problem+json")
    told = answer.json
    assert (told["status"], told["reason"]) == (status, reason), str(answer)
    assert told["detail"] and told["title"] and told["type"].endswith(f"#{reason}")
    return told


def at_once(calls: Iterable[Callable[[], Answer]], *, threads: int = 24) -> list[Answer]:
    """All of these at the same time, answers in their order."""
    with ThreadPoolExecutor(threads) as pool:
        return [waiting.result() for waiting in [pool.submit(call) for call in calls]]


def bodies(site: str, like_id: str) -> dict[str, tuple[str, str, Schema, dict]]:
    """Every call that takes a body: method, path, schema, and a body that is fine."""
    said = {"site": site, "like": like_id, "prompt": "welcome", "version": 1}
    facts = {name: value for name, value in cast.LAMP.items() if name not in ("key", "url")}
    context = {"locale": "en", "placement": "grid", "position": 1, "dwell_ms": 1, "pressed_at": 1}
    return {
        "likes": ("POST", "/v1/likes", schemas.Like(), cast.like(site=site, context=context)),
        "details": (
            "POST",
            "/v1/likes/details",
            schemas.Details(),
            {"site": site, "id": like_id, "visitor": cast.ADA, "product": facts},
        ),
        "unlikes": ("DELETE", f"/v1/likes/{cast.new_id()}?site={site}", schemas.Unlike(), {"visitor": cast.ADA}),
        "mine": ("POST", "/v1/mine", schemas.Mine(), {"site": site, "visitor": cast.ADA, "products": ["lamp-1"]}),
        "shown": ("POST", "/v1/shown", schemas.ShownEvent(), cast.shown(**said)),
        "answers": ("POST", "/v1/answers", schemas.Answers(), cast.answers(**said, said={"have": "own"})),
        "more answers": (
            "PUT",
            f"/v1/answers/{cast.new_id()}?site={site}",
            schemas.MoreAnswers(),
            {"visitor": cast.ADA, **said, "answers": {"why": ["idea"]}, "done": False},
        ),
        "profile links": (
            "POST",
            "/v1/profile-links",
            schemas.ProfileLink(),
            cast.profile_link(site=site, like=like_id, url="https://ada.test/", name="Ada"),
        ),
        "opt-ins": (
            "POST",
            "/v1/opt-ins",
            schemas.OptIn(),
            cast.opt_in(site=site, like=like_id, text=NEWS, locale="en", took_ms=9),
        ),
        "erasures": ("POST", "/v1/erasures", schemas.Erasure(), {"site": site, "visitor": cast.ADA}),
        "visits": ("POST", "/v1/visits", schemas.Visit(), cast.visit(site=site)),
        "orders": (
            "POST",
            "/v1/orders",
            schemas.Order(),
            cast.order(site=site, visitor=cast.ADA, discount="1", coupon="X", items=[{"key": "a", "quantity": 1, "price": "1"}]),
        ),
    }


def as_bytes(uuid_text: str) -> bytes:
    return uuid.UUID(uuid_text).bytes
