"""A visitor with the link of a survey page, as a browser without script: what the tests of that page share."""

import html
import json
import re
import time
from urllib.parse import urlencode

from collect.making import AGENT, Door
from itsdangerous import TimestampSigner, URLSafeTimedSerializer

from afterlike import tables
from parts.fetch import Answer

MAIL = "ada@people.test"
COLOURS = [{"key": "red", "text": "Red"}, {"key": "blue", "text": "Blue"}, {"key": "green", "text": "Green"}]
PHOTOS = [option | {"image": f"https://shop.test/{option['key']}.jpg"} for option in COLOURS]


class Form:
    """One page of the survey as a browser without script has it: what is hidden in the form, and what is said."""

    def __init__(self, answer: Answer):
        self.answer, self.text = answer, answer.body.decode()
        self.form = next(iter(re.findall(r"<form.*?</form>", self.text, re.S)), "")

    @property
    def status(self) -> int:
        return self.answer.status

    @property
    def to(self) -> str:
        return self.answer.headers.get("Location", "")

    @property
    def title(self) -> str:
        return html.unescape(re.sub(r"<[^>]+>", "", re.search(r"<h1.*?</h1>", self.text, re.S)[0])).strip()

    @property
    def words(self) -> str:
        return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", self.text)).split())

    @property
    def alert(self) -> str:
        return html.unescape(next(iter(re.findall(r'role="alert"[^>]*>(.*?)</', self.text)), ""))

    @property
    def hidden(self) -> list[tuple[str, str]]:
        return re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', self.form)

    @property
    def checked(self) -> list[str]:
        return [html.unescape(value) for value in re.findall(r'value="([^"]*)" checked', self.form)]


class Guest:
    """Somebody with the link, who follows redirects by hand."""

    def __init__(self, door: Door, token: str):
        self.door, self.path = door, f"/s/{token}"

    def get(self, path: str = "", **headers) -> Form:
        return Form(self.door.send("GET", path or self.path, origin=None, agent=AGENT, **headers))

    def fill(self, page: Form, *pairs: tuple[str, str], do: str = "send", **fields) -> Form:
        """Sends the page's form with these fields."""
        body = urlencode([*page.hidden, *pairs, *fields.items(), ("do", do)]).encode()
        return Form(self.door.send("POST", self.path, body, origin=None, agent=AGENT,
                                   Content_Type="application/x-www-form-urlencoded"))

    def go(self, page: Form, *pairs, **fields) -> Form:
        """Sends the form and looks at the page it leads to."""
        sent = self.fill(page, *pairs, **fields)
        assert sent.status == 303, sent.text
        return self.get(sent.to)


def token_of(door: Door, like_id: str, *, days_ago: float = 0) -> str:
    """The token that the product makes for this like, made some days ago."""

    then = type("Then", (TimestampSigner,), {"get_timestamp": lambda _signer: int(time.time() - days_ago * 86400)})
    secrets = (door.keeper.server.home / "secret").read_text().split()
    return URLSafeTimedSerializer(secrets[::-1], salt="afterlike.like", signer=then).dumps([door.site, like_id])


def invited(door: Door, flow: dict | None = None, **press) -> Guest:
    """A guest whose like has this flow, or the one that a site is born with."""
    if flow is not None:
        door.ask(flow)
    return Guest(door, token_of(door, door.press(**press)["id"]))


def asking(*cards: dict, **more) -> dict:
    return {"key": "ours", "cards": [{"title": f"About {card['type']}"} | card for card in cards]} | more


def said(door: Door) -> list[dict]:
    return [json.loads(row.said) for row in door.rows(tables.answers)]
