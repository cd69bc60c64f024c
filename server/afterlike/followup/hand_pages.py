"""The admin's hand around a conversation: whose it is, notes beside it, and the site's saved replies."""

import re

from flask import Response, redirect, request

from afterlike import sites
from afterlike.clock import now
from afterlike.errors import Invalid
from afterlike.followup import conversations, hands, saved
from afterlike.web import house, page
from afterlike.words import for_admins

DONE = {"saved": for_admins("Saved."), "removed": for_admins("Removed.")}


def assign(key: str, id: int) -> Response:
    """Gives a conversation to an admin of the site, or to nobody."""
    admin, site, role = sites.on_site(key, least="editor")
    sites.check_form()
    sites.audited(admin, site, "conversation_assigned", hands.assign, (site.id, id, _number("to")), about=id)
    return _back(site, id, "assigned")


def note(key: str, id: int) -> Response:
    """Keeps a note, or removes one (`remove`)."""
    admin, site, role = sites.on_site(key, least="editor")
    sites.check_form()
    if (gone := _number("remove")) is not None:
        sites.audited(admin, site, "conversation_unnoted", hands.remove_note, (site.id, id, gone), about=id)
        return _back(site, id, "unnoted")
    try:
        noted = hands.Noted(site.id, id, admin.id, request.form.get("note", ""), now())
        sites.audited(admin, site, "conversation_noted", hands.note, noted, about=id)
    except Invalid:
        return _back(site, id, "no-note")
    return _back(site, id, "noted")


def replies(key: str) -> Response:
    """The saved replies of a site."""
    admin, site, role = sites.on_site(key)
    return _page(site, role)


def save(key: str) -> Response:
    """Keeps a new saved reply, or changes the one with `id`."""
    admin, site, role = sites.on_site(key, least="editor")
    sites.check_form()
    typed = {name: request.form.get(name, "") for name in ("id", "name", "words")}
    try:
        wish = saved.Saved(site.id, _number("id"), typed["name"], typed["words"], now())
        sites.audited(admin, site, "reply_saved", saved.save, wish, about=int)
    except Invalid as wrong:
        return _page(site, role, typed=typed, wrong=wrong.fields)
    return redirect(f"/admin/sites/{site.key}/conversations/replies?done=saved", 303)


def remove(key: str, reply: int) -> Response:
    """Removes a saved reply; letters that were written with it stay as they are."""
    admin, site, role = sites.on_site(key, least="editor")
    sites.check_form()
    sites.audited(admin, site, "reply_removed", saved.remove, (site.id, reply), about=reply)
    return redirect(f"/admin/sites/{site.key}/conversations/replies?done=removed", 303)


def _page(site: sites.Site, role: str, *, typed: dict | None = None, wrong: dict | None = None) -> Response:
    with house().db.read() as tx:
        found = saved.of_site(tx, site.id)
    return page(
        "followup/replies.html", status=422 if wrong else 200, site=site, role=role, replies=found, places=saved.PLACES,
        typed=typed or {}, wrong=wrong or {}, done=sites.says(DONE.get(request.args.get("done", ""), "")),
        longest=conversations.LONGEST, longest_name=saved.LONGEST_NAME,
    )


def _number(name: str) -> int | None:
    text = request.form.get(name, "")
    return int(text) if re.fullmatch(r"[1-9]\d{0,17}", text, re.ASCII) else None


def _back(site: sites.Site, conversation_id: int, done: str) -> Response:
    return redirect(f"/admin/sites/{site.key}/conversations/{conversation_id}?done={done}", 303)
