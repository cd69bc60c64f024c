"""From a claimed profile to a proven one: the page of one's own, the snippet, the check, in a browser and against real sites."""

import pytest
import sqlalchemy as sa
from admin.desk import enter, sign_in_link, signed_in
from conftest import ADMIN
from looks.looking import wrong_with
from me.making import ADA, BEN, CLEO, Endorser, built_in, rows
from me.test_looks import inside
from playwright.sync_api import expect

from afterlike import tables
from cast import LAMP, Person, new_id
from parts.browsers import SIZES
from parts.profiles import OtherSite
from parts.programs import until


@pytest.fixture(scope="module")
def there():
    site = OtherSite()
    yield site
    site.close()


@pytest.fixture(scope="module")
def town_settings(there) -> dict[str, str]:
    return {"limit_sign_in": "1000/minute", "limit_opt_in": "1000/minute", "limit_visitor": "1000/minute",
            "fetch_allow": there.place}


def claimed(endorser: Endorser, url: str, **more) -> int:
    """The number of a profile that somebody left."""
    assert endorser.post("/me/profiles", id=new_id(), url=url, **more).status == 303
    links = tables.profile_links.c
    return max(row.id for row in rows(endorser.town, sa.select(links.id, links.url)))


def link(endorser: Endorser, number: int) -> sa.Row:
    return rows(endorser.town, tables.profile_links.select().where(tables.profile_links.c.id == number))[0]


def with_page(endorser: Endorser, name: str) -> str:
    """The address of somebody's public page."""
    assert endorser.post("/me/public", name=name).to.startswith("/me?said=page-kept")
    [page] = rows(endorser.town, tables.public_pages.select().where(tables.public_pages.c.name == name))
    return f"{endorser.town.url}/p/{page.key}"


def checked(endorser: Endorser, number: int) -> str:
    """The state after a check."""
    assert endorser.post(f"/me/profiles/{number}/check").to == f"/me/profiles/{number}"
    until(lambda: link(endorser, number).checked_at is not None, within_s=30, what="the check")
    return link(endorser, number).state


@pytest.fixture(scope="module")
def ada(town, shop_site) -> Endorser:
    return town.settle(shop_site, ADA, likes=[LAMP])


@pytest.fixture(scope="module")
def ben(town, shop_site) -> Endorser:
    return town.settle(shop_site, BEN, likes=[LAMP])


def test_from_a_link_to_a_proof_that_the_admin_sees(town, shop_site, ada, there, chromium, new_page):
    url = there.put("/ada", "<p>Hello</p>")
    page = inside(new_page(chromium, viewport=SIZES["narrow"]), ada)
    page.goto(f"{town.url}/me#profiles")
    page.get_by_text("Add a profile").click()
    page.get_by_label("The address of your profile").fill(url)
    page.get_by_role("button", name="Add", exact=True).click()
    page.get_by_role("link", name="Prove that it is yours").click()
    page.get_by_label("Your name on it").fill("Ada B.")
    page.get_by_role("button", name="Make my public page").click()
    expect(page.get_by_text("Kept. Your public page shows this now.")).to_be_visible()
    snippet = page.locator("#snippet").inner_text()
    assert snippet.startswith('<a rel="me" href="http://127.0.0.1:')
    page.get_by_role("button", name="Check now").click()
    expect(page.get_by_text("found no link to your page")).to_be_visible(timeout=30_000)
    assert wrong_with(page) == []
    there.put("/ada", f"<p>Hello</p>{snippet}")
    page.get_by_role("button", name="Check now").click()
    expect(page.get_by_text("It is proven.")).to_be_visible(timeout=30_000)
    page.get_by_role("link", name="/p/").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Ada B.")
    expect(page.get_by_role("link", name="/ada")).to_have_attribute("href", url)
    assert wrong_with(page) == [] and page.locator('meta[content="noindex"]').count() == 1
    enter(desk := new_page(chromium), sign_in_link(town.server, ADMIN))
    [row] = rows(town, tables.profile_links.select())
    desk.goto(f"{town.url}/admin/sites/{shop_site.site}/people/{row.endorser_id}")
    expect(desk.locator(".proof[data-proof=proven]").first).to_contain_text("proven")
    expect(desk.get_by_text("Proved a profile")).to_be_visible()


