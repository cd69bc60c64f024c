"""A share of a count as it may be shown: with its n and the range that the true share lies in."""

from dataclasses import dataclass
from math import sqrt

Z = 1.959964  # 95 %


@dataclass(frozen=True)
class Share:
    """k of n; `low` and `high` are the ends of its 95 % Wilson interval, in per cent."""

    k: int
    n: int
    low: float
    high: float

    @property
    def percent(self) -> float:
        return 100 * self.k / self.n


def share(k: int, n: int) -> Share | None:
    """None where there is nothing to share. Wilson 1927; also right for small n, and for 0 and n of n.

    https://en.wikipedia.org/wiki/Binomial_proportion_confidence_interval#Wilson_score_interval
    """
    if not n:
        return None
    p, z2 = k / n, Z * Z
    middle, half = p + z2 / (2 * n), Z * sqrt(p * (1 - p) / n + z2 / (4 * n * n))
    low, high = ((middle + way * half) / (1 + z2 / n) for way in (-1, 1))
    return Share(k, n, max(0.0, 100 * low), min(100.0, 100 * high))
