"""Stopping all mail: by the link in every letter, by the mail program's own button (RFC 8058), or on one's own page.

The token in the link is the only proof that is asked for: a letter may be years old, and its reader has no cookie of ours.
"""

from flask import Response, redirect, request

from afterlike import endorsers, sites, web
from afterlike.clock import now
from afterlike.endorsers import Stop
from afterlike.me import guard
from afterlike.purposes import BY_MAIL, name_of
from afterlike.web import house


def page(token: str) -> Response:
    """What is mailed, and one button that ends it; or that it has ended, and one that takes it back."""
    return _shown(_channel(token), f"/stop/{token}")


def stop(token: str) -> Response:
    """The button, or the mail program in its stead; twice is the same as once."""
    channel_id = _channel(token)
    if "undo" in request.form:
        house().db.write(endorsers.restart, (channel_id, "stop_page", now()))
        return _shown(channel_id, f"/stop/{token}", undone=True)
    one_click = request.form.get("List-Unsubscribe") == "One-Click"
    house().db.write(endorsers.stop, Stop(channel_id, "one_click_8058" if one_click else "stop_page", now()))
    return _shown(channel_id, f"/stop/{token}")


def my_page() -> Response:
    """The same for whoever is on their own page."""
    person, _ = guard.signed_in()
    return _shown(person.channel_id, "/me/stop", proof=guard.form_proof(), undone=request.args.get("said") == "restarted")


def my_stop() -> Response:
    person, _ = guard.changing()
    if "undo" in request.form:
        done = house().db.write(endorsers.restart, (person.channel_id, "me_page", now()))
        return redirect("/me/stop?said=restarted" if done else "/me/stop", 303)
    house().db.write(endorsers.stop, Stop(person.channel_id, "me_page", now()))
    return redirect("/me/stop", 303)


def _channel(token: str) -> int:
    channel_id = endorsers.channel_of_stop(house().keyring, token)
    if channel_id is None:
        guard.not_here(web.asked_locale())
    return channel_id


def _shown(channel_id: int, action: str, *, proof: str | None = None, undone: bool = False) -> Response:
    """The page as things stand now; nothing of the address is on it, since letters are forwarded."""
    with house().db.read() as tx:
        person = endorsers.person_at(tx, channel_id)
        site = sites.site_of(tx, person.site_id) if person else None
        topics = [name for _, key, name, state in endorsers.topics_of(tx, channel_id) if state == "confirmed"] if person else []
        given = [one.purpose for one in endorsers.consents_of(tx, person.id) if not one.withdrawn_at] if person else []
    locale = person.locale if person else web.asked_locale()
    mailed = [name_of(purpose, locale) for purpose in given if purpose in BY_MAIL]
    return guard.untold(web.page_in(
        locale, "person/stop.html", site=site, shop_url=guard.shop_of(site), person=person, action=action, proof=proof,
        undone=undone, topics=topics, mailed=mailed,
    ))
