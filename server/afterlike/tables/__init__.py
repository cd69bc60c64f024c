"""The whole schema, a page for each room. `info["room"]` names the only module that may write the table.

Moments (`*_at`) are integer milliseconds UTC. `uuid` is the client's id, 16 bytes, unique within its site. Money is
integer minor units beside an ISO 4217 currency. Hashes are keyed and 16 bytes wide: narrow unique indexes are what
keeps a like cheap (docs/decisions/0003-writes.md).
"""

from afterlike.tables.catalog import product_showings, products
from afterlike.tables.collect import (
    answers,
    button_sightings,
    decisions,
    drops,
    like_counts,
    like_tags,
    likes,
    orders,
    saved_filters,
    tallies,
    visits,
    webmentions,
)
from afterlike.tables.endorsers import (
    bounces,
    channels,
    consent_events,
    consent_heads,
    consent_texts,
    consents,
    endorser_notes,
    endorser_tags,
    endorsers,
    grants_begun,
    mailed_links,
    merges,
    oauth_apps,
    opt_ins,
    outside_letters,
    person_sessions,
    profile_grants,
    profile_links,
    public_pages,
    subscriptions,
    suppressions,
    topics,
    visitors,
)
from afterlike.tables.followup import (
    conversation_notes,
    conversations,
    mail_drops,
    mail_folders,
    mail_names,
    messages,
    saved_replies,
)
from afterlike.tables.ground import cursors, facts, journal, leases, outbox
from afterlike.tables.insight import answer_sums, answer_tags, people_sums, product_sums, site_sums
from afterlike.tables.me import mass_erasure_people, mass_erasures
from afterlike.tables.parts import metadata
from afterlike.tables.prompts import prompt_showings, prompt_turns, prompt_versions, prompts
from afterlike.tables.publicity import feed_keys, quote_pictures, quotes, share_credits, share_opens, shares
from afterlike.tables.sites import (
    admins,
    api_keys,
    audit,
    audit_heads,
    challenges,
    invitations,
    origin_claims,
    page_settings,
    passkeys,
    recovery_codes,
    retention,
    roles,
    sessions,
    sign_in_links,
    site_origins,
    sites,
    two_factors,
    webhook_deliveries,
    webhooks,
)

__all__ = [
    "admins", "answer_sums", "answer_tags", "answers", "api_keys", "audit", "audit_heads", "bounces",
    "button_sightings", "challenges", "channels", "consent_events", "consent_heads", "consent_texts", "consents",
    "conversation_notes", "conversations", "cursors", "decisions", "drops", "endorser_notes", "endorser_tags",
    "endorsers", "facts", "feed_keys", "grants_begun", "invitations", "journal", "leases", "like_counts",
    "like_tags", "likes", "mail_drops", "mail_folders", "mail_names", "mailed_links", "mass_erasure_people", "mass_erasures",
    "merges", "messages", "metadata", "oauth_apps", "opt_ins", "orders", "origin_claims", "outbox",
    "outside_letters", "page_settings", "passkeys", "people_sums", "person_sessions", "product_showings",
    "product_sums", "products", "profile_grants", "profile_links", "prompt_showings", "prompt_turns",
    "prompt_versions", "prompts", "public_pages", "quote_pictures", "quotes", "recovery_codes", "retention", "roles",
    "saved_filters", "saved_replies", "sessions", "share_credits", "share_opens", "shares", "sign_in_links", "site_origins",
    "site_sums", "sites", "subscriptions", "suppressions", "tallies", "topics", "two_factors", "visitors", "visits",
    "webhook_deliveries", "webhooks", "webmentions",
]
