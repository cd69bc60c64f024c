"""S7, the extension's part: which of its Origins count, what its token is worth, and what it may send."""

import time

import itsdangerous
import pytest
from collect.conftest import running
from collect.installing import CHROME, FIREFOX, OTHER_CHROME, Extension, lamp_at, nobodys, prove, row_door, rows_of
from collect.making import NEWS, ORIGIN, Keeper, refused, taken

import cast
from afterlike import signing, tables
from afterlike.clock import DAY, SECOND
from afterlike.collect import extension
from cast import ADA, new_id
from parts.programs import until

OURS = CHROME.partition("://")[2]


@pytest.fixture(scope="module")
def chosen(request, tmp_path_factory):
    """A collector that takes likes from one Chrome extension only, and none from pages of no site."""
    with running(request, tmp_path_factory, "sqlite", extensions=OURS, unclaimed="refuse") as made:
        yield made


# Its Origin.


@pytest.mark.parametrize("origin", [CHROME, OTHER_CHROME, FIREFOX], ids=["Chrome", "another id", "Firefox"])
def test_an_extension_is_heard_with_its_token(door, origin):
    told = Extension(door, origin).like(ORIGIN, site=door.site)
    assert told["site"] == door.site and told["liked"] and told["count"] == 1
    [like] = door.rows(tables.likes)
    assert like.source == "extension"


def test_only_the_extensions_of_the_settings_are_heard(chosen):
    here = chosen.open()
    Extension(here, CHROME).like(ORIGIN, site=here.site)
    Extension(here, FIREFOX).like(ORIGIN, cast.BEN, site=here.site)  # its id is random: only the token binds it
    stranger = Extension(here, OTHER_CHROME, token="none")
    refused(stranger.ask(), 403, "origin")
    told = refused(stranger.post("/v1/likes", stranger.body(ORIGIN, cast.CLEO, site=here.site)), 403, "origin")
    assert "AFTERLIKE_EXTENSIONS" in told["detail"]
    assert len(here.rows(tables.likes)) == 2


@pytest.mark.parametrize("origin", [ORIGIN, "null", "safari-web-extension://0b9d1c1e-0000-4000-8000-000000000000", None])
def test_a_token_is_for_extensions_only(any_door, origin):
    refused(any_door.post("/v1/installs", {"version": "1"}, origin=origin), 403, "origin")


def test_a_server_with_a_key_gets_no_token_either(any_door):
    refused(any_door.by_api("POST", "/v1/installs", {"version": "1"}), 403, "origin")


def test_asking_for_a_token_leaves_nothing_behind(any_door):
    before = any_door.read(lambda tx: tx.exec_driver_sql("SELECT count(*) FROM sites").scalar())
    assert Extension(any_door).token != Extension(any_door).token
    refused(Extension(any_door).ask({"version": "x" * 41}), 422, "shape")
    assert any_door.read(lambda tx: tx.exec_driver_sql("SELECT count(*) FROM sites").scalar()) == before


# What the token is worth.


