"""The extension on a page: buttons, likes that arrive, and all that it must not do there."""

import pytest
from extension.conftest import kept, like, press, rows, visit
from playwright.sync_api import expect

from parts.programs import until

pytestmark = pytest.mark.usefixtures("well")

STRICT = {"Content-Security-Policy": "default-src 'none'; img-src data:; require-trusted-types-for 'script'"}
SURVEY = {"kind": "survey", "reason": "due", "prompt": "welcome", "version": 1, "locale": "en", "dir": "ltr", "cards": [
    {"key": "why", "type": "single", "title": "What do you like about it?", "options": [{"key": "look", "text": "Its look"}]}]}


def test_a_like_on_a_page_of_no_site_is_kept_under_its_origin(either, stranger, collector):
    page = visit(either, f"{stranger.url}/mug?token=secret")
    press(page, "Mug")
    until(lambda: kept(collector, stranger.url), what="the like")
    assert kept(collector, stranger.url) == [("extension", "Mug", stranger.url)]
    assert rows(collector, "SELECT page_url, referrer FROM likes WHERE page_url LIKE ?", f"{stranger.url}%") == [
        (f"{stranger.url}/mug", None)
    ]
    like(page, "Mug").click()
    until(lambda: not kept(collector, stranger.url), what="the like to be taken back")


def test_nothing_is_sent_before_a_like(either, stranger, network):
    page = visit(either, f"{stranger.url}/mug")
    like(page, "Mug").wait_for()
    page.reload()
    like(page, "Mug").wait_for()
    page.evaluate("() => new Promise(done => setTimeout(done, 500))")
    assert network.sent == {}


def test_the_strictest_page_has_its_button_and_no_error(either, stranger, collector):
    stranger.headers.update(STRICT)
    page = either.new_page()
    said = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(f"{stranger.url}/mug")
    press(page, "Mug")
    until(lambda: kept(collector, stranger.url), what="the like")
    assert like(page, "Mug").evaluate("one => getComputedStyle(one).minHeight") == "44px"
    assert said == []


def test_the_next_step_is_asked_in_the_page_and_answered(either, stranger, network):
    network.step = SURVEY
    page = visit(either, f"{stranger.url}/mug")
    press(page, "Mug")
    page.get_by_role("button", name="Its look").evaluate("one => one.click()")  # not an answer of a person
    assert page.get_by_role("heading", name="Thank you!").count() == 0
    page.get_by_role("button", name="Its look").click()
    expect(page.get_by_role("heading", name="Thank you!")).to_be_visible()
    [told] = until(lambda: network.sent.get("/v1/answers"), what="the answer")
    assert told["answers"] == {"why": "look"} and told["done"] is True and told["site"] == stranger.url


def test_what_a_script_of_the_page_presses_is_nobodys_like(either, stranger, network):
    page = visit(either, f"{stranger.url}/mug")
    like(page, "Mug").wait_for()
    like(page, "Mug").evaluate("one => { one.click(); one.dispatchEvent(new Event('click')); }")
    page.evaluate("() => new Promise(done => setTimeout(done, 300))")
    expect(like(page, "Mug")).to_have_attribute("aria-pressed", "false")
    assert network.sent == {}


def test_a_like_is_there_again_on_the_next_page_and_only_on_this_origin(either, stranger, network):
    page = visit(either, f"{stranger.url}/mug")
    press(page, "Mug")
    until(lambda: network.sent.get("/v1/likes"), what="the like")
    page.reload()
    expect(like(page, "Mug")).to_have_attribute("aria-pressed", "true")
    page.goto(f"{stranger.url.replace('127.0.0.1', 'localhost')}/mug")
    page.get_by_role("heading", name="Mug").wait_for()
    page.goto(f"{stranger.url}/jug")
    expect(like(page, "Jug")).to_have_attribute("aria-pressed", "false")


def test_each_origin_knows_the_person_by_another_secret(either, stranger, shop, network):
    shop({"/vase": stranger.pages["/mug"].replace("Mug", "Vase")})
    for url, product in ((f"{stranger.url}/mug", "Mug"), (f"{stranger.url}/jug", "Jug"), (f"{shop.url}/vase", "Vase")):
        press(visit(either, url), product)
    sent = until(lambda: len(network.sent.get("/v1/likes", [])) == 3 and network.sent["/v1/likes"], what="three likes")
    by_origin = {}
    for one in sent:
        by_origin.setdefault(one["page"]["url"].rsplit("/", 1)[0], set()).add(one["visitor"])
    assert [len(secrets) for secrets in by_origin.values()] == [1, 1]
    assert len(set.union(*by_origin.values())) == 2


