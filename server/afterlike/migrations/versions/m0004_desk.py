"""The admin pages: each admin's language, each site's time zone."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("admins", sa.Column("locale", sa.Text(), nullable=True))
    op.add_column("sites", sa.Column("time_zone", sa.Text(), server_default="UTC", nullable=False))
