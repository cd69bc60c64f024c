"""What name servers say about this server's mail, looked up in the background when an admin asks, and kept with its time."""

import json
from dataclasses import dataclass

import sqlalchemy as sa

from afterlike import db, mailcheck, tables
from afterlike.clock import now
from afterlike.web import House

MAIL = "mail"  # the settings are one server's, so there is one row for all its sites


@dataclass(frozen=True, slots=True)
class Found:
    """[(fine, sentence)] as `afterlike doctor --mail` says them; `asked_at` is set while they are being looked up anew."""

    findings: list[tuple[bool, str]]
    looked_at: int | None
    asked_at: int | None


def found(tx: sa.Connection) -> Found:
    """What was found last."""
    row = tx.execute(sa.select(tables.mail_names).where(tables.mail_names.c.name == MAIL)).first()
    if row is None:
        return Found([], None, None)
    return Found([(bool(fine), said) for fine, said in json.loads(row.findings or "[]")], row.looked_at, row.asked_at)


def ask(tx: sa.Connection, items: list[int]) -> list[None]:
    """For each moment: wants it to be looked up; asked twice is looked up once."""
    for at in items:
        asked = db.insert(tx, tables.mail_names).values(name=MAIL, asked_at=at)
        tx.execute(asked.on_conflict_do_update(index_elements=["name"], set_={"asked_at": at}))
    return [None] * len(items)


def look_up(house: House) -> int:
    """Looks it up if somebody asked; how often. Asked meanwhile, it is looked up again: what was published in between counts."""
    with house.db.read() as tx:
        asked = found(tx).asked_at
    if asked is None:
        return 0
    findings = list(mailcheck.checked(house.config))
    house.db.write(keep, (asked, findings, now()))
    return 1


def keep(tx: sa.Connection, items: list[tuple[int, list[tuple[bool, str]], int]]) -> list[None]:
    """Keeps what was found for who asked at that moment, (asked at, findings, now)."""
    names = tables.mail_names
    for asked, findings, at in items:
        still = sa.case((names.c.asked_at > asked, names.c.asked_at), else_=None)
        kept = {"findings": json.dumps(findings), "looked_at": at, "asked_at": still}
        tx.execute(sa.update(names).where(names.c.name == MAIL).values(kept))
    return [None] * len(items)
