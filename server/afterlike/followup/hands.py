"""What admins do around the letters: who has a conversation in hand, what they tell each other beside it."""

from dataclasses import dataclass

import sqlalchemy as sa

from afterlike import tables
from afterlike.endorsers import plain_note
from afterlike.errors import NotFound
from afterlike.followup.conversations import of_site

_notes = tables.conversation_notes


@dataclass(frozen=True, slots=True)
class Noted:
    """An admin's words about a conversation; they are in the person's own copy of everything, as all notes are."""

    site_id: int
    conversation_id: int
    admin_id: int
    words: str
    at: int


def assign(tx: sa.Connection, items: list[tuple[int, int, int | None]]) -> list[None]:
    """For each (site id, conversation id, admin id or None): whose it is. Raises NotFound, also for an admin of another site."""
    for site_id, conversation_id, admin_id in items:
        of_site(tx, site_id, conversation_id)
        if admin_id is not None and admin_id not in {row.id for row in admins_of(tx, site_id)}:
            raise NotFound()
        talks = tables.conversations
        tx.execute(sa.update(talks).where(talks.c.id == conversation_id).values(admin_id=admin_id))
    return [None] * len(items)


def admins_of(tx: sa.Connection, site_id: int) -> list[sa.Row]:
    """(id, email) of who may answer here, in order of the alphabet."""
    admins, roles = tables.admins.c, tables.roles.c
    return tx.execute(
        sa.select(admins.id, admins.email)
        .join_from(tables.roles, tables.admins, admins.id == roles.admin_id)
        .where(roles.site_id == site_id, roles.role != "viewer")
        .order_by(admins.email)
    ).all()


def note(tx: sa.Connection, items: list[Noted]) -> list[int]:
    """Keeps notes; their ids. Raises NotFound, Invalid."""
    return [_note(tx, item) for item in items]


def _note(tx: sa.Connection, item: Noted) -> int:
    of_site(tx, item.site_id, item.conversation_id)
    words = plain_note(item.words)
    row = {"conversation_id": item.conversation_id, "admin_id": item.admin_id, "words": words, "noted_at": item.at}
    return tx.scalar(sa.insert(_notes).values(row).returning(_notes.c.id))


def remove_note(tx: sa.Connection, items: list[tuple[int, int, int]]) -> list[bool]:
    """For each (site id, conversation id, note id): whether it was there. Raises NotFound."""
    return [_remove(tx, *item) for item in items]


def _remove(tx: sa.Connection, site_id: int, conversation_id: int, note_id: int) -> bool:
    of_site(tx, site_id, conversation_id)
    own = (_notes.c.id == note_id) & (_notes.c.conversation_id == conversation_id)
    return tx.execute(sa.delete(_notes).where(own)).rowcount > 0


def notes_of(tx: sa.Connection, conversation_id: int) -> list[sa.Row]:
    """(id, words, noted_at, by), oldest first."""
    admins = tables.admins.c
    return tx.execute(
        sa.select(_notes.c.id, _notes.c.words, _notes.c.noted_at, admins.email.label("by"))
        .join_from(_notes, tables.admins, admins.id == _notes.c.admin_id, isouter=True)
        .where(_notes.c.conversation_id == conversation_id)
        .order_by(_notes.c.id)
    ).all()
