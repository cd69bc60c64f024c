"""The admin's Endorsements: who liked what, when, where, why; find, hold, reject, restore, export."""

import re
import secrets
from collections.abc import Mapping
from datetime import date
from urllib.parse import parse_qsl, urlencode

import sqlalchemy as sa
from flask import Response, redirect, request, stream_with_context

from afterlike import prompts, sheet, show, sites, tables
from afterlike.clock import DAY, SECOND, now
from afterlike.collect import endorsements, export, marks, matching, mentions, moderation, turning
from afterlike.collect.matching import SOURCES, STATES, Filter
from afterlike.collect.screening import REASONS
from afterlike.errors import Invalid, NotFound
from afterlike.sites import counts, says
from afterlike.web import house, page
from afterlike.wire import uuid_text
from afterlike.words import for_admins

MOST_AT_ONCE = 200
LATE = 5 * SECOND
MARKS = {"tag": marks.tag, "untag": marks.untag}
TOLD = ("done", "batch", "told", "n")  # what an address says of the last press, and no filter
NUMBERS = (("liked", for_admins("Likes")), ("answered", for_admins("Answers")), ("linked", for_admins("Profiles left")),
           ("returned", for_admins("Return visits")))


def listing(key: str) -> Response:
    """Each like with product, moment, page, words and person; filters live in the address."""
    admin, site, role = sites.on_site(key)
    wanted, turn = asked(), turning.asked(request.args)
    with house().db.read() as tx:
        rows, here, thorough = endorsements.found(tx, site.id, wanted, turn, locale=site.locale)
        products = endorsements.liked_products(tx, site.id)
        numbers = endorsements.last_days(tx, site.id, now())
        saved, tags, done = marks.filters_of(tx, site.id), marks.tags_of(tx, site.id), _done(tx, site.id)
    if not rows and here.newer and not here.looked_to:  # what stood there is gone
        kept = {name: request.args.get(name) for name in TOLD}
        return redirect(f"{request.path}?{query_of(wanted, **kept)}", 303)
    return page(
        "collect/endorsements.html", site=site, role=role, rows=rows, place=here, thorough=thorough, wanted=wanted,
        products=products, numbers=[(label, *numbers.get(kind, (0, 0))) for kind, label in NUMBERS], states=STATES,
        sources=SOURCES, query=query_of(wanted), done=done, link_to=_query_for(wanted), saved=saved, tags=tags, told=_told(),
        limits=marks, limited=matching, longest_reason=moderation.LONGEST_REASON,
    )


def one(key: str, like: int) -> Response:
    """One like in full, and what else the same person liked."""
    admin, site, role = sites.on_site(key)
    with house().db.read() as tx:
        row = endorsements.one(tx, site.id, like, locale=site.locale)
        others = endorsements.by_the_same(tx, site.id, row, locale=site.locale) if row else []
        more, mention = more_of(tx, like), mentions.mention_behind(tx, like)
        decided, tags, done = moderation.decisions_on(tx, like), marks.tags_of(tx, site.id), _done(tx, site.id)
    if row is None:
        raise NotFound()
    sites.audit_read(admin, site, "endorsement_read", like)
    return page(
        "collect/endorsement.html",
        site=site,
        role=role,
        row=row,
        others=others,
        more=more,
        mention=mention,
        done=done,
        told=_told(),
        tags=tags,
        limits=marks,
        longest_reason=moderation.LONGEST_REASON,
        decided=decided,
        story=story(row, more, decided),
        why=says(prompts.REASONS.get(row.step_reason, "")) if row.step_reason != "due" else says("They were asked."),
        like_id=uuid_text(row.uuid),
    )


def more_of(tx: sa.Connection, like_id: int) -> sa.Row | None:
    """What only the page of one like shows."""
    likes, shown, answers = tables.likes.c, tables.product_showings.c, tables.answers.c
    answered_at = sa.select(sa.func.min(answers.answered_at)).where(answers.like_id == likes.id).scalar_subquery()
    return tx.execute(
        sa.select(likes.position, shown.category, shown.brand, shown.sku, shown.availability, answered_at.label("answered_at"))
        .join_from(tables.likes, tables.product_showings, likes.shown_id == shown.id, isouter=True)
        .where(likes.id == like_id)
    ).first()


