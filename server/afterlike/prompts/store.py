"""Keeps prompts, their versions, and what happened between them and visitors; set-based, a few statements a batch.

Lists of rows are written in the order of their keys, so that two batches never wait for each other in a circle.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from functools import cache, lru_cache
from typing import NamedTuple

import sqlalchemy as sa

from afterlike import db
from afterlike.errors import Conflict, Invalid, NotFound, stated
from afterlike.hot import Choose, Keep
from afterlike.prompts.decide import Prompt, Rules, Turn, rules
from afterlike.prompts.flow import checked
from afterlike.tables import prompt_showings, prompt_turns, prompt_versions, prompts

STATES = ("draft", "running", "paused", "deleted")  # a deleted one is kept, for its answers are
ORDER = (prompts.c.place, prompts.c.id)
FORWARD = ("shown", "snoozed", "dismissed")  # an event only ever moves a showing to the right


class Saved(NamedTuple):
    """What became of a saved flow; `is_new` is false when it was the same as before."""

    prompt_id: int
    version: int
    is_new: bool


class HandOut(NamedTuple):
    visitor_id: int
    prompt_id: int
    at: int


class Answered(NamedTuple):
    visitor_id: int
    prompt_id: int
    at: int


class Showing(NamedTuple):
    """One event of one showing; `uuid` is the client's, the same for all events of a showing."""

    site_id: int
    uuid: bytes
    visitor_id: int
    prompt_id: int
    like_id: int | None
    event: str
    at: int


class Noted(NamedTuple):
    """What an event changed: the id of the showing, and what is true only since this event, in order."""

    showing_id: int
    news: tuple[str, ...]


# --- prompts and versions -----------------------------------------------------------------------------------------

def add_prompt(tx: sa.Connection, site_id: int, flow: dict, now: int, state: str = "running") -> int:
    """Keeps a new prompt as version 1 and returns its id; raises Conflict when the site has that key already."""
    flow = checked(flow)
    _check_state(state)
    last = sa.select(sa.func.coalesce(sa.func.max(prompts.c.place), 0) + 1).where(prompts.c.site_id == site_id)
    row = {"site_id": site_id, "key": flow["key"], "state": state, "version": 1, "made_at": now, "changed_at": now,
           "place": last.scalar_subquery()}
    insert = db.insert(tx, prompts).values(row).on_conflict_do_nothing(index_elements=["site_id", "key"])
    added = tx.scalar(insert.returning(prompts.c.id))
    if added is None:
        raise Conflict(stated("This site has a prompt with the key {key} already.", key=flow["key"]))
    _add_version(tx, added, 1, flow, now)
    return added


def save_flow(tx: sa.Connection, site_id: int, flow: dict, now: int) -> Saved:
    """Keeps the flow under its key: a new running prompt, a new version, or nothing when it is the same as before.

    One that was deleted runs again.
    """
    flow = checked(flow)
    there = (prompts.c.site_id == site_id) & (prompts.c.key == flow["key"])
    old = tx.execute(_prompts().where(there).with_for_update(of=prompts)).first()
    if old is None:
        return Saved(add_prompt(tx, site_id, flow, now), 1, True)
    if old.state == "deleted":
        set_state(tx, site_id, flow["key"], "running", now)
    return next_version(tx, old, flow, now)


def next_version(tx: sa.Connection, old: sa.Row, flow: dict, now: int) -> Saved:
    """Keeps a checked flow as the version after the one in this row of `_prompts`, unless it is the same."""
    if is_same(old, flow):
        return Saved(old.id, old.version, False)
    version = old.version + 1
    _add_version(tx, old.id, version, flow, now)
    tx.execute(sa.update(prompts).where(prompts.c.id == old.id).values(version=version, changed_at=now))
    return Saved(old.id, version, True)


def is_same(old: sa.Row, flow: dict) -> bool:
    """Whether a checked flow says what the one in this row of `_prompts` says."""
    return _written(flow) == old.flow


def locked(tx: sa.Connection, site_id: int, prompt_id: int) -> sa.Row:
    """A prompt of this site as a row of `_prompts`, locked against others; raises NotFound."""
    there = (prompts.c.site_id == site_id) & (prompts.c.id == prompt_id)
    row = tx.execute(_prompts().where(there).with_for_update(of=prompts)).first()
    if row is None:
        raise NotFound()
    return row


def set_state(tx: sa.Connection, site_id: int, key: str, state: str, now: int) -> None:
    """Starts, pauses or drafts a prompt; raises NotFound."""
    _check_state(state)
    there = (prompts.c.site_id == site_id) & (prompts.c.key == key)
    if not tx.execute(sa.update(prompts).where(there).values(state=state, changed_at=now)).rowcount:
        raise NotFound()


def running(tx: sa.Connection, site_ids: Iterable[int]) -> dict[int, list[Prompt]]:
    """The running prompts of each site, in the order they are tried in."""
    found = {site_id: [] for site_id in site_ids}
    for row in map(_Row._make, _running(tx, sorted(found))):
        found[row.site_id].append(_prompt(row))
    return found


