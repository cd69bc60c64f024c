"""The outbox's senders of "message" and "unattached": each asks the gate once more, then mails one letter.

What became of a message stands beside its words.
"""

from dataclasses import dataclass
from datetime import UTC, datetime

import sqlalchemy as sa
from babel.dates import format_date

from afterlike import endorsers, letters, mail, outbox, show, sites, tables
from afterlike.clock import now
from afterlike.errors import Later, Needless, Never
from afterlike.followup import tickets
from afterlike.followup.about import consent_of
from afterlike.web import House
from afterlike.words import for_admins

NO_MAIL = for_admins("No mail leaves this server: AFTERLIKE_SMTP_URL is not set.")
GONE = "gone"


@dataclass(frozen=True, slots=True)
class Due:
    """A message that is to be mailed now."""

    message_id: int
    house: House
    now: int


def send_message(house: House, payload: dict) -> None:
    """Mails the message of {"message": id} to whom it is for.

    Raises Needless, with nothing mailed, when they may not be written to any more or the message is gone; Later and
    Never as the mail server says.
    """
    message_id = payload["message"]
    ready = house.db.write(prepare, Due(message_id, house, now()))
    if isinstance(ready, str):
        raise Needless(ready)
    try:
        if not house.config.smtp_url:
            raise Never(NO_MAIL)
        mail.post(_dressed("message", ready), mail.way_out(house.config))
    except (Later, Never) as failed:
        house.db.write(note, (message_id, None, outbox.told(failed)))
        raise
    house.db.write(note, (message_id, now(), None))


def send_unattached(house: House, payload: dict) -> None:
    """Tells whoever sent files with {"message": id} that only the words arrived. Raises Needless, Later and Never."""
    ready = house.db.write(prepare_unattached, Due(payload["message"], house, now()))
    if isinstance(ready, str):
        raise Needless(ready)
    if not house.config.smtp_url:
        raise Never(NO_MAIL)
    mail.post(_dressed("unattached", ready), mail.way_out(house.config))


def _dressed(name: str, ready: dict) -> dict:
    """The letter with where it comes back to, and its place in the thread."""
    envelope, headers = ready.pop("envelope"), ready.pop("headers")
    made = letters.letter(name, **ready)
    return made | {"envelope": envelope, "headers": made["headers"] | headers}


def prepare(tx: sa.Connection, items: list[Due]) -> list[dict | str]:
    """For each: what letters.letter wants, links made; or in a word why nothing is to be mailed, which is kept beside it."""
    return [_prepare(tx, item) for item in items]


def _prepare(tx: sa.Connection, due: Due) -> dict | str:
    row = _message(tx, due.message_id)
    if row is None:
        return GONE
    if row.mailed_at is not None:
        return "sent"
    verdict = endorsers.may_contact(tx, row.endorser_id, "email", "follow_up", now=due.now)
    if not verdict:
        note(tx, [(due.message_id, None, verdict.reason)])
        return verdict.reason
    consent = consent_of(tx, row.endorser_id)
    return _around(tx, due, row, verdict) | {
        "words": row.words, "product_title": row.product, "liked_day": _day(row.liked_at, verdict.locale),
        "share": not _earlier(tx, row.conversation_id, due.message_id),
        "agreed_words": consent.words, "agreed_day": _day(consent.given_at, verdict.locale),
    }


def prepare_unattached(tx: sa.Connection, items: list[Due]) -> list[dict | str]:
    """The same for the letter that says that files were not taken."""
    return [_prepare_unattached(tx, item) for item in items]


def _prepare_unattached(tx: sa.Connection, due: Due) -> dict | str:
    row = _message(tx, due.message_id)
    if row is None:
        return GONE
    verdict = endorsers.may_contact(tx, row.endorser_id, "email", "follow_up", now=due.now)
    if not verdict:
        return verdict.reason
    around = _around(tx, due, row, verdict)
    around["headers"] = {"Auto-Submitted": "auto-replied"}
    return around | {"url": around["links"].me}


def _around(tx: sa.Connection, due: Due, row: sa.Row, verdict: endorsers.Verdict) -> dict:
    """To whom, in which language, with which links, and what the answer will name."""
    house, config = due.house, due.house.config
    earlier = [tickets.message_id(house.keyring, config, one) for one in _earlier(tx, row.conversation_id, due.message_id)]
    thread = {"In-Reply-To": earlier[-1], "References": " ".join(earlier)} if earlier else {}
    return {
        "locale": verdict.locale, "to": verdict.address, "site": sites.site_of(tx, row.site_id),
        "links": endorsers.letter_links(tx, house.keyring, config.address, verdict.channel_id, due.now),
        "reply_to": tickets.reply_address(house.keyring, config.reply_domain, row.conversation_id),
        "envelope": endorsers.envelope_of(house, verdict.channel_id),
        "headers": {"Message-ID": tickets.message_id(house.keyring, config, due.message_id)} | thread,
    }


def _earlier(tx: sa.Connection, conversation_id: int, before: int, most: int = 5) -> list[int]:
    """Our letters before this one, the newest last, so that mail programs show one thread."""
    messages = tables.messages.c
    asked = sa.select(messages.id).where(
        messages.conversation_id == conversation_id, messages.author == "admin", messages.id < before,
        messages.mailed_at.is_not(None),
    )
    return list(tx.scalars(asked.order_by(messages.id.desc()).limit(most)))[::-1]


def _day(at: int | None, locale: str) -> str | None:
    """The day (UTC) as the reader writes it."""
    return at and format_date(datetime.fromtimestamp(at / 1000, UTC), "long", locale=show.known(locale))


def _message(tx: sa.Connection, message_id: int) -> sa.Row | None:
    messages, talks, likes, shown = tables.messages.c, tables.conversations.c, tables.likes.c, tables.product_showings.c
    return tx.execute(
        sa.select(
            messages.words, messages.mailed_at, messages.conversation_id, talks.site_id, talks.endorser_id, likes.liked_at,
            sa.func.coalesce(shown.title, tables.products.c.key).label("product"),
        )
        .join_from(tables.messages, tables.conversations, messages.conversation_id == talks.id)
        .join(tables.likes, likes.id == talks.like_id, isouter=True)
        .join(tables.products, tables.products.c.id == likes.product_id, isouter=True)
        .join(tables.product_showings, shown.id == likes.shown_id, isouter=True)
        .where(messages.id == message_id)
    ).first()


def note(tx: sa.Connection, items: list[tuple[int, int | None, str | None]]) -> list[None]:
    """For each (message id, mailed at, why not): what became of the mail."""
    for message_id, mailed_at, unsent in items:
        tx.execute(
            sa.update(tables.messages).where(tables.messages.c.id == message_id).values(mailed_at=mailed_at, unsent=unsent)
        )
    return [None] * len(items)
