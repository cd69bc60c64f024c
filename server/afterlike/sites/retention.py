"""How long a site keeps what this server would keep longer. The server's own settings are the most; an owner can only shorten."""

import re
from collections.abc import Mapping

import sqlalchemy as sa

from afterlike import db, tables
from afterlike.clock import DAY
from afterlike.config import Config
from afterlike.words import for_admins

# what: the server's setting, the least number of days, and the words for it
WHAT = {
    "visits":  ("visits_kept_days", 30, for_admins("Single visits")),
    "mail":    ("mail_kept_days", 3, for_admins("The list of mail, and of what webhooks were told")),
    "drops":   ("drops_kept_days", 7, for_admins("Counts of what was refused")),
    "pending": ("pending_kept_days", 1, for_admins("An address that nobody confirmed")),
}
NO_DAYS = for_admins("Write a whole number of days, from {least} to {most}.")

_own = tables.retention.c


def limits(config: Config) -> dict[str, tuple[int, int]]:
    """The least and the most days. An address stays for as long as the button in its letter works."""
    buttons = -(-config.confirm_hours // 24)
    least = {what: buttons if what == "pending" else days for what, (_, days, _) in WHAT.items()}
    return {what: (min(least[what], most_days(config, what)), most_days(config, what)) for what in WHAT}


def most_days(config: Config, what: str) -> int:
    return config.values[WHAT[what][0]]


def read(given: Mapping[str, str], between: Mapping[str, tuple[int, int]]) -> tuple[dict[str, int], dict[str, str]]:
    """Days by what they are of, the server's where nothing is written; and a sentence for each field that cannot be used."""
    days, wrong = {}, {}
    for what, (least, most) in between.items():
        typed = given.get(what, "").strip() or str(most)
        if re.fullmatch(r"\d{1,6}", typed, re.ASCII) and least <= int(typed) <= most:
            days[what] = int(typed)
        else:
            wrong[what] = NO_DAYS
    return days, wrong


def days_of(tx: sa.Connection, site_id: int, between: Mapping[str, tuple[int, int]]) -> dict[str, int]:
    """How long a site keeps each."""
    own = {row.what: row.days for row in tx.execute(sa.select(_own.what, _own.days).where(_own.site_id == site_id))}
    return {what: min(own.get(what, most), most) for what, (_, most) in between.items()}


def keep(tx: sa.Connection, items: list[tuple[int, dict[str, int]]]) -> list[None]:
    """For each (site id, days): what is to be kept for so long."""
    for site_id, days in items:
        for what, number in days.items():
            made = db.insert(tx, tables.retention).values(site_id=site_id, what=what, days=number)
            tx.execute(made.on_conflict_do_update(index_elements=["site_id", "what"], set_={"days": number}))
    return [None] * len(items)


def shorter(tx: sa.Connection, what: str, days: int) -> list[tuple[int, int]]:
    """(site id, days) of the sites that keep it for less than this."""
    asked = sa.select(_own.site_id, _own.days).where(_own.what == what, _own.days < days).order_by(_own.site_id)
    return [(row.site_id, row.days) for row in tx.execute(asked)]


def doomed(tx: sa.Connection, site_id: int, days: Mapping[str, int], now: int) -> dict[str, int]:
    """How many rows of a site are older than this now."""
    return {what: tx.scalar(OLD[what](site_id, now - number * DAY)) for what, number in days.items()}


def _visits(site_id: int, before: int) -> sa.Select:
    visits = tables.visits.c
    return _rows(tables.visits, visits.site_id == site_id, visits.visited_at < before)


def _mail(site_id: int, before: int) -> sa.Select:
    outbox, told, hooks = tables.outbox.c, tables.webhook_deliveries.c, tables.webhooks
    ours = sa.select(hooks.c.id).where(hooks.c.site_id == site_id)
    letters = _rows(tables.outbox, outbox.site_id == site_id, outbox.state != "waiting", outbox.due_at < before)
    messages = _rows(tables.webhook_deliveries, told.webhook_id.in_(ours), told.state != "waiting", told.made_at < before)
    return sa.select(letters.scalar_subquery() + messages.scalar_subquery())


def _drops(site_id: int, before: int) -> sa.Select:
    return _rows(tables.drops, tables.drops.c.site_id == site_id, tables.drops.c.day < before // DAY)


def _pending(site_id: int, before: int) -> sa.Select:
    ins = tables.opt_ins.c
    old = ins.state.in_(("asked", "mailed")) & (ins.asked_at < before) | (ins.settled_at < before)
    return _rows(tables.opt_ins, ins.site_id == site_id, old)


def _rows(table: sa.Table, *which: sa.ColumnElement[bool]) -> sa.Select:
    return sa.select(sa.func.count()).select_from(table).where(*which)


OLD = {"visits": _visits, "mail": _mail, "drops": _drops, "pending": _pending}
