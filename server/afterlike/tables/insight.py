"""Tables of `insight`: sums, and tags on answers."""

from sqlalchemy import BigInteger, Column, Index, Integer, SmallInteger, Text, text

from afterlike.tables.parts import Id, moment, of, table

people_sums = table(  # what each person adds up to; a reader marks whom something happened to, the sums follow
    "people_sums", "insight",
    Column("person", Id, primary_key=True, autoincrement=False),  # an endorser's id; minus a visitor's who is none yet
    Column("site_id", Id, nullable=False),
    Column("likes", Integer, nullable=False, server_default="0"),  # that count
    Column("held", Integer, nullable=False, server_default="0"),
    Column("rejected", Integer, nullable=False, server_default="0"),
    Column("answered", SmallInteger, nullable=False, server_default="0"),
    Column("opted_in", SmallInteger, nullable=False, server_default="0"),
    Column("confirmed", SmallInteger, nullable=False, server_default="0"),
    Column("returned", SmallInteger),  # on a later day than the first like; null: it cannot be known
    Column("bought", SmallInteger, nullable=False, server_default="0"),
    moment("last_at", null=True),  # the newest trace of them
    Column("changed", BigInteger, nullable=False),  # the newest row of the journal about them
    Column("summed", BigInteger, nullable=False, server_default="0"),  # and up to where these sums are true
    Index("ix_people_sums_site", "site_id", "last_at",  # endorsers alone: nobody lists the others
          sqlite_where=text("person > 0"), postgresql_where=text("person > 0")),
    Index("ix_people_sums_likes", "site_id", "likes", "last_at",
          sqlite_where=text("person > 0"), postgresql_where=text("person > 0")),
    Index("ix_people_sums_confirmed", "site_id", "last_at",
          sqlite_where=text("person > 0 AND confirmed = 1"), postgresql_where=text("person > 0 AND confirmed = 1")),
    Index("ix_people_sums_due", "person", sqlite_where=text("changed > summed"), postgresql_where=text("changed > summed")),
)

site_sums = table(  # what a site's people add up to, moved together with theirs
    "site_sums", "insight",
    Column("site_id", Id, primary_key=True, autoincrement=False),
    Column("name", Text, primary_key=True),  # likes, held, …: the fields of insight.home.Totals
    Column("value", BigInteger, nullable=False),
)

product_sums = table(  # what each product adds up to, kept the same way; held and rejected likes stand apart
    "product_sums", "insight",
    of("products", "product_id", primary_key=True),
    Column("site_id", Id, nullable=False, index=True),
    Column("widget", Integer, nullable=False, server_default="0"),
    Column("extension", Integer, nullable=False, server_default="0"),
    Column("api", Integer, nullable=False, server_default="0"),
    Column("webmention", Integer, nullable=False, server_default="0"),
    Column("held", Integer, nullable=False, server_default="0"),
    Column("rejected", Integer, nullable=False, server_default="0"),
    Column("answered", Integer, nullable=False, server_default="0"),  # likes that count and have an answer
    moment("last_at", null=True),  # the newest like
    Column("changed", BigInteger, nullable=False),
    Column("summed", BigInteger, nullable=False, server_default="0"),
    Index("ix_product_sums_due", "product_id", sqlite_where=text("changed > summed"), postgresql_where=text("changed > summed")),
)

answer_sums = table(  # what the answers of a large site add up to; smaller ones are added up when somebody looks
    "answer_sums", "insight",
    Column("site_id", Id, primary_key=True, autoincrement=False),
    Column("sums", Text, nullable=False),  # JSON: prompt id -> [answers, finished, card key -> [n, value -> count]]
    Column("took_ms", Integer, nullable=False),
    moment("made_at"),
)

answer_tags = table(  # an admin's own words for what somebody wrote
    "answer_tags", "insight",
    Column("answer_id", Id, primary_key=True, autoincrement=False),
    Column("tag", Text, primary_key=True),
    Column("site_id", Id, nullable=False),
    moment("tagged_at"),
    Index("ix_answer_tags_site", "site_id", "tag"),
)
