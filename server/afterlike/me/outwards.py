"""What somebody takes outwards from their own page: a feed of their own."""

from flask import Response, redirect, request

from afterlike import publicity
from afterlike.clock import now
from afterlike.me import guard
from afterlike.web import house


def set_feed() -> Response:
    """Makes an address for their own feed, a new one in its place, or ends it."""
    person, site = guard.changing()
    wanted = request.form.get("do") != "end"
    house().db.write(publicity.set_feed, (person.id, site.id, wanted, now()))
    return redirect(f"/me?said={'feed-made' if wanted else 'feed-ended'}#feed", 303)
