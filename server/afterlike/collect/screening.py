"""Screening: the steps between a stranger's bytes and the database, in one visible list.

Each step takes the event and gives it on, or raises with a `reason` that is counted (drops.py) and shown to the admin.
Nothing is dropped in silence: sent = stored + dropped by counted reason, exactly.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache

import crawleruseragents
from flask import Request
from marshmallow import Schema
from werkzeug.exceptions import RequestEntityTooLarge

from afterlike import addresses, sites
from afterlike.addresses import BadAddress
from afterlike.clock import DAY, MINUTE, now
from afterlike.collect import extension
from afterlike.collect.extension import visitor_hash
from afterlike.errors import Invalid, NotFound, NotSignedIn, Refused, TooBig
from afterlike.web import House, network, peer
from afterlike.wire import BODY_CAP, loaded, parsed
from afterlike.words import for_admins

OLDEST_PRESS = 30 * DAY  # an outbox may have waited on a phone in a drawer
EARLIEST_PRESS = 5 * MINUTE  # a client's clock may run ahead this much before it is set right
MISSING = "Missing data for required field."

REASONS = {
    "size": for_admins("larger than 32 KB"),
    "content_type": for_admins("not JSON, or compressed"),
    "malformed": for_admins("not readable as JSON"),
    "shape": for_admins("fields missing or wrong"),
    "unknown_site": for_admins("no site has this key"),
    "origin": for_admins("sent from an origin that the site has not registered"),
    "api_key": for_admins("no Origin, and no valid API key of the site"),
    "install": for_admins("from the extension, without a good install token; it gets one and sends it again"),
    "unclaimed": for_admins("from a page of no site, where that is not wanted"),
    "private_host": for_admins("from a page of no site, on a host that only exists inside a house"),
    "foreign_url": for_admins("the product or page is not on the site"),
    "bot": for_admins("a crawler or a script, by its user agent"),
    "rate": for_admins("too many calls from one visitor or network"),
    "not_found": for_admins("no such like, prompt, product or visitor here"),
    "conflict": for_admins("the id was used for something else"),
    "profile_url": for_admins("the profile's address cannot be one"),
    "too_many_profiles": for_admins("this person has left five profiles already"),
    "address": for_admins("the address cannot be one, by its own text"),
    "trap": for_admins("the field that people do not see was filled in; answered like any other"),
    "signature": for_admins("the order's signature is wrong"),
    "unavailable": for_admins("the database could not take it; the client sends it again"),
    "mention_address": for_admins("a webmention whose source or target is no public web address"),
    "mention_target": for_admins("a webmention for a page that is not on the site"),
    "mention_same": for_admins("a webmention of a page by itself, or by the site itself"),
    "duplicate": for_admins("sent again, and answered as the first time"),
}


@dataclass(slots=True)
class Event:
    """One call on its way in; steps fill in what the next ones need."""

    call: str
    schema: Schema
    raw: bytes
    content_type: str
    encoding: str
    origin: str | None
    api_key: str | None
    user_agent: str
    peer: str
    house: House
    extra: dict = field(default_factory=dict)  # fields that came in the address, not in the body
    at: int = field(default_factory=now)
    data: dict = field(default_factory=dict)
    site: sites.Site | None = None
    visitor: bytes = b""
    by_extension: bool = False
    install: str = ""  # which installation of the extension


def event(house: House, request: Request, call: str, schema: Schema, extra: dict) -> Event:
    """The event of a request, nothing checked yet."""
    headers = request.headers
    try:
        raw = request.get_data(cache=False)
    except RequestEntityTooLarge:  # told by the length, or found out while reading a body without one
        raw = b" " * (BODY_CAP + 1)
    word, _, token = headers.get("Authorization", "").partition(" ")
    return Event(
        call, schema, raw, request.mimetype, headers.get("Content-Encoding", ""),
        headers.get("Origin"), token.strip() if word.lower() == "bearer" else None, headers.get("User-Agent", ""),
        peer(request), house, extra, by_extension=extension.is_extension(headers.get("Origin")),
    )


def size(event: Event) -> Event:
    if len(event.raw) > BODY_CAP:
        raise TooBig()
    return event


def shape(event: Event) -> Event:
    """JSON, then fields; the site is looked up in between, so that even a wrong shape is counted for its owner."""
    body = parsed(event.raw, content_type=event.content_type, encoding=event.encoding) | event.extra
    if isinstance(body.get("site"), str):
        event.site = site_meant(event, body["site"])
    event.data = loaded(event.schema, body)
    return event


def site_meant(event: Event, key: str) -> sites.Site | None:
    """The site with this key; to the extension alone also an origin's own row, which is nobody's site."""
    meant = sites.site_by_key(event.house, key)
    return sites.unclaimed_site(event.house, key) if meant is None and event.by_extension else meant


def from_extension(event: Event) -> Event:
    """An extension of the settings, with the token of its installation, and only with what people do."""
    if event.by_extension:
        if not extension.is_accepted(event.house.config.extensions, event.origin):
            raise Refused(extension.STRANGER, reason="origin")
        if event.call not in extension.CALLS:
            raise Refused(extension.NOT_ITS_CALL, reason="origin")
        if event.call != "installs":
            event.install = extension.install_of(event.house.keyring, event.data.get("install", ""), event.origin)
    return event


def site(event: Event) -> Event:
    """The site that is named; a like of the extension may name none, and goes where its page belongs (extension.py)."""
    named, is_like = event.data.get("site"), event.by_extension and event.call == "likes"
    if event.site is None and (named or not is_like):
        if not named:
            raise Invalid(f"site: {MISSING}", fields={"site": MISSING})
        raise NotFound("No site has this key. Copy the tag from the admin again.", reason="unknown_site")
    if is_like:
        meant, event.site = event.site, None
        page = addresses.origin(event.data["page"]["url"])
        event.site = extension.taker(event.house, meant, page, event.data["id"], event.data["visitor"])
    elif event.site.is_unclaimed and event.call in extension.TO_SOMEBODY:
        raise Refused(extension.NOBODY, reason="unclaimed")
    return whose(event)


def whose(event: Event) -> Event:
    if event.site is not None and (secret := event.data.get("visitor")):
        event.visitor = visitor_hash(event.house.keyring, event.site.id, secret)
    return event


def origin(event: Event) -> Event:
    """A registered Origin; or none at all, and an API key of this very site. The extension's has been looked at already."""
    if event.by_extension:
        return event
    if event.origin is not None:
        if not addresses.allows(event.site.origins, event.origin):
            say = "Whoever runs the server can, with: afterlike origins --site … --add …"
            raise Refused(f"{event.site.name} has not registered this origin. {say}", reason="origin")
    elif event.api_key is None or sites.holder_of(event.house, event.api_key) != event.site.id:
        raise NotSignedIn("Without an Origin this needs an API key of the site: Authorization: Bearer alk_…", reason="api_key")
    return event


