"""The browser extension: which Origins are one, the token of each installation, and which site takes a like of its."""

import re
import secrets

import sqlalchemy as sa

from afterlike import addresses, sites, tables
from afterlike.clock import DAY, SECOND
from afterlike.errors import NotSignedIn, Refused
from afterlike.signing import BadToken, Keyring
from afterlike.sites import Site
from afterlike.web import House

CHROME = re.compile(r"chrome-extension://([a-p]{32})")
FIREFOX = re.compile(r"moz-extension://[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
USE = "install"
LIVES = 400 * DAY
# What people do with likes. Visits and orders are the shop's own to tell.
CALLS = ("likes", "details", "unlikes", "mine", "shown", "answers", "profile-links", "opt-ins", "erasures", "installs")
TO_SOMEBODY = ("profile-links", "opt-ins")
MOST_KEEPERS = 8

STRANGER = "This collector does not take likes from this extension. Whoever runs it can, with AFTERLIKE_EXTENSIONS."
NOT_ITS_CALL = "The extension does not send this: visits and orders are for the shop to tell."
NO_TOKEN = "The install token is missing, too old, or of another installation. Get one from POST /v1/installs, and send it again."
REFUSED = "This page belongs to no site here, and such likes are not kept. Whoever runs the server can, with AFTERLIKE_UNCLAIMED."
INSIDE = "This page is on a host that only exists inside a house, so its likes are not kept. AFTERLIKE_UNCLAIMED=any does."
NOBODY = "Nobody has said that this page is theirs, so there is nobody who could get this."


def is_extension(origin: str | None) -> bool:
    """Whether an Origin has the shape of one that Chrome or Firefox gives to extensions; no web page can have it."""
    if origin is None or "-extension://" not in origin:
        return False
    return bool(CHROME.fullmatch(origin) or FIREFOX.fullmatch(origin))


def is_accepted(known: frozenset[str], origin: str) -> bool:
    """Whether an extension is one of those in the settings; Firefox makes an id for each installation, so there any is."""
    chrome = CHROME.fullmatch(origin)
    return not known or chrome is None or chrome[1] in known


def new_token(keyring: Keyring, origin: str) -> str:
    """A token for one installation, bound to its Origin; nothing of it is kept."""
    return keyring.sign(USE, [origin, secrets.token_hex(8)])


def install_of(keyring: Keyring, token: str, origin: str) -> str:
    """The id of the installation that this token is of; raises NotSignedIn when it is not a good one of this very Origin."""
    try:
        bound_to, install = keyring.unsign(USE, token, max_age_s=LIVES // SECOND)
    except BadToken:
        raise NotSignedIn(NO_TOKEN, reason="install") from None
    if bound_to != origin:
        raise NotSignedIn(NO_TOKEN, reason="install")
    return install


def taker(house: House, named: Site | None, origin: str, uuid: bytes, secret: str) -> Site | None:
    """Which site takes a like of the extension from a page of this origin; None: the origin's own row, still to be made.

    Raises Refused where it would be the origin's own row and the settings do not want that.
    """
    if (kept := keeper(house, uuid, secret)) is not None:
        return kept
    if named is not None and not named.is_unclaimed and addresses.same_host(named.origins, origin):
        return named
    if (claimer := sites.claimer_of(house, origin)) is not None:
        return claimer
    refuse_unwanted(house.config.unclaimed, origin)
    return sites.unclaimed_site(house, origin)


def keeper(house: House, uuid: bytes, secret: str) -> Site | None:
    """Where this like of the extension is kept already: sent again, it is the same like, whoever the page belongs to by now."""
    likes, visitors = tables.likes.c, tables.visitors.c
    sent_before = (
        sa.select(likes.site_id, visitors.hash)
        .join_from(tables.likes, tables.visitors, likes.visitor_id == visitors.id)
        .where(likes.uuid == uuid, likes.source == "extension")
        .limit(MOST_KEEPERS)
    )
    with house.db.read() as tx:
        for site_id, hashed in tx.execute(sent_before):
            if bytes(hashed) == visitor_hash(house.keyring, site_id, secret):
                return sites.site_of(tx, site_id)
    return None


def visitor_hash(keyring: Keyring, site_id: int, secret: str) -> bytes:
    """How a visitor is kept: of the site and the secret, so that nobody is followed across sites."""
    return keyring.hashed("visitor", f"{site_id}:{secret}")


def refuse_unwanted(wanted: str, origin: str) -> None:
    """Raises Refused for an origin of no site whose likes are not to be kept; `wanted` is the setting."""
    if wanted == "refuse":
        raise Refused(REFUSED, reason="unclaimed")
    if wanted == "keep" and not addresses.is_public_origin(origin):
        raise Refused(INSIDE, reason="private_host")
