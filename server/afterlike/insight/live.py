"""New likes as they come, as server-sent events: a GET that holds one thread of gunicorn for a while, and few of them at once.

An event says only that there is something new; the page asks for itself again, so there is one way to show a like.
"""

import threading
from collections.abc import Callable, Iterator
from time import monotonic

from flask import Response, request

from afterlike import sites
from afterlike.insight import home
from afterlike.web import House, house

SHARE = 4  # at most every fourth thread of a process streams
LOOK_S = 1.0
RETRY_MS = 2_000


class Streams:
    """How many are open in this process."""

    def __init__(self, most: int):
        self._free = threading.Semaphore(most)
        self.stopping = threading.Event()

    def open(self) -> bool:
        return self._free.acquire(blocking=False)

    def close(self) -> None:
        self._free.release()


def latest(key: str) -> Response:
    """Says when likes have come, and when they are added up, until its time is over.

    204 where too many listen already, which a browser does not repeat.
    """
    admin, site, role = sites.on_site(key)
    streams = house().state.setdefault("streams", Streams(max(1, house().config.threads // SHARE)))
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    if request.method == "HEAD":
        return Response(headers=headers, mimetype="text/event-stream")
    if not streams.open():
        return Response(status=204)
    seen = request.headers.get("Last-Event-ID") or request.args.get("since", "")
    response = Response(events(house(), site.id, seen, streams.stopping.wait), headers=headers, mimetype="text/event-stream")
    response.call_on_close(streams.close)
    return response


def events(shared: House, site_id: int, seen: str, pause: Callable[[float], bool]) -> Iterator[str]:
    """The stream, line by line; a comment at every look finds out whether anybody still listens.

    `seen` is the mark of the page, or of the last event: what came before somebody listened is told too.
    """
    ends, known = monotonic() + shared.config.live_seconds, seen or _mark(shared, site_id)
    serving = shared.state.get("serving", lambda: True)
    yield f"retry: {RETRY_MS}\n\n"
    while monotonic() < ends and serving() and not pause(LOOK_S):
        now_there = _mark(shared, site_id)
        yield f"event: likes\nid: {now_there}\ndata: {now_there}\n\n" if now_there != known else ":\n\n"
        known = now_there


def _mark(shared: House, site_id: int) -> str:
    with shared.db.read() as tx:
        return home.mark(tx, site_id)
