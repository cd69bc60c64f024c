"""What our widget costs a page, beside five others on the same pages in the same run.

    make widget && .venv/bin/python benchmarks/widget.py [--only bytes requests names moves offline speed press profile] [--json]

Prints bytes (gzip) by file and against the budgets, requests before the first like, names and layout shift of twenty
buttons, what becomes of a like made offline, how long detection takes, and how long tasks are on a page of 500 cards with
the CPU four times slower. The others come from npm in the versions of rivals.json and are kept in build/rivals; no server
of theirs is asked: a stand-in on 127.0.0.1 answers, and every request to elsewhere fails and is counted. Ours comes from
`afterlike serve`. Figures of one run on this machine: trust ratios, not milliseconds. `--rounds` repeats what is timed
and shows medians. `profile` is printed only when it is asked for.
"""

import argparse
import gzip
import json
import re
import signal
import statistics
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "server"), str(ROOT / "tests")]

from weighing import measures, pages, speed  # noqa: E402
from weighing.contenders import AFTERLIKE, BARE, LED, PINNED, RIVALS, Contender  # noqa: E402
from weighing.street import Street, opened  # noqa: E402

BUILT = ROOT / "server/afterlike/static/widget"
BUILD = (ROOT / "widget/build.mjs").read_text()
BUDGETS = {name: int(most) for name, most in re.findall(r"'(\w+\.js)': (\d+)", re.search(r"BUDGETS = .*", BUILD)[0])}
OTHERS = int(re.search(r"OTHERS = (\d+)", BUILD)[1])
ALL = (AFTERLIKE, *RIVALS)
TWENTY, PRODUCT = "20 cards, JSON-LD", "product, JSON-LD"
SLOW = 4
NOT_HERE = "not measurable here"


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--only", nargs="+", choices=PARTS, default=[name for name in PARTS if name != "profile"])
    asked.add_argument("--rounds", type=int, default=3)
    asked.add_argument("--json", action="store_true")
    options = asked.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # or the server outlives it
    told = {}
    with opened() as street:
        for name in options.only:
            measured, shown = PARTS[name]
            told[name] = measured(street, options.rounds)
            if not options.json:
                shown(told[name])
        told["requests to elsewhere, none of which arrived"] = street.foreign
    if options.json:
        print(json.dumps(told, indent=2))
    else:
        print("\nRequests to elsewhere, none of which arrived:", street.foreign or "none")


def titled(one: Contender) -> str:
    return f"{one.name} {PINNED[one.name]['version']}" if one.name in PINNED else one.name


def table(title: str, heads: list[str], rows: list[list]) -> None:
    """First column to the left, the others to the right; a last one without a head is a remark."""
    cells = [list(heads), *([str(cell) for cell in row] for row in rows)]
    widths = [max(len(row[place]) for row in cells) for place in range(len(heads))]
    print(f"\n{title}\n")
    for row in cells:
        remark = [row.pop()] if not heads[-1] else []
        first, *others = zip(row, widths, strict=False)
        print(f"  {first[0]:{first[1]}}", *(f"{cell:>{width}}" for cell, width in others), *remark, sep="  ")


# Bytes.


def budgets(_street: Street, _rounds: int) -> dict:
    files = json.loads((BUILT / "manifest.json").read_text())
    sizes = {name: len(gzip.compress((BUILT / one["file"]).read_bytes(), 9)) for name, one in files.items()}
    return {name: {"bytes": size, "budget": BUDGETS.get(name, OTHERS)} for name, size in sizes.items()}


def bytes_of(street: Street, rounds: int) -> dict:
    sheet = measures.sheets(street)[PRODUCT]
    return {"budgets": budgets(street, rounds), "loaded": {titled(one): measures.weight(street, one, sheet(one)) for one in ALL}}


