"""An installation of the browser extension as the collector meets it, and pages that belong to nobody."""

import itertools
from dataclasses import dataclass, field

import sqlalchemy as sa
from collect.making import Door, Keeper, taken

import cast
from afterlike import clock, sites, tables
from afterlike.sites import Site
from parts.fetch import Answer

CHROME = "chrome-extension://abcdefghijklmnopabcdefghijklmnop"
OTHER_CHROME = "chrome-extension://ponmlkjihgfedcbaponmlkjihgfedcba"
FIREFOX = "moz-extension://0b9d1c1e-0000-4000-8000-000000000000"
_numbers = itertools.count(1)


def nobodys() -> str:
    """The origin of a page of no site, another one each time."""
    return f"https://shop{next(_numbers)}.example"


def lamp_at(origin: str) -> dict:
    return cast.LAMP | {"url": f"{origin}/lamp"}


@dataclass
class Extension:
    """One installation: it sends its token with everything, from its background."""

    door: Door  # of any site on that collector; what is sent names it only where a test says so
    origin: str = CHROME
    token: str = field(default="")

    def __post_init__(self):
        self.token = self.token or taken(self.ask())["token"]

    def ask(self, body: dict | None = None, **more) -> Answer:
        """Asks for a token."""
        return self.door.post("/v1/installs", body or {"version": "0.1.0"}, origin=self.origin, **more)

    def send(self, method: str, path: str, body: dict, **more) -> Answer:
        return self.door.send(method, path, {"install": self.token} | body, **{"origin": self.origin} | more)

    def post(self, path: str, body: dict, **more) -> Answer:
        return self.send("POST", path, body, **more)

    def body(self, origin: str, visitor: str = cast.ADA, site: str | None = None, **more) -> dict:
        """A like of the lamp on that page."""
        return cast.like(**{"site": site, "visitor": visitor, "product": lamp_at(origin)} | more)

    def like(self, origin: str, visitor: str = cast.ADA, **more) -> dict:
        """A like that is taken: the answer."""
        return taken(self.post("/v1/likes", self.body(origin, visitor, **more)))

    def mine(self, site: str, visitor: str = cast.ADA, key: str = cast.LAMP["key"], **more) -> Answer:
        return self.post("/v1/mine", {"site": site, "visitor": visitor, "products": [key]}, **more)

    def unlike(self, site: str, like: str, visitor: str = cast.ADA, **more) -> Answer:
        return self.send("DELETE", f"/v1/likes/{like}?site={site}", {"visitor": visitor}, **more)


def rows_of(keeper: Keeper, origin: str) -> list[sa.Row]:
    """The rows of an origin of no site: one or none."""
    with keeper.engine.begin() as tx:
        return tx.execute(sa.select(tables.sites).where(tables.sites.c.unclaimed_origin == origin)).all()


def row_door(keeper: Keeper, origin: str) -> Door:
    """An origin's own row as if it were a site: for looking into the tables."""
    [row] = rows_of(keeper, origin)
    with keeper.engine.begin() as tx:
        return Door(keeper, sites.site_of(tx, row.id), "")


def prove(keeper: Keeper, site: Site, origin: str, state: str = "proven") -> None:
    """The site's claim on an origin, in that state."""
    claims = tables.origin_claims
    claim = {"site_id": site.id, "origin": origin, "token": "t", "state": state, "claimed_at": clock.now()}
    with keeper.engine.begin() as tx:
        tx.execute(sa.delete(claims).where(claims.c.site_id == site.id, claims.c.origin == origin))
        tx.execute(sa.insert(claims).values(claim))
