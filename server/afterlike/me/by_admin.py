"""What an owner does for somebody who asks them to: a copy of everything that is kept, and erasing it. The same as on `/me`."""

import sqlalchemy as sa
from flask import Response, redirect, request

from afterlike import endorsers, erasure, sites, tables
from afterlike.clock import now
from afterlike.errors import NotFound
from afterlike.insight import asked, person
from afterlike.me import everything
from afterlike.web import house, page


def export(key: str, who: int) -> Response:
    """The file that the person would get; it holds their address, so it is for owners."""
    admin, site, role = sites.on_site(key, least="owner")
    with house().db.read() as tx:
        _must_be_here(tx, site, who)
    sites.audit_read(admin, site, "person_exported", who)
    with house().db.read() as tx:
        text = everything.written(tx, endorsers.person(tx, who) or _without_address(site, who), site, now())
    headers = {"Content-Disposition": f'attachment; filename="person-{who}.json"', "Cache-Control": "no-store"}
    return Response(text, headers=headers, mimetype="application/json")


def _without_address(site: sites.Site, who: int) -> endorsers.Person:
    """Somebody who left answers or a profile only."""
    return endorsers.Person(who, site.id, 0, "", "unconfirmed", site.locale, "each", None, None, b"")


def erase_page(key: str, who: int) -> Response:
    """What will go and what will stay; changes nothing."""
    admin, site, role = sites.on_site(key, least="owner")
    with house().db.read() as tx:
        _must_be_here(tx, site, who)
        preview, line = dict(erasure.preview(tx, site.id, who)), person.line(tx, who)
        notes = tables.endorser_notes
        preview["notes"] = tx.scalar(sa.select(sa.func.count()).select_from(notes).where(notes.c.endorser_id == who))
    preview["tags"] = len(line.tags)
    return page("insight/erase.html", site=site, role=role, who=line, preview=preview,
                name=asked.called(line.names, line.product), unsure=request.args.get("unsure") == "1")


def erase(key: str, who: int) -> Response:
    """Erases them, as `afterlike erase` does; the box must be ticked."""
    admin, site, role = sites.on_site(key, least="owner")
    sites.check_form()
    with house().db.read() as tx:
        _must_be_here(tx, site, who)
    here = f"/admin/sites/{site.key}/people"
    if request.form.get("sure") != "1":
        return redirect(f"{here}/{who}/erase?unsure=1", 303)
    wish = (site.id, who, request.form.get("likes") == "1", "admin_on_request", f"admin:{admin.id}", now())
    sites.audited(admin, site, "person_erased", erasure.erased, wish, about=who)
    house().db.scrub()
    return redirect(f"{here}?done=erased", 303)


def _must_be_here(tx: sa.Connection, site: sites.Site, who: int) -> None:
    if not person.here(tx, site.id, who):
        raise NotFound()
