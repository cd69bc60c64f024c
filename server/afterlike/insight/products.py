"""The products of a site: how often each is liked and by which way it came, what is said about it, and what it cost when."""

import json
from collections import Counter
from dataclasses import dataclass
from urllib.parse import urlencode

import sqlalchemy as sa

from afterlike import prompts, tables
from afterlike.honest import RANKED_FROM, Rate
from afterlike.insight.coverage import counted, pressed, without_button

PER_PAGE = 50
SORTS = ("likes", "answered", "last", "name")
ONLY = ("silent", "buttonless")
MOST_ANSWERS = 20_000  # the newest of one product are told; more change no share

_sums = tables.product_sums.c


@dataclass(frozen=True, slots=True)
class Wanted:
    """What an admin asked for; `only` silent: with a price, liked, and nobody said why; buttonless: liked, and no page
    has shown a button of it lately."""

    search: str = ""
    only: str = ""
    sort: str = "likes"

    @property
    def is_empty(self) -> bool:
        return not (self.search or self.only)

    def query(self, **more) -> str:
        pairs = {"q": self.search, "only": self.only, "sort": self.sort if self.sort != "likes" else ""}
        return urlencode({name: value for name, value in (pairs | more).items() if value})


@dataclass(frozen=True, slots=True)
class Product:
    """A product with what it adds up to; likes that count by the way they came, held and rejected ones apart."""

    id: int
    name: str
    key: str
    url: str
    image: str | None
    price_minor: int | None
    currency: str | None
    availability: str | None
    widget: int
    extension: int
    api: int
    webmention: int
    held: int
    rejected: int
    answered: int
    last_at: int | None

    @property
    def likes(self) -> int:
        return self.widget + self.extension + self.api + self.webmention

    @property
    def said(self) -> Rate:
        return Rate(min(self.answered, self.likes), self.likes)


def found(tx: sa.Connection, site_id: int, wanted: Wanted, *, page: int, now: int = 0) -> tuple[list[Product], int]:
    """A page of products that were ever liked, and how many there are. Those under n = 10 stand behind, by name: unranked."""
    shown, products = tables.product_showings.c, tables.products.c
    where = [_sums.site_id == site_id]
    if wanted.search:
        places = (shown.title, products.key, shown.sku)
        where.append(sa.or_(*(place.icontains(wanted.search, autoescape=True) for place in places)))
    if wanted.only == "silent":
        where += [_sums.answered == 0, pressed > 0, shown.price_minor.is_not(None)]
    if wanted.only == "buttonless":
        where += without_button(site_id, now)
    total = tx.scalar(sa.select(sa.func.count()).select_from(_joined()).where(*where))
    asked = _asked().where(*where).order_by(*_order(wanted.sort)).limit(PER_PAGE).offset((page - 1) * PER_PAGE)
    return [Product(*row) for row in tx.execute(asked)], total


def _order(sort: str) -> tuple:
    name = sa.func.lower(sa.func.coalesce(tables.product_showings.c.title, tables.products.c.key))
    few = sa.case((counted < RANKED_FROM, 1), else_=0)
    if sort == "name":
        return name, _sums.product_id
    if sort == "last":
        return sa.func.coalesce(_sums.last_at, 0).desc(), _sums.product_id
    worth = counted if sort == "likes" else _sums.answered * 1000 // sa.func.nullif(counted, 0)
    return few, sa.case((few == 0, worth), else_=0).desc(), name, _sums.product_id


def _joined() -> sa.FromClause:
    products = tables.products.c
    return tables.product_sums.join(tables.products, products.id == _sums.product_id).outerjoin(
        tables.product_showings, tables.product_showings.c.id == products.shown_id)


def _asked() -> sa.Select:
    products, shown = tables.products.c, tables.product_showings.c
    return sa.select(
        products.id, sa.func.coalesce(shown.title, products.key), products.key, products.url, shown.image, shown.price_minor,
        shown.currency, shown.availability, _sums.widget, _sums.extension, _sums.api, _sums.webmention, _sums.held,
        _sums.rejected, _sums.answered, _sums.last_at,
    ).select_from(_joined())


def one(tx: sa.Connection, site_id: int, product_id: int) -> Product | None:
    """A product of this site that was ever liked."""
    row = tx.execute(_asked().where(_sums.product_id == product_id, _sums.site_id == site_id)).first()
    return None if row is None else Product(*row)


# --- what is said about it ----------------------------------------------------------------------------------------

@dataclass(frozen=True, slots=True)
class Question:
    """A question with how often each answer was chosen, of `n` who answered it; most first where there are enough."""

    words: str
    n: int
    choices: list[tuple[str, Rate]]


def answers_to(tx: sa.Connection, product_id: int) -> list[sa.Row]:
    """(prompt_version_id, said) of answers to likes that count, newest first."""
    answers, likes = tables.answers.c, tables.likes.c
    return tx.execute(
        sa.select(answers.prompt_version_id, answers.said)
        .join_from(tables.likes, tables.answers, answers.like_id == likes.id)
        .where(likes.product_id == product_id, likes.state == "counted")
        .order_by(answers.id.desc()).limit(MOST_ANSWERS)
    ).all()


