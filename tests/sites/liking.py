"""Likes that the extension brought from an origin of no site, kept as the collector keeps them."""

import uuid

import sqlalchemy as sa
from ground.making import NOW

from afterlike import catalog, sites, tables
from afterlike.clock import DAY, HOUR, MINUTE, now
from afterlike.collect import likes
from cast import LAMP


def row_of(tx: sa.Connection, origin: str) -> int:
    """The row of an origin of no site, made where there is none."""
    known = tables.sites.c
    found = tx.scalar(sa.select(known.id).where(known.unclaimed_origin == origin))
    new = {"key": origin, "name": origin.partition("://")[2], "unclaimed_origin": origin, "made_at": NOW}
    return found or tx.scalar(sa.insert(tables.sites).values(new).returning(known.id))


def like_before(tx: sa.Connection, origin: str, *titles: str, source: str = "extension", **facts) -> list[int]:
    """A like of a product for each title, by as many people, a minute apart; their ids."""
    site = sites.site_of(tx, row_of(tx, origin))
    items = [
        likes.Item(
            site=site, uuid=uuid.uuid4().bytes, visitor=uuid.uuid4().bytes, page_url=f"{origin}/{number}",
            product=catalog.Pressed(site.id, title, f"{origin}/{number}", {"title": title, **facts}, NOW),
            at=NOW + number * MINUTE, pressed_at=NOW + number * MINUTE, source=source, page_title=LAMP["title"],
        )
        for number, title in enumerate(titles)
    ]
    return [taken.like_id for taken in likes.take(tx, items)]


def claims_in_every_state(tx: sa.Connection, site_key: str) -> list[int]:
    """Proven with likes from before, proven without, proven but missing, being checked, found wanting, new, lapsed: the ids."""
    site, problem = sites.site_named(tx, site_key), "DNS: there is no TXT record _afterlike.shop.example.\nPage: it is not there."
    proven = {"state": "proven", "method": "dns", "proven_at": now() - 90 * DAY, "checked_at": now() - DAY, "due_at": now() + DAY}
    states = {
        "https://shop.example": proven,
        "https://quiet.example": proven,
        "https://missing.example": proven | {"failures": 1, "problem": problem},
        "http://localhost:1": {"due_at": now()},
        "https://a-rather-long-name-of-a-shop.and-of-its-country.example:8443": {"checked_at": now() - HOUR, "problem": problem},
        "http://192.0.2.7": {},
        "https://lapsed.example": {"state": "lapsed", "failures": 2, "checked_at": now() - DAY, "problem": problem},
    }
    ids = sites.claim(tx, [(site.id, origin, now()) for origin in states])
    for claim_id, values in zip(ids, states.values(), strict=True):
        if values:
            tx.execute(sa.update(tables.origin_claims).where(tables.origin_claims.c.id == claim_id).values(values))
    return ids


def set_state(tx: sa.Connection, like_id: int, state: str) -> None:
    gone = NOW if state == "withdrawn" else None
    tx.execute(sa.update(tables.likes).where(tables.likes.c.id == like_id).values(state=state, unliked_at=gone))
