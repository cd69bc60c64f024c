"""What this room clears when a person is erased: what was asked when."""

import sqlalchemy as sa

from afterlike.tables import prompt_showings, prompt_turns


def erase(tx: sa.Connection, visitor_ids: list[int]) -> None:
    """How often a prompt was shown stays, as a number."""
    for table in (prompt_showings, prompt_turns):
        tx.execute(sa.delete(table).where(table.c.visitor_id.in_(visitor_ids)))