def story(row: endorsements.Endorsement, more: sa.Row, decided: list[sa.Row]) -> list[tuple[int, str]]:
    """(moment, what happened), oldest first. The press is told apart from the like where it had to wait to be sent."""
    waited = row.liked_at - row.pressed_at >= LATE
    told = [
        (row.first_seen_at, says("Seen here for the first time")) if row.first_seen_at < row.liked_at else None,
        (row.pressed_at, says("Pressed Like, by their own clock")) if waited else None,
        (row.liked_at, says("The like arrived") if waited else says("Liked it")),
        (more.answered_at, says("Answered")) if more.answered_at else None,
        *((link.claimed_at, says("Left a profile: {host}", host=show.host_of(link.url))) for link in row.links),
        (row.unliked_at, says("Took the like back")) if row.unliked_at else None,
        *((one.decided_at, _decided(one)) for one in decided),
    ]
    return sorted(filter(None, told), key=lambda one: one[0])


def _decided(one: sa.Row) -> str:
    """What an admin decided, by whom and why."""
    what = {"held": says("Held"), "rejected": says("Rejected"), "counted": says("Counted again")}[one.after]
    told = says("{what} by {admin}", what=what, admin=one.email) if one.email else what
    told = says("{what}, as an undo", what=told) if one.decision == "undo" else told
    return f"{told}: {one.reason}" if one.reason else told


def decide(key: str) -> Response:
    """Holds, rejects or restores the ticked likes, and offers to undo it; or undoes it; or puts a tag on them, or off."""
    admin, site, role = sites.on_site(key, least="editor")
    sites.check_form()
    decision, ids = request.form.get("decision", ""), ticked()
    if decision == "erase":
        return _to_erasing(site, ids)
    if decision in MARKS:
        return _mark(admin, site, decision, ids)
    undoes = _batch(request.form.get("batch", "")) if decision == "undo" else None
    if len(ids) > MOST_AT_ONCE or undoes is None and decision not in moderation.DECISIONS:
        raise Invalid(says("Tick up to {most} likes and choose hold, reject or restore.", most=MOST_AT_ONCE))
    batch, reason = secrets.token_bytes(16), " ".join(request.form.get("reason", "").replace("\0", "").split())
    wish = moderation.Decision(site.id, ids, decision, now(), batch, admin.id, reason[:moderation.LONGEST_REASON] or None, undoes)
    changed = sites.audited(admin, site, f"like_{decision}", moderation.decide, wish, about=list)
    return redirect(back(site.key, {"done": decision, "batch": batch.hex() if changed else "none"}), 303)


def _to_erasing(site: sites.Site, ids: tuple[int, ...]) -> Response:
    """The page that says what would go; it changes nothing."""
    if not ids or len(ids) > MOST_AT_ONCE:
        raise Invalid(says("Tick up to {most} likes, then press the button again.", most=MOST_AT_ONCE))
    return redirect(f"/admin/sites/{site.key}/people/erase?likes={','.join(map(str, ids))}", 303)


def _mark(admin: sites.Admin, site: sites.Site, decision: str, ids: tuple[int, ...]) -> Response:
    name = marks.tag_of(request.form.get("tag", ""))
    if not ids or len(ids) > MOST_AT_ONCE:
        raise Invalid(says("Tick up to {most} likes, then press the button again.", most=MOST_AT_ONCE))
    changed = sites.audited(admin, site, f"likes_{decision}", MARKS[decision], (site.id, ids, name), about=_only_if_any)
    if changed == marks.FULL:
        raise Invalid(says("A site has up to {most} tags. Use one that is there.", most=marks.MOST_TAGS))
    return redirect(back(site.key, {"told": decision, "n": changed}), 303)


def _only_if_any(changed: int) -> list | None:
    """For the audit log: one row for all of them, none where nothing was changed."""
    return None if changed > 0 else []


def save_filter(key: str) -> Response:
    """Keeps the filters in force under a name."""
    admin, site, role = sites.on_site(key, least="editor")
    sites.check_form()
    query = query_of(asked(dict(parse_qsl(request.form.get("query", "")[:2000]))))
    if not query:
        raise Invalid(says("Choose a filter first, then save it."))
    kept = sites.audited(admin, site, "filter_saved", marks.save_filter,
                         (site.id, marks.name_of(request.form.get("name", "")), query, now()),
                         about=lambda kept: [kept] if kept != marks.FULL else [])
    if kept == marks.FULL:
        raise Invalid(says("A site keeps up to {most} filters. Delete one that nobody needs.", most=marks.MOST_FILTERS))
    return redirect(f"/admin/sites/{site.key}/endorsements?{query}&told=saved", 303)


