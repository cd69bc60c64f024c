"""That an admin wrote to somebody on another network, by hand: when and where, never what."""

import sqlalchemy as sa

from afterlike import tables
from afterlike.endorsers.networks import NETWORKS
from afterlike.errors import Invalid, NotFound

_letters, _links = tables.outside_letters, tables.profile_links


def note_outside(tx: sa.Connection, items: list[tuple[int, int, str, int, int]]) -> list[None]:
    """For each (site id, endorser id, network, admin id, now): keeps it. Raises NotFound where they gave no such profile."""
    for site_id, endorser_id, network, admin_id, at in items:
        given = (_links.c.site_id == site_id) & (_links.c.endorser_id == endorser_id) & (_links.c.network == network)
        if network not in NETWORKS:
            raise Invalid("There is no such network.")
        if tx.scalar(sa.select(sa.func.count()).select_from(_links).where(given)) == 0:
            raise NotFound()
        tx.execute(sa.insert(_letters).values(site_id=site_id, endorser_id=endorser_id, network=network, admin_id=admin_id,
                                              wrote_at=at))
    return [None] * len(items)


def move(tx: sa.Connection, from_id: int, to_id: int) -> None:
    """What was written to one who turns out to be the other; it stays there when that is undone, as notes do."""
    tx.execute(sa.update(_letters).where(_letters.c.endorser_id == from_id).values(endorser_id=to_id))


def outside_of(tx: sa.Connection, endorser_id: int) -> list[sa.Row]:
    """(network, wrote_at, by) of all of them, newest first."""
    asked = sa.select(_letters.c.network, _letters.c.wrote_at, tables.admins.c.email.label("by"))
    joined = asked.join_from(_letters, tables.admins, tables.admins.c.id == _letters.c.admin_id, isouter=True)
    return tx.execute(joined.where(_letters.c.endorser_id == endorser_id).order_by(_letters.c.id.desc())).all()
