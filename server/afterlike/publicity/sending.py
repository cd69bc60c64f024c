"""The outbox's sender of "quote": asks the gate, then mails that the site would like to quote them. They decide on their page."""

from dataclasses import dataclass

import sqlalchemy as sa

from afterlike import endorsers, letters, mail, outbox, sites, tables
from afterlike.clock import now
from afterlike.errors import Later, Needless, Never
from afterlike.signing import Keyring
from afterlike.web import House

NO_MAIL = "No mail leaves this server: AFTERLIKE_SMTP_URL is not set."


@dataclass(frozen=True, slots=True)
class Due:
    quote_id: int
    keyring: Keyring
    address: str
    now: int


def send_ask(house: House, payload: dict) -> None:
    """Mails it; raises Needless where it is settled or they may not be written to: then it waits on their own page alone."""
    quote_id = payload["quote"]
    ready = house.db.write(prepare, Due(quote_id, house.keyring, house.config.address, now()))
    if isinstance(ready, str):
        raise Needless(ready)
    try:
        if not house.config.smtp_url:
            raise Never(NO_MAIL)
        mail.send(letters.letter("quote", **ready), smtp_url=house.config.smtp_url, sender=house.config.mail_from)
    except (Later, Never) as failed:
        house.db.write(note, (quote_id, None, outbox.told(failed)))
        raise
    house.db.write(note, (quote_id, now(), None))


def prepare(tx: sa.Connection, items: list[Due]) -> list[dict | str]:
    """For each: what letters.letter wants, or in a word why nothing is to be mailed, which is kept beside it."""
    return [_prepare(tx, item) for item in items]


def _prepare(tx: sa.Connection, due: Due) -> dict | str:
    quotes, shown = tables.quotes.c, tables.product_showings.c
    row = tx.execute(
        sa.select(quotes.site_id, quotes.endorser_id, quotes.state, quotes.asked_words, quotes.mailed_at,
                  quotes.picture_asked, shown.title)
        .join_from(tables.quotes, tables.products, tables.products.c.id == quotes.product_id)
        .join(tables.product_showings, shown.id == tables.products.c.shown_id, isouter=True)
        .where(quotes.id == due.quote_id)
    ).first()
    if row is None or row.state != "asked" or row.mailed_at is not None:
        return "settled"
    verdict = endorsers.may_contact(tx, row.endorser_id, "email", "follow_up", now=due.now)
    if not verdict:
        note(tx, [(due.quote_id, None, verdict.reason)])
        return verdict.reason
    return {
        "locale": verdict.locale, "to": verdict.address, "site": sites.site_of(tx, row.site_id), "words": row.asked_words,
        "links": endorsers.letter_links(tx, due.keyring, due.address, verdict.channel_id, due.now), "product_title": row.title,
        "picture": bool(row.picture_asked),
    }


def note(tx: sa.Connection, items: list[tuple[int, int | None, str | None]]) -> list[None]:
    """For each (quote id, mailed at, why not): what became of the mail."""
    for quote_id, mailed_at, unsent in items:
        tx.execute(sa.update(tables.quotes).where(tables.quotes.c.id == quote_id).values(mailed_at=mailed_at, unsent=unsent))
    return [None] * len(items)
