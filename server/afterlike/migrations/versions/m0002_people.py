"""People: addresses, opt-ins, consent, one's own page, conversations."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "consent_events",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("site_id", Id, nullable=False),
        sa.Column("endorser_id", Id, nullable=True),
        sa.Column("subject", sa.LargeBinary(length=16), nullable=True),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("topics", sa.Text(), nullable=True),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("text_id", Id, nullable=True),
        sa.Column("text_version", sa.Integer(), nullable=True),
        sa.Column("text_locale", sa.Text(), nullable=True),
        sa.Column("text_sha256", sa.LargeBinary(length=32), nullable=True),
        sa.Column("method", sa.Text(), nullable=False),
        sa.Column("confirms", Id, nullable=True),
        sa.Column("token_jti", sa.LargeBinary(length=32), nullable=True),
        sa.Column("mail_message_id", sa.Text(), nullable=True),
        sa.Column("like_id", Id, nullable=True),
        sa.Column("page_path", sa.Text(), nullable=True),
        sa.Column("widget_version", sa.Text(), nullable=True),
        sa.Column("occurred_at", sa.BigInteger(), nullable=False),
        sa.Column("recorded_at", sa.BigInteger(), nullable=False),
        sa.Column("ip_prefix", sa.Text(), nullable=True),
        sa.Column("gpc", sa.SmallInteger(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("prev_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("row_hash", sa.LargeBinary(length=32), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent_events")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_consent_events_site_id"), "consent_events", ["site_id"], unique=False)
    op.create_table(
        "consent_heads",
        sa.Column("site_id", Id, nullable=False),
        sa.Column("event_id", Id, nullable=False),
        sa.Column("events", sa.BigInteger(), nullable=False),
        sa.Column("row_hash", sa.LargeBinary(length=32), nullable=False),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_consent_heads_site_id")),
        sa.PrimaryKeyConstraint("site_id", name=op.f("pk_consent_heads")),
    )
    op.create_table(
        "consent_texts",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("site_id", Id, nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("locale", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("controller", sa.Text(), nullable=False),
        sa.Column("privacy_url", sa.Text(), nullable=True),
        sa.Column("sha256", sa.LargeBinary(length=32), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_consent_texts_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent_texts")),
        sa.UniqueConstraint(
            "site_id", "purpose", "locale", "version", name=op.f("uq_consent_texts_site_id_purpose_locale_version")
        ),
        sa.UniqueConstraint("site_id", "sha256", name=op.f("uq_consent_texts_site_id_sha256")),
    )
    op.create_table(
        "suppressions",
        sa.Column("site_id", Id, nullable=False),
        sa.Column("subject", sa.LargeBinary(length=16), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("since_at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("reason in ('stopped', 'erased', 'bounced', 'complained')", name=op.f("ck_suppressions_reason")),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_suppressions_site_id")),
        sa.PrimaryKeyConstraint("site_id", "subject", name=op.f("pk_suppressions")),
    )
    op.create_table(
        "topics",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("site_id", Id, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_topics_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_topics")),
        sa.UniqueConstraint("site_id", "key", name=op.f("uq_topics_site_id_key")),
    )
    op.create_table(
        "channels",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("site_id", Id, nullable=False),
        sa.Column("endorser_id", Id, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("subject", sa.LargeBinary(length=16), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("locale", sa.Text(), nullable=False),
        sa.Column("pace", sa.Text(), server_default="each", nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("confirmed_at", sa.BigInteger(), nullable=True),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.Column("paused_until", sa.BigInteger(), nullable=True),
        sa.Column("asked_at", sa.BigInteger(), nullable=True),
        sa.Column("link_at", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "state in ('unconfirmed', 'confirmed', 'paused', 'stopped', 'bounced', 'complained')", name=op.f("ck_channels_state")
        ),
        sa.ForeignKeyConstraint(["endorser_id"], ["endorsers.id"], name=op.f("fk_channels_endorser_id")),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_channels_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_channels")),
        sa.UniqueConstraint("subject", name=op.f("uq_channels_subject")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_channels_endorser_id"), "channels", ["endorser_id"], unique=False)
    op.create_table(
        "consents",
        sa.Column("endorser_id", Id, nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("text_id", Id, nullable=False),
        sa.Column("given_at", sa.BigInteger(), nullable=False),
        sa.Column("withdrawn_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["endorser_id"], ["endorsers.id"], name=op.f("fk_consents_endorser_id")),
        sa.PrimaryKeyConstraint("endorser_id", "channel", "purpose", name=op.f("pk_consents")),
    )
    op.create_table(
        "conversations",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("site_id", Id, nullable=False),
        sa.Column("endorser_id", Id, nullable=False),
        sa.Column("like_id", Id, nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("waits_for", sa.Text(), nullable=True),
        sa.Column("waits_since", sa.BigInteger(), nullable=True),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("state in ('open', 'snoozed', 'closed')", name=op.f("ck_conversations_state")),
        sa.ForeignKeyConstraint(["endorser_id"], ["endorsers.id"], name=op.f("fk_conversations_endorser_id")),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_conversations_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conversations")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_conversations_endorser_id"), "conversations", ["endorser_id"], unique=False)
    op.create_index("ix_outbox_site", "outbox", ["site_id", "state"], unique=False)
    op.create_index("ix_conversations_site", "conversations", ["site_id", "waits_for", "waits_since"], unique=False)
    op.create_table(
        "mailed_links",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("site_id", Id, nullable=False),
        sa.Column("channel_id", Id, nullable=False),
        sa.Column("use", sa.Text(), nullable=False),
        sa.Column("about_id", Id, nullable=True),
        sa.Column("token_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("ends_at", sa.BigInteger(), nullable=False),
        sa.Column("used_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["channel_id"], ["channels.id"], name=op.f("fk_mailed_links_channel_id")),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_mailed_links_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mailed_links")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_mailed_links_token_hash")),
    )
    op.create_index(op.f("ix_mailed_links_channel_id"), "mailed_links", ["channel_id"], unique=False)
    op.create_table(
        "merges",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("site_id", Id, nullable=False),
        sa.Column("visitor_id", Id, nullable=False),
        sa.Column("from_id", Id, nullable=False),
        sa.Column("to_id", Id, nullable=False),
        sa.Column("links", sa.Text(), nullable=False),
        sa.Column("merged_at", sa.BigInteger(), nullable=False),
        sa.Column("undone_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_merges_site_id")),
        sa.ForeignKeyConstraint(["visitor_id"], ["visitors.id"], name=op.f("fk_merges_visitor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_merges")),
    )
    op.create_index(op.f("ix_merges_to_id"), "merges", ["to_id"], unique=False)
    op.create_table(
        "messages",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("conversation_id", Id, nullable=False),
        sa.Column("uuid", sa.LargeBinary(length=16), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("admin_id", Id, nullable=True),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("said_at", sa.BigInteger(), nullable=False),
        sa.Column("mailed_at", sa.BigInteger(), nullable=True),
        sa.Column("unsent", sa.Text(), nullable=True),
        sa.CheckConstraint("author in ('admin', 'endorser')", name=op.f("ck_messages_author")),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversations.id"], name=op.f("fk_messages_conversation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_messages")),
        sa.UniqueConstraint("conversation_id", "uuid", name=op.f("uq_messages_conversation_id_uuid")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_messages_conversation_id"), "messages", ["conversation_id"], unique=False)
    op.create_table(
        "opt_ins",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("site_id", Id, nullable=False),
        sa.Column("uuid", sa.LargeBinary(length=16), nullable=False),
        sa.Column("visitor_id", Id, nullable=False),
        sa.Column("like_id", Id, nullable=False),
        sa.Column("address", sa.Text(), nullable=True),
        sa.Column("subject", sa.LargeBinary(length=16), nullable=False),
        sa.Column("topics", sa.Text(), nullable=False),
        sa.Column("consents", sa.Text(), nullable=False),
        sa.Column("locale", sa.Text(), nullable=False),
        sa.Column("method", sa.Text(), nullable=False),
        sa.Column("page_path", sa.Text(), nullable=True),
        sa.Column("gpc", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.BigInteger(), nullable=False),
        sa.Column("settled_at", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("state in ('asked', 'mailed', 'confirmed', 'refused')", name=op.f("ck_opt_ins_state")),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_opt_ins_site_id")),
        sa.ForeignKeyConstraint(["visitor_id"], ["visitors.id"], name=op.f("fk_opt_ins_visitor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_opt_ins")),
        sa.UniqueConstraint("uuid", "site_id", name=op.f("uq_opt_ins_uuid_site_id")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_opt_ins_subject"), "opt_ins", ["subject"], unique=False)
    op.create_table(
        "person_sessions",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("channel_id", Id, nullable=False),
        sa.Column("token_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("ends_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["channel_id"], ["channels.id"], name=op.f("fk_person_sessions_channel_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person_sessions")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_person_sessions_token_hash")),
    )
    op.create_index(op.f("ix_person_sessions_channel_id"), "person_sessions", ["channel_id"], unique=False)
    op.create_table(
        "subscriptions",
        sa.Column("channel_id", Id, nullable=False),
        sa.Column("topic_id", Id, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.BigInteger(), nullable=False),
        sa.Column("confirmed_at", sa.BigInteger(), nullable=True),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("state in ('unconfirmed', 'confirmed', 'unsubscribed')", name=op.f("ck_subscriptions_state")),
        sa.ForeignKeyConstraint(["channel_id"], ["channels.id"], name=op.f("fk_subscriptions_channel_id")),
        sa.ForeignKeyConstraint(["topic_id"], ["topics.id"], name=op.f("fk_subscriptions_topic_id")),
        sa.PrimaryKeyConstraint("channel_id", "topic_id", name=op.f("pk_subscriptions")),
    )
    op.add_column("profile_links", sa.Column("published_at", sa.BigInteger(), nullable=True))
    op.add_column("sites", sa.Column("privacy_url", sa.Text(), nullable=True))
    op.add_column("sites", sa.Column("postal_address", sa.Text(), nullable=True))
    for table in ("consent_events", "consent_texts"):
        never_changed(table)


def never_changed(table: str) -> None:
    """The database itself refuses to change or delete what somebody agreed to."""
    if op.get_bind().dialect.name == "sqlite":
        for act in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{act.lower()} BEFORE {act} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            )
        return
    op.execute(
        f"CREATE FUNCTION {table}_is_append_only() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{table} is append-only'; END $$"
    )
    op.execute(
        f"CREATE TRIGGER {table}_stays BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION {table}_is_append_only()"
    )
