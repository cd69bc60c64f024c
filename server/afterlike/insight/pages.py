"""A site's Home: how far the likes lead, what waits, and its charts with their numbers."""

from flask import Response, request

from afterlike import sites
from afterlike.clock import now
from afterlike.errors import NotFound
from afterlike.honest import Rate
from afterlike.insight import charts, home
from afterlike.insight.charts import Chart
from afterlike.insight.files import csv_file
from afterlike.sites import FILTERS, Site, says
from afterlike.web import house, page


def show(key: str) -> Response:
    """Three gauges, where likes end, the days, what waits, the latest likes."""
    admin, site, role = sites.on_site(key)
    at = now()
    with house().db.read() as tx:
        heard = home.mark(tx, site.id)
        told = home.totals(tx, site.id)
        gauges = home.gauges(tx, site.id, told, at)
        days = home.trend(tx, site, at)
        waits = home.waiting(tx, site.id, told, at)
        newest = home.newest(tx, site.id)
    return page(
        "insight/home.html", site=site, role=role, told=told, gauges=gauges, gap=gap_rows(told), days=days[::-1], waits=waits,
        newest=newest, heard=heard, touch_days=home.TOUCH_DAYS, seen_likes=sum(row[1] for row in days),
    )


def step_names() -> dict[str, str]:
    """What the steps are called, in the admin's language."""
    return {
        "likes": says("Likes"),
        "likers": says("People behind them"),
        "answered": says("Answered a question"),
        "opted_in": says("Asked for news"),
        "confirmed": says("Proved their address"),
        "returned": says("Came back"),
        "bought": says("Bought"),
    }


def gap_rows(told: home.Totals) -> list[tuple[str, int, Rate | None]]:
    """(step, how many, their share of the people behind the likes); the likes themselves are no people."""
    names = step_names()
    return [(names[name], count, _share(name, count, told)) for name, count in told.gap()]


def _share(name: str, count: int, told: home.Totals) -> Rate | None:
    if name in ("likes", "likers"):
        return None
    return Rate(count, told.known if name == "returned" else told.likers)


def chart(key: str, name: str) -> Response:
    """`gap` or `trend`, as .svg or .csv."""
    admin, site, role = sites.on_site(key)
    what, _, form = name.partition(".")
    if what not in _CHARTS or form not in ("svg", "csv"):
        raise NotFound()
    return _CHARTS[what][form](site)


def _gap_svg(site: Site) -> Response:
    with house().db.read() as tx:
        rows = gap_rows(home.totals(tx, site.id))
    names = [f"{step} · {FILTERS['number'](count)}" for step, count, _ in rows]
    drawn = Chart("bars", names, [("", [count for _, count, _ in rows])])
    return charts.image(drawn, request.args.get("look", ""), request.args.get("width", ""))


def _gap_csv(site: Site) -> Response:
    with house().db.read() as tx:
        told = home.totals(tx, site.id)
    shares = [(name, count, _share(name, count, told)) for name, count in told.gap()]
    lines = ([name, count, *([rate.n, rate.share, rate.low, rate.high] if rate else [None] * 4)] for name, count, rate in shares)
    return csv_file(site, "likes-to-orders", ("step", "count", "of", "share", "low_95", "high_95"), lines)


def _days(site: Site) -> list[tuple]:
    with house().db.read() as tx:
        return home.trend(tx, site, now())


def _trend_svg(site: Site) -> Response:
    days = _days(site)
    series = [(says("Count"), [row[1] for row in days])]
    if any(row[2] for row in days):
        series.append((says("Held or rejected"), [row[2] for row in days]))
    names = [FILTERS["day"](row[0]).striptags() for row in days]
    return charts.image(Chart("days", names, series, every=30), request.args.get("look", ""), request.args.get("width", ""))


def _trend_csv(site: Site) -> Response:
    return csv_file(site, "likes-by-day", ("day", "counted", "held_or_rejected"), _days(site))


_CHARTS = {"gap": {"svg": _gap_svg, "csv": _gap_csv}, "trend": {"svg": _trend_svg, "csv": _trend_csv}}
