"""Several browsers, one person: when the same confirmed address claims them. It can be undone."""

import json
from dataclasses import dataclass

import sqlalchemy as sa

from afterlike import tables
from afterlike.endorsers.disputes import settle_addresses
from afterlike.endorsers.people import Person

_merges, _visitors, _profiles = tables.merges, tables.visitors, tables.profile_links


def join(tx: sa.Connection, reader: Person, visitor_id: int, at: int) -> None:
    """The visitor's browser becomes part of the person who proved the address, unless it is another proven person's."""
    channels = tables.channels.c
    before = tx.scalar(sa.select(_visitors.c.endorser_id).where(_visitors.c.id == visitor_id))
    if before == reader.id:
        return
    proven = (channels.endorser_id == before) & channels.confirmed_at.is_not(None)
    if tx.scalar(sa.select(sa.func.count()).where(proven)):
        return
    links = move_links(tx, before, reader.id)
    tx.execute(sa.update(_visitors).where(_visitors.c.id == visitor_id).values(endorser_id=reader.id))
    tx.execute(
        sa.insert(_merges).values(site_id=reader.site_id, visitor_id=visitor_id, from_id=before, to_id=reader.id,
                                  links=json.dumps(links), merged_at=at)
    )


def move_links(tx: sa.Connection, from_id: int, to_id: int) -> list[int]:
    """Profile links go along, except those that the person has left already."""
    theirs = sa.select(_profiles.c.url).where(_profiles.c.endorser_id == to_id)
    moving = sa.select(_profiles.c.id).where(_profiles.c.endorser_id == from_id, _profiles.c.url.not_in(theirs))
    links = list(tx.scalars(moving.order_by(_profiles.c.id)))
    moved = sa.update(_profiles).where(_profiles.c.id.in_(links)).values(endorser_id=to_id)
    settle_addresses(tx, {tuple(row) for row in tx.execute(moved.returning(_profiles.c.site_id, _profiles.c.same))})
    return links


@dataclass(frozen=True, slots=True)
class Browser:
    """One of a person's browsers; the merge that brought it, where one did."""

    visitor_id: int
    first_seen_at: int
    likes: int
    merge_id: int | None
    merged_at: int | None


def browsers_of(tx: sa.Connection, endorser_id: int) -> list[Browser]:
    """A person's browsers, the first one first."""
    likes = tables.likes.c
    count = sa.select(sa.func.count()).where(likes.visitor_id == _visitors.c.id, likes.unliked_at.is_(None)).scalar_subquery()
    came = (_merges.c.visitor_id == _visitors.c.id) & (_merges.c.to_id == endorser_id) & _merges.c.undone_at.is_(None)
    asked = (
        sa.select(_visitors.c.id, _visitors.c.first_seen_at, count, _merges.c.id, _merges.c.merged_at)
        .join_from(_visitors, _merges, came, isouter=True)
        .where(_visitors.c.endorser_id == endorser_id)
        .order_by(_visitors.c.first_seen_at, _visitors.c.id)
    )
    return [Browser(*row) for row in tx.execute(asked)]


def undo_merge(tx: sa.Connection, items: list[tuple[int, int, int]]) -> list[bool]:
    """For each (endorser id, merge id, now): lets that browser go again, with what came along; whether it was theirs."""
    return [undo(tx, *item) for item in items]


def undo(tx: sa.Connection, endorser_id: int, merge_id: int, at: int) -> bool:
    open_one = (_merges.c.id == merge_id) & (_merges.c.to_id == endorser_id) & _merges.c.undone_at.is_(None)
    merge = tx.execute(sa.update(_merges).where(open_one).values(undone_at=at).returning(_merges)).first()
    if merge is None:
        return False
    tx.execute(sa.update(_visitors).where(_visitors.c.id == merge.visitor_id).values(endorser_id=merge.from_id))
    moved = _profiles.c.id.in_(json.loads(merge.links)) & (_profiles.c.endorser_id == endorser_id)
    back = {"endorser_id": merge.from_id, "found": "claimed", "state": "claimed", "proven_at": None, "due_at": None}
    gone = tx.execute(sa.update(_profiles).where(moved).values(back).returning(_profiles.c.site_id, _profiles.c.same)).all()
    settle_addresses(tx, {tuple(row) for row in gone})  # what was proven by the page of one says nothing of the other
    return True
