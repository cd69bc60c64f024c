"""Asking for a quote and deciding on it, by the rooms' own verbs and through the doors."""

import json
import uuid
from types import SimpleNamespace

import sqlalchemy as sa
from admin.desk import Desk, Reply, ask, signed_in
from conftest import ADMIN
from followup.making import a_friend, an_answer, first_letter, rows
from ground.making import NOW
from me.making import SHOP, Endorser
from me.making import rows as there

from afterlike import followup, publicity, purposes, tables
from afterlike.clock import DAY
from afterlike.followup import conversations
from afterlike.publicity import quotes, shown

WORDS = "Reading by it is lovely. It never flickers, and my cat likes it too."


def a_speaker(database, **more) -> SimpleNamespace:
    """A friend (followup.making) with `.message`, which they wrote."""
    friend = a_friend(database, **more)
    with database.engine.begin() as tx:
        [talk] = conversations.begin(tx, [first_letter(friend, uuid_=uuid.uuid4().bytes)])
        [friend.message] = followup.reply(tx, [an_answer(friend, talk, WORDS)])
    return friend


def asks(database, speaker, words: str = WORDS, *, perk: str | None = None, at: int = NOW,
         picture: bool = False) -> int:
    """The id of the quote that the site asks for."""
    return database.write(quotes.ask, quotes.Ask(
        speaker.site, "message", speaker.message, "", words, perk, speaker.admin, at, picture))


def says(speaker, quote_id: int, words: str = WORDS, *, at: int = NOW, until: int | None = NOW + 30 * DAY, places=("site",),
         name: str | None = "Ada", picture: publicity.Picture | None = None) -> quotes.Answered:
    wording = purposes.of_quote(locale="en", controller="The shop", privacy_url=None, picture=picture is not None)
    return quotes.Answered(speaker.endorser, quote_id, at, words, name, None, places, until, wording, b"m" * 16, picture)


def seen(database, speaker, *, at: int = NOW, place: str = "site") -> list[str]:
    """The words that everybody may read."""
    with database.read() as tx:
        return [one.words for one in shown.published(tx, speaker.site, at, place=place)]


def acts(database) -> list[tuple[str, str, str]]:
    """What the ledger says about publishing: (action, method, actor)."""
    return [(row.action, row.method, row.actor) for row in rows(database, tables.consent_events)
            if row.purpose == "publish_profile"]


def ask_there(desk: Desk, endorser: Endorser, words: str, *, perk: str = "", nth: int = 0, **more) -> int:
    """An admin asks for what they said in the nth answer; the quote's id."""
    site = endorser.site.site
    answers = there(endorser.town, sa.select(tables.answers.c.id).order_by(tables.answers.c.id))
    sent = desk.post(f"/admin/sites/{site}/quotes", source="answer", id=answers[nth].id, part="why", words=words,
                     perk="some" if perk else "none", perk_words=perk, **more)
    assert sent.status == 303, sent.words
    return there(endorser.town, sa.select(sa.func.max(tables.quotes.c.id).label("id")))[0].id


def terms(endorser: Endorser, words: str, *, picture: bool = False, **more) -> dict:
    """The form of one's own page, filled in; `picture` where one is asked for."""
    text = purposes.of_quote(locale=endorser.person.locale, controller=SHOP, privacy_url=None, picture=picture)
    return {"do": "give", "text": text.sha256.hex(), "words": words, "name": "", "place": "site", "time": "1y"} | more


def send_file(endorser: Endorser, path: str, raw: bytes, *, file: str = "me.jpg", proof: str = "", **fields) -> Reply:
    """Sends a form of one's own page with a picture in it, as a browser does; with file="" as one where none was chosen."""
    edge = uuid.uuid4().hex
    named = {"proof": proof or endorser.page().proof} | fields
    parts = [f'Content-Disposition: form-data; name="{name}"\r\n\r\n{value}'.encode() for name, value in named.items()]
    head = f'Content-Disposition: form-data; name="picture"; filename="{file}"\r\nContent-Type: image/png\r\n\r\n'
    body = b"".join(f"--{edge}\r\n".encode() + part + b"\r\n" for part in [*parts, head.encode() + raw])
    cookies = "; ".join(f"{name}={value}" for name, value in endorser.desk.cookies.items())
    return ask("POST", endorser.town.url + path, body=body + f"--{edge}--\r\n".encode(), headers={
        "Cookie": cookies, "Accept": "text/html", "Content-Type": f"multipart/form-data; boundary={edge}"})


def public(town, path: str, **headers):
    """What a stranger gets."""
    return ask("GET", town.url + path, headers={"Origin": "https://elsewhere.test", **headers})


def quoted(town, site, product: str = "") -> list[dict]:
    told = public(town, f"/v1/quotes?site={site.site}" + (f"&product={product}" if product else ""))
    assert told.status == 200, told.text
    return json.loads(told.text)["quotes"]


def admin_of(town) -> Desk:
    return signed_in(town.server, ADMIN)

