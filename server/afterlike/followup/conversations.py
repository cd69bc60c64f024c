"""Conversations with one endorser: beginning, writing, answering, closing, erasing. Each is kept once, however often it is sent.

A letter to them is asked about at the gate here, and once more when it leaves (sending.py).
"""

from dataclasses import dataclass

import sqlalchemy as sa

from afterlike import endorsers, journal, outbox, tables
from afterlike.errors import Invalid, NotFound, Refused
from afterlike.wire import typed_text
from afterlike.words import for_admins

LONGEST = 5_000
STATES = ("open", "snoozed", "closed")
EMPTY = for_admins("Write something first.")
TOO_LONG = for_admins("That is longer than 5000 characters. Make it shorter, or two letters.")  # LONGEST


class Overtaken(Refused):
    """Something was said that the writer has not seen; nothing was kept. `conversation_id` says where to look."""

    reason = "overtaken"
    sentence = for_admins("Something was said meanwhile that you have not seen, so nothing was sent. Read it, then send again.")

    def __init__(self, conversation_id: int):
        super().__init__()
        self.conversation_id = conversation_id


@dataclass(frozen=True, slots=True)
class Beginning:
    """The first letter about a like; `uuid` (16 bytes) is the form's. `seen`: the newest message its writer saw, 0 for none."""

    site_id: int
    like_id: int
    admin_id: int
    uuid: bytes
    words: str
    at: int
    seen: int | None = None


@dataclass(frozen=True, slots=True)
class Letter:
    """A further letter of an admin."""

    site_id: int
    conversation_id: int
    admin_id: int
    uuid: bytes
    words: str
    at: int
    seen: int | None = None


@dataclass(frozen=True, slots=True)
class Reply:
    """What the endorser answers: on their own page, or by mail, which may be long, or nothing but files."""

    endorser_id: int
    conversation_id: int
    uuid: bytes
    words: str
    at: int
    came_by: str = "page"
    quoted: str | None = None
    stranger: bool = False
    attachments: int = 0
    vouched: str | None = None


@dataclass(frozen=True, slots=True)
class Turned:
    """An admin closes a conversation, opens it again, or puts it off `until` a moment."""

    site_id: int
    conversation_id: int
    state: str
    at: int
    until: int | None = None


def plain_words(typed: str) -> str:
    """What was typed as it is kept: line ends as one character, nothing that cannot be seen. Raises Invalid."""
    words = typed_text(typed)
    if not words or len(words) > LONGEST:
        sentence = TOO_LONG if words else EMPTY
        raise Invalid(sentence, fields={"words": sentence})
    return words


def begin(tx: sa.Connection, items: list[Beginning]) -> list[int]:
    """Writes to whoever likes these; answers the id of the conversation, the open one where there is one.

    Raises NotFound for a like that is not of this site, Refused when they may not be written to, Invalid for the words.
    """
    return [_begin(tx, item) for item in items]


def _begin(tx: sa.Connection, item: Beginning) -> int:
    words = plain_words(item.words)
    endorser_id = _liker(tx, item.site_id, item.like_id)
    alone_with(tx, endorser_id)
    if known := _said_already(tx, endorser_id, item.uuid):
        return known
    _ask_the_gate(tx, endorser_id, item.at)
    known = open_with(tx, endorser_id)
    _nothing_unseen(tx, known, item.seen)
    conversation_id = known or _new(tx, item, endorser_id)
    _write(tx, Letter(item.site_id, conversation_id, item.admin_id, item.uuid, words, item.at), item.like_id)
    return conversation_id


def write(tx: sa.Connection, items: list[Letter]) -> list[int]:
    """Keeps an admin's further letters and promises to mail them; answers the ids of the messages.

    Raises NotFound for another site's conversation, Refused when they may not be written to, Invalid for the words.
    """
    return [_write_on(tx, item) for item in items]


def _write_on(tx: sa.Connection, item: Letter) -> int:
    words = plain_words(item.words)
    conversation = of_site(tx, item.site_id, item.conversation_id)
    alone_with(tx, conversation.endorser_id)
    if known := message_of(tx, conversation.id, item.uuid):
        return known
    _nothing_unseen(tx, conversation.id, item.seen)
    _ask_the_gate(tx, conversation.endorser_id, item.at)
    kept = Letter(item.site_id, conversation.id, item.admin_id, item.uuid, words, item.at)
    return _write(tx, kept, conversation.like_id)


