"""What a database holds, to show that looking at pages changes nothing."""

import sqlite3

QUIET = {"leases", "cursors", "tallies", "audit", "audit_heads", "sqlite_sequence", "people_sums", "product_sums",
         "site_sums", "answer_sums"}  # background work, and who looked at what


def kept(home) -> dict[str, list]:
    """Every row of every table that a request could change."""
    with sqlite3.connect(home / "afterlike.db") as db:
        names = [name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'") if name not in QUIET]
        return {name: db.execute(f"SELECT * FROM {name}").fetchall() for name in names}
