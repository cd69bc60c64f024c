"""Webhooks: each row of the journal told once, signed, tried again, paused when nobody answers for long; no address in it."""

import base64
import hashlib
import hmac
import json
import re
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from types import SimpleNamespace

import pytest
import sqlalchemy as sa
from admin.desk import shopper_of, signed_in
from conftest import ADMIN
from followup.making import rows
from ground.making import NOW, opened

from afterlike import journal, outbox, sites, tables
from afterlike.clock import DAY, HOUR, MINUTE, now
from afterlike.errors import Invalid, NotFound
from afterlike.signing import Keyring
from afterlike.sites import telling, webhooks
from parts.listener import Listener
from parts.programs import until

RING = Keyring(["s" * 32], b"pepper")
LOG = tables.webhook_deliveries


@dataclass
class Receiver:
    """Takes what is posted to `.url`; `.answer` is the status it gives."""

    answer: int = 204
    came: list[tuple[dict, bytes]] = field(default_factory=list)

    def __post_init__(self):
        mine = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                mine.came.append(({name.lower(): value for name, value in self.headers.items()}, body))
                self.send_response(mine.answer)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_said) -> None:
                pass

        self.listener = Listener(Handler)
        threading.Thread(target=self.listener.serve_forever, daemon=True).start()

    @property
    def place(self) -> str:
        return f"127.0.0.1:{self.listener.server_address[1]}"

    @property
    def url(self) -> str:
        return f"http://{self.place}/hook"

    def close(self) -> None:
        self.listener.shutdown()
        self.listener.server_close()


@pytest.fixture
def receiver():
    made = Receiver()
    yield made
    made.close()


@pytest.fixture
def database(database_url):
    with opened(database_url) as made:
        yield made


def shop(tx, name: str = "Shop") -> int:
    return sites.add_site(tx, name=name, origins=[], now=NOW).id


def hook(tx, site_id: int, receiver: Receiver, *kinds: str, at: int = NOW) -> int:
    wish = webhooks.Wish(site_id, receiver.url, kinds or ("liked",), frozenset({receiver.place}), at)
    return webhooks.save(tx, [wish])[0]


def happened(tx, site_id: int, *kinds: str, at: int = NOW) -> None:
    journal.append(tx, [{"site_id": site_id, "kind": kind, "at": at} for kind in kinds])


def house_of(database, receiver: Receiver) -> SimpleNamespace:
    config = SimpleNamespace(fetch_allow=frozenset({receiver.place}), smtp_url="", address="https://likes.shop.test")
    return SimpleNamespace(db=database, keyring=RING, config=config)


def send(database, receiver: Receiver, *, at: int | None = None) -> int:
    """One round of the worker, at that moment."""
    house = house_of(database, receiver)
    senders = {"webhook": lambda payload: telling.send_one(house, payload)}
    return outbox.deliver(database, senders, now=now() if at is None else at)


def test_each_row_is_told_once_to_whoever_asked_for_its_kind(database, receiver):
    with database.engine.begin() as tx:
        here, there = shop(tx, "Here"), shop(tx, "There")
        first, second = hook(tx, here, receiver, "liked", "answered"), hook(tx, here, receiver, "answered")
        hook(tx, there, receiver, "liked")
        happened(tx, here, "liked", "unliked", "answered")
        happened(tx, here, "liked", at=NOW - 1)  # before there was a webhook
    assert telling.announce(database) == 4 and telling.announce(database) == 0
    told = [(row.webhook_id, row.kind) for row in rows(database, LOG)]
    assert sorted(told) == [(first, "answered"), (first, "liked"), (second, "answered")]
    assert send(database, receiver) == 3 and send(database, receiver) == 0 and len(receiver.came) == 3
    assert {row.state for row in rows(database, LOG)} == {"delivered"}


def test_a_message_is_signed_so_that_the_other_side_can_check_it(database, receiver):
    with database.engine.begin() as tx:
        here = shop(tx)
        made = webhooks.one(tx, here, hook(tx, here, receiver))
        happened(tx, here, "liked")
    telling.announce(database)
    send(database, receiver)
    [(headers, body)] = receiver.came
    secret = base64.b64decode(webhooks.secret_of(RING, made).removeprefix("whsec_"))
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    right = "v1," + base64.b64encode(hmac.new(secret, signed, hashlib.sha256).digest()).decode()
    assert headers["webhook-signature"] == right and len(secret) == 32
    assert json.loads(body)["type"] == "liked" and headers["content-type"] == "application/json"


def secrets_of(database) -> list[str]:
    """The secret of the only webhook, as its page shows it once."""
    return [webhooks.secret_of(RING, row) for row in rows(database, tables.webhooks)]


