"""Which site takes a like of the extension: the named one, whoever proved the origin, or nobody; and the same like is one."""

import pytest
import sqlalchemy as sa
from collect.conftest import running
from collect.installing import Extension, lamp_at, nobodys, prove, row_door, rows_of
from collect.making import ORIGIN, Door, as_bytes, at_once, refused, taken

import cast
from afterlike import sites, tables
from cast import ADA, BEN, CLEO
from parts.programs import until


@pytest.fixture(scope="module")
def anywhere(request, tmp_path_factory):
    """A collector that keeps likes from hosts inside a house too, as the demo and tests need it."""
    with running(request, tmp_path_factory, "sqlite", unclaimed="any", limit_unclaimed="100000/hour") as made:
        yield made


# Which site.


def test_a_like_on_a_page_of_the_named_site_is_the_site_s(door):
    told = Extension(door).like(ORIGIN, site=door.site)
    assert told["site"] == door.site and door.counts("lamp-1") == {"lamp-1": 1}
    assert rows_of(door.keeper, ORIGIN) == []


def test_a_like_elsewhere_is_kept_under_its_page_s_origin(door):
    ext, page = Extension(door), nobodys()
    told = ext.like(page, site=door.site)
    assert (told["site"], told["liked"], told["count"], told["next_step"]["kind"]) == (page, True, 1, "none")
    [row] = rows_of(door.keeper, page)
    assert (row.key, row.name) == (page, page.removeprefix("https://"))
    [like] = row_door(door.keeper, page).rows(tables.likes)
    assert like.source == "extension" and like.page_url == f"{page}/lamp"
    assert door.rows(tables.likes) == []


def test_a_like_goes_to_whoever_proved_that_the_origin_is_theirs(keeper):
    named, owner, page = keeper.open(), keeper.open(origins=["https://main.test"]), nobodys()
    prove(keeper, owner.known, page)
    told = Extension(named).like(page, site=named.site)
    assert told["site"] == owner.site and told["next_step"]["kind"] == "survey"
    assert len(owner.rows(tables.likes)) == 1 and rows_of(keeper, page) == []


@pytest.mark.parametrize("state", ["claimed", "lapsed"])
def test_a_claim_that_is_not_proven_gets_nothing(door, state):
    page = nobodys()
    prove(door.keeper, door.known, page, state)
    assert Extension(door).like(page)["site"] == page


def test_the_named_site_comes_before_a_claim(keeper):
    """Registered by hand, on this very server, by whoever runs it."""
    page = nobodys()
    named, claimer = keeper.open(origins=[page]), keeper.open()
    prove(keeper, claimer.known, page)
    assert Extension(named).like(page, site=named.site)["site"] == named.site


def test_a_site_that_does_not_exist_is_told(any_door):
    ext, page = Extension(any_door), nobodys()
    refused(ext.post("/v1/likes", ext.body(page, site="nobody")), 404, "unknown_site")
    refused(ext.post("/v1/likes", ext.body(page, site=nobodys())), 404, "unknown_site")
    assert rows_of(any_door.keeper, page) == []


def test_the_key_of_an_origin_s_own_row_names_no_site_to_like_on(keeper):
    """It is where later calls go. A claim must not be passed by by naming it."""
    owner, page = keeper.open(), nobodys()
    ext = Extension(owner)
    ext.like(page)
    assert ext.like(page, BEN, site=page)["site"] == page
    prove(keeper, owner.known, page)
    until(lambda: ext.like(page, CLEO, site=page)["site"] == owner.site, what="the claim to be seen")


def test_later_calls_name_the_key_that_the_answer_told(door):
    ext, page = Extension(door), nobodys()
    told = ext.like(page)
    about = {"site": page, "visitor": ADA}
    assert taken(ext.mine(page))["likes"] == {"lamp-1": {"id": told["id"]}}
    taken(ext.post("/v1/likes/details", about | {"id": told["id"], "product": {"brand": "Other"}}))
    assert row_door(door.keeper, page).showings("lamp-1")[-1].brand == "Other"
    assert taken(ext.unlike(page, told["id"]))["count"] == 0
    assert taken(ext.mine(page))["likes"] == {}


