"""DKIM: the keys that letters are signed with, in AFTERLIKE_HOME/dkim, one file a selector; `signs` says which one signs now.

RFC 8058 wants a signature that covers both unsubscribe headers; dkimpy leaves the second out unless it is named.
"""

import base64
import os
import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import dkim
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from afterlike.errors import Invalid, NotFound

BITS = 2048
COVERED = (
    b"from", b"to", b"subject", b"date", b"message-id", b"reply-to", b"in-reply-to", b"references", b"mime-version",
    b"content-type", b"auto-submitted", b"list-unsubscribe", b"list-unsubscribe-post",
)
SELECTOR = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")

Stamp = Callable[[bytes], bytes]


def stamp_of(folder: Path, domain: str) -> Stamp | None:
    """What puts a signature of this domain before a letter, or None where no key signs."""
    selector = signing(folder)
    if selector is None:
        return None
    key = _file(folder, selector).read_bytes()
    return lambda letter: stamped(letter, selector, domain, key)


def stamped(letter: bytes, selector: str, domain: str, key: bytes) -> bytes:
    """The letter with its signature in front."""
    there = {line.partition(b":")[0].lower() for line in letter.partition(b"\r\n\r\n")[0].split(b"\r\n")}
    covered = [name for name in COVERED if name in there]
    signed = dkim.sign(letter, selector.encode(), domain.encode("idna"), key, canonicalize=(b"relaxed", b"relaxed"),
                       include_headers=covered)
    return signed + letter


def selectors(folder: Path) -> list[str]:
    """All keys there are, oldest first."""
    return sorted(path.stem for path in (folder / "dkim").glob("*.pem"))


def signing(folder: Path) -> str | None:
    """The selector of the key that signs."""
    try:
        return (folder / "dkim" / "signs").read_text().strip() or None
    except FileNotFoundError:
        return None


def make(folder: Path, *, selector: str | None = None) -> str:
    """A new key that signs nothing yet, so that its record can be published first; its selector."""
    name = selector or _fresh(folder)
    if not SELECTOR.fullmatch(name) or name in selectors(folder):
        raise Invalid(f"{name} is no new selector: take small letters, digits and hyphens.")
    key = rsa.generate_private_key(65537, BITS)
    (folder / "dkim").mkdir(parents=True, exist_ok=True, mode=0o700)
    _write(_file(folder, name), key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()))
    return name


def use(folder: Path, selector: str) -> None:
    """Signs with this key from the next letter on. The old one stays, so that letters on their way can be checked."""
    if selector not in selectors(folder):
        raise NotFound(f"There is no key {selector}. `afterlike dkim new` makes one.")
    beside = folder / "dkim" / "signs.new"
    _write(beside, f"{selector}\n".encode())
    os.replace(beside, folder / "dkim" / "signs")


def drop(folder: Path, selector: str) -> None:
    """Forgets a key that does not sign."""
    if selector == signing(folder):
        raise Invalid(f"{selector} signs letters now. Let another one sign first: afterlike dkim use SELECTOR")
    if selector not in selectors(folder):
        raise NotFound(f"There is no key {selector}.")
    _file(folder, selector).unlink()


def record(folder: Path, selector: str) -> str:
    """What stands in the TXT record at <selector>._domainkey.<domain>."""
    key = serialization.load_pem_private_key(_file(folder, selector).read_bytes(), password=None).public_key()
    made = key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return f"v=DKIM1; k=rsa; p={base64.b64encode(made).decode()}"


def _fresh(folder: Path) -> str:
    """al202611, then al202611b, …"""
    month = f"al{datetime.now(UTC):%Y%m}"
    taken = set(selectors(folder))
    return next(name for end in ("", *"bcdefghijklmnopqrstuvwxyz") if (name := month + end) not in taken)


def _file(folder: Path, selector: str) -> Path:
    return folder / "dkim" / f"{selector}.pem"


def _write(path: Path, content: bytes) -> None:
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
