"""One address, several people who say that it is theirs: nobody has it, unless one alone has proved it."""

import re

import sqlalchemy as sa

from afterlike import tables

PLAIN = re.compile(r"^https?://(www\.)?")

_links = tables.profile_links


def same_address(url: str) -> str:
    """An address without what makes no difference to whose it is."""
    return PLAIN.sub("", url.partition("#")[0]).rstrip("/")


def told_states(found: list[str]) -> list[str]:
    """What is told of each of several people's links to one address, by what was found of each. Pure."""
    if len(found) < 2:
        return found
    proven = found.count("proven")
    return ["proven" if state == "proven" and proven == 1 else "disputed" for state in found]


def settle_address(tx: sa.Connection, site_id: int, same: str) -> None:
    """Says of every link to this address what is to be told of it now."""
    mine = (_links.c.site_id == site_id) & (_links.c.same == same)
    asked = sa.select(_links.c.id, _links.c.endorser_id, _links.c.found, _links.c.state).where(mine)
    rows = tx.execute(asked.order_by(_links.c.id).with_for_update()).all()
    for row, state in zip(rows, told_states([row.found for row in rows]), strict=True):
        if row.state != state:
            tx.execute(sa.update(_links).where(_links.c.id == row.id).values(state=state))


def settle_addresses(tx: sa.Connection, addresses: set[tuple[int, str]]) -> None:
    """The same for several (site id, address), in one order."""
    for site_id, same in sorted(addresses):
        settle_address(tx, site_id, same)
