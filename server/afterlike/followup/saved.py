"""Words that are often needed, shared by a site's admins, with places for what differs from one person to the next."""

import re
from dataclasses import dataclass

import sqlalchemy as sa

from afterlike import db, tables
from afterlike.errors import Invalid, NotFound
from afterlike.followup.conversations import LONGEST, plain_words
from afterlike.words import for_admins

LONGEST_NAME = 60
MOST = 100
PLACES = ("name", "product", "site", "me")  # {name}, …; a name of anything else stays as it is typed
NO_NAME = for_admins("Give it a name of at most 60 characters.")  # LONGEST_NAME
TAKEN = for_admins("Another saved reply has this name.")
ENOUGH = for_admins("There are 100 saved replies. Remove one first.")  # MOST

_saved = tables.saved_replies


@dataclass(frozen=True, slots=True)
class Saved:
    """A saved reply as it was typed; `id` of the one that is changed, None for a new one."""

    site_id: int
    id: int | None
    name: str
    words: str
    at: int


def save(tx: sa.Connection, items: list[Saved]) -> list[int]:
    """Keeps saved replies; their ids. Raises Invalid, NotFound for another site's."""
    return [_save(tx, item) for item in items]


def _save(tx: sa.Connection, item: Saved) -> int:
    name = " ".join(item.name.replace("\0", "").split())
    if not name or len(name) > LONGEST_NAME:
        raise Invalid(NO_NAME, fields={"name": NO_NAME})
    kept = {"name": name, "words": plain_words(item.words), "saved_at": item.at}
    if item.id is None:
        return _add(tx, item.site_id, kept)
    own = (_saved.c.id == item.id) & (_saved.c.site_id == item.site_id)
    if tx.scalar(sa.select(_saved.c.id).where(own)) is None:
        raise NotFound()
    same = (_saved.c.site_id == item.site_id) & (_saved.c.name == name) & (_saved.c.id != item.id)
    if tx.scalar(sa.select(sa.exists().where(same))):
        raise Invalid(TAKEN, fields={"name": TAKEN})
    tx.execute(sa.update(_saved).where(own).values(kept))
    return item.id


def _add(tx: sa.Connection, site_id: int, kept: dict) -> int:
    if len(of_site(tx, site_id)) >= MOST:
        raise Invalid(ENOUGH, fields={"name": ENOUGH})
    made = tx.scalar(
        db.insert(tx, _saved).values(site_id=site_id, **kept)
        .on_conflict_do_nothing(index_elements=["site_id", "name"]).returning(_saved.c.id)
    )
    if made is None:
        raise Invalid(TAKEN, fields={"name": TAKEN})
    return made


def remove(tx: sa.Connection, items: list[tuple[int, int]]) -> list[None]:
    """Removes (site id, id). Raises NotFound."""
    for site_id, one in items:
        if not tx.execute(sa.delete(_saved).where(_saved.c.id == one, _saved.c.site_id == site_id)).rowcount:
            raise NotFound()
    return [None] * len(items)


def of_site(tx: sa.Connection, site_id: int) -> list[sa.Row]:
    """(id, name, words, saved_at), in order of the alphabet."""
    asked = sa.select(_saved.c.id, _saved.c.name, _saved.c.words, _saved.c.saved_at).where(_saved.c.site_id == site_id)
    return tx.execute(asked.order_by(sa.func.lower(_saved.c.name), _saved.c.id)).all()


def filled(words: str, places: dict[str, str]) -> str:
    """The words with their places filled in once; what is filled in is never searched again."""
    return re.sub(r"\{(\w+)\}", lambda found: places.get(found[1], found[0]), words)[:LONGEST]
