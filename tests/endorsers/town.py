"""A shop, its visitors and their mail, in one process: the app, the worker's senders, a real mail server.

Time stands still where a test says so: `town.clock` is added to what everybody believes the time to be.
"""

import json
import re
import uuid
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import sqlalchemy as sa
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

import cast
from afterlike import cli, clock, endorsers, outbox, purposes, sites, tables, worker
from afterlike.app import close_house, create_app
from afterlike.config import load
from afterlike.migrate import migrate
from afterlike.web import House
from parts.mail import SmtpPeer

ORIGIN = "https://shop.test"
AGENT = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
ANA = "ana@people.test"
PUBLIC = "https://likes.shop.test"


@dataclass
class Town:
    """`letters` are those that the mail server took; `later` is how far the clock is ahead, in milliseconds."""

    house: House
    client: FlaskClient
    peer: SmtpPeer
    site: sites.Site
    api_key: str
    later: int = 0
    likes: dict[str, str] = field(default_factory=dict)

    @property
    def now(self) -> int:
        return clock.now() + self.later

    @property
    def letters(self) -> list[EmailMessage]:
        return [message_from_bytes(letter.raw, policy=policy.default) for letter in self.peer.letters]

    def read(self, ask):
        with self.house.db.read() as tx:
            return ask(tx)

    def rows(self, table: sa.Table, *where) -> list[sa.Row]:
        return self.read(lambda tx: tx.execute(sa.select(table).where(*where)).all())

    # What visitors do.

    def post(self, path: str, body: dict) -> TestResponse:
        asked = {"site": self.site.key} | body
        return self.client.post(path, data=json.dumps(asked), headers={"Origin": ORIGIN, "User-Agent": AGENT},
                                content_type="text/plain")

    def like(self, visitor: str = cast.ADA, product: dict = cast.LAMP) -> str:
        told = self.post("/v1/likes", cast.like(site=self.site.key, visitor=visitor, product=product))
        assert told.status_code == 200, told.text
        self.likes[visitor] = told.json["id"]
        return told.json["id"]

    def box(self, purpose: str, locale: str = "en") -> dict:
        words = purposes.built_in(purpose, locale=locale, controller=self.site.name, privacy_url=self.site.privacy_url)
        return {"purpose": purpose, "text": words.sha256.hex()}

    def opt_in(self, address: str = ANA, visitor: str = cast.ADA, purposes: tuple[str, ...] = ("news", "follow_up"),
               **more) -> TestResponse:
        """Asks for letters, after a like where there is none yet."""
        like = self.likes.get(visitor) or self.like(visitor)
        asked = {"id": str(uuid.uuid4()), "like": like, "visitor": visitor, "address": address,
                 "consents": [self.box(purpose, more.get("locale", "en")) for purpose in purposes], "topics": ["product"]}
        return self.post("/v1/opt-ins", asked | more)

    # What the worker does.

    def deliver(self) -> int:
        """Sends what is due; returns how much of it was settled."""
        return worker.send_what_is_due(self.house)

    def confirm(self, letter: EmailMessage | None = None) -> endorsers.Confirmed | None:
        """Presses the button behind a confirmation."""
        token = linked(letter or self.letters[-1], "confirm")
        return self.house.db.write(endorsers.confirm, (token, self.now, 10**9))

    def member(self, address: str = ANA, visitor: str = cast.ADA, **more) -> endorsers.Confirmed:
        """Somebody who liked, asked for letters and confirmed."""
        assert self.opt_in(address, visitor, **more).status_code == 202
        self.deliver()
        return self.confirm()

    def waiting(self) -> list[sa.Row]:
        return self.rows(tables.outbox, tables.outbox.c.state == "waiting")

    def verdict(self, endorser_id: int, purpose: str = "follow_up") -> endorsers.Verdict:
        return self.read(lambda tx: endorsers.may_contact(tx, endorser_id, "email", purpose, now=self.now))

    def ledger(self) -> list[tuple[str, str, str]]:
        """(action, purpose, method), oldest first."""
        events = tables.consent_events
        rows = self.read(lambda tx: tx.execute(sa.select(events).order_by(events.c.id)).all())
        return [(row.action, row.purpose, row.method) for row in rows]


def linked(letter: EmailMessage, path: str) -> str:
    """The token of the link in a letter's plain part."""
    text = letter.get_body(("plain",)).get_content()
    found = re.search(rf"{re.escape(PUBLIC)}/{path}/(\S+)", text)
    assert found, f"no /{path}/ link in:\n{text}"
    return found[1]


def open_town(home: Path, database_url: str, peer: SmtpPeer, **settings: str) -> Town:
    """A fresh installation with one site."""
    values = {"HOME": str(home), "DATABASE_URL": database_url, "SMTP_URL": peer.url, "PUBLIC_URL": PUBLIC,
              "LIMIT_OPT_IN": "100000/hour", "LIMIT_VISITOR": "100000/minute"} | settings
    config = load({f"AFTERLIKE_{name}": value for name, value in values.items()})
    migrate(config.database_url, config.folder)
    app = create_app(config)
    house = app.extensions["afterlike"]
    with house.db.engine.begin() as tx:
        [made] = cli.register(tx, [("Shop", (ORIGIN,), "ada@shop.test", "en", PUBLIC, clock.now())])
        site = sites.site_named(tx, made["site"])
    return Town(house, app.test_client(), peer, site, made["api_key"])


def leave(town: Town) -> None:
    close_house(town.house)


def due_now(town: Town) -> None:
    """Makes everything in the outbox due, as if its time had come."""
    with town.house.db.engine.begin() as tx:
        tx.execute(sa.update(tables.outbox).where(tables.outbox.c.state == "waiting").values(due_at=0))


__all__ = ["ANA", "ORIGIN", "PUBLIC", "Town", "due_now", "leave", "linked", "open_town", "outbox"]