@pytest.mark.parametrize("url", ["https://other.example/lamp", "https://sub.{host}/lamp", "https://{host}.evil.example/", "https://{host}:8443/"])
def test_a_product_is_on_the_page_s_own_host(any_door, url):
    ext, page = Extension(any_door), nobodys()
    body = ext.body(page)
    body["product"]["url"] = url.format(host=page.removeprefix("https://"))
    assert list(refused(ext.post("/v1/likes", body), 422, "foreign_url")["errors"]) == ["product.url"]
    assert rows_of(any_door.keeper, page) == []


def test_a_claimed_page_s_product_is_on_its_host_too(any_door):
    """What a site proved is this origin; it may have registered others."""
    ext, page = Extension(any_door), nobodys()
    prove(any_door.keeper, any_door.known, page)
    assert ext.like(page)["site"] == any_door.site
    body = ext.body(page, BEN)
    body["product"]["url"] = cast.LAMP["url"]
    refused(ext.post("/v1/likes", body), 422, "foreign_url")


LETTERS = {
    "capitals": ("https://SHOP-{n}.Example/lamp", "https://shop-{n}.example"),
    "its own port": ("https://shop-{n}.example:443/lamp", "https://shop-{n}.example"),
    "a port": ("https://shop-{n}.example:8443/lamp", "https://shop-{n}.example:8443"),
    "a dot at the end": ("https://shop-{n}.example./lamp", "https://shop-{n}.example"),
    "other letters": ("https://магазин-{n}.example/lamp", None),
    "a public number": ("http://9.9.9.9:{n}/lamp", "http://9.9.9.9:{n}"),
    "a long name": ("https://" + "a" * 60 + "." + "b" * 60 + ".{n}.example/lamp", None),
}


@pytest.mark.parametrize(("url", "key"), LETTERS.values(), ids=LETTERS)
def test_an_origin_has_one_key_in_whatever_letters_it_comes(any_door, url, key):
    ext, n = Extension(any_door), nobodys().removeprefix("https://shop").removesuffix(".example")
    url = url.format(n=n)
    body = ext.body("https://x.example") | {"page": {"url": url}}
    body["product"]["url"] = url
    told = taken(ext.post("/v1/likes", body))
    assert key is None or told["site"] == key.format(n=n)
    assert told["site"].isascii() and taken(ext.mine(told["site"]))["likes"]


INSIDE = (
    "http://localhost:3000", "http://127.0.0.1", "http://10.1.2.3:8080", "http://192.168.0.1", "http://172.16.9.9",
    "http://169.254.169.254", "http://[::1]:8000", "http://[fe80::1]", "http://[::ffff:10.0.0.1]", "http://100.64.0.1",
    "http://intranet", "https://wiki.local", "https://wiki.internal", "https://nas.lan", "http://a.localhost", "http://0.0.0.0",
    "http://2130706433", "http://0x7f.1", "http://127.1", "http://0x7f000001", "https://x.onion", "https://box.home.arpa",
)


@pytest.mark.parametrize("origin", INSIDE)
def test_a_page_inside_a_house_is_not_kept(any_door, origin):
    ext = Extension(any_door)
    told = refused(ext.post("/v1/likes", ext.body(origin)), 403, "private_host")
    assert "AFTERLIKE_UNCLAIMED" in told["detail"] and rows_of(any_door.keeper, origin) == []


@pytest.mark.parametrize("origin", ["http://localhost:3000", "http://127.0.0.1:8123", "http://intranet"])
def test_it_is_kept_where_the_settings_say_any(anywhere, origin):
    assert Extension(anywhere.open()).like(origin)["site"] == origin


def test_a_registered_page_inside_a_house_is_its_site_s_own(sqlite_keeper):
    door = sqlite_keeper.open(origins=["http://127.0.0.1:8123"])
    assert Extension(door).like("http://127.0.0.1:8123", site=door.site)["site"] == door.site


@pytest.mark.parametrize(
    "url",
    ["javascript:alert(1)", "file:///etc/passwd", "chrome://settings", "about:blank", "data:text/html,x", "https://user@a.example/"],
)
def test_only_pages_of_the_web_are_liked(any_door, url):
    ext = Extension(any_door)
    body = ext.body(nobodys())
    body["page"]["url"] = url
    refused(ext.post("/v1/likes", body), 422, "shape")


# The same like is one.


def test_a_like_sent_again_is_answered_as_the_first(door):
    ext, page = Extension(door), nobodys()
    body = ext.body(page)
    first = taken(ext.post("/v1/likes", body))
    assert taken(ext.post("/v1/likes", body)) == first
    refused(ext.post("/v1/likes", body | {"visitor": BEN}), 409, "conflict")
    [like] = row_door(door.keeper, page).rows(tables.likes)
    assert like.state == "counted"


