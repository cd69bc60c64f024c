"""Invitations to a site: bound to an address and a role, mailed, good once and for a week. Whoever invites sees no link."""

from dataclasses import dataclass

import sqlalchemy as sa

from afterlike import outbox, tables
from afterlike.clock import DAY, now
from afterlike.errors import Invalid, Later, Needless, Never, NotFound, stated
from afterlike.mail import post, way_out
from afterlike.signing import new_token, token_hash
from afterlike.sites.admins import add_admin, plain_email
from afterlike.sites.guard import ROLES
from afterlike.sites.logbook import audit
from afterlike.sites.team import NO_ROLE
from afterlike.web import House

LIVES = 7 * DAY
HAS_ROLE = stated("This admin has a role here already; change it in the list.")
MOST_OPEN = 50
NO_MAIL = "This server sends no mail. Whoever runs it can print the link: afterlike sign-in-link ADDRESS"


@dataclass(frozen=True, slots=True)
class Wish:
    """An owner's wish that somebody join a site."""

    site_id: int
    email: str
    role: str
    by: int
    now: int


def invite(tx: sa.Connection, items: list[Wish]) -> list[int]:
    """Invites, and promises the mail; an open invitation of the same address is replaced. The id of the invitation."""
    return [_invite(tx, item) for item in items]


def _invite(tx: sa.Connection, wish: Wish) -> int:
    email, rows = plain_email(wish.email), tables.invitations
    if wish.role not in ROLES:
        raise Invalid(NO_ROLE, fields={"role": NO_ROLE})
    if _has_role(tx, wish.site_id, email):
        raise Invalid(HAS_ROLE, fields={"email": HAS_ROLE})
    same = _open(wish.now) & (rows.c.site_id == wish.site_id)
    tx.execute(sa.update(rows).where(same, rows.c.email == email).values(revoked_at=wish.now))
    if tx.scalar(sa.select(sa.func.count()).where(same)) >= MOST_OPEN:
        sentence = stated("{most} invitations are open. Take one back first.", most=MOST_OPEN)
        raise Invalid(sentence, fields={"email": sentence})
    new = {"site_id": wish.site_id, "email": email, "role": wish.role, "invited_by": wish.by, "made_at": wish.now,
           "ends_at": wish.now + LIVES}
    made = tx.scalar(sa.insert(rows).values(new).returning(rows.c.id))
    outbox.put(tx, "invitation", {"invitation": made}, now=wish.now)
    return made


def _has_role(tx: sa.Connection, site_id: int, email: str) -> bool:
    roles, admins = tables.roles.c, tables.admins.c
    asked = sa.select(roles.role).join_from(tables.roles, tables.admins)
    return tx.scalar(asked.where(admins.email == email, roles.site_id == site_id)) is not None


def _open(at: int) -> sa.ColumnElement[bool]:
    rows = tables.invitations.c
    return rows.used_at.is_(None) & rows.revoked_at.is_(None) & (rows.ends_at > at)


def invitations_of(tx: sa.Connection, site_id: int, at: int) -> list[sa.Row]:
    """The open ones of a site, newest first."""
    rows = tables.invitations
    return tx.execute(sa.select(rows).where(rows.c.site_id == site_id, _open(at)).order_by(rows.c.id.desc())).all()


def revoke(tx: sa.Connection, items: list[tuple[int, int, int]]) -> list[None | NotFound]:
    """For each (site id, invitation id, now): its link does not work any more."""
    rows = tables.invitations
    return [
        None if tx.execute(
            sa.update(rows).where(rows.c.id == one, rows.c.site_id == site_id, _open(at)).values(revoked_at=at)
        ).rowcount else NotFound()
        for site_id, one, at in items
    ]


def mail_again(tx: sa.Connection, items: list[tuple[int, int, int]]) -> list[None | NotFound]:
    """For each (site id, invitation id, now): a new mail with a new link, for a week from now; the old link ends."""
    answers: list[None | NotFound] = []
    rows = tables.invitations
    for site_id, one, at in items:
        renewed = {"token_hash": None, "ends_at": at + LIVES, "mailed_at": None, "unsent": None}
        found = tx.execute(sa.update(rows).where(rows.c.id == one, rows.c.site_id == site_id, _open(at)).values(renewed))
        if found.rowcount:
            outbox.put(tx, "invitation", {"invitation": one}, now=at)
        answers.append(None if found.rowcount else NotFound())
    return answers


