"""S17: a hostile page around an honest widget, a hostile answer in an honest page, and browsers that lack things."""

import json

import pytest
from playwright.sync_api import expect
from widget.conftest import like, nothing_more
from widget.test_build import manifest

TAG = '<script async src="{collector}/w.js" data-site="{site}"></script>'
MUG = '<div data-afterlike-product="k" data-title="Mug"></div><button id=own>own</button>'
# What goes wrong is written into the page's root, for the tests to read from a world of their own: in the page's nothing
# can be relied on.
LISTENING = """<script>{
    const root = document.documentElement, set = root.setAttribute.bind(root), later = setTimeout.bind(window);
    addEventListener('error', event => set('data-wrong', event.message));
    addEventListener('unhandledrejection', event => set('data-wrong', event.reason));
    addEventListener('click', () => later(set, 400, 'data-done', 'yes'), true);
    Object.defineProperty(window, 'ran', { get() { set('data-ran', 'yes'); return 0 }, set() { set('data-ran', 'yes') } });
}</script>"""
THROWS = "() => { throw new Error('patched') }"

HOSTILE = {
    "array methods": f"""for (const one of ['map', 'filter', 'flatMap', 'some', 'find', 'push', 'forEach', 'sort'])
        Array.prototype[one] = {THROWS}""",
    "JSON.parse": f"JSON.parse = {THROWS}",
    "JSON.stringify": f"JSON.stringify = {THROWS}",
    "JSON that lies": """JSON.stringify = () => '{"site":"other"}';
        JSON.parse = () => ({ '@type': 'Product', url: 'javascript:ran++' })""",
    "fetch": f"window.fetch = {THROWS}",
    "fetch that gives nothing": "window.fetch = () => undefined",
    "fetch that never ends": "window.fetch = () => new Promise(() => {})",
    "fetch that lies": """window.fetch = async () =>
        ({ status: 200, headers: { get() {} }, json: async () => ({ next_step: 7, counts: 7 }) })""",
    "polluted objects": """Object.assign(Object.prototype, { url: 'javascript:ran++', key: 'x', cards: [{}], kind: 'survey',
        name: '<img src=x onerror=ran++>', title: '<img>', href: 'javascript:ran++', locale: '../x', liked: true, post: 7 })""",
    "polluted with what is counted": "Object.prototype.more = 'x'; Array.prototype.extra = () => {};",
    "strings": f"String.prototype.trim = {THROWS}; String.prototype.replace = {THROWS}",
    "events": f"EventTarget.prototype.dispatchEvent = {THROWS}; window.CustomEvent = undefined",
    "listeners": f"const add = EventTarget.prototype.addEventListener; EventTarget.prototype.addEventListener = {THROWS}",
    "randomness": f"Crypto.prototype.getRandomValues = {THROWS}",
    "selectors": f"Document.prototype.querySelectorAll = {THROWS}",
    "shadow roots": f"Element.prototype.attachShadow = {THROWS}",
    "promises": """const then = Promise.prototype.then;
        Promise.prototype.then = function (...given) { return then.apply(this, given) }""",
    "nothing is to be seen": """const style = document.createElement('style');
        style.textContent = 'div, div * { display: none !important; position: fixed !important }';
        document.head.append(style)""",
}


@pytest.fixture
def hostile_page(shop, new_page):
    def opened(browser, script: str):
        page = new_page(browser, errors=True)
        markup = f"{LISTENING}<script>{script}</script><main><h1>Mug</h1></main>{MUG}{TAG}"
        page.goto(shop({"/": f"<!doctype html><html lang=en><meta charset=utf-8><title>Mug</title>{markup}"}))
        page.wait_for_load_state("networkidle")
        return page

    return opened


def press_all(page, buttons: str) -> None:
    """Presses what can be seen, with the mouse: a test that scripts the page would fall over what the page has patched.

    The page's own button is the last.
    """
    for button in page.locator(buttons).all()[:9]:
        press(page, button)
    press(page, page.locator("#own"))


def press(page, button) -> None:
    box = button.bounding_box() if button.count() else None
    if box:
        page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)


def unharmed(page) -> None:
    root = page.locator("html")
    expect(root).to_have_attribute("data-done", "yes")
    expect(root).not_to_have_attribute("data-ran", "yes")
    assert root.get_attribute("data-wrong") is None
    expect(page.locator("h1")).to_have_text("Mug")


