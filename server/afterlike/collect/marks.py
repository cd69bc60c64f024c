"""An admin's own order among the endorsements: tags on likes, filters kept under a name. Both are shared by a site's admins."""

import sqlalchemy as sa

from afterlike import db, endorsers, tables
from afterlike.errors import Invalid
from afterlike.sites import says

LONGEST_TAG, LONGEST_NAME = 40, 60
MOST_TAGS, MOST_FILTERS = 200, 50  # of a site
FULL = -1

_tags, _filters = tables.like_tags, tables.saved_filters


def tag_of(typed: str) -> str:
    """A tag as it is kept, like those on people; raises Invalid."""
    try:
        return endorsers.plain_tag(typed)
    except Invalid:
        raise Invalid(says("A tag has one to {most} letters, and no comma.", most=LONGEST_TAG)) from None


def name_of(typed: str) -> str:
    """The name of a saved filter; raises Invalid."""
    name = " ".join(typed.replace("\0", "").split())
    if not name or len(name) > LONGEST_NAME:
        raise Invalid(says("Give the filters a name of one to {most} letters.", most=LONGEST_NAME))
    return name


def tag(tx: sa.Connection, items: list[tuple[int, tuple[int, ...], str]]) -> list[int]:
    """For each (site id, like ids, tag): how many likes of this site got it that had it not; FULL for one tag too many."""
    return [_tag(tx, *item) for item in items]


def _tag(tx: sa.Connection, site_id: int, like_ids: tuple[int, ...], name: str) -> int:
    known = tags_of(tx, site_id)
    if name not in known and len(known) >= MOST_TAGS:
        return FULL
    likes = tables.likes.c
    mine = tx.scalars(sa.select(likes.id).where(likes.site_id == site_id, likes.id.in_(like_ids)).order_by(likes.id)).all()
    if not mine:
        return 0
    rows = [{"like_id": like_id, "tag": name, "site_id": site_id} for like_id in mine]
    added = db.insert(tx, _tags).values(rows).on_conflict_do_nothing().returning(_tags.c.like_id)
    return len(tx.execute(added).all())


def untag(tx: sa.Connection, items: list[tuple[int, tuple[int, ...], str]]) -> list[int]:
    """For each (site id, like ids, tag): from how many likes it went."""
    return [
        tx.execute(
            sa.delete(_tags).where(_tags.c.site_id == site_id, _tags.c.like_id.in_(like_ids), _tags.c.tag == name)
        ).rowcount
        for site_id, like_ids, name in items
    ]


def tags_of(tx: sa.Connection, site_id: int) -> list[str]:
    """The tags that likes of this site have, in the order of the alphabet."""
    return list(tx.scalars(sa.select(_tags.c.tag).where(_tags.c.site_id == site_id).distinct().order_by(_tags.c.tag)))


def tags_on(tx: sa.Connection, like_ids: list[int]) -> dict[int, list[str]]:
    """like id -> its tags."""
    found: dict[int, list[str]] = {}
    for row in tx.execute(sa.select(_tags.c.like_id, _tags.c.tag).where(_tags.c.like_id.in_(like_ids)).order_by(_tags.c.tag)):
        found.setdefault(row.like_id, []).append(row.tag)
    return found


def filters_of(tx: sa.Connection, site_id: int) -> list[sa.Row]:
    """(id, name, query) by name."""
    asked = sa.select(_filters.c.id, _filters.c.name, _filters.c.query).where(_filters.c.site_id == site_id)
    return tx.execute(asked.order_by(_filters.c.name)).all()


def save_filter(tx: sa.Connection, items: list[tuple[int, str, str, int]]) -> list[int]:
    """For each (site id, name, query, now): keeps it; its id, FULL for one too many. The same name again is the new filter."""
    return [_save_filter(tx, *item) for item in items]


def _save_filter(tx: sa.Connection, site_id: int, name: str, query: str, at: int) -> int:
    known = [row.name for row in filters_of(tx, site_id)]
    if name not in known and len(known) >= MOST_FILTERS:
        return FULL
    kept = {"query": query, "saved_at": at}
    row = db.insert(tx, _filters).values(site_id=site_id, name=name, **kept)
    return tx.scalar(row.on_conflict_do_update(index_elements=["site_id", "name"], set_=kept).returning(_filters.c.id))


def drop_filter(tx: sa.Connection, items: list[tuple[int, int]]) -> list[int]:
    """For each (site id, filter id): 1 when it went, 0 where there is no such filter of this site."""
    return [
        tx.execute(sa.delete(_filters).where(_filters.c.site_id == site_id, _filters.c.id == filter_id)).rowcount
        for site_id, filter_id in items
    ]
