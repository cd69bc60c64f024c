"""S6: whatever address a stranger names, nobody inside our network is dialled; and the honest page is read."""

import gzip
import itertools
import socket
import ssl
import threading
import time
from contextlib import ExitStack, closing, contextmanager

import pytest
import trustme

from afterlike import safefetch
from afterlike.safefetch import Refused, TooLarge, TooSlow, Unreachable, fetch, permitted, public
from parts.programs import until

PUBLIC = "93.184.216.34"
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"


class Peer:
    """A listening socket that counts who dials it and says what it was told to say, piece by piece."""

    def __init__(self, *pieces: bytes, pause_s: float = 0, wrap=None):
        self.pieces, self.pause_s, self.wrap = pieces, pause_s, wrap
        self.dialled, self.heard, self.stop = 0, [], threading.Event()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/"

    def _run(self) -> None:
        while True:
            try:
                line, _ = self.listener.accept()
            except OSError:
                return
            if self.stop.is_set():
                line.close()
                return
            self.dialled += 1
            try:
                self._talk(line)
            except OSError:
                continue

    def _talk(self, line: socket.socket) -> None:
        with self.wrap(line) if self.wrap else line as talk:
            self.heard.append(talk.recv(65536).decode("latin-1"))
            for piece in self.pieces:
                talk.sendall(piece)
                if self.stop.wait(self.pause_s):
                    return

    def close(self) -> None:
        self.stop.set()
        with socket.create_connection(("127.0.0.1", self.port)):
            self.thread.join(5)
        self.listener.close()


@pytest.fixture
def peer():
    """Starts a peer; how often it was dialled is `.dialled`."""
    with ExitStack() as stack:
        yield lambda *pieces, **more: stack.enter_context(closing(Peer(*pieces, **more)))


def only(*peers: Peer) -> frozenset[str]:
    """Permission for these peers and for nobody else."""
    return frozenset(f"127.0.0.1:{peer.port}" for peer in peers)


class Names:
    """A resolver of our own: answers from a table, the next answer each time it is asked, and counts."""

    def __init__(self, **table):
        self.asked = []
        self.table = {name.replace("_", "."): itertools.cycle(answers) for name, answers in table.items()}

    def __call__(self, host: str, port: int) -> list[str]:
        self.asked.append(host)
        if host in self.table:
            return list(next(self.table[host]))
        return safefetch.look_up(host, port)


@pytest.fixture
def dials(monkeypatch):
    """Every address that is dialled at all, recorded and refused."""
    seen = []

    def record(address, **_):
        seen.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr(safefetch.socket, "create_connection", record)
    return seen


def page(body: bytes = b"<p>hello", status: str = "200 OK", **headers: str) -> bytes:
    told = {"Content-Type": "text/html", "Content-Length": str(len(body))}
    told |= {name.replace("_", "-"): value for name, value in headers.items()}
    lines = [f"HTTP/1.1 {status}", *(f"{name}: {value}" for name, value in told.items()), "", ""]
    return "\r\n".join(lines).encode() + body


def moved(to: str, status: str = "302 Found") -> bytes:
    return page(b"", status, Location=to)


