"""Whether to ask, and what: pure, the same facts give the same answer. No database, no clock, no chance.

`GATES` is the whole decision in its order. A gate looks at one thing and returns None (pass) or the reason to stop.
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from afterlike.clock import DAY, MINUTE, SECOND
from afterlike.prompts.fields import moment
from afterlike.words import for_admins

VISIT = 30 * MINUTE
HANDED = 60 * SECOND  # a widget that took a flow shows it by then, or never
SNOOZE = 30 * DAY

REASONS = {
    "due":         for_admins("It is asked."),
    "no_prompt":   for_admins("No prompt is running on this site."),
    "paused":      for_admins("The prompt is paused, or still a draft."),
    "not_started": for_admins("The prompt starts later."),
    "ended":       for_admins("The prompt has ended."),
    "product":     for_admins("The prompt is for other products."),
    "category":    for_admins("The prompt is for other categories."),
    "url":         for_admins("The prompt is for other pages."),
    "nth_like":    for_admins("The prompt is for another number of likes."),
    "visitors":    for_admins("The prompt is only for new visitors, or only for those who come back."),
    "locale":      for_admins("The prompt is for other languages."),
    "answered":    for_admins("The visitor has answered this prompt."),
    "snoozed":     for_admins("The visitor closed this prompt less than 30 days ago."),
    "recontact":   for_admins("The visitor saw this prompt not long ago."),
    "cooldown":    for_admins("The visitor saw another prompt not long ago."),
    "one_a_visit": for_admins("The visitor was asked something in this visit already."),
    "sample":      for_admins("The visitor is not in the share that is asked."),
    "quota":       for_admins("The prompt was shown as often as it may be."),
}


@dataclass(frozen=True, slots=True)
class Turn:
    """What happened between one visitor and one prompt, last time each; moments in milliseconds."""

    handed_at: int | None = None
    shown_at: int | None = None
    dismissed_at: int | None = None
    answered_at: int | None = None

    def handed(self, now: int) -> "Turn":
        return Turn(now, self.shown_at, self.dismissed_at, self.answered_at)


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """Who likes what. `nth_like` counts this like too; `locale` is the site's own where the visitor's is unknown."""

    visitor_hash: bytes
    product_key: str
    category: str | None
    url: str
    nth_like: int
    returning: bool
    locale: str
    turns: Mapping[int, Turn]
    cooldown_ms: int


@dataclass(frozen=True, slots=True, eq=False)
class Rules:
    """What a flow says about when it is asked, read once."""

    starts_at: int | None
    ends_at: int | None
    products: tuple[tuple[str, ...], ...]
    categories: tuple[tuple[str, ...], ...]
    urls: tuple[tuple[str, ...], ...]
    like_from: int
    like_to: int | None
    visitors: str
    locales: tuple[str, ...]
    recontact: int
    again_after_answer: int | None
    sample: float
    quota: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompt:
    """One prompt in one version: a checked flow and `rules(flow)`. Both are shared: never change them."""

    id: int
    version_id: int
    version: int
    key: str
    kind: str
    state: str
    shown: int
    flow: dict
    rules: Rules


@dataclass(frozen=True, slots=True)
class Step:
    """What comes next: the kind of prompt, or `none`; `reason` is one of REASONS."""

    kind: str
    reason: str
    prompt: Prompt | None = None


def next_step(facts: Facts, prompts: Sequence[Prompt], now: int) -> Step:
    """The first prompt that passes every gate; else `none` with the reason of the prompt that came furthest."""
    furthest, best = -1, "no_prompt"
    for prompt in prompts:
        passed, reason = _tried(facts, prompt, now)
        if reason is None:
            return Step(prompt.kind, "due", prompt)
        if passed > furthest:
            furthest, best = passed, reason
    return Step("none", best)


def why(facts: Facts, prompts: Sequence[Prompt], now: int) -> list[tuple[Prompt, str]]:
    """Each prompt with the reason why it is asked (`due`) or not; of several that are due the first is asked."""
    return [(prompt, _tried(facts, prompt, now)[1] or "due") for prompt in prompts]


def verdicts(facts: Facts, prompt: Prompt, now: int) -> list[tuple[str, str | None]]:
    """Each gate by its name, in order, with its reason to stop or None to pass, whatever the gates before it say."""
    return [(name, gate(facts, prompt, now)) for name, gate in zip(NAMES, GATES, strict=True)]


def _tried(facts: Facts, prompt: Prompt, now: int) -> tuple[int, str | None]:
    for passed, gate in enumerate(GATES):
        reason = gate(facts, prompt, now)
        if reason is not None:
            return passed, reason
    return len(GATES), None


def rules(flow: dict) -> Rules:
    """The rules of a checked flow."""
    when, nth = flow["when"], flow["when"]["nth_like"]
    again = flow["again_after_answer_days"]
    return Rules(
        starts_at=moment(flow["starts_at"]) if flow["starts_at"] else None,
        ends_at=moment(flow["ends_at"], closing=True) if flow["ends_at"] else None,
        products=_patterns(when["products"]),
        categories=_patterns(pattern.casefold() for pattern in when["categories"]),
        urls=_patterns(when["urls"]),
        like_from=nth["from"],
        like_to=nth["to"],
        visitors=when["visitors"],
        locales=tuple(locale.lower() for locale in when["locales"]),
        recontact=flow["recontact_days"] * DAY,
        again_after_answer=None if again is None else again * DAY,
        sample=flow["sample"],
        quota=flow["quota"],
    )


# --- gates --------------------------------------------------------------------------------------------------------

def _is_running(_facts: Facts, prompt: Prompt, _now: int) -> str | None:
    return None if prompt.state == "running" else "paused"


def _is_in_its_dates(_facts: Facts, prompt: Prompt, now: int) -> str | None:
    starts_at, ends_at = prompt.rules.starts_at, prompt.rules.ends_at
    if starts_at is not None and now < starts_at:
        return "not_started"
    return "ended" if ends_at is not None and now >= ends_at else None


def _fits_product(facts: Facts, prompt: Prompt, _now: int) -> str | None:
    wanted = prompt.rules.products
    return None if not wanted or _matches(wanted, facts.product_key) else "product"


def _fits_category(facts: Facts, prompt: Prompt, _now: int) -> str | None:
    wanted = prompt.rules.categories
    return None if not wanted or _matches(wanted, (facts.category or "").casefold()) else "category"


def _fits_url(facts: Facts, prompt: Prompt, _now: int) -> str | None:
    wanted = prompt.rules.urls
    return None if not wanted or _matches(wanted, facts.url) else "url"


def _fits_nth_like(facts: Facts, prompt: Prompt, _now: int) -> str | None:
    last = prompt.rules.like_to
    return None if prompt.rules.like_from <= facts.nth_like and (last is None or facts.nth_like <= last) else "nth_like"


def _fits_visitors(facts: Facts, prompt: Prompt, _now: int) -> str | None:
    wanted = prompt.rules.visitors
    return None if wanted == "all" or (wanted == "returning") == facts.returning else "visitors"


def _fits_locale(facts: Facts, prompt: Prompt, _now: int) -> str | None:
    """`pt` wants every Portuguese, `pt-BR` only that of Brazil."""
    wanted = prompt.rules.locales
    if not wanted:
        return None
    spoken = facts.locale.replace("_", "-").lower()
    return None if any(spoken == want or spoken.startswith(want + "-") for want in wanted) else "locale"


def _may_ask_again(facts: Facts, prompt: Prompt, now: int) -> str | None:
    """This prompt's own clocks. After an answer only `again_after_answer_days` counts, and a later closing."""
    turn = facts.turns.get(prompt.id)
    if turn is None:
        return None
    if turn.answered_at is not None:
        again = prompt.rules.again_after_answer
        if again is None or _within(turn.answered_at, again, now):
            return "answered"
    if _within(turn.dismissed_at, SNOOZE, now):
        return "snoozed"
    return "recontact" if _within(turn.shown_at, prompt.rules.recontact, now) else None


