"""Consent to publish, as the ledger keeps it: for a profile in links.py, here for words of somebody's own.

Each quote is a consent by itself, with a name, places and an end of its own, so what is in force stands with the quote
(publicity); here is only the record of it. It holds a keyed hash of the words, never the words.
"""

import json
from dataclasses import dataclass

import sqlalchemy as sa

from afterlike.endorsers import ledger
from afterlike.endorsers.people import person
from afterlike.purposes import Wording


@dataclass(frozen=True, slots=True)
class Publishing:
    """One row about one quote; `note` says which and on which terms, `actor` is person, admin:<id> or system."""

    endorser_id: int
    site_id: int
    action: str
    method: str
    note: dict
    at: int
    wording: Wording | None = None
    actor: str = "person"
    like_id: int | None = None


def record_publishing(tx: sa.Connection, one: Publishing) -> None:
    """Appends it to the site's ledger, with the exact words that were agreed to where there are some."""
    someone = person(tx, one.endorser_id)
    row = {
        "action": one.action, "purpose": "publish_profile", "channel": "site", "method": one.method, "actor": one.actor,
        "endorser_id": one.endorser_id, "subject": someone and someone.subject, "like_id": one.like_id,
        "note": json.dumps(one.note, sort_keys=True), "at": one.at,
    }
    if one.wording is not None:
        row |= ledger.text_columns(ledger.ensure_text(tx, one.site_id, one.wording, one.at))
    ledger.record(tx, one.site_id, [row])
