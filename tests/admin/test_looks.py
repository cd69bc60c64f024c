"""The pages in real browsers: for everybody, at every width, in light and dark, with script and without."""

from pathlib import Path
from types import SimpleNamespace

import pytest
import sqlalchemy as sa
from admin.desk import enter, hire, shopper_of, sign_in_link
from conftest import ADMIN
from followup.making import behind
from playwright.sync_api import expect
from sites.liking import claims_in_every_state, like_before, set_state

from afterlike import sites, tables
from afterlike.clock import now
from afterlike.collect import marks, mentions
from afterlike.sites import webhooks
from cast import ADA, BEN, CHAIR, CLEO, LAMP, TEAPOT
from parts.browsers import SIZES, every_look
from parts.product import Server, make_site

NAME = "Mug with a name that is as long as the names of things in shops sometimes are, since somebody put all of it in there"
AXE = (Path(__file__).resolve().parents[2] / "node_modules" / "axe-core" / "axe.min.js").read_text("utf-8")
PAGES = {
    "the list": "{site}/endorsements",
    "a filtered list": "{site}/endorsements?q=lamp&answered=1&since=2020-01-01&state=counted",
    "a list of nothing": "{site}/endorsements?q=zebra",
    "tags and saved filters": "{site}/endorsements?tag=to+quote",
    "tags were put on": "{site}/endorsements?told=tag&n=2",
    "an undo": "{site}/endorsements?done=hold&batch=none",
    "a like": "{site}/endorsements/1",
    "a like without words": "{site}/endorsements/2",
    "refused": "{site}/refused",
    "the tag": "{site}/tag",
    "a chosen tag": "{site}/tag?platform=gtm&shape=star&target=.price&consent=1&product=1",
    "a tag that is not to be had": "{site}/tag?platform=html&locale=x&pages=blog&count=many&target=%3Cb%3E",
    "the account": "/admin/account",
    "setting two-factor up": "/admin/account/two-factor",
    "no such page": "/admin/nowhere",
    "the looks": "{site}/widget",
    "looks that are tried": "{site}/widget?dark=system&look=dark&shape=star&dark_text=%23fff&dark_ground=%23222",
    "looks that are not to be had": "{site}/widget?dark=no&light_text=red&radius=99&shape=moon",
    "privacy": "{site}/widget/privacy",
    "words": "{site}/widget/words?locale=ar",
    "words that are tried": "{site}/widget/words?locale=de&button.label=Mag+ich&button.like=Mag",
    "the extension": "{site}/extension",
    "a claim that was checked": "{site}/extension?checking=5",
    "likes from before": "{site}/extension/1",
    "nothing from before": "{site}/extension/2",
    "an empty site": "{other}/endorsements",
    "no claim": "{other}/extension",
    "nothing refused": "{other}/refused",
    "the sites": "/admin/",
    "the webhooks": "{site}/webhooks",
    "a webhook": "{site}/webhooks/1",
    "no webhook": "{other}/webhooks",
    "the admins": "{site}/admins",
    "the settings": "{site}/settings",
    "the mentions": "{site}/mentions",
    "a mention": "{site}/mentions/1",
    "links to review": "{site}/people/links",
    "no link to review": "{other}/people/links?state=refused&done=refused&link=1",
    "no mention": "{other}/mentions?state=refused&done=removed",
    "the keys": "{site}/keys",
    "a new site": "/admin/sites/new",
    "an installation that works": "{site}/install",
    "an installation that waits": "{other}/install?platform=gtm&looks=99",
    "an invitation that is over": "/admin/invitations/over",
    "the audit log": "{site}/audit",
    "an audit log of nothing": "{site}/audit?kind=claim_removed",
    "an empty audit log": "{other}/audit",
    "nothing mailed": "{other}/mail",
    "a webhook with two secrets": "{site}/webhooks/2",
}
OUTSIDE = {"the sign-in": "/admin/sign-in", "a used link": "/admin/sign-in/used"}


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    """A shop where things happened, and one where nothing did, of the same owner."""
    running = Server(tmp_path_factory.mktemp("town"), dns="127.0.0.1:1")
    try:
        running.start()
        shop = make_site(running, origin="https://shop.test", name="A shop with a rather long name", admin=ADMIN)
        other = make_site(running, origin="https://other.test", name="Nothing yet", admin=ADMIN)
        hire(running, shop.site, email="one@shop.test", role="editor")
        hire(running, shop.site, email="two@shop.test", role="viewer")
        ada, ben, cleo = (shopper_of(running, shop, visitor) for visitor in (ADA, BEN, CLEO))
        liked = ada.like(LAMP)
        ada.say(liked, {"why": ["look", {"other": "Itsasinglewordthatnobodybroke" * 6}], "have": "wish"})
        ada.leave(liked, "https://www.pinterest.test/ada/a-board-with-a-long-name/and-another-part", name="Ada Byron")
        ben.like(CHAIR)
        cleo.take_back(cleo.like(TEAPOT))
        ada.like(TEAPOT, source="extension")
        with behind(running) as tx:
            a_webhook(tx, shop.site)
            a_mention(tx, shop.site)
            tx.execute(sa.update(tables.profile_links).values(review="waiting", score=60, reasons='["selling", "fresh"]'))
            assert claims_in_every_state(tx, shop.site)[:2] == [1, 2]
            shop_id = sites.site_named(tx, shop.site).id
            marks.tag(tx, [(shop_id, (1, 2), "to quote"), (shop_id, (1,), "a tag of forty letters which is the most")])
            marks.save_filter(tx, [(shop_id, "Quotes", "tag=to+quote", 1), (shop_id, "Lamps of this year", "q=lamp", 1)])
            before = like_before(tx, "https://shop.example", "Blue bowl", NAME, "Itsasinglewordthatnobodybroke" * 4, "Vase")
            for like_id, state in zip(before, ("withdrawn", "counted", "held"), strict=False):
                set_state(tx, like_id, state)
        paths = {"site": f"/admin/sites/{shop.site}", "other": f"/admin/sites/{other.site}"}
        yield SimpleNamespace(server=running, url=running.url, **paths)
    finally:
        running.close()


