"""Coverage: which buttons pages show, which nobody has liked, what is liked without one; bounded, and nothing about visitors."""

import re
from types import SimpleNamespace

import pytest
import sqlalchemy as sa
from admin.desk import ask, shopper_of, signed_in
from conftest import ADMIN
from followup.making import behind
from ground.making import NOW
from insight.making import a_shop, again

from afterlike import catalog, collect, tables
from afterlike.clock import DAY
from afterlike.collect import sightings
from afterlike.insight import coverage, home, products
from cast import CHAIR, LAMP
from parts.programs import until

TODAY = NOW // DAY


def seen(database, site: int, *keys: str, day: int = TODAY) -> None:
    database.write(sightings.add, {(site, day, key) for key in keys})


@pytest.fixture
def shop(database):
    """A lamp, a chair and a stool with a like each; a vase whose only like is held."""
    with a_shop(database) as made:
        made.ids = {name: made.product(name) for name in ("Lamp", "Chair", "Stool", "Vase")}
        for name in ("Lamp", "Chair", "Stool"):
            made.like("ada", made.ids[name])
        made.like("ben", made.ids["Vase"], state="held")
        for name, number in made.ids.items():
            made.tx.execute(sa.update(tables.products).where(tables.products.c.id == number).values(
                key=name, key_hash=catalog.key_hash(made.site, name)))
    return made


def told(database, shop, now: int = NOW) -> coverage.Coverage:
    with database.read() as tx:
        return coverage.coverage(tx, shop.site, now)


def test_buttons_are_counted_and_set_against_what_is_liked(database, shop):
    nothing = told(database, shop)
    assert (nothing.liked, nothing.priced, nothing.buttons, nothing.buttonless, nothing.since) == (4, 4, 0, 0, None)
    seen(database, shop.site, "Lamp", "Bowl", "Cup")
    seen(database, shop.site, "Lamp", day=TODAY - 3)
    found = told(database, shop)
    assert (found.buttons, found.unliked, found.buttonless) == (3, 2, 2) and found.whole_site is None
    with database.read() as tx:
        assert coverage.unliked(tx, shop.site, NOW) == ["Bowl", "Cup"]
        rows, total = products.found(tx, shop.site, products.Wanted(only="buttonless"), page=1, now=NOW)
        assert ([one.name for one in rows], total) == (["Chair", "Stool"], 2)
        assert home.waiting(tx, shop.site, home.totals(tx, shop.site), NOW)["buttonless"] == 2


def test_a_button_that_is_gone_for_a_month_is_none(database, shop):
    seen(database, shop.site, "Lamp", "Chair", "Stool", day=TODAY - coverage.DAYS + 1)
    assert told(database, shop).buttonless == 0 and told(database, shop, NOW + DAY).buttonless == 3
    assert database.write(sightings.forget_sightings, NOW + 62 * DAY) == 3


@pytest.mark.parametrize(("keys", "pages", "warned"), [
    (("https://shop.test/",), 1, True), (("https://shop.test/", "Chair"), 1, False), (("Lamp",), 1, False), (("Lamp",), 3, True),
], ids=["the front page", "beside another", "a shop of one product", "one for many pages"])  # fmt: skip
def test_one_button_for_the_whole_shop_is_warned_about(database, shop, keys, pages, warned):
    seen(database, shop.site, *keys)
    with again(database, shop) as more:
        for nth in range(pages):
            more.like(f"visitor {nth}", shop.ids["Lamp"], page_url=f"https://shop.test/page-{nth}")
    with database.read() as tx:
        assert (coverage.whole_site(tx, shop.site, NOW) is not None) is warned
        assert ("whole_site" in home.waiting(tx, shop.site, home.totals(tx, shop.site), NOW)) is warned


def test_what_is_kept_is_bounded(database, shop, monkeypatch):
    monkeypatch.setattr(sightings, "MOST", 3)
    seen(database, shop.site, "a", "b")
    seen(database, shop.site, "c", "d", "a", day=TODAY + 1)
    seen(database, shop.site, "b", "e", day=TODAY + 1)
    with a_shop(database, "other") as other:
        pass
    seen(database, other.site, "a")
    with database.read() as tx:
        rows = tx.execute(sa.select(tables.button_sightings).where(tables.button_sightings.c.site_id == shop.site)).all()
        assert len(rows) == 3 and {row.last_day for row in rows} == {TODAY + 1}, "what is known goes on being noted"
        assert coverage.coverage(tx, other.site, NOW).buttons == 1
    assert set(tables.button_sightings.c.keys()) == {"site_id", "key_hash", "key", "first_day", "last_day"}


def test_what_could_not_be_kept_is_kept_later(database, shop):
    waiting = collect.Sightings(database)
    for _ in range(3):
        waiting.note(shop.site, ["Lamp", "Chair"])
    waiting.keep(), waiting.keep()
    with database.read() as tx:
        assert tx.scalar(sa.select(sa.func.count()).select_from(tables.button_sightings)) == 2


# Through the door.


def buttons(server) -> set[str]:
    with behind(server) as tx:
        return set(tx.scalars(sa.select(tables.button_sightings.c.key)))


def test_only_pages_of_the_site_are_believed(collector):
    url = f"{collector.url}/v1/counts?site={collector.site}&products="
    for headers in ({}, {"Origin": "https://elsewhere.test"}, {"Origin": "null"}, {"Referer": "nonsense"}):
        ask("GET", f"{url}stranger", headers=headers)
    ask("GET", f"{url}lamp-1,a%2Cb", headers={"Origin": collector.origin})
    ask("GET", f"{url}by-referer", headers={"Referer": f"{collector.origin}/page"})
    until(lambda: len(buttons(collector.server)) == 3, what="the buttons")
    assert buttons(collector.server) == {"lamp-1", "a,b", "by-referer"}
    shopper = shopper_of(collector.server, collector)
    shopper.like(LAMP | {"key": "lamp-1"}), shopper.like(CHAIR)
    desk, here = signed_in(collector.server, ADMIN), f"/admin/sites/{collector.site}"
    until(lambda: "2 products" in desk.get(f"{here}/products").words, what="the sums")

    def read() -> SimpleNamespace:
        return SimpleNamespace(**dict(re.findall(r"(\w+)</dt><dd>(?:<a [^>]*>)?(\d+)", desk.get(f"{here}/products").text)))

    told = until(lambda: (now := read()).seen != "0" and now, what="the like of the chair in the sums")
    assert (told.showed, told.liked, told.seen) == ("3", "2", "1")
    assert "1 product is liked, and no page shows its button" in desk.get(here).words
    assert "a,b" in desk.get(f"{here}/products").words
