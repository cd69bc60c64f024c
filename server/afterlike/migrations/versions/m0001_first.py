"""The first schema."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "admins",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=True),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_admins")),
        sa.UniqueConstraint("email", name=op.f("uq_admins_email")),
    )
    op.create_table(
        "cursors",
        sa.Column("reader", sa.Text(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("moved_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("reader", name=op.f("pk_cursors")),
    )
    op.create_table(
        "drops",
        sa.Column("site_id", Id, nullable=False),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("call", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("site_id", "day", "call", "reason", name=op.f("pk_drops")),
    )
    op.create_table(
        "facts",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_facts")),
    )
    op.create_table(
        "journal",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("site_id", Id, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("visitor_id", Id, nullable=True),
        sa.Column("product_id", Id, nullable=True),
        sa.Column("like_id", Id, nullable=True),
        sa.Column("about_id", Id, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_journal")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "leases",
        sa.Column("task", sa.Text(), nullable=False),
        sa.Column("holder", sa.Text(), nullable=False),
        sa.Column("until_at", sa.BigInteger(), nullable=False),
        sa.Column("ran_at", sa.BigInteger(), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("task", name=op.f("pk_leases")),
    )
    op.create_table(
        "outbox",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("site_id", Id, nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("tries", sa.Integer(), server_default="0", nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("sent_at", sa.BigInteger(), nullable=True),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
    )
    op.create_index(
        "ix_outbox_due",
        "outbox",
        ["due_at"],
        unique=False,
        sqlite_where=sa.text("state = 'waiting'"),
        postgresql_where=sa.text("state = 'waiting'"),
    )
    op.create_table(
        "sites",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("locale", sa.Text(), server_default="en", nullable=False),
        sa.Column("cooldown_hours", sa.Integer(), server_default="24", nullable=False),
        sa.Column("order_key_version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sites")),
        sa.UniqueConstraint("key", name=op.f("uq_sites_key")),
    )
    op.create_table(
        "api_keys",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("site_id", Id, nullable=False),
        sa.Column("hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("last4", sa.Text(), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("revoked_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_api_keys_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_keys")),
        sa.UniqueConstraint("hash", name=op.f("uq_api_keys_hash")),
    )
    op.create_table(
        "endorsers",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("site_id", Id, nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_endorsers_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_endorsers")),
    )
    op.create_table(
        "products",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("site_id", Id, nullable=False),
        sa.Column("key_hash", sa.LargeBinary(length=16), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("shown_id", Id, nullable=True),
        sa.Column("digest", sa.LargeBinary(length=16), nullable=True),
        sa.Column("first_seen_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_products_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_products")),
        sa.UniqueConstraint("key_hash", name=op.f("uq_products_key_hash")),
    )
    op.create_table(
        "prompts",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("site_id", Id, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("shown", sa.Integer(), server_default="0", nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_prompts_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_prompts")),
        sa.UniqueConstraint("site_id", "key", name=op.f("uq_prompts_site_id_key")),
    )
    op.create_table(
        "roles",
        sa.Column("admin_id", Id, nullable=False),
        sa.Column("site_id", Id, nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.CheckConstraint("role in ('owner', 'editor', 'viewer')", name=op.f("ck_roles_role")),
        sa.ForeignKeyConstraint(["admin_id"], ["admins.id"], name=op.f("fk_roles_admin_id")),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_roles_site_id")),
        sa.PrimaryKeyConstraint("admin_id", "site_id", name=op.f("pk_roles")),
    )
    op.create_table(
        "sessions",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("admin_id", Id, nullable=False),
        sa.Column("token_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("via", sa.Text(), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("ends_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["admin_id"], ["admins.id"], name=op.f("fk_sessions_admin_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sessions")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_sessions_token_hash")),
    )
    op.create_table(
        "sign_in_links",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("admin_id", Id, nullable=False),
        sa.Column("token_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("ends_at", sa.BigInteger(), nullable=False),
        sa.Column("used_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["admin_id"], ["admins.id"], name=op.f("fk_sign_in_links_admin_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_links")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_sign_in_links_token_hash")),
    )
    op.create_table(
        "site_origins",
        sa.Column("site_id", Id, nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_site_origins_site_id")),
        sa.PrimaryKeyConstraint("site_id", "origin", name=op.f("pk_site_origins")),
    )
    op.create_table(
        "tallies",
        sa.Column("site_id", Id, nullable=False),
        sa.Column("product_id", Id, nullable=False),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_tallies_site_id")),
        sa.PrimaryKeyConstraint("site_id", "product_id", "day", "kind", name=op.f("pk_tallies")),
    )
    op.create_table(
        "like_counts",
        sa.Column("product_id", Id, nullable=False),
        sa.Column("counted", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["product_id"], ["products.id"], name=op.f("fk_like_counts_product_id")),
        sa.PrimaryKeyConstraint("product_id", name=op.f("pk_like_counts")),
    )
    op.create_table(
        "product_showings",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("product_id", Id, nullable=False),
        sa.Column("title", sa.Text(), nullable=True),
        sa.Column("image", sa.Text(), nullable=True),
        sa.Column("price_minor", sa.BigInteger(), nullable=True),
        sa.Column("currency", sa.Text(), nullable=True),
        sa.Column("category", sa.Text(), nullable=True),
        sa.Column("brand", sa.Text(), nullable=True),
        sa.Column("sku", sa.Text(), nullable=True),
        sa.Column("availability", sa.Text(), nullable=True),
        sa.Column("shown_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["product_id"], ["products.id"], name=op.f("fk_product_showings_product_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_product_showings")),
    )
    op.create_index(op.f("ix_product_showings_product_id"), "product_showings", ["product_id"], unique=False)
    op.create_table(
        "profile_links",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("site_id", Id, nullable=False),
        sa.Column("uuid", sa.LargeBinary(length=16), nullable=False),
        sa.Column("endorser_id", Id, nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("claimed_at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "state in ('claimed', 'linked', 'proven', 'lapsed', 'disputed')", name=op.f("ck_profile_links_state")
        ),
        sa.ForeignKeyConstraint(["endorser_id"], ["endorsers.id"], name=op.f("fk_profile_links_endorser_id")),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_profile_links_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_profile_links")),
        sa.UniqueConstraint("uuid", "site_id", name=op.f("uq_profile_links_uuid_site_id")),
    )
    op.create_index(op.f("ix_profile_links_endorser_id"), "profile_links", ["endorser_id"], unique=False)
    op.create_table(
        "prompt_versions",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("prompt_id", Id, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("flow", sa.Text(), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["prompt_id"], ["prompts.id"], name=op.f("fk_prompt_versions_prompt_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_prompt_versions")),
        sa.UniqueConstraint("prompt_id", "version", name=op.f("uq_prompt_versions_prompt_id_version")),
    )
    op.create_table(
        "visitors",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("site_id", Id, nullable=False),
        sa.Column("hash", sa.LargeBinary(length=16), nullable=False),
        sa.Column("endorser_id", Id, nullable=True),
        sa.Column("first_seen_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["endorser_id"], ["endorsers.id"], name=op.f("fk_visitors_endorser_id")),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_visitors_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visitors")),
        sa.UniqueConstraint("hash", name=op.f("uq_visitors_hash")),
    )
    op.create_index(op.f("ix_visitors_endorser_id"), "visitors", ["endorser_id"], unique=False)
    op.create_table(
        "likes",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("site_id", Id, nullable=False),
        sa.Column("uuid", sa.LargeBinary(length=16), nullable=False),
        sa.Column("visitor_id", Id, nullable=False),
        sa.Column("product_id", Id, nullable=False),
        sa.Column("shown_id", Id, nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("liked_at", sa.BigInteger(), nullable=False),
        sa.Column("pressed_at", sa.BigInteger(), nullable=False),
        sa.Column("unliked_at", sa.BigInteger(), nullable=True),
        sa.Column("page_url", sa.Text(), nullable=False),
        sa.Column("page_title", sa.Text(), nullable=True),
        sa.Column("referrer", sa.Text(), nullable=True),
        sa.Column("placement", sa.Text(), nullable=True),
        sa.Column("position", sa.Integer(), nullable=True),
        sa.Column("dwell_ms", sa.Integer(), nullable=True),
        sa.Column("locale", sa.Text(), nullable=True),
        sa.Column("prompt_version_id", Id, nullable=True),
        sa.Column("step_reason", sa.Text(), nullable=False),
        sa.CheckConstraint("state in ('counted', 'held', 'rejected', 'withdrawn')", name=op.f("ck_likes_state")),
        sa.ForeignKeyConstraint(["product_id"], ["products.id"], name=op.f("fk_likes_product_id")),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_likes_site_id")),
        sa.ForeignKeyConstraint(["visitor_id"], ["visitors.id"], name=op.f("fk_likes_visitor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_likes")),
        sa.UniqueConstraint("uuid", "site_id", name=op.f("uq_likes_uuid_site_id")),
    )
    op.create_index("ix_likes_product", "likes", ["product_id"], unique=False)
    op.create_index("ix_likes_site_liked", "likes", ["site_id", "liked_at"], unique=False)
    op.create_index(
        "uq_likes_live",
        "likes",
        ["visitor_id", "product_id"],
        unique=True,
        sqlite_where=sa.text("unliked_at IS NULL"),
        postgresql_where=sa.text("unliked_at IS NULL"),
    )
    op.create_table(
        "orders",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("site_id", Id, nullable=False),
        sa.Column("order_id", sa.Text(), nullable=False),
        sa.Column("visitor_id", Id, nullable=True),
        sa.Column("total_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("discount_minor", sa.BigInteger(), nullable=True),
        sa.Column("coupon", sa.Text(), nullable=True),
        sa.Column("items", sa.Text(), nullable=True),
        sa.Column("via", sa.Text(), nullable=False),
        sa.Column("ordered_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_orders_site_id")),
        sa.ForeignKeyConstraint(["visitor_id"], ["visitors.id"], name=op.f("fk_orders_visitor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_orders")),
        sa.UniqueConstraint("site_id", "order_id", name=op.f("uq_orders_site_id_order_id")),
    )
    op.create_table(
        "prompt_showings",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("site_id", Id, nullable=False),
        sa.Column("uuid", sa.LargeBinary(length=16), nullable=False),
        sa.Column("prompt_id", Id, nullable=False),
        sa.Column("visitor_id", Id, nullable=False),
        sa.Column("like_id", Id, nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("shown_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["prompt_id"], ["prompts.id"], name=op.f("fk_prompt_showings_prompt_id")),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_prompt_showings_site_id")),
        sa.ForeignKeyConstraint(["visitor_id"], ["visitors.id"], name=op.f("fk_prompt_showings_visitor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_prompt_showings")),
        sa.UniqueConstraint("uuid", "site_id", name=op.f("uq_prompt_showings_uuid_site_id")),
    )
    op.create_table(
        "prompt_turns",
        sa.Column("visitor_id", Id, nullable=False),
        sa.Column("prompt_id", Id, nullable=False),
        sa.Column("handed_at", sa.BigInteger(), nullable=True),
        sa.Column("shown_at", sa.BigInteger(), nullable=True),
        sa.Column("dismissed_at", sa.BigInteger(), nullable=True),
        sa.Column("answered_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["prompt_id"], ["prompts.id"], name=op.f("fk_prompt_turns_prompt_id")),
        sa.ForeignKeyConstraint(["visitor_id"], ["visitors.id"], name=op.f("fk_prompt_turns_visitor_id")),
        sa.PrimaryKeyConstraint("visitor_id", "prompt_id", name=op.f("pk_prompt_turns")),
    )
    op.create_table(
        "visits",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("site_id", Id, nullable=False),
        sa.Column("uuid", sa.LargeBinary(length=16), nullable=False),
        sa.Column("visitor_id", Id, nullable=False),
        sa.Column("page_url", sa.Text(), nullable=False),
        sa.Column("referrer", sa.Text(), nullable=True),
        sa.Column("visited_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_visits_site_id")),
        sa.ForeignKeyConstraint(["visitor_id"], ["visitors.id"], name=op.f("fk_visits_visitor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visits")),
        sa.UniqueConstraint("uuid", "site_id", name=op.f("uq_visits_uuid_site_id")),
    )
    op.create_index(op.f("ix_visits_visitor_id"), "visits", ["visitor_id"], unique=False)
    op.create_table(
        "answers",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("site_id", Id, nullable=False),
        sa.Column("uuid", sa.LargeBinary(length=16), nullable=False),
        sa.Column("like_id", Id, nullable=False),
        sa.Column("visitor_id", Id, nullable=False),
        sa.Column("prompt_version_id", Id, nullable=False),
        sa.Column("said", sa.Text(), nullable=False),
        sa.Column("done", sa.SmallInteger(), nullable=False),
        sa.Column("answered_at", sa.BigInteger(), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["like_id"], ["likes.id"], name=op.f("fk_answers_like_id")),
        sa.ForeignKeyConstraint(
            ["prompt_version_id"], ["prompt_versions.id"], name=op.f("fk_answers_prompt_version_id")
        ),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_answers_site_id")),
        sa.ForeignKeyConstraint(["visitor_id"], ["visitors.id"], name=op.f("fk_answers_visitor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_answers")),
        sa.UniqueConstraint("uuid", "site_id", name=op.f("uq_answers_uuid_site_id")),
    )
    op.create_index(op.f("ix_answers_like_id"), "answers", ["like_id"], unique=False)