def questions(tx: sa.Connection, rows: list[sa.Row], locale: str) -> list[Question]:
    """Single and multiple questions, told apart by prompt and card and not by version: a text that was mended is the same."""
    asked = prompts.versions(tx, {row.prompt_version_id for row in rows})
    count, chosen, words = Counter(), {}, {}
    for row in rows:
        prompt, said = asked[row.prompt_version_id], json.loads(row.said)
        for card in prompt.flow["cards"]:
            if card["type"] in ("single", "multi") and (value := said.get(card["key"])) not in (None, "", []):
                place = (prompt.id, card["key"])
                words.setdefault(place, prompts.title_of(card, locale))
                count[place] += 1
                picked = {prompts.choice_of(card, part, locale) for part in _all(value)}
                chosen.setdefault(place, Counter()).update(picked)
    return [Question(words[place], n, _ranked(chosen[place], n)) for place, n in count.items()]


def _ranked(chosen: Counter, n: int) -> list[tuple[str, Rate]]:
    pairs = chosen.most_common() if n >= RANKED_FROM else sorted(chosen.items())
    return [(text, Rate(k, n)) for text, k in pairs]


@dataclass(frozen=True, slots=True)
class Crossing:
    """Two questions of one prompt against each other: how many chose the row and the column."""

    rows: str
    columns: str
    names: list[str]
    lines: list[tuple[str, list[int], int]]
    n: int


def crossing(tx: sa.Connection, rows: list[sa.Row], locale: str) -> Crossing | None:
    """The first two choice questions of the prompt that was answered most: reason by ownership, in the flow we ship."""
    asked = prompts.versions(tx, {row.prompt_version_id for row in rows})
    counts: Counter = Counter(asked[row.prompt_version_id].id for row in rows)
    for prompt_id, _ in counts.most_common():
        flow = next(prompt.flow for prompt in asked.values() if prompt.id == prompt_id)
        cards = [card for card in flow["cards"] if card["type"] in ("single", "multi")][:2]
        if len(cards) == 2:
            theirs = [json.loads(row.said) for row in rows if asked[row.prompt_version_id].id == prompt_id]
            return _crossed(cards, [said for said in theirs if all(said.get(card["key"]) for card in cards)], locale)
    return None


def _crossed(cards: list[dict], said: list[dict], locale: str) -> Crossing | None:
    if not said:
        return None
    cells: Counter = Counter()
    for one_said in said:
        first, second = (_all(one_said[card["key"]]) for card in cards)
        cells.update({(_key(a), _key(b)) for a in first for b in second})
    (row_keys, row_words), (column_keys, column_words) = (_options(card, locale) for card in cards)
    lines = [(word, [cells[key, other] for other in column_keys], sum(cells[key, other] for other in column_keys))
             for key, word in zip(row_keys, row_words, strict=True)]
    return Crossing(prompts.title_of(cards[0], locale), prompts.title_of(cards[1], locale), column_words,
                    [line for line in lines if line[2]], len(said))


def _all(value) -> list:
    return value if isinstance(value, list) else [value]


def _key(value) -> str:
    return "other" if isinstance(value, dict) else value


def _options(card: dict, locale: str) -> tuple[list[str], list[str]]:
    keys = [option["key"] for option in card["options"]]
    words = [prompts.choice_of(card, key, locale) for key in keys]
    return ([*keys, "other"], [*words, prompts.choice_of(card, {"other": ""}, locale)]) if "other" in card else (keys, words)


# --- over time, and where -----------------------------------------------------------------------------------------

def prices(tx: sa.Connection, product_id: int, most: int = 400) -> list[sa.Row]:
    """(shown_at, price_minor, currency, availability), oldest first; a row only where one of them changed."""
    shown = tables.product_showings.c
    rows = tx.execute(
        sa.select(shown.shown_at, shown.price_minor, shown.currency, shown.availability)
        .where(shown.product_id == product_id).order_by(shown.id.desc()).limit(most)
    ).all()[::-1]
    return [row for nth, row in enumerate(rows) if nth == 0 or tuple(row[1:]) != tuple(rows[nth - 1][1:])]


def pages(tx: sa.Connection, product_id: int, most: int = 10) -> list[tuple[str, int]]:
    """(page, likes that count), most first; of the newest 20,000 likes."""
    likes, count = tables.likes.c, sa.func.count()
    newest = (
        sa.select(likes.page_url).where(likes.product_id == product_id, likes.state == "counted", likes.page_url != "")
        .order_by(likes.liked_at.desc(), likes.id.desc()).limit(MOST_ANSWERS).subquery().c
    )
    asked = sa.select(newest.page_url, count).group_by(newest.page_url).order_by(count.desc(), newest.page_url)
    return [tuple(row) for row in tx.execute(asked.limit(most))]


def people_of(tx: sa.Connection, product_id: int, most: int = 12) -> list[int]:
    """Endorsers who like it, the newest like first."""
    likes, visitors = tables.likes.c, tables.visitors.c
    newest = (
        sa.select(likes.id, likes.visitor_id).where(likes.product_id == product_id, likes.state == "counted")
        .order_by(likes.liked_at.desc(), likes.id.desc()).limit(500).subquery()
    )
    last = sa.func.max(newest.c.id)
    asked = sa.select(visitors.endorser_id).join_from(newest, tables.visitors, visitors.id == newest.c.visitor_id)
    asked = asked.where(visitors.endorser_id.is_not(None)).group_by(visitors.endorser_id)
    return list(tx.scalars(asked.order_by(last.desc()).limit(most)))
