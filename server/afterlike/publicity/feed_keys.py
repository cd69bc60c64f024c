"""The secret in the address of somebody's own feed: made from the pepper and a nonce, stored nowhere, renewed at will."""

import re
import secrets

import sqlalchemy as sa

from afterlike import db, tables
from afterlike.signing import Keyring

TOKEN = re.compile(r"([0-9a-f]{1,15})-([a-z2-7]{32})")

_keys = tables.feed_keys


def set_feed(tx: sa.Connection, items: list[tuple[int, int, bool, int]]) -> list[None]:
    """For each (endorser id, site id, whether there is one, now): makes a feed or a new address of it, or ends it."""
    for endorser_id, site_id, wanted, at in items:
        tx.execute(sa.delete(_keys).where(_keys.c.endorser_id == endorser_id))
        if wanted:
            fresh = {"endorser_id": endorser_id, "site_id": site_id, "nonce": secrets.token_hex(8), "made_at": at}
            tx.execute(db.insert(tx, _keys).values(fresh).on_conflict_do_nothing())
    return [None] * len(items)


def token_of(tx: sa.Connection, keyring: Keyring, endorser_id: int) -> str | None:
    """The token of somebody's feed, if they have one."""
    nonce = tx.scalar(sa.select(_keys.c.nonce).where(_keys.c.endorser_id == endorser_id))
    return nonce and f"{endorser_id:x}-{keyring.derived('feed', f'{endorser_id}:{nonce}')}"


def whose(tx: sa.Connection, keyring: Keyring, token: str) -> sa.Row | None:
    """(endorser_id, site_id, made_at) of the feed with this token; None for one that is forged or was renewed."""
    found = TOKEN.fullmatch(token)
    if not found:
        return None
    row = tx.execute(
        sa.select(_keys.c.endorser_id, _keys.c.site_id, _keys.c.made_at).where(_keys.c.endorser_id == int(found[1], 16))
    ).first()
    return row if row and keyring.same(token_of(tx, keyring, row.endorser_id), token) else None
