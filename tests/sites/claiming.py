"""An origin whose owner can prove it, and sites that claim it: what the tests of claims share."""

import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from types import SimpleNamespace

import sqlalchemy as sa
from ground.making import NOW

from afterlike import sites, tables
from afterlike.db import Database
from afterlike.sites import proofs
from parts.dns import NameServer
from parts.listener import Listener


class Origin:
    """A web server of somebody's: `pages` maps a path to (status, headers, body); `.asked` is what was asked for."""

    def __init__(self):
        self.pages: dict[str, tuple[int, dict, bytes]] = {}
        self.asked: list[str] = []
        origin = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                origin.asked.append(self.path)
                status, headers, body = origin.pages.get(self.path, (404, {}, b"nothing here"))
                self.send_response(status)
                for name, value in {"Content-Length": str(len(body)), **headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                """Quiet; `asked` is the log."""

        self._server = Listener(Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()

    @property
    def port(self) -> int:
        return self._server.server_port

    @property
    def url(self) -> str:
        """Its origin by name, which may have DNS records; `number` is another origin on the same port."""
        return f"http://localhost:{self.port}"

    @property
    def number(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def places(self) -> set[str]:
        return {f"localhost:{self.port}", f"127.0.0.1:{self.port}"}

    def put(self, path: str, body: str, kind: str = "text/html; charset=utf-8", status: int = 200, **headers: str) -> None:
        self.pages[path] = status, {"Content-Type": kind, **headers}, body.encode()

    def file(self, body: str, kind: str = "text/plain; charset=utf-8", **more) -> None:
        self.put(proofs.FILE, body, kind, **more)

    def move(self, path: str, to: str, status: int = 302) -> None:
        self.pages[path] = status, {"Location": to}, b""

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)


@contextmanager
def outside():
    """The world beyond our walls: `.origin` (a web server), `.names` (a name server), `.way` as proofs want it."""
    origin, names = Origin(), NameServer()
    try:
        yield SimpleNamespace(origin=origin, names=names, way=proofs.Outside(names.place, frozenset(origin.places)))
    finally:
        origin.close()
        names.close()


def a_site(database: Database, name: str = "Shop") -> sites.Site:
    with database.engine.begin() as tx:
        return sites.add_site(tx, name=name, origins=[f"https://{name.lower()}.test"], now=NOW)


def claimed(database: Database, site: sites.Site, origin: str) -> sites.Claim:
    """A new claim, or the one there is."""
    made = database.write(sites.claim, (site.id, origin, NOW))
    return read(database, site, made)


def read(database: Database, site: sites.Site, claim_id: int) -> sites.Claim:
    with database.read() as tx:
        return sites.claim_of(tx, site.id, claim_id)


def rows(database: Database) -> list[sa.Row]:
    with database.read() as tx:
        return tx.execute(sa.select(tables.origin_claims).order_by(tables.origin_claims.c.id)).all()