def a_mention(tx, key: str) -> None:
    """One that waits for a decision, with a long name and long words."""
    site_id = sites.site_named(tx, key).id
    source = f"https://{'a-long-name.' * 9}example/{'path/' * 20}"
    mentions.receive(tx, [mentions.Received(site_id, source, "https://shop.test/lamp", now())])
    said = {"kind": "like", "author": NAME[:100], "author_url": source, "excerpt": "Itsasinglewordthatnobodybroke" * 9}
    tx.execute(sa.update(tables.webmentions).values(state="held", due_at=None, **said))


def a_webhook(tx, key: str) -> None:
    """One with a message in every state."""
    site_id = sites.site_named(tx, key).id
    wish = webhooks.Wish(site_id, f"https://{'a-long-name.' * 9}example/hook", ("liked", "answered"), frozenset(), now())
    [hook] = webhooks.save(tx, [wish])
    log = tables.webhook_deliveries
    for state, status, problem in (("delivered", 204, None), ("waiting", None, None), ("failed", 500, "It answered 500." * 5)):
        made = webhooks.promise(tx, hook, "liked", {}, at=now(), now=now())
        tx.execute(sa.update(log).where(log.c.id == made).values(state=state, status=status, problem=problem))
    tx.execute(sa.delete(tables.outbox).where(tables.outbox.c.kind == "webhook"))  # nobody is to be asked
    tx.execute(sa.update(tables.webhooks).values(failing_since=now()))
    other = webhooks.save(tx, [wish])
    webhooks.new_secret(tx, [(site_id, other[0], now())])


