"""`/w.js`: the widget of today, and with `?site=` after the line that brings this site's settings."""

from flask import Response, request

from afterlike import assets
from afterlike.errors import Unavailable
from afterlike.sites.page_line import line
from afterlike.sites.page_settings import settings_of
from afterlike.sites.store import memory, site_named
from afterlike.web import House, house

NOBODY = ""  # the line of a key that is no site's


def widget() -> Response:
    """An unknown key gets the plain widget, as no key does: its likes are refused, where that can be told."""
    key = request.args.get("site", "")
    return assets.widget(line_of(house(), key) if key else NOBODY)


def line_of(here: House, key: str) -> str:
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
        if told:
            remembered.keep(key, told)
            last[key] = told
    return told


def _read(here: House, key: str) -> str:
    with here.db.read() as tx:
        site = site_named(tx, key)
        return line(key, {part: kept.value for part, kept in settings_of(tx, site.id).items()}) if site else NOBODY
