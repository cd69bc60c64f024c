"""How long the browser is held up: detection in the page, tasks from a trace, and where the widget's own time goes."""

import json
import statistics
import subprocess
import sys
from bisect import bisect_left
from pathlib import Path

from playwright.sync_api import CDPSession, Route
from weighing.contenders import Contender
from weighing.street import Street, is_of

ROOT = Path(__file__).resolve().parents[2]
READER = json.loads((ROOT / "server/afterlike/static/widget/manifest.json").read_text())["read.js"]["file"]
NODE = Path(sys.executable).with_name("node")
CATEGORIES = ["devtools.timeline", "disabled-by-default-devtools.timeline", "v8.execute", "toplevel"]
SCRIPTING = {"FunctionCall", "EvaluateScript", "RunMicrotasks", "v8.evaluateModule"}
RENDERING = {"Layout", "UpdateLayoutTree", "PrePaint", "Paint", "Layerize", "Commit"}
BUNDLE = """import { build } from 'esbuild';
const [entry, name] = process.argv.slice(1);
const { outputFiles: [{ text }] } = await build({
  stdin: { contents: entry, resolveDir: 'widget' }, bundle: true, write: false, target: 'es2022', charset: 'utf8',
  format: name == '+' ? 'esm' : 'iife', globalName: /^[-+]$/.test(name) ? undefined : name,
  loader: { '.css': 'text' }, define: { BUILD: '"named"', WHOLE: 'false' },
});
process.stdout.write(text);"""
LOOK = "detection.find(document, {}, () => 0, () => reader).then(finds => finds.length)"
# The least that anybody can do who tells a page's products: cards, names and addresses, or JSON-LD where there is some.
LEAST = """(() => {
    const told = [...document.querySelectorAll('script[type="application/ld+json"]')].map(one => JSON.parse(one.textContent));
    const card = one => [one.querySelector('a[href]').href, one.querySelector('h2').textContent, { ...one.dataset }];
    const read = one => [new URL(one.item.url, document.baseURI).href, one.item.name, { ...one.item.offers }];
    return (told[0]?.itemListElement.map(read) ?? [...document.querySelectorAll('li.card')].map(card)).length;
})()"""
# As the widget does it: the reader is a module, and loads what it needs besides by itself.
LOAD = "async url => { self.reader = await import(url) }"
LONG = """window.long = []; new PerformanceObserver(list => { for (const one of list.getEntries()) long.push(one.duration) })
.observe({ type: 'longtask', buffered: true })"""


def bundled(source: str, name: str) -> str:
    """The widget's sources in one script with their names left as they are; '-' runs at once, '+' is a module."""
    command = [str(NODE) if NODE.exists() else "node", "--input-type=module", "-e", BUNDLE, source, name]
    return subprocess.run(command, check=True, capture_output=True, text=True, cwd=ROOT).stdout


def detection(street: Street, html: str, times: int = 15) -> dict:
    """Milliseconds of the page's thread that `find` with `read` needs on a page that stands.

    The first look is the one that visitors pay for, here after the reader has come; later ones show what is left when
    the browser has compiled it; the least is the first look of a loop that only reads. The thread's own clock is read,
    which stands still while a neighbour on the machine has the processor.
    """
    script = bundled("export { find } from './find.js'", "detection")
    with street.visit() as visit:
        page = visit.go(street.put("/listing", html))
        page.add_script_tag(content=f"{script};window.detection = detection")
        page.evaluate(LOAD, f"{street.shop.fill['collector']}/static/widget/{READER}")
        visit.settle()
        session = visit.context.new_cdp_session(page)
        session.send("Performance.enable", {"timeDomain": "threadTicks"})
        nothing = statistics.median(spent(session, f"(async () => {number})()")[0] for number in range(5))
        looks = [spent(session, LOOK) for _ in range(times)]
        first, *later = (took - nothing for took, _ in looks)
        page.reload()  # on which nothing has been compiled
        visit.settle()
        least = spent(session, LEAST)[0] - nothing
        return {"found": looks[0][1], "least": least, "first": first, "median": statistics.median(later)}


def spent(session: CDPSession, expression: str) -> tuple[float, int]:
    """Milliseconds of the thread, and what the expression gave."""
    before = thread_ms(session)
    answer = session.send("Runtime.evaluate", {"expression": expression, "returnByValue": True, "awaitPromise": True})
    return thread_ms(session) - before, answer["result"]["value"]


def thread_ms(session: CDPSession) -> float:
    metrics = session.send("Performance.getMetrics")["metrics"]
    return next(one["value"] for one in metrics if one["name"] == "ThreadTime") * 1000


def throttled(session: CDPSession, rate: int) -> None:
    session.send("Emulation.setCPUThrottlingRate", {"rate": rate})


def tasks(street: Street, one: Contender, html: str, rate: int = 1) -> dict:
    """The page's tasks from a trace: the contender's scripting in all, its longest task, and the longest of all.

    In milliseconds of the page's thread: a neighbour on the machine does not make a task longer. No other script runs on
    the page, so whatever scripting there is, is the contender's. A task is its own when half of it is scripting.
    """
    with street.visit() as visit:
        visit.page.goto(street.put("/", "<!doctype html><title>Before</title>"))
        throttled(visit.context.new_cdp_session(visit.page), rate)
        street.browser.start_tracing(page=visit.page, categories=CATEGORIES)
        visit.go(street.put("/listing", html))
        trace = json.loads(street.browser.stop_tracing())["traceEvents"]
    return summed(trace)


