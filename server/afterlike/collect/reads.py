"""What the widget asks before anybody presses: public counts, and one's own likes on this page."""

import hashlib
import json

import sqlalchemy as sa

from afterlike import catalog, tables
from afterlike.wire import uuid_text


def counts(tx: sa.Connection, site_id: int, keys: list[str]) -> dict[str, int]:
    """Public counts by product key; 0 for a product that nobody has liked. Held and rejected likes are not in it."""
    hashes = {catalog.key_hash(site_id, key): key for key in keys}
    found = tx.execute(
        sa.select(tables.products.c.key_hash, tables.like_counts.c.counted)
        .join_from(tables.products, tables.like_counts)
        .where(tables.products.c.key_hash.in_(list(hashes)))
    )
    return dict.fromkeys(keys, 0) | {hashes[bytes(hashed)]: counted for hashed, counted in found}


def etag(answer: dict) -> str:
    return hashlib.blake2b(json.dumps(answer, sort_keys=True).encode(), digest_size=9).hexdigest()


def own(tx: sa.Connection, site_id: int, visitor: bytes, keys: list[str]) -> dict[str, dict]:
    """This visitor's live likes among these products, by key."""
    hashes = [catalog.key_hash(site_id, key) for key in keys]
    likes, products, visitors = tables.likes.c, tables.products.c, tables.visitors.c
    rows = tx.execute(
        sa.select(products.key, likes.uuid)
        .join_from(tables.likes, tables.products, likes.product_id == products.id)
        .join(tables.visitors, likes.visitor_id == visitors.id)
        .where(visitors.hash == visitor, likes.unliked_at.is_(None), products.key_hash.in_(hashes))
    )
    return {key: {"id": uuid_text(uuid)} for key, uuid in rows}
