"""The admin's Admins: who may do what on a site, inviting, changing and taking away roles; and accepting an invitation."""

from flask import Response, redirect, request

from afterlike.clock import now
from afterlike.errors import Invalid
from afterlike.sites import invitations
from afterlike.sites.entering import entered
from afterlike.sites.guard import ROLES, Admin, check_form, on_site
from afterlike.sites.logbook import audited
from afterlike.sites.store import Site
from afterlike.sites.team import set_role, team
from afterlike.web import house, page

DONE = ("invited", "again", "revoked", "role", "removed")


def listing(key: str) -> Response:
    admin, site, role = on_site(key, least="owner")
    return _page(admin, site)


def invite(key: str) -> Response:
    """Invites an address with a role; the mail is on its way."""
    admin, site, role = on_site(key, least="owner")
    check_form()
    typed = {name: request.form.get(name, "") for name in ("email", "role")}
    wish = invitations.Wish(site.id, typed["email"], typed["role"], admin.id, now())
    try:
        audited(admin, site, "admin_invited", invitations.invite, wish, about=int)
    except Invalid as wrong:
        return _page(admin, site, typed=typed, wrong=wrong.sentence)
    return _back(site, "invited")


def again(key: str, invitation: int) -> Response:
    """Mails a new link; the old one ends."""
    admin, site, role = on_site(key, least="owner")
    check_form()
    audited(admin, site, "admin_invited", invitations.mail_again, (site.id, invitation, now()), about=invitation)
    return _back(site, "again")


def revoke(key: str, invitation: int) -> Response:
    admin, site, role = on_site(key, least="owner")
    check_form()
    audited(admin, site, "invitation_revoked", invitations.revoke, (site.id, invitation, now()), about=invitation)
    return _back(site, "revoked")


def change(key: str, member: int) -> Response:
    """Another role for somebody; never for the last owner."""
    return _change(key, member, request.form.get("role", "") or "none", "role_changed", "role")


def remove(key: str, member: int) -> Response:
    """Takes somebody's role away, one's own too; never the last owner's."""
    return _change(key, member, None, "admin_removed", "removed")


def _change(key: str, member: int, wanted: str | None, kind: str, done: str) -> Response:
    admin, site, role = on_site(key, least="owner")
    check_form()
    try:
        audited(admin, site, kind, set_role, (site.id, member, wanted), about=lambda changed: [member] if changed else [])
    except Invalid as wrong:
        return _page(admin, site, refused=wrong.sentence)
    lost = member == admin.id and wanted != "owner"
    return redirect("/admin/", 303) if lost else _back(site, done)


def invitation_page(token: str) -> Response:
    """Shows who is invited where, and one button: mail scanners follow links, and must not use them up."""
    with house().db.read() as tx:
        found = invitations.invited(tx, token, now())
    shown = page("sites/invitation.html", status=200 if found else 410, found=found, token=token)
    shown.headers["Referrer-Policy"] = "no-referrer"
    return shown


def accept(token: str) -> Response:
    """The button: whoever has the mail is that admin, has the role, and is signed in."""
    check_form()
    admin_id = house().db.write(invitations.accept, (token, now()))
    return page("sites/invitation.html", status=410, found=None, token="") if admin_id is None else entered(admin_id, "link")


def _page(
    admin: Admin, site: Site, *, typed: dict | None = None, wrong: str | None = None, refused: str | None = None
) -> Response:
    with house().db.read() as tx:
        people, waiting = team(tx, site.id), invitations.invitations_of(tx, site.id, now())
    done = request.args.get("done")
    return page(
        "sites/team.html", status=422 if wrong or refused else 200, site=site, role="owner", me=admin, people=people,
        waiting=waiting, roles=ROLES, typed=typed or {"email": "", "role": "editor"}, wrong=wrong, refused=refused,
        done=done if done in DONE and not (wrong or refused) else None,
    )


def _back(site: Site, done: str) -> Response:
    return redirect(f"/admin/sites/{site.key}/admins?done={done}", 303)
