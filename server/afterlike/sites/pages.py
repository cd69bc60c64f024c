"""The admin's door: signing in and out, the list of one's sites, one's account."""

import sqlalchemy as sa
from flask import Response, redirect, request

from afterlike import tables
from afterlike.clock import HOUR, now
from afterlike.errors import Invalid, NotSignedIn, TooMany
from afterlike.sites import admins
from afterlike.sites.guard import (
    SESSION_COOKIE,
    Admin,
    SignInFirst,
    admin_or_none,
    check_form,
    cookie,
    signed_in,
)
from afterlike.web import house, network, page, peer, told

GONE = "This link was used already or is too old. Ask for a new one below."
WRONG = "The address or the password is wrong."


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
    return page("sites/home.html", mine=mine)


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
        _spend("password", email)
    except TooMany as many:
        return _sign_in(error=f"Too many tries. Wait {_minutes(many.retry_after)} and try again.", email=email, status=429)
    admin_id = admins.admin_with_password(house().db, email, password)
    if admin_id is None:
        return _sign_in(error=WRONG, email=email, status=422)
    return _with_session(house().db.write(admins.start_session, (admin_id, now(), _lives())))


def sign_in_by_mail() -> Response:
    """Asks for a link; the answer is the same whether or not the address is an admin's."""
    check_form()
    email = request.form.get("email", "")
    try:
        email = admins.plain_email(email)
        _spend("link", email)
    except Invalid as wrong:
        return _sign_in(error=wrong.sentence, email=email, status=422)
    except TooMany as many:
        return _sign_in(error=f"Too many tries. Wait {_minutes(many.retry_after)} and try again.", email=email, status=429)
    house().db.write(admins.ask_for_link, (email, now()))
    return page("sites/link_sent.html", email=email, no_mail=not house().config.smtp_url)


def link_page(token: str) -> Response:
    """Shows one button: mail scanners follow links, and must not use them up."""
    with house().db.read() as tx:
        holder = admins.link_holder(tx, token, now())
    if holder is None:
        return _sign_in(error=GONE, status=410)
    shown = page("sites/link.html", token=token)
    shown.headers["Referrer-Policy"] = "no-referrer"
    return shown


def use_link(token: str) -> Response:
    check_form()
    session = house().db.write(admins.use_links, (token, now(), _lives()))
    return _sign_in(error=GONE, status=410) if session is None else _with_session(session)


def sign_out() -> Response:
    check_form()
    if token := request.cookies.get(SESSION_COOKIE):
        house().db.write(admins.end_session, token)
    gone = redirect("/admin/sign-in", 303)
    cookie(gone, SESSION_COOKIE, "", max_age=0)
    return gone


def account() -> Response:
    return _account(signed_in(), saved="saved" in request.args)


def change_password() -> Response:
    """Needs the current password, unless this session began with a link (that is how a forgotten one is replaced)."""
    admin = signed_in()
    check_form()
    form = request.form
    try:
        if admin.has_password and admin.via != "link":
            _spend("password", admin.email)
            if admins.admin_with_password(house().db, admin.email, form.get("current", "")) is None:
                raise Invalid("The current password is wrong.")
        if form.get("password") != form.get("again"):
            raise Invalid("The two new passwords are not the same.")
        hashed = admins.hashed_password(form.get("password", ""))
    except Invalid as wrong:
        return _account(admin, error=wrong.sentence, status=422)
    house().db.write(admins.set_password, (admin.id, hashed, request.cookies[SESSION_COOKIE]))
    return redirect("/admin/account?saved", 303)


def ask_to_sign_in(_raised: SignInFirst) -> Response:
    """What SignInFirst becomes: the sign-in page, or an error for a form that cannot be repeated there."""
    if request.method in ("GET", "HEAD"):
        return redirect("/admin/sign-in", 303)
    return told(NotSignedIn("You are signed out, so nothing was changed. Sign in and do it again."))


def _sign_in(*, error: str | None = None, email: str = "", status: int = 200) -> Response:
    return page("sites/sign_in.html", status=status, error=error, email=email)


def _account(admin: Admin, *, saved: bool = False, error: str | None = None, status: int = 200) -> Response:
    rule = {"shortest": admins.SHORTEST_PASSWORD, "longest": admins.LONGEST_PASSWORD}
    return page("sites/account.html", status=status, me=admin, saved=saved, error=error, **rule)


def _with_session(token: str) -> Response:
    welcome = redirect("/admin/", 303)
    cookie(welcome, SESSION_COOKIE, token, max_age=_lives() // 1000)
    return welcome


def _lives() -> int:
    return house().config.session_hours * HOUR


def _spend(what: str, email: str) -> None:
    limits = house().limits
    limits.spend("sign_in", what, "address", email.strip().lower()[:254])
    limits.spend("sign_in", what, "network", network(peer(request)) or "loopback")


def _minutes(seconds: int) -> str:
    minutes = max(1, round(seconds / 60))
    return "a minute" if minutes == 1 else f"{minutes} minutes"
