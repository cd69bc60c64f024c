"""What a webhook is told: a reader of the journal writes the messages, the outbox sends them, signed (Standard Webhooks).

Messages hold ids and what was shown of a product, never an address, a name or an answer.
"""

import base64
import hashlib
import hmac
import json
import uuid
from dataclasses import dataclass

import sqlalchemy as sa

from afterlike import journal, outbox, safefetch, show, tables
from afterlike.clock import DAY, SECOND, now
from afterlike.db import Database
from afterlike.errors import Later, Needless, Never, stated
from afterlike.mail import post, way_out
from afterlike.sites.webhooks import promise, secret_bytes, signing_nonces
from afterlike.web import House

AT_ONCE = 200  # rows of the journal in one transaction, which likes wait for
NOBODY_ASKS = 100_000  # then they are only passed
TOGETHER, ROUND = 8, 16  # so a round of slow ones takes two times the deadline
DEADLINE_S = 5
PATIENCE = 3 * DAY  # of failing without a break; then it pauses itself
GONE = 410  # the other side wants no more, ever
UNANSWERED = {
    safefetch.Unreachable: stated(
        "The address did not answer, or its certificate is not valid. Open it in a browser and try again."),
    safefetch.TooLarge:    stated("The address answered with more than we read. An empty answer is enough."),
    safefetch.TooSlow:     stated("The address took too long to answer. Answer first, then do the work."),
}
AGENT = "Afterlike-Webhooks/1"
FACTS = ("key", "url", "title", "price", "currency", "category", "brand", "sku")


def announce(database: Database) -> int:
    """Writes a message for each new row of the journal and each webhook that wants its kind; each once. Returns rows read."""
    with database.read() as tx:
        somebody_asks = tx.scalar(sa.select(sa.exists().where(tables.webhooks.c.state == "running")))
    return journal.follow(database, "webhooks", _fold, most=AT_ONCE if somebody_asks else NOBODY_ASKS)


def _fold(tx: sa.Connection, unread: sa.Select) -> None:
    hooks = tx.execute(sa.select(tables.webhooks).where(tables.webhooks.c.state == "running")).all()
    wanted = [(hook, set(json.loads(hook.kinds))) for hook in hooks]
    if not wanted:
        return
    rows = tx.execute(unread).all()
    due = [
        (hook, row) for row in rows for hook, kinds in wanted
        if hook.site_id == row.site_id and row.kind in kinds and row.at >= hook.made_at
    ]
    about = _about(tx, [row for _, row in due])
    for hook, row in due:
        promise(tx, hook.id, row.kind, about[row.id], at=row.at, now=now())


def _about(tx: sa.Connection, rows: list[sa.Row]) -> dict[int, dict]:
    """journal row -> what is told of it."""
    sites, likes = tables.sites.c, tables.likes.c
    keys = dict(tx.execute(sa.select(sites.id, sites.key).where(sites.id.in_({row.site_id for row in rows}))).all())
    liked = dict(tx.execute(sa.select(likes.id, likes.uuid).where(likes.id.in_({row.like_id for row in rows} - {None}))).all())
    products, more = _products(tx, {row.product_id for row in rows} - {None}), _more(tx, rows)
    return {
        row.id: {
            "site": keys[row.site_id],
            **({"like": str(uuid.UUID(bytes=liked[row.like_id]))} if row.like_id in liked else {}),
            **({"product": products[row.product_id]} if row.product_id in products else {}),
            **more.get(row.id, {}),
        }
        for row in rows
    }


