"""Passkeys (WebAuthn): registered, named, removed, and signed in with. Each challenge is signed once."""

import json
import secrets
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urlsplit

import sqlalchemy as sa
import webauthn
from webauthn.helpers import base64url_to_bytes, options_to_json
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from afterlike import tables
from afterlike.clock import MINUTE
from afterlike.errors import Invalid, NotFound, stated
from afterlike.signing import Keyring, token_hash
from afterlike.sites.logbook import audit_account

CHALLENGE_LIVES = 5 * MINUTE
MOST = 20
LONGEST_NAME = 60
BROKEN = (WebAuthnException, ValueError, LookupError, TypeError, AttributeError, RecursionError)  # what strangers send may be
BAD = stated("The passkey could not be read, or it took too long. Try again.")


@dataclass(frozen=True, slots=True)
class Place:
    """Where passkeys are good: the host that they are bound to, and our pages' origin."""

    host: str
    origin: str


@dataclass(frozen=True, slots=True)
class Signed:
    """What a browser gave back: the credential as JSON, whose it should be (None: whoever has it), a new one's name."""

    place: Place
    credential: str
    now: int
    admin_id: int | None = None
    name: str = ""


def place_of(address: str) -> Place | None:
    """Where passkeys work under our address; None where browsers do not take them: on plain http, and under a number."""
    parts = urlsplit(address)
    host = parts.hostname or ""
    try:
        ip_address(host)
        return None
    except ValueError:
        return Place(host, f"{parts.scheme}://{parts.netloc}") if parts.scheme == "https" or host == "localhost" else None


def passkeys_of(tx: sa.Connection, admin_id: int) -> list[sa.Row]:
    keys = tables.passkeys.c
    asked = sa.select(keys.id, keys.name, keys.credential, keys.made_at, keys.used_at)
    return tx.execute(asked.where(keys.admin_id == admin_id).order_by(keys.id)).all()


def challenge(tx: sa.Connection, items: list[tuple[int | None, int]]) -> list[bytes]:
    """For each (admin id, now): something new to sign; without an admin it is for whoever signs in."""
    made = []
    for admin_id, at in items:
        made.append(secrets.token_bytes(32))
        values = {"hash": _hashed(made[-1]), "admin_id": admin_id, "ends_at": at + CHALLENGE_LIVES}
        tx.execute(sa.insert(tables.challenges).values(values))
    return made


def to_register(place: Place, keyring: Keyring, admin_id: int, email: str, known: list[sa.Row], challenge: bytes) -> str:
    """What `navigator.credentials.create` wants, as JSON."""
    return options_to_json(webauthn.generate_registration_options(
        rp_id=place.host, rp_name="Afterlike", user_name=email, user_id=keyring.hashed("passkey", str(admin_id)),
        challenge=challenge, exclude_credentials=[PublicKeyCredentialDescriptor(id=key.credential) for key in known],
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED, user_verification=UserVerificationRequirement.REQUIRED
        ),
    ))


def to_sign_in(place: Place, challenge: bytes) -> str:
    """What `navigator.credentials.get` wants, as JSON."""
    return options_to_json(webauthn.generate_authentication_options(
        rp_id=place.host, challenge=challenge, user_verification=UserVerificationRequirement.REQUIRED
    ))


def register(tx: sa.Connection, items: list[Signed]) -> list[int | Invalid]:
    """Keeps a new passkey; its id."""
    return [_register(tx, item) for item in items]


def _register(tx: sa.Connection, signed: Signed) -> int | Invalid:
    expected = _used_challenge(tx, signed)
    if expected is None or len(passkeys_of(tx, signed.admin_id)) >= MOST:
        return Invalid(BAD)
    try:
        made = webauthn.verify_registration_response(
            credential=signed.credential, expected_challenge=expected, expected_rp_id=signed.place.host,
            expected_origin=signed.place.origin, require_user_verification=True,
        )
    except BROKEN:
        return Invalid(BAD)
    keys = tables.passkeys
    row = {"admin_id": signed.admin_id, "name": name_of(signed.name), "credential": made.credential_id,
           "public_key": made.credential_public_key, "uses": made.sign_count, "made_at": signed.now}
    key_id = tx.scalar(sa.insert(keys).values(row).returning(keys.c.id))
    audit_account(tx, signed.admin_id, "passkey_added", key_id)
    return key_id


def sign_in(tx: sa.Connection, items: list[Signed]) -> list[int | None]:
    """Whose passkey signed the challenge; None when it is not one of ours, or nobody was seen to press."""
    return [_sign_in(tx, item) for item in items]


def _sign_in(tx: sa.Connection, signed: Signed) -> int | None:
    keys, expected = tables.passkeys, _used_challenge(tx, signed)
    try:
        named = base64url_to_bytes(json.loads(signed.credential)["rawId"])
        row = tx.execute(sa.select(keys).where(keys.c.credential == named)).first()
        if row is None or expected is None:
            return None
        proven = webauthn.verify_authentication_response(
            credential=signed.credential, expected_challenge=expected, expected_rp_id=signed.place.host,
            expected_origin=signed.place.origin, credential_public_key=row.public_key, credential_current_sign_count=row.uses,
            require_user_verification=True,
        )
    except BROKEN:
        return None
    tx.execute(sa.update(keys).where(keys.c.id == row.id).values(uses=proven.new_sign_count, used_at=signed.now))
    return row.admin_id


def _used_challenge(tx: sa.Connection, signed: Signed) -> bytes | None:
    """The challenge that was signed, if it is one of ours for this and was not used yet; it is used up now."""
    try:
        inside = json.loads(base64url_to_bytes(json.loads(signed.credential)["response"]["clientDataJSON"]))
        given = base64url_to_bytes(inside["challenge"])
    except BROKEN:
        return None
    rows = tables.challenges.c
    ours = (rows.hash == _hashed(given)) & (rows.ends_at > signed.now) & rows.admin_id.is_not_distinct_from(signed.admin_id)
    return given if tx.execute(sa.delete(tables.challenges).where(ours)).rowcount == 1 else None


def rename(tx: sa.Connection, items: list[tuple[int, int, str]]) -> list[None | NotFound]:
    """For each (admin id, passkey id, name)."""
    return [_rename(tx, *item) for item in items]


def _rename(tx: sa.Connection, admin_id: int, key_id: int, name: str) -> None | NotFound:
    keys = tables.passkeys
    theirs = (keys.c.id == key_id) & (keys.c.admin_id == admin_id)
    if not tx.execute(sa.update(keys).where(theirs).values(name=name_of(name))).rowcount:
        return NotFound()
    audit_account(tx, admin_id, "passkey_renamed", key_id)
    return None


def remove(tx: sa.Connection, items: list[tuple[int, int]]) -> list[None | NotFound]:
    """For each (admin id, passkey id): forgets it."""
    return [_remove(tx, *item) for item in items]


def _remove(tx: sa.Connection, admin_id: int, key_id: int) -> None | NotFound:
    keys = tables.passkeys
    if not tx.execute(sa.delete(keys).where(keys.c.id == key_id, keys.c.admin_id == admin_id)).rowcount:
        return NotFound()
    audit_account(tx, admin_id, "passkey_removed", key_id)
    return None


def name_of(typed: str) -> str:
    return " ".join("".join(filter(str.isprintable, typed)).split())[:LONGEST_NAME] or "Passkey"


def _hashed(challenge: bytes) -> bytes:
    return token_hash(challenge.hex())