VASE = """<!doctype html><title>Urn</title><link rel=icon href="data:,"><h1>Urn</h1>
<p data-afterlike-product="v1" data-url="/urn"></p>"""
WHOSE = "SELECT source FROM likes WHERE page_url = ?"


def test_where_the_site_has_its_own_like_the_extension_steps_back(either, shop, collector):
    tag = f'<script async src="{collector.url}/w.js" data-site="{collector.site}"></script>'
    shop({"/urn": VASE + tag})
    page = visit(either, f"{shop.url}/urn")
    page.get_by_role("button", name="Like").wait_for()
    page.evaluate("() => new Promise(done => setTimeout(done, 500))")
    assert page.get_by_role("button", name="Like").count() == 1
    page.get_by_role("button", name="Like").click()
    until(lambda: rows(collector, WHOSE, f"{shop.url}/urn"), what="the like")
    assert rows(collector, WHOSE, f"{shop.url}/urn") == [("widget",)]


def test_a_widget_that_comes_late_takes_over(either, shop, collector):
    shop({"/urn": VASE})
    page = visit(either, f"{shop.url}/urn")
    page.get_by_role("button", name="Like").wait_for()
    page.evaluate("""([collector, site]) => {
        const script = document.createElement('script');
        script.dataset.site = site;
        script.src = `${collector}/w.js`;
        document.head.append(script);
    }""", [collector.url, collector.site])
    until(lambda: page.evaluate("!!window.Afterlike"), what="the widget")
    page.evaluate("() => new Promise(done => setTimeout(done, 500))")
    assert page.get_by_role("button", name="Like").count() == 1


def test_frames_have_no_buttons(either, stranger):
    stranger.pages["/framed"] = '<!doctype html><title>All</title><link rel=icon href="data:,"><iframe src="/mug"></iframe>'
    page = visit(either, f"{stranger.url}/framed")
    frame = page.frame_locator("iframe")
    frame.get_by_role("heading", name="Mug").wait_for()
    page.evaluate("() => new Promise(done => setTimeout(done, 500))")
    assert frame.get_by_role("button").count() == 0


SPA = """<!doctype html><html lang=en><meta charset=utf-8><title>Mug – Kiln</title><link rel=icon href="data:,">
<link rel=canonical href="/spa/mug"><main></main><script>
const show = name => {
  document.title = name + ' – Kiln';
  document.querySelector('main').innerHTML = `<h1>${name}</h1><script type="application/ld+json">{"@type": "Product",
    "name": "${name}", "offers": {"price": "9.50", "priceCurrency": "EUR"}}<\\/script><p>Fired twice.</p>`;
};
show('Mug');
window.go = (name, path) => { history.pushState({}, '', path); show(name); };
</script>"""


def test_a_single_page_application_has_its_buttons_on_every_page(either, stranger, network):
    stranger.pages["/spa/mug"] = SPA
    page = visit(either, f"{stranger.url}/spa/mug")
    press(page, "Mug")
    page.evaluate("go('Jug', '/spa/jug')")
    expect(like(page, "Mug")).to_have_count(0)
    expect(like(page, "Jug")).to_have_attribute("aria-pressed", "false")
    press(page, "Jug")
    sent = until(lambda: len(network.sent.get("/v1/likes", [])) == 2 and network.sent["/v1/likes"], what="two likes")
    assert {one["product"]["url"] for one in sent} == {f"{stranger.url}/spa/mug", f"{stranger.url}/spa/jug"}


def test_two_windows_show_the_same_like_and_send_it_once(either, stranger, collector, network):
    one, two = (visit(either, f"{stranger.url}/mug") for _ in range(2))
    like(two, "Mug").wait_for()
    press(one, "Mug")
    until(lambda: kept(collector, stranger.url), what="the like")
    press(two, "Mug")
    two.reload()
    expect(like(two, "Mug")).to_have_attribute("aria-pressed", "true")
    like(two, "Mug").click()
    until(lambda: not kept(collector, stranger.url), what="the like to be taken back")
    assert len(network.sent["/v1/likes"]) == 1
