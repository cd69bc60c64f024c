"""The only gate: whether somebody may be written to. And what closes it: stopping, pausing, taking consent back."""

import json
from dataclasses import dataclass

import sqlalchemy as sa

from afterlike import db, journal, tables
from afterlike.endorsers import ledger
from afterlike.endorsers.people import Person, person, person_at, touch
from afterlike.errors import Invalid
from afterlike.purposes import BY_MAIL, Wording
from afterlike.words import for_admins

VERDICTS = {
    "ok":          for_admins("They may be written to."),
    "no_address":  for_admins("They have left no address."),
    "unconfirmed": for_admins("They have not confirmed their address yet."),
    "paused":      for_admins("They asked for a pause."),
    "stopped":     for_admins("They asked not to be written to any more."),
    "bounced":     for_admins("Their mail server refuses letters to this address."),
    "complained":  for_admins("They reported a letter as unwanted."),
    "suppressed":  for_admins("This address is not written to any more."),
    "no_consent":  for_admins("They have not agreed to letters of this kind."),
}
PACES = ("each", "weekly", "monthly")

_consents, _suppressions, _subscriptions = tables.consents, tables.suppressions, tables.subscriptions


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a letter may go, and why not; with the address when it may."""

    allowed: bool
    reason: str
    channel_id: int | None = None
    address: str | None = None
    locale: str | None = None

    def __bool__(self) -> bool:
        return self.allowed


def may_contact(tx: sa.Connection, endorser_id: int, channel: str, purpose: str, *, now: int) -> Verdict:
    """Asked inside the transaction that sends: whether this person may be written to, for this purpose, now."""
    someone = person(tx, endorser_id) if channel == "email" else None
    if someone is None:
        return Verdict(False, "no_address")
    reason = _closed(tx, someone, now) or (None if _agrees(tx, endorser_id, channel, purpose) else "no_consent")
    if reason is not None:
        return Verdict(False, reason)
    return Verdict(True, "ok", someone.channel_id, someone.address, someone.locale)


def _closed(tx: sa.Connection, someone: Person, now: int) -> str | None:
    if someone.state == "paused":
        return "paused" if someone.paused_until is None or someone.paused_until > now else suppressed(tx, someone)
    return someone.state if someone.state != "confirmed" else suppressed(tx, someone)


def suppressed(tx: sa.Connection, someone: Person) -> str | None:
    own = (_suppressions.c.site_id == someone.site_id) & (_suppressions.c.subject == someone.subject)
    return "suppressed" if tx.scalar(sa.select(_suppressions.c.reason).where(own)) else None


def _agrees(tx: sa.Connection, endorser_id: int, channel: str, purpose: str) -> bool:
    own = (_consents.c.endorser_id == endorser_id) & (_consents.c.channel == channel) & (_consents.c.purpose == purpose)
    return tx.scalar(sa.select(_consents.c.given_at).where(own, _consents.c.withdrawn_at.is_(None))) is not None


# --- stopping -------------------------------------------------------------------------------------------------------

@dataclass(frozen=True, slots=True)
class Stop:
    """Somebody wants no more mail; `method` says how they told us."""

    channel_id: int
    method: str
    at: int
    token_jti: bytes | None = None


def stop(tx: sa.Connection, items: list[Stop]) -> list[bool]:
    """Ends all that is mailed to these addresses; whether that changed anything."""
    return [_stop(tx, item) for item in items]


def _stop(tx: sa.Connection, item: Stop) -> bool:
    someone = person_at(tx, item.channel_id)
    if someone is None or someone.state == "stopped":
        return False
    given = _given(tx, someone.id)
    rows = [_row(tx, someone, "withdrawn", item.method, item.at, text_id=text_id, purpose=purpose) for purpose, text_id in given]
    ledger.record(tx, someone.site_id, rows or [_row(tx, someone, "objected", item.method, item.at)])
    _withdraw(tx, someone.id, BY_MAIL, item.at)
    unsubscribed = {"state": "unsubscribed", "ended_at": item.at}
    own = _subscriptions.c.channel_id == item.channel_id
    tx.execute(sa.update(_subscriptions).where(own, _subscriptions.c.state == "confirmed").values(unsubscribed))
    touch(tx, item.channel_id, state="stopped", changed_at=item.at, paused_until=None)
    suppress(tx, someone.site_id, someone.subject, "stopped", item.at)
    _end_requests(tx, someone, item.at)
    journal.append(tx, [{"site_id": someone.site_id, "kind": "stopped", "at": item.at, "about_id": item.channel_id}])
    return True


def _given(tx: sa.Connection, endorser_id: int) -> list[tuple[str, int]]:
    by_mail = (_consents.c.endorser_id == endorser_id) & _consents.c.purpose.in_(BY_MAIL)
    asked = sa.select(_consents.c.purpose, _consents.c.text_id).where(by_mail, _consents.c.withdrawn_at.is_(None))
    return [tuple(row) for row in tx.execute(asked.order_by(_consents.c.purpose))]


def _withdraw(tx: sa.Connection, endorser_id: int, purposes: tuple[str, ...], at: int) -> None:
    own = (_consents.c.endorser_id == endorser_id) & _consents.c.purpose.in_(purposes)
    tx.execute(sa.update(_consents).where(own, _consents.c.withdrawn_at.is_(None)).values(withdrawn_at=at))


def _end_requests(tx: sa.Connection, someone: Person, at: int) -> None:
    """An open confirmation must not undo a later stop."""
    links, opt_ins = tables.mailed_links, tables.opt_ins
    confirmations = (links.c.channel_id == someone.channel_id) & (links.c.use == "confirm") & links.c.used_at.is_(None)
    tx.execute(sa.update(links).where(confirmations, links.c.ends_at > at).values(ends_at=at))
    pending = (opt_ins.c.subject == someone.subject) & opt_ins.c.state.in_(("asked", "mailed"))
    tx.execute(sa.update(opt_ins).where(pending).values(state="refused", settled_at=at, address=None))


def suppress(tx: sa.Connection, site_id: int, subject: bytes, reason: str, at: int) -> None:
    """From now on this address is not written to; an earlier reason stays."""
    row = {"site_id": site_id, "subject": subject, "reason": reason, "since_at": at}
    tx.execute(db.insert(tx, _suppressions).values(row).on_conflict_do_nothing())


def release(tx: sa.Connection, site_id: int, subject: bytes) -> None:
    """Ends a suppression: the person themself has asked for letters again, and proved the address. A complaint is for good."""
    own = (_suppressions.c.site_id == site_id) & (_suppressions.c.subject == subject)
    tx.execute(sa.delete(_suppressions).where(own, _suppressions.c.reason != "complained"))


def restart(tx: sa.Connection, items: list[tuple[int, str, int]]) -> list[bool]:
    """For each (channel id, method, now): gives back what the person's own last stop took; whether there was any."""
    return [_restart(tx, *item) for item in items]


