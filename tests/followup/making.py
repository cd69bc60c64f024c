"""People who like something and agreed to be written to, made by the rooms' own verbs: what the tests of this room share."""

import re
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

import sqlalchemy as sa
from admin.desk import Desk
from ground.making import NOW

from afterlike import db, endorsers, followup, outbox, purposes, tables
from afterlike.clock import DAY, now
from afterlike.endorsers.optin import confirmations
from afterlike.signing import Keyring, keyring
from cast import PEOPLE, Person, new_id
from parts.product import Server
from parts.programs import until

KEYRING = Keyring(["secret" * 8], b"pepper")
ADA, BEN, CLEO_AT_HOME, _ = PEOPLE
ADMIN = "ana@shop.test"


def a_site(tx, key: str = "shop", **more) -> int:
    """A site with an admin; its id."""
    site_id = tx.scalar(
        sa.insert(tables.sites).values(key=key, name=f"The {key}", made_at=NOW, **more).returning(tables.sites.c.id)
    )
    tx.execute(sa.insert(tables.admins).values(id=100 + site_id, email=f"{key}-{ADMIN}", made_at=NOW))
    return site_id


def a_like(tx, site_id: int, visitor: str, *, title: str = "Reading lamp") -> int:
    """A like of a product by this visitor, with an endorser behind it; its id."""
    known = endorsers.recognise(tx, [(site_id, KEYRING.hashed("visitor", f"{site_id}:{visitor}"), NOW)])
    [visitor_row] = known.values()
    endorsers.ensure_endorsers(tx, [(site_id, visitor_row, NOW)])
    key = uuid.uuid4().hex
    product_id = tx.scalar(
        sa.insert(tables.products)
        .values(site_id=site_id, key_hash=uuid.uuid4().bytes, key=key, url=f"https://shop.test/{key}", first_seen_at=NOW)
        .returning(tables.products.c.id)
    )
    shown_id = tx.scalar(
        sa.insert(tables.product_showings).values(product_id=product_id, title=title, shown_at=NOW)
        .returning(tables.product_showings.c.id)
    )
    return tx.scalar(
        sa.insert(tables.likes)
        .values(site_id=site_id, uuid=uuid.uuid4().bytes, product_id=product_id, visitor_id=visitor_row.id, shown_id=shown_id,
                state="counted", source="widget", page_url="https://shop.test/", liked_at=NOW, pressed_at=NOW,
                step_reason="due")
        .returning(tables.likes.c.id)
    )


def agree(tx, like_id: int, person: Person = ADA, *, to=("follow_up",), ring: Keyring = KEYRING, at: int = NOW) -> int:
    """Whoever likes this leaves their address, ticks these boxes and presses the button in the mail; their endorser's id."""
    likes, visitors = tables.likes.c, tables.visitors.c
    row = tx.execute(
        sa.select(likes.site_id, visitors.id, visitors.endorser_id, visitors.first_seen_at, tables.sites.c.name)
        .join_from(tables.likes, tables.visitors, likes.visitor_id == visitors.id)
        .join(tables.sites, tables.sites.c.id == likes.site_id)
        .where(likes.id == like_id)
    ).one()
    asked = endorsers.OptIn(
        row.site_id, uuid.uuid4().bytes, endorsers.Visitor(row.id, row.endorser_id, row.first_seen_at), like_id, person.email,
        endorsers.subject(ring, row.site_id, person.email), [],
        [purposes.built_in(one, locale=person.locale, controller=row.name, privacy_url=None) for one in to],
        person.locale, "widget_form", None, False, at,
    )
    [letter] = confirmations(tx, [(endorsers.ask(tx, asked), at, 72)])
    [confirmed] = endorsers.confirm(tx, [(letter.token, at, DAY)])
    return confirmed.endorser_id


def a_friend(database, *, site: str = "shop", person: Person = ADA, **more) -> SimpleNamespace:
    """Somebody who may be written to, on a site of their own: `.site`, `.like`, `.endorser`, `.admin`."""
    with database.engine.begin() as tx:
        site_id = a_site(tx, site)
        like_id = a_like(tx, site_id, person.visitor)
        endorser_id = agree(tx, like_id, person, **more)
        tx.execute(sa.delete(tables.outbox).where(tables.outbox.c.kind == "confirmation"))  # its button was pressed
    return SimpleNamespace(site=site_id, like=like_id, endorser=endorser_id, admin=100 + site_id)


