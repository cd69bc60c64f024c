"""S7: only registered origins count, absent needs an API key; and what is not a visitor is told so and counted.

The extension's own Origins have a file of their own (test_extension.py); here are those that only look like one.
"""

import idna
import pytest
from collect.making import ORIGIN, Door, refused, taken

from afterlike import clock, sites, tables
from cast import LAMP, new_id
from parts.fetch import sent
from parts.programs import until

REGISTERED = (
    "https://shop.test",
    "https://*.shops.test",
    "http://127.0.0.1:8123",
    "https://магазин.test",
    "https://shop.test:8443",
)


@pytest.fixture
def many(sqlite_keeper) -> Door:
    """A site with origins of every kind."""
    return sqlite_keeper.open(origins=REGISTERED)


def pressed(door: Door, origin: str | None, url: str = LAMP["url"], **more):
    return door.post("/v1/likes", door.body(product=LAMP | {"url": url}, page={"url": url}), origin=origin, **more)


ALLOWED = (
    "https://shop.test",
    "https://shop.test:8443",
    "https://a.shops.test",
    "https://a.b.shops.test",
    "http://127.0.0.1:8123",
    f"https://{idna.encode('магазин').decode()}.test",
)

STRANGERS = {
    "null": "null",
    "empty": "",
    "http for https": "http://shop.test",
    "a port": "https://shop.test:444",
    "its own port": "https://shop.test:443",
    "suffix": "https://shop.test.evil.test",
    "prefix": "https://evilshop.test",
    "subdomain": "https://www.shop.test",
    "the bare domain of a wildcard": "https://shops.test",
    "half a label": "https://evilshops.test",
    "half a label more": "https://a.evilshops.test",
    "wildcard, http": "http://a.shops.test",
    "wildcard, port": "https://a.shops.test:8443",
    "wildcard itself": "https://*.shops.test.evil.test",
    "wildcard as suffix": "https://a.shops.test.evil.test",
    "trailing dot": "https://shop.test.",
    "capitals": "https://SHOP.TEST",
    "a slash": "https://shop.test/",
    "a path": "https://evil.test/.shops.test",
    "user name": "https://shop.test@evil.test",
    "two at once": "https://shop.test https://evil.test",
    "a list": "https://shop.test,https://evil.test",
    "another port": "http://127.0.0.1:8124",
    "localhost": "http://localhost:8123",
    "an extension's, too short": "chrome-extension://abcdefghijklmnop",
    "an extension's, other letters": "chrome-extension://abcdefghijklmnopabcdefghijklmnoq",
    "an extension's, capitals": "chrome-extension://ABCDEFGHIJKLMNOPABCDEFGHIJKLMNOP",
    "an extension's, with a path": "chrome-extension://abcdefghijklmnopabcdefghijklmnop/",
    "an extension's, with a port": "chrome-extension://abcdefghijklmnopabcdefghijklmnop:443",
    "an extension's, no UUID": "moz-extension://shop.test",
    "an extension's, as a host": "https://chrome-extension://abcdefghijklmnopabcdefghijklmnop",
    "Safari's extension": "safari-web-extension://0B9D1C1E-0000-4000-8000-000000000000",
    "Edge's, of old": "extension://abcdefghijklmnopabcdefghijklmnop",
    "file": "file://",
    "blob": "blob:https://shop.test",
    "look-alike": "https://xn--shp-qqa.test",
    "star": "*",
    "regex": "https://shopXtest",
}


@pytest.mark.parametrize("origin", ALLOWED)
def test_a_registered_origin_is_heard(many, origin):
    taken(pressed(many, origin))


@pytest.mark.parametrize("origin", STRANGERS.values(), ids=STRANGERS)
def test_an_origin_that_is_not_registered_is_refused(many, origin):
    told = refused(pressed(many, origin), 403, "origin")
    assert many.known.name in told["detail"]
    assert many.rows(tables.likes) == []


def test_the_origin_of_another_customer_is_a_stranger_here(keeper):
    here = keeper.open()
    keeper.open(origins=["https://other.test"])
    refused(pressed(here, "https://other.test"), 403, "origin")


KEYS = {
    "no key": {},
    "no such key": {"Authorization": "Bearer alk_nothing"},
    "another scheme": {"Authorization": "Basic YTpi"},
    "an empty one": {"Authorization": "Bearer "},
    "Latin": {"Authorization": "Bearer é"},
}


@pytest.mark.parametrize("headers", KEYS.values(), ids=KEYS)
def test_without_an_origin_a_key_of_the_site_is_needed(door, headers):
    refused(pressed(door, None, **headers), 401, "api_key")
    assert door.rows(tables.likes) == []


def test_a_key_opens_its_own_site_only(keeper):
    here, there = keeper.open(), keeper.open()
    refused(pressed(here, None, Authorization=f"Bearer {there.api_key}"), 401, "api_key")
    taken(pressed(here, None, Authorization=f"bearer  {here.api_key}"))


def test_a_key_does_not_make_a_foreign_origin_a_known_one(door):
    refused(pressed(door, "https://evil.test", Authorization=f"Bearer {door.api_key}"), 403, "origin")


