"""The extension: likes from pages of no site, and sites that prove that an origin is theirs."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("sites", sa.Column("unclaimed_origin", sa.Text(), nullable=True))
    op.create_index("ix_sites_unclaimed_origin", "sites", ["unclaimed_origin"], unique=True)
    op.create_table(
        "origin_claims",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("site_id", Id, nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("token", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("method", sa.Text(), nullable=True),
        sa.Column("failures", sa.Integer(), server_default="0", nullable=False),
        sa.Column("problem", sa.Text(), nullable=True),
        sa.Column("claimed_at", sa.BigInteger(), nullable=False),
        sa.Column("checked_at", sa.BigInteger(), nullable=True),
        sa.Column("proven_at", sa.BigInteger(), nullable=True),
        sa.Column("due_at", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("state in ('claimed', 'proven', 'lapsed')", name=op.f("ck_origin_claims_state")),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_origin_claims_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_origin_claims")),
        sa.UniqueConstraint("site_id", "origin", name=op.f("uq_origin_claims_site_id_origin")),
    )
    op.create_index(
        "ix_origin_claims_proven", "origin_claims", ["origin"], unique=True,
        sqlite_where=sa.text("state = 'proven'"), postgresql_where=sa.text("state = 'proven'"),
    )
