"""The people: who they are, how they can be reached, and what they agreed to. `may_contact` is the only gate to a letter."""

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
from afterlike.endorsers.ledger import ACTIONS, METHODS, broken, ledger_of
from afterlike.endorsers.link_checks import LIMITS as LINK_LIMITS
from afterlike.endorsers.link_checks import ask_check, check_links
from afterlike.endorsers.links import claim_links, profile_address, publish_link, remove_link
from afterlike.endorsers.mailing import ask_for_link, send_confirmation, send_way_in
from afterlike.endorsers.merging import Browser, browsers_of, undo_merge
from afterlike.endorsers.networks import NETWORKS, typed_door
from afterlike.endorsers.noting import Noted, note, notes_of, plain_tag, remove_note, tag, tags_of, untag
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
from afterlike.endorsers.returns import Returned, Thresholds, envelope_of, returned, returns_of
from afterlike.endorsers.spam import from_hash, links_to_review, review_counts, review_link
from afterlike.endorsers.topics import set_topics, topics_of
from afterlike.endorsers.uniting import Merge, merge_people, merged_into, merged_with, part_people
from afterlike.endorsers.visitors import Visitor, ensure_endorsers, recall, recognise

__all__ = [
    "ACTIONS", "LINK_LIMITS", "METHODS", "NETWORKS", "PACES", "VERDICTS", "Asked", "Browser", "Confirmed",
    "Consent", "LinkState", "Links", "Merge", "Noted", "OptIn", "Person", "PublicPage", "Returned", "Stop",
    "Thresholds", "Verdict", "Visitor", "ask", "ask_check", "ask_for_link", "asked_for", "broken", "browsers_of",
    "channel_of_stop", "check_links", "claim_links", "confirm", "consents_of", "end_session", "ensure_endorsers",
    "envelope_of", "erase", "erase_browser", "expire", "from_hash", "has_confirmed_address", "keep_page",
    "ledger_of", "letter_links", "link_state", "links_to_review", "may_contact", "merge_people", "merged_into",
    "merged_with", "note", "note_outside", "notes_of", "outside_of", "page_at", "page_of", "part_people", "person",
    "person_at", "person_named", "person_of_session", "plain_address", "plain_tag", "profile_address",
    "publish_link", "recall", "recognise", "remove_link", "remove_note", "restart", "returned", "returns_of",
    "review_counts", "review_link", "send_confirmation", "send_way_in", "set_consents", "set_pace", "set_topics",
    "stop", "stop_token", "subject", "sweep_links", "tag", "tags_of", "topics_of", "typed_door", "undo_merge",
    "untag", "use_link", "visitors_of",
]
