"""Hold, reject, restore: an admin's word on likes. What is held or rejected is not in any public count."""

from dataclasses import dataclass

import sqlalchemy as sa

from afterlike import journal, tables
from afterlike.collect.likes import move_counts

# decision -> (from which states, to which, what the journal says)
DECISIONS = {
    "hold": (("counted",), "held", "held"),
    "reject": (("counted", "held"), "rejected", "rejected"),
    "restore": (("held", "rejected"), "counted", "restored"),
}


@dataclass(frozen=True)
class Decision:
    site_id: int
    like_ids: tuple[int, ...]
    decision: str
    at: int


def decide(tx: sa.Connection, items: list[Decision]) -> list[list[int]]:
    """The ids that changed; twice is the same as once; a like that was taken back stays taken back."""
    return [_decide(tx, item) for item in items]


def _decide(tx: sa.Connection, item: Decision) -> list[int]:
    before, after, kind = DECISIONS[item.decision]
    likes = tables.likes.c
    rows = tx.execute(
        sa.select(likes.id, likes.state, likes.product_id, likes.visitor_id)
        .where(likes.site_id == item.site_id, likes.id.in_(item.like_ids), likes.state.in_(before))
        .order_by(likes.id)
        .with_for_update()
    ).all()
    if not rows:
        return []
    tx.execute(sa.update(tables.likes).where(likes.id.in_([row.id for row in rows])).values(state=after))
    move_counts(tx, [(row.product_id, (after == "counted") - (row.state == "counted")) for row in rows])
    journal.append(tx, [{"site_id": item.site_id, "kind": kind, "at": item.at, "visitor_id": row.visitor_id,
                         "product_id": row.product_id, "like_id": row.id} for row in rows])
    return [row.id for row in rows]
