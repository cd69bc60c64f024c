"""The admin's Conversations: who waits for an answer, writing to one person, the thread with them."""

import re
import uuid

from flask import Response, redirect, request
from marshmallow import ValidationError

from afterlike import endorsers, sites
from afterlike.clock import now
from afterlike.errors import Invalid, NotFound, Refused
from afterlike.followup import conversations, reading
from afterlike.followup.about import About, about, consent_of
from afterlike.web import house, page
from afterlike.wire import uuid_bytes
from afterlike.words import for_admins

BROKEN_FORM = for_admins("This form is not whole. Go back, reload the page and send it again.")


def listing(key: str) -> Response:
    """Conversations of a site, those that wait for an admin first."""
    admin, site, role = sites.on_site(key)
    wanted = request.args.get("show", "all")
    shown, number = wanted if wanted in reading.SHOWN else "all", _number(request.args.get("page", "1")) or 1
    with house().db.read() as tx:
        talks, total = reading.listing(tx, site.id, shown, page=number)
    last = max(1, -(-total // reading.PER_PAGE))
    if number > last:
        return redirect(f"{request.path}?show={shown}&page={last}", 303)
    return page(
        "followup/conversations.html", site=site, role=role, talks=talks, total=total, shown=shown, page_number=number,
        last_page=last, first=(number - 1) * reading.PER_PAGE + 1,
    )


def compose(key: str) -> Response:
    """Who likes this, whether they may be written to, and room to write; the thread, where one is going on already."""
    admin, site, role = sites.on_site(key, least="editor")
    whom = _about(site, _number(request.args.get("like", "")))
    with house().db.read() as tx:
        going_on = whom.endorser_id and conversations.open_with(tx, whom.endorser_id)
    if going_on:
        return redirect(_path(site, going_on), 303)
    sites.audit_read(admin, site, "endorsement_read", whom.like_id)
    return _compose(site, role, whom)


def begin(key: str) -> Response:
    """The first letter; the form sent twice is one letter."""
    admin, site, role = sites.on_site(key, least="editor")
    sites.check_form()
    whom = _about(site, _number(request.form.get("like", "")))
    words = request.form.get("words", "")
    try:
        first = conversations.Beginning(site.id, whom.like_id, admin.id, _uuid(), words, now())
        made = sites.audited(admin, site, "conversation_begun", conversations.begin, first, about=int)
    except (Invalid, Refused) as wrong:
        return _compose(site, role, _about(site, whom.like_id), words=words, error=wrong.sentence)
    return redirect(f"{_path(site, made)}?done=wrote", 303)


def thread(key: str, id: int) -> Response:
    """One conversation, oldest words first."""
    admin, site, role = sites.on_site(key)
    shown = _thread(site, role, id)
    sites.audit_read(admin, site, "conversation_read", id)
    return shown


def write(key: str, id: int) -> Response:
    """A further letter; the form sent twice is one letter."""
    admin, site, role = sites.on_site(key, least="editor")
    sites.check_form()
    words = request.form.get("words", "")
    try:
        further = conversations.Letter(site.id, id, admin.id, _uuid(), words, now())
        made = sites.audited(admin, site, "message_written", conversations.write, further, about=int)
    except (Invalid, Refused) as wrong:
        return _thread(site, role, id, words=words, error=wrong.sentence)
    return redirect(f"{_path(site, id)}?done=wrote#message-{made}", 303)


def turn(key: str, id: int) -> Response:
    """Closes a conversation, or opens it again."""
    admin, site, role = sites.on_site(key, least="editor")
    sites.check_form()
    state = request.form.get("state", "")
    if state not in conversations.STATES:
        raise Invalid(BROKEN_FORM)
    wish = conversations.Turned(site.id, id, state, now())
    sites.audited(admin, site, f"conversation_{state}", conversations.turn, wish, about=id)
    return redirect(f"{_path(site, id)}?done={state}", 303)


def _compose(site: sites.Site, role: str, whom: About, *, words: str = "", error: str | None = None) -> Response:
    with house().db.read() as tx:
        earlier = reading.conversations_of(tx, whom.endorser_id) if whom.endorser_id else []
    return page(
        "followup/compose.html", status=422 if error else 200, site=site, role=role, whom=whom, earlier=earlier, words=words,
        error=error, uuid=_form_uuid(), longest=conversations.LONGEST,
    )


def _thread(site: sites.Site, role: str, conversation_id: int, *, words: str = "", error: str | None = None) -> Response:
    with house().db.read() as tx:
        talk = reading.thread(tx, site.id, conversation_id)
        if talk is None:
            raise NotFound()
        verdict = endorsers.may_contact(tx, talk.endorser_id, "email", "follow_up", now=now())
        consent = consent_of(tx, talk.endorser_id)
    return page(
        "followup/thread.html", status=422 if error else 200, site=site, role=role, talk=talk, consent=consent, words=words,
        may=bool(verdict), why_not=endorsers.VERDICTS[verdict.reason], verdicts=endorsers.VERDICTS, error=error,
        uuid=_form_uuid(), longest=conversations.LONGEST, done=request.args.get("done"),
    )


def _about(site: sites.Site, like_id: int | None) -> About:
    if like_id is None:
        raise NotFound()
    with house().db.read() as tx:
        found = about(tx, site.id, like_id, locale=site.locale, now=now())
    if found is None:
        raise NotFound()
    return found


def _number(text: str) -> int | None:
    return int(text) if re.fullmatch(r"[1-9]\d{0,17}", text, re.ASCII) else None


def _uuid() -> bytes:
    """The form's own id."""
    try:
        return uuid_bytes(request.form.get("uuid", ""))
    except ValidationError:
        raise Invalid(BROKEN_FORM) from None


def _form_uuid() -> str:
    """A form that comes back with an error keeps its id: nothing was kept under it."""
    sent = request.form.get("uuid", "")
    try:
        return str(uuid.UUID(bytes=uuid_bytes(sent)))
    except ValidationError:
        return str(uuid.uuid4())


def _path(site: sites.Site, conversation_id: int) -> str:
    return f"/admin/sites/{site.key}/conversations/{conversation_id}"
