"""S2: of all that strangers call an address, plain http(s) pages are left, in one form each; the rest says why not."""

import ipaddress

import pytest
from ground.making import QUIETLY
from hypothesis import given
from hypothesis import strategies as st

from afterlike.addresses import BadAddress, allows, canonical, cleaned, is_page_of, origin, origin_pattern, same_host

GOOD = {
    "plain": ("https://shop.test/lamp", "https://shop.test/lamp"),
    "no path": ("https://shop.test", "https://shop.test/"),
    "capitals": ("HTTPS://SHOP.Test/Lamp", "https://shop.test/Lamp"),
    "its own port": ("https://shop.test:443/a", "https://shop.test/a"),
    "its own port, http": ("http://shop.test:80/a", "http://shop.test/a"),
    "another port": ("https://shop.test:8443/a", "https://shop.test:8443/a"),
    "http's port on https": ("https://shop.test:80/", "https://shop.test:80/"),
    "an empty port": ("https://shop.test:/a", "https://shop.test/a"),
    "trailing dot": ("https://shop.test./a", "https://shop.test/a"),
    "fragment": ("https://shop.test/a#b", "https://shop.test/a"),
    "query": ("https://shop.test/a?b=1&c=2", "https://shop.test/a?b=1&c=2"),
    "order of a query": ("https://shop.test/?z=1&a=2", "https://shop.test/?z=1&a=2"),
    "empty query": ("https://shop.test/a?", "https://shop.test/a"),
    "empty value": ("https://shop.test/a?b=", "https://shop.test/a?b="),
    "where from": ("https://shop.test/a?utm_source=x&id=1&utm_campaign=y", "https://shop.test/a?id=1"),
    "where from, only": ("https://shop.test/a?utm_source=x", "https://shop.test/a"),
    "where from, capitals": ("https://shop.test/a?UTM_Medium=x", "https://shop.test/a"),
    "where from, escaped": ("https://shop.test/a?%75tm_source=x", "https://shop.test/a"),
    "clicks": ("https://shop.test/a?gclid=1&fbclid=2&msclkid=3&mc_eid=4&v=5", "https://shop.test/a?v=5"),
    "looks like where from": ("https://shop.test/a?utmost=1&my_utm_source=2", "https://shop.test/a?utmost=1&my_utm_source=2"),
    "Unicode path": ("https://shop.test/лампа", "https://shop.test/лампа"),
    "escaped path": ("https://shop.test/%D0%BB%20a", "https://shop.test/%D0%BB%20a"),
    "dots in the path": ("https://shop.test/a/../b", "https://shop.test/a/../b"),
    "two slashes in the path": ("https://shop.test//evil.test/a", "https://shop.test//evil.test/a"),
    "at in the path": ("https://social.test/@ada", "https://social.test/@ada"),
    "an address in the query": ("https://shop.test/?to=https://evil.test/", "https://shop.test/?to=https://evil.test/"),
    "German": ("https://müller.test/", "https://xn--mller-kva.test/"),
    "German, capitals": ("https://MÜLLER.test/", "https://xn--mller-kva.test/"),
    "a Cyrillic a": ("https://shоp.test/", "https://xn--shp-ted.test/"),
    "full width": ("https://ｓｈｏｐ.test/", "https://shop.test/"),
    "ideographic dot": ("https://shop。test/", "https://shop.test/"),
    "written in ASCII already": ("https://XN--MLLER-KVA.test/", "https://xn--mller-kva.test/"),
    "IPv4": ("http://192.0.2.1/a", "http://192.0.2.1/a"),
    "IPv6": ("http://[2001:DB8::1]:8080/a", "http://[2001:db8::1]:8080/a"),
    "a name alone": ("http://localhost:8000/", "http://localhost:8000/"),
    "as long as may be": ("https://shop.test/" + "a" * 1982, "https://shop.test/" + "a" * 1982),
}

