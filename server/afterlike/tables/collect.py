"""Tables of `collect`: likes and what belongs to them, answers, visits, orders, refusals, mentions, decisions of admins."""

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
    text,
)

from afterlike.tables.parts import Id, moment, of, own_id, table

likes = table(
    "likes", "collect",
    own_id(),
    of("sites", "site_id"),
    Column("uuid", LargeBinary(16), nullable=False),
    of("visitors", "visitor_id"),
    of("products", "product_id"),
    Column("shown_id", Id),  # the product as it was shown at the press
    Column("state", Text, nullable=False),
    Column("source", Text, nullable=False),
    moment("liked_at"),
    moment("pressed_at"),  # the client's clock, clamped; equal to liked_at when it sent none
    moment("unliked_at", null=True),
    Column("page_url", Text, nullable=False),
    Column("page_title", Text),
    Column("referrer", Text),
    Column("placement", Text),
    Column("position", Integer),
    Column("dwell_ms", Integer),
    Column("locale", Text),
    Column("lasting", SmallInteger),  # whether the browser keeps the visitor, so that a return is seen; null: nobody said
    Column("prompt_version_id", Id),  # the frozen next step: which flow, or none, and why
    Column("step_reason", Text, nullable=False),
    UniqueConstraint("uuid", "site_id"),
    CheckConstraint("state in ('counted', 'held', 'rejected', 'withdrawn')", name="state"),
    Index(
        "uq_likes_live", "visitor_id", "product_id", unique=True,
        sqlite_where=text("unliked_at IS NULL"), postgresql_where=text("unliked_at IS NULL"),
    ),
    Index("ix_likes_withdrawn", "visitor_id",  # what a person took back; the live ones are in the index above
          sqlite_where=text("unliked_at IS NOT NULL"), postgresql_where=text("unliked_at IS NOT NULL")),
    Index("ix_likes_site_liked", "site_id", "liked_at", "state", "source"),  # days are counted in it alone
    Index("ix_likes_product", "product_id", "liked_at", "state", "source"),  # and products
    Index("ix_likes_aside", "site_id", "state", "liked_at",  # a like that counts and came by the button is in none of these two
          sqlite_where=text("state <> 'counted'"), postgresql_where=text("state <> 'counted'")),
    Index("ix_likes_other_ways", "site_id", "source", "liked_at",
          sqlite_where=text("source <> 'widget'"), postgresql_where=text("source <> 'widget'")),
)

decisions = table(  # an admin's word on one like; what it was before, so that it can be undone exactly
    "decisions", "collect",
    own_id(),
    of("sites", "site_id"),
    of("likes", "like_id", index=True),
    Column("batch", LargeBinary(16), nullable=False, index=True),  # what was decided with one press
    Column("decision", Text, nullable=False),
    Column("before", Text, nullable=False),
    Column("after", Text, nullable=False),
    Column("admin_id", Id),  # null: the demo's history
    Column("reason", Text),  # in the admin's own words
    moment("decided_at"),
    CheckConstraint("decision in ('hold', 'reject', 'restore', 'undo')", name="decision"),
)

like_tags = table(  # an admin's own order among the likes
    "like_tags", "collect",
    of("likes", "like_id", primary_key=True),
    Column("tag", Text, primary_key=True),  # case-folded
    of("sites", "site_id"),
    Index("ix_like_tags_site", "site_id", "tag"),
)

saved_filters = table(  # of the list of endorsements, shared by all admins of a site
    "saved_filters", "collect",
    own_id(),
    of("sites", "site_id"),
    Column("name", Text, nullable=False),
    Column("query", Text, nullable=False),
    moment("saved_at"),
    UniqueConstraint("site_id", "name"),
)

like_counts = table(
    "like_counts", "collect",
    of("products", "product_id", primary_key=True),
    Column("counted", Integer, nullable=False),
)

