"""A bad network between a client and the collector."""

import http.client
import json
import threading
from http.server import BaseHTTPRequestHandler
from urllib.parse import urlsplit

from parts.listener import Listener


class BadNetwork:
    """Stands between the widget and the collector; `refuse` lists what becomes of the next calls to `path`.

    A number is answered instead of the collector (with `headers`), "cut" drops the call, "lose" lets the collector
    have it and drops the answer; a function changes the body on its way. `sent` is the bodies that came, by path,
    `answered` the paths that have their answer; `step` stands in for the next step in the answers to likes. `standing`
    becomes of every call to `path` until it is taken back.
    """

    def __init__(self, collector: str):
        self.path, self.refuse, self.headers, self.sent = "/v1/likes", [], {}, {}
        self.answered: list[str] = []
        self.answer, self.step, self.standing = b"{}", None, None
        network, self._to = self, urlsplit(collector).netloc

        class Handler(BaseHTTPRequestHandler):
            timeout = 30

            def do(self):
                network._pass(self)

            do_GET = do_POST = do_DELETE = do_OPTIONS = do

            def log_message(self, *_):
                """Quiet; `sent` is the log."""

        self._server = Listener(Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def _pass(self, call: BaseHTTPRequestHandler) -> None:
        body = call.rfile.read(int(call.headers.get("Content-Length") or 0))
        if body:
            self.sent.setdefault(call.path, []).append(json.loads(body))
        fault = (self.refuse.pop(0) if self.refuse else self.standing) if call.path == self.path else None
        if callable(fault):
            body = json.dumps(fault(json.loads(body))).encode()
        if fault == "cut":
            return self._cut(call)
        if isinstance(fault, int):
            allowed = {"Access-Control-Allow-Origin": "*", "Access-Control-Expose-Headers": "Retry-After"}
            return self._reply(call, fault, allowed | self.headers, self.answer)
        connection = http.client.HTTPConnection(self._to, timeout=10)
        own = ("host", "content-length", "connection")
        passed = {name: value for name, value in call.headers.items() if name.lower() not in own}
        connection.request(call.command, call.path, body, passed)
        answer = connection.getresponse()
        content = answer.read()
        connection.close()
        if fault == "lose":
            return self._cut(call)
        if self.step and call.path == "/v1/likes" and answer.status == 200:
            content = json.dumps(json.loads(content) | {"next_step": self.step}).encode()
        hop = ("connection", "transfer-encoding", "content-length", "date", "server")
        self._reply(call, answer.status, {name: value for name, value in answer.getheaders() if name.lower() not in hop}, content)

    def _cut(self, call: BaseHTTPRequestHandler) -> None:
        call.close_connection = True

    def _reply(self, call: BaseHTTPRequestHandler, status: int, headers: dict[str, str], content: bytes) -> None:
        call.send_response(status)
        for name, value in (headers | {"Content-Length": str(len(content))}).items():
            call.send_header(name, value)
        call.end_headers()
        call.wfile.write(content)
        self.answered.append(call.path)

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