def show_bytes(told: dict) -> None:
    rows = [[name, one["bytes"], one["budget"], f"{one['bytes'] / one['budget']:.0%}"] for name, one in told["budgets"].items()]
    table("Our files, bytes gzip against their budgets", ["file", "bytes", "budget", "used"], rows)
    base = sum(told["loaded"]["afterlike"]["with the page"].values())
    rows = []
    for name, loaded in told["loaded"].items():
        first, after = (sum(part.values()) for part in loaded.values())
        files = ", ".join(f"{file} {size}" for part in loaded.values() for file, size in part.items())
        rows.append([name, first, after, f"{first / base:.1f}", files])
    table("Loaded on a product page, bytes gzip", ["", "with the page", "first press", "× ours", ""], rows)


# Requests.


def requests(street: Street, _rounds: int) -> dict:
    sheets = measures.sheets(street)
    few = (PRODUCT, TWENTY, "200 cards, JSON-LD", "no product")  # markup is nothing to the others
    told = {}
    for one in (AFTERLIKE, LED, *RIVALS):
        if one is LED:
            measures.waited(street, LED, sheets["product, microdata"](LED))
        names = few if one in RIVALS else sheets
        told[titled(one)] = {name: measures.requests(street, one, sheets[name](one)) for name in names}
    return told


def show_requests(told: dict) -> None:
    names = list(told["afterlike"])
    rows = []
    for name in names:
        ours = told["afterlike"][name]
        others = [one.get(name, {}).get("requests", "") for title, one in told.items() if title != "afterlike"]
        rows.append([name, ours["buttons"], ours["requests"], *others])
    heads = ["page", "our buttons", *(title if title == LED.name else title.split()[0].removeprefix("@") for title in told)]
    table("Requests before the first like, besides the page and the first script", heads, rows)
    print(f"\n  {LED.name}: `w.js?site=` of a site one of whose pages has waited for a part")


# Twenty buttons.


def names(street: Street, _rounds: int) -> dict:
    sheet = measures.sheets(street)[TWENTY]
    return {titled(one): measures.names(street, one, sheet(one)) for one in (*ALL, BARE)}


def show_names(told: dict) -> None:
    own = {titled(one): one.own for one in ALL}
    rows = [
        [name, one["requests"], one["buttons"] if own.get(name, True) else "page's own", one["unnamed"], one["same name"],
         ", ".join(f"{rule} × {count}" for rule, count in one["axe"].items()) or "0"]
        for name, one in told.items()
    ]
    table("Twenty buttons on a page", ["", "requests", "buttons", "unnamed", "same name", "axe"], rows)


def moves(street: Street, _rounds: int) -> dict:
    sheets = measures.sheets(street)
    return {
        titled(one): {name: {say: measures.moves(street, one, sheets[name](one, reserve=reserve))
                             for say, reserve in (("reserved", True), ("not reserved", False))} for name in (PRODUCT, TWENTY)}
        for one in (*ALL, BARE)
    }


def show_moves(told: dict) -> None:
    rows = []
    for name, one in told.items():
        both = [one[page][say]["shift"] for page in (PRODUCT, TWENTY) for say in ("reserved", "not reserved")]
        rows.append([name, *both, one[TWENTY]["reserved"]["first paint ms"]])
    heads = ["", "product", "without", "20 cards", "without", "first paint ms"]
    table("Layout shift when the script comes 0.4 s late, with the reserve line and without", heads, rows)


# Likes made offline; a press.


def offline(street: Street, _rounds: int) -> dict:
    sheet = measures.sheets(street)[PRODUCT]
    told = {}
    for one in ALL:
        kept = {} if not one.silent else {"why": one.silent}
        for say, leaves in (("stays", False), ("leaves", True)):
            kept[say] = None if one.silent else measures.offline(street, one, sheet(one), leaves=leaves)
        told[titled(one)] = kept
    return told


