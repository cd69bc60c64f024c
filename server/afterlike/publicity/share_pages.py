"""Where shared links lead, and the admin's page of them."""

import re
from collections import Counter

import crawleruseragents
from flask import Response, redirect, request

from afterlike import sites
from afterlike.clock import DAY, now
from afterlike.errors import NotFound, TooMany
from afterlike.publicity import shares, shown
from afterlike.web import house, network, page, peer

LIMITS = {"share_open": (1, 86_400)}  # of one network


def follow(code: str) -> Response:
    """On to the product's page. It is counted as opened, as metrics are; likes and returns are credited by the page."""
    with house().db.read() as tx:
        url = shares.target(tx, code)
    if url is None:
        raise NotFound()
    if _is_opened():
        _count(code)
    told = redirect(url, 302)
    told.headers["Cache-Control"] = "no-store"
    told.headers["X-Robots-Tag"] = "noindex, nofollow"
    return told


def _is_opened() -> bool:
    """Whether a person seems to have followed it: no program, no look ahead, nothing that a page loads by itself."""
    asked = request.headers
    ahead = "prefetch" in f"{asked.get('Sec-Purpose', '')} {asked.get('Purpose', '')} {asked.get('X-Moz', '')}".lower()
    whole = asked.get("Sec-Fetch-Dest", "document") == "document"
    agent = asked.get("User-Agent", "")[:500]  # every browser has one
    return request.method == "GET" and whole and not ahead and bool(agent) and not crawleruseragents.is_crawler(agent)


def _count(code: str) -> None:
    """Once a network and day, kept a moment later: whoever opens it goes on at once, whatever becomes of the number."""
    try:
        house().limits.spend("share_open", code, network(peer(request)) or "loopback")
    except TooMany:
        return
    house().state["opens"].add(Counter([(code, now() // DAY)]))


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
