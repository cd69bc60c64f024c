"""`/w.js`: the widget of today, and with `?site=` after the line that brings this site's settings."""

from typing import NamedTuple

from flask import Response, request

from afterlike import assets
from afterlike.clock import DAY, now
from afterlike.errors import Unavailable
from afterlike.sites.page_line import attributes, line
from afterlike.sites.page_settings import settings_of
from afterlike.sites.store import Site, memory, site_named
from afterlike.web import House, house

WAITED_DAYS = 90  # for which a page's waiting is remembered, and a new site's pages are taken to wait


class Told(NamedTuple):
    """What `/w.js` tells a site's pages."""

    line: str
    whole: bool  # with the parts that its pages would wait for otherwise


NOBODY = Told("", False)  # to a key that is no site's


def widget() -> Response:
    """An unknown key gets the plain widget, as no key does: its likes are refused, where that can be told."""
    key = request.args.get("site", "")
    told = told_of(house(), key) if key else NOBODY
    return assets.widget(told.line, whole=told.whole)


def told_of(here: House, key: str) -> Told:
    """As it was at most two seconds ago.

    While the database does not answer, the last line this process knew stands in: a plain widget might remember what an
    owner wants forgotten. Raises Unavailable where there is none.
    """
    remembered, last = memory(here, "page_lines"), here.state.setdefault("last_lines", {})
    told = remembered.get(key)
    if told is None:
        try:
            told = _read(here, key)
        except Unavailable:
            if key not in last:
                raise
            return last[key]
        if told.line:
            remembered.keep(key, told)
            last[key] = told
    return told


def _read(here: House, key: str) -> Told:
    with here.db.read() as tx:
        site = site_named(tx, key)
        if site is None:
            return NOBODY
        settings = {part: kept.value for part, kept in settings_of(tx, site.id).items()}
        return Told(line(key, settings), wants_whole(site, settings, now()))


def wants_whole(site: Site, settings: dict[str, dict], at: int) -> bool:
    """Whether the site's pages would wait for a part of the widget: a setting needs one, lately a page did wait, or the site
    is too new to know."""
    return bool(attributes(settings)) or max(site.waited_at or 0, site.made_at) > at - WAITED_DAYS * DAY
