"""What an owner sets for every page of a site, and what a site keeps for less long than this server."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "page_settings",
        sa.Column("site_id", Id, nullable=False),
        sa.Column("part", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("before", sa.Text(), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("part in ('looks', 'privacy', 'words')", name=op.f("ck_page_settings_part")),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_page_settings_site_id")),
        sa.PrimaryKeyConstraint("site_id", "part", name=op.f("pk_page_settings")),
    )
    op.create_table(
        "retention",
        sa.Column("site_id", Id, nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.CheckConstraint("what in ('visits', 'mail', 'drops', 'pending')", name=op.f("ck_retention_what")),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_retention_site_id")),
        sa.PrimaryKeyConstraint("site_id", "what", name=op.f("pk_retention")),
    )
