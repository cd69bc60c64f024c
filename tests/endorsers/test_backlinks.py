"""What proves a profile and what does not, against real servers; and that a hostile one costs nothing (S2, S6)."""

import json

import pytest

from afterlike import markup
from afterlike.addresses import imitates
from afterlike.endorsers import backlinks
from parts.profiles import OtherSite

MINE = "https://likes.example/p/abc1"
WANTED = frozenset({MINE})
ME = f'<a rel="me" href="{MINE}">x</a>'

PAGES = {
    "rel=me": (ME, "rel_me"),
    "rel=me among others": (f'<a rel="nofollow ME noopener" href="{MINE}">x</a>', "rel_me"),
    "a link in the head": (f'<link rel="me" href="{MINE}">', "rel_me"),
    "a host in capitals": (ME.replace("likes.example", "LIKES.example"), "rel_me"),
    "a fragment": (ME.replace("abc1", "abc1#top"), "rel_me"),
    "below a base": ('<base href="https://likes.example/x/"><a rel=me href="../p/abc1">x</a>', "rel_me"),
    "a plain link": (f'<a href="{MINE}">x</a>', "plain"),
    "what others wrote": (f'<a rel="ugc nofollow" href="{MINE}">x</a>', "text"),
    "text only": (f"<p>{MINE}</p>", "text"),
    "nothing": ("<p>Hello</p>", "no_link"),
    "a longer key": (f'<a rel="me" href="{MINE}0">x</a>', "no_link"),
    "a page below": (f'<a rel="me" href="{MINE}/more">x</a>', "text"),
    "another host": (ME.replace("likes.example", "likes.example.evil.test"), "no_link"),
    "a comment": (f"<!-- {ME} -->", "text"),
    "a script": (f"<script>'{ME}'</script>", "text"),
    "a template": (f"<template>{ME}</template>", "text"),
    "a noscript": (f"<noscript>{ME}</noscript>", "text"),
    "a text field": (f"<textarea>{ME}</textarea>", "text"),
    "a frame": (f'<iframe rel="me" src="{MINE}"></iframe>', "text"),
    "a frame's content": (f"<iframe srcdoc='{ME}'></iframe>", "text"),
    "an attribute": (f"<p title='{ME}'>x</p>", "text"),
    "broken markup": (f"<div><p><table><td {ME}", "text"),
    "a script address": ('<a rel="me" href="javascript:location=\'' + MINE + "'\">x</a>", "text"),
}


@pytest.fixture(scope="module")
def there():
    site = OtherSite()
    yield site
    site.close()


def look(there: OtherSite, url: str) -> backlinks.Found:
    return backlinks.look(url, WANTED, frozenset({there.place}))


@pytest.mark.parametrize(("page", "code"), PAGES.values(), ids=PAGES)
def test_what_a_page_proves(there, page, code):
    found = look(there, there.put("/ada", page))
    states = {"rel_me": "proven", "plain": "linked"}
    assert (found.code, found.state) == (code, states.get(code, "nothing"))


@pytest.mark.parametrize(("value", "code"), [
    (f'<{MINE}>; rel="me"', "rel_me"), (f"<https://a.test/>; rel=prev, <{MINE}>; title=x; rel=me", "rel_me"),
    (f'<{MINE}>; rel="alternate"', "no_link"), (f'{MINE}; rel="me"', "no_link"), ("<" * 9000, "no_link"),
])  # fmt: skip
def test_a_link_header_proves_too(there, value, code):
    assert look(there, there.put("/header", "<p>x</p>", Link=value)).code == code


def test_a_page_that_leads_elsewhere_proves_nothing_here(there):
    other = OtherSite()
    url = there.put("/moved", "", status=302, Location=other.put("/ada", ME))
    allow = frozenset({there.place, other.place})
    found = backlinks.look(url, WANTED, allow)
    other.close()
    assert found.outcome == f"elsewhere:{other.place}"
    assert look(there, there.put("/near", "", status=301, Location=there.put("/ada", ME))).code == "rel_me"


@pytest.mark.parametrize(("page", "outcome"), [
    ({"status": 404}, "status:404"), ({"status": 500}, "status:500"), ({"kind": "image/png"}, "unread"),
    ({"kind": "text/plain"}, "unread"), ({"Content_Encoding": "gzip"}, "unread"),
])  # fmt: skip
def test_what_is_no_page_proves_nothing(there, page, outcome):
    assert look(there, there.put("/odd", ME, **page)).outcome == outcome


FIELD = {"type": "PropertyValue", "name": "Likes", "value": f'<a href="{MINE}" rel="me nofollow"><span>x</span></a>'}


