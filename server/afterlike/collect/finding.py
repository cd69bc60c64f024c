"""Finding among the likes of a site, a page at a time, however many likes there are.

What is asked for is found from whichever end is short. Products, pages, profiles, answers and tags are few beside the likes:
where one of them leads to no more than MOST likes, these are all. Where they lead to more, the likes are looked through from
the newest on, no more than MOST for each page; where an index of `likes` knows all that is asked for, it is walked along.
"""

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterator

import sqlalchemy as sa

from afterlike import db, tables
from afterlike.clock import DAY
from afterlike.collect import matching
from afterlike.collect.matching import MOST, Condition, Filter
from afterlike.collect.turning import PER_PAGE, Count, Page, Place, Turn, page

STEPS = (1_000, 3_000, MOST - 4_000)  # how many likes are looked through for a page: mostly the first will do
IN_PARTS = 500

_likes = tables.likes.c
PLACE = (_likes.liked_at, _likes.id)
SEEN = (*PLACE, _likes.site_id, _likes.product_id, _likes.visitor_id, _likes.state, _likes.source, _likes.page_url,
        _likes.page_title)


def looking(tx: sa.Connection, site_id: int, wanted: Filter, *, locale: str) -> "Few | Many":
    """A look for what a filter asks of a site, from the short end."""
    leads = matching.leads(tx, site_id, wanted, locale)
    for one in leads:
        if (ids := _few(tx, one.ways)) is not None:
            rest = [other for other in leads if other is not one]
            return Few(tx, _fitting(tx, site_id, wanted, ids, rest), one.thorough)
    return Many(tx, site_id, wanted, leads)


def _fitting(tx: sa.Connection, site_id: int, wanted: Filter, ids: list[int], rest: list[matching.Lead]) -> list[sa.Row]:
    """Of these likes, those that everything else fits too. The limit says that they come first, before any index."""
    some = sa.select(*SEEN).where(db.among(tx, _likes.id, ids)).limit(max(1, len(ids))).subquery().c
    where = [*matching.indexed(tx, some, site_id, wanted), *(one.fits(some) for one in rest)]
    return tx.execute(sa.select(some.liked_at, some.id, some.source).where(*where)).all()


def _few(tx: sa.Connection, ways: list[sa.Select]) -> list[int] | None:
    """The ids of all likes that these lead to; None where they are more than MOST."""
    found: set[int] = set()
    for way in ways:
        found.update(tx.scalars(way.limit(MOST + 1)).all())
        if len(found) > MOST:
            return None
    return sorted(found)


class Few:
    """All likes that match: some filter leads to no more than MOST. `thorough` where what is old was looked through too."""

    def __init__(self, tx: sa.Connection, rows: list[sa.Row], thorough: bool):
        """Rows of (moment, id, source)."""
        self.tx, self.thorough = tx, thorough
        self.places = sorted(((liked_at, like_id) for liked_at, like_id, _ in rows), reverse=True)
        self.count = Count(len(rows), True, dict(sorted(Counter(source for *_, source in rows).items())))

    def page(self, turn: Turn) -> Page:
        start = self._start(turn)
        here = Turn(behind=self.places[start - 1]) if start else Turn()
        return page(here, self.places[start : start + PER_PAGE + 1], None, self.count, start + 1)

    def _start(self, turn: Turn) -> int:
        if turn.before is not None:
            return max(0, bisect_left(self.places, _falling(turn.before), key=_falling) - PER_PAGE)
        return 0 if turn.behind is None else bisect_right(self.places, _falling(turn.behind), key=_falling)

    def parts(self) -> Iterator[list[int]]:
        """The ids of all of them, newest first."""
        for start in range(0, len(self.places), IN_PARTS):
            yield [like_id for _, like_id in self.places[start : start + IN_PARTS]]

    def where(self) -> list[Condition]:
        """The same as conditions on `likes`."""
        return [db.among(self.tx, _likes.id, [like_id for _, like_id in self.places])]


def _falling(place: Place) -> Place:
    return -place[0], -place[1]


