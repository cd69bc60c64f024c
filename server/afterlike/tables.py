"""The whole schema on one page. `info["room"]` names the only module that may write the table.

Moments (`*_at`) are integer milliseconds UTC. `uuid` is the client's id, 16 bytes, unique within its site. Money is
integer minor units beside an ISO 4217 currency. Hashes are keyed and 16 bytes wide: narrow unique indexes are what
keeps a like cheap (docs/decisions/0003-writes.md).
"""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    text,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

Id = BigInteger().with_variant(Integer, "sqlite")
Moment = BigInteger


def _table(name: str, room: str, *parts, **options) -> Table:
    return Table(name, metadata, *parts, info={"room": room}, **options)


def _id() -> Column:
    return Column("id", Id, primary_key=True, autoincrement=True)


def _of(table: str, name: str, *, null: bool = False, **more) -> Column:
    return Column(name, Id, ForeignKey(f"{table}.id"), nullable=null, **more)


def _moment(name: str, *, null: bool = False) -> Column:
    return Column(name, Moment, nullable=null)


# --- ground -------------------------------------------------------------------------------------------------------

facts = _table(  # what this database was made with: the pepper's fingerprint
    "facts", "db",
    Column("name", Text, primary_key=True),
    Column("value", Text, nullable=False),
)

journal = _table(  # append-only; ids only, never text or addresses
    "journal", "journal",
    _id(),
    Column("site_id", Id, nullable=False),
    Column("kind", Text, nullable=False),
    _moment("at"),
    Column("visitor_id", Id),
    Column("product_id", Id),
    Column("like_id", Id),
    Column("about_id", Id),  # the row of the kind's own table: an answer, a profile link, an order
    sqlite_autoincrement=True,  # an id is never used again, so a cursor never skips a row
)

cursors = _table(  # how far each reader has read the journal
    "cursors", "journal",
    Column("reader", Text, primary_key=True),
    Column("position", BigInteger, nullable=False),
    _moment("moved_at"),
)

leases = _table(  # who runs a task of EVERY, until when
    "leases", "worker",
    Column("task", Text, primary_key=True),
    Column("holder", Text, nullable=False),
    _moment("until_at"),
    _moment("ran_at", null=True),
    Column("outcome", Text),
)

outbox = _table(  # what is promised, written in the same transaction as its cause
    "outbox", "outbox",
    _id(),
    Column("site_id", Id),
    Column("kind", Text, nullable=False),
    Column("payload", Text, nullable=False),
    Column("state", Text, nullable=False),  # waiting | sent | failed | dropped
    Column("tries", Integer, nullable=False, server_default="0"),
    _moment("due_at"),
    _moment("made_at"),
    _moment("sent_at", null=True),
    Column("last_error", Text),
    Index("ix_outbox_due", "due_at", sqlite_where=text("state = 'waiting'"), postgresql_where=text("state = 'waiting'")),
    Index("ix_outbox_site", "site_id", "state"),
)

# --- sites --------------------------------------------------------------------------------------------------------

