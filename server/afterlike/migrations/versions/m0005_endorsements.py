"""Endorsements: who decided what and why, tags, saved filters."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "decisions",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("site_id", Id, nullable=False),
        sa.Column("like_id", Id, nullable=False),
        sa.Column("batch", sa.LargeBinary(16), nullable=False),
        sa.Column("decision", sa.Text(), nullable=False),
        sa.Column("before", sa.Text(), nullable=False),
        sa.Column("after", sa.Text(), nullable=False),
        sa.Column("admin_id", Id, nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("decided_at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("decision in ('hold', 'reject', 'restore', 'undo')", name=op.f("ck_decisions_decision")),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_decisions_site_id")),
        sa.ForeignKeyConstraint(["like_id"], ["likes.id"], name=op.f("fk_decisions_like_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decisions")),
    )
    op.create_index(op.f("ix_decisions_like_id"), "decisions", ["like_id"])
    op.create_index(op.f("ix_decisions_batch"), "decisions", ["batch"])
    op.create_table(
        "like_tags",
        sa.Column("like_id", Id, nullable=False),
        sa.Column("tag", sa.Text(), nullable=False),
        sa.Column("site_id", Id, nullable=False),
        sa.ForeignKeyConstraint(["like_id"], ["likes.id"], name=op.f("fk_like_tags_like_id")),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_like_tags_site_id")),
        sa.PrimaryKeyConstraint("like_id", "tag", name=op.f("pk_like_tags")),
    )
    op.create_index("ix_like_tags_site", "like_tags", ["site_id", "tag"])
    op.create_table(
        "saved_filters",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("site_id", Id, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("query", sa.Text(), nullable=False),
        sa.Column("saved_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_saved_filters_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_filters")),
        sa.UniqueConstraint("site_id", "name", name=op.f("uq_saved_filters_site_id_name")),
    )
