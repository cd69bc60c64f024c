"""Sites, their registered origins and their API keys, as rows and as what the collector asks about them."""

import secrets
import threading
from collections.abc import Iterable
from dataclasses import dataclass

import sqlalchemy as sa
from cachetools import TTLCache

from afterlike import tables
from afterlike.addresses import BadAddress, cleaned, origin_pattern
from afterlike.clock import DAY, HOUR
from afterlike.errors import Invalid, stated
from afterlike.signing import Keyring, new_token, token_hash
from afterlike.web import House

REMEMBERED_S = 2  # a changed origin is in force everywhere after this long
KEY_PREFIX = "alk_"  # so that a leaked secret key can be recognised
LONGEST_NOTICE = 500  # of a privacy address and of a postal one
MOST_LINES = 8
SOMEBODYS = tables.sites.c.unclaimed_origin.is_(None)  # what every list of sites and every look-up by key begins with


@dataclass(frozen=True, slots=True)
class Site:
    id: int
    key: str
    name: str
    locale: str
    cooldown_ms: int
    order_key_version: int
    origins: frozenset[str]
    privacy_url: str | None = None
    postal_address: str | None = None
    time_zone: str = "UTC"
    is_unclaimed: bool = False  # nobody's: the row of an origin whose likes the extension brought (unclaimed.py)
    waited_at: int | None = None  # when a page of it last waited for a further part of the widget
    made_at: int = 0


def site_by_key(house: House, key: str) -> Site | None:
    """The site with this public key, as it was at most REMEMBERED_S seconds ago."""
    remembered = memory(house, "sites")
    site = remembered.get(key)
    if site is None:
        with house.db.read() as tx:
            site = site_named(tx, key)
        if site is not None:
            remembered.keep(key, site)
    return site


class Memory:
    """What was read lately, for all threads of a process; cachetools' caches are not made for several at once."""

    def __init__(self):
        self._kept = TTLCache(maxsize=10_000, ttl=REMEMBERED_S)
        self._alone = threading.Lock()

    def get(self, key):
        with self._alone:
            return self._kept.get(key)

    def keep(self, key, value) -> None:
        with self._alone:
            self._kept[key] = value


def memory(house: House, what: str) -> Memory:
    return house.state.get(what) or house.state.setdefault(what, Memory())


def site_named(tx: sa.Connection, key: str) -> Site | None:
    """The site with this public key, as it is; never an origin's own row, which is nobody's site."""
    if "\0" in key:  # from an address; PostgreSQL does not take it as text
        return None
    return chosen(tx, (tables.sites.c.key == key) & SOMEBODYS)


def site_of(tx: sa.Connection, site_id: int) -> Site | None:
    """The site with this id, as it is; also an origin's own row."""
    return chosen(tx, tables.sites.c.id == site_id)


def chosen(tx: sa.Connection, which: sa.ColumnElement[bool]) -> Site | None:
    row = tx.execute(sa.select(tables.sites).where(which)).first()
    if row is None:
        return None
    origins = tx.scalars(sa.select(tables.site_origins.c.origin).where(tables.site_origins.c.site_id == row.id)).all()
    own = row.unclaimed_origin
    return Site(
        row.id, row.key, row.name, row.locale, row.cooldown_hours * HOUR, row.order_key_version,
        frozenset(origins if own is None else (own,)), row.privacy_url, row.postal_address, row.time_zone, own is not None,
        row.waited_at, row.made_at,
    )


def note_waiting(tx: sa.Connection, site_id: int, now: int) -> None:
    """A page of the site waited for a further part of the widget. Written once a day."""
    sites = tables.sites.c
    old = sites.waited_at.is_(None) | (sites.waited_at < now - DAY)
    tx.execute(sa.update(tables.sites).where((sites.id == site_id) & old).values(waited_at=now))


def add_site(
    tx: sa.Connection, *, name: str, origins: Iterable[str], locale: str = "en", now: int, key: str | None = None
) -> Site:
    """A new site; raises Invalid when an origin cannot be registered."""
    if not name.strip():
        raise Invalid(stated("Give the site a name."), fields={"name": stated("Must not be empty.")})
    key = key or secrets.token_hex(8)
    site_id = tx.scalar(
        sa.insert(tables.sites).values(key=key, name=name.strip(), locale=locale, made_at=now).returning(tables.sites.c.id)
    )
    set_origins(tx, site_id, origins)
    return site_named(tx, key)


def set_origins(tx: sa.Connection, site_id: int, origins: Iterable[str]) -> None:
    """Registers exactly these origins: `https://shop.example`, or `https://*.shop.example` for whole labels."""
    patterns = sorted({pattern_of(origin) for origin in origins})
    tx.execute(sa.delete(tables.site_origins).where(tables.site_origins.c.site_id == site_id))
    if patterns:
        tx.execute(sa.insert(tables.site_origins), [{"site_id": site_id, "origin": pattern} for pattern in patterns])