def reply(tx: sa.Connection, items: list[Reply]) -> list[int]:
    """Keeps what endorsers answer, opens the conversation again and lets it wait for an admin; ids of the messages.

    Raises NotFound for somebody else's conversation, Invalid for words that are empty or too long.
    """
    return [_reply(tx, item) for item in items]


def _reply(tx: sa.Connection, item: Reply) -> int:
    words = plain_words(item.words) if item.came_by == "page" else item.words
    conversation = _whose(tx, item.conversation_id, tables.conversations.c.endorser_id == item.endorser_id)
    alone_with(tx, item.endorser_id)
    if known := message_of(tx, conversation.id, item.uuid):
        return known
    mail = {"came_by": item.came_by, "quoted": item.quoted, "stranger": int(item.stranger), "attachments": item.attachments,
            "vouched": item.vouched}
    message_id = _keep(tx, conversation.id, item.uuid, words, item.at, author="endorser", admin_id=None, **mail)
    since = conversation.waits_since if conversation.waits_for == "admin" else item.at  # they have waited since the first
    _move(tx, conversation.id, state="open", waits_for="admin", waits_since=since, snoozed_until=None, at=item.at)
    _note(tx, "replied", conversation.site_id, conversation.like_id, message_id, item.at)
    return message_id


def _nothing_unseen(tx: sa.Connection, conversation_id: int | None, seen: int | None) -> None:
    """Raises Overtaken where somebody has written since the form was made."""
    if conversation_id is None or seen is None:
        return
    messages = tables.messages.c
    if tx.scalar(sa.select(sa.func.max(messages.id)).where(messages.conversation_id == conversation_id)) > seen:
        raise Overtaken(conversation_id)


def turn(tx: sa.Connection, items: list[Turned]) -> list[None]:
    """Closes, opens or puts off conversations; one that is not closed waits for whoever did not speak last. Raises NotFound."""
    for item in items:
        conversation = of_site(tx, item.site_id, item.conversation_id)
        until = item.until if item.state == "snoozed" else None
        if (conversation.state, conversation.snoozed_until) != (item.state, until):
            waits = {"waits_for": None, "waits_since": None} if item.state == "closed" else _waits(tx, conversation.id)
            _move(tx, conversation.id, state=item.state, snoozed_until=until, at=item.at, **waits)
    return [None] * len(items)


def wake(tx: sa.Connection, items: list[int]) -> list[int]:
    """Opens what was put off until before each moment; how many that were."""
    talks = tables.conversations
    return [
        tx.execute(
            sa.update(talks).where(talks.c.state == "snoozed", talks.c.snoozed_until <= at)
            .values(state="open", snoozed_until=None)
        ).rowcount
        for at in items
    ]


def erase(tx: sa.Connection, endorser_id: int) -> int:
    """Deletes every word between them and the site; returns how many messages went."""
    mine = sa.select(tables.conversations.c.id).where(tables.conversations.c.endorser_id == endorser_id)
    tx.execute(sa.delete(tables.conversation_notes).where(tables.conversation_notes.c.conversation_id.in_(mine)))
    gone = tx.execute(sa.delete(tables.messages).where(tables.messages.c.conversation_id.in_(mine))).rowcount
    tx.execute(sa.delete(tables.conversations).where(tables.conversations.c.endorser_id == endorser_id))
    return gone


def open_with(tx: sa.Connection, endorser_id: int) -> int | None:
    """The conversation that is going on with this person."""
    talks = tables.conversations.c
    return tx.scalar(sa.select(sa.func.max(talks.id)).where(talks.endorser_id == endorser_id, talks.state != "closed"))


def _liker(tx: sa.Connection, site_id: int, like_id: int) -> int:
    likes, visitors = tables.likes.c, tables.visitors.c
    found = tx.execute(
        sa.select(visitors.endorser_id)
        .join_from(tables.likes, tables.visitors, likes.visitor_id == visitors.id)
        .where(likes.id == like_id, likes.site_id == site_id)
    ).first()
    if found is None:
        raise NotFound()
    if found.endorser_id is None:
        raise Refused(endorsers.VERDICTS["no_address"], reason="no_address")
    return found.endorser_id


