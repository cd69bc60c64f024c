"""Words of somebody's own that a site would like to show: they see exactly which, and allow them, refuse, or take them back.

Where the site asked for a picture too, they may add one, change it and take it away; none is ever needed.
"""

from flask import Response, redirect, request
from werkzeug.exceptions import RequestEntityTooLarge

from afterlike import endorsers, publicity, sites
from afterlike.clock import DAY, now
from afterlike.errors import Invalid, NotFound, TooBig, TooMany
from afterlike.me import guard, pages, reads
from afterlike.publicity import Answered, Picture, Quote
from afterlike.web import house
from afterlike.wire import BODY_CAP
from afterlike.words import text

TIMES = {"3m": 91 * DAY, "1y": 365 * DAY, "3y": 3 * 365 * DAY, "open": None}  # how long, until it is taken back
AT_ONCE = {  # what needs no more than its button, and what is said of it
    "refuse": (publicity.refuse, "quote-refused"),
    "withdraw": (publicity.withdraw, "quote-back"),
    "unpicture": (publicity.set_picture, "quote-unpicture"),
}
LONGEST = 1_000
MOST_FORM = publicity.MOST_BYTES + BODY_CAP
MOST_LEFT_ASIDE = 32 * 1024 * 1024  # of a form that is too large


class _NoPicture(Exception):
    """What was uploaded cannot be taken: which status says so, and which sentence."""

    def __init__(self, status: int, sentence: str):
        self.status, self.sentence = status, sentence
        super().__init__(sentence)


def decide(number: int) -> Response:
    """Allows a quote on the terms of the form, refuses it, takes it back, or changes its picture; in force at once."""
    request.max_content_length = request.max_form_memory_size = MOST_FORM
    person, site = guard.signed_in()
    try:
        guard.changing()
        return _decide(person, site, _quote(person, number), request.form.get("do"))
    except NotFound:
        guard.not_here(person.locale)
    except RequestEntityTooLarge:
        _read_to_the_end()
        return _told(person, site, 413, publicity.TOO_BIG)
    except _NoPicture as wrong:
        return _told(person, site, wrong.status, wrong.sentence, typed=request.form.to_dict(flat=False) | {"quote": number})


def _read_to_the_end() -> None:
    """A browser that is still sending hears no answer; what comes is thrown away piece by piece."""
    for _ in range(MOST_LEFT_ASIDE // BODY_CAP):
        if not request.environ["wsgi.input"].read(BODY_CAP):
            return


def _decide(person: endorsers.Person, site: sites.Site, quote: Quote, what: str | None) -> Response:
    if what == "give":
        return _give(person, site, quote)
    if what == "picture":
        return _show_picture(person, site, quote)
    if what not in AT_ONCE:  # a form that was cut off refuses nothing for good
        raise guard.Told(422, guard.EXPIRED, person.locale)
    verb, said = AT_ONCE[what]
    house().db.write(verb, Answered(person.id, quote.id, now()))
    return _back(said)


def _give(person: endorsers.Person, site: sites.Site, quote: Quote) -> Response:
    wording = pages.wording_of_quote(person, site, picture=quote.picture_asked)
    if request.form.get("text") != wording.sha256.hex():
        return _back("quote-other")
    words, at = _words("words"), now()
    lasts = TIMES.get(request.form.get("time", ""), 0)
    if lasts == 0:
        return _back("quote-bad")
    answered = Answered(
        person.id, quote.id, at, words=words, name=" ".join(_words("name").split()) or None, link_id=_link(person),
        places=tuple(place for place in publicity.PLACES if place in request.form.getlist("place")),
        until_at=None if lasts is None else at + lasts, wording=wording, mark=house().keyring.hashed("quote", words),
        picture=_picture(person, quote),
    )
    try:
        house().db.write(publicity.give, answered)
    except Invalid:
        return _back("quote-bad")
    return _back("quote-given")


def _show_picture(person: endorsers.Person, site: sites.Site, quote: Quote) -> Response:
    """Another picture beside what they let be shown already."""
    wording = pages.wording_of_quote(person, site, picture=True)
    if request.form.get("text") != wording.sha256.hex():
        return _back("quote-other")
    picture = _picture(person, quote)
    if picture is None:
        return _back("quote-no-file")
    house().db.write(publicity.set_picture, Answered(person.id, quote.id, now(), wording=wording, picture=picture))
    return _back("quote-picture")


def _picture(person: endorsers.Person, quote: Quote) -> Picture | None:
    """What was chosen in the form, made small; None where nothing was, or nothing was asked for. Raises _NoPicture."""
    given = request.files.get("picture")
    if not quote.picture_asked or not given or not given.filename:
        return None
    try:
        house().limits.spend("picture", str(person.channel_id))
        return publicity.taken(house().keyring, quote.id, given.read(publicity.MOST_BYTES + 1))
    except TooMany:
        raise guard.Told(429, guard.TOO_MANY, person.locale) from None
    except TooBig as wrong:
        raise _NoPicture(413, wrong.sentence) from None
    except Invalid as wrong:
        raise _NoPicture(422, wrong.sentence) from None


def _quote(person: endorsers.Person, number: int) -> Quote:
    with house().db.read() as tx:
        found = next((one for one in publicity.quotes_of(tx, person.id) if one.id == number), None)
    if found is None:
        raise NotFound()
    return found


def _words(name: str) -> str:
    return publicity.plain(request.form.get(name, ""), LONGEST)


def _link(person: endorsers.Person) -> int | None:
    """One of their own profiles, or none."""
    with house().db.read() as tx:
        return next((link.id for link in reads.profiles_of(tx, person) if str(link.id) == request.form.get("link")), None)


def _told(person: endorsers.Person, site: sites.Site, status: int, sentence: str, *, typed: dict | None = None) -> Response:
    """Their page with the sentence beside the quotes, and with what they had typed."""
    wrong = pages.Notice("quotes", "bad", text(sentence, person.locale))
    return pages.own_page(person, site, wrong, status=status, typed=typed)


def _back(said: str) -> Response:
    return redirect(f"/me?said={said}#{pages.SAID[said][0]}", 303)
