"""The second factor: a code of the admin's own device (TOTP, RFC 6238), or one of ten recovery codes. None works twice.

The secret is made from the pepper and a nonce and stored nowhere; recovery codes are kept as keyed hashes.
"""

import base64
import re
import secrets
from dataclasses import dataclass

import pyotp
import sqlalchemy as sa

from afterlike import db, tables
from afterlike.clock import SECOND
from afterlike.errors import Invalid, stated
from afterlike.signing import Keyring, new_token
from afterlike.sites.logbook import audit_account

STEP_S = 30
DRIFT = (0, -1, 1)  # steps that a device's clock may be off
CODES = 10
WRONG = stated("This code is wrong, or was used already. Wait for the next one and try again.")


@dataclass(frozen=True, slots=True)
class Shown:
    """What a device needs to know: the secret in letters, and as the address that a QR code holds."""

    secret: str
    address: str


@dataclass(frozen=True, slots=True)
class Given:
    """A code that an admin typed."""

    admin_id: int
    code: str
    keyring: Keyring
    now: int


def is_on(tx: sa.Connection, admin_id: int) -> bool:
    """Whether the second factor is asked for."""
    return _row(tx, admin_id, confirmed=True) is not None


def codes_left(tx: sa.Connection, admin_id: int) -> int:
    codes = tables.recovery_codes.c
    return tx.scalar(sa.select(sa.func.count()).where(codes.admin_id == admin_id, codes.used_at.is_(None)))


def start(tx: sa.Connection, items: list[tuple[int, int]]) -> list[None]:
    """For each (admin id, now): a new secret that is not asked for until it is confirmed. One that is, stays."""
    factors = tables.two_factors
    for admin_id, at in items:
        fresh = {"nonce": new_token(), "made_at": at, "last_step": None}
        tx.execute(
            db.insert(tx, factors).values(admin_id=admin_id, **fresh).on_conflict_do_update(
                index_elements=["admin_id"], set_=fresh, where=factors.c.confirmed_at.is_(None)
            )
        )
        audit_account(tx, admin_id, "two_factor_begun")
    return [None] * len(items)


def shown(tx: sa.Connection, keyring: Keyring, admin_id: int, email: str) -> Shown | None:
    """The secret of one that waits to be confirmed; a confirmed one is never shown again."""
    row = _row(tx, admin_id, confirmed=False)
    if row is None:
        return None
    secret = _secret(keyring, row)
    return Shown(secret.upper(), pyotp.TOTP(secret.upper()).provisioning_uri(name=email, issuer_name="Afterlike"))


def confirm(tx: sa.Connection, items: list[Given]) -> list[list[str] | Invalid]:
    """Turns it on with the first right code; answers the recovery codes, which are never told again."""
    return [_confirm(tx, item) for item in items]


def _confirm(tx: sa.Connection, given: Given) -> list[str] | Invalid:
    row = _row(tx, given.admin_id, confirmed=False)
    if row is None or not _fits(tx, row, given):
        return Invalid(WRONG, fields={"code": WRONG})
    factors = tables.two_factors
    tx.execute(sa.update(factors).where(factors.c.admin_id == given.admin_id).values(confirmed_at=given.now))
    audit_account(tx, given.admin_id, "two_factor_on")
    return _new_codes(tx, given.admin_id, given.keyring)


def passes(tx: sa.Connection, given: Given) -> bool:
    """Whether the code is right now and was not used yet; uses it up."""
    row = _row(tx, given.admin_id, confirmed=True)
    return row is not None and (_fits(tx, row, given) or _is_recovery(tx, given))


def new_codes(tx: sa.Connection, items: list[Given]) -> list[list[str] | Invalid]:
    """Ten new recovery codes for a right code; the old ones are worth nothing then."""
    return [_made_anew(tx, item) for item in items]


def _made_anew(tx: sa.Connection, given: Given) -> list[str] | Invalid:
    if not passes(tx, given):
        return Invalid(WRONG, fields={"code": WRONG})
    audit_account(tx, given.admin_id, "recovery_codes_made")
    return _new_codes(tx, given.admin_id, given.keyring)


def turn_off(tx: sa.Connection, admin_id: int) -> None:
    """Forgets secret and recovery codes."""
    for table in (tables.recovery_codes, tables.two_factors):
        tx.execute(sa.delete(table).where(table.c.admin_id == admin_id))
    audit_account(tx, admin_id, "two_factor_off")


def turn_off_of(tx: sa.Connection, items: list[str]) -> list[bool]:
    """For each address: turns it off for this admin; whether it was on. For whoever runs the server."""
    admins, answers = tables.admins.c, []
    for email in items:
        admin_id = tx.scalar(sa.select(admins.id).where(admins.email == email))
        answers.append(admin_id is not None and is_on(tx, admin_id))
        if answers[-1]:
            turn_off(tx, admin_id)
    return answers


def _row(tx: sa.Connection, admin_id: int, *, confirmed: bool) -> sa.Row | None:
    factors = tables.two_factors
    row = tx.execute(sa.select(factors).where(factors.c.admin_id == admin_id)).first()
    return row if row is not None and (row.confirmed_at is not None) is confirmed else None


def _secret(keyring: Keyring, row: sa.Row) -> str:
    return keyring.derived("totp", f"{row.admin_id}:{row.nonce}")


def _fits(tx: sa.Connection, row: sa.Row, given: Given) -> bool:
    """Whether it is the code of a step that is later than the last one used; that step is the last one then."""
    code = re.sub(r"\s", "", given.code)
    if not re.fullmatch(r"\d{6}", code, re.ASCII):
        return False
    device, here = pyotp.HOTP(_secret(given.keyring, row).upper()), given.now // (STEP_S * SECOND)
    step = next((here + off for off in DRIFT if Keyring.same(device.at(here + off), code)), None)
    if step is None:
        return False
    factors = tables.two_factors.c
    unused = (factors.admin_id == row.admin_id) & (factors.last_step.is_(None) | (factors.last_step < step))
    return tx.execute(sa.update(tables.two_factors).where(unused).values(last_step=step)).rowcount == 1


def _is_recovery(tx: sa.Connection, given: Given) -> bool:
    codes = tables.recovery_codes.c
    same = (codes.admin_id == given.admin_id) & (codes.hash == _hash(given.keyring, given.admin_id, given.code))
    used = tx.execute(sa.update(tables.recovery_codes).where(same & codes.used_at.is_(None)).values(used_at=given.now))
    if used.rowcount == 1:
        audit_account(tx, given.admin_id, "recovery_code_used")
    return used.rowcount == 1


def _new_codes(tx: sa.Connection, admin_id: int, keyring: Keyring) -> list[str]:
    made = [base64.b32encode(secrets.token_bytes(10)).decode().lower() for _ in range(CODES)]
    tx.execute(sa.delete(tables.recovery_codes).where(tables.recovery_codes.c.admin_id == admin_id))
    hashes = [{"admin_id": admin_id, "hash": _hash(keyring, admin_id, code)} for code in made]
    tx.execute(sa.insert(tables.recovery_codes), hashes)
    return ["-".join(code[place : place + 4] for place in range(0, 16, 4)) for code in made]


def _hash(keyring: Keyring, admin_id: int, code: str) -> bytes:
    return keyring.hashed("recovery", f"{admin_id}:{re.sub('[^a-z2-7]', '', code.lower())}")
