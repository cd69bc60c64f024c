"""Prompts are tried in an order that admins choose."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("prompts", sa.Column("place", sa.Integer(), server_default="0", nullable=False))