@pytest.mark.parametrize(("fields", "code"), [
    ({"attachment": [FIELD]}, "actor"), ({"attachment": FIELD}, "actor"), ({"attachment": [FIELD | {"value": MINE}]}, "actor"),
    ({"attachment": [FIELD | {"value": f"see {MINE}"}]}, "no_link"), ({"attachment": [FIELD | {"value": f"{MINE}0"}]}, "no_link"),
    ({"attachment": [FIELD | {"type": "Note"}]}, "no_link"), ({"type": "Note", "attachment": [FIELD]}, "no_link"),
    ({"summary": f"<p>{ME}</p>"}, "plain"), ({}, "no_link"), ({"attachment": [None, 3, [FIELD]]}, "no_link"),
])  # fmt: skip
def test_what_an_actor_proves(there, fields, code):
    there.put("/@eve", "<p>An application, nothing for readers</p>")
    there.actor("/@eve", **fields)
    assert look(there, f"{there.url}/@eve").code == code


def test_an_actor_under_another_address_is_asked_for_there(there):
    there.put("/@ada", "<div id=app></div>")
    there.actor("/users/ada", url=f"{there.url}/@ada", attachment=[FIELD])
    there.actor("/@ada", id=f"{there.url}/users/ada", attachment=[])
    assert look(there, f"{there.url}/@ada").code == "actor"


def test_an_actor_that_is_somebody_elses_proves_nothing(there):
    there.put("/@mallory", "<p>Hello</p>")
    there.actor("/users/victim", url=f"{there.url}/@victim", attachment=[FIELD])
    there.actor("/@mallory", id=f"{there.url}/users/victim", url=f"{there.url}/@mallory", attachment=[FIELD])
    assert look(there, f"{there.url}/@mallory").code == "somebody"
    there.actor("/@mallory", id="https://elsewhere.test/users/ada", attachment=[FIELD])
    assert look(there, f"{there.url}/@mallory").code == "somebody"


def test_a_handle_is_found_by_webfinger(there):
    told = {"subject": "acct:finn@x", "links": [
        {"rel": "self", "type": "application/activity+json", "href": f"{there.url}/actors/17"}]}
    there.put("/.well-known/webfinger", json.dumps(told), "application/jrd+json")
    there.actor("/actors/17", attachment=[FIELD])
    assert look(there, f"{there.url}/@finn").code == "actor"
    told["links"][0]["href"] = "https://elsewhere.test/actors/17"
    there.put("/.well-known/webfinger", json.dumps(told), "application/jrd+json")
    assert look(there, f"{there.url}/@finn").outcome == "status:404"


HOSTILE = [
    "http://127.0.0.1/", "http://127.0.0.1:1/", "http://localhost/", "http://[::1]/", "http://0.0.0.0/", "http://10.0.0.1/",
    "http://192.168.1.1/", "http://172.16.0.1/", "http://169.254.169.254/latest/meta-data/", "http://[::ffff:127.0.0.1]/",
    "http://[fe80::1%25eth0]/", "http://2130706433/", "http://0x7f.1/", "http://0177.0.0.1/", "http://127.1/", "file:///etc/passwd",
    "gopher://127.0.0.1/", "http://ada@127.0.0.1/", "http://127.0.0.1\\@x.test/", "http://[64:ff9b::7f00:1]/", "ftp://x.test/",
    "http://[2002:7f00:1::]/",
]  # fmt: skip


@pytest.mark.parametrize("url", HOSTILE)
def test_hostile_addresses_are_not_dialled(there, url):
    there.asked.clear()
    assert look(there, url).code in ("refused", "away") and there.asked == []


def test_a_redirect_into_our_own_network_is_not_followed(there):
    assert look(there, there.put("/in", "", status=302, Location="http://127.0.0.1:1/")).code == "refused"


def test_a_large_page_is_not_read_to_its_end(there):
    assert look(there, there.put("/large", ME + " " * markup.MOST_BYTES)).code == "unread"


@pytest.mark.parametrize("page", [
    "<div>" * 60_000, "<span>" * 2_000 + "<div></div>" * 20_000, "<svg><g>" * 30_000, "<font><p>" * 30_000,
], ids=["blocks", "inline", "drawing", "fonts"])  # fmt: skip
def test_a_page_nested_beyond_reason_is_not_parsed(page):
    with pytest.raises(markup.Tangled):
        markup.parsed(page)


@pytest.mark.parametrize("page", [
    "<" * 400_000, "<!--" * 100_000, "<a href=x><b>" * 400, "<p>" * 100_000, "<a href=x>" * 900 + "\0",
], ids=["opened", "comments", "bold", "paragraphs", "links"])  # fmt: skip
def test_broken_pages_are_read(page):
    assert isinstance(markup.links(page, "https://a.test/", tags={"a": "href"}), list)


@pytest.mark.parametrize(("host", "told"), [
    ("xn--pple-43d.com", True), ("xn--80ak6aa92e.com", True), ("bücher.example".encode("idna").decode(), False),
    ("example.com", False), ("xn--e1afmkfd.xn--p1ai", False), ("xn--r8jz45g.jp", False),
], ids=["one Cyrillic letter", "all Cyrillic, all like Latin", "an umlaut", "plain", "Russian", "Japanese"])  # fmt: skip
def test_a_host_that_may_imitate_another_is_told(host, told):
    assert imitates(host) == told
