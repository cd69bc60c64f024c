"""A feed as Atom (RFC 4287) and as JSON Feed 1.1. Pure: the same entries, the same bytes, so the same ETag."""

import json
import re
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from xml.etree import ElementTree as Xml

from afterlike.show import iso

ATOM = "http://www.w3.org/2005/Atom"
NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
Xml.register_namespace("", ATOM)


@dataclass(frozen=True, slots=True)
class Entry:
    """`name` is never used for anything else, so the entry's id is the same for ever, whatever our address."""

    name: str
    at: int
    title: str
    text: str
    url: str
    image: str | None = None

    @property
    def id(self) -> str:
        return uuid.uuid5(uuid.NAMESPACE_URL, f"afterlike:{self.name}").urn


@dataclass(frozen=True, slots=True)
class Feed:
    """`name` as of an entry; `began_at` is the moment of a feed in which nothing stands yet."""

    name: str
    title: str
    author: str
    language: str
    url: str
    home: str
    began_at: int
    entries: Sequence[Entry]

    @property
    def id(self) -> str:
        return uuid.uuid5(uuid.NAMESPACE_URL, f"afterlike:{self.name}").urn

    @property
    def changed_at(self) -> int:
        return max([self.began_at, *(entry.at for entry in self.entries)])


def atom(feed: Feed) -> bytes:
    root = Xml.Element(f"{{{ATOM}}}feed", {"xml:lang": feed.language})
    _texts(root, {"id": feed.id, "title": feed.title, "updated": iso(feed.changed_at)})
    _link(root, "self", feed.url, "application/atom+xml")
    _link(root, "alternate", feed.home, "text/html")
    _texts(Xml.SubElement(root, f"{{{ATOM}}}author"), {"name": feed.author})
    _texts(root, {"generator": "Afterlike"})
    for entry in feed.entries:
        part = Xml.SubElement(root, f"{{{ATOM}}}entry")
        _texts(part, {"id": entry.id, "title": entry.title, "updated": iso(entry.at), "published": iso(entry.at)})
        _link(part, "alternate", entry.url, "text/html")
        _texts(part, {"summary": entry.text})
    return Xml.tostring(root, encoding="utf-8", xml_declaration=True)


def _texts(parent: Xml.Element, texts: dict[str, str]) -> None:
    for name, text in texts.items():
        Xml.SubElement(parent, f"{{{ATOM}}}{name}").text = NOT_XML.sub("", text)


def _link(parent: Xml.Element, rel: str, href: str, kind: str) -> None:
    Xml.SubElement(parent, f"{{{ATOM}}}link", {"rel": rel, "type": kind, "href": href})


def json_feed(feed: Feed) -> bytes:
    told = {
        "version": "https://jsonfeed.org/version/1.1", "title": feed.title, "home_page_url": feed.home, "feed_url": feed.url,
        "language": feed.language, "authors": [{"name": feed.author}], "items": [_item(entry) for entry in feed.entries],
    }
    return json.dumps(told, ensure_ascii=False).encode()


def _item(entry: Entry) -> dict:
    told = {"id": entry.id, "url": entry.url, "title": entry.title, "content_text": entry.text, "date_published": iso(entry.at)}
    return told | ({"image": entry.image} if entry.image else {})
