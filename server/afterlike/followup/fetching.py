"""The other way in: a mailbox, read over IMAP. It waits for the server to tell of new mail, and looks by itself now and then.

The mailbox is opened read-only: nothing in it is marked, moved or deleted. How far it is read is kept after each mail was
taken; a kill between the two takes the mail once more, and taking knows it already.
"""

import imaplib
import logging
import re
import select
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from urllib.parse import unquote, urlsplit

import sqlalchemy as sa

from afterlike import db, tables
from afterlike.clock import now
from afterlike.errors import AfterlikeError
from afterlike.followup import incoming, status, taking, tickets
from afterlike.followup.incoming import Dropped
from afterlike.followup.vouching import Way
from afterlike.web import House

log = logging.getLogger(__name__)

PATIENCE_S = 30
IDLE_S = 60  # how long one wait lasts; shorter than any server or router forgets a connection
REST_S = (5, 30, 120, 300)  # after a server that is away, longer each time
AWAY = (OSError, imaplib.IMAP4.error, AfterlikeError)


def follow(house: House, stop: threading.Event) -> None:
    """Reads the mailbox of AFTERLIKE_IMAP_URL until it is told to stop; a server that is away is asked again later."""
    failures = 0
    while not stop.is_set():
        try:
            with _mailbox(house.config.imap_url) as box:
                status.imap_total.labels("opened").inc()
                while not stop.is_set():
                    fetch(house, box)
                    status.WAYS.looked()
                    failures = 0
                    _wait(box, house.config.imap_seconds, stop)
        except AWAY as away:
            status.imap_total.labels("lost").inc()
            log.warning("the mailbox of AFTERLIKE_IMAP_URL: %s: %s", type(away).__name__, _plain(away))
            stop.wait(REST_S[min(failures, len(REST_S) - 1)])
            failures += 1


@contextmanager
def _mailbox(url: str) -> Iterator[imaplib.IMAP4]:
    """Signed in, with the folder open for reading."""
    parts = urlsplit(url)
    if parts.scheme == "imaps":
        box = imaplib.IMAP4_SSL(parts.hostname, parts.port or 993, ssl_context=ssl.create_default_context(), timeout=PATIENCE_S)
    else:
        box = imaplib.IMAP4(parts.hostname, parts.port or 143, timeout=PATIENCE_S)
        if "STARTTLS" in box.capabilities:
            box.starttls(ssl.create_default_context())
    try:
        box.login(unquote(parts.username), unquote(parts.password or ""))
        folder = unquote(parts.path.strip("/")) or "INBOX"
        _said(box.select(box._quote(folder), readonly=True))
        yield box
    finally:
        with suppress(*AWAY):
            box.logout()


def fetch(house: House, box: imaplib.IMAP4) -> int:
    """Takes all mail that was not taken yet, oldest first; how many there was."""
    name, validity = _name(house), int(box.untagged_responses["UIDVALIDITY"][0])
    last = house.db.write(begin, (name, validity, now()))
    box.noop()
    found = _said(box.uid("SEARCH", f"UID {last + 1}:*"))[0] or b""
    uids = sorted(uid for uid in map(int, found.split()) if uid > last)  # the newest is found even when it is older
    for uid in uids:
        take(house, _raw(box, uid, house.config.inbound_max_kb * 1024))
        house.db.write(moved, (name, validity, uid, now()))
    return len(uids)


def take(house: House, raw: bytes | None) -> str:
    """Keeps what one mail of the mailbox says. Whom it is for stands in its head: an address of ours, else our letter's name."""
    try:
        if raw is None:
            raise Dropped(reason="size")
        mail = incoming.parsed(raw)
    except Dropped as dropped:
        taking.count(house, dropped.reason)
        return dropped.reason
    named = (taking.recipient(house, one) for one in incoming.recipients(mail))
    whom = next(filter(None, named), None) or _by_thread(house, mail)
    if whom is None:
        taking.count(house, "token")
        return "token"
    envelope = incoming.header(mail, "Return-Path").strip("<>") if "Return-Path" in mail else None
    return taking.take(house, raw, whom, Way(envelope))


