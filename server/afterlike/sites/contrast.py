"""How well two colours can be told apart, as WCAG 2.2 counts it, and the nearest colour that would do. Pure.

https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio
"""

from collections.abc import Callable

Rgb = tuple[float, float, float]
BLACK, WHITE = (0.0, 0.0, 0.0), (255.0, 255.0, 255.0)
TEXT, PARTS = 4.5, 3.0  # success criteria 1.4.3 and 1.4.11


def rgb(text: str) -> Rgb:
    """Of `#rrggbb`."""
    return tuple(float(int(text[place:place + 2], 16)) for place in (1, 3, 5))


def hexed(colour: Rgb) -> str:
    return "#" + "".join(f"{round(part):02x}" for part in colour)


def luminance(colour: Rgb) -> float:
    """Relative luminance, 0 to 1."""
    red, green, blue = (part / 255 / 12.92 if part / 255 <= 0.04045 else ((part / 255 + 0.055) / 1.055) ** 2.4 for part in colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def ratio(one: Rgb, other: Rgb) -> float:
    """1 to 21."""
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def over(colour: Rgb, share: float, ground: Rgb) -> Rgb:
    """What is seen of a colour that covers its ground by this share."""
    return tuple(part * share + below * (1 - share) for part, below in zip(colour, ground, strict=True))


def nearest(colour: Rgb, does: Callable[[Rgb], bool]) -> Rgb | None:
    """The colour that does, with as little black or white mixed in as possible; None where not even these do."""
    for step in range(1, 101):
        for end in (BLACK, WHITE):
            mixed = tuple(float(round(part)) for part in over(end, step / 100, colour))
            if does(mixed):
                return mixed
    return None
