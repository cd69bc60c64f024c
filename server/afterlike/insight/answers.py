"""What people answered, added up by prompt and question; and what they wrote, to be searched and tagged.

Only answers to likes that count. Up to LIVE answers are added up when somebody looks; a larger site's sums are kept and made
anew in the background, so rarely that it takes a fiftieth of one processor's time.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from statistics import median
from time import perf_counter

import sqlalchemy as sa

from afterlike import db, endorsers, prompts, tables
from afterlike.clock import MINUTE
from afterlike.errors import Invalid, NotFound, stated
from afterlike.honest import RANKED_FROM, Rate, mean_interval

LIVE = 5_000
CHUNK = 2_000
REST = 50  # times as long as the last adding up took
MOST_VALUES = 1_000  # of one question
PER_PAGE = 50
LOOKED_THROUGH = 500  # newest answers, for those in which something was written
MOST_TAGS = 10

_answers, _likes = tables.answers.c, tables.likes.c


@dataclass(slots=True)
class Sum:
    """One prompt: how many answered at all, how many to the end, and by card how often each value was given."""

    n: int = 0
    done: int = 0
    cards: dict[str, Counter] = field(default_factory=lambda: defaultdict(Counter))
    answered: Counter = field(default_factory=Counter)

    def add(self, said: dict, done: int) -> None:
        self.n, self.done = self.n + 1, self.done + done
        for key, value in said.items():
            if value in (None, "", []):
                continue
            self.answered[key] += 1
            self.cards[key].update(set(map(_named, value if isinstance(value, list) else [value])))


def _named(value) -> str:
    """A value as a key: free words are counted, not kept."""
    if isinstance(value, dict):
        return "other" if "other" in value else f"{value['amount']} {value['currency']}"
    return json.dumps(value) if isinstance(value, bool | int) else value


def added(tx: sa.Connection, site_id: int) -> dict[int, Sum]:
    """prompt id -> what its answers add up to, read from all of them."""
    sums: dict[int, Sum] = defaultdict(Sum)
    texts: dict[int, set[str]] = {}
    of_prompt: dict[int, int] = {}
    for row in everything(tx, site_id):
        if row.prompt_version_id not in of_prompt:
            prompt = prompts.version(tx, row.prompt_version_id)
            of_prompt[row.prompt_version_id] = prompt.id
            texts[row.prompt_version_id] = {card["key"] for card in prompt.flow["cards"] if card["type"] == "text"}
        free = texts[row.prompt_version_id]
        said = {key: bool(value) or None if key in free else value for key, value in json.loads(row.said).items()}
        sums[of_prompt[row.prompt_version_id]].add(said, row.done)
    return sums


def everything(tx: sa.Connection, site_id: int) -> Iterator[sa.Row]:
    """Answers to likes that count, oldest first, a chunk at a time."""
    last = 0
    asked = (
        sa.select(_answers.id, _answers.prompt_version_id, _answers.said, _answers.done, _likes.state)
        .join_from(tables.answers, tables.likes, _likes.id == _answers.like_id)
        .where(_answers.site_id == site_id).order_by(_answers.id).limit(CHUNK)
    )
    while rows := tx.execute(asked.where(_answers.id > last)).all():
        yield from (row for row in rows if row.state == "counted")
        last = rows[-1].id


def is_large(tx: sa.Connection, site_id: int) -> bool:
    some = sa.select(_answers.id).where(_answers.site_id == site_id).limit(LIVE + 1).subquery()
    return tx.scalar(sa.select(sa.func.count()).select_from(some)) > LIVE


def sums_of(tx: sa.Connection, site_id: int) -> tuple[dict[int, Sum], int | None]:
    """The sums, and of when they are; None is now."""
    if not is_large(tx, site_id):
        return added(tx, site_id), None
    kept = tx.execute(sa.select(tables.answer_sums).where(tables.answer_sums.c.site_id == site_id)).first()
    return (_read(kept.sums), kept.made_at) if kept else ({}, 0)


def _read(text: str) -> dict[int, Sum]:
    return {int(prompt_id): Sum(n, done, {key: Counter(values) for key, values in cards.items()}, Counter(answered))
            for prompt_id, (n, done, cards, answered) in json.loads(text).items()}


def _written(sums: dict[int, Sum]) -> str:
    def cards(one: Sum) -> dict[str, dict]:
        return {key: dict(values.most_common(MOST_VALUES)) for key, values in one.cards.items()}

    return json.dumps({prompt_id: [one.n, one.done, cards(one), one.answered] for prompt_id, one in sums.items()})


def add_up_answers(database: db.Database, now: int) -> int:
    """Makes the sums of large sites anew where they are old enough; returns of how many."""
    made = 0
    with database.read() as tx:
        sites = tx.execute(
            sa.select(tables.sites.c.id, tables.answer_sums.c.made_at, tables.answer_sums.c.took_ms)
            .join_from(tables.sites, tables.answer_sums, tables.answer_sums.c.site_id == tables.sites.c.id, isouter=True)
        ).all()
    for site_id, made_at, took_ms in sites:
        with database.read() as tx:
            if (made_at is not None and now - made_at < max(MINUTE, REST * took_ms)) or not is_large(tx, site_id):
                continue
            begun = perf_counter()
            text = _written(added(tx, site_id))
        database.write(_keep, (site_id, text, int((perf_counter() - begun) * 1000), now))
        made += 1
    return made


def _keep(tx: sa.Connection, items: list[tuple[int, str, int, int]]) -> list[None]:
    for site_id, text, took_ms, at in items:
        row = {"sums": text, "took_ms": took_ms, "made_at": at}
        tx.execute(db.insert(tx, tables.answer_sums).values(site_id=site_id, **row)
                   .on_conflict_do_update(index_elements=["site_id"], set_=row))
    return [None] * len(items)


# --- as it is shown -----------------------------------------------------------------------------------------------

@dataclass(frozen=True, slots=True)
class Card:
    """One question. `reached` is who answered it of all who answered anything; `score` is an NPS with its interval, `csat` who
    gave one of the two best marks."""

    key: str
    type: str
    words: str
    n: int
    reached: Rate
    choices: list[tuple[str, Rate]]
    score: tuple[float, float, float] | None = None
    csat: Rate | None = None
    price: tuple[float, str, int] | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """One prompt with its questions in order; `shown` is how often its first card was visible."""

    key: str
    state: str
    shown: int
    n: int
    done: int
    cards: list[Card]

    @property
    def finished(self) -> Rate:
        return Rate(self.done, self.n)

    @property
    def began(self) -> Rate:
        return Rate(min(self.n, self.shown), self.shown)


def told(tx: sa.Connection, site_id: int, sums: dict[int, Sum], locale: str) -> list[Told]:
    """Every prompt of the site, the questions as its newest version asks them."""
    return [
        Told(prompt.key, prompt.state, prompt.shown, one.n, one.done, [_card(card, one, locale) for card in _asks(prompt.flow)])
        for prompt in prompts.of_site(tx, site_id) if (one := sums.get(prompt.id, Sum())) is not None and _asks(prompt.flow)
    ]


def _asks(flow: dict) -> list[dict]:
    return [card for card in flow["cards"] if card["type"] in prompts.QUESTIONS]


def _card(card: dict, of: Sum, locale: str) -> Card:
    values, n = of.cards.get(card["key"], Counter()), of.answered[card["key"]]
    first = (card["key"], card["type"], prompts.title_of(card, locale), n, Rate(n, of.n))
    if card["type"] in ("nps", "rating"):
        marks = {int(value): count for value, count in values.items() if value.lstrip("-").isdigit()}
        return Card(*first, [(str(mark), Rate(marks.get(mark, 0), n)) for mark in _scale(card)], score=_nps(card, marks),
                    csat=_csat(card, marks))
    if card["type"] == "price":
        return Card(*first, [], price=_price(values))
    if card["type"] == "text":
        return Card(*first, [])
    pairs = values.most_common() if n >= RANKED_FROM else sorted(values.items())
    return Card(*first, [(_words(card, value, locale), Rate(count, n)) for value, count in pairs])


def _scale(card: dict) -> Iterable[int]:
    return range(11) if card["type"] == "nps" else range(1, card["scale"] + 1)


def _nps(card: dict, marks: dict[int, int]) -> tuple[float, float, float] | None:
    """100 · (promoters - detractors) / answers (Reichheld 2003): 9 and 10 promote, 0 to 6 detract."""
    if card["type"] != "nps" or sum(marks.values()) < RANKED_FROM:
        return None
    return mean_interval(marks, {mark: 100 if mark >= 9 else -100 if mark <= 6 else 0 for mark in range(11)})


def _csat(card: dict, marks: dict[int, int]) -> Rate | None:
    """Who gave one of the two best marks, of all who gave one."""
    if card["type"] != "rating":
        return None
    return Rate(sum(count for mark, count in marks.items() if mark > card["scale"] - 2), sum(marks.values()))


def _price(values: Counter) -> tuple[float, str, int] | None:
    """(median, currency, n) of the currency that was named most."""
    by_currency: dict[str, list[float]] = defaultdict(list)
    for value, count in values.items():
        amount, _, currency = value.partition(" ")
        by_currency[currency] += [float(amount)] * count
    if not by_currency:
        return None
    currency, amounts = max(by_currency.items(), key=lambda pair: len(pair[1]))
    return median(amounts), currency, len(amounts)


def _words(card: dict, value: str, locale: str) -> str:
    """A choice as a person reads it; one that the newest version has no more, by its key."""
    if card["type"] == "yes_no":
        return dict(prompts.said({"cards": [card]}, {card["key"]: value == "true"}, locale)).popitem()[1]
    known = {option["key"] for option in card.get("options", ())}
    if value == "other" and value not in known:
        return prompts.choice_of(card, {"other": ""}, locale)
    return prompts.choice_of(card, value, locale) if value in known else value


# --- what they wrote ----------------------------------------------------------------------------------------------

@dataclass(slots=True)
class Written:
    """An answer in which somebody wrote something: [(question, words)], with the like, product and tags."""

    id: int
    like_id: int
    product_id: int
    product: str
    answered_at: int
    words: list[tuple[str, str]]
    tags: list[str] = field(default_factory=list)


def written(
    tx: sa.Connection, site_id: int, locale: str, *, search: str = "", tag: str = "", before: int | None = None
) -> list[Written]:
    """The newest answers with words of their own, of likes that count; `before` an answer's id."""
    products, shown, tags = tables.products.c, tables.product_showings.c, tables.answer_tags.c
    where = [_answers.site_id == site_id, _likes.state == "counted"]
    if search:
        where.append(_answers.said.icontains(json.dumps(search, ensure_ascii=False)[1:-1], autoescape=True))
    if tag:
        where.append(_answers.id.in_(sa.select(tags.answer_id).where(tags.site_id == site_id, tags.tag == tag)))
    if before:
        where.append(_answers.id < before)
    rows = tx.execute(
        sa.select(_answers.id, _answers.like_id, _likes.product_id, sa.func.coalesce(shown.title, products.key).label("product"),
                  _answers.answered_at, _answers.prompt_version_id, _answers.said)
        .join_from(tables.answers, tables.likes, _likes.id == _answers.like_id)
        .join(tables.products, products.id == _likes.product_id)
        .join(tables.product_showings, shown.id == _likes.shown_id, isouter=True)
        .where(*where).order_by(_answers.id.desc()).limit(LOOKED_THROUGH)
    ).all()
    asked = prompts.versions(tx, {row.prompt_version_id for row in rows})
    found = [Written(*row[:5], _own_words(asked[row.prompt_version_id].flow, json.loads(row.said), locale)) for row in rows]
    needle = search.casefold()
    kept = [one for one in found if one.words and any(needle in words.casefold() for _, words in one.words)][:PER_PAGE]
    by_id = {one.id: one for one in kept}
    theirs = sa.select(tags.answer_id, tags.tag).where(tags.answer_id.in_(list(by_id))).order_by(tags.tag)
    for answer_id, words in tx.execute(theirs):
        by_id[answer_id].tags.append(words)
    return kept


