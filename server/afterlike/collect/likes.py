"""A like from the screened event to the committed row and its frozen next step; and the unlike.

Set-based: `take` gets every like that is waiting and asks the database a dozen questions in all, however many they are.
It may run twice for the same like (db.write replays); the second run finds the first one's row and answers the same.
"""

from dataclasses import dataclass, field
from hashlib import blake2b

import sqlalchemy as sa

from afterlike import catalog, db, endorsers, journal, prompts, tables
from afterlike.errors import Conflict, NotFound
from afterlike.hot import Choose, Keep
from afterlike.sites import Site, note_waiting

MOST_KEY = 200
HANDED_OUT = ("survey", "opt_in", "profile_link", "redirect")
ALREADY = "already_liked"
BY_WEBMENTION = "webmention"  # another page says it; there is nobody to ask
COLUMNS = (
    "site_id", "uuid", "visitor_id", "product_id", "shown_id", "state", "source", "liked_at", "pressed_at", "page_url",
    "page_title", "referrer", "placement", "position", "dwell_ms", "locale", "lasting", "prompt_version_id", "step_reason",
)


@dataclass(slots=True)
class Item:
    """One like as `take` wants it; moments in milliseconds."""

    site: Site
    uuid: bytes
    visitor: bytes
    product: catalog.Pressed
    page_url: str
    at: int
    pressed_at: int
    source: str = "widget"
    page_title: str | None = None
    referrer: str | None = None
    placement: str | None = None
    position: int | None = None
    dwell_ms: int | None = None
    locale: str | None = None
    lasting: bool | None = None  # whether the browser keeps the visitor; None: it cannot be known


@dataclass(slots=True)
class Taken:
    """What the caller is told: the live like, its count, and the step to render."""

    uuid: bytes
    liked: bool
    count: int
    duplicate: bool
    step: prompts.Step
    locale: str | None
    title: str | None
    like_id: int = 0


@dataclass(slots=True)
class _Kept:
    """A like that is in the database, or will be at the end of this batch."""

    uuid: bytes
    visitor_id: int
    product_id: int
    page_url: str
    unliked_at: int | None
    prompt_version_id: int | None
    reason: str
    locale: str | None
    title: str | None
    id: int = 0
    row: dict = field(default_factory=dict)
    step: prompts.Step | None = None  # None: look the version up


def take(tx: sa.Connection, items: list[Item]) -> list[Taken | Conflict]:
    """Keeps new likes, recognises old ones, answers each in its place."""
    batch = _Batch(tx, items)
    placed = [batch.place(item) for item in items]
    batch.keep()
    batch.fill_in_steps([kept for kept, _ in placed if isinstance(kept, _Kept)])
    counts = _counts(tx, {kept.product_id for kept, _ in placed if isinstance(kept, _Kept)})
    return [_told(item, kept, duplicate, counts) for item, (kept, duplicate) in zip(items, placed, strict=True)]


