"""Whether a profile links back to its owner's page here. Looks outside by safefetch alone, keeps nothing.

`rel=me` on a link, in a Link header or in the fields of a fediverse profile proves: only its owner can put it there. A plain
link does not. Nothing else counts: no text, no comment, no frame, no script, no page of another host.
"""

import json
import re
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from afterlike import markup, safefetch
from afterlike.addresses import BadAddress, cleaned
from afterlike.safefetch import Fetched, FetchError, Refused, TooLarge, Unreachable

PATIENCE_S = 5  # for each of the three fetches at most
HTML = ("text/html", "application/xhtml+xml")
ACTIVITY = ("application/activity+json", "application/ld+json")
ACTORS = ("Person", "Service", "Group", "Application", "Organization")
HANDLE = re.compile(r"/@([\w.-]{1,100})/?")
SEEN = {"a": "href", "link": "href", "area": "href"}
OTHERS = {"ugc", "sponsored"}  # what others wrote on the page, or paid for
CODES = ("rel_me", "actor", "plain", "no_link", "text", "elsewhere", "status", "unread", "away", "refused", "somebody")


@dataclass(frozen=True, slots=True)
class Found:
    """`state` is proven, linked or nothing; `code` is one of CODES; `detail` the host or the status that it is about."""

    state: str
    code: str
    detail: str = ""

    @property
    def outcome(self) -> str:
        return f"{self.code}:{self.detail}" if self.detail else self.code


class Nothing(Exception):
    """This way proves nothing; `found` says why."""

    def __init__(self, code: str, detail: str = ""):
        self.found = Found("nothing", code, detail)
        super().__init__(code)


def look(url: str, wanted: frozenset[str], allow: frozenset[str] = frozenset()) -> Found:
    """Whether the page at `url` links to one of the `wanted` addresses. Takes three times PATIENCE_S at most; never raises."""
    try:
        found = _page(url, wanted, allow)
    except Nothing as why:
        found = why.found
    if found.state == "proven" or found.code in ("refused", "away") or not HANDLE.fullmatch(urlsplit(url).path):
        return found
    try:
        actor = _actor_of(url, allow)
        return _in_fields(actor, wanted) or found
    except Nothing as why:
        return why.found if why.found.code == "somebody" else found


def _page(url: str, wanted: frozenset[str], allow: frozenset[str]) -> Found:
    """The page itself: its header, its links, then its fields where it is an actor. Raises Nothing."""
    came = _fetched(url, "text/html", allow)
    kind = _kind(came)
    if kind in ACTIVITY:
        return _in_fields(_own(_json(came), url, allow), wanted) or Found("nothing", "no_link")
    if kind not in HTML:
        raise Nothing("unread")
    text = markup.decoded(came.body, came.headers.get("content-type", ""))
    try:
        links = markup.header_links(came.headers.get("link", ""), came.url) + markup.links(text, came.url, tags=SEEN)
    except markup.Tangled:
        raise Nothing("unread") from None
    return judged(links, wanted, text)


def judged(links: list[markup.Link], wanted: frozenset[str], text: str = "") -> Found:
    """What links prove. Pure."""
    exact = [link for link in links if plain(link.url) in wanted]
    if any("me" in link.rel for link in exact):
        return Found("proven", "rel_me")
    if any(link.tag in ("a", "area") and not link.rel & OTHERS for link in exact):
        return Found("linked", "plain")
    is_text = any(re.search(rf"{re.escape(one)}(?![\w-])", text) for one in wanted)
    return Found("nothing", "text" if is_text else "no_link")


def plain(url: str) -> str:
    """An address to compare exactly: host in lower case, no default port; empty for what is none."""
    try:
        return cleaned(url).partition("#")[0]
    except BadAddress:
        return ""


def _fetched(url: str, accept: str, allow: frozenset[str]) -> Fetched:
    """What this very host answers; raises Nothing."""
    try:
        came = safefetch.fetch(url, deadline_s=PATIENCE_S, cap=markup.MOST_BYTES, allow=allow, accept=accept)
    except TooLarge:
        raise Nothing("unread") from None
    except Unreachable:
        raise Nothing("away") from None
    except Refused as refused:
        raise Nothing("unread" if refused.reason == "encoding" else "refused") from None
    except FetchError:
        raise Nothing("away") from None
    if there := _other_host(url, [*came.redirects, came.url]):
        raise Nothing("elsewhere", there)
    if came.status != 200:
        raise Nothing("status", str(came.status))
    return came


