"""Passkeys in Chromium with an authenticator of its own making: made, named, signed in with, removed, never replayed."""

import pytest
import sqlalchemy as sa
from admin.desk import Desk, enter, hire, sign_in_link, signed_in
from conftest import ADMIN
from followup.making import behind
from playwright.sync_api import expect

from afterlike import tables
from afterlike.sites import passkeys
from parts.product import Server, make_site


@pytest.fixture(scope="module")
def named(tmp_path_factory):
    """A server under a name, as passkeys need it."""
    running = Server(tmp_path_factory.mktemp("named"))
    running.settings |= {"public_url": f"http://localhost:{running.port}", "limit_sign_in": "1000/minute"}
    try:
        running.start()
        make_site(running, origin="https://shop.test", name="Shop", admin=ADMIN)
        yield running
    finally:
        running.close()


def authenticator(page, *, sees: bool = True) -> None:
    """A device in the browser that says yes to everything; one that does not see its owner cannot prove who pressed."""
    talk = page.context.new_cdp_session(page)
    talk.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": sees,
               "isUserVerified": sees, "automaticPresenceSimulation": True}
    talk.send("WebAuthn.addVirtualAuthenticator", {"options": options})


def test_a_passkey_is_made_named_used_and_removed(named, chromium, new_page):
    page = new_page(chromium)
    authenticator(page)
    enter(page, sign_in_link(named, ADMIN))
    page.goto(f"http://localhost:{named.port}/admin/account")
    page.get_by_role("textbox", name="Name of the new one").fill("My <b>key")
    page.get_by_role("button", name="Add a passkey").click()
    expect(page.get_by_role("status").filter(has_text="The passkey is kept.")).to_be_visible()
    page.get_by_text("Change My <b>key").click()
    page.get_by_role("textbox", name="Name", exact=True).fill("Blue key")
    page.get_by_role("button", name="Rename").click()
    expect(page.locator("bdi", has_text="Blue key")).to_be_visible()
    page.get_by_role("button", name="Sign out", exact=True).click()
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.wait_for_url("**/admin/sites/*")
    page.goto(f"http://localhost:{named.port}/admin/account")
    expect(page.get_by_text("with a passkey.")).to_be_visible()
    page.get_by_text("Change Blue key").click()
    page.get_by_role("button", name="Remove").click()
    expect(page.get_by_role("status").filter(has_text="removed")).to_be_visible()
    page.get_by_role("button", name="Sign out", exact=True).click()
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.get_by_role("alert")).to_contain_text("not known here")


def test_a_signed_challenge_works_once_and_only_as_it_was_signed(named, chromium, new_page):
    page = new_page(chromium)
    authenticator(page)
    enter(page, sign_in_link(named, ADMIN))
    page.goto(f"http://localhost:{named.port}/admin/account")
    page.get_by_role("button", name="Add a passkey").click()
    page.get_by_text("The passkey is kept.").wait_for()
    page.get_by_role("button", name="Sign out", exact=True).click()
    sent = []
    page.on("request", lambda request: sent.append(request) if request.url.endswith("/sign-in/passkey") else None)
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.wait_for_url("**/admin/sites/*")
    credential = sent[0].post_data_json["credential"]
    thief = Desk(named.url)
    replay = thief.post("/admin/sign-in/passkey", credential=credential)
    assert replay.status == 422 and thief.get("/admin/").to == "/admin/sign-in"
    for broken in ("", "{}", "[]", "null", '{"rawId": 1}', '{"rawId": "AA", "response": {"clientDataJSON": "AA"}}', "x" * 9000,
                   "[" * 9_000, '{"rawId": 1, "response": {"clientDataJSON": 1}}'):
        assert thief.post("/admin/sign-in/passkey", credential=broken).status == 422