def alone_with(tx: sa.Connection, endorser_id: int) -> None:
    """Until COMMIT nobody else begins, writes or answers with this person, so that sent twice at once is kept once."""
    tx.execute(sa.select(tables.endorsers.c.id).where(tables.endorsers.c.id == endorser_id).with_for_update())


def _ask_the_gate(tx: sa.Connection, endorser_id: int, at: int) -> None:
    verdict = endorsers.may_contact(tx, endorser_id, "email", "follow_up", now=at)
    if not verdict:
        raise Refused(endorsers.VERDICTS[verdict.reason], reason=verdict.reason)


def _said_already(tx: sa.Connection, endorser_id: int, uuid: bytes) -> int | None:
    """The conversation with this person that has this message."""
    talks, messages = tables.conversations.c, tables.messages.c
    return tx.scalar(
        sa.select(talks.id)
        .join_from(tables.conversations, tables.messages, messages.conversation_id == talks.id)
        .where(talks.endorser_id == endorser_id, messages.uuid == uuid)
    )


def message_of(tx: sa.Connection, conversation_id: int, uuid: bytes) -> int | None:
    """The message that was kept under this id."""
    messages = tables.messages.c
    return tx.scalar(sa.select(messages.id).where(messages.conversation_id == conversation_id, messages.uuid == uuid))


def of_site(tx: sa.Connection, site_id: int, conversation_id: int) -> sa.Row:
    """The row of a conversation; raises NotFound for another site's."""
    return _whose(tx, conversation_id, tables.conversations.c.site_id == site_id)


def _whose(tx: sa.Connection, conversation_id: int, theirs: sa.ColumnElement[bool]) -> sa.Row:
    found = tx.execute(sa.select(tables.conversations).where(tables.conversations.c.id == conversation_id, theirs)).first()
    if found is None:
        raise NotFound()
    return found


def _new(tx: sa.Connection, item: Beginning, endorser_id: int) -> int:
    return tx.scalar(
        sa.insert(tables.conversations)
        .values(site_id=item.site_id, endorser_id=endorser_id, like_id=item.like_id, state="open", made_at=item.at,
                changed_at=item.at)
        .returning(tables.conversations.c.id)
    )


def _write(tx: sa.Connection, letter: Letter, like_id: int | None) -> int:
    message_id = _keep(tx, letter.conversation_id, letter.uuid, letter.words, letter.at, author="admin", admin_id=letter.admin_id)
    _move(tx, letter.conversation_id, state="open", waits_for="endorser", waits_since=letter.at, snoozed_until=None, at=letter.at)
    outbox.put(tx, "message", {"message": message_id}, now=letter.at, site_id=letter.site_id)
    _note(tx, "wrote", letter.site_id, like_id, message_id, letter.at)
    return message_id


def _keep(tx: sa.Connection, conversation_id: int, uuid: bytes, words: str, at: int, **whose) -> int:
    added = sa.insert(tables.messages).values(conversation_id=conversation_id, uuid=uuid, words=words, said_at=at, **whose)
    return tx.scalar(added.returning(tables.messages.c.id))


def _move(tx: sa.Connection, conversation_id: int, *, at: int, **to) -> None:
    talks = tables.conversations
    tx.execute(sa.update(talks).where(talks.c.id == conversation_id).values(changed_at=at, **to))


def _waits(tx: sa.Connection, conversation_id: int) -> dict:
    """Who is to answer, and since when: whoever did not speak last."""
    messages = tables.messages.c
    last = tx.execute(
        sa.select(messages.author, messages.said_at)
        .where(messages.conversation_id == conversation_id)
        .order_by(messages.id.desc())
        .limit(1)
    ).one()
    return {"waits_for": "admin" if last.author == "endorser" else "endorser", "waits_since": last.said_at}


def _note(tx: sa.Connection, kind: str, site_id: int, like_id: int | None, message_id: int, at: int) -> None:
    journal.append(tx, [{"site_id": site_id, "kind": kind, "at": at, "like_id": like_id, "about_id": message_id}])
