"""The admin's Widget, its privacy: what browsers may remember, and how long this server keeps things of a site."""

from collections.abc import Mapping

from flask import Response, redirect, request

from afterlike.clock import now
from afterlike.sites import page_settings, privacy, retention
from afterlike.sites.guard import check_form, on_site
from afterlike.sites.logbook import audited
from afterlike.sites.looks_pages import DONE, kept_of, told
from afterlike.sites.store import Site
from afterlike.web import house, page


def look(key: str) -> Response:
    """Everybody reads, owners change."""
    admin, site, role = on_site(key)
    return _page(site, role)


def save(key: str) -> Response:
    """What browsers may remember, when nothing may begin, which counts are shown."""
    admin, site, role = on_site(key, least="owner")
    check_form()
    chosen, wrong = privacy.read(request.form)
    if wrong:
        return _page(site, role, typed=request.form, wrong=wrong)
    audited(admin, site, "privacy_changed", page_settings.save, page_settings.Save(site.id, "privacy", chosen, now()))
    return told(site, "privacy", "saved")


def save_kept(key: str) -> Response:
    """How long things are kept; where something would be deleted, that is told first, and asked for once more."""
    admin, site, role = on_site(key, least="owner")
    check_form()
    days, wrong = retention.read(request.form, retention.limits(house().config))
    if wrong:
        return _page(site, role, days=request.form, wrong=wrong)
    going = {} if request.form.get("sure") == signed(days) else _going(site, days)
    if going:
        return _page(site, role, days=days, going=going)
    audited(admin, site, "retention_changed", retention.keep, (site.id, days))
    return redirect(f"/admin/sites/{site.key}/widget/privacy?done=kept#kept-part", 303)


def signed(days: Mapping[str, int]) -> str:
    """What a "yes, delete" is good for: exactly these days."""
    return ",".join(f"{what}:{number}" for what, number in days.items())


def _going(site: Site, days: Mapping[str, int]) -> dict[str, int]:
    """Rows that would go, of what is to be kept for less long than now."""
    with house().db.read() as tx:
        before = retention.days_of(tx, site.id, retention.limits(house().config))
        less = {what: number for what, number in days.items() if number < before[what]}
        return {what: rows for what, rows in retention.doomed(tx, site.id, less, now()).items() if rows}


def _page(
    site: Site, role: str, *, typed: Mapping | None = None, days: Mapping | None = None, going: Mapping | None = None,
    wrong: Mapping | None = None,
) -> Response:
    between, kept, done = retention.limits(house().config), kept_of(site, "privacy"), request.args.get("done")
    with house().db.read() as tx:
        days_now = retention.days_of(tx, site.id, between)
    return page(
        "sites/privacy.html", status=422 if wrong else 200, site=site, role=role, privacy=privacy, what=retention.WHAT,
        typed=privacy.as_typed(kept.value) if typed is None else typed, kept=kept, between=between, days_now=days_now,
        days=days_now if days is None else days, going=going or {}, sure=signed(days) if going else "", wrong=wrong or {},
        done=done if done in (*DONE, "kept") and not wrong and not going else None,
    )
