"""What each person and each product adds up to: a reader of the journal marks whom something happened to, the sums follow.

Marking is one statement where likes wait; adding up only looks, and then keeps what it found in one short write. What
changes in between is marked with a later row of the journal, so it is added up again.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import sqlalchemy as sa

from afterlike import db, journal, tables

AT_ONCE = 500
COUNTED = ("widget", "extension", "api", "webmention")

_people, _products = tables.people_sums, tables.product_sums


def add_up(database: db.Database) -> int:
    """Marks what is new in the journal and adds up whatever is marked; returns how many sums were made."""
    journal.follow(database, "sums", _mark)
    return _add_up(database, _people.c.person, _sum_people, _keep_people) + _add_up(
        database, _products.c.product_id, _sum_products, _keep_products
    )


def _add_up(database: db.Database, key: sa.Column, look, keep) -> int:
    total, table, last = 0, key.table, None
    while True:
        asked = sa.select(key, table.c.site_id, table.c.changed).where(table.c.changed > table.c.summed).order_by(key)
        with database.read() as tx:
            due = tx.execute((asked if last is None else asked.where(key > last)).limit(AT_ONCE)).all()
            rows = look(tx, due) if due else []
        if due:
            database.write(keep, rows)
            last = due[-1][0]
            total += len(due)
        if len(due) < AT_ONCE:
            return total


# --- marking ------------------------------------------------------------------------------------------------------

def _mark(tx: sa.Connection, unread: sa.Select) -> None:
    row = unread.order_by(None).cte("unread")
    site, person, newest = sa.union_all(*_whom(row.c)).subquery().c
    people = sa.select(person, sa.func.max(site), sa.func.max(newest)).group_by(person).order_by(person)
    adding = db.insert(tx, _people).from_select(["person", "site_id", "changed"], people)
    tx.execute(adding.on_conflict_do_update(index_elements=["person"], set_={"changed": adding.excluded.changed}))
    liked_at = sa.func.max(sa.case((row.c.kind == "liked", row.c.at)))
    products = (
        sa.select(row.c.product_id, sa.func.max(row.c.site_id), sa.func.max(row.c.id), liked_at)
        .where(row.c.product_id.is_not(None))
        .group_by(row.c.product_id)
        .order_by(row.c.product_id)
    )
    adding = db.insert(tx, _products).from_select(["product_id", "site_id", "changed", "last_at"], products)
    last_at = sa.func.coalesce(adding.excluded.last_at, _products.c.last_at)
    changed = {"changed": adding.excluded.changed, "last_at": last_at}
    tx.execute(adding.on_conflict_do_update(index_elements=["product_id"], set_=changed))


def _whom(row) -> Iterable[sa.Select]:
    """Everybody whom a row of the journal can be about, by whatever it names."""
    visitors, merges, talks = tables.visitors.c, tables.merges.c, tables.conversations.c
    messages, links = tables.messages.c, tables.profile_links.c

    def found(person, *joins) -> sa.Select:
        asked = sa.select(row.site_id, person.label("person"), row.id)
        for table, on in joins:
            asked = asked.join(table, on)
        return asked.where(person.is_not(None))

    yield found(-row.visitor_id)
    yield found(visitors.endorser_id, (tables.visitors, visitors.id == row.visitor_id))
    yield found(merges.from_id, (tables.merges, merges.visitor_id == row.visitor_id))
    yield found(merges.to_id, (tables.merges, merges.visitor_id == row.visitor_id))
    yield found(row.about_id).where(row.kind.in_(("erased", "merged", "parted")))
    yield found(links.endorser_id, (tables.profile_links, (links.id == row.about_id) & row.kind.in_(("linked", "proven"))))
    said = (messages.id == row.about_id) & row.kind.in_(("wrote", "replied"))
    yield found(talks.endorser_id, (tables.messages, said), (tables.conversations, talks.id == messages.conversation_id))


# --- people -------------------------------------------------------------------------------------------------------

@dataclass(slots=True)
class _Sum:
    """A person while they are added up."""

    likes: int = 0
    held: int = 0
    rejected: int = 0
    answered: int = 0
    opted_in: int = 0
    confirmed: int = 0
    bought: int = 0
    known: bool = False  # whether a return would be seen
    first_at: int | None = None
    visited_at: int | None = None
    ordered_at: int | None = None
    last_at: int | None = None

    def seen(self, at: int | None) -> None:
        self.last_at = max(filter(None, (self.last_at, at)), default=None)

    def liked(self, row: sa.Row) -> None:
        if row.state == "counted":
            self.likes += row.count
            self.first_at = min(filter(None, (self.first_at, row.first_at)))
            self.known = self.known or row.lasting == 1
        else:
            setattr(self, row.state, getattr(self, row.state) + row.count)
        self.seen(row.last_at)

    def returned(self, zone: ZoneInfo) -> int | None:
        """Whether they came on a later day than that of the first like; None: nobody can know."""
        came = self.visited_at is not None and self.first_at is not None
        if came and day_of(self.visited_at, zone) > day_of(self.first_at, zone):
            return 1
        return 0 if self.known or self.visited_at is not None else None


def day_of(at: int, zone: ZoneInfo) -> date:
    return datetime.fromtimestamp(at / 1000, zone).date()


def zone_of(name: str) -> ZoneInfo:
    """The site's time zone; UTC where this machine does not know it."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")


