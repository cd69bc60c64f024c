"""Where shared links lead, and the admin's page of them."""

import re

from flask import Response, redirect, request

from afterlike import sites
from afterlike.errors import NotFound
from afterlike.publicity import shares, shown
from afterlike.web import house, page


def follow(code: str) -> Response:
    """On to the product's page. Nothing is counted here: that does the page, when somebody likes or comes back."""
    with house().db.read() as tx:
        url = shares.target(tx, code)
    if url is None:
        raise NotFound()
    told = redirect(url, 302)
    told.headers["Cache-Control"] = "no-store"
    told.headers["X-Robots-Tag"] = "noindex, nofollow"
    return told


def listing(key: str) -> Response:
    """Links that endorsers share, the newest first: never ranked, since most have few people behind them."""
    admin, site, role = sites.on_site(key)
    who, number = _number(request.args.get("who", "")), _number(request.args.get("page", "1")) or 1
    with house().db.read() as tx:
        rows, total = shares.of_site(tx, site.id, who=who, page=number)
        names = shown.names_of(tx, {row.endorser_id for row in rows})
    last = max(1, -(-total // shares.PER_PAGE))
    if number > last:
        return redirect(f"{request.path}?page={last}{f'&who={who}' if who else ''}", 303)
    return page("publicity/shared.html", site=site, role=role, rows=rows, total=total, names=names, who=who, page_number=number,
                last_page=last, address=house().config.address, days=shares.LASTS // 86_400_000)


def _number(text: str) -> int | None:
    return int(text) if re.fullmatch(r"[1-9]\d{0,17}", text, re.ASCII) else None
