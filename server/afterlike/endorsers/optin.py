"""The opt-in: what somebody asked for with an address, whose confirmation is mailed, and the button that confirms it.

Asking does the same work for every address, new, known, stopped or suppressed, so that neither words nor time tell
anything: a row, its consents as requested in the ledger, a promise in the outbox. Only the sender looks who it is.
"""

import json
from dataclasses import dataclass

import sqlalchemy as sa

from afterlike import journal, outbox, tables
from afterlike.clock import DAY, HOUR
from afterlike.endorsers import gate, ledger, merging, topics
from afterlike.endorsers.people import Person, add_channel, new_link, new_session, person_at, person_named, take_link, touch
from afterlike.endorsers.visitors import Visitor, ensure_endorsers
from afterlike.errors import Conflict
from afterlike.purposes import Wording

ONE_A = DAY  # confirmation to one address
QUIET_AFTER_STOP = 30 * DAY
PENDING = ("asked", "mailed")

_opt_ins = tables.opt_ins


@dataclass(slots=True)
class OptIn:
    """One opt-in as it is asked for; `topics` are (key, name), `wordings` the exact boxes that were ticked."""

    site_id: int
    uuid: bytes
    visitor: Visitor
    like_id: int
    address: str
    subject: bytes
    topics: list[tuple[str, str]]
    wordings: list[Wording]
    locale: str
    method: str
    page_path: str | None
    gpc: bool
    at: int


def ask(tx: sa.Connection, item: OptIn) -> int | Conflict | None:
    """Keeps an opt-in once and promises its confirmation: its id; None when it was kept before."""
    known = tx.execute(
        sa.select(_opt_ins.c.visitor_id, _opt_ins.c.subject)
        .where(_opt_ins.c.uuid == item.uuid, _opt_ins.c.site_id == item.site_id)
    ).first()
    if known is not None:
        return None if tuple(known) == (item.visitor.id, item.subject) else Conflict()
    ensure_endorsers(tx, [(item.site_id, item.visitor, item.at)])
    texts = [ledger.ensure_text(tx, item.site_id, wording, item.at) for wording in item.wordings]
    opt_in_id = tx.scalar(
        sa.insert(_opt_ins)
        .values(
            site_id=item.site_id, uuid=item.uuid, visitor_id=item.visitor.id, like_id=item.like_id, address=item.address,
            subject=item.subject, topics=json.dumps(item.topics, ensure_ascii=False), locale=item.locale, method=item.method,
            consents=json.dumps([[text.purpose, text.id] for text in texts]), page_path=item.page_path, gpc=int(item.gpc),
            state="asked", asked_at=item.at,
        )
        .returning(_opt_ins.c.id)
    )
    event = {"action": "requested", "endorser_id": item.visitor.endorser_id, "subject": item.subject, "method": item.method,
             "like_id": item.like_id, "page_path": item.page_path, "gpc": int(item.gpc), "at": item.at,
             "topics": json.dumps([key for key, _ in item.topics])}
    ledger.record(tx, item.site_id, [event | {"purpose": text.purpose} | ledger.text_columns(text) for text in texts])
    outbox.put(tx, "confirmation", {"opt_in": opt_in_id}, now=item.at, site_id=item.site_id)
    return opt_in_id


# --- the confirmation -----------------------------------------------------------------------------------------------

@dataclass(frozen=True, slots=True)
class Confirmation:
    """What the sender mails: to whom, in which language, the token, and what was asked for."""

    reader: Person
    locale: str
    token: str
    asked: "Asked"
    product_title: str | None


@dataclass(frozen=True, slots=True)
class Asked:
    """What a press on the button will confirm."""

    site_id: int
    address: str
    topics: list[str]
    boxes: list[tuple[str, str]]  # purpose, exact words


def confirmations(tx: sa.Connection, items: list[tuple[int, int, int]]) -> list[Confirmation | None]:
    """For each (opt-in id, now, confirm hours): the letter that is to be mailed, or None when none may be."""
    return [_confirmation(tx, *item) for item in items]


def _confirmation(tx: sa.Connection, opt_in_id: int, now: int, hours: int) -> Confirmation | None:
    wanted = tx.execute(sa.select(_opt_ins).where(_opt_ins.c.id == opt_in_id, _opt_ins.c.state.in_(PENDING))).first()
    if wanted is None:
        return None
    if not _may_ask(tx, wanted, now):
        _settle(tx, [wanted.id], "refused", now)
        return None
    reader = _reader(tx, wanted)
    topics.ask_for(tx, reader.channel_id, topics.ensure_topics(tx, wanted.site_id, json.loads(wanted.topics), now), now)
    tx.execute(sa.update(_opt_ins).where(_opt_ins.c.id == wanted.id).values(state="mailed"))
    earlier = _last_confirmation(tx, reader.channel_id, now)
    if earlier is not None and earlier.about_id != wanted.id:
        if earlier.used_at is not None or earlier.ends_at <= now:  # today's mail is used up: this one goes tomorrow
            outbox.put(tx, "confirmation", {"opt_in": wanted.id}, now=earlier.made_at + ONE_A, site_id=wanted.site_id)
        return None
    token = new_link(tx, reader, "confirm", now=now, lives=hours * HOUR, about_id=wanted.id)
    touch(tx, reader.channel_id, asked_at=now)
    return Confirmation(reader, wanted.locale, token, asked_for(tx, reader.channel_id), _title(tx, wanted.like_id))