BAD = {
    "empty": "",
    "words": "a lamp",
    "relative": "/lamp",
    "no scheme": "shop.test/lamp",
    "no scheme, two slashes": "//shop.test/lamp",
    "one slash": "https:/shop.test",
    "no slash": "https:shop.test",
    "three slashes": "https:///shop.test",
    "no host": "https://",
    "script": "javascript:alert(1)",
    "script, capitals": "JavaScript:alert(1)",
    "script with slashes": "javascript://shop.test/%0aalert(1)",
    "script, tab inside": "java\tscript:alert(1)",
    "script, line end inside": "java\nscript:alert(1)",
    "script after a space": " javascript:alert(1)",
    "script after a control": "\x01javascript:alert(1)",
    "data": "data:text/html,<b>",
    "vbscript": "vbscript:a",
    "file": "file:///etc/passwd",
    "ftp": "ftp://shop.test/",
    "blob": "blob:https://shop.test/1",
    "about": "about:blank",
    "view-source": "view-source:https://shop.test",
    "tab in the scheme": "ht\ttps://shop.test/",
    "line end in the host": "https://shop\n.test/",
    "line end at the end": "https://shop.test/\n",
    "NUL": "https://shop.test/\x00",
    "space": "https://shop.test/a b",
    "before it": " https://shop.test/",
    "backslash": "https://shop.test\\@evil.test/",
    "backslashes": "https:\\\\evil.test",
    "user": "https://shop.test@evil.test/",
    "user and password": "https://a:b@evil.test/",
    "empty user": "https://@evil.test/",
    "escaped at": "https://shop.test%40evil.test/",
    "markup": "https://shop.test/<script>",
    "quote": 'https://shop.test/"',
    "back-tick": "https://shop.test/`",
    "braces": "https://shop.test/{a}",
    "right to left": "https://shop.test/\u202egpj",
    "zero width": "https://sh\u200bop.test/",
    "a mark": "https://shop.test/\ufeff",
    "line separator": "https://shop.test/\u2028",
    "port too high": "https://shop.test:65536/",
    "port no number": "https://shop.test:a/",
    "port negative": "https://shop.test:-1/",
    "two ports": "https://shop.test:1:2/",
    "dash first": "https://-shop.test/",
    "two dots": "https://shop..test/",
    "dot first": "https://.shop.test/",
    "underscore": "https://sh_op.test/",
    "long label": f"https://{'a' * 64}.test/",
    "long host": f"https://{'a.' * 127}test/",
    "star": "https://*.test/",
    "escaped dot": "https://shop%2etest/",
    "open bracket": "https://[::1/",
    "bracket, no address": "https://[shop]/",
    "a joiner that cannot be": "https://a\u200d.test/",
    "emoji and a broken label": "https://xn--a-.test/\\",
    "too long": "https://shop.test/" + "a" * 1983,
    "a pipe": "https://shop.test/a|b",
    "caret": "https://shop.test/^",
}


@pytest.mark.parametrize(("url", "form"), GOOD.values(), ids=GOOD)
def test_a_page_has_one_form(url, form):
    assert canonical(url) == form
    assert canonical(form) == form


@pytest.mark.parametrize("url", BAD.values(), ids=BAD)
def test_what_is_no_plain_page_is_refused_with_why(url):
    for read in (canonical, cleaned, origin):
        with pytest.raises(BadAddress) as told:
            read(url)
        assert str(told.value)


def test_a_link_keeps_its_fragment_and_where_it_came_from():
    assert cleaned("HTTPS://Shop.test:443/a?utm_source=x#b") == "https://shop.test/a?utm_source=x#b"


HOSTS = st.sampled_from(
    ["shop.test", "SHOP.test", "müller.test", "a-b.c.test", "192.0.2.1", "[2001:db8::1]", "xn--mller-kva.test"]
)
PIECES = st.text("abcXYZ019-._~%!$'()*+,;=:@/?&#é日\u202e\\ \t<\"", max_size=40)


@QUIETLY
@given(st.sampled_from(["http", "https", "HTTPS"]), HOSTS, st.sampled_from(["", ":80", ":443", ":8000", ":"]), PIECES)
def test_the_form_of_a_form_is_itself(scheme, host, port, rest):
    for read in (canonical, cleaned):
        try:
            once = read(f"{scheme}://{host}{port}/{rest}")
        except BadAddress:
            continue
        assert read(once) == once


@QUIETLY
@given(st.text(max_size=60) | PIECES.map(lambda rest: "https://" + rest))
def test_whatever_it_is_it_is_a_plain_page_or_refused(text):
    try:
        url = canonical(text)
    except BadAddress:
        return
    assert url.startswith(("https://", "http://")) and not set(url) & set(' \t\r\n<>"`\\{}|^\0')
    host = url.split("/")[2]
    assert host.isascii() and host == host.lower() and "@" not in host and host


# Origins: what an owner may register, and who is then meant.

PATTERNS = {
    "plain": ("https://shop.test", "https://shop.test"),
    "slash": ("https://shop.test/", "https://shop.test"),
    "capitals and spaces": (" HTTPS://Shop.TEST ", "https://shop.test"),
    "its own port": ("https://shop.test:443", "https://shop.test"),
    "another port": ("https://shop.test:8443", "https://shop.test:8443"),
    "http": ("http://localhost:3000", "http://localhost:3000"),
    "Unicode": ("https://müller.test", "https://xn--mller-kva.test"),
    "wildcard": ("https://*.shop.test", "https://*.shop.test"),
    "wildcard and port": ("https://*.shop.test:8443", "https://*.shop.test:8443"),
    "wildcard, Unicode": ("https://*.müller.test", "https://*.xn--mller-kva.test"),
}
NO_PATTERNS = (
    "shop.test",
    "https://shop.test/a",
    "https://shop.test?a",
    "https://shop.test#a",
    "https://*",
    "https://*.test",
    "https://a.*.test",
    "https://*shop.test",
    "https://*.*.shop.test",
    "*",
    "null",
    "",
    "https://a@shop.test",
    "ftp://shop.test",
    "chrome-extension://abc",
    "https://shop.test,https://b.test",
    "file://",
    "https://*.shop.test/a",
    "https://sh*p.test",
)