def send_invitation(house: House, payload: dict) -> None:
    """The outbox's sender of "invitation"; raises Needless for one that is used, taken back or too old."""
    one = payload["invitation"]
    ready = house.db.write(prepare, (one, house.config.address, now()))
    if ready is None:
        raise Needless("used, taken back or too old")
    try:
        if not house.config.smtp_url:
            raise Never(NO_MAIL)
        post(_letter(*ready), way_out(house.config))
    except (Later, Never) as failed:
        house.db.write(_note, (one, None, outbox.told(failed)))
        raise
    house.db.write(_note, (one, now(), None))


def prepare(tx: sa.Connection, items: list[tuple[int, str, int]]) -> list[tuple[str, str, str] | None]:
    """For each (invitation id, our address, now): whom to write, the site's name and a new link."""
    rows, sites = tables.invitations, tables.sites.c
    answers: list[tuple[str, str, str] | None] = []
    for one, address, at in items:
        token = new_token()
        renewed = sa.update(rows).where(rows.c.id == one, _open(at)).values(token_hash=token_hash(token))
        found = tx.execute(renewed.returning(rows.c.email, rows.c.site_id)).first()
        name = found and tx.scalar(sa.select(sites.name).where(sites.id == found.site_id))
        answers.append(found and (found.email, name, f"{address}/admin/invitations/{token}"))
    return answers


def link_for(tx: sa.Connection, items: list[tuple[str, str, int]]) -> list[str | None]:
    """For each (email, our address, now): a link to the newest open invitation of this address; for the command."""
    rows = tables.invitations.c
    answers: list[str | None] = []
    for email, address, at in items:
        one = tx.scalar(sa.select(sa.func.max(rows.id)).where(rows.email == email, _open(at)))
        [ready] = prepare(tx, [(one, address, at)]) if one else [None]
        answers.append(ready and ready[2])
    return answers


def _letter(email: str, site: str, link: str) -> dict:
    name = " ".join(site.split())
    text = (
        f"You are invited to {name} on Afterlike.\n\nOpen this page and press the button to accept:\n\n{link}\n\n"
        "It works once, for a week. If you do not know what this is about, ignore this mail.\n"
    )
    return {"to": email, "subject": f"You are invited to {name}", "text": text}


def _note(tx: sa.Connection, items: list[tuple[int, int | None, str | None]]) -> list[None]:
    for one, mailed_at, unsent in items:
        change = {"mailed_at": mailed_at, "unsent": unsent}
        tx.execute(sa.update(tables.invitations).where(tables.invitations.c.id == one).values(change))
    return [None] * len(items)


def invited(tx: sa.Connection, token: str, at: int) -> sa.Row | None:
    """(email, role, site) of an open invitation; looking uses nothing up."""
    rows, sites = tables.invitations.c, tables.sites
    asked = sa.select(rows.email, rows.role, sites.c.name.label("site")).join_from(tables.invitations, sites)
    return tx.execute(asked.where(rows.token_hash == token_hash(token), _open(at))).first()


def accept(tx: sa.Connection, items: list[tuple[str, int]]) -> list[int | None]:
    """For each (token, now): the admin who has the role now; None when the invitation is used, taken back or too old."""
    return [_accept(tx, *item) for item in items]


def _accept(tx: sa.Connection, token: str, at: int) -> int | None:
    rows = tables.invitations
    used = sa.update(rows).where(rows.c.token_hash == token_hash(token), _open(at)).values(used_at=at)
    row = tx.execute(used.returning(rows.c.id, rows.c.email, rows.c.role, rows.c.site_id)).first()
    if row is None:
        return None
    admin_id = add_admin(tx, email=row.email, site_id=row.site_id, role=row.role, now=at)
    audit(tx, row.site_id, admin_id, "invitation_accepted", row.id, at=at)
    return admin_id
