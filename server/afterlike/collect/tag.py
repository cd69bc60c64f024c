"""The admin's Tag: the line for the shop's pages as the owner wants it, and how to see that it works. Changes nothing."""

import re

import sqlalchemy as sa
from flask import Response, request

from afterlike import assets, sites, tables
from afterlike.clock import now
from afterlike.collect import snippets
from afterlike.collect.endorsements import liked_products
from afterlike.collect.export import amount
from afterlike.web import house, page

FACTS = ("key", "url", "title", "image", "category", "brand", "sku", "availability")


def tag(key: str) -> Response:
    """The snippets for what stands in the address; a value that cannot be used gets a sentence and is left out."""
    admin, site, role = sites.on_site(key)
    address = house().config.address
    chosen, wrong = snippets.read(request.args)
    platform = request.args.get("platform") or "html"
    if platform not in snippets.PLATFORMS:
        platform, wrong["platform"] = "html", sites.says("This platform is not among those below; here is plain HTML.")
    with house().db.read() as tx:
        products = liked_products(tx, site.id)
        product = marked(tx, site.id, request.args.get("product", ""))
        saved = {part: kept.value for part, kept in sites.settings_of(tx, site.id).items()}
    exactly = snippets.settled(site.key, sites.page_attributes(saved), chosen)
    # Whoever names an exact file gets the one that the address with the key would give.
    core = assets.manifest()["whole.js" if sites.wants_whole(site, saved, now()) else "w.js"]
    exact = {"integrity": core["integrity"], "crossorigin": "anonymous"}
    return page(
        "collect/tag.html", site=site, role=role, address=address, platform=platform, chosen=chosen, wrong=wrong,
        given=request.args, options=snippets.OPTIONS, platforms=snippets.PLATFORMS, products=products, product=product,
        reserve=snippets.RESERVE,
        sri=snippets.html(f"{address}/static/widget/{core['file']}", exactly, **exact), sri_rules=sites.page_rules(saved),
        tag=snippets.tag(platform, address, site.key, chosen), templated=platform in snippets.TEMPLATED,
        element=snippets.mark(platform, product["facts"] if product else snippets.PLACEHOLDER),
    )


def marked(tx: sa.Connection, site_id: int, text: str) -> dict | None:
    """A product of the site as the attributes of its element: {id, facts}; None where there is none of this number."""
    if not re.fullmatch(r"\d{1,18}", text, re.ASCII):
        return None
    products, shown = tables.products.c, tables.product_showings.c
    row = tx.execute(
        sa.select(products.id, products.key, products.url, shown.title, shown.image, shown.price_minor, shown.currency,
                  shown.category, shown.brand, shown.sku, shown.availability)
        .join_from(tables.products, tables.product_showings, products.shown_id == shown.id, isouter=True)
        .where(products.id == int(text), products.site_id == site_id)
    ).first()
    if row is None:
        return None
    facts = {name: getattr(row, name) for name in FACTS if getattr(row, name) is not None}
    if row.price_minor is not None:
        facts |= {"price": amount(row.price_minor, row.currency), "currency": row.currency}
    return {"id": row.id, "facts": facts}