class _Batch:
    """The likes of one transaction: what was there before, and what is new, in order of arrival."""

    def __init__(self, tx: sa.Connection, items: list[Item]):
        self.tx = tx
        self.by_id = _by_id(tx, [item.uuid for item in items])
        fresh = [item for item in items if (item.site.id, item.uuid) not in self.by_id]
        self.visitors = endorsers.recognise(tx, [(item.site.id, item.visitor, item.at) for item in fresh])
        self.products = catalog.ensure(tx, [item.product for item in fresh])
        self._look_up([item for item in items if (item.site.id, item.uuid) in self.by_id])
        self.seen = sorted(visitor.id for visitor in self.visitors.values() if not visitor.is_new)
        self.live = _live(tx, self.seen, sorted({product.product_id for product in self.products.values()}))
        self.new: list[_Kept] = []
        self.handed: list[dict] = []
        self.ask = None

    def _look_up(self, known: list[Item]) -> None:
        """Who and what an id that is known speaks of; it was kept before, so nothing new is kept of it now."""
        if known:
            self.visitors |= endorsers.recall(self.tx, [item.visitor for item in known])
            self.products |= catalog.shown(self.tx, [item.product.hash for item in known])

    def place(self, item: Item) -> tuple[_Kept | Conflict, bool]:
        """The like that answers this item, and whether it was there already."""
        visitor, shown = self.visitors.get(item.visitor), self.products.get(item.product.hash)
        if (known := self.by_id.get((item.site.id, item.uuid))) is not None:
            return (known if _is_same(known, item, visitor, shown) else Conflict()), True
        if (live := self.live.get((visitor.id, shown.product_id))) is not None:
            return live, True
        if self.ask is None:
            self.ask = _Asking(self.tx, self.seen)
        kept = self._new(item, visitor, shown)
        self.by_id[item.site.id, item.uuid] = self.live[visitor.id, shown.product_id] = kept
        self.new.append(kept)
        return kept, False

    def _new(self, item: Item, visitor, shown) -> _Kept:
        step = prompts.Step("none", BY_WEBMENTION) if item.source == BY_WEBMENTION else self.ask.step(item, visitor)
        version_id = None
        if step.prompt is not None and step.kind in HANDED_OUT:
            version_id = step.prompt.version_id
            self.handed.append(prompts.HandOut(visitor.id, step.prompt.id, item.at))
        title = item.product.facts.get("title")
        kept = _Kept(item.uuid, visitor.id, shown.product_id, item.page_url, None, version_id, step.reason, item.locale, title)
        kept.step = step if version_id is not None else prompts.Step("none", step.reason)
        kept.row = {
            "site_id": item.site.id, "uuid": item.uuid, "visitor_id": visitor.id, "product_id": shown.product_id,
            "shown_id": shown.shown_id, "state": "counted", "source": item.source, "liked_at": item.at,
            "pressed_at": item.pressed_at, "page_url": item.page_url, "page_title": item.page_title, "referrer": item.referrer,
            "placement": item.placement, "position": item.position, "dwell_ms": item.dwell_ms, "locale": item.locale,
            "lasting": None if item.lasting is None else int(item.lasting), "prompt_version_id": version_id,
            "step_reason": step.reason,
        }
        return kept

    def fill_in_steps(self, answering: list[_Kept]) -> None:
        """Reads back what earlier likes were asked, word for word."""
        frozen = [kept for kept in answering if kept.step is None]
        asked = prompts.versions(self.tx, {kept.prompt_version_id for kept in frozen if kept.prompt_version_id is not None})
        for kept in frozen:
            prompt = asked.get(kept.prompt_version_id)
            kept.step = prompts.Step(prompt.kind, kept.reason, prompt) if prompt else prompts.Step("none", kept.reason)

    def keep(self) -> None:
        if not self.new:
            return
        _insert(self.tx, self.new)
        move_counts(self.tx, [(kept.product_id, +1) for kept in self.new])
        prompts.hand_out(self.tx, self.handed)
        journal.append(self.tx, [_journalled(kept) for kept in self.new])


def _is_same(known: _Kept, item: Item, visitor: endorsers.Visitor | None, shown: catalog.Shown | None) -> bool:
    if visitor is None or shown is None:
        return False
    return (known.visitor_id, known.product_id, known.page_url) == (visitor.id, shown.product_id, item.page_url)


class _Asking:
    """What the gates need, read once a batch; a step handed out in this batch counts for the next like in it."""

    def __init__(self, tx, visitor_ids):
        self.tx = tx
        self.turns = prompts.turns(tx, visitor_ids)
        self.before = _likes_before(tx, visitor_ids)
        self.running: dict[int, list] = {}

    def step(self, item: Item, visitor) -> prompts.Step:
        if item.site.id not in self.running:
            self.running |= prompts.running(self.tx, [item.site.id])
            self.running.setdefault(item.site.id, [])
        turns = self.turns.setdefault(visitor.id, {})
        nth = self.before[visitor.id] = self.before.get(visitor.id, 0) + 1
        facts = prompts.Facts(
            visitor_hash=item.visitor, product_key=item.product.key, category=item.product.facts.get("category"),
            url=item.product.url, nth_like=nth, returning=item.at - visitor.first_seen_at > prompts.VISIT,
            locale=item.locale or item.site.locale, turns=turns, cooldown_ms=item.site.cooldown_ms,
        )
        step = prompts.next_step(facts, self.running[item.site.id], item.at)
        if step.prompt is not None and step.kind in HANDED_OUT:
            turns[step.prompt.id] = turns.get(step.prompt.id, prompts.Turn()).handed(item.at)
        return step