def takes_back(tx, friend, how: str) -> None:
    """They stop all letters, or take back that they agreed to personal ones."""
    channel_id = endorsers.person(tx, friend.endorser).channel_id
    if how == "stop":
        endorsers.stop(tx, [endorsers.Stop(channel_id, "stop_page", NOW)])
    else:
        endorsers.set_consents(tx, [(channel_id, {"follow_up": None}, "me_page", NOW)])


@contextmanager
def behind(server: Server) -> Iterator[sa.Connection]:
    """The tables behind a running collector (on SQLite)."""
    engine = db.engine(f"sqlite:///{server.home / 'afterlike.db'}")
    try:
        with engine.begin() as tx:
            yield tx
    finally:
        engine.dispose()


def agree_there(server: Server, like_id: int, person: Person = ADA, **more) -> int:
    """The same on a running collector, with its own secrets."""
    ring = keyring(server.home, secret_keys=(), pepper=())
    with behind(server) as tx:
        return agree(tx, like_id, person, ring=ring, at=now(), **more)


def a_failed_letter(desk: Desk, key: str, like: int) -> dict[str, int]:
    """A conversation and, since there is no mail server, a mail that failed: their ids."""
    begun = desk.post(f"/admin/sites/{key}/conversations", like=like, words="Hello", uuid=new_id()).to
    mail = f"/admin/sites/{key}/mail"
    until(lambda: "/again" in desk.get(mail).text, what="the failed mail")
    return {
        "conversations": int(re.search(r"/conversations/(\d+)", begun)[1]),
        "mail": int(re.search(r"/mail/(\d+)/again", desk.get(mail).text)[1]),
    }


def answer_there(server: Server, conversation_id: int, words: str, *, uuid_: bytes | None = None) -> None:
    """The person answers on their own page."""
    with behind(server) as tx:
        talks = tables.conversations.c
        endorser_id = tx.scalar(sa.select(talks.endorser_id).where(talks.id == conversation_id))
        followup.reply(tx, [followup.Reply(endorser_id, conversation_id, uuid_ or uuid.uuid4().bytes, words, now())])


def first_letter(friend, words: str = "Hello Ada", *, at: int = NOW, uuid_: bytes | None = None) -> followup.Beginning:
    return followup.Beginning(friend.site, friend.like, friend.admin, uuid_ or uuid.uuid4().bytes, words, at)


def letter(friend, conversation_id: int, words: str = "And another thing", *, at: int = NOW, uuid_: bytes | None = None):
    return followup.Letter(friend.site, conversation_id, friend.admin, uuid_ or uuid.uuid4().bytes, words, at)


def an_answer(friend, conversation_id: int, words: str = "Hello shop", *, at: int = NOW, uuid_: bytes | None = None):
    return followup.Reply(friend.endorser, conversation_id, uuid_ or uuid.uuid4().bytes, words, at)


def house_of(database, smtp_url: str = "", *, reply_domain: str = "", **settings) -> SimpleNamespace:
    """What the sender needs of a house."""
    config = SimpleNamespace(
        smtp_url=smtp_url, mail_from="Afterlike <likes@shop.test>", address="https://likes.shop.test", folder=Path("nowhere"),
        reply_domain=reply_domain, bounces_hard=1, bounces_soft=3, bounces_days=30,
        **({"dns": "", "inbound_authserv": ""} | settings),
    )
    return SimpleNamespace(db=database, keyring=KEYRING, config=config)


def deliver(database, smtp_url: str = "", *, at: int = NOW, reply_domain: str = "") -> int:
    """What the worker does with this room's mail."""
    house = house_of(database, smtp_url, reply_domain=reply_domain)
    senders = {
        "message": lambda payload: followup.send_message(house, payload),
        "unattached": lambda payload: followup.send_unattached(house, payload),
    }
    return outbox.deliver(database, senders, now=at)


def rows(database, table: sa.Table, **where) -> list[sa.Row]:
    with database.read() as tx:
        query = sa.select(table).where(*(table.c[name] == value for name, value in where.items()))
        return tx.execute(query.order_by(*table.primary_key)).all()


def only(database, table: sa.Table) -> sa.Row:
    [row] = rows(database, table)
    return row
