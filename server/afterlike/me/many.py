"""Many people erased at once: counted before, then erased piece by piece, so that a kill in between loses nothing.

Who is to be erased is written down in one transaction; each goes from that list in the transaction of their erasure.
"""

import logging
from dataclasses import dataclass

import sqlalchemy as sa

from afterlike import endorsers, erasure, sites, tables
from afterlike.clock import now
from afterlike.collect.endorsements import Chosen, whose
from afterlike.errors import NotFound, Unavailable
from afterlike.insight import person
from afterlike.web import House

log = logging.getLogger(__name__)

PIECE = 10  # people in one transaction, which likes wait for
ROUND = 200  # people in one round, of the request that began it and of the worker
MOST = 100_000

_jobs, _due = tables.mass_erasures, tables.mass_erasure_people


def preview(tx: sa.Connection, chosen: Chosen) -> dict[str, int]:
    """What erasing whoever the chosen likes are of would be about, as numbers; `chosen` is how many of their likes were."""
    people = whose(tx, chosen).cte("people")
    visitors = tables.visitors.c
    of_people, of_browsers = sa.select(people.c.person).where(people.c.person > 0), sa.select(-people.c.person)
    browsers = (
        sa.select(visitors.id).where(visitors.site_id == chosen.site_id)
        .where(visitors.endorser_id.in_(of_people) | visitors.id.in_(of_browsers)).cte("browsers")
    )
    theirs, sent = sa.select(browsers.c.id), tables.conversations.c
    talks = sa.select(sent.id).where(sent.endorser_id.in_(of_people))
    likes = tables.likes.c
    counts = {
        "people": _count(people), "nameless": _count(people, people.c.person < 0),
        "chosen": sa.select(sa.func.coalesce(sa.func.sum(people.c.likes), 0)).scalar_subquery(),
        "likes": _count(tables.likes, likes.visitor_id.in_(theirs), likes.unliked_at.is_(None)),
        "answers": _of(tables.answers, theirs), "visits": _of(tables.visits, theirs), "orders": _of(tables.orders, theirs),
        "addresses": _by(tables.channels, of_people), "profiles": _by(tables.profile_links, of_people),
        "conversations": _by(tables.conversations, of_people), "notes": _by(tables.endorser_notes, of_people),
        "tags": _by(tables.endorser_tags, of_people), "quotes": _by(tables.quotes, of_people),
        "letters": _count(tables.messages, tables.messages.c.conversation_id.in_(talks)),
    }
    numbers = tx.execute(sa.select(*(count.label(name) for name, count in counts.items()))).one()
    return {name: int(number) for name, number in numbers._mapping.items()}


def _count(table: sa.FromClause, *where: sa.ColumnElement[bool]) -> sa.ScalarSelect:
    return sa.select(sa.func.count()).select_from(table).where(*where).scalar_subquery()


def _of(table: sa.Table, browsers: sa.Select) -> sa.ScalarSelect:
    return _count(table, table.c.visitor_id.in_(browsers))


def _by(table: sa.Table, people: sa.Select) -> sa.ScalarSelect:
    return _count(table, table.c.endorser_id.in_(people))


def people_of(tx: sa.Connection, chosen: Chosen) -> list[int]:
    """Who that is; one more than MOST where they are too many."""
    return list(tx.scalars(whose(tx, chosen).limit(MOST + 1)))


@dataclass(frozen=True, slots=True)
class Beginning:
    """An owner's word: these people, by whom, whether their likes are taken back too."""

    site_id: int
    admin_id: int
    people: tuple[int, ...]
    likes_too: bool
    at: int


def begin(tx: sa.Connection, items: list[Beginning]) -> list[int]:
    """Writes down who is to be erased; the number of that erasure."""
    return [_begin(tx, item) for item in items]


def _begin(tx: sa.Connection, item: Beginning) -> int:
    made = tx.scalar(sa.insert(_jobs).values(
        site_id=item.site_id, admin_id=item.admin_id, likes_too=int(item.likes_too), people=len(item.people), begun_at=item.at
    ).returning(_jobs.c.id))
    tx.execute(sa.insert(_due), [{"erasure_id": made, "person": one} for one in item.people])
    return made


def go_on(house: House) -> int:
    """Erases the next of whoever waits to be erased, of the oldest erasure first; how many were."""
    with house.db.read() as tx:
        running = tx.scalars(sa.select(_jobs.c.id).where(_jobs.c.ended_at.is_(None)).order_by(_jobs.c.id)).all()
    return erase_next(house, running[0]) if running else 0


def erase_next(house: House, erasure_id: int) -> int:
    """Up to ROUND people of one erasure, a piece at a time; how many. What a kill interrupts is still on the list."""
    done = 0
    while done < ROUND:
        erased = house.db.write(_piece, (erasure_id, now()))
        done += erased
        if erased < PIECE:
            break
    house.db.scrub()
    return done