@pytest.fixture(scope="module")
def signed(town, chromium):
    """The state of a browser whose admin is signed in."""
    context = chromium.new_context()
    enter(context.new_page(), sign_in_link(town.server, ADMIN))
    state = context.storage_state()
    context.close()
    return state


def address(town, path: str) -> str:
    return town.url + path.format(site=town.site, other=town.other)


def looked_at(page, url: str) -> list[str]:
    """What is wrong with a page: axe's violations, what sticks out, and headings or titles that are missing."""
    page.goto(url)
    page.evaluate(AXE)
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"]
    wrong = [f"{one['id']}: {node['target']}" for one in found for node in one["nodes"]]
    if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
        wrong.append("sticks out to the side")
    if page.locator("h1").count() != 1 or not page.title().endswith(" · Afterlike") or page.locator("html[lang]").count() != 1:
        wrong.append("has no heading, title or language")
    return [f"{url}: {one}" for one in wrong]


@every_look
def test_every_page_is_for_everybody(town, signed, chromium, new_page, size, scheme):
    inside = new_page(chromium, viewport=size, color_scheme=scheme, storage_state=signed)
    outside = new_page(chromium, viewport=size, color_scheme=scheme)
    wrong = [told for path in PAGES.values() for told in looked_at(inside, address(town, path))]
    wrong += [told for path in OUTSIDE.values() for told in looked_at(outside, address(town, path))]
    assert not wrong, "\n".join(wrong)


def test_a_viewers_list_is_for_everybody_too(town, chromium, new_page):
    page = new_page(chromium, viewport=SIZES["narrow"])
    enter(page, sign_in_link(town.server, "two@shop.test"))
    assert looked_at(page, address(town, PAGES["the list"])) == [] and page.get_by_role("button", name="Hold").count() == 0


def test_a_viewer_reads_the_claims_and_changes_none(town, chromium, new_page):
    page = new_page(chromium, viewport=SIZES["narrow"])
    enter(page, sign_in_link(town.server, "two@shop.test"))
    assert looked_at(page, address(town, PAGES["the extension"])) == [] and page.locator("main form").count() == 0


@every_look
def test_a_page_that_waits_for_a_check_is_for_everybody(server, site, chromium, new_page, size, scheme):
    """Here nobody works, so it waits for as long as we look."""
    idle = server(work_in_serve=0)
    made = site(idle)
    with behind(idle) as tx:
        waits = claims_in_every_state(tx, made.site)[3]
    page = new_page(chromium, viewport=size, color_scheme=scheme)
    enter(page, sign_in_link(idle, ADMIN))
    assert looked_at(page, f"{idle.url}/admin/sites/{made.site}/extension?checking={waits}&looks=99") == []
    expect(page.get_by_text("is being checked")).to_be_visible()


def test_a_claim_is_made_and_removed_in_a_browser_without_script(town, chromium, new_page):
    page = new_page(chromium, java_script_enabled=False)
    enter(page, sign_in_link(town.server, ADMIN))
    page.goto(address(town, "{other}/extension"))
    page.get_by_role("textbox", name="Origin").fill("shop.example/lamps")
    page.get_by_role("button", name="Claim").click()
    expect(page.get_by_role("alert")).to_contain_text("https://shop.example")
    expect(page.get_by_role("textbox", name="Origin")).to_have_value("shop.example/lamps")
    page.get_by_role("textbox", name="Origin").fill("http://localhost:1")
    page.get_by_role("button", name="Claim").click()
    expect(page.get_by_role("status").filter(has_text="Claimed.")).to_be_visible()
    page.get_by_role("button", name="Check now").click()
    expect(page.get_by_text("was checked, and no proof was found")).to_be_visible(timeout=30_000)  # the page came by itself
    expect(page.get_by_role("listitem").filter(has_text="Only the usual ports of the web can be fetched.")).to_have_count(2)
    page.get_by_text("Remove http://localhost:1").click()
    page.get_by_role("button", name="Remove the claim").click()
    expect(page.get_by_role("heading", name="No origin claimed")).to_be_visible()