answers = table(
    "answers", "collect",
    own_id(),
    of("sites", "site_id"),
    Column("uuid", LargeBinary(16), nullable=False),
    of("likes", "like_id", index=True),
    of("visitors", "visitor_id", index=True),
    of("prompt_versions", "prompt_version_id"),
    Column("said", Text, nullable=False),  # JSON: card key -> value
    Column("done", SmallInteger, nullable=False),
    moment("answered_at"),
    moment("changed_at"),
    UniqueConstraint("uuid", "site_id"),
    Index("ix_answers_site", "site_id", "id"),
)

visits = table(
    "visits", "collect",
    own_id(),
    of("sites", "site_id"),
    Column("uuid", LargeBinary(16), nullable=False),
    of("visitors", "visitor_id", index=True),
    Column("page_url", Text, nullable=False),
    Column("referrer", Text),
    moment("visited_at"),
    UniqueConstraint("uuid", "site_id"),
)

orders = table(
    "orders", "collect",
    own_id(),
    of("sites", "site_id"),
    Column("order_id", Text, nullable=False),
    of("visitors", "visitor_id", null=True, index=True),
    Column("total_minor", BigInteger, nullable=False),
    Column("currency", Text, nullable=False),
    Column("discount_minor", BigInteger),
    Column("coupon", Text),
    Column("items", Text),
    Column("via", Text, nullable=False),  # api | page
    moment("ordered_at"),
    UniqueConstraint("site_id", "order_id"),
)

webmentions = table(  # another page says that it mentions one of the site's; one row per source and target
    "webmentions", "collect",
    own_id(),
    of("sites", "site_id"),
    Column("key", Text, nullable=False, unique=True),  # of the status page
    Column("pair", LargeBinary(16), nullable=False),  # hash of source and target
    Column("source", Text, nullable=False),
    Column("target", Text, nullable=False),
    Column("host", Text, nullable=False),  # of the source
    Column("state", Text, nullable=False),
    Column("before", Text),  # an admin's last decision, so that it can be undone
    Column("kind", Text),  # like | reply | repost | mention
    Column("author", Text),
    Column("author_url", Text),  # of the same origin as the source
    Column("excerpt", Text),
    Column("problem", Text),  # why there is nothing to show
    Column("like_id", Id),
    Column("tries", Integer, nullable=False, server_default="0"),
    moment("received_at"),
    moment("due_at", null=True),  # the next look at the source
    moment("checked_at", null=True),
    moment("decided_at", null=True),
    UniqueConstraint("site_id", "pair"),
    CheckConstraint("state in ('waiting', 'held', 'accepted', 'refused', 'wrong', 'gone')", name="state"),
    Index("ix_webmentions_due", "due_at", sqlite_where=text("due_at IS NOT NULL"), postgresql_where=text("due_at IS NOT NULL")),
    Index("ix_webmentions_site", "site_id", "state", "id"),
    sqlite_autoincrement=True,
)

drops = table(  # what was refused, counted by reason; site 0 is "no such site"
    "drops", "collect",
    Column("site_id", Id, primary_key=True),
    Column("day", Integer, primary_key=True),  # days since 1970-01-01 UTC
    Column("call", Text, primary_key=True),
    Column("reason", Text, primary_key=True),
    Column("count", BigInteger, nullable=False),
)

tallies = table(  # the journal folded by day; a reader keeps it
    "tallies", "collect",
    of("sites", "site_id", primary_key=True),
    Column("day", Integer, primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("count", Integer, nullable=False),
)

button_sightings = table(  # which keys the pages of a shop asked counts for: the products with a button; no visitor is in it
    "button_sightings", "collect",
    of("sites", "site_id", primary_key=True),
    Column("key_hash", LargeBinary(16), primary_key=True),  # as in products, where there is one
    Column("key", Text, nullable=False),
    Column("first_day", Integer, nullable=False),  # days since 1970, UTC
    Column("last_day", Integer, nullable=False),
)