HOSTILE = {
    "loopback": ("http://127.0.0.1/", "address"),
    "loopback by name": ("http://localhost/", "address"),
    "loopback by name with a dot": ("http://localhost./", "address"),
    "another loopback": ("http://127.8.9.1/", "address"),
    "this host": ("http://0.0.0.0/", "address"),
    "private 10": ("http://10.0.0.1/", "address"),
    "private 172": ("http://172.16.0.1/", "address"),
    "private 192": ("http://192.168.1.1/", "address"),
    "carrier": ("http://100.64.0.1/", "address"),
    "cloud metadata": ("http://169.254.169.254/latest/meta-data/", "address"),
    "multicast": ("http://224.0.0.1/", "address"),
    "broadcast": ("http://255.255.255.255/", "address"),
    "decimal": ("http://2130706433/", "host"),
    "octal": ("http://0177.0.0.1/", "host"),
    "hexadecimal": ("http://0x7f.0.0.1/", "host"),
    "hexadecimal in one": ("http://0x7f000001/", "host"),
    "short": ("http://127.1/", "host"),
    "full-width digits": ("http://１２７.０.０.１/", "address"),
    "IPv6 loopback": ("http://[::1]/", "address"),
    "IPv6 any": ("http://[::]/", "address"),
    "IPv6 link-local": ("http://[fe80::1]/", "address"),
    "IPv6 zone": ("http://[fe80::1%25lo]/", "host"),
    "IPv6 unique local": ("http://[fd00::1]/", "address"),
    "IPv6 site-local": ("http://[fec0::1]/", "address"),
    "IPv6 multicast": ("http://[ff02::1]/", "address"),
    "mapped": ("http://[::ffff:127.0.0.1]/", "address"),
    "mapped in hex": ("http://[::ffff:7f00:1]/", "address"),
    "compatible": ("http://[::127.0.0.1]/", "address"),
    "6to4": ("http://[2002:7f00:1::]/", "address"),
    "teredo": ("http://[2001:0:7f00:1::]/", "address"),
    "NAT64": ("http://[64:ff9b::7f00:1]/", "address"),
    "NAT64 of one's own": ("http://[64:ff9b:1::7f00:1]/", "address"),
    "ISATAP": ("http://[2606:4700::5efe:7f00:1]/", "address"),
    "documentation": ("http://[2001:db8::1]/", "address"),
    "userinfo": ("http://example.com@127.0.0.1/", "userinfo"),
    "empty userinfo": ("http://@127.0.0.1/", "userinfo"),
    "another port": ("http://example.com:22/", "port"),
    "https on 80": ("https://example.com:80/", "port"),
    "port out of range": ("http://example.com:99999/", "port"),
    "port that is no number": ("http://example.com:http/", "port"),
    "file": ("file:///etc/passwd", "scheme"),
    "gopher": ("gopher://127.0.0.1:6379/_INFO", "scheme"),
    "javascript": ("javascript:alert(1)", "scheme"),
    "data": ("data:text/html,hi", "scheme"),
    "no scheme": ("//127.0.0.1/", "scheme"),
    "empty": ("", "scheme"),
    "no host": ("http:///path", "host"),
    "backslash": ("http://example.com\\@127.0.0.1/", "characters"),
    "tab in the scheme": ("ht\ttp://127.0.0.1/", "characters"),
    "line break": ("http://127.0.0.1/\r\nHost: x", "characters"),
    "space": ("http://127.0.0.1 .example.com/", "characters"),
    "NUL": ("http://127.0.0.1\x00.example.com/", "characters"),
    "brackets left open": ("http://[::1/", "host"),
    "endless": ("http://example.com/" + "a" * 3000, "characters"),
    "endless label": ("http://" + "a" * 300 + ".com/", "host"),
}


@pytest.mark.parametrize(("url", "reason"), HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_address_is_refused_with_a_reason_and_nobody_is_dialled(url, reason, dials):
    with pytest.raises(Refused) as refused:
        fetch(url)
    assert (refused.value.reason, dials) == (reason, [])
    assert refused.value.sentence.endswith(".")


def test_a_name_with_one_private_address_among_public_ones_is_refused(dials):
    names = Names(two_test=[[PUBLIC, "10.0.0.7"]])
    with pytest.raises(Refused):
        fetch("http://two.test/", lookup=names)
    assert dials == []


def test_a_name_that_changes_its_answer_is_looked_up_once_and_dialled_where_it_was_checked(dials):
    names = Names(rebind_test=[[PUBLIC], ["127.0.0.1"]])
    with pytest.raises(Unreachable):
        fetch("http://rebind.test/", lookup=names)
    assert (names.asked, dials) == (["rebind.test"], [(PUBLIC, 80)])


def test_without_permission_a_listening_neighbour_is_not_dialled(peer):
    neighbour = peer(page())
    for url in (neighbour.url, f"http://localhost:{neighbour.port}/"):
        with pytest.raises(Refused):
            fetch(url)
    assert neighbour.dialled == 0


def test_permission_is_exact(peer):
    asked, other = peer(page()), peer(page())
    allow = only(asked)
    assert fetch(asked.url, allow=allow).status == 200
    for url in (f"http://localhost:{asked.port}/", other.url, f"http://127.0.0.2:{asked.port}/"):
        with pytest.raises(Refused):
            fetch(url, allow=allow)
    assert (asked.dialled, other.dialled) == (1, 0)


@pytest.mark.parametrize("to", [
    "http://127.0.0.1:{inner}/", "//127.0.0.1:{inner}/", "http://127.0.0.1/", "http://[::1]/", "file:///etc/passwd",
    "http://user@127.0.0.1:{inner}/", "http://2130706433:{inner}/", "javascript:alert(1)", "http://[::1",
])  # fmt: skip
@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "303 See", "307 Again", "308 For good"])
def test_a_redirect_is_checked_like_the_first_address(peer, to, status):
    inner = peer(page())
    outer = peer(moved(to.format(inner=inner.port), status))
    with pytest.raises(Refused):
        fetch(outer.url, allow=only(outer))
    assert (outer.dialled, inner.dialled) == (1, 0)


