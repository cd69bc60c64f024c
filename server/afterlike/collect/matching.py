"""What of a site's likes fits a filter: conditions that an index of `likes` knows, and ways that lead to likes from elsewhere."""

import json
from collections.abc import Callable
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime, time

import sqlalchemy as sa

from afterlike import db, prompts, tables
from afterlike.clock import DAY

STATES = ("counted", "held", "rejected", "withdrawn")
SOURCES = ("widget", "extension", "api", "webmention")
MOST = 10_000  # likes that are counted, or led to, or looked through for one page
ANSWERS, PAGES = 200_000, 50_000  # the newest of a site, in which words are looked for

Likes = sa.ColumnCollection  # the columns of `likes`, or of some of its rows
Condition = sa.ColumnElement[bool]
_likes, _answers, _links = tables.likes.c, tables.answers.c, tables.profile_links.c
_visitors, _products, _shown = tables.visitors.c, tables.products.c, tables.product_showings.c


@dataclass(frozen=True)
class Filter:
    """What an admin asked for; None or empty: everything. Days are UTC, both ends included."""

    search: str = ""
    product: int | None = None
    state: str | None = None
    source: str | None = None
    tag: str | None = None
    since: date | None = None
    until: date | None = None
    answered: bool = False
    profile: bool = False

    @property
    def is_empty(self) -> bool:
        return self == Filter()

    @property
    def is_one_thing(self) -> bool:
        return sum(getattr(self, field.name) != field.default for field in fields(self)) == 1

    @property
    def is_days(self) -> bool:
        """Whether nothing but days is asked for."""
        return self == Filter(since=self.since, until=self.until)


@dataclass(frozen=True)
class Lead:
    """A filter that no index of `likes` knows: what leads to all of its likes, and how to tell it of one like."""

    ways: list[sa.Select]
    fits: Callable[[Likes], Condition]
    thorough: bool = True  # False: the ways leave out what is old


def indexed(tx: sa.Connection, likes: Likes, site_id: int, wanted: Filter) -> list[Condition]:
    """What an index knows."""
    where = [likes.site_id == site_id]
    if wanted.product:  # the product says whose site it is; an index is entered by one of the two
        ours = tx.scalar(sa.select(_products.id).where(_products.id == wanted.product, _products.site_id == site_id))
        where = [likes.product_id == (ours or 0)]
    if wanted.state:
        where += [likes.state == wanted.state, *_other_than(likes.state, wanted.state, "counted")]
    if wanted.source:
        where += [likes.source == wanted.source, *_other_than(likes.source, wanted.source, "widget")]
    if wanted.since:
        where.append(likes.liked_at >= midnight(wanted.since))
    if wanted.until:
        where.append(likes.liked_at < midnight(wanted.until) + DAY)
    return where


def _other_than(column: sa.ColumnElement[str], wanted: str, usual: str) -> list[Condition]:
    """Word for word what the partial index of whatever is not usual says: only then is it used."""
    return [] if wanted == usual else [column != sa.literal_column(f"'{usual}'")]


def midnight(day: date) -> int:
    return int(datetime.combine(day, time(), UTC).timestamp() * 1000)


def leads(tx: sa.Connection, site_id: int, wanted: Filter, locale: str) -> list[Lead]:
    """Those that mostly lead to few likes first."""
    tags, found = tables.like_tags.c, []
    if wanted.tag:
        found.append(Lead(
            [sa.select(tags.like_id).where(tags.site_id == site_id, tags.tag == wanted.tag)],
            lambda likes: sa.exists().where(tags.like_id == likes.id, tags.tag == wanted.tag),
        ))
    if wanted.search:
        found.append(_mentions(tx, site_id, wanted.search, _choices(tx, site_id, wanted.search, locale)))
    if wanted.profile:
        found.append(Lead(_of_people(site_id), _by_person))
    if wanted.answered:
        found.append(Lead([sa.select(_answers.like_id).where(_answers.site_id == site_id)], _answered))
    return found


def _choices(tx: sa.Connection, site_id: int, text: str, locale: str) -> list[str]:
    """Answers hold the keys of choices, admins search for their words."""
    flows = [prompt.flow for prompt in prompts.of_site(tx, site_id)]
    return sorted(set().union(*(prompts.choices_reading(flow, text, locale) for flow in flows)))


