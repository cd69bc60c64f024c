"""The feeds' faces: of a product, of a topic, and somebody's own. Looking changes nothing, and nobody is counted."""

import hashlib
from datetime import UTC, datetime
from urllib.parse import urlencode

import sqlalchemy as sa
from flask import Response, request

from afterlike import catalog, endorsers, sites, tables, words
from afterlike.clock import SECOND, now
from afterlike.errors import NotFound
from afterlike.publicity import feed_keys, feeds, news
from afterlike.publicity.feeds import Entry, Feed
from afterlike.publicity.news import New
from afterlike.show import money, web_address
from afterlike.web import house
from afterlike.words import marked

CACHED_S = 300
LONGEST = 210
TOLD = {
    "cheaper": marked("The price went down from {before} to {after}."),
    "dearer":  marked("The price went up from {before} to {after}."),
    "back":    marked("It is back in stock."),
    "gone":    marked("It is sold out."),
    "here":    marked("It is new here."),
    "quoted":  marked("Somebody who likes it let us show what they said."),
}


def public_atom(site_key: str) -> Response:
    """Of a site: everything, one topic (`topic`) or one product (`product`, its key)."""
    return _given(_public(site_key, "new.atom"), feeds.atom, "application/atom+xml", "public")


def public_json(site_key: str) -> Response:
    return _given(_public(site_key, "new.json"), feeds.json_feed, "application/feed+json", "public")


def own_atom(token: str) -> Response:
    """Of what somebody likes; whoever has the address may read it."""
    return _given(_own(token, "new.atom"), feeds.atom, "application/atom+xml", "private")


def own_json(token: str) -> Response:
    return _given(_own(token, "new.json"), feeds.json_feed, "application/feed+json", "private")


def _public(site_key: str, file: str) -> Feed:
    asked, topic = request.args.get("product"), request.args.get("topic", "all")
    if len(asked or topic) > LONGEST or "\0" in (asked or topic):
        raise NotFound()
    with house().db.read() as tx:
        site = sites.site_named(tx, site_key)
        if site is None or site.is_unclaimed:
            raise NotFound()
        product = asked and _product(tx, site, asked)
        which = tables.products.c.id == product.id if product else None if asked else news.on_topic(tx, site.id, topic)
        if which is None:
            raise NotFound()
        found = news.of_products(tx, site.id, which, now(), newcomers=not product)
        made = sa.select(tables.sites.c.made_at).where(tables.sites.c.id == site.id)
        began = product.first_seen_at if product else tx.scalar(made)
    locale = words.negotiate(request.args.get("locale"), site.locale)
    name, query = (f"product:{product.key}", {"product": product.key}) if product else (f"topic:{topic}", {"topic": topic})
    about = product.title if product else site.name if topic == "all" else topic.partition(":")[2]
    return _feed(site, f"{site.key}:{name}", f"/feeds/{site.key}/{file}?{urlencode(query)}", about, locale, began, found,
                 home=product.url if product else None)


def _own(token: str, file: str) -> Feed:
    with house().db.read() as tx:
        owner = feed_keys.whose(tx, house().keyring, token)
        if owner is None:
            raise NotFound()
        site, person = sites.site_of(tx, owner.site_id), endorsers.person(tx, owner.endorser_id)
        found = news.of_products(tx, site.id, news.liked_by(owner.endorser_id), now(), newcomers=False)
    locale = words.negotiate(person.locale if person else site.locale)
    return _feed(site, f"{site.key}:own:{token}", f"/feeds/mine/{token}/{file}", site.name, locale, owner.made_at, found,
                 home=f"{house().config.address}/me?site={site.key}")


def _product(tx: sa.Connection, site: sites.Site, key: str) -> sa.Row:
    products, showing = tables.products.c, tables.product_showings.c
    found = tx.execute(
        sa.select(products.id, products.key, products.url, products.first_seen_at,
                  sa.func.coalesce(showing.title, products.key).label("title"))
        .join_from(tables.products, tables.product_showings, showing.id == products.shown_id, isouter=True)
        .where(products.key_hash == catalog.key_hash(site.id, key))
    ).first()
    if found is None:
        raise NotFound()
    return found


def _feed(
    site: sites.Site, name: str, path: str, about: str, locale: str, began_at: int, found: list[New], *, home: str | None
) -> Feed:
    title = words.text(marked("What is new: {name}"), locale).replace("{name}", about)
    ours = house().config.address
    shop = next(iter(sorted(origin for origin in site.origins if "*" not in origin)), ours)
    entries = [_entry(site, one, locale) for one in found]
    return Feed(name, title, site.name, locale.replace("_", "-"), f"{ours}{path}", home or f"{shop}/", began_at, entries)


def _entry(site: sites.Site, one: New, locale: str) -> Entry:
    text = words.text(TOLD[one.what], locale)
    for name, minor in (("{before}", one.before), ("{after}", one.after)):
        text = text.replace(name, money(minor, one.currency, locale))
    said = f"{house().config.address}/said/{site.key}/{one.product_id}"
    return Entry(f"{site.key}:{one.what}:{one.row}", one.at, one.title, text, said if one.what == "quoted" else one.url,
                 web_address(one.image) or None)


def _given(feed: Feed, write, kind: str, for_whom: str) -> Response:
    """With an ETag and Last-Modified, so that a reader that asks again gets a 304."""
    told = Response(write(feed), content_type=f"{kind}; charset=utf-8")
    told.headers["Cache-Control"] = f"{for_whom}, max-age={CACHED_S}"
    told.headers["Access-Control-Allow-Origin"] = "*"
    told.headers["Referrer-Policy"] = "no-referrer"
    told.headers["X-Robots-Tag"] = "noindex"
    told.set_etag(hashlib.blake2b(told.get_data(), digest_size=9).hexdigest())
    told.last_modified = datetime.fromtimestamp(feed.changed_at // SECOND, UTC)
    return told.make_conditional(request)