def of_age(keeper: Keeper, age_ms: int, value: list, salt: str = "afterlike.install") -> str:
    """A token of ours that was made so long ago."""

    then = {"get_timestamp": lambda _: int(time.time()) - age_ms // SECOND}
    Then = type("Then", (itsdangerous.TimestampSigner,), then)
    secret = (keeper.server.home / "secret").read_text().split()[0]
    return itsdangerous.URLSafeTimedSerializer(secret, salt=salt, signer=Then).dumps(value)


BAD = {
    "none": lambda door: None,
    "empty": lambda door: "",
    "rubbish": lambda door: "rubbish.rubbish.rubbish",
    "of another installation": lambda door: Extension(door, FIREFOX).token,
    "signed by somebody else": lambda door: extension.new_token(signing.Keyring(["x" * 32], b""), CHROME),
    "cut": lambda door: Extension(door).token[:-1],
    "for another use": lambda door: of_age(door.keeper, 0, [CHROME, "1"], salt="afterlike.like"),
    "too old": lambda door: of_age(door.keeper, extension.LIVES + DAY, [CHROME, "1"]),
}


@pytest.mark.parametrize("made", BAD.values(), ids=BAD)
def test_a_token_that_is_not_good_leaves_nothing_behind(any_door, made):
    token, page = made(any_door), nobodys()
    bad = Extension(any_door, token="bad")
    body = bad.body(page) | {"install": token}
    told = refused(any_door.post("/v1/likes", {name: value for name, value in body.items() if value is not None},
                                 origin=CHROME), 401, "install")
    assert "/v1/installs" in told["detail"]
    assert rows_of(any_door.keeper, page) == []
    good = Extension(any_door)
    assert good.like(page, id=body["id"])["count"] == 1, "the same like is sent again with a new token"


def test_a_token_lives_long(any_door):
    Extension(any_door, token=of_age(any_door.keeper, extension.LIVES - DAY, [CHROME, "1"])).like(nobodys())


def test_a_token_outlives_one_rotation_of_the_secret_and_not_two(server):
    made = server()
    keeper = Keeper("own", made, f"sqlite:///{made.home / 'afterlike.db'}")
    installed, page = Extension(keeper.open()), nobodys()
    for expected in (200, 401):
        made.tell("rotate-secret")
        made.stop()
        made.start()
        assert installed.post("/v1/likes", installed.body(page)).status == expected
    keeper.close()


# What it may send.


def test_the_extension_does_all_that_a_person_does(door):
    ext = Extension(door)
    like = ext.like(ORIGIN, site=door.site)
    about = {"site": door.site, "visitor": ADA}
    step = like["next_step"]
    assert step["kind"] == "survey"
    said = {"like": like["id"], "prompt": step["prompt"], "version": step["version"]}
    answers = cast.answers(site=door.site, said={"have": "own"}, **said)
    taken(ext.post("/v1/shown", cast.shown(site=door.site, **said)))
    taken(ext.post("/v1/answers", answers))
    more = {"visitor": ADA, "answers": {"have": "wish"}, "done": True}
    taken(ext.send("PUT", f"/v1/answers/{answers['id']}?site={door.site}", more))
    taken(ext.post("/v1/likes/details", about | {"id": like["id"], "product": {"brand": "Lumen"}}))
    assert taken(ext.mine(door.site))["likes"] == {"lamp-1": {"id": like["id"]}}
    taken(ext.post("/v1/profile-links", cast.profile_link(site=door.site, like=like["id"], url="https://ada.test/")), 202)
    taken(ext.post("/v1/opt-ins", cast.opt_in(site=door.site, like=like["id"], text=NEWS)), 202)
    assert [row.method for row in door.rows(tables.opt_ins)] == ["extension_form"]
    assert taken(ext.unlike(door.site, like["id"]))["count"] == 0


@pytest.mark.parametrize("path", ["/v1/visits", "/v1/orders"])
def test_visits_and_orders_are_not_the_extension_s_to_tell(any_door, path):
    ext = Extension(any_door)
    ext.like(ORIGIN, site=any_door.site)
    body = cast.visit(site=any_door.site) if path == "/v1/visits" else cast.order(site=any_door.site)
    refused(ext.post(path, body), 403, "origin")
    assert any_door.rows(tables.visits) == [] == any_door.rows(tables.orders)


def test_every_call_of_the_extension_needs_its_token(any_door):
    bad = Extension(any_door, token="bad")
    like = Extension(any_door).like(ORIGIN, site=any_door.site)["id"]
    said = {"site": any_door.site, "like": like, "prompt": "welcome", "version": 1}
    for answer in (
        bad.mine(any_door.site), bad.unlike(any_door.site, like),
        bad.post("/v1/likes/details", {"site": any_door.site, "id": like, "visitor": ADA, "product": {}}),
        bad.post("/v1/shown", cast.shown(**said)), bad.post("/v1/answers", cast.answers(**said, said={})),
        bad.post("/v1/profile-links", cast.profile_link(site=any_door.site, like=like, url="https://ada.test/")),
        bad.post("/v1/opt-ins", cast.opt_in(site=any_door.site, like=like, text=NEWS)),
        bad.post("/v1/erasures", {"site": any_door.site, "visitor": ADA}),
    ):
        refused(answer, 401, "install")
    assert [row.state for row in any_door.rows(tables.likes)] == ["counted"]


def test_a_web_page_is_a_web_page_whatever_it_sends(door):
    token = Extension(door).token
    taken(door.post("/v1/likes", door.body(source="extension", install=token)))
    taken(door.by_api("POST", "/v1/likes", door.body(cast.BEN, source="extension", install=token)))
    assert [row.source for row in door.rows(tables.likes)] == ["widget", "api"]
    refused(door.post("/v1/likes", door.body(install=token), origin="https://evil.test"), 403, "origin")
    told = taken(door.post("/v1/likes", door.body(cast.CLEO, install="forged")))
    assert "site" not in told


@pytest.mark.parametrize("site", [None, ""], ids=["null", "empty"])
def test_only_the_extension_may_leave_the_site_out(any_door, site):
    body = any_door.body() | {"site": site}
    bare = {name: value for name, value in body.items() if name != "site"}
    for sent in (body, bare):
        assert refused(any_door.post("/v1/likes", sent), 422, "shape")["errors"] == {"site": "Missing data for required field."}
        refused(any_door.by_api("POST", "/v1/likes", sent), 422, "shape")
    ext, page = Extension(any_door), nobodys()
    assert ext.like(page, site=site)["site"] == page
    refused(ext.post("/v1/mine", {"visitor": ADA, "products": []}), 422, "shape")


def test_a_crawler_is_none_the_better_for_a_token(any_door):
    ext, page = Extension(any_door), nobodys()
    refused(ext.post("/v1/likes", ext.body(page), agent="curl/8"), 403, "bot")
    refused(ext.ask(agent="curl/8"), 403, "bot")
    assert rows_of(any_door.keeper, page) == []


# Apart from everybody's numbers.


def test_nobody_but_the_extension_comes_to_the_row_of_an_origin(door):
    """A page of that origin, another customer with a key, and whoever asks for counts."""
    ext, page = Extension(door), nobodys()
    told = ext.like(page)
    assert told["site"] == page
    like = cast.like(site=page, product=lamp_at(page))
    for way in ({"origin": page}, {"origin": ORIGIN}, {"origin": None, "Authorization": f"Bearer {door.api_key}"}):
        refused(door.post("/v1/likes", like, **way), 404, "unknown_site")
        refused(door.post("/v1/mine", {"site": page, "visitor": ADA, "products": ["lamp-1"]}, **way), 404, "unknown_site")
        refused(door.send("DELETE", f"/v1/likes/{told['id']}?site={page}", {"visitor": ADA}, **way), 404, "unknown_site")
        refused(door.post("/v1/erasures", {"site": page, "visitor": ADA}, **way), 404, "unknown_site")
        refused(door.post("/v1/orders", cast.order(site=page), **way), 404, "unknown_site")
    refused(door.send("GET", f"/v1/counts?site={page}&products=lamp-1"), 404, "unknown_site")
    assert [row.state for row in row_door(door.keeper, page).rows(tables.likes)] == ["counted"]


def test_a_site_s_numbers_know_nothing_of_likes_elsewhere(door):
    ext, page = Extension(door), nobodys()
    door.press()
    for visitor in cast.VISITORS:
        ext.like(page, visitor)
        ext.like(page, visitor, site=door.site)  # named, and still not its page
    assert door.counts("lamp-1") == {"lamp-1": 1} and len(door.rows(tables.likes)) == 1
    assert ext.like(page)["count"] == 4
    assert len(row_door(door.keeper, page).rows(tables.likes)) == 4


def test_another_customer_s_key_and_pages_stay_strangers(keeper):
    here, there = keeper.open(), keeper.open(origins=["https://other.test"])
    like = Extension(here).like(ORIGIN, site=here.site)
    mine = {"site": here.site, "visitor": ADA, "products": []}
    refused(here.post("/v1/mine", mine, origin="https://other.test"), 403, "origin")
    refused(there.by_api("DELETE", f"/v1/likes/{like['id']}?site={here.site}", {"visitor": ADA}), 401, "api_key")
    ext = Extension(there)
    assert taken(ext.mine(there.site))["likes"] == {}
    refused(ext.unlike(there.site, like["id"]), 404, "not_found")
    refused(ext.unlike(here.site, like["id"], cast.BEN), 404, "not_found")


def test_the_commands_do_not_take_an_origin_for_a_site(server):
    made = server()
    keeper = Keeper("own", made, f"sqlite:///{made.home / 'afterlike.db'}")
    ext, page = Extension(keeper.open()), nobodys()
    ext.like(page)
    told = made.tell("doctor").splitlines()
    assert "ok   1 site" in told and not [line for line in told if page.removeprefix("https://") in line]
    for command in (("origins", "--add", "https://a.test"), ("order-key",), ("export", "--address", "a@b.test"),
                    ("erase", "--yes", "--address", "a@b.test")):
        with pytest.raises(AssertionError, match="No site has the key"):
            made.tell(*command, "--site", page)
    keeper.close()


def test_nothing_is_asked_and_nobody_is_written_to_in_the_name_of_a_page_of_no_site(door):
    """The words of the built-in boxes could be made for any name; there must be somebody behind it."""
    ext, page = Extension(door), nobodys()
    told = ext.like(page)
    assert told["next_step"]["kind"] == "none"
    refused(ext.post("/v1/opt-ins", cast.opt_in(site=page, like=told["id"], text=NEWS)), 403, "unclaimed")
    profile = cast.profile_link(site=page, like=told["id"], url="https://ada.test/")
    refused(ext.post("/v1/profile-links", profile), 403, "unclaimed")
    said = {"site": page, "like": told["id"], "prompt": "welcome", "version": 1}
    refused(ext.post("/v1/shown", cast.shown(**said)), 404, "not_found")
    refused(ext.post("/v1/answers", cast.answers(**said, said={})), 404, "not_found")


# Limits, and what is dropped.


@pytest.fixture(scope="module")
def strict(request, tmp_path_factory):
    limits = {"limit_install": "3/day", "limit_visitor": "4/hour", "limit_unclaimed": "2/hour"}
    with running(request, tmp_path_factory, "sqlite", trusted_proxies="127.0.0.1/32", **limits) as made:
        yield made


def test_a_network_gets_so_many_tokens(strict):
    door = strict.open()
    ext, home = Extension(door), {"X_Forwarded_For": "203.0.113.7"}
    for _ in range(3):
        taken(ext.ask(**home))
    refused(ext.ask(**home), 429, "rate")
    taken(ext.ask(X_Forwarded_For="203.0.113.8"))


def test_one_installation_has_so_many_calls_on_all_sites_together(strict):
    doors = [strict.open() for _ in range(5)]
    ext = Extension(doors[0])
    answers = [ext.mine(door.site, f"{number:032x}") for number, door in enumerate(doors)]
    assert [answer.status for answer in answers] == [200] * 4 + [429]
    taken(Extension(doors[0]).mine(doors[0].site, "e" * 32))


def test_a_network_brings_so_many_new_origins_and_goes_on_with_the_old_ones(strict):
    door, home = strict.open(), {"X_Forwarded_For": "203.0.113.77"}
    pages = [nobodys() for _ in range(3)]

    def like(page: str, number: int, **where):
        ext = Extension(door)
        return ext.post("/v1/likes", ext.body(page, f"{number:032x}"), **where)

    assert [like(page, 1, **home).status for page in pages] == [200, 200, 429]
    assert rows_of(strict, pages[2]) == []
    assert like(pages[0], 2, **home).status == 200
    assert like(pages[2], 1, X_Forwarded_For="203.0.113.78").status == 200


def test_what_the_extension_sent_and_was_refused_is_counted(any_door):
    ext, page = Extension(any_door), nobodys()
    before = nobodys_drops(any_door)
    refused(any_door.post("/v1/likes", ext.body(page) | {"install": "bad"}, origin=CHROME), 401, "install")
    refused(ext.post("/v1/likes", ext.body("http://localhost:3000")), 403, "private_host")
    refused(any_door.post("/v1/installs", {"version": "1"}), 403, "origin")
    refused(ext.post("/v1/likes", ext.body(ORIGIN, site=any_door.site) | {"install": "bad"}), 401, "install")
    duplicate = ext.body(page)
    taken(ext.post("/v1/likes", duplicate)), taken(ext.post("/v1/likes", duplicate))
    expected = {("likes", "install"): 1, ("likes", "private_host"): 1, ("installs", "origin"): 1}

    def new() -> dict:
        return {key: count - before.get(key, 0) for key, count in nobodys_drops(any_door).items() if count != before.get(key, 0)}

    until(lambda: new() == expected, what="what belongs to nobody")
    until(lambda: any_door.dropped() == {("likes", "install"): 1}, what="what was sent to the site")
    until(lambda: row_door(any_door.keeper, page).dropped() == {("likes", "duplicate"): 1}, what="the duplicate")


def nobodys_drops(door) -> dict:
    drops = tables.drops
    rows = door.read(lambda tx: tx.execute(drops.select().where(drops.c.site_id == 0)).all())
    told = {}
    for row in rows:
        told[row.call, row.reason] = told.get((row.call, row.reason), 0) + row.count
    return told


def test_a_claim_does_not_open_the_settings_extension_list(chosen):
    """Where pages of no site are refused, those of a claimed origin are still somebody's."""
    here, page = chosen.open(), nobodys()
    ext = Extension(here)
    told = refused(ext.post("/v1/likes", ext.body(page)), 403, "unclaimed")
    assert "AFTERLIKE_UNCLAIMED" in told["detail"] and rows_of(chosen, page) == []
    theirs = nobodys()
    prove(chosen, here.known, theirs)
    assert ext.like(theirs, cast.BEN, id=new_id())["site"] == here.site