def _restart(tx: sa.Connection, channel_id: int, method: str, at: int) -> bool:
    someone = person_at(tx, channel_id)
    if someone is None or someone.state != "stopped" or someone.confirmed_at is None:
        return False
    own = (_suppressions.c.site_id == someone.site_id) & (_suppressions.c.subject == someone.subject)
    stopped_at = tx.scalar(sa.select(_suppressions.c.since_at).where(own, _suppressions.c.reason == "stopped"))
    if stopped_at is None:
        return False
    taken = (_consents.c.endorser_id == someone.id) & (_consents.c.withdrawn_at == stopped_at)
    found = tx.execute(sa.select(_consents.c.purpose, _consents.c.text_id).where(taken)).all()
    ledger.record(tx, someone.site_id, [_row(tx, someone, "given", method, at, text_id=text_id, purpose=purpose)
                                        for purpose, text_id in found])
    tx.execute(sa.update(_consents).where(taken).values(withdrawn_at=None, given_at=at))
    theirs = (_subscriptions.c.channel_id == channel_id) & (_subscriptions.c.ended_at == stopped_at)
    tx.execute(sa.update(_subscriptions).where(theirs).values(state="confirmed", ended_at=None))
    release(tx, someone.site_id, someone.subject)
    touch(tx, channel_id, state="confirmed", changed_at=at)
    return True


# --- consent --------------------------------------------------------------------------------------------------------

@dataclass(frozen=True, slots=True)
class Consent:
    """What somebody agreed to, with the exact words."""

    purpose: str
    given_at: int
    withdrawn_at: int | None
    words: str
    version: int
    locale: str


