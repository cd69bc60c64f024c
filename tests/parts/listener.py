"""A small HTTP server for tests, on a free port of this machine."""

import contextlib
from http.server import ThreadingHTTPServer


class Listener(ThreadingHTTPServer):
    """A browser that leaves while it is answered is no news."""

    daemon_threads = True

    def __init__(self, handler):
        super().__init__(("127.0.0.1", 0), handler)

    def finish_request(self, request, client_address) -> None:
        with contextlib.suppress(ConnectionError):
            super().finish_request(request, client_address)
