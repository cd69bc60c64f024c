"""Secrets and what is made of them: signed tokens that rotate, keyed hashes that never do.

One salt a use: a token of one kind is never read as another. The secret signs and rotates; the pepper keys the hashes
of visitors and keys, and must stay the same for as long as the database lives.
"""

import base64
import hashlib
import hmac
import os
import re
import secrets
from collections.abc import Sequence
from pathlib import Path

from itsdangerous import BadData, SignatureExpired, URLSafeTimedSerializer

TICKET = re.compile("[a-z2-7]{28}", re.ASCII)
KEPT = 2  # the newest secret signs; this many are still read


class BadToken(Exception):
    """A token was not made by us for this use, or is too old."""


class OldToken(BadToken):
    """A token is ours, but too old."""


class Keyring:
    """The secrets, newest first, and the pepper."""

    def __init__(self, secret_keys: Sequence[str], pepper: bytes):
        self._secrets = tuple(secret_keys)
        self._pepper = pepper

    @property
    def pepper(self) -> bytes:
        return self._pepper

    def sign(self, salt: str, value) -> str:
        """A URL-safe token that carries `value` (JSON) in the open and proves that we made it for this use."""
        return self._serializer(salt).dumps(value)

    def unsign(self, salt: str, token: str, *, max_age_s: int):
        """The value of a token; raises BadToken when forged or of another use, OldToken after `max_age_s` seconds."""
        try:
            return self._serializer(salt).loads(token, max_age=max_age_s)
        except SignatureExpired as old:
            raise OldToken(str(old)) from None
        except BadData as bad:
            raise BadToken(str(bad)) from None

    def proof(self, salt: str, value: str) -> str:
        """A short keyed proof of `value`, compared by `proves`; for CSRF, bound to a session."""
        return _keyed(self._secrets[0], salt, value)

    def proves(self, salt: str, value: str, proof: str) -> bool:
        return any(hmac.compare_digest(_keyed(key, salt, value).encode(), proof.encode()) for key in self._secrets)

    def hashed(self, use: str, secret: str) -> bytes:
        """16 bytes, keyed by the pepper: how a visitor's secret is kept."""
        return hashlib.blake2b(secret.encode(), digest_size=16, key=self._pepper, person=use.encode()[:16]).digest()

    def derived(self, use: str, name: str) -> str:
        """A secret of 160 bits that we can always make again, as base32; for signing orders on a shop's own page."""
        made = hashlib.blake2b(name.encode(), digest_size=20, key=self._pepper, person=use.encode()[:16]).digest()
        return base64.b32encode(made).decode().lower()

    def derived_bytes(self, use: str, name: str) -> bytes:
        """The same with 256 bits, as they are; for signing webhooks."""
        return hashlib.blake2b(name.encode(), digest_size=32, key=self._pepper, person=use.encode()[:16]).digest()

    def ticket(self, use: str, number: int) -> str:
        """28 letters and digits that name a row and prove that we made them; for mail addresses, so case means nothing."""
        name = base64.b32encode(number.to_bytes(5)).decode().lower()
        return name + self.derived(use, name)[:20]

    def number_of(self, use: str, ticket: str) -> int | None:
        """The row that a ticket of this use names, whether or not it is still there; None when the ticket is forged."""
        given = ticket.lower()
        if not TICKET.fullmatch(given):
            return None
        number = int.from_bytes(base64.b32decode(given[:8].upper()))
        return number if self.same(self.ticket(use, number), given) else None

    @staticmethod
    def same(made: str, given: str) -> bool:
        """Whether two secrets are equal, in a time that tells nothing of where they differ."""
        return hmac.compare_digest(made.encode(), given.encode())

    def _serializer(self, salt: str) -> URLSafeTimedSerializer:
        return URLSafeTimedSerializer(list(reversed(self._secrets)), salt=f"afterlike.{salt}")


def token_hash(token: str) -> bytes:
    """32 bytes: how a token of 128 bits or more is kept at rest (no key needed, it cannot be guessed)."""
    return hashlib.sha256(token.encode()).digest()


def new_token() -> str:
    """A secret of 192 bits, URL-safe."""
    return secrets.token_urlsafe(24)


def keyring(folder: Path, *, secret_keys: Sequence[str], pepper: Sequence[str]) -> Keyring:
    """The keyring of the settings, or of the files in `folder`, made at first start with mode 0600."""
    return Keyring(
        secret_keys or _lines(folder / "secret"),
        (pepper[0] if pepper else _lines(folder / "pepper")[0]).encode()[:64],
    )


def rotate(folder: Path) -> None:
    """Puts a new secret before the old one; tokens of the old one are still read until the next rotation."""
    path = folder / "secret"
    fresh = [secrets.token_hex(32), *_lines(path)][:KEPT]
    beside = path.with_suffix(".new")
    _write_private(beside, "\n".join(fresh) + "\n")
    os.replace(beside, path)


def _lines(path: Path) -> list[str]:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not path.exists():
        _make(path)
    return path.read_text().split()


def _make(path: Path) -> None:
    """Two processes may start at once: the file appears whole, by link, and the first one wins."""
    beside = path.with_suffix(f".{os.getpid()}")
    _write_private(beside, secrets.token_hex(32) + "\n")
    try:
        os.link(beside, path)
    except FileExistsError:
        pass
    finally:
        beside.unlink()


def _write_private(path: Path, text: str) -> None:
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def _keyed(key: str, salt: str, value: str) -> str:
    return hmac.new(key.encode(), f"{salt}\n{value}".encode(), hashlib.sha256).hexdigest()
