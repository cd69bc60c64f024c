"""A new site in three steps, and what its installation page says at each: nothing yet, refused, arrived."""

import re

import pytest
from admin.desk import Shopper, ask, enter, hire, sign_in_link, signed_in
from conftest import ADMIN
from playwright.sync_api import expect

from afterlike.collect import tagged
from afterlike.safefetch import Fetched
from afterlike.sites import Site
from parts.programs import until

ADDRESS = "https://likes.shop.test"
KEY = "0123456789abcdef"
SITE = Site(1, KEY, "Shop", "en", 0, 1, frozenset({"https://shop.test"}))
TAG = f'<script async src="{ADDRESS}/w.js" data-site="{KEY}"></script>'


def seen(page: str = TAG, url: str = "https://shop.test/lamp", policy: str = "", status: int = 200) -> tagged.Found:
    headers = {"content-security-policy": policy} if policy else {}
    return tagged.look(Fetched(url, status, headers, page.encode(), ()), SITE, ADDRESS)


def test_a_page_with_the_tag_is_fine():
    assert seen().is_fine
    assert seen(f"<script\n data-site='{KEY}'\n src={ADDRESS}/w.js async></script>").is_fine


@pytest.mark.parametrize(("wrong", "told"), [
    ({"page": "<p>nothing</p>"}, "has_tag"), ({"page": TAG.replace(KEY, "f" * 16)}, "right_key"),
    ({"page": TAG.replace("likes.", "other.")}, "right_address"), ({"url": "https://www.shop.test/"}, "registered"),
    ({"page": '<script src="/w.js"></script>'}, "has_tag"),
])  # fmt: skip
def test_what_is_wrong_with_a_page_is_told(wrong, told):
    found = seen(**wrong)
    assert not getattr(found, told) and not found.is_fine


POLICIES = {
    "": (), "img-src 'none'": (), "default-src *": (), "default-src https:": (),
    f"script-src {ADDRESS}; connect-src {ADDRESS}": (),
    "script-src https://*.shop.test; connect-src likes.shop.test": (), "default-src 'self'": ("script-src", "connect-src"),
    f"default-src 'none'; script-src {ADDRESS}/w.js": ("connect-src",), "script-src 'nonce-x'": (),
    "script-src http:; connect-src *": ("script-src",), "script-src 'none'; script-src *": ("script-src",),
    f"script-src-elem {ADDRESS}; script-src 'none'": (), f"connect-src {ADDRESS}.evil.test": ("connect-src",),
}  # fmt: skip


@pytest.mark.parametrize(("policy", "blocked"), POLICIES.items(), ids=map(repr, POLICIES))
def test_a_policy_that_shuts_the_tag_out_is_named(policy, blocked):
    assert seen(policy=policy).blocked == blocked


# Through the door.


@pytest.fixture(scope="module")
def owner(collector):
    return signed_in(collector.server, ADMIN)


def made(owner, **more) -> str:
    begun = owner.post("/admin/sites", name="New shop", origins="https://new.test", locale="de", **more)
    return re.fullmatch(r"/admin/sites/([0-9a-f]{16})/install", begun.to)[1]


def test_a_site_is_added_and_asks_like_every_other(collector, owner):
    key = made(owner)
    page = owner.get(f"/admin/sites/{key}/install")
    assert page.status == 200 and f'data-site=&#34;{key}&#34;' in page.text and "No request yet" in page.words
    liked = Shopper(collector.url, key, "https://new.test").like()
    assert liked["next_step"]["kind"] == "survey"
    assert "Added the site" in owner.get(f"/admin/sites/{key}/audit").words


NOT_WHOLE = [({"name": " "}, "name"), ({"origins": ""}, "origins"), ({"origins": "ftp://x"}, "origins")]


@pytest.mark.parametrize(("fields", "field"), NOT_WHOLE)
def test_a_site_without_name_or_origin_is_not_added(owner, fields, field):
    refused = owner.post("/admin/sites", **{"name": "Shop", "origins": "https://new.test", "locale": "en"} | fields)
    assert refused.status == 422 and f'id="{field}-wrong"' in refused.text


def test_only_owners_add_sites(collector):
    hire(collector.server, collector.site, email="ed@shop.test", role="editor")
    ed = signed_in(collector.server, "ed@shop.test")
    assert ed.get("/admin/sites/new").status == 403
    assert ed.post("/admin/sites", name="Mine", origins="https://mine.test", locale="en").status == 403


