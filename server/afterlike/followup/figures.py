"""What conversations add up to: how soon people were answered, how many answered, who never did. Each with what it counts."""

from dataclasses import dataclass
from statistics import median

import sqlalchemy as sa

from afterlike import tables
from afterlike.clock import DAY
from afterlike.honest import Rate

DAYS = 90

_talks, _messages = tables.conversations.c, tables.messages.c


@dataclass(frozen=True, slots=True)
class Figures:
    """Of conversations that began in the last DAYS. `first_answer_ms` is a median over `answered` people's first words."""

    first_answer_ms: int | None
    answered: int
    replied: Rate  # people who answered, of those who were written to
    exchanges: int  # answers to a letter
    silent: int  # people who were written to and never answered

    @property
    def exchanges_each(self) -> float:
        """Exchanges per person who was written to."""
        return self.exchanges / self.replied.n if self.replied.n else 0.0


def figures(tx: sa.Connection, site_id: int, now: int) -> Figures:
    """A site's figures."""
    waits = first_answers(tx, site_id, now)
    written, replied = _people(tx, site_id, now)
    return Figures(int(median(waits)) if waits else None, len(waits), Rate(replied, written), _exchanges(tx, site_id, now),
                   written - replied)


def first_answers(tx: sa.Connection, site_id: int, now: int) -> list[int]:
    """How long each conversation's first answer by a person waited for an admin's, in milliseconds."""
    spoke = (
        sa.select(_messages.conversation_id, sa.func.min(_messages.id).label("id"))
        .join(tables.conversations, _talks.id == _messages.conversation_id)
        .where(_messages.author == "endorser", *_lately(site_id, now))
        .group_by(_messages.conversation_id).subquery().c
    )
    back = (
        sa.select(spoke.conversation_id, spoke.id.label("first"), sa.func.min(_messages.id).label("id"))
        .join(tables.messages, (_messages.conversation_id == spoke.conversation_id) & (_messages.id > spoke.id))
        .where(_messages.author == "admin").group_by(spoke.conversation_id, spoke.id).subquery().c
    )
    began, ended = tables.messages.alias(), tables.messages.alias()
    asked = sa.select(ended.c.said_at - began.c.said_at).select_from(back.id.table).join(began, began.c.id == back.first).join(
        ended, ended.c.id == back.id)
    return list(tx.scalars(asked))


def _people(tx: sa.Connection, site_id: int, now: int) -> tuple[int, int]:
    """(written to, of those answered), each person once."""
    said = sa.exists().where(_messages.conversation_id == _talks.id, _messages.author == "endorser")
    asked = sa.select(sa.func.count(sa.distinct(_talks.endorser_id))).where(*_lately(site_id, now))
    return tx.scalar(asked), tx.scalar(asked.where(said))


def _exchanges(tx: sa.Connection, site_id: int, now: int) -> int:
    """Answers that came directly after a letter: three answers in a row are one exchange."""
    before = sa.func.lag(_messages.author).over(partition_by=_messages.conversation_id, order_by=_messages.id)
    said = (
        sa.select(_messages.author, before.label("before"))
        .join(tables.conversations, _talks.id == _messages.conversation_id).where(*_lately(site_id, now)).subquery().c
    )
    return tx.scalar(sa.select(sa.func.count()).where(said.author == "endorser", said.before == "admin"))


def _lately(site_id: int, now: int) -> list[sa.ColumnElement[bool]]:
    return [_talks.site_id == site_id, _talks.made_at > now - DAYS * DAY]
