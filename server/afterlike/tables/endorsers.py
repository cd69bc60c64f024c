"""Tables of `endorsers`: the people, their browsers, addresses and profiles, and what they agreed to."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    Text,
    UniqueConstraint,
    text,
)

from afterlike.tables.parts import Id, moment, of, own_id, table

endorsers = table(  # someone who answered, opted in or left a link
    "endorsers", "endorsers",
    own_id(),
    of("sites", "site_id", index=True),
    moment("made_at"),
)

visitors = table(  # an unknown browser: the keyed hash of the secret it made
    "visitors", "endorsers",
    own_id(),
    of("sites", "site_id"),
    Column("hash", LargeBinary(16), nullable=False, unique=True),  # of site and secret: nobody is followed across sites
    of("endorsers", "endorser_id", null=True, index=True),
    moment("first_seen_at"),
    moment("erased_at", null=True),  # then it stands for nobody, and its likes are numbers
)

profile_links = table(
    "profile_links", "endorsers",
    own_id(),
    of("sites", "site_id"),
    Column("uuid", LargeBinary(16), nullable=False),
    of("endorsers", "endorser_id", index=True),
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
    moment("claimed_at"),
    moment("published_at", null=True),  # since when its owner lets the site show it in public
    moment("checked_at", null=True),
    moment("proven_at", null=True),
    moment("due_at", null=True),  # the next check
    moment("reviewed_at", null=True),
    UniqueConstraint("uuid", "site_id"),
    CheckConstraint("state in ('claimed', 'linked', 'proven', 'lapsed', 'disputed')", name="state"),
    Index("ix_profile_links_same", "site_id", "same"),
    Index("ix_profile_links_host", "host", "id"),
    Index("ix_profile_links_from", "from_hash"),
    Index("ix_profile_links_due", "due_at", sqlite_where=text("due_at IS NOT NULL"), postgresql_where=text("due_at IS NOT NULL")),
    Index("ix_profile_links_review", "site_id", sqlite_where=text("review = 'waiting'"),
          postgresql_where=text("review = 'waiting'")),
)

public_pages = table(  # a page that somebody made to prove who they are; their profiles link to it
    "public_pages", "endorsers",
    own_id(),
    of("sites", "site_id"),
    of("endorsers", "endorser_id", index=True),
    Column("key", Text, nullable=False, unique=True),  # random: whoever was here before says nothing of whoever is
    Column("name", Text, nullable=False),
    moment("made_at"),
    moment("listed_at", null=True),  # since when search engines may list it
)

outside_letters = table(  # an admin wrote to somebody on another network, by hand, and said so
    "outside_letters", "endorsers",
    own_id(),
    of("sites", "site_id"),
    of("endorsers", "endorser_id", index=True),
    Column("network", Text, nullable=False),
    Column("admin_id", Id),
    moment("wrote_at"),
)

channels = table(  # an address that somebody left, and whether they proved it
    "channels", "endorsers",
    own_id(),
    of("sites", "site_id"),
    of("endorsers", "endorser_id", index=True),
    Column("kind", Text, nullable=False),  # email
    Column("address", Text, nullable=False),  # lower-cased, otherwise as typed
    Column("subject", LargeBinary(16), nullable=False, unique=True),  # keyed hash of site and address
    Column("state", Text, nullable=False),
    Column("locale", Text, nullable=False),
    Column("pace", Text, nullable=False, server_default="each"),  # each | weekly | monthly: how often news may come
    moment("made_at"),
    moment("confirmed_at", null=True),
    moment("changed_at"),
    moment("paused_until", null=True),
    moment("asked_at", null=True),  # the last confirmation that was mailed: one a day
    moment("link_at", null=True),  # the last way in that was mailed
    CheckConstraint("state in ('unconfirmed', 'confirmed', 'paused', 'stopped', 'bounced', 'complained')", name="state"),
    sqlite_autoincrement=True,  # a stop link names an id for ever: it must never be somebody else's
)

opt_ins = table(  # what somebody asked for with an address; the same row whatever we know of the address
    "opt_ins", "endorsers",
    own_id(),
    of("sites", "site_id"),
    Column("uuid", LargeBinary(16), nullable=False),
    of("visitors", "visitor_id", index=True),
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
    moment("asked_at"),
    moment("settled_at", null=True),
    UniqueConstraint("uuid", "site_id"),
    CheckConstraint("state in ('asked', 'mailed', 'confirmed', 'refused')", name="state"),
    sqlite_autoincrement=True,  # the outbox and the journal name ids of rows that may be gone
)

mailed_links = table(  # one-time; the page behind each has a button
    "mailed_links", "endorsers",
    own_id(),
    of("sites", "site_id"),
    of("channels", "channel_id", index=True),
    Column("use", Text, nullable=False),  # confirm | me (was asked for) | letter (stood in one)
    Column("about_id", Id),  # the opt-in whose confirmation this is
    Column("token_hash", LargeBinary(32), nullable=False, unique=True),
    moment("made_at"),
    moment("ends_at"),
    moment("used_at", null=True),
)

person_sessions = table(  # an endorser on their own page
    "person_sessions", "endorsers",
    own_id(),
    of("channels", "channel_id", index=True),
    Column("token_hash", LargeBinary(32), nullable=False, unique=True),
    moment("made_at"),
    moment("ends_at"),
)

topics = table(  # what news can be about, one list a site
    "topics", "endorsers",
    own_id(),
    of("sites", "site_id"),
    Column("key", Text, nullable=False),  # all | product:<id> | category:<name> | brand:<name>, names case-folded
    Column("name", Text, nullable=False),
    moment("made_at"),
    UniqueConstraint("site_id", "key"),
)

subscriptions = table(
    "subscriptions", "endorsers",
    of("channels", "channel_id", primary_key=True),
    of("topics", "topic_id", primary_key=True),
    Column("state", Text, nullable=False),
    moment("asked_at"),
    moment("confirmed_at", null=True),
    moment("ended_at", null=True),
    CheckConstraint("state in ('unconfirmed', 'confirmed', 'unsubscribed')", name="state"),
)

consents = table(  # what the ledger says now, by person, channel and purpose
    "consents", "endorsers",
    of("endorsers", "endorser_id", primary_key=True),
    Column("channel", Text, primary_key=True),  # email | site
    Column("purpose", Text, primary_key=True),
    Column("text_id", Id, nullable=False),
    moment("given_at"),
    moment("withdrawn_at", null=True),
)

consent_texts = table(  # immutable versions of the exact words that were agreed to
    "consent_texts", "endorsers",
    own_id(),
    of("sites", "site_id"),
    Column("purpose", Text, nullable=False),
    Column("locale", Text, nullable=False),
    Column("version", Integer, nullable=False),  # 1, 2, … within site, purpose and locale
    Column("words", Text, nullable=False),
    Column("controller", Text, nullable=False),
    Column("privacy_url", Text),
    Column("sha256", LargeBinary(32), nullable=False),
    moment("made_at"),
    UniqueConstraint("site_id", "sha256"),
    UniqueConstraint("site_id", "purpose", "locale", "version"),
)

consent_events = table(  # the ledger: append-only, hash-chained per site, no address; outlives every erasure
    "consent_events", "endorsers",
    own_id(),
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
    moment("occurred_at"),
    moment("recorded_at"),
    Column("ip_prefix", Text),
    Column("gpc", SmallInteger, nullable=False),
    Column("actor", Text, nullable=False),  # person | admin:<id> | system
    Column("note", Text),
    Column("prev_hash", LargeBinary(32), nullable=False),
    Column("row_hash", LargeBinary(32), nullable=False),
    sqlite_autoincrement=True,
)

consent_heads = table(  # the end of each site's chain, so that a cut-off end is found too
    "consent_heads", "endorsers",
    of("sites", "site_id", primary_key=True),
    Column("event_id", Id, nullable=False),
    Column("events", BigInteger, nullable=False),
    Column("row_hash", LargeBinary(32), nullable=False),
)

suppressions = table(  # who is not written to, by keyed hash: survives erasure and a list that is imported again
    "suppressions", "endorsers",
    of("sites", "site_id", primary_key=True),
    Column("subject", LargeBinary(16), primary_key=True),
    Column("reason", Text, nullable=False),
    moment("since_at"),
    CheckConstraint("reason in ('stopped', 'erased', 'bounced', 'complained')", name="reason"),
)

bounces = table(  # a letter that came back, or that somebody reported as unwanted; no address in what was said
    "bounces", "endorsers",
    own_id(),
    of("sites", "site_id"),
    of("channels", "channel_id"),
    Column("kind", Text, nullable=False),
    Column("status", Text),  # 5.1.1, RFC 3463
    Column("said", Text),  # by the other mail server
    Column("digest", LargeBinary(16), nullable=False),  # of the report, so that one that comes twice counts once
    moment("at"),
    UniqueConstraint("channel_id", "digest"),
    CheckConstraint("kind in ('soft', 'hard', 'complaint')", name="kind"),
    Index("ix_bounces_site", "site_id", "at"),
)

merges = table(  # a visitor who became part of somebody, with what went along, so that it can be undone
    "merges", "endorsers",
    own_id(),
    of("sites", "site_id"),
    of("visitors", "visitor_id", index=True),
    Column("from_id", Id, nullable=False),
    Column("to_id", Id, nullable=False, index=True),
    Column("links", Text, nullable=False),  # JSON: ids of profile links
    Column("admin_id", Id),  # whose word it was; null: the same confirmed address
    moment("merged_at"),
    moment("undone_at", null=True),
)

endorser_tags = table(  # an admin's own words for people, to find them by
    "endorser_tags", "endorsers",
    of("endorsers", "endorser_id", primary_key=True),
    Column("tag", Text, primary_key=True),  # case-folded
    of("sites", "site_id"),
    moment("tagged_at"),
    Index("ix_endorser_tags_site", "site_id", "tag"),
)

endorser_notes = table(  # what admins wrote down about somebody; they can read it on their own page's export
    "endorser_notes", "endorsers",
    own_id(),
    of("endorsers", "endorser_id", index=True),
    Column("admin_id", Id),
    Column("words", Text, nullable=False),
    moment("noted_at"),
    sqlite_autoincrement=True,
)

oauth_apps = table(  # our own registration with a Mastodon-compatible server, kept for the next one who comes from there
    "oauth_apps", "endorsers",
    Column("origin", Text, primary_key=True),
    Column("client_id", Text, nullable=False),
    Column("sealed", LargeBinary, nullable=False),  # the client's secret, readable with the pepper alone
    moment("made_at"),
)

grants_begun = table(  # somebody is on their way to sign in elsewhere, to prove that a profile is theirs; for minutes
    "grants_begun", "endorsers",
    Column("state_hash", LargeBinary(32), primary_key=True),
    of("endorsers", "endorser_id", index=True),
    of("sites", "site_id"),
    Column("way", Text, nullable=False),  # mastodon | indieauth
    Column("place", Text, nullable=False),  # the server's origin, or the page that was typed
    Column("metadata", Text, nullable=False),  # JSON: issuer and endpoints
    Column("verifier", Text, nullable=False),  # of PKCE
    moment("made_at"),
    moment("ends_at"),
)

profile_grants = table(  # a profile that was proven by signing in there; nothing else is kept of that
    "profile_grants", "endorsers",
    of("profile_links", "link_id", primary_key=True),
    Column("way", Text, nullable=False),
    Column("host", Text, nullable=False),  # where they signed in
    moment("granted_at"),
)
