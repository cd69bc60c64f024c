"""What time it is, in one place, so that tests can say otherwise."""

import time

SECOND = 1_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR


def now() -> int:
    """Milliseconds since 1970-01-01T00:00Z, the unit of every `*_at` column."""
    return time.time_ns() // 1_000_000