def _other_host(url: str, passed: list[str]) -> str:
    """The first other host on the way; a port of its own is another one, http to https is not."""
    for one in passed:
        if (there := _place(one)) != _place(url):
            return there or "?"
    return ""


def _place(url: str) -> str:
    try:
        return urlsplit(cleaned(url.partition("#")[0])).netloc
    except BadAddress:
        return ""


def _kind(came: Fetched) -> str:
    return came.headers.get("content-type", "").partition(";")[0].strip().lower()


# --- the fediverse ------------------------------------------------------------------------------------------------

def _actor_of(url: str, allow: frozenset[str]) -> dict:
    """The actor behind the page of a handle: by its own address, else by WebFinger. Raises Nothing."""
    try:
        return _own(_json(_fetched(url, ACTIVITY[0], allow)), url, allow)
    except Nothing as why:
        if why.found.code == "somebody":
            raise
    there = _webfinger(url, allow)
    actor = _json(_fetched(there, ACTIVITY[0], allow))
    if plain(str(actor.get("id"))) != plain(there):
        raise Nothing("somebody")
    return actor


def _webfinger(url: str, allow: frozenset[str]) -> str:
    """Where the host says that the actor of @user@host is; on that host or one below it. Raises Nothing."""
    parts = urlsplit(url)
    handle = f"acct:{HANDLE.fullmatch(parts.path)[1]}@{parts.netloc}"
    asked = f"{parts.scheme}://{parts.netloc}/.well-known/webfinger?resource={quote(handle, safe='@')}"
    told = _json(_fetched(asked, "application/jrd+json", allow), ("application/jrd+json", "application/json"))
    entries = told.get("links")
    for link in entries if isinstance(entries, list) else ():
        if isinstance(link, dict) and link.get("rel") == "self" and str(link.get("type")).partition(";")[0] in ACTIVITY:
            there = plain(str(link.get("href")))
            if there and (_place(there) == parts.netloc or _place(there).endswith(f".{parts.netloc}")):
                return there
    raise Nothing("no_link")


def _own(actor: dict, url: str, allow: frozenset[str]) -> dict:
    """The actor, when it is that of this very address; raises Nothing for somebody else's.

    An actor's own word is what stands at its `id`: a page that only says that it is somebody's is asked for there.
    """
    said = plain(str(actor.get("id")))
    if said == plain(url):
        return actor
    if _place(said) != _place(url) or not said:
        raise Nothing("somebody")
    real = _json(_fetched(said, ACTIVITY[0], allow))
    if plain(str(real.get("id"))) != said or plain(url) not in map(plain, _texts(real.get("url"))):
        raise Nothing("somebody")
    return real


def _json(came: Fetched, kinds: tuple[str, ...] = ACTIVITY) -> dict:
    """A body that is an object; raises Nothing."""
    if _kind(came) not in kinds:
        raise Nothing("no_link")
    try:
        told = json.loads(came.body)
    except (ValueError, RecursionError):
        raise Nothing("unread") from None
    if not isinstance(told, dict):
        raise Nothing("unread")
    return told


def _in_fields(actor: dict, wanted: frozenset[str]) -> Found | None:
    """What an actor's fields prove; its own text, where others are quoted, only links."""
    if actor.get("type") not in ACTORS:
        return None
    fields = actor.get("attachment")
    for field in fields if isinstance(fields, list) else [fields]:
        if isinstance(field, dict) and field.get("type") == "PropertyValue" and _leads(str(field.get("value")), wanted):
            return Found("proven", "actor")
    return Found("linked", "plain") if _leads(str(actor.get("summary")), wanted) else None


def _leads(html: str, wanted: frozenset[str]) -> bool:
    if plain(html.strip()) in wanted:
        return True
    try:
        return any(plain(link.url) in wanted for link in markup.links(html, "", tags={"a": "href"}))
    except markup.Tangled:
        return False


def _texts(value) -> list[str]:
    """A value that may be one text, several, or objects with an href."""
    values = value if isinstance(value, list) else [value]
    return [str(one.get("href")) if isinstance(one, dict) else str(one) for one in values]
