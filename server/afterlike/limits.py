"""How often somebody may do something: the `limits` library's own storages, in memory or in Redis.

When Redis is away each process counts for itself: a limit that is looser for a while, never a like that is refused.
"""

import logging
import threading
import time

from limits import RateLimitItemPerSecond
from limits.errors import StorageError
from limits.storage import MemoryStorage, RedisStorage
from limits.strategies import FixedWindowRateLimiter

from afterlike.errors import TooMany

log = logging.getLogger(__name__)

REST_S = 5  # how long Redis is left alone after it failed


class SweptMemory(MemoryStorage):
    """The library's own memory storage, swept now and then by whoever counts.

    The original starts a thread up to a hundred times a second, and each looks at every counter (a quarter of the cost
    of a like at 1,000 visitors a minute; docs/decisions/0004-limits.md).
    """

    SWEEP_S = 5.0

    def __init__(self):
        super().__init__()
        self._alone = threading.Lock()
        self._sweep_at = 0.0

    def incr(self, key: str, expiry: float, amount: int = 1) -> int:
        moment = time.time()
        with self._alone:
            if moment >= self._sweep_at:
                self._sweep(moment)
            if self.expirations.get(key, 0) <= moment:
                self.storage[key], self.expirations[key] = 0, moment + expiry
            self.storage[key] += amount
            return self.storage[key]

    def _sweep(self, moment: float) -> None:
        self._sweep_at = moment + self.SWEEP_S
        for key in [key for key, until in self.expirations.items() if until <= moment]:
            del self.expirations[key], self.storage[key]


class Limits:
    """Counters by name; `rates` maps a name to (most, seconds)."""

    def __init__(self, rates: dict[str, tuple[int, int]], redis_url: str = ""):
        self._rates = {name: RateLimitItemPerSecond(most, seconds, namespace=name) for name, (most, seconds) in rates.items()}
        self._here = FixedWindowRateLimiter(SweptMemory())
        self._shared = FixedWindowRateLimiter(_redis(redis_url)) if redis_url else None
        self._rest_until = 0.0

    def spend(self, name: str, *who: str) -> None:
        """Counts one call; raises TooMany with the seconds until the window ends."""
        rate = self._rates[name]
        if not self._hit(rate, who):
            raise TooMany(retry_after=self._seconds_left(rate, who))

    def _hit(self, rate, who) -> bool:
        if self._shared is not None and time.monotonic() >= self._rest_until:
            try:
                return self._shared.hit(rate, *who)
            except StorageError as away:
                self._rest_until = time.monotonic() + REST_S
                log.warning("limits are counted in this process for %s s: %s", REST_S, away)
        return self._here.hit(rate, *who)

    def _seconds_left(self, rate, who) -> int:
        window = self._here.get_window_stats(rate, *who)
        if self._shared is not None and time.monotonic() >= self._rest_until:
            try:
                window = self._shared.get_window_stats(rate, *who)
            except StorageError:
                pass
        return max(1, int(window.reset_time - time.time()) + 1)


def _redis(url: str) -> RedisStorage:
    return RedisStorage(url, wrap_exceptions=True, socket_timeout=0.5, socket_connect_timeout=0.5)
