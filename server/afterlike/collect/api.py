"""The collector's public face: every call is screened, kept, and answered with what comes next."""

import hmac
from collections.abc import Callable
from functools import wraps
from hashlib import sha256
from urllib.parse import quote, unquote_plus

from flask import Response, request
from marshmallow import Schema

from afterlike import catalog, endorsers, prompts, sites, words
from afterlike.addresses import BadAddress, allows, is_page_of, origin
from afterlike.collect import answers, extension, likes, optins, reads, schemas, signed, visits
from afterlike.collect.drops import Drops
from afterlike.collect.screening import INSTALL_STEPS, STEPS, Event, Steps, event, screened
from afterlike.errors import AfterlikeError, Invalid, NotFound, Refused
from afterlike.web import answer, house, network
from afterlike.wire import loaded, minor, uuid_text
from afterlike.words import marked

MOST_COUNTS = 200
LONGEST_DWELL_MS = 86_400_000
UNHURRIED_MS = 1_500  # a form that was sent sooner after it appeared counts several times
HASTY_COUNTS = 3
LOOK = marked("Please look into your mail: one press on the button there, and it is settled.")
COUNTS_CACHE = "public, max-age=30, stale-while-revalidate=300"


def call(
    name: str, schema: type[Schema], *, gives: type[Schema], status: int = 200, summary: str, steps: Steps = STEPS
) -> Callable:
    """A face: screens the body by `schema`, counts what is dropped, and says in the OpenAPI what it takes and gives."""

    def face(view: Callable[[Event], dict]) -> Callable:
        taken = schema()

        @wraps(view)
        def run(**in_path) -> Response:
            asked = event(
                house(), request, name, taken, in_path | {key: request.args[key] for key in ("site",) if key in request.args}
            )
            try:
                return answer(view(screened(asked, steps)), status)
            except AfterlikeError as dropped:
                note_drop(asked.site.id if asked.site else 0, name, dropped.reason)
                raise

        run.openapi = {"summary": summary, "body": taken, "gives": gives(), "status": status}
        return run

    return face


def note_drop(site_id: int, call: str, reason: str) -> None:
    drops_of(house()).note(site_id, call, reason)


def drops_of(shared) -> Drops:
    return shared.state["drops"]


@call("likes", schemas.Like, gives=schemas.Liked, summary="Like one product; answers with what comes next")
def like(event: Event) -> dict:
    taken = house().db.write(likes.take, _item(event))
    if taken.duplicate:
        note_drop(event.site.id, "likes", "duplicate")
    told = {
        "id": uuid_text(taken.uuid), "liked": taken.liked, "count": taken.count,
        "next_step": _next_step(event, taken),
    }
    return told | {"site": event.site.key} if event.by_extension else told


def _item(event: Event) -> likes.Item:
    data, product, page, context = event.data, event.data["product"], event.data["page"], event.data["context"]
    return likes.Item(
        site=event.site,
        uuid=data["id"],
        visitor=event.visitor,
        at=event.at,
        pressed_at=context.get("pressed_at", event.at),
        product=catalog.Pressed(
            event.site.id, product.get("key") or likes.key_of(product["url"]), product["url"], facts(product), event.at
        ),
        page_url=page["url"],
        page_title=page.get("title"),
        referrer=page.get("referrer"),
        source=source_of(event),
        placement=context.get("placement") or _placement(event),
        position=context.get("position"),
        dwell_ms=min(context["dwell_ms"], LONGEST_DWELL_MS) if "dwell_ms" in context else None,
        locale=context.get("locale"),
        lasting=lasting(event),
    )


def _placement(event: Event) -> str | None:
    """Which button it was, where the page does not say: the one on the product's own page, or on a card elsewhere."""
    if source_of(event) == "api":
        return None
    own = is_page_of(event.data["page"]["url"], event.data["product"]["url"])
    return "product" if own else "card"


def lasting(event: Event) -> bool | None:
    """Whether this visitor would be known at a return. Only the tag says so, and reports visits at all."""
    return event.data["context"].get("lasting") if source_of(event) == "widget" else None


def waited(event: Event) -> bool:
    """Whether the page waited for a part of the widget; the tag alone can say so."""
    return source_of(event) == "widget" and bool(event.data.get("waited"))


def source_of(event: Event) -> str:
    """Who sent it, by the Origin alone: without one a server with an API key, with one never."""
    if event.by_extension:
        return "extension"
    return "api" if event.origin is None else "widget"


