"""Turns pots: from a profile of radii and heights to SVG paths, with a decoration that follows the round.

A pot is seen from slightly above. A point of its surface is named by an angle in degrees (0 faces the viewer, -90 and
90 are the two edges) and a height; `Pot.point` says where that point lies on the picture.
"""

import math
from dataclasses import dataclass

SWEEP = range(-90, 91, 6)


@dataclass(frozen=True)
class Pot:
    """A turned body: `profile` is (radius, y) from the rim down, `cx` its axis, `tilt` how much we look down on it."""

    profile: tuple[tuple[float, float], ...]
    cx: float = 400
    tilt: float = 0.2

    @property
    def top(self) -> float:
        return self.profile[0][1]

    @property
    def foot(self) -> float:
        return self.profile[-1][1]

    def radius(self, y: float) -> float:
        """The radius at height `y`, on the same smooth curve that `outline` draws."""
        points = self._curve()
        for (r0, y0), (r1, y1) in zip(points, points[1:], strict=False):
            if y0 <= y <= y1:
                return r0 + (r1 - r0) * (y - y0) / ((y1 - y0) or 1)
        return points[-1][0] if y > points[-1][1] else points[0][0]

    def point(self, angle: float, y: float) -> tuple[float, float]:
        r, a = self.radius(y), math.radians(angle)
        return self.cx + r * math.sin(a), y + self.tilt * r * math.cos(a)

    def outline(self) -> str:
        right = [(self.cx + r, y) for r, y in self._curve()]
        left = [(2 * self.cx - x, y) for x, y in reversed(right)]
        r_foot, r_top = self.profile[-1][0], self.profile[0][0]
        foot = f"A{r_foot} {r_foot * self.tilt:.1f} 0 0 1 {left[0][0]:.1f} {left[0][1]:.1f}"
        rim = f"A{r_top} {r_top * self.tilt:.1f} 0 0 0 {right[0][0]:.1f} {right[0][1]:.1f}"
        return line(right) + foot + line(left, start="L") + rim + "Z"

    def ring(self, y: float) -> str:
        return line([self.point(a, y) for a in SWEEP])

    def below(self, edge) -> str:
        """Everything under the wavy line `edge(angle) -> y`, a little wider than the pot (it is clipped)."""
        top = [self.point(a, edge(a)) for a in range(-90, 91, 2)]
        return line([(top[0][0] - 300, top[0][1]), *top, (top[-1][0] + 300, top[-1][1])]) + "V900H-100Z"

    def _curve(self, steps: int = 8) -> list[tuple[float, float]]:
        """A smooth line through the profile: cubic Hermite, slopes from the neighbours."""
        p, slopes, curve = self.profile, _slopes(self.profile), []
        for (r0, y0), (r1, y1), m0, m1 in zip(p, p[1:], slopes, slopes[1:], strict=False):
            curve += [
                (_hermite(r0, r1, m0 * (y1 - y0), m1 * (y1 - y0), i / steps), y0 + (y1 - y0) * i / steps)
                for i in range(steps)
            ]
        return [*curve, p[-1]]


def line(points, *, start: str = "M") -> str:
    return start + "L".join(f"{x:.1f} {y:.1f}" for x, y in points)


def _slopes(profile) -> list[float]:
    ends = [profile[0], *profile, profile[-1]]
    return [
        (after[0] - before[0]) / ((after[1] - before[1]) or 1) for before, after in zip(ends, ends[2:], strict=False)
    ]


def _hermite(a: float, b: float, leaving: float, arriving: float, t: float) -> float:
    return (
        a * (2 * t**3 - 3 * t**2 + 1)
        + leaving * (t**3 - 2 * t**2 + t)
        + b * (3 * t**2 - 2 * t**3)
        + arriving * (t**3 - t**2)
    )


def decorate(pot: Pot, decor: str, dice) -> list[dict]:
    """The marks of a decoration as a list of {d, fill | stroke, width, opacity}; colours are the palette's words."""
    return DECORS[decor](pot, dice)


def _plain(pot, dice):
    return []


def _speckle(pot, dice):
    size = (pot.foot - pot.top) * max(r for r, _ in pot.profile)
    return [_fleck(pot, dice) for _ in range(int(60 + size / 700))]


def _fleck(pot, dice):
    angle, y = math.degrees(math.asin(dice.uniform(-0.98, 0.98))), dice.uniform(pot.top, pot.foot)
    x, y = pot.point(angle, y)
    return _dot(
        x,
        y,
        dice.choice([1.4, 1.8, 2.2, 3.4]) * max(math.cos(math.radians(angle)), 0.3),
        2,
        "fleck",
        dice.uniform(0.3, 0.7),
    )


def _dot(x, y, rx, ry, fill, opacity=1.0):
    return {
        "d": f"M{x - rx:.1f} {y:.1f}a{rx:.1f} {ry:.1f} 0 1 0 {2 * rx:.1f} 0a{rx:.1f} {ry:.1f} 0 1 0 {-2 * rx:.1f} 0Z",
        "fill": fill,
        "opacity": round(opacity, 2),
    }


def _dip(pot, dice):
    middle, phase = pot.top + (pot.foot - pot.top) * 0.52, dice.uniform(0, 6)
    edge = pot.below(lambda a: middle + 9 * math.sin(a / 24 + phase) + 4 * math.sin(a / 9))
    return [{"d": edge, "fill": "second", "opacity": 1}, *_speckle(pot, dice)]


