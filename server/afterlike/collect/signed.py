"""The signed like: a token in an address that says which like it is, and that we made it; good for 30 days."""

from dataclasses import dataclass
from datetime import UTC, datetime

import sqlalchemy as sa
from flask import Response, request

from afterlike import sites, tables
from afterlike.clock import DAY, SECOND
from afterlike.collect import schemas
from afterlike.errors import NotFound, NotSignedIn
from afterlike.signing import BadToken, Keyring
from afterlike.web import House, answer, house
from afterlike.wire import uuid_bytes, uuid_text

USE = "like"
LIVES = 30 * DAY
NO_SUCH = "No like of this site has this token. It may be too old, or not whole."


@dataclass(frozen=True, slots=True)
class Signed:
    """The like that a token names, with its visitor and its product as it was shown."""

    site: sites.Site
    like: sa.Row


def token_of(keyring: Keyring, site: sites.Site, uuid: bytes) -> str:
    """The token of a like; every one we make for it is as good as the others."""
    return keyring.sign(USE, [site.key, uuid_text(uuid)])


def named(shared: House, token: str) -> Signed:
    """The like of a token. Raises OldToken when it ended; BadToken when it is forged, or the like is not there any more."""
    key, uuid = shared.keyring.unsign(USE, token, max_age_s=LIVES // SECOND)
    site = sites.site_by_key(shared, key)
    with shared.db.read() as tx:
        like = _like(tx, site.id, uuid_bytes(uuid)) if site else None
    if like is None or not like.page_url:  # whoever pressed it was erased: it leads to nobody any more
        raise BadToken("There is no such like any more.")
    return Signed(site, like)


def signed_like(signed: str) -> Response:
    """What a shop's server may know of the like that its own survey page was opened with; the token of another site's like
    is as unknown as a forged one.
    """
    word, _, key = request.headers.get("Authorization", "").partition(" ")
    site_id = sites.holder_of(house(), key.strip()) if word.lower() == "bearer" else None
    if site_id is None:
        raise NotSignedIn("This needs an API key of the site: Authorization: Bearer alk_…", reason="api_key")
    try:
        found = named(house(), signed)
    except BadToken:
        raise NotFound(NO_SUCH) from None
    if found.site.id != site_id:
        raise NotFound(NO_SUCH)
    return answer(told(found), headers={"Cache-Control": "no-store"})


signed_like.openapi = {
    "summary": "The like that a signed token names",
    "path": "the token: what stood in afterlike=… on your page",
    "gives": schemas.SignedLike(),
    "refusals": (401, 404, 503),
    "status": 200,
}


def told(found: Signed) -> dict:
    like = found.like
    with house().db.read() as tx:
        answered = is_answered(tx, like.id)
    return {
        "id": uuid_text(like.uuid),
        "site": found.site.key,
        "liked": like.unliked_at is None,
        "liked_at": datetime.fromtimestamp(like.liked_at / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "product": {"key": like.key, "url": like.url, "title": like.title},
        "page": {"url": like.page_url},
        "source": like.source,
        "answered": answered,
    }


def is_answered(tx: sa.Connection, like_id: int) -> bool:
    """Whether any question was answered after this like."""
    return tx.scalar(sa.select(sa.exists().where(tables.answers.c.like_id == like_id)))


def _like(tx: sa.Connection, site_id: int, uuid: bytes) -> sa.Row | None:
    likes, visitors, products, shown = tables.likes, tables.visitors, tables.products, tables.product_showings
    return tx.execute(
        sa.select(
            likes.c.id, likes.c.uuid, likes.c.source, likes.c.liked_at, likes.c.unliked_at, likes.c.page_url, likes.c.locale,
            likes.c.prompt_version_id, likes.c.step_reason, visitors.c.hash.label("visitor"), products.c.key, products.c.url,
            shown.c.title, shown.c.category, shown.c.brand, shown.c.currency,
        )
        .join_from(likes, visitors, likes.c.visitor_id == visitors.c.id)
        .join(products, likes.c.product_id == products.c.id)
        .join(shown, likes.c.shown_id == shown.c.id, isouter=True)
        .where(likes.c.site_id == site_id, likes.c.uuid == uuid)
    ).first()