def facts(product: dict) -> dict:
    """A product's facts as the catalog keeps them: no empty texts, money in minor units."""
    kept = {name: product[name] for name in catalog.FACTS if product.get(name)}
    if "price" in product:
        kept["price_minor"] = minor(product["price"], product["currency"])
    return kept


def _next_step(event: Event, taken: likes.Taken) -> dict:
    site, product = event.site, event.data["product"]
    step = prompts.rendered(
        taken.step, locale=taken.locale, product_title=taken.title, default_locale=site.locale,
        currency=product.get("currency"), category=product.get("category"), brand=product.get("brand"),
        controller=site.name, privacy_url=site.privacy_url,
    )
    if step["kind"] == "redirect":
        step["url"] = with_token(step["url"], signed.token_of(house().keyring, site, taken.uuid), event.data["page"]["url"])
    elif step.get("cards") and source_of(event) == "api":
        step["page"] = f"{house().config.address}/s/{signed.token_of(house().keyring, site, taken.uuid)}"
    return step


def with_token(url: str, token: str, back: str) -> str:
    """The owner's survey page with the signed like, which the owner's server can ask about, and the page to return to."""
    address, hash_sign, fragment = url.partition("#")
    carried = f"afterlike={token}&afterlike_return={quote(back, safe='')}"
    return f"{address}{'&' if '?' in address else '?'}{carried}{hash_sign}{fragment}"


@call("details", schemas.Details, gives=schemas.Kept, summary="Add fuller product facts to a like")
def details(event: Event) -> dict:
    given = (event.site.id, event.data["id"], event.visitor, facts(event.data["product"]), event.at, waited(event))
    house().db.write(likes.add_details, given)
    return {"id": uuid_text(event.data["id"])}


@call("unlikes", schemas.Unlike, gives=schemas.Liked, summary="Take one's own like back")
def unlike(event: Event) -> dict:
    count = house().db.write(likes.take_back, likes.Takeback(event.site.id, event.data["id"], event.visitor, event.at))
    return {"id": uuid_text(event.data["id"]), "liked": False, "count": count}


@call("mine", schemas.Mine, gives=schemas.OwnLikes, summary="One's own likes among these products")
def mine(event: Event) -> dict:
    with house().db.read() as tx:
        return {"likes": reads.own(tx, event.site.id, event.visitor, event.data["products"])}


@call("shown", schemas.ShownEvent, gives=schemas.Kept, summary="A flow was shown, dismissed or snoozed")
def shown(event: Event) -> dict:
    data = event.data
    showing = answers.Showing(
        event.site.id, data["id"], event.visitor, data["like"], data["prompt"], data["version"], data["event"], event.at
    )
    house().db.write(answers.note_showings, showing)
    return {"id": uuid_text(data["id"])}


@call("answers", schemas.Answers, gives=schemas.Saved, summary="Save answers as they come; the same id again adds to them")
def save_answers(event: Event) -> dict:
    return _save(event)


@call("answers", schemas.MoreAnswers, gives=schemas.Saved, summary="Add to answers, or change them")
def change_answers(event: Event) -> dict:
    return _save(event)


def _save(event: Event) -> dict:
    data = event.data
    said = answers.Said(event.site.id, data["id"], event.visitor, data.get("like"), data.get("prompt"), data.get("version"),
                        data["answers"], data["done"], event.at)
    house().db.write(answers.save_answers, said)
    return {"id": uuid_text(data["id"]), "saved": True}


@call("profile-links", schemas.ProfileLink, gives=schemas.Claimed, status=202, summary="Claim a public profile")
def claim_profile(event: Event) -> dict:
    data = event.data
    url = endorsers.profile_address(data["url"], house().config.fetch_allow)
    claim = answers.Claim(event.site.id, data["id"], event.visitor, data["like"], url, data.get("name"), event.at,
                          endorsers.from_hash(house().keyring, network(event.peer), event.at))
    house().db.write(answers.claim_profiles, claim)
    return {"id": uuid_text(data["id"]), "state": "claimed", "url": url}


@call("opt-ins", schemas.OptIn, gives=schemas.Accepted, status=202, summary="Ask for letters; the address gets one to confirm")
def opt_in(event: Event) -> dict:
    """Answers every address that can be one in the same words and time; only the mail says whose it is."""
    data, site = event.data, event.site
    locale = data.get("locale") or site.locale
    address = endorsers.plain_address(data["address"], locale)
    spend_opt_in(event, 1 if data.get("took_ms", UNHURRIED_MS) >= UNHURRIED_MS else HASTY_COUNTS)
    if data.get("website"):
        note_drop(site.id, "opt-ins", "trap")
    else:
        asked = optins.OptIn(
            site, data["id"], event.visitor, data["like"], address, endorsers.subject(house().keyring, site.id, address),
            data["topics"], [(box["purpose"], box["text"]) for box in data["consents"]], locale, data["gpc"], event.at,
            method="extension_form" if event.by_extension else "widget_form",
        )
        house().db.write(optins.take, asked)
    return {"id": uuid_text(data["id"]), "accepted": True, "detail": words.text(LOOK, locale)}


