"""Web addresses: what counts as one, its canonical form, and whose it is. Pure; never looks anything up."""

import ipaddress
import re
import unicodedata
from functools import lru_cache
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import idna

from afterlike.errors import stated

LONGEST = 2000
PORTS = {"http": 80, "https": 443}
HOST = re.compile(r"(?=.{1,253}$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*\.?|\[[0-9a-f:.]+\]")
# Besides what breaks markup: marks that nobody sees and that turn the reading direction of what follows.
HOSTILE = re.compile(r"[\x00-\x20\x7f-\x9f\\<>\"`{}|^\u061c\u200b-\u200f\u2028-\u202f\u2060-\u206f\ufeff]")
INTERNAL = (".local", ".localhost", ".internal", ".lan", ".home.arpa", ".onion")
LABELS = re.compile(r"[a-z0-9_-]+(\.[a-z0-9_-]+)*")
NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")  # what browsers read as the end of an IP address
# Names that only say where a visitor came from; the page is the same without them.
TRACKING = re.compile(
    r"(utm_.*|gclid|gbraid|wbraid|fbclid|msclkid|dclid|ttclid|twclid|yclid|igshid|mc_cid|mc_eid|_ga|_gl|ref_src)", re.I
)


class BadAddress(ValueError):
    """Not a web address that we would ever show as a link; the text says why."""


@lru_cache(maxsize=8192)
def canonical(url: str) -> str:
    """The address of the page itself: host in lower case and ASCII, no default port, fragment or tracking names.

    Raises BadAddress for anything that is not plain http(s): other schemes, user names, control characters, bad hosts.
    """
    scheme, host, port, path, query = _parts(url)
    kept = [(name, value) for name, value in parse_qsl(query, keep_blank_values=True) if not TRACKING.fullmatch(name)]
    query = query if len(kept) == query.count("&") + 1 else urlencode(kept)
    return urlunsplit((scheme, _netloc(scheme, host, port), path or "/", query, ""))


@lru_cache(maxsize=8192)
def cleaned(url: str) -> str:
    """The address as it is, but known to be harmless: for images and links. Raises BadAddress."""
    scheme, host, port, path, query = _parts(url)
    return urlunsplit((scheme, _netloc(scheme, host, port), path or "/", query, urlsplit(url).fragment))


@lru_cache(maxsize=8192)
def origin(url: str) -> str:
    """`scheme://host[:port]` of an address; raises BadAddress."""
    scheme, host, port, *_ = _parts(url)
    return f"{scheme}://{_netloc(scheme, host, port)}"


def is_page_of(page: str, url: str) -> bool:
    """Whether a page is the one at this address, which may say less of it: neither the host's `www`, nor what was chosen there.

    Both have to be addresses; what is not is the page of nothing.
    """
    try:
        (_, _, _, here, chosen), (_, _, _, path, query) = _parts(page), _parts(url)
    except BadAddress:
        return False
    same = here.rstrip("/") == path.rstrip("/") and urlsplit(url).fragment in ("", urlsplit(page).fragment)
    return same and set(parse_qsl(query)) <= set(parse_qsl(chosen))


def origin_pattern(pattern: str) -> str:
    """What an owner may register: an exact origin, or `https://*.shop.example`; raises BadAddress."""
    scheme, star, rest = pattern.strip().partition("://*.")
    if not star:
        return _bare_origin(pattern.strip())
    if "." not in rest:
        raise BadAddress(stated("a wildcard needs a domain of its own, like https://*.shop.example"))
    return _bare_origin(f"{scheme}://{rest}").replace("://", "://*.", 1)


def allows(patterns: frozenset[str], wanted: str) -> bool:
    """Whether an origin is one of the registered patterns. A wildcard stands for whole labels, one or more."""
    if wanted in patterns:
        return True
    return any(_under(pattern, wanted) for pattern in patterns if "://*." in pattern)


def _under(pattern: str, wanted: str) -> bool:
    scheme, _, domain = pattern.partition("://*")
    if not (wanted.startswith(scheme + "://") and wanted.endswith(domain)):
        return False
    return LABELS.fullmatch(wanted[len(scheme) + 3 : len(wanted) - len(domain)]) is not None