def _more(tx: sa.Connection, rows: list[sa.Row]) -> dict[int, dict]:
    """journal row -> the public id of the answer, profile or order that it is about."""
    answers, links, orders = tables.answers.c, tables.profile_links.c, tables.orders.c
    asked = {
        "answered": ("answer", sa.select(answers.id, answers.uuid), answers.id),
        "linked": ("profile", sa.select(links.id, links.uuid), links.id),
        "proven": ("profile", sa.select(links.id, links.uuid), links.id),
        "purchased": ("order", sa.select(orders.id, orders.order_id), orders.id),
    }
    told: dict[int, dict] = {}
    for kind, (name, query, number) in asked.items():
        about = {row.id: row.about_id for row in rows if row.kind == kind and row.about_id is not None}
        found = dict(tx.execute(query.where(number.in_(list(about.values())))).all()) if about else {}
        told |= {row_id: {name: _public(found[one])} for row_id, one in about.items() if one in found}
    return told


def _public(key: bytes | str) -> str:
    return str(uuid.UUID(bytes=key)) if isinstance(key, bytes) else key


def _products(tx: sa.Connection, ids: set[int]) -> dict[int, dict]:
    products, shown = tables.products.c, tables.product_showings.c
    rows = tx.execute(
        sa.select(products.id, products.key, products.url, shown.title, shown.price_minor, shown.currency, shown.category,
                  shown.brand, shown.sku)
        .join_from(tables.products, tables.product_showings, shown.id == products.shown_id, isouter=True)
        .where(products.id.in_(ids))
    )
    return {row.id: _facts(row._mapping) for row in rows}


