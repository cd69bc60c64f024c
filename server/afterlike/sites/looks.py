"""What an owner chooses of the widget's looks: how it is read, and what it says to a page. Pure.

A choice that is left empty is not said at all, so the page's own style sheet and the widget's defaults hold.
"""

import re
from collections.abc import Mapping

from afterlike.words import for_admins

SHAPES = ("heart", "thumb", "star")
SHOWN = ("both", "icon", "label")
DARK = ("no", "system", "page")
SCHEMES = ("light", "dark")
PROPERTY = "--afterlike-"

# What is coloured: its property, what it is called, and what it is where only the other of light and dark says something.
COLOURS = {
    "text":       ("color", for_admins("Text and icon"), "currentColor"),
    "ground":     ("background", for_admins("Button"), "transparent"),
    "edge":       ("border", for_admins("Edge of the button"), "#8888"),
    "accent":     ("accent", for_admins("Pressed"), "#e0436f"),
    "panel_text": ("panel-color", for_admins("Text of the panel"), "currentColor"),
    "panel":      ("panel-background", for_admins("Panel"), "color-mix(in srgb,currentColor 8%,transparent)"),
}
# What the page brings: no property, only what contrast is counted against.
PAGE = {"page": for_admins("Ground of your page"), "ink": for_admins("Text of your page")}
ASSUMED = {"light": {"page": "#ffffff", "ink": "#1d1d1f"}, "dark": {"page": "#17171a", "ink": "#f2f2f4"}}
SIZES = {  # pixels: property, what it is called, the least, the most, what it is where nothing is said
    "radius":       ("radius", for_admins("Corners of the button"), 0, 40, 22),
    "panel_radius": ("panel-radius", for_admins("Corners of the panel"), 0, 40, 16),
    "font_size":    ("font-size", for_admins("Size of the text"), 12, 24, 15),
}
FIELDS = (
    "shape", "shown", "dark", *SIZES, *(f"{scheme}_{name}" for scheme in SCHEMES for name in (*COLOURS, *PAGE)),
)
HEX = re.compile(r"#([0-9a-f]{3}|[0-9a-f]{6})", re.ASCII)

NO_CHOICE = for_admins("Choose one of those that are offered.")
NO_COLOUR = for_admins("Write a colour as # and six digits, such as #0a7d5a; empty is the page’s own.")
NO_SIZE = for_admins("Write a whole number of pixels, from {least} to {most}; empty is as it comes.")


def read(given: Mapping[str, str]) -> tuple[dict, dict[str, str]]:
    """What was chosen and can be used, without what says nothing; and a sentence for each field that cannot be used."""
    typed = {name: given.get(name, "").strip().lower()[:40] for name in FIELDS}
    chosen, wrong = {}, {}
    for name, choices in (("shape", SHAPES), ("shown", SHOWN), ("dark", DARK)):
        if typed[name] not in ("", *choices):
            wrong[name] = NO_CHOICE
        elif typed[name] not in ("", choices[0]):
            chosen[name] = typed[name]
    for name, (_, _, least, most, _) in SIZES.items():
        if typed[name] and not (re.fullmatch(r"\d{1,3}", typed[name], re.ASCII) and least <= int(typed[name]) <= most):
            wrong[name] = NO_SIZE
        elif typed[name]:
            chosen[name] = int(typed[name])
    for scheme in SCHEMES:
        chosen |= _colours(scheme, typed, wrong)
    return chosen, wrong


def _colours(scheme: str, typed: Mapping[str, str], wrong: dict[str, str]) -> dict[str, str]:
    chosen = {}
    for name in (*COLOURS, *PAGE):
        field = f"{scheme}_{name}"
        if typed[field] and not HEX.fullmatch(typed[field]):
            wrong[field] = NO_COLOUR
        elif typed[field] and (name in COLOURS or whole(typed[field]) != ASSUMED[scheme][name]):
            chosen[field] = whole(typed[field])
    return chosen


def whole(colour: str) -> str:
    """Six digits of three."""
    return colour if len(colour) == 7 else "#" + "".join(2 * digit for digit in colour[1:])


def as_typed(chosen: Mapping) -> dict[str, str]:
    """Every field as the form shows it."""
    assumed = {f"{scheme}_{name}": colour for scheme, two in ASSUMED.items() for name, colour in two.items()}
    first = {"shape": SHAPES[0], "shown": SHOWN[0], "dark": DARK[0]}
    return {name: str(chosen.get(name, (assumed | first).get(name, ""))) for name in FIELDS}


def schemes(chosen: Mapping) -> tuple[str, ...]:
    """In which of light and dark the widget is seen; pages that stay as they are have one."""
    return SCHEMES if chosen.get("dark") else SCHEMES[:1]


def properties(chosen: Mapping) -> tuple[dict[str, str], dict[str, str]]:
    """Custom properties by name: those that always hold, and those that hold instead where the system is dark."""
    always, in_dark = dict(_plain(chosen)), {}
    for name in COLOURS:
        one, two = (said(chosen, scheme, name) for scheme in SCHEMES)
        has_two = len(schemes(chosen)) == 2 and two != one
        if not (f"light_{name}" in chosen or has_two):
            continue
        property = PROPERTY + COLOURS[name][0]
        if has_two and chosen["dark"] == "page":
            always[property] = _worn(name, f"light-dark({one},{two})")
        else:
            always[property] = _worn(name, one)
            in_dark |= {property: _worn(name, two)} if has_two else {}
    return always, in_dark


def _plain(chosen: Mapping):
    for name, (property, *_) in SIZES.items():
        if name in chosen:
            yield PROPERTY + property, f"{chosen[name]}px"
    if chosen.get("shown") == "icon":
        yield PROPERTY + "label", "none"
        yield PROPERTY + "width", "44px"
    if chosen.get("shown") == "label":
        yield PROPERTY + "icon", "none"


def said(chosen: Mapping, scheme: str, name: str) -> str:
    return chosen.get(f"{scheme}_{name}") or COLOURS[name][2]


def _worn(name: str, colour: str) -> str:
    return f"1px solid {colour}" if name == "edge" else colour


def rules(chosen: Mapping) -> str:
    """The same for a page's own style sheet, for tags that name an exact file."""
    always, in_dark = properties(chosen)
    written = [f":root {{\n{_lines(always)}\n}}"] if always else []
    if in_dark:
        written += [f"@media (prefers-color-scheme: dark) {{\n  :root {{\n{_lines(in_dark, 4)}\n  }}\n}}"]
    return "\n".join(written)


def stage(chosen: Mapping, scheme: str) -> str:
    """A style sheet for the piece of a page on which an admin sees the widget, in light or dark."""
    coloured = {name: chosen[f"{scheme}_{name}"] for name in COLOURS if f"{scheme}_{name}" in chosen}
    seen = dict(_plain(chosen)) | {PROPERTY + COLOURS[name][0]: _worn(name, colour) for name, colour in coloured.items()}
    page, ink = (as_typed(chosen)[f"{scheme}_{name}"] for name in PAGE)
    return f".stage .stage-page {{\n  background: {page};\n  color: {ink};\n  color-scheme: {scheme};\n{_lines(seen)}\n}}\n"


def _lines(properties: Mapping[str, str], indent: int = 2) -> str:
    return "\n".join(f"{' ' * indent}{name}: {value};" for name, value in properties.items())
