"""The admin's Webhooks: where to, which kinds, running or paused, the log of what was sent, and sending it again."""

import json

from flask import Response, redirect, request

from afterlike.clock import now
from afterlike.errors import Invalid
from afterlike.journal import KINDS as JOURNAL_KINDS
from afterlike.sites import webhooks
from afterlike.sites.guard import check_form, on_site
from afterlike.sites.logbook import audited
from afterlike.sites.store import Site
from afterlike.web import house, page

DONE = ("saved", "running", "paused", "removed", "test", "again", "waits", "ended")


def listing(key: str) -> Response:
    """The webhooks of a site, and the form for a new one."""
    admin, site, role = on_site(key, least="owner")
    return _listing(site)


def make(key: str) -> Response:
    """A new webhook; its secret is in this answer and in no other."""
    admin, site, role = on_site(key, least="owner")
    check_form()
    wish = _wish(site)
    try:
        made = audited(admin, site, "webhook_made", webhooks.save, wish, about=int)
    except Invalid as wrong:
        return _listing(site, wish=wish, wrong=wrong.fields)
    return _one(site, made, with_secret=True)


def look(key: str, hook: int) -> Response:
    """One webhook, and the newest messages."""
    admin, site, role = on_site(key, least="owner")
    return _one(site, hook)


def change(key: str, hook: int) -> Response:
    """Another address, other kinds."""
    admin, site, role = on_site(key, least="owner")
    check_form()
    wish = _wish(site, hook)
    try:
        audited(admin, site, "webhook_changed", webhooks.save, wish, about=hook)
    except Invalid as wrong:
        return _one(site, hook, wish=wish, wrong=wrong.fields)
    return _back(site, hook, "saved")


def turn(key: str, hook: int) -> Response:
    """Pauses it, or lets it run again; what happened in between is not told later."""
    admin, site, role = on_site(key, least="owner")
    check_form()
    state = "paused" if request.form.get("state") == "paused" else "running"
    audited(admin, site, f"webhook_{state}", webhooks.set_state, (site.id, hook, state, now()), about=hook)
    return _back(site, hook, state)


def secret(key: str, hook: int) -> Response:
    """Another secret, shown this once; for a day the one before signs too."""
    admin, site, role = on_site(key, least="owner")
    check_form()
    audited(admin, site, "webhook_secret_made", webhooks.new_secret, (site.id, hook, now()), about=hook)
    return _one(site, hook, with_secret=True)


def end_old_secret(key: str, hook: int) -> Response:
    """The secret before signs nothing more, from this moment."""
    admin, site, role = on_site(key, least="owner")
    check_form()
    wish = (site.id, hook)
    audited(admin, site, "webhook_secret_ended", webhooks.end_old_secret, wish, about=lambda had: [hook] if had else [])
    return _back(site, hook, "ended")


def test(key: str, hook: int) -> Response:
    """Sends a message that says that it is a test."""
    admin, site, role = on_site(key, least="owner")
    check_form()
    audited(admin, site, "webhook_tested", webhooks.test, (site.id, hook, site.key, now()), about=hook)
    return _back(site, hook, "test")


def again(key: str, hook: int, delivery: int) -> Response:
    """Sends a message once more, under the same id."""
    admin, site, role = on_site(key, least="owner")
    check_form()
    wish = (site.id, hook, delivery, now())
    sent = audited(admin, site, "webhook_sent_again", webhooks.send_again, wish, about=lambda sent: [hook] if sent else [])
    return _back(site, hook, "again" if sent else "waits")


def remove(key: str, hook: int) -> Response:
    """Forgets it and its messages."""
    admin, site, role = on_site(key, least="owner")
    check_form()
    audited(admin, site, "webhook_removed", webhooks.remove, (site.id, hook), about=hook)
    return redirect(f"/admin/sites/{site.key}/webhooks?done=removed", 303)


def _wish(site: Site, hook: int | None = None) -> webhooks.Wish:
    form = request.form
    return webhooks.Wish(
        site.id, form.get("url", "")[:2000], tuple(form.getlist("kind")), house().config.fetch_allow, now(), hook
    )


def _listing(site: Site, *, wish: webhooks.Wish | None = None, wrong: dict | None = None) -> Response:
    with house().db.read() as tx:
        hooks = webhooks.webhooks_of(tx, site.id)
    return page(
        "sites/webhooks.html", status=422 if wrong else 200, site=site, role="owner", hooks=hooks, wrong=wrong or {},
        kinds=JOURNAL_KINDS, url=wish.url if wish else "", ticked=wish.kinds if wish else ("liked", "answered"), read=json.loads,
        done=_done(wrong),
    )


def _one(
    site: Site, hook_id: int, *, with_secret: bool = False, wish: webhooks.Wish | None = None, wrong: dict | None = None
) -> Response:
    with house().db.read() as tx:
        hook = webhooks.one(tx, site.id, hook_id)
        log = webhooks.deliveries_of(tx, hook_id)
    return page(
        "sites/webhook.html", status=422 if wrong else 200, site=site, role="owner", hook=hook, log=log, wrong=wrong or {},
        kinds=JOURNAL_KINDS, url=wish.url if wish else hook.url, ticked=wish.kinds if wish else json.loads(hook.kinds),
        secret=webhooks.secret_of(house().keyring, hook) if with_secret else None, done=_done(wrong),
        old_until=hook.old_until if len(webhooks.signing_nonces(hook, now())) > 1 else None,
    )


def _done(wrong: dict | None) -> str | None:
    done = request.args.get("done")
    return done if done in DONE and not wrong else None


def _back(site: Site, hook: int, done: str) -> Response:
    return redirect(f"/admin/sites/{site.key}/webhooks/{hook}?done={done}", 303)