def show_offline(told: dict) -> None:
    word = {True: "kept", False: "lost", None: NOT_HERE}
    rows = [[name, word[one["stays"]], word[one["leaves"]], one.get("why", "")] for name, one in told.items()]
    table("A like made offline, once the network is back", ["", "on the same page", "on the next page", ""], rows)


def pressed(street: Street, rounds: int) -> dict:
    sheet = measures.sheets(street)[PRODUCT]
    return {"frames": [measures.frames(street, AFTERLIKE, sheet(AFTERLIKE)) for _ in range(rounds)]}


def show_pressed(told: dict) -> None:
    rows = [[one["frames"], one["pressed"], one["ms"] or "under 16"] for one in told["frames"]]
    table("From press to pressed, ours", ["frames", "aria-pressed", "to next paint, ms"], rows)


# Time.


def listing(street: Street, one: Contender, count: int, kind: str) -> str:
    return pages.listing(count, kind, one.slot, street.base, head=one.head, foot=one.foot)


def timed(street: Street, rounds: int) -> dict:
    looks = {kind: [speed.detection(street, listing(street, BARE, 200, kind)) for _ in range(rounds)] for kind in pages.KINDS}
    found = {}
    for one, kind in [(BARE, "JSON-LD"), *((AFTERLIKE, kind) for kind in pages.KINDS), *((one, "JSON-LD") for one in RIVALS)]:
        html = listing(street, one, 500, kind)
        times = rounds if one in (AFTERLIKE, BARE) else 1
        slow = [speed.tasks(street, one, html, SLOW) for _ in range(times)]
        long = [speed.long_tasks(street, html, SLOW) for _ in range(times)]
        found[f"{titled(one)}, {kind}" if one in (AFTERLIKE, BARE) else titled(one)] = {"tasks": slow, "long": long}
    return {"detection": looks, "500 cards": found}


def show_timed(told: dict) -> None:
    looks = ("least", "first", "median")
    rows = [
        [kind, runs[0]["found"], *(f"{statistics.median(run[what] for run in runs):.1f}" for what in looks)]
        for kind, runs in told["detection"].items()
    ]
    heads = ["markup", "found", "the least", "first look", "later looks"]
    table("Detection on a page of 200 cards, ms of the thread (aim: under 5)", heads, rows)
    rows = []
    for name, one in told["500 cards"].items():
        slow = one["tasks"]
        kinds = ("script ms", "its longest", "its over 50", "rendering", "longest", "over 50")
        middle = [statistics.median(run[what] for run in slow) for what in kinds]
        long = [len(run) for run in one["long"]], [max(run, default=0) for run in one["long"]]
        rows.append([name, *(f"{value:.0f}" for value in middle), *(f"{statistics.median(values):.0f}" for values in long)])
    heads = ["", "script", "its longest task", "its > 50", "style to paint", "longest of all", "all > 50", "long*", "longest*"]
    table(f"500 cards, CPU {SLOW} times slower, ms of the thread (aim: no task of the widget's over 50)", heads, rows)
    print("\n  * by the clock, as the browser's longtask observer counts them without a trace; the page's own included")


def profiled(street: Street, _rounds: int) -> dict:
    return {kind: speed.profile(street, AFTERLIKE, listing(street, AFTERLIKE, 500, kind), SLOW) for kind in pages.KINDS}


def show_profiled(told: dict) -> None:
    for kind, rows in told.items():
        table(f"Where the time goes: 500 cards, {kind}, CPU {SLOW} times slower, ms", ["function", "self", "total"],
              [[row["function"], row["self"], row["total"]] for row in rows])


PARTS = {
    "bytes":    (bytes_of, show_bytes),
    "requests": (requests, show_requests),
    "names":    (names, show_names),
    "moves":    (moves, show_moves),
    "offline":  (offline, show_offline),
    "press":    (pressed, show_pressed),
    "speed":    (timed, show_timed),
    "profile":  (profiled, show_profiled),
}

if __name__ == "__main__":
    main()
