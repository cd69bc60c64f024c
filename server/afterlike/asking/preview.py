"""A prompt as a visitor sees it: in the real widget, which here is given its answers by the page, and as the hosted page.

Nothing is sent or counted: the page's security policy lets no call out.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace

from flask import Response, request
from werkzeug.datastructures import MultiDict

from afterlike import prompts, sites
from afterlike.asking import editor
from afterlike.asking.draft import Draft, typed
from afterlike.asking.listing import named, state_of
from afterlike.asking.pages import one_of, path_of
from afterlike.asking.places import Wrong
from afterlike.asking.reading import read
from afterlike.asking.recent import recent_likes
from afterlike.clock import now
from afterlike.errors import Invalid, NotFound
from afterlike.sites import Site, says
from afterlike.web import CSP, house, page, page_in

LOOKS, WIDTHS = ("light", "dark"), ("320", "480")
SILENT = CSP.replace("connect-src 'self'", "connect-src 'none'")
OTHER = "+other"  # as on the hosted page
Pairs = list[tuple[str, str]]
APART = {"proof", "do", "draft"}  # what a form holds besides the draft
EMPTY = {"chosen": (), "other": "", "text": ""}


@dataclass(frozen=True)
class Product:
    """What is liked in the preview: the newest liked product of the site, or one that nobody sells."""

    key: str = "tide-mug"
    url: str = "https://shop.example/tide-mug"
    title: str | None = "Tide mug"
    category: str | None = None
    brand: str | None = None
    currency: str | None = None


def widget(key: str, prompt: int) -> Response:
    """The real button and panel on a small stage, in a language, a look and a width."""
    admin, site, role = sites.on_site(key)
    return _widget(site, role, _version_of(site, one_of(site, prompt)), request.args)


def unsaved(key: str, prompt: int) -> Response:
    """The same of what stands in the editor's form, saved or not; it travels in the forms of the page and is kept nowhere."""
    site, role, found, sent = _sent(key, prompt)
    flow, wrong = _flow_of(site, found, sent)
    if wrong:
        return _back(site, role, found, sent, wrong)
    return _widget(site, role, replace(found, flow=flow), request.form, draft=sent)


def unsaved_page(key: str, prompt: int) -> Response:
    """The hosted page of what stands in the editor's form; its buttons lead on through the flow and keep nothing."""
    site, role, found, sent = _sent(key, prompt)
    flow, wrong = _flow_of(site, found, sent)
    if wrong:
        return _back(site, role, found, sent, wrong)
    return _hosted(site, replace(found, flow=flow), request.form, draft=sent)


def _sent(key: str, prompt: int) -> tuple[Site, str, prompts.Prompt, Pairs]:
    """Who asks about what, and the pairs of the editor's form. Changes nothing."""
    admin, site, role = sites.on_site(key, least="editor")
    request.max_content_length = request.max_form_memory_size = 3 * editor.MOST_FORM  # each letter may be escaped
    sites.check_form()
    return site, role, one_of(site, prompt), _pairs(request.form)


def _flow_of(site: Site, found: prompts.Prompt, sent: Pairs) -> tuple[dict, Wrong]:
    """What the form makes, field by field or as JSON; and what is wrong in it."""
    fields = MultiDict(sent)
    return editor.pasted(fields["flow"], found.key, site.locale) if "flow" in fields else read(_drafted(site, found, fields))


def _back(site: Site, role: str, found: prompts.Prompt, sent: Pairs, wrong: Wrong) -> Response:
    """The form that it came from, with what is wrong in it."""
    fields = MultiDict(sent)
    if "flow" in fields:
        return editor.json_form(site, role, found, fields["flow"], wrong=wrong, status=422)
    return editor.form(site, role, found, _drafted(site, found, fields), wrong=wrong, status=422)


def _drafted(site: Site, found: prompts.Prompt, fields: MultiDict) -> Draft:
    return typed(fields, site.locale) | {"key": found.key}


def _pairs(form: MultiDict) -> Pairs:
    """The fields of the editor's form: as they came, or as a page of the preview carries them along."""
    if "draft" not in form:
        return [(name, value) for name, value in form.items(multi=True) if name not in APART]
    try:
        return [(str(name), str(value)) for name, value in json.loads(form["draft"])]
    except (ValueError, TypeError, RecursionError):
        raise Invalid(says("The draft could not be read. Go back to the editor and try again.")) from None


