"""Admins: their passwords and one-time sign-in links. Tokens are kept as hashes only."""

import threading
from functools import cache

import sqlalchemy as sa
from pwdlib import PasswordHash

from afterlike import db, outbox, tables
from afterlike.clock import DAY, HOUR, now
from afterlike.config import Config
from afterlike.db import Database
from afterlike.errors import Invalid, Never, stated
from afterlike.mail import post, way_out
from afterlike.signing import new_token, token_hash
from afterlike.sites.logbook import audit_account
from afterlike.sites.tongue import says

LINK_LIVES = HOUR
FIRST_LINK_LIVES = DAY
INVITATIONS_KEPT = 30 * DAY
SHORTEST_PASSWORD, LONGEST_PASSWORD = 12, 200

_two_at_a_time = threading.Semaphore(2)  # each check takes 64 MB


NO_EMAIL = stated("Give an e-mail address like ana@shop.example.")


def plain_email(typed: str) -> str:
    """An admin's address as it is compared; raises Invalid when it cannot be one."""
    email = typed.strip().lower()
    name, at, host = email.partition("@")
    if not (name and at and host) or len(email) > 254 or any(letter <= " " for letter in email):
        raise Invalid(NO_EMAIL, fields={"email": NO_EMAIL})
    return email


def add_admin(tx: sa.Connection, *, email: str, site_id: int, role: str, now: int) -> int:
    """The admin with this address (a new one where there was none), with this role on the site."""
    email = plain_email(email)
    tx.execute(db.insert(tx, tables.admins).values(email=email, made_at=now).on_conflict_do_nothing())
    admin_id = tx.scalar(sa.select(tables.admins.c.id).where(tables.admins.c.email == email))
    join(tx, site_id, admin_id, role)
    return admin_id


def join(tx: sa.Connection, site_id: int, admin_id: int, role: str) -> None:
    """Gives an admin this role on the site, whatever they had there before."""
    tx.execute(
        db.insert(tx, tables.roles)
        .values(admin_id=admin_id, site_id=site_id, role=role)
        .on_conflict_do_update(index_elements=["admin_id", "site_id"], set_={"role": role})
    )


def new_sign_in_link(tx: sa.Connection, admin_id: int, *, address: str, now: int, lives: int = LINK_LIVES) -> str:
    """A one-time link; the page behind it shows a button, and only the button uses it up."""
    token = new_token()
    tx.execute(
        sa.insert(tables.sign_in_links).values(admin_id=admin_id, token_hash=token_hash(token), made_at=now, ends_at=now + lives)
    )
    return f"{address}/admin/sign-in/{token}"


def ask_for_link(tx: sa.Connection, items: list[tuple[str, int]]) -> list[None]:
    """Promises a sign-in mail for (email, now), whether or not there is such an admin: both take the same time."""
    for email, at in items:
        outbox.put(tx, "sign_in", {"email": email}, now=at)
    return [None] * len(items)


def send_sign_in_link(database: Database, config: Config, payload: dict) -> None:
    """The outbox's sender of "sign_in": does nothing for an address that is no admin's."""
    if not config.smtp_url:
        raise Never("AFTERLIKE_SMTP_URL is not set; use: afterlike sign-in-link EMAIL")
    link = database.write(links_for, (payload["email"], config.address, now()))
    if link is None:
        return
    text = f"Open this page and press the button to sign in to Afterlike:\n\n{link}\n\nIt works once, for one hour."
    letter = {
        "to": payload["email"],
        "subject": "Your sign-in link",
        "text": text + " If you did not ask for it, ignore this mail.\n",
    }
    post(letter, way_out(config))


def links_for(tx: sa.Connection, items: list[tuple[str, str, int]]) -> list[str | None]:
    """For each (email, our address, now): a new one-time link, or None when that is no admin's address."""
    links = []
    for email, address, at in items:
        admin_id = tx.scalar(sa.select(tables.admins.c.id).where(tables.admins.c.email == email))
        links.append(new_sign_in_link(tx, admin_id, address=address, now=at) if admin_id else None)
    return links


