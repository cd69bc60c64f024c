"""The pages of this room in real browsers: for everybody, at every width, in light and dark, with script and without."""

from types import SimpleNamespace

import pytest
import sqlalchemy as sa
from admin.desk import enter, hire, shopper_of, sign_in_link, signed_in
from admin.test_looks import looked_at
from conftest import ADMIN
from followup.making import agree_there, behind
from playwright.sync_api import expect

from afterlike import sites, tables
from afterlike.clock import now
from afterlike.me import many
from cast import ADA, BEN, CHAIR, LAMP
from parts.browsers import SIZES, every_look
from parts.product import Server, make_site
from parts.programs import until

LONG = "Itsasinglewordthatnobodybroke" * 6
PAGES = (
    "", "/people", "/people?q=zebra", "/people?tag=fair&confirmed=1", "/people/{who}", "/people/{who}?done=merged",
    "/people/{who}/erase", "/people/erase?likes=1,2", "/people/erase?q=lamp", "/people/erase?q=zebra", "/people/erasures/{going}",
    "/people/erasures/{ended}", "/people/erasures/{stopped}",
    "/products", "/products?q=zebra", "/products/1", "/products/2", "/answers", "/answers?q=zebra",
    "/answers?wrong=tag",
)
EMPTY = ("", "/people", "/products", "/answers")


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    """A shop where things happened, and one where nothing did, of the same owner."""
    running = Server(tmp_path_factory.mktemp("town"), dns="127.0.0.1:1", live_seconds=2)
    try:
        running.start()
        shop = make_site(running, origin="https://shop.test", name="A shop with a rather long name", admin=ADMIN)
        other = make_site(running, origin="https://other.test", name="Nothing yet", admin=ADMIN)
        hire(running, shop.site, email="two@shop.test", role="viewer")
        ada, ben = shopper_of(running, shop, ADA), shopper_of(running, shop, BEN)
        liked = ada.like(LAMP, context={"lasting": True})
        ada.say(liked, {"why": ["look", {"other": LONG}], "have": "wish"})
        ada.leave(liked, "https://www.pinterest.test/ada/a-board-with-a-long-name/and-another-part", name="Ada Byron")
        ben.like(CHAIR)
        ada.like(CHAIR)
        who = agree_there(running, 1)
        desk, here = signed_in(running, ADMIN), f"/admin/sites/{shop.site}"
        desk.post(f"{here}/people/{who}/tags", tag="fair")
        desk.post(f"{here}/people/{who}/notes", note=f"Met at the fair. {LONG}")
        desk.post(f"{here}/answers/1/tags", tag="to quote")
        until(lambda: "2 products" in desk.get(f"{here}/products").words, what="the products’ sums")
        until(lambda: "fair" in desk.get(f"{here}/people").words, what="the people’s sums")
        yield SimpleNamespace(server=running, here=running.url + here, empty=f"{running.url}/admin/sites/{other.site}", who=who,
                              **erasures(running, shop.site))
    finally:
        running.close()


def erasures(running: Server, key: str) -> dict[str, int]:
    """Of many people, in every state; the worker finds nobody to erase in the one that is going on."""
    with behind(running) as tx:
        wish = many.Beginning(sites.site_named(tx, key).id, 1, (-999_999,), False, now())
        going, ended, stopped = many.begin(tx, [wish, wish, wish])
        many.stop(tx, [(wish.site_id, one, now()) for one in (going, ended, stopped)])
        jobs = tables.mass_erasures
        tx.execute(sa.update(jobs).where(jobs.c.id == going).values(people=12_000, unerased=4_000, ended_at=None, stopped=0))
        tx.execute(sa.update(jobs).where(jobs.c.id == ended).values(stopped=0, unerased=0))
    return {"going": going, "ended": ended, "stopped": stopped}


@every_look
def test_every_page_is_for_everybody(town, chromium, new_page, size, scheme):
    page = new_page(chromium, viewport=size, color_scheme=scheme)
    enter(page, sign_in_link(town.server, ADMIN))
    wrong = [told for path in PAGES for told in looked_at(page, town.here + path.format(**vars(town)))]
    wrong += [told for path in EMPTY for told in looked_at(page, town.empty + path)]
    assert not wrong, "\n".join(wrong)


def test_a_viewer_reads_all_of_it_and_changes_nothing(town, chromium, new_page):
    page = new_page(chromium, viewport=SIZES["narrow"])
    enter(page, sign_in_link(town.server, "two@shop.test"))
    for path in ("", f"/people/{town.who}", "/products/1", "/answers"):
        assert looked_at(page, town.here + path) == [] and page.locator("main form[method=post]").count() == 0


def test_a_tag_is_put_on_in_a_browser_without_script(town, chromium, new_page):
    page = new_page(chromium, java_script_enabled=False)
    enter(page, sign_in_link(town.server, ADMIN))
    page.goto(f"{town.here}/people/{town.who}")
    page.get_by_label("New tag").fill("Potter")
    page.get_by_role("button", name="Add").click()
    expect(page.get_by_role("status").filter(has_text="The tag is on.")).to_be_visible()
    page.get_by_role("button", name="Take off: potter").click()
    expect(page.get_by_role("status").filter(has_text="The tag is off.")).to_be_visible()


def test_a_like_appears_on_home_while_somebody_looks(town, any_browser, new_page):
    page = new_page(any_browser)
    enter(page, sign_in_link(town.server, ADMIN))
    page.goto(town.here)
    latest = page.get_by_role("region", name="Latest likes")
    before = latest.get_by_role("listitem").count()
    visitor = f"{id(page):032x}"
    key = town.here.rpartition("/")[2]
    shopper_of(town.server, SimpleNamespace(site=key, origin="https://shop.test"), visitor).like(LAMP)
    expect(latest.get_by_role("listitem")).to_have_count(before + 1, timeout=30_000)
