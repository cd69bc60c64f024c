"""The admin's Mail: what waits, what failed and why, trying again; and the two notices that stand in every letter."""

from flask import Response, redirect, request

from afterlike import sites
from afterlike.clock import now
from afterlike.errors import Invalid
from afterlike.followup import mailbox
from afterlike.followup.sending import NO_MAIL
from afterlike.web import house, page
from afterlike.words import for_admins

DONE = {
    "again": for_admins("It is tried again now."),
    "not": for_admins("Nothing was changed: it does not wait for you."),
    "saved": for_admins("Saved."),
}


def mail(key: str) -> Response:
    """What waits, what failed, how much left in the last days."""
    admin, site, role = sites.on_site(key)
    return _page(site, role)


def again(key: str, id: int) -> Response:
    """Puts a failed mail back among the waiting ones."""
    admin, site, role = sites.on_site(key, least="editor")
    sites.check_form()
    waits = sites.audited(
        admin, site, "mail_tried_again", mailbox.again, (site.id, id, now()), about=lambda waits: [id] if waits else []
    )
    return redirect(f"/admin/sites/{site.key}/mail?done={'again' if waits else 'not'}", 303)


def notices(key: str) -> Response:
    """Keeps the address of the privacy notice and the postal address of the site."""
    admin, site, role = sites.on_site(key, least="owner")
    sites.check_form()
    typed = {name: request.form.get(name, "") for name in ("privacy_url", "postal_address")}
    try:
        sites.audited(admin, site, "notices_changed", sites.set_notices, (site.id, *typed.values()))
    except Invalid as wrong:
        return _page(site, role, typed=typed, wrong=wrong.fields)
    return redirect(f"/admin/sites/{site.key}/mail?done=saved", 303)


def _page(site: sites.Site, role: str, *, typed: dict | None = None, wrong: dict | None = None) -> Response:
    with house().db.read() as tx:
        found = mailbox.mailbox(tx, site.id, now())
    config = house().config
    return page(
        "followup/mail.html", status=422 if wrong else 200, site=site, role=role, mail=found, days=mailbox.DAYS,
        kept_days=config.mail_kept_days, sender=config.mail_from, no_mail="" if config.smtp_url else sites.says(NO_MAIL),
        wrong=wrong or {}, typed=typed or {"privacy_url": site.privacy_url or "", "postal_address": site.postal_address or ""},
        done=sites.says(DONE.get(request.args.get("done", ""), "")),
    )