def pattern_of(origin: str) -> str:
    try:
        return origin_pattern(origin)
    except BadAddress as bad:
        sentence = stated("The origin {origin} cannot be used: {why}.", origin=repr(origin), why=str(bad))
        raise Invalid(sentence, fields={"origin": sentence}) from None


def set_notices(tx: sa.Connection, items: list[tuple[int, str, str]]) -> list[None]:
    """For each (site id, privacy address, postal address): what stands beside every consent and below every letter.

    Empty is none. Raises Invalid for an address that cannot be shown, with the field it stands in.
    """
    for site_id, privacy_url, postal_address in items:
        notices = {"privacy_url": privacy_address(privacy_url), "postal_address": postal_lines(postal_address)}
        tx.execute(sa.update(tables.sites).where(tables.sites.c.id == site_id).values(**notices))
    return [None] * len(items)


def set_cooldown(tx: sa.Connection, items: list[tuple[int, int]]) -> list[None]:
    """For each (site id, hours): how long a visitor is left alone after any prompt was shown to them."""
    for site_id, hours in items:
        tx.execute(sa.update(tables.sites).where(tables.sites.c.id == site_id).values(cooldown_hours=hours))
    return [None] * len(items)


def privacy_address(typed: str) -> str | None:
    """A page's address as it may be linked to; raises Invalid."""
    if not typed.strip():
        return None
    try:
        url = cleaned(typed.strip())
    except BadAddress as bad:
        sentence = stated("The address of the privacy notice cannot be used: {why}.", why=str(bad))
        raise _wrong("privacy_url", sentence) from None
    if len(url) > LONGEST_NOTICE:
        sentence = stated("The address of the privacy notice is longer than {most} characters.", most=LONGEST_NOTICE)
        raise _wrong("privacy_url", sentence)
    return url


def postal_lines(typed: str) -> str | None:
    """A postal address as plain lines; raises Invalid when it is too long for the foot of a letter."""
    lines = [line for line in (" ".join(line.split()) for line in "".join(filter(_shown, typed)).splitlines()) if line]
    if len(lines) > MOST_LINES or len("\n".join(lines)) > LONGEST_NOTICE:
        raise _wrong("postal_address", stated(
            "Keep the postal address to {lines} lines and {most} characters.", lines=MOST_LINES, most=LONGEST_NOTICE))
    return "\n".join(lines) or None


def _shown(letter: str) -> bool:
    return letter == "\n" or (letter.isprintable() or letter.isspace()) and letter != "\0"


def _wrong(field: str, sentence: str) -> Invalid:
    return Invalid(sentence, fields={field: sentence})


def count(tx: sa.Connection) -> int:
    """How many sites there are; origins of no site are not among them."""
    return tx.scalar(sa.select(sa.func.count()).select_from(tables.sites).where(SOMEBODYS))


def only_site(tx: sa.Connection) -> Site | None:
    """The site, where there is just one."""
    ids = tx.scalars(sa.select(tables.sites.c.id).where(SOMEBODYS).limit(2)).all()
    return site_of(tx, ids[0]) if len(ids) == 1 else None


def add_api_key(tx: sa.Connection, site_id: int, now: int) -> str:
    """A new secret key; shown this once, kept as a hash."""
    key = KEY_PREFIX + new_token()
    tx.execute(sa.insert(tables.api_keys).values(site_id=site_id, hash=token_hash(key), last4=key[-4:], made_at=now))
    return key


def revoke_api_key(tx: sa.Connection, site_id: int, key_id: int, now: int) -> bool:
    """Whether there was such a key of this site to revoke."""
    keys = tables.api_keys.c
    found = tx.execute(
        sa.update(tables.api_keys)
        .where(keys.id == key_id, keys.site_id == site_id, keys.revoked_at.is_(None))
        .values(revoked_at=now)
    )
    return found.rowcount == 1


def holder_of(house: House, api_key: str) -> int | None:
    """The id of the site whose living secret key this is; remembered as briefly as the site itself."""
    remembered = memory(house, "api_keys")
    hashed = token_hash(api_key)
    site_id = remembered.get(hashed)
    if site_id is None:
        keys = tables.api_keys.c
        with house.db.read() as tx:
            site_id = tx.scalar(sa.select(keys.site_id).where(keys.hash == hashed, keys.revoked_at.is_(None)))
        if site_id is not None:
            remembered.keep(hashed, site_id)
    return site_id


def order_signing_key(keyring: Keyring, site: Site) -> str:
    """The secret with which the shop's server signs an order that its page sends; made from the pepper, stored nowhere."""
    return keyring.derived("orders", f"{site.key}:{site.order_key_version}")