def _sum_people(tx: sa.Connection, due: list[sa.Row]) -> list[dict]:
    browsers = _browsers(tx, [row.person for row in due])
    sums: dict[int, _Sum] = defaultdict(_Sum)
    _add_browsers(tx, browsers, sums)
    _add_addresses(tx, [row.person for row in due if row.person > 0], sums)
    asked = sa.select(tables.sites.c.id, tables.sites.c.time_zone).where(tables.sites.c.id.in_({row.site_id for row in due}))
    zones = {site_id: zone_of(name) for site_id, name in tx.execute(asked)}
    return [_person_row(row, sums.get(row.person), zones.get(row.site_id, ZoneInfo("UTC"))) for row in due]


def _person_row(due: sa.Row, one: _Sum | None, zone: ZoneInfo) -> dict:
    row = {"person": due.person, "site_id": due.site_id, "summed": due.changed, "gone": one is None}
    one = one or _Sum()
    bought = int(one.ordered_at is not None and one.first_at is not None and one.ordered_at >= one.first_at)
    names = ("likes", "held", "rejected", "answered", "opted_in", "confirmed", "last_at")
    return row | {name: getattr(one, name) for name in names} | {"bought": bought, "returned": one.returned(zone)}


def _browsers(tx: sa.Connection, people: list[int]) -> dict[int, int]:
    """visitor id -> person."""
    visitors = tables.visitors.c
    alone = [-person for person in people if person < 0]
    theirs = visitors.endorser_id.in_([person for person in people if person > 0])
    asked = sa.select(visitors.id, visitors.endorser_id).where(theirs | (visitors.id.in_(alone) & visitors.endorser_id.is_(None)))
    return {visitor_id: endorser_id or -visitor_id for visitor_id, endorser_id in tx.execute(asked)}


def _add_browsers(tx: sa.Connection, browsers: dict[int, int], sums: dict[int, _Sum]) -> None:
    """What browsers left: likes, answers, opt-ins, visits, orders; each asked for once for all of them."""
    ids = sorted(browsers)
    likes, answers, opt_ins = tables.likes.c, tables.answers.c, tables.opt_ins.c
    mine = sa.select(
        likes.visitor_id, likes.state, sa.func.count().label("count"), sa.func.min(likes.liked_at).label("first_at"),
        sa.func.max(likes.liked_at).label("last_at"), sa.func.max(likes.lasting).label("lasting"),
    ).where(likes.visitor_id.in_(ids), likes.unliked_at.is_(None), likes.source != "webmention")  # a page is no person
    mine = mine.group_by(likes.visitor_id, likes.state)
    for row in tx.execute(mine):
        sums[browsers[row.visitor_id]].liked(row)
    for name, column in (("answered", answers.changed_at), ("opted_in", opt_ins.asked_at)):
        for visitor_id, at in _newest(tx, column, ids):
            setattr(sums[browsers[visitor_id]], name, 1)
            sums[browsers[visitor_id]].seen(at)
    for name, column in (("visited_at", tables.visits.c.visited_at), ("ordered_at", tables.orders.c.ordered_at)):
        for visitor_id, at in _newest(tx, column, ids):
            one = sums[browsers[visitor_id]]
            setattr(one, name, max(filter(None, (getattr(one, name), at))))
            one.seen(at)


def _newest(tx: sa.Connection, at: sa.Column, visitor_ids: list[int]) -> list[sa.Row]:
    visitor = at.table.c.visitor_id
    return tx.execute(sa.select(visitor, sa.func.max(at)).where(visitor.in_(visitor_ids)).group_by(visitor)).all()


