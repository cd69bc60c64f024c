"""The admin's way to a new site: name and origin, the tag, then waiting for the first like and saying what is wrong."""

import re
from dataclasses import dataclass

import sqlalchemy as sa
from flask import Response, redirect, request

from afterlike import prompts, safefetch, sites, tables, words
from afterlike.clock import DAY, now
from afterlike.collect import snippets, tagged
from afterlike.collect.screening import REASONS
from afterlike.errors import AfterlikeError, Invalid, Refused, TooMany, stated
from afterlike.web import house, page

LOOK_AGAIN_S = 5
MOST_LOOKS = 36  # three minutes
PLATFORMS = ("html", "wordpress", "shopify", "gtm")
CALLS = ("likes", "mine", "shown", "visits", "details", "answers")
OWNERS_ONLY = stated("Only who owns a site here can add another one. Ask whoever runs this server.")


@dataclass(frozen=True, slots=True)
class New:
    """A site that an admin adds."""

    admin_id: int
    name: str
    origins: tuple[str, ...]
    locale: str
    now: int


def new() -> Response:
    """The first step's form."""
    may_add()
    return _new({"name": "", "origins": "", "locale": words.SOURCE})


def make() -> Response:
    """Registers the site, with its admin as its owner and the flow that every site begins with."""
    admin = may_add()
    sites.check_form()
    typed = {name: request.form.get(name, "") for name in ("name", "origins", "locale")}
    try:
        wish = New(admin.id, typed["name"][:100], tuple(sites.origin_lines(typed["origins"][:20_000])), typed["locale"], now())
        made = house().db.write(add, wish)
    except Invalid as wrong:
        return _new(typed, wrong=wrong.fields)
    return redirect(f"/admin/sites/{made}/install", 303)


def add(tx: sa.Connection, items: list[New]) -> list[str]:
    """The keys of the new sites; raises Invalid with the field that is wrong."""
    return [_add(tx, item) for item in items]


def _add(tx: sa.Connection, item: New) -> str:
    if not item.origins:
        raise Invalid(fields={"origin": stated("Give the address of your shop, such as https://shop.example.")})
    locale = item.locale if item.locale in words.LOCALES else words.SOURCE
    made = sites.add_site(tx, name=item.name, origins=item.origins, locale=locale, now=item.now)
    sites.join(tx, made.id, item.admin_id, "owner")
    for flow in prompts.default_flows():
        prompts.add_prompt(tx, made.id, flow, item.now)
    sites.audit(tx, made.id, item.admin_id, "site_added", at=item.now)
    return made.key


def may_add() -> sites.Admin:
    """The admin, who owns a site here already; raises Refused for others."""
    admin = sites.signed_in()
    with house().db.read() as tx:
        roles = tables.roles.c
        owns = tx.scalar(sa.select(sa.exists().where(roles.admin_id == admin.id, roles.role == "owner")))
    if not owns:
        raise Refused(OWNERS_ONLY)
    return admin


def install(key: str) -> Response:
    """The tag for a platform, and whether anything has come; the page looks again by itself, for three minutes."""
    admin, site, role = sites.on_site(key)
    return _install(site, role)


def look_at_page(key: str) -> Response:
    """Fetches a page of the shop and says whether it carries the tag and lets it work. Keeps nothing."""
    admin, site, role = sites.on_site(key, least="editor")
    sites.check_form()
    url = request.form.get("page", "").strip()[:2000]
    try:
        for limit in sites.CHECK_LIMITS:
            house().limits.spend(limit, site.key, "page")
        fetched = safefetch.fetch(url, allow=house().config.fetch_allow)
    except TooMany as many:
        return _install(site, role, url=url, failed=many, status=429)
    except AfterlikeError as failed:
        return _install(site, role, url=url, failed=failed, status=422)
    return _install(site, role, url=url, found=tagged.look(fetched, site, house().config.address))


@dataclass(frozen=True, slots=True)
class Arrived:
    """What has come for a site: the moment of its first like, and what was refused in the last two days, by reason."""

    first_like: int | None
    refused: dict[str, int]

    @property
    def by_origin(self) -> int:
        return self.refused.get("origin", 0)

    @property
    def others(self) -> dict[str, int]:
        return {reason: count for reason, count in self.refused.items() if reason not in ("origin", "duplicate")}


def arrived(tx: sa.Connection, site_id: int, at: int) -> Arrived:
    likes, drops = tables.likes.c, tables.drops.c
    recent = (drops.site_id == site_id) & (drops.day >= at // DAY - 1) & (drops.call.in_(CALLS))
    refused = tx.execute(sa.select(drops.reason, sa.func.sum(drops.count)).where(recent).group_by(drops.reason))
    return Arrived(
        tx.scalar(sa.select(sa.func.min(likes.liked_at)).where(likes.site_id == site_id)),
        {reason: int(count) for reason, count in refused},
    )


def _new(typed: dict, *, wrong: dict | None = None) -> Response:
    return page("collect/new_site.html", status=422 if wrong else 200, typed=typed, wrong=wrong or {}, locales=words.LOCALES)


def _install(
    site: sites.Site, role: str, *, url: str = "", found: tagged.Found | None = None, failed: AfterlikeError | None = None,
    status: int = 200,
) -> Response:
    address, platform = house().config.address, request.args.get("platform", "html")
    platform = platform if platform in PLATFORMS else "html"
    with house().db.read() as tx:
        came = arrived(tx, site.id, now())
    looks = _looks()
    waits = came.first_like is None and looks < MOST_LOOKS and request.method == "GET"
    again = f"/admin/sites/{site.key}/install?platform={platform}&looks={looks + 1}" if waits else None
    shown = page(
        "collect/install.html", status=status, site=site, role=role, address=address, platform=platform, came=came, again=again,
        platforms={name: snippets.PLATFORMS[name] for name in PLATFORMS}, tag=snippets.tag(platform, address, site.key, {}),
        reasons=REASONS, url=url, found=found, failed=failed, minutes=MOST_LOOKS * LOOK_AGAIN_S // 60, look_s=LOOK_AGAIN_S,
    )
    if isinstance(failed, TooMany):
        shown.headers["Retry-After"] = str(failed.retry_after)
    return shown


def _looks() -> int:
    text = request.args.get("looks", "")
    return int(text) if re.fullmatch(r"\d{1,4}", text, re.ASCII) else 0
