"""Tables of `catalog`: products, and what was shown of them when."""

from sqlalchemy import BigInteger, Column, Index, LargeBinary, Text

from afterlike.tables.parts import Id, moment, of, own_id, table

products = table(
    "products", "catalog",
    own_id(),
    of("sites", "site_id"),
    Column("key_hash", LargeBinary(16), nullable=False, unique=True),  # of site and key
    Column("key", Text, nullable=False),
    Column("url", Text, nullable=False),
    Column("shown_id", Id),  # the newest row of product_showings
    Column("digest", LargeBinary(16)),  # and what it holds, so that an unchanged product is seen without reading it
    moment("first_seen_at"),
    Index("ix_products_url", "site_id", "url"),  # a mention says by its address what it is about
)

product_showings = table(  # what was shown of a product, from when on; a new row only when something changed
    "product_showings", "catalog",
    own_id(),
    of("products", "product_id", index=True),
    Column("title", Text),
    Column("image", Text),
    Column("price_minor", BigInteger),
    Column("currency", Text),
    Column("category", Text),
    Column("brand", Text),
    Column("sku", Text),
    Column("availability", Text),
    moment("shown_at"),
)
