"""Whether a page mentions one of the site's, and what it says: the receiver's rules of Webmention (W3C), by the text alone."""

import html
import json
import re
from dataclasses import dataclass
from urllib.parse import urlsplit

import mf2py
import nh3

from afterlike import markup
from afterlike.addresses import BadAddress, cleaned, origin
from afterlike.safefetch import Fetched

SEEN = {"a": "href", "area": "href", "link": "href", "img": "src", "video": "src", "audio": "src", "source": "src"}
HTML = ("text/html", "application/xhtml+xml")
JSON = ("application/json", "application/activity+json", "application/ld+json", "application/mf2+json", "application/feed+json")
KINDS = {"like-of": "like", "repost-of": "repost", "in-reply-to": "reply"}
MOST_ENTRY = 60_000  # bytes of one h-entry; what is longer is a mention without words
LONGEST_EXCERPT, LONGEST_AUTHOR = 500, 100


@dataclass(frozen=True, slots=True)
class Said:
    """What a page says: like, reply, repost or mention; whose it is, when that is told on its own origin; a few words."""

    kind: str = "mention"
    author: str | None = None
    author_url: str | None = None
    excerpt: str | None = None


def said(came: Fetched, source: str, target: str) -> Said | None:
    """What the page says of exactly this address; None where it does not link to it."""
    kind, target = came.headers.get("content-type", "").partition(";")[0].strip().lower(), target.partition("#")[0]
    text = markup.decoded(came.body, came.headers.get("content-type", ""))
    if kind in HTML:
        return _of_html(text, came.url, source, target)
    if kind in JSON:
        return Said() if _in_json(came.body, target) else None
    if kind == "text/plain":
        return Said() if re.search(rf"(?<![\w:/]){re.escape(target)}(?![\w/?&=%#-]|\.\w)", text) else None
    return None


def _of_html(text: str, url: str, source: str, target: str) -> Said | None:
    try:
        if not any(link.url == target for link in markup.links(text, url, tags=SEEN)):
            return None
        return _entry(text, url, source, target)
    except markup.Tangled:
        return None


def _in_json(body: bytes, target: str) -> bool:
    try:
        waiting = [json.loads(body)]
    except (ValueError, RecursionError):
        return False
    while waiting:
        one = waiting.pop()
        if one == target:
            return True
        waiting += one.values() if isinstance(one, dict) else one if isinstance(one, list) else ()
    return False


def _entry(text: str, url: str, source: str, target: str) -> Said:
    """What the page's own h-entry says; the page's title where there is none that can be read."""
    tree = markup.parsed(text)
    tree.strip_tags(["script", "style", "template", "iframe", "object", "svg"], recursive=True)
    node, title = tree.css_first(".h-entry"), tree.css_first("title")
    untold = Said(excerpt=plain(title.text() if title else "", LONGEST_EXCERPT))
    if node is None or len(node.html or "") > MOST_ENTRY:
        return untold
    try:
        items = mf2py.parse(doc=node.html, url=url, html_parser="html.parser")["items"]
    except (RecursionError, ValueError, KeyError, TypeError, AttributeError):  # what it makes of nonsense
        return untold
    entry = next((item["properties"] for item in items if "h-entry" in item.get("type", ())), None)
    return untold if entry is None else _told(entry, source, target, untold)


def _told(entry: dict, source: str, target: str, untold: Said) -> Said:
    kind = next((name for wanted, name in KINDS.items() if target in _addresses(entry.get(wanted))), "mention")
    words = next((_text(entry.get(name)) for name in ("content", "summary", "name") if _text(entry.get(name))), "")
    author, author_url = _author(entry.get("author"), source)
    return Said(kind, author, author_url, plain(words, LONGEST_EXCERPT) or untold.excerpt)


def _addresses(values) -> set[str]:
    """Every address that a property names, be it a text or a small entry of its own."""
    found = set()
    for one in values if isinstance(values, list) else ():
        if isinstance(one, dict):
            urls = one.get("properties", {}).get("url", [])
            found |= {str(url).partition("#")[0] for url in [*urls, one.get("value")]}
        else:
            found.add(str(one).partition("#")[0])
    return found


def _text(values) -> str:
    one = values[0] if isinstance(values, list) and values else ""
    return str(one.get("html") or one.get("value") or "") if isinstance(one, dict) else str(one)


def _author(values, source: str) -> tuple[str | None, str | None]:
    """(name, address) of an h-card that says it is of the source's own origin; nobody else's name is put into their mouth."""
    card = values[0] if isinstance(values, list) and values else None
    if not isinstance(card, dict):
        return None, None
    facts = card.get("properties", {})
    urls = [str(url) for url in facts.get("url", [])]
    mine = next((cleaned(url) for url in urls if _origin(url) == _origin(source) != ""), None)
    name = plain(_text(facts.get("name")), LONGEST_AUTHOR)
    return (name, mine) if mine else (None, None)


def _origin(url: str) -> str:
    try:
        return origin(url.partition("#")[0])
    except BadAddress:
        return ""


def plain(text: str, longest: int) -> str | None:
    """A stranger's markup as text: no tag, no script, no more than `longest` characters."""
    shown = html.unescape(nh3.clean(text.replace("\0", ""), tags=set()))
    words = " ".join(re.sub(r"[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", " ", shown).split())
    return (words if len(words) <= longest else f"{words[:longest - 1]}…") or None


def host_of(url: str) -> str:
    return urlsplit(url).netloc