def test_two_people_and_one_address_until_one_of_them_proves_it(town, shop_site, ada, ben, there):
    url = there.put("/both", "<p>Whose?</p>")
    hers, his = claimed(ada, url), claimed(ben, url.upper().replace("HTTP://127", "http://127").replace("/BOTH", "/both/"))
    assert {link(ada, hers).state, link(ben, his).state} == {"disputed"}
    for someone in (ada, ben):
        assert "Somebody else says that this page is theirs too" in someone.page().words
    mine = with_page(ben, "Ben")
    there.put("/both", f'<a rel="me" href="{mine}">Ben</a>')
    there.put("/both/", f'<a rel="me" href="{mine}">Ben</a>')
    assert checked(ben, his) == "proven" and link(ada, hers).state == "disputed"
    ben.post(f"/me/profiles/{his}", do="remove")
    assert link(ada, hers).state == "claimed"


def test_a_public_page_shows_the_name_and_what_is_proven_alone(town, ada, there):
    claimed(ada, "https://instagram.com/ada", name="Ada Byron")
    public = with_page(ada, "Only this")
    shown = ada.desk.get(public)
    assert "Only this" in shown.words and "instagram" not in shown.text and ADA.email not in shown.text
    words = built_in("publish_profile").sha256.hex()
    assert ada.post("/me/public", name="Ada", listed="1", text="0" * 64).to == "/me?said=other-words"
    ada.post("/me/public", name="Ada", listed="1", text=words)
    assert 'content="all"' in ada.desk.get(public).text
    ada.post("/me/public", name="Ada")
    assert 'content="noindex"' in ada.desk.get(public).text
    assert ada.desk.get("/p/nobody").status == 404
    assert ada.post("/me/public", name=" \0 ").to == "/me?said=bad-name"


def test_erasing_takes_the_page_along(town, shop_site):
    finn = town.settle(shop_site, Person("Finn", "finn@people.test", "f1f1" * 8), likes=[LAMP])
    public = with_page(finn, "Finn of the page")
    assert finn.desk.get(public).status == 200
    finn.post("/me/erase")
    assert finn.desk.get(public).status == 404
    assert "Finn of the page" not in str(rows(town, tables.public_pages.select()))


def test_another_persons_profile_is_neither_seen_nor_checked(ada, ben):
    number = claimed(ada, "https://ada.example/me")
    assert ben.desk.get(f"/me/profiles/{number}").status == 404
    assert ben.post(f"/me/profiles/{number}/check").status == 404


DOORS = [("instagram", "@ada.b", "https://instagram.com/ada.b"), ("whatsapp", "+62 812 345 678", "https://wa.me/62812345678"),
         ("tiktok", "ada", "https://tiktok.com/@ada"), ("", "https://www.Facebook.com/ada.b/?fbclid=1", "https://facebook.com/ada.b"),
         ("", "twitter.com/ada", "https://x.com/ada"), ("telegram", "https://t.me/adaada", "https://t.me/adaada")]  # fmt: skip


def test_other_networks_are_doors_that_nobody_but_people_open(town, shop_site):
    cleo = town.settle(shop_site, CLEO, likes=[LAMP])
    for network, typed, url in DOORS:
        number = claimed(cleo, typed, network=network)
        row = link(cleo, number)
        assert (row.url, row.network is not None) == (url, True)
        assert cleo.desk.get(f"/me/profiles/{number}").status == 404
        cleo.post(f"/me/profiles/{number}", do="remove")
    claimed(cleo, "@cleo", network="instagram", name="Cleo")
    assert "diberikan, tidak diperiksa" in cleo.page().words
    [who] = {row.endorser_id for row in rows(town, tables.profile_links.select()) if row.name == "Cleo"}
    desk, path = signed_in(town.server, ADMIN), f"/admin/sites/{shop_site.site}/people/{who}"
    shown = desk.get(path).words
    assert "Open profile" in shown and "Halo Cleo! Anda menyukai Reading lamp di Shop" in shown
    assert desk.post(f"{path}/outside", network="instagram").to == f"{path}?done=outside"
    assert "Written to on another network" in desk.get(path).words
    assert desk.post(f"{path}/outside", network="x").status == 404
    told = cleo.desk.get("/me/everything.json").json
    assert [one["network"] for one in told["letters_elsewhere"]] == ["instagram"]