def test_the_page_waits_says_what_is_refused_and_ends_with_the_first_like(collector, owner):
    key = made(owner)
    page = f"/admin/sites/{key}/install"
    first = owner.get(page)
    assert f'<noscript><meta http-equiv="refresh" content="5; url={page}?platform=html&amp;looks=1">' in first.text
    assert "refresh" not in owner.get(f"{page}?looks=36").text, "it would look for ever"
    stranger = Shopper(collector.url, key, "https://elsewhere.test")
    body = b'{"site": "%s"}' % key.encode()
    headers = {"Origin": "https://elsewhere.test", "Content-Type": "text/plain", "User-Agent": "Mozilla/5.0 Firefox/128.0"}
    ask("POST", f"{stranger.url}/v1/likes", body=body, headers=headers)
    until(lambda: "refused" in owner.get(page).words, what="the refusal to be told")
    Shopper(collector.url, key, "https://new.test").like()
    done = owner.get(page)
    assert "It works." in done.words and "refresh" not in done.text


def test_the_page_that_waits_keeps_what_is_typed_in_it(collector, owner, any_browser, new_page):
    key = made(owner)
    page = new_page(any_browser)
    enter(page, sign_in_link(collector.server, ADMIN))
    page.goto(f"{collector.url}/admin/sites/{key}/install")
    typed = page.get_by_label("Address of a product page")
    typed.fill("https://new.test/lamp")
    Shopper(collector.url, key, "https://new.test").like()
    expect(page.get_by_role("region", name="Has anything come?").get_by_text("It works.")).to_be_visible(timeout=30_000)
    expect(page.locator("[data-says]")).to_contain_text("It works.")
    expect(page.get_by_text("Nothing comes?")).to_have_count(0)
    expect(page.locator("time small").first).not_to_contain_text("UTC")
    expect(typed).to_have_value("https://new.test/lamp")
    expect(typed).to_be_focused()


def test_a_refusal_because_of_the_origin_is_told_as_that(collector, owner):
    key = made(owner)
    shopper = Shopper(collector.url, key, "https://elsewhere.test")
    with pytest.raises(AssertionError):
        shopper.like()
    page = f"/admin/sites/{key}/install"
    until(lambda: "because of its origin" in owner.get(page).words, what="the refusal to be told")
    assert f"{page.removesuffix('install')}settings#origins-part" in owner.get(page).text


def test_a_page_is_looked_at(server, site, shop_server):
    running = server(fetch_allow=shop_server.url.removeprefix("http://"))
    registered = site(running, origin=shop_server.url)
    shop_server.empty()
    shop_server.fill = {"collector": running.url, "site": registered.site}
    desk = signed_in(running, ADMIN)
    look = f"/admin/sites/{registered.site}/install/page"
    address = shop_server({"/": f'<!doctype html><script async src="{running.url}/w.js" data-site="{registered.site}"></script>'})
    assert "Nothing is wrong with this page." in desk.post(look, page=address).words
    again = desk.post(look, page=address)
    assert again.status == 429 and int(again.headers["Retry-After"]) > 0
    assert desk.post(look.replace(registered.site, "f" * 16), page=address).status == 404


def test_a_private_page_is_not_looked_at(collector, owner):
    told = owner.post(f"/admin/sites/{collector.site}/install/page", page="http://localhost/")
    assert told.status == 422 and 'role="alert"' in told.text


def test_a_site_is_added_in_a_browser_without_script(collector, chromium, new_page):
    page = new_page(chromium, java_script_enabled=False)
    enter(page, sign_in_link(collector.server, ADMIN))
    page.goto(f"{collector.url}/admin/sites/new")
    page.get_by_role("textbox", name="Name").fill("By hand")
    page.get_by_role("textbox", name="Address of the shop").fill("https://hand.test")
    page.get_by_role("button", name="Next: the tag").click()
    page.get_by_role("link", name="Shopify").click()
    expect(page.get_by_text("layout/theme.liquid")).to_be_visible()
    key = page.url.split("/")[5]
    Shopper(collector.url, key, "https://hand.test").like()
    # The page looks again by itself.
    expect(page.get_by_role("region", name="Has anything come?").get_by_text("It works.")).to_be_visible(timeout=30_000)
