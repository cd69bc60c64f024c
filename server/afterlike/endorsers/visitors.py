"""Unknown browsers, known by the keyed hash of the secret they made; and the endorser a visitor becomes."""

from dataclasses import dataclass

import sqlalchemy as sa

from afterlike import tables
from afterlike.hot import Choose, Keep


@dataclass(slots=True)
class Visitor:
    id: int
    endorser_id: int | None
    first_seen_at: int
    is_new: bool = False


_visitors = tables.visitors.c
_recalled = Choose(
    lambda hashes: sa.select(_visitors.hash, _visitors.id, _visitors.endorser_id, _visitors.first_seen_at).where(
        _visitors.hash.in_(hashes)
    )
)
_added = Keep(
    lambda insert: insert(tables.visitors).on_conflict_do_nothing(index_elements=["hash"]),
    ("site_id", "hash", "first_seen_at"),
)


def recall(tx: sa.Connection, hashes: list[bytes]) -> dict[bytes, Visitor]:
    """The visitors that are known already, by hash."""
    return {hashed: Visitor(*rest) for hashed, *rest in _recalled(tx, hashes)}


def recognise(tx: sa.Connection, seen: list[tuple[int, bytes, int]]) -> dict[bytes, Visitor]:
    """The visitor of each (site id, hash, moment), new ones kept and marked; by hash."""
    first = {hashed: (site_id, at) for site_id, hashed, at in reversed(seen)}
    known = recall(tx, list(first))
    missing = sorted(hashed for hashed in first if hashed not in known)
    if missing:
        _added(tx, [{"site_id": first[hashed][0], "hash": hashed, "first_seen_at": first[hashed][1]} for hashed in missing])
        known |= {hashed: Visitor(*rest, is_new=True) for hashed, *rest in _recalled(tx, missing)}
    return known


def ensure_endorsers(tx: sa.Connection, said: list[tuple[int, Visitor, int]]) -> None:
    """Makes an endorser of each visitor of (site id, visitor, moment) that is none yet; fills `endorser_id` in."""
    for site_id, visitor, at in said:
        if visitor.endorser_id is None:
            visitor.endorser_id = _became(tx, visitor.id) or _made(tx, site_id, visitor.id, at)


def _became(tx: sa.Connection, visitor_id: int) -> int | None:
    """What another process made of the visitor in the meantime; nobody else makes one until this transaction ends."""
    return tx.scalar(sa.select(_visitors.endorser_id).where(_visitors.id == visitor_id).with_for_update())


def _made(tx: sa.Connection, site_id: int, visitor_id: int, at: int) -> int:
    made = tx.scalar(sa.insert(tables.endorsers).values(site_id=site_id, made_at=at).returning(tables.endorsers.c.id))
    tx.execute(sa.update(tables.visitors).where(_visitors.id == visitor_id).values(endorser_id=made))
    return made
