"""When a page of a site last waited for a further part of the widget before it had its buttons."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("sites", sa.Column("waited_at", sa.BigInteger(), nullable=True))
