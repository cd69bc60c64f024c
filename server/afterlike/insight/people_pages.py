"""The admin's People: find somebody, read their whole story, put tags and notes, make one person of two and back."""

from flask import Response, redirect, request

from afterlike import endorsers, purposes, sites
from afterlike.clock import now
from afterlike.errors import Invalid, NotFound
from afterlike.insight import asked, people, person
from afterlike.web import house, page

DONE = ("tagged", "untagged", "noted", "unnoted", "merged", "parted", "outside")
WRONG = ("tag", "note", "nobody", "proven", "itself")


def listing(key: str) -> Response:
    """Who answered, asked for news or left a profile; filters live in the address."""
    admin, site, role = sites.on_site(key)
    wanted, number = _wanted(site), asked.page_number()
    with house().db.read() as tx:
        rows, total = people.found(tx, site.id, wanted, page=number)
        tags = people.tags_here(tx, site.id)
        to_review = endorsers.review_counts(tx, site.id).get("waiting", 0)
    last = asked.last_page(total, people.PER_PAGE)
    if number > last:
        return asked.to_page(wanted.query(page=last))
    return page("insight/people.html", site=site, role=role, rows=rows, total=total, wanted=wanted, tags=tags, page_number=number,
                last_page=last, called=asked.called, to_review=to_review)


def _wanted(site: sites.Site) -> people.Wanted:
    search = asked.search()
    subject = endorsers.subject(house().keyring, site.id, search.lower()) if "@" in search else None
    return people.Wanted(
        search, *(request.args.get(name) == "1" for name in ("confirmed", "proven", "waiting", "bounced")), asked.search("tag"),
        asked.one_of("sort", people.SORTS, "last"), subject,
    )


def one(key: str, who: int) -> Response:
    """Their story, newest first, and what admins wrote down about them."""
    admin, site, role = sites.on_site(key)
    with house().db.read() as tx:
        if not person.here(tx, site.id, who):
            return _moved(tx, site, who)
        line, links = person.line(tx, who), person.links_of(tx, who)
        values = {
            "story": person.story(tx, site.id, who, site.locale), "notes": endorsers.notes_of(tx, who),
            "verdicts": person.verdicts(tx, who, now()), "merged": endorsers.merged_with(tx, who),
            "browsers": endorsers.browsers_of(tx, who), "newest": person.newest_like(tx, who),
            "message": person.message(tx, site, who, next((link.name for link in links if link.name), None)),
            "returns": endorsers.returns_of(tx, who), "shared": person.shared(tx, who), "longest_note": endorsers.LONGEST_NOTE,
        }
    sites.audit_read(admin, site, "person_read", who)
    return page(
        "insight/person.html", site=site, role=role, who=line, links=links, name=asked.called(line.names, line.product),
        done=asked.one_of("done", DONE, ""), wrong=asked.one_of("wrong", WRONG, ""), why=endorsers.VERDICTS,
        name_of=purposes.name_of, networks=endorsers.NETWORKS, **values,
    )


def _moved(tx, site: sites.Site, who: int) -> Response:
    """Whoever became somebody else's part is found there."""
    if stays := endorsers.merged_into(tx, site.id, who):
        return redirect(f"/admin/sites/{site.key}/people/{stays}", 303)
    raise NotFound()


def tag(key: str, who: int) -> Response:
    """Puts a tag on, or takes one off (`remove`)."""
    admin, site, role = sites.on_site(key, least="editor")
    sites.check_form()
    remove = request.form.get("remove", "")
    noted = endorsers.Noted(site.id, who, remove or request.form.get("tag", ""), now(), admin.id)
    kind, done = ("person_untagged", "untagged") if remove else ("person_tagged", "tagged")
    return _kept(admin, site, who, kind, done, "tag", endorsers.untag if remove else endorsers.tag, noted)


def note(key: str, who: int) -> Response:
    """Keeps a note, or removes one (`remove`)."""
    admin, site, role = sites.on_site(key, least="editor")
    sites.check_form()
    remove = asked.number(request.form.get("remove"))
    if remove is not None:
        return _kept(admin, site, who, "note_removed", "unnoted", "note", endorsers.remove_note, (site.id, who, remove))
    return _kept(admin, site, who, "note_kept", "noted", "note", endorsers.note,
                 endorsers.Noted(site.id, who, request.form.get("note", ""), now(), admin.id))


def _kept(admin: sites.Admin, site: sites.Site, who: int, kind: str, done: str, wrong: str, apply, item) -> Response:
    try:
        sites.audited(admin, site, kind, apply, item, about=who)
    except Invalid:
        return _back(site, who, wrong=wrong)
    return _back(site, who, done=done)


def merge(key: str, who: int) -> Response:
    """Makes one person of this one and another."""
    admin, site, role = sites.on_site(key, least="editor")
    sites.check_form()
    other = asked.number(request.form.get("with"))
    with house().db.read() as tx:
        if not person.here(tx, site.id, who):
            raise NotFound()
        known = other is not None and person.here(tx, site.id, other)
    if not known:
        return _back(site, who, wrong="nobody")
    try:
        wish = endorsers.Merge(site.id, who, other, admin.id, now())
        stays = sites.audited(admin, site, "people_merged", endorsers.merge_people, wish, about=[who, other])
    except Invalid:
        return _back(site, who, wrong="itself" if other == who else "proven")
    return _back(site, stays, done="merged")


def part(key: str, who: int) -> Response:
    """Takes an admin's merge back."""
    admin, site, role = sites.on_site(key, least="editor")
    sites.check_form()
    other = asked.number(request.form.get("with"))
    with house().db.read() as tx:
        if not person.here(tx, site.id, who):
            raise NotFound()
    try:
        sites.audited(admin, site, "people_parted", endorsers.part_people, (site.id, who, other or 0, now()), about=who)
    except NotFound:
        return _back(site, who, wrong="nobody")
    return _back(site, who, done="parted")


def outside(key: str, who: int) -> Response:
    """Notes that somebody was written to on another network; what was written stays there."""
    admin, site, role = sites.on_site(key, least="editor")
    sites.check_form()
    wrote = (site.id, who, request.form.get("network", ""), admin.id, now())
    sites.audited(admin, site, "wrote_outside", endorsers.note_outside, wrote, about=who)
    return _back(site, who, done="outside")


def _back(site: sites.Site, who: int, **said: str) -> Response:
    [(name, value)] = said.items()
    return redirect(f"/admin/sites/{site.key}/people/{who}?{name}={value}", 303)