def _own_words(flow: dict, said: dict, locale: str) -> list[tuple[str, str]]:
    """What was written in free fields and beside "other"."""
    found = []
    for card in flow["cards"]:
        values = said.get(card["key"])
        for value in values if isinstance(values, list) else [values]:
            text = value if card["type"] == "text" else value.get("other") if isinstance(value, dict) else None
            found += [(prompts.title_of(card, locale), text)] if text else []
    return found


def tags_here(tx: sa.Connection, site_id: int, most: int = 50) -> list[tuple[str, int]]:
    tags, count = tables.answer_tags.c, sa.func.count()
    asked = sa.select(tags.tag, count).where(tags.site_id == site_id).group_by(tags.tag).order_by(count.desc(), tags.tag)
    return [tuple(row) for row in tx.execute(asked.limit(most))]


@dataclass(frozen=True, slots=True)
class Tag:
    """A tag on an answer, or off."""

    site_id: int
    answer_id: int
    words: str
    at: int
    off: bool = False


MANY_TAGS = stated("An answer can have {most} tags. Take one off first.", most=10)


def tag(tx: sa.Connection, items: list[Tag]) -> list[None]:
    """Puts tags on answers and takes them off. Raises NotFound for another site's answer, Invalid for what is no tag."""
    for item in items:
        if tx.scalar(sa.select(_answers.id).where(_answers.id == item.answer_id, _answers.site_id == item.site_id)) is None:
            raise NotFound()
        words, tags = endorsers.plain_tag(item.words), tables.answer_tags
        if item.off:
            tx.execute(sa.delete(tags).where(tags.c.answer_id == item.answer_id, tags.c.tag == words))
            continue
        same = (tags.c.answer_id == item.answer_id) & (tags.c.tag != words)
        others = tx.scalar(sa.select(sa.func.count()).select_from(tags).where(same))
        if others >= MOST_TAGS:
            raise Invalid(MANY_TAGS, fields={"tag": MANY_TAGS})
        row = {"answer_id": item.answer_id, "tag": words, "site_id": item.site_id, "tagged_at": item.at}
        tx.execute(db.insert(tx, tags).values(row).on_conflict_do_nothing())
    return [None] * len(items)


def erase(tx: sa.Connection, visitor_ids: list[int]) -> None:
    """The tags on what these browsers wrote; the answers are their own room's to delete."""
    theirs = sa.select(_answers.id).where(_answers.visitor_id.in_(visitor_ids))
    tx.execute(sa.delete(tables.answer_tags).where(tables.answer_tags.c.answer_id.in_(theirs)))
