"""The admin's Conversations: the inbox with who waits first, one thread beside who it is with, writing to one person."""

import re
import uuid
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from flask import Response, redirect, request
from marshmallow import ValidationError

from afterlike import endorsers, sites
from afterlike.clock import now
from afterlike.errors import Invalid, NotFound, Refused
from afterlike.followup import conversations, figures, hands, reading, saved
from afterlike.followup.about import About, about
from afterlike.followup.beside import beside
from afterlike.web import house, page
from afterlike.wire import uuid_bytes
from afterlike.words import for_admins

BROKEN_FORM = for_admins("This form is not whole. Go back, reload the page and send it again.")
NO_DAY = for_admins("Choose a day from tomorrow on, within a year.")
LONGEST_SEARCH = 200
WAKES_AT = time(8)  # in the site's time zone
PUT_OFF = timedelta(days=366)


def listing(key: str) -> Response:
    """Conversations of a site, those that wait for an admin first, and what they add up to; filters live in the address."""
    admin, site, role = sites.on_site(key)
    wanted, number = _wanted(site, admin), _number(request.args.get("page", "1")) or 1
    with house().db.read() as tx:
        talks, total = reading.listing(tx, site.id, wanted, page=number)
        told = figures.figures(tx, site.id, now())
    last = max(1, -(-total // reading.PER_PAGE))
    if number > last:
        return redirect(f"{request.path}?{wanted.query(show=wanted.shown, page=last)}", 303)
    return page(
        "followup/conversations.html", site=site, role=role, talks=talks, total=total, wanted=wanted, page_number=number,
        last_page=last, first=(number - 1) * reading.PER_PAGE + 1, figures=told, figure_days=figures.DAYS, me=admin.id,
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
    """The first letter; the form sent twice is one letter. Where somebody else began meanwhile, nothing is sent unseen."""
    admin, site, role = sites.on_site(key, least="editor")
    sites.check_form()
    whom = _about(site, _number(request.form.get("like", "")))
    words = request.form.get("words", "")
    try:
        first = conversations.Beginning(site.id, whom.like_id, admin.id, _uuid(), words, now(), _seen())
        made = sites.audited(admin, site, "conversation_begun", conversations.begin, first, about=int)
    except conversations.Overtaken as wrong:
        return _thread(admin, site, role, wrong.conversation_id, words=words, error=wrong.sentence)
    except (Invalid, Refused) as wrong:
        return _compose(site, role, _about(site, whom.like_id), words=words, error=wrong.sentence)
    return redirect(f"{_path(site, made)}?done=wrote", 303)


def thread(key: str, id: int) -> Response:
    """One conversation, oldest words first; the list beside it, and who it is with."""
    admin, site, role = sites.on_site(key)
    shown = _thread(admin, site, role, id)
    sites.audit_read(admin, site, "conversation_read", id)
    return shown


def write(key: str, id: int) -> Response:
    """A further letter; the form sent twice is one letter, and nothing is sent over words that its writer has not seen."""
    admin, site, role = sites.on_site(key, least="editor")
    sites.check_form()
    words = request.form.get("words", "")
    try:
        further = conversations.Letter(site.id, id, admin.id, _uuid(), words, now(), _seen())
        made = sites.audited(admin, site, "message_written", conversations.write, further, about=int)
    except (Invalid, Refused) as wrong:
        return _thread(admin, site, role, id, words=words, error=wrong.sentence)
    return redirect(_to(site, id, "wrote", f"#message-{made}"), 303)


def turn(key: str, id: int) -> Response:
    """Closes a conversation, puts it off until a day, or opens it again."""
    admin, site, role = sites.on_site(key, least="editor")
    sites.check_form()
    state = request.form.get("state", "")
    if state not in conversations.STATES:
        raise Invalid(BROKEN_FORM)
    try:
        until = _morning(site, request.form.get("until", "")) if state == "snoozed" else None
    except Invalid as wrong:
        return _thread(admin, site, role, id, error=wrong.sentence)
    wish = conversations.Turned(site.id, id, state, now(), until)
    sites.audited(admin, site, f"conversation_{state}", conversations.turn, wish, about=id)
    return redirect(_to(site, id, state), 303)


def _morning(site: sites.Site, typed: str) -> int:
    """When a conversation that is put off until this day comes back; raises Invalid."""
    zone = ZoneInfo(site.time_zone)
    today = datetime.fromtimestamp(now() / 1000, zone).date()
    try:
        day = date.fromisoformat(typed)
    except ValueError:
        raise Invalid(NO_DAY) from None
    if not today < day <= today + PUT_OFF:
        raise Invalid(NO_DAY)
    return int(datetime.combine(day, WAKES_AT, zone).timestamp() * 1000)


def _compose(site: sites.Site, role: str, whom: About, *, words: str = "", error: str | None = None) -> Response:
    with house().db.read() as tx:
        earlier = reading.conversations_of(tx, whom.endorser_id) if whom.endorser_id else []
        replies = saved.of_site(tx, site.id)
    places = {"name": whom.name, "product": whom.product, "site": site.name, "me": ""}
    return page(
        "followup/compose.html", status=422 if error else 200, site=site, role=role, whom=whom, earlier=earlier, words=words,
        error=error, uuid=_form_uuid(), longest=conversations.LONGEST, seen=0, replies=_filled(replies, places),
    )


def _thread(
    admin: sites.Admin, site: sites.Site, role: str, conversation_id: int, *, words: str = "", error: str | None = None
) -> Response:
    wanted, number = _wanted(site, admin), _number(request.args.get("page", "1")) or 1
    with house().db.read() as tx:
        talk = reading.thread(tx, site.id, conversation_id)
        if talk is None:
            raise NotFound()
        talks, total = reading.listing(tx, site.id, wanted, page=number)
        verdict = endorsers.may_contact(tx, talk.endorser_id, "email", "follow_up", now=now())
        values = {
            "who": beside(tx, site.id, talk.endorser_id, site.locale), "notes": hands.notes_of(tx, talk.id),
            "admins": hands.admins_of(tx, site.id), "replies": saved.of_site(tx, site.id),
        }
    values["replies"] = _filled(values["replies"], {
        "name": talk.names[0] if talk.names else "", "product": talk.product or "", "site": site.name,
        "me": admin.email.partition("@")[0],
    })
    return page(
        "followup/thread.html", status=422 if error else 200, site=site, role=role, talk=talk, talks=talks, total=total,
        wanted=wanted, page_number=number, words=words, may=bool(verdict), why_not=endorsers.VERDICTS[verdict.reason],
        verdicts=endorsers.VERDICTS, error=error, uuid=_form_uuid(), longest=conversations.LONGEST, seen=talk.newest.id,
        done=request.args.get("done"), me=admin.id, longest_note=endorsers.LONGEST_NOTE, **_days(site), **values,
    )


def _days(site: sites.Site) -> dict[str, str]:
    """The first and last day until which a conversation can be put off, and the one that is offered."""
    today = datetime.fromtimestamp(now() / 1000, UTC).astimezone(ZoneInfo(site.time_zone)).date()
    return {"tomorrow": (today + timedelta(days=1)).isoformat(), "last_day": (today + PUT_OFF).isoformat()}


def _filled(replies: list, places: dict[str, str]) -> list[dict]:
    return [{"id": row.id, "name": row.name, "words": saved.filled(row.words, places)} for row in replies]


def _wanted(site: sites.Site, admin: sites.Admin) -> reading.Wanted:
    """The filters of the address."""
    shown = request.args.get("show", "all")
    search = request.args.get("q", "").replace("\0", "").strip()[:LONGEST_SEARCH]
    subject = endorsers.subject(house().keyring, site.id, search.lower()) if "@" in search else None
    return reading.Wanted(shown if shown in reading.SHOWN else "all", search, admin.id, subject)


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


def _seen() -> int | None:
    """The newest message that was on the page of the form, 0 for none."""
    text = request.form.get("seen", "")
    return int(text) if re.fullmatch(r"\d{1,18}", text, re.ASCII) else None


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


def _to(site: sites.Site, conversation_id: int, done: str, place: str = "") -> str:
    return f"{_path(site, conversation_id)}?done={done}{place}"