def _by_thread(house: House, mail) -> taking.Recipient | None:
    """The conversation of our letter that this one answers, where the mail program dropped the address."""
    named = f"{incoming.header(mail, 'References')} {incoming.header(mail, 'In-Reply-To')}"
    messages = tables.messages.c
    with house.db.read() as tx:
        for letter in tickets.letters_named(house.keyring, named):
            asked = sa.select(messages.conversation_id).where(messages.id == letter, messages.author == "admin")
            if (found := tx.scalar(asked)) is not None:
                return taking.Recipient("answer", found)
    return None


def _raw(box: imaplib.IMAP4, uid: int, most: int) -> bytes | None:
    """The mail as it came, None where it is too large to be looked at."""
    size = re.search(rb"RFC822\.SIZE (\d+)", b" ".join(_bytes(_said(box.uid("FETCH", str(uid), "(RFC822.SIZE)")))))
    if size and int(size[1]) > most:
        return None
    parts = _said(box.uid("FETCH", str(uid), "(BODY.PEEK[])"))
    return next((part[1] for part in parts if isinstance(part, tuple)), None)


def _bytes(parts: list) -> Iterator[bytes]:
    for part in parts:
        yield from part if isinstance(part, tuple) else (part or b"",)


def _wait(box: imaplib.IMAP4, most_s: int, stop: threading.Event) -> None:
    """Until the server tells of new mail (RFC 2177), or most_s are over; a server that cannot is asked again then."""
    if "IDLE" not in box.capabilities:
        stop.wait(most_s)
        return
    tag = box._new_tag()
    box.send(tag + b" IDLE\r\n")
    if not box.readline().startswith(b"+"):
        raise imaplib.IMAP4.abort("the server does not wait with us")
    end, told = time.monotonic() + min(most_s, IDLE_S), False
    while not told and not stop.is_set() and time.monotonic() < end:
        told = _line_within(box, 0.5) and b"EXISTS" in box.readline()
    box.send(b"DONE\r\n")
    while not box.readline().startswith(tag):
        pass


def _line_within(box: imaplib.IMAP4, seconds: float) -> bool:
    """Whether there is something to read: on the socket, or read ahead already."""
    ahead = isinstance(box.sock, ssl.SSLSocket) and box.sock.pending()
    return bool(ahead or select.select([box.sock], [], [], seconds)[0])


def _said(answer: tuple[str, list]) -> list:
    """What the server answered; raises where it said no."""
    state, told = answer
    if state != "OK":
        raise imaplib.IMAP4.error(b" ".join(_bytes(told)).decode("utf-8", "replace"))
    return told


def _plain(away: Exception) -> str:
    return " ".join(str(away).split())[:200]


# --- how far it is read -------------------------------------------------------------------------------------------

def _name(house: House) -> bytes:
    parts = urlsplit(house.config.imap_url)
    return house.keyring.hashed("mail folder", f"{parts.hostname} {parts.port} {parts.username} {parts.path}")


def begin(tx: sa.Connection, items: list[tuple[bytes, int, int]]) -> list[int]:
    """For each (folder, validity, now): the last mail that was taken. Where the server numbers anew, all are looked at again."""
    return [_begin(tx, *item) for item in items]


def _begin(tx: sa.Connection, name: bytes, validity: int, at: int) -> int:
    folders = tables.mail_folders
    known = tx.execute(sa.select(folders).where(folders.c.hash == name)).first()
    if known is None or known.validity != validity:
        _keep(tx, name, {"validity": validity, "last_uid": 0, "moved_at": at})
        return 0
    return known.last_uid


def moved(tx: sa.Connection, items: list[tuple[bytes, int, int, int]]) -> list[None]:
    """Notes that (folder, validity, uid, now) is taken, with all before it."""
    for name, validity, uid, at in items:
        _keep(tx, name, {"validity": validity, "last_uid": uid, "moved_at": at})
    return [None] * len(items)


def _keep(tx: sa.Connection, name: bytes, row: dict) -> None:
    kept = db.insert(tx, tables.mail_folders).values(hash=name, **row)
    tx.execute(kept.on_conflict_do_update(index_elements=["hash"], set_=row))