_likes = tables.likes.c
_read = sa.select(
    _likes.site_id, _likes.uuid, _likes.visitor_id, _likes.product_id, _likes.page_url, _likes.unliked_at,
    _likes.prompt_version_id, _likes.step_reason, _likes.locale, tables.product_showings.c.title, _likes.id,
).join_from(tables.likes, tables.product_showings, _likes.shown_id == tables.product_showings.c.id, isouter=True)
_with_ids = Choose(lambda uuids: _read.where(_likes.uuid.in_(uuids)))
_still_live = _read.where(
    _likes.visitor_id.in_(db.each_of("visitors")), _likes.product_id.in_(db.each_of("products")), _likes.unliked_at.is_(None)
)
_liked_before = (
    sa.select(_likes.visitor_id, sa.func.count())
    .where(_likes.visitor_id.in_(db.each_of("visitors")), _likes.unliked_at.is_(None))
    .group_by(_likes.visitor_id)
)
_inserted = Keep(lambda insert: insert(tables.likes), COLUMNS)
_ids = Choose(lambda uuids: sa.select(_likes.site_id, _likes.uuid, _likes.id).where(_likes.uuid.in_(uuids)))


def _by_id(tx: sa.Connection, uuids: list[bytes]) -> dict[tuple[int, bytes], _Kept]:
    return {(site_id, uuid): _Kept(uuid, *rest) for site_id, uuid, *rest in _with_ids(tx, uuids)}


def _live(tx: sa.Connection, visitor_ids: list[int], product_ids: list[int]) -> dict[tuple[int, int], _Kept]:
    if not visitor_ids:
        return {}
    rows = [_Kept(*rest) for _, *rest in tx.execute(_still_live, {"visitors": visitor_ids, "products": product_ids})]
    return {(kept.visitor_id, kept.product_id): kept for kept in rows}


def _likes_before(tx: sa.Connection, visitor_ids: list[int]) -> dict[int, int]:
    if not visitor_ids:
        return {}
    return dict(tx.execute(_liked_before, {"visitors": visitor_ids}).all())


def _insert(tx: sa.Connection, new: list[_Kept]) -> None:
    _inserted(tx, [kept.row for kept in new])
    ids = {(site_id, uuid): like_id for site_id, uuid, like_id in _ids(tx, [kept.uuid for kept in new])}
    for kept in new:
        kept.id = ids[kept.row["site_id"], kept.uuid]


def _journalled(kept: _Kept) -> dict:
    row = kept.row
    return {"site_id": row["site_id"], "kind": "liked", "at": row["liked_at"], "visitor_id": kept.visitor_id,
            "product_id": kept.product_id, "like_id": kept.id}


def key_of(url: str) -> str:
    """What names a product that was sent without a key: its address; a long one ends in a hash of the whole."""
    return url if len(url) <= MOST_KEY else f"{url[:MOST_KEY - 33]}~{blake2b(url.encode(), digest_size=16).hexdigest()}"


def move_counts(tx: sa.Connection, moves: list[tuple[int, int]]) -> None:
    """Adds each (product id, +1 or -1) to its public count; sorted, so that two processes cannot wait for each other."""
    sums: dict[int, int] = {}
    for product_id, by in moves:
        sums[product_id] = sums.get(product_id, 0) + by
    _moved(tx, [{"product_id": product_id, "counted": by} for product_id, by in sorted(sums.items()) if by])


def _moving(adding) -> sa.Insert:
    counted = tables.like_counts.c.counted + adding.excluded.counted
    return adding.on_conflict_do_update(index_elements=["product_id"], set_={"counted": counted})


_moved = Keep(lambda insert: _moving(insert(tables.like_counts)), ("product_id", "counted"))
_counted = Choose(
    lambda products: sa.select(tables.like_counts.c.product_id, tables.like_counts.c.counted).where(
        tables.like_counts.c.product_id.in_(products)
    )
)


