"""Conversations by mail: who has one in hand, notes, saved replies, what came back, how far a mailbox is read."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("conversations", sa.Column("admin_id", Id, nullable=True))
    op.add_column("conversations", sa.Column("snoozed_until", sa.BigInteger(), nullable=True))
    op.add_column("messages", sa.Column("came_by", sa.Text(), server_default="page", nullable=False))
    op.add_column("messages", sa.Column("quoted", sa.Text(), nullable=True))
    op.add_column("messages", sa.Column("stranger", sa.SmallInteger(), server_default="0", nullable=False))
    op.add_column("messages", sa.Column("attachments", sa.Integer(), server_default="0", nullable=False))
    op.create_table(
        "bounces",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("site_id", Id, nullable=False),
        sa.Column("channel_id", Id, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=True),
        sa.Column("said", sa.Text(), nullable=True),
        sa.Column("digest", sa.LargeBinary(16), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("kind in ('soft', 'hard', 'complaint')", name=op.f("ck_bounces_kind")),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_bounces_site_id")),
        sa.ForeignKeyConstraint(["channel_id"], ["channels.id"], name=op.f("fk_bounces_channel_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bounces")),
        sa.UniqueConstraint("channel_id", "digest", name=op.f("uq_bounces_channel_id_digest")),
    )
    op.create_index("ix_bounces_site", "bounces", ["site_id", "at"])
    op.create_table(
        "conversation_notes",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("conversation_id", Id, nullable=False),
        sa.Column("admin_id", Id, nullable=True),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("noted_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversations.id"], name=op.f("fk_conversation_notes_conversation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conversation_notes")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_conversation_notes_conversation_id"), "conversation_notes", ["conversation_id"])
    op.create_table(
        "saved_replies",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("site_id", Id, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("saved_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_saved_replies_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_replies")),
        sa.UniqueConstraint("site_id", "name", name=op.f("uq_saved_replies_site_id_name")),
    )
    op.create_table(
        "mail_drops",
        sa.Column("site_id", Id, autoincrement=False, nullable=False),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("site_id", "day", "reason", name=op.f("pk_mail_drops")),
    )
    op.create_table(
        "mail_folders",
        sa.Column("hash", sa.LargeBinary(16), nullable=False),
        sa.Column("validity", sa.BigInteger(), nullable=False),
        sa.Column("last_uid", sa.BigInteger(), nullable=False),
        sa.Column("moved_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_mail_folders")),
    )
