"""Proving a profile by signing in where it is: there and back in the person's own window. Coming back changes nothing."""

import uuid
from urllib.parse import quote

from flask import Response, redirect, request

from afterlike import endorsers
from afterlike.clock import now
from afterlike.endorsers import Client, NotProven, NoWay, Proof, Try, Way
from afterlike.errors import Refused, TooMany
from afterlike.me import guard
from afterlike.web import house

BACK = "/me/grants/back"
LONGEST = 2_000


def begin() -> Response:
    """Finds out how to sign in at what was typed, and shows the way there; going is the person's own press."""
    person, site = guard.changing()
    try:
        house().limits.spend("sign_in", "grant", str(person.channel_id))
    except TooMany:
        raise guard.Told(429, guard.TOO_MANY, person.locale) from None
    try:
        way = endorsers.discovered(request.form.get("place", "")[:LONGEST], house().config.fetch_allow)
        client = _client(way, register=True)
    except NoWay:
        return _said("grant-none")
    state, verifier = endorsers.secrets_of_a_try()
    house().db.write(endorsers.begin_grant, Try(person.id, site.id, way, state, verifier, now()))
    there = endorsers.address_to_sign_in(way, client, state, verifier)
    return guard.untold(guard.page("person/grant.html", person, site, way=way, there=there))


def back() -> Response:
    """The other side sends them here; the button does what is to be done."""
    person, site = guard.signed_in()
    state, code = request.args.get("state", ""), request.args.get("code", "")
    with house().db.read() as tx:
        way = endorsers.open_try(tx, person.id, state[:LONGEST], now())
    if way is None or not 0 < len(code) <= LONGEST:
        return _said("grant-failed")
    given = {"state": state, "code": code, "iss": request.args.get("iss")}
    return guard.untold(guard.page("person/grant_back.html", person, site, way=way, given=given))


def finish() -> Response:
    """Asks the other side who came, once; then the profile is proven and everything else forgotten."""
    person, site = guard.changing()
    form = {name: request.form.get(name, "")[:LONGEST] for name in ("state", "code")}
    taken = house().db.write(endorsers.take_grant, (person.id, form["state"], now()))
    if taken is None or not form["code"]:
        return _said("grant-failed")
    way, verifier = taken
    try:
        url = endorsers.proven(way, _client(way), verifier, form["code"], request.form.get("iss"), house().config.fetch_allow)
    except (NotProven, NoWay):
        if way.way == "mastodon":
            house().db.write(endorsers.drop_app, way.place)
        return _said("grant-failed")
    proof = Proof(person.id, site.id, uuid.uuid4().bytes, url, way.way, way.host, now())
    try:
        house().db.write(endorsers.prove, proof)
    except Refused:
        return _said("many-profiles")
    return _said("grant-proven")


def _client(way: Way, *, register: bool = False) -> Client:
    """Who we are there: a page has us by our address; a server by a registration, made at the first need and kept."""
    ours = house().config.address
    if way.way == "indieauth":
        return Client(f"{ours}/me", None, f"{ours}{BACK}")
    with house().db.read() as tx:
        known = endorsers.app_of(tx, house().keyring, way.place)
    if known is None:
        if not register:
            raise NoWay()
        known = endorsers.registered(way, f"{ours}{BACK}", "Afterlike", ours, house().config.fetch_allow)
        house().db.write(endorsers.keep_app, (house().keyring, way.place, *known, now()))
    return Client(*known, f"{ours}{BACK}")


def _said(said: str) -> Response:
    return redirect(f"/me?said={quote(said)}#profiles", 303)
