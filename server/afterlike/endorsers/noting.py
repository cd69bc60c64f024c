"""What admins write down about people: tags to find them by, notes to remember. It goes with the person when they are erased."""

from dataclasses import dataclass

import sqlalchemy as sa

from afterlike import db, tables
from afterlike.errors import Invalid, NotFound, stated
from afterlike.wire import typed_text

LONGEST_TAG, LONGEST_NOTE, MOST_TAGS = 40, 2_000, 20
NO_TAG = stated("A tag is one to {most} characters, without a comma.", most=40)
MANY_TAGS = stated("A person can have {most} tags. Take one off first.", most=20)
NO_NOTE = stated("A note is one to {most} characters.", most="2,000")

_tags, _notes = tables.endorser_tags, tables.endorser_notes


@dataclass(frozen=True, slots=True)
class Noted:
    """A tag or a note about one person; `admin_id` is who wrote it."""

    site_id: int
    endorser_id: int
    words: str
    at: int
    admin_id: int | None = None


def plain_tag(typed: str) -> str:
    """A tag as it is kept and compared: case-folded, single spaces. Raises Invalid."""
    tag = " ".join(typed_text(typed).split()).casefold()
    if not tag or len(tag) > LONGEST_TAG or "," in tag:
        raise Invalid(NO_TAG, fields={"tag": NO_TAG})
    return tag


def plain_note(typed: str) -> str:
    """A note as it is kept. Raises Invalid."""
    words = typed_text(typed)
    if not words or len(words) > LONGEST_NOTE:
        raise Invalid(NO_NOTE, fields={"note": NO_NOTE})
    return words


def tag(tx: sa.Connection, items: list[Noted]) -> list[None]:
    """Puts a tag on each; twice is once. Raises NotFound for another site's person, Invalid for what is no tag."""
    for item in items:
        _must_be_here(tx, item.site_id, item.endorser_id)
        words = plain_tag(item.words)
        others = sa.select(sa.func.count()).where(_tags.c.endorser_id == item.endorser_id, _tags.c.tag != words)
        if tx.scalar(others) >= MOST_TAGS:
            raise Invalid(MANY_TAGS, fields={"tag": MANY_TAGS})
        row = {"endorser_id": item.endorser_id, "site_id": item.site_id, "tag": words, "tagged_at": item.at}
        tx.execute(db.insert(tx, _tags).values(row).on_conflict_do_nothing())
    return [None] * len(items)


def untag(tx: sa.Connection, items: list[Noted]) -> list[bool]:
    """Takes a tag off each; whether it was there. Raises NotFound, Invalid for what is no tag."""
    return [_untag(tx, item) for item in items]


def _untag(tx: sa.Connection, item: Noted) -> bool:
    _must_be_here(tx, item.site_id, item.endorser_id)
    same = (_tags.c.endorser_id == item.endorser_id) & (_tags.c.tag == plain_tag(item.words))
    return tx.execute(sa.delete(_tags).where(same)).rowcount > 0


def note(tx: sa.Connection, items: list[Noted]) -> list[int]:
    """Keeps notes; their ids. Raises NotFound, Invalid."""
    return [_note(tx, item) for item in items]


def _note(tx: sa.Connection, item: Noted) -> int:
    _must_be_here(tx, item.site_id, item.endorser_id)
    row = {"endorser_id": item.endorser_id, "admin_id": item.admin_id, "words": plain_note(item.words), "noted_at": item.at}
    return tx.scalar(sa.insert(_notes).values(row).returning(_notes.c.id))


def remove_note(tx: sa.Connection, items: list[tuple[int, int, int]]) -> list[bool]:
    """For each (site id, endorser id, note id): whether it was there. Raises NotFound."""
    for site_id, endorser_id, _ in items:
        _must_be_here(tx, site_id, endorser_id)
    return [
        tx.execute(sa.delete(_notes).where(_notes.c.id == note_id, _notes.c.endorser_id == endorser_id)).rowcount > 0
        for _, endorser_id, note_id in items
    ]


def tags_of(tx: sa.Connection, endorser_ids: list[int]) -> dict[int, list[str]]:
    """endorser id -> tags, in order of the alphabet."""
    found: dict[int, list[str]] = {}
    asked = sa.select(_tags.c.endorser_id, _tags.c.tag).where(_tags.c.endorser_id.in_(endorser_ids)).order_by(_tags.c.tag)
    for endorser_id, words in tx.execute(asked):
        found.setdefault(endorser_id, []).append(words)
    return found


def notes_of(tx: sa.Connection, endorser_id: int) -> list[sa.Row]:
    """(id, words, noted_at, who wrote it), newest first."""
    admins = tables.admins.c
    return tx.execute(
        sa.select(_notes.c.id, _notes.c.words, _notes.c.noted_at, admins.email.label("by"))
        .join_from(_notes, tables.admins, admins.id == _notes.c.admin_id, isouter=True)
        .where(_notes.c.endorser_id == endorser_id)
        .order_by(_notes.c.id.desc())
    ).all()


def forget(tx: sa.Connection, endorser_id: int) -> None:
    """What goes with an erased person."""
    tx.execute(sa.delete(_tags).where(_tags.c.endorser_id == endorser_id))
    tx.execute(sa.delete(_notes).where(_notes.c.endorser_id == endorser_id))


def move(tx: sa.Connection, from_id: int, to_id: int) -> None:
    """Tags and notes of one who turns out to be the other; they stay there when that is undone."""
    theirs = sa.select(_tags.c.tag).where(_tags.c.endorser_id == to_id)
    tx.execute(sa.delete(_tags).where(_tags.c.endorser_id == from_id, _tags.c.tag.in_(theirs)))
    tx.execute(sa.update(_tags).where(_tags.c.endorser_id == from_id).values(endorser_id=to_id))
    tx.execute(sa.update(_notes).where(_notes.c.endorser_id == from_id).values(endorser_id=to_id))


def _must_be_here(tx: sa.Connection, site_id: int, endorser_id: int) -> None:
    endorsers = tables.endorsers.c
    if tx.scalar(sa.select(endorsers.id).where(endorsers.id == endorser_id, endorsers.site_id == site_id)) is None:
        raise NotFound()