def link_holder(tx: sa.Connection, token: str, now: int) -> int | None:
    """The admin whose unused link this is; looking uses nothing up."""
    links = tables.sign_in_links.c
    return tx.scalar(
        sa.select(links.admin_id).where(links.token_hash == token_hash(token), links.used_at.is_(None), links.ends_at > now)
    )


def use_links(tx: sa.Connection, items: list[tuple[str, int]]) -> list[int | None]:
    """For each (token, now): whose link it was, now used up; None when it is used, too old or forged."""
    links = tables.sign_in_links.c
    return [
        tx.scalar(
            sa.update(tables.sign_in_links)
            .where(links.token_hash == token_hash(token), links.used_at.is_(None), links.ends_at > at)
            .values(used_at=at)
            .returning(links.admin_id)
        )
        for token, at in items
    ]


def admin_with_password(database: Database, email: str, password: str) -> int | None:
    """The admin's id when the password is right. Takes the same time for an unknown address."""
    email = email.replace("\0", "")  # PostgreSQL does not take it as text
    with database.read() as tx:
        row = tx.execute(
            sa.select(tables.admins.c.id, tables.admins.c.password_hash).where(tables.admins.c.email == email.strip().lower())
        ).first()
    kept = row.password_hash if row and row.password_hash else _nobodys_hash()
    right = len(password) <= LONGEST_PASSWORD and _matches(password, kept)
    return row.id if right and row and row.password_hash else None


def set_password(tx: sa.Connection, items: list[tuple[int, str, str]]) -> list[None]:
    """For each (admin id, hash, this session's token): keeps the hash and ends the admin's other sessions."""
    for admin_id, hashed, token in items:
        tx.execute(sa.update(tables.admins).where(tables.admins.c.id == admin_id).values(password_hash=hashed))
        others = tables.sessions.c.admin_id == admin_id, tables.sessions.c.token_hash != token_hash(token)
        tx.execute(sa.delete(tables.sessions).where(*others))
        audit_account(tx, admin_id, "password_changed")
    return [None] * len(items)


def hashed_password(password: str) -> str:
    """The argon2 hash of a new password; raises Invalid when it is too short or too long."""
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        lengths = {"shortest": SHORTEST_PASSWORD, "longest": LONGEST_PASSWORD}
        sentence = says("Choose a password of {shortest} to {longest} characters.", **lengths)
        raise Invalid(sentence, fields={"password": sentence})
    with _two_at_a_time:
        return _hasher().hash(password)


def set_locale(tx: sa.Connection, items: list[tuple[int, str | None]]) -> list[None]:
    """For each (admin id, locale): the language of their pages; None is the browser's."""
    admins = tables.admins
    for admin_id, locale in items:
        other = (admins.c.id == admin_id) & admins.c.locale.is_distinct_from(locale)
        if tx.execute(sa.update(admins).where(other).values(locale=locale)).rowcount:
            audit_account(tx, admin_id, "language_changed")
    return [None] * len(items)


def sweep(tx: sa.Connection, items: list[int]) -> list[int]:
    """Removes sessions, links and challenges that ended a day before each moment, and invitations of a month before.

    Returns how many rows went.
    """
    gone = 0
    for at in items:
        for table in (tables.sessions, tables.sign_in_links, tables.challenges):
            gone += tx.execute(sa.delete(table).where(table.c.ends_at < at - DAY)).rowcount
        old = tables.invitations.c.ends_at < at - INVITATIONS_KEPT  # each holds an address
        gone += tx.execute(sa.delete(tables.invitations).where(old)).rowcount
    return [gone] * len(items)


def _matches(password: str, hashed: str) -> bool:
    with _two_at_a_time:
        return _hasher().verify(password, hashed)


@cache
def _hasher() -> PasswordHash:
    return PasswordHash.recommended()


@cache
def _nobodys_hash() -> str:
    return _hasher().hash(new_token())
