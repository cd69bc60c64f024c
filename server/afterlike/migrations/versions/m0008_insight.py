"""Insight: what people and products add up to, whether a return can be seen, tags and notes about people."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("likes", sa.Column("lasting", sa.SmallInteger(), nullable=True))
    op.drop_index("ix_likes_site_liked", "likes")
    op.create_index("ix_likes_site_liked", "likes", ["site_id", "liked_at", "state", "source"])
    op.drop_index("ix_likes_product", "likes")
    op.create_index("ix_likes_product", "likes", ["product_id", "state", "source"])
    gone = {"sqlite_where": sa.text("unliked_at IS NOT NULL"), "postgresql_where": sa.text("unliked_at IS NOT NULL")}
    op.create_index("ix_likes_withdrawn", "likes", ["visitor_id"], **gone)
    op.create_index(op.f("ix_consent_events_endorser_id"), "consent_events", ["endorser_id"])
    op.create_index(op.f("ix_answers_visitor_id"), "answers", ["visitor_id"])
    op.create_index(op.f("ix_orders_visitor_id"), "orders", ["visitor_id"])
    op.create_index(op.f("ix_opt_ins_visitor_id"), "opt_ins", ["visitor_id"])
    op.add_column("merges", sa.Column("admin_id", Id, nullable=True))
    op.create_index(op.f("ix_merges_visitor_id"), "merges", ["visitor_id"])
    op.create_index(op.f("ix_endorsers_site_id"), "endorsers", ["site_id"])
    op.create_table(
        "endorser_tags",
        sa.Column("endorser_id", Id, nullable=False),
        sa.Column("tag", sa.Text(), nullable=False),
        sa.Column("site_id", Id, nullable=False),
        sa.Column("tagged_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["endorser_id"], ["endorsers.id"], name=op.f("fk_endorser_tags_endorser_id")),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_endorser_tags_site_id")),
        sa.PrimaryKeyConstraint("endorser_id", "tag", name=op.f("pk_endorser_tags")),
    )
    op.create_index("ix_endorser_tags_site", "endorser_tags", ["site_id", "tag"])
    op.create_table(
        "endorser_notes",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("endorser_id", Id, nullable=False),
        sa.Column("admin_id", Id, nullable=True),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("noted_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["endorser_id"], ["endorsers.id"], name=op.f("fk_endorser_notes_endorser_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_endorser_notes")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_endorser_notes_endorser_id"), "endorser_notes", ["endorser_id"])
    op.create_table(
        "people_sums",
        sa.Column("person", Id, autoincrement=False, nullable=False),
        sa.Column("site_id", Id, nullable=False),
        sa.Column("likes", sa.Integer(), server_default="0", nullable=False),
        sa.Column("held", sa.Integer(), server_default="0", nullable=False),
        sa.Column("rejected", sa.Integer(), server_default="0", nullable=False),
        sa.Column("answered", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("opted_in", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("confirmed", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("returned", sa.SmallInteger(), nullable=True),
        sa.Column("bought", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("last_at", sa.BigInteger(), nullable=True),
        sa.Column("changed", sa.BigInteger(), nullable=False),
        sa.Column("summed", sa.BigInteger(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("person", name=op.f("pk_people_sums")),
    )
    op.create_index("ix_people_sums_site", "people_sums", ["site_id", "last_at"])
    op.create_index("ix_people_sums_likes", "people_sums", ["site_id", "likes", "last_at"])
    due = {"sqlite_where": sa.text("changed > summed"), "postgresql_where": sa.text("changed > summed")}
    op.create_index("ix_people_sums_due", "people_sums", ["person"], **due)
    op.create_table(
        "product_sums",
        sa.Column("product_id", Id, nullable=False),
        sa.Column("site_id", Id, nullable=False),
        sa.Column("widget", sa.Integer(), server_default="0", nullable=False),
        sa.Column("extension", sa.Integer(), server_default="0", nullable=False),
        sa.Column("api", sa.Integer(), server_default="0", nullable=False),
        sa.Column("held", sa.Integer(), server_default="0", nullable=False),
        sa.Column("rejected", sa.Integer(), server_default="0", nullable=False),
        sa.Column("answered", sa.Integer(), server_default="0", nullable=False),
        sa.Column("last_at", sa.BigInteger(), nullable=True),
        sa.Column("changed", sa.BigInteger(), nullable=False),
        sa.Column("summed", sa.BigInteger(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(["product_id"], ["products.id"], name=op.f("fk_product_sums_product_id")),
        sa.PrimaryKeyConstraint("product_id", name=op.f("pk_product_sums")),
    )
    op.create_index(op.f("ix_product_sums_site_id"), "product_sums", ["site_id"])
    op.create_index("ix_product_sums_due", "product_sums", ["product_id"], **due)
    op.create_index("ix_answers_site", "answers", ["site_id", "id"])
    op.create_table(
        "answer_sums",
        sa.Column("site_id", Id, autoincrement=False, nullable=False),
        sa.Column("sums", sa.Text(), nullable=False),
        sa.Column("took_ms", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("site_id", name=op.f("pk_answer_sums")),
    )
    op.create_table(
        "answer_tags",
        sa.Column("answer_id", Id, autoincrement=False, nullable=False),
        sa.Column("tag", sa.Text(), nullable=False),
        sa.Column("site_id", Id, nullable=False),
        sa.Column("tagged_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("answer_id", "tag", name=op.f("pk_answer_tags")),
    )
    op.create_index("ix_answer_tags_site", "answer_tags", ["site_id", "tag"])
    op.create_table(
        "site_sums",
        sa.Column("site_id", Id, autoincrement=False, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("site_id", "name", name=op.f("pk_site_sums")),
    )
