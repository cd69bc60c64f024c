"""Reads a mail that came in: its words, what it quotes, how many files hang on it, or why it is not taken. Pure.

Whoever knows an address can send anything there, so everything is bounded before it is looked at: the head, the lines, the
parts, each header. What is over a bound is refused as a whole.
"""

import hashlib
import re
from dataclasses import dataclass
from email.message import Message
from email.parser import BytesParser
from email.policy import Compat32
from functools import partial
from html import unescape

import nh3

from afterlike.errors import AfterlikeError
from afterlike.followup.cutting import cut

LONGEST_HEAD = 100_000  # bytes
MOST_HEADERS = 500
MOST_LINES = 150_000
MOST_PARTS = 40  # boundaries and letters within letters
LONGEST_HEADER = 4_000
LONGEST_ADDRESS = 320
LONGEST_HTML = 200_000
MOST_TAGS = 6_000  # nested, they take the square of their number
LONGEST_TEXT = 100_000
LONGEST_WORDS = 20_000
MOST_HOPS = 30

END_OF_HEAD = re.compile(rb"\r?\n\r?\n|\r\r")
PART = re.compile(rb"boundary|content-type:\s*message/", re.IGNORECASE)
UNSEEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")
BREAKS = frozenset({"br", "p", "div", "li", "tr", "h1", "h2", "h3", "h4", "blockquote", "pre", "hr"})
PIECE = re.compile(r"<(/?)([a-z0-9]+)[^>]*>|([^<]+)")
SLOW = frozenset({"punycode", "idna", "unicode_escape", "raw_unicode_escape"})  # no mail is written in these
BULK = frozenset({"bulk", "junk", "list"})


class Dropped(AfterlikeError):
    """A mail that is not taken; `reason` is counted."""


@dataclass(frozen=True, slots=True)
class Incoming:
    """What an answer says. `sender` is the address in From, lower-cased; `known_as` tells this mail from others."""

    words: str
    quoted: str
    attachments: int
    sender: str
    known_as: bytes
    references: str
    to: tuple[str, ...]


class Bounded(Compat32):
    """The stdlib's plainest policy, with headers that cannot be long."""

    def header_source_parse(self, sourcelines):
        name, value = super().header_source_parse(sourcelines[:50])
        return name, value[:LONGEST_HEADER]


PARSER = partial(BytesParser, policy=Bounded())


def parsed(raw: bytes) -> Message:
    """The mail in parts; raises Dropped for one that would take long to read."""
    head = raw[: found.start()] if (found := END_OF_HEAD.search(raw)) else raw
    if len(head) > LONGEST_HEAD or head.count(b"\n") > MOST_HEADERS:
        raise Dropped(reason="headers")
    if raw.count(b"\n") + raw.count(b"\r") > 2 * MOST_LINES or sum(1 for _ in PART.finditer(raw)) > MOST_PARTS:
        raise Dropped(reason="parts")
    return PARSER().parsebytes(raw)


def read(raw: bytes, *, envelope: str | None, ours: frozenset[str]) -> Incoming:
    """An answer that a person wrote; raises Dropped for what a program wrote.

    `envelope` is the sender of the envelope, None where it is not known; `ours` are addresses that we send from.
    """
    mail = parsed(raw)
    sender = address_in(header(mail, "From"))
    if reason := _by_program(mail, sender, envelope, ours):
        raise Dropped(reason=reason)
    plain, rich, attachments = _bodies(mail)
    found = cut(plain if plain.strip() else as_text(rich))
    if not found.words and not attachments:
        raise Dropped(reason="empty")
    words, rest = found.words[:LONGEST_WORDS], found.words[LONGEST_WORDS:]
    quoted = f"{rest}\n{found.quoted}".strip("\n")[:LONGEST_TEXT]
    known_as = header(mail, "Message-ID").strip().encode() or raw
    return Incoming(
        words, quoted, attachments, sender, hashlib.blake2b(known_as, digest_size=16).digest(),
        f"{header(mail, 'References')} {header(mail, 'In-Reply-To')}", recipients(mail),
    )


def header(mail: Message, name: str) -> str:
    """A header as text on one line, whatever bytes it holds; empty where there is none."""
    return " ".join(clean(str(mail.get(name, ""))).split())


def address_in(header: str) -> str:
    """The address in From: what stands in the last angle brackets, else the first word with an at sign. The stdlib's own
    reading of it recurses as deep as a stranger nests comments."""
    inside = header.rpartition("<")[2].partition(">")[0] if "<" in header else header
    return next((word.strip("<>\"',;()") for word in inside.lower().split() if "@" in word), "")[:LONGEST_ADDRESS]


