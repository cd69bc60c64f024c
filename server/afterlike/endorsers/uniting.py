"""Two people that are one, by an admin's word, and back. Whoever proved an address is joined by nobody but themself."""

import json
from dataclasses import dataclass

import sqlalchemy as sa

from afterlike import journal, tables
from afterlike.endorsers import noting, outside
from afterlike.endorsers.forget import has_confirmed_address, visitors_of
from afterlike.endorsers.merging import move_links, undo
from afterlike.errors import Invalid, NotFound, stated

BOTH_PROVEN = stated("Both have proved an address of their own. Only they can become one, by confirming the same address.")
ITSELF = stated("This is the same person.")

_merges, _visitors = tables.merges, tables.visitors


@dataclass(frozen=True, slots=True)
class Merge:
    """Two people of one site that are one; who proved an address stays, else the second."""

    site_id: int
    one_id: int
    other_id: int
    admin_id: int
    at: int


def merge_people(tx: sa.Connection, items: list[Merge]) -> list[int]:
    """Makes one person of two; the ids of those who stay. Raises NotFound, Invalid where both proved an address."""
    return [_merge(tx, item) for item in items]


def _merge(tx: sa.Connection, item: Merge) -> int:
    if item.one_id == item.other_id:
        raise Invalid(ITSELF, fields={"with": ITSELF})
    both = _there(tx, item.site_id, [item.one_id, item.other_id])
    proven = [one for one in both if has_confirmed_address(tx, one)]
    if len(proven) == 2:
        raise Invalid(BOTH_PROVEN, fields={"with": BOTH_PROVEN})
    to_id = proven[0] if proven else item.other_id
    from_id = item.one_id if to_id == item.other_id else item.other_id
    visitor_ids = visitors_of(tx, item.site_id, from_id)
    if not visitor_ids:
        raise NotFound()
    links = move_links(tx, from_id, to_id)
    noting.move(tx, from_id, to_id)
    outside.move(tx, from_id, to_id)
    tx.execute(sa.update(_visitors).where(_visitors.c.id.in_(visitor_ids)).values(endorser_id=to_id))
    tx.execute(sa.insert(_merges), [
        {"site_id": item.site_id, "visitor_id": visitor_id, "from_id": from_id, "to_id": to_id, "merged_at": item.at,
         "admin_id": item.admin_id, "links": json.dumps([] if nth else links)} for nth, visitor_id in enumerate(visitor_ids)])
    _tell(tx, "merged", item.site_id, to_id, visitor_ids, item.at)
    return to_id


def part_people(tx: sa.Connection, items: list[tuple[int, int, int, int]]) -> list[int]:
    """For each (site id, endorser id, the one they were made one with, now): takes an admin's merge back; the other's id.

    Raises NotFound where there is none. Tags and notes stay with the person who stayed.
    """
    return [_part(tx, *item) for item in items]


def _part(tx: sa.Connection, site_id: int, to_id: int, from_id: int, at: int) -> int:
    open_ones = (_merges.c.site_id == site_id) & (_merges.c.to_id == to_id) & (_merges.c.from_id == from_id)
    open_ones &= _merges.c.admin_id.is_not(None) & _merges.c.undone_at.is_(None)
    asked = sa.select(_merges.c.id, _merges.c.visitor_id).where(open_ones)
    merges = tx.execute(asked.order_by(_merges.c.id).with_for_update()).all()
    if not merges:
        raise NotFound()
    for merge in merges:
        undo(tx, to_id, merge.id, at)
    _tell(tx, "parted", site_id, to_id, [merge.visitor_id for merge in merges], at)
    return from_id


def merged_into(tx: sa.Connection, site_id: int, endorser_id: int) -> int | None:
    """Who somebody became, where an admin made them one."""
    gone = (_merges.c.site_id == site_id) & (_merges.c.from_id == endorser_id) & _merges.c.undone_at.is_(None)
    asked = sa.select(_merges.c.to_id).where(gone, _merges.c.admin_id.is_not(None))
    return tx.scalar(asked.order_by(_merges.c.id.desc()).limit(1))


def merged_with(tx: sa.Connection, endorser_id: int) -> list[sa.Row]:
    """(from_id, merged_at, browsers) of each merge by an admin that can be taken back."""
    mine = (_merges.c.to_id == endorser_id) & _merges.c.undone_at.is_(None) & _merges.c.admin_id.is_not(None)
    asked = sa.select(_merges.c.from_id, sa.func.max(_merges.c.merged_at).label("merged_at"), sa.func.count().label("browsers"))
    return tx.execute(asked.where(mine).group_by(_merges.c.from_id).order_by(_merges.c.from_id)).all()


def _there(tx: sa.Connection, site_id: int, ids: list[int]) -> list[int]:
    """Both, locked in one order; raises NotFound."""
    endorsers = tables.endorsers.c
    asked = sa.select(endorsers.id).where(endorsers.id.in_(ids), endorsers.site_id == site_id)
    found = list(tx.scalars(asked.order_by(endorsers.id).with_for_update()))
    if len(found) < len(ids):
        raise NotFound()
    return found


def _tell(tx: sa.Connection, kind: str, site_id: int, to_id: int, visitor_ids: list[int], at: int) -> None:
    journal.append(tx, [{"site_id": site_id, "kind": kind, "at": at, "visitor_id": visitor_id, "about_id": to_id}
                        for visitor_id in visitor_ids])
