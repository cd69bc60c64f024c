"""Looks at the sources of webmentions, outside of any transaction: one of each host at a time, and not too often."""

import logging
from concurrent.futures import ThreadPoolExecutor

import sqlalchemy as sa

from afterlike import markup, safefetch, tables
from afterlike.clock import now
from afterlike.collect import mention_rules, mentions
from afterlike.errors import TooMany
from afterlike.web import House
from afterlike.words import for_admins

log = logging.getLogger(__name__)

AT_ONCE = 8
PATIENCE_S = 5
ACCEPT = "text/html, application/json;q=0.9, text/plain;q=0.8"
LIMITS = {"mention_host": (30, 3600), "mention_network": (60, 3600), "mention_look": (60, 3600)}  # (most, seconds)
PROBLEMS = {
    "no_link": for_admins("The page does not link to the address."),
    "gone":    for_admins("The page is gone."),
    "status":  for_admins("The page answers with an error."),
    "away":    for_admins("The page did not answer."),
    "refused": for_admins("The page stands where we do not look."),
    "large":   for_admins("The page is larger than we read."),
}


def check_mentions(house: House) -> int:
    """Looks at sources that are due; returns how many."""
    with house.db.read() as tx:
        waiting = due(tx, now())
    if waiting:
        with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="mention") as together:
            list(together.map(lambda row: _check(house, row), waiting))
    return len(waiting)


def due(tx: sa.Connection, at: int) -> list[sa.Row]:
    """One of each host, AT_ONCE at most, who waits longest first."""
    rows = tables.webmentions.c
    asked = sa.select(tables.webmentions).where(rows.due_at <= at).order_by(rows.due_at, rows.id).limit(AT_ONCE * 8)
    found: dict[str, sa.Row] = {}
    for row in tx.execute(asked):
        found.setdefault(row.host, row)
    return list(found.values())[:AT_ONCE]


def _check(house: House, row: sa.Row) -> None:
    try:
        house.limits.spend("mention_look", row.host)
    except TooMany:
        said, problem, gone = None, "away", False
    else:
        said, problem, gone = look(row.source, row.target, house.config.fetch_allow)
    visitor = stands_for(house, row.site_id, row.source)
    outcome = mentions.Outcome(row.id, row.site_id, visitor, said, problem, gone, now(), row.due_at)
    state = house.db.write(mentions.settle, outcome)
    log.info("webmention %s: %s, now %s", row.id, problem or said.kind, state or "removed")


def stands_for(house: House, site_id: int, source: str) -> bytes:
    """The visitor that a source is: nobody's browser, and the same one each time."""
    return house.keyring.hashed("webmention", f"{site_id}:{source}")


def look(source: str, target: str, allow: frozenset[str]) -> tuple[mention_rules.Said | None, str | None, bool]:
    """(what it says, why it says nothing, whether that is for good); never raises."""
    try:
        came = safefetch.fetch(source, deadline_s=PATIENCE_S, cap=markup.MOST_BYTES, allow=allow, accept=ACCEPT)
    except safefetch.Refused:
        return None, "refused", True
    except safefetch.TooLarge:
        return None, "large", True
    except safefetch.FetchError:
        return None, "away", False
    if came.status in (404, 410):
        return None, "gone", True
    if came.status != 200:
        return None, "status", False
    said = mention_rules.said(came, source, target)
    return (said, None, False) if said else (None, "no_link", True)
