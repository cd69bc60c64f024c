"""Conversations as they are read: the admin's list with who is to answer, one thread, and a person's own."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from afterlike import db, tables
from afterlike.web import house

PER_PAGE = 50
SHOWN = ("waiting", "mine", "open", "snoozed", "closed", "unanswered", "all")
MANY = 100  # more than so many waiting ones are "99+"
WAITING = (tables.conversations.c.waits_for == "admin") & (tables.conversations.c.state == "open")  # what is put off waits later


@dataclass(frozen=True, slots=True)
class Message:
    """One letter or answer. `admin` is who wrote it; `mailed_at` and `unsent` say what became of the mail."""

    id: int
    conversation_id: int
    author: str
    words: str
    said_at: int
    mailed_at: int | None
    unsent: str | None
    came_by: str
    quoted: str | None
    stranger: int
    attachments: int
    vouched: str | None
    admin_id: int | None
    admin: str | None


@dataclass(slots=True)
class Conversation:
    """One conversation with the product it began with; `messages` oldest first, `names` of the person's public profiles."""

    id: int
    endorser_id: int
    like_id: int | None
    state: str
    waits_for: str | None
    waits_since: int | None
    made_at: int
    changed_at: int
    admin_id: int | None
    snoozed_until: int | None
    admin: str | None
    liked_at: int | None
    product: str | None
    image: str | None
    messages: list[Message] = field(default_factory=list)
    names: list[str] = field(default_factory=list)

    @property
    def newest(self) -> Message:
        return self.messages[-1]

    def back_on(self, time_zone: str) -> date:
        """The day on which one that is put off comes back."""
        return datetime.fromtimestamp(self.snoozed_until / 1000, ZoneInfo(time_zone)).date()


@dataclass(frozen=True, slots=True)
class Wanted:
    """What an admin asked for. `subject` is the hash of an address that was typed whole: it finds, and shows nothing."""

    shown: str = "all"
    search: str = ""
    admin_id: int | None = None
    subject: bytes | None = None

    def query(self, **more) -> str:
        pairs = {"show": self.shown if self.shown != "all" else "", "q": self.search} | more
        return urlencode({name: value for name, value in pairs.items() if value})


def listing(tx: sa.Connection, site_id: int, wanted: Wanted | str, *, page: int) -> tuple[list[Conversation], int]:
    """A page of a site's conversations with their newest message, and how many there are.

    Those where an admin is to answer stand first, who has waited longest before all; then what changed last.
    """
    wanted = Wanted(wanted) if isinstance(wanted, str) else wanted
    talks = tables.conversations.c
    where = [talks.site_id == site_id, *_only(wanted), *_mentions(wanted)]
    total = tx.scalar(sa.select(sa.func.count()).select_from(tables.conversations).where(*where))
    ours = WAITING
    order = (sa.case((ours, 0), else_=1), sa.case((ours, talks.waits_since), else_=0), talks.changed_at.desc(), talks.id.desc())
    # Which stand on the page is known before anything is joined to them: a database that joins first reads every like.
    ids = list(tx.scalars(sa.select(talks.id).where(*where).order_by(*order).limit(PER_PAGE).offset((page - 1) * PER_PAGE)))
    rows = {row.id: row for row in tx.execute(_asked().where(talks.id.in_(db.each_of("ids"))), {"ids": ids})}
    found = [Conversation(*rows[conversation_id]) for conversation_id in ids if conversation_id in rows]
    return _named(tx, _with(tx, found, newest_only=True)), total


def thread(tx: sa.Connection, site_id: int, conversation_id: int) -> Conversation | None:
    """One conversation of this site in full."""
    talks = tables.conversations.c
    found = tx.execute(_asked().where(talks.id == conversation_id, talks.site_id == site_id)).all()
    whole = _named(tx, _with(tx, [Conversation(*row) for row in found]))
    return whole[0] if whole else None


def conversations_of(tx: sa.Connection, endorser_id: int) -> list[Conversation]:
    """A person's own conversations with all their messages, what changed last first."""
    talks = tables.conversations.c
    asked = _asked().where(talks.endorser_id == endorser_id).order_by(talks.changed_at.desc(), talks.id.desc())
    return _with(tx, [Conversation(*row) for row in tx.execute(asked)])


def exported(tx: sa.Connection, endorser_id: int) -> list[dict]:
    """The same for the person's own copy: plain values, moments in milliseconds, oldest message first."""
    return [
        {
            "about": talk.product, "state": talk.state, "began_at": talk.made_at,
            "messages": [
                {"from": "site" if message.author == "admin" else "you", "said_at": message.said_at, "words": message.words}
                | _by_mail(message)
                for message in talk.messages
            ],
        } | _notes(tx, talk.id)
        for talk in conversations_of(tx, endorser_id)
    ]


def _notes(tx: sa.Connection, conversation_id: int) -> dict:
    """What admins wrote down beside it; whose hand it was is nobody's business but the shop's."""
    notes = tables.conversation_notes.c
    asked = sa.select(notes.words, notes.noted_at).where(notes.conversation_id == conversation_id).order_by(notes.id)
    found = [dict(row) for row in tx.execute(asked).mappings()]
    return {"notes": found} if found else {}


