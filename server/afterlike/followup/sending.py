"""The outbox's sender of "message": asks the gate once more, then mails one letter. What became of it stands beside its words."""

from dataclasses import dataclass
from datetime import UTC, datetime

import sqlalchemy as sa
from babel.dates import format_date

from afterlike import endorsers, letters, mail, outbox, show, sites, tables
from afterlike.clock import now
from afterlike.errors import Later, Needless, Never
from afterlike.followup.about import consent_of
from afterlike.signing import Keyring
from afterlike.web import House
from afterlike.words import for_admins

NO_MAIL = for_admins("No mail leaves this server: AFTERLIKE_SMTP_URL is not set.")
GONE = "gone"


@dataclass(frozen=True, slots=True)
class Due:
    """A message that is to be mailed now."""

    message_id: int
    keyring: Keyring
    address: str
    now: int


def send_message(house: House, payload: dict) -> None:
    """Mails the message of {"message": id} to whom it is for.

    Raises Needless, with nothing mailed, when they may not be written to any more or the message is gone; Later and
    Never as the mail server says.
    """
    message_id = payload["message"]
    ready = house.db.write(prepare, Due(message_id, house.keyring, house.config.address, now()))
    if isinstance(ready, str):
        raise Needless(ready)
    try:
        if not house.config.smtp_url:
            raise Never(NO_MAIL)
        mail.send(letters.letter("message", **ready), smtp_url=house.config.smtp_url, sender=house.config.mail_from)
    except (Later, Never) as failed:
        house.db.write(note, (message_id, None, outbox.told(failed)))
        raise
    house.db.write(note, (message_id, now(), None))


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
    return {
        "locale": verdict.locale, "to": verdict.address, "site": sites.site_of(tx, row.site_id),
        "links": endorsers.letter_links(tx, due.keyring, due.address, verdict.channel_id, due.now),
        "words": row.words, "product_title": row.product, "liked_day": _day(row.liked_at, verdict.locale),
        "agreed_words": consent.words, "agreed_day": _day(consent.given_at, verdict.locale),
    }


def _day(at: int | None, locale: str) -> str | None:
    """The day (UTC) as the reader writes it."""
    return at and format_date(datetime.fromtimestamp(at / 1000, UTC), "long", locale=show.known(locale))


def _message(tx: sa.Connection, message_id: int) -> sa.Row | None:
    messages, talks, likes, shown = tables.messages.c, tables.conversations.c, tables.likes.c, tables.product_showings.c
    return tx.execute(
        sa.select(
            messages.words, messages.mailed_at, talks.site_id, talks.endorser_id, likes.liked_at,
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
