"""The audit log: which admin changed what, and whose data they read. Append-only, hash-chained per site, ids alone.

A change and its row are kept in one transaction (`audited`); a read is recorded once per admin, row and hour
(`audit_read`). What the ids mean says the kind.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from afterlike import chain, db, tables
from afterlike.clock import HOUR, now
from afterlike.errors import AfterlikeError
from afterlike.sites.guard import Admin
from afterlike.sites.store import Site
from afterlike.web import house
from afterlike.writer import Apply

# kind -> which row `about_id` names; templates/sites/audit.html has the words for each.
KINDS = {
    "endorsement_read":      "like",
    "endorsements_exported": None,
    "conversation_read":     "conversation",
    "claimed_likes_read":    "claim",
    "claimed_likes_exported": "claim",
    "audit_exported":        None,
    "like_hold":             "like",
    "like_reject":           "like",
    "like_restore":          "like",
    "like_undo":             "like",
    "likes_tag":             None,
    "likes_untag":           None,
    "filter_saved":          "filter",
    "filter_dropped":        "filter",
    "conversation_begun":    "conversation",
    "message_written":       "message",
    "conversation_open":     "conversation",
    "conversation_closed":   "conversation",
    "conversation_snoozed":  "conversation",
    "conversation_assigned": "conversation",
    "conversation_noted":    "conversation",
    "conversation_unnoted":  "conversation",
    "reply_saved":           "saved_reply",
    "reply_removed":         "saved_reply",
    "mail_tested":           None,
    "mail_looked_up":        None,
    "mail_tried_again":      "mail",
    "notices_changed":       None,
    "origin_claimed":        "claim",
    "claim_checked":         "claim",
    "claim_renewed":         "claim",
    "claim_removed":         "claim",
    "person_read":           "person",
    "person_exported":       "person",
    "person_erased":         "person",
    "browser_erased":        "browser",
    "people_erasure_begun":  "erasure",
    "people_erasure_stopped": "erasure",
    "person_tagged":         "person",
    "person_untagged":       "person",
    "note_kept":             "person",
    "note_removed":          "person",
    "people_merged":         "person",
    "people_parted":         "person",
    "wrote_outside":         "person",
    "link_accepted":         "profile",
    "link_refused":          "profile",
    "link_undone":           "profile",
    "mention_accepted":      "mention",
    "mention_refused":       "mention",
    "mention_undone":        "mention",
    "mention_removed":       "mention",
    "mention_read":          "mention",
    "answer_tagged":         "answer",
    "answer_untagged":       "answer",
    "answers_exported":      None,
    "quote_asked":           "quote",
    "quote_cancelled":       "quote",
    "quote_hidden":          "quote",
    "quote_shown":           "quote",
    "prompt_made":           "prompt",
    "prompt_changed":        "prompt",
    "prompt_moved":          "prompt",
    "prompt_turned":         "prompt",
    "cooldown_changed":      None,
    "site_added":            None,
    "site_changed":          None,
    "origins_changed":       None,
    "looks_changed":         None,
    "privacy_changed":       None,
    "words_changed":         None,
    "retention_changed":     None,
    "api_key_made":          "api_key",
    "api_key_revoked":       "api_key",
    "webhook_made":          "webhook",
    "webhook_changed":       "webhook",
    "webhook_running":       "webhook",
    "webhook_paused":        "webhook",
    "webhook_secret_made":   "webhook",
    "webhook_secret_ended":  "webhook",
    "webhook_tested":        "webhook",
    "webhook_sent_again":    "webhook",
    "webhook_removed":       "webhook",
    "admin_invited":         "invitation",
    "invitation_revoked":    "invitation",
    "invitation_accepted":   "invitation",
    "role_changed":          "admin",
    "admin_removed":         "admin",
    "signed_in":             None,
    "signed_out":            None,
    "password_changed":      None,
    "language_changed":      None,
    "two_factor_begun":      None,
    "two_factor_on":         None,
    "two_factor_off":        None,
    "recovery_codes_made":   None,
    "recovery_code_used":    None,
    "passkey_added":         "passkey",
    "passkey_renamed":       "passkey",
    "passkey_removed":       "passkey",
    "session_ended":         "session",
}

About = int | None | Iterable[int]


def audit(tx: sa.Connection, site_id: int, admin_id: int, kind: str, about: About = None, *, at: int | None = None) -> None:
    """Records within this transaction: one row, or one for each of several ids (none for no id at all)."""
    ids = [about] if about is None or isinstance(about, int) else list(about)
    if not ids:
        return
    head = _head(tx, site_id)
    row = {"site_id": site_id, "admin_id": admin_id, "kind": kind, "at": at or now()}
    kept = list(chain.linked(tables.audit, head.row_hash, [row | {"about_id": one} for one in ids]))
    for one in kept:
        last = tx.scalar(sa.insert(tables.audit).values(one).returning(tables.audit.c.id))
    moved = {"event_id": last, "events": head.events + len(kept), "row_hash": kept[-1]["row_hash"]}
    tx.execute(sa.update(tables.audit_heads).where(tables.audit_heads.c.site_id == site_id).values(moved))


def audit_account(tx: sa.Connection, admin_id: int, kind: str, about: About = None) -> None:
    """What an admin did to their own account, recorded on each of their sites: its owners should know."""
    theirs = sa.select(tables.roles.c.site_id).where(tables.roles.c.admin_id == admin_id).order_by(tables.roles.c.site_id)
    for site_id in tx.scalars(theirs).all():
        audit(tx, site_id, admin_id, kind, about)


def _head(tx: sa.Connection, site_id: int) -> sa.Row:
    """The end of the chain, held until this transaction ends."""
    heads = tables.audit_heads
    tx.execute(db.insert(tx, heads).values(chain.start(site_id)).on_conflict_do_nothing())
    return tx.execute(sa.select(heads).where(heads.c.site_id == site_id).with_for_update()).one()


@dataclass(frozen=True, slots=True)
class _Change:
    """A write of some room's, and what is to be recorded of it."""

    site_id: int
    admin_id: int
    kind: str
    apply: Apply
    item: Any
    about: About | Callable[[Any], About]