def accepts(secret: str, headers: dict, body: bytes) -> bool:
    """What a library of Standard Webhooks does: one of the signatures is right."""
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    mine = hmac.new(base64.b64decode(secret.removeprefix("whsec_")), signed, hashlib.sha256).digest()
    return f"v1,{base64.b64encode(mine).decode()}" in headers["webhook-signature"].split(" ")


@pytest.mark.parametrize(("made_at", "ended", "good"), [
    (0, False, {"old", "new"}), (webhooks.OVERLAP - HOUR, False, {"old", "new"}), (webhooks.OVERLAP, False, {"new"}),
    (0, True, {"new"}),
], ids=["at once", "within a day", "after a day", "ended early"])  # fmt: skip
def test_a_new_secret_overlaps_the_one_before(database, receiver, made_at, ended, good):
    with database.engine.begin() as tx:
        here = shop(tx)
        made = hook(tx, here, receiver)
        happened(tx, here, "liked")
    secrets = {"older": secrets_of(database)[0]}
    database.write(webhooks.new_secret, (here, made, now() - made_at))
    secrets["old"] = secrets_of(database)[0]
    database.write(webhooks.new_secret, (here, made, now() - made_at))
    secrets["new"] = secrets_of(database)[0]
    if ended:
        assert database.write(webhooks.end_old_secret, (here, made))
        assert not database.write(webhooks.end_old_secret, (here, made))
    telling.announce(database)
    send(database, receiver)
    [(headers, body)] = receiver.came
    assert {name for name, secret in secrets.items() if accepts(secret, headers, body)} == good
    assert accepts(secrets["new"], {**headers, "webhook-signature": headers["webhook-signature"].split(" ")[0]}, body)