def spend_opt_in(event: Event, times: int) -> None:
    """Each may send a mail to a stranger, so here a network counts even where it is a proxy that nobody named."""
    if event.origin is not None:
        for _ in range(times):
            event.house.limits.spend("opt_in", event.site.key, network(event.peer) or "loopback")


@call("visits", schemas.Visit, gives=schemas.Kept, summary="A visitor who has liked came back")
def visit(event: Event) -> dict:
    page = event.data["page"]
    given = visits.Visit(event.site.id, event.data["id"], event.visitor, page["url"], page.get("referrer"), event.at)
    house().db.write(visits.note_visits, given)
    return {"id": uuid_text(event.data["id"])}


@call("orders", schemas.Order, gives=schemas.Ordered, summary="An order came in; kept once by its order_id")
def order(event: Event) -> dict:
    data, currency = event.data, event.data["currency"]
    via = "api" if event.origin is None else "page"
    if via == "page" and not hmac.compare_digest(data.get("signature", "").encode(), order_signature(event).encode()):
        raise Refused("The order's signature is wrong. Sign it on the shop's server; docs/api.md says how.", reason="signature")
    discount = minor(data["discount"], currency) if "discount" in data else None
    kept = visits.Order(event.site.id, data["order_id"], event.visitor or None, minor(data["total"], currency), currency,
                        discount, data.get("coupon"), data.get("items"), via, event.at)
    house().db.write(visits.keep_orders, kept)
    return {"order_id": data["order_id"], "kept": True}


def order_signature(event: Event) -> str:
    """HMAC-SHA256 over order_id, total, currency, discount and coupon, a line each, by the site's order signing key."""
    text = "\n".join(event.data.get(name, "") for name in ("order_id", "total", "currency", "discount", "coupon"))
    return hmac.new(sites.order_signing_key(house().keyring, event.site).encode(), text.encode(), sha256).hexdigest()


@call("installs", schemas.Install, gives=schemas.Installed, steps=INSTALL_STEPS,
      summary="An installation of the extension gets the token that it sends with every other call")
def install(event: Event) -> dict:
    return {"token": extension.new_token(house().keyring, event.origin)}


def counts() -> Response:
    """Public counts; the keys are split before they are unquoted, so that a key may hold a comma."""
    try:
        site, keys = _counts_query()
        _note_buttons(site, keys)
    except AfterlikeError as dropped:
        site = sites.site_by_key(house(), request.args.get("site", ""))
        note_drop(site.id if site else 0, "counts", dropped.reason)
        raise
    with house().db.read() as tx:
        found = {"counts": reads.counts(tx, site.id, keys)}
    told = answer(found, headers={"Cache-Control": COUNTS_CACHE})
    told.set_etag(reads.etag(found))
    return told.make_conditional(request)


def _note_buttons(site: sites.Site, keys: list[str]) -> None:
    """These products have a button on a page of the site; who asked is not looked at."""
    try:
        asks_from = origin(request.headers.get("Origin") or request.headers.get("Referer", ""))
    except BadAddress:
        return
    if allows(site.origins, asks_from):
        house().state["sightings"].note(site.id, keys)


counts.openapi = {
    "summary": "Public counts of up to 200 products",
    "query": schemas.CountsQuery(),
    "gives": schemas.Counts(),
    "status": 200,
}


def _counts_query() -> tuple[sites.Site, list[str]]:
    query = loaded(schemas.CountsQuery(), request.args.to_dict())
    pairs = (part.partition("=") for part in request.query_string.decode("ascii", "replace").split("&"))
    raw = next((value for name, _, value in pairs if unquote_plus(name) == "products"), "")
    keys = list(dict.fromkeys(unquote_plus(part) for part in raw.split(",") if part))
    if len(keys) > MOST_COUNTS or any(len(key) > 200 or "\0" in key for key in keys):
        sentence = f"Ask for at most {MOST_COUNTS} keys of at most 200 characters."
        raise Invalid(sentence, fields={"products": sentence})
    site = sites.site_by_key(house(), query["site"])
    if site is None:
        raise NotFound("No site has this key. Copy the tag from the admin again.", reason="unknown_site")
    return site, keys

