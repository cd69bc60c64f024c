"""The outbox on bad days (delivery.py has the nine of them): several tabs, order, limits, clocks, and a disk that says no."""

import contextlib
import sqlite3
import threading
from email.utils import formatdate
from pathlib import Path
from time import time

import pytest
from playwright.sync_api import Page, expect
from widget.conftest import kept, like, nothing_more
from widget.delivery import ROWS, World

from parts.browsers import both_browsers, open_profile
from parts.programs import until

ROOT = Path(__file__).parents[2]
MOVED = "{ const { now } = Date; Date.now = () => now() + %d * 864e5 }"
SHORT = {"down, tab closed, reopened": "chromium", "down, browser killed, reopened": "firefox"}
TAG = '<script async src="{collector}/w.js" data-site="{site}"></script>'
WRONG = """self.wrong = [];
const hear = ({ reason, message }) => wrong.push(`${reason ?? message}`);
for (const name of ['error', 'unhandledrejection']) addEventListener(name, hear)"""


@pytest.fixture
def world(playwright, collector, shop, tmp_path) -> World:
    return World(playwright, collector, shop, tmp_path)


@pytest.mark.parametrize(("row", "kind"), SHORT.items(), ids=SHORT)
def test_likes_of_a_bad_day_arrive(world, row, kind):
    """What test_press.py does not try with every press."""
    assert world.live(kind, row, likes=2) == (2, 2)


@pytest.mark.long
@pytest.mark.parametrize("kind", ["chromium", "firefox"])
@pytest.mark.parametrize("row", ROWS)
def test_ten_of_ten_arrive_once(world, row, kind):
    assert world.live(kind, row) == (10, 10)


# Several tabs.


@pytest.fixture
def tabs(chromium, mugs, new_page):
    """`tabs()` is another tab of one visitor, on the shelf of mugs."""
    first = new_page(chromium)

    def opened(page: Page | None = None) -> Page:
        page = page or first.context.new_page()
        page.goto(f"{mugs}/listing.html")
        like(page, "Tall mug").wait_for()
        return page

    opened.first = first
    return opened


@pytest.fixture
def hold(network):
    """The next calls to `/v1/likes` wait in the network until `hold.set()`."""
    event = threading.Event()
    network.standing = lambda body: event.wait(30) and body
    yield event
    event.set()


def settled(page: Page, within_s: float = 30) -> None:
    """Waits until only the visitor is left."""
    until(
        lambda: [one["id"] for rows in kept(page).values() for one in rows] == ["visitor"],
        within_s=within_s, every_s=0.1, what="the outbox to be empty",
    )


def outbox(page: Page) -> list[dict]:
    return [one for rows in kept(page).values() for one in rows if "line" in one]


def wake(page: Page) -> None:
    page.evaluate("dispatchEvent(new Event('online'))")


def live_likes(collector) -> int:
    with contextlib.closing(sqlite3.connect(collector.server.home / "afterlike.db", timeout=30)) as tx:
        return tx.execute("SELECT count(*) FROM likes WHERE unliked_at IS NULL").fetchone()[0]


def test_a_tab_that_was_open_before_the_first_like_is_of_the_same_visitor(tabs, network):
    one, two = tabs(tabs.first), tabs()
    like(one).click()
    until(lambda: network.sent.get("/v1/likes"), what="the first like")
    settled(one)
    two.evaluate("dispatchEvent(new Event('focus'))")  # as a browser does it for who turns to the other tab
    nothing_more(two, 200)
    like(two, "Tall mug").click()
    until(lambda: len(network.sent["/v1/likes"]) == 2, what="the second like")
    assert len({sent["visitor"] for sent in network.sent["/v1/likes"]}) == 1


def test_one_tab_sends_at_a_time(tabs, network, hold):
    one = tabs(tabs.first)
    like(one).click()
    until(lambda: network.sent.get("/v1/likes"), what="the like to be on its way")
    two = tabs()
    wake(two)
    wake(one)
    nothing_more(two, 300)
    assert len(network.sent["/v1/likes"]) == 1
    hold.set()
    settled(two)
    assert len(network.sent["/v1/likes"]) == 1


def test_tabs_that_wake_together_do_not_send_the_same_twice(tabs, network, hold):
    one = tabs(tabs.first)
    network.refuse = [500]
    like(one).click()
    until(lambda: outbox(one) and not outbox(one)[0]["firm"], what="the like to wait")
    two, three = tabs(), tabs()
    until(lambda: len(network.sent["/v1/likes"]) == 2, what="a tab to send it")
    for tab in (one, two, three):
        wake(tab)
    nothing_more(two, 300)
    assert len(network.sent["/v1/likes"]) == 2
    hold.set()
    settled(two)


