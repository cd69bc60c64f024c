"""Somebody's own site as a second WSGI application on a port of its own: profile pages, actors, sources of webmentions."""

import json
import threading

from flask import Flask, Response, request
from werkzeug.serving import make_server


class OtherSite:
    """`put("/ada", "<a …>")` is a page; `.place` is host:port for an allowance, `.asked` what was asked for, with its Accept."""

    def __init__(self):
        self.pages: dict[str, tuple[str, int, dict]] = {}
        self.asked: list[tuple[str, str]] = []
        app = Flask(__name__)
        app.url_map.merge_slashes = False

        @app.get("/", defaults={"path": ""})
        @app.get("/<path:path>")
        def answer(path: str) -> Response:
            path = f"/{path}"
            accept = request.headers.get("Accept", "")
            self.asked.append((path, accept))
            wanted = f"{path} {accept}" if f"{path} {accept}" in self.pages else path
            body, status, headers = self.pages.get(wanted, ("nothing here", 404, {"Content-Type": "text/plain"}))
            return Response(body, status, headers)

        self._server = make_server("127.0.0.1", 0, app, threaded=True)
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()
        self.place = f"127.0.0.1:{self._server.server_port}"
        self.url = f"http://{self.place}"

    def put(self, path: str, body: str, kind: str = "text/html; charset=utf-8", status: int = 200, **headers: str) -> str:
        """The address of the page."""
        told = {name.replace("_", "-"): value for name, value in headers.items()}
        self.pages[path] = body, status, {"Content-Type": kind, **told}
        return self.url + path.partition(" ")[0]

    def actor(self, path: str, **fields) -> str:
        """A fediverse actor at that path, for whoever asks for one."""
        told = {"@context": "https://www.w3.org/ns/activitystreams", "type": "Person", "id": self.url + path} | fields
        return self.put(f"{path} application/activity+json", json.dumps(told), "application/activity+json")

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)
