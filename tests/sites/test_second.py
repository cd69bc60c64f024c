"""S10: the second factor cannot be skipped, guessed or used twice; recovery codes work once; the rest of one's account."""

import re
from html import unescape

import pyotp
import pytest
import sqlalchemy as sa
from admin.desk import Desk, hire, sign_in_link, signed_in
from conftest import ADMIN
from followup.making import behind
from ground.making import NOW, Aside, opened

from afterlike import sites, tables
from afterlike.clock import SECOND, now
from afterlike.errors import Invalid
from afterlike.signing import Keyring
from afterlike.sites import second, sessions
from parts.product import Collector

RING = Keyring(["s" * 32], b"pepper")
PASSWORD = "a pot of tea for two"


@pytest.fixture
def database(database_url):
    with opened(database_url) as made:
        yield made


def given(who: int, code: str, at: int = NOW) -> second.Given:
    return second.Given(who, code, RING, at)


def device(tx, who: int) -> pyotp.TOTP:
    return pyotp.TOTP(second.shown(tx, RING, who, "ada@shop.test").secret)


def code_at(totp: pyotp.TOTP, at: int) -> str:
    return totp.at(at // SECOND)


def an_admin(tx) -> int:
    site = sites.add_site(tx, name="Shop", origins=[], now=NOW)
    return sites.add_admin(tx, email="ada@shop.test", site_id=site.id, role="owner", now=NOW)


def with_device(tx) -> tuple[int, pyotp.TOTP, list[str]]:
    who = an_admin(tx)
    second.start(tx, [(who, NOW)])
    totp = device(tx, who)
    [codes] = second.confirm(tx, [given(who, code_at(totp, NOW))])
    return who, totp, codes


def test_it_is_asked_for_from_its_first_code_on(database):
    with database.engine.begin() as tx:
        who = an_admin(tx)
        second.start(tx, [(who, NOW)])
        totp = device(tx, who)
        assert not second.is_on(tx, who)
        assert isinstance(second.confirm(tx, [given(who, "000000")])[0], Invalid) and not second.is_on(tx, who)
        assert len(second.confirm(tx, [given(who, code_at(totp, NOW))])[0]) == 10 and second.is_on(tx, who)
        assert second.shown(tx, RING, who, "x") is None, "the secret was shown again"
        before = tx.scalar(sa.select(tables.two_factors.c.nonce))
        second.start(tx, [(who, NOW)])
        assert tx.scalar(sa.select(tables.two_factors.c.nonce)) == before, "a secret in use was replaced"


def test_a_code_is_good_for_a_step_around_now_and_only_once(database):
    with database.engine.begin() as tx:
        who, totp, _ = with_device(tx)
        later = NOW + 600 * SECOND
        for off in (-60, 60, 120):
            assert not second.passes(tx, given(who, code_at(totp, later + off * SECOND), later))
        assert second.passes(tx, given(who, code_at(totp, later), later))
        assert not second.passes(tx, given(who, code_at(totp, later), later))
        assert not second.passes(tx, given(who, code_at(totp, later - 30 * SECOND), later)), "an earlier one after a later one"
        assert second.passes(tx, given(who, code_at(totp, later + 30 * SECOND), later))


def test_the_code_that_turned_it_on_does_not_sign_in(database):
    with database.engine.begin() as tx:
        who, totp, _ = with_device(tx)
        assert not second.passes(tx, given(who, code_at(totp, NOW)))


def test_of_two_that_give_a_code_at_once_one_gets_in(database):
    with database.engine.begin() as tx:
        who, totp, codes = with_device(tx)
    for code in (code_at(totp, NOW + 60 * SECOND), codes[0]):
        tries = [
            Aside(lambda code=code: database.write(lambda tx, items: [second.passes(tx, one) for one in items],
                                                   given(who, code, NOW + 60 * SECOND)))
            for _ in range(8)
        ]
        assert sum(one.result() for one in tries) == 1


def test_a_recovery_code_works_once_however_it_is_typed(database):
    with database.engine.begin() as tx:
        who, _, codes = with_device(tx)
        assert second.passes(tx, given(who, f" {codes[3].upper()} ")) and not second.passes(tx, given(who, codes[3]))
        assert second.passes(tx, given(who, codes[4].replace("-", ""))) and second.codes_left(tx, who) == 8
        kept = [row.hash for row in tx.execute(sa.select(tables.recovery_codes))]
        assert len(set(kept)) == 10 and not any(code.replace("-", "").encode() in bytes(kept[0]) for code in codes)
        for wrong in ("", "-", codes[5][:-1], "aaaa-aaaa-aaaa-aaaa"):
            assert not second.passes(tx, given(who, wrong))
        second.turn_off(tx, who)
        assert not second.is_on(tx, who) and not second.passes(tx, given(who, codes[6]))


def test_another_admins_codes_are_worth_nothing(database):
    with database.engine.begin() as tx:
        who, _, codes = with_device(tx)
        ben = sites.add_admin(tx, email="ben@shop.test", site_id=1, role="owner", now=NOW)
        second.start(tx, [(ben, NOW)])
        second.confirm(tx, [given(ben, code_at(device(tx, ben), NOW))])
        assert not second.passes(tx, given(ben, codes[0])) and second.passes(tx, given(who, codes[0]))


AGENTS = {
    "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0": "Firefox, Linux",
    "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0 Safari/537.36 Edg/126.0": "Edge, Windows",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605 Version/17.0 Safari/604.1": "Safari, iPhone",
    "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/126.0 Mobile Safari/537.36": "Chrome, Android",
    "curl/8": None, "": None, "x" * 9000: None,
}  # fmt: skip


@pytest.mark.parametrize(("agent", "name"), AGENTS.items(), ids=map(str, AGENTS.values()))
def test_browsers_are_named_and_not_kept(agent, name):
    assert sessions.browser_named(agent) == name


# Through the door.


@pytest.fixture(scope="module")
def collector_settings():
    return {"limit_sign_in": "1000/minute"}


class Owner:
    """An admin with a device, on a desk of their own."""

    def __init__(self, collector, email: str):
        self.collector, self.email = collector, email
        hire(collector.server, collector.site, email=email, role="owner")
        self.desk = signed_in(collector.server, email)
        self.desk.post("/admin/account", password=PASSWORD, again=PASSWORD)
        self.desk.post("/admin/account/two-factor/begin")
        shown = self.desk.get("/admin/account/two-factor")
        self.totp = pyotp.TOTP(re.search(r'class="secret">([A-Z2-7 ]+)<', shown.text)[1].replace(" ", ""))
        assert "<svg" in shown.text and "style=" not in shown.text
        told = self.desk.post("/admin/account/two-factor", code=self.totp.now())
        self.codes = re.findall(r"[a-z2-7]{4}(?:-[a-z2-7]{4}){3}", told.text)
        assert told.status == 200 and len(self.codes) == 10

    def fresh_code(self) -> str:
        """One that was not used: the last one's step is forgotten, since the clock of a test does not wait."""
        with behind(self.collector.server) as tx:
            tx.execute(sa.update(tables.two_factors).values(last_step=None))
        return self.totp.at(now() // SECOND)


@pytest.fixture(scope="module")
def owner(collector) -> Owner:
    return Owner(collector, "tess@shop.test")


def by_password(owner) -> tuple[Desk, object]:
    desk = Desk(owner.collector.url)
    return desk, desk.post("/admin/sign-in", email=owner.email, password=PASSWORD)


def by_link(owner) -> tuple[Desk, object]:
    desk, link = Desk(owner.collector.url), sign_in_link(owner.collector.server, owner.email)
    return desk, desk.post(link, proof=desk.get(link).proof)


@pytest.mark.parametrize("way", [by_password, by_link])
def test_neither_password_nor_link_gets_past_the_second_step(owner, way):
    desk, answer = way(owner)
    assert answer.to == "/admin/sign-in/second" and "__Host-afterlike" not in desk.cookies
    for path in ("/admin/", "/admin/account", f"/admin/sites/{owner.collector.site}/endorsements"):
        assert desk.get(path).to == "/admin/sign-in"
    wrong = desk.post("/admin/sign-in/second", code="000000")
    assert wrong.status == 422 and 'role="alert"' in wrong.text and desk.get("/admin/").to == "/admin/sign-in"
    code = owner.fresh_code()
    assert desk.post("/admin/sign-in/second", code=code).to == "/admin/" and desk.get("/admin/account").status == 200
    again, _ = way(owner)
    assert again.post("/admin/sign-in/second", code=code).status == 422, "a code worked twice"
    assert again.post("/admin/sign-in/second", code=owner.codes.pop()).to == "/admin/"


def test_the_word_between_the_steps_is_nobody_elses(owner):
    desk, _ = by_password(owner)
    forged = Desk(owner.collector.url)
    for half in ("", "x", desk.cookies["__Host-afterlike-half"][::-1]):
        forged.cookies["__Host-afterlike-half"] = half
        assert forged.get("/admin/sign-in/second").to == "/admin/sign-in"
        assert forged.post("/admin/sign-in/second", code=owner.codes[0]).to == "/admin/sign-in"
    assert desk.post("/admin/sign-in/second", code=owner.codes.pop(), proof="0" * 64).status == 403


def test_turning_it_off_needs_the_password_or_a_code(collector):
    own = Owner(collector, "otto@shop.test")
    for wrong in ({}, {"code": "000000"}, {"password": "not that one at all"}):
        refused = own.desk.post("/admin/account/two-factor/off", **wrong)
        assert refused.status == 422 and 'role="alert"' in refused.text
    assert "Off" not in re.findall(r'data-state="\w+">(\w+)<', own.desk.get("/admin/account").text)
    remade = own.desk.post("/admin/account/two-factor/codes", code=own.fresh_code())
    fresh = re.findall(r"[a-z2-7]{4}(?:-[a-z2-7]{4}){3}", remade.text)
    assert len(fresh) == 10 and not set(fresh) & set(own.codes)
    assert own.desk.post("/admin/account/two-factor/off", code=own.codes[0]).status == 422
    assert own.desk.post("/admin/account/two-factor/off", code=fresh[0]).to == "/admin/account?done=off#two-factor"
    assert by_password(own)[1].to == "/admin/"


def test_whoever_runs_the_server_turns_it_off_for_who_lost_everything(collector):
    own = Owner(collector, "lost@shop.test")
    assert "Two-factor is off." in collector.server.tell("two-factor-off", own.email)
    assert "has no two-factor" in collector.server.tell("two-factor-off", own.email)
    assert by_password(own)[1].to == "/admin/"


def test_guessing_codes_ends_soon(server, site):
    running = server()
    own = Owner(Collector(running, site(running)), "gus@shop.test")
    desk, _ = by_link(own)
    tries = [desk.post("/admin/sign-in/second", code=f"{n:06}").status for n in range(11)]
    assert tries[0] == 422 and tries[-1] == 429
    assert desk.post("/admin/sign-in/second", code=own.fresh_code()).status == 429, "a right code after too many wrong ones"


def test_sessions_are_listed_and_ended_one_by_one_and_all(collector):
    here, there, elsewhere = (signed_in(collector.server, ADMIN) for _ in range(3))
    shown = here.get("/admin/account").text
    ends = re.findall(r"/admin/account/sessions/(\d+)/end", shown)
    assert len(ends) >= 2
    assert here.post(f"/admin/account/sessions/{max(map(int, ends))}/end").status == 303
    assert [desk.get("/admin/account").status for desk in (here, there, elsewhere)] == [200, 200, 303]
    assert here.post("/admin/account/sessions/999999/end").status == 404
    assert here.post("/admin/account/sessions/end").status == 303
    assert [desk.get("/admin/account").status for desk in (here, there)] == [200, 303]


def test_another_admins_session_cannot_be_ended(collector):
    hire(collector.server, collector.site, email="mia@shop.test", role="owner")
    mine, theirs = signed_in(collector.server, ADMIN), signed_in(collector.server, "mia@shop.test")
    with behind(collector.server) as tx:
        newest = tx.scalar(sa.select(sa.func.max(tables.sessions.c.id)))
    assert mine.post(f"/admin/account/sessions/{newest}/end").status == 404 and theirs.get("/admin/account").status == 200


def test_ones_language_is_kept(collector):
    desk = signed_in(collector.server, ADMIN)
    for locale, lang in (("id", "id"), ("en", "en"), ("xx", "en")):
        desk.post("/admin/account/language", locale=locale)
        assert f'<html lang="{lang}">' in desk.get("/admin/account").text
    with behind(collector.server) as tx:
        assert tx.scalar(sa.select(tables.admins.c.locale).where(tables.admins.c.email == ADMIN)) is None


def test_what_is_done_to_an_account_stands_in_the_log_of_its_sites(collector, owner):
    desk = signed_in(collector.server, ADMIN)
    words = unescape(desk.get(f"/admin/sites/{collector.site}/audit").words)
    for told in ("Signed in", "Turned two-factor on", "Used a recovery code", "Changed their password"):
        assert told in words
