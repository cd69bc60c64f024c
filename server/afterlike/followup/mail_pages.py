"""The admin's Mail: what waits, what failed and why, what came in and was not taken; a test letter; the two notices."""

from flask import Response, redirect, request

from afterlike import mail as post
from afterlike import sites
from afterlike.clock import DAY, now
from afterlike.errors import Invalid
from afterlike.followup import mailbox, names, taking
from afterlike.followup.sending import NO_MAIL
from afterlike.web import house, page
from afterlike.words import for_admins

STAGES = {
    "taken": for_admins("The mail server took it. Look into your mailbox, and among the unwanted."),
    "reach": for_admins("The mail server cannot be reached. Check host and port in AFTERLIKE_SMTP_URL, and your firewall."),
    "encrypt": for_admins("The connection could not be encrypted. Its certificate may be too old, or for another name."),
    "sign_in": for_admins("The mail server does not accept the user name or the password in AFTERLIKE_SMTP_URL."),
    "sender": for_admins("The mail server does not let us write as AFTERLIKE_MAIL_FROM. Use an address that it knows as yours."),
    "recipient": for_admins("The mail server does not deliver to your address. Often it wants to be signed in to first."),
    "letter": for_admins("The mail server took the addresses and refused the letter itself."),
}
DONE = {
    "again": for_admins("It is tried again now."),
    "not": for_admins("Nothing was changed: it does not wait for you."),
    "saved": for_admins("Saved."),
    "asked": for_admins("The name servers are asked now. What they say stands below in a moment."),
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


def test(key: str) -> Response:
    """Mails a test letter to the admin who asks, at once, and tells what the mail server said."""
    admin, site, role = sites.on_site(key, least="owner")
    sites.check_form()
    house().limits.spend("sign_in", "test letter", str(admin.id))
    sites.audited(admin, site, "mail_tested", _nothing, None)
    config = house().config
    if not config.smtp_url:
        return _page(site, role)
    words = sites.says("This is a test letter of Afterlike for {site}. If you can read it, letters leave.", site=site.name)
    letter = {"to": admin.email, "subject": sites.says("A test letter"), "text": f"{words}\n"}
    return _page(site, role, tested=post.rehearse(letter, post.way_out(config)))


def look_up(key: str) -> Response:
    """Lets the worker ask name servers what they say about this server's mail."""
    admin, site, role = sites.on_site(key, least="owner")
    sites.check_form()
    house().limits.spend("sign_in", "mail names", str(admin.id))
    sites.audited(admin, site, "mail_looked_up", names.ask, now())
    return redirect(f"/admin/sites/{site.key}/mail?done=asked#names-title", 303)


def _nothing(tx, items: list) -> list[None]:
    """What a test letter changes."""
    return [None] * len(items)


def _page(
    site: sites.Site, role: str, *, typed: dict | None = None, wrong: dict | None = None, tested: post.Rehearsal | None = None
) -> Response:
    with house().db.read() as tx:
        found = mailbox.mailbox(tx, site.id, now())
        known = names.found(tx)
        refused = taking.drops_of(tx, site.id, since_day=now() // DAY - mailbox.DAYS)
    config = house().config
    return page(
        "followup/mail.html", status=422 if wrong else 200, site=site, role=role, mail=found, days=mailbox.DAYS,
        kept_days=config.mail_kept_days, sender=config.mail_from, no_mail="" if config.smtp_url else sites.says(NO_MAIL),
        wrong=wrong or {}, typed=typed or {"privacy_url": site.privacy_url or "", "postal_address": site.postal_address or ""},
        refused=[(sites.says(taking.REASONS.get(reason, reason)), n) for reason, n in refused], comes_in=config.reply_domain,
        names=known, findings=[(fine, *_split(sites.says(said))) for fine, said in known.findings],
        tested=tested, stage=sites.says(STAGES[tested.stage]) if tested else "",
        done=sites.says(DONE.get(request.args.get("done", ""), "")),
    )


def _split(sentence: str) -> tuple[str, str]:
    """What a finding is about, and what it says: "SPF: …"."""
    about, colon, rest = sentence.partition(": ")
    return (about, rest) if colon and len(about) <= 12 else ("", sentence)