def _facts(row) -> dict:
    price = {}
    if row["price_minor"] is not None and row["currency"]:
        price = {"price": show.amount(row["price_minor"], row["currency"])}
    told = {**row, **price}
    return {name: told[name] for name in FACTS if told.get(name) is not None}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one try."""

    delivery_id: int
    status: int | None
    problem: str | None
    at: int


def send_webhooks(house: House) -> int:
    """Sends what is due, a few at a time; returns how many arrived."""
    senders = {"webhook": lambda payload: send_one(house, payload)}
    return outbox.deliver(house.db, senders, now=now(), most=ROUND, together=TOGETHER)


def send_one(house: House, payload: dict) -> None:
    """Sends one message; raises Later where it should be tried again, Never where it should not, Needless where nobody asks."""
    row = _message(house, payload["delivery"])
    if row is None:
        raise Needless("gone")
    if row.hook_state == "paused":
        house.db.write(note, Outcome(row.id, None, stated("The webhook is paused."), now()))
        raise Needless("paused")
    status, problem = _posted(house, row)
    pauses = house.db.write(note, Outcome(row.id, status, problem, now()))
    if problem and pauses:
        raise Never(problem)
    if problem:
        raise Later(problem)


def _message(house: House, delivery_id: int) -> sa.Row | None:
    sent, hooks = tables.webhook_deliveries.c, tables.webhooks.c
    with house.db.read() as tx:
        return tx.execute(
            sa.select(sent.id, sent.uuid, sent.body, hooks.id.label("hook_id"), hooks.url, hooks.nonce,
                      hooks.old_nonce, hooks.old_until, hooks.state.label("hook_state"))
            .join_from(tables.webhook_deliveries, tables.webhooks)
            .where(sent.id == delivery_id)
        ).first()


def _posted(house: House, row: sa.Row) -> tuple[int | None, str | None]:
    """(status, what went wrong)."""
    body, message_id, at = row.body.encode(), f"msg_{row.uuid.hex()}", str(now() // SECOND)
    secrets = [secret_bytes(house.keyring, row.hook_id, nonce) for nonce in signing_nonces(row, now())]
    headers = {
        "Content-Type": "application/json", "User-Agent": AGENT, "webhook-id": message_id, "webhook-timestamp": at,
        "webhook-signature": " ".join(signature(secret, message_id, at, body) for secret in secrets),
    }
    try:
        told = safefetch.post(row.url, body, headers=headers, deadline_s=DEADLINE_S, allow=house.config.fetch_allow)
    except safefetch.FetchError as failed:
        return None, UNANSWERED.get(type(failed), failed.sentence)
    return told.status, None if 200 <= told.status < 300 else stated("It answered {status}.", status=told.status)


def signature(secret: bytes, message_id: str, at: str, body: bytes) -> str:
    """`v1,` and base64 of HMAC-SHA256 over id, moment and body (https://www.standardwebhooks.com)."""
    signed = hmac.new(secret, f"{message_id}.{at}.".encode() + body, hashlib.sha256).digest()
    return "v1," + base64.b64encode(signed).decode()


def note(tx: sa.Connection, items: list[Outcome]) -> list[bool]:
    """Keeps what became of a try; answers whether the webhook paused itself because of it."""
    return [_note(tx, item) for item in items]


def _note(tx: sa.Connection, outcome: Outcome) -> bool:
    sent, hooks = tables.webhook_deliveries, tables.webhooks
    row = tx.execute(sa.select(sent.c.tries, sent.c.webhook_id).where(sent.c.id == outcome.delivery_id)).first()
    if row is None:
        return False
    hook = tx.execute(sa.select(hooks).where(hooks.c.id == row.webhook_id).with_for_update()).one()
    why = _why_paused(hook, outcome)
    over = why or hook.state == "paused" or row.tries + 1 > len(outbox.BACK_OFF)
    state = "delivered" if outcome.problem is None else "failed" if over else "waiting"
    tx.execute(sa.update(sent).where(sent.c.id == outcome.delivery_id).values(
        tries=row.tries + 1, state=state, status=outcome.status, problem=outcome.problem, tried_at=outcome.at))
    since = None if outcome.problem is None else hook.failing_since or outcome.at
    tx.execute(sa.update(hooks).where(hooks.c.id == hook.id).values(failing_since=since))
    if why:
        _pause(tx, hook, why, outcome.at)
    return bool(why)


def _why_paused(hook: sa.Row, outcome: Outcome) -> str | None:
    if hook.state == "paused" or outcome.problem is None:
        return None
    if outcome.status == GONE:
        return "gone"
    return "failing" if hook.failing_since is not None and outcome.at - hook.failing_since > PATIENCE else None


def _pause(tx: sa.Connection, hook: sa.Row, why: str, at: int) -> None:
    """Pauses it and promises a letter to every owner of the site."""
    paused = {"state": "paused", "paused_at": at, "paused_why": why}
    tx.execute(sa.update(tables.webhooks).where(tables.webhooks.c.id == hook.id).values(paused))
    owners = sa.select(tables.roles.c.admin_id).where(tables.roles.c.site_id == hook.site_id, tables.roles.c.role == "owner")
    for admin_id in tx.scalars(owners).all():
        outbox.put(tx, "webhook_paused", {"webhook": hook.id, "admin": admin_id}, now=at)


def send_paused(house: House, payload: dict) -> None:
    """The outbox's sender of "webhook_paused": tells an owner that a webhook paused itself."""
    hooks, sites, admins = tables.webhooks.c, tables.sites.c, tables.admins.c
    with house.db.read() as tx:
        row = tx.execute(
            sa.select(hooks.id, hooks.state, sites.key, sites.name).join_from(tables.webhooks, tables.sites)
            .where(hooks.id == payload["webhook"])
        ).first()
        email = tx.scalar(sa.select(admins.email).where(admins.id == payload["admin"]))
    if row is None or email is None or row.state != "paused":
        raise Needless("gone, or running again")
    if not house.config.smtp_url:
        raise Never("No mail leaves this server: AFTERLIKE_SMTP_URL is not set.")
    page, name = f"{house.config.address}/admin/sites/{row.key}/webhooks/{row.id}", " ".join(row.name.split())
    text = f"A webhook of {name} was paused, because nothing has arrived there for days or it answered that it is gone.\n\n"
    letter = {"to": email, "subject": f"A webhook of {name} is paused", "text": f"{text}See what went wrong: {page}\n"}
    post(letter, way_out(house.config))
