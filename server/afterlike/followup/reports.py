"""Reads what mail servers send back: a letter that could not be delivered (RFC 3464), a reader's complaint (RFC 5965). Pure.

The fields are read with the stdlib; what people write in the words around them is never guessed at.
"""

import hashlib
import re
from dataclasses import dataclass
from email.message import Message

from afterlike.followup.incoming import Dropped, clean, header, parsed

STATUS = re.compile(r"\b([245])\.(\d{1,3})\.(\d{1,3})\b", re.ASCII)
ADDRESS = re.compile(r"[^\s<>;\"']{1,64}@[^\s<>;\"']{1,255}")
STOP = re.compile(r"/stop/([0-9a-f]{1,15}-[a-z2-7]{32})", re.ASCII)
LONGEST = 20_000
FULL, TOO_LARGE = "5.2.2", "5.3.4"
OF_NOW = ("5.3", "5.7", "5.4", "5.5", "5.6")  # the system, its policy, the way there, the letter: not the address itself


@dataclass(frozen=True, slots=True)
class Report:
    """`kind` is soft, hard or complaint. `addresses` and `stops` are what the letter in it names us by, `original` its names."""

    kind: str
    status: str | None
    said: str
    known_as: str
    original: str
    addresses: tuple[str, ...]
    stops: tuple[str, ...]


def read(raw: bytes) -> Report:
    """The report in a mail; raises Dropped for a mail without one, and for one that tells of no failure."""
    mail = parsed(raw)
    parts = list(_opened(mail))
    known_as = header(mail, "Message-ID") or hashlib.sha256(raw).hexdigest()
    told = "\n".join(_heads(parts))[:LONGEST]
    named = {"original": told, "addresses": tuple(ADDRESS.findall(told)[:50]), "stops": tuple(STOP.findall(told)[:5])}
    if any(part.get_content_type() == "message/feedback-report" for part in parts):
        return Report("complaint", None, "", known_as, **named)
    kind, status, said = _failure(parts)
    return Report(kind, status, said, known_as, **named)


def _opened(mail: Message):
    """Every part, those of letters within the letter too."""
    waiting = [mail]
    while waiting:
        part = waiting.pop()
        yield part
        if part.is_multipart():
            waiting.extend(reversed(part.get_payload()))


def _heads(parts: list[Message]):
    """What the letter that came back says of itself: its headers, wherever they stand, and those of the report."""
    for part in parts[1:]:
        names = ("Message-ID", "Return-Path", "Original-Mail-From", "X-Original-Mail-From", "List-Unsubscribe")
        yield from (header(part, name) for name in names if name in part)
        if part.get_content_type() in ("text/rfc822-headers", "message/feedback-report") and not part.is_multipart():
            yield clean((part.get_payload(decode=True) or b"")[:LONGEST].decode("utf-8", "replace")).replace("\n ", " ")


def _failure(parts: list[Message]) -> tuple[str, str, str]:
    """(kind, status, what was said) of the first recipient whom it could not be delivered to."""
    reports = (part for part in parts if part.get_content_type() == "message/delivery-status")
    for block in (block for part in reports if part.is_multipart() for block in part.get_payload()):
        if header(block, "Action").lower() != "failed":
            continue
        found = STATUS.search(header(block, "Status")) or STATUS.search(header(block, "Diagnostic-Code"))
        status = found[0] if found else "5.0.0"
        return _kind(status), status, header(block, "Diagnostic-Code").partition(";")[2].strip()
    raise Dropped(reason="report")


def _kind(status: str) -> str:
    """Hard is what will be the same tomorrow: there is no such mailbox, or no such domain."""
    passes = status.startswith("4.") or status in (FULL, TOO_LARGE) or status.startswith(OF_NOW)
    return "soft" if passes and status != "5.4.4" else "hard"