def _counts(tx: sa.Connection, product_ids: set[int]) -> dict[int, int]:
    return dict(_counted(tx, sorted(product_ids)))


def _told(item: Item, kept: _Kept | Conflict, duplicate: bool, counts: dict[int, int]) -> Taken | Conflict:
    if isinstance(kept, Conflict):
        return kept
    count = counts.get(kept.product_id, 0)
    if kept.uuid != item.uuid:  # the same visitor likes it already, under another id: nothing is asked twice
        return Taken(kept.uuid, True, count, True, prompts.Step("none", ALREADY), None, None, kept.id)
    return Taken(kept.uuid, kept.unliked_at is None, count, duplicate, kept.step, kept.locale, kept.title, kept.id)


@dataclass(slots=True)
class Takeback:
    """An unlike: whose, of which like, when."""

    site_id: int
    uuid: bytes
    visitor: bytes
    at: int


def take_back(tx: sa.Connection, items: list[Takeback]) -> list[int | NotFound]:
    """Unlikes; answers the product's count. Twice is the same as once. Another visitor's like is not found."""
    return [_take_back(tx, item) for item in items]


def _take_back(tx: sa.Connection, item: Takeback) -> int | NotFound:
    row = own_like(tx, item.site_id, item.uuid, item.visitor, lock=True)
    if row is None:
        return NotFound()
    if row.unliked_at is None:
        tx.execute(sa.update(tables.likes).where(tables.likes.c.id == row.id).values(state="withdrawn", unliked_at=item.at))
        if row.state == "counted":
            move_counts(tx, [(row.product_id, -1)])
        journal.append(tx, [{"site_id": item.site_id, "kind": "unliked", "at": item.at, "visitor_id": row.visitor_id,
                             "product_id": row.product_id, "like_id": row.id}])
    return _counts(tx, {row.product_id}).get(row.product_id, 0)


def own_like(tx: sa.Connection, site_id: int, uuid: bytes, visitor: bytes, *, lock: bool = False) -> sa.Row | None:
    """The like with this id, if it is this visitor's own."""
    likes = tables.likes.c
    asked = (
        sa.select(likes.id, likes.visitor_id, likes.product_id, likes.state, likes.unliked_at, likes.shown_id,
                  likes.prompt_version_id)
        .join_from(tables.likes, tables.visitors, likes.visitor_id == tables.visitors.c.id)
        .where(likes.uuid == uuid, likes.site_id == site_id, tables.visitors.c.hash == visitor)
    )
    return tx.execute(asked.with_for_update(of=tables.likes) if lock else asked).first()


def add_details(tx: sa.Connection, items: list[tuple]) -> list[None | NotFound]:
    """Lays later, fuller facts of (site id, uuid, visitor, facts, now, waited) over the product and what the like was shown."""
    told = [_add_details(tx, *item) for *item, _ in items]
    waited = {site_id: at for (site_id, *_, at, has), wrong in zip(items, told, strict=True) if has and wrong is None}
    for site_id, at in sorted(waited.items()):  # in one order, and last: no other batch is held up behind a site
        note_waiting(tx, site_id, at)
    return told


def _add_details(tx: sa.Connection, site_id: int, uuid: bytes, visitor: bytes, facts: dict, at: int) -> None | NotFound:
    row = own_like(tx, site_id, uuid, visitor)
    if row is None:
        return NotFound()
    shown_id = catalog.overlay(tx, row.product_id, facts, at)
    if row.prompt_version_id is None or _titles(tx, {row.shown_id, shown_id}) <= 1:  # a question may name the title
        tx.execute(sa.update(tables.likes).where(tables.likes.c.id == row.id).values(shown_id=shown_id))
    return None


def _titles(tx: sa.Connection, shown_ids: set[int]) -> int:
    """How many different titles these showings have; none counts as one."""
    shown = tables.product_showings.c
    titles = sa.select(sa.func.count(sa.distinct(sa.func.coalesce(shown.title, "")))).where(shown.id.in_(shown_ids))
    return tx.scalar(titles)