def same_host(patterns: frozenset[str], url: str) -> bool:
    """Whether an address belongs to a site, http or https alike."""
    wanted = origin(url)
    other = wanted.replace("http://", "https://") if wanted.startswith("http://") else wanted.replace("https://", "http://")
    return allows(patterns, wanted) or allows(patterns, other)


def is_public_name(host: str) -> bool:
    """Whether a host is a name that the whole world could ask for: no IP address, nothing that only exists inside a house."""
    name, dot, last = host.rpartition(".")
    return bool(name and dot) and host[0] != "[" and not NUMBER.fullmatch(last) and not f".{host}".endswith(INTERNAL)


def is_public_origin(origin: str) -> bool:
    """The same of an origin's host, where an IP address may stand too if it is one of the public ones."""
    host = host_of(origin)
    try:
        return ipaddress.ip_address(host.strip("[]")).is_global
    except ValueError:
        return is_public_name(host)


def host_of(url: str) -> str:
    """The host of an address, without its port; raises BadAddress."""
    return _parts(url)[1]


def _bare_origin(text: str) -> str:
    scheme, host, port, path, query = _parts(text)
    if path not in ("", "/") or query or "#" in text:
        raise BadAddress(stated("an origin is scheme and host only, like https://shop.example"))
    return f"{scheme}://{_netloc(scheme, host, port)}"


def _parts(url: str) -> tuple[str, str, int | None, str, str]:
    if not url or len(url) > LONGEST:
        raise BadAddress(stated("must have 1 to {most} characters", most=LONGEST))
    if HOSTILE.search(url):
        raise BadAddress(stated("must not hold spaces, control characters or backslashes"))
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise BadAddress(stated("is not a web address")) from None
    if parts.scheme not in PORTS or not url.lower().startswith(parts.scheme + "://"):
        raise BadAddress(stated("must start with https:// or http://"))
    if "@" in parts.netloc:
        raise BadAddress(stated("must not hold a user name"))
    return (
        parts.scheme,
        ascii_host(parts.netloc.rpartition(":")[0] if port is not None else parts.netloc.rstrip(":")),
        port,
        parts.path,
        parts.query,
    )


def imitates(host: str) -> bool:
    """Whether a host's name mixes alphabets, or is written in letters that look like Latin ones: it may imitate another."""
    return any(_imitates(label) for label in host.split(".") if label.startswith("xn--"))


def _imitates(label: str) -> bool:
    try:
        shown = idna.decode(label)
    except idna.IDNAError:
        return True
    alphabets = {unicodedata.name(letter, "?").split()[0] for letter in shown if letter.isalpha()}
    return not any(alphabets <= together for together in TOGETHER) or all(letter in LATIN_LIKE for letter in shown)


TOGETHER = (  # what one language writes with; any other alphabet by itself
    {"LATIN"}, {"CJK", "HIRAGANA", "KATAKANA", "LATIN"}, {"CJK", "HANGUL", "LATIN"}, {"CJK", "BOPOMOFO", "LATIN"},
    *({name} for name in ("CYRILLIC", "GREEK", "ARABIC", "HEBREW", "DEVANAGARI", "THAI", "ARMENIAN", "GEORGIAN", "BENGALI",
                          "TAMIL", "TELUGU", "KANNADA", "MALAYALAM", "GUJARATI", "GURMUKHI", "KHMER", "LAO", "MYANMAR",
                          "SINHALA", "ETHIOPIC")),
)
LATIN_LIKE = frozenset("аеорсухіјѕһԁԛԝӏкмтвнοανικρτυχ0123456789-")  # Cyrillic and Greek


def ascii_host(host: str) -> str:
    """A host in lower case and ASCII (`xn--…`), so that look-alikes can be seen; raises BadAddress."""
    lower = host.lower()
    if not lower.isascii():
        try:
            lower = idna.encode(lower, uts46=True).decode()
        except idna.IDNAError:
            raise BadAddress(stated("has a host name that cannot exist")) from None
    if not HOST.fullmatch(lower):
        raise BadAddress(stated("has a host name that cannot exist"))
    return lower.rstrip(".")


def _netloc(scheme: str, host: str, port: int | None) -> str:
    return host if port in (None, PORTS[scheme]) else f"{host}:{port}"
