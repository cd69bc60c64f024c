"""What each room clears when a person is erased (ERASE), or one browser (ERASE_BROWSER), on one page above the rooms."""

from dataclasses import dataclass

import sqlalchemy as sa

from afterlike import collect, endorsers, followup, insight, journal, prompts, publicity, tables
from afterlike.clock import now
from afterlike.errors import NotFound
from afterlike.web import House


@dataclass(frozen=True, slots=True)
class Erasure:
    """Who is erased, by whose hand: `actor` is person, admin:<id> or system."""

    site_id: int
    endorser_id: int
    visitor_ids: list[int]
    likes_too: bool
    method: str
    actor: str
    at: int


ERASE = (
    # what goes                                                                 how
    ("letters to and from the person",                lambda tx, one: followup.erase(tx, one.endorser_id)),
    ("words that were to be quoted, feed, links",     lambda tx, one: publicity.erase(tx, one.endorser_id, one.visitor_ids)),
    ("tags on what they wrote",                       lambda tx, one: insight.erase(tx, one.visitor_ids)),
    ("answers, visits, where each like was pressed",  lambda tx, one: collect.erase(
        tx, one.site_id, one.visitor_ids, likes_too=one.likes_too, at=one.at)),
    ("what was asked when",                           lambda tx, one: prompts.erase(tx, one.visitor_ids)),
    ("addresses, profiles, topics, consents, links",  lambda tx, one: endorsers.erase(
        tx, one.site_id, one.endorser_id, one.visitor_ids, method=one.method, actor=one.actor, at=one.at)),
)


@dataclass(frozen=True, slots=True)
class Leaving:
    """A browser that wants everything gone that it left at one site; nobody has proved whose it is."""

    site_id: int
    visitor_id: int
    method: str
    at: int
    likes_too: bool = True
    actor: str = "person"


ERASE_BROWSER = (
    ("words from there that were to be quoted",       lambda tx, one: publicity.erase_browser(tx, one.visitor_id)),
    ("tags on what was written there",                lambda tx, one: insight.erase(tx, [one.visitor_id])),
    ("its likes, answers, visits",                    lambda tx, one: collect.erase(
        tx, one.site_id, [one.visitor_id], likes_too=one.likes_too, at=one.at)),
    ("what was asked when",                           lambda tx, one: prompts.erase(tx, [one.visitor_id])),
    ("what it asked for with an address that nobody confirmed; profiles that are nobody else's",
                                                      lambda tx, one: endorsers.erase_browser(
        tx, one.site_id, one.visitor_id, method=one.method, at=one.at, actor=one.actor)),
)


def erase(house: House, site_id: int, endorser_id: int, *, likes_too: bool, method: str, actor: str) -> None:
    """Erases a person in one transaction; raises NotFound. What stays is told by `preview`.

    Where a reader is in the way of emptying the write-ahead log, the background work does it within the hour.
    """
    house.db.write(erased, (site_id, endorser_id, likes_too, method, actor, now()))
    house.db.scrub()


def erased(tx: sa.Connection, items: list[tuple]) -> list[None | NotFound]:
    """For each (site id, endorser id, likes too, method, actor, now): erases them within this transaction."""
    return [_erase_one(tx, *item) for item in items]


def _erase_one(
    tx: sa.Connection, site_id: int, endorser_id: int, likes_too: bool, method: str, actor: str, at: int
) -> None | NotFound:
    known = sa.select(tables.endorsers.c.id).where(tables.endorsers.c.id == endorser_id, tables.endorsers.c.site_id == site_id)
    if tx.scalar(known.with_for_update()) is None:
        return NotFound()
    visitor_ids = endorsers.visitors_of(tx, site_id, endorser_id)
    for _, clear in ERASE:
        clear(tx, Erasure(site_id, endorser_id, visitor_ids, likes_too, method, actor, at))
    gone = [{"about_id": endorser_id}, *({"visitor_id": visitor_id} for visitor_id in visitor_ids)]
    journal.append(tx, [{"site_id": site_id, "kind": "erased", "at": at} | one for one in gone])
    return None


def erase_browser(house: House, site_id: int, visitor: bytes, *, method: str) -> bool:
    """Erases what this browser left, in one transaction; whether it belonged to a confirmed address, whose own things stay.

    A browser that is not known is erased already.
    """
    known, has_address = house.db.write(_erase_browser, (site_id, visitor, method, now()))
    if known:
        house.db.scrub()
    return has_address


def _erase_browser(tx: sa.Connection, items: list[tuple[int, bytes, str, int]]) -> list[tuple[bool, bool]]:
    return [_erase_one_browser(tx, *item) for item in items]


def _erase_one_browser(tx: sa.Connection, site_id: int, visitor: bytes, method: str, at: int) -> tuple[bool, bool]:
    visitors = tables.visitors.c
    asked = sa.select(visitors.id, visitors.endorser_id).where(visitors.hash == visitor, visitors.site_id == site_id)
    known = tx.execute(asked.with_for_update()).first()
    if known is None:
        return False, False
    has_address = known.endorser_id is not None and endorsers.has_confirmed_address(tx, known.endorser_id)
    leave(tx, Leaving(site_id, known.id, method, at))
    return True, has_address


def leave(tx: sa.Connection, leaving: Leaving) -> None:
    """Erases one browser within this transaction."""
    for _, clear in ERASE_BROWSER:
        clear(tx, leaving)
    journal.append(tx, [{"site_id": leaving.site_id, "kind": "erased", "at": leaving.at, "visitor_id": leaving.visitor_id}])


def preview(tx: sa.Connection, site_id: int, endorser_id: int) -> list[tuple[str, int]]:
    """(what, how many) an erasure would be about; `likes` and `orders` stay as numbers, the others go."""
    visitor_ids = endorsers.visitors_of(tx, site_id, endorser_id)
    likes = tables.likes.c

    def count(table: sa.Table, *where: sa.ColumnElement[bool]) -> int:
        return tx.scalar(sa.select(sa.func.count()).select_from(table).where(*where))

    quotes = tables.quotes.c
    theirs = sa.select(tables.conversations.c.id).where(tables.conversations.c.endorser_id == endorser_id)
    return [
        ("addresses", count(tables.channels, tables.channels.c.endorser_id == endorser_id)),
        ("profiles", count(tables.profile_links, tables.profile_links.c.endorser_id == endorser_id)),
        ("answers", count(tables.answers, tables.answers.c.visitor_id.in_(visitor_ids))),
        ("letters", count(tables.messages, tables.messages.c.conversation_id.in_(theirs))),
        ("quotes", count(tables.quotes, quotes.endorser_id == endorser_id)),
        ("visits", count(tables.visits, tables.visits.c.visitor_id.in_(visitor_ids))),
        ("likes", count(tables.likes, likes.visitor_id.in_(visitor_ids), likes.unliked_at.is_(None))),
        ("orders", count(tables.orders, tables.orders.c.visitor_id.in_(visitor_ids))),
    ]
