"""Whether a page carries the tag of a site and lets it work: what its HTML and its Content-Security-Policy say. Pure."""

import re
from dataclasses import dataclass
from html import unescape
from urllib.parse import urlsplit

from afterlike.addresses import BadAddress, allows, origin
from afterlike.safefetch import Fetched
from afterlike.sites import Site

TAG = re.compile(r"<script\b[^>]*>", re.IGNORECASE)
ATTRIBUTE = re.compile(r"""([a-z-]+)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""", re.IGNORECASE)
MOST = 400_000  # of a page, where tags are looked for


@dataclass(frozen=True, slots=True)
class Found:
    """What a page shows; each is a plain answer, `blocked` names the directives of its policy that shut us out."""

    url: str
    status: int
    has_tag: bool
    right_key: bool
    right_address: bool
    registered: bool
    blocked: tuple[str, ...]

    @property
    def is_fine(self) -> bool:
        is_ours = self.has_tag and self.right_key and self.right_address
        return self.status < 400 and is_ours and self.registered and not self.blocked


def look(fetched: Fetched, site: Site, address: str) -> Found:
    """What the page that was fetched says of the tag of this site, whose collector is at `address`."""
    tags = [attributes(tag) for tag in TAG.findall(fetched.body[:MOST].decode("utf-8", "replace"))]
    ours = [tag for tag in tags if "data-site" in tag and "/w" in tag.get("src", "")]
    return Found(
        fetched.url, fetched.status, bool(ours), any(tag["data-site"] == site.key for tag in ours),
        any(tag["src"].startswith(address + "/") for tag in ours), is_registered(site, fetched.url),
        shut_out(fetched.headers.get("content-security-policy", ""), address),
    )


def attributes(tag: str) -> dict[str, str]:
    return {name.lower(): unescape(next(filter(None, values), "")) for name, *values in ATTRIBUTE.findall(tag)}


def is_registered(site: Site, url: str) -> bool:
    try:
        return allows(site.origins, origin(url))
    except BadAddress:
        return False


def shut_out(policy: str, address: str) -> tuple[str, ...]:
    """The directives that do not let our script be loaded, or what was liked be sent."""
    told = [part.split() for part in policy.lower().split(";") if part.split()]
    rules = {name: sources for name, *sources in reversed(told)}  # of two of a name, browsers take the first
    wanted = {"script-src": rules.get("script-src-elem", rules.get("script-src", rules.get("default-src"))),
              "connect-src": rules.get("connect-src", rules.get("default-src"))}
    return tuple(name for name, sources in wanted.items() if sources is not None and not lets_in(sources, address))


def lets_in(sources: list[str], address: str) -> bool:
    """Whether one of the sources of a directive stands for our address; a nonce may, so it counts as yes."""
    ours = urlsplit(address)
    hosts = {ours.netloc, f"{ours.scheme}://{ours.netloc}"}
    wild = {f"*.{ours.netloc.partition('.')[2]}"}
    wild |= {f"{ours.scheme}://{one}" for one in wild}
    return any(
        source in ("*", f"{ours.scheme}:") or source.startswith("'nonce-") or _without_path(source) in hosts | wild
        for source in sources
    )


def _without_path(source: str) -> str:
    scheme, split, rest = source.rpartition("://")
    return f"{scheme}{split}{rest.partition('/')[0]}"
