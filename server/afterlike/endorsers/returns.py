"""Letters that came back, and reports of unwanted ones: what they do to an address. How they are read stands in followup."""

import hashlib
from dataclasses import dataclass

import sqlalchemy as sa

from afterlike import db, journal, tables
from afterlike.clock import DAY
from afterlike.endorsers import gate, ledger
from afterlike.endorsers.people import Person, person_at, touch
from afterlike.web import House

USE = "bounce"
LONGEST_SAID = 300
OPEN = ("unconfirmed", "confirmed", "paused")  # the states that a letter that comes back may end

_bounces = tables.bounces


@dataclass(frozen=True, slots=True)
class Thresholds:
    """After how many of each, within how many days, an address is not written to any more."""

    hard: int
    soft: int
    days: int


@dataclass(frozen=True, slots=True)
class Returned:
    """One report: `kind` is soft, hard or complaint; `said` holds no address; `of_report` tells it from others."""

    channel_id: int
    kind: str
    status: str | None
    said: str | None
    of_report: str
    thresholds: Thresholds
    at: int


def envelope_of(house: House, channel_id: int) -> str | None:
    """Where a letter to this address comes back to: it names the address, and proves that we wrote there."""
    domain = house.config.reply_domain
    return f"b+{house.keyring.ticket(USE, channel_id)}@{domain}" if domain else None


def returned(tx: sa.Connection, items: list[Returned]) -> list[str]:
    """Keeps reports and closes addresses; for each: noted, closed, again (it is known already) or gone (nobody's address)."""
    return [_returned(tx, item) for item in items]


def _returned(tx: sa.Connection, item: Returned) -> str:
    tx.execute(sa.select(tables.channels.c.id).where(tables.channels.c.id == item.channel_id).with_for_update())
    someone = person_at(tx, item.channel_id)
    if someone is None:
        return "gone"
    digest = hashlib.blake2b(item.of_report.encode(), digest_size=16).digest()
    row = {"site_id": someone.site_id, "channel_id": item.channel_id, "kind": item.kind, "status": item.status,
           "said": (item.said or "")[:LONGEST_SAID] or None, "digest": digest, "at": item.at}
    kept = db.insert(tx, _bounces).values(row).on_conflict_do_nothing(index_elements=["channel_id", "digest"])
    if tx.scalar(kept.returning(_bounces.c.id)) is None:
        return "again"
    if item.kind == "complaint":
        return _close(tx, someone, "complained", item.at)
    return _close(tx, someone, "bounced", item.at) if _is_enough(tx, item) else "noted"


def _is_enough(tx: sa.Connection, item: Returned) -> bool:
    lately = (_bounces.c.channel_id == item.channel_id) & (_bounces.c.at > item.at - item.thresholds.days * DAY)
    asked = sa.select(sa.func.count()).select_from(_bounces).where(lately)
    return any(
        0 < most <= tx.scalar(asked.where(_bounces.c.kind == kind))
        for kind, most in (("hard", item.thresholds.hard), ("soft", item.thresholds.soft))
    )


def _close(tx: sa.Connection, someone: Person, state: str, at: int) -> str:
    """A complaint closes whatever the state; a letter that came back only what was open."""
    if someone.state == state or state == "bounced" and someone.state not in OPEN:
        return "noted"
    touch(tx, someone.channel_id, state=state, changed_at=at)
    _suppress(tx, someone, state, at)
    action = "objected" if state == "complained" else "changed"
    ledger.record(tx, someone.site_id, [{
        "action": action, "method": "system", "actor": "system", "at": at, "purpose": ledger.EVERYTHING,
        "endorser_id": someone.id, "subject": someone.subject, "note": f'{{"state": "{state}"}}',
    }])
    journal.append(tx, [{"site_id": someone.site_id, "kind": state, "at": at, "about_id": someone.channel_id}])
    return "closed"


def _suppress(tx: sa.Connection, someone: Person, reason: str, at: int) -> None:
    """A complaint stands before an earlier reason: it is for good."""
    gate.suppress(tx, someone.site_id, someone.subject, reason, at)
    if reason == "complained":
        held = tables.suppressions
        own = (held.c.site_id == someone.site_id) & (held.c.subject == someone.subject)
        tx.execute(sa.update(held).where(own).values(reason=reason))


def returns_of(tx: sa.Connection, endorser_id: int) -> list[sa.Row]:
    """(kind, status, said, at) of every letter to this person that came back, newest first."""
    channels = tables.channels.c
    return tx.execute(
        sa.select(_bounces.c.kind, _bounces.c.status, _bounces.c.said, _bounces.c.at)
        .join_from(_bounces, tables.channels, channels.id == _bounces.c.channel_id)
        .where(channels.endorser_id == endorser_id)
        .order_by(_bounces.c.at.desc(), _bounces.c.id.desc())
    ).all()