def test_what_a_closed_tab_was_sending_another_sends_later(tabs, network, hold):
    one = tabs(tabs.first)
    like(one).click()
    until(lambda: network.sent.get("/v1/likes") and outbox(one), what="the like to be on its way")
    two = one.context.new_page()
    two.clock.install()
    tabs(two)
    expect(like(two)).to_have_attribute("aria-pressed", "true")
    one.close()
    network.standing = None
    two.clock.run_for(300)
    assert len(network.sent["/v1/likes"]) == 1
    two.clock.run_for(13_000)
    settled(two)
    assert len(network.sent["/v1/likes"]) == 2
    assert len({body["id"] for body in network.sent["/v1/likes"]}) == 1


def test_a_like_in_one_tab_and_an_unlike_in_another_end_as_nothing(tabs, network, collector):
    one, before = tabs(tabs.first), live_likes(collector)
    network.standing = "cut"
    like(one).click()
    until(lambda: outbox(one) and not outbox(one)[0]["firm"], what="the like to wait")
    two = tabs()
    expect(like(two)).to_have_attribute("aria-pressed", "true")
    like(two).click()
    network.standing = None
    wake(one)
    wake(two)
    settled(two)
    settled(one)
    assert live_likes(collector) == before


def test_an_unlike_finds_the_like_that_the_collector_knows_by_another_id(tabs, liked_red, collector):
    """Both tabs like the same product; the collector keeps one like, and the second tab takes it back."""
    one, two, before = tabs(liked_red), tabs(), live_likes(collector)
    like(one).click()
    until(lambda: live_likes(collector) == before + 1, what="the like of the first tab")
    with two.expect_response("**/v1/likes"):
        like(two).click()
        like(two).click()
    until(lambda: live_likes(collector) == before, what="the like to be gone")
    expect(like(two)).to_have_attribute("aria-pressed", "false")


# Order and limits.


@pytest.fixture
def liked_red(tabs, network) -> Page:
    """A tab in which the outbox is loaded: something was liked before."""
    page = tabs(tabs.first)
    with page.expect_response("**/v1/likes"):
        like(page, "Red mug").click()
    settled(page)
    return page


def test_presses_made_offline_are_one_like(liked_red, network):
    page = liked_red
    page.context.set_offline(True)
    for _ in range(5):
        like(page).click()
    page.context.set_offline(False)
    expect(like(page)).to_have_attribute("aria-pressed", "true")
    until(lambda: len(network.sent["/v1/likes"]) == 2, what="the like")
    settled(page)
    assert len(network.sent["/v1/likes"]) == 2
    assert [path for path in network.sent if path.startswith("/v1/likes/") and "?" in path] == []


def test_an_answer_that_comes_after_forgetting_changes_nothing(tabs, network, hold):
    page = tabs(tabs.first)
    like(page).click()
    until(lambda: network.sent.get("/v1/likes"), what="the like to be on its way")
    page.evaluate("Afterlike.forget()")
    hold.set()
    until(lambda: "/v1/likes" in network.answered, what="the answer to be given")
    nothing_more(page)
    expect(like(page)).to_have_attribute("aria-pressed", "false")
    assert kept(page) == {}


def test_what_is_being_read_while_somebody_is_forgotten_is_forgotten_too(tabs, network):
    page = tabs(tabs.first)
    like(page).click()
    settled(page)
    page.evaluate("""() => {
        const { deleteDatabase } = IDBFactory.prototype;
        IDBFactory.prototype.deleteDatabase = function (name) {
            dispatchEvent(new Event('online')); // the outbox reads what is on the disk
            return deleteDatabase.call(this, name);
        };
    }""")
    page.evaluate("Afterlike.forget()")
    nothing_more(page, 200)
    like(page).click()
    until(lambda: len(network.sent["/v1/likes"]) == 2, what="the second like")
    first, second = network.sent["/v1/likes"]
    assert first["visitor"] != second["visitor"]


