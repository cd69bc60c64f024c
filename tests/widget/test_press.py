"""What a press does at once, and how it gets to the collector whatever stands in between."""

import pytest
from playwright.sync_api import expect
from widget.conftest import kept, like, nothing_more

from parts.browsers import both_browsers
from parts.programs import until


@pytest.fixture
def open_page(any_browser, mugs, new_page):
    """`open_page()` is a visitor of their own on the mug's page."""

    def opened(path: str = "/mug.html", **options):
        page = new_page(any_browser, **options)
        page.goto(mugs + path)
        like(page).wait_for()
        page.wait_for_load_state("networkidle")
        return page

    return opened


def count(page) -> int:
    return int(like(page).evaluate("button => button.getRootNode().querySelector('#count').dataset.count") or 0)


def settled(page, *, within_s: float = 20) -> None:
    """Waits until the outbox is empty: only the visitor is left."""
    until(
        lambda: [one["id"] for rows in kept(page).values() for one in rows] == ["visitor"],
        within_s=within_s, every_s=0.1, what="the outbox to be empty",
    )


def counted(collector, page, key: str = "") -> int:
    """The public count of the mug on the page."""
    key = key or page.url
    answer = page.request.get(f"{collector.url}/v1/counts", params={"site": collector.site, "products": key})
    return answer.json()["counts"][key]


@both_browsers
def test_a_press_is_seen_at_once_and_counted(open_page, collector):
    page = open_page()
    before = counted(collector, page)
    page.evaluate("""() => addEventListener('afterlike:like', ({ target }) => requestAnimationFrame(() => {
        const button = target.shadowRoot.querySelector('button');
        window.seen = [button.ariaPressed, +target.shadowRoot.querySelector('#count').dataset.count];
    }))""")
    like(page).click()
    page.wait_for_function("window.seen")
    assert page.evaluate("window.seen") == ["true", before + 1]
    settled(page)
    assert counted(collector, page) == before + 1 == count(page)


@both_browsers
def test_an_unlike_unlikes(open_page, collector):
    page = open_page()
    before = counted(collector, page)
    like(page).click()
    settled(page)
    like(page).click()
    expect(like(page)).to_have_attribute("aria-pressed", "false")
    settled(page)
    assert counted(collector, page) == before


@both_browsers
def test_a_like_is_still_there_on_the_next_visit(open_page):
    page = open_page()
    like(page).click()
    settled(page)
    page.reload()
    expect(like(page)).to_have_attribute("aria-pressed", "true")
    like(page).click()
    settled(page)
    page.reload()
    page.wait_for_load_state("networkidle")
    expect(like(page)).to_have_attribute("aria-pressed", "false")


@both_browsers
def test_a_like_made_offline_is_delivered_after_a_reload(open_page, collector, any_browser, mugs):
    page = open_page()
    before = counted(collector, page)
    page.context.set_offline(True)
    like(page).click()
    expect(like(page)).to_have_attribute("aria-pressed", "true")
    until(lambda: kept(page), what="the like to be in the outbox")
    page.context.set_offline(False)
    page.goto(f"{mugs}/listing.html")  # any page of the site will do
    settled(page)
    assert counted(collector, open_page()) == before + 1


@both_browsers
def test_a_like_taken_back_before_it_left_is_nothing(open_page, collector):
    page = open_page()
    before = counted(collector, page)
    page.context.set_offline(True)
    like(page).click()
    nothing_more(page, 300)
    like(page).click()
    nothing_more(page, 300)
    page.context.set_offline(False)
    settled(page)
    assert counted(collector, page) == before
    expect(like(page)).to_have_attribute("aria-pressed", "false")


def test_many_presses_end_where_they_look_to_end(open_page, collector):
    page = open_page()
    before = counted(collector, page)
    for _ in range(7):
        like(page).click(delay=5)
    settled(page)
    assert counted(collector, page) == before + 1 == count(page)
    expect(like(page)).to_have_attribute("aria-pressed", "true")


@both_browsers
def test_press_and_leave_at_once(open_page, collector, mugs):
    page = open_page()
    before = counted(collector, page)
    url = page.url
    like(page).click()
    page.goto(f"{mugs}/listing.html")
    until(lambda: counted(collector, page, url) == before + 1, every_s=0.1, what="the like to be counted")


REFUSALS = {
    "500, and later well": ([500, 500], {}),
    "429 that says when": ([429], {"Retry-After": "2"}),
    "the connection is lost": (["cut"], {}),
    "the answer is lost after storing": (["lose"], {}),
}