def _may_ask(tx: sa.Connection, wanted: sa.Row, now: int) -> bool:
    """Whoever stopped, or could not be reached, is asked again a month later, at their own request; a complaint is for good."""
    held = tables.suppressions.c
    found = tx.execute(
        sa.select(held.reason, held.since_at).where(held.site_id == wanted.site_id, held.subject == wanted.subject)
    ).first()
    return found is None or (found.reason in ("stopped", "erased", "bounced") and now - found.since_at >= QUIET_AFTER_STOP)


def _reader(tx: sa.Connection, wanted: sa.Row) -> Person:
    known = person_named(tx, wanted.subject)
    if known is not None:
        return known
    visitors = tables.visitors.c
    endorser_id = tx.scalar(sa.select(visitors.endorser_id).where(visitors.id == wanted.visitor_id))
    return add_channel(tx, site_id=wanted.site_id, endorser_id=endorser_id, address=wanted.address, subject=wanted.subject,
                       locale=wanted.locale, now=wanted.asked_at)


def _last_confirmation(tx: sa.Connection, channel_id: int, now: int) -> sa.Row | None:
    """The newest confirmation of the last day."""
    links = tables.mailed_links.c
    mine = (links.channel_id == channel_id) & (links.use == "confirm") & (links.made_at > now - ONE_A)
    return tx.execute(sa.select(tables.mailed_links).where(mine).order_by(links.id.desc()).limit(1)).first()


def _title(tx: sa.Connection, like_id: int) -> str | None:
    likes, shown = tables.likes.c, tables.product_showings.c
    return tx.scalar(sa.select(shown.title).join_from(tables.likes, tables.product_showings, likes.shown_id == shown.id)
                     .where(likes.id == like_id))


def asked_for(tx: sa.Connection, channel_id: int) -> Asked | None:
    """What a confirm button would confirm; looking changes nothing."""
    reader = person_at(tx, channel_id)
    if reader is None:
        return None
    pending = _pending(tx, reader)
    named = {key: name for row in pending for key, name in json.loads(row.topics)}
    text_ids = {text_id for row in pending for _, text_id in json.loads(row.consents)}
    texts = tables.consent_texts.c
    boxes = tx.execute(sa.select(texts.purpose, texts.words).where(texts.id.in_(text_ids)).order_by(texts.id)).all()
    return Asked(reader.site_id, reader.address, list(named.values()), list(dict(map(tuple, boxes)).items()))


def _pending(tx: sa.Connection, reader: Person) -> list[sa.Row]:
    mine = (_opt_ins.c.subject == reader.subject) & _opt_ins.c.state.in_(PENDING)
    return tx.execute(sa.select(_opt_ins).where(mine).order_by(_opt_ins.c.id)).all()


# --- the button -----------------------------------------------------------------------------------------------------

@dataclass(frozen=True, slots=True)
class Confirmed:
    """Who they are now, and the token of a session on their own page."""

    channel_id: int
    endorser_id: int
    site_id: int
    session_token: str


def confirm(tx: sa.Connection, items: list[tuple[str, int, int]]) -> list[Confirmed | None]:
    """For each (token, now, session ms): confirms all that was asked for; None when the link is used, old or forged."""
    return [_confirm(tx, *item) for item in items]


def _confirm(tx: sa.Connection, token: str, now: int, lives: int) -> Confirmed | None:
    link = take_link(tx, token, "confirm", now)
    if link is None:
        return None
    reader = _settled_in(tx, person_at(tx, link.channel_id), now)
    pending = _pending(tx, reader)
    for row in pending:
        _agree(tx, reader, row, link.token_hash, now)
        merging.join(tx, reader, row.visitor_id, now)
    gate.release(tx, reader.site_id, reader.subject)
    _settle(tx, [row.id for row in pending], "confirmed", now)
    journal.append(tx, [{"site_id": row.site_id, "kind": "confirmed", "at": now, "visitor_id": row.visitor_id,
                         "like_id": row.like_id, "about_id": row.id} for row in pending])
    return Confirmed(reader.channel_id, reader.id, reader.site_id, new_session(tx, reader.channel_id, now=now, lives=lives))


