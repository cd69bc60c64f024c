"""The people: who they are, how they can be reached, and what they agreed to. `may_contact` is the only gate to a letter."""

from afterlike.endorsers.elsewhere import (
    Client,
    NotProven,
    NoWay,
    Way,
    address_to_sign_in,
    discovered,
    proven,
    registered,
    secrets_of_a_try,
)
from afterlike.endorsers.forget import erase, erase_browser, has_confirmed_address, visitors_of
from afterlike.endorsers.gate import (
    PACES,
    VERDICTS,
    Consent,
    Stop,
    Verdict,
    consents_of,
    may_contact,
    restart,
    set_consents,
    set_pace,
    stop,
)
from afterlike.endorsers.grants import Proof, Try, app_of, drop_app, grants_of, keep_app, open_try, prove, sweep_grants
from afterlike.endorsers.grants import begin as begin_grant
from afterlike.endorsers.grants import take as take_grant
from afterlike.endorsers.ledger import ACTIONS, METHODS, broken, ledger_of
from afterlike.endorsers.link_checks import LIMITS as LINK_LIMITS
from afterlike.endorsers.link_checks import ask_check, check_links
from afterlike.endorsers.links import claim_links, profile_address, publish_link, remove_link
from afterlike.endorsers.mailing import ask_for_link, send_confirmation, send_way_in
from afterlike.endorsers.merging import Browser, browsers_of, undo_merge
from afterlike.endorsers.networks import NETWORKS, typed_door
from afterlike.endorsers.noting import (
    LONGEST_NOTE,
    Noted,
    note,
    notes_of,
    plain_note,
    plain_tag,
    remove_note,
    tag,
    tags_of,
    untag,
)
from afterlike.endorsers.optin import Asked, Confirmed, OptIn, ask, asked_for, confirm, expire, sweep_links
from afterlike.endorsers.outside import note_outside, outside_of
from afterlike.endorsers.people import (
    Links,
    LinkState,
    Person,
    channel_of_stop,
    end_session,
    letter_links,
    link_state,
    person,
    person_at,
    person_named,
    person_of_session,
    plain_address,
    stop_token,
    subject,
    use_link,
)
from afterlike.endorsers.public import PublicPage, keep_page, page_at, page_of
from afterlike.endorsers.publishing import Publishing, record_publishing
from afterlike.endorsers.returns import Returned, Thresholds, envelope_of, returned, returns_of
from afterlike.endorsers.spam import from_hash, links_to_review, review_counts, review_link
from afterlike.endorsers.topics import set_topics, topics_of
from afterlike.endorsers.uniting import Merge, merge_people, merged_into, merged_with, part_people
from afterlike.endorsers.visitors import Visitor, ensure_endorsers, recall, recognise

__all__ = [
    "ACTIONS", "LINK_LIMITS", "LONGEST_NOTE", "METHODS", "NETWORKS", "PACES", "VERDICTS", "Asked", "Browser", "Client",
    "Confirmed", "Consent", "LinkState", "Links", "Merge", "NoWay", "NotProven", "Noted", "OptIn", "Person", "Proof",
    "PublicPage", "Publishing", "Returned", "Stop", "Thresholds", "Try", "Verdict", "Visitor", "Way",
    "address_to_sign_in", "app_of", "ask", "ask_check", "ask_for_link", "asked_for", "begin_grant", "broken",
    "browsers_of", "channel_of_stop", "check_links", "claim_links", "confirm", "consents_of", "discovered",
    "drop_app", "end_session", "ensure_endorsers", "envelope_of", "erase", "erase_browser", "expire", "from_hash",
    "grants_of", "has_confirmed_address", "keep_app", "keep_page", "ledger_of", "letter_links", "link_state",
    "links_to_review", "may_contact", "merge_people", "merged_into", "merged_with", "note", "note_outside",
    "notes_of", "open_try", "outside_of", "page_at", "page_of", "part_people", "person", "person_at",
    "person_named", "person_of_session", "plain_address", "plain_note", "plain_tag", "profile_address", "prove", "proven",
    "publish_link", "recall", "recognise", "record_publishing", "registered", "remove_link", "remove_note",
    "restart", "returned", "returns_of", "review_counts", "review_link", "secrets_of_a_try", "send_confirmation",
    "send_way_in", "set_consents", "set_pace", "set_topics", "stop", "stop_token", "subject", "sweep_grants",
    "sweep_links", "tag", "tags_of", "take_grant", "topics_of", "typed_door", "undo_merge", "untag", "use_link",
    "visitors_of",
]
