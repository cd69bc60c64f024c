"""Webmentions and what becomes of each: received, held for an admin or accepted, changed, gone; a `like-of` is a like."""

import hashlib
import secrets
from dataclasses import asdict, dataclass

import sqlalchemy as sa

from afterlike import catalog, db, sites, tables
from afterlike.addresses import canonical
from afterlike.clock import DAY, HOUR, MINUTE
from afterlike.collect import likes
from afterlike.collect.mention_rules import Said, host_of
from afterlike.errors import NotFound

STATES = ("waiting", "held", "accepted", "refused", "wrong", "gone")
TRIES = (5 * MINUTE, HOUR, DAY)  # for a source that does not answer
KEPT = 30 * DAY  # of what is wrong or gone
PER_PAGE = 50

_mentions = tables.webmentions


@dataclass(frozen=True, slots=True)
class Received:
    """A source that says it mentions a target; both are known to be harmless addresses."""

    site_id: int
    source: str
    target: str
    at: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a look at the source found: said; None and why not, for good (`gone`) or for now. `visitor` stands for the source.

    `due_at` is since when it waited to be looked at.
    """

    id: int
    site_id: int
    visitor: bytes
    said: Said | None
    problem: str | None
    gone: bool
    at: int
    due_at: int


def pair_hash(source: str, target: str) -> bytes:
    return hashlib.blake2b(f"{source}\n{target}".encode(), digest_size=16, person=b"webmention").digest()


def receive(tx: sa.Connection, items: list[Received]) -> list[str]:
    """Keeps each pair once and promises a look at it; the keys of their status pages."""
    keys = []
    for item in items:
        row = {"site_id": item.site_id, "key": secrets.token_urlsafe(12), "pair": pair_hash(item.source, item.target),
               "source": item.source, "target": item.target, "host": host_of(item.source), "state": "waiting",
               "received_at": item.at, "due_at": item.at}
        adding = db.insert(tx, _mentions).values(row)
        again = {"due_at": item.at, "tries": 0}
        kept = adding.on_conflict_do_update(index_elements=["site_id", "pair"], set_=again)
        keys.append(tx.scalar(kept.returning(_mentions.c.key)))
    return keys


def settle(tx: sa.Connection, items: list[Outcome]) -> list[str | None]:
    """Keeps what was found; answers the state now, None for one that was removed meanwhile."""
    return [_settle(tx, item) for item in items]


def _settle(tx: sa.Connection, item: Outcome) -> str | None:
    row = tx.execute(sa.select(_mentions).where(_mentions.c.id == item.id).with_for_update()).first()
    if row is None:
        return None
    again = None if row.due_at == item.due_at else row.due_at  # told once more while we looked: so do we
    seen = row.state in ("held", "accepted", "refused")
    if item.said is None and not item.gone and row.tries < len(TRIES):
        _write(tx, row.id, tries=row.tries + 1, due_at=again or item.at + TRIES[row.tries], problem=item.problem)
        return row.state
    told = {"due_at": again, "checked_at": item.at, "problem": item.problem, "tries": 0}
    if item.said is None:
        after = ("gone" if seen else "wrong") if item.gone or not seen else row.state
        _write(tx, row.id, state=after, **told)
    else:
        after = row.state if seen else "accepted" if _is_known(tx, row) else "held"
        _write(tx, row.id, state=after, **asdict(item.said), **told)
    _follow(tx, row.id, item.visitor, item.at)
    return after


def _is_known(tx: sa.Connection, row: sa.Row) -> bool:
    """Whether an admin accepted something of this host before."""
    before = (_mentions.c.site_id == row.site_id) & (_mentions.c.host == row.host) & (_mentions.c.state == "accepted")
    return tx.scalar(sa.select(sa.exists().where(before)))


def _write(tx: sa.Connection, mention_id: int, **values) -> None:
    tx.execute(sa.update(_mentions).where(_mentions.c.id == mention_id).values(values))


def _follow(tx: sa.Connection, mention_id: int, visitor: bytes, at: int) -> None:
    """Makes the like that an accepted `like-of` is, or takes it back."""
    row = tx.execute(sa.select(_mentions).where(_mentions.c.id == mention_id)).one()
    wanted = row.state == "accepted" and row.kind == "like"
    if wanted and row.like_id is None:
        [taken] = likes.take(tx, [_item(tx, row, visitor, at)])
        _write(tx, row.id, like_id=taken.like_id)
    elif not wanted and row.like_id is not None:
        liked = tx.scalar(sa.select(tables.likes.c.uuid).where(tables.likes.c.id == row.like_id))
        if liked is not None:
            likes.take_back(tx, [likes.Takeback(row.site_id, bytes(liked), visitor, at)])
        _write(tx, row.id, like_id=None)


def _item(tx: sa.Connection, row: sa.Row, visitor: bytes, at: int) -> likes.Item:
    """A like of the product at that address; of the page itself where none is known."""
    url = canonical(row.target)
    key, url = tx.execute(product_at(row.site_id, [url, row.target])).first() or (likes.key_of(url), url)
    return likes.Item(
        site=sites.site_of(tx, row.site_id), uuid=secrets.token_bytes(16), visitor=visitor, at=at, pressed_at=at,
        product=catalog.Pressed(row.site_id, key, url, {}, at), page_url=row.source, source=likes.BY_WEBMENTION,
    )


def product_at(site_id: int, urls: list[str]) -> sa.Select:
    """(key, url) of the product that was first seen at one of these addresses."""
    products = tables.products.c
    known = sa.select(products.key, products.url).where(products.site_id == site_id, products.url.in_(urls))
    return known.order_by(products.id).limit(1)


def decide(tx: sa.Connection, items: list[tuple[int, int, str, bytes, int]]) -> list[None | NotFound]:
    """For each (site id, mention id, accept | refuse | undo, visitor, now). A decision that is none is not found."""
    return [_decide(tx, *item) for item in items]


def _decide(tx: sa.Connection, site_id: int, mention_id: int, decision: str, visitor: bytes, at: int) -> None | NotFound:
    row = _own(tx, site_id, mention_id)
    after = {"accept": "accepted", "refuse": "refused", "undo": row.before if row else None}.get(decision)
    if row is None or after is None or row.state not in ("held", "accepted", "refused"):
        return NotFound()
    _write(tx, row.id, state=after, before=None if decision == "undo" else row.state, decided_at=at)
    _follow(tx, row.id, visitor, at)
    return None


def remove(tx: sa.Connection, items: list[tuple[int, int, bytes, int]]) -> list[None | NotFound]:
    """For each (site id, mention id, visitor, now): forgets it, and takes the like back that came of it."""
    done = []
    for site_id, mention_id, visitor, at in items:
        row = _own(tx, site_id, mention_id)
        if row is not None:
            _write(tx, row.id, state="gone")
            _follow(tx, row.id, visitor, at)
            tx.execute(sa.delete(_mentions).where(_mentions.c.id == row.id))
        done.append(None if row is not None else NotFound())
    return done


def _own(tx: sa.Connection, site_id: int, mention_id: int) -> sa.Row | None:
    own = (_mentions.c.id == mention_id) & (_mentions.c.site_id == site_id)
    return tx.execute(sa.select(_mentions).where(own).with_for_update()).first()


def mention_of(tx: sa.Connection, site_id: int, mention_id: int) -> sa.Row:
    """One of this site; raises NotFound."""
    own = (_mentions.c.id == mention_id) & (_mentions.c.site_id == site_id)
    row = tx.execute(sa.select(_mentions).where(own)).first()
    if row is None:
        raise NotFound()
    return row


def mention_behind(tx: sa.Connection, like_id: int) -> sa.Row | None:
    """The mention that a like came of."""
    return tx.execute(sa.select(_mentions).where(_mentions.c.like_id == like_id)).first()


def mentions_of(tx: sa.Connection, site_id: int, state: str, page: int) -> tuple[list[sa.Row], dict[str, int]]:
    """A page of those in a state, newest first, and how many there are in each."""
    mine = _mentions.c.site_id == site_id
    counts = dict(map(tuple, tx.execute(sa.select(_mentions.c.state, sa.func.count()).where(mine).group_by(_mentions.c.state))))
    asked = sa.select(_mentions).where(mine, _mentions.c.state == state).order_by(_mentions.c.id.desc())
    return tx.execute(asked.limit(PER_PAGE).offset((page - 1) * PER_PAGE)).all(), counts


def by_key(tx: sa.Connection, site_id: int, key: str) -> sa.Row | None:
    """The one with this status page."""
    return tx.execute(sa.select(_mentions).where(_mentions.c.key == key, _mentions.c.site_id == site_id)).first()


def forget_mentions(tx: sa.Connection, items: list[int]) -> list[None]:
    """Forgets what was wrong or gone for long, before each of these moments."""
    for now in items:
        old = _mentions.c.state.in_(("wrong", "gone")) & (_mentions.c.checked_at < now - KEPT)
        tx.execute(sa.delete(_mentions).where(old))
    return [None] * len(items)
