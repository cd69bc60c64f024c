"""What this room clears when a person is erased: all but the ledger and the keyed hash of whom not to write to."""

import secrets

import sqlalchemy as sa

from afterlike import tables
from afterlike.endorsers import gate, ledger, noting
from afterlike.endorsers.links import forget_links
from afterlike.endorsers.optin import PENDING, forget_channels


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
    forget_links(tx, tables.profile_links.c.endorser_id == endorser_id)
    for table in (tables.consents, tables.grants_begun, tables.public_pages, tables.outside_letters):
        tx.execute(sa.delete(table).where(table.c.endorser_id == endorser_id))
    noting.forget(tx, endorser_id)
    merges = tables.merges
    tx.execute(sa.delete(merges).where((merges.c.to_id == endorser_id) | merges.c.visitor_id.in_(visitor_ids)))
    for visitor_id in visitor_ids:
        _make_nobody(tx, visitor_id, at)


def _make_nobody(tx: sa.Connection, visitor_id: int, at: int) -> None:
    nobody = {"hash": secrets.token_bytes(16), "endorser_id": None, "erased_at": at}
    tx.execute(sa.update(tables.visitors).where(tables.visitors.c.id == visitor_id).values(nobody))


def has_confirmed_address(tx: sa.Connection, endorser_id: int) -> bool:
    """Whether somebody proved an address; what is theirs by it is erased with that proof, on their own page."""
    channels = tables.channels.c
    confirmed = (channels.endorser_id == endorser_id) & channels.confirmed_at.is_not(None)
    return tx.scalar(sa.select(sa.exists().where(confirmed)))


def erase_browser(tx: sa.Connection, site_id: int, visitor_id: int, *, method: str, at: int, actor: str = "person") -> None:
    """What a browser asked for and nobody confirmed; profiles, where it is all there is of somebody; then it is a stranger.

    Whose the addresses are that it typed is not known: none is suppressed, and what others asked for with the same one stays.
    """
    visitors, merges = tables.visitors.c, tables.merges
    endorser_id = tx.scalar(sa.select(visitors.endorser_id).where(visitors.id == visitor_id))
    _forget_requests(tx, site_id, visitor_id, {"endorser_id": endorser_id, "method": method, "actor": actor, "at": at})
    if endorser_id is not None and _is_all_of(tx, site_id, visitor_id, endorser_id):
        forget_links(tx, tables.profile_links.c.endorser_id == endorser_id)
    tx.execute(sa.delete(merges).where(merges.c.visitor_id == visitor_id))
    _make_nobody(tx, visitor_id, at)


def _is_all_of(tx: sa.Connection, site_id: int, visitor_id: int, endorser_id: int) -> bool:
    return visitors_of(tx, site_id, endorser_id) == [visitor_id] and not has_confirmed_address(tx, endorser_id)


def _forget_requests(tx: sa.Connection, site_id: int, visitor_id: int, event: dict) -> None:
    """Opt-ins of this browser, and the unconfirmed addresses that nobody asks for any more."""
    opt_ins, channels = tables.opt_ins, tables.channels.c
    gone = tx.execute(sa.delete(opt_ins).where(opt_ins.c.visitor_id == visitor_id).returning(opt_ins.c.subject, opt_ins.c.state))
    subjects = sorted({bytes(row.subject) for row in gone if row.state in PENDING})
    if not subjects:
        return
    erased = {"action": "erased", "purpose": ledger.EVERYTHING} | event
    ledger.record(tx, site_id, [erased | {"subject": subject} for subject in subjects])
    still = sa.select(opt_ins.c.subject).where(opt_ins.c.state.in_(PENDING))
    never = channels.subject.in_(subjects) & channels.confirmed_at.is_(None) & channels.subject.not_in(still)
    forget_channels(tx, list(tx.scalars(sa.select(channels.id).where(never))))
