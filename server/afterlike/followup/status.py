"""How `afterlike inbound` is doing: its counters, and GET /healthz, /readyz and /metrics at AFTERLIKE_INBOUND_STATUS, where the
collector's own faces of that name say the same of it."""

import hmac
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import prometheus_client
import sqlalchemy as sa
from prometheus_client import Counter, Gauge

from afterlike import tables
from afterlike.errors import AfterlikeError
from afterlike.web import LOOPBACK, House, within

mail_total = Counter("afterlike_mail_in_total", "Mail that came in, by whom it was for and what became of it", ("for", "outcome"))
sender_total = Counter("afterlike_mail_sender_total", "Answers by mail, by who vouched for their sender", ("vouched",))
connections_total = Counter("afterlike_mail_connections_total", "Connections to the listener", ("outcome",))
imap_total = Counter("afterlike_imap_connections_total", "Connections to the mailbox: opened, and lost", ("outcome",))
put_off_total = Counter("afterlike_mail_put_off_total", "Mail that could not be kept, so that it comes again")
looked_at = Gauge("afterlike_imap_looked_timestamp_seconds", "When the mailbox was looked into last")

LATE_S = 900  # a mailbox that could not be looked into for so long is away
PATIENCE_S = 10


class Ways:
    """By which ways mail comes in, and whether they are open."""

    def __init__(self):
        self._looked: float | None = None
        self._listens: bool | None = None

    def expect(self, *, listener: bool, mailbox: bool) -> None:
        self._listens = False if listener else None
        self._looked = time.monotonic() if mailbox else None

    def listening(self, does: bool) -> None:
        self._listens = does

    def looked(self) -> None:
        """The mailbox was looked into."""
        self._looked = time.monotonic()
        looked_at.set_to_current_time()

    def shut(self, patience_s: int) -> list[str]:
        """Those that mail cannot come in by now; a mailbox is looked into every patience_s."""
        late = self._looked is not None and time.monotonic() - self._looked > max(LATE_S, 2 * patience_s)
        return [name for name, is_shut in (("listener", self._listens is False), ("mailbox", late)) if is_shut]


WAYS = Ways()


@contextmanager
def told(house: House) -> Iterator[None]:
    """Answers at AFTERLIKE_INBOUND_STATUS meanwhile; where that is empty, nowhere."""
    if not house.config.inbound_status:
        yield
        return
    host, _, port = house.config.inbound_status.rpartition(":")
    server = _Server((host.strip("[]"), int(port)), _Answers)
    server.house = house
    threading.Thread(target=server.serve_forever, name="status", daemon=True).start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    house: House


class _Answers(BaseHTTPRequestHandler):
    timeout = PATIENCE_S
    server_version, sys_version = "Afterlike", ""

    def do_GET(self) -> None:
        """The name is the standard library's."""
        path = self.path.partition("?")[0]
        if path == "/metrics" and self._may_see():
            self._send(200, prometheus_client.generate_latest().decode(), "text/plain; charset=utf-8")
        elif path == "/healthz":
            self._tell(200, status="ok")
        elif path == "/readyz":
            shut = _shut(self.server.house)
            self._tell(503 if shut else 200, **({"status": "not ready", "shut": shut} if shut else {"status": "ready"}))
        else:
            self._tell(404, status="not found")

    do_HEAD = do_GET

    def _may_see(self) -> bool:
        """As for the collector's: this machine, or who has the token."""
        token = self.server.house.config.metrics_token
        right = hmac.compare_digest(self.headers.get("Authorization", "").encode(), f"Bearer {token}".encode())
        return within(self.client_address[0], LOOPBACK) or bool(token and right)

    def _tell(self, code: int, **told) -> None:
        self._send(code, json.dumps(told), "application/json")

    def _send(self, code: int, body: str, kind: str) -> None:
        raw = body.encode()
        self.send_response(code)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(raw)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(raw)

    def log_message(self, *_told) -> None:
        """A look at it is no line in the log."""


def _shut(house: House) -> list[str]:
    try:
        with house.db.read() as tx:
            tx.execute(sa.select(tables.sites.c.id).limit(1))
    except (AfterlikeError, sa.exc.SQLAlchemyError):
        return ["database", *WAYS.shut(house.config.imap_seconds)]
    return WAYS.shut(house.config.imap_seconds)
