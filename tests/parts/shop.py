"""A shop that is only pages: a small web server for test pages on an origin of its own."""

import mimetypes
import threading
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from urllib.parse import urlsplit

from parts.listener import Listener

Pages = Mapping[str, str | bytes]


class Shop:
    """`shop.pages` maps a path to HTML; `{collector}` and `{site}` in it are filled from `shop.fill`.

    `shop.headers` go with every answer (a Content-Security-Policy, say), `shop.folder` answers for paths that no page
    has, and `shop.asked` lists what was asked for.
    """

    def __init__(self):
        shop = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            timeout = 30

            def do_GET(self):
                shop._serve(self)

            def log_message(self, *_):
                """Quiet; `asked` is the log."""

        self.empty()
        self._server = Listener(Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), name="shop", daemon=True)
        self._thread.start()

    def empty(self) -> None:
        self.pages: dict[str, str | bytes] = {}
        self.headers: dict[str, str] = {}
        self.folder: Path | None = None
        self.asked: list[str] = []
        self.fill: dict[str, str] = {}

    @property
    def url(self) -> str:
        """Its address and at the same time its Origin."""
        return f"http://127.0.0.1:{self._server.server_port}"

    def __call__(self, pages: Pages | Path, *, headers: Mapping[str, str] | None = None) -> str:
        """Puts pages (or a folder) on the shelves and returns the shop's address."""
        if isinstance(pages, Path):
            self.folder = pages
        else:
            self.pages.update(pages)
        self.headers.update(headers or {})
        return self.url

    def _serve(self, request: BaseHTTPRequestHandler) -> None:
        path = urlsplit(request.path).path
        self.asked.append(request.path)
        body, kind = self._found(path)
        request.send_response(200 if body is not None else 404)
        body = self._filled(body or b"", kind)
        for name, value in {"Content-Type": kind, "Cache-Control": "no-store", **self.headers}.items():
            request.send_header(name, self._filled(value.encode(), "text/plain").decode())
        request.send_header("Content-Length", str(len(body)))
        request.end_headers()
        request.wfile.write(body)

    def _found(self, path: str) -> tuple[bytes | None, str]:
        kind = mimetypes.guess_type(path)[0] or "text/html; charset=utf-8"
        page = self.pages.get(path)
        if page is not None:
            return (page.encode() if isinstance(page, str) else page), kind
        if self.folder is None:
            return None, kind
        file = (self.folder / path.lstrip("/")).resolve()
        file = file / "index.html" if file.is_dir() else file
        if not file.is_file() or not file.is_relative_to(self.folder.resolve()):
            return None, kind
        return file.read_bytes(), mimetypes.guess_type(file.name)[0] or kind

    def _filled(self, body: bytes, kind: str) -> bytes:
        if not kind.startswith("text/"):
            return body
        for name, value in self.fill.items():
            body = body.replace(b"{%b}" % name.encode(), value.encode())
        return body

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)