def test_a_revoked_key_opens_nothing_after_a_moment(door):
    taken(door.by_api("POST", "/v1/likes", door.body()))
    [key] = door.rows(tables.api_keys)
    with door.keeper.engine.begin() as tx:
        assert sites.revoke_api_key(tx, door.known.id, key.id, clock.now())
    until(lambda: door.by_api("POST", "/v1/likes", door.body()).status == 401, what="the key to be forgotten")


def test_a_withdrawn_origin_is_a_stranger_after_a_moment(door):
    door.press()
    with door.keeper.engine.begin() as tx:
        sites.set_origins(tx, door.known.id, ["https://new.test"])
    until(lambda: door.post("/v1/likes", door.body()).status == 403, what="the origin to be forgotten")


FOREIGN = {
    "another host": "https://evil.test/lamp",
    "a port": "https://shop.test:9/lamp",
    "a subdomain": "https://www.shop.test/lamp",
    "suffix": "https://shop.test.evil.test/",
    "look-alike": "https://ѕhop.test/lamp",
}


@pytest.mark.parametrize("url", FOREIGN.values(), ids=FOREIGN)
@pytest.mark.parametrize("part", ["product", "page"])
def test_a_site_speaks_of_its_own_pages_only(any_door, part, url):
    body = any_door.body()
    body[part]["url"] = url
    told = refused(any_door.post("/v1/likes", body), 422, "foreign_url")
    assert list(told["errors"]) == [f"{part}.url"]


@pytest.mark.parametrize(
    "url",
    ["http://shop.test/lamp", "https://shop.test:443/lamp", "https://SHOP.test/lamp", "https://shop.test./lamp"],
    ids=["http", "its own port", "capitals", "trailing dot"],
)
def test_a_page_of_the_site_in_other_letters_is_still_its_page(any_door, url):
    taken(pressed(any_door, ORIGIN, url))


BOTS = (
    "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
    "curl/8.5.0",
    "python-requests/2.32",
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/126.0.0.0 Safari/537.36",
    "facebookexternalhit/1.1",
    "Mozilla/5.0 (compatible; GPTBot/1.0; +https://openai.com/gptbot)",
    "Wget/1.21",
)
PEOPLE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile Safari/604.1",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Edg/140.0.0.0",
    "Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Mobile Safari/537.36",
    "",
)


@pytest.mark.parametrize("agent", BOTS)
def test_a_crawler_is_told_and_not_counted(any_door, agent):
    refused(any_door.post("/v1/likes", any_door.body(), agent=agent), 403, "bot")
    assert any_door.rows(tables.likes) == []
    until(lambda: any_door.dropped() == {("likes", "bot"): 1}, what="the bot to be counted")


@pytest.mark.parametrize("agent", PEOPLE)
def test_a_person_s_browser_is_a_person(any_door, agent):
    taken(any_door.post("/v1/likes", any_door.body(), agent=agent))


# Other people's pages may read the public calls, never with anybody's cookies.

ROUTES = (
    "/v1/likes",
    "/v1/likes/details",
    f"/v1/likes/{new_id()}",
    "/v1/counts",
    "/v1/mine",
    "/v1/shown",
    "/v1/answers",
    f"/v1/answers/{new_id()}",
    "/v1/profile-links",
    "/v1/installs",
    "/v1/erasures",
    "/v1/visits",
    "/v1/orders",
)


@pytest.mark.parametrize("path", ROUTES)
def test_a_preflight_is_answered_for_everybody_without_credentials(any_door, path):
    asked = {
        "Origin": "https://anywhere.test",
        "Access-Control-Request-Method": "PUT",
        "Access-Control-Request-Headers": "content-type",
    }
    answer = sent(any_door.url, "OPTIONS", path, None, asked)
    assert answer.status == 200
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert "Access-Control-Allow-Credentials" not in answer.headers
    assert {"POST", "PUT", "DELETE"} <= set(answer.headers["Access-Control-Allow-Methods"].split(", "))
    assert answer.headers["Access-Control-Allow-Headers"].lower() == "content-type"
    assert int(answer.headers["Access-Control-Max-Age"]) >= 3600


@pytest.mark.parametrize("origin", ["https://shop.test", "null", "https://evil.test"])
def test_an_answer_may_be_read_wherever_it_is_not_refused(any_door, origin):
    for answer in (
        pressed(any_door, origin),
        any_door.post("/v1/mine", {}, origin=origin),
        any_door.post("/v1/nothing", {}, origin=origin),
    ):
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        assert "Access-Control-Allow-Credentials" not in answer.headers and "Set-Cookie" not in answer.headers


@pytest.mark.parametrize("path", ["/admin/", "/admin/sign-in", "/healthz", "/metrics"])
def test_nothing_else_may_be_read_by_other_pages(any_door, path):
    answer = sent(any_door.url, "GET", path, None, {"Origin": "https://evil.test"})
    assert "Access-Control-Allow-Origin" not in answer.headers


def test_a_wildcard_covers_the_pages_under_it_and_not_the_bare_domain(many):
    taken(pressed(many, "https://a.shops.test", "https://a.shops.test/lamp"))
    taken(pressed(many, "https://a.shops.test", "https://b.shops.test/lamp"))
    refused(pressed(many, "https://a.shops.test", "https://shops.test/lamp"), 422, "foreign_url")