def _widget(site: Site, role: str, found: prompts.Prompt, args: Mapping[str, str], *, draft: Pairs | None = None) -> Response:
    product = _product(site)
    locales = prompts.languages(found.flow) or (site.locale,)
    locale = args.get("locale") if args.get("locale") in locales else _first(site, locales)
    chosen = {
        "locale": locale, "look": args.get("look") if args.get("look") in LOOKS else "light",
        "width": args.get("width") if args.get("width") in WIDTHS else "480",
    }
    with house().db.read() as tx:
        versions = prompts.history(tx, found.id)
    shown = page(
        "asking/preview.html", site=site, role=role, prompt=found, name=named(found.flow), state=state_of(found, now()),
        step=_step(site, found, locale, product), product=product, locales=locales, looks=LOOKS, widths=WIDTHS, chosen=chosen,
        versions=versions, draft=draft, carried=None if draft is None else json.dumps(draft, ensure_ascii=False),
    )
    shown.headers["Content-Security-Policy"] = SILENT
    return shown


def hosted(key: str, prompt: int) -> Response:
    """The hosted survey page's rendering of one card; its buttons lead on through the flow and keep nothing."""
    admin, site, role = sites.on_site(key)
    return _hosted(site, _version_of(site, one_of(site, prompt)), request.args)


def _hosted(site: Site, found: prompts.Prompt, args: MultiDict, *, draft: Pairs | None = None) -> Response:
    product = _product(site)
    step = _step(site, found, args.get("locale", ""), product)
    cards = step.get("cards", [])
    card = _card_to_show(cards, args)
    note = {
        "action": request.path, "back": f"{path_of(site)}/{found.id}/preview",
        "version": found.version, "locale": step["locale"],
        "carried": None if draft is None else json.dumps(draft, ensure_ascii=False),
        "note": says("This is a preview: nothing is sent or counted."), "leave": says("Back to the preview"),
    }
    if card is None:
        return page_in(step["locale"], "person/survey_end.html", site=site, step=step, thanks=step.get("thanks"), back="",
                       preview=note)
    consent = next((one for one in cards if one["type"] == "consent"), None)
    return page_in(
        step["locale"], "person/survey.html", site=site, step=step, card=card, number=cards.index(card) + 1, preview=note,
        title=product.title, typed=EMPTY, wrong="", other=OTHER, agreed=_agreed(consent, args),
        topic=args.get("topic", "product"),
        sent="", shop_url="", token="", no=consent["no"] if consent and card["type"] in ("consent", "address") else "",
    )


def _version_of(site: Site, found: prompts.Prompt) -> prompts.Prompt:
    """The version that the address names, else the newest."""
    wanted = request.args.get("version", "")
    if not wanted or wanted == str(found.version):
        return found
    with house().db.read() as tx:
        ids = {str(row.version): row.id for row in prompts.history(tx, found.id)}
        if wanted not in ids:
            raise NotFound()
        return prompts.version(tx, ids[wanted])


def _product(site: Site) -> Product:
    with house().db.read() as tx:
        newest = next(iter(recent_likes(tx, site.id)), None)
    if newest is None:
        return Product()
    return Product(newest.key, newest.url, newest.title, newest.category, newest.brand, newest.currency)


def _step(site: Site, found: prompts.Prompt, locale: str, product: Product) -> dict:
    """Exactly what the collector would answer to a like."""
    return prompts.rendered(
        prompts.Step(found.kind, "due", found), locale=locale, product_title=product.title, currency=product.currency,
        default_locale=site.locale, category=product.category, brand=product.brand, controller=site.name,
        privacy_url=site.privacy_url,
    )


def _first(site: Site, locales: tuple[str, ...]) -> str:
    return site.locale if site.locale in locales else locales[0]


# --- through the flow, by the address alone -------------------------------------------------------------------------------

def _card_to_show(cards: list[dict], args: MultiDict) -> dict | None:
    """The card that follows the one whose form was sent, or the one that is named, or the first; None at the end."""
    at = args.get("at", "")
    named_card = next((card for card in cards if card["key"] == at), None)
    if "do" in args and named_card is not None:
        return _after(cards, named_card, args)
    return None if at == "end" else named_card or (cards[0] if cards else None)


def _after(cards: list[dict], card: dict, args: MultiDict) -> dict | None:
    to = _leads(card, args) if args["do"] == "send" else card.get("next")
    place = cards.index(card) + (2 if card["type"] == "consent" and args["do"] == "no" else 1)
    if to:
        return next((one for one in cards if one["key"] == to), None)
    return cards[place] if place < len(cards) else None


def _leads(card: dict, args: MultiDict) -> str | None:
    choice = args.get("choice", "")
    by_choice = {option["key"]: option.get("next") for option in card.get("options", ())}
    by_choice |= {"yes": card.get("next_yes"), "no": card.get("next_no")} if card["type"] == "yes_no" else {}
    return by_choice.get(choice) or card.get("next")


def _agreed(consent: dict | None, args: MultiDict) -> list[dict]:
    """What was ticked on the way here; all, where somebody came straight to the address."""
    boxes = consent["boxes"] if consent else []
    ticked = args.getlist("agreed")
    return [box for box in boxes if box["text_id"] in ticked or not ticked]
