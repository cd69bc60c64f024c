"""How somebody comes in: the button that confirms, the button that enters, the form for a new link; and out again.

Mail scanners follow every link, so opening a page changes nothing; only the button does. Nobody is ever told whether an
address is known.
"""

import sqlalchemy as sa
from flask import Response, redirect, request

from afterlike import endorsers, sites, tables, web
from afterlike.clock import now
from afterlike.errors import Invalid, TooMany
from afterlike.me import guard
from afterlike.sites import Site
from afterlike.web import house, network, peer
from afterlike.words import marked, text

LONGEST = 300  # of what is typed for a shop; what is longer names none
GONE = {  # why a link does not open: (heading, sentence)
    "used":    (marked("This link was used already"),
                marked("Each link works once. Ask for a new one, and we mail you a way to your page.")),
    "ended":   (marked("This link is too old"),
                marked("Ask for a new one, and we mail it to you.")),
    "unknown": (marked("This link is not complete"),
                marked("Perhaps your mail program cut it. Copy the whole link from the letter, or ask for a new one.")),
}


def confirm_page(token: str) -> Response:
    """What would be confirmed, and one button."""
    with house().db.read() as tx:
        state = endorsers.link_state(tx, token, "confirm", now())
        locale, site = guard.spoken_to(tx, state.channel_id), _site_of(tx, state)
        asked = endorsers.asked_for(tx, state.channel_id) if state.state == "open" else None
    if asked is None:
        return gone(state.state, locale, site)
    hidden = guard.half_hidden(asked.address)
    return guard.untold(web.page_in(locale, "person/confirm.html", token=token, site=site, shop_url=guard.shop_of(site),
                               asked=asked, address=hidden))


def confirm(token: str) -> Response:
    """The button: the address is proved, and what was asked for is in force; the token is the proof of that.

    Their own page opens only for the browser that the button was shown to: nobody signs a stranger in by a link.
    """
    with house().db.read() as tx:
        state = endorsers.link_state(tx, token, "confirm", now())
        locale, site = guard.spoken_to(tx, state.channel_id), _site_of(tx, state)
    confirmed = house().db.write(endorsers.confirm, (token, now(), guard.session_ms()))
    if confirmed is None:
        return gone("used" if state.state == "open" else state.state, locale, site)
    done = web.page_in(locale, "person/confirmed.html", site=site, shop_url=guard.shop_of(site))
    return guard.untold(guard.with_session(done, confirmed.session_token) if guard.form_is_ours() else done)


def enter_page(token: str) -> Response:
    """One button that leads to one's own page."""
    with house().db.read() as tx:
        state = endorsers.link_state(tx, token, "me", now())
        locale, site = guard.spoken_to(tx, state.channel_id), _site_of(tx, state)
    if state.state != "open":
        return gone(state.state, locale, site)
    return guard.untold(web.page_in(locale, "person/enter.html", token=token, site=site, shop_url=guard.shop_of(site)))


def enter(token: str) -> Response:
    """The button: this browser is signed in."""
    with house().db.read() as tx:
        state = endorsers.link_state(tx, token, "me", now())
        locale, site = guard.spoken_to(tx, state.channel_id), _site_of(tx, state)
    guard.check_form(locale)
    session = house().db.write(endorsers.use_link, (token, now(), guard.session_ms()))
    if session is None:
        return gone("used" if state.state == "open" else state.state, locale, site)
    return guard.untold(guard.with_session(redirect("/me", 303), session))


def gone(state: str, locale: str, site: Site | None) -> Response:
    """A link that does not open, told in plain words, with the form for a new one."""
    heading, sentence = (text(part, locale) for part in GONE[state])
    return guard.untold(asking(locale, site, heading=heading, sentence=sentence, status=410))


def ask_page() -> Response:
    """The form for a link, for whoever is not signed in."""
    with house().db.read() as tx:
        site = sites.site_named(tx, request.args.get("site", "")[:LONGEST]) or sites.only_site(tx)
    return asking(web.asked_locale(), site)


def ask() -> Response:
    """Mails a way in, if there is anything for this address there; the answer is the same either way."""
    locale = web.asked_locale()
    guard.check_form(locale)
    typed, shop = request.form.get("address", ""), request.form.get("site", "")[:LONGEST]
    with house().db.read() as tx:
        site = site_meant(tx, shop)
        known = sites.site_named(tx, shop) or sites.only_site(tx)  # what the form may show without telling anything new
    try:
        address = endorsers.plain_address(typed, locale)
        _spend(address)
    except Invalid as unfit:
        return asking(locale, known, wrong=unfit.sentence, address=typed, shop=shop, status=422)
    except TooMany as many:
        refused = asking(locale, known, wrong=text(guard.TOO_MANY, locale), address=typed, shop=shop, status=429)
        refused.headers["Retry-After"] = str(many.retry_after)
        return refused
    if site is not None:
        subject = endorsers.subject(house().keyring, site.id, address)
        house().db.write(endorsers.ask_for_link, (site.id, subject, now()))
    return web.page_in(locale, "person/asked.html", site=known, shop_url=guard.shop_of(known))


def asking(locale: str, site: Site | None, *, status: int = 200, **values) -> Response:
    """The form for a link; `heading`, `sentence`, `wrong`, `address` and `shop` where there are some."""
    return web.page_in(locale, "person/ask.html", status=status, site=site, shop_url=guard.shop_of(site), **values)


def site_meant(tx: sa.Connection, typed: str) -> Site | None:
    """The site whose key this is, or that has this host registered; the only one where nothing is typed."""
    typed = typed.strip()
    if not typed:
        return sites.only_site(tx)
    if known := sites.site_named(tx, typed):
        return known
    origins = tables.site_origins.c
    host = typed.lower().removeprefix("https://").removeprefix("http://").partition("/")[0]
    if "\0" in host:
        return None
    names = (host, f"www.{host}", host.removeprefix("www."), f"*.{host}", f"*.{host.partition('.')[2]}")
    wanted = [f"{scheme}://{name}" for scheme in ("https", "http") for name in names]
    site_id = tx.scalar(sa.select(origins.site_id).where(origins.origin.in_(wanted)).order_by(origins.site_id).limit(1))
    return site_id and sites.site_of(tx, site_id)


def sign_out() -> Response:
    guard.changing()
    house().db.write(endorsers.end_session, request.cookies[guard.COOKIE])
    return guard.without_session(redirect("/me", 303))


def _site_of(tx: sa.Connection, state) -> Site | None:
    return sites.site_of(tx, state.site_id) if state.site_id else sites.only_site(tx)


def _spend(address: str) -> None:
    limits = house().limits
    limits.spend("sign_in", "me", "address", address)
    limits.spend("sign_in", "me", "network", network(peer(request)) or "loopback")
