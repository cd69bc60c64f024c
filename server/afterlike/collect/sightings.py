"""Which products have a button somewhere: the keys that the pages of a shop ask counts for, and on which days. Nothing else.

A key is noted once a day and process, kept within seconds, up to MOST of a site. There is no visitor, page or moment in it.
Whoever asks without a page of the site around them (no Origin of its own) is not noted; one who forges that can add keys that
nobody sells, up to MOST, and nothing more.
"""

import sqlalchemy as sa

from afterlike import catalog, db, tables
from afterlike.clock import DAY, now
from afterlike.db import Database
from afterlike.later import Later

MOST = 20_000  # keys of a site
MOST_KNOWN = 200_000  # that a process remembers of today
KEPT_DAYS = 90  # since it was last asked for

_seen = tables.button_sightings


class Sightings:
    """What this process saw today, and what of it is not in the database yet."""

    def __init__(self, database: Database):
        self._later = Later(database, add, set(), "buttons that were seen")
        self._known: set[tuple[int, int, str]] = set()

    def note(self, site_id: int, keys: list[str]) -> None:
        """A page of the site asked for these. Costs a look into a set where they are known already."""
        day = now() // DAY
        new = {(site_id, day, key) for key in keys} - self._known
        if not new:
            return
        if len(self._known) > MOST_KNOWN:
            self._known = set()
        self._known |= new
        self._later.add(new)

    def keep(self) -> None:
        """Keeps them now."""
        self._later.keep()


def add(tx: sa.Connection, items: list[set[tuple[int, int, str]]]) -> list[None]:
    """Keeps (site id, day, key): a key that is new only while the site has fewer than MOST."""
    for (site_id, day), keys in _by_site(set().union(*items)).items():
        known = set(tx.scalars(sa.select(_seen.c.key_hash).where(_seen.c.site_id == site_id, _seen.c.key_hash.in_(list(keys)))))
        known = {bytes(one) for one in known}
        room = max(0, MOST - tx.scalar(sa.select(sa.func.count()).where(_seen.c.site_id == site_id)))
        new = sorted(hashed for hashed in keys if hashed not in known)[:room]
        rows = [{"site_id": site_id, "key_hash": hashed, "key": keys[hashed], "first_day": day, "last_day": day}
                for hashed in sorted({*new, *known})]  # fmt: skip
        if rows:
            adding = db.insert(tx, _seen).values(rows)
            newer = {"last_day": sa.case((_seen.c.last_day < adding.excluded.last_day, adding.excluded.last_day),
                                         else_=_seen.c.last_day)}  # fmt: skip
            tx.execute(adding.on_conflict_do_update(index_elements=["site_id", "key_hash"], set_=newer))
    return [None] * len(items)


def _by_site(seen: set[tuple[int, int, str]]) -> dict[tuple[int, int], dict[bytes, str]]:
    found: dict[tuple[int, int], dict[bytes, str]] = {}
    for site_id, day, key in sorted(seen):
        found.setdefault((site_id, day), {})[catalog.key_hash(site_id, key)] = key
    return found


def forget_sightings(tx: sa.Connection, items: list[int]) -> list[int]:
    """For each moment: removes what no page has asked for in KEPT_DAYS; returns how many."""
    return [tx.execute(sa.delete(_seen).where(_seen.c.last_day < at // DAY - KEPT_DAYS)).rowcount for at in items]