@pytest.mark.parametrize(("refusals", "headers"), REFUSALS.values(), ids=REFUSALS.keys())
def test_what_was_not_taken_is_sent_again_under_the_same_id(refusals, headers, network, open_page, collector):
    page = open_page()
    before = counted(collector, page)
    network.refuse, network.headers = list(refusals), headers
    like(page).click()
    settled(page)
    assert counted(collector, page) == before + 1 == count(page)
    assert len({body["id"] for body in network.sent["/v1/likes"]}) == 1
    assert len(network.sent["/v1/likes"]) == len(refusals) + 1


def test_a_refused_like_is_taken_back_with_a_word(network, open_page):
    page = open_page()
    page.evaluate("addEventListener('afterlike:error', ({ detail }) => { window.wrong = [detail.kind, detail.status] })")
    network.refuse, network.answer = [403], b'{"detail": "Not from here."}'
    like(page).click()
    page.wait_for_function("window.wrong")
    assert page.evaluate("window.wrong") == ["likes", 403]
    expect(like(page)).to_have_attribute("aria-pressed", "false")
    expect(page.get_by_role("status").filter(has_text="Not from here.")).to_be_attached()


def test_a_like_whose_facts_are_refused_goes_without_them(network, open_page, collector):
    page = open_page()
    before = counted(collector, page)
    network.refuse = [lambda body: body | {"product": body["product"] | {"currency": "ZZZ"}}]
    like(page).click()
    settled(page)
    assert counted(collector, page) == before + 1
    assert network.sent["/v1/likes"][1]["product"] == {"key": page.url, "url": page.url, "title": "Blue mug"}


def test_likes_of_one_moment_all_arrive(network, open_page, collector):
    """Three presses in a row, the collector away for the first of each."""
    page = open_page("/listing.html")
    network.refuse = ["cut", 500, 503]
    for name in ("Blue mug", "Red mug", "Tall mug"):
        like(page, name).click()
    settled(page)
    assert len({body["id"] for body in network.sent["/v1/likes"]}) == 3


@both_browsers
def test_nothing_is_stored_and_nothing_sent_before_a_like(open_page):
    page = open_page()
    assert kept(page) == {}
    assert page.evaluate("[localStorage.length, sessionStorage.length, document.cookie]") == [0, 0, ""]


@both_browsers
def test_the_page_may_stop_a_press(open_page):
    page = open_page()
    page.evaluate("addEventListener('afterlike:like', event => event.preventDefault())")
    like(page).click()
    expect(like(page)).to_have_attribute("aria-pressed", "false")
    assert kept(page) == {}


@both_browsers
def test_a_visitor_who_sends_gpc_leaves_nothing_behind(any_browser, mugs, new_page, collector):
    page = new_page(any_browser)
    page.add_init_script("Object.defineProperty(Navigator.prototype, 'globalPrivacyControl', { value: true })")
    page.goto(f"{mugs}/mug.html")
    before = counted(collector, page)
    with page.expect_response("**/v1/likes") as answered:
        like(page).click()
    assert answered.value.status == 200
    assert kept(page) == {}
    assert counted(collector, page) == before + 1


def test_a_return_after_half_an_hour_is_told(open_page):
    page = open_page()
    like(page).click()
    settled(page)
    page.evaluate("""async () => {
        const [{ name }] = await indexedDB.databases();
        const db = await new Promise(done => { indexedDB.open(name).onsuccess = event => done(event.target.result) });
        const rows = db.transaction('kept', 'readwrite').objectStore('kept');
        const visitor = await new Promise(done => { rows.get('visitor').onsuccess = event => done(event.target.result) });
        await new Promise(done => { rows.put({ ...visitor, at: Date.now() - 31 * 60_000 }).onsuccess = done });
        db.close();
    }""")
    with page.expect_response("**/v1/visits") as answered:
        page.reload()
    assert answered.value.status == 200
    page.on("request", lambda request: pytest.fail("told twice") if "/v1/visits" in request.url else None)
    settled(page)
    page.reload()
    page.wait_for_load_state("networkidle")


def test_one_request_for_all_counts(any_browser, mugs, new_page):
    page = new_page(any_browser)
    asked = []
    page.on("request", lambda request: asked.append(request.url) if "/v1/" in request.url else None)
    page.goto(f"{mugs}/listing.html")
    like(page, "Tall mug").wait_for()
    page.wait_for_load_state("networkidle")
    assert len(asked) == 1
    assert asked[0].endswith("products=blue,red,tall%2C%20with%20lid")


@both_browsers
def test_a_page_without_a_product_asks_the_collector_for_nothing_but_the_reader(any_browser, shop, new_page):
    page = new_page(any_browser)
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    tag = '<script async src="{collector}/w.js" data-site="{site}"></script>'
    with page.expect_response("**/sight-*"):
        page.goto(shop({"/": f"<!doctype html><html lang=en><title>About</title>{tag}"}))
    nothing_more(page, 300)
    assert [url.rpartition("/")[2].partition("-")[0] for url in asked if "/v1/" in url or "/static/" in url] == ["read", "sight"]
