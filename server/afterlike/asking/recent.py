"""The latest likes of a site, with what a prompt's targeting looks at: for choosing a visitor, or a product to show."""

import sqlalchemy as sa

from afterlike import tables

MOST = 30


def recent_likes(tx: sa.Connection, site_id: int) -> list[sa.Row]:
    """Newest first; their columns are those of `like`."""
    likes = tables.likes.c
    return tx.execute(_asked().where(likes.site_id == site_id).order_by(likes.liked_at.desc(), likes.id.desc()).limit(MOST)).all()


def like(tx: sa.Connection, site_id: int, like_id: int) -> sa.Row | None:
    """One like of this site with its product as it was shown and its visitor."""
    return tx.execute(_asked().where(tables.likes.c.site_id == site_id, tables.likes.c.id == like_id)).first()


def likes_of(tx: sa.Connection, visitor_id: int) -> int:
    """How many likes of this visitor stand."""
    likes = tables.likes.c
    return tx.scalar(sa.select(sa.func.count()).where(likes.visitor_id == visitor_id, likes.unliked_at.is_(None)))


def _asked() -> sa.Select:
    likes, products, shown, visitors = tables.likes.c, tables.products.c, tables.product_showings.c, tables.visitors.c
    return (
        sa.select(
            likes.id, likes.visitor_id, likes.liked_at, likes.locale, likes.step_reason, products.key, products.url, shown.title,
            shown.category, shown.brand, shown.currency, shown.image, visitors.hash, visitors.first_seen_at,
        )
        .join_from(tables.likes, tables.products, likes.product_id == products.id)
        .join(tables.visitors, likes.visitor_id == visitors.id)
        .outerjoin(tables.product_showings, likes.shown_id == shown.id)
    )