@pytest.mark.parametrize(("typed", "kept"), PATTERNS.values(), ids=PATTERNS)
def test_an_origin_may_be_registered(typed, kept):
    assert origin_pattern(typed) == kept and origin_pattern(kept) == kept


@pytest.mark.parametrize("typed", NO_PATTERNS)
def test_what_is_no_origin_may_not(typed):
    with pytest.raises(BadAddress):
        origin_pattern(typed)


MEANT = [
    ("https://shop.test", "https://shop.test", True),
    ("https://shop.test", "http://shop.test", False),
    ("https://shop.test", "https://shop.test:444", False),
    ("https://shop.test", "https://a.shop.test", False),
    ("https://shop.test", "https://shop.test.evil.test", False),
    ("https://shop.test", "https://evilshop.test", False),
    ("https://shop.test", "null", False),
    ("https://shop.test", "", False),
    ("https://shop.test:444", "https://shop.test:444", True),
    ("https://*.shop.test", "https://a.shop.test", True),
    ("https://*.shop.test", "https://a.b.shop.test", True),
    ("https://*.shop.test", "https://shop.test", False),
    ("https://*.shop.test", "https://.shop.test", False),
    ("https://*.shop.test", "https://evilshop.test", False),
    ("https://*.shop.test", "http://a.shop.test", False),
    ("https://*.shop.test", "https://a.shop.test:444", False),
    ("https://*.shop.test:444", "https://a.shop.test:444", True),
    ("https://*.shop.test", "https://a.shop.test.evil.test", False),
    ("https://*.shop.test", "https://evil.test/.shop.test", False),
    ("https://*.shop.test", "https://evil.test#.shop.test", False),
    ("https://*.shop.test", "https://a@b.shop.test", False),
    ("https://*.shop.test", "null", False),
    ("https://*.shop.test", "https://*.shop.test", True),
    ("https://*.shop.test", "https://a..shop.test", False),
]


@pytest.mark.parametrize(("pattern", "wanted", "meant"), MEANT, ids=[f"{pattern} {wanted}" for pattern, wanted, _ in MEANT])
def test_an_origin_means_whole_names_only(pattern, wanted, meant):
    assert allows(frozenset({pattern, "https://other.test"}), wanted) is meant


@pytest.mark.parametrize(
    ("url", "own"),
    [
        ("https://shop.test/a", True),
        ("http://shop.test/a", True),
        ("https://SHOP.test:443/", True),
        ("https://shop.test:444/", False),
        ("https://a.wild.test/x", True),
        ("http://a.wild.test/", True),
        ("https://wild.test/", False),
        ("https://shop.test.evil.test/", False),
        ("https://evil.test/https://shop.test/", False),
        ("https://evil.test/?shop.test", False),
    ],
)
def test_a_page_is_of_a_site_when_its_host_is(url, own):
    assert same_host(frozenset({"https://shop.test", "https://*.wild.test"}), url) is own


@QUIETLY
@given(st.ip_addresses())
def test_every_ip_address_is_a_host(address):
    host = f"[{address}]" if isinstance(address, ipaddress.IPv6Address) else str(address)
    if "%" not in host:
        assert origin(f"http://{host}/") == f"http://{host.lower()}"


PAGES = {
    "the same": ("https://shop.test/lamp", "https://shop.test/lamp", True),
    "with what was chosen": ("https://shop.test/lamp?variant=2&utm_source=x", "https://shop.test/lamp", True),
    "without www, with a slash": ("https://shop.test/lamp/", "https://www.shop.test/lamp", True),
    "a number in the query": ("https://shop.test/item?id=5&from=home", "https://shop.test/item?id=5", True),
    "another number": ("https://shop.test/item?id=6", "https://shop.test/item?id=5", False),
    "a list in the query": ("https://shop.test/?category=2", "https://shop.test/?product=5", False),
    "a list": ("https://shop.test/lamps", "https://shop.test/lamp", False),
    "one page, many products": ("https://shop.test/#!/lamps", "https://shop.test/#!/lamp", False),
    "a place on the page": ("https://shop.test/lamp#reviews", "https://shop.test/lamp", True),
    "no address": ("javascript:alert(1)", "javascript:alert(1)", False),
}


@pytest.mark.parametrize(("page", "url", "own"), PAGES.values(), ids=PAGES)
def test_a_page_is_a_products_own_by_the_two_addresses(page, url, own):
    assert is_page_of(page, url) is own
