"""Webhooks of a site as rows: where to, which kinds of the journal, running or paused, and what became of each message."""

import base64
import json
import uuid
from dataclasses import dataclass

import sqlalchemy as sa

from afterlike import outbox, safefetch, show, tables
from afterlike.clock import DAY
from afterlike.errors import Invalid, NotFound, stated
from afterlike.journal import KINDS as JOURNAL_KINDS
from afterlike.signing import Keyring, new_token

MOST = 10
SHOWN = 50  # deliveries on the page of a webhook
TEST = "test"
OVERLAP = DAY  # time to put a new secret in place at the other side
NO_KINDS = stated("Tick at least one thing to be told.")


@dataclass(frozen=True, slots=True)
class Wish:
    """What an owner typed; `hook_id` is None for a new one."""

    site_id: int
    url: str
    kinds: tuple[str, ...]
    allow: frozenset[str]
    now: int
    hook_id: int | None = None


def save(tx: sa.Connection, items: list[Wish]) -> list[int]:
    """Makes or changes a webhook; its id. Raises Invalid with the field, NotFound for another site's."""
    return [_save(tx, item) for item in items]


def _save(tx: sa.Connection, wish: Wish) -> int:
    hooks, values = tables.webhooks, checked(wish)
    if wish.hook_id is not None:
        return _changed(tx, wish.site_id, wish.hook_id, values)
    if tx.scalar(sa.select(sa.func.count()).where(hooks.c.site_id == wish.site_id)) >= MOST:
        sentence = stated("A site has up to {most} webhooks. Remove one first.", most=MOST)
        raise Invalid(sentence, fields={"url": sentence})
    new = {"site_id": wish.site_id, "state": "running", "nonce": new_token(), "made_at": wish.now, **values}
    return tx.scalar(sa.insert(hooks).values(new).returning(hooks.c.id))


def checked(wish: Wish) -> dict:
    """The columns; raises Invalid."""
    kinds = [kind for kind in JOURNAL_KINDS if kind in wish.kinds]
    if not kinds:
        raise Invalid(NO_KINDS, fields={"kinds": NO_KINDS})
    try:
        safefetch.permitted(wish.url.strip(), wish.allow)
    except safefetch.FetchError as no:
        raise Invalid(no.sentence, fields={"url": no.sentence}) from None
    return {"url": wish.url.strip(), "kinds": json.dumps(kinds)}


def _changed(tx: sa.Connection, site_id: int, hook_id: int, values: dict) -> int:
    hooks = tables.webhooks
    changed = tx.execute(sa.update(hooks).where(hooks.c.id == hook_id, hooks.c.site_id == site_id).values(values))
    if changed.rowcount != 1:
        raise NotFound()
    return hook_id


def set_state(tx: sa.Connection, items: list[tuple[int, int, str, int]]) -> list[int]:
    """For each (site id, webhook id, running or paused, now): as an admin says. Running again it begins with a clean slate."""
    return [
        _changed(tx, site_id, hook_id, {"state": state, "failing_since": None, "paused_why": None,
                                        "paused_at": at if state == "paused" else None})
        for site_id, hook_id, state, at in items
    ]


def new_secret(tx: sa.Connection, items: list[tuple[int, int, int]]) -> list[int]:
    """For each (site id, webhook id, now): another secret; the one before signs beside it for a day, one older no more."""
    return [
        _changed(tx, site_id, hook_id, {"nonce": new_token(), "old_nonce": tables.webhooks.c.nonce, "old_until": at + OVERLAP})
        for site_id, hook_id, at in items
    ]


def end_old_secret(tx: sa.Connection, items: list[tuple[int, int]]) -> list[bool]:
    """For each (site id, webhook id): the secret before signs nothing more; whether there was one."""
    return [_end_old(tx, *item) for item in items]


def _end_old(tx: sa.Connection, site_id: int, hook_id: int) -> bool:
    had = one(tx, site_id, hook_id).old_nonce is not None
    _changed(tx, site_id, hook_id, {"old_nonce": None, "old_until": None})
    return had


def signing_nonces(hook: sa.Row, now: int) -> list[str]:
    """Of the secrets that sign at this moment, the new one first."""
    still = hook.old_nonce is not None and hook.old_until > now
    return [hook.nonce, hook.old_nonce] if still else [hook.nonce]


