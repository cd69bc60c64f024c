"""The people of a site, to find one among them: endorsers with what they add up to. No address is ever shown."""

from dataclasses import dataclass, field
from urllib.parse import urlencode

import sqlalchemy as sa

from afterlike import endorsers, tables

PER_PAGE = 50
SORTS = ("last", "likes")

_sums = tables.people_sums.c


@dataclass(frozen=True, slots=True)
class Wanted:
    """What an admin asked for. `subject` is the hash of an address that was typed whole: it finds, and shows nothing."""

    search: str = ""
    confirmed: bool = False
    proven: bool = False
    waiting: bool = False
    bounced: bool = False
    tag: str = ""
    sort: str = "last"
    subject: bytes | None = None

    @property
    def is_empty(self) -> bool:
        return not (self.search or self.confirmed or self.proven or self.waiting or self.bounced or self.tag)

    def query(self, **more) -> str:
        pairs = {"q": self.search, "confirmed": int(self.confirmed), "proven": int(self.proven), "waiting": int(self.waiting),
                 "bounced": int(self.bounced), "tag": self.tag, "sort": self.sort if self.sort != "last" else ""}
        return urlencode({name: value for name, value in (pairs | more).items() if value})


@dataclass(slots=True)
class One:
    """A line of the list."""

    id: int
    likes: int
    held: int
    rejected: int
    answered: int
    confirmed: int
    returned: int | None
    bought: int
    last_at: int
    names: list[str] = field(default_factory=list)
    proofs: list[str] = field(default_factory=list)
    product: str | None = None
    image: str | None = None
    tags: list[str] = field(default_factory=list)
    waits: bool = False


def found(tx: sa.Connection, site_id: int, wanted: Wanted, *, page: int) -> tuple[list[One], int]:
    """A page of people, and how many there are in all."""
    where = [_sums.site_id == site_id, _sums.person > 0, _sums.last_at.is_not(None), *_only(site_id, wanted)]
    total = tx.scalar(sa.select(sa.func.count()).select_from(tables.people_sums).where(*where))
    order = (_sums.likes.desc(), _sums.last_at.desc()) if wanted.sort == "likes" else (_sums.last_at.desc(), _sums.person.desc())
    rows = tx.execute(
        sa.select(_sums.person, _sums.likes, _sums.held, _sums.rejected, _sums.answered, _sums.confirmed, _sums.returned,
                  _sums.bought, _sums.last_at)
        .where(*where).order_by(*order).limit(PER_PAGE).offset((page - 1) * PER_PAGE)
    )
    return filled(tx, [One(*row) for row in rows]), total


def _only(site_id: int, wanted: Wanted) -> list[sa.ColumnElement[bool]]:
    links, talks, tags, channels = tables.profile_links.c, tables.conversations.c, tables.endorser_tags.c, tables.channels.c

    def among(column: sa.Column, *where) -> sa.ColumnElement[bool]:
        return _sums.person.in_(sa.select(column).where(*where))

    only = [_sums.confirmed == 1] if wanted.confirmed else []
    if wanted.proven:
        only.append(among(links.endorser_id, links.site_id == site_id, links.state == "proven"))
    if wanted.waiting:
        only.append(among(talks.endorser_id, talks.site_id == site_id, talks.waits_for == "admin",
                          talks.state == "open"))
    if wanted.bounced:
        only.append(among(channels.endorser_id, channels.site_id == site_id, channels.state.in_(("bounced", "complained"))))
    if wanted.tag:
        only.append(among(tags.endorser_id, tags.site_id == site_id, tags.tag == wanted.tag))
    if wanted.search:
        only.append(_mentions(site_id, wanted, among))
    return only


def _mentions(site_id: int, wanted: Wanted, among) -> sa.ColumnElement[bool]:
    """A profile, a tag, a note; or exactly this address."""
    links, tags, notes, channels = tables.profile_links.c, tables.endorser_tags.c, tables.endorser_notes.c, tables.channels.c
    has = [column.icontains(wanted.search, autoescape=True) for column in (links.name, links.url)]
    places = [
        among(links.endorser_id, links.site_id == site_id, sa.or_(*has)),
        among(tags.endorser_id, tags.site_id == site_id, tags.tag.contains(wanted.search.casefold(), autoescape=True)),
        among(notes.endorser_id, notes.words.icontains(wanted.search, autoescape=True)),
    ]
    if wanted.subject is not None:
        places.append(among(channels.endorser_id, channels.subject == wanted.subject))
    return sa.or_(*places)


def filled(tx: sa.Connection, rows: list[One]) -> list[One]:
    """With names, the newest product, tags, and whether they wait: four questions for the whole page."""
    by_id = {row.id: row for row in rows}
    links, talks = tables.profile_links.c, tables.conversations.c
    for link in tx.execute(sa.select(links.endorser_id, links.name, links.state).where(links.endorser_id.in_(list(by_id)))
                           .order_by(links.claimed_at, links.id)):
        by_id[link.endorser_id].proofs.append(link.state)
        by_id[link.endorser_id].names += [link.name] if link.name else []
    for endorser_id, title, image in _newest_likes(tx, list(by_id)):
        by_id[endorser_id].product, by_id[endorser_id].image = title, image
    for endorser_id, tags in endorsers.tags_of(tx, list(by_id)).items():
        by_id[endorser_id].tags = tags
    waiting = sa.select(talks.endorser_id).where(talks.endorser_id.in_(list(by_id)), talks.waits_for == "admin",
                                                  talks.state == "open")
    for endorser_id in tx.scalars(waiting):
        by_id[endorser_id].waits = True
    return rows


def _newest_likes(tx: sa.Connection, endorser_ids: list[int]) -> list[sa.Row]:
    likes, visitors, products, shown = tables.likes.c, tables.visitors.c, tables.products.c, tables.product_showings.c
    newest = (
        sa.select(visitors.endorser_id, sa.func.max(likes.id).label("like_id"))
        .join_from(tables.visitors, tables.likes, likes.visitor_id == visitors.id)
        .where(visitors.endorser_id.in_(endorser_ids), likes.unliked_at.is_(None))
        .group_by(visitors.endorser_id).subquery().c
    )
    return tx.execute(
        sa.select(newest.endorser_id, sa.func.coalesce(shown.title, products.key), shown.image)
        .join(tables.likes, likes.id == newest.like_id)
        .join(tables.products, products.id == likes.product_id)
        .join(tables.product_showings, shown.id == likes.shown_id, isouter=True)
    ).all()


def tags_here(tx: sa.Connection, site_id: int, most: int = 50) -> list[tuple[str, int]]:
    """(tag, how many people), most first."""
    tags, count = tables.endorser_tags.c, sa.func.count()
    asked = sa.select(tags.tag, count).where(tags.site_id == site_id).group_by(tags.tag).order_by(count.desc(), tags.tag)
    return [tuple(row) for row in tx.execute(asked.limit(most))]
