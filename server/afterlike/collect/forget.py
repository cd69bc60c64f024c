"""What this room clears when a person is erased: what they said and where they were. That somebody liked a product stays."""

import sqlalchemy as sa

from afterlike import tables
from afterlike.clock import DAY
from afterlike.collect.background import of_site
from afterlike.collect.likes import Takeback, take_back


def erase(tx: sa.Connection, site_id: int, visitor_ids: list[int], *, likes_too: bool, at: int) -> None:
    """Answers and visits go; likes and orders stay as numbers that lead to nobody. `likes_too` takes the likes back first."""
    likes = tables.likes
    mine = (likes.c.site_id == site_id) & likes.c.visitor_id.in_(visitor_ids)
    if likes_too:
        live = sa.select(likes.c.uuid, tables.visitors.c.hash).join_from(likes, tables.visitors)
        rows = tx.execute(live.where(mine, likes.c.unliked_at.is_(None)).order_by(likes.c.id)).all()
        take_back(tx, [Takeback(site_id, row.uuid, row.hash, at) for row in rows])
    tx.execute(sa.delete(tables.answers).where(tables.answers.c.visitor_id.in_(visitor_ids)))
    tx.execute(sa.delete(tables.visits).where(tables.visits.c.visitor_id.in_(visitor_ids)))
    tx.execute(sa.update(tables.orders).where(tables.orders.c.visitor_id.in_(visitor_ids)).values(visitor_id=None))
    tx.execute(sa.update(likes).where(mine).values(
        page_url="", page_title=None, referrer=None, placement=None, position=None, dwell_ms=None, locale=None
    ))


def forget_visits(tx: sa.Connection, items: list[tuple[int, int, int | None]]) -> list[int]:
    """For each (now, days, site id or None for all): deletes older visits; how many those were."""
    visits = tables.visits
    return [
        tx.execute(sa.delete(visits).where(visits.c.visited_at < now - days * DAY, *of_site(visits, site_id))).rowcount
        for now, days, site_id in items
    ]
