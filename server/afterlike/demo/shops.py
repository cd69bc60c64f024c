"""The pages of the demo shops. They read data/, the app's DEMO_SITES ({shop slug: site key}) and which product was quoted; no
cookie."""

from http import HTTPStatus
from urllib.parse import urlencode

import sqlalchemy as sa
from flask import Blueprint, Response, abort, current_app, render_template, request, url_for

from afterlike import catalog, sites, tables
from afterlike.clock import now
from afterlike.demo.goods import PAGE, SHOPS, Product, Shop
from afterlike.demo.markup import AVAILABILITY, absolute, base, image_url, json_ld, page_url
from afterlike.demo.pictures import PALETTES, hero, picture
from afterlike.publicity import shown
from afterlike.web import CSP, house

blueprint = Blueprint(
    "demo", __name__, url_prefix="/demo", template_folder="templates", static_folder="static", static_url_path="/static"
)

JOURNALS = {"ballyfern": "a-kiln-opened-on-a-tuesday", "kain-rotan": "tujuh-gradasi-satu-awan"}


@blueprint.get("/")
def start():
    return render_template(
        "demo/start.html",
        shops=SHOPS.values(),
        site_keys=_site_keys(),
        origin=base(),
        sign_in=current_app.config.get("DEMO_SIGN_IN", "/admin/"),
        mailbox="demo_mailbox" in current_app.extensions,
    )


@blueprint.get("/<shop>/")
def home(shop):
    return _page(_shop(shop), "home", here="home")


@blueprint.get("/<shop>/about")
def about(shop):
    return _page(_shop(shop), "about", here="about")


@blueprint.get("/<shop>/privacy")
def privacy(shop):
    return _page(_shop(shop), "privacy", here="privacy")


@blueprint.get("/<shop>/journal/<post>")
def journal(shop, post):
    found = _shop(shop)
    return _page(found, "journal", here="journal") if post == JOURNALS[found.slug] else _missing(found)


@blueprint.get("/<shop>/products/")
def listing(shop):
    """Twenty cards and a link to the next twenty; more.js fetches that very page and takes its cards."""
    found = _shop(shop)
    category, page = request.args.get("category"), request.args.get("page", 1, int)
    goods = found.listed(category)
    first = (page - 1) * PAGE
    if category not in (None, *found.categories) or not 0 <= first < len(goods):
        return _missing(found)
    return _shared(
        found,
        "listing",
        here="shop",
        category=category,
        page=page,
        first=first,
        total=len(goods),
        cards=goods[first : first + PAGE],
        more=first + PAGE < len(goods),
    )


@blueprint.get("/<shop>/products/<slug>")
def product(shop, slug):
    found = _shop(shop)
    one = found.product(slug)
    if one is None:
        return _missing(found)
    asked = request.args.get("colour")
    colour = asked if asked in one.colours else one.colours[0]
    quoted = _quoted(found, one)
    text = _shared(
        found,
        "product",
        here="shop",
        product=one,
        colour=colour,
        json_ld=json_ld(found, one),
        related=found.beside(one),
        canonical=page_url(found, one),
        quoted=quoted,
    )
    framing = {"Content-Security-Policy": f"{CSP}; frame-src 'self'"} if quoted else None
    return Response(text, headers=framing, mimetype="text/html")


def _quoted(shop: Shop, one: Product) -> str:
    """The address of our block of quotes, where somebody let this product's be shown: as a shop's own page would ask."""
    key = _site_keys().get(shop.slug, "")
    with house().db.read() as tx:
        site = key and sites.site_named(tx, key)
        known = site and catalog.key_hash(site.id, page_url(shop, one))
        said = site and tx.scalar(sa.select(tables.products.c.id).where(tables.products.c.key_hash == known))
        if not said or not shown.published(tx, site.id, now(), product_id=said):
            return ""
    return f"{base()}/v1/quotes.html?{urlencode({'site': key, 'product': page_url(shop, one)})}"


@blueprint.get("/<shop>/images/<name>.svg")
def image(shop, name):
    found = _shop(shop)
    if name == "hero":
        return _svg(hero(found.slug))
    pictured = found.pictured(name) or abort(HTTPStatus.NOT_FOUND)
    one, colour = pictured
    return _svg(picture(one.shape, colour, one.decor, one.sku, f"{one.title}, {found.colours[colour]}"))


@blueprint.get("/<shop>/<path:rest>")
def missing(shop, rest):
    return _missing(_shop(shop))


def _shop(slug: str) -> Shop:
    return SHOPS.get(slug) or abort(HTTPStatus.NOT_FOUND)


def _site_keys() -> dict[str, str]:
    return current_app.config.get("DEMO_SITES", {})


def _missing(shop: Shop) -> tuple[str, int]:
    return _shared(shop, "missing", here=None), HTTPStatus.NOT_FOUND


def _page(shop: Shop, name: str, **values) -> str:
    """A page of this shop's own: its text is its template."""
    return _rendered(f"demo/{shop.slug}/{name}.html", shop, **values)


def _shared(shop: Shop, name: str, **values) -> str:
    """A page that both shops have."""
    return _rendered(f"demo/{name}.html", shop, **values)


def _rendered(template: str, shop: Shop, **values) -> str:
    common = {
        "shop": shop,
        "words": shop.words,
        "site_key": _site_keys().get(shop.slug, ""),
        "journal": JOURNALS[shop.slug],
        "canonical": base() + request.full_path.rstrip("?"),
        "product_link": lambda one, colour=None: _link(shop, one, colour),
        "image_link": lambda one, colour=None: _image(shop, one, colour),
        "page_url": lambda one: page_url(shop, one),
        "image_url": lambda one, colour=None: image_url(shop, one, colour),
        "hero_url": absolute("demo.image", shop=shop.slug, name="hero"),
        "palettes": PALETTES,
        "schema_availability": AVAILABILITY,
    }
    return render_template(template, **(common | values))


def _link(shop: Shop, one: Product, colour: str | None) -> str:
    return url_for("demo.product", shop=shop.slug, slug=one.slug, colour=colour)


def _image(shop: Shop, one: Product, colour: str | None) -> str:
    return url_for("demo.image", shop=shop.slug, name=one.image_name(colour))


def _svg(text: str) -> Response:
    response = Response(text, mimetype="image/svg+xml", headers={"Cache-Control": "public, max-age=3600"})
    response.add_etag()
    return response.make_conditional(request)
