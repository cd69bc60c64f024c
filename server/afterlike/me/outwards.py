"""What somebody takes outwards from their own page: a feed of their own, links to what they like."""

import uuid

from flask import Response, redirect, request

from afterlike import publicity
from afterlike.clock import now
from afterlike.errors import NotFound, Refused
from afterlike.me import guard
from afterlike.web import house
from afterlike.wire import UUID


def set_feed() -> Response:
    """Makes an address for their own feed, a new one in its place, or ends it."""
    person, site = guard.changing()
    wanted = request.form.get("do") != "end"
    house().db.write(publicity.set_feed, (person.id, site.id, wanted, now()))
    return redirect(f"/me?said={'feed-made' if wanted else 'feed-ended'}#feed", 303)


def share(like: str) -> Response:
    """Makes a link to something they like, or shows the one there is."""
    person, site = guard.changing()
    if not UUID.fullmatch(like):
        guard.not_here(person.locale)
    try:
        house().db.write(publicity.make_share, (site.id, person.id, uuid.UUID(like).bytes, now()))
    except NotFound:
        guard.not_here(person.locale)
    except Refused:
        return redirect("/me?said=many-shares#shares", 303)
    return redirect("/me?said=shared#shares", 303)


def end_share(number: int) -> Response:
    """The link leads nowhere any more."""
    person, _ = guard.changing()
    if not house().db.write(publicity.end_share, (person.id, number, now())):
        guard.not_here(person.locale)
    return redirect("/me?said=share-ended#shares", 303)
