"""The admin's Mentions: what other pages say of the site's, held until somebody accepts it; and how to be told of them."""

import re

from flask import Response, redirect, request

from afterlike import sites
from afterlike.clock import now
from afterlike.collect import mention_checks, mentions
from afterlike.web import house, page

SHOWN = ("held", "accepted", "refused", "waiting", "wrong", "gone")
DECISIONS = {"accept": "accepted", "refuse": "refused", "undo": "undone"}


def listing(key: str) -> Response:
    """Mentions in one state, those that wait for a decision first; the snippet that lets others tell."""
    admin, site, role = sites.on_site(key)
    state = request.args.get("state", "held")
    state, number = state if state in SHOWN else "held", _number()
    with house().db.read() as tx:
        rows, counts = mentions.mentions_of(tx, site.id, state, number)
    last = max(1, -(-counts.get(state, 0) // mentions.PER_PAGE))
    if number > last:
        return redirect(f"{request.path}?state={state}&page={last}", 303)
    return page("collect/mentions.html", site=site, role=role, rows=rows, counts=counts, state=state, shown=SHOWN,
                page_number=number, last_page=last, endpoint=f"{house().config.address}/webmention/{site.key}",
                done=_done(), problems=mention_checks.PROBLEMS)


def _number() -> int:
    text = request.args.get("page", "")
    return max(1, int(text)) if re.fullmatch(r"\d{1,6}", text, re.ASCII) else 1


def _done() -> str:
    done = request.args.get("done", "")
    return done if done in ("accepted", "refused", "undone", "removed") else ""


def one(key: str, mention: int) -> Response:
    """One mention: where it stands, what it says, what it is about."""
    admin, site, role = sites.on_site(key)
    with house().db.read() as tx:
        row = mentions.mention_of(tx, site.id, mention)
    sites.audit_read(admin, site, "mention_read", mention)
    return page("collect/mention.html", site=site, role=role, row=row, done=_done(), problems=mention_checks.PROBLEMS)


def decide(key: str, mention: int) -> Response:
    """Accepts, refuses, takes the last decision back, or forgets it altogether."""
    admin, site, role = sites.on_site(key, least="editor")
    sites.check_form()
    with house().db.read() as tx:
        row = mentions.mention_of(tx, site.id, mention)
    visitor, decision = mention_checks.stands_for(house(), site.id, row.source), request.form.get("decision", "")
    here = f"/admin/sites/{site.key}/mentions"
    if decision == "remove":
        sites.audited(admin, site, "mention_removed", mentions.remove, (site.id, mention, visitor, now()), about=mention)
        return redirect(f"{here}?done=removed", 303)
    done = DECISIONS.get(decision, "refused")
    wish = (site.id, mention, decision, visitor, now())
    sites.audited(admin, site, f"mention_{done}", mentions.decide, wish, about=mention)
    return redirect(f"{here}/{mention}?done={done}", 303)