def test_the_signature_is_that_of_the_standard():
    """The example of the specification."""
    secret, body = base64.b64decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"), b'{"test": 2432232314}'
    made = telling.signature(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", body)
    assert made == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_what_fails_is_tried_again_under_the_same_id(database, receiver):
    receiver.answer = 500
    with database.engine.begin() as tx:
        here = shop(tx)
        hook(tx, here, receiver)
        happened(tx, here, "liked")
    telling.announce(database)
    at = now()
    assert send(database, receiver, at=at) == 0 and send(database, receiver, at=at) == 0 and len(receiver.came) == 1
    [row] = rows(database, LOG)
    assert (row.state, row.status, row.tries) == ("waiting", 500, 1) and "500" in row.problem
    receiver.answer = 200
    assert send(database, receiver, at=at + MINUTE) == 1
    assert len({headers["webhook-id"] for headers, _ in receiver.came}) == 1 and rows(database, LOG)[0].state == "delivered"
    assert rows(database, tables.webhooks)[0].failing_since is None


def test_after_all_its_tries_a_message_has_failed_and_can_be_sent_again(database, receiver):
    receiver.answer = 404
    with database.engine.begin() as tx:
        here = shop(tx)
        made = hook(tx, here, receiver)
        happened(tx, here, "liked")
    telling.announce(database)
    at = now()
    for wait in (0, *outbox.BACK_OFF):
        at += wait
        send(database, receiver, at=at)
    [row] = rows(database, LOG)
    assert (row.state, row.tries) == ("failed", len(outbox.BACK_OFF) + 1)
    receiver.answer = 200
    assert database.write(webhooks.send_again, (here, made, row.id, at)) is True
    assert database.write(webhooks.send_again, (here, made, row.id, at)) is False, "it was on its way already"
    assert send(database, receiver, at=at) == 1


PAUSES = [(410, 0, "gone"), (500, 3 * DAY + HOUR, "failing"), (500, 2 * DAY, None)]


@pytest.mark.parametrize(("answer", "failing_for", "why"), PAUSES)
def test_a_webhook_pauses_itself_and_its_owners_are_told(database, receiver, answer, failing_for, why):
    receiver.answer = answer
    with database.engine.begin() as tx:
        here = shop(tx)
        made = hook(tx, here, receiver)
        sites.add_admin(tx, email="ada@shop.test", site_id=here, role="owner", now=NOW)
        sites.add_admin(tx, email="ben@shop.test", site_id=here, role="editor", now=NOW)
        since = now() - failing_for if failing_for else None
        tx.execute(sa.update(tables.webhooks).values(failing_since=since))
        happened(tx, here, "liked")
    telling.announce(database)
    send(database, receiver)
    [after] = rows(database, tables.webhooks)
    assert (after.state, after.paused_why) == (("paused", why) if why else ("running", None))
    assert [row.kind for row in rows(database, tables.outbox, kind="webhook_paused")] == ["webhook_paused"] * bool(why)
    with database.engine.begin() as tx:
        happened(tx, here, "liked")
    telling.announce(database)
    assert len(rows(database, LOG)) == (1 if why else 2), "a paused webhook was told something"
    if why:
        database.write(webhooks.set_state, (here, made, "running", now()))
        assert rows(database, tables.webhooks)[0].paused_why is None


def test_what_waits_when_it_is_paused_is_not_sent(database, receiver):
    with database.engine.begin() as tx:
        here = shop(tx)
        made = hook(tx, here, receiver)
        happened(tx, here, "liked")
    telling.announce(database)
    database.write(webhooks.set_state, (here, made, "paused", now()))
    assert send(database, receiver) == 0 and receiver.came == [] and rows(database, LOG)[0].state == "failed"


@pytest.mark.parametrize(("url", "kinds", "wrong"), [
    ("https://shop.test/x", (), "kinds"), ("https://shop.test/x", ("test", "gossip"), "kinds"),
    ("ftp://shop.test", ("liked",), "url"),
    ("http://shop.test:8080/", ("liked",), "url"), ("https://me:secret@shop.test/", ("liked",), "url"), ("", ("liked",), "url"),
])  # fmt: skip
def test_what_cannot_be_told_is_not_kept(url, kinds, wrong):
    with pytest.raises(Invalid) as told:
        webhooks.checked(webhooks.Wish(1, url, kinds, frozenset(), NOW))
    assert list(told.value.fields) == [wrong]


def test_another_sites_webhook_is_not_there(database, receiver):
    with database.engine.begin() as tx:
        here, there = shop(tx, "Here"), shop(tx, "There")
        made = hook(tx, here, receiver)
    for write, item in (
        (webhooks.set_state, (there, made, "paused", NOW)), (webhooks.new_secret, (there, made, NOW)),
        (webhooks.end_old_secret, (there, made)),
        (webhooks.remove, (there, made)),
        (webhooks.test, (there, made, "key", NOW)), (webhooks.send_again, (there, made, 1, NOW)),
    ):  # fmt: skip
        with pytest.raises(NotFound):
            database.write(write, item)
    assert [row.state for row in rows(database, tables.webhooks)] == ["running"]


# Through the door.


def test_a_like_reaches_the_shops_own_server(server, site, receiver):
    running = server(fetch_allow=receiver.place)
    made = site(running)
    owner = signed_in(running, ADMIN)
    page = f"/admin/sites/{made.site}/webhooks"
    added = owner.post(page, ("kind", "liked"), ("kind", "answered"), url=receiver.url)
    secret = re.search(r"whsec_[A-Za-z0-9+/=]{40,}", added.text)[0]
    number = re.search(r"/webhooks/(\d+)/test", added.text)[1]
    assert secret not in owner.get(f"{page}/{number}").text, "the secret was shown again"
    owner.post(f"{page}/{number}/test")
    until(lambda: len(receiver.came) == 1, what="the test message")
    shopper = shopper_of(running, made)
    liked = shopper.like()
    until(lambda: len(receiver.came) == 2, what="the like")
    told = json.loads(receiver.came[1][1])
    assert told["type"] == "liked" and told["data"]["like"] == liked["id"] and told["data"]["site"] == made.site
    assert told["data"]["product"]["title"] == "Reading lamp" and re.fullmatch(r"\d+\.\d{2}", told["data"]["product"]["price"])
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", told["timestamp"])
    until(lambda: owner.get(f"{page}/{number}").words.count("Arrived") == 2, what="the log to say so")
    sent = re.search(r"/deliveries/(\d+)/again", owner.get(f"{page}/{number}").text)[1]
    assert owner.post(f"{page}/{number}/deliveries/{sent}/again").to.endswith("?done=again")
    until(lambda: len(receiver.came) == 3, what="the message once more")
    assert receiver.came[2][0]["webhook-id"] == receiver.came[1][0]["webhook-id"]
    shopper.say(liked, {"why": ["look", {"other": "a secret reason"}], "have": "wish"})
    until(lambda: len(receiver.came) == 4, what="the answer")
    answered = json.loads(receiver.came[3][1])
    assert answered["type"] == "answered" and re.fullmatch(r"[0-9a-f-]{36}", answered["data"]["answer"])
    assert "secret reason" not in str(receiver.came)
    assert owner.post(f"{page}/{number}", ("kind", "nothing"), url=receiver.url).status == 422
    assert secret not in owner.post(f"{page}/{number}/secret").text
    assert "It ends in" in owner.get(f"{page}/{number}").words and "/secret/end" in owner.get(f"{page}/{number}").text
    assert owner.post(f"{page}/{number}/secret/end").to == f"{page}/{number}?done=ended"
    assert "/secret/end" not in owner.get(f"{page}/{number}").text
    assert owner.post(f"{page}/{number}/state", state="paused").to == f"{page}/{number}?done=paused"
    assert "An admin paused it" in owner.get(f"{page}/{number}").words
    assert owner.post(f"{page}/{number}/remove").to == f"{page}?done=removed"
    assert owner.get(f"{page}/{number}").status == 404
