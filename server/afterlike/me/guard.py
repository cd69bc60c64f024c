"""Whose page this is: the session of an endorser, the proof in every form of theirs, and what is told to nobody in particular."""

from typing import NoReturn

import sqlalchemy as sa
from flask import Response, g, redirect, request

from afterlike import endorsers, sites, tables, web
from afterlike.clock import DAY, now
from afterlike.endorsers import Person
from afterlike.errors import Refused, TooMany
from afterlike.sites import Site
from afterlike.sites.guard import EXPIRED, cookie
from afterlike.web import house
from afterlike.words import marked, text

COOKIE = "__Host-afterlike-me"
SIGNED_OUT = marked("You are signed out, so nothing was changed. Ask for a new link to your page and do it again.")
TOO_MANY = marked("Too many tries. Wait a few minutes and try again.")
NOT_HERE = marked("There is nothing here under this address.")


class Told(Exception):
    """A person is told something instead of the page; `shown` answers with it, in their language."""

    def __init__(self, status: int, sentence: str, locale: str):
        self.status, self.sentence, self.locale = status, sentence, locale
        super().__init__(sentence)


class EnterFirst(Exception):
    """Nobody is signed in: a page leads to the form for a link, a form is told so."""


def told(raised: Told) -> Response:
    """What Told becomes."""
    shown = web.page_in(raised.locale, "person/told.html", status=raised.status, sentence=text(raised.sentence, raised.locale))
    return untold(shown)


def untold(response: Response) -> Response:
    """The address of this page may hold a token: it is told to no other site."""
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


def ask_to_enter(_raised: EnterFirst) -> Response:
    """What EnterFirst becomes."""
    if request.method in ("GET", "HEAD"):
        return redirect("/me", 303)
    return told(Told(401, SIGNED_OUT, web.asked_locale()))


def person_or_none() -> Person | None:
    """The endorser of the request's session cookie."""
    token = request.cookies.get(COOKIE)
    if not token:
        return None
    if "person" not in g:
        with house().db.read() as tx:
            g.person = endorsers.person_of_session(tx, token, now())
            g.person_site = g.person and sites.site_of(tx, g.person.site_id)
    return g.person


def signed_in() -> tuple[Person, Site]:
    """The endorser and the site that knows them; raises EnterFirst."""
    person = person_or_none()
    if person is None:
        raise EnterFirst
    return person, g.person_site


def form_proof() -> str:
    """The hidden field of every form on one's own page, bound to the session."""
    return house().keyring.proof("me-form", request.cookies[COOKIE])


def changing() -> tuple[Person, Site]:
    """As signed_in, for a form: raises Told unless our page made it for this session."""
    person, site = signed_in()
    if not house().keyring.proves("me-form", request.cookies[COOKIE], request.form.get("proof", "")):
        raise Told(403, EXPIRED, person.locale)
    try:
        house().limits.spend("visitor", "me", str(person.channel_id))
    except TooMany:
        raise Told(429, TOO_MANY, person.locale) from None
    return person, site


def check_form(locale: str) -> None:
    """As sites.check_form, for forms of people who are not signed in; told in their language."""
    if not form_is_ours():
        raise Told(403, EXPIRED, locale)


def form_is_ours() -> bool:
    """Whether the form was made by our page for this browser."""
    try:
        sites.check_form()
    except Refused:
        return False
    return True


def not_here(locale: str) -> NoReturn:
    """The same words for what is not there and what is somebody else's."""
    raise Told(404, NOT_HERE, locale)


def with_session(response: Response, token: str) -> Response:
    cookie(response, COOKIE, token, max_age=house().config.me_days * DAY // 1000)
    return response


def without_session(response: Response) -> Response:
    cookie(response, COOKIE, "", max_age=0)
    return response


def session_ms() -> int:
    return house().config.me_days * DAY


def page(template: str, person: Person, site: Site, *, status: int = 200, **values) -> Response:
    """A page of one's own: in one's language, with the proof for its forms."""
    spoken = {"site": site, "shop_url": shop_of(site), "person": person, "proof": form_proof()}
    return web.page_in(person.locale, template, status=status, **spoken, **values)


def shop_of(site: Site | None) -> str | None:
    """The site's first origin that is a place to go to."""
    plain = sorted((origin for origin in site.origins if "*" not in origin), key=_places) if site else []
    return plain[0] + "/" if plain else None


def _places(origin: str) -> tuple[bool, int, str]:
    return not origin.startswith("https:"), len(origin), origin


def half_hidden(address: str) -> str:
    """An address as its owner recognises it and nobody else learns it: a…@shop.example."""
    local, at, host = address.rpartition("@")
    return f"{local[:1]}…{at}{host}"


def spoken_to(tx: sa.Connection, channel_id: int | None) -> str:
    """The language of a channel; of the browser where there is none."""
    known = channel_id and tx.scalar(sa.select(tables.channels.c.locale).where(tables.channels.c.id == channel_id))
    return known or web.asked_locale()
