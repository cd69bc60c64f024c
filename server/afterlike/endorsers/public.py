"""The public page that an endorser makes to prove who they are: a key, the name they chose, their proven profiles."""

import base64
import secrets
from dataclasses import dataclass, field

import sqlalchemy as sa

from afterlike import tables
from afterlike.endorsers import gate
from afterlike.endorsers.people import person
from afterlike.errors import Invalid
from afterlike.purposes import Wording
from afterlike.words import marked

LONGEST_NAME = 100
NAME = marked("Write the name that your page shows, in at most 100 characters.")

_pages, _links = tables.public_pages, tables.profile_links


@dataclass(frozen=True, slots=True)
class PublicPage:
    """What everybody sees under its address."""

    key: str
    site_id: int
    endorser_id: int
    name: str
    listed_at: int | None
    links: list[sa.Row] = field(default_factory=list)

    @property
    def path(self) -> str:
        return f"/p/{self.key}"


def keep_page(tx: sa.Connection, items: list[tuple[int, int, str, Wording | None, int]]) -> list[str]:
    """For each (site id, endorser id, name, the words by which search engines may list it, now): the key of their page.

    The first one is made; after that the name and the wish are changed. Raises Invalid for no name.
    """
    return [_keep(tx, *item) for item in items]


def _keep(tx: sa.Connection, site_id: int, endorser_id: int, typed: str, wording: Wording | None, at: int) -> str:
    name = " ".join(typed.replace("\0", "").split())
    if not 0 < len(name) <= LONGEST_NAME:
        raise Invalid(NAME, fields={"name": NAME})
    known = page_of(tx, endorser_id)
    if wording is not None:
        gate.set_consents(tx, [(person(tx, endorser_id).channel_id, {"publish_profile": wording}, "me_page", at)])
    listed_at = (known.listed_at if known and known.listed_at else at) if wording is not None else None
    if known is not None:
        tx.execute(sa.update(_pages).where(_pages.c.key == known.key).values(name=name, listed_at=listed_at))
        return known.key
    key = new_key()
    tx.execute(sa.insert(_pages).values(site_id=site_id, endorser_id=endorser_id, key=key, name=name, made_at=at,
                                        listed_at=listed_at))
    return key


def new_key() -> str:
    """80 bits in 16 letters and digits: nobody finds a page by trying."""
    return base64.b32encode(secrets.token_bytes(10)).decode().lower()


def page_of(tx: sa.Connection, endorser_id: int) -> PublicPage | None:
    """The page of somebody, without its links."""
    row = tx.execute(_asked().where(_pages.c.endorser_id == endorser_id).order_by(_pages.c.id).limit(1)).first()
    return None if row is None else PublicPage(*row)


def page_at(tx: sa.Connection, key: str) -> PublicPage | None:
    """What stands under a key: proven profiles, and none that an admin refused or several people want."""
    row = tx.execute(_asked().where(_pages.c.key == key)).first()
    if row is None:
        return None
    good = (_links.c.endorser_id == row.endorser_id) & (_links.c.state == "proven")
    shown = sa.select(_links).where(good, _links.c.review.is_distinct_from("refused")).order_by(_links.c.proven_at, _links.c.id)
    return PublicPage(*row, links=tx.execute(shown).all())


def _asked() -> sa.Select:
    return sa.select(_pages.c.key, _pages.c.site_id, _pages.c.endorser_id, _pages.c.name, _pages.c.listed_at)


def addresses_of(tx: sa.Connection, endorser_id: int, base_url: str) -> frozenset[str]:
    """Where the profiles of somebody may link to: their pages here, in full."""
    keys = tx.scalars(sa.select(_pages.c.key).where(_pages.c.endorser_id == endorser_id)).all()
    return frozenset(f"{base_url}/p/{key}" for key in keys)
