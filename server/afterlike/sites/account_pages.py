"""The admin's account: password, second factor, passkeys, where one is signed in, the language of the pages."""

import json

import segno
import sqlalchemy as sa
from flask import Response, redirect, request
from markupsafe import Markup

from afterlike import tables
from afterlike.clock import now
from afterlike.errors import Invalid, NotFound, TooMany
from afterlike.sites import admins, passkeys, second, sessions
from afterlike.sites.entering import spend_second
from afterlike.sites.guard import SESSION_COOKIE, Admin, check_form, signed_in
from afterlike.sites.logbook import audit_account
from afterlike.sites.pages import spend
from afterlike.sites.tongue import NAMES, says
from afterlike.web import answer, house, page

DONE = ("saved", "off", "passkey", "renamed", "removed", "ended", "language")


def account() -> Response:
    return _account(signed_in())


def change_password() -> Response:
    """Needs the current password in a session that began with it; by link or passkey a forgotten one is replaced."""
    admin = signed_in()
    check_form()
    form = request.form
    try:
        if admin.has_password and admin.via == "password":
            _is_theirs(admin, form.get("current", ""), says("The current password is wrong."))
        if form.get("password") != form.get("again"):
            raise Invalid(says("The two new passwords are not the same."))
        hashed = admins.hashed_password(form.get("password", ""))
    except Invalid as wrong:
        return _account(admin, error=wrong.sentence, wrong="password")
    house().db.write(admins.set_password, (admin.id, hashed, request.cookies[SESSION_COOKIE]))
    return redirect("/admin/account?saved", 303)


def set_language() -> Response:
    """Of the admin pages; empty is the browser's."""
    admin = signed_in()
    check_form()
    wanted = request.form.get("locale", "")
    house().db.write(admins.set_locale, (admin.id, wanted if wanted in NAMES else None))
    return redirect("/admin/account?done=language#language", 303)


def second_setup() -> Response:
    """The QR code and the field for the first code."""
    return _setup(signed_in())


def begin_second() -> Response:
    """Makes a secret; nothing is asked for until its first code was given."""
    admin = signed_in()
    check_form()
    house().db.write(second.start, (admin.id, now()))
    return redirect("/admin/account/two-factor", 303)


def confirm_second() -> Response:
    """Turns it on; the recovery codes are in this answer and in no other."""
    admin = signed_in()
    check_form()
    try:
        spend_second(admin.id)
        codes = house().db.write(second.confirm, _given(admin))
    except (Invalid, TooMany) as wrong:
        return _setup(admin, error=wrong)
    return page("sites/codes.html", codes=codes, is_new=True)


def make_codes() -> Response:
    """Ten new recovery codes; needs a code."""
    admin = signed_in()
    check_form()
    try:
        spend_second(admin.id)
        codes = house().db.write(second.new_codes, _given(admin))
    except (Invalid, TooMany) as wrong:
        return _account(admin, error=wrong.sentence, wrong="codes", status=_status(wrong))
    return page("sites/codes.html", codes=codes, is_new=False)


def turn_off_second() -> Response:
    """Needs the password or a code."""
    admin = signed_in()
    check_form()
    try:
        if password := request.form.get("password"):
            _is_theirs(admin, password, says("The password is wrong."))
            house().db.write(_off, (admin.id, None))
        else:
            spend_second(admin.id)
            house().db.write(_off, (admin.id, _given(admin)))
    except (Invalid, TooMany) as wrong:
        return _account(admin, error=wrong.sentence, wrong="off", status=_status(wrong))
    return redirect("/admin/account?done=off#two-factor", 303)


def _off(tx: sa.Connection, items: list[tuple[int, second.Given | None]]) -> list[None | Invalid]:
    """For each (admin id, code): turns it off; None is for a password that was right."""
    answers: list[None | Invalid] = []
    for admin_id, given in items:
        fine = given is None or second.passes(tx, given)
        answers.append(second.turn_off(tx, admin_id) if fine else Invalid(says(second.WRONG)))
    return answers


def passkey_options() -> Response:
    """What the page's script needs to make a passkey."""
    admin = signed_in()
    check_form()
    place = _place()
    with house().db.read() as tx:
        known = passkeys.passkeys_of(tx, admin.id)
    challenge = house().db.write(passkeys.challenge, (admin.id, now()))
    return answer(json.loads(passkeys.to_register(place, house().keyring, admin.id, admin.email, known, challenge)))


