"""Ways back and outwards: quotes, feeds, share links, profiles that are proven by signing in there."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "oauth_apps",
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("client_id", sa.Text(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("origin", name=op.f("pk_oauth_apps")),
    )
    op.create_table(
        "feed_keys",
        sa.Column("endorser_id", Id, nullable=False),
        sa.Column("site_id", Id, nullable=False),
        sa.Column("nonce", sa.Text(), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["endorser_id"], ["endorsers.id"], name=op.f("fk_feed_keys_endorser_id")),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_feed_keys_site_id")),
        sa.PrimaryKeyConstraint("endorser_id", name=op.f("pk_feed_keys")),
    )
    op.create_table(
        "grants_begun",
        sa.Column("state_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("endorser_id", Id, nullable=False),
        sa.Column("site_id", Id, nullable=False),
        sa.Column("way", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("metadata", sa.Text(), nullable=False),
        sa.Column("verifier", sa.Text(), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("ends_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["endorser_id"], ["endorsers.id"], name=op.f("fk_grants_begun_endorser_id")),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_grants_begun_site_id")),
        sa.PrimaryKeyConstraint("state_hash", name=op.f("pk_grants_begun")),
    )
    op.create_index(op.f("ix_grants_begun_endorser_id"), "grants_begun", ["endorser_id"])
    op.create_table(
        "shares",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("site_id", Id, nullable=False),
        sa.Column("endorser_id", Id, nullable=False),
        sa.Column("product_id", Id, nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["endorser_id"], ["endorsers.id"], name=op.f("fk_shares_endorser_id")),
        sa.ForeignKeyConstraint(["product_id"], ["products.id"], name=op.f("fk_shares_product_id")),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_shares_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shares")),
        sa.UniqueConstraint("code", name=op.f("uq_shares_code")),
        sa.UniqueConstraint("endorser_id", "product_id", name=op.f("uq_shares_endorser_id_product_id")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_shares_site", "shares", ["site_id", "made_at"])
    op.create_table(
        "profile_grants",
        sa.Column("link_id", Id, nullable=False),
        sa.Column("way", sa.Text(), nullable=False),
        sa.Column("host", sa.Text(), nullable=False),
        sa.Column("granted_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["link_id"], ["profile_links.id"], name=op.f("fk_profile_grants_link_id")),
        sa.PrimaryKeyConstraint("link_id", name=op.f("pk_profile_grants")),
    )
    op.create_table(
        "share_credits",
        sa.Column("share_id", Id, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("about_id", Id, autoincrement=False, nullable=False),
        sa.Column("visitor_id", Id, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("kind in ('visited', 'liked', 'bought')", name=op.f("ck_share_credits_kind")),
        sa.ForeignKeyConstraint(["share_id"], ["shares.id"], name=op.f("fk_share_credits_share_id")),
        sa.ForeignKeyConstraint(["visitor_id"], ["visitors.id"], name=op.f("fk_share_credits_visitor_id")),
        sa.PrimaryKeyConstraint("share_id", "kind", "about_id", name=op.f("pk_share_credits")),
    )
    op.create_index(op.f("ix_share_credits_visitor_id"), "share_credits", ["visitor_id"])
    op.create_table(
        "quotes",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("site_id", Id, nullable=False),
        sa.Column("endorser_id", Id, nullable=False),
        sa.Column("like_id", Id, nullable=False),
        sa.Column("product_id", Id, nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("source_id", Id, nullable=False),
        sa.Column("part", sa.Text(), nullable=False),
        sa.Column("said_at", sa.BigInteger(), nullable=False),
        sa.Column("asked_words", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=True),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("link_id", Id, nullable=True),
        sa.Column("places", sa.Text(), server_default="[]", nullable=False),
        sa.Column("perk", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("admin_id", Id, nullable=True),
        sa.Column("asked_at", sa.BigInteger(), nullable=False),
        sa.Column("mailed_at", sa.BigInteger(), nullable=True),
        sa.Column("unsent", sa.Text(), nullable=True),
        sa.Column("answered_at", sa.BigInteger(), nullable=True),
        sa.Column("until_at", sa.BigInteger(), nullable=True),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("hidden_at", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("source in ('answer', 'message')", name=op.f("ck_quotes_source")),
        sa.CheckConstraint("state in ('asked', 'given', 'refused', 'withdrawn', 'expired', 'cancelled')", name=op.f("ck_quotes_state")),
        sa.ForeignKeyConstraint(["endorser_id"], ["endorsers.id"], name=op.f("fk_quotes_endorser_id")),
        sa.ForeignKeyConstraint(["like_id"], ["likes.id"], name=op.f("fk_quotes_like_id")),
        sa.ForeignKeyConstraint(["product_id"], ["products.id"], name=op.f("fk_quotes_product_id")),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_quotes_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quotes")),
        sa.UniqueConstraint("source", "source_id", "part", name=op.f("uq_quotes_source_source_id_part")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_quotes_endorser_id"), "quotes", ["endorser_id"])
    op.create_index(op.f("ix_quotes_like_id"), "quotes", ["like_id"])
    op.create_index("ix_quotes_product", "quotes", ["product_id", "state"])
    op.create_index("ix_quotes_site", "quotes", ["site_id", "state", "asked_at"])