def remove(tx: sa.Connection, items: list[tuple[int, int]]) -> list[int]:
    """For each (site id, webhook id): forgets it and its messages."""
    for site_id, hook_id in items:
        one(tx, site_id, hook_id)
        tx.execute(sa.delete(tables.webhook_deliveries).where(tables.webhook_deliveries.c.webhook_id == hook_id))
        tx.execute(sa.delete(tables.webhooks).where(tables.webhooks.c.id == hook_id))
    return [hook_id for _, hook_id in items]


def secret_of(keyring: Keyring, hook: sa.Row) -> str:
    """As Standard Webhooks writes it; what follows `whsec_` is base64 of the bytes that sign."""
    return "whsec_" + base64.b64encode(secret_bytes(keyring, hook.id, hook.nonce)).decode()


def secret_bytes(keyring: Keyring, hook_id: int, nonce: str) -> bytes:
    return keyring.derived_bytes("webhook", f"{hook_id}:{nonce}")


def webhooks_of(tx: sa.Connection, site_id: int) -> list[sa.Row]:
    hooks = tables.webhooks
    return tx.execute(sa.select(hooks).where(hooks.c.site_id == site_id).order_by(hooks.c.id)).all()


def one(tx: sa.Connection, site_id: int, hook_id: int) -> sa.Row:
    """A webhook of this site; raises NotFound, for another site's too."""
    hooks = tables.webhooks
    row = tx.execute(sa.select(hooks).where(hooks.c.id == hook_id, hooks.c.site_id == site_id)).first()
    if row is None:
        raise NotFound()
    return row


def deliveries_of(tx: sa.Connection, hook_id: int) -> list[sa.Row]:
    """The newest messages of a webhook."""
    log = tables.webhook_deliveries
    return tx.execute(sa.select(log).where(log.c.webhook_id == hook_id).order_by(log.c.id.desc()).limit(SHOWN)).all()


def promise(tx: sa.Connection, hook_id: int, kind: str, data: dict, *, at: int, now: int) -> int:
    """Keeps a message and promises to send it; its id."""
    log, body = tables.webhook_deliveries, {"type": kind, "timestamp": iso(at), "data": data}
    new = {"webhook_id": hook_id, "uuid": uuid.uuid4().bytes, "kind": kind, "state": "waiting", "made_at": now,
           "body": json.dumps(body, ensure_ascii=False, separators=(",", ":"))}
    made = tx.scalar(sa.insert(log).values(new).returning(log.c.id))
    outbox.put(tx, "webhook", {"delivery": made}, now=now)
    return made


def test(tx: sa.Connection, items: list[tuple[int, int, str, int]]) -> list[int]:
    """For each (site id, webhook id, site key, now): promises a message that says nothing but that it is a test."""
    return [
        promise(tx, one(tx, site_id, hook_id).id, TEST, {"site": key, "test": True}, at=at, now=at)
        for site_id, hook_id, key, at in items
    ]


def send_again(tx: sa.Connection, items: list[tuple[int, int, int, int]]) -> list[bool]:
    """For each (site id, webhook id, message id, now): the same message once more, with the same id; not while it waits."""
    return [_again(tx, *item) for item in items]


def _again(tx: sa.Connection, site_id: int, hook_id: int, delivery_id: int, at: int) -> bool:
    log = tables.webhook_deliveries
    one(tx, site_id, hook_id)
    same = (log.c.id == delivery_id) & (log.c.webhook_id == hook_id)
    if tx.scalar(sa.select(log.c.id).where(same)) is None:
        raise NotFound()
    waits = sa.update(log).where(same, log.c.state != "waiting").values(state="waiting", tries=0, problem=None)
    if tx.execute(waits).rowcount != 1:
        return False
    outbox.put(tx, "webhook", {"delivery": delivery_id}, now=at)
    return True


def forget(tx: sa.Connection, items: list[tuple[int, int, int | None]]) -> list[int]:
    """For each (now, days kept, site id or None for all): removes older messages that do not wait; returns how many."""
    return [_forget(tx, *item) for item in items]


def _forget(tx: sa.Connection, now: int, days: int, site_id: int | None) -> int:
    log, hooks = tables.webhook_deliveries, tables.webhooks.c
    ours = [] if site_id is None else [log.c.webhook_id.in_(sa.select(hooks.id).where(hooks.site_id == site_id))]
    return tx.execute(sa.delete(log).where(log.c.state != "waiting", log.c.made_at < now - days * DAY, *ours)).rowcount


def iso(at: int) -> str:
    return f"{show.iso(at)[:-1]}.{at % 1000:03}Z"