def _is_cool(facts: Facts, _prompt: Prompt, now: int) -> str | None:
    """The site's clock: any prompt of any kind, a redirect too, for each takes the visitor's attention."""
    for turn in facts.turns.values():
        if _within(turn.shown_at, facts.cooldown_ms, now):
            return "cooldown"
    return None


def _is_first_in_visit(facts: Facts, _prompt: Prompt, now: int) -> str | None:
    for turn in facts.turns.values():
        if _within(turn.shown_at, VISIT, now) or _within(turn.handed_at, HANDED, now):
            return "one_a_visit"
    return None


def _is_in_sample(facts: Facts, prompt: Prompt, _now: int) -> str | None:
    return None if prompt.rules.sample >= 1 or lot(facts.visitor_hash, prompt.key) < prompt.rules.sample else "sample"


def _is_under_quota(_facts: Facts, prompt: Prompt, _now: int) -> str | None:
    quota = prompt.rules.quota
    return None if quota is None or prompt.shown < quota else "quota"


GATES: tuple[Callable[[Facts, Prompt, int], str | None], ...] = (
    _is_running,         # paused
    _is_in_its_dates,    # not_started, ended
    _fits_product,       # product
    _fits_category,      # category
    _fits_url,           # url
    _fits_nth_like,      # nth_like
    _fits_visitors,      # visitors
    _fits_locale,        # locale
    _may_ask_again,      # answered, snoozed, recontact
    _is_cool,            # cooldown
    _is_first_in_visit,  # one_a_visit
    _is_in_sample,       # sample
    _is_under_quota,     # quota
)

NAMES = (
    "running", "dates", "product", "category", "url", "nth_like", "visitors", "locale", "recontact", "cooldown", "one_a_visit",
    "sample", "quota",
)


def lot(visitor_hash: bytes, prompt_key: str) -> float:
    """The visitor's lot for this prompt, 0 ≤ lot < 1, the same for ever: drawn anew at each like, a sample of 10 %
    would reach 65 % of those who like ten times. The visitor's hash is keyed already, so nobody can choose a lot.
    """
    drawn = hashlib.blake2b(visitor_hash, digest_size=6, key=prompt_key.encode()).digest()
    return int.from_bytes(drawn) / 2**48


def _within(at: int | None, span: int, now: int) -> bool:
    """Less than `span` away. A moment further in the future than that was written by a clock that ran wrong."""
    return at is not None and abs(now - at) < span


def _patterns(texts) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(text.split("*")) for text in texts)


def _matches(patterns: tuple[tuple[str, ...], ...], text: str) -> bool:
    return any(_match(pattern, text) for pattern in patterns)


def _match(pieces: tuple[str, ...], text: str) -> bool:
    """Wildcards: the pieces stand in this order, anything between them. Linear in the text for each piece."""
    if len(pieces) == 1:
        return text == pieces[0]
    first, *middle, last = pieces
    if not text.startswith(first) or not text.endswith(last) or len(text) < len(first) + len(last):
        return False
    place, end = len(first), len(text) - len(last)
    for piece in middle:
        place = text.find(piece, place, end)
        if place < 0:
            return False
        place += len(piece)
    return True
