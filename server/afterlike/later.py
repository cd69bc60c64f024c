"""Gathers what may be kept a moment later: one write about once a second and process, instead of one for each request."""

import logging
import threading
from collections import Counter

from afterlike.db import Database
from afterlike.errors import Unavailable
from afterlike.writer import Apply

log = logging.getLogger(__name__)

PAUSE_S = 1.0


class Later:
    """What this process has gathered and is not in the database yet: a Counter that adds up, or a set."""

    def __init__(self, database: Database, apply: Apply, gathered: Counter | set, what: str):
        self._database, self._apply, self._kind, self._what = database, apply, type(gathered), what
        self._gathered = gathered
        self._lock = threading.Lock()
        self._timer: threading.Timer | None = None

    def add(self, more: Counter | set) -> None:
        """Kept within about a second, and at the end of the process."""
        with self._lock:
            self._gathered.update(more)
            if self._timer is None:
                self._timer = threading.Timer(PAUSE_S, self.keep)
                self._timer.daemon = True
                self._timer.start()

    def keep(self) -> None:
        """Hands it to the database; what could not be kept is kept with the next."""
        with self._lock:
            gathered, self._gathered, self._timer = self._gathered, self._kind(), None
        if not gathered:
            return
        try:
            self._database.write(self._apply, gathered)
        except Unavailable:
            log.warning("%d %s are not in the database yet", len(gathered), self._what)
            with self._lock:
                self._gathered.update(gathered)
