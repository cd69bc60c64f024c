"""Origins of no site: the row under which the extension's likes are kept apart, and the site that proved an origin is its own."""

import sqlalchemy as sa

from afterlike import db, tables
from afterlike.addresses import host_of
from afterlike.clock import DAY
from afterlike.sites.store import Site, chosen, memory, site_of
from afterlike.web import House

EMPTY_LIVES = DAY  # a like may be on its way to the row that was made for it
NOBODY = object()  # remembered like a site: most origins are nobody's


def claimer_of(house: House, origin: str) -> Site | None:
    """The site that proved that this origin is its own, as it was a moment ago."""
    remembered = memory(house, "claimers")
    site = remembered.get(origin)
    if site is None:
        with house.db.read() as tx:
            site = _claimer(tx, origin) or NOBODY
        remembered.keep(origin, site)
    return None if site is NOBODY else site


def _claimer(tx: sa.Connection, origin: str) -> Site | None:
    claims = tables.origin_claims.c
    site_id = tx.scalar(sa.select(claims.site_id).where(claims.origin == origin, claims.state == "proven"))
    return site_id and site_of(tx, site_id)


def unclaimed_site(house: House, key: str) -> Site | None:
    """The row of an origin of no site, by its key, which is the origin itself. For the extension alone."""
    remembered = memory(house, "unclaimed")
    site = remembered.get(key)
    if site is None:
        with house.db.read() as tx:
            site = chosen(tx, tables.sites.c.unclaimed_origin == key)
        if site is not None:
            remembered.keep(key, site)
    return site


def add_unclaimed(tx: sa.Connection, items: list[tuple[str, int]]) -> list[Site]:
    """For each (origin, now): the origin's own row, made if there is none; two processes at once make one."""
    return [_add(tx, *item) for item in items]


def _add(tx: sa.Connection, origin: str, now: int) -> Site:
    made = {"key": origin, "name": host_of(origin), "unclaimed_origin": origin, "made_at": now}
    tx.execute(db.insert(tx, tables.sites).values(made).on_conflict_do_nothing())
    return chosen(tx, tables.sites.c.unclaimed_origin == origin)


def forget_empty(tx: sa.Connection, items: list[int]) -> list[int]:
    """For each moment: removes origins' own rows that nothing belongs to any more; returns how many went."""
    own = tables.sites.c
    belongs = [key.parent for table in tables.metadata.sorted_tables for key in table.foreign_keys if key.column is own.id]
    empty = [~sa.exists().where(column == own.id) for column in belongs]
    return [
        tx.execute(
            sa.delete(tables.sites).where(own.unclaimed_origin.is_not(None), own.made_at < at - EMPTY_LIVES, *empty)
        ).rowcount
        for at in items
    ]
