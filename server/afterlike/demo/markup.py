"""What a product page tells machines about its product in JSON-LD: a Product, one in a graph, a group of variants.

Microdata and OpenGraph stand in the templates, among what they describe.
"""

from flask import current_app, request, url_for

from afterlike.demo.goods import Product, Shop

SCHEMA = "https://schema.org"
AVAILABILITY = {
    "in_stock":     f"{SCHEMA}/InStock",
    "out_of_stock": f"{SCHEMA}/OutOfStock",
    "preorder":     f"{SCHEMA}/PreOrder",
    "backorder":    f"{SCHEMA}/BackOrder",
    "limited":      f"{SCHEMA}/LimitedAvailability",
}


def base() -> str:
    """The shops' one address (setting DEMO_ADDRESS), under whatever name of this machine they are visited."""
    return current_app.config.get("DEMO_ADDRESS") or request.url_root.rstrip("/")


def absolute(endpoint: str, **values) -> str:
    return base() + url_for(endpoint, **values)


def page_url(shop: Shop, product: Product, colour: str | None = None) -> str:
    return absolute("demo.product", shop=shop.slug, slug=product.slug, colour=colour)


def image_url(shop: Shop, product: Product, colour: str | None = None) -> str:
    return absolute("demo.image", shop=shop.slug, name=product.image_name(colour))


def json_ld(shop: Shop, product: Product) -> dict | None:
    """The JSON-LD of a product's page, or nothing for a page that speaks otherwise."""
    write = {"jsonld": _single, "graph": _graph, "group": _group}.get(product.markup)
    return {"@context": SCHEMA, **write(shop, product)} if write else None


def _single(shop: Shop, product: Product) -> dict:
    return {
        "@type": "Product",
        "url": page_url(shop, product),
        "name": product.title,
        "description": product.description,
        "image": [image_url(shop, product, colour) for colour in product.colours],
        "sku": product.sku,
        "category": shop.categories[product.category],
        "brand": {"@type": "Brand", "name": shop.name},
        "color": [shop.colours[colour] for colour in product.colours],
        "offers": _offer(shop, product, page_url(shop, product)),
    }


def _offer(shop: Shop, product: Product, url: str) -> dict:
    return {
        "@type": "Offer",
        "url": url,
        "price": product.price,
        "priceCurrency": shop.currency,
        "availability": AVAILABILITY[product.availability],
        "itemCondition": f"{SCHEMA}/NewCondition",
    }


def _graph(shop: Shop, product: Product) -> dict:
    home, url = absolute("demo.home", shop=shop.slug), page_url(shop, product)
    crumbs = [(shop.short, home), (shop.words["shop"], absolute("demo.listing", shop=shop.slug)), (product.title, url)]
    return {
        "@graph": [
            {"@type": "WebSite", "@id": f"{home}#site", "url": home, "name": shop.name, "inLanguage": shop.lang},
            {
                "@type": "WebPage",
                "@id": f"{url}#page",
                "url": url,
                "name": product.title,
                "isPartOf": {"@id": f"{home}#site"},
            },
            {
                "@type": "BreadcrumbList",
                "itemListElement": [
                    {"@type": "ListItem", "position": n, "name": name, "item": item}
                    for n, (name, item) in enumerate(crumbs, 1)
                ],
            },
            {"@id": f"{url}#product", **_single(shop, product)},
        ]
    }


def _group(shop: Shop, product: Product) -> dict:
    single = _single(shop, product)
    return {
        **{name: single[name] for name in ("url", "name", "description", "image", "category", "brand")},
        "@type": "ProductGroup",
        "productGroupID": product.sku,
        "variesBy": [f"{SCHEMA}/color"],
        "hasVariant": [_variant(shop, product, colour) for colour in product.colours],
    }


def _variant(shop: Shop, product: Product, colour: str) -> dict:
    url = page_url(shop, product, colour)
    return {
        "@type": "Product",
        "sku": f"{product.sku}-{colour}".upper(),
        "name": f"{product.title}, {shop.colours[colour]}",
        "url": url,
        "color": shop.colours[colour],
        "image": image_url(shop, product, colour),
        "offers": _offer(shop, product, url),
    }
