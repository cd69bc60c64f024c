"""What people said in their own words and could be asked for: answers and messages of whoever has a page of their own."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

import sqlalchemy as sa

from afterlike import prompts, tables

LOOKED_THROUGH = 500  # of answers and of messages, the newest
MOST = 50
WORD = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]|[^\W_\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]+(?:['’][^\W_]+)*")

_likes, _visitors, _products = tables.likes.c, tables.visitors.c, tables.products.c


@dataclass(frozen=True, slots=True)
class Said:
    """One thing that somebody said; `part` is the card of an answer, empty for a message."""

    source: str
    source_id: int
    part: str
    words: str
    said_at: int
    like_id: int
    product_id: int
    product: str
    endorser_id: int


def said(tx: sa.Connection, site_id: int, source: str, source_id: int, part: str) -> Said | None:
    """Exactly that, if it was said on this site by somebody who can be asked."""
    found = {"answer": _answers, "message": _messages}.get(source, _none)(tx, site_id, source_id)
    return next((one for one in found if one.part == part), None)


def could_be_asked(tx: sa.Connection, site_id: int, *, search: str = "") -> list[Said]:
    """What nobody has asked for yet, newest first."""
    needle, quotes = search.casefold(), tables.quotes.c
    asked = {tuple(row) for row in tx.execute(
        sa.select(quotes.source, quotes.source_id, quotes.part).where(quotes.site_id == site_id, quotes.state != "cancelled"))}
    found = [*_answers(tx, site_id), *_messages(tx, site_id)]
    fresh = [one for one in found if (one.source, one.source_id, one.part) not in asked and needle in one.words.casefold()]
    return sorted(fresh, key=lambda one: one.said_at, reverse=True)[:MOST]


def is_shortened(short: str, whole: str) -> bool:
    """Whether `short` is `whole` with words left out: the same words in the same order. Signs and capitals may differ."""
    left = iter(WORD.findall(whole.casefold()))
    wanted = WORD.findall(short.casefold())
    return bool(wanted) and all(word in left for word in wanted)


def _none(*_of) -> list[Said]:
    return []


def _answers(tx: sa.Connection, site_id: int, answer_id: int | None = None) -> Iterator[Said]:
    answers = tables.answers.c
    asked = (
        sa.select(answers.id, answers.said, answers.answered_at, answers.prompt_version_id, *_ABOUT)
        .join_from(tables.answers, tables.likes, _likes.id == answers.like_id)
    )
    where = [answers.site_id == site_id, *([answers.id == answer_id] if answer_id else [])]
    rows = tx.execute(_with_person(asked).where(*where).order_by(answers.id.desc()).limit(LOOKED_THROUGH)).all()
    flows = prompts.versions(tx, {row.prompt_version_id for row in rows})
    for row in rows:
        for part, words in _own_words(flows[row.prompt_version_id].flow, json.loads(row.said)):
            yield Said("answer", row.id, part, words, row.answered_at, row.like_id, row.product_id, row.product, row.endorser_id)


def _own_words(flow: dict, given: dict) -> Iterator[tuple[str, str]]:
    """(card, words) of what was written in free fields and beside "other"."""
    for card in flow["cards"]:
        values = given.get(card["key"])
        for value in values if isinstance(values, list) else [values]:
            words = value if card["type"] == "text" else value.get("other") if isinstance(value, dict) else None
            if words:
                yield card["key"], words


def _messages(tx: sa.Connection, site_id: int, message_id: int | None = None) -> Iterator[Said]:
    messages, talks = tables.messages.c, tables.conversations.c
    asked = (
        sa.select(messages.id, messages.words, messages.said_at, *_ABOUT)
        .join_from(tables.messages, tables.conversations, talks.id == messages.conversation_id)
        .join(tables.likes, _likes.id == talks.like_id)
    )
    where = [talks.site_id == site_id, messages.author == "endorser", talks.endorser_id == _visitors.endorser_id]
    where += [messages.id == message_id] if message_id else []
    for row in tx.execute(_with_person(asked).where(*where).order_by(messages.id.desc()).limit(LOOKED_THROUGH)):
        yield Said("message", row.id, "", row.words, row.said_at, row.like_id, row.product_id, row.product, row.endorser_id)


_ABOUT = (
    _likes.id.label("like_id"), _likes.product_id, _visitors.endorser_id,
    sa.func.coalesce(tables.product_showings.c.title, _products.key).label("product"),
)


def _with_person(asked: sa.Select) -> sa.Select:
    """Of likes that count, by somebody who proved an address: they alone can be asked, on their own page."""
    channels = tables.channels.c
    proven = sa.exists().where(channels.endorser_id == _visitors.endorser_id, channels.confirmed_at.is_not(None))
    return (
        asked.join(tables.visitors, _visitors.id == _likes.visitor_id)
        .join(tables.products, _products.id == _likes.product_id)
        .join(tables.product_showings, tables.product_showings.c.id == _products.shown_id, isouter=True)
        .where(_likes.state == "counted", _likes.unliked_at.is_(None), proven)
    )
