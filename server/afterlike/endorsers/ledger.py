"""The consent ledger: append-only, hash-chained per site, no address in it; and the immutable texts it points to.

Each row's hash covers the row and the hash before it, and `consent_heads` holds the end of the chain: a row that was
changed, taken out, put in or cut off is found by `broken`. What is in force now stands in `consents`.
"""

from collections.abc import Iterable

import sqlalchemy as sa

from afterlike import chain, db, tables
from afterlike.purposes import Wording

ACTIONS = ("requested", "given", "refused", "changed", "withdrawn", "expired", "objected", "erased")
METHODS = ("widget_form", "extension_form", "survey_page", "confirm_button", "one_click_8058", "stop_page", "me_page",
           "admin_on_request", "import", "system")
EVERYTHING = "all"  # the purpose of a row that is about no single one: everything was erased, an objection to any mail

_events = tables.consent_events
_empty = dict.fromkeys(chain.hashed(_events)) | {"gpc": 0, "actor": "person", "channel": "email"}


def record(tx: sa.Connection, site_id: int, rows: Iterable[dict]) -> list[int]:
    """Appends rows {purpose, action, method, at, …columns of consent_events} to the site's chain; returns their ids."""
    head = _head(tx, site_id)
    begun = [_empty | {"site_id": site_id, "occurred_at": row["at"], "recorded_at": row.pop("at")} | row for row in rows]
    kept = list(chain.linked(_events, head.row_hash, begun))
    ids = [tx.scalar(sa.insert(_events).values(row).returning(_events.c.id)) for row in kept]
    if ids:
        heads = tables.consent_heads
        moved = {"event_id": ids[-1], "events": head.events + len(ids), "row_hash": kept[-1]["row_hash"]}
        tx.execute(sa.update(heads).where(heads.c.site_id == site_id).values(moved))
    return ids


def _head(tx: sa.Connection, site_id: int) -> sa.Row:
    """The end of the chain, held until this transaction ends: two rows must not follow the same one."""
    heads = tables.consent_heads
    tx.execute(db.insert(tx, heads).values(chain.start(site_id)).on_conflict_do_nothing())
    return tx.execute(sa.select(heads).where(heads.c.site_id == site_id).with_for_update()).one()


def broken(tx: sa.Connection, site_id: int) -> str | None:
    """What is wrong with a site's chain, with the id of the first wrong row; None when it is whole."""
    return chain.broken(tx, _events, tables.consent_heads, site_id)


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
