"""The letter to an owner whose claim has lapsed: what that means, what was missing, and where to put it right."""

import sqlalchemy as sa

from afterlike import tables
from afterlike.config import Config
from afterlike.db import Database
from afterlike.errors import Needless, Never
from afterlike.mail import post, way_out

TEXT = """The proof that {origin} belongs to {site} was missing twice, a day apart, so the claim has lapsed. What people like \
there with the browser extension does not come to {site} any more, and the likes from before are not seen.

Put the proof back in place, open this page and press "Check now":

{page}

What the last check found:

{problem}
"""


def send_lapse(database: Database, config: Config, payload: dict) -> None:
    """The outbox's sender of "claim_lapsed"; raises Needless for one that is put right by now, and for who is no owner."""
    with database.read() as tx:
        lapsed = _lapsed(tx, payload["claim"], payload["admin"])
    if lapsed is None:
        raise Needless("The claim is proven again or removed, or they own the site no more.")
    if not config.smtp_url:
        raise Never("AFTERLIKE_SMTP_URL is not set, so nobody was told.")
    page = f"{config.address}/admin/sites/{lapsed.key}/extension#claim-{payload['claim']}"
    letter = {
        "to": lapsed.email,
        "subject": f"The claim on {lapsed.origin} has lapsed",
        "text": TEXT.format(origin=lapsed.origin, site=lapsed.name, page=page, problem=lapsed.problem),
    }
    post(letter, way_out(config))


def _lapsed(tx: sa.Connection, claim_id: int, admin_id: int) -> sa.Row | None:
    """The claim, its site and the address of this owner of it."""
    claims, sites, admins, roles = tables.origin_claims.c, tables.sites.c, tables.admins.c, tables.roles.c
    return tx.execute(
        sa.select(claims.origin, claims.problem, sites.key, sites.name, admins.email)
        .join_from(tables.origin_claims, tables.sites, sites.id == claims.site_id)
        .join(tables.roles, roles.site_id == sites.id)
        .join(tables.admins, admins.id == roles.admin_id)
        .where(claims.id == claim_id, claims.state == "lapsed", admins.id == admin_id, roles.role == "owner")
    ).first()