def _settled_in(tx: sa.Connection, reader: Person, now: int) -> Person:
    """The person behind a proven address. One address is one person: where the browser belongs to another confirmed
    address already (two people, one computer), this one becomes somebody of their own."""
    channels = tables.channels.c
    endorser_id = reader.id
    taken = (channels.endorser_id == reader.id) & (channels.id != reader.channel_id) & channels.confirmed_at.is_not(None)
    if reader.confirmed_at is None and tx.scalar(sa.select(sa.func.count()).where(taken)):
        made = sa.insert(tables.endorsers).values(site_id=reader.site_id, made_at=now).returning(tables.endorsers.c.id)
        endorser_id = tx.scalar(made)
    state = {"state": "paused"} if reader.state == "paused" else {"state": "confirmed"}
    touch(tx, reader.channel_id, endorser_id=endorser_id, confirmed_at=reader.confirmed_at or now, changed_at=now, **state)
    return person_at(tx, reader.channel_id)


def _agree(tx: sa.Connection, reader: Person, row: sa.Row, jti: bytes, now: int) -> None:
    """Consents and topics of one opt-in come into force; each ledger row names the request that it answers."""
    for purpose, text_id in json.loads(row.consents):
        words = _wording(tx, text_id)
        event = {"method": "confirm_button", "at": now, "token_jti": jti, "like_id": row.like_id, "topics": row_topics(row),
                 "confirms": _request(tx, row, purpose), "page_path": row.page_path, "gpc": row.gpc}
        gate.give(tx, reader, words, event)
    topics.subscribe(tx, reader.channel_id, topics.ensure_topics(tx, row.site_id, json.loads(row.topics), now), now)


def row_topics(row: sa.Row) -> str:
    return json.dumps([key for key, _ in json.loads(row.topics)])


def _wording(tx: sa.Connection, text_id: int) -> Wording:
    texts = tables.consent_texts.c
    asked = sa.select(texts.purpose, texts.locale, texts.words, texts.controller, texts.privacy_url).where(texts.id == text_id)
    return Wording(*tx.execute(asked).one())


def _request(tx: sa.Connection, row: sa.Row, purpose: str) -> int | None:
    events = tables.consent_events.c
    mine = (events.site_id == row.site_id) & (events.subject == row.subject) & (events.like_id == row.like_id)
    return tx.scalar(sa.select(sa.func.max(events.id)).where(mine, events.action == "requested", events.purpose == purpose))


def _settle(tx: sa.Connection, opt_in_ids: list[int], state: str, now: int) -> None:
    """The address leaves the row: from now on it stands in the channel or nowhere."""
    if opt_in_ids:
        settled = {"state": state, "settled_at": now, "address": None}
        tx.execute(sa.update(_opt_ins).where(_opt_ins.c.id.in_(opt_in_ids)).values(settled))


# --- forgetting -----------------------------------------------------------------------------------------------------

def expire(tx: sa.Connection, items: list[tuple[int, int, int | None]]) -> list[int]:
    """For each (now, days, site id or None for all): forgets addresses that nobody confirmed; how many opt-ins that were."""
    return [_expire(tx, *item) for item in items]


def _expire(tx: sa.Connection, now: int, days: int, site_id: int | None) -> int:
    ours = [] if site_id is None else [_opt_ins.c.site_id == site_id]
    old = tx.execute(
        sa.select(_opt_ins.c.id, _opt_ins.c.site_id, _opt_ins.c.subject)
        .where(_opt_ins.c.state.in_(PENDING), _opt_ins.c.asked_at < now - days * DAY, *ours)
        .order_by(_opt_ins.c.site_id, _opt_ins.c.id)
    ).all()
    for row in old:
        ledger.record(tx, row.site_id, [{"action": "expired", "purpose": ledger.EVERYTHING, "method": "system", "actor": "system",
                                         "subject": row.subject, "at": now}])
    tx.execute(sa.delete(_opt_ins).where(_opt_ins.c.id.in_([row.id for row in old])))
    settled = _opt_ins.c.settled_at < now - days * DAY
    tx.execute(sa.delete(_opt_ins).where(settled, *ours))
    _forget_unconfirmed(tx)
    return len(old)


def _forget_unconfirmed(tx: sa.Connection) -> None:
    channels, open_ones = tables.channels, sa.select(_opt_ins.c.subject).where(_opt_ins.c.state.in_(PENDING))
    never = channels.c.confirmed_at.is_(None) & channels.c.subject.not_in(open_ones)
    gone = list(tx.scalars(sa.select(channels.c.id).where(never)))
    forget_channels(tx, gone)


def forget_channels(tx: sa.Connection, channel_ids: list[int]) -> None:
    """Deletes these addresses and all that hangs on them; the ledger and the suppressed hold no address and stay."""
    for table in (tables.subscriptions, tables.mailed_links, tables.person_sessions, tables.bounces):
        tx.execute(sa.delete(table).where(table.c.channel_id.in_(channel_ids)))
    tx.execute(sa.delete(tables.channels).where(tables.channels.c.id.in_(channel_ids)))


def sweep_links(tx: sa.Connection, items: list[int]) -> list[None]:
    """Forgets mailed links and sessions that ended a month before each of these moments."""
    for now in items:
        for table in (tables.mailed_links, tables.person_sessions):
            tx.execute(sa.delete(table).where(table.c.ends_at < now - 30 * DAY))
    return [None] * len(items)
