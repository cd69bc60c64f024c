"""The only way out: fetches a page that a stranger named, or posts to one, without ever dialling into our own network.

One lookup per hop, every address of the answer checked, the checked address dialled, the certificate compared with the
name, each redirect checked like the first address, and one deadline over everything, lookup included. It never sends a
cookie, never follows a proxy setting and never unpacks a body.
"""

import http.client
import io
import ipaddress
import queue
import re
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from urllib.parse import SplitResult, quote, urljoin, urlsplit

from afterlike.errors import AfterlikeError, stated

AGENT = "Afterlike/1 (checks links that people gave us)"
PORTS = {"http": 80, "https": 443}
MOVED = {301, 302, 303, 307, 308}
MOST_REDIRECTS = 5
MOST_ADDRESSES = 4
HEAD_CAP = 64_000
URL_CAP = 2_000

Lookup = Callable[[str, int], Iterable[str]]
Answer = tuple[int, dict[str, str], bytes]


class FetchError(AfterlikeError):
    """Base of everything that keeps a page from being fetched."""

    reason = "fetch"
    sentence = stated("The page could not be fetched.")


class Refused(FetchError):
    """We will not ask for this address; `reason` says which rule."""

    reason = "refused"
    sentence = stated("We do not fetch this address. Use a public http or https page.")


class Unreachable(FetchError):
    """Nobody answered, or not in a language we trust."""

    reason = "unreachable"
    sentence = stated("The page did not answer, or its certificate is not valid. Open it in a browser and try again.")


class TooLarge(FetchError):
    """More bytes than the cap."""

    reason = "too_large"
    sentence = stated("The page is larger than we read. Use a smaller page.")


class TooSlow(FetchError):
    """Not all there before the deadline."""

    reason = "too_slow"
    sentence = stated("The page took too long to answer. Try again later.")


@dataclass(frozen=True)
class Fetched:
    """What came back; `url` is the last one, `redirects` the ones before it, header names are lower case."""

    url: str
    status: int
    headers: Mapping[str, str]
    body: bytes
    redirects: tuple[str, ...]


