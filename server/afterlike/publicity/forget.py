"""What this room clears when a person or a browser is erased: quotes with their words, the own feed."""

import sqlalchemy as sa

from afterlike import tables


def erase(tx: sa.Connection, endorser_id: int, visitor_ids: list[int]) -> None:
    """The person's feed and quotes, and those of what these browsers said."""
    likes, quotes = tables.likes.c, tables.quotes
    theirs = sa.select(likes.id).where(likes.visitor_id.in_(visitor_ids))
    tx.execute(sa.delete(quotes).where((quotes.c.endorser_id == endorser_id) | quotes.c.like_id.in_(theirs)))
    tx.execute(sa.delete(tables.feed_keys).where(tables.feed_keys.c.endorser_id == endorser_id))


def erase_browser(tx: sa.Connection, visitor_id: int) -> None:
    """Quotes of what this browser said."""
    likes, quotes = tables.likes.c, tables.quotes
    theirs = sa.select(likes.id).where(likes.visitor_id == visitor_id)
    tx.execute(sa.delete(quotes).where(quotes.c.like_id.in_(theirs)))