def _mentions(tx: sa.Connection, site_id: int, text: str, choices: list[str]) -> Lead:
    """A product by any name it ever had, a page, what was said, a public profile."""
    key, url, title = (_holds(tx, column, text) for column in (_products.key, _products.url, _shown.title))
    named = sa.union(
        sa.select(_products.id).where(_products.site_id == site_id, key | url),
        sa.select(_shown.product_id).join_from(tables.product_showings, tables.products, _products.id == _shown.product_id)
        .where(_products.site_id == site_id, title),
    )
    in_json = json.dumps(text, ensure_ascii=False)[1:-1]
    chosen = [_answers.said.contains(f'"{one}"', autoescape=True) for one in choices]
    said = sa.or_(_holds(tx, _answers.said, in_json), *chosen)
    profile = _holds(tx, _links.url, text) | _holds(tx, _links.name, text)
    first_answer = _nth(tx, _answers.id, site_id, ANSWERS) if _may_be(tx, _answers.id, site_id, ANSWERS) else 0
    first_page = _nth(tx, _likes.liked_at, site_id, PAGES)

    def page(likes: Likes) -> Condition:
        return _holds(tx, likes.page_url, text) | _holds(tx, likes.page_title, text)

    # What leads to too many by itself comes first: then nothing else is read.
    return Lead(
        [sa.select(_likes.id).where(_likes.product_id.in_(named)),
         sa.select(_likes.id).where(_likes.site_id == site_id, _likes.liked_at >= first_page, page(_likes)),
         *_of_named(tx, site_id, profile),
         sa.select(_answers.like_id).where(_answers.site_id == site_id, _answers.id >= first_answer, said)],
        lambda likes: sa.or_(likes.product_id.in_(named), page(likes), _answered(likes, said), _by_person(likes, profile)),
        thorough=not (first_answer or first_page),
    )


def _holds(tx: sa.Connection, column: sa.ColumnElement[str], typed: str) -> Condition:
    """Sign for sign, in any case. SQLite knows only those of ASCII; to fold all texts takes thrice as long.

    PostgreSQL folds what is plain ASCII as ASCII: the same finds for half the time, and less where its collation is not C.
    """
    if tx.dialect.name == "sqlite":
        return column.contains(typed, autoescape=True)
    if not typed.isascii():
        return column.icontains(typed, autoescape=True)
    return sa.func.strpos(sa.func.lower(sa.collate(column, "C")), typed.lower()) > 0


def _may_be(tx: sa.Connection, key: sa.Column, site_id: int, most: int) -> bool:
    """Whether a site can have so many rows: not where its first and last ids lie closer. Both are ends of an index."""
    ends = [sa.select(end(key)).where(key.table.c.site_id == site_id).scalar_subquery() for end in (sa.func.max, sa.func.min)]
    last, first = tx.execute(sa.select(*ends)).one()
    return last is not None and last - first >= most - 1


def _nth(tx: sa.Connection, column: sa.Column, site_id: int, most: int) -> int:
    """Where the newest so many of a site begin; 0: there are no more than that."""
    begins = sa.select(column).where(column.table.c.site_id == site_id).order_by(column.desc()).limit(1).offset(most - 1)
    return tx.scalar(begins) or 0


def _answered(likes: Likes, *also: Condition) -> Condition:
    return _found(_answers.like_id == likes.id, *also)


def _by_person(likes: Likes, *also: Condition) -> Condition:
    return _found(_visitors.id == likes.visitor_id, _links.endorser_id == _visitors.endorser_id, *also)


def _found(*where: Condition) -> Condition:
    """As EXISTS, but asked for each like at hand; PostgreSQL would first read all that could ever be asked for."""
    return sa.select(sa.literal(1)).where(*where).limit(1).scalar_subquery().is_not(None)


def _of_people(site_id: int, *also: Condition) -> list[sa.Select]:
    """Of people with a profile: what they like, and what they took back; each has an index of its own."""
    people = tables.profile_links.join(tables.visitors, _visitors.endorser_id == _links.endorser_id)
    theirs = sa.select(_likes.id).join_from(people, tables.likes, _likes.visitor_id == _visitors.id)
    return _standing_or_not(theirs.where(_links.site_id == site_id, *also))


def _of_named(tx: sa.Connection, site_id: int, profile: Condition) -> list[sa.Select]:
    """The same of people whose profile reads so: mostly nobody's, so profiles are read once, and not for both ways."""
    named = sa.select(_links.endorser_id).distinct().where(_links.site_id == site_id, profile).limit(MOST + 1)
    people = list(tx.scalars(named))
    if len(people) > MOST:
        return _of_people(site_id, profile)
    theirs = sa.select(_likes.id).join_from(tables.visitors, tables.likes, _likes.visitor_id == _visitors.id)
    return _standing_or_not(theirs.where(db.among(tx, _visitors.endorser_id, people))) if people else []


def _standing_or_not(theirs: sa.Select) -> list[sa.Select]:
    return [theirs.where(_likes.unliked_at.is_(None)), theirs.where(_likes.unliked_at.is_not(None))]
