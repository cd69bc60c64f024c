"""Pictures that stand beside quotes, and whether a site asked for one."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("quotes", sa.Column("picture_asked", sa.SmallInteger(), server_default="0", nullable=False))
    op.create_table(
        "quote_pictures",
        sa.Column("quote_id", Id, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.Column("kept_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["quote_id"], ["quotes.id"], name=op.f("fk_quote_pictures_quote_id")),
        sa.PrimaryKeyConstraint("quote_id", name=op.f("pk_quote_pictures")),
        sa.UniqueConstraint("name", name=op.f("uq_quote_pictures_name")),
    )