def summed(trace: list[dict]) -> dict:
    main = main_thread(trace)
    ours = [one for one in trace if one.get("ph") == "X" and (one["pid"], one["tid"]) == main]
    events = sorted(ours, key=lambda one: one["ts"])
    begins = [one["ts"] for one in events]
    found = [
        whole(task, events[bisect_left(begins, task["ts"]) : bisect_left(begins, task["ts"] + task["dur"])])
        for task in events if task["name"] == "RunTask" and task["dur"] > 500
    ]
    its = [one["all"] for one in found if one["script"] > one["all"] / 2]
    return {
        "script ms": round(sum(one["script"] for one in found), 1),
        "its longest": round(max(its, default=0), 1),
        "its over 50": sum(one > 50 for one in its),
        "longest": round(max((one["all"] for one in found), default=0), 1),
        "over 50": sum(one["all"] > 50 for one in found),
        "rendering": round(sum(one["render"] for one in found), 1),
    }


def main_thread(trace: list[dict]) -> tuple[int, int]:
    """Of the renderer that read the page."""
    readers = [one for one in trace if one["name"] == "ParseHTML" and "/listing" in str(one.get("args"))]
    return readers[0]["pid"], readers[0]["tid"]


def whole(task: dict, inside: list[dict]) -> dict[str, float]:
    """Milliseconds of a task, of the scripting in it, and of style, layout and painting in it."""
    return {"all": thread(task), "script": outermost(inside, SCRIPTING), "render": outermost(inside, RENDERING)}


def outermost(events: list[dict], names: set[str]) -> float:
    """Milliseconds in events of these names, none counted within another."""
    total, end = 0.0, 0.0
    for one in events:
        if one["name"] in names and one["ts"] >= end and of_the_page(one):
            total += thread(one)
            end = one["ts"] + one.get("dur", 0)
    return total


def thread(event: dict) -> float:
    return event.get("tdur", event.get("dur", 0)) / 1000


def of_the_page(event: dict) -> bool:
    """The browser's driver has scripts of its own, which have no address."""
    data = event.get("args", {}).get("data", {})
    return data.get("url", "http").startswith("http")


def long_tasks(street: Street, html: str, rate: int) -> list[float]:
    """What the browser itself calls long, without a trace running."""
    with street.visit() as visit:
        visit.page.goto(street.put("/", "<!doctype html><title>Before</title>"))
        visit.page.add_init_script(LONG)
        throttled(visit.context.new_cdp_session(visit.page), rate)
        return [round(one) for one in visit.go(street.put("/listing", html)).evaluate("long")]


def profile(street: Street, one: Contender, html: str, rate: int, most: int = 22) -> list[dict]:
    """The widget's functions by the time that they and what they call take, from a build that keeps their names."""
    parts = {"w.js": bundled("import './main.js'", "-"), "read": bundled("export * from './read.js'", "+")}
    with street.visit() as visit:
        visit.page.goto(street.put("/", "<!doctype html><title>Before</title>"))
        visit.page.route(lambda url: is_of(one, url), lambda route: named(route, parts))
        session = visit.context.new_cdp_session(visit.page)
        throttled(session, rate)
        session.send("Profiler.enable")
        session.send("Profiler.setSamplingInterval", {"interval": 100})
        session.send("Profiler.start")
        visit.go(street.put("/listing", html))
        return by_function(session.send("Profiler.stop")["profile"])[:most]


def named(route: Route, parts: dict[str, str]) -> None:
    body = next((text for name, text in parts.items() if f"/{name}" in route.request.url), None)
    if body is None:
        return route.continue_()
    route.fulfill(body=body, content_type="text/javascript", headers={"Access-Control-Allow-Origin": "*"})


def by_function(profile: dict) -> list[dict]:
    """Self and total milliseconds by function; what the browser does for a script counts as its own."""
    nodes = {one["id"]: one for one in profile["nodes"]}
    parent = {child: one["id"] for one in profile["nodes"] for child in one.get("children", ())}
    spent: dict[int, float] = {}
    for sample, delta in zip(profile["samples"], profile["timeDeltas"], strict=True):
        spent[sample] = spent.get(sample, 0) + delta / 1000
    table: dict[str, dict] = {}
    for sample, took in spent.items():
        line = [sample]
        while line[-1] in parent:
            line.append(parent[line[-1]])
        frames = [nodes[one]["callFrame"] for one in line]
        if not any(frame["url"].startswith("http") for frame in frames):
            continue
        for place, name in enumerate(dict.fromkeys(title(frame) for frame in frames if frame["functionName"] != "(root)")):
            row = table.setdefault(name, {"function": name, "self": 0.0, "total": 0.0})
            row["total"] += took
            row["self"] += took if place == 0 else 0
    rows = sorted(table.values(), key=lambda row: -row["total"])
    return [row | {"self": round(row["self"], 1), "total": round(row["total"], 1)} for row in rows]


def title(frame: dict) -> str:
    file = frame["url"].rpartition("/")[2].partition("?")[0].partition("-")[0]
    return f"{frame['functionName'] or '(unnamed)'} {file}:{frame['lineNumber'] + 1}" if file else frame["functionName"]