class Many:
    """Likes that are looked through, newest first: those that an index finds, and of each whether the rest of the filters fit."""

    thorough = True

    def __init__(self, tx: sa.Connection, site_id: int, wanted: Filter, leads: list[matching.Lead]):
        self.tx, self.site_id, self.wanted, self.leads = tx, site_id, wanted, leads
        self.indexed = matching.indexed(tx, _likes, site_id, wanted)

    def page(self, turn: Turn) -> Page:
        rows, end = self._nearest(turn)
        if turn.before is not None and len(rows) <= PER_PAGE and end is None:
            return self.page(Turn())  # nothing is newer than these: so it is the first page
        return page(turn, rows, end, self._count(), self._number(turn, rows))

    def parts(self) -> Iterator[list[int]]:
        """The ids of all of them, newest first."""
        turn = Turn()
        while True:
            rows, end = self._look(turn, STEPS[0])
            yield [like_id for _, like_id in rows]
            if end is None:
                return
            turn = Turn(behind=end)

    def where(self) -> list[Condition]:
        """The same as conditions on `likes`."""
        return [*self.indexed, *(one.fits(_likes) for one in self.leads)]

    def _nearest(self, turn: Turn) -> tuple[list[Place], Place | None]:
        """One more than a page holds, if there are, in the direction of the turn; where it stopped looking, if there is more."""
        found: list[Place] = []
        for most in STEPS if self.leads else (PER_PAGE + 1,):
            rows, end = self._look(turn, most)
            found += rows
            if end is None or len(found) > PER_PAGE:
                break
            turn = Turn(behind=end) if turn.before is None else Turn(before=end)
        return found, end

    def _look(self, turn: Turn, most: int) -> tuple[list[Place], Place | None]:
        """What fits among so many likes, nearest first; the last of those, if there are more."""
        away = turn.before is not None
        order = (_likes.liked_at, _likes.id) if away else (_likes.liked_at.desc(), _likes.id.desc())
        asked = sa.select(*(SEEN if self.leads else PLACE)).where(*self.indexed, *_from(turn)).order_by(*order)
        some = asked.limit(most + 1).subquery().c
        fits = sa.case((sa.and_(*(one.fits(some) for one in self.leads)), 1), else_=0) if self.leads else sa.literal(1)
        rows = self.tx.execute(sa.select(some.liked_at, some.id, fits.label("fits"))).all()
        rows = sorted(rows, key=lambda row: (row.liked_at, row.id), reverse=not away)
        end = (rows[most - 1].liked_at, rows[most - 1].id) if len(rows) > most else None
        return [(row.liked_at, row.id) for row in rows[:most] if row.fits], end

    def _number(self, turn: Turn, rows: list[Place]) -> int | None:
        """Of the first like of a page; None where nobody counts so far."""
        if turn == Turn():
            return 1
        if self.leads or not rows:
            return None
        newer = sa.select(_likes.id).where(*self.indexed, *_from(Turn(before=max(rows[:PER_PAGE])))).limit(MOST + 1).subquery()
        n = self.tx.scalar(sa.select(sa.func.count()).select_from(newer))
        return n + 1 if n <= MOST else None

    def _count(self) -> Count | None:
        """None where only to look at each of them would tell."""
        if self.leads:
            return Count(MOST, False, {}) if self.wanted.is_one_thing else None
        some = sa.select(_likes.source).where(*self.indexed).order_by(_likes.liked_at.desc()).limit(MOST + 1).subquery()
        by_source = sa.select(some.c.source, sa.func.count()).group_by(some.c.source).order_by(some.c.source)
        counted = dict(map(tuple, self.tx.execute(by_source)))
        n = sum(counted.values())
        if n > MOST and self.wanted.is_days:
            return Count(max(n, self._tallied()), True, counted)
        return Count(min(n, MOST), n <= MOST, counted)

    def _tallied(self) -> int:
        """How many likes there were on these days, from the tallies, seconds behind."""
        tallies, wanted = tables.tallies.c, self.wanted
        days = [tallies.day >= matching.midnight(wanted.since) // DAY] if wanted.since else []
        days += [tallies.day <= matching.midnight(wanted.until) // DAY] if wanted.until else []
        asked = sa.select(sa.func.sum(tallies.count)).where(tallies.site_id == self.site_id, tallies.kind == "liked", *days)
        return int(self.tx.scalar(asked) or 0)


def _from(turn: Turn) -> list[Condition]:
    """Behind a place or before it; the moment stands apart, so that an index by moments is entered there."""
    here = sa.tuple_(_likes.liked_at, _likes.id)
    if turn.behind is not None:
        return [_likes.liked_at <= turn.behind[0], here < sa.tuple_(*turn.behind)]
    return [_likes.liked_at >= turn.before[0], here > sa.tuple_(*turn.before)] if turn.before is not None else []
