"""People with a page of their own, made the way they come about: a like, an opt-in, a letter, a button."""

import contextlib
import re
import sqlite3
from dataclasses import dataclass, field
from email import message_from_bytes
from email.policy import default

import sqlalchemy as sa
from admin.desk import Desk, Reply, Shopper, shopper_of, signed_in
from collect.making import as_bytes
from conftest import ADMIN

from afterlike import db, purposes, tables
from cast import PEOPLE, Person, new_id
from parts.mail import SmtpPeer
from parts.product import Server, Site
from parts.programs import until

ADA, BEN, CLEO, DARIO = PEOPLE
SHOP = "Shop"


class Town:
    """A running server with a mail server of its own; `people` signed up on its sites."""

    def __init__(self, server: Server, peer: SmtpPeer):
        self.server, self.peer, self.url = server, peer, server.url

    def letters_to(self, address: str) -> list[str]:
        """The plain texts of what was mailed there, oldest first."""
        return [text(letter.raw) for letter in self.peer.letters if letter.recipients == (address,)]

    def link(self, address: str, path: str, *, nth: int = 1) -> str:
        """The path of the nth link like `/confirm/` that was mailed to an address."""
        pattern = re.compile(re.escape(self.url) + rf"({re.escape(path)}[^\s>]+)")

        def found() -> list[str]:
            return [link for letter in self.letters_to(address) for link in pattern.findall(letter)]

        until(lambda: len(found()) >= nth, within_s=30, what=f"{path} in a letter to {address}")
        return found()[nth - 1]

    def sign_up(self, site: Site, person: Person, *, likes=None, **more) -> "Endorser":
        """Likes, asks for letters, and is mailed a confirmation that nobody has pressed yet."""
        shopper = shopper_of(self.server, site, person.visitor)
        liked = [shopper.like(product) for product in likes or person.likes]
        shopper.send("opt-ins", opt_in(site, liked[0]["id"], person, **more))
        return Endorser(self, site, person, shopper, liked)

    def a_day_passes(self) -> None:
        """For what is mailed once a day: the links and the promises of yesterday."""
        with contextlib.closing(sqlite3.connect(self.server.home / "afterlike.db", timeout=30)) as connection, connection as tx:
            tx.execute("UPDATE mailed_links SET made_at = made_at - 90000000")
            tx.execute("UPDATE outbox SET due_at = due_at - 90000000 WHERE state = 'waiting'")

    def settle(self, site: Site, person: Person, *, nth: int = 1, **more) -> "Endorser":
        """The same, with the button of the nth confirmation to that address pressed: signed in to their page."""
        endorser = self.sign_up(site, person, **more)
        confirmed = endorser.confirm(nth=nth)
        assert confirmed.status == 200, f"{confirmed.status}: {confirmed.words}\n{self.server.log[-3000:]}"
        return endorser


@dataclass
class Endorser:
    """Somebody with a page of their own: `.desk` is the browser, `.liked` the answers to the likes."""

    town: Town
    site: Site
    person: Person
    shopper: Shopper
    liked: list[dict]
    desk: "Browser" = field(init=False)

    def __post_init__(self):
        self.desk = Browser(self.town.url)

    def confirm(self, *, nth: int = 1) -> Reply:
        return self.desk.press(self.town.link(self.person.email, "/confirm/", nth=nth))

    @property
    def stop_path(self) -> str:
        return self.town.link(self.person.email, "/stop/")

    def page(self) -> Reply:
        return self.desk.get("/me")

    def post(self, path: str, *pairs, **fields) -> Reply:
        return self.desk.change(path, *pairs, **fields)


class Browser(Desk):
    """A desk for pages of people: forms carry the proof of the page they stand on."""

    def __init__(self, url: str, language: str = "en"):
        super().__init__(url)
        self.language = language

    def press(self, path: str, **fields) -> Reply:
        """Opens a page with one button and presses it."""
        return self.post(path, proof=self.get(path).proof, **fields)

    def change(self, path: str, *pairs, **fields) -> Reply:
        """Sends a form of one's own page."""
        return self.post(path, *pairs, proof=self.get("/me").proof, **fields)


def text(raw: bytes) -> str:
    """The plain part of a letter."""
    return message_from_bytes(raw, policy=default).get_body(("plain",)).get_content()


def opt_in(
    site: Site, like: str, person: Person, *, purposes_of=("news", "follow_up"), topics=("product", "all"), **more
) -> dict:
    """The body of POST /v1/opt-ins, with our own words in every ticked box."""
    boxes = [{"purpose": purpose, "text": built_in(purpose, person.locale).sha256.hex()} for purpose in purposes_of]
    return {"site": site.site, "visitor": person.visitor, "id": new_id(), "like": like, "address": person.email,
            "topics": list(topics), "consents": boxes, "locale": person.locale, "took_ms": 4000} | more


def built_in(purpose: str, locale: str = "en", name: str = SHOP) -> purposes.Wording:
    return purposes.built_in(purpose, locale=locale, controller=name, privacy_url=None)



def write_to(endorser: Endorser, words: str, *, nth: int = 0) -> None:
    """An admin of the site writes to somebody about the nth of their likes."""
    site, uuid = endorser.site.site, as_bytes(endorser.liked[nth]["id"])
    [like] = rows(endorser.town, sa.select(tables.likes.c.id).where(tables.likes.c.uuid == uuid))
    desk = signed_in(endorser.town.server, ADMIN)
    sent = desk.post(f"/admin/sites/{site}/conversations", like=like.id, words=words, uuid=new_id())
    assert sent.status == 303, sent.words


def rows(town: Town, asked: sa.Select) -> list[sa.Row]:
    """What stands in the tables."""
    engine = db.engine(f"sqlite:///{town.server.home / 'afterlike.db'}")
    with engine.execution_options(reader=True).begin() as tx:
        found = tx.execute(asked).all()
    engine.dispose()
    return found
