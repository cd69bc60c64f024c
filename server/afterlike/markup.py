"""What a stranger's page links to, as a browser would read it; bounded in time whatever it holds. Asks nobody, keeps nothing.

The parser is Lexbor's: it reads HTML as the standard says, and a page made to hurt costs it a second where others take
minutes (docs/decisions/0020-proofs.md). The one thing that is slow even there is deep nesting, so that is counted first.
"""

import re
from dataclasses import dataclass
from urllib.parse import urljoin

from selectolax.lexbor import LexborHTMLParser

MOST_BYTES = 500_000
MOST_DEPTH = 1_000
MOST_LINKS = 5_000
LONGEST = 2_000
# What a reader of the page does not see as a link, though a link may stand in it.
UNSEEN = ["script", "style", "noscript", "template", "iframe", "object", "noembed", "noframes", "textarea", "title", "select"]
TAG = re.compile(r"<(/?)([a-z][a-z0-9]*)[^<>]*>", re.I)
# They end by themselves, so one more of them makes nothing deeper.
SHORT = frozenset(
    "area base br col embed hr img input link meta param source track wbr p li dt dd option optgroup tr td th thead tbody tfoot "
    "colgroup rb rt rtc rp html head body".split()
)
NOSCRIPT = re.compile(r"<noscript\b.*?(?:</noscript\s*>|\Z)", re.I | re.S)  # nobody with a browser of today sees it
CHARSET = re.compile(r"charset\s*=\s*[\"']?([\w.:-]+)", re.I)


class Tangled(Exception):
    """The page is too long or too deeply nested to be read in a bounded time."""


@dataclass(frozen=True, slots=True)
class Link:
    """Where to, in full; the words of its `rel` in lower case; what it stood in: a, link, header, img …"""

    url: str
    rel: frozenset[str]
    tag: str


def decoded(body: bytes, content_type: str) -> str:
    """The text of a body, by the charset it was sent with, else UTF-8; never raises."""
    named = CHARSET.search(content_type)
    try:
        return body.decode(named[1] if named else "utf-8-sig", "replace")
    except (LookupError, UnicodeError):
        return body.decode("utf-8", "replace")


def parsed(page: str) -> LexborHTMLParser:
    """The tree of a page; raises Tangled."""
    if len(page) > MOST_BYTES or _depth(page) > MOST_DEPTH:
        raise Tangled
    return LexborHTMLParser(NOSCRIPT.sub(" ", page))


def _depth(page: str) -> int:
    """How deep the tags may nest, at most."""
    depth = deepest = 0
    for closes, name in TAG.findall(page):
        if name.lower() not in SHORT:
            depth = max(0, depth - 1) if closes else depth + 1
            deepest = max(deepest, depth)
    return max(deepest, 0) if page.count("<") < MOST_BYTES else MOST_DEPTH + 1


def links(page: str, url: str, *, tags: dict[str, str]) -> list[Link]:
    """What a page at `url` links to: `tags` maps a tag to the attribute that holds the address. Raises Tangled.

    Nothing of comments, scripts, frames and whatever else a reader does not see as a link.
    """
    tree = parsed(page)
    base = _base(tree, url)
    tree.strip_tags(UNSEEN, recursive=True)
    found = []
    for tag, attribute in tags.items():
        for node in tree.css(f"{tag}[{attribute}]")[:MOST_LINKS]:
            told = node.attributes
            rel = frozenset((told.get("rel") or "").lower().split())
            found += [Link(there, rel, tag)] if (there := joined(base, told.get(attribute))) else []
    return found


def _base(tree: LexborHTMLParser, url: str) -> str:
    named = tree.css_first("base[href]")
    return joined(url, named.attributes.get("href")) or url if named else url


def joined(base: str, href: str | None) -> str:
    """An address in full, without what stands behind `#`; empty for what is none."""
    if href is None or len(href) > LONGEST:
        return ""
    try:
        return urljoin(base, href.strip(" \t\r\n\f")).partition("#")[0]
    except ValueError:
        return ""


def header_links(value: str, url: str) -> list[Link]:
    """The links of a `Link` header (RFC 8288); what cannot be read is passed over."""
    found = []
    for target, parameters in HEADER.findall(value[:MOST_HEADER]):
        rel = next((one[1] or one[2] for one in REL.finditer(parameters)), "")
        found += [Link(there, frozenset(rel.lower().split()), "header")] if (there := joined(url, target)) else []
    return found


MOST_HEADER = 20_000
HEADER = re.compile(r"<([^<>]{0,2000})>((?:\s*;\s*[\w*-]+(?:\s*=\s*(?:\"[^\"<>]*\"|[^\s\",;<>]*))?)*)")
REL = re.compile(r";\s*rel\s*=\s*(?:\"([^\"]*)\"|([^\s\",;]+))", re.I)
