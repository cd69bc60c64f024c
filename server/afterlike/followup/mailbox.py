"""The mail of a site as an admin reads it: what waits, what failed and why, what left. No address in it."""

import json
from dataclasses import dataclass

import sqlalchemy as sa

from afterlike import outbox, tables
from afterlike.clock import DAY
from afterlike.errors import NotFound

DAYS = 7
NOBODY = (None, None, None)  # product, like, conversation


@dataclass(frozen=True, slots=True)
class Mail:
    """One promised mail: `like_id` or `conversation_id` say about whom it is, as far as we know."""

    id: int
    kind: str
    tries: int
    due_at: int
    made_at: int
    last_error: str | None
    about: str | None
    like_id: int | None
    conversation_id: int | None


@dataclass(frozen=True, slots=True)
class Mailbox:
    """`left` is [(kind, how many)] of the last DAYS; `dropped` how many were not sent because nobody may be written to."""

    failed: list[Mail]
    waiting: list[Mail]
    left: list[tuple[str, int]]
    dropped: int


def mailbox(tx: sa.Connection, site_id: int, now: int) -> Mailbox:
    """A site's mail."""
    tallied = outbox.tallied(tx, site_id, since=now - DAYS * DAY)
    return Mailbox(
        failed=_mails(tx, site_id, outbox.of_site(tx, site_id, "failed")),
        waiting=_mails(tx, site_id, outbox.of_site(tx, site_id, "waiting")),
        left=sorted((kind, count) for (kind, state), count in tallied.items() if state == "sent"),
        dropped=sum(count for (_, state), count in tallied.items() if state == "dropped"),
    )


def again(tx: sa.Connection, items: list[tuple[int, int, int]]) -> list[bool]:
    """For each (site id, row id, now): whether a failed mail waits again. Raises NotFound for another site's."""
    return [_again(tx, *item) for item in items]


def _again(tx: sa.Connection, site_id: int, row_id: int, now: int) -> bool:
    rows = tables.outbox.c
    row = tx.execute(
        sa.select(rows.kind, rows.payload, rows.state).where(rows.id == row_id, rows.site_id == site_id)
    ).first()
    if row is None:
        raise NotFound()
    [waits] = outbox.again(tx, [(site_id, row_id, now)])
    if waits and row.kind == "message":
        message_id = json.loads(row.payload)["message"]
        tx.execute(sa.update(tables.messages).where(tables.messages.c.id == message_id).values(unsent=None))
    return waits


def _mails(tx: sa.Connection, site_id: int, rows: list[sa.Row]) -> list[Mail]:
    """With whom each is about, in one question a kind however many there are."""
    payloads = {row.id: json.loads(row.payload) for row in rows}
    about = {}
    for name, find in KNOWN_BY.items():
        named = {payload[name] for payload in payloads.values() if name in payload}
        about |= {(name, one): found for one, found in (find(tx, site_id, named) if named else {}).items()}
    return [
        Mail(row.id, row.kind, row.tries, row.due_at, row.made_at, row.last_error, *_first(about, payloads[row.id]))
        for row in rows
    ]


def _first(about: dict, payload: dict) -> tuple:
    return next((about[pair] for pair in payload.items() if pair in about), NOBODY)


def _of_messages(tx: sa.Connection, site_id: int, message_ids: set[int]) -> dict:
    """message -> (product, like, conversation)."""
    messages, talks = tables.messages.c, tables.conversations.c
    asked = _liked(messages.id, talks.like_id, talks.id).where(messages.id.in_(message_ids), talks.site_id == site_id)
    joined = tables.messages.join(tables.conversations, messages.conversation_id == talks.id)
    return _read(tx, asked, joined, talks.like_id)


def _of_opt_ins(tx: sa.Connection, site_id: int, opt_in_ids: set[int]) -> dict:
    """opt-in -> (product, like, None)."""
    opt_ins = tables.opt_ins.c
    asked = _liked(opt_ins.id, opt_ins.like_id, sa.null()).where(opt_ins.id.in_(opt_in_ids), opt_ins.site_id == site_id)
    return _read(tx, asked, tables.opt_ins, opt_ins.like_id)


def _of_people(tx: sa.Connection, site_id: int, subjects: set[str]) -> dict:
    """subject, as hexadecimal digits -> (product, like, None) of their newest like."""
    channels, visitors, likes = tables.channels.c, tables.visitors.c, tables.likes.c
    newest = (
        sa.select(channels.subject, sa.func.max(likes.id).label("like_id"))
        .join_from(tables.channels, tables.visitors, visitors.endorser_id == channels.endorser_id)
        .join(tables.likes, likes.visitor_id == visitors.id)
        .where(channels.subject.in_([bytes.fromhex(subject) for subject in subjects]), channels.site_id == site_id)
        .group_by(channels.subject)
        .subquery()
    )
    found = _read(tx, _liked(newest.c.subject, newest.c.like_id, sa.null()), newest, newest.c.like_id)
    return {subject.hex(): about for subject, about in found.items()}


def _liked(key, like_id, conversation_id) -> sa.Select:
    name = sa.func.coalesce(tables.product_showings.c.title, tables.products.c.key)
    return sa.select(key, name, like_id, conversation_id)


def _read(tx: sa.Connection, asked: sa.Select, start: sa.FromClause, like_id) -> dict:
    likes, shown = tables.likes.c, tables.product_showings.c
    joined = (
        start.outerjoin(tables.likes, likes.id == like_id)
        .outerjoin(tables.products, tables.products.c.id == likes.product_id)
        .outerjoin(tables.product_showings, shown.id == likes.shown_id)
    )
    return {key: tuple(about) for key, *about in tx.execute(asked.select_from(joined))}


KNOWN_BY = {"message": _of_messages, "opt_in": _of_opt_ins, "subject": _of_people}  # a name in a payload -> whom it means
