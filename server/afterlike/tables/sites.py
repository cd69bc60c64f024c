"""Tables of `sites`: sites, origins, keys, admins and how they sign in, claims, webhooks, the audit log, settings of pages."""

from sqlalchemy import BigInteger, CheckConstraint, Column, Index, Integer, LargeBinary, Text, UniqueConstraint, text

from afterlike.tables.parts import Id, moment, of, own_id, table

sites = table(
    "sites", "sites",
    own_id(),
    Column("key", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("locale", Text, nullable=False, server_default="en"),
    Column("time_zone", Text, nullable=False, server_default="UTC"),  # IANA name: whose midnight ends a day in charts
    Column("cooldown_hours", Integer, nullable=False, server_default="24"),
    Column("order_key_version", Integer, nullable=False, server_default="1"),
    Column("privacy_url", Text),  # stands beside every consent
    Column("postal_address", Text),  # stands below every letter
    Column("unclaimed_origin", Text),  # of a page of no site, whose likes the extension brought: no admin, no tag, no API key
    moment("made_at"),
    moment("waited_at", null=True),  # when a page last waited for a further part of the widget before it had its buttons
    Index("ix_sites_unclaimed_origin", "unclaimed_origin", unique=True),
)

site_origins = table(  # `https://shop.example` or `https://*.shop.example`
    "site_origins", "sites",
    of("sites", "site_id", primary_key=True),
    Column("origin", Text, primary_key=True),
)

page_settings = table(  # what an owner sets for every page of a site, and what it was before the last save
    "page_settings", "sites",
    of("sites", "site_id", primary_key=True),
    Column("part", Text, primary_key=True),
    Column("value", Text, nullable=False),  # JSON; {} is as it comes
    Column("before", Text, nullable=False),
    moment("changed_at"),
    CheckConstraint("part in ('looks', 'privacy', 'words')", name="part"),
)

retention = table(  # what a site keeps for less long than this server does
    "retention", "sites",
    of("sites", "site_id", primary_key=True),
    Column("what", Text, primary_key=True),
    Column("days", Integer, nullable=False),
    CheckConstraint("what in ('visits', 'mail', 'drops', 'pending')", name="what"),
)

origin_claims = table(  # a site says that a page's origin is its own; proven, it sees what the extension brought from there
    "origin_claims", "sites",
    own_id(),
    of("sites", "site_id"),
    Column("origin", Text, nullable=False),
    Column("token", Text, nullable=False),  # to be put where only the origin's owner can; public by nature
    Column("state", Text, nullable=False),
    Column("method", Text),  # dns | meta | file: what proved it last
    Column("failures", Integer, nullable=False, server_default="0"),  # checks in a row, since it was proven or asked for
    Column("problem", Text),  # what the last check found wrong, as a sentence
    moment("claimed_at"),
    moment("checked_at", null=True),
    moment("proven_at", null=True),
    moment("due_at", null=True),  # the next check
    UniqueConstraint("site_id", "origin"),
    CheckConstraint("state in ('claimed', 'proven', 'lapsed')", name="state"),
    Index("ix_origin_claims_proven", "origin", unique=True,
          sqlite_where=text("state = 'proven'"), postgresql_where=text("state = 'proven'")),
)

api_keys = table(
    "api_keys", "sites",
    own_id(),
    of("sites", "site_id"),
    Column("hash", LargeBinary(32), nullable=False, unique=True),
    Column("last4", Text, nullable=False),
    moment("made_at"),
    moment("revoked_at", null=True),
)

admins = table(
    "admins", "sites",
    own_id(),
    Column("email", Text, nullable=False, unique=True),  # lower-cased
    Column("password_hash", Text),
    Column("locale", Text),  # of the admin pages; null is the browser's
    moment("made_at"),
)

roles = table(
    "roles", "sites",
    of("admins", "admin_id", primary_key=True),
    of("sites", "site_id", primary_key=True),
    Column("role", Text, nullable=False),
    CheckConstraint("role in ('owner', 'editor', 'viewer')", name="role"),
)

sessions = table(
    "sessions", "sites",
    own_id(),
    of("admins", "admin_id"),
    Column("token_hash", LargeBinary(32), nullable=False, unique=True),
    Column("via", Text, nullable=False),  # link | password | passkey
    Column("browser", Text),  # such as "Firefox, Linux"
    moment("made_at"),
    moment("ends_at"),
    moment("seen_at", null=True),
)

two_factors = table(  # the secret itself is made from the pepper and the nonce, and stored nowhere
    "two_factors", "sites",
    of("admins", "admin_id", primary_key=True),
    Column("nonce", Text, nullable=False),
    Column("last_step", BigInteger),  # of the last code that was used: none works twice
    moment("made_at"),
    moment("confirmed_at", null=True),  # from then on it is asked for
)

recovery_codes = table(
    "recovery_codes", "sites",
    own_id(),
    of("admins", "admin_id"),
    Column("hash", LargeBinary(16), nullable=False),
    moment("used_at", null=True),
    UniqueConstraint("admin_id", "hash"),
)

passkeys = table(
    "passkeys", "sites",
    own_id(),
    of("admins", "admin_id", index=True),
    Column("name", Text, nullable=False),
    Column("credential", LargeBinary, nullable=False, unique=True),
    Column("public_key", LargeBinary, nullable=False),
    Column("uses", BigInteger, nullable=False),  # as the device counts them, to find a copy
    moment("made_at"),
    moment("used_at", null=True),
)

challenges = table(  # what a passkey is asked to sign: once, and soon
    "challenges", "sites",
    Column("hash", LargeBinary(32), primary_key=True),
    of("admins", "admin_id", null=True),
    moment("ends_at"),
)

sign_in_links = table(  # one-time; the page behind it has a button, so a scanner's GET uses nothing up
    "sign_in_links", "sites",
    own_id(),
    of("admins", "admin_id"),
    Column("token_hash", LargeBinary(32), nullable=False, unique=True),
    moment("made_at"),
    moment("ends_at"),
    moment("used_at", null=True),
)

invitations = table(  # to a role on a site, bound to an address; the link is mailed there and shown to nobody else
    "invitations", "sites",
    own_id(),
    of("sites", "site_id", index=True),
    Column("email", Text, nullable=False),
    Column("role", Text, nullable=False),
    of("admins", "invited_by"),
    Column("token_hash", LargeBinary(32), unique=True),  # of the link that was mailed last
    moment("made_at"),
    moment("ends_at"),
    moment("mailed_at", null=True),
    Column("unsent", Text),  # why the mail did not leave
    moment("used_at", null=True),
    moment("revoked_at", null=True),
    CheckConstraint("role in ('owner', 'editor', 'viewer')", name="role"),
)

webhooks = table(  # the secret itself is made from the pepper and the nonce, and stored nowhere
    "webhooks", "sites",
    own_id(),
    of("sites", "site_id", index=True),
    Column("url", Text, nullable=False),
    Column("kinds", Text, nullable=False),  # JSON: kinds of the journal
    Column("state", Text, nullable=False),
    Column("nonce", Text, nullable=False),
    Column("old_nonce", Text),  # of the secret before, which signs too until old_until
    moment("old_until", null=True),
    moment("made_at"),  # what happened before is not told
    moment("failing_since", null=True),
    moment("paused_at", null=True),
    Column("paused_why", Text),  # null: an admin paused it
    CheckConstraint("state in ('running', 'paused')", name="state"),
    sqlite_autoincrement=True,  # its secret hangs on its id
)

webhook_deliveries = table(  # one message to one webhook; ids and product facts, never an address
    "webhook_deliveries", "sites",
    own_id(),
    of("webhooks", "webhook_id"),
    Column("uuid", LargeBinary(16), nullable=False),  # the message's own id, the same at every try
    Column("kind", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("tries", Integer, nullable=False, server_default="0"),
    Column("status", Integer),  # what the other side answered last
    Column("problem", Text),
    moment("made_at"),
    moment("tried_at", null=True),
    CheckConstraint("state in ('waiting', 'delivered', 'failed')", name="state"),
    Index("ix_webhook_deliveries_webhook", "webhook_id", "id"),
    sqlite_autoincrement=True,
)

audit = table(  # which admin changed what, and whose data they read: append-only, hash-chained per site, ids alone
    "audit", "sites",
    own_id(),
    Column("site_id", Id, nullable=False),
    Column("admin_id", Id, nullable=False),
    Column("kind", Text, nullable=False),  # of KINDS in sites/logbook.py
    Column("about_id", Id),  # the row that the kind is about
    moment("at"),
    Column("prev_hash", LargeBinary(32), nullable=False),
    Column("row_hash", LargeBinary(32), nullable=False),
    Index("ix_audit_site", "site_id", "at"),
    sqlite_autoincrement=True,
)

audit_heads = table(  # the end of each site's chain
    "audit_heads", "sites",
    of("sites", "site_id", primary_key=True),
    Column("event_id", Id, nullable=False),
    Column("events", BigInteger, nullable=False),
    Column("row_hash", LargeBinary(32), nullable=False),
)
