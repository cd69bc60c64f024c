"""A collector of a few lines, which takes an extension's likes and can be away; a step that it gives; a page to like on."""

import json
import threading
from http.server import BaseHTTPRequestHandler
from urllib.parse import urlsplit

from parts.listener import Listener

KEY = "known-key"
PRODUCT = """
<article itemscope itemtype="https://schema.org/Product">
<h2 itemprop="name">{0}</h2><a itemprop="url" href="/{0}">more</a></article>
"""
LISTING = "<!doctype html><html lang=en><title>Mugs</title><main>" + "".join(map(PRODUCT.format, ("Blue", "Green"))) + "</main>"
WHY = {"key": "why", "type": "single", "title": "What do you like?", "options": [{"key": "look", "text": "The look"}]}
NEWS = {"purpose": "news", "text": "News", "text_id": "n1"}
STEP = {
    "kind": "survey", "prompt": "welcome", "version": 1, "locale": "en", "dir": "ltr", "thanks": "Thank you kindly!",
    "cards": [
        WHY,
        {"key": "consent", "type": "consent", "title": "May we write?", "no": "No", "boxes": [NEWS]},
        {"key": "address", "type": "address", "title": "Where to?", "label": "Your address"},
        {"key": "sent", "type": "statement", "title": "Look into your mailbox."},
    ],
}


class LittleCollector:
    """`said` is what came, as (path, body); `step` what likes are answered with; `refuse` a sentence for every like,
    `tried` how many likes came, also while it was `away`.

    While `at_once` is not set, likes wait for their answer.
    """

    def __init__(self):
        little = self

        class Handler(BaseHTTPRequestHandler):
            timeout = 30

            def do(self):
                little._answer(self)

            do_GET = do_POST = do_DELETE = do_OPTIONS = do

            def log_message(self, *_):
                """Quiet; `said` is the log."""

        self.anew()
        self._server = Listener(Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def anew(self) -> None:
        self.said: list[tuple[str, dict]] = []
        self.away, self.refuse, self.step = False, None, None
        self.tried = 0
        self.at_once = threading.Event()
        self.at_once.set()

    def bodies(self, path: str) -> list[dict]:
        return [body for where, body in self.said if where == path]

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def _answer(self, call: BaseHTTPRequestHandler) -> None:
        sent = call.rfile.read(int(call.headers.get("Content-Length") or 0))
        where = urlsplit(call.path)
        body = json.loads(sent or "{}")
        self.tried += where.path == "/v1/likes"
        if self.away:
            status, answer = 503, {}
        else:
            self.said.append((where.path, body))
            if where.path == "/v1/likes":
                self.at_once.wait(20)
            status, answer = self._of(call.command, where.path, where.query, body)
        written = json.dumps(answer).encode()
        call.send_response(status)
        call.send_header("Content-Type", "application/json")
        call.send_header("Content-Length", str(len(written)))
        call.end_headers()
        call.wfile.write(written)

    def _of(self, method: str, path: str, query: str, body: dict) -> tuple[int, dict]:
        match path:
            case "/v1/installs":
                return 201, {"token": "token-1"}
            case "/v1/openapi.json":
                return 200, {"paths": {"/v1/installs": {}}}
            case "/v1/counts":
                return (200, {"counts": {}}) if f"site={KEY}" in query else (404, {"detail": "There is no such site."})
            case "/v1/likes" if self.refuse:
                return 403, {"detail": self.refuse}
            case "/v1/likes":
                return 200, {"id": body["id"], "liked": True, "count": 3, "site": KEY, "next_step": self.step or {"kind": "none"}}
            case "/v1/opt-ins" | "/v1/profile-links":
                return 202, {"detail": "Look into your mailbox."}
            case _ if method == "DELETE":
                return 200, {"liked": False, "count": 2}
        return 200, {}
