"""Tables of `publicity`: quotes, feeds, shared links and what came of them."""

from sqlalchemy import CheckConstraint, Column, Index, Integer, LargeBinary, SmallInteger, Text, UniqueConstraint

from afterlike.tables.parts import Id, moment, of, own_id, table

quotes = table(  # words of an endorser that the site asked to show in public, and what they said to that
    "quotes", "publicity",
    own_id(),
    of("sites", "site_id"),
    of("endorsers", "endorser_id", index=True),
    of("likes", "like_id", index=True),
    of("products", "product_id"),
    Column("source", Text, nullable=False),  # answer | message
    Column("source_id", Id, nullable=False),
    Column("part", Text, nullable=False),  # the card of an answer; empty for a message
    moment("said_at"),
    Column("asked_words", Text, nullable=False),  # what the site asked for
    Column("words", Text),  # what they allowed: the same, or with words left out
    Column("name", Text),  # shown with them; null: none
    Column("link_id", Id),  # the profile link shown with them
    Column("places", Text, nullable=False, server_default="[]"),  # JSON: of PLACES in publicity/quotes.py
    Column("perk", Text),  # what they got in return, shown beside them; null: nothing
    Column("state", Text, nullable=False),
    Column("admin_id", Id),  # who asked
    moment("asked_at"),
    moment("mailed_at", null=True),
    Column("unsent", Text),  # why no mail left: a reason of may_contact, or what the mail server said
    moment("answered_at", null=True),
    moment("until_at", null=True),  # null: until it is taken back
    moment("ended_at", null=True),  # taken back, or run out
    moment("hidden_at", null=True),  # an admin does not show it
    Column("picture_asked", SmallInteger, nullable=False, server_default="0"),  # whether the site would like one beside them
    UniqueConstraint("source", "source_id", "part"),
    CheckConstraint("source in ('answer', 'message')", name="source"),
    CheckConstraint("state in ('asked', 'given', 'refused', 'withdrawn', 'expired', 'cancelled')", name="state"),
    Index("ix_quotes_site", "site_id", "state", "asked_at"),
    Index("ix_quotes_product", "product_id", "state"),
    sqlite_autoincrement=True,  # the ledger and the audit log name ids of rows that may be gone
)

quote_pictures = table(  # what stands beside a quote, small and without metadata; gone when the quote ends
    "quote_pictures", "publicity",
    of("quotes", "quote_id", primary_key=True),
    Column("name", Text, nullable=False, unique=True),  # in its address: a keyed hash of the quote and the picture
    Column("data", LargeBinary, nullable=False),  # WebP
    moment("kept_at"),
)

feed_keys = table(  # who has a feed of their own; its token is made from the pepper and the nonce, and stored nowhere
    "feed_keys", "publicity",
    of("endorsers", "endorser_id", primary_key=True),
    of("sites", "site_id"),
    Column("nonce", Text, nullable=False),
    moment("made_at"),
)

shares = table(  # an endorser's own link to something they like
    "shares", "publicity",
    own_id(),
    of("sites", "site_id"),
    of("endorsers", "endorser_id"),
    of("products", "product_id"),
    Column("code", Text, nullable=False, unique=True),
    moment("made_at"),
    moment("ended_at", null=True),
    UniqueConstraint("endorser_id", "product_id"),
    Index("ix_shares_site", "site_id", "made_at"),
    sqlite_autoincrement=True,
)

share_opens = table(  # how often a link was opened, by day: of nobody in particular
    "share_opens", "publicity",
    of("shares", "share_id", primary_key=True),
    Column("day", Integer, primary_key=True),  # days since 1970-01-01 UTC
    Column("count", Integer, nullable=False),
)

share_credits = table(  # what came of a link, as a reader of the journal saw it: ids alone
    "share_credits", "publicity",
    of("shares", "share_id", primary_key=True),
    Column("kind", Text, primary_key=True),  # visited | liked | bought
    Column("about_id", Id, primary_key=True, autoincrement=False),  # the visit, like or order
    of("visitors", "visitor_id", index=True),
    moment("at"),
    CheckConstraint("kind in ('visited', 'liked', 'bought')", name="kind"),
)
