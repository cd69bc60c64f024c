"""How somebody proves a profile: a public page of their own, what to put on the profile, a check when they press the button."""

import re

import sqlalchemy as sa
from flask import Response, redirect, request

from afterlike import endorsers, sites, web
from afterlike.clock import now
from afterlike.endorsers import Person
from afterlike.errors import Invalid, TooMany
from afterlike.me import guard, pages, reads
from afterlike.web import house
from afterlike.words import marked, text

LOOK_AGAIN_S = 2
MOST_LOOKS = 20
# What the last check found: code -> sentence; `{detail}` is the host or status, `{url}` the profile.
FOUND = {
    "rel_me":    marked("{url} links back to you with rel=\"me\". It is proven."),
    "actor":     marked("The fields of that profile hold your link. It is proven."),
    "plain":     marked("There is a link to your page, but without rel=\"me\". Add that, and it is proven."),
    "no_link":   marked("We read {url} and found no link to your page."),
    "text":      marked("Your address stands there as text only. Make a link of it."),
    "elsewhere": marked("{url} leads to {detail}, which proves nothing here. Leave that address instead."),
    "status":    marked("{url} answers with the error {detail}. Is the page public?"),
    "unread":    marked("What we got from {url} is not a page that we can read."),
    "away":      marked("{url} did not answer. Try again later."),
    "refused":   marked("We do not open {url}. Use the address of a public page."),
    "somebody":  marked("The profile there says that it is somebody else's."),
}


def look(number: int) -> Response:
    """One profile: how it stands, what to do, and what the last check found. Looks again by itself while one is on its way."""
    person, site = guard.signed_in()
    with house().db.read() as tx:
        link, own = reads.profile_of(tx, person, number), endorsers.page_of(tx, person.id)
    if link is None or link.network:
        guard.not_here(person.locale)
    address = own and house().config.address + own.path
    shown = guard.page(
        "person/proof.html", person, site, link=link, own=own, address=address, notice=pages.notice(person),
        found=found(link, person), waits=waits(link), public=pages.wording_for(pages.PUBLIC, person, site),
    )
    looks = _looks()
    if waits(link) and looks < MOST_LOOKS:
        shown.headers["Refresh"] = f"{LOOK_AGAIN_S}; url=/me/profiles/{number}?looks={looks + 1}"
    return shown


def found(link: sa.Row, person: Person) -> tuple[str, str] | None:
    """(sentence, detail) of the last check."""
    code, _, detail = (link.outcome or "").partition(":")
    return (text(FOUND[code], person.locale), detail) if code in FOUND else None


def waits(link: sa.Row) -> bool:
    """Whether a check was asked for and has not been made yet."""
    return link.checked_at is None and link.due_at is not None


def _looks() -> int:
    typed = request.args.get("looks", "")
    return int(typed) if re.fullmatch(r"\d{1,4}", typed, re.ASCII) else 0


def keep() -> Response:
    """Makes the public page, or changes its name and whether search engines may list it."""
    person, site = guard.changing()
    wording = pages.wording_for(pages.PUBLIC, person, site) if "listed" in request.form else None
    number = request.form.get("link", "")
    back = f"/me/profiles/{number}" if re.fullmatch(r"\d{1,18}", number, re.ASCII) else "/me"
    if wording is not None and request.form.get("text") != wording.sha256.hex():
        return redirect(f"{back}?said=other-words", 303)
    try:
        house().db.write(endorsers.keep_page, (site.id, person.id, request.form.get("name", ""), wording, now()))
    except Invalid:
        return redirect(f"{back}?said=bad-name", 303)
    return redirect(f"{back}?said=page-kept#profiles", 303)


def check(number: int) -> Response:
    """Asks for a check now; the worker makes it."""
    person, _ = guard.changing()
    with house().db.read() as tx:
        link, own = reads.profile_of(tx, person, number), endorsers.page_of(tx, person.id)
    if link is None or link.network or own is None:
        guard.not_here(person.locale)
    try:
        house().limits.spend("profile_check", str(number))
    except TooMany:
        return redirect(f"/me/profiles/{number}?said=not-now", 303)
    house().db.write(endorsers.ask_check, (person.id, number, now()))
    return redirect(f"/me/profiles/{number}", 303)


def public(page: str) -> Response:
    """What everybody sees: the name that somebody chose and the profiles that they proved."""
    with house().db.read() as tx:
        own = endorsers.page_at(tx, page)
        site = own and sites.site_of(tx, own.site_id)
    locale = web.asked_locale(site.locale) if site else web.asked_locale()
    if own is None:
        guard.not_here(locale)
    return web.page_in(locale, "person/public.html", own=own, site=site, shop_url=guard.shop_of(site))
