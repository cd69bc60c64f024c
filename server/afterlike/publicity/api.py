"""Quotes for everybody: as JSON, as an HTML block without script, as schema.org, and as a page for each product.

Nothing here is kept anywhere for longer than CACHED_S seconds: a quote that was taken back is gone from our answers at
once, and from well-behaved copies of them a minute later.
"""

import hashlib
import json
import re

import sqlalchemy as sa
from flask import Response, render_template, request

from afterlike import catalog, sites, tables, web, words
from afterlike.clock import SECOND, now
from afterlike.errors import Invalid, NotFound
from afterlike.publicity import pictures, schemas, shown
from afterlike.publicity.shown import Quote
from afterlike.show import day_text, iso, web_address
from afterlike.web import answer, house

CACHED_S = 60
LONGEST_KEY = 200
PICTURE = re.compile("[0-9a-f]{32}")


def as_json() -> Response:
    """Quotes of one product, or the newest of the site."""
    site, product, quotes = _asked()
    locale = _locale(site)
    told = {"quotes": [_plain(one, locale) for one in quotes]}
    if product is not None:
        about = {"key": product.key, "title": product.title, "url": product.url}
        told = {"product": about, "page": _page_of(site, product)} | told
    return _cached(answer(told), quotes)


as_json.openapi = {
    "summary": "What people let the site quote: of one product, or the newest of all",
    "query": schemas.QuotesQuery(), "gives": schemas.Quotes(), "status": 200,
}


def as_html() -> Response:
    """The same as a block without script: a document for an <iframe>; with `bare=1` the block alone, for a server to put in."""
    site, product, quotes = _asked()
    shown_in = _spoken(site)
    if request.args.get("bare") == "1":
        text = render_template("person/quote_block.html", quotes=quotes, product=product,
                               **shown_in | {"picture_of": _picture_of})
    else:
        text = render_template("person/quote_frame.html", quotes=quotes, product=product, site=site, **shown_in)
    shops = " ".join(sorted(site.origins)) or "'none'"
    framed = web.CSP.replace("frame-ancestors 'none'", f"frame-ancestors {shops}")
    told = Response(text, headers={"Content-Security-Policy": framed}, mimetype="text/html")
    return _cached(told, quotes)


def as_jsonld() -> Response:
    """The same as schema.org's Product with its Reviews; no rating is made up, so there is none."""
    site, product, quotes = _asked()
    if product is None:
        raise Invalid("Say which product: its key.", fields={"product": "Say which product: its key."})
    told = answer(_schema_org(site, product, quotes))
    told.mimetype = "application/ld+json"
    return _cached(told, quotes)


def product_page(site_key: str, product: int) -> Response:
    """A page that anybody may link: what people said about one product and let the site show."""
    with house().db.read() as tx:
        site = sites.site_named(tx, site_key)
        about = site and _product(tx, tables.products.c.id == product, site)
        quotes = shown.published(tx, site.id, now(), product_id=product) if about else []
        was_quoted = bool(about) and shown.was_quoted(tx, product)
    if not was_quoted:
        raise NotFound()
    data = json.dumps(_schema_org(site, about, quotes), ensure_ascii=False).replace("<", "\\u003c")
    text = render_template("person/said.html", site=site, product=about, quotes=quotes, data=data, shop_url=None,
                           **_spoken(site))
    return _cached(Response(text, mimetype="text/html"), quotes)


def picture(name: str) -> Response:
    """What stands beside a quote, for any page; it ends with the quote. Another picture has another address."""
    found = None
    if PICTURE.fullmatch(name):
        with house().db.read() as tx:
            found = shown.picture(tx, name, now())
    if found is None:
        raise NotFound()
    told = Response(found.data, mimetype=pictures.TYPE)
    told.headers["Cache-Control"] = f"public, max-age={_fresh_s([found.until_at])}, immutable"
    told.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    told.headers["Access-Control-Allow-Origin"] = "*"
    told.headers["X-Robots-Tag"] = "noindex"
    told.set_etag(name)
    return told.make_conditional(request)


