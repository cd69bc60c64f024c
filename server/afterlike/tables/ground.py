"""Tables of the ground floor: what the database was made with, the journal and who reads it, leases, what is promised."""

from sqlalchemy import BigInteger, Column, Index, Integer, Text, text

from afterlike.tables.parts import Id, moment, own_id, table

facts = table(  # what this database was made with: the pepper's fingerprint
    "facts", "db",
    Column("name", Text, primary_key=True),
    Column("value", Text, nullable=False),
)

journal = table(  # append-only; ids only, never text or addresses
    "journal", "journal",
    own_id(),
    Column("site_id", Id, nullable=False),
    Column("kind", Text, nullable=False),
    moment("at"),
    Column("visitor_id", Id),
    Column("product_id", Id),
    Column("like_id", Id),
    Column("about_id", Id),  # the row of the kind's own table: an answer, a profile link, an order
    sqlite_autoincrement=True,  # an id is never used again, so a cursor never skips a row
)

cursors = table(  # how far each reader has read the journal
    "cursors", "journal",
    Column("reader", Text, primary_key=True),
    Column("position", BigInteger, nullable=False),
    moment("moved_at"),
)

leases = table(  # who runs a task of EVERY, until when
    "leases", "worker",
    Column("task", Text, primary_key=True),
    Column("holder", Text, nullable=False),
    moment("until_at"),
    moment("ran_at", null=True),
    Column("outcome", Text),
)

outbox = table(  # what is promised, written in the same transaction as its cause
    "outbox", "outbox",
    own_id(),
    Column("site_id", Id),
    Column("kind", Text, nullable=False),
    Column("payload", Text, nullable=False),
    Column("state", Text, nullable=False),  # waiting | sent | failed | dropped
    Column("tries", Integer, nullable=False, server_default="0"),
    moment("due_at"),
    moment("made_at"),
    moment("sent_at", null=True),
    Column("last_error", Text),
    Index("ix_outbox_due", "due_at", sqlite_where=text("state = 'waiting'"), postgresql_where=text("state = 'waiting'")),
    Index("ix_outbox_site", "site_id", "state"),
)
