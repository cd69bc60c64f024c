"""The admin's Extension: claims on origins, and the likes that the browser extension brought from one before it was proven.

Those likes are of no site. A proven claim lets its site read them, the likes alone, beside its own and never among them.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import urlencode

import sqlalchemy as sa
from flask import Response, redirect, request, stream_with_context

from afterlike import sheet, sites
from afterlike.clock import now
from afterlike.collect import endorsements, export, turning
from afterlike.collect.endorsements import Endorsement
from afterlike.collect.matching import Filter
from afterlike.errors import Invalid, NotFound, TooMany
from afterlike.web import house, page
from afterlike.words import for_admins

LOOK_AGAIN_S = 2
MOST_LOOKS = 15
DONE = {
    "claimed": for_admins("Claimed. Put one of the lines below in place, then press “Check now”."),
    "renewed": for_admins("There is a new token. Put the new line in place, then press “Check now”."),
    "removed": for_admins("The claim is removed. The likes stay, for whoever proves that origin next."),
}
ALL = Filter()


def listing(key: str) -> Response:
    """The claims of a site, what to put where, and how many likes each proven one lets it see."""
    admin, site, role = sites.on_site(key)
    return _listing(site, role)


def make(key: str) -> Response:
    """Claims an origin."""
    admin, site, role = sites.on_site(key, least="owner")
    sites.check_form()
    typed = request.form.get("origin", "")
    try:
        made = sites.audited(admin, site, "origin_claimed", sites.claim, (site.id, typed, now()), about=int)
    except Invalid as wrong:
        return _listing(site, role, typed=typed, wrong=wrong.sentence)
    return redirect(f"{_path(site)}?done=claimed#claim-{made}", 303)


def check(key: str, claim: int) -> Response:
    """Asks for a check now; the worker makes it."""
    admin, site, role = sites.on_site(key, least="owner")
    sites.check_form()
    with house().db.read() as tx:
        claimed = sites.claim_of(tx, site.id, claim)
    try:
        for limit in sites.CHECK_LIMITS:
            house().limits.spend(limit, site.key, claimed.origin)
    except TooMany as many:
        return _listing(site, role, many=many)
    sites.audited(admin, site, "claim_checked", sites.ask_check, (site.id, claim, now()), about=claim)
    return redirect(f"{_path(site)}?checking={claim}#claim-{claim}", 303)


def renew(key: str, claim: int) -> Response:
    """A new token; what the old one proved is not proven any more."""
    admin, site, role = sites.on_site(key, least="owner")
    sites.check_form()
    sites.audited(admin, site, "claim_renewed", sites.renew_token, (site.id, claim), about=claim)
    return redirect(f"{_path(site)}?done=renewed#claim-{claim}", 303)


def remove(key: str, claim: int) -> Response:
    """Forgets a claim."""
    admin, site, role = sites.on_site(key, least="owner")
    sites.check_form()
    sites.audited(admin, site, "claim_removed", sites.remove_claim, (site.id, claim), about=claim)
    return redirect(f"{_path(site)}?done=removed", 303)


def likes(key: str, claim: int) -> Response:
    """What was liked on the pages of a proven origin before its claim was proven, newest first."""
    admin, site, role = sites.on_site(key)
    with house().db.read() as tx:
        claimed, row_id = seen_through(tx, site.id, claim)
        rows, here, _ = endorsements.found(tx, row_id, ALL, turning.asked(request.args), locale=site.locale)
    sites.audit_read(admin, site, "claimed_likes_read", claim)
    if not rows and here.newer:
        return redirect(request.path, 303)
    return page("collect/claimed_likes.html", site=site, role=role, claim=claimed, rows=rows, place=here, link_to=_query)


def csv(key: str, claim: int) -> Response:
    """The same as a file, with the columns of Endorsements; what people said and who they are stays empty."""
    admin, site, role = sites.on_site(key)
    db = house().db
    with db.read() as tx:
        claimed, row_id = seen_through(tx, site.id, claim)

    sites.audit_read(admin, site, "claimed_likes_exported", claim)

    def lines() -> Iterator[str]:
        with db.read() as tx:
            found = endorsements.everything(tx, row_id, ALL, locale=site.locale)
            yield from export.lines(map(like_alone, found))

    host = re.sub(r"[^a-z0-9.-]", "-", claimed.origin.partition("://")[2])
    headers = sheet.headers(f"extension-{host}")
    return Response(stream_with_context(lines()), headers=headers, content_type="text/csv; charset=utf-8")


def seen_through(tx: sa.Connection, site_id: int, claim_id: int) -> tuple[sites.Claim, int]:
    """A proven claim of this site, and the row whose likes it opens (0: nothing was liked there).

    Raises NotFound for any other claim: another site's, one that is not proven, one that has lapsed.
    """
    claimed = sites.claim_of(tx, site_id, claim_id)
    if not claimed.is_proven:
        raise NotFound()
    return claimed, sites.rows_of(tx, [claimed]).get(claim_id, 0)


def like_alone(row: Endorsement) -> Endorsement:
    """Without answers and profiles: they were left with nobody's site, and a claim is no consent."""
    return replace(row, said=[], links=[], agreed=False, tags=[])


def _listing(
    site: sites.Site, role: str, *, typed: str = "", wrong: str | None = None, many: TooMany | None = None
) -> Response:
    with house().db.read() as tx:
        claims = sites.claims_of(tx, site.id)
        rows = sites.rows_of(tx, claims)
        counts = endorsements.tallied(tx, rows.values())
    checked = next((claim for claim in claims if claim.id == _number("checking", 0)), None)
    shown = page(
        "collect/extension.html", status=422 if wrong else 429 if many else 200, site=site, role=role, claims=claims,
        counts={claim_id: counts.get(row_id, {}) for claim_id, row_id in rows.items()}, checked=checked, typed=typed,
        wrong=wrong, many=many, done=sites.says(DONE.get(request.args.get("done", ""), "")),
    )
    if many:
        shown.headers["Retry-After"] = str(many.retry_after)
    looks = _number("looks", 0)
    if checked and checked.waits and looks < MOST_LOOKS:
        shown.headers["Refresh"] = f"{LOOK_AGAIN_S}; url={_path(site)}?checking={checked.id}&looks={looks + 1}"
    return shown


def _query(**turn: str) -> str:
    return urlencode(turn)


def _path(site: sites.Site) -> str:
    return f"/admin/sites/{site.key}/extension"


def _number(name: str, otherwise: int) -> int:
    text = request.args.get(name, "")
    return max(1, int(text)) if re.fullmatch(r"\d{1,9}", text, re.ASCII) else otherwise
