"""A share of a count as it may be shown: with its n and the range that the true share lies in."""

from dataclasses import dataclass

from afterlike.honest import wilson


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
    """None where there is nothing to share."""
    return Share(k, n, *(100 * end for end in wilson(k, n))) if n else None
