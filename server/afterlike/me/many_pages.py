"""The admin's page before many people are erased, and the one that says how far it is; for owners."""

import re
from urllib.parse import parse_qsl, urlencode

from flask import Response, redirect, request

from afterlike import sites
from afterlike.clock import now
from afterlike.collect import endorsements
from afterlike.collect import pages as likes
from afterlike.errors import Invalid, NotFound
from afterlike.me import many
from afterlike.sites import says
from afterlike.web import house, page


def look(key: str) -> Response:
    """What would go and what would stay, in numbers; changes nothing. The choice lives in the address."""
    admin, site, role = sites.on_site(key, least="owner")
    return _page(site, _chosen(site, request.args))


def begin(key: str) -> Response:
    """Erases them, once the number of people was typed; what takes longer goes on by itself."""
    admin, site, role = sites.on_site(key, least="owner")
    sites.check_form()
    chosen = _chosen(site, dict(parse_qsl(request.form.get("query", "")[:8000])))
    with house().db.read() as tx:
        people = many.people_of(tx, chosen)
    if len(people) > many.MOST:
        raise Invalid(says("That are more than {most} people. Choose fewer with a filter, then the others.", most=many.MOST))
    if not people or re.sub(r"[\s.,]", "", request.form.get("people", "")) != str(len(people)):
        return _page(site, chosen, unsure=True)
    wish = many.Beginning(site.id, admin.id, tuple(people), request.form.get("likes_too") == "1", now())
    made = sites.audited(admin, site, "people_erasure_begun", many.begin, wish, about=int)
    many.try_at_once(house(), made)
    return redirect(f"/admin/sites/{site.key}/people/erasures/{made}", 303)


def progress(key: str, erasure: int) -> Response:
    """How many are erased, and how many wait."""
    admin, site, role = sites.on_site(key, least="owner")
    with house().db.read() as tx:
        job = many.progress(tx, site.id, erasure)
    if job is None:
        raise NotFound()
    return page("insight/erasing.html", site=site, role=role, job=job)


def stop(key: str, erasure: int) -> Response:
    """Erases nobody more; who is erased stays so."""
    admin, site, role = sites.on_site(key, least="owner")
    sites.check_form()
    wish = (site.id, erasure, now())
    sites.audited(admin, site, "people_erasure_stopped", many.stop, wish, about=lambda left: [erasure] if left else [])
    return redirect(f"/admin/sites/{site.key}/people/erasures/{erasure}", 303)


def _chosen(site: sites.Site, args) -> endorsements.Chosen:
    """The ticked likes, or all that match filters and had arrived at `upto`; raises Invalid for neither."""
    ids = tuple(int(one) for one in args.get("likes", "").split(",") if re.fullmatch(r"\d{1,18}", one, re.ASCII))
    if ids:
        return endorsements.Chosen(site.id, site.locale, ids[: likes.MOST_AT_ONCE])
    wanted, upto = likes.asked(args), args.get("upto", "")
    if wanted.is_empty:
        raise Invalid(says("Tick likes first, or choose a filter: whoever is erased is chosen by what they liked."))
    with house().db.read() as tx:
        newest = int(upto) if re.fullmatch(r"\d{1,18}", upto, re.ASCII) else endorsements.newest(tx)
    return endorsements.Chosen(site.id, site.locale, wanted=wanted, upto=newest)


def _page(site: sites.Site, chosen: endorsements.Chosen, *, unsure: bool = False) -> Response:
    with house().db.read() as tx:
        preview = many.preview(tx, chosen)
    ticked, matching = urlencode({"likes": ",".join(map(str, chosen.ids))}), likes.query_of(chosen.wanted, upto=chosen.upto)
    back = "" if chosen.ids else f"?{likes.query_of(chosen.wanted)}"
    return page(
        "insight/erase_many.html", status=422 if unsure else 200, site=site, role="owner", preview=preview, back=back,
        unsure=unsure, query=ticked if chosen.ids else matching, by_filter=not chosen.ids,
    )
