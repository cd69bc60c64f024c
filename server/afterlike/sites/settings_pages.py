"""The admin's Site and API keys: what an owner sets once."""

import sqlalchemy as sa
from flask import Response, redirect, request

from afterlike import words
from afterlike.clock import HOUR, now
from afterlike.errors import Invalid, NotFound
from afterlike.sites import retention, settings
from afterlike.sites.guard import check_form, on_site
from afterlike.sites.logbook import audited
from afterlike.sites.store import Site, add_api_key, revoke_api_key
from afterlike.web import house, page

FIELDS = ("name", "locale", "time_zone", "cooldown")


def look(key: str) -> Response:
    """Everybody reads, owners change."""
    admin, site, role = on_site(key)
    return _page(site, role)


def save(key: str) -> Response:
    """Name, language, time zone, cooldown."""
    admin, site, role = on_site(key, least="owner")
    check_form()
    typed = {name: request.form.get(name, "") for name in FIELDS}
    try:
        audited(admin, site, "site_changed", settings.change, settings.Wanted(site.id, **typed))
    except Invalid as wrong:
        return _page(site, role, typed=typed, wrong=wrong.fields)
    return redirect(f"/admin/sites/{site.key}/settings?done=saved", 303)


def save_origins(key: str) -> Response:
    """From which origins likes are taken; in force after two seconds."""
    admin, site, role = on_site(key, least="owner")
    check_form()
    typed = request.form.get("origins", "")[:20_000]
    try:
        audited(admin, site, "origins_changed", settings.change_origins, (site.id, typed))
    except Invalid as wrong:
        return _page(site, role, origins=typed, wrong={"origins": wrong.sentence})
    return redirect(f"/admin/sites/{site.key}/settings?done=origins#origins-part", 303)


def keys(key: str) -> Response:
    admin, site, role = on_site(key, least="owner")
    return _keys(site)


def make_key(key: str) -> Response:
    """A new secret key, which is in this answer and in no other."""
    admin, site, role = on_site(key, least="owner")
    check_form()
    made = audited(admin, site, "api_key_made", _made, (site.id, now()), about=lambda made: made[0])
    return _keys(site, made=made[1])


def revoke_key(key: str, id: int) -> Response:
    """From two seconds on the key opens nothing."""
    admin, site, role = on_site(key, least="owner")
    check_form()
    audited(admin, site, "api_key_revoked", _revoked, (site.id, id, now()), about=id)
    return redirect(f"/admin/sites/{site.key}/keys?done=revoked", 303)


def _made(tx: sa.Connection, items: list[tuple[int, int]]) -> list[tuple[int, str]]:
    answers = []
    for site_id, at in items:
        secret = add_api_key(tx, site_id, at)
        answers.append((max(row.id for row in settings.keys_of(tx, site_id)), secret))
    return answers


def _revoked(tx: sa.Connection, items: list[tuple[int, int, int]]) -> list[None | NotFound]:
    return [None if revoke_api_key(tx, *item) else NotFound() for item in items]


def _page(
    site: Site, role: str, *, typed: dict | None = None, origins: str | None = None, wrong: dict | None = None
) -> Response:
    now_set = {"name": site.name, "locale": site.locale, "time_zone": site.time_zone, "cooldown": str(site.cooldown_ms // HOUR)}
    done = request.args.get("done")
    with house().db.read() as tx:
        kept = retention.days_of(tx, site.id, retention.limits(house().config))
    return page(
        "sites/settings.html", status=422 if wrong else 200, site=site, role=role, wrong=wrong or {}, typed=typed or now_set,
        origins="\n".join(sorted(site.origins)) if origins is None else origins, locales=words.LOCALES,
        zones=settings.time_zones(), cooldowns=settings.COOLDOWNS, kept=kept, what=retention.WHAT,
        done=done if done in ("saved", "origins") and not wrong else None,
    )


def _keys(site: Site, *, made: str | None = None) -> Response:
    with house().db.read() as tx:
        found = settings.keys_of(tx, site.id)
    return page("sites/keys.html", site=site, role="owner", keys=found, made=made, done=request.args.get("done"))
