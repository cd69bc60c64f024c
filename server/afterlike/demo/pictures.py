"""Draws the product pictures: SVG from a shape, a palette and a decoration, always the same for a product."""

import json
import random
from functools import cache
from importlib.resources import files

from flask import render_template
from markupsafe import Markup

from afterlike.demo.turning import Pot, decorate, line

PALETTES = json.loads(files(__package__).joinpath("data/palettes.json").read_text("utf-8"))
# Where a palette has no word for it.
PLAIN = {"accent": "#b58a55", "light": "#ffffff", "inner": "#f4ecdc", "clay": "#a97f5b", "fleck": "#4a3a2a"}

# Wall and table behind the thing: they change from product to product, so that a listing looks collected over time.
ROOMS = (
    {"wall": "#efe8db", "wall_low": "#e6dccb", "table": "#d8c8b0", "table_low": "#c9b698"},
    {"wall": "#e6e9e2", "wall_low": "#d9ded4", "table": "#c6cbbd", "table_low": "#b4baa9"},
    {"wall": "#f1e6de", "wall_low": "#e7d6ca", "table": "#d9c1b1", "table_low": "#c8ab98"},
    {"wall": "#e4e8ea", "wall_low": "#d6dcdf", "table": "#c3cbce", "table_low": "#b0b9bd"},
    {"wall": "#f3eddc", "wall_low": "#e9dfc6", "table": "#dccdac", "table_low": "#cab88f"},
)

POTS = {
    "mug": Pot(((128, 330), (130, 400), (131, 520), (126, 600), (108, 632))),
    "tumbler": Pot(((112, 320), (108, 420), (100, 540), (90, 618), (80, 636))),
    "espresso": Pot(((98, 420), (100, 480), (98, 560), (86, 618), (70, 636))),
    "bowl": Pot(((214, 420), (208, 470), (180, 550), (128, 612), (88, 632), (86, 646)), tilt=0.25),
    "deep": Pot(((186, 380), (190, 440), (182, 520), (146, 600), (96, 634), (94, 648)), tilt=0.23),
    "vase": Pot(((64, 190), (52, 230), (62, 290), (122, 390), (140, 480), (120, 580), (88, 636)), tilt=0.17),
    "bottle": Pot(((36, 170), (28, 220), (30, 320), (64, 400), (118, 480), (124, 570), (96, 640)), tilt=0.17),
    "moon": Pot(((62, 262), (60, 284), (130, 340), (186, 440), (180, 540), (120, 620), (92, 642)), tilt=0.18),
    "cylinder": Pot(((104, 230), (106, 340), (106, 480), (104, 600), (92, 638)), tilt=0.18),
    "jug": Pot(((86, 250), (80, 310), (92, 380), (134, 470), (136, 560), (106, 632)), tilt=0.18),
    "teapot": Pot(((84, 372), (142, 420), (172, 490), (166, 560), (124, 620), (96, 634)), tilt=0.18),
    "planter": Pot(((150, 430), (150, 480), (138, 560), (118, 630), (108, 648)), tilt=0.2),
    "candle": Pot(((150, 560), (152, 585), (130, 622), (96, 640)), tilt=0.26),
    "jar": Pot(((122, 350), (132, 380), (140, 480), (138, 580), (116, 640)), tilt=0.18),
    "lamp": Pot(((34, 400), (40, 440), (112, 510), (134, 580), (110, 650), (92, 664)), tilt=0.16),
    "butter": Pot(((112, 470), (150, 500), (166, 560), (168, 600)), tilt=0.16),
    "basket": Pot(((196, 380), (202, 440), (196, 540), (168, 640)), tilt=0.22),
    "hamper": Pot(((150, 300), (168, 380), (172, 520), (150, 656)), tilt=0.18),
    "tray": Pot(((250, 520), (252, 560), (240, 606)), tilt=0.3),
    "stool": Pot(((160, 350), (132, 440), (124, 500), (138, 580), (164, 660)), tilt=0.24),
    "pendant": Pot(((34, 240), (96, 280), (176, 380), (214, 500), (206, 560)), tilt=0.16),
    "pot": Pot(((140, 400), (156, 450), (158, 560), (132, 642)), tilt=0.2),
}
SHADE = Pot(((92, 180), (112, 260), (146, 400)), tilt=0.16)

