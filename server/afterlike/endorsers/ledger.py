"""The consent ledger: append-only, hash-chained per site, no address in it; and the immutable texts it points to.

Each row's hash covers the row and the hash before it, and `consent_heads` holds the end of the chain: a row that was
changed, taken out, put in or cut off is found by `broken`. What is in force now stands in `consents`.
"""

import hashlib
import json
from collections.abc import Iterable

import sqlalchemy as sa

from afterlike import db, tables
from afterlike.purposes import Wording

FIRST = bytes(32)  # what the first row of a site follows
ACTIONS = ("requested", "given", "refused", "changed", "withdrawn", "expired", "objected", "erased")
METHODS = ("widget_form", "extension_form", "survey_page", "confirm_button", "one_click_8058", "stop_page", "me_page",
           "admin_on_request", "import", "system")
EVERYTHING = "all"  # the purpose of a row that is about no single one: everything was erased, an objection to any mail

_events = tables.consent_events
_hashed = tuple(sorted(column.name for column in _events.c if column.name not in ("id", "row_hash")))
_empty = dict.fromkeys(_hashed) | {"gpc": 0, "actor": "person", "channel": "email"}


def record(tx: sa.Connection, site_id: int, rows: Iterable[dict]) -> list[int]:
    """Appends rows {purpose, action, method, at, …columns of consent_events} to the site's chain; returns their ids."""
    head = _head(tx, site_id)
    previous, count, ids = head.row_hash, head.events, []
    for row in rows:
        at = row.pop("at")
        kept = _empty | {"site_id": site_id, "occurred_at": at, "recorded_at": at, "prev_hash": previous} | row
        previous = kept["row_hash"] = _row_hash(kept)
        ids.append(tx.scalar(sa.insert(_events).values(kept).returning(_events.c.id)))
    if ids:
        heads = tables.consent_heads
        moved = {"event_id": ids[-1], "events": count + len(ids), "row_hash": previous}
        tx.execute(sa.update(heads).where(heads.c.site_id == site_id).values(moved))
    return ids


def _head(tx: sa.Connection, site_id: int) -> sa.Row:
    """The end of the chain, held until this transaction ends: two rows must not follow the same one."""
    heads = tables.consent_heads
    start = {"site_id": site_id, "event_id": 0, "events": 0, "row_hash": FIRST}
    tx.execute(db.insert(tx, heads).values(start).on_conflict_do_nothing())
    return tx.execute(sa.select(heads).where(heads.c.site_id == site_id).with_for_update()).one()


def _row_hash(row: dict) -> bytes:
    plain = {name: row[name].hex() if isinstance(row[name], bytes) else row[name] for name in _hashed}
    return hashlib.sha256(json.dumps(plain, sort_keys=True, ensure_ascii=False).encode()).digest()


def broken(tx: sa.Connection, site_id: int) -> str | None:
    """What is wrong with a site's chain, with the id of the first wrong row; None when it is whole."""
    previous, last, count = FIRST, 0, 0
    for row in tx.execute(sa.select(_events).where(_events.c.site_id == site_id).order_by(_events.c.id)).mappings():
        if row["prev_hash"] != previous:
            return f"row {row['id']} does not follow the row before it: one is missing, or was put in"
        if _row_hash(row) != row["row_hash"]:
            return f"row {row['id']} was changed"
        previous, last, count = row["row_hash"], row["id"], count + 1
    heads = tables.consent_heads.c
    head = tx.execute(sa.select(heads.event_id, heads.events, heads.row_hash).where(heads.site_id == site_id)).first()
    if (head or (0, 0, FIRST)) != (last, count, previous):
        return f"the chain ends at row {last}, but it was longer: the end is missing"
    return None


def ledger_of(tx: sa.Connection, site_id: int, endorser_id: int) -> list[sa.Row]:
    """All that the ledger says of one person, oldest first, with the exact words of each row."""
    texts = tables.consent_texts.c
    return tx.execute(
        sa.select(_events, texts.words, texts.controller, texts.privacy_url)
        .join_from(_events, tables.consent_texts, _events.c.text_id == texts.id, isouter=True)
        .where(_events.c.site_id == site_id, _events.c.endorser_id == endorser_id)
        .order_by(_events.c.id)
    ).all()


def ensure_text(tx: sa.Connection, site_id: int, wording: Wording, at: int) -> sa.Row:
    """The row of exactly these words, kept as the next version of its purpose and language where they are new."""
    texts = tables.consent_texts
    same = (texts.c.site_id == site_id) & (texts.c.sha256 == wording.sha256)
    if (known := tx.execute(sa.select(texts).where(same)).first()) is not None:
        return known
    _head(tx, site_id)  # one at a time, or two new texts would be the same version
    earlier = (texts.c.site_id == site_id) & (texts.c.purpose == wording.purpose) & (texts.c.locale == wording.locale)
    version = tx.scalar(sa.select(sa.func.coalesce(sa.func.max(texts.c.version), 0) + 1).where(earlier))
    made = {
        "site_id": site_id, "purpose": wording.purpose, "locale": wording.locale, "version": version, "words": wording.words,
        "controller": wording.controller, "privacy_url": wording.privacy_url, "sha256": wording.sha256, "made_at": at,
    }
    tx.execute(db.insert(tx, texts).values(made).on_conflict_do_nothing())
    return tx.execute(sa.select(texts).where(same)).one()


def text_columns(text: sa.Row) -> dict:
    """The columns of a ledger row that name its words."""
    return {"text_id": text.id, "text_version": text.version, "text_locale": text.locale, "text_sha256": text.sha256}