def _asked() -> tuple[sites.Site, sa.Row | None, list[Quote]]:
    site = sites.site_by_key(house(), request.args.get("site", ""))
    if site is None:
        raise NotFound("No site has this key. Copy the tag from the admin again.", reason="unknown_site")
    key = request.args.get("product")
    if key is not None and (not 0 < len(key) <= LONGEST_KEY or "\0" in key):
        raise Invalid("Ask for a key of 1 to 200 characters.", fields={"product": "Ask for a key of 1 to 200 characters."})
    with house().db.read() as tx:
        product = None
        if key is not None:
            product = _product(tx, tables.products.c.key_hash == catalog.key_hash(site.id, key), site)
            if product is None:
                raise NotFound("Nobody has liked a product with this key here.")
        return site, product, shown.published(tx, site.id, now(), product_id=product and product.id)


def _product(tx: sa.Connection, which: sa.ColumnElement[bool], site: sites.Site) -> sa.Row | None:
    products, showing = tables.products.c, tables.product_showings.c
    return tx.execute(
        sa.select(products.id, products.key, products.url, sa.func.coalesce(showing.title, products.key).label("title"))
        .join_from(tables.products, tables.product_showings, showing.id == products.shown_id, isouter=True)
        .where(which, products.site_id == site.id)
    ).first()


def how_we_know(one: Quote, locale: str) -> list[str]:
    """What stands behind a quote, in that language: only what we saw ourselves, or the shop told us with its key."""
    return [
        words.text("Liked on {day}", locale).replace("{day}", day_text(one.liked_at, locale)),
        *([words.text("Bought it in this shop", locale)] if one.bought else []),
        words.text("Address confirmed", locale),
    ]


def _plain(one: Quote, locale: str) -> dict:
    return {
        "id": one.id, "words": one.words, "shortened": one.is_shortened, "name": one.name,
        "profile": web_address(one.profile) or None, "picture": _picture_of(one),
        "liked_on": iso(one.liked_at)[:10], "bought": one.bought,
        "address_confirmed": True, "perk": one.perk, "how_we_know": how_we_know(one, locale),
        "until": iso(one.until_at)[:10] or None,
        "product": {"key": one.product_key, "title": one.product, "url": one.product_url},
    }


def _schema_org(site: sites.Site, product: sa.Row, quotes: list[Quote]) -> dict:
    """By the product's address it joins what the shop's page says of the same product; price and picture are the shop's."""
    told = {"@context": "https://schema.org", "@type": "Product", "@id": product.url, "name": product.title, "url": product.url}
    return told | {"review": [_review(site, one) for one in quotes]}


def _review(site: sites.Site, one: Quote) -> dict:
    author = {"@type": "Person", "name": one.name or words.text("Somebody who likes it", site.locale)}
    told = {"@type": "Review", "author": author, "reviewBody": one.words, "inLanguage": site.locale.replace("_", "-"),
            "datePublished": iso(one.answered_at)[:10], "publisher": {"@type": "Organization", "name": site.name}}
    profile = web_address(one.profile)
    if profile:
        author["url"] = profile
    if one.picture:
        author["image"] = _picture_of(one)
    return told | ({"disambiguatingDescription": _disclosed(one, site.locale)} if one.perk else {})


def _picture_of(one: Quote) -> str | None:
    return one.picture and house().config.address + pictures.path_of(one.picture)


def _disclosed(one: Quote, locale: str) -> str:
    return words.text("In return they got: {perk}", locale).replace("{perk}", one.perk)


def _spoken(site: sites.Site) -> dict:
    spoken = _locale(site)
    said = words.translations(spoken)
    return {"lang": spoken, "dir": words.direction(spoken), "_": said.gettext, "ngettext": said.ngettext,
            "how_we_know": lambda one: how_we_know(one, spoken),
            "picture_of": lambda one: one.picture and pictures.path_of(one.picture)}


def _locale(site: sites.Site) -> str:
    return words.negotiate(request.args.get("locale"), site.locale)


def _page_of(site: sites.Site, product: sa.Row) -> str:
    return f"{house().config.address}/said/{site.key}/{product.id}"


def _cached(told: Response, quotes: list[Quote]) -> Response:
    """For a minute, and never beyond the end of a quote; asked with the ETag, an unchanged answer is a 304."""
    told.headers["Cache-Control"] = f"public, max-age={_fresh_s([one.until_at for one in quotes])}"
    told.set_etag(hashlib.blake2b(told.get_data(), digest_size=9).hexdigest())
    return told.make_conditional(request)


def _fresh_s(ends: list[int | None]) -> int:
    return min([CACHED_S, *(max(0, (end - now()) // SECOND) for end in ends if end is not None)])
