"""From asking for a quote to showing it and to its end: each step is the person's own or is told to them, and in the ledger."""

import json
from dataclasses import dataclass

import sqlalchemy as sa

from afterlike import db, endorsers, outbox, tables
from afterlike.clock import DAY
from afterlike.errors import Invalid, NotFound, Refused
from afterlike.publicity import pictures, quotable
from afterlike.publicity.pictures import Picture
from afterlike.purposes import Wording
from afterlike.wire import typed_text
from afterlike.words import for_admins

LONGEST = 1_000
LONGEST_PERK = 200
LONGEST_NAME = 100
KEPT = 365 * DAY  # of what was refused, taken back or ran out
PLACES = ("site", "letters", "social", "ads")
LEFT_OUT = for_admins("A quote may leave words out of what they said, and change nothing else; at most 1,000 characters.")
NO_PERK = for_admins("Say what they got in return, or that they got nothing.")
ANSWERED = for_admins("They have answered this already. It is up to them now, on their own page.")

_quotes = tables.quotes


@dataclass(frozen=True, slots=True)
class Ask:
    """An admin asks for one quote, and perhaps a picture beside it; `perk` is None for nothing in return."""

    site_id: int
    source: str
    source_id: int
    part: str
    words: str
    perk: str | None
    admin_id: int
    at: int
    picture: bool = False


@dataclass(frozen=True, slots=True)
class Answered:
    """What the person says to it on their own page; `mark` is the keyed hash of the words, as the ledger keeps it."""

    endorser_id: int
    quote_id: int
    at: int
    words: str = ""
    name: str | None = None
    link_id: int | None = None
    places: tuple[str, ...] = ()
    until_at: int | None = None
    wording: Wording | None = None
    mark: bytes = b""
    picture: Picture | None = None


def plain(typed: str, longest: int) -> str:
    """What was typed as it is kept: nothing that cannot be seen, line ends as one character."""
    return typed_text(typed)[: longest + 1]


def ask(tx: sa.Connection, items: list[Ask]) -> list[int]:
    """Keeps each and promises a letter; the ids of the quotes. What was asked for already and waits is the same quote.

    Raises NotFound for what was not said here, Invalid for other words, Refused where they have answered.
    """
    return [_ask(tx, item) for item in items]


def _ask(tx: sa.Connection, item: Ask) -> int:
    said = quotable.said(tx, item.site_id, item.source, item.source_id, item.part)
    if said is None:
        raise NotFound()
    words = plain(item.words, LONGEST)
    if len(words) > LONGEST or not quotable.is_shortened(words, said.words):
        raise Invalid(LEFT_OUT, fields={"words": LEFT_OUT})
    same = (_quotes.c.source == item.source) & (_quotes.c.source_id == item.source_id) & (_quotes.c.part == item.part)
    known = tx.execute(sa.select(_quotes.c.id, _quotes.c.state).where(same).with_for_update()).first()
    if known is not None and known.state != "cancelled":
        if known.state == "asked":
            return known.id
        raise Refused(ANSWERED, reason="answered")
    kept = {"asked_words": words, "perk": item.perk, "admin_id": item.admin_id, "asked_at": item.at, "state": "asked",
            "ended_at": None, "mailed_at": None, "unsent": None, "picture_asked": int(item.picture)}
    quote_id = _again(tx, known.id, kept) if known else _new(tx, item, said, kept)
    if quote_id is None:
        return tx.scalar(sa.select(_quotes.c.id).where(same))
    outbox.put(tx, "quote", {"quote": quote_id}, now=item.at, site_id=item.site_id)
    endorsers.record_publishing(tx, endorsers.Publishing(
        said.endorser_id, item.site_id, "requested", "admin_on_request", {"quote": quote_id}, item.at,
        actor=f"admin:{item.admin_id}", like_id=said.like_id))
    return quote_id


def _again(tx: sa.Connection, quote_id: int, kept: dict) -> int:
    tx.execute(sa.update(_quotes).where(_quotes.c.id == quote_id).values(kept))
    return quote_id


def _new(tx: sa.Connection, item: Ask, said: quotable.Said, kept: dict) -> int | None:
    """None where another process asked at the same moment."""
    adding = db.insert(tx, _quotes).values(
        site_id=item.site_id, endorser_id=said.endorser_id, like_id=said.like_id, product_id=said.product_id,
        source=item.source, source_id=item.source_id, part=item.part, said_at=said.said_at, **kept)
    return tx.scalar(adding.on_conflict_do_nothing(index_elements=["source", "source_id", "part"]).returning(_quotes.c.id))


def give(tx: sa.Connection, items: list[Answered]) -> list[None]:
    """They may be shown from now on, on these terms; given before, the terms change.

    Raises NotFound for somebody else's, Invalid for words that are not the asked ones shortened, or for no place.
    """
    for item in items:
        quote = _theirs(tx, item)
        _check(item, quote)
        if item.picture:
            pictures.keep(tx, quote.id, item.picture, item.at)
        terms = {"quote": quote.id, "words": item.mark.hex(), "name": item.name is not None,
                 "profile": item.link_id is not None, "picture": pictures.name_of(tx, quote.id), "places": item.places,
                 "until": item.until_at}
        _move(tx, quote, state="given", words=item.words, name=item.name, link_id=item.link_id, answered_at=item.at,
              places=json.dumps(item.places), until_at=item.until_at, ended_at=None)
        _record(tx, quote, "changed" if quote.state == "given" else "given", item.at, note=terms, wording=item.wording)
    return [None] * len(items)


