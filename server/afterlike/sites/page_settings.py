"""What an owner sets for every page of a site: looks, privacy, words; each with what it was before, for one way back."""

import json
from dataclasses import dataclass, field

import sqlalchemy as sa

from afterlike import db, tables

PARTS = ("looks", "privacy", "words")

_kept = tables.page_settings.c


@dataclass(frozen=True, slots=True)
class Kept:
    """One part as it is and as it was; {} is as the widget comes."""

    value: dict = field(default_factory=dict)
    before: dict = field(default_factory=dict)

    @property
    def can_undo(self) -> bool:
        return self.value != self.before


@dataclass(frozen=True, slots=True)
class Save:
    """A part of a site's settings as it is to be, checked."""

    site_id: int
    part: str
    value: dict
    now: int


def settings_of(tx: sa.Connection, site_id: int) -> dict[str, Kept]:
    """Every part of a site's settings."""
    rows = tx.execute(sa.select(_kept.part, _kept.value, _kept.before).where(_kept.site_id == site_id))
    found = {row.part: Kept(json.loads(row.value), json.loads(row.before)) for row in rows}
    return {part: found.get(part, Kept()) for part in PARTS}


def save(tx: sa.Connection, items: list[Save]) -> list[None]:
    """Keeps each, and what it takes the place of; what is saved as it was leaves the way back open."""
    for item in items:
        _save(tx, item)
    return [None] * len(items)


def _save(tx: sa.Connection, item: Save) -> None:
    old = settings_of(tx, item.site_id)[item.part]
    if item.value == old.value:
        return
    row = {"value": json.dumps(item.value), "before": json.dumps(old.value), "changed_at": item.now}
    made = db.insert(tx, tables.page_settings).values(site_id=item.site_id, part=item.part, **row)
    tx.execute(made.on_conflict_do_update(index_elements=["site_id", "part"], set_=row))


def undo(tx: sa.Connection, items: list[tuple[int, str, int]]) -> list[None]:
    """For each (site id, part, now): puts back what was before the last save; done twice, it is the save again."""
    for site_id, part, now in items:
        _save(tx, Save(site_id, part, settings_of(tx, site_id)[part].before, now))
    return [None] * len(items)