def _by_mail(message: Message) -> dict:
    if message.came_by != "mail":
        return {}
    return {"came_by": "mail", "quoted_below": message.quoted, "files_not_taken": message.attachments,
            "sender_checked": message.vouched}


def waiting_here(site_id: int) -> int:
    """In how many conversations of a site an admin is to answer, MANY at most: what the navigation shows."""
    talks = tables.conversations.c
    some = sa.select(talks.id).where(talks.site_id == site_id, WAITING).limit(MANY).subquery()
    with house().db.read() as tx:
        return tx.scalar(sa.select(sa.func.count()).select_from(some))


def _only(wanted: Wanted) -> list[sa.ColumnElement[bool]]:
    talks, messages = tables.conversations.c, tables.messages.c
    answered = sa.exists().where(messages.conversation_id == talks.id, messages.author == "endorser")
    return {
        "waiting": [WAITING],
        "mine": [talks.admin_id == wanted.admin_id, talks.state != "closed"],
        "open": [talks.state != "closed"],
        "snoozed": [talks.state == "snoozed"],
        "closed": [talks.state == "closed"],
        "unanswered": [~answered],
    }.get(wanted.shown, [])


def _mentions(wanted: Wanted) -> list[sa.ColumnElement[bool]]:
    """What was said, a note, a name or address of a profile, a product; or exactly this address."""
    if not wanted.search:
        return []
    talks, messages, notes, links = tables.conversations.c, tables.messages.c, tables.conversation_notes.c, tables.profile_links.c
    likes, shown, channels = tables.likes.alias().c, tables.product_showings.alias().c, tables.channels.c

    def holds(column: sa.Column) -> sa.ColumnElement[bool]:
        return column.icontains(wanted.search, autoescape=True)

    places = [
        sa.exists().where(messages.conversation_id == talks.id, holds(messages.words)),
        sa.exists().where(notes.conversation_id == talks.id, holds(notes.words)),
        sa.exists().where(links.endorser_id == talks.endorser_id, holds(links.name) | holds(links.url)),
        sa.exists().where(likes.id == talks.like_id, shown.id == likes.shown_id, holds(shown.title)),
    ]
    if wanted.subject is not None:
        places.append(sa.exists().where(channels.endorser_id == talks.endorser_id, channels.subject == wanted.subject))
    return [sa.or_(*places)]


def _asked() -> sa.Select:
    talks, likes, shown = tables.conversations.c, tables.likes.c, tables.product_showings.c
    return (
        sa.select(
            talks.id, talks.endorser_id, talks.like_id, talks.state, talks.waits_for, talks.waits_since, talks.made_at,
            talks.changed_at, talks.admin_id, talks.snoozed_until, tables.admins.c.email, likes.liked_at,
            sa.func.coalesce(shown.title, tables.products.c.key), shown.image,
        )
        .join_from(tables.conversations, tables.likes, likes.id == talks.like_id, isouter=True)
        .join(tables.products, tables.products.c.id == likes.product_id, isouter=True)
        .join(tables.product_showings, shown.id == likes.shown_id, isouter=True)
        .join(tables.admins, tables.admins.c.id == talks.admin_id, isouter=True)
    )


def _with(tx: sa.Connection, talks: list[Conversation], *, newest_only: bool = False) -> list[Conversation]:
    """Their messages filled in, in one question however many there are."""
    found = {talk.id: talk for talk in talks}
    for row in tx.execute(_messages(found, newest_only)):
        found[row.conversation_id].messages.append(Message(*row))
    return talks


def _messages(conversation_ids: Iterable[int], newest_only: bool) -> sa.Select:
    messages = tables.messages.c
    of_these = messages.conversation_id.in_(list(conversation_ids))
    newest = sa.select(sa.func.max(messages.id)).where(of_these).group_by(messages.conversation_id)
    return (
        sa.select(messages.id, messages.conversation_id, messages.author, messages.words, messages.said_at, messages.mailed_at,
                  messages.unsent, messages.came_by,
                  messages.quoted, messages.stranger, messages.attachments, messages.vouched, messages.admin_id,
                  tables.admins.c.email)
        .join_from(tables.messages, tables.admins, tables.admins.c.id == messages.admin_id, isouter=True)
        .where(messages.id.in_(newest) if newest_only else of_these)
        .order_by(messages.id)
    )


def _named(tx: sa.Connection, talks: list[Conversation]) -> list[Conversation]:
    """The names of their public profiles filled in."""
    links = tables.profile_links.c
    names: dict[int, list[str]] = {}
    asked = sa.select(links.endorser_id, links.name).where(
        links.endorser_id.in_({talk.endorser_id for talk in talks}), links.name.is_not(None)
    )
    for endorser_id, name in tx.execute(asked.order_by(links.id.desc())):
        names.setdefault(endorser_id, []).append(name)
    for talk in talks:
        talk.names = names.get(talk.endorser_id, [])
    return talks