def drop_filter(key: str, id: int) -> Response:
    """Forgets a saved filter."""
    admin, site, role = sites.on_site(key, least="editor")
    sites.check_form()
    gone = sites.audited(admin, site, "filter_dropped", marks.drop_filter, (site.id, id), about=lambda gone: [id] if gone else [])
    if not gone:
        raise NotFound()
    return redirect(back(site.key, {"told": "dropped"}), 303)


def ticked() -> tuple[int, ...]:
    """The ids of the ticked likes; what is none is left out."""
    return tuple(int(text) for text in request.form.getlist("like") if text.isascii() and text.isdigit() and len(text) < 19)


def csv(key: str) -> Response:
    """All endorsements that match the filters, as a file."""
    admin, site, role = sites.on_site(key)
    wanted, db = asked(), house().db
    sites.audit_read(admin, site, "endorsements_exported")

    def lines():
        with db.read() as tx:
            yield from export.lines(endorsements.everything(tx, site.id, wanted, locale=site.locale))

    headers = sheet.headers(f"endorsements-{site.key}")
    return Response(stream_with_context(lines()), headers=headers, content_type="text/csv; charset=utf-8")


def refused(key: str) -> Response:
    """What was refused in the last 30 days, by reason."""
    admin, site, role = sites.on_site(key)
    with house().db.read() as tx:
        rows = endorsements.refused(tx, site.id, now())
        nowhere = endorsements.refused(tx, 0, now())
    return page("collect/refused.html", site=site, role=role, rows=rows, nowhere=nowhere, reasons=REASONS, day_ms=DAY)


def asked(args: Mapping[str, str] | None = None) -> Filter:
    """The filter in the address, or in a query that was kept; what cannot be read is left out."""
    args = request.args if args is None else args
    return Filter(
        search=args.get("q", "").strip()[:200].replace("\0", ""),
        product=int(args["product"]) if re.fullmatch(r"\d{1,18}", args.get("product", ""), re.ASCII) else None,
        state=args.get("state") if args.get("state") in STATES else None,
        source=args.get("source") if args.get("source") in SOURCES else None,
        tag=args.get("tag", "").strip()[: marks.LONGEST_TAG].casefold().replace("\0", "") or None,
        since=_day(args.get("since", "")), until=_day(args.get("until", "")),
        answered=args.get("answered") == "1", profile=args.get("profile") == "1",
    )


def _day(text: str) -> date | None:
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if 1970 <= found.year <= 9000 else None


def query_of(wanted: Filter, **more) -> str:
    """The filter as a query string, without what is not asked for."""
    pairs = {
        "q": wanted.search, "product": wanted.product, "state": wanted.state, "source": wanted.source, "tag": wanted.tag,
        "since": wanted.since,
        "until": wanted.until, "answered": "1" if wanted.answered else None, "profile": "1" if wanted.profile else None,
    }
    return urlencode({name: value for name, value in (pairs | more).items() if value})


def _query_for(wanted: Filter):
    return lambda **more: query_of(wanted, **more)


def _done(tx: sa.Connection, site_id: int) -> moderation.Done | None:
    """What the last decision did, with how much of it can be undone; nothing where the address names none."""
    decision, batch = request.args.get("done"), _batch(request.args.get("batch", ""))
    if decision not in (*moderation.DECISIONS, "undo"):
        return None
    return (batch and moderation.done(tx, site_id, batch)) or moderation.Done(decision, 0, 0)


def _batch(text: str) -> bytes | None:
    return bytes.fromhex(text) if re.fullmatch(r"[0-9a-f]{32}", text, re.ASCII) else None


def _told() -> str:
    """What was done to tags and saved filters, as the address says."""
    told = request.args.get("told")
    n = min(int(request.args["n"]), MOST_AT_ONCE) if re.fullmatch(r"\d{1,4}", request.args.get("n", ""), re.ASCII) else 0
    told_of = {
        "tag": counts("{n} like has got the tag.", "{n} likes have got the tag.", n),
        "untag": counts("{n} like has lost the tag.", "{n} likes have lost the tag.", n),
        "saved": says("The filters are saved. Every admin of this site sees them."),
        "dropped": says("The saved filter is deleted."),
    }
    return told_of[told].format(n=n) if told in told_of else ""


def back(key: str, more: dict) -> str:
    """The page the form came from, with the same filters: our own page only."""
    pairs = [(name, value) for name, value in parse_qsl(request.form.get("query", "")[:2000]) if name not in TOLD]
    one = request.form.get("one", "")
    path = f"/admin/sites/{key}/endorsements" + (f"/{int(one)}" if re.fullmatch(r"\d{1,18}", one, re.ASCII) else "")
    return f"{path}?{urlencode([*pairs, *more.items()])}"
