"""Whatever an admin does to their own account stands in the log of their site: every POST face of the account is asked."""

import re

import pyotp
import pytest
import sqlalchemy as sa
from admin.desk import Desk, enter, sign_in_link
from conftest import ADMIN
from followup.making import behind
from playwright.sync_api import expect
from sites.test_passkeys import authenticator, named

from afterlike import tables
from afterlike.app import FACES
from afterlike.clock import SECOND, now

__all__ = ["named"]  # a fixture

PASSWORD = "a pot of tea for two"
OF_AN_ACCOUNT = {f"{face.method} {face.path}" for face in FACES
                 if face.method == "POST" and face.path.startswith(("/admin/account", "/admin/sign-out"))}  # fmt: skip
KEEPS_NOTHING = {"POST /admin/account/passkeys/options"}  # a challenge of five minutes; what it is for is recorded
LOGGED = {  # face -> what it leaves in the log
    "POST /admin/account":                            "password_changed",
    "POST /admin/account/language":                   "language_changed",
    "POST /admin/account/passkeys":                   "passkey_added",
    "POST /admin/account/passkeys/<int:id>":          "passkey_renamed",
    "POST /admin/account/passkeys/<int:id>/remove":   "passkey_removed",
    "POST /admin/account/two-factor/begin":           "two_factor_begun",
    "POST /admin/account/two-factor":                 "two_factor_on",
    "POST /admin/account/two-factor/codes":           "recovery_codes_made",
    "POST /admin/account/two-factor/off":             "two_factor_off",
    "POST /admin/account/sessions/<int:id>/end":      "session_ended",
    "POST /admin/account/sessions/end":               "session_ended",
    "POST /admin/sign-out":                           "signed_out",
}  # fmt: skip


def test_every_post_face_of_the_account_is_asked():
    assert LOGGED.keys() | KEEPS_NOTHING == OF_AN_ACCOUNT


@pytest.fixture(scope="module")
def keyholder(named, chromium):
    """A desk with the session of a real browser, in which a passkey was made."""
    page = chromium.new_context().new_page()
    authenticator(page)
    enter(page, sign_in_link(named, ADMIN))
    page.goto(f"http://localhost:{named.port}/admin/account")
    page.get_by_role("button", name="Add a passkey").click()
    expect(page.get_by_role("status").filter(has_text="The passkey is kept.")).to_be_visible()
    desk = Desk(named.url)
    desk.cookies = {cookie["name"]: cookie["value"] for cookie in page.context.cookies()}
    page.context.close()
    return desk


def log_of(named) -> list[str]:
    with behind(named) as tx:
        return list(tx.scalars(sa.select(tables.audit.c.kind).order_by(tables.audit.c.id)))


def code_of(named, desk: Desk) -> str:
    """Of the device; the last one's step is forgotten, since the clock of a test does not wait."""
    with behind(named) as tx:
        tx.execute(sa.update(tables.two_factors).values(last_step=None))
    return desk.totp.at(now() // SECOND)


def test_each_leaves_a_row_in_the_log_of_the_site(named, keyholder):
    assert "passkey_added" in log_of(named)
    with behind(named) as tx:
        key = tx.scalar(sa.select(tables.passkeys.c.id))
    silent = []
    for face, kind in LOGGED.items():
        if kind == "passkey_added":
            continue
        if kind == "session_ended":
            other = Desk(named.url)
            link = sign_in_link(named, ADMIN).replace("localhost", "127.0.0.1")
            other.post(link, proof=other.get("/admin/sign-in").proof)
        with behind(named) as tx:
            session = tx.scalar(sa.select(sa.func.max(tables.sessions.c.id)))
        if kind == "two_factor_on":
            shown = keyholder.get("/admin/account/two-factor").text
            keyholder.totp = pyotp.TOTP(re.search(r'class="secret">([A-Z2-7 ]+)<', shown)[1].replace(" ", ""))
        code = code_of(named, keyholder) if kind in ("two_factor_on", "recovery_codes_made", "two_factor_off") else ""
        before = len(log_of(named))
        path = face.removeprefix("POST ").replace("<int:id>", str(session if "sessions" in face else key))
        reply = keyholder.post(path, locale="id", name="Blue key", password=PASSWORD if path == "/admin/account" else "",
                               again=PASSWORD, code=code)
        assert reply.status in (200, 303), f"{face}: {reply.status} {reply.words}"
        if log_of(named)[before:] != [kind]:
            silent.append((face, log_of(named)[before:]))
    assert silent == []


def test_what_changes_nothing_is_not_recorded(named):
    desk = Desk(named.url)
    desk.cookies = {}
    link = sign_in_link(named, ADMIN).replace("localhost", "127.0.0.1")
    desk.post(link, proof=desk.get("/admin/sign-in").proof)
    desk.post("/admin/account/language", locale="en")
    before = log_of(named)
    desk.post("/admin/account/language", locale="en")
    desk.post("/admin/account/passkeys/999999", name="Nobody's")
    desk.post("/admin/account/passkeys/999999/remove")
    desk.post("/admin/account/sessions/999999/end")
    assert log_of(named) == before
