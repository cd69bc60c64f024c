"""What an admin does with the prompts of a site: makes, changes, moves, pauses and deletes them."""

from typing import NamedTuple

import sqlalchemy as sa

from afterlike.errors import Conflict, stated
from afterlike.prompts import store
from afterlike.prompts.flow import checked
from afterlike.prompts.store import ORDER, Saved
from afterlike.tables import prompt_turns, prompt_versions, prompts

MOST_PROMPTS = 200  # of a site, deleted ones too
MOST_TRIES = 1_000


class Made(NamedTuple):
    """A new prompt; where its key is taken, it gets a number."""

    site_id: int
    flow: dict
    state: str
    at: int


class Change(NamedTuple):
    """A flow in place of version `base`, which its author had before them."""

    site_id: int
    prompt_id: int
    base: int
    flow: dict
    at: int


class Turned(NamedTuple):
    site_id: int
    prompt_id: int
    state: str
    at: int


class Moved(NamedTuple):
    """One place up (-1) or down (+1) in the order prompts are tried in."""

    site_id: int
    prompt_id: int
    by: int


class Newer(Conflict):
    """Somebody saved another version in the meantime."""

    sentence = stated("Somebody saved another version of this prompt in the meantime.")


class Numbers(NamedTuple):
    """How many visitors saw a prompt, answered one of its questions, closed it or put it off."""

    saw: int = 0
    answered: int = 0
    dismissed: int = 0


def make(tx: sa.Connection, items: list[Made]) -> list[int | Exception]:
    """Keeps new prompts, tried last; answers their ids."""
    return [_make(tx, item) for item in items]


def _make(tx: sa.Connection, item: Made) -> int | Exception:
    taken = set(tx.scalars(sa.select(prompts.c.key).where(prompts.c.site_id == item.site_id)))
    if len(taken) >= MOST_PROMPTS:
        return Conflict(stated("This site has as many prompts as we can keep."))
    return store.add_prompt(tx, item.site_id, item.flow | {"key": free_key(item.flow["key"], taken)}, item.at, item.state)


def free_key(wanted: str, taken: set[str]) -> str:
    """The key, with a number where another has it."""
    numbered = (f"{wanted[:36]}-{number}" for number in range(2, MOST_TRIES))
    return wanted if wanted not in taken else next(key for key in numbered if key not in taken)


def change(tx: sa.Connection, items: list[Change]) -> list[Saved | Exception]:
    """Keeps new versions. Newer where the base is not the newest version any more; the key stays what it is.

    The same flow sent twice is one version.
    """
    return [_change(tx, item) for item in items]


def _change(tx: sa.Connection, item: Change) -> Saved | Exception:
    old = store.locked(tx, item.site_id, item.prompt_id)
    flow = checked(item.flow | {"key": old.key})
    return Newer() if old.version != item.base and not store.is_same(old, flow) else store.next_version(tx, old, flow, item.at)


def turn(tx: sa.Connection, items: list[Turned]) -> list[str]:
    """Starts, pauses, deletes or brings back; answers the state before."""
    return [_turn(tx, item) for item in items]


def _turn(tx: sa.Connection, item: Turned) -> str:
    old = store.locked(tx, item.site_id, item.prompt_id)
    store.set_state(tx, item.site_id, old.key, item.state, item.at)
    return old.state


def move(tx: sa.Connection, items: list[Moved]) -> list[None]:
    """Changes the order; what stands first or last already stays there."""
    for item in items:
        store.locked(tx, item.site_id, item.prompt_id)
        _move(tx, item)
    return [None] * len(items)


def _move(tx: sa.Connection, item: Moved) -> None:
    there = (prompts.c.site_id == item.site_id) & (prompts.c.state != "deleted")
    ids = list(tx.scalars(sa.select(prompts.c.id).where(there).order_by(*ORDER)))
    place = ids.index(item.prompt_id) if item.prompt_id in ids else -1
    if place < 0 or not 0 <= place + item.by < len(ids):
        return
    ids.insert(place + item.by, ids.pop(place))
    for number, prompt_id in enumerate(ids, 1):
        tx.execute(sa.update(prompts).where(prompts.c.id == prompt_id).values(place=number))


def numbers(tx: sa.Connection, site_id: int) -> dict[int, Numbers]:
    """Prompt id -> how many visitors did what, since ever; each visitor counts once in each."""
    turned = prompt_turns.c
    rows = tx.execute(
        sa.select(turned.prompt_id, *map(sa.func.count, (turned.shown_at, turned.answered_at, turned.dismissed_at)))
        .where(turned.prompt_id.in_(sa.select(prompts.c.id).where(prompts.c.site_id == site_id)))
        .group_by(turned.prompt_id)
    )
    return {prompt_id: Numbers(*counted) for prompt_id, *counted in rows}


def history(tx: sa.Connection, prompt_id: int) -> list[sa.Row]:
    """(id, version, made_at) of a prompt's versions, newest first."""
    made = prompt_versions.c
    asked = sa.select(made.id, made.version, made.made_at).where(made.prompt_id == prompt_id)
    return tx.execute(asked.order_by(made.version.desc())).all()