@pytest.fixture
def alone(shop, new_page, chromium):
    """A page of the outbox and its store alone, as `post` and `store`, with nobody to call."""
    shop.fill = {}
    sources = {f"/{name}": (ROOT / "widget" / name).read_text() for name in ("send.js", "store.js")}
    url = shop(sources | {"/": "<!doctype html><title>Alone</title><body>"})
    page = new_page(chromium)
    page.goto(url)
    page.evaluate("""async () => {
        const [{ outbox }, { store: keeper }] = await Promise.all([import('/send.js'), import('/store.js')]);
        const store = self.store = keeper('afterlike:alone', true);
        let id = 0;
        const write = (kind, line, like, body) => {
            const entry = { id: ++id, kind, line, like, body, tries: 0 };
            store.set(entry);
            return entry;
        };
        self.store.kept.set('visitor', { id: 'visitor', secret: 'a', at: 0 });
        self.post = outbox({ site: 'alone', store, call: () => Promise.reject(), write, sent: new Map() }, () => 0);
    }""")
    return page


def test_no_more_than_200_wait_and_likes_stay_longest(alone):
    alone.evaluate("""() => {
        for (let n = 0; n < 250; n++) post.add(n % 2 ? 'likes' : 'shown', `line ${n}`, 'id', { n });
    }""")
    there = alone.evaluate("post.waiting().map(({ kind, body }) => [kind, body.n])")
    assert len(there) == 200
    assert [n for kind, n in there if kind == "likes"] == list(range(1, 250, 2))
    assert [n for kind, n in there if kind == "shown"] == list(range(100, 250, 2))
    alone.evaluate("() => { for (let n = 250; n < 350; n++) post.add('likes', `line ${n}`, 'id', { n }) }")
    there = alone.evaluate("post.waiting().map(({ body }) => body.n)")
    assert there == [*range(51, 250, 2), *range(250, 350)]
    until(lambda: len(outbox(alone)) == 200, what="the disk to hold as many")


def test_facts_that_were_not_taken_are_sent_again(new_page, chromium, network, shop):
    offer = '{"price": "9.50", "priceCurrency": "EUR", "availability": "InStock"}'
    told = f'{{"@type": "Product", "name": "Tall mug", "offers": {offer}}}'
    page = new_page(chromium)
    page.goto(shop({"/": f'{TAG}<h1>Tall mug</h1><script type="application/ld+json">{told}</script>'}))
    network.path, network.refuse = "/v1/likes/details", [503, 429]
    like(page, "Tall mug").click()
    sent = network.sent
    until(lambda: len(sent.get("/v1/likes/details", [])) == 3, every_s=0.1, within_s=30, what="the facts to be sent again")
    settled(page)


def pause(page: Page) -> int:
    """Milliseconds for which the oldest entry still waits."""
    return page.evaluate("at => at - Date.now()", next((one["not_before"] for one in outbox(page)), 0))


LATER = {"seconds": lambda: "1500", "a date": lambda: formatdate(time() + 1500, usegmt=True)}


@pytest.mark.parametrize("moment", LATER.values(), ids=LATER)
def test_a_moment_that_the_collector_names_is_kept_by_the_next_page_too(moment, tabs, network):
    page, named = tabs(tabs.first), moment()
    network.refuse, network.headers = [429], {"Retry-After": named}
    like(page).click()
    until(lambda: pause(page) > 600_000, what="the pause to be written down")
    tabs(page)
    nothing_more(page, 300)
    assert len(network.sent["/v1/likes"]) == 1


@pytest.mark.parametrize("days", [-30, 1461], ids=["back", "forward"])
def test_a_clock_that_is_moved_strands_nothing(days, tabs, network):
    page = tabs(tabs.first)
    network.refuse, network.headers = [429], {"Retry-After": "1500"}
    like(page).click()
    until(lambda: pause(page) > 600_000, what="the pause to be written down")
    page.add_init_script(MOVED % days)
    tabs(page)
    settled(page)
    assert len(network.sent["/v1/likes"]) == 2


FACTS = 'data-category="{x}" data-brand="{x}" data-image="/{y}" data-url="/{number}?{y}"'


@pytest.fixture
def heavy(shop, network):
    """A shelf of 40 products with 4 KB of facts each."""
    goods = "".join(
        f'<div data-afterlike-product="heavy-{number}" data-title="Mug {number}" '
        f'{FACTS.format(x="x" * 190, y="y" * 1700, number=number)}></div>' for number in range(40)
    )
    return f"{shop({'/heavy.html': f'<!doctype html><html lang=en><title>Heavy</title>{TAG}{goods}'})}/heavy.html"


PRESS_ALL = "() => { for (const one of document.querySelectorAll('div')) one.shadowRoot?.querySelector('button').click() }"
COUNT_REFUSED = """{
    const { fetch } = self;
    self.refused = 0;
    self.fetch = (...all) => fetch(...all).catch(no => { refused++; throw no });
}"""