def _add_addresses(tx: sa.Connection, endorser_ids: list[int], sums: dict[int, _Sum]) -> None:
    """What endorsers left as such: addresses, profiles, letters."""
    channels, links, talks = tables.channels.c, tables.profile_links.c, tables.conversations.c
    for row in tx.execute(sa.select(channels.endorser_id, sa.func.max(channels.confirmed_at).label("proven_at"),
                                    sa.func.max(channels.made_at).label("made_at"))
                          .where(channels.endorser_id.in_(endorser_ids)).group_by(channels.endorser_id)):
        sums[row.endorser_id].opted_in = 1
        sums[row.endorser_id].confirmed = int(row.proven_at is not None)
        sums[row.endorser_id].seen(row.proven_at or row.made_at)
    for owner, at in ((links.endorser_id, links.claimed_at), (talks.endorser_id, talks.changed_at)):
        for endorser_id, newest in tx.execute(sa.select(owner, sa.func.max(at)).where(owner.in_(endorser_ids)).group_by(owner)):
            sums[endorser_id].seen(newest)


def _keep_people(tx: sa.Connection, items: list[list[dict]]) -> list[None]:
    """The sums of people, and by how much they move those of their sites. Of whom nothing is left, nothing is kept."""
    for rows in items:
        ids = [row["person"] for row in rows]
        moves = Counter()
        before = sa.select(_people).where(_people.c.person.in_(ids)).order_by(_people.c.person).with_for_update()
        for row in tx.execute(before).mappings():
            moves.subtract({(row["site_id"], name): value for name, value in parts(row).items()})
        for row in rows:
            moves.update({(row["site_id"], name): value for name, value in parts(row).items()})
        tx.execute(*_set(db.insert(tx, _people), [{k: v for k, v in row.items() if k != "gone"} for row in rows], "person"))
        gone = [row["person"] for row in rows if row["gone"]]
        tx.execute(sa.delete(_people).where(_people.c.person.in_(gone), _people.c.changed == _people.c.summed))
        _move_sites(tx, moves)
    return [None] * len(items)


def parts(row) -> dict[str, int]:
    """What one person's sums are in those of the site: likes, and each further thing where a like counts."""
    counts = int(row["likes"] > 0)
    return {
        "likes": row["likes"], "held": row["held"], "rejected": row["rejected"], "likers": counts,
        **{name: counts * (row[name] or 0) for name in ("answered", "opted_in", "confirmed", "returned", "bought")},
        "known": counts * (row["returned"] is not None), "endorsers": int(row["person"] > 0 and row["last_at"] is not None),
    }


def _move_sites(tx: sa.Connection, moves: Counter) -> None:
    rows = [{"site_id": site_id, "name": name, "value": by} for (site_id, name), by in sorted(moves.items()) if by]
    if not rows:
        return
    adding = db.insert(tx, tables.site_sums)
    value = tables.site_sums.c.value + adding.excluded.value
    tx.execute(adding.on_conflict_do_update(index_elements=["site_id", "name"], set_={"value": value}), rows)


# --- products -----------------------------------------------------------------------------------------------------

def _sum_products(tx: sa.Connection, due: list[sa.Row]) -> list[dict]:
    likes, answers, ids = tables.likes.c, tables.answers.c, [row.product_id for row in due]
    empty = dict.fromkeys((*COUNTED, "held", "rejected", "answered"), 0)
    sums = {row.product_id: empty | {"product_id": row.product_id, "site_id": row.site_id, "summed": row.changed}
            for row in due}
    states = sa.select(likes.product_id, likes.state, likes.source, sa.func.count()).where(likes.product_id.in_(ids))
    for product_id, state, source, count in tx.execute(states.group_by(likes.product_id, likes.state, likes.source)):
        if (name := source if state == "counted" else state) in empty:
            sums[product_id][name] += count
    answered = (
        sa.select(likes.product_id, sa.func.count(sa.distinct(answers.like_id)))
        .join_from(tables.likes, tables.answers, answers.like_id == likes.id)
        .where(likes.product_id.in_(ids), likes.state == "counted")
        .group_by(likes.product_id)
    )
    for product_id, count in tx.execute(answered):
        sums[product_id]["answered"] = count
    return list(sums.values())


def _keep_products(tx: sa.Connection, items: list[list[dict]]) -> list[None]:
    for rows in items:
        tx.execute(*_set(db.insert(tx, _products), rows, "product_id"))
    return [None] * len(items)


def _set(adding, rows: list[dict], key: str) -> tuple:
    """The same insert, changing what is there already, but not how far the journal got meanwhile; and its rows."""
    changed = {name: adding.excluded[name] for name in rows[0] if name not in (key, "site_id")}
    return adding.on_conflict_do_update(index_elements=[key], set_=changed), [row | {"changed": row["summed"]} for row in rows]
