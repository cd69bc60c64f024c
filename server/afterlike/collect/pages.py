"""The admin's Endorsements: who liked what, when, where, why; find, hold, reject, restore, export."""

import re
from datetime import date
from urllib.parse import parse_qsl, urlencode

import sqlalchemy as sa
from flask import Response, redirect, request, stream_with_context

from afterlike import prompts, sheet, show, sites, tables
from afterlike.clock import DAY, SECOND, now
from afterlike.collect import endorsements, export, moderation
from afterlike.collect.endorsements import PER_PAGE, SOURCES, STATES, Filter
from afterlike.collect.screening import REASONS
from afterlike.errors import Invalid, NotFound
from afterlike.web import house, page
from afterlike.wire import uuid_text

MOST_AT_ONCE = 200
LATE = 5 * SECOND
NUMBERS = (("liked", "Likes"), ("answered", "Answers"), ("linked", "Profiles left"), ("returned", "Return visits"))


def listing(key: str) -> Response:
    """Each like with product, moment, page, words and person; filters live in the address."""
    admin, site, role = sites.on_site(key)
    wanted, number = asked(), _page_number()
    with house().db.read() as tx:
        rows, total = endorsements.found(tx, site.id, wanted, page=number, locale=site.locale)
        products = endorsements.liked_products(tx, site.id)
        numbers = endorsements.last_days(tx, site.id, now())
    last = max(1, -(-total // PER_PAGE))
    if number > last:
        kept = {name: request.args.get(name) for name in ("done", "likes")}
        return redirect(f"{request.path}?{_query(wanted, page=last, **kept)}", 303)
    return page(
        "collect/endorsements.html", site=site, role=role, rows=rows, total=total, wanted=wanted, products=products,
        numbers=[(label, *numbers.get(kind, (0, 0))) for kind, label in NUMBERS], page_number=number, last_page=last,
        per_page=PER_PAGE, states=STATES, sources=SOURCES, query=_query(wanted), done=_done(), link_to=_query_for(wanted),
    )


def one(key: str, like: int) -> Response:
    """One like in full, and what else the same person liked."""
    admin, site, role = sites.on_site(key)
    with house().db.read() as tx:
        row = endorsements.one(tx, site.id, like, locale=site.locale)
        others = endorsements.by_the_same(tx, site.id, row, locale=site.locale) if row else []
        more = more_of(tx, like)
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
        done=_done(),
        story=story(row, more),
        why=prompts.REASONS.get(row.step_reason, "") if row.step_reason != "due" else "They were asked.",
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


def story(row: endorsements.Endorsement, more: sa.Row) -> list[tuple[int, str]]:
    """(moment, what happened), oldest first. The press is told apart from the like where it had to wait to be sent."""
    waited = row.liked_at - row.pressed_at >= LATE
    told = [
        (row.first_seen_at, "Seen here for the first time") if row.first_seen_at < row.liked_at else None,
        (row.pressed_at, "Pressed Like, by their own clock") if waited else None,
        (row.liked_at, "The like arrived" if waited else "Liked it"),
        (more.answered_at, "Answered") if more.answered_at else None,
        *((link.claimed_at, f"Left a profile: {show.host_of(link.url)}") for link in row.links),
        (row.unliked_at, "Took the like back") if row.unliked_at else None,
    ]
    return sorted(filter(None, told), key=lambda one: one[0])


def decide(key: str) -> Response:
    """Holds, rejects or restores the ticked likes, and offers to undo it."""
    admin, site, role = sites.on_site(key, least="editor")
    sites.check_form()
    decision = request.form.get("decision", "")
    ids = tuple(int(text) for text in request.form.getlist("like") if text.isascii() and text.isdigit() and len(text) < 19)
    if decision not in moderation.DECISIONS or len(ids) > MOST_AT_ONCE:
        raise Invalid(f"Tick up to {MOST_AT_ONCE} likes and choose hold, reject or restore.")
    wish = moderation.Decision(site.id, ids, decision, now())
    changed = sites.audited(admin, site, f"like_{decision}", moderation.decide, wish, about=list)
    return redirect(_back(site.key, {"done": decision, "likes": ",".join(map(str, changed)) or "none"}), 303)


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


def asked() -> Filter:
    """The filter in the address; what cannot be read is left out."""
    args = request.args
    return Filter(
        search=args.get("q", "").strip()[:200].replace("\0", ""),
        product=int(args["product"]) if re.fullmatch(r"\d{1,18}", args.get("product", ""), re.ASCII) else None,
        state=args.get("state") if args.get("state") in STATES else None,
        source=args.get("source") if args.get("source") in SOURCES else None,
        since=_day(args.get("since", "")), until=_day(args.get("until", "")),
        answered=args.get("answered") == "1", profile=args.get("profile") == "1",
    )


def _day(text: str) -> date | None:
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if 1970 <= found.year <= 9000 else None


def _page_number() -> int:
    text = request.args.get("page", "1")
    return max(1, int(text)) if re.fullmatch(r"\d{1,9}", text, re.ASCII) else 1


def _query(wanted: Filter, **more) -> str:
    """The filter as a query string, without what is not asked for."""
    pairs = {
        "q": wanted.search, "product": wanted.product, "state": wanted.state, "source": wanted.source, "since": wanted.since,
        "until": wanted.until, "answered": "1" if wanted.answered else None, "profile": "1" if wanted.profile else None,
    }
    return urlencode({name: value for name, value in (pairs | more).items() if value})


def _query_for(wanted: Filter):
    return lambda **more: _query(wanted, **more)


def _done() -> dict | None:
    """What the last decision did, read back from the address, with the way to undo it."""
    decision, ids = request.args.get("done"), request.args.get("likes", "")
    if decision not in moderation.DECISIONS:
        return None
    likes = [text for text in ids.split(",") if re.fullmatch(r"\d{1,18}", text, re.ASCII)][:MOST_AT_ONCE]
    return {"decision": decision, "likes": likes, "undo": None if decision == "restore" else "restore"}


def _back(key: str, more: dict) -> str:
    """The page the form came from, with the same filters: our own page only."""
    pairs = [(name, value) for name, value in parse_qsl(request.form.get("query", "")[:2000]) if name not in ("done", "likes")]
    one = request.form.get("one", "")
    path = f"/admin/sites/{key}/endorsements" + (f"/{int(one)}" if re.fullmatch(r"\d{1,18}", one, re.ASCII) else "")
    return f"{path}?{urlencode([*pairs, *more.items()])}"