sites = _table(
    "sites", "sites",
    _id(),
    Column("key", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("locale", Text, nullable=False, server_default="en"),
    Column("time_zone", Text, nullable=False, server_default="UTC"),  # IANA name: whose midnight ends a day in charts
    Column("cooldown_hours", Integer, nullable=False, server_default="24"),
    Column("order_key_version", Integer, nullable=False, server_default="1"),
    Column("privacy_url", Text),  # stands beside every consent
    Column("postal_address", Text),  # stands below every letter
    Column("unclaimed_origin", Text),  # of a page of no site, whose likes the extension brought: no admin, no tag, no API key
    _moment("made_at"),
    Index("ix_sites_unclaimed_origin", "unclaimed_origin", unique=True),
)

site_origins = _table(  # `https://shop.example` or `https://*.shop.example`
    "site_origins", "sites",
    _of("sites", "site_id", primary_key=True),
    Column("origin", Text, primary_key=True),
)

page_settings = _table(  # what an owner sets for every page of a site, and what it was before the last save
    "page_settings", "sites",
    _of("sites", "site_id", primary_key=True),
    Column("part", Text, primary_key=True),
    Column("value", Text, nullable=False),  # JSON; {} is as it comes
    Column("before", Text, nullable=False),
    _moment("changed_at"),
    CheckConstraint("part in ('looks', 'privacy', 'words')", name="part"),
)

retention = _table(  # what a site keeps for less long than this server does
    "retention", "sites",
    _of("sites", "site_id", primary_key=True),
    Column("what", Text, primary_key=True),
    Column("days", Integer, nullable=False),
    CheckConstraint("what in ('visits', 'mail', 'drops', 'pending')", name="what"),
)

origin_claims = _table(  # a site says that a page's origin is its own; proven, it sees what the extension brought from there
    "origin_claims", "sites",
    _id(),
    _of("sites", "site_id"),
    Column("origin", Text, nullable=False),
    Column("token", Text, nullable=False),  # to be put where only the origin's owner can; public by nature
    Column("state", Text, nullable=False),
    Column("method", Text),  # dns | meta | file: what proved it last
    Column("failures", Integer, nullable=False, server_default="0"),  # checks in a row, since it was proven or asked for
    Column("problem", Text),  # what the last check found wrong, as a sentence
    _moment("claimed_at"),
    _moment("checked_at", null=True),
    _moment("proven_at", null=True),
    _moment("due_at", null=True),  # the next check
    UniqueConstraint("site_id", "origin"),
    CheckConstraint("state in ('claimed', 'proven', 'lapsed')", name="state"),
    Index("ix_origin_claims_proven", "origin", unique=True,
          sqlite_where=text("state = 'proven'"), postgresql_where=text("state = 'proven'")),
)

api_keys = _table(
    "api_keys", "sites",
    _id(),
    _of("sites", "site_id"),
    Column("hash", LargeBinary(32), nullable=False, unique=True),
    Column("last4", Text, nullable=False),
    _moment("made_at"),
    _moment("revoked_at", null=True),
)

admins = _table(
    "admins", "sites",
    _id(),
    Column("email", Text, nullable=False, unique=True),  # lower-cased
    Column("password_hash", Text),
    Column("locale", Text),  # of the admin pages; null is the browser's
    _moment("made_at"),
)

roles = _table(
    "roles", "sites",
    _of("admins", "admin_id", primary_key=True),
    _of("sites", "site_id", primary_key=True),
    Column("role", Text, nullable=False),
    CheckConstraint("role in ('owner', 'editor', 'viewer')", name="role"),
)

sessions = _table(
    "sessions", "sites",
    _id(),
    _of("admins", "admin_id"),
    Column("token_hash", LargeBinary(32), nullable=False, unique=True),
    Column("via", Text, nullable=False),  # link | password | passkey
    Column("browser", Text),  # such as "Firefox, Linux"
    _moment("made_at"),
    _moment("ends_at"),
    _moment("seen_at", null=True),
)

two_factors = _table(  # the secret itself is made from the pepper and the nonce, and stored nowhere
    "two_factors", "sites",
    _of("admins", "admin_id", primary_key=True),
    Column("nonce", Text, nullable=False),
    Column("last_step", BigInteger),  # of the last code that was used: none works twice
    _moment("made_at"),
    _moment("confirmed_at", null=True),  # from then on it is asked for
)

recovery_codes = _table(
    "recovery_codes", "sites",
    _id(),
    _of("admins", "admin_id"),
    Column("hash", LargeBinary(16), nullable=False),
    _moment("used_at", null=True),
    UniqueConstraint("admin_id", "hash"),
)

passkeys = _table(
    "passkeys", "sites",
    _id(),
    _of("admins", "admin_id", index=True),
    Column("name", Text, nullable=False),
    Column("credential", LargeBinary, nullable=False, unique=True),
    Column("public_key", LargeBinary, nullable=False),
    Column("uses", BigInteger, nullable=False),  # as the device counts them, to find a copy
    _moment("made_at"),
    _moment("used_at", null=True),
)

challenges = _table(  # what a passkey is asked to sign: once, and soon
    "challenges", "sites",
    Column("hash", LargeBinary(32), primary_key=True),
    _of("admins", "admin_id", null=True),
    _moment("ends_at"),
)

sign_in_links = _table(  # one-time; the page behind it has a button, so a scanner's GET uses nothing up
    "sign_in_links", "sites",
    _id(),
    _of("admins", "admin_id"),
    Column("token_hash", LargeBinary(32), nullable=False, unique=True),
    _moment("made_at"),
    _moment("ends_at"),
    _moment("used_at", null=True),
)

invitations = _table(  # to a role on a site, bound to an address; the link is mailed there and shown to nobody else
    "invitations", "sites",
    _id(),
    _of("sites", "site_id", index=True),
    Column("email", Text, nullable=False),
    Column("role", Text, nullable=False),
    _of("admins", "invited_by"),
    Column("token_hash", LargeBinary(32), unique=True),  # of the link that was mailed last
    _moment("made_at"),
    _moment("ends_at"),
    _moment("mailed_at", null=True),
    Column("unsent", Text),  # why the mail did not leave
    _moment("used_at", null=True),
    _moment("revoked_at", null=True),
    CheckConstraint("role in ('owner', 'editor', 'viewer')", name="role"),
)

webhooks = _table(  # the secret itself is made from the pepper and the nonce, and stored nowhere
    "webhooks", "sites",
    _id(),
    _of("sites", "site_id", index=True),
    Column("url", Text, nullable=False),
    Column("kinds", Text, nullable=False),  # JSON: kinds of the journal
    Column("state", Text, nullable=False),
    Column("nonce", Text, nullable=False),
    Column("old_nonce", Text),  # of the secret before, which signs too until old_until
    _moment("old_until", null=True),
    _moment("made_at"),  # what happened before is not told
    _moment("failing_since", null=True),
    _moment("paused_at", null=True),
    Column("paused_why", Text),  # null: an admin paused it
    CheckConstraint("state in ('running', 'paused')", name="state"),
    sqlite_autoincrement=True,  # its secret hangs on its id
)

webhook_deliveries = _table(  # one message to one webhook; ids and product facts, never an address
    "webhook_deliveries", "sites",
    _id(),
    _of("webhooks", "webhook_id"),
    Column("uuid", LargeBinary(16), nullable=False),  # the message's own id, the same at every try
    Column("kind", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("tries", Integer, nullable=False, server_default="0"),
    Column("status", Integer),  # what the other side answered last
    Column("problem", Text),
    _moment("made_at"),
    _moment("tried_at", null=True),
    CheckConstraint("state in ('waiting', 'delivered', 'failed')", name="state"),
    Index("ix_webhook_deliveries_webhook", "webhook_id", "id"),
    sqlite_autoincrement=True,
)

audit = _table(  # which admin changed what, and whose data they read: append-only, hash-chained per site, ids alone
    "audit", "sites",
    _id(),
    Column("site_id", Id, nullable=False),
    Column("admin_id", Id, nullable=False),
    Column("kind", Text, nullable=False),  # of KINDS in sites/logbook.py
    Column("about_id", Id),  # the row that the kind is about
    _moment("at"),
    Column("prev_hash", LargeBinary(32), nullable=False),
    Column("row_hash", LargeBinary(32), nullable=False),
    Index("ix_audit_site", "site_id", "at"),
    sqlite_autoincrement=True,
)

audit_heads = _table(  # the end of each site's chain
    "audit_heads", "sites",
    _of("sites", "site_id", primary_key=True),
    Column("event_id", Id, nullable=False),
    Column("events", BigInteger, nullable=False),
    Column("row_hash", LargeBinary(32), nullable=False),
)

# --- catalog ------------------------------------------------------------------------------------------------------

products = _table(
    "products", "catalog",
    _id(),
    _of("sites", "site_id"),
    Column("key_hash", LargeBinary(16), nullable=False, unique=True),  # of site and key
    Column("key", Text, nullable=False),
    Column("url", Text, nullable=False),
    Column("shown_id", Id),  # the newest row of product_showings
    Column("digest", LargeBinary(16)),  # and what it holds, so that an unchanged product is seen without reading it
    _moment("first_seen_at"),
)

product_showings = _table(  # what was shown of a product, from when on; a new row only when something changed
    "product_showings", "catalog",
    _id(),
    _of("products", "product_id", index=True),
    Column("title", Text),
    Column("image", Text),
    Column("price_minor", BigInteger),
    Column("currency", Text),
    Column("category", Text),
    Column("brand", Text),
    Column("sku", Text),
    Column("availability", Text),
    _moment("shown_at"),
)

# --- endorsers ----------------------------------------------------------------------------------------------------

endorsers = _table(  # someone who answered, opted in or left a link
    "endorsers", "endorsers",
    _id(),
    _of("sites", "site_id", index=True),
    _moment("made_at"),
)

visitors = _table(  # an unknown browser: the keyed hash of the secret it made
    "visitors", "endorsers",
    _id(),
    _of("sites", "site_id"),
    Column("hash", LargeBinary(16), nullable=False, unique=True),  # of site and secret: nobody is followed across sites
    _of("endorsers", "endorser_id", null=True, index=True),
    _moment("first_seen_at"),
    _moment("erased_at", null=True),  # then it stands for nobody, and its likes are numbers
)

profile_links = _table(
    "profile_links", "endorsers",
    _id(),
    _of("sites", "site_id"),
    Column("uuid", LargeBinary(16), nullable=False),
    _of("endorsers", "endorser_id", index=True),
    Column("url", Text, nullable=False),
    Column("name", Text),
    Column("state", Text, nullable=False),  # what is told: `found`, or disputed where others say it is theirs
    Column("found", Text, nullable=False, server_default="claimed"),  # claimed | linked | proven | lapsed: by our own checks
    Column("same", Text, nullable=False, server_default=""),  # the address without what makes no difference: two with it are one
    Column("host", Text, nullable=False, server_default=""),  # of `same`
    Column("network", Text),  # a door that the person opens: its address is never fetched
    Column("outcome", Text),  # what the last check found: a code of endorsers/backlinks.py, and a detail behind a colon
    Column("failures", Integer, nullable=False, server_default="0"),  # checks in a row
    Column("from_hash", LargeBinary(16)),  # of the network and day it came from; a day says nothing of the next
    Column("score", Integer, nullable=False, server_default="0"),  # how much it looks like link spam
    Column("reasons", Text),  # JSON: why
    Column("review", Text),  # waiting | accepted | refused; null: nobody had to look
    Column("reviewed_by", Id),
    _moment("claimed_at"),
    _moment("published_at", null=True),  # since when its owner lets the site show it in public
    _moment("checked_at", null=True),
    _moment("proven_at", null=True),
    _moment("due_at", null=True),  # the next check
    _moment("reviewed_at", null=True),
    UniqueConstraint("uuid", "site_id"),
    CheckConstraint("state in ('claimed', 'linked', 'proven', 'lapsed', 'disputed')", name="state"),
    Index("ix_profile_links_same", "site_id", "same"),
    Index("ix_profile_links_host", "host", "id"),
    Index("ix_profile_links_from", "from_hash"),
    Index("ix_profile_links_due", "due_at", sqlite_where=text("due_at IS NOT NULL"), postgresql_where=text("due_at IS NOT NULL")),
    Index("ix_profile_links_review", "site_id", sqlite_where=text("review = 'waiting'"),
          postgresql_where=text("review = 'waiting'")),
)

public_pages = _table(  # a page that somebody made to prove who they are; their profiles link to it
    "public_pages", "endorsers",
    _id(),
    _of("sites", "site_id"),
    _of("endorsers", "endorser_id", index=True),
    Column("key", Text, nullable=False, unique=True),  # random: whoever was here before says nothing of whoever is
    Column("name", Text, nullable=False),
    _moment("made_at"),
    _moment("listed_at", null=True),  # since when search engines may list it
)

outside_letters = _table(  # an admin wrote to somebody on another network, by hand, and said so
    "outside_letters", "endorsers",
    _id(),
    _of("sites", "site_id"),
    _of("endorsers", "endorser_id", index=True),
    Column("network", Text, nullable=False),
    Column("admin_id", Id),
    _moment("wrote_at"),
)

channels = _table(  # an address that somebody left, and whether they proved it
    "channels", "endorsers",
    _id(),
    _of("sites", "site_id"),
    _of("endorsers", "endorser_id", index=True),
    Column("kind", Text, nullable=False),  # email
    Column("address", Text, nullable=False),  # lower-cased, otherwise as typed
    Column("subject", LargeBinary(16), nullable=False, unique=True),  # keyed hash of site and address
    Column("state", Text, nullable=False),
    Column("locale", Text, nullable=False),
    Column("pace", Text, nullable=False, server_default="each"),  # each | weekly | monthly: how often news may come
    _moment("made_at"),
    _moment("confirmed_at", null=True),
    _moment("changed_at"),
    _moment("paused_until", null=True),
    _moment("asked_at", null=True),  # the last confirmation that was mailed: one a day
    _moment("link_at", null=True),  # the last way in that was mailed
    CheckConstraint("state in ('unconfirmed', 'confirmed', 'paused', 'stopped', 'bounced', 'complained')", name="state"),
    sqlite_autoincrement=True,  # a stop link names an id for ever: it must never be somebody else's
)

opt_ins = _table(  # what somebody asked for with an address; the same row whatever we know of the address
    "opt_ins", "endorsers",
    _id(),
    _of("sites", "site_id"),
    Column("uuid", LargeBinary(16), nullable=False),
    _of("visitors", "visitor_id", index=True),
    Column("like_id", Id, nullable=False),
    Column("address", Text),  # until it is settled
    Column("subject", LargeBinary(16), nullable=False, index=True),
    Column("topics", Text, nullable=False),  # JSON: [[key, name]]
    Column("consents", Text, nullable=False),  # JSON: [[purpose, text id]]
    Column("locale", Text, nullable=False),
    Column("method", Text, nullable=False),  # widget_form | extension_form | survey_page
    Column("page_path", Text),
    Column("gpc", SmallInteger, nullable=False, server_default="0"),
    Column("state", Text, nullable=False),  # asked | mailed | confirmed | refused
    _moment("asked_at"),
    _moment("settled_at", null=True),
    UniqueConstraint("uuid", "site_id"),
    CheckConstraint("state in ('asked', 'mailed', 'confirmed', 'refused')", name="state"),
    sqlite_autoincrement=True,  # the outbox and the journal name ids of rows that may be gone
)

mailed_links = _table(  # one-time; the page behind each has a button
    "mailed_links", "endorsers",
    _id(),
    _of("sites", "site_id"),
    _of("channels", "channel_id", index=True),
    Column("use", Text, nullable=False),  # confirm | me (was asked for) | letter (stood in one)
    Column("about_id", Id),  # the opt-in whose confirmation this is
    Column("token_hash", LargeBinary(32), nullable=False, unique=True),
    _moment("made_at"),
    _moment("ends_at"),
    _moment("used_at", null=True),
)

person_sessions = _table(  # an endorser on their own page
    "person_sessions", "endorsers",
    _id(),
    _of("channels", "channel_id", index=True),
    Column("token_hash", LargeBinary(32), nullable=False, unique=True),
    _moment("made_at"),
    _moment("ends_at"),
)

topics = _table(  # what news can be about, one list a site
    "topics", "endorsers",
    _id(),
    _of("sites", "site_id"),
    Column("key", Text, nullable=False),  # all | product:<id> | category:<name> | brand:<name>, names case-folded
    Column("name", Text, nullable=False),
    _moment("made_at"),
    UniqueConstraint("site_id", "key"),
)

subscriptions = _table(
    "subscriptions", "endorsers",
    _of("channels", "channel_id", primary_key=True),
    _of("topics", "topic_id", primary_key=True),
    Column("state", Text, nullable=False),
    _moment("asked_at"),
    _moment("confirmed_at", null=True),
    _moment("ended_at", null=True),
    CheckConstraint("state in ('unconfirmed', 'confirmed', 'unsubscribed')", name="state"),
)

consents = _table(  # what the ledger says now, by person, channel and purpose
    "consents", "endorsers",
    _of("endorsers", "endorser_id", primary_key=True),
    Column("channel", Text, primary_key=True),  # email | site
    Column("purpose", Text, primary_key=True),
    Column("text_id", Id, nullable=False),
    _moment("given_at"),
    _moment("withdrawn_at", null=True),
)

consent_texts = _table(  # immutable versions of the exact words that were agreed to
    "consent_texts", "endorsers",
    _id(),
    _of("sites", "site_id"),
    Column("purpose", Text, nullable=False),
    Column("locale", Text, nullable=False),
    Column("version", Integer, nullable=False),  # 1, 2, … within site, purpose and locale
    Column("words", Text, nullable=False),
    Column("controller", Text, nullable=False),
    Column("privacy_url", Text),
    Column("sha256", LargeBinary(32), nullable=False),
    _moment("made_at"),
    UniqueConstraint("site_id", "sha256"),
    UniqueConstraint("site_id", "purpose", "locale", "version"),
)

consent_events = _table(  # the ledger: append-only, hash-chained per site, no address; outlives every erasure
    "consent_events", "endorsers",
    _id(),
    Column("site_id", Id, nullable=False, index=True),
    Column("endorser_id", Id, index=True),
    Column("subject", LargeBinary(16)),
    Column("channel", Text, nullable=False),
    Column("purpose", Text, nullable=False),
    Column("topics", Text),
    Column("action", Text, nullable=False),
    Column("text_id", Id),
    Column("text_version", Integer),
    Column("text_locale", Text),
    Column("text_sha256", LargeBinary(32)),
    Column("method", Text, nullable=False),
    Column("confirms", Id),  # the request that this is the answer to
    Column("token_jti", LargeBinary(32)),  # hash of the link whose button was pressed
    Column("mail_message_id", Text),
    Column("like_id", Id),
    Column("page_path", Text),
    Column("widget_version", Text),
    _moment("occurred_at"),
    _moment("recorded_at"),
    Column("ip_prefix", Text),
    Column("gpc", SmallInteger, nullable=False),
    Column("actor", Text, nullable=False),  # person | admin:<id> | system
    Column("note", Text),
    Column("prev_hash", LargeBinary(32), nullable=False),
    Column("row_hash", LargeBinary(32), nullable=False),
    sqlite_autoincrement=True,
)

consent_heads = _table(  # the end of each site's chain, so that a cut-off end is found too
    "consent_heads", "endorsers",
    _of("sites", "site_id", primary_key=True),
    Column("event_id", Id, nullable=False),
    Column("events", BigInteger, nullable=False),
    Column("row_hash", LargeBinary(32), nullable=False),
)

suppressions = _table(  # who is not written to, by keyed hash: survives erasure and a list that is imported again
    "suppressions", "endorsers",
    _of("sites", "site_id", primary_key=True),
    Column("subject", LargeBinary(16), primary_key=True),
    Column("reason", Text, nullable=False),
    _moment("since_at"),
    CheckConstraint("reason in ('stopped', 'erased', 'bounced', 'complained')", name="reason"),
)

bounces = _table(  # a letter that came back, or that somebody reported as unwanted; no address in what was said
    "bounces", "endorsers",
    _id(),
    _of("sites", "site_id"),
    _of("channels", "channel_id"),
    Column("kind", Text, nullable=False),
    Column("status", Text),  # 5.1.1, RFC 3463
    Column("said", Text),  # by the other mail server
    Column("digest", LargeBinary(16), nullable=False),  # of the report, so that one that comes twice counts once
    _moment("at"),
    UniqueConstraint("channel_id", "digest"),
    CheckConstraint("kind in ('soft', 'hard', 'complaint')", name="kind"),
    Index("ix_bounces_site", "site_id", "at"),
)

merges = _table(  # a visitor who became part of somebody, with what went along, so that it can be undone
    "merges", "endorsers",
    _id(),
    _of("sites", "site_id"),
    _of("visitors", "visitor_id", index=True),
    Column("from_id", Id, nullable=False),
    Column("to_id", Id, nullable=False, index=True),
    Column("links", Text, nullable=False),  # JSON: ids of profile links
    Column("admin_id", Id),  # whose word it was; null: the same confirmed address
    _moment("merged_at"),
    _moment("undone_at", null=True),
)

endorser_tags = _table(  # an admin's own words for people, to find them by
    "endorser_tags", "endorsers",
    _of("endorsers", "endorser_id", primary_key=True),
    Column("tag", Text, primary_key=True),  # case-folded
    _of("sites", "site_id"),
    _moment("tagged_at"),
    Index("ix_endorser_tags_site", "site_id", "tag"),
)

endorser_notes = _table(  # what admins wrote down about somebody; they can read it on their own page's export
    "endorser_notes", "endorsers",
    _id(),
    _of("endorsers", "endorser_id", index=True),
    Column("admin_id", Id),
    Column("words", Text, nullable=False),
    _moment("noted_at"),
    sqlite_autoincrement=True,
)

oauth_apps = _table(  # our own registration with a Mastodon-compatible server, kept for the next one who comes from there
    "oauth_apps", "endorsers",
    Column("origin", Text, primary_key=True),
    Column("client_id", Text, nullable=False),
    Column("sealed", LargeBinary, nullable=False),  # the client's secret, readable with the pepper alone
    _moment("made_at"),
)

grants_begun = _table(  # somebody is on their way to sign in elsewhere, to prove that a profile is theirs; for minutes
    "grants_begun", "endorsers",
    Column("state_hash", LargeBinary(32), primary_key=True),
    _of("endorsers", "endorser_id", index=True),
    _of("sites", "site_id"),
    Column("way", Text, nullable=False),  # mastodon | indieauth
    Column("place", Text, nullable=False),  # the server's origin, or the page that was typed
    Column("metadata", Text, nullable=False),  # JSON: issuer and endpoints
    Column("verifier", Text, nullable=False),  # of PKCE
    _moment("made_at"),
    _moment("ends_at"),
)

profile_grants = _table(  # a profile that was proven by signing in there; nothing else is kept of that
    "profile_grants", "endorsers",
    _of("profile_links", "link_id", primary_key=True),
    Column("way", Text, nullable=False),
    Column("host", Text, nullable=False),  # where they signed in
    _moment("granted_at"),
)

# --- prompts ------------------------------------------------------------------------------------------------------

prompts = _table(
    "prompts", "prompts",
    _id(),
    _of("sites", "site_id"),
    Column("key", Text, nullable=False),
    Column("state", Text, nullable=False),  # draft | running | paused | deleted
    Column("version", Integer, nullable=False),
    Column("shown", Integer, nullable=False, server_default="0"),  # for the quota
    Column("place", Integer, nullable=False, server_default="0"),  # the order they are tried in; of two alike the older is first
    _moment("made_at"),
    _moment("changed_at"),
    UniqueConstraint("site_id", "key"),
)

prompt_versions = _table(  # immutable: what a visitor was asked can be read back word for word
    "prompt_versions", "prompts",
    _id(),
    _of("prompts", "prompt_id"),
    Column("version", Integer, nullable=False),
    Column("flow", Text, nullable=False),
    _moment("made_at"),
    UniqueConstraint("prompt_id", "version"),
)

prompt_turns = _table(  # one row per visitor and prompt: what the gates need to know
    "prompt_turns", "prompts",
    _of("visitors", "visitor_id", primary_key=True),
    _of("prompts", "prompt_id", primary_key=True),
    _moment("handed_at", null=True),
    _moment("shown_at", null=True),
    _moment("dismissed_at", null=True),
    _moment("answered_at", null=True),
)

prompt_showings = _table(  # each time a flow's first card was visible, by the client's id
    "prompt_showings", "prompts",
    _id(),
    _of("sites", "site_id"),
    Column("uuid", LargeBinary(16), nullable=False),
    _of("prompts", "prompt_id"),
    _of("visitors", "visitor_id"),
    Column("like_id", Id),
    Column("state", Text, nullable=False),  # shown | dismissed | snoozed
    _moment("shown_at"),
    UniqueConstraint("uuid", "site_id"),
)

# --- collect ------------------------------------------------------------------------------------------------------

likes = _table(
    "likes", "collect",
    _id(),
    _of("sites", "site_id"),
    Column("uuid", LargeBinary(16), nullable=False),
    _of("visitors", "visitor_id"),
    _of("products", "product_id"),
    Column("shown_id", Id),  # the product as it was shown at the press
    Column("state", Text, nullable=False),
    Column("source", Text, nullable=False),
    _moment("liked_at"),
    _moment("pressed_at"),  # the client's clock, clamped; equal to liked_at when it sent none
    _moment("unliked_at", null=True),
    Column("page_url", Text, nullable=False),
    Column("page_title", Text),
    Column("referrer", Text),
    Column("placement", Text),
    Column("position", Integer),
    Column("dwell_ms", Integer),
    Column("locale", Text),
    Column("lasting", SmallInteger),  # whether the browser keeps the visitor, so that a return is seen; null: nobody said
    Column("prompt_version_id", Id),  # the frozen next step: which flow, or none, and why
    Column("step_reason", Text, nullable=False),
    UniqueConstraint("uuid", "site_id"),
    CheckConstraint("state in ('counted', 'held', 'rejected', 'withdrawn')", name="state"),
    Index(
        "uq_likes_live", "visitor_id", "product_id", unique=True,
        sqlite_where=text("unliked_at IS NULL"), postgresql_where=text("unliked_at IS NULL"),
    ),
    Index("ix_likes_withdrawn", "visitor_id",  # what a person took back; the live ones are in the index above
          sqlite_where=text("unliked_at IS NOT NULL"), postgresql_where=text("unliked_at IS NOT NULL")),
    Index("ix_likes_site_liked", "site_id", "liked_at", "state", "source"),  # days are counted in it alone
    Index("ix_likes_product", "product_id", "state", "source"),  # and products
)

decisions = _table(  # an admin's word on one like; what it was before, so that it can be undone exactly
    "decisions", "collect",
    _id(),
    _of("sites", "site_id"),
    _of("likes", "like_id", index=True),
    Column("batch", LargeBinary(16), nullable=False, index=True),  # what was decided with one press
    Column("decision", Text, nullable=False),
    Column("before", Text, nullable=False),
    Column("after", Text, nullable=False),
    Column("admin_id", Id),  # null: the demo's history
    Column("reason", Text),  # in the admin's own words
    _moment("decided_at"),
    CheckConstraint("decision in ('hold', 'reject', 'restore', 'undo')", name="decision"),
)

like_tags = _table(  # an admin's own order among the likes
    "like_tags", "collect",
    _of("likes", "like_id", primary_key=True),
    Column("tag", Text, primary_key=True),  # case-folded
    _of("sites", "site_id"),
    Index("ix_like_tags_site", "site_id", "tag"),
)

saved_filters = _table(  # of the list of endorsements, shared by all admins of a site
    "saved_filters", "collect",
    _id(),
    _of("sites", "site_id"),
    Column("name", Text, nullable=False),
    Column("query", Text, nullable=False),
    _moment("saved_at"),
    UniqueConstraint("site_id", "name"),
)

like_counts = _table(
    "like_counts", "collect",
    _of("products", "product_id", primary_key=True),
    Column("counted", Integer, nullable=False),
)

answers = _table(
    "answers", "collect",
    _id(),
    _of("sites", "site_id"),
    Column("uuid", LargeBinary(16), nullable=False),
    _of("likes", "like_id", index=True),
    _of("visitors", "visitor_id", index=True),
    _of("prompt_versions", "prompt_version_id"),
    Column("said", Text, nullable=False),  # JSON: card key -> value
    Column("done", SmallInteger, nullable=False),
    _moment("answered_at"),
    _moment("changed_at"),
    UniqueConstraint("uuid", "site_id"),
    Index("ix_answers_site", "site_id", "id"),
)

visits = _table(
    "visits", "collect",
    _id(),
    _of("sites", "site_id"),
    Column("uuid", LargeBinary(16), nullable=False),
    _of("visitors", "visitor_id", index=True),
    Column("page_url", Text, nullable=False),
    Column("referrer", Text),
    _moment("visited_at"),
    UniqueConstraint("uuid", "site_id"),
)

orders = _table(
    "orders", "collect",
    _id(),
    _of("sites", "site_id"),
    Column("order_id", Text, nullable=False),
    _of("visitors", "visitor_id", null=True, index=True),
    Column("total_minor", BigInteger, nullable=False),
    Column("currency", Text, nullable=False),
    Column("discount_minor", BigInteger),
    Column("coupon", Text),
    Column("items", Text),
    Column("via", Text, nullable=False),  # api | page
    _moment("ordered_at"),
    UniqueConstraint("site_id", "order_id"),
)

webmentions = _table(  # another page says that it mentions one of the site's; one row per source and target
    "webmentions", "collect",
    _id(),
    _of("sites", "site_id"),
    Column("key", Text, nullable=False, unique=True),  # of the status page
    Column("pair", LargeBinary(16), nullable=False),  # hash of source and target
    Column("source", Text, nullable=False),
    Column("target", Text, nullable=False),
    Column("host", Text, nullable=False),  # of the source
    Column("state", Text, nullable=False),
    Column("before", Text),  # an admin's last decision, so that it can be undone
    Column("kind", Text),  # like | reply | repost | mention
    Column("author", Text),
    Column("author_url", Text),  # of the same origin as the source
    Column("excerpt", Text),
    Column("problem", Text),  # why there is nothing to show
    Column("like_id", Id),
    Column("tries", Integer, nullable=False, server_default="0"),
    _moment("received_at"),
    _moment("due_at", null=True),  # the next look at the source
    _moment("checked_at", null=True),
    _moment("decided_at", null=True),
    UniqueConstraint("site_id", "pair"),
    CheckConstraint("state in ('waiting', 'held', 'accepted', 'refused', 'wrong', 'gone')", name="state"),
    Index("ix_webmentions_due", "due_at", sqlite_where=text("due_at IS NOT NULL"), postgresql_where=text("due_at IS NOT NULL")),
    Index("ix_webmentions_site", "site_id", "state", "id"),
    sqlite_autoincrement=True,
)

drops = _table(  # what was refused, counted by reason; site 0 is "no such site"
    "drops", "collect",
    Column("site_id", Id, primary_key=True),
    Column("day", Integer, primary_key=True),  # days since 1970-01-01 UTC
    Column("call", Text, primary_key=True),
    Column("reason", Text, primary_key=True),
    Column("count", BigInteger, nullable=False),
)

tallies = _table(  # the journal folded by day and product; a reader keeps it
    "tallies", "collect",
    _of("sites", "site_id", primary_key=True),
    Column("product_id", Id, primary_key=True),
    Column("day", Integer, primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("count", Integer, nullable=False),
)

button_sightings = _table(  # which keys the pages of a shop asked counts for: the products with a button; no visitor is in it
    "button_sightings", "collect",
    _of("sites", "site_id", primary_key=True),
    Column("key_hash", LargeBinary(16), primary_key=True),  # as in products, where there is one
    Column("key", Text, nullable=False),
    Column("first_day", Integer, nullable=False),  # days since 1970, UTC
    Column("last_day", Integer, nullable=False),
)

# --- followup -----------------------------------------------------------------------------------------------------

conversations = _table(
    "conversations", "followup",
    _id(),
    _of("sites", "site_id"),
    _of("endorsers", "endorser_id", index=True),
    Column("like_id", Id),  # what it began with
    Column("state", Text, nullable=False),
    Column("waits_for", Text),  # admin | endorser: who is to answer
    _moment("waits_since", null=True),
    Column("admin_id", Id),  # whose it is; null: nobody's
    _moment("snoozed_until", null=True),
    _moment("made_at"),
    _moment("changed_at"),
    CheckConstraint("state in ('open', 'snoozed', 'closed')", name="state"),
    Index("ix_conversations_site", "site_id", "waits_for", "waits_since"),
    sqlite_autoincrement=True,  # the journal, the outbox and bookmarks name rows that may be erased: no id is used again
)

messages = _table(
    "messages", "followup",
    _id(),
    _of("conversations", "conversation_id", index=True),
    Column("uuid", LargeBinary(16), nullable=False),  # of the form: sent twice is kept once
    Column("author", Text, nullable=False),  # admin | endorser
    Column("admin_id", Id),
    Column("words", Text, nullable=False),
    _moment("said_at"),
    _moment("mailed_at", null=True),
    Column("unsent", Text),  # why no mail left: a reason of may_contact, or what the mail server said
    Column("came_by", Text, nullable=False, server_default="page"),  # page | mail
    Column("quoted", Text),  # of a mail: what was cut off below the answer, hidden and not lost
    Column("stranger", SmallInteger, nullable=False, server_default="0"),  # it came from another address than theirs
    Column("attachments", Integer, nullable=False, server_default="0"),  # how many were not taken
    UniqueConstraint("conversation_id", "uuid"),
    CheckConstraint("author in ('admin', 'endorser')", name="author"),
    sqlite_autoincrement=True,
)

conversation_notes = _table(  # what admins say to each other beside the letters; in the person's own copy, as all notes
    "conversation_notes", "followup",
    _id(),
    _of("conversations", "conversation_id", index=True),
    Column("admin_id", Id),
    Column("words", Text, nullable=False),
    _moment("noted_at"),
    sqlite_autoincrement=True,
)

saved_replies = _table(  # words that are often needed, shared by all admins of a site
    "saved_replies", "followup",
    _id(),
    _of("sites", "site_id"),
    Column("name", Text, nullable=False),
    Column("words", Text, nullable=False),
    _moment("saved_at"),
    UniqueConstraint("site_id", "name"),
)

mail_drops = _table(  # mail that came in and was not taken, counted by reason; site 0 is "nobody knows whose"
    "mail_drops", "followup",
    Column("site_id", Id, primary_key=True, autoincrement=False),
    Column("day", Integer, primary_key=True),  # days since 1970-01-01 UTC
    Column("reason", Text, primary_key=True),
    Column("count", BigInteger, nullable=False),
)

mail_folders = _table(  # how far an IMAP folder is read
    "mail_folders", "followup",
    Column("hash", LargeBinary(16), primary_key=True),  # of host, user and folder
    Column("validity", BigInteger, nullable=False),
    Column("last_uid", BigInteger, nullable=False),
    _moment("moved_at"),
)

# --- me -----------------------------------------------------------------------------------------------------------

mass_erasures = _table(  # an admin's word that many people are to be erased, done piece by piece
    "mass_erasures", "me",
    _id(),
    _of("sites", "site_id", index=True),
    Column("admin_id", Id, nullable=False),
    Column("likes_too", SmallInteger, nullable=False),
    Column("people", Integer, nullable=False),  # how many it began with
    _moment("begun_at"),
    _moment("ended_at", null=True),
    Column("stopped", SmallInteger, nullable=False, server_default="0"),  # an admin ended it before the last one
    Column("unerased", Integer, nullable=False, server_default="0"),  # people who were left then
    Index("ix_mass_erasures_running", "id", sqlite_where=text("ended_at IS NULL"), postgresql_where=text("ended_at IS NULL")),
    sqlite_autoincrement=True,  # the audit log names its id
)

mass_erasure_people = _table(  # who is still to be erased; a row goes in the transaction of its erasure
    "mass_erasure_people", "me",
    _of("mass_erasures", "erasure_id", primary_key=True),
    Column("person", Id, primary_key=True, autoincrement=False),  # an endorser's id; minus a visitor's who is none
)

# --- publicity ----------------------------------------------------------------------------------------------------

quotes = _table(  # words of an endorser that the site asked to show in public, and what they said to that
    "quotes", "publicity",
    _id(),
    _of("sites", "site_id"),
    _of("endorsers", "endorser_id", index=True),
    _of("likes", "like_id", index=True),
    _of("products", "product_id"),
    Column("source", Text, nullable=False),  # answer | message
    Column("source_id", Id, nullable=False),
    Column("part", Text, nullable=False),  # the card of an answer; empty for a message
    _moment("said_at"),
    Column("asked_words", Text, nullable=False),  # what the site asked for
    Column("words", Text),  # what they allowed: the same, or with words left out
    Column("name", Text),  # shown with them; null: none
    Column("link_id", Id),  # the profile link shown with them
    Column("places", Text, nullable=False, server_default="[]"),  # JSON: of PLACES in publicity/quotes.py
    Column("perk", Text),  # what they got in return, shown beside them; null: nothing
    Column("state", Text, nullable=False),
    Column("admin_id", Id),  # who asked
    _moment("asked_at"),
    _moment("mailed_at", null=True),
    Column("unsent", Text),  # why no mail left: a reason of may_contact, or what the mail server said
    _moment("answered_at", null=True),
    _moment("until_at", null=True),  # null: until it is taken back
    _moment("ended_at", null=True),  # taken back, or run out
    _moment("hidden_at", null=True),  # an admin does not show it
    UniqueConstraint("source", "source_id", "part"),
    CheckConstraint("source in ('answer', 'message')", name="source"),
    CheckConstraint("state in ('asked', 'given', 'refused', 'withdrawn', 'expired', 'cancelled')", name="state"),
    Index("ix_quotes_site", "site_id", "state", "asked_at"),
    Index("ix_quotes_product", "product_id", "state"),
    sqlite_autoincrement=True,  # the ledger and the audit log name ids of rows that may be gone
)

feed_keys = _table(  # who has a feed of their own; its token is made from the pepper and the nonce, and stored nowhere
    "feed_keys", "publicity",
    _of("endorsers", "endorser_id", primary_key=True),
    _of("sites", "site_id"),
    Column("nonce", Text, nullable=False),
    _moment("made_at"),
)

shares = _table(  # an endorser's own link to something they like
    "shares", "publicity",
    _id(),
    _of("sites", "site_id"),
    _of("endorsers", "endorser_id"),
    _of("products", "product_id"),
    Column("code", Text, nullable=False, unique=True),
    _moment("made_at"),
    _moment("ended_at", null=True),
    UniqueConstraint("endorser_id", "product_id"),
    Index("ix_shares_site", "site_id", "made_at"),
    sqlite_autoincrement=True,
)

share_credits = _table(  # what came of a link, as a reader of the journal saw it: ids alone
    "share_credits", "publicity",
    _of("shares", "share_id", primary_key=True),
    Column("kind", Text, primary_key=True),  # visited | liked | bought
    Column("about_id", Id, primary_key=True, autoincrement=False),  # the visit, like or order
    _of("visitors", "visitor_id", index=True),
    _moment("at"),
    CheckConstraint("kind in ('visited', 'liked', 'bought')", name="kind"),
)

# --- insight ------------------------------------------------------------------------------------------------------

people_sums = _table(  # what each person adds up to; a reader marks whom something happened to, the sums follow
    "people_sums", "insight",
    Column("person", Id, primary_key=True, autoincrement=False),  # an endorser's id; minus a visitor's who is none yet
    Column("site_id", Id, nullable=False),
    Column("likes", Integer, nullable=False, server_default="0"),  # that count
    Column("held", Integer, nullable=False, server_default="0"),
    Column("rejected", Integer, nullable=False, server_default="0"),
    Column("answered", SmallInteger, nullable=False, server_default="0"),
    Column("opted_in", SmallInteger, nullable=False, server_default="0"),
    Column("confirmed", SmallInteger, nullable=False, server_default="0"),
    Column("returned", SmallInteger),  # on a later day than the first like; null: it cannot be known
    Column("bought", SmallInteger, nullable=False, server_default="0"),
    _moment("last_at", null=True),  # the newest trace of them
    Column("changed", BigInteger, nullable=False),  # the newest row of the journal about them
    Column("summed", BigInteger, nullable=False, server_default="0"),  # and up to where these sums are true
    Index("ix_people_sums_site", "site_id", "last_at"),
    Index("ix_people_sums_likes", "site_id", "likes", "last_at"),
    Index("ix_people_sums_due", "person", sqlite_where=text("changed > summed"), postgresql_where=text("changed > summed")),
)

site_sums = _table(  # what a site's people add up to, moved together with theirs
    "site_sums", "insight",
    Column("site_id", Id, primary_key=True, autoincrement=False),
    Column("name", Text, primary_key=True),  # likes, held, …: the fields of insight.home.Totals
    Column("value", BigInteger, nullable=False),
)

product_sums = _table(  # what each product adds up to, kept the same way; held and rejected likes stand apart
    "product_sums", "insight",
    _of("products", "product_id", primary_key=True),
    Column("site_id", Id, nullable=False, index=True),
    Column("widget", Integer, nullable=False, server_default="0"),
    Column("extension", Integer, nullable=False, server_default="0"),
    Column("api", Integer, nullable=False, server_default="0"),
    Column("webmention", Integer, nullable=False, server_default="0"),
    Column("held", Integer, nullable=False, server_default="0"),
    Column("rejected", Integer, nullable=False, server_default="0"),
    Column("answered", Integer, nullable=False, server_default="0"),  # likes that count and have an answer
    _moment("last_at", null=True),  # the newest like
    Column("changed", BigInteger, nullable=False),
    Column("summed", BigInteger, nullable=False, server_default="0"),
    Index("ix_product_sums_due", "product_id", sqlite_where=text("changed > summed"), postgresql_where=text("changed > summed")),
)

answer_sums = _table(  # what the answers of a large site add up to; smaller ones are added up when somebody looks
    "answer_sums", "insight",
    Column("site_id", Id, primary_key=True, autoincrement=False),
    Column("sums", Text, nullable=False),  # JSON: prompt id -> [answers, finished, card key -> [n, value -> count]]
    Column("took_ms", Integer, nullable=False),
    _moment("made_at"),
)

answer_tags = _table(  # an admin's own words for what somebody wrote
    "answer_tags", "insight",
    Column("answer_id", Id, primary_key=True, autoincrement=False),
    Column("tag", Text, primary_key=True),
    Column("site_id", Id, nullable=False),
    _moment("tagged_at"),
    Index("ix_answer_tags_site", "site_id", "tag"),
)
