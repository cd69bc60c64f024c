"""The picture beside a quote: taken in, kept as long as the quote stands, and given to whoever has its address."""

import base64
import hashlib
import logging
import subprocess
import sys
import threading
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from afterlike import db, tables
from afterlike.errors import Invalid, TooBig, TooMany
from afterlike.signing import Keyring
from afterlike.words import marked

log = logging.getLogger(__name__)

MOST_BYTES = 2 * 1024 * 1024
LIMITS = {"picture": (20, 600)}  # of one person
PROGRAM = Path(__file__).with_name("squaring.py")
PATIENCE_S = 10  # for one picture, and for the one before it
WRONG = {  # what the program's status says
    10: marked("Nothing was changed. We can show pictures in JPEG, PNG or WebP only. Choose another one."),
    11: marked("Nothing was changed. This picture has too many pixels. Choose one of at most 25 megapixels."),
    12: marked("Nothing was changed. This picture cannot be read; its file may be broken. Choose another one."),
}
TOO_BIG = marked("Nothing was changed. This picture is larger than 2 MB. Choose a smaller one.")
TYPE = "image/webp"

_pictures, _quotes = tables.quote_pictures, tables.quotes
_alone = threading.Lock()


@dataclass(frozen=True, slots=True)
class Picture:
    """A small WebP without metadata; `name` stands in its address and in the record of consent."""

    name: str
    data: bytes


def taken(keyring: Keyring, quote_id: int, raw: bytes) -> Picture:
    """What somebody uploaded as it is kept; raises TooBig, Invalid with a sentence, or TooMany. No transaction may be open."""
    if len(raw) > MOST_BYTES:
        raise TooBig(TOO_BIG)
    return named(keyring, quote_id, _squared(raw))


def named(keyring: Keyring, quote_id: int, data: bytes) -> Picture:
    """A small WebP as the picture of this quote."""
    return Picture(keyring.hashed("picture", f"{quote_id}:{hashlib.sha256(data).hexdigest()}").hex(), data)


def _squared(raw: bytes) -> bytes:
    """By a program of its own, one at a time, without our environment: see squaring.py."""
    if not _alone.acquire(timeout=PATIENCE_S):
        raise TooMany()
    try:
        done = subprocess.run([sys.executable, "-I", "-B", PROGRAM], input=raw, capture_output=True, env={},
                              timeout=PATIENCE_S, check=False)
    except subprocess.TimeoutExpired:
        raise Invalid(WRONG[12]) from None
    finally:
        _alone.release()
    if done.returncode:
        if done.returncode not in WRONG:
            log.warning("a picture ended its program: %s %s", done.returncode, done.stderr[-300:].decode(errors="replace"))
        raise Invalid(WRONG.get(done.returncode, WRONG[12]))
    return done.stdout


def keep(tx: sa.Connection, quote_id: int, picture: Picture, at: int) -> None:
    """Instead of the one before."""
    kept = {"name": picture.name, "data": picture.data, "kept_at": at}
    adding = db.insert(tx, _pictures).values(quote_id=quote_id, **kept)
    tx.execute(adding.on_conflict_do_update(index_elements=["quote_id"], set_=kept))


def drop(tx: sa.Connection, which: sa.ColumnElement[bool]) -> int:
    """Those of the quotes that are so; how many."""
    return tx.execute(sa.delete(_pictures).where(_pictures.c.quote_id.in_(sa.select(_quotes.c.id).where(which)))).rowcount


def name_of(tx: sa.Connection, quote_id: int) -> str | None:
    return tx.scalar(sa.select(_pictures.c.name).where(_pictures.c.quote_id == quote_id))


def path_of(name: str) -> str:
    """Where everybody finds it while the quote stands."""
    return f"/quotes/pictures/{name}.webp"


def as_text(tx: sa.Connection, quote_ids: Iterable[int]) -> dict[int, str]:
    """Those of these quotes as data: addresses, which need no other request; by quote id."""
    rows = tx.execute(sa.select(_pictures.c.quote_id, _pictures.c.data).where(_pictures.c.quote_id.in_(list(quote_ids))))
    return {row.quote_id: f"data:{TYPE};base64,{base64.b64encode(row.data).decode()}" for row in rows}
