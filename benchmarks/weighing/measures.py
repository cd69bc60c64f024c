"""What is measured of a contender on a page: bytes, requests, names, moving, presses, likes made offline."""

import json
import time
from pathlib import Path
from urllib.request import urlopen

from playwright.sync_api import Route
from weighing import pages
from weighing.contenders import Contender
from weighing.street import Street, Visit, is_of

from parts.programs import until

BUILT = Path(__file__).resolve().parents[2] / "server/afterlike/static/widget"
AXE = Path(__file__).resolve().parents[2] / "node_modules/axe-core/axe.min.js"
LATE = 0.4  # seconds that a script comes late, so that the page is painted before
MOVED = """window.shift = 0; new PerformanceObserver(list => { for (const one of list.getEntries()) shift += one.value })
.observe({ type: 'layout-shift', buffered: true })"""
# The first frame in which the button does not look as before the press, counted from the press.
FRAMES = """button => new Promise(done => {
    const look = () => [button, ...button.querySelectorAll('*')]
        .map(one => getComputedStyle(one))
        .map(({ fill, color, backgroundColor, transform }) => fill + color + backgroundColor + transform).join();
    const before = look(), entries = [];
    new PerformanceObserver(list => entries.push(...list.getEntries())).observe({ type: 'event', durationThreshold: 16 });
    button.addEventListener('click', ({ timeStamp }) => {
        let frames = 0;
        const next = () => { frames++; look() != before || frames > 60 ? shown(frames) : requestAnimationFrame(next) };
        const shown = frames => setTimeout(() => done({ frames, pressed: button.ariaPressed,
            ms: Math.max(0, ...entries.filter(one => /click|pointer/.test(one.name)).map(one => one.duration)) }), 300);
        requestAnimationFrame(next);
    }, { once: true, capture: true });
})"""


def sheets(street: Street) -> dict:
    """The pages, as functions of a contender: name -> HTML."""
    base = street.base

    def detail(kind):
        return lambda one, **more: pages.detail(kind, one.slot, base, head=one.head, foot=one.foot, **more)

    def listing(count, kind):
        return lambda one, **more: pages.listing(count, kind, one.slot, base, head=one.head, foot=one.foot, **more)

    return {
        "product, JSON-LD": detail("JSON-LD"),
        "product, microdata": detail("microdata"),
        "product, no markup": detail("none"),
        "20 cards, attributes": listing(20, "attributes"),
        "20 cards, JSON-LD": listing(20, "JSON-LD"),
        "20 cards, microdata": listing(20, "microdata"),
        "20 cards, no markup": listing(20, "none"),
        "200 cards, JSON-LD": listing(200, "JSON-LD"),
        "200 cards, microdata": listing(200, "microdata"),
        "no product": lambda one, **more: pages.article(head=one.head, foot=one.foot, **more),
    }


def requests(street: Street, one: Contender, html: str) -> dict:
    """What is asked for before anything is pressed, and how many buttons stand there then."""
    with street.visit() as visit:
        page = visit.go(street.put("/detail", html))
        asked = visit.asked(one)
        return {"requests": len(asked), "asked": asked[:6], "buttons": page.locator(one.seen).count() if one.seen else None}


def waited(street: Street, one: Contender, html: str) -> None:
    """Presses a like where the page has to wait for a part, until the collector brings the part along."""
    with street.visit() as visit:
        visit.go(street.put("/detail", html))
        press(visit, one)
    script = "{collector}/w.js?site={site}".format(**street.shop.fill)
    whole = (BUILT / json.loads((BUILT / "manifest.json").read_text())["whole.js"]["file"]).read_bytes()
    until(lambda: urlopen(script).read().endswith(whole), what="the whole script")


def weight(street: Street, one: Contender, html: str) -> dict:
    """Bytes of what is loaded with the page, and of what the first press loads."""
    with street.visit() as visit:
        page = visit.go(street.put("/detail", html))
        first = visit.loaded() | one.brings()
        button = page.locator(one.button).first
        if one.button and button.count():
            press(visit, one)
        after = {name: size for name, size in visit.loaded().items() if name not in first}
        return {"with the page": first, "after a press": after}


def press(visit: Visit, one: Contender) -> None:
    visit.page.locator(one.button).first.click()
    visit.until(lambda: visit.liked(one), 4 if one.like[0] else 1)
    visit.settle()


def moves(street: Street, one: Contender, html: str) -> dict:
    """How much the page moves when the script comes after the first paint; and when that was."""
    with street.visit() as visit:
        visit.page.add_init_script(MOVED)
        visit.page.route(lambda url: is_of(one, url), late)
        page = visit.go(street.put("/listing", html))
        painted = page.evaluate("performance.getEntriesByName('first-contentful-paint')[0]?.startTime")
        return {"shift": round(page.evaluate("shift"), 4), "first paint ms": round(painted or 0)}


def late(route: Route) -> None:
    time.sleep(LATE)
    route.continue_()


def names(street: Street, one: Contender, html: str) -> dict:
    """Buttons as a screen reader meets them, how many have no name or share one, and what axe finds wrong."""
    with street.visit() as visit:
        page = visit.go(street.put("/listing", html))
        tree = visit.context.new_cdp_session(page).send("Accessibility.getFullAXTree")["nodes"]
        found = [said(node, "name") for node in tree if said(node, "role") == "button" and not node.get("ignored")]
        page.evaluate(AXE.read_text())
        wrong = page.evaluate("async () => (await axe.run(document)).violations.map(one => [one.id, one.nodes.length])")
        ours = [name for name in found if "Add to cart" not in name]
        return {
            "requests": len(visit.asked(one)), "buttons": len(ours), "unnamed": ours.count(""),
            "same name": len(ours) - len(set(ours)) - max(0, ours.count("") - 1), "axe": dict(wrong),
        }


def said(node: dict, what: str) -> str:
    return node.get(what, {}).get("value", "")


def frames(street: Street, one: Contender, html: str) -> dict:
    """Frames from the press until it shows, and the browser's own time from the press to the next paint (8 ms grain)."""
    with street.visit() as visit:
        page = visit.go(street.put("/detail", html))
        button = page.locator(one.button).first
        button.hover()
        page.evaluate(f"button => {{ window.shown = ({FRAMES})(button); return 0 }}", button.element_handle())
        button.click()
        return page.evaluate("window.shown")


def offline(street: Street, one: Contender, html: str, *, leaves: bool) -> bool | None:
    """Whether a like made offline arrives once the network is back; None where nothing arrives online either."""
    url = street.put("/detail", html)
    if not online(street, one, url):
        return None
    with street.visit() as visit:
        page = visit.go(url)
        visit.context.set_offline(True)
        page.locator(one.button).first.click()
        page.wait_for_timeout(3500)  # applause-button waits two seconds for further claps
        if leaves:
            visit.page = visit.context.new_page()
            page.close()
        visit.context.set_offline(False)
        if leaves:
            visit.page.goto(url)
        return visit.until(lambda: visit.liked(one), 12)


def online(street: Street, one: Contender, url: str) -> bool:
    with street.visit() as visit:
        visit.go(url)
        press(visit, one)
        return visit.until(lambda: visit.liked(one), 8)