def of_site(tx: sa.Connection, site_id: int) -> list[Prompt]:
    """Every prompt of a site, drafts, paused and deleted ones too, in the order they are tried in; for the admin."""
    return [_prompt(row) for row in tx.execute(_prompts().where(prompts.c.site_id == site_id).order_by(*ORDER))]


def version(tx: sa.Connection, version_id: int) -> Prompt:
    """A prompt as it was in that version; raises NotFound."""
    found = versions(tx, [version_id])
    if version_id not in found:
        raise NotFound()
    return found[version_id]


def versions(tx: sa.Connection, version_ids: Iterable[int]) -> dict[int, Prompt]:
    """Prompts as they were in these versions; `state` and `shown` are of today."""
    wanted = sorted(set(version_ids))
    if not wanted:
        return {}
    rows = tx.execute(_prompts(newest=False).where(prompt_versions.c.id.in_(wanted)))
    return {row.version_id: _prompt(row) for row in rows}


def named(tx: sa.Connection, names: Iterable[tuple[int, str, int]]) -> dict[tuple[int, str, int], Prompt]:
    """Prompts by what the wire calls them: (site id, key, version). What is not there is left out."""
    wanted = sorted(set(names))
    if not wanted:
        return {}
    name = sa.tuple_(prompts.c.site_id, prompts.c.key, prompt_versions.c.version)
    rows = tx.execute(_prompts(newest=False).where(name.in_(wanted)))
    return {(row.site_id, row.key, row.version): _prompt(row) for row in rows}


def _prompts(*, newest: bool = True) -> sa.Select:
    of_prompt = prompt_versions.c.prompt_id == prompts.c.id
    return sa.select(
        prompts.c.id, prompts.c.site_id, prompts.c.key, prompts.c.state, prompts.c.shown,
        prompt_versions.c.id.label("version_id"), prompt_versions.c.version, prompt_versions.c.flow,
    ).join(prompt_versions, of_prompt & (prompt_versions.c.version == prompts.c.version) if newest else of_prompt)


class _Row(NamedTuple):
    """A row of `_prompts`, as the driver gives it."""

    id: int
    site_id: int
    key: str
    state: str
    shown: int
    version_id: int
    version: int
    flow: str


_running = Choose(
    lambda sites: _prompts().where(prompts.c.site_id.in_(sites), prompts.c.state == sa.literal_column("'running'"))
    .order_by(*ORDER)
)


def _prompt(row: sa.Row | _Row) -> Prompt:
    flow, read = _read(row.flow)
    return Prompt(id=row.id, version_id=row.version_id, version=row.version, key=row.key, kind=flow["kind"],
                  state=row.state, shown=row.shown, flow=flow, rules=read)


@lru_cache(maxsize=1024)
def _read(written: str) -> tuple[dict, Rules]:
    """Parsed once for each text. By its text and not by its id, which a rollback can give away a second time."""
    flow = json.loads(written)
    return flow, rules(flow)


def _written(flow: dict) -> str:
    return json.dumps(flow, ensure_ascii=False, separators=(",", ":"), sort_keys=True)


def _add_version(tx: sa.Connection, prompt_id: int, number: int, flow: dict, now: int) -> None:
    row = {"prompt_id": prompt_id, "version": number, "flow": _written(flow), "made_at": now}
    tx.execute(sa.insert(prompt_versions).values(row))


def _check_state(state: str) -> None:
    if state not in STATES:
        raise Invalid(fields={"state": stated("Must be one of: {these}.", these=", ".join(STATES))})


# --- turns and showings -------------------------------------------------------------------------------------------

_turns = sa.select(prompt_turns).where(prompt_turns.c.visitor_id.in_(db.each_of("visitors")))


def turns(tx: sa.Connection, visitor_ids: Iterable[int]) -> dict[int, dict[int, Turn]]:
    """What happened so far between each of these visitors and any prompt: visitor → prompt → Turn."""
    found: dict[int, dict[int, Turn]] = {visitor_id: {} for visitor_id in visitor_ids}
    if found:
        for row in tx.execute(_turns, {"visitors": sorted(found)}):
            found[row.visitor_id][row.prompt_id] = Turn(row.handed_at, row.shown_at, row.dismissed_at, row.answered_at)
    return found


def hand_out(tx: sa.Connection, rows: Iterable[HandOut]) -> None:
    """Notes that these prompts went out with an answer to a like."""
    _note_turns(tx, [(row.visitor_id, row.prompt_id, {"handed_at": row.at}) for row in rows])


def note_answered(tx: sa.Connection, rows: Iterable[Answered]) -> None:
    """Notes answers. Who answered has seen it, even if the message that said so was lost on the way."""
    moments = [(row.visitor_id, row.prompt_id, {"answered_at": row.at, "shown_at": row.at}) for row in rows]
    _note_turns(tx, moments, keep=("shown_at",))


