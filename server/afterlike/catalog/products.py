"""One row per site and key, and a row of what was shown whenever that changed."""

import hashlib
from dataclasses import dataclass, field

import sqlalchemy as sa
from cachetools import LRUCache

from afterlike import tables
from afterlike.hot import Choose, Keep

FACTS = ("title", "image", "price_minor", "currency", "category", "brand", "sku", "availability")

# (key hash, digest of what was sent) -> digest of what is shown since; a shortcut, checked against products.digest
_led_to: LRUCache = LRUCache(maxsize=50_000)


@dataclass(slots=True)
class Pressed:
    """A product as a page sent it; `facts` holds what was known of FACTS, None left out."""

    site_id: int
    key: str
    url: str
    facts: dict
    at: int
    hash: bytes = field(init=False)
    digest: bytes = field(init=False)

    def __post_init__(self):
        self.hash = key_hash(self.site_id, self.key)
        self.digest = _digest(self.facts, self.url)


@dataclass(slots=True)
class Shown:
    """Where a product and what was shown of it are kept."""

    product_id: int
    shown_id: int


def key_hash(site_id: int, key: str) -> bytes:
    """16 bytes that name a product; the site is part of it, so that the narrow index is unique by itself."""
    return hashlib.blake2b(f"{site_id}\n{key}".encode(), digest_size=16, person=b"product").digest()


def ensure(tx: sa.Connection, pressed: list[Pressed]) -> dict[bytes, Shown]:
    """Keeps what was not known yet; answers by key hash. Facts that were not sent stay as they were."""
    newest = {one.hash: one for one in pressed}
    found = _found(tx, list(newest))
    missing = sorted((one for one in newest.values() if one.hash not in found), key=lambda one: one.hash)
    if missing:
        _insert(tx, missing)
        found |= _found(tx, [one.hash for one in missing])
    changed = [one for one in newest.values() if _led_to.get((one.hash, one.digest), b"") != found[one.hash].digest]
    if changed:
        _show(tx, changed, found)
    return {hashed: Shown(row.id, row.shown_id) for hashed, row in found.items()}


def shown(tx: sa.Connection, hashes: list[bytes]) -> dict[bytes, Shown]:
    """Those that exist, as they are shown now; by key hash."""
    return {hashed: Shown(row.id, row.shown_id) for hashed, row in _found(tx, hashes).items()}


def overlay(tx: sa.Connection, product_id: int, facts: dict, at: int) -> int:
    """Adds later, fuller facts to a product; returns the id of what is shown now."""
    product = tx.execute(sa.select(tables.products).where(tables.products.c.id == product_id)).one()
    one = Pressed(product.site_id, product.key, product.url, facts, at)
    found = {one.hash: _Row(product.id, product.shown_id, product.digest)}
    _show(tx, [one], found)
    return found[one.hash].shown_id


@dataclass(slots=True)
class _Row:
    id: int
    shown_id: int | None
    digest: bytes | None


_products = tables.products.c
_chosen = Choose(
    lambda hashes: sa.select(_products.key_hash, _products.id, _products.shown_id, _products.digest).where(
        _products.key_hash.in_(hashes)
    )
)
_added = Keep(
    lambda insert: insert(tables.products).on_conflict_do_nothing(index_elements=["key_hash"]),
    ("site_id", "key_hash", "key", "url", "first_seen_at"),
)


def _found(tx: sa.Connection, hashes: list[bytes]) -> dict[bytes, _Row]:
    return {hashed: _Row(*rest) for hashed, *rest in _chosen(tx, hashes)}


def _insert(tx: sa.Connection, missing: list[Pressed]) -> None:
    rows = [
        {"site_id": one.site_id, "key_hash": one.hash, "key": one.key, "url": one.url, "first_seen_at": one.at} for one in missing
    ]
    _added(tx, rows)


def _show(tx: sa.Connection, changed: list[Pressed], found: dict[bytes, _Row]) -> None:
    """Lays what was sent over what was shown before; a new row only when that makes a difference."""
    before = _shown_before(tx, [found[one.hash].shown_id for one in changed if found[one.hash].shown_id])
    for one in sorted(changed, key=lambda one: one.hash):
        row = found[one.hash]
        old = before.get(row.shown_id)
        facts = {name: one.facts.get(name, old[name] if old else None) for name in FACTS}
        digest = _digest(facts, one.url)
        if row.digest != digest:
            row.shown_id, row.digest = _insert_showing(tx, row.id, facts, digest, one), digest
        _led_to[(one.hash, one.digest)] = digest


def _shown_before(tx: sa.Connection, ids: list[int]) -> dict[int, sa.RowMapping]:
    if not ids:
        return {}
    rows = tx.execute(sa.select(tables.product_showings).where(tables.product_showings.c.id.in_(ids))).mappings()
    return {row["id"]: row for row in rows}


def _insert_showing(tx: sa.Connection, product_id: int, facts: dict, digest: bytes, one: Pressed) -> int:
    shown_id = tx.scalar(
        sa.insert(tables.product_showings)
        .values(product_id=product_id, shown_at=one.at, **facts)
        .returning(tables.product_showings.c.id)
    )
    tx.execute(
        sa.update(tables.products).where(tables.products.c.id == product_id).values(shown_id=shown_id, digest=digest, url=one.url)
    )
    return shown_id


def _digest(facts: dict, url: str) -> bytes:
    text = "\x1f".join(f"{name}={facts[name]}" for name in FACTS if facts.get(name) is not None)
    return hashlib.blake2b(f"{url}\x1f{text}".encode(), digest_size=16).digest()
