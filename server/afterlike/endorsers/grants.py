"""What is kept of signing in elsewhere: our registration with a server, a try for ten minutes, and that a profile was proven."""

import base64
import json
from dataclasses import asdict, dataclass

import sqlalchemy as sa
from cryptography.fernet import Fernet, InvalidToken

from afterlike import db, journal, tables
from afterlike.clock import MINUTE
from afterlike.endorsers.disputes import settle_address
from afterlike.endorsers.elsewhere import Way
from afterlike.endorsers.links import claim_links
from afterlike.errors import Refused
from afterlike.signing import Keyring, token_hash

LIVES = 10 * MINUTE

_apps, _begun, _grants, _links = tables.oauth_apps, tables.grants_begun, tables.profile_grants, tables.profile_links


def app_of(tx: sa.Connection, keyring: Keyring, server: str) -> tuple[str, str] | None:
    """(client id, secret) of our registration there; None where there is none that can be read."""
    row = tx.execute(sa.select(_apps).where(_apps.c.origin == server)).first()
    try:
        return row and (row.client_id, _seal(keyring, server).decrypt(bytes(row.sealed)).decode())
    except InvalidToken:
        return None


def keep_app(tx: sa.Connection, items: list[tuple[Keyring, str, str, str, int]]) -> list[None]:
    """For each (keyring, server, client id, secret, now); the secret is sealed with the pepper."""
    for keyring, server, client_id, secret, at in items:
        kept = {"client_id": client_id, "sealed": _seal(keyring, server).encrypt(secret.encode()), "made_at": at}
        adding = db.insert(tx, _apps).values(origin=server, **kept)
        tx.execute(adding.on_conflict_do_update(index_elements=["origin"], set_=kept))
    return [None] * len(items)


def drop_app(tx: sa.Connection, items: list[str]) -> list[None]:
    """Servers that may have forgotten us: the next try registers again."""
    tx.execute(sa.delete(_apps).where(_apps.c.origin.in_(items)))
    return [None] * len(items)


def _seal(keyring: Keyring, server: str) -> Fernet:
    return Fernet(base64.urlsafe_b64encode(keyring.derived_bytes("oauth-app", server)))


@dataclass(frozen=True, slots=True)
class Try:
    """Somebody goes to sign in; only the hash of `state` is kept."""

    endorser_id: int
    site_id: int
    way: Way
    state: str
    verifier: str
    at: int


def begin(tx: sa.Connection, items: list[Try]) -> list[None]:
    """Keeps each for LIVES; an earlier one of the same person is over."""
    for one in items:
        tx.execute(sa.delete(_begun).where(_begun.c.endorser_id == one.endorser_id))
        tx.execute(sa.insert(_begun).values(
            state_hash=token_hash(one.state), endorser_id=one.endorser_id, site_id=one.site_id, way=one.way.way,
            place=one.way.place, metadata=json.dumps(asdict(one.way)), verifier=one.verifier, made_at=one.at,
            ends_at=one.at + LIVES))
    return [None] * len(items)


def open_try(tx: sa.Connection, endorser_id: int, state: str, at: int) -> Way | None:
    """The way of an open try of this very person."""
    row = tx.execute(sa.select(_begun.c.metadata).where(_mine(endorser_id, state, at))).first()
    return row and Way(**json.loads(row.metadata))


def take(tx: sa.Connection, items: list[tuple[int, str, int]]) -> list[tuple[Way, str] | None]:
    """For each (endorser id, state, now): (way, verifier) of the try, which is over then; None where there is none."""
    return [_take(tx, *item) for item in items]


def _take(tx: sa.Connection, endorser_id: int, state: str, at: int) -> tuple[Way, str] | None:
    taken = sa.delete(_begun).where(_mine(endorser_id, state, at)).returning(_begun.c.metadata, _begun.c.verifier)
    row = tx.execute(taken).first()
    return row and (Way(**json.loads(row.metadata)), row.verifier)


def _mine(endorser_id: int, state: str, at: int) -> sa.ColumnElement[bool]:
    return (_begun.c.state_hash == token_hash(state)) & (_begun.c.endorser_id == endorser_id) & (_begun.c.ends_at > at)


def sweep_grants(tx: sa.Connection, items: list[int]) -> list[int]:
    """For each now: forgets tries from which nobody came back; how many."""
    return [tx.execute(sa.delete(_begun).where(_begun.c.ends_at <= at)).rowcount for at in items]


@dataclass(frozen=True, slots=True)
class Proof:
    """A profile at `url` is theirs, as the other side said; `uuid` names the link where it is a new one."""

    endorser_id: int
    site_id: int
    uuid: bytes
    url: str
    way: str
    host: str
    at: int


def prove(tx: sa.Connection, items: list[Proof]) -> list[int | Refused]:
    """Marks the profile as proven, keeping it where they had not left it; ids of the links. Refused: they have too many."""
    return [_prove(tx, item) for item in items]


def _prove(tx: sa.Connection, item: Proof) -> int | Refused:
    mine = (_links.c.endorser_id == item.endorser_id) & (_links.c.url == item.url)
    row = tx.execute(sa.select(_links.c.id, _links.c.found, _links.c.same).where(mine).with_for_update()).first()
    if row is None:
        claim = {"site_id": item.site_id, "uuid": item.uuid, "endorser_id": item.endorser_id, "url": item.url, "name": None}
        [claimed] = claim_links(tx, [claim | {"claimed_at": item.at}])
        if isinstance(claimed, Refused):
            return claimed
        row = tx.execute(sa.select(_links.c.id, _links.c.found, _links.c.same).where(mine)).one()
    link_id = row.id
    proven = {"found": "proven", "proven_at": item.at, "failures": 0, "due_at": None}
    tx.execute(sa.update(_links).where(_links.c.id == link_id).values(proven))
    if row.found != "proven":
        journal.append(tx, [{"site_id": item.site_id, "kind": "proven", "at": item.at, "about_id": link_id}])
    settle_address(tx, item.site_id, row.same)
    kept = {"way": item.way, "host": item.host, "granted_at": item.at}
    adding = db.insert(tx, _grants).values(link_id=link_id, **kept)
    tx.execute(adding.on_conflict_do_update(index_elements=["link_id"], set_=kept))
    return link_id


def grants_of(tx: sa.Connection, endorser_id: int) -> dict[int, sa.Row]:
    """link id -> (way, host, granted_at) of what somebody proved this way."""
    asked = sa.select(_grants).join_from(_grants, _links).where(_links.c.endorser_id == endorser_id)
    return {row.link_id: row for row in tx.execute(asked)}
