"""Reads what mail servers send back: a letter that could not be delivered (RFC 3464), a reader's complaint (RFC 5965). Pure.

The fields are read with the stdlib; what people write in the words around them is never guessed at. Two makers of old write no
such fields: Exim, and Outlook.com's reports of complaints; a header of their own tells them.
"""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message

from afterlike.followup.incoming import Dropped, clean, header, parsed

STATUS = re.compile(r"\b([245])\.(\d{1,3})\.(\d{1,3})\b", re.ASCII)
ADDRESS = re.compile(r"[^\s<>;\"']{1,64}@[^\s<>;\"']{1,255}")
STOP = re.compile(r"/stop/([0-9a-f]{1,15}-[a-z2-7]{32})", re.ASCII)
LONGEST = 20_000
CODED = re.compile(r"\b([45]\d\d)[ -]#?(?:([45])\.(\d{1,3})\.(\d{1,3})\b)?", re.ASCII)
BLANK = re.compile(r"(?:\r?\n){2,}")
STATUSES = ("message/delivery-status", "message/global-delivery-status")
HEADS = ("text/rfc822-headers", "message/global-headers", "message/feedback-report")
NO_COMPLAINT = frozenset({"not-spam", "auth-failure", "virus", "dmarc"})  # what a person did not ask for
OF_A_MAILBOX = ("550", "551", "553")  # SMTP's own word where the status says no more than "failed"
COPY = re.compile(r"^-{3,} this is a copy", re.IGNORECASE | re.MULTILINE)
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
    if _complains(parts):
        return Report("complaint", None, "", known_as, **named)
    kind, status, said = _failure(mail, parts)
    return Report(kind, status, said, known_as, **named)


def _complains(parts: list[Message]) -> bool:
    """Whether a reader called a letter unwanted; raises Dropped for feedback of another kind."""
    for part in parts:
        if part.get_content_type() == "message/feedback-report":
            kinds = [header(block, "Feedback-Type").lower() for block in _blocks(part)]
            if any(kind in NO_COMPLAINT for kind in kinds):
                raise Dropped(reason="report")
            return True
    return any("X-HmXmrOriginalRecipient" in part for part in parts[1:])  # Outlook.com: the letter, and this


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
        if part.get_content_type() in HEADS and not part.is_multipart():
            yield clean((part.get_payload(decode=True) or b"")[:LONGEST].decode("utf-8", "replace")).replace("\n ", " ")
        elif part.get_content_type() == "message/feedback-report":
            yield from (f"{value}" for block in _blocks(part) for value in block.values())


def _blocks(part: Message) -> Iterator[Message]:
    """The groups of fields in a report. The stdlib takes apart one of its three types, and none that is encoded."""
    inner = part.get_payload() if part.is_multipart() else []
    if header(part, "Content-Transfer-Encoding").lower() in ("base64", "quoted-printable"):
        shell = Message()
        shell["Content-Transfer-Encoding"] = header(part, "Content-Transfer-Encoding")
        shell.set_payload("\n".join(str(one.get_payload()) for one in inner) or part.get_payload())
        text = (shell.get_payload(decode=True) or b"")[:LONGEST].decode("utf-8", "replace")
        yield from (parsed(block.encode()) for block in BLANK.split(text.strip()))
    elif part.get_content_type() == "message/delivery-status":
        yield from inner
    else:
        for one in inner:
            yield one
            if not one.is_multipart():
                yield from (parsed(block.encode()) for block in BLANK.split(str(one.get_payload())[:LONGEST].strip()))


def _failure(mail: Message, parts: list[Message]) -> tuple[str, str | None, str]:
    """(kind, status, what was said) of the first recipient whom it could not be delivered to."""
    reports = [part for part in parts if part.get_content_type() in STATUSES]
    for block in (block for part in reports for block in _blocks(part)):
        if header(block, "Action").lower().split()[:1] == ["failed"]:
            said = header(block, "Diagnostic-Code")
            return *_judged(header(block, "Status"), said), said.partition(";")[2].strip()
    if "X-Failed-Recipients" in mail and not reports and not mail.is_multipart():
        return _by_exim(mail)
    raise Dropped(reason="report")


def _by_exim(mail: Message) -> tuple[str, str | None, str]:
    """What Exim wrote before it wrote reports: the other server's answer, above the letter's copy. Without one it is soft."""
    text = clean((mail.get_payload(decode=True) or b"")[:LONGEST].decode("utf-8", "replace"))
    own = COPY.split(text, maxsplit=1)[0]
    answer = next((found for found in CODED.finditer(own) if found[2]), None)
    if answer is None:
        return "soft", None, ""
    return *_judged("", answer[0]), own[answer.start():].partition("\n")[0].strip()


def _judged(told: str, said: str) -> tuple[str, str]:
    """(kind, status) by the field, and by the other server's answer where that says more of the same."""
    status, answer = STATUS.search(told), CODED.search(said)
    finer = answer and answer[2] and f"{answer[2]}.{answer[3]}.{answer[4]}"
    if status is None:
        found = finer or ((plain := STATUS.search(said)) and plain[0]) or "5.0.0"
    else:
        found = finer if finer and status[2] == status[3] == "0" and status[1] == answer[2] else status[0]
    if found == "5.0.0" and answer and answer[1] not in OF_A_MAILBOX:
        return "soft", found
    return _kind(found), found


def _kind(status: str) -> str:
    """Hard is what will be the same tomorrow: there is no such mailbox, or no such domain."""
    passes = status.startswith("4.") or status in (FULL, TOO_LARGE) or status.startswith(OF_NOW)
    return "soft" if passes and status != "5.4.4" else "hard"