@both_browsers
def test_more_than_may_outlive_a_page_goes_at_once(any_browser, new_page, heavy, network):
    page = new_page(any_browser)
    page.add_init_script(COUNT_REFUSED)
    page.goto(heavy)
    like(page, "Mug 39").wait_for()
    page.evaluate(PRESS_ALL)
    settled(page)
    assert page.evaluate("refused") == 0
    assert len(network.sent["/v1/likes"]) == 40


@pytest.mark.long
def test_more_than_may_outlive_a_page_arrives_after_leaving(any_browser, new_page, heavy, network, mugs, collector):
    page, before = new_page(any_browser), live_likes(collector)
    page.goto(heavy)
    like(page, "Mug 39").wait_for()
    page.evaluate(PRESS_ALL)
    page.goto(f"{mugs}/mug.html")
    settled(page, within_s=200)  # with their details they are more calls than a visitor has in a minute
    assert live_likes(collector) == before + 40


# A disk that says no.

BROKEN = {
    "denied": "Object.defineProperty(self, 'indexedDB', { get() { throw new DOMException('no', 'SecurityError') } })",
    "missing": "Object.defineProperty(self, 'indexedDB', { value: undefined })",
    "open throws": "IDBFactory.prototype.open = () => { throw new DOMException('no', 'UnknownError') }",
    "open fails": "{ const { open } = IDBFactory.prototype; IDBFactory.prototype.open = function (name) "
                  "{ open.call(this, name, 3); return open.call(this, name, 2) } }",
    "another's database": "indexedDB.open('afterlike:' + SITE, 7)",
    "open never answers": "IDBFactory.prototype.open = () => ({})",
    "put throws": "IDBObjectStore.prototype.put = () => { throw new DOMException('no', 'QuotaExceededError') }",
    "put is refused": "{ const { put } = IDBObjectStore.prototype; IDBObjectStore.prototype.put = function (row) "
                      "{ const asked = put.call(this, row); this.transaction.abort(); return asked } }",
    "no transaction": "IDBDatabase.prototype.transaction = () => { throw new DOMException('no', 'InvalidStateError') }",
}


@pytest.mark.parametrize("broken", BROKEN.values(), ids=BROKEN)
def test_a_like_needs_no_disk(broken, chromium, shop, mugs, new_page, collector):
    page, before = new_page(chromium), live_likes(collector)
    page.add_init_script(WRONG)
    page.add_init_script(broken.replace("SITE", f"'{collector.site}'"))
    page.goto(f"{mugs}/mug.html")
    for pressed in (before + 1, before):
        with page.expect_response("**/v1/likes**") as answered:
            like(page).click()
        assert answered.value.status == 200
        assert live_likes(collector) == pressed
    nothing_more(page, 300)
    assert page.evaluate("wrong") == []


def test_a_full_disk_is_no_obstacle(tabs, collector):
    page, before = tabs(tabs.first), live_likes(collector)
    full = {"origin": page.evaluate("origin"), "quotaSize": 1}
    page.context.new_cdp_session(page).send("Storage.overrideQuotaForOrigin", full)
    for name in ("Blue mug", "Red mug"):
        with page.expect_response("**/v1/likes"):
            like(page, name).click()
    until(lambda: live_likes(collector) == before + 2, what="both likes")


@pytest.mark.long
def test_a_private_window_likes_all_the_same(playwright, mugs, collector, tmp_path):
    before = live_likes(collector)
    private = {"browser.privatebrowsing.autostart": True}
    with open_profile(playwright, "firefox", tmp_path / "profile", firefox_user_prefs=private) as context:
        page = context.new_page()
        page.goto(f"{mugs}/mug.html")
        with page.expect_response("**/v1/likes"):
            like(page).click()
        until(lambda: live_likes(collector) == before + 1, what="the like")


def test_a_visitor_may_delete_the_database_while_the_page_is_open(tabs):
    page = tabs(tabs.first)
    like(page).click()
    settled(page)
    ((name, rows),) = kept(page).items()
    visitor = next(one for one in rows if one["id"] == "visitor")
    assert page.evaluate("""name => new Promise(done => {
        const asked = indexedDB.deleteDatabase(name);
        asked.onsuccess = () => done('deleted');
        asked.onblocked = () => done('blocked');
    })""", name) == "deleted"
    page.evaluate("dispatchEvent(new Event('online'))")
    nothing_more(page, 300)
    assert kept(page) == {}
    like(page, "Red mug").click()
    until(lambda: "visitor" in [one["id"] for one in kept(page).get(name, [])], what="the next like to be kept")
    settled(page)
    assert next(one for one in kept(page)[name] if one["id"] == "visitor")["secret"] != visitor["secret"]
