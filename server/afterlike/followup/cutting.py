"""Cuts an answer off from the letter that it quotes, in time that grows with its length alone. What is cut is kept beside it.

Our letters carry a marked line at their top; what stands there and below is theirs no more. Each line is looked at a fixed
number of times, and no expression can go back and try again: the known cutters take seconds for 20 KB of hostile text.
"""

from dataclasses import dataclass

from afterlike.letters import MARK

ENDS_OF_LINES = ("\r\n", "\r", "\v", "\f", "\x85", "\u2028", "\u2029")
LONGEST_INTRODUCTION = 400  # "On Friday, January 15, Ana <…> wrote:", over several lines at times
INTRODUCTION_LINES = 3
HEADER_LINES = 3  # From, Sent, To, Subject: so many lines with a colon are the head of a forwarded letter
LONGEST_NAME = 24


@dataclass(frozen=True, slots=True)
class Cut:
    """What they wrote, and what stood below or between it; the whole is never lost."""

    words: str
    quoted: str


def cut(text: str) -> Cut:
    """The answer, and what it quotes. Where nothing would be left, everything is the answer."""
    for end in ENDS_OF_LINES:
        text = text.replace(end, "\n")
    lines = [line.rstrip() for line in text.split("\n")]
    marked = next((place for place, line in enumerate(lines) if _is_marked(line)), None)
    if marked is None:
        return _without_marker(lines)
    below = lines[marked:]
    if _depth(lines[marked]) and any(line and not _depth(line) for line in below):
        return _between(lines)
    above = _without_introduction(lines[:marked])
    return _kept(above, lines[len(above):], lines)


def _without_marker(lines: list[str]) -> Cut:
    """Only what is quoted line by line at the end."""
    end = len(lines)
    while end and (not lines[end - 1] or _depth(lines[end - 1])):
        end -= 1
    if not any(_depth(line) for line in lines[end:]):
        return _kept(lines, [], lines)
    above = _without_introduction(lines[:end])
    return _kept(above, lines[len(above):], lines)


def _between(lines: list[str]) -> Cut:
    """Answers that stand between quoted lines: those alone, and the whole beside them."""
    own = [line for line in lines if not _depth(line)]
    first = next(place for place, line in enumerate(lines) if _depth(line))
    above = _without_introduction(lines[:first])
    own = above + own[first:]
    return _kept(own, lines, lines)


def _kept(own: list[str], quoted: list[str], lines: list[str]) -> Cut:
    words = "\n".join(own).strip()
    return Cut(words, "\n".join(quoted).strip("\n")) if words else Cut("\n".join(lines).strip(), "")


def _is_marked(line: str) -> bool:
    start = line.find(MARK)
    return start >= 0 and line.find(MARK[::-1], start + len(MARK)) >= 0


def _depth(line: str) -> bool:
    """Whether a line is quoted."""
    return line.lstrip(" \t").startswith(">")


def _without_introduction(lines: list[str]) -> list[str]:
    """Without the lines in which a mail program says whose words follow."""
    end = _trimmed(lines, len(lines))
    start = end
    while start and lines[start - 1] and end - start < 12:
        start -= 1
    block = lines[start:end]
    if _is_head(block):
        start = _trimmed(lines, start)
        ruled = start and not lines[start - 1].strip("-_ ") or start and lines[start - 1].startswith("-----")
        return lines[: _trimmed(lines, start - 1 if ruled else start)]
    said = _introduction(block)
    return lines[: _trimmed(lines, end - said)] if said else lines[:end]


def _trimmed(lines: list[str], end: int) -> int:
    """The end without empty lines, and without those that are quoted."""
    while end and (not lines[end - 1].strip() or _depth(lines[end - 1])):
        end -= 1
    return end


def _is_head(block: list[str]) -> bool:
    """From:, Sent:, To:, Subject: in whatever language."""
    rows = [line for line in block if line.strip("-_* ")]
    named = sum(0 < line.strip("* ").find(":") <= LONGEST_NAME for line in rows)
    return named >= HEADER_LINES and named == len(rows)


def _introduction(block: list[str]) -> int:
    """How many lines at the end say whose words follow: they end with a colon and name an address, a day or an hour."""
    if not block or not block[-1].rstrip().endswith((":", "：", "> wrote")):
        return 0
    for many in range(1, min(INTRODUCTION_LINES, len(block)) + 1):
        told = " ".join(block[-many:])
        if len(told) > LONGEST_INTRODUCTION:
            return 0
        if any(sign.isdigit() for sign in told) and ("@" in told or sum(sign.isdigit() for sign in told) >= 3):
            return many + _begins_before(block, many)
    return 0


def _begins_before(block: list[str], many: int) -> int:
    """A line more, where the words before it run on: "On Friday, January 15," and then the name."""
    before = len(block) - many
    return 1 if many < INTRODUCTION_LINES and before == 1 and block[0].endswith(",") else 0