def record_showings(tx: sa.Connection, rows: Sequence[Showing]) -> list[Noted]:
    """Keeps events of showings and says for each what is new. Sent again, in any order, they change nothing more.

    A showing counts once for the quota, whichever of its events comes first. Raises Conflict when an id was used for
    another visitor or prompt.
    """
    if not rows:
        return []
    first = {}
    for row in rows:
        first.setdefault((row.site_id, row.uuid), row)
    new, kept = _kept_showings(tx, first)
    noted, moved, changes = [], {}, []
    state = {key: None if key in new else found.state for key, found in kept.items()}
    for row in rows:
        key = (row.site_id, row.uuid)
        if (kept[key].visitor_id, kept[key].prompt_id) != (row.visitor_id, row.prompt_id):
            raise Conflict()
        news, state[key] = _news(state[key], row.event)
        noted.append(Noted(kept[key].id, news))
        changes += [(row.visitor_id, row.prompt_id, {TURN[event]: row.at}) for event in news]
        if state[key] != kept[key].state:
            moved[kept[key].id] = state[key]
    _move_showings(tx, moved)
    _count_shown(tx, Counter(first[key].prompt_id for key in new))
    _note_turns(tx, changes)
    return noted


MOMENTS = ("handed_at", "shown_at", "dismissed_at", "answered_at")
TURN = {"shown": "shown_at", "snoozed": "dismissed_at", "dismissed": "dismissed_at"}


def _news(state: str | None, event: str) -> tuple[tuple[str, ...], str]:
    """What an event adds to a showing in this state (None: not heard of), and the state after it."""
    if state is None:
        return ("shown",) if event == "shown" else ("shown", event), event
    if FORWARD.index(event) <= FORWARD.index(state):
        return (), state
    return (event,), event


def _kept_showings(tx: sa.Connection, first: dict[tuple, Showing]) -> tuple[set[tuple], dict[tuple, sa.Row]]:
    """Inserts what is not there yet and returns (keys inserted by us, all rows by key), locked against others."""
    values = [
        {"site_id": row.site_id, "uuid": row.uuid, "prompt_id": row.prompt_id, "visitor_id": row.visitor_id,
         "like_id": row.like_id, "state": "shown", "shown_at": row.at}
        for _, row in sorted(first.items())
    ]
    key = (prompt_showings.c.site_id, prompt_showings.c.uuid)
    insert = db.insert(tx, prompt_showings).on_conflict_do_nothing(index_elements=["site_id", "uuid"]).returning(*key)
    new = {tuple(row) for row in tx.execute(insert, values)}
    theirs = sa.select(prompt_showings).where(sa.tuple_(*key).in_(sorted(first))).order_by(*key).with_for_update()
    return new, {(row.site_id, row.uuid): row for row in tx.execute(theirs)}


def _move_showings(tx: sa.Connection, moved: dict[int, str]) -> None:
    by_state = defaultdict(list)
    for showing_id, state in sorted(moved.items()):
        by_state[state].append(showing_id)
    for state, ids in sorted(by_state.items()):
        tx.execute(sa.update(prompt_showings).where(prompt_showings.c.id.in_(ids)).values(state=state))


def _count_shown(tx: sa.Connection, times: Counter) -> None:
    for prompt_id, more in sorted(times.items()):
        tx.execute(sa.update(prompts).where(prompts.c.id == prompt_id).values(shown=prompts.c.shown + more))


def _note_turns(
    tx: sa.Connection, changes: Iterable[tuple[int, int, dict[str, int]]], *, keep: Sequence[str] = ()
) -> None:
    """Writes moments into turns, making those that are not there. What is not named stays as it is, and so does what
    stands in `keep` where it is known already.
    """
    merged: dict[tuple[int, int], dict] = defaultdict(dict)
    for visitor_id, prompt_id, moments in changes:
        merged[visitor_id, prompt_id] |= moments
    if not merged:
        return
    names = [name for name in MOMENTS if any(name in moments for moments in merged.values())]
    rows = [
        {"visitor_id": visitor_id, "prompt_id": prompt_id} | dict.fromkeys(names) | moments
        for (visitor_id, prompt_id), moments in sorted(merged.items())
    ]
    _turned(tuple(names), tuple(keep))(tx, rows)


@cache
def _turned(names: tuple[str, ...], keep: tuple[str, ...]) -> Keep:
    return Keep(lambda insert: _upsert(insert(prompt_turns), names, keep), ("visitor_id", "prompt_id", *names))


def _upsert(upsert, names: tuple[str, ...], keep: tuple[str, ...]) -> sa.Insert:
    said, known = upsert.excluded, prompt_turns.c
    moved = {
        name: sa.func.coalesce(known[name], said[name]) if name in keep else sa.func.coalesce(said[name], known[name])
        for name in names
    }
    return upsert.on_conflict_do_update(index_elements=["visitor_id", "prompt_id"], set_=moved)