def try_at_once(house: House, erasure_id: int) -> None:
    """The first round without waiting for the worker, which does the rest, and all of it where the database is away now."""
    try:
        erase_next(house, erasure_id)
    except Unavailable as away:
        log.warning("erasure %s waits for the worker: %s", erasure_id, away.sentence)


def _piece(tx: sa.Connection, items: list[tuple[int, int]]) -> list[int]:
    """For each (erasure id, now): erases the next few; how many there were. Of two at once, one waits for the other."""
    return [_erase_piece(tx, *item) for item in items]


def _erase_piece(tx: sa.Connection, erasure_id: int, at: int) -> int:
    job = tx.execute(sa.select(_jobs).where(_jobs.c.id == erasure_id, _jobs.c.ended_at.is_(None)).with_for_update()).first()
    if job is None:
        return 0
    mine = _due.c.erasure_id == erasure_id
    people = list(tx.scalars(sa.select(_due.c.person).where(mine).order_by(_due.c.person).limit(PIECE)))
    for one in people:
        _erase_one(tx, job, one, at)
    tx.execute(sa.delete(_due).where(mine, _due.c.person.in_(people)))
    if len(people) < PIECE:
        tx.execute(sa.update(_jobs).where(_jobs.c.id == erasure_id).values(ended_at=at))
    return len(people)


def _erase_one(tx: sa.Connection, job: sa.Row, wanted: int, at: int) -> None:
    """Whoever they are by now; somebody who is erased already leaves no second row in the log."""
    endorser_id, visitor_id = _by_now(tx, job.site_id, wanted)
    how = {"method": "admin_on_request", "actor": f"admin:{job.admin_id}", "likes_too": bool(job.likes_too)}
    if endorser_id is not None:
        erasure.erased(tx, [(job.site_id, endorser_id, how["likes_too"], how["method"], how["actor"], at)])
        sites.audit(tx, job.site_id, job.admin_id, "person_erased", endorser_id, at=at)
    elif visitor_id is not None:
        erasure.leave(tx, erasure.Leaving(job.site_id, visitor_id, at=at, **how))
        sites.audit(tx, job.site_id, job.admin_id, "browser_erased", visitor_id, at=at)


def _by_now(tx: sa.Connection, site_id: int, wanted: int) -> tuple[int | None, int | None]:
    """(endorser id, None) or (None, visitor id): a browser may have become somebody meanwhile, a person somebody else."""
    visitors = tables.visitors.c
    if wanted < 0:
        still = (visitors.id == -wanted) & (visitors.site_id == site_id) & visitors.erased_at.is_(None)
        row = tx.execute(sa.select(visitors.id, visitors.endorser_id).where(still)).first()
        return (None, None) if row is None else (row.endorser_id, None if row.endorser_id else row.id)
    if not person.here(tx, site_id, wanted):
        return endorsers.merged_into(tx, site_id, wanted), None
    return wanted, None


def stop(tx: sa.Connection, items: list[tuple[int, int, int]]) -> list[int | NotFound]:
    """For each (site id, erasure id, now): erases nobody more; how many are left as they were."""
    return [_stop(tx, *item) for item in items]


def _stop(tx: sa.Connection, site_id: int, erasure_id: int, at: int) -> int | NotFound:
    mine = (_jobs.c.id == erasure_id) & (_jobs.c.site_id == site_id)
    job = tx.execute(sa.select(_jobs.c.id, _jobs.c.ended_at).where(mine).with_for_update()).first()
    if job is None:
        return NotFound()
    if job.ended_at is not None:
        return 0
    left = tx.execute(sa.delete(_due).where(_due.c.erasure_id == erasure_id)).rowcount
    tx.execute(sa.update(_jobs).where(_jobs.c.id == erasure_id).values(ended_at=at, stopped=1, unerased=left))
    return left


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an erasure is: of `people`, how many are done, whether it has ended, and how many were left when it was stopped."""

    id: int
    people: int
    done: int
    begun_at: int
    ended_at: int | None
    stopped: bool


def progress(tx: sa.Connection, site_id: int, erasure_id: int) -> Progress | None:
    """None for one that is not there, or another site's."""
    row = tx.execute(sa.select(_jobs).where(_jobs.c.id == erasure_id, _jobs.c.site_id == site_id)).first()
    if row is None:
        return None
    left = row.unerased or tx.scalar(sa.select(sa.func.count()).where(_due.c.erasure_id == erasure_id))
    return Progress(row.id, row.people, row.people - left, row.begun_at, row.ended_at, bool(row.stopped))


def running(tx: sa.Connection, site_id: int) -> int | None:
    """The erasure that is going on here, the newest of several."""
    return tx.scalar(sa.select(sa.func.max(_jobs.c.id)).where(_jobs.c.site_id == site_id, _jobs.c.ended_at.is_(None)))
