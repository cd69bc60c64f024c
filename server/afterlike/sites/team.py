"""The admins of a site and their roles; a site always has an owner."""

import sqlalchemy as sa

from afterlike import tables
from afterlike.errors import Invalid, NotFound, stated
from afterlike.sites.guard import ROLES

LAST = stated("A site needs an owner. Make somebody else one first.")
NO_ROLE = stated("Choose a role.")


def team(tx: sa.Connection, site_id: int) -> list[sa.Row]:
    """(id, email, role, second, seen_at) of everybody with a role here, owners first."""
    roles, admins, factors, kept = tables.roles.c, tables.admins.c, tables.two_factors.c, tables.sessions.c
    seen = sa.select(sa.func.max(kept.seen_at)).where(kept.admin_id == admins.id).scalar_subquery()
    rank = sa.case({name: place for place, name in enumerate(ROLES)}, value=roles.role)
    return tx.execute(
        sa.select(admins.id, admins.email, roles.role, factors.confirmed_at.is_not(None).label("second"), seen.label("seen_at"))
        .join_from(tables.roles, tables.admins)
        .join(tables.two_factors, (factors.admin_id == admins.id) & factors.confirmed_at.is_not(None), isouter=True)
        .where(roles.site_id == site_id)
        .order_by(rank, admins.email)
    ).all()


def set_role(tx: sa.Connection, items: list[tuple[int, int, str | None]]) -> list[bool]:
    """For each (site id, admin id, role): gives the role, takes it away where it is None; whether anything changed.

    Raises NotFound for somebody without a role here, Invalid where the site would be left without an owner.
    """
    return [_set_role(tx, *item) for item in items]


def _set_role(tx: sa.Connection, site_id: int, admin_id: int, role: str | None) -> bool:
    roles = tables.roles
    held = dict(
        tx.execute(sa.select(roles.c.admin_id, roles.c.role).where(roles.c.site_id == site_id).with_for_update()).all()
    )  # all of them are held: of two owners who demote each other at once, one is left
    if admin_id not in held:
        raise NotFound()
    if role is not None and role not in ROLES:
        raise Invalid(NO_ROLE, fields={"role": NO_ROLE})
    owners = [one for one, name in held.items() if name == "owner"]
    if owners == [admin_id] and role != "owner":
        raise Invalid(LAST, fields={"role": LAST})
    theirs = (roles.c.site_id == site_id) & (roles.c.admin_id == admin_id)
    tx.execute(sa.delete(roles).where(theirs) if role is None else sa.update(roles).where(theirs).values(role=role))
    return held[admin_id] != role
