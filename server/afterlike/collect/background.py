"""What the collector does when nobody waits: folds the journal into daily tallies, lets old counts go."""

import sqlalchemy as sa

from afterlike import db, journal, tables
from afterlike.clock import DAY


def tally(database: db.Database) -> int:
    """Folds new journal rows into `tallies`; each row once, whatever is killed when. Returns rows read."""
    return journal.follow(database, "tallies", _fold)


def _fold(tx: sa.Connection, unread: sa.Select) -> None:
    """Adds the rows up inside the database: the writer, which likes wait for, is busy for milliseconds only."""
    row = unread.order_by(None).subquery().c
    by = (row.site_id, row.at // DAY, row.kind)
    sums = sa.select(*by, sa.func.count()).group_by(*by).order_by(*by)
    key = ["site_id", "day", "kind"]
    adding = db.insert(tx, tables.tallies).from_select([*key, "count"], sums)
    tx.execute(
        adding.on_conflict_do_update(index_elements=key, set_={"count": tables.tallies.c.count + adding.excluded.count})
    )


def forget_drops(tx: sa.Connection, items: list[tuple[int, int, int | None]]) -> list[int]:
    """For each (now, days kept, site id or None for all): removes older counts of refusals; returns how many rows went."""
    drops = tables.drops
    return [
        tx.execute(sa.delete(drops).where(drops.c.day < now // DAY - days, *of_site(drops, site_id))).rowcount
        for now, days, site_id in items
    ]


def of_site(table: sa.Table, site_id: int | None) -> list[sa.ColumnElement[bool]]:
    """The rows of one site, or all."""
    return [] if site_id is None else [table.c.site_id == site_id]
