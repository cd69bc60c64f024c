"""Shares that say how sure they are. Pure."""

from dataclasses import dataclass
from math import sqrt

RANKED_FROM = 10  # under this many nothing is put before or after anything else
Z = 1.959964  # 95 %


@dataclass(frozen=True, slots=True)
class Rate:
    """`k` of `n`; `share`, `low` and `high` are from 0 to 1, None where n is 0."""

    k: int
    n: int

    @property
    def share(self) -> float | None:
        return self.k / self.n if self.n else None

    @property
    def low(self) -> float | None:
        return wilson(self.k, self.n)[0] if self.n else None

    @property
    def high(self) -> float | None:
        return wilson(self.k, self.n)[1] if self.n else None

    @property
    def enough(self) -> bool:
        return self.n >= RANKED_FROM


def wilson(k: int, n: int) -> tuple[float, float]:
    """The 95 % interval of k of n (Wilson 1927, the score interval): within 0 and 1, and honest for a small n."""
    share, square = k / n, Z * Z / n
    middle = (share + square / 2) / (1 + square)
    half = Z / (1 + square) * sqrt(share * (1 - share) / n + square / n / 4)
    return max(0.0, middle - half), min(1.0, middle + half)


def mean_interval(values: dict[int, int], weights: dict[int, int]) -> tuple[float, float, float]:
    """Mean of `values` (value -> how often) after `weights` (value -> what it counts as), and its 95 % interval (normal)."""
    n = sum(values.values())
    mean = sum(weights[value] * count for value, count in values.items()) / n
    spread = sum((weights[value] - mean) ** 2 * count for value, count in values.items()) / n
    half = Z * sqrt(spread / n)
    return mean, mean - half, mean + half