def test_a_passkey_is_both_factors_in_one(named, chromium, new_page):
    """A password alone leads to the question for a code; the passkey does not, since it saw its owner."""
    hire(named, site_of(named), email="pia@shop.test", role="owner")
    page = new_page(chromium)
    authenticator(page)
    enter(page, sign_in_link(named, "pia@shop.test"))
    page.goto(f"http://localhost:{named.port}/admin/account")
    page.get_by_role("button", name="Add a passkey").click()
    page.get_by_text("The passkey is kept.").wait_for()
    with behind(named) as tx:
        pia = tx.scalar(sa.select(tables.admins.c.id).where(tables.admins.c.email == "pia@shop.test"))
        tx.execute(sa.insert(tables.two_factors).values(admin_id=pia, nonce="n", made_at=1, confirmed_at=1))
    link, desk = sign_in_link(named, "pia@shop.test"), Desk(named.url)
    assert desk.post(link.replace("localhost", "127.0.0.1"), proof=desk.get("/admin/sign-in").proof).to == "/admin/sign-in/second"
    page.get_by_role("button", name="Sign out", exact=True).click()
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.wait_for_url("**/admin/sites/*")


def site_of(named) -> str:
    with behind(named) as tx:
        return tx.scalar(sa.select(tables.sites.c.key))


def test_without_script_no_form_is_shown_that_could_not_work(named, chromium, new_page):
    page = new_page(chromium, java_script_enabled=False)
    page.goto(f"http://localhost:{named.port}/admin/sign-in")
    expect(page.get_by_role("button", name="Sign in", exact=True)).to_be_visible()
    expect(page.get_by_role("button", name="Sign in with a passkey")).to_be_hidden()
    enter(page, sign_in_link(named, ADMIN))
    page.goto(f"http://localhost:{named.port}/admin/account")
    expect(page.get_by_role("heading", name="Passkeys")).to_be_visible()
    expect(page.get_by_role("button", name="Add a passkey")).to_be_hidden()


def test_a_device_that_does_not_see_its_owner_makes_none(named, chromium, new_page):
    with behind(named) as tx:
        before = tx.scalar(sa.select(sa.func.count()).select_from(tables.passkeys))
    page = new_page(chromium, errors=True)
    authenticator(page, sees=False)
    enter(page, sign_in_link(named, ADMIN))
    page.goto(f"http://localhost:{named.port}/admin/account")
    page.get_by_role("button", name="Add a passkey").click()
    expect(page.locator("main").get_by_text("No passkey was made.")).to_be_visible()
    with behind(named) as tx:
        assert tx.scalar(sa.select(sa.func.count()).select_from(tables.passkeys)) == before


def test_what_is_no_passkey_is_not_kept(named):
    desk = signed_in(named, ADMIN)
    for broken in ("", "{}", "null", '{"response": {"clientDataJSON": "e30"}}'):
        assert desk.post("/admin/account/passkeys", credential=broken).status == 422
    for path in ("/admin/account/passkeys/99", "/admin/account/passkeys/99/remove"):
        assert desk.post(path, name="x").status == 404


@pytest.mark.parametrize(("address", "host"), [
    ("https://likes.shop.test", "likes.shop.test"), ("https://likes.shop.test:8443", "likes.shop.test"),
    ("http://localhost:8000", "localhost"), ("http://likes.shop.test", None), ("http://127.0.0.1:8000", None),
    ("https://192.0.2.1", None), ("https://[2001:db8::1]", None),
])  # fmt: skip
def test_passkeys_want_a_name_and_https(address, host):
    place = passkeys.place_of(address)
    assert (place and place.host) == host and (place is None or place.origin == address)


def test_under_a_number_there_are_none(collector):
    desk = signed_in(collector.server, ADMIN)
    assert "Not here" in desk.get("/admin/account").words
    assert desk.post("/admin/account/passkeys/options").status == desk.post("/admin/account/passkeys").status == 404
    assert Desk(collector.url).post("/admin/sign-in/passkey/options").status == 404
