"""Sites, their origins and keys, the admins who sign in and what they may do there. Never knows what was liked."""

from afterlike.sites.admins import (
    FIRST_LINK_LIVES,
    add_admin,
    hashed_password,
    join,
    links_for,
    new_sign_in_link,
    send_sign_in_link,
    set_password,
    sweep,
)
from afterlike.sites.checks import check_due
from afterlike.sites.claims import (
    CHECK_LIMITS,
    Claim,
    ask_check,
    claim,
    claim_of,
    claims_of,
    remove_claim,
    renew_token,
    rows_of,
)
from afterlike.sites.guard import (
    Admin,
    SignInFirst,
    admin_or_none,
    check_form,
    form_proof,
    on_site,
    remember_form,
    signed_in,
)
from afterlike.sites.invitations import link_for, send_invitation
from afterlike.sites.lapses import send_lapse
from afterlike.sites.logbook import audit, audit_broken, audit_read, audited
from afterlike.sites.page_line import attributes as page_attributes
from afterlike.sites.page_line import rules as page_rules
from afterlike.sites.page_settings import settings_of
from afterlike.sites.retention import most_days, shorter
from afterlike.sites.second import turn_off_of as turn_off_second_of
from afterlike.sites.served import wants_whole
from afterlike.sites.settings import lines as origin_lines
from afterlike.sites.store import (
    SOMEBODYS,
    Site,
    add_api_key,
    add_site,
    count,
    holder_of,
    note_waiting,
    only_site,
    order_signing_key,
    pattern_of,
    revoke_api_key,
    set_cooldown,
    set_notices,
    set_origins,
    site_by_key,
    site_named,
    site_of,
)
from afterlike.sites.telling import announce, send_paused, send_webhooks
from afterlike.sites.tongue import FILTERS, counts, desk_locale, says
from afterlike.sites.unclaimed import add_unclaimed, claimer_of, forget_empty, unclaimed_site
from afterlike.sites.webhooks import forget as forget_deliveries

__all__ = [
    "CHECK_LIMITS", "FILTERS", "FIRST_LINK_LIVES", "SOMEBODYS", "Admin", "Claim", "SignInFirst", "Site", "add_admin",
    "add_api_key", "add_site", "add_unclaimed", "admin_or_none", "announce", "ask_check", "audit", "audit_broken",
    "audit_read", "audited", "check_due", "check_form", "claim", "claim_of", "claimer_of", "claims_of", "count",
    "counts", "desk_locale", "forget_deliveries", "forget_empty", "form_proof", "hashed_password", "holder_of", "join",
    "link_for", "links_for", "most_days", "new_sign_in_link", "note_waiting", "on_site", "only_site", "order_signing_key",
    "origin_lines", "page_attributes", "page_rules", "pattern_of", "remember_form", "remove_claim", "renew_token",
    "revoke_api_key", "rows_of", "says", "send_invitation", "send_lapse", "send_paused", "send_sign_in_link", "send_webhooks",
    "set_cooldown", "set_notices", "set_origins", "set_password", "settings_of", "shorter", "signed_in", "site_by_key",
    "site_named", "site_of", "sweep", "turn_off_second_of", "unclaimed_site", "wants_whole",
]
