"""The admin's Links to review: profiles that look like link spam, with the reasons; accept, refuse, take back."""

import json

from flask import Response, redirect, request

from afterlike import endorsers, sites
from afterlike.clock import now
from afterlike.errors import NotFound
from afterlike.insight import asked
from afterlike.web import house, page

STATES = ("waiting", "accepted", "refused")
DECISIONS = {"accept": "accepted", "refuse": "refused", "undo": "undone"}


def listing(key: str) -> Response:
    """Profiles in one state of the review, those that wait first."""
    admin, site, role = sites.on_site(key)
    state = asked.one_of("state", STATES, "waiting")
    with house().db.read() as tx:
        rows, counts = endorsers.links_to_review(tx, site.id, state), endorsers.review_counts(tx, site.id)
    reasons = {row.id: json.loads(row.reasons or "[]") for row in rows}
    return page("insight/links.html", site=site, role=role, rows=rows, counts=counts, state=state, states=STATES, reasons=reasons,
                done=asked.one_of("done", tuple(DECISIONS.values()), ""), last=asked.number(request.args.get("link")))


def decide(key: str, link: int) -> Response:
    """Accepts or refuses one, or puts it back to be looked at."""
    admin, site, role = sites.on_site(key, least="editor")
    sites.check_form()
    decision = request.form.get("decision", "")
    done = DECISIONS.get(decision)
    if done is None:
        raise NotFound()
    wish = (site.id, link, decision, admin.id, now())
    sites.audited(admin, site, f"link_{done}", endorsers.review_link, wish, about=link)
    return redirect(f"/admin/sites/{site.key}/people/links?done={done}&link={link}", 303)
