"""What this room clears when a person or a browser is erased: quotes with their words and pictures, the own feed."""

import sqlalchemy as sa

from afterlike import tables
from afterlike.publicity import pictures, shares


def erase(tx: sa.Connection, endorser_id: int, visitor_ids: list[int]) -> None:
    """The person's feed, links and quotes, and those of what these browsers said."""
    likes, quotes = tables.likes.c, tables.quotes
    theirs = sa.select(likes.id).where(likes.visitor_id.in_(visitor_ids))
    _forget(tx, (quotes.c.endorser_id == endorser_id) | quotes.c.like_id.in_(theirs))
    shares.forget(tx, endorser_id, visitor_ids)
    tx.execute(sa.delete(tables.feed_keys).where(tables.feed_keys.c.endorser_id == endorser_id))


def erase_browser(tx: sa.Connection, visitor_id: int) -> None:
    """Quotes of what this browser said, and that it came by somebody's link."""
    likes, quotes = tables.likes.c, tables.quotes
    theirs = sa.select(likes.id).where(likes.visitor_id == visitor_id)
    _forget(tx, quotes.c.like_id.in_(theirs))
    tx.execute(sa.delete(tables.share_credits).where(tables.share_credits.c.visitor_id == visitor_id))


def _forget(tx: sa.Connection, which: sa.ColumnElement[bool]) -> None:
    pictures.drop(tx, which)
    tx.execute(sa.delete(tables.quotes).where(which))
