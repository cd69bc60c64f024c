"""Whether an origin says that it belongs to a site: by DNS, by a file, by a meta tag. Looks outside, keeps nothing.

Only the origin itself proves: whatever leads to another one, be it only from http to https, proves nothing here.
"""

import ipaddress
import re
from dataclasses import dataclass
from html.parser import HTMLParser
from urllib.parse import urlsplit

import dns.exception
import dns.name
import dns.resolver

from afterlike import safefetch
from afterlike.addresses import BadAddress
from afterlike.addresses import origin as origin_of
from afterlike.errors import stated

LABEL = "_afterlike"
NAME = "afterlike-site"
FILE = "/.well-known/afterlike.txt"
FILE_CAP = 10_000
HEAD_CAP = 250_000
PATIENCE_S = 5  # for each of the three ways


@dataclass(frozen=True)
class Outside:
    """How we may look: `dns` is IP:port of a name server, empty for the system's own; `allow` as safefetch knows it."""

    dns: str = ""
    allow: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Found:
    """`method` is what proves it: dns, file or meta; None where nothing does, and then `problem` says why, a line each."""

    method: str | None
    problem: str | None = None


class NoProof(Exception):
    """This way proves nothing; the text says why, as a sentence."""


def look(origin: str, token: str, outside: Outside) -> Found:
    """Tries the three ways in their order; the first that proves is enough. Takes PATIENCE_S each at most, and never raises."""
    problems = []
    for method, proves in WAYS.items():
        try:
            proves(origin, token, outside)
            return Found(method)
        except NoProof as why:
            problems.append(str(why))
    return Found(None, "\n".join(problems))


def line(token: str) -> str:
    """What stands in the DNS record and in the file."""
    return f"{NAME}={token}"


def meta(token: str) -> str:
    """What stands in the head of the page."""
    return f'<meta name="{NAME}" content="{token}">'


def record_of(origin: str) -> str | None:
    """The name of the TXT record; None where the host is a number, which has no such names."""
    host = urlsplit(origin).hostname
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return f"{LABEL}.{host}"
    return None


def by_dns(origin: str, token: str, outside: Outside) -> None:
    """A TXT record that is exactly the line; raises NoProof."""
    record = record_of(origin)
    if record is None:
        raise NoProof(stated("DNS: the host is a number, which cannot have a record."))
    texts = _texts(record, outside.dns)
    if line(token) not in texts:
        others = sum(text.startswith(f"{NAME}=") for text in texts)
        if others:
            raise NoProof(stated("DNS: {record} has a record of ours with another token.", record=record))
        raise NoProof(stated("DNS: {record} has no TXT record that reads like the line below.", record=record))


def by_file(origin: str, token: str, outside: Outside) -> None:
    """A plain text file in which one line is exactly the line; raises NoProof."""
    found = _fetched(origin, FILE, outside, ("text/plain",), cap=FILE_CAP)
    lines = [one.strip() for one in found.decode("utf-8-sig", "replace").split("\n")]
    if line(token) not in lines:
        raise NoProof(stated("File: {url} is there, but no line of it is the one below.", url=origin + FILE))


def by_meta(origin: str, token: str, outside: Outside) -> None:
    """A meta tag in the head of the front page whose content is exactly the token; raises NoProof."""
    contents = head_contents(_fetched(origin, "/", outside, ("text/html", "application/xhtml+xml")).decode("utf-8", "replace"))
    if token not in contents:
        if contents:
            raise NoProof(stated("Page: {url} has our meta tag with another token.", url=f"{origin}/"))
        raise NoProof(stated("Page: {url} has no such meta tag in its head.", url=f"{origin}/"))


WAYS = {"dns": by_dns, "file": by_file, "meta": by_meta}


def _texts(record: str, server: str) -> list[str]:
    try:
        answer = _resolver(server).resolve(dns.name.from_text(f"{record}."), "TXT", search=False, lifetime=PATIENCE_S)
    except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
        raise NoProof(stated("DNS: there is no TXT record {record}.", record=record)) from None
    except dns.exception.Timeout:
        raise NoProof(stated("DNS: the name servers did not answer in time.")) from None
    except (dns.exception.DNSException, OSError, UnicodeError):
        raise NoProof(stated("DNS: the name servers could not tell whether there is a record {record}.", record=record)) from None
    return [b"".join(one.strings).decode("ascii", "replace") for one in answer]


