"""S12 for mail: a scanner that opens every link of every letter, by GET and HEAD, again and again, changes nothing."""

import re
import uuid

import sqlalchemy as sa
from endorsers.town import PUBLIC, Town

from afterlike import endorsers, followup, tables
from cast import ADA, BEN

TIMES = 20


def links(town: Town) -> list[str]:
    """Every address in every part and header of every letter, as a scanner finds them."""
    found = set()
    for letter in town.letters:
        parts = [part.get_content() for part in letter.walk() if part.get_content_maintype() == "text"]
        for text in [*parts, *(str(value) for value in letter.values())]:
            found |= set(re.findall(rf"{re.escape(PUBLIC)}(/[^\s\"<>]+)", text))
    return sorted(found)


def everything(town: Town) -> dict[str, list[tuple]]:
    left_out = ("leases", "drops")
    return {table.name: [tuple(row) for row in town.read(lambda tx, table=table: tx.execute(sa.select(table)).all())]
            for table in tables.metadata.sorted_tables if table.name not in left_out}


def test_a_scanner_that_opens_every_link_twenty_times_changes_nothing(town):
    done = town.member()
    town.opt_in("waiting@people.test", BEN)
    subject = endorsers.subject(town.house.keyring, town.site.id, "ana@people.test")
    town.house.db.write(endorsers.ask_for_link, (town.site.id, subject, town.now))
    [like] = town.rows(tables.likes, tables.likes.c.uuid == uuid.UUID(town.likes[ADA]).bytes)
    first = followup.Beginning(town.site.id, like.id, 1, bytes(16), "You liked our lamp. What would you change?", town.now)
    town.house.db.write(followup.begin, first)
    town.deliver()
    assert len(town.letters) == 4
    before, found = everything(town), links(town)
    assert {path.split("/")[1] for path in found} == {"confirm", "me", "stop"}
    for path in found:
        for _ in range(TIMES):
            for told in (town.client.get(path), town.client.head(path)):
                assert told.status_code in (200, 410), path
                assert "__Host-afterlike-me=" not in told.headers.get("Set-Cookie", "")
    assert everything(town) == before
    assert town.verdict(done.endorser_id).allowed
    waiting = next(letter for letter in town.letters if letter["To"] == "waiting@people.test")
    assert town.confirm(waiting) is not None
