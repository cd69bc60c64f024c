"""The admin's Widget, its looks: colours and shape with a preview of the real widget, and whether they can be read.

A look is tried by the address alone, which changes nothing; what cannot be read well is saved at a second press only.
"""

from collections.abc import Mapping
from urllib.parse import urlencode

from flask import Response, redirect, request

from afterlike.clock import now
from afterlike.errors import NotFound
from afterlike.sites import looks, looks_checks, page_settings
from afterlike.sites.guard import check_form, on_site
from afterlike.sites.logbook import audited
from afterlike.sites.page_settings import Kept
from afterlike.sites.store import Site
from afterlike.sites.tongue import desk_locale, says
from afterlike.web import CSP, house, page

SILENT = CSP.replace("connect-src 'self'", "connect-src 'none'")
AT = {"looks": "widget", "privacy": "widget/privacy", "words": "widget/words"}
DONE = ("saved", "reset", "undone")


def look(key: str) -> Response:
    """As it is saved, or as the address has it tried."""
    admin, site, role = on_site(key)
    tried = "dark" in request.args
    return _page(site, role, request.args if tried else looks.as_typed(kept_of(site, "looks").value), tried=tried)


def style(key: str) -> Response:
    """The style sheet of the preview, for what stands in the address."""
    admin, site, role = on_site(key)
    chosen, _wrong = looks.read(request.args)
    return Response(looks.stage(chosen, _look(chosen)), headers={"Cache-Control": "no-store"}, mimetype="text/css")


def save(key: str) -> Response:
    """Kept where everything can be read, or at a press on "save anyway"."""
    admin, site, role = on_site(key, least="owner")
    check_form()
    chosen, wrong = looks.read(request.form)
    weak = [check for check in looks_checks.checks(chosen) if not check.is_fine]
    if wrong or weak and "anyway" not in request.args:
        return _page(site, role, request.form, asks=not wrong)
    audited(admin, site, "looks_changed", page_settings.save, page_settings.Save(site.id, "looks", chosen, now()))
    return told(site, "looks", "saved")


def reset(key: str, part: str) -> Response:
    """One part of the settings as the widget comes; undone like any save."""
    admin, site, role = on_site(key, least="owner")
    check_form()
    known(part)
    audited(admin, site, f"{part}_changed", page_settings.save, page_settings.Save(site.id, part, {}, now()))
    return told(site, part, "reset")


def undo(key: str, part: str) -> Response:
    """One part of the settings as it was before the last save."""
    admin, site, role = on_site(key, least="owner")
    check_form()
    known(part)
    audited(admin, site, f"{part}_changed", page_settings.undo, (site.id, part, now()))
    return told(site, part, "undone")


def known(part: str) -> None:
    if part not in page_settings.PARTS:
        raise NotFound()


def told(site: Site, part: str, done: str) -> Response:
    return redirect(f"/admin/sites/{site.key}/{AT[part]}?done={done}", 303)


def kept_of(site: Site, part: str) -> Kept:
    with house().db.read() as tx:
        return page_settings.settings_of(tx, site.id)[part]


def staged(template: str, *, status: int = 200, **values) -> Response:
    """A page with the real widget on it, from which no call can leave."""
    shown = page(template, status=status, **values)
    shown.headers["Content-Security-Policy"] = SILENT
    return shown


def step(locale: str) -> dict:
    """A question as the collector would send it, which shows every part of the panel; its texts are in the admin's language."""
    return {
        "kind": "survey", "reason": "due", "prompt": "preview", "version": 1, "locale": locale,
        "cards": [{
            "key": "why", "type": "multi", "title": says("What do you like about it?"), "help": says("Tick as many as you like."),
            "options": [{"key": "look", "text": says("Its looks")}, {"key": "use", "text": says("Its use")}],
            "other": {"text": says("Something else"), "placeholder": says("In your words")},
        }, {"key": "more", "type": "text", "title": says("What else should we know?"), "placeholder": says("In your words")}],
    }


def _page(site: Site, role: str, given: Mapping[str, str], *, tried: bool = False, asks: bool = False) -> Response:
    chosen, wrong = looks.read(given)
    typed = {name: given.get(name, "")[:40] for name in looks.FIELDS}
    kept, done = kept_of(site, "looks"), request.args.get("done")
    query = urlencode(looks.as_typed(chosen) | {"look": _look(chosen)})
    return staged(
        "sites/looks.html", status=422 if wrong or asks else 200, site=site, role=role, looks=looks, typed=typed, wrong=wrong,
        chosen=chosen, checks=looks_checks.checks(chosen), kept=kept, is_saved=chosen == kept.value, asks=asks, tried=tried,
        done=done if done in DONE and not wrong and not asks else None, look=_look(chosen), style=query, step=step(desk_locale()),
    )


def _look(chosen: Mapping) -> str:
    """In which of light and dark the preview stands."""
    asked = request.args.get("look") or request.form.get("look", "")
    return asked if asked in looks.schemes(chosen) else looks.SCHEMES[0]