def look_up(host: str, port: int) -> list[str]:
    """All addresses of a name, in the order in which the system would try them."""
    return [found[4][0] for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


def fetch(
    url: str,
    *,
    deadline_s: float = 5,
    cap: int = 1_000_000,
    allow: frozenset[str] = frozenset(),
    accept: str = "text/html",
    lookup: Lookup = look_up,
) -> Fetched:
    """GETs `url` within `deadline_s` seconds and `cap` bytes; raises a FetchError otherwise.

    `allow` holds exact `host:port` pairs that may be asked in spite of their port or address: for tests and for an
    owner's own machines. Any status is returned as it is; only redirects are followed, at most five.
    """
    until = time.monotonic() + deadline_s
    passed: list[str] = []
    while True:
        target = permitted(url, allow)
        addresses = _addresses(target, allow, until, lookup)
        status, headers, body = _ask(target, addresses, until, cap, Call(asked={"Accept": accept}))
        if status not in MOVED or "location" not in headers:
            return Fetched(url, status, headers, body, tuple(passed))
        if len(passed) == MOST_REDIRECTS:
            raise Refused(stated("The page redirects too often. Use the address it ends at."), reason="redirects")
        passed.append(url)
        url = _joined(url, headers["location"])


def once(
    url: str,
    *,
    headers: Mapping[str, str],
    deadline_s: float = 5,
    cap: int = 64_000,
    allow: frozenset[str] = frozenset(),
    lookup: Lookup = look_up,
) -> Fetched:
    """GETs `url` with these headers, which may hold a secret: a redirect is an answer like any other, and not followed."""
    until = time.monotonic() + deadline_s
    target = permitted(url, allow)
    addresses = _addresses(target, allow, until, lookup)
    status, told, answer = _ask(target, addresses, until, cap, Call(asked=headers))
    return Fetched(url, status, told, answer, ())


def post(
    url: str,
    body: bytes,
    *,
    headers: Mapping[str, str],
    deadline_s: float = 5,
    cap: int = 64_000,
    allow: frozenset[str] = frozenset(),
    lookup: Lookup = look_up,
) -> Fetched:
    """POSTs `body` as `fetch` would ask; follows no redirect. Raises a FetchError where no whole answer comes."""
    until = time.monotonic() + deadline_s
    target = permitted(url, allow)
    addresses = _addresses(target, allow, until, lookup)
    status, told, answer = _ask(target, addresses, until, cap, Call("POST", body, headers))
    return Fetched(url, status, told, answer, ())


@dataclass(frozen=True)
class Call:
    """What is said to the other side, besides what we always say."""

    method: str = "GET"
    body: bytes | None = None
    asked: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Target:
    """One request: where to, and what for."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def place(self) -> str:
        return f"{self.host}:{self.port}"

    @property
    def host_header(self) -> str:
        name = f"[{self.host}]" if ":" in self.host else self.host
        return name if self.port == PORTS[self.scheme] else f"{name}:{self.port}"


def permitted(url: str, allow: frozenset[str] = frozenset()) -> Target:
    """The request behind a URL, judged by its text alone; raises Refused."""
    if len(url) > URL_CAP or re.search(r"[\x00-\x20\x7f\\]", url):
        raise Refused(stated("The address is too long or holds spaces or control characters."), reason="characters")
    parts = _split(url)
    if parts.scheme not in PORTS:
        raise Refused(stated("Only http and https addresses can be fetched."), reason="scheme")
    if "@" in parts.netloc:
        raise Refused(stated("The address holds a user name or password. Leave it out."), reason="userinfo")
    target = Target(parts.scheme, _host(parts), _port(parts), _path(parts))
    if target.port != PORTS[target.scheme] and target.place not in allow:
        raise Refused(stated("Only the usual ports of the web can be fetched."), reason="port")
    return target


def public(text: str) -> bool:
    """Whether an address is one of the open internet; addresses that tunnel into IPv4 are not, or not unchecked."""
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return False
    if address.version == 6 and any(address in carrier for carrier in CARRIERS):
        return public(str(ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF)))
    if address.version == 6 and (address not in GLOBAL_6 or _tunnels(address)):
        return False
    return address.is_global and not address.is_multicast


GLOBAL_6 = ipaddress.ip_network("2000::/3")
# Mapped addresses, and what a NAT64 resolver answers for an IPv4 host (RFC 6052): the last 32 bits are the real one.
CARRIERS = (ipaddress.ip_network("::ffff:0:0/96"), ipaddress.ip_network("64:ff9b::/96"))
ISATAP = {0x0000_5EFE, 0x0200_5EFE}  # third quarter of the address, RFC 5214


def _tunnels(address: ipaddress.IPv6Address) -> bool:
    return bool(address.sixtofour or address.teredo) or (int(address) >> 32 & 0xFFFF_FFFF) in ISATAP


def _split(url: str) -> SplitResult:
    try:
        return urlsplit(url)
    except ValueError:
        raise Refused(stated("This is not a web address."), reason="host") from None


def _host(parts: SplitResult) -> str:
    try:
        host = (parts.hostname or "").encode("idna").decode("ascii")
    except UnicodeError:
        host = ""
    plain = host.removesuffix(".") if "%" not in host else ""  # a zone names one of our own network cards
    if not plain or _spelled_oddly(plain):
        raise Refused(stated("The address names no host that we can look up."), reason="host")
    return plain


def _spelled_oddly(host: str) -> bool:
    """Numbers that system libraries read as IPv4 though they do not look like it: 2130706433, 0x7f.1, 0177.0.0.1."""
    last = host.rstrip(".").rpartition(".")[2]
    if ":" in host or not re.fullmatch(r"\d+|0x[0-9a-f]*", last):
        return False
    try:
        ipaddress.IPv4Address(host)
    except ValueError:
        return True
    return False


def _port(parts: SplitResult) -> int:
    try:
        return PORTS[parts.scheme] if parts.port is None else parts.port
    except ValueError:
        raise Refused(stated("The port in the address is not a number."), reason="port") from None


def _path(parts: SplitResult) -> str:
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return quote(path, safe="".join(map(chr, range(33, 127))))


def _joined(base: str, location: str) -> str:
    try:
        return urljoin(base, location.encode("latin-1").decode("utf-8", "replace"))  # as http.client read it
    except ValueError:
        raise Refused(stated("The page redirects to something that is not an address."), reason="host") from None


def _left(until: float) -> float:
    left = until - time.monotonic()
    if left <= 0:
        raise TooSlow()
    return left


def _addresses(target: Target, allow: frozenset[str], until: float, lookup: Lookup) -> list[str]:
    found = _looked_up(target, until, lookup)
    if not found:
        raise Unreachable("The address names a host that does not exist.")
    if target.place not in allow and not all(map(public, found)):
        raise Refused(stated("The address leads into a private network."), reason="address")
    return found[:MOST_ADDRESSES]


def _looked_up(target: Target, until: float, lookup: Lookup) -> list[str]:
    """A lookup cannot be interrupted, so it runs in a thread of its own that is left behind when time is up."""
    answer: queue.SimpleQueue[list[str]] = queue.SimpleQueue()

    def ask() -> None:
        try:
            answer.put(list(dict.fromkeys(lookup(target.host, target.port))))
        except (OSError, UnicodeError):
            answer.put([])

    threading.Thread(target=ask, name="lookup", daemon=True).start()
    try:
        return answer.get(timeout=_left(until))
    except queue.Empty:
        raise TooSlow() from None


def _ask(target: Target, addresses: list[str], until: float, cap: int, call: Call) -> Answer:
    try:
        with _dialled(target, addresses, until) as line:
            return _exchange(target, _Line(line, until, cap + HEAD_CAP), cap, call)
    except TimeoutError:
        raise TooSlow() from None
    except (OSError, http.client.HTTPException) as broken:
        raise Unreachable() from broken


def _dialled(target: Target, addresses: list[str], until: float) -> socket.socket:
    for address in addresses[:-1]:
        try:
            return _connected(target, address, until - _left(until) / 2)
        except (OSError, TooSlow):
            continue
    return _connected(target, addresses[-1], until)


def _connected(target: Target, address: str, until: float) -> socket.socket:
    line = socket.create_connection((address, target.port), timeout=_left(until))
    if target.scheme == "http":
        return line
    try:
        line.settimeout(_left(until))
        return ssl.create_default_context().wrap_socket(line, server_hostname=target.host)
    except (OSError, FetchError):
        line.close()
        raise


def _exchange(target: Target, line: "_Line", cap: int, call: Call) -> Answer:
    talk = http.client.HTTPConnection(target.host, target.port)
    talk.auto_open = 0
    talk.sock = line
    asked = {"Host": target.host_header, "User-Agent": AGENT, **call.asked}
    always = {"Accept-Encoding": "identity", "Connection": "close"}
    talk.request(call.method, target.path, body=call.body, headers=asked | always)
    with talk.getresponse() as response:
        told = {name.lower(): ", ".join(response.headers.get_all(name)) for name in response.headers}
        if response.status in MOVED and "location" in told:
            return response.status, told, b""
        return response.status, told, _body(response, told, cap)


def _body(response: http.client.HTTPResponse, told: Mapping[str, str], cap: int) -> bytes:
    if told.get("content-encoding", "identity").lower() not in ("", "identity"):
        raise Refused(stated("The page came packed although we asked for it plain."), reason="encoding")
    if (response.length or 0) > cap:
        raise TooLarge()
    body = response.read(cap + 1)
    if len(body) > cap:
        raise TooLarge()
    if response.length:
        raise Unreachable("The page broke off in the middle. Try again later.")
    return body


class _Line:
    """The socket as http.client sees it: it forgets neither the deadline nor how much may come."""

    def __init__(self, line: socket.socket, until: float, most: int):
        self.line, self.until, self.most = line, until, most

    def sendall(self, data: bytes) -> None:
        self.line.settimeout(_left(self.until))
        self.line.sendall(data)

    def makefile(self, _mode: str) -> io.BufferedReader:
        return io.BufferedReader(_Incoming(self))

    def close(self) -> None:
        """http.client closes early; the real socket is closed by the one who dialled it."""


class _Incoming(io.RawIOBase):
    def __init__(self, line: _Line):
        self.from_line = line

    def readable(self) -> bool:
        return True

    def readinto(self, buffer) -> int:
        line = self.from_line
        line.line.settimeout(_left(line.until))
        came = line.line.recv_into(buffer)
        line.most -= came
        if line.most < 0:
            raise TooLarge()
        return came