def test_a_circle_of_redirects_ends_after_five(peer):
    circle = peer(moved("/again"))
    with pytest.raises(Refused) as refused:
        fetch(circle.url, allow=only(circle))
    assert (refused.value.reason, circle.dialled) == ("redirects", 6)


def slow(call, *, at_most_s: float):
    began = time.monotonic()
    with pytest.raises(TooSlow):
        call()
    assert time.monotonic() - began < at_most_s


DRIPS = {
    "in the status line": [b"H", b"T", b"T", b"P"] * 100,
    "in the headers": [b"HTTP/1.1 200 OK\r\n", *[b"X: y\r\n"] * 90],
    "in the body": [b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n", *[b"a"] * 900],
    "in the chunks": [CHUNKED, *[b"1\r\na\r\n"] * 900],
    "in 100 Continue": [b"HTTP/1.1 100 Continue\r\n\r\n"] * 900,
    "saying nothing": [b"", *[b""] * 900],
}


@pytest.mark.parametrize("pieces", DRIPS.values(), ids=DRIPS)
def test_a_drip_does_not_beat_the_deadline(peer, pieces):
    dripping = peer(*pieces, pause_s=0.05)
    slow(lambda: fetch(dripping.url, deadline_s=0.4, allow=only(dripping)), at_most_s=1)


def test_a_slow_lookup_does_not_beat_the_deadline(dials):
    release = threading.Event()
    slow(lambda: fetch("http://slow.test/", deadline_s=0.3, lookup=lambda *_: release.wait(5) and []), at_most_s=1)
    release.set()
    assert dials == []
    until(lambda: not any(thread.name == "lookup" for thread in threading.enumerate()), what="the lookup to end")


def test_a_deadline_covers_all_redirects_together(peer):
    circle = peer(b"", b"", moved("/again"), pause_s=0.05)
    slow(lambda: fetch(circle.url, deadline_s=0.4, allow=only(circle)), at_most_s=1)


def test_tls_that_never_shakes_hands_does_not_beat_the_deadline(peer):
    silent = peer(*[b""] * 900, pause_s=0.05)
    slow(lambda: fetch(f"https://127.0.0.1:{silent.port}/", deadline_s=0.4, allow=only(silent)), at_most_s=1)


LARGE = {
    "announced": [page(b"", Content_Length="2000000")],
    "unannounced": [b"HTTP/1.0 200 OK\r\n\r\n", *[b"a" * 65536] * 100],
    "in chunks": [CHUNKED, *[b"10000\r\n" + b"a" * 65536 + b"\r\n"] * 100],
    "in the headers": [b"HTTP/1.1 200 OK\r\n", *[b"X: " + b"y" * 60000 + b"\r\n"] * 60],
}


@pytest.mark.parametrize("pieces", LARGE.values(), ids=LARGE)
def test_a_large_page_is_not_read_to_its_end(peer, pieces):
    large = peer(*pieces)
    with pytest.raises(TooLarge):
        fetch(large.url, allow=only(large))


def test_a_page_of_exactly_the_cap_is_read(peer):
    full = peer(page(b"a" * 1000))
    got = fetch(full.url, cap=1000, allow=only(full))
    assert len(got.body) == 1000


def test_a_packed_bomb_is_not_unpacked(peer):
    bomb = peer(page(gzip.compress(bytes(5_000_000)), Content_Encoding="gzip"))
    with pytest.raises(Refused) as refused:
        fetch(bomb.url, allow=only(bomb))
    assert refused.value.reason == "encoding"
    assert "Accept-Encoding: identity" in bomb.heard[0]


BROKEN = {
    "nonsense": [b"hello\r\n\r\n"],
    "nothing": [],
    "half a page": [page(b"half", Content_Length="100")],
    "a chunk that is none": [CHUNKED + b"zz\r\n"],
}


@pytest.mark.parametrize("pieces", BROKEN.values(), ids=BROKEN)
def test_a_broken_answer_is_unreachable_not_a_crash(peer, pieces):
    broken = peer(*pieces)
    with pytest.raises(Unreachable):
        fetch(broken.url, allow=only(broken))


def test_a_name_that_does_not_exist_is_unreachable(dials):
    with pytest.raises(Unreachable):
        fetch("http://nobody.test/", lookup=Names(nobody_test=[[]]))
    assert dials == []


def test_the_next_address_is_tried_when_the_first_refuses(peer):
    there = peer(page())
    names = Names(two_test=[["127.0.0.2", "127.0.0.1"]])
    place = f"two.test:{there.port}"
    assert fetch(f"http://{place}/", lookup=names, allow=frozenset({place})).status == 200


def test_an_honest_page_is_read_as_it_is(peer):
    shelf = peer(page("<p>Grüße".encode(), Link="<https://a.test>; rel=me"))
    door = peer(moved(f"http://127.0.0.1:{shelf.port}/straße?q=ü#part", "301 Moved"))
    start = f"http://127.0.0.1:{door.port}/@ada"
    got = fetch(start, allow=only(door, shelf), accept="text/html, */*;q=0.1")
    assert (got.status, got.body.decode(), got.redirects) == (200, "<p>Grüße", (start,))
    assert got.headers["link"] == "<https://a.test>; rel=me"
    assert got.url == f"http://127.0.0.1:{shelf.port}/straße?q=ü#part"
    asked = shelf.heard[0]
    assert asked.startswith("GET /stra%C3%9Fe?q=%C3%BC HTTP/1.1\r\n")
    assert f"Host: 127.0.0.1:{shelf.port}\r\n" in asked and "Accept: text/html, */*;q=0.1\r\n" in asked
    assert "Cookie" not in asked and "Authorization" not in asked


@pytest.mark.parametrize("status", ["404 Not Found", "410 Gone", "500 Oh", "304 Not Modified"])
def test_any_status_is_told_as_it_is(peer, status):
    told = peer(page(b"" if status.startswith("304") else b"x", status))
    got = fetch(told.url, allow=only(told))
    assert got.status == int(status[:3])


def test_a_proxy_setting_does_not_lead_around_the_checks(peer, monkeypatch):
    proxy = peer(page())
    monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{proxy.port}")
    with pytest.raises(Refused):
        fetch("http://127.0.0.1/")
    assert proxy.dialled == 0


@contextmanager
def trusting(monkeypatch, tmp_path, authority: trustme.CA):
    file = tmp_path / "authority.pem"
    authority.cert_pem.write_to_path(str(file))
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    yield


def tls(certificate: trustme.LeafCert):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)
    return lambda line: context.wrap_socket(line, server_side=True)