@pytest.mark.parametrize("script", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_page_gets_no_exception_and_runs_nothing(script, chromium, hostile_page):
    page = hostile_page(chromium, script)
    press_all(page, "[data-afterlike-product] button")
    unharmed(page)


# What a browser of some years ago, or a strange one, does not have: the like works without.
SPARE = {
    "AbortSignal.timeout": "delete AbortSignal.timeout",
    "toWellFormed": "delete String.prototype.toWellFormed",
    "the Navigation API": "delete window.navigation; Object.defineProperty(window, 'navigation', { value: undefined })",
    "IndexedDB": "Object.defineProperty(window, 'indexedDB', { value: undefined })",
    "structuredClone and randomUUID": "delete window.structuredClone; Crypto.prototype.randomUUID = undefined",
}
# And without these there is no button, and no error either.
NEEDED = {
    "adopted style sheets": "delete CSSStyleSheet.prototype.replaceSync; window.CSSStyleSheet = undefined",
    "shadow roots": "Element.prototype.attachShadow = undefined",
    "MutationObserver": "window.MutationObserver = undefined",
    "randomness": "Object.defineProperty(window, 'crypto', { value: undefined })",
    "fetch": "window.fetch = undefined",
}


@pytest.mark.parametrize("script", SPARE.values(), ids=SPARE)
def test_a_browser_without_it_likes_all_the_same(script, any_browser, hostile_page):
    page = hostile_page(any_browser, script)
    with page.expect_response("**/v1/likes") as answered:
        like(page, "Mug").click()
    assert answered.value.status == 200
    press_all(page, "#none")
    unharmed(page)


@pytest.mark.parametrize("script", NEEDED.values(), ids=NEEDED)
def test_a_browser_without_it_has_no_error(script, chromium, hostile_page):
    page = hostile_page(chromium, script)
    press_all(page, "[data-afterlike-product] button")
    unharmed(page)


XSS = '"><img src=x onerror="ran++"><script>ran++</script>'
CARD = {
    "key": "a", "type": "single", "title": XSS, "help": XSS, "options": [{"key": "x", "text": XSS}], "other": {"text": XSS},
}
STEPS = {
    "markup in every text": {"kind": "survey", "prompt": "p", "version": 1, "thanks": XSS, "cards": [CARD]},
    "a script behind the link": {"kind": "redirect", "url": "javascript:ran++", "text": XSS},
    "data behind the link": {"kind": "redirect", "url": "data:text/html,<script>ran++</script>", "text": "x"},
    "a picture that is a script": {"kind": "survey", "cards": [
        {"key": "a", "type": "pictures", "title": "x", "options": [{"key": "x", "text": XSS, "image": "javascript:ran++"}]}]},
    "a privacy link that is a script": {"kind": "opt_in", "cards": [
        {"key": "a", "type": "consent", "title": "x", "no": "n", "submit": "s",
         "boxes": [{"purpose": "news", "text": XSS, "text_id": "x"}],
         "privacy": {"url": "javascript:ran++", "text": XSS}}, {"key": "b", "type": "address", "title": "x", "label": XSS}]},
    "names of the language as types": {"kind": "survey", "cards": [
        {"key": one, "type": one, "title": "x"} for one in ("constructor", "__proto__", "toString", "hasOwnProperty")]},
    "a language that is a path": {"kind": "survey", "locale": "../../x", "dir": XSS, "cards": [CARD]},
    "cards that are none": {"kind": "survey", "cards": "abc"},
    "cards without end": {"kind": "survey", "cards": {"length": 1_000_000_000}},
    "a card that leads to itself": {"kind": "survey", "cards": [{"key": "a", "type": "statement", "title": "x", "next": "a"}]},
    "options that are none": {"kind": "survey", "cards": [{"key": "a", "type": "multi", "title": 7, "options": None}]},
    "a scale without end": {"kind": "survey", "cards": [{"key": "a", "type": "rating", "title": "x", "scale": "1e9"}]},
    "a number": 7,
    "a list": [1, 2],
}


@pytest.mark.parametrize("step", STEPS.values(), ids=STEPS)
def test_a_hostile_answer_runs_nothing(step, chromium, hostile_page):
    page = hostile_page(chromium, "")
    answer = {"id": XSS, "liked": True, "count": {"x": XSS}, "next_step": step}
    allowed = {"Access-Control-Allow-Origin": "*", "Access-Control-Expose-Headers": "Retry-After", "Retry-After": XSS}
    page.route("**/v1/likes", lambda route: route.fulfill(status=200, headers=allowed, body=json.dumps(answer)))
    like(page, "Mug").click()
    section = "[data-afterlike-product] section"
    nothing_more(page, 300)
    hot = [one.get_attribute("href") for one in page.locator(f"{section} a[href]").all()]
    assert [one for one in hot if not one.startswith("http")] == []
    expect(page.locator(f"{section} :is(script, iframe, object)")).to_have_count(0)
    press_all(page, f"{section} button")
    unharmed(page)


def test_a_tag_with_a_checksum_runs_that_very_file(any_browser, shop, new_page):
    page = new_page(any_browser)
    parts = manifest()["w.js"]
    tag = f'''<script async src="{{collector}}/static/widget/{parts["file"]}" integrity="{parts["integrity"]}"
        crossorigin="anonymous" data-site="{{site}}"></script>'''
    page.goto(shop({"/": f"<!doctype html><html lang=en><title>Mug</title>{MUG}{tag}"}))
    expect(like(page, "Mug")).to_be_visible()