def test_filtering_holding_and_undoing_in_a_browser(town, any_browser, new_page):
    page = new_page(any_browser)
    enter(page, sign_in_link(town.server, "one@shop.test"))
    page.goto(address(town, "{site}/endorsements"))
    page.get_by_label("Search", exact=True).fill("lamp")
    page.get_by_role("button", name="Filter", exact=True).click()
    page.wait_for_url("**/endorsements?q=lamp")
    expect(page.get_by_role("button", name="Hold")).to_be_disabled()
    page.get_by_label("All on this page").check()
    expect(page.get_by_text("1 ticked")).to_be_visible()
    page.get_by_role("button", name="Hold").click()
    page.get_by_text("1 like held.").wait_for()
    expect(page.get_by_role("row", name="Reading lamp").get_by_text("Held")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    page.get_by_text("1 like put back to what it was before.").wait_for()
    page.get_by_role("link", name="Remove filter: “lamp”").click()
    page.get_by_role("row", name="Oak chair").wait_for()


def test_everything_works_without_script(town, chromium, new_page):
    page = new_page(chromium, java_script_enabled=False)
    enter(page, sign_in_link(town.server, "one@shop.test"))
    page.goto(address(town, "{site}/endorsements"))
    page.get_by_label("State").select_option("counted")
    page.get_by_role("button", name="Filter", exact=True).click()
    page.wait_for_url("**/endorsements?*state=counted*")
    expect(page.get_by_label("All on this page")).to_be_hidden()
    page.get_by_label("Tick the like of Oak chair").check()
    page.get_by_role("button", name="Reject").click()
    expect(page.get_by_role("status").filter(has_text="1 like rejected.")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("status").filter(has_text="1 like put back")).to_be_visible()
    page.get_by_role("link", name="Settings", exact=True).click()
    expect(page.get_by_role("heading", name="Tag", exact=True)).to_be_visible()
    expect(page.get_by_role("button", name="Copy")).to_have_count(0)
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


def test_the_tag_is_copied_at_a_press(town, signed, chromium, new_page):
    page = new_page(chromium, storage_state=signed, permissions=["clipboard-read", "clipboard-write"])
    page.goto(address(town, "{site}/tag"))
    page.get_by_role("button", name="Copy the tag", exact=True).click()
    page.get_by_text("Copied.").wait_for(state="attached")
    assert page.evaluate("navigator.clipboard.readText()").startswith(f'<script async src="{town.url}/w.js?site=')


def test_the_keyboard_comes_past_the_header(town, signed, chromium, new_page):
    page = new_page(chromium, storage_state=signed)
    page.goto(address(town, "{site}/endorsements"))
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the content"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


def test_the_pages_load_nothing_from_elsewhere(town, signed, chromium, new_page):
    page = new_page(chromium, storage_state=signed)
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    for path in PAGES.values():
        page.goto(address(town, path))
    assert {url for url in asked if not url.startswith(town.url)} <= {LAMP["image"]}


def test_keys_search_and_list_themselves(town, signed, chromium, new_page):
    page = new_page(chromium, viewport=SIZES["narrow"], storage_state=signed)
    page.goto(address(town, "{site}/endorsements"))
    page.keyboard.press("/")
    expect(page.get_by_role("searchbox")).to_be_focused()
    page.keyboard.type("a?b/c")
    expect(page.get_by_role("searchbox")).to_have_value("a?b/c")
    page.locator("h1").click()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
    page.evaluate(AXE)
    assert page.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"] == []
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog", name="Keys")).to_be_hidden()


def test_the_current_tab_is_in_sight_on_a_phone(town, signed, chromium, new_page):
    page = new_page(chromium, viewport=SIZES["narrow"], storage_state=signed)
    page.goto(address(town, "{site}/audit"))
    for tab in page.locator(".tabs [aria-current]").all():
        expect(tab).to_be_in_viewport(ratio=0.95)
