"""A million likes: indexes for what the admin asks for, and tallies by day alone."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.drop_index("ix_likes_product", "likes")
    op.create_index("ix_likes_product", "likes", ["product_id", "liked_at", "state", "source"])
    op.create_index("ix_likes_aside", "likes", ["site_id", "state", "liked_at"], **only("state <> 'counted'"))
    op.create_index("ix_likes_other_ways", "likes", ["site_id", "source", "liked_at"], **only("source <> 'widget'"))
    for name, columns in (("ix_people_sums_site", ["site_id", "last_at"]), ("ix_people_sums_likes", ["site_id", "likes", "last_at"])):
        op.drop_index(name, "people_sums")
        op.create_index(name, "people_sums", columns, **only("person > 0"))
    op.create_index("ix_people_sums_confirmed", "people_sums", ["site_id", "last_at"], **only("person > 0 AND confirmed = 1"))
    by_day()


def by_day() -> None:
    op.create_table(
        "tallies_by_day",
        sa.Column("site_id", Id, nullable=False),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
    )
    op.execute("INSERT INTO tallies_by_day (site_id, day, kind, count)"
               " SELECT site_id, day, kind, sum(count) FROM tallies GROUP BY site_id, day, kind")
    op.drop_table("tallies")
    op.create_table(
        "tallies",
        sa.Column("site_id", Id, nullable=False),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_tallies_site_id")),
        sa.PrimaryKeyConstraint("site_id", "day", "kind", name=op.f("pk_tallies")),
    )
    op.execute("INSERT INTO tallies (site_id, day, kind, count) SELECT site_id, day, kind, count FROM tallies_by_day")
    op.drop_table("tallies_by_day")


def only(condition: str) -> dict:
    return {"sqlite_where": sa.text(condition), "postgresql_where": sa.text(condition)}