def consents_of(tx: sa.Connection, endorser_id: int) -> list[Consent]:
    texts = tables.consent_texts.c
    asked = (
        sa.select(_consents.c.purpose, _consents.c.given_at, _consents.c.withdrawn_at, texts.words, texts.version, texts.locale)
        .join_from(_consents, tables.consent_texts, _consents.c.text_id == texts.id)
        .where(_consents.c.endorser_id == endorser_id)
        .order_by(_consents.c.purpose)
    )
    return [Consent(*row) for row in tx.execute(asked)]


def set_consents(tx: sa.Connection, items: list[tuple[int, dict[str, Wording | None], str, int]]) -> list[None]:
    """For each (channel id, {purpose: the words agreed to, or None}, method, now): gives and withdraws."""
    return [_set_consents(tx, *item) for item in items]


def _set_consents(tx: sa.Connection, channel_id: int, wanted: dict[str, Wording | None], method: str, at: int) -> None:
    someone = person_at(tx, channel_id)
    if someone is None:
        return
    in_force = dict(_all_given(tx, someone.id))
    for purpose, wording in sorted(wanted.items()):
        if wording is None and purpose in in_force:
            row = _row(tx, someone, "withdrawn", method, at, text_id=in_force[purpose], purpose=purpose)
            ledger.record(tx, someone.site_id, [row])
            _withdraw(tx, someone.id, (purpose,), at)
        elif wording is not None and purpose not in in_force:
            give(tx, someone, wording, {"method": method, "at": at})
    if someone.state == "stopped" and any(wanted.get(purpose) for purpose in BY_MAIL):
        release(tx, someone.site_id, someone.subject)
        touch(tx, channel_id, state="confirmed", changed_at=at)


def _all_given(tx: sa.Connection, endorser_id: int) -> list[tuple[str, int]]:
    own = (_consents.c.endorser_id == endorser_id) & _consents.c.withdrawn_at.is_(None)
    return [tuple(row) for row in tx.execute(sa.select(_consents.c.purpose, _consents.c.text_id).where(own))]


def give(tx: sa.Connection, someone: Person, wording: Wording, event: dict) -> None:
    """Notes that somebody agreed to these words; `event` {method, at, …} goes into the ledger."""
    channel = "email" if wording.purpose in BY_MAIL else "site"
    text = ledger.ensure_text(tx, someone.site_id, wording, event["at"])
    row = {"action": "given", "purpose": wording.purpose, "channel": channel, "endorser_id": someone.id,
           "subject": someone.subject}
    ledger.record(tx, someone.site_id, [row | ledger.text_columns(text) | event])
    kept = {"text_id": text.id, "given_at": event["at"], "withdrawn_at": None}
    tx.execute(
        db.insert(tx, _consents)
        .values(endorser_id=someone.id, channel=channel, purpose=wording.purpose, **kept)
        .on_conflict_do_update(index_elements=["endorser_id", "channel", "purpose"], set_=kept)
    )


def set_pace(tx: sa.Connection, items: list[tuple[int, str, int | None, int]]) -> list[None]:
    """For each (channel id, each | weekly | monthly, paused until or None, now)."""
    for channel_id, pace, paused_until, at in items:
        if pace not in PACES:
            raise Invalid(f"Choose one of: {', '.join(PACES)}.", fields={"pace": "Choose one of them."})
        someone = person_at(tx, channel_id)
        if someone is None:
            continue
        paused = paused_until is not None and paused_until > at
        state = ("paused" if paused else "confirmed") if someone.state in ("paused", "confirmed") else someone.state
        touch(tx, channel_id, pace=pace, paused_until=paused_until if paused else None, state=state, changed_at=at)
        if (someone.pace, someone.state) != (pace, state):
            note = json.dumps({"pace": pace, "paused_until": paused_until if paused else None})
            ledger.record(tx, someone.site_id, [_row(tx, someone, "changed", "me_page", at) | {"note": note}])
    return [None] * len(items)


def _row(
    tx: sa.Connection, someone: Person, action: str, method: str, at: int, *, text_id: int | None = None,
    purpose: str = ledger.EVERYTHING,
) -> dict:
    row = {"action": action, "method": method, "at": at, "purpose": purpose, "endorser_id": someone.id,
           "subject": someone.subject, "channel": "email" if purpose in (*BY_MAIL, ledger.EVERYTHING) else "site"}
    if text_id is not None:
        row |= ledger.text_columns(tx.execute(sa.select(tables.consent_texts).where(tables.consent_texts.c.id == text_id)).one())
    return row
