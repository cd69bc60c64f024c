"""Gaps of the desk: a webhook's secret before the new one, many people erased at once, the buttons that pages show."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("webhooks", sa.Column("old_nonce", sa.Text(), nullable=True))
    op.add_column("webhooks", sa.Column("old_until", sa.BigInteger(), nullable=True))
    op.add_column("visitors", sa.Column("erased_at", sa.BigInteger(), nullable=True))
    op.create_table(
        "mass_erasures",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("site_id", Id, nullable=False),
        sa.Column("admin_id", Id, nullable=False),
        sa.Column("likes_too", sa.SmallInteger(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("begun_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("stopped", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("unerased", sa.Integer(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_mass_erasures_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mass_erasures")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_mass_erasures_site_id"), "mass_erasures", ["site_id"])
    running = {"sqlite_where": sa.text("ended_at IS NULL"), "postgresql_where": sa.text("ended_at IS NULL")}
    op.create_index("ix_mass_erasures_running", "mass_erasures", ["id"], **running)
    op.create_table(
        "mass_erasure_people",
        sa.Column("erasure_id", Id, nullable=False),
        sa.Column("person", Id, autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(["erasure_id"], ["mass_erasures.id"], name=op.f("fk_mass_erasure_people_erasure_id")),
        sa.PrimaryKeyConstraint("erasure_id", "person", name=op.f("pk_mass_erasure_people")),
    )
    op.create_table(
        "button_sightings",
        sa.Column("site_id", Id, nullable=False),
        sa.Column("key_hash", sa.LargeBinary(length=16), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("first_day", sa.Integer(), nullable=False),
        sa.Column("last_day", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_button_sightings_site_id")),
        sa.PrimaryKeyConstraint("site_id", "key_hash", name=op.f("pk_button_sightings")),
    )
