"""A shop whose people liked, answered, came back and bought, made in the tables and told to the journal as the rooms do."""

import json
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import sqlalchemy as sa
from followup.making import KEYRING, a_site, agree
from ground.making import NOW

from afterlike import endorsers, insight, journal, prompts, tables
from afterlike.clock import DAY
from afterlike.insight import home

ASKS = {
    "key": "why", "kind": "survey",
    "cards": [
        {"key": "reason", "type": "single", "title": "Why?", "options": [{"key": "look", "text": "Its look"},
                                                                          {"key": "price", "text": "Its price"}]},
        {"key": "have", "type": "single", "title": "Have it?", "options": [{"key": "own", "text": "I own it"},
                                                                            {"key": "wish", "text": "I wish"}]},
        {"key": "again", "type": "nps", "title": "Tell a friend?"},
        {"key": "more", "type": "text", "title": "Anything else?", "max": 200},
    ],
}


@dataclass
class Shop:
    """One site and what may happen there; each verb returns the row it made."""

    tx: sa.Connection
    site: int
    at: int = NOW

    def product(self, title: str = "Lamp", *, price: int | None = 1999, **more) -> int:
        made = self._add(tables.products, site_id=self.site, key_hash=uuid.uuid4().bytes, key=f"{title}-{uuid.uuid4().hex[:6]}",
                         url=f"https://shop.test/{title}", first_seen_at=self.at)
        shown = self._add(tables.product_showings, product_id=made, title=title, shown_at=self.at, price_minor=price,
                          currency=price and "EUR", **more)
        self.tx.execute(sa.update(tables.products).where(tables.products.c.id == made).values(shown_id=shown))
        return made

    def visitor(self, name: str) -> endorsers.Visitor:
        hashed = KEYRING.hashed("visitor", f"{self.site}:{name}")
        return endorsers.recognise(self.tx, [(self.site, hashed, self.at)])[hashed]

    def like(self, name: str, product: int, *, at: int | None = None, state: str = "counted", **more) -> int:
        visitor, at = self.visitor(name), at or self.at
        row = {"source": "widget", "page_url": "https://shop.test/", "step_reason": "due", "lasting": 1} | more
        shown = self.tx.scalar(sa.select(tables.products.c.shown_id).where(tables.products.c.id == product))
        made = self._add(tables.likes, site_id=self.site, uuid=uuid.uuid4().bytes, product_id=product, visitor_id=visitor.id,
                         shown_id=shown, state=state, liked_at=at, pressed_at=at, **row)
        self.tell("liked", at=at, visitor_id=visitor.id, product_id=product, like_id=made)
        return made

    def decide(self, like: int, state: str) -> None:
        """An admin's word on a like; the kind in the journal is the state's."""
        row = self.tx.execute(sa.select(tables.likes).where(tables.likes.c.id == like)).one()
        self.tx.execute(sa.update(tables.likes).where(tables.likes.c.id == like).values(state=state))
        self.tell({"counted": "restored"}.get(state, state), visitor_id=row.visitor_id, product_id=row.product_id, like_id=like)

    def answer(self, like: int, said: dict, *, done: int = 1) -> None:
        row = self.tx.execute(sa.select(tables.likes).where(tables.likes.c.id == like)).one()
        visitor = self.tx.execute(sa.select(tables.visitors).where(tables.visitors.c.id == row.visitor_id)).one()
        known = endorsers.Visitor(visitor.id, visitor.endorser_id, visitor.first_seen_at)
        endorsers.ensure_endorsers(self.tx, [(self.site, known, self.at)])
        made = self._add(tables.answers, site_id=self.site, uuid=uuid.uuid4().bytes, like_id=like, visitor_id=row.visitor_id,
                         prompt_version_id=self.version, said=json.dumps(said), done=done, answered_at=self.at,
                         changed_at=self.at)
        self.tell("answered", visitor_id=row.visitor_id, product_id=row.product_id, like_id=like, about_id=made)

    @property
    def version(self) -> int:
        """The version of the one prompt that is asked here."""
        known = prompts.of_site(self.tx, self.site)
        if not known:
            prompts.add_prompt(self.tx, self.site, ASKS, self.at)
        return prompts.of_site(self.tx, self.site)[0].version_id

    def visit(self, name: str, *, days: float = 1) -> None:
        visitor, at = self.visitor(name), self.at + int(days * DAY)
        made = self._add(tables.visits, site_id=self.site, uuid=uuid.uuid4().bytes, visitor_id=visitor.id,
                         page_url="https://shop.test/", visited_at=at)
        self.tell("returned", at=at, visitor_id=visitor.id, about_id=made)

    def order(self, name: str, *, days: float = 2) -> None:
        visitor, at = self.visitor(name), self.at + int(days * DAY)
        made = self._add(tables.orders, site_id=self.site, order_id=uuid.uuid4().hex, visitor_id=visitor.id, total_minor=1999,
                         currency="EUR", via="api", ordered_at=at)
        self.tell("purchased", at=at, visitor_id=visitor.id, about_id=made)

    def agree(self, like: int, **more) -> int:
        """Whoever likes this proves an address; their endorser's id."""
        return agree(self.tx, like, **more)

    def tell(self, kind: str, *, at: int | None = None, **about) -> None:
        journal.append(self.tx, [{"site_id": self.site, "kind": kind, "at": at or self.at, **about}])

    def _add(self, table: sa.Table, **row) -> int:
        return self.tx.scalar(sa.insert(table).values(**row).returning(table.c.id))


@contextmanager
def a_shop(database, key: str = "shop", **more) -> Iterator[Shop]:
    """A new site; what happens in it is kept and added up at the end."""
    with database.engine.begin() as tx:
        yield Shop(tx, a_site(tx, key, **more))
    insight.add_up(database)


@contextmanager
def again(database, shop: Shop) -> Iterator[Shop]:
    """More happens in a shop that is there."""
    with database.engine.begin() as tx:
        yield Shop(tx, shop.site, shop.at)
    insight.add_up(database)


def totals(database, shop: Shop) -> home.Totals:
    with database.read() as tx:
        return home.totals(tx, shop.site)
