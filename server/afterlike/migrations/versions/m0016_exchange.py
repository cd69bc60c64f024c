"""Who vouches for a mail, what name servers say about ours, products by their address."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0014"
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
    op.create_index("ix_products_url", "products", ["site_id", "url"])