def claimed(door: Door, page: str) -> None:
    prove(door.keeper, door.known, page)


def registered(door: Door, page: str) -> None:
    with door.keeper.engine.begin() as tx:
        sites.set_origins(tx, door.known.id, [ORIGIN, page])


@pytest.mark.parametrize("happens", [claimed, registered])
def test_a_like_is_the_same_when_its_page_became_somebody_s_between_two_tries(door, happens):
    """The answer was lost; the outbox sends it again after a while."""
    ext, page = Extension(door), nobodys()
    body = ext.body(page, site=door.site)
    first = taken(ext.post("/v1/likes", body))
    happens(door, page)
    until(lambda: ext.like(page, BEN, site=door.site)["site"] == door.site, what="the page to be the site's")
    again = taken(ext.post("/v1/likes", body))
    assert (again["id"], again["site"], again["next_step"]) == (first["id"], page, first["next_step"])
    assert copies(door, body) == 1
    taken(ext.unlike(page, first["id"]))
    assert taken(ext.post("/v1/likes", body))["liked"] is False


def test_a_like_is_the_same_when_a_claim_ended_between_two_tries(door):
    ext, page = Extension(door), nobodys()
    prove(door.keeper, door.known, page)
    body = ext.body(page)
    first = taken(ext.post("/v1/likes", body))
    prove(door.keeper, door.known, page, "lapsed")
    until(lambda: ext.like(page, BEN)["site"] == page, what="the claim to end")
    again = taken(ext.post("/v1/likes", body))
    assert (again["id"], again["site"], again["next_step"]) == (first["id"], door.site, first["next_step"])
    assert copies(door, body) == 1


def copies(door: Door, body: dict) -> int:
    """How many likes with this id there are, on all sites and origins."""
    return door.read(lambda tx: len(tx.execute(tables.likes.select().where(tables.likes.c.uuid == as_bytes(body["id"]))).all()))


def test_somebody_else_s_like_with_the_same_id_is_another(door):
    """An id is known to whoever made it; without the visitor's secret it leads nowhere."""
    ext, page, other = Extension(door), nobodys(), nobodys()
    body = ext.body(page)
    taken(ext.post("/v1/likes", body))
    theirs = ext.body(other, BEN, id=body["id"])
    assert taken(ext.post("/v1/likes", theirs))["site"] == other


def test_thirty_equal_first_likes_at_once_are_one_like_on_one_row(door):
    ext, page = Extension(door), nobodys()
    body = ext.body(page)
    answers = at_once([lambda: ext.post("/v1/likes", body)] * 30, threads=30)
    assert [answer.status for answer in answers] == [200] * 30
    assert len({str(answer.json) for answer in answers}) == 1
    assert len(rows_of(door.keeper, page)) == 1
    assert len(row_door(door.keeper, page).rows(tables.likes)) == 1


def test_thirty_people_at_once_are_thirty_likes_on_one_row(door):
    ext, page = Extension(door), nobodys()
    calls = [lambda n=n: ext.post("/v1/likes", ext.body(page, f"{n:032x}")) for n in range(30)]
    assert [answer.status for answer in at_once(calls, threads=30)] == [200] * 30
    row = row_door(door.keeper, page)
    assert len(row.rows(tables.likes)) == 30
    counted = sa.select(tables.like_counts.c.counted).join_from(tables.like_counts, tables.products)
    assert row.read(lambda tx: tx.scalar(counted.where(tables.products.c.site_id == row.known.id))) == 30


def test_nobody_is_followed_from_origin_to_origin(door):
    """The same secret on two pages is two visitors, as on two sites."""
    ext, pages = Extension(door), (nobodys(), nobodys())
    for page in pages:
        ext.like(page)
    [one], [other] = (row_door(door.keeper, page).rows(tables.visitors) for page in pages)
    assert one.hash != other.hash


def test_a_new_site_may_take_the_name_of_an_origin_that_was_liked_on(door):
    page = nobodys()
    ext = Extension(door)
    ext.like(page)
    newcomer = door.keeper.open(origins=[page])
    assert newcomer.known.origins == {page} and newcomer.rows(tables.likes) == []
    assert ext.like(page, BEN, site=newcomer.site)["site"] == newcomer.site
    taken(newcomer.post("/v1/likes", cast.like(site=newcomer.site, product=lamp_at(page)), origin=page))