def _resolver(server: str) -> dns.resolver.Resolver:
    if not server:
        return dns.resolver.Resolver()
    host, _, port = server.rpartition(":")
    made = dns.resolver.Resolver(configure=False)
    made.nameservers, made.port = [host.strip("[]")], int(port)
    return made


def _fetched(origin: str, path: str, outside: Outside, kinds: tuple[str, ...], cap: int = 1_000_000) -> bytes:
    """The body of a page of this very origin; raises NoProof for everything else."""
    what, url = stated("File") if path == FILE else stated("Page"), origin + path
    try:
        found = safefetch.fetch(url, deadline_s=PATIENCE_S, cap=cap, allow=outside.allow, accept=kinds[0])
    except safefetch.FetchError as failed:
        raise NoProof(stated("{what}: {url} could not be read. {why}", what=what, url=url, why=failed.sentence)) from None
    if elsewhere := _elsewhere(origin, [*found.redirects, found.url]):
        more = {"what": what, "url": url, "there": elsewhere}
        raise NoProof(stated("{what}: {url} leads to {there}, which proves nothing here. Claim that origin by itself.", **more))
    if found.status != 200:
        raise NoProof(stated("{what}: {url} answers {status}.", what=what, url=url, status=found.status))
    kind = found.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in kinds:
        sent = kind if re.fullmatch(r"[\w.+-]{1,40}/[\w.+-]{1,40}", kind, re.ASCII) else stated("something else")
        more = {"what": what, "url": url, "wanted": kinds[0], "sent": sent}
        raise NoProof(stated("{what}: {url} has to be sent as {wanted}; it comes as {sent}.", **more))
    return found.body


def _elsewhere(origin: str, urls: list[str]) -> str | None:
    """The first other origin on the way."""
    for url in urls:
        try:
            there = origin_of(url.partition("#")[0])
        except BadAddress:
            return stated("an address that we cannot read")
        if there != origin:
            return there
    return None


def head_contents(page: str) -> list[str]:
    """What the meta tags of our name in the head of a page hold; those in comments, scripts and the body are none."""
    head = _Head()
    try:
        head.feed(page[:HEAD_CAP])
        head.close()
    except (_Over, AssertionError):  # the library asserts that `<![…` is whole; a broken one ends the head too
        pass
    return head.contents


class _Over(Exception):
    """The head has ended."""


class _Head(HTMLParser):
    """Reads until the head ends, which may be long before anybody says so: at the first word or thing that people see.

    That end also keeps the library from its slowness with broken markup, which is quadratic.
    """

    PARTS = frozenset({"html", "head", "meta", "link", "base", "title", "script", "style", "noscript"})
    SHUT = frozenset({"title", "script", "style", "noscript"})  # what stands in these is text, whatever it looks like
    COMMENT = re.compile(r"<!--(?:-?>|.*?(?:--!?>|\Z))", re.DOTALL)

    def __init__(self):
        super().__init__()
        self.contents: list[str] = []

    def parse_comment(self, i: int, report: int = 1) -> int:
        """Where a comment ends for browsers; the library's own lets `-- >` end one."""
        return self.COMMENT.match(self.rawdata, i).end()

    def opened(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in self.PARTS:
            raise _Over
        if tag in self.SHUT:
            self.set_cdata_mode(tag)
        elif tag == "meta" and _first(attrs, "name") == NAME:
            self.contents.append(_first(attrs, "content") or "")

    def closed(self, tag: str) -> None:
        if tag in ("head", "body", "html"):
            raise _Over

    def said(self, text: str) -> None:
        if self.cdata_elem is None and text.strip("\ufeff \t\r\n\f"):
            raise _Over

    # The names under which the library calls them; a slash at a tag's end means nothing in HTML, `<title/>` is open.
    handle_starttag = handle_startendtag = opened
    handle_endtag = closed
    handle_data = said


def _first(attrs: list[tuple[str, str | None]], name: str) -> str | None:
    """The attribute as browsers read it: of several the first."""
    return next((value for key, value in attrs if key == name), None)
