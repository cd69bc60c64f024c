"""Links that endorsers share: what comes of them is credited once, to nobody's own browser, and looking counts nothing."""

import json

import pytest
import sqlalchemy as sa
from admin.desk import ask, shopper_of, signed_in
from conftest import ADMIN
from flask import Flask
from followup.making import a_like, behind
from ground.making import NOW
from me.making import BEN, rows

from afterlike import journal, tables
from afterlike.publicity import share_pages, shares
from cast import CHAIR, LAMP, new_id, visit
from cast import order as an_order
from parts.programs import until


@pytest.fixture(scope="module")
def link(town, shop_site, ada) -> str:
    """The path of Ada's link to her lamp."""
    assert ada.post(f"/me/likes/{ada.liked[0]['id']}/share").to == "/me?said=shared#shares"
    [made] = rows(town, sa.select(tables.shares.c.code))
    assert f"{town.url}/to/{made.code}" in ada.page().text
    return f"/to/{made.code}"


def page_behind(town, link: str) -> str:
    told = ask("GET", town.url + link)
    assert told.status == 302 and told.headers["Cache-Control"] == "no-store"
    return told.to


def counts(town, at_least: int = 0) -> shares.Share:
    """What the site is shown of the only link, once the reader has noted so much."""
    site = rows(town, sa.select(tables.sites.c.id).where(tables.sites.c.name == "Shop"))[0].id

    def noted() -> bool:
        return rows(town, sa.select(sa.func.count().label("n")).select_from(tables.share_credits))[0].n >= at_least

    until(noted, what=f"{at_least} credits")
    with behind(town.server) as tx:
        return shares.of_site(tx, site, who=None, page=1)[0][0]


def test_it_leads_to_the_product_and_the_product_stays_the_same(town, shop_site, link):
    url = page_behind(town, link)
    assert url.startswith("https://shop.test/lamp?utm_afterlike=")
    before = rows(town, sa.select(tables.products.c.id, tables.products.c.url))
    shopper = shopper_of(town.server, shop_site, "5a5a" * 8)
    liked = shopper.send("likes", {
        "site": shop_site.site, "id": new_id(), "visitor": shopper.visitor, "source": "widget",
        "product": LAMP | {"url": url}, "page": {"url": url}, "context": {}})
    assert liked["liked"] and rows(town, sa.select(tables.products.c.id, tables.products.c.url)) == before
    seen = counts(town, 1)
    assert (seen.likes, seen.people, seen.visits, seen.orders) == (1, 1, 0, 0)
    shopper.take_back(liked)
    assert counts(town).likes == 0, "a like that was taken back does not count"


def test_following_it_counts_nothing(town, link):
    before = rows(town, sa.select(tables.share_credits)), rows(town, sa.select(sa.func.max(tables.journal.c.id)))
    for method in ("GET", "HEAD", "GET"):
        ask(method, town.url + link)
    assert before == (rows(town, sa.select(tables.share_credits)), rows(town, sa.select(sa.func.max(tables.journal.c.id))))


SAFARI = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Safari/605.1.15"
NO_PERSON = {
    "a program": {"User-Agent": "facebookexternalhit/1.1"}, "one without a name": {},
    "a look ahead": {"User-Agent": SAFARI, "Sec-Purpose": "prefetch"},
    "a picture": {"User-Agent": SAFARI, "Sec-Fetch-Dest": "image"},
}


def opened(town) -> int:
    return rows(town, sa.select(sa.func.coalesce(sa.func.sum(tables.share_opens.c.count), 0).label("n")))[0].n


@pytest.mark.parametrize(("method", "headers", "counts"), [
    *(("GET", headers, False) for headers in NO_PERSON.values()), ("HEAD", {"User-Agent": SAFARI}, False),
    ("GET", {"User-Agent": SAFARI}, True), ("GET", {"User-Agent": SAFARI, "Sec-Fetch-Dest": "document"}, True),
])  # fmt: skip
def test_only_what_a_person_opens_is_counted(method, headers, counts):
    with Flask(__name__).test_request_context(method=method, headers=headers):
        assert share_pages._is_opened() is counts


def test_a_first_visit_is_counted_once_a_network_and_day_and_nobody_is_noted(town, shop_site, ada, link):
    """It needs no like, no script and no visitor."""
    before = [rows(town, sa.select(sa.func.count().label("n")).select_from(table))[0].n
              for table in (tables.visitors, tables.share_credits, tables.journal)]
    already = opened(town)
    for headers in (*NO_PERSON.values(), *[{"User-Agent": SAFARI}] * 3):
        assert ask("GET", town.url + link, headers=headers).status == 302
    until(lambda: opened(town) > already, what="the number")
    assert opened(town) == already + 1
    assert before == [rows(town, sa.select(sa.func.count().label("n")).select_from(table))[0].n
                      for table in (tables.visitors, tables.share_credits, tables.journal)]
    assert "Opened: 1" in ada.page().words
    desk = signed_in(town.server, ADMIN)
    who = rows(town, sa.select(tables.shares.c.endorser_id))[0].endorser_id
    assert "Opened, once a network and day 1" in desk.get(f"/admin/sites/{shop_site.site}/quotes/shared").words
    assert "Opened 1 time, once a network and day." in desk.get(f"/admin/sites/{shop_site.site}/people/{who}").words


def test_her_own_return_counts_for_nothing_and_anothers_once(town, shop_site, ada, link):
    url, before = page_behind(town, link), counts(town)
    known = len(rows(town, sa.select(tables.share_credits)))
    ada.shopper.send("visits", visit(site=shop_site.site, visitor=ada.person.visitor, url=url))
    other = shopper_of(town.server, shop_site, "5b5b" * 8)
    other.like(CHAIR)
    for _ in range(3):
        other.send("visits", visit(site=shop_site.site, visitor=other.visitor, url=url))
    after = counts(town, known + 4)
    assert (after.visits, after.people) == (before.visits + 1, before.people + 1)