def clean(text: str) -> str:
    """Without what no database keeps and nobody sees."""
    return UNSEEN.sub("", text)


def _by_program(mail: Message, sender: str, envelope: str | None, ours: frozenset[str]) -> str | None:
    """Why no person wrote this; None where one may have. RFC 3834 says what programs should say of themselves."""
    answered = header(mail, "Auto-Submitted").lower().partition(";")[0].strip()
    if envelope == "" or header(mail, "Return-Path") == "<>":
        return "empty_sender"
    if answered not in ("", "no") or any(name in mail for name in ("X-Autoreply", "X-Autorespond", "X-Auto-Response")):
        return "auto"
    if header(mail, "Precedence").lower() in BULK or "List-Id" in mail:
        return "bulk"
    if sender in ours or (envelope or "").lower() in ours:
        return "own"
    return "loop" if len(mail.get_all("Received", ())) > MOST_HOPS else None


def recipients(mail: Message) -> tuple[str, ...]:
    """Where a mail in a mailbox was sent to, the envelope's word first."""
    names = ("Delivered-To", "X-Original-To", "Envelope-To", "To", "Cc")
    told = " ".join(str(value) for name in names for value in mail.get_all(name, ()))
    return tuple(re.findall(r"[^\s<>()\[\],;:\"'@]{1,64}@[^\s<>()\[\],;:\"'@]{1,255}", told[: 4 * LONGEST_HEADER]))


# --- the body -----------------------------------------------------------------------------------------------------

def _bodies(mail: Message) -> tuple[str, str, int]:
    """(plain text, HTML, how many other parts). Of several texts, as mail programs split them around pictures, all."""
    plain, rich, others = [], [], 0
    for part in _leaves(mail):
        kind = part.get_content_type()
        if kind in ("text/plain", "text/html") and part.get_content_disposition() != "attachment":
            (plain if kind == "text/plain" else rich).append(_text(part))
        elif not _belongs(part):
            others += 1
    return "\n".join(plain)[:LONGEST_TEXT], "\n".join(rich)[:LONGEST_HTML], others


def _leaves(mail: Message):
    """The parts that hold something; a letter within the letter is one of them, and is not opened."""
    waiting = [mail]
    while waiting:
        part = waiting.pop()
        if part.get_content_maintype() == "multipart" and part.is_multipart():
            waiting.extend(reversed(part.get_payload()))
        else:
            yield part


def _belongs(part: Message) -> bool:
    """What programs add by themselves: signatures, pictures of a signature, a business card's shell."""
    if part.get_content_maintype() == "image" and part.get("Content-ID") and part.get_content_disposition() != "attachment":
        return True
    return part.get_content_type() in ("application/pgp-signature", "application/pkcs7-signature", "multipart/mixed")


def _text(part: Message) -> str:
    """A part's words, in whatever it says they are written; where that is wrong or missing, as well as can be."""
    raw = part.get_payload(decode=True) or b""
    raw = raw[: 4 * LONGEST_TEXT]
    for charset in (_charset(part), "utf-8", "windows-1252"):
        if (charset or "").replace("-", "_") in SLOW:
            continue
        try:
            return clean(raw.decode(charset or "utf-8"))
        except (LookupError, UnicodeError, ValueError):
            continue
    return clean(raw.decode("utf-8", "replace"))


def _charset(part: Message) -> str | None:
    """As the part says it; None where what it says cannot even be read."""
    try:
        return part.get_content_charset()
    except (LookupError, ValueError):  # a NUL in it, a charset of a charset that nobody knows
        return None


def as_text(html: str) -> str:
    """The words of HTML, with line ends where a reader sees them and `>` before what is quoted. nh3 makes it whole first."""
    pieces = html[:LONGEST_HTML].split("<", MOST_TAGS)
    whole = nh3.clean(
        "<".join(pieces[:MOST_TAGS]), tags=set(BREAKS), attributes={}, clean_content_tags={"script", "style", "title"}
    )
    lines, depth = [""], 0
    for found in PIECE.finditer(whole):
        shut, tag, words = found.groups()
        if words is not None:
            lines[-1] += unescape(words).replace("\n", " ")
            continue
        if tag == "blockquote":
            depth += -1 if shut else 1
        if tag == "br" or lines[-1].strip(" >"):
            lines[-1] = lines[-1].strip(" ") if depth == 0 else lines[-1].rstrip()
            lines.append("")
        lines[-1] = "> " if depth > 0 else ""
    return re.sub(r"\n{3,}", "\n\n", "\n".join(" ".join(line.split()) for line in lines)).strip()
