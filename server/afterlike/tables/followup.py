"""Tables of `followup`: conversations with what was said and noted, and mail that came in."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    Text,
    UniqueConstraint,
)

from afterlike.tables.parts import Id, moment, of, own_id, table

conversations = table(
    "conversations", "followup",
    own_id(),
    of("sites", "site_id"),
    of("endorsers", "endorser_id", index=True),
    Column("like_id", Id),  # what it began with
    Column("state", Text, nullable=False),
    Column("waits_for", Text),  # admin | endorser: who is to answer
    moment("waits_since", null=True),
    Column("admin_id", Id),  # whose it is; null: nobody's
    moment("snoozed_until", null=True),
    moment("made_at"),
    moment("changed_at"),
    CheckConstraint("state in ('open', 'snoozed', 'closed')", name="state"),
    Index("ix_conversations_site", "site_id", "waits_for", "waits_since"),
    sqlite_autoincrement=True,  # the journal, the outbox and bookmarks name rows that may be erased: no id is used again
)

messages = table(
    "messages", "followup",
    own_id(),
    of("conversations", "conversation_id", index=True),
    Column("uuid", LargeBinary(16), nullable=False),  # of the form: sent twice is kept once
    Column("author", Text, nullable=False),  # admin | endorser
    Column("admin_id", Id),
    Column("words", Text, nullable=False),
    moment("said_at"),
    moment("mailed_at", null=True),
    Column("unsent", Text),  # why no mail left: a reason of may_contact, or what the mail server said
    Column("came_by", Text, nullable=False, server_default="page"),  # page | mail
    Column("quoted", Text),  # of a mail: what was cut off below the answer, hidden and not lost
    Column("stranger", SmallInteger, nullable=False, server_default="0"),  # it came from another address than theirs
    Column("attachments", Integer, nullable=False, server_default="0"),  # how many were not taken
    Column("vouched", Text),  # of a mail: dkim | spf | relay (who says that it is from there) | failed | nobody
    UniqueConstraint("conversation_id", "uuid"),
    CheckConstraint("author in ('admin', 'endorser')", name="author"),
    sqlite_autoincrement=True,
)

conversation_notes = table(  # what admins say to each other beside the letters; in the person's own copy, as all notes
    "conversation_notes", "followup",
    own_id(),
    of("conversations", "conversation_id", index=True),
    Column("admin_id", Id),
    Column("words", Text, nullable=False),
    moment("noted_at"),
    sqlite_autoincrement=True,
)

saved_replies = table(  # words that are often needed, shared by all admins of a site
    "saved_replies", "followup",
    own_id(),
    of("sites", "site_id"),
    Column("name", Text, nullable=False),
    Column("words", Text, nullable=False),
    moment("saved_at"),
    UniqueConstraint("site_id", "name"),
)

mail_drops = table(  # mail that came in and was not taken, counted by reason; site 0 is "nobody knows whose"
    "mail_drops", "followup",
    Column("site_id", Id, primary_key=True, autoincrement=False),
    Column("day", Integer, primary_key=True),  # days since 1970-01-01 UTC
    Column("reason", Text, primary_key=True),
    Column("count", BigInteger, nullable=False),
)

mail_names = table(  # what name servers say about this server's mail, as an admin asked for it
    "mail_names", "followup",
    Column("name", Text, primary_key=True),
    Column("findings", Text),  # JSON [[fine, sentence]]
    moment("asked_at", null=True),  # while it is to be looked up
    moment("looked_at", null=True),
)

mail_folders = table(  # how far an IMAP folder is read
    "mail_folders", "followup",
    Column("hash", LargeBinary(16), primary_key=True),  # of host, user and folder
    Column("validity", BigInteger, nullable=False),
    Column("last_uid", BigInteger, nullable=False),
    moment("moved_at"),
)