# What a shape is drawn with: a turned pot and what is added to it, or a template of its own.
TURNED_EXTRAS = {
    "mug": "handle",
    "espresso": "small_handle",
    "jug": "jug",
    "teapot": "teapot",
    "planter": "plant",
    "candle": "candle",
    "jar": "lid",
    "lamp": "shade",
    "butter": "knob",
    "hamper": "hamper",
    "basket": "basket",
    "pendant": "pendant",
    "stool": "stool",
    "pot": "plant",
    "vase": "stems",
}


# Small things are brought nearer.
ZOOM = {
    "mug": 1.32,
    "tumbler": 1.32,
    "espresso": 1.7,
    "bowl": 1.25,
    "deep": 1.22,
    "candle": 1.15,
    "jar": 1.2,
    "butter": 1.2,
    "teapot": 1.15,
    "jug": 1.1,
    "stool": 1.2,
    "moon": 1.1,
    "cylinder": 1.1,
}

# The front pages: (shape, palette, decoration, x, y, size) from back to front, on a picture of 1200 x 900.
HEROES = {
    "ballyfern": (
        ("lamp", "slate", "fern", 30, 146, 640),
        ("vase", "chalk", "fern", 330, 162, 620),
        ("moon", "ink", "speckle", 640, 240, 560),
        ("jug", "sea", "waves", 190, 330, 460),
        ("teapot", "rust", "drip", 590, 340, 500),
        ("bowl", "honey", "waves", 370, 440, 400),
        ("mug", "oat", "speckle", 40, 430, 400),
        ("candle", "moss", "bands", 850, 400, 420),
    ),
    "kain-rotan": (
        ("kain", "nila", "megamendung", 20, -20, 640),
        ("kain", "bata", "ceplok", 560, -20, 640),
        ("pendant", "madu", "lattice", 330, -90, 520),
        ("hamper", "rotan", "weave", 60, 330, 500),
        ("stool", "madu", "lattice", 640, 320, 480),
        ("pot", "kopi", "weave", 400, 300, 460),
        ("basket", "alami", "weave", 230, 440, 420),
        ("tray", "rotan", "weave", 850, 470, 380),
    ),
}


@cache
def picture(shape: str, palette: str, decor: str, seed: str, title: str, bare: bool = False) -> str:
    """The whole SVG document, or the thing alone for an arrangement. Needs an application context the first time."""
    dice = random.Random(seed)
    colours = PLAIN | PALETTES[palette]
    scene = {
        "title": title,
        "shape": shape,
        "decor": decor,
        "colours": colours,
        "room": _room(seed),
        "bare": bare,
        "uid": f"{seed}-" if bare else "",
        "zoom": 1 if bare else ZOOM.get(shape, 1),
    }
    if shape in POTS:
        return render_template(
            "demo/pictures/turned.svg", extra=TURNED_EXTRAS.get(shape), **_turned(shape, decor, dice), **scene
        )
    return render_template(f"demo/pictures/{shape}.svg", **_flat(shape, dice), **scene)


@cache
def hero(shop: str) -> str:
    """The arrangement on a shop's front page, as one SVG document."""
    pieces = [
        {"svg": Markup(picture(shape, palette, decor, f"p{n}", "", bare=True)), "x": x, "y": y, "size": size}
        for n, (shape, palette, decor, x, y, size) in enumerate(HEROES[shop])
    ]
    return render_template("demo/pictures/hero.svg", pieces=pieces, hanging=shop == "kain-rotan")


def _room(seed: str) -> dict:
    return ROOMS[int("".join(filter(str.isdigit, seed)) or 0) * 3 % len(ROOMS)]


def _turned(shape, decor, dice):
    pot = POTS[shape]
    woven = decor in ("weave", "lattice")
    foot_edge = pot.foot - 12
    return {
        "edge": lambda angle: foot_edge,
        "pot": pot,
        "marks": decorate(pot, decor, dice),
        "woven": woven,
        "shade_pot": SHADE,
        "line": line,
    }


def _flat(shape, dice):
    grain = [(dice.randint(180, 620), dice.uniform(-14, 14), dice.uniform(0.1, 0.32)) for _ in range(16)]
    flecks = [(dice.gauss(400, 120), dice.gauss(430, 120), dice.choice([1.5, 2, 2.6])) for _ in range(110)]
    return {"grain": grain, "flecks": [f for f in flecks if (f[0] - 400) ** 2 + (f[1] - 430) ** 2 < 205**2]}
