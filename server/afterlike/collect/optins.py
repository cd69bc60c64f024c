"""The opt-in's way in: whose like it follows, which exact words were agreed to, what the news may be about."""

from dataclasses import dataclass
from urllib.parse import urlsplit

import sqlalchemy as sa

from afterlike import endorsers, journal, prompts, purposes, tables, words
from afterlike.collect.answers import NO_LIKE
from afterlike.collect.likes import own_like
from afterlike.errors import AfterlikeError, Invalid, NotFound
from afterlike.purposes import Wording
from afterlike.sites import Site
from afterlike.words import marked

EVERYTHING = marked("Everything new")
OTHER_WORDS = "These are not words that this site asks with. Send the text_id of the box that was ticked."


@dataclass(slots=True)
class OptIn:
    """One opt-in as the wire brings it, the address checked and hashed."""

    site: Site
    uuid: bytes
    visitor: bytes
    like: bytes
    address: str
    subject: bytes
    topics: list[str]
    consents: list[tuple[str, str]]  # purpose, text id
    locale: str
    gpc: bool
    at: int
    method: str = "widget_form"


def take(tx: sa.Connection, items: list[OptIn]) -> list[None | AfterlikeError]:
    """Keeps each once and promises its confirmation; the same work for every address."""
    return [_take(tx, item) for item in items]


def _take(tx: sa.Connection, item: OptIn) -> None | AfterlikeError:
    like = own_like(tx, item.site.id, item.like, item.visitor)
    if like is None:
        return NotFound(NO_LIKE)
    prompt = prompts.version(tx, like.prompt_version_id) if like.prompt_version_id else None
    try:
        wordings = agreed(item, prompt)
    except Invalid as wrong:
        return wrong
    pressed = _pressed(tx, like.id)
    wanted = item.topics or ["product"] if any(wording.purpose == "news" for wording in wordings) else []
    kept = endorsers.ask(tx, endorsers.OptIn(
        site_id=item.site.id, uuid=item.uuid, visitor=endorsers.recall(tx, [item.visitor])[item.visitor], like_id=like.id,
        address=item.address, subject=item.subject, topics=_topics(pressed, wanted, item.locale), wordings=wordings,
        locale=words.negotiate(item.locale, item.site.locale), gpc=item.gpc, at=item.at,
        method=item.method, page_path=urlsplit(pressed.page_url).path or "/",
    ))
    if isinstance(kept, AfterlikeError):
        return kept
    if prompt is not None:
        prompts.note_answered(tx, [prompts.Answered(like.visitor_id, prompt.id, item.at)])
    if kept is not None:
        journal.append(tx, [{"site_id": item.site.id, "kind": "opted_in", "at": item.at, "visitor_id": like.visitor_id,
                             "product_id": like.product_id, "like_id": like.id, "about_id": kept}])
    return None


def agreed(item: OptIn, prompt: prompts.Prompt | None) -> list[Wording]:
    """The boxes that were ticked, with their exact words; raises Invalid for words that this site does not ask with."""
    asks = {"controller": item.site.name, "privacy_url": item.site.privacy_url}
    known = prompts.wordings(prompt.flow, default_locale=item.site.locale, **asks) if prompt else {}
    made = {}
    for place, (purpose, text_id) in enumerate(item.consents):
        wording = known.get(text_id) or _built_in(purpose, text_id, asks)
        if wording is None or wording.purpose != purpose:
            raise Invalid(OTHER_WORDS, fields={f"consents.{place}.text": OTHER_WORDS})
        made[purpose] = wording
    return list(made.values())


def _built_in(purpose: str, text_id: str, asks: dict) -> Wording | None:
    ours = (purposes.built_in(purpose, locale=locale, **asks) for locale in words.LOCALES)
    return next((wording for wording in ours if wording.sha256.hex() == text_id), None)


def _pressed(tx: sa.Connection, like_id: int) -> sa.Row:
    """The product and the page as they were shown at the press."""
    likes, shown, products = tables.likes.c, tables.product_showings.c, tables.products.c
    return tx.execute(
        sa.select(likes.page_url, products.id, products.key, shown.title, shown.category, shown.brand)
        .join_from(tables.likes, tables.products, likes.product_id == products.id)
        .join(tables.product_showings, likes.shown_id == shown.id, isouter=True)
        .where(likes.id == like_id)
    ).one()


def _topics(pressed: sa.Row, wanted: list[str], locale: str) -> list[tuple[str, str]]:
    """(key, name) of each; a kind or brand that the page did not tell becomes the product itself."""
    product = (f"product:{pressed.id}", pressed.title or pressed.key)
    named = {
        "product": product,
        "category": _named("category", pressed.category) or product,
        "brand": _named("brand", pressed.brand) or product,
        "all": ("all", words.text(EVERYTHING, locale)),
    }
    return list(dict(named[choice] for choice in wanted).items())


def _named(kind: str, name: str | None) -> tuple[str, str] | None:
    return (f"{kind}:{' '.join(name.split()).casefold()}", name) if name else None
