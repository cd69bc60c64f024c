"""The admin's door: signing in and out, the list of one's sites."""

import json

import sqlalchemy as sa
from flask import Response, redirect, request

from afterlike import tables
from afterlike.clock import now
from afterlike.errors import Invalid, NotFound, NotSignedIn, TooMany
from afterlike.sites import admins, passkeys
from afterlike.sites.entering import entered
from afterlike.sites.guard import (
    SESSION_COOKIE,
    Admin,
    SignInFirst,
    admin_or_none,
    check_form,
    cookie,
    signed_in,
)
from afterlike.sites.logbook import audit_account
from afterlike.sites.sessions import end_session
from afterlike.sites.tongue import counts, says
from afterlike.web import answer, house, network, page, peer, told


def front() -> Response:
    """What stands at the root: nothing for visitors, the way in for admins."""
    return redirect("/admin/", 303)


def home() -> Response:
    """The sites one may see; straight to the only one."""
    admin = signed_in()
    with house().db.read() as tx:
        mine = sites_of(tx, admin.id)
    if len(mine) == 1:
        return redirect(f"/admin/sites/{mine[0].key}", 303)
    return page("sites/home.html", mine=mine, may_add=any(site.role == "owner" for site in mine))


def sites_of(tx: sa.Connection, admin_id: int) -> list:
    sites, roles = tables.sites.c, tables.roles.c
    return tx.execute(
        sa.select(sites.key, sites.name, roles.role)
        .join_from(tables.sites, tables.roles)
        .where(roles.admin_id == admin_id)
        .order_by(sites.name)
    ).all()


def sign_in_page() -> Response:
    return redirect("/admin/", 303) if admin_or_none() else _sign_in()


def sign_in() -> Response:
    """By password; a wrong one is told in the same words and time as an unknown address."""
    check_form()
    email, password = request.form.get("email", ""), request.form.get("password", "")
    try:
        spend("password", email)
    except TooMany as many:
        return _too_many(many, email)
    admin_id = admins.admin_with_password(house().db, email, password)
    if admin_id is None:
        return _sign_in(error=says("The address or the password is wrong."), email=email, status=422)
    return entered(admin_id, "password")


def sign_in_by_mail() -> Response:
    """Asks for a link; the answer is the same whether or not the address is an admin's."""
    check_form()
    email = request.form.get("email", "")
    try:
        email = admins.plain_email(email)
        spend("link", email)
    except Invalid as wrong:
        return _sign_in(error=wrong.sentence, email=email, status=422)
    except TooMany as many:
        return _too_many(many, email)
    house().db.write(admins.ask_for_link, (email, now()))
    return page("sites/link_sent.html", email=email, no_mail=not house().config.smtp_url)


def link_page(token: str) -> Response:
    """Shows one button: mail scanners follow links, and must not use them up."""
    with house().db.read() as tx:
        holder = admins.link_holder(tx, token, now())
    if holder is None:
        return _gone()
    shown = page("sites/link.html", token=token)
    shown.headers["Referrer-Policy"] = "no-referrer"
    return shown


def use_link(token: str) -> Response:
    check_form()
    holder = house().db.write(admins.use_links, (token, now()))
    return _gone() if holder is None else entered(holder, "link")


def passkey_options() -> Response:
    """A challenge for whoever has a passkey; for the page's script."""
    check_form()
    place = passkeys.place_of(house().config.address)
    if place is None:
        raise NotFound()
    house().limits.spend("sign_in", "passkey", "network", network(peer(request)) or "loopback")
    return answer(json.loads(passkeys.to_sign_in(place, house().db.write(passkeys.challenge, (None, now())))))


def sign_in_with_passkey() -> Response:
    """Whoever was seen to press their passkey needs neither password nor code."""
    check_form()
    place = passkeys.place_of(house().config.address)
    if place is None:
        raise NotFound()
    house().limits.spend("sign_in", "passkey answer", "network", network(peer(request)) or "loopback")
    signed = passkeys.Signed(place, request.form.get("credential", ""), now())
    admin_id = house().db.write(passkeys.sign_in, signed)
    if admin_id is None:
        wrong = says("This passkey is not known here, or it took too long. Try again, or sign in another way.")
        return _sign_in(error=wrong, status=422)
    return entered(admin_id, "passkey", is_whole=True)


def sign_out() -> Response:
    check_form()
    if token := request.cookies.get(SESSION_COOKIE):
        house().db.write(_sign_out, (admin_or_none(), token))
    gone = redirect("/admin/sign-in", 303)
    cookie(gone, SESSION_COOKIE, "", max_age=0)
    return gone


def _sign_out(tx: sa.Connection, items: list[tuple[Admin | None, str]]) -> list[None]:
    for admin, token in items:
        end_session(tx, [token])
        if admin is not None:
            audit_account(tx, admin.id, "signed_out")
    return [None] * len(items)


def ask_to_sign_in(_raised: SignInFirst) -> Response:
    """What SignInFirst becomes: the sign-in page, or an error for a form that cannot be repeated there."""
    if request.method in ("GET", "HEAD"):
        return redirect("/admin/sign-in", 303)
    return told(NotSignedIn(says("You are signed out, so nothing was changed. Sign in and do it again.")))


def _sign_in(*, error: str | None = None, email: str = "", status: int = 200) -> Response:
    has_passkeys = passkeys.place_of(house().config.address) is not None
    return page("sites/sign_in.html", status=status, error=error, email=email, has_passkeys=has_passkeys)


def spend(what: str, email: str) -> None:
    limits = house().limits
    limits.spend("sign_in", what, "address", email.strip().lower()[:254])
    limits.spend("sign_in", what, "network", network(peer(request)) or "loopback")


def _gone() -> Response:
    return _sign_in(error=says("This link was used already or is too old. Ask for a new one below."), status=410)


def _too_many(many: TooMany, email: str) -> Response:
    minutes = max(1, round(many.retry_after / 60))
    told = counts("Too many tries. Wait a minute and try again.", "Too many tries. Wait {n} minutes and try again.", minutes)
    return _sign_in(error=told.format(n=minutes), email=email, status=429)
