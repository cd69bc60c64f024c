"""What this room clears when a person is erased: all but the ledger and the keyed hash of whom not to write to."""

import secrets

import sqlalchemy as sa

from afterlike import tables
from afterlike.endorsers import gate, ledger
from afterlike.endorsers.optin import forget_channels


def visitors_of(tx: sa.Connection, site_id: int, endorser_id: int) -> list[int]:
    """The person's browsers."""
    visitors = tables.visitors.c
    mine = (visitors.site_id == site_id) & (visitors.endorser_id == endorser_id)
    return list(tx.scalars(sa.select(visitors.id).where(mine).order_by(visitors.id)))


def erase(tx: sa.Connection, site_id: int, endorser_id: int, visitor_ids: list[int], *, method: str, actor: str, at: int) -> None:
    """Addresses, links, consents in force, public profiles; the browsers become strangers that nobody can be again.

    The row of the endorser stays, empty: the ledger names its id, which must never become somebody else's.
    """
    channels = tx.execute(
        sa.select(tables.channels.c.id, tables.channels.c.subject).where(tables.channels.c.endorser_id == endorser_id)
    ).all()
    for channel in channels:
        gate.suppress(tx, site_id, channel.subject, "erased", at)
    ledger.record(tx, site_id, [
        {"action": "erased", "purpose": ledger.EVERYTHING, "method": method, "actor": actor, "endorser_id": endorser_id,
         "subject": channel.subject, "at": at}
        for channel in channels
    ])
    opt_ins = tables.opt_ins
    subjects = [channel.subject for channel in channels]
    tx.execute(sa.delete(opt_ins).where(opt_ins.c.visitor_id.in_(visitor_ids) | opt_ins.c.subject.in_(subjects)))
    forget_channels(tx, [channel.id for channel in channels])
    for table in (tables.consents, tables.profile_links):
        tx.execute(sa.delete(table).where(table.c.endorser_id == endorser_id))
    merges = tables.merges
    tx.execute(sa.delete(merges).where((merges.c.to_id == endorser_id) | merges.c.visitor_id.in_(visitor_ids)))
    for visitor_id in visitor_ids:
        nobody = {"hash": secrets.token_bytes(16), "endorser_id": None}
        tx.execute(sa.update(tables.visitors).where(tables.visitors.c.id == visitor_id).values(nobody))