def add_passkey() -> Response:
    admin = signed_in()
    check_form()
    form = request.form
    signed = passkeys.Signed(_place(), form.get("credential", ""), now(), admin.id, form.get("name", ""))
    try:
        house().db.write(passkeys.register, signed)
    except Invalid as wrong:
        return _account(admin, error=wrong.sentence, wrong="passkey")
    return redirect("/admin/account?done=passkey#passkeys", 303)


def rename_passkey(id: int) -> Response:
    admin = signed_in()
    check_form()
    house().db.write(passkeys.rename, (admin.id, id, request.form.get("name", "")))
    return redirect("/admin/account?done=renamed#passkeys", 303)


def remove_passkey(id: int) -> Response:
    admin = signed_in()
    check_form()
    house().db.write(passkeys.remove, (admin.id, id))
    return redirect("/admin/account?done=removed#passkeys", 303)


def end_session(id: int) -> Response:
    """Signs one browser out; one's own too."""
    admin = signed_in()
    check_form()
    house().db.write(_end_one, (admin.id, id))
    return redirect("/admin/account?done=ended#sessions", 303)


def end_sessions() -> Response:
    """Signs out everywhere but here."""
    admin = signed_in()
    check_form()
    house().db.write(_end_others, (admin.id, admin.session))
    return redirect("/admin/account?done=ended#sessions", 303)


def _end_one(tx: sa.Connection, items: list[tuple[int, int]]) -> list[None | NotFound]:
    answers: list[None | NotFound] = []
    for admin_id, session_id in items:
        gone = sessions.end_of(tx, admin_id, session_id)
        answers.append(audit_account(tx, admin_id, "session_ended", session_id) if gone else NotFound())
    return answers


def _end_others(tx: sa.Connection, items: list[tuple[int, int]]) -> list[None]:
    for admin_id, but in items:
        audit_account(tx, admin_id, "session_ended", sessions.end_others(tx, admin_id, but))
    return [None] * len(items)


def _is_theirs(admin: Admin, password: str, sentence: str) -> None:
    spend("password", admin.email)
    if admins.admin_with_password(house().db, admin.email, password) is None:
        raise Invalid(sentence)


def _given(admin: Admin) -> second.Given:
    return second.Given(admin.id, request.form.get("code", "")[:100], house().keyring, now())


def _place() -> passkeys.Place:
    place = passkeys.place_of(house().config.address)
    if place is None:
        raise NotFound()
    return place


def _status(wrong: Invalid | TooMany) -> int:
    return 429 if isinstance(wrong, TooMany) else 422


def _setup(admin: Admin, *, error: Invalid | TooMany | None = None) -> Response:
    with house().db.read() as tx:
        shown = second.shown(tx, house().keyring, admin.id, admin.email)
    if shown is None:
        return redirect("/admin/account#two-factor", 303)
    secret = " ".join(shown.secret[place : place + 4] for place in range(0, len(shown.secret), 4))
    return page("sites/two_factor.html", status=_status(error) if error else 200, error=error and error.sentence, secret=secret,
                qr=Markup(segno.make(shown.address, error="m").svg_inline(scale=5, border=2, svgclass="qr", lineclass=None,
                                                                          dark="#000", light="#fff", omitsize=False)))


def _account(admin: Admin, *, error: str | None = None, wrong: str | None = None, status: int = 422) -> Response:
    with house().db.read() as tx:
        is_on, left = second.is_on(tx, admin.id), second.codes_left(tx, admin.id)
        keys, here = passkeys.passkeys_of(tx, admin.id), sessions.sessions_of(tx, admin.id, now())
        locale = tx.scalar(sa.select(tables.admins.c.locale).where(tables.admins.c.id == admin.id))
    done = "saved" if "saved" in request.args else request.args.get("done")
    return page(
        "sites/account.html", status=status if error else 200, me=admin, error=error, wrong=wrong, names=NAMES,
        locale=locale or "",
        done=done if done in DONE and not error else None, is_on=is_on, codes_left=left, passkeys=keys, sessions=here,
        has_passkeys=passkeys.place_of(house().config.address) is not None,
        shortest=admins.SHORTEST_PASSWORD, longest=admins.LONGEST_PASSWORD,
    )