def audited(
    admin: Admin, site: Site, kind: str, apply: Apply, item: Any, *, about: About | Callable[[Any], About] = None
) -> Any:
    """`house().db.write(apply, item)` with its row in the same transaction.

    `about` is the id of the row that was changed, several of them, or a function from what `apply` answered to those.
    """
    return house().db.write(_changed, _Change(site.id, admin.id, kind, apply, item, about))


def _changed(tx: sa.Connection, items: list[_Change]) -> list:
    return [_change(tx, item) for item in items]


def _change(tx: sa.Connection, item: _Change) -> Any:
    [answer] = item.apply(tx, [item.item])
    if not isinstance(answer, AfterlikeError):
        about = item.about(answer) if callable(item.about) else item.about
        audit(tx, item.site_id, item.admin_id, item.kind, about)
    return answer


def audit_read(admin: Admin, site: Site, kind: str, about_id: int | None = None) -> None:
    """Records that one person's data was read, or a list of people taken away; once per admin, row and hour."""
    seen = (site.id, admin.id, kind, about_id, now())
    with house().db.read() as tx:
        known = _is_recorded(tx, *seen)
    if not known:
        house().db.write(_reads, seen)


def _reads(tx: sa.Connection, items: list[tuple[int, int, str, int | None, int]]) -> list[None]:
    for site_id, admin_id, kind, about_id, at in items:
        _head(tx, site_id)  # held, so that of two at once one finds the other's row
        if not _is_recorded(tx, site_id, admin_id, kind, about_id, at):
            audit(tx, site_id, admin_id, kind, about_id, at=at)
    return [None] * len(items)


def _is_recorded(tx: sa.Connection, site_id: int, admin_id: int, kind: str, about_id: int | None, at: int) -> bool:
    log = tables.audit.c
    this_hour = (log.site_id == site_id) & (log.at >= at - at % HOUR)
    same = (log.admin_id == admin_id) & (log.kind == kind) & log.about_id.is_not_distinct_from(about_id)
    return tx.scalar(sa.select(sa.exists().where(this_hour & same)))


def audit_broken(tx: sa.Connection, site_id: int) -> str | None:
    """What is wrong with a site's log, with the id of the first wrong row; None when it is whole."""
    return chain.broken(tx, tables.audit, tables.audit_heads, site_id)
