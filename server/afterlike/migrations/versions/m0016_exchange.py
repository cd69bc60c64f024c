"""Who vouches for a mail, what name servers say about ours, products by their address, how often links were opened."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("messages", sa.Column("vouched", sa.Text(), nullable=True))
    op.create_table(
        "mail_names",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("findings", sa.Text(), nullable=True),
        sa.Column("asked_at", sa.BigInteger(), nullable=True),
        sa.Column("looked_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_mail_names")),
    )
    op.create_table(
        "share_opens",
        sa.Column("share_id", Id, nullable=False),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["share_id"], ["shares.id"], name=op.f("fk_share_opens_share_id")),
        sa.PrimaryKeyConstraint("share_id", "day", name=op.f("pk_share_opens")),
    )
    op.create_index("ix_products_url", "products", ["site_id", "url"])
