"""The last step of signing in: who has a second factor is asked for it, whatever came before; then a session begins.

What stands between the two is a signed word in a cookie of its own, good for ten minutes and for nothing else.
"""

from dataclasses import dataclass

import sqlalchemy as sa
from flask import Response, redirect, request

from afterlike.clock import HOUR, now
from afterlike.errors import TooMany
from afterlike.signing import BadToken, Keyring
from afterlike.sites import second, sessions
from afterlike.sites.guard import SESSION_COOKIE, check_form, cookie
from afterlike.sites.logbook import audit_account
from afterlike.web import house, network, page, peer

HALF_COOKIE = "__Host-afterlike-half"
HALF_LIVES_S = 600


@dataclass(frozen=True, slots=True)
class Entry:
    """An admin who proved the first factor; `code` is what they typed as the second."""

    admin_id: int
    via: str
    browser: str | None
    hours: int
    keyring: Keyring
    now: int
    code: str | None = None
    is_whole: bool = False  # a passkey that saw its owner is both factors


def entered(admin_id: int, via: str, *, is_whole: bool = False) -> Response:
    """A session, or the question for the second factor."""
    token = house().db.write(enter, _entry(admin_id, via, is_whole=is_whole))
    if token is not None:
        return welcome(token)
    half = redirect("/admin/sign-in/second", 303)
    cookie(half, HALF_COOKIE, house().keyring.sign("half", [admin_id, via]), max_age=HALF_LIVES_S)
    return half


def enter(tx: sa.Connection, items: list[Entry]) -> list[str | None]:
    """A new session's token; None where the second factor is missing or wrong."""
    return [_enter(tx, item) for item in items]


def _enter(tx: sa.Connection, entry: Entry) -> str | None:
    if not entry.is_whole and second.is_on(tx, entry.admin_id):
        given = second.Given(entry.admin_id, entry.code or "", entry.keyring, entry.now)
        if entry.code is None or not second.passes(tx, given):
            return None
    audit_account(tx, entry.admin_id, "signed_in")
    ends_at = entry.now + entry.hours * HOUR
    return sessions.begin(tx, sessions.Beginning(entry.admin_id, entry.via, entry.now, ends_at, entry.browser))


def second_page() -> Response:
    """Asks for the code of one's device, or a recovery code."""
    return _ask() if _half() else redirect("/admin/sign-in", 303)


def give_second() -> Response:
    check_form()
    half = _half()
    if half is None:
        return redirect("/admin/sign-in", 303)
    admin_id, via = half
    try:
        spend_second(admin_id)
    except TooMany as many:
        return _ask(many=many)
    token = house().db.write(enter, _entry(admin_id, via, code=request.form.get("code", "")[:100]))
    if token is None:
        return _ask(error=second.WRONG)
    shown = welcome(token)
    cookie(shown, HALF_COOKIE, "", max_age=0)
    return shown


def spend_second(admin_id: int) -> None:
    """Counts one try; raises TooMany."""
    house().limits.spend("sign_in", "second", "admin", str(admin_id))
    house().limits.spend("sign_in", "second", "network", network(peer(request)) or "loopback")


def welcome(token: str) -> Response:
    """Into the pages, with the session's cookie."""
    shown = redirect("/admin/", 303)
    cookie(shown, SESSION_COOKIE, token, max_age=house().config.session_hours * HOUR // 1000)
    return shown


def _entry(admin_id: int, via: str, **more) -> Entry:
    browser = sessions.browser_named(request.headers.get("User-Agent", ""))
    return Entry(admin_id, via, browser, house().config.session_hours, house().keyring, now(), **more)


def _half() -> tuple[int, str] | None:
    try:
        admin_id, via = house().keyring.unsign("half", request.cookies.get(HALF_COOKIE, ""), max_age_s=HALF_LIVES_S)
    except BadToken:
        return None
    return admin_id, via


def _ask(*, error: str | None = None, many: TooMany | None = None) -> Response:
    shown = page("sites/second.html", status=429 if many else 422 if error else 200, error=error, many=many)
    if many:
        shown.headers["Retry-After"] = str(many.retry_after)
    return shown