def _drip(pot, dice):
    runs = [(a, dice.uniform(0.06, 0.26)) for a in range(-84, 85, 24)]
    height = pot.foot - pot.top

    def edge(angle):
        return pot.top + height * (0.2 + sum(depth * math.exp(-(((angle - a) / 8.5) ** 2)) for a, depth in runs))

    return [{"d": pot.below(edge), "fill": "second", "opacity": 1}, *_speckle(pot, dice)[:40]]


def _bands(pot, dice):
    height = pot.foot - pot.top
    marks = [(0.2, 16), (0.29, 5), (0.34, 5), (0.66, 5), (0.71, 16)]
    return [
        {"d": pot.ring(pot.top + height * at), "stroke": "second", "width": width, "opacity": 0.95}
        for at, width in marks
    ]


def _stripes(pot, dice):
    height = pot.foot - pot.top
    return [
        {
            "d": line([pot.point(a, pot.top + height * t / 20) for t in range(-1, 21)]),
            "stroke": "second",
            "width": round(2 + 5 * math.cos(math.radians(a)), 1),
            "opacity": 0.9,
        }
        for a in range(-84, 85, 12)
    ]


def _dots(pot, dice):
    height, marks = pot.foot - pot.top, []
    for row in range(7):
        y = pot.top + height * (0.12 + row * 0.125)
        for a in range(-84 + 7 * (row % 2), 85, 14):
            x, py = pot.point(a, y)
            marks.append(_dot(x, py, 7.5 * math.cos(math.radians(a)) + 0.6, 7.5, "second"))
    return marks


def _waves(pot, dice):
    height, marks = pot.foot - pot.top, []
    for row in range(9):
        y = pot.top + height * (0.12 + row * 0.085)
        marks.append(
            {
                "d": line([pot.point(a, y + 6.5 * math.sin(a / 5.2 + row)) for a in range(-90, 91, 2)]),
                "stroke": "second",
                "width": 3.2,
                "opacity": 0.85,
            }
        )
    return marks


def _fern(pot, dice):
    return [mark for angle in range(-78, 79, 26) for mark in _frond(pot, angle, dice)]


def _frond(pot, angle, dice):
    height, lean = pot.foot - pot.top, dice.uniform(-4, 4)
    stem = [(angle + lean * math.sin(t / 5), pot.top + height * (0.86 - 0.066 * t)) for t in range(11)]
    marks = [{"d": line([pot.point(*s) for s in stem]), "stroke": "second", "width": 3, "opacity": 0.95}]
    for n, (a, y) in enumerate(stem[1:-1]):
        reach = 8.5 - abs(n - 3) * 0.8
        marks += [_leaf(pot, a, y, side * reach, height * 0.05) for side in (-1, 1)]
    return marks


def _leaf(pot, angle, y, reach, rise):
    root, tip = pot.point(angle, y), pot.point(angle + reach, y - rise)
    low, high = pot.point(angle + reach * 0.7, y), pot.point(angle + reach * 0.25, y - rise)
    return {"d": f"M{_xy(root)}Q{_xy(low)} {_xy(tip)}Q{_xy(high)} {_xy(root)}Z", "fill": "second", "opacity": 0.95}


def _xy(point):
    return f"{point[0]:.1f} {point[1]:.1f}"


def _weave(pot, dice):
    """Rattan over and under its stakes: short rounded strokes in two tones, each row half a step on."""
    rows = int((pot.foot - pot.top) / 15)
    step = (pot.foot - pot.top) / rows
    light, dark = [], []
    for row in range(rows):
        for n, a in enumerate(range(-96, 97, 8)):
            strand = [
                pot.point(max(-90, min(90, a + (row % 2) * 8 + t)), pot.top + step * (row + 0.5))
                for t in (-6.5, -2, 2, 6.5)
            ]
            (light if n % 2 else dark).append(line(strand))
    return [
        {"d": "".join(dark), "stroke": "second", "width": round(step * 0.62, 1), "opacity": 0.85},
        {"d": "".join(light), "stroke": "light", "width": round(step * 0.86, 1), "opacity": 1},
    ]


def _lattice(pot, dice):
    """Open diamonds of rattan, as on lamps and stools."""
    height, marks = pot.foot - pot.top, []
    for turn in (-1, 1):
        for start in range(-270, 271, 20):
            strand = [(start + turn * t * 9, pot.top + height * t / 20) for t in range(21)]
            shown = [pot.point(a, y) for a, y in strand if -90 <= a <= 90]
            if len(shown) > 1:
                marks.append({"d": line(shown), "stroke": "second" if turn < 0 else "light", "width": 7, "opacity": 1})
    return marks + [
        {"d": pot.ring(pot.top + height * at), "stroke": "second", "width": 10, "opacity": 1}
        for at in (0.02, 0.33, 0.66, 0.97)
    ]


DECORS = {
    "plain":   _plain,
    "speckle": _speckle,
    "dip":     _dip,
    "drip":    _drip,
    "bands":   _bands,
    "stripes": _stripes,
    "dots":    _dots,
    "waves":   _waves,
    "fern":    _fern,
    "weave":   _weave,
    "lattice": _lattice,
}
