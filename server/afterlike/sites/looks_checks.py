"""Whether what an owner chose can be read: each pair of colours of the widget, its contrast, and what would do. Pure.

`static/admin/looks.js` counts the same while colours are chosen; a test compares the two.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from afterlike.sites import looks
from afterlike.sites.contrast import BLACK, PARTS, TEXT, WHITE, Rgb, hexed, nearest, over, ratio, rgb

Colours = dict[str, Rgb | None]  # as chosen; None is not said
Pair = tuple[Rgb, Rgb]


@dataclass(frozen=True, slots=True)
class Check:
    """One pair in light or dark; `field` is the colour to change, `instead` the nearest that does, "" for none."""

    name: str
    scheme: str
    field: str
    ratio: float
    least: float
    instead: str = ""

    @property
    def is_fine(self) -> bool:
        return self.ratio >= self.least


def _ground(seen: Colours) -> Rgb:
    return seen["ground"] or seen["page"]


def _text(seen: Colours) -> Pair:
    return seen["text"] or seen["ink"], _ground(seen)


def _panel(seen: Colours) -> Pair:
    text = seen["panel_text"] or seen["ink"]
    return text, seen["panel"] or over(text, 0.08, seen["page"])


def _part(share: float) -> Callable[[Colours], Pair]:
    """Of the panel's text so much is seen."""
    def pair(seen: Colours) -> Pair:
        text, panel = _panel(seen)
        return over(text, share, panel), panel
    return pair


def _send(seen: Colours) -> Pair:
    text, panel = _panel(seen)
    text = seen["text"] or text
    return text, seen["ground"] or over(text, 0.08, panel)


def _ring(seen: Colours) -> Pair:
    return max((BLACK, WHITE), key=lambda ring: ratio(ring, seen["page"])), seen["page"]


# name: the colour to change, what it must be at least, the two that meet. The shares are those of widget/*.css.
PAIRS: dict[str, tuple[str, float, Callable[[Colours], Pair]]] = {
    "text":    ("text", TEXT, _text),
    "pressed": ("accent", PARTS, lambda seen: (seen["accent"], seen["page"] if seen["no_icon"] else _ground(seen))),
    "ring":    ("page", PARTS, _ring),
    "panel":   ("panel_text", TEXT, _panel),
    "hint":    ("panel_text", TEXT, _part(0.75)),
    "field":   ("panel_text", PARTS, _part(0.5)),
    "send":    ("text", TEXT, _send),
    "tick":    ("accent", PARTS, lambda seen: (seen["accent"], _panel(seen)[1])),
}


def checks(chosen: Mapping) -> list[Check]:
    """Every pair, in every scheme in which the widget is seen."""
    return [check for scheme in looks.schemes(chosen) for check in _checks(chosen, scheme)]


def _checks(chosen: Mapping, scheme: str) -> list[Check]:
    typed, seen = looks.as_typed(chosen), {}
    for name in (*looks.COLOURS, *looks.PAGE):
        colour = typed[f"{scheme}_{name}"] or (looks.COLOURS["accent"][2] if name == "accent" else "")
        seen[name] = rgb(colour) if colour else None
    seen["no_icon"] = chosen.get("shown") == "label" or None
    made = []
    for name, (field, least, pair) in PAIRS.items():
        found = ratio(*pair(seen))
        made.append(Check(name, scheme, field, found, least, "" if found >= least else _instead(seen, field, pair)))
    return made


def _instead(seen: Colours, field: str, pair: Callable[[Colours], Pair]) -> str:
    """The nearest colour with which every pair is right that hangs on this field."""
    ours = [(least, one) for of, least, one in PAIRS.values() if of == field]

    def does(colour: Rgb) -> bool:
        return all(ratio(*one(seen | {field: colour})) >= least for least, one in ours)

    found = nearest(seen[field] or pair(seen)[0], does)
    return hexed(found) if found else ""