def own_url(event: Event) -> Event:
    origins, owners = own_origins(event)
    for part in ("product", "page"):
        url = event.data.get(part, {}).get("url")
        if url and not _belongs(origins, url):
            sentence = f"The {part} is not on one of {owners} origins."
            raise Invalid(sentence, fields={f"{part}.url": sentence}, reason="foreign_url")
    return event


def own_origins(event: Event) -> tuple[frozenset[str], str]:
    """Where the pages of a call may be, and whose that is; the extension's may be anywhere, with the product on their host."""
    if event.by_extension and "page" in event.data:
        page = event.data["page"]["url"]
        if event.site is None or not _belongs(event.site.origins, page):
            return frozenset({addresses.origin(page)}), "its page's"
    return event.site.origins, f"{event.site.name}'s"


@lru_cache(maxsize=8192)
def _belongs(origins: frozenset[str], url: str) -> bool:
    try:
        return addresses.same_host(origins, url)
    except BadAddress:
        return False


def bot(event: Event) -> Event:
    """Crawlers and scripts; a server with the site's API key may call itself what it likes."""
    if event.origin is not None and is_bot(event.user_agent):
        raise Refused("This looks like a crawler or a script, so it is not counted. Servers use an API key.", reason="bot")
    return event


@lru_cache(maxsize=4096)
def is_bot(user_agent: str) -> bool:
    return crawleruseragents.is_crawler(user_agent[:500])


def rate(event: Event) -> Event:
    """Per visitor and per network; a server with an API key speaks for many and is not counted."""
    if event.origin is not None:
        limits, key = event.house.limits, place(event)
        if event.visitor:
            limits.spend("visitor", key, event.visitor.hex())
        if event.install:
            limits.spend("visitor", "installed", event.install)
        if (asks := network(event.peer)) is not None:
            limits.spend("network", key, asks)
    return event


def place(event: Event) -> str:
    """What a limit counts for: a site; all origins of no site are one."""
    return "unclaimed" if event.site is None or event.site.is_unclaimed else event.site.key


def own_row(event: Event) -> Event:
    """The first like from an origin of no site makes the row that keeps it apart from all sites; a network makes so many."""
    if event.site is None:
        page = addresses.origin(event.data["page"]["url"])
        event.house.limits.spend("unclaimed", network(event.peer) or "loopback")
        event.site = event.house.db.write(sites.add_unclaimed, (page, event.at))
        event = whose(event)
    return event


def extension_only(event: Event) -> Event:
    if not event.by_extension:
        raise Refused("Only the browser extension gets an install token; a page needs a site's tag.", reason="origin")
    return event


def install_rate(event: Event) -> Event:
    if (asks := network(event.peer)) is not None:
        event.house.limits.spend("install", asks)
    return event


def clock_skew(event: Event) -> Event:
    """The client's moment of the press, kept beside ours and never far from it."""
    if context := event.data.get("context"):
        pressed = context.get("pressed_at", event.at)
        context["pressed_at"] = min(max(pressed, event.at - OLDEST_PRESS), event.at + EARLIEST_PRESS)
    return event


Steps = tuple[Callable[[Event], Event], ...]
# "duplicate" is the last step and the tables' own: the same id is answered as the first time (likes.py).
STEPS: Steps = (size, shape, from_extension, site, origin, own_url, bot, rate, own_row, clock_skew)
# An installation of the extension asks for its token before it can speak of a site.
INSTALL_STEPS: Steps = (size, shape, extension_only, from_extension, bot, install_rate)


def screened(event: Event, steps: Steps = STEPS) -> Event:
    """The event after all steps; raises the first refusal."""
    for step in steps:
        event = step(event)
    return event
