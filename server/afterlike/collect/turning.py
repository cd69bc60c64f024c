"""Turning the pages of a list that is too long to be counted: a page begins at a like, not at a number.

So likes that arrive meanwhile move nothing, and the last page is as quick as the first.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

PER_PAGE = 50
Place = tuple[int, int]  # (liked_at, id): what the list is ordered by, both falling


@dataclass(frozen=True, slots=True)
class Turn:
    """The page behind a place, or the one that ends before it; neither is the first page."""

    behind: Place | None = None
    before: Place | None = None

    @property
    def query(self) -> dict[str, str]:
        """The same for an address."""
        pairs = {"behind": self.behind, "before": self.before}
        return {name: ".".join(map(str, place)) for name, place in pairs.items() if place is not None}


def asked(args: Mapping[str, str]) -> Turn:
    """What an address says; what cannot be read is the first page."""
    behind, before = (_place(args.get(name, "")) for name in ("behind", "before"))
    return Turn(behind=behind) if behind else Turn(before=before)


def _place(text: str) -> Place | None:
    found = re.fullmatch(r"(\d{1,18})\.(\d{1,18})", text, re.ASCII)
    return (int(found[1]), int(found[2])) if found else None


@dataclass(frozen=True, slots=True)
class Count:
    """How many likes match; where not `whole`, more than that. `by_source` is how `told` of them came, the newest."""

    n: int
    whole: bool
    by_source: dict[str, int]

    @property
    def told(self) -> int:
        return sum(self.by_source.values())


@dataclass(frozen=True, slots=True)
class Page:
    """A page of a list. `first` is the number of its first like, None where nobody counted; so is `count`.

    `looked_to` is a moment: so far back was looked for a page that is not full, and there is more to look through.
    """

    ids: list[int]
    turn: Turn
    count: Count | None
    first: int | None
    newer: Turn | None
    older: Turn | None
    looked_to: int | None = None


def page(turn: Turn, rows: list[Place], end: Place | None, count: Count | None, first: int | None) -> Page:
    """A page out of the rows that were found in the direction of the turn, nearest first, one more than it holds if there are.

    `end` is the last place that was looked at where there is more to look through.
    """
    more, rows = len(rows) > PER_PAGE, rows[:PER_PAGE]
    last = rows[-1] if more else end
    short = None if more or end is None else end[0]
    if turn.before is None:
        newer = None if turn.behind is None else Turn(before=rows[0] if rows else (turn.behind[0], turn.behind[1] - 1))
        older = Turn(behind=last) if last else None
    else:
        rows = rows[::-1]
        newer = Turn(before=last) if last else None
        older = Turn(behind=rows[-1] if rows else (turn.before[0], turn.before[1] + 1))
    return Page([place[1] for place in rows], turn, count, first, newer, older, short)
