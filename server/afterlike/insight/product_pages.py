"""The admin's Products: which are liked, what is said about one, what it cost when, where and by whom it is liked."""

from collections import Counter

from flask import Response, request

from afterlike import sites
from afterlike.clock import DAY, now
from afterlike.errors import NotFound
from afterlike.insight import asked, charts, coverage, people, products
from afterlike.insight.charts import Chart
from afterlike.insight.files import csv_file
from afterlike.insight.sums import day_of, zone_of
from afterlike.show import amount, iso
from afterlike.web import house, page

SAMPLES = 120


def listing(key: str) -> Response:
    """Products that were ever liked; search and order live in the address."""
    admin, site, role = sites.on_site(key)
    wanted, number = _wanted(), asked.page_number()
    with house().db.read() as tx:
        rows, total = products.found(tx, site.id, wanted, page=number, now=now())
        covered, unliked = coverage.coverage(tx, site.id, now()), coverage.unliked(tx, site.id, now())
    last = asked.last_page(total, products.PER_PAGE)
    if number > last:
        return asked.to_page(wanted.query(page=last))
    return page("insight/products.html", site=site, role=role, rows=rows, total=total, wanted=wanted, covered=covered,
                unliked=unliked, covered_days=coverage.DAYS,
                page_number=number, last_page=last, ranked_from=products.RANKED_FROM)


def _wanted() -> products.Wanted:
    return products.Wanted(asked.search(), asked.one_of("only", products.ONLY, ""), asked.one_of("sort", products.SORTS, "likes"))


def one(key: str, product: int) -> Response:
    """What is liked about it, price and stock over time, pages, people."""
    admin, site, role = sites.on_site(key)
    with house().db.read() as tx:
        found = _of(tx, site, product)
        answers = products.answers_to(tx, product)
        values = {
            "questions": products.questions(tx, answers, site.locale), "crossing": products.crossing(tx, answers, site.locale),
            "prices": products.prices(tx, product), "pages": products.pages(tx, product),
            "likers": [people.One(who, 0, 0, 0, 0, 0, None, 0, 0) for who in products.people_of(tx, product)],
        }
        people.filled(tx, values["likers"])
    return page("insight/product.html", site=site, role=role, product=found, called=asked.called,
                all_told=len(answers) < products.MOST_ANSWERS, **values)


def _of(tx, site: sites.Site, product: int) -> products.Product:
    found = products.one(tx, site.id, product)
    if found is None:
        raise NotFound()
    return found


def price_picture(key: str, product: int) -> Response:
    """Its price over time, in the currency it had most."""
    admin, site, role = sites.on_site(key)
    with house().db.read() as tx:
        _of(tx, site, product)
        rows = products.prices(tx, product)
    return charts.image(_drawn(rows, site, now()), request.args.get("look", ""), request.args.get("width", ""))


def _drawn(rows: list, site: sites.Site, at: int) -> Chart:
    """A look at every so many days: what it cost then, as decimals."""
    currency = Counter(row.currency for row in rows if row.currency).most_common(1)
    begin, end = (rows[0].shown_at, at) if rows else (at, at)
    step = max(DAY, (end - begin) // SAMPLES)
    moments = [*range(begin, end, step), end]
    zone = zone_of(site.time_zone)
    names = [sites.FILTERS["day"](day_of(at, zone)).striptags() for at in moments]
    costs = [_cost(rows, at, currency[0][0] if currency else "") for at in moments]
    return Chart("steps", names, [(currency[0][0] if currency else "", costs)], every=max(1, -(-len(moments) // 4)))


def _cost(rows: list, at: int, currency: str) -> float | None:
    known = [row for row in rows if row.shown_at <= at]
    if not known or known[-1].currency != currency or known[-1].price_minor is None:
        return None
    return float(amount(known[-1].price_minor, currency))


def price_file(key: str, product: int) -> Response:
    """The same as a file, with the stock: a line where something changed."""
    admin, site, role = sites.on_site(key)
    with house().db.read() as tx:
        _of(tx, site, product)
        rows = products.prices(tx, product)
    lines = ([iso(row.shown_at), amount(row.price_minor, row.currency), row.currency, row.availability] for row in rows)
    return csv_file(site, f"price-{product}", ("from", "price", "currency", "availability"), lines)
