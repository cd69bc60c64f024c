"""Words of somebody's own that a site would like to show: they see exactly which, and allow them, refuse, or take them back."""

from flask import Response, redirect, request

from afterlike import endorsers, publicity, sites
from afterlike.clock import DAY, now
from afterlike.errors import Invalid, NotFound
from afterlike.me import guard, pages, reads
from afterlike.publicity import Answered
from afterlike.web import house

TIMES = {"3m": 91 * DAY, "1y": 365 * DAY, "3y": 3 * 365 * DAY, "open": None}  # how long, until it is taken back
LONGEST = 1_000


def decide(number: int) -> Response:
    """Allows a quote on the terms of the form, refuses it, or takes it back; in force at once."""
    person, site = guard.changing()
    what = request.form.get("do")
    try:
        if what == "give":
            return _give(person, site, number)
        verb, said = (publicity.withdraw, "quote-back") if what == "withdraw" else (publicity.refuse, "quote-refused")
        house().db.write(verb, Answered(person.id, number, now()))
    except NotFound:
        guard.not_here(person.locale)
    return _back(said)


def _give(person: endorsers.Person, site: sites.Site, number: int) -> Response:
    wording = pages.wording_of_quote(person, site)
    if request.form.get("text") != wording.sha256.hex():
        return _back("quote-other")
    words, at = _words("words"), now()
    lasts = TIMES.get(request.form.get("time", ""), 0)
    answered = Answered(
        person.id, number, at, words=words, name=" ".join(_words("name").split()) or None, link_id=_link(person),
        places=tuple(place for place in publicity.PLACES if place in request.form.getlist("place")),
        until_at=None if lasts is None else at + lasts, wording=wording, mark=house().keyring.hashed("quote", words),
    )
    if lasts == 0:
        return _back("quote-bad")
    try:
        house().db.write(publicity.give, answered)
    except Invalid:
        return _back("quote-bad")
    return _back("quote-given")


def _words(name: str) -> str:
    return publicity.plain(request.form.get(name, ""), LONGEST)


def _link(person: endorsers.Person) -> int | None:
    """One of their own profiles, or none."""
    with house().db.read() as tx:
        return next((link.id for link in reads.profiles_of(tx, person) if str(link.id) == request.form.get("link")), None)


def _back(said: str) -> Response:
    return redirect(f"/me?said={said}#{pages.SAID[said][0]}", 303)
