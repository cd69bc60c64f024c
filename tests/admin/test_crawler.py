"""A crawler with an admin's cookie follows every link twice, by GET and by HEAD; nothing changes (S12)."""

import re

import pytest
import sqlalchemy as sa
from admin.crawled import kept
from admin.desk import Shopper, ask, ids, sign_in_link, signed_in
from followup.making import a_failed_letter, agree_there, behind
from sites.liking import claims_in_every_state, like_before

from afterlike import tables
from parts.programs import until

MOST = 500


@pytest.fixture(scope="module")
def collector_settings() -> dict[str, object]:
    return {"dns": "127.0.0.1:1"}


@pytest.fixture
def shop(collector) -> Shopper:
    return Shopper(collector.url, collector.site, collector.origin)


def settled(server) -> None:
    """Waits until the claim that waits to be checked was: that is background work too, but in a table that admins change."""
    claims = tables.origin_claims.c
    waits = sa.select(sa.func.count()).where(claims.checked_at.is_(None), claims.due_at.is_not(None))

    def none_waits() -> bool:
        with behind(server) as tx:
            return tx.scalar(waits) == 0

    until(none_waits, within_s=60, what="the check of a claim")


def links(text: str) -> set[str]:
    return {link.partition("#")[0].replace("&amp;", "&") for link in re.findall(r'(?:href|action|src)="(/[^"]*)"', text)}


def test_following_every_link_twice_changes_nothing(collector, shop):
    shop.like()
    desk = signed_in(collector.server, "ada@shop.test")
    [like] = set(map(int, ids(desk.get(f"/admin/sites/{collector.site}/endorsements"))))
    agree_there(collector.server, like)
    with behind(collector.server) as tx:
        claim = claims_in_every_state(tx, collector.site)[0]
        like_before(tx, "https://shop.example", "Blue bowl")
    settled(collector.server)
    talk = a_failed_letter(desk, collector.site, like)["conversations"]
    unused = sign_in_link(collector.server, "ada@shop.test").removeprefix(collector.url)
    waiting, seen = ["/admin/", f"/admin/sites/{collector.site}/endorsements", unused], set()
    until(lambda: "/products/" in desk.get(f"/admin/sites/{collector.site}/products").text, what="the sums")
    before = kept(collector.server.home)
    while waiting and len(seen) < MOST:
        path = waiting.pop()
        if path in seen:
            continue
        seen.add(path)
        replies = [desk.get(path), desk.get(path)]
        cookies = "; ".join(f"{name}={value}" for name, value in desk.cookies.items())
        ask("HEAD", collector.url + path, headers={"Cookie": cookies})
        waiting += [replies[1].to.removeprefix(collector.url)] if replies[1].to else []
        waiting += links(replies[1].text) if "html" in replies[1].headers.get("Content-Type", "") else []
    pages = (
        "admins", "mentions", "install", "webhooks", "keys", "settings", "audit", "audit.csv",
        "tag", "refused", "endorsements.csv", "mail", "extension", "prompts", f"extension/{claim}",
        f"conversations/{talk}", "conversations/replies", f"conversations/new?like={like}",
        "prompts/why", "prompts/1", "prompts/1/json", "prompts/1/preview",
        "people", "products", "answers", "charts/gap.csv", "quotes", "quotes/new",
        "quotes/shared",
    )
    assert {f"/admin/sites/{collector.site}/{page}" for page in pages} <= seen
    after = kept(collector.server.home)
    assert {name: rows for name, rows in after.items() if rows != before[name]} == {}
    assert desk.post(unused, proof=desk.get("/admin/account").proof).to == "/admin/", "the link was used up by looking"

