"""Sessions of admins: begun, seen, listed, ended. Tokens are kept as hashes; of a browser only what it is called."""

import logging
import re
from dataclasses import dataclass

import sqlalchemy as sa

from afterlike import tables
from afterlike.clock import MINUTE
from afterlike.db import Database
from afterlike.errors import Unavailable
from afterlike.signing import new_token, token_hash

log = logging.getLogger(__name__)

SEEN_EVERY = 10 * MINUTE
BROWSERS = (("Edg", "Edge"), ("OPR/", "Opera"), ("Firefox", "Firefox"), ("FxiOS", "Firefox"), ("CriOS", "Chrome"),
            ("Chrome", "Chrome"), ("Safari", "Safari"))  # fmt: skip
SYSTEMS = (("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows"), ("Mac OS X", "macOS"),
           ("CrOS", "ChromeOS"), ("Linux", "Linux"))  # fmt: skip


@dataclass(frozen=True, slots=True)
class Beginning:
    """A session that begins: of whom, how they signed in, until when, in which browser."""

    admin_id: int
    via: str
    now: int
    ends_at: int
    browser: str | None = None


def begin(tx: sa.Connection, start: Beginning) -> str:
    """A new session's token."""
    token = new_token()
    tx.execute(
        sa.insert(tables.sessions).values(
            admin_id=start.admin_id, token_hash=token_hash(token), via=start.via, made_at=start.now, ends_at=start.ends_at,
            seen_at=start.now, browser=start.browser,
        )
    )
    return token


def end_session(tx: sa.Connection, items: list[str]) -> list[None]:
    """Signs out for good: a copied cookie is worth nothing afterwards."""
    hashes = [token_hash(token) for token in items]
    tx.execute(sa.delete(tables.sessions).where(tables.sessions.c.token_hash.in_(hashes)))
    return [None] * len(items)


def end_of(tx: sa.Connection, admin_id: int, session_id: int) -> int:
    """Ends one session of this admin; how many that were."""
    kept = tables.sessions.c
    return tx.execute(sa.delete(tables.sessions).where(kept.id == session_id, kept.admin_id == admin_id)).rowcount


def end_others(tx: sa.Connection, admin_id: int, but: int) -> list[int]:
    """Ends all sessions of this admin but one; their ids."""
    kept = tables.sessions.c
    gone = sa.delete(tables.sessions).where(kept.admin_id == admin_id, kept.id != but).returning(kept.id)
    return list(tx.scalars(gone))


def sessions_of(tx: sa.Connection, admin_id: int, now: int) -> list[sa.Row]:
    """The living sessions of an admin, the one that was seen last first."""
    kept = tables.sessions.c
    asked = sa.select(kept.id, kept.browser, kept.via, kept.made_at, kept.seen_at)
    return tx.execute(
        asked.where(kept.admin_id == admin_id, kept.ends_at > now).order_by(kept.seen_at.desc(), kept.id.desc())
    ).all()


def note_seen(database: Database, session_id: int, at: int) -> None:
    """Notes that a session is in use; a database that takes nothing now must not keep anybody from reading."""
    try:
        database.write(_seen, (session_id, at))
    except Unavailable as away:
        log.warning("last seen is not noted: %s", away.sentence)


def _seen(tx: sa.Connection, items: list[tuple[int, int]]) -> list[None]:
    for session_id, at in items:
        tx.execute(sa.update(tables.sessions).where(tables.sessions.c.id == session_id).values(seen_at=at))
    return [None] * len(items)


def browser_named(agent: str) -> str | None:
    """What a browser calls itself, such as "Firefox, Linux"; None for what says neither."""
    agent = agent[:500]
    found = [next((name for mark, name in marks if re.search(re.escape(mark), agent)), None) for marks in (BROWSERS, SYSTEMS)]
    return ", ".join(filter(None, found)) or None
