"""Signing in and out: by link, by password, never by guessing, never by a scanner, never from somebody else's form."""

import pytest
from admin.desk import Desk, sign_in_link, signed_in
from conftest import ADMIN

PASSWORD = "a pot of tea for two"


@pytest.fixture(scope="module")
def collector_settings():
    return {"limit_sign_in": "1000/minute"}


@pytest.fixture
def desk(collector) -> Desk:
    return Desk(collector.url)


@pytest.fixture
def inside(collector) -> Desk:
    return signed_in(collector.server, ADMIN)


def with_password(collector) -> Desk:
    desk = signed_in(collector.server, ADMIN)
    assert desk.post("/admin/account", password=PASSWORD, again=PASSWORD).to == "/admin/account?saved"
    return desk


def test_a_page_for_admins_leads_to_the_sign_in(desk):
    assert desk.get("/admin/").to == "/admin/sign-in"
    assert desk.get("/").to == "/admin/"


def test_a_link_works_once_and_only_by_its_button(collector, desk):
    link = sign_in_link(collector.server, ADMIN)
    scanner = Desk(collector.url)
    assert [scanner.get(link).status for _ in range(2)] == [200, 200]
    shown = desk.get(link)
    assert shown.headers["Referrer-Policy"] == "no-referrer" and shown.headers["Cache-Control"] == "no-store"
    assert desk.post(link, proof=shown.proof).to == "/admin/"
    again = Desk(collector.url).get(link)
    assert again.status == 410 and "used already" in again.words


def test_a_used_link_cannot_be_pressed_again(collector, desk):
    link = sign_in_link(collector.server, ADMIN)
    proof = desk.get(link).proof
    other = Desk(collector.url)
    others = other.get(link).proof
    assert desk.post(link, proof=proof).to == "/admin/"
    late = other.post(link, proof=others)
    assert late.status == 410 and "used already" in late.words and other.get("/admin/").to == "/admin/sign-in"


def test_the_only_site_is_opened_at_once(collector, inside):
    assert inside.get("/admin/").to == f"/admin/sites/{collector.site}"


def test_cookies_are_for_this_server_alone(collector, desk):
    link = sign_in_link(collector.server, ADMIN)
    [line] = [line for line in desk.post(link, proof=desk.get(link).proof).headers.get_all("Set-Cookie") if "form" not in line]
    assert line.startswith("__Host-") and {"Secure", "HttpOnly", "SameSite=Lax", "Path=/"} <= set(line.split("; "))


def test_a_password_signs_in(collector, desk):
    with_password(collector)
    assert desk.post("/admin/sign-in", email=f" {ADMIN.upper()} ", password=PASSWORD).to == "/admin/"
    assert desk.get("/admin/account").status == 200


@pytest.mark.parametrize(
    ("email", "password"), [(ADMIN, "not that one at all"), ("nobody@shop.test", PASSWORD), (ADMIN, "x" * 300)]
)
def test_a_wrong_password_and_an_unknown_address_are_told_alike(collector, desk, email, password):
    with_password(collector)
    refused = desk.post("/admin/sign-in", email=email, password=password)
    assert refused.status == 422 and "The address or the password is wrong." in refused.words
    assert 'role="alert"' in refused.text and f'value="{email}"' in refused.text and password not in refused.text
    assert desk.get("/admin/").to == "/admin/sign-in"


def test_a_copied_cookie_is_worth_nothing_after_sign_out(inside):
    thief = Desk(inside.url)
    thief.cookies = dict(inside.cookies)
    assert thief.get("/admin/account").status == 200
    assert inside.post("/admin/sign-out").to == "/admin/sign-in"
    assert thief.get("/admin/account").to == "/admin/sign-in"
    assert inside.get("/admin/").to == "/admin/sign-in"


def test_a_form_from_elsewhere_changes_nothing(inside):
    foreign = Desk(inside.url)
    foreign.get("/admin/sign-in")
    for proof in ("", "0" * 64, foreign.get("/admin/sign-in").proof):
        refused = inside.post("/admin/sign-out", proof=proof)
        assert refused.status == 403 and "too old or did not come from our page" in refused.words
    assert inside.get("/admin/account").status == 200


def test_a_sign_in_form_from_elsewhere_is_refused(desk):
    assert desk.post("/admin/sign-in", email=ADMIN, password=PASSWORD, proof="0" * 64).status == 403


def test_without_mail_the_page_says_what_to_do(desk):
    told = desk.post("/admin/sign-in/mail", email=ADMIN)
    assert told.status == 200 and f"afterlike sign-in-link {ADMIN}" in told.words
    assert desk.post("/admin/sign-in/mail", email="nobody@shop.test").words == told.words.replace(ADMIN, "nobody@shop.test")


def test_what_is_no_address_is_told_and_kept_for_the_next_try(desk):
    told = desk.post("/admin/sign-in/mail", email="ada<b>")
    assert told.status == 422 and 'role="alert"' in told.text and 'value="ada&lt;b&gt;"' in told.text


def test_a_change_of_password_ends_the_other_sessions(collector, inside):
    with_password(collector)
    assert inside.get("/admin/account").to == "/admin/sign-in"


def test_a_session_by_password_must_know_the_password_to_change_it(collector, desk):
    with_password(collector)
    desk.post("/admin/sign-in", email=ADMIN, password=PASSWORD)
    assert 'name="current"' in desk.get("/admin/account").text
    refused = desk.post("/admin/account", current="wrong", password="another one entirely", again="another one entirely")
    assert refused.status == 422 and "The current password is wrong." in refused.words
    assert desk.post("/admin/account", current=PASSWORD, password=PASSWORD, again=PASSWORD).to == "/admin/account?saved"


@pytest.mark.parametrize(
    ("password", "again", "sentence"),
    [
        ("short", "short", "12 to 200 characters"),
        (PASSWORD, "other", "not the same"),
        ("x" * 201, "x" * 201, "12 to 200 characters"),
    ],
)
def test_a_password_that_cannot_be_is_told(inside, password, again, sentence):
    refused = inside.post("/admin/account", password=password, again=again)
    assert refused.status == 422 and sentence in refused.words and password not in refused.text


def test_a_form_of_somebody_signed_out_is_told_not_redirected(desk):
    proof = desk.get("/admin/sign-in").proof
    lost = desk.post("/admin/account", proof=proof, password=PASSWORD, again=PASSWORD)
    assert lost.status == 401 and "nothing was changed" in lost.words


def test_guessing_ends_soon(server, site):
    running = server(limit_sign_in="3/5minutes")
    site(running)
    desk = Desk(running.url)
    tries = [desk.post("/admin/sign-in", email=ADMIN, password=f"guess {n}") for n in range(4)]
    assert [one.status for one in tries] == [422, 422, 422, 429]
    assert "Too many tries. Wait 5 minutes" in tries[-1].words and f'value="{ADMIN}"' in tries[-1].text


def test_an_admin_of_two_sites_sees_both_named(server, site):
    running = server()
    site(running, name="First <shop>")
    site(running, name="Second", origin="https://second.test")
    home = signed_in(running, ADMIN).get("/admin/")
    assert home.status == 200 and "First <shop>" in home.words and "<shop>" not in home.text and "Second" in home.words
