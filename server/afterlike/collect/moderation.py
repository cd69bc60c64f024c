"""Hold, reject, restore, undo: an admin's word on likes. What is held or rejected is not in any public count."""

from dataclasses import dataclass

import sqlalchemy as sa

from afterlike import journal, tables
from afterlike.collect.likes import move_counts

# decision -> (from which states, to which)
DECISIONS = {
    "hold": (("counted",), "held"),
    "reject": (("counted", "held"), "rejected"),
    "restore": (("held", "rejected"), "counted"),
}
TOLD = {"held": "held", "rejected": "rejected", "counted": "restored"}  # what the journal says of a like that is now so
LONGEST_REASON = 300


@dataclass(frozen=True)
class Decision:
    """One press; `batch` is 16 bytes that name it. An undo names the batch that it takes back."""

    site_id: int
    like_ids: tuple[int, ...]
    decision: str
    at: int
    batch: bytes = bytes(16)
    admin_id: int | None = None
    reason: str | None = None
    undoes: bytes | None = None


def decide(tx: sa.Connection, items: list[Decision]) -> list[list[int]]:
    """The ids that changed; twice is the same as once; a like that was taken back stays taken back."""
    return [_undo(tx, item) if item.undoes else _decide(tx, item) for item in items]


def _decide(tx: sa.Connection, item: Decision) -> list[int]:
    before, after = DECISIONS[item.decision]
    likes = tables.likes.c
    rows = tx.execute(_locked().where(likes.site_id == item.site_id, likes.id.in_(item.like_ids), likes.state.in_(before))).all()
    _move(tx, item, rows, {row.id: after for row in rows})
    return [row.id for row in rows]


def _undo(tx: sa.Connection, item: Decision) -> list[int]:
    """Each like of that press is again what it was, unless something else has happened to it since."""
    likes, decisions = tables.likes.c, tables.decisions.c
    mine = (decisions.batch == item.undoes) & (decisions.site_id == item.site_id)
    asked = sa.select(decisions.like_id, decisions.before, decisions.after).where(mine)
    done = {row.like_id: row for row in tx.execute(asked)}
    rows = tx.execute(_locked().where(likes.site_id == item.site_id, likes.id.in_(done))).all()
    rows = [row for row in rows if row.state == done[row.id].after]
    _move(tx, item, rows, {row.id: done[row.id].before for row in rows})
    return [row.id for row in rows]


def _locked() -> sa.Select:
    likes = tables.likes.c
    return sa.select(likes.id, likes.state, likes.product_id, likes.visitor_id).order_by(likes.id).with_for_update()


def _move(tx: sa.Connection, item: Decision, rows: list[sa.Row], after: dict[int, str]) -> None:
    if not rows:
        return
    for state in set(after.values()):
        ids = [row.id for row in rows if after[row.id] == state]
        tx.execute(sa.update(tables.likes).where(tables.likes.c.id.in_(ids)).values(state=state))
    move_counts(tx, [(row.product_id, (after[row.id] == "counted") - (row.state == "counted")) for row in rows])
    tx.execute(sa.insert(tables.decisions), [
        {"site_id": item.site_id, "like_id": row.id, "batch": item.batch, "decision": item.decision, "before": row.state,
         "after": after[row.id], "admin_id": item.admin_id, "reason": item.reason, "decided_at": item.at} for row in rows
    ])
    journal.append(tx, [{"site_id": item.site_id, "kind": TOLD[after[row.id]], "at": item.at, "visitor_id": row.visitor_id,
                         "product_id": row.product_id, "like_id": row.id} for row in rows])


@dataclass(frozen=True)
class Done:
    """What one press did: to how many likes, and how many an undo would still put back."""

    decision: str
    likes: int
    undoable: int


def done(tx: sa.Connection, site_id: int, batch: bytes) -> Done | None:
    """None for a batch that is not there or another site's."""
    likes, decisions = tables.likes.c, tables.decisions.c
    still = sa.case((likes.state == decisions.after, 1), else_=0)
    row = tx.execute(
        sa.select(sa.func.max(decisions.decision).label("decision"), sa.func.count().label("n"),
                  sa.func.sum(still).label("still"))
        .join_from(tables.decisions, tables.likes)
        .where(decisions.batch == batch, decisions.site_id == site_id)
    ).one()
    return Done(row.decision, row.n, 0 if row.decision == "undo" else int(row.still)) if row.n else None


def decisions_on(tx: sa.Connection, like_id: int) -> list[sa.Row]:
    """(decision, after, reason, decided_at, email of the admin), oldest first."""
    decisions, admins = tables.decisions, tables.admins
    return tx.execute(
        sa.select(decisions.c.decision, decisions.c.after, decisions.c.reason, decisions.c.decided_at, admins.c.email)
        .join_from(decisions, admins, decisions.c.admin_id == admins.c.id, isouter=True)
        .where(decisions.c.like_id == like_id)
        .order_by(decisions.c.id)
    ).all()
