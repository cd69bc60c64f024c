"""Charts as SVG images, drawn by pygal (docs/decisions/0015-charts.md); each stands on its page beside the table of its numbers.

An image follows no style sheet of ours and runs no script, so it is drawn once for light and once for dark.
"""

import sys
from dataclasses import dataclass
from xml.etree import ElementTree

import pygal
from flask import Response
from pygal.style import Style

# pygal puts a finder for its own plug-ins in the way of every import, in a form that Python gave up; we use no plug-in.
sys.meta_path[:] = [finder for finder in sys.meta_path if not type(finder).__module__.startswith("pygal")]

LOOKS = {  # ink, soft, line, the colours of what is drawn; as in static/admin/variables.css
    "light": ("#261d21", "#675b60", "#e9e1dd", ("#c3264f", "#948985", "#1c6f48")),
    "dark":  ("#f3ecee", "#b3a6ab", "#352d30", ("#ff7f9f", "#86797e", "#74cfa0")),
}
WIDE, NARROW = 720, 360
FAMILY = 'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif'
# The image is its own document: its one style element is its own, and it may load and run nothing.
SEALED = {"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'", "Cache-Control": "no-store"}


@dataclass(frozen=True, slots=True)
class Chart:
    """What is drawn: a name for each place along the axis, and for each series its name and a number a place.

    `kind` is bars (lying, the first on top), days (columns upon each other) or steps (a line).
    """

    kind: str
    places: list[str]
    series: list[tuple[str, list[float | None]]]
    every: int = 1  # how many places have one name between them

    def drawn(self, look: str, width: int = WIDE) -> bytes:
        chart = _KINDS[self.kind](style=_style(look), **_options(self, width))
        chart.x_labels = self.places[::-1] if self.kind == "bars" else self.places
        if self.kind == "bars":
            chart.y_labels = [0]  # the numbers stand in the names
        if self.every > 1:
            chart.x_labels_major_every, chart.show_minor_x_labels = self.every * (1 if width == WIDE else 2), False
        for name, numbers in self.series:
            chart.add(name, numbers[::-1] if self.kind == "bars" else numbers)
        return _plain(chart.render_tree())


_KINDS = {"bars": pygal.HorizontalBar, "days": pygal.StackedBar, "steps": pygal.Line}


def _plain(svg: ElementTree.Element) -> bytes:
    """Without script and what only script reads: that is two thirds of the picture."""
    for parent in list(svg.iter()):
        for child in list(parent):
            if child.tag in ("script", "desc", "title") or child.get("class", "").endswith("tooltip-overlay"):
                parent.remove(child)
    return ElementTree.tostring(svg, encoding="utf-8", xml_declaration=True)


def _options(chart: Chart, width: int) -> dict:
    lying = chart.kind == "bars"
    return {
        "js": (), "explicit_size": False, "pretty_print": False, "disable_xml_declaration": False, "no_data_text": "–",
        "width": width, "height": 34 * len(chart.places) + 20 if lying else 240, "margin": 4, "margin_right": 16, "spacing": 8,
        "show_legend": len(chart.series) > 1, "legend_at_bottom": True, "legend_box_size": 10, "truncate_label": -1,
        "show_y_guides": not lying, "show_x_guides": False, "show_y_labels": True, "show_x_labels": True, "rounded_bars": 2,
        "value_formatter": lambda value: f"{value:,.10g}", "show_dots": False, "y_labels_major_count": None if lying else 4,
        "show_minor_y_labels": lying, "stroke_style": {"width": 3}, "include_x_axis": True, "allow_interruptions": True,
    }


def _style(look: str) -> Style:
    ink, soft, line, colors = LOOKS[look]
    return Style(
        background="transparent", plot_background="transparent", foreground=soft, foreground_strong=ink, foreground_subtle=line,
        guide_stroke_color=line, major_guide_stroke_color=line, guide_stroke_dasharray="0", major_guide_stroke_dasharray="0",
        colors=colors, opacity="1", opacity_hover="1", transition="0s", font_family=FAMILY, value_font_family=FAMILY,
        label_font_size=13, major_label_font_size=13, value_font_size=13, legend_font_size=13, value_colors=(ink,) * len(colors),
    )


def image(chart: Chart, look: str, width: str) -> Response:
    """The picture, for light or for dark, for a wide page or a narrow one."""
    drawn = chart.drawn(look if look in LOOKS else "light", NARROW if width == "narrow" else WIDE)
    return Response(drawn, headers=SEALED, content_type="image/svg+xml; charset=utf-8")