def test_an_order_of_whoever_came_by_it_is_credited_once(town, shop_site, link):
    other = shopper_of(town.server, shop_site, "5b5b" * 8)
    headers = {"Authorization": f"Bearer {shop_site.api_key}", "Content-Type": "application/json"}
    known = len(rows(town, sa.select(tables.share_credits)))
    stranger = shopper_of(town.server, shop_site, "5c5c" * 8)
    stranger.like(CHAIR)
    for nth, visitor in enumerate((stranger.visitor, other.visitor, other.visitor)):
        body = an_order(site=shop_site.site, visitor=visitor, order_id=str(5000 + (nth > 0)))
        assert ask("POST", f"{town.url}/v1/orders", body=json.dumps(body).encode(), headers=headers).status == 200
    seen = counts(town, known + 1)
    assert (seen.orders, seen.buyers) == (1, 1) and (seen.bought.k, seen.bought.n) == (1, seen.people)


def test_she_sees_counts_and_no_single_buyer(ada, link):
    words = ada.page().words
    assert "Came back by it: 1" in words and "Orders: told from three buyers on" in words


def test_the_admin_sees_counts_with_n_and_interval(town, shop_site, link):
    page = signed_in(town.server, ADMIN).get(f"/admin/sites/{shop_site.site}/quotes/shared")
    assert link in page.text and "95 %" in page.words and "Reading lamp" in page.words
    who = rows(town, sa.select(tables.shares.c.endorser_id))[0].endorser_id
    assert link in signed_in(town.server, ADMIN).get(f"/admin/sites/{shop_site.site}/quotes/shared?who={who}").text


def test_nobody_makes_or_ends_a_link_of_somebody_else(town, shop_site, ada, link):
    ben = town.settle(shop_site, BEN, likes=[CHAIR])
    [mine] = rows(town, sa.select(tables.shares.c.id))
    assert ben.post(f"/me/likes/{ada.liked[0]['id']}/share").status == 404
    assert ben.post("/me/likes/nonsense/share").status == 404
    assert ben.post(f"/me/shares/{mine.id}").status == 404
    assert ada.desk.post(f"/me/shares/{mine.id}", proof="forged").status == 403
    assert ask("GET", town.url + link).status == 302


@pytest.mark.parametrize(("url", "code"), [
    ("https://shop.test/?utm_afterlike=abcdefghij", "abcdefghij"),
    ("https://shop.test/?a=1&utm_afterlike=zzzzzzzzzz&utm_afterlike=abcdefghij#x", "abcdefghij"),
    ("https://shop.test/?utm_afterlike=ABCDEFGHIJ", None), ("https://shop.test/?utm_afterlike=", None),
    ("https://shop.test/utm_afterlike=abcdefghij", None), ("https://[", None), ("", None),
])
def test_the_code_in_a_pages_address(url, code):
    assert shares.code_of(url) == code


@pytest.mark.parametrize("path", ["/to/abcdefghij", "/to/x", "/to/" + "a" * 500, "/to/%00"])
def test_a_link_that_nobody_made_leads_nowhere(town, path):
    assert ask("GET", town.url + path).status == 404


def test_an_ended_link_leads_nowhere_and_a_new_one_is_another(town, ada, link):
    [mine] = rows(town, sa.select(tables.shares.c.id))
    assert ada.post(f"/me/shares/{mine.id}").to == "/me?said=share-ended#shares"
    assert ask("GET", town.url + link).status == 404
    ada.post(f"/me/likes/{ada.liked[0]['id']}/share")
    [fresh] = rows(town, sa.select(tables.shares.c.code))
    assert f"/to/{fresh.code}" != link and ask("GET", f"{town.url}/to/{fresh.code}").status == 302


def test_credits_are_counted_alike_by_both_databases(database, speaker):
    """Another's like by the link counts, her own does not; and an erasure takes both with it."""
    with database.engine.begin() as tx:
        uuid = tx.scalar(sa.select(tables.likes.c.uuid))
    code = database.write(shares.make, (speaker.site, speaker.endorser, uuid, NOW))
    assert database.write(shares.make, (speaker.site, speaker.endorser, uuid, NOW)) == code
    with database.engine.begin() as tx:
        assert shares.target(tx, code).endswith(f"?utm_afterlike={code}")
        for nth, like in enumerate((speaker.like, a_like(tx, speaker.site, "5d5d" * 8))):
            page = {"page_url": f"https://shop.test/?utm_afterlike={code}"}
            tx.execute(sa.update(tables.likes).where(tables.likes.c.id == like).values(page))
            visitor = tx.scalar(sa.select(tables.likes.c.visitor_id).where(tables.likes.c.id == like))
            row = {"site_id": speaker.site, "at": NOW + nth, "visitor_id": visitor}
            journal.append(tx, [row | {"kind": "liked", "like_id": like}, row | {"kind": "purchased", "about_id": nth + 1}])
    shares.credit(database)
    with database.read() as tx:
        [share], total = shares.of_site(tx, speaker.site, who=speaker.endorser, page=1)
    assert (total, share.people, share.likes, share.orders, share.buyers) == (1, 1, 1, 1, 1)
    assert len(followed(database)) == 4, "hers are kept, and left out of the counts"
    with database.engine.begin() as tx:
        shares.forget(tx, speaker.endorser, [])
        assert shares.target(tx, code) is None
    assert followed(database) == []


def followed(database) -> list:
    with database.read() as tx:
        return tx.execute(sa.select(tables.share_credits)).all()