@pytest.mark.parametrize(("written_for", "trusted", "fine"), [
    ("shop.test", True, True), ("other.test", True, False), ("shop.test", False, False),
], ids=["the right name", "another name", "an unknown authority"])  # fmt: skip
def test_a_certificate_is_compared_with_the_name(peer, monkeypatch, tmp_path, written_for, trusted, fine):
    authority = trustme.CA()
    shop = peer(page(), wrap=tls(authority.issue_cert(written_for)))
    url, allow = f"https://shop.test:{shop.port}/", frozenset({f"shop.test:{shop.port}"})
    with trusting(monkeypatch, tmp_path, authority if trusted else trustme.CA()):
        if fine:
            assert fetch(url, allow=allow, lookup=Names(shop_test=[["127.0.0.1"]])).body == b"<p>hello"
        else:
            with pytest.raises(Unreachable):
                fetch(url, allow=allow, lookup=Names(shop_test=[["127.0.0.1"]]))
    assert len(shop.heard) == fine


@pytest.mark.parametrize(("url", "host", "port", "path"), [
    ("https://Example.COM", "example.com", 443, "/"),
    ("http://bücher.example/ä b".replace(" ", "%20"), "xn--bcher-kva.example", 80, "/%C3%A4%20b"),
    ("https://example.com:443/a?b=c#d", "example.com", 443, "/a?b=c"),
    ("http://93.184.216.34/", "93.184.216.34", 80, "/"),
])  # fmt: skip
def test_a_public_address_is_read_as_it_is_meant(url, host, port, path):
    target = permitted(url)
    assert (target.host, target.port, target.path) == (host, port, path)


@pytest.mark.parametrize("address", [PUBLIC, "2606:4700::1111", "64:ff9b::5db8:d822", "::ffff:93.184.216.34"])
def test_public_addresses_are_public(address):
    assert public(address)


# Posting.


def test_a_post_says_what_it_was_given_and_follows_nothing(peer):
    moved = peer(b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n")
    told = safefetch.post(moved.url, b'{"a": 1}', headers={"webhook-id": "msg_1"}, allow=frozenset({f"127.0.0.1:{moved.port}"}))
    assert told.status == 302 and moved.dialled == 1
    assert moved.heard[0].startswith("POST / HTTP/1.1\r\n") and "webhook-id: msg_1" in moved.heard[0]
    assert "Content-Length: 8" in moved.heard[0]


def test_a_post_into_our_own_network_is_not_sent(peer):
    here = peer(CHUNKED)
    with pytest.raises(Refused):
        safefetch.post(here.url, b"x", headers={})
    assert here.dialled == 0