def _check(item: Answered, quote: sa.Row) -> None:
    if quote.state == "cancelled" or (item.picture and not quote.picture_asked):
        raise NotFound()
    if len(item.words) > LONGEST or not quotable.is_shortened(item.words, quote.asked_words):
        raise Invalid(LEFT_OUT, fields={"words": LEFT_OUT})
    if not item.places or set(item.places) - set(PLACES) or len(item.name or "") > LONGEST_NAME:
        raise Invalid(fields={"places": "Choose at least one."})


def set_picture(tx: sa.Connection, items: list[Answered]) -> list[None]:
    """The picture beside what they let be shown is this one from now on, or none. Raises NotFound."""
    for item in items:
        quote = _theirs(tx, item)
        if quote.state != "given" or not quote.picture_asked:
            raise NotFound()
        if item.picture:
            pictures.keep(tx, quote.id, item.picture, item.at)
        elif not pictures.drop(tx, _quotes.c.id == quote.id):
            continue
        note = {"quote": quote.id, "picture": item.picture and item.picture.name}
        _record(tx, quote, "changed", item.at, note=note, wording=item.wording)
    return [None] * len(items)


def refuse(tx: sa.Connection, items: list[Answered]) -> list[None]:
    """They may not be shown, and are not asked for again. Raises NotFound."""
    for item in items:
        quote = _theirs(tx, item)
        if quote.state == "asked":
            _move(tx, quote, state="refused", answered_at=item.at)
            _record(tx, quote, "refused", item.at)
    return [None] * len(items)


def withdraw(tx: sa.Connection, items: list[Answered]) -> list[None]:
    """They are not shown any more from now on. Raises NotFound."""
    for item in items:
        quote = _theirs(tx, item)
        if quote.state == "given":
            _move(tx, quote, state="withdrawn", ended_at=item.at)
            pictures.drop(tx, _quotes.c.id == quote.id)
            _record(tx, quote, "withdrawn", item.at)
    return [None] * len(items)


def _theirs(tx: sa.Connection, item: Answered) -> sa.Row:
    own = (_quotes.c.id == item.quote_id) & (_quotes.c.endorser_id == item.endorser_id)
    found = tx.execute(sa.select(_quotes).where(own).with_for_update()).first()
    if found is None:
        raise NotFound()
    return found


def _move(tx: sa.Connection, quote: sa.Row, **to) -> None:
    tx.execute(sa.update(_quotes).where(_quotes.c.id == quote.id).values(to))


def _record(
    tx: sa.Connection, quote: sa.Row, action: str, at: int, *, note: dict | None = None, wording: Wording | None = None,
    by: str = "person",
) -> None:
    endorsers.record_publishing(tx, endorsers.Publishing(
        quote.endorser_id, quote.site_id, action, "system" if by == "system" else "me_page", note or {"quote": quote.id}, at,
        wording, by, quote.like_id))


def expire(tx: sa.Connection, items: list[int]) -> list[int]:
    """For each now: what may not be shown any longer is noted as such; how many. (It was not shown from that moment on.)"""
    return [_expire(tx, at) for at in items]


def _expire(tx: sa.Connection, at: int) -> int:
    due = (_quotes.c.state == "given") & (_quotes.c.until_at <= at)
    rows = tx.execute(sa.select(_quotes).where(due).order_by(_quotes.c.site_id, _quotes.c.id).with_for_update()).all()
    for quote in rows:
        _move(tx, quote, state="expired", ended_at=quote.until_at)
        pictures.drop(tx, _quotes.c.id == quote.id)
        _record(tx, quote, "expired", at, by="system")
    return len(rows)


def forget(tx: sa.Connection, items: list[int]) -> list[int]:
    """For each now: deletes what was refused or ended more than KEPT ago, words and all; how many."""
    ended = sa.func.coalesce(_quotes.c.ended_at, _quotes.c.answered_at)
    over = _quotes.c.state.in_(("refused", "withdrawn", "expired", "cancelled"))
    return [tx.execute(sa.delete(_quotes).where(over, ended < at - KEPT)).rowcount for at in items]


def turn(tx: sa.Connection, items: list[tuple[int, int, str, int]]) -> list[None]:
    """For each (site id, quote id, cancel | hide | show, now): what an admin does with it. Raises NotFound."""
    for site_id, quote_id, what, at in items:
        own = (_quotes.c.id == quote_id) & (_quotes.c.site_id == site_id)
        quote = tx.execute(sa.select(_quotes).where(own).with_for_update()).first()
        if quote is None:
            raise NotFound()
        if what == "cancel" and quote.state == "asked":
            _move(tx, quote, state="cancelled", ended_at=at)
        elif what in ("hide", "show"):
            _move(tx, quote, hidden_at=at if what == "hide" else None)
    return [None] * len(items)
