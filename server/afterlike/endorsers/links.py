"""Public profiles that endorsers say are theirs; backlinks.py looks whether they are, when their owner asks for it."""

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

import sqlalchemy as sa

from afterlike import tables
from afterlike.addresses import BadAddress, cleaned, host_of, is_public_name
from afterlike.endorsers import gate
from afterlike.endorsers.disputes import same_address, settle_address, settle_addresses
from afterlike.endorsers.networks import network_of, plain_door
from afterlike.endorsers.people import person
from afterlike.endorsers.spam import scored
from afterlike.errors import Conflict, Invalid, Refused
from afterlike.purposes import Wording

BARE = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)+([/?].*)?", re.I)
FEDIVERSE = re.compile(r"@([a-z0-9_.-]+)@([a-z0-9.-]+\.[a-z0-9-]+)", re.I)
MOST = 5  # of one person on one site
SAY = "Give the address of your public page, like https://mastodon.social/@you or instagram.com/you."


def profile_address(typed: str, allow: frozenset[str] = frozenset()) -> str:
    """A public profile's address from what a person typed (`instagram.com/you`, `@you@host`, a full address).

    `allow` holds exact `host:port` of an owner's own machines, as safefetch knows them. Raises Invalid for other schemes,
    user names in the address, IP addresses and names that only exist inside a house.
    """
    text = typed.strip()
    if handle := FEDIVERSE.fullmatch(text):
        text = f"https://{handle[2]}/@{handle[1]}"
    elif BARE.fullmatch(text):
        text = f"https://{text}"
    try:
        url = cleaned(text)
    except BadAddress as bad:
        raise _wrong(f"The address {bad}. {SAY}") from None
    if not is_public_name(host_of(url)) and urlsplit(url).netloc not in allow:
        raise _wrong(f"That host is not a public web site. {SAY}")
    if len(url) > 500:
        raise _wrong("The address is longer than 500 characters. Give the address of your profile page itself.")
    return plain_door(url)


def _wrong(sentence: str) -> Invalid:
    return Invalid(sentence, fields={"url": sentence}, reason="profile_url")


@dataclass(frozen=True, slots=True)
class Claimed:
    id: int
    is_new: bool


def claim_links(tx: sa.Connection, claims: list[dict]) -> list[Claimed | Conflict | Refused]:
    """Keeps each {site_id, uuid, endorser_id, url, name, claimed_at} once.

    Answers a Conflict where the id was used for another address or person, and Refused to who has left MOST already.
    The same person claiming the same address again gets the first row.
    """
    return [_claim(tx, claim) for claim in claims]


def _claim(tx: sa.Connection, claim: dict) -> Claimed | Conflict | Refused:
    links = tables.profile_links.c
    known = tx.execute(
        sa.select(links.id, links.endorser_id, links.url).where(links.uuid == claim["uuid"], links.site_id == claim["site_id"])
    ).first()
    if known is not None:
        same = (known.endorser_id, known.url) == (claim["endorser_id"], claim["url"])
        return Claimed(known.id, False) if same else Conflict()
    mine = links.endorser_id == claim["endorser_id"]
    theirs = dict(tx.execute(sa.select(links.url, links.id).where(mine)).all())
    if claim["url"] in theirs:
        return Claimed(theirs[claim["url"]], False)
    if len(theirs) >= MOST:
        return Refused(f"You have left {MOST} profiles here already, which is the most.", reason="too_many_profiles")
    same, network = same_address(claim["url"]), network_of(claim["url"])
    kept = {"state": "claimed", "same": same, "network": network} | scored(tx, claim, same, network) | claim
    added = sa.insert(tables.profile_links).values(kept).returning(links.id)
    link_id = tx.scalar(added)
    settle_address(tx, claim["site_id"], same)
    return Claimed(link_id, True)


def publish_link(tx: sa.Connection, items: list[tuple[int, int, bool, Wording | None, int]]) -> list[bool]:
    """For each (endorser id, link id, whether it may be shown, the words agreed to, now): whether it is theirs."""
    return [_publish(tx, *item) for item in items]


def _publish(tx: sa.Connection, endorser_id: int, link_id: int, shown: bool, wording: Wording | None, at: int) -> bool:
    links = tables.profile_links
    own = links.c.endorser_id == endorser_id
    moved = sa.update(links).where(own, links.c.id == link_id).values(published_at=at if shown else None)
    if not tx.execute(moved).rowcount:
        return False
    _agree_to_show(tx, endorser_id, wording, at)
    return True


def _agree_to_show(tx: sa.Connection, endorser_id: int, wording: Wording | None, at: int) -> None:
    """The consent follows the switches: given while any profile may be shown, withdrawn with the last one."""
    links, someone = tables.profile_links.c, person(tx, endorser_id)
    shown = tx.scalar(sa.select(sa.func.count()).where(links.endorser_id == endorser_id, links.published_at.is_not(None)))
    if someone is not None and (wording is not None or not shown):
        gate.set_consents(tx, [(someone.channel_id, {"publish_profile": wording if shown else None}, "me_page", at)])


def remove_link(tx: sa.Connection, items: list[tuple[int, int, int]]) -> list[bool]:
    """For each (endorser id, link id, now): takes the profile away; whether it was theirs."""
    return [_remove(tx, *item) for item in items]


def _remove(tx: sa.Connection, endorser_id: int, link_id: int, at: int) -> bool:
    gone = forget_links(tx, (tables.profile_links.c.id == link_id) & (tables.profile_links.c.endorser_id == endorser_id)) == 1
    if gone:
        _agree_to_show(tx, endorser_id, None, at)
    return gone


def forget_links(tx: sa.Connection, which: sa.ColumnElement[bool]) -> int:
    """Deletes profile links with how they were proven, and settles whose the addresses are now; how many."""
    links, grants = tables.profile_links, tables.profile_grants
    tx.execute(sa.delete(grants).where(grants.c.link_id.in_(sa.select(links.c.id).where(which))))
    gone = tx.execute(sa.delete(links).where(which).returning(links.c.site_id, links.c.same)).all()
    settle_addresses(tx, {tuple(row) for row in gone})
    return len(gone)
