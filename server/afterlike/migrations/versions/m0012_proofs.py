"""Proofs of profiles, public pages of endorsers, doors to other networks, link spam, webmentions."""

import re

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0010"
branch_labels = None
depends_on = None

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
PLAIN = re.compile(r"^https?://(www\.)?")
TEXTS = ("network", "outcome", "reasons", "review")
MOMENTS = ("checked_at", "proven_at", "due_at", "reviewed_at")


def upgrade() -> None:
    op.add_column("profile_links", sa.Column("found", sa.Text(), server_default="claimed", nullable=False))
    for name in ("same", "host"):
        op.add_column("profile_links", sa.Column(name, sa.Text(), server_default="", nullable=False))
    for name in TEXTS:
        op.add_column("profile_links", sa.Column(name, sa.Text(), nullable=True))
    for name in ("failures", "score"):
        op.add_column("profile_links", sa.Column(name, sa.Integer(), server_default="0", nullable=False))
    op.add_column("profile_links", sa.Column("from_hash", sa.LargeBinary(16), nullable=True))
    op.add_column("profile_links", sa.Column("reviewed_by", Id, nullable=True))
    for name in MOMENTS:
        op.add_column("profile_links", sa.Column(name, sa.BigInteger(), nullable=True))
    _fill()
    op.create_index("ix_profile_links_same", "profile_links", ["site_id", "same"])
    op.create_index("ix_profile_links_host", "profile_links", ["host", "id"])
    op.create_index("ix_profile_links_from", "profile_links", ["from_hash"])
    for name, column, when in (("due", "due_at", "due_at IS NOT NULL"), ("review", "site_id", "review = 'waiting'")):
        op.create_index(f"ix_profile_links_{name}", "profile_links", [column], sqlite_where=sa.text(when),
                        postgresql_where=sa.text(when))
    op.create_table(
        "public_pages",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("site_id", Id, nullable=False),
        sa.Column("endorser_id", Id, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("listed_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["endorser_id"], ["endorsers.id"], name=op.f("fk_public_pages_endorser_id")),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_public_pages_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_public_pages")),
        sa.UniqueConstraint("key", name=op.f("uq_public_pages_key")),
    )
    op.create_index(op.f("ix_public_pages_endorser_id"), "public_pages", ["endorser_id"])
    op.create_table(
        "outside_letters",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("site_id", Id, nullable=False),
        sa.Column("endorser_id", Id, nullable=False),
        sa.Column("network", sa.Text(), nullable=False),
        sa.Column("admin_id", Id, nullable=True),
        sa.Column("wrote_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["endorser_id"], ["endorsers.id"], name=op.f("fk_outside_letters_endorser_id")),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_outside_letters_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outside_letters")),
    )
    op.create_index(op.f("ix_outside_letters_endorser_id"), "outside_letters", ["endorser_id"])
    _webmentions()
    op.add_column("product_sums", sa.Column("webmention", sa.Integer(), server_default="0", nullable=False))


def _fill() -> None:
    """The address of every link without what makes no difference."""
    links = sa.table("profile_links", sa.column("id", Id), sa.column("url", sa.Text), sa.column("same", sa.Text), sa.column("host", sa.Text))
    tx = op.get_bind()
    for row_id, url in tx.execute(sa.select(links.c.id, links.c.url)).all():
        same = PLAIN.sub("", url).rstrip("/")
        tx.execute(sa.update(links).where(links.c.id == row_id).values(same=same, host=same.partition("/")[0]))


def _webmentions() -> None:
    op.create_table(
        "webmentions",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("site_id", Id, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("pair", sa.LargeBinary(16), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("target", sa.Text(), nullable=False),
        sa.Column("host", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("before", sa.Text(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=True),
        sa.Column("author", sa.Text(), nullable=True),
        sa.Column("author_url", sa.Text(), nullable=True),
        sa.Column("excerpt", sa.Text(), nullable=True),
        sa.Column("problem", sa.Text(), nullable=True),
        sa.Column("like_id", Id, nullable=True),
        sa.Column("tries", sa.Integer(), server_default="0", nullable=False),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=True),
        sa.Column("checked_at", sa.BigInteger(), nullable=True),
        sa.Column("decided_at", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("state in ('waiting', 'held', 'accepted', 'refused', 'wrong', 'gone')",
                           name=op.f("ck_webmentions_state")),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_webmentions_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webmentions")),
        sa.UniqueConstraint("key", name=op.f("uq_webmentions_key")),
        sa.UniqueConstraint("site_id", "pair", name=op.f("uq_webmentions_site_id_pair")),
        sqlite_autoincrement=True,
    )
    due = sa.text("due_at IS NOT NULL")
    op.create_index("ix_webmentions_due", "webmentions", ["due_at"], sqlite_where=due, postgresql_where=due)
    op.create_index("ix_webmentions_site", "webmentions", ["site_id", "state", "id"])
