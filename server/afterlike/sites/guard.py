"""Who is signed in, whether they may do this here, and whether the form they sent is ours."""

import secrets
from dataclasses import dataclass

import sqlalchemy as sa
from flask import Response, g, request

from afterlike import tables
from afterlike.clock import now
from afterlike.errors import NotFound, Refused
from afterlike.signing import token_hash
from afterlike.sites import sessions
from afterlike.sites.store import Site, site_named
from afterlike.sites.tongue import says
from afterlike.web import house
from afterlike.words import marked

ROLES = ("owner", "editor", "viewer")
SESSION_COOKIE = "__Host-afterlike"
FORM_COOKIE = "__Host-afterlike-form"  # what a form is bound to before anybody is signed in
EXPIRED = marked("This form is too old or did not come from our page. Go back, reload the page and try again.")


@dataclass(frozen=True)
class Admin:
    id: int
    email: str
    via: str  # link | password | passkey: how this session began
    has_password: bool
    locale: str | None = None  # of the admin pages; None is the browser's
    session: int = 0


class SignInFirst(Exception):
    """Nobody is signed in; pages.py answers with the sign-in page."""


def admin_or_none() -> Admin | None:
    """The admin of the request's session cookie."""
    token = request.cookies.get(SESSION_COOKIE)
    if not token:
        return None
    if "admin" not in g:
        with house().db.read() as tx:
            g.admin, unseen = _of_session(tx, token)
        if unseen:
            sessions.note_seen(house().db, g.admin.session, now())
    return g.admin


def _of_session(tx: sa.Connection, token: str) -> tuple[Admin | None, bool]:
    """The admin, and whether it is some time since they were last seen."""
    kept, admins = tables.sessions.c, tables.admins.c
    row = tx.execute(
        sa.select(admins.id, admins.email, admins.password_hash, admins.locale, kept.via, kept.id.label("session"), kept.seen_at)
        .join_from(tables.sessions, tables.admins)
        .where(kept.token_hash == token_hash(token), kept.ends_at > now())
    ).first()
    if row is None:
        return None, False
    found = Admin(row.id, row.email, row.via, row.password_hash is not None, row.locale, row.session)
    return found, now() - (row.seen_at or 0) > sessions.SEEN_EVERY


def signed_in() -> Admin:
    """The admin; raises SignInFirst."""
    admin = admin_or_none()
    if admin is None:
        raise SignInFirst
    return admin


def on_site(key: str, least: str = "viewer") -> tuple[Admin, Site, str]:
    """The admin, the site and the admin's role there.

    Raises SignInFirst; NotFound for a site that is not there or not theirs, in the same words; Refused when the role
    is less than `least`.
    """
    admin = signed_in()
    with house().db.read() as tx:
        site = site_named(tx, key)
        role = site and tx.scalar(
            sa.select(tables.roles.c.role).where(tables.roles.c.admin_id == admin.id, tables.roles.c.site_id == site.id)
        )
    if not role:
        raise NotFound()
    if ROLES.index(role) > ROLES.index(least):
        given = {"role": role, "least": least, "site": site.name}
        raise Refused(says("Your role here is {role}; this needs {least}. Ask an owner of {site}.", **given))
    return admin, site, role


def form_proof() -> str:
    """The hidden field of every form: bound to the session, or to a cookie of its own before sign-in."""
    return house().keyring.proof("form", _bound_to())


def check_form() -> None:
    """Raises Refused unless the form was made by our page for this browser."""
    proof, bound = request.form.get("proof", ""), request.cookies.get(SESSION_COOKIE) or request.cookies.get(FORM_COOKIE)
    if not bound or not house().keyring.proves("form", bound, proof):
        raise Refused(EXPIRED, reason="form")


def _bound_to() -> str:
    bound = request.cookies.get(SESSION_COOKIE) or request.cookies.get(FORM_COOKIE)
    if not bound:
        bound = g.setdefault("form_cookie", secrets.token_urlsafe(16))
    return bound


def remember_form(response: Response) -> Response:
    """Sets the form's cookie where `form_proof` had to make one."""
    if made := g.get("form_cookie"):
        cookie(response, FORM_COOKIE, made)
    return response


def cookie(response: Response, name: str, value: str, *, max_age: int | None = None) -> None:
    response.set_cookie(name, value, max_age=max_age, path="/", secure=True, httponly=True, samesite="Lax")


