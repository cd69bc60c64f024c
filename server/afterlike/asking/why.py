"""Why is (not) asked: what each gate says of every prompt, for a visitor of a recent like or for made-up facts."""

import re
from dataclasses import dataclass

from flask import Response, request

from afterlike import prompts, sites
from afterlike.asking.listing import named
from afterlike.asking.recent import like, likes_of, recent_likes
from afterlike.clock import HOUR, now
from afterlike.errors import NotFound
from afterlike.prompts import Facts, Prompt
from afterlike.sites import Site, says
from afterlike.web import house, page

NOBODY = b"made-up visitor "  # its lot is drawn like anybody's
MOST_LIKES = 1_000_000


@dataclass(frozen=True)
class Gate:
    """One gate of one prompt; `reason` is None where it is open. `asked` is what it asks for, `given` what there is."""

    name: str
    reason: str | None
    asked: str
    given: str


@dataclass(frozen=True)
class Verdict:
    prompt: Prompt
    gates: list[Gate]
    wins: bool

    @property
    def name(self) -> str:
        return named(self.prompt.flow)

    @property
    def reason(self) -> str | None:
        """The first gate that is closed; None for one that is due."""
        return next((gate.reason for gate in self.gates if gate.reason), None)


def why(key: str) -> Response:
    """Every prompt with every gate's verdict, and the one that would be asked now."""
    admin, site, role = sites.on_site(key)
    at, number = now(), request.args.get("like", "")
    with house().db.read() as tx:
        chosen = like(tx, site.id, int(number)) if re.fullmatch(r"\d{1,18}", number, re.ASCII) else None
        if chosen is None and number:
            raise NotFound()
        facts = _of_like(tx, site, chosen, at) if chosen else _made_up(site)
        tried = [prompt for prompt in prompts.of_site(tx, site.id) if prompt.state != "deleted"]
        recent = recent_likes(tx, site.id)
    step = prompts.next_step(facts, [prompt for prompt in tried if prompt.state == "running"], at)
    verdicts = [judged(prompt, facts, at, wins=step.prompt is prompt) for prompt in tried]
    return page(
        "asking/why.html", site=site, role=role, verdicts=verdicts, step=step, recent=recent, chosen=chosen, facts=facts,
        reasons=prompts.REASONS, winner=next((one for one in verdicts if one.wins), None), typed=_typed(),
    )


def judged(prompt: Prompt, facts: Facts, at: int, *, wins: bool) -> Verdict:
    said = prompts.verdicts(facts, prompt, at)
    return Verdict(prompt, [Gate(name, reason, *told(name, prompt, facts, at)) for name, reason in said], wins)


def _of_like(tx, site: Site, liked, at: int) -> Facts:
    """The visitor as they are now, as if they liked this product once more as their next like."""
    return Facts(
        visitor_hash=liked.hash, product_key=liked.key, category=liked.category, url=liked.url,
        nth_like=likes_of(tx, liked.visitor_id) + 1, returning=at - liked.first_seen_at > prompts.VISIT,
        locale=liked.locale or site.locale, turns=prompts.turns(tx, [liked.visitor_id])[liked.visitor_id],
        cooldown_ms=site.cooldown_ms,
    )


def _made_up(site: Site) -> Facts:
    typed = _typed()
    nth = int(typed["nth"]) if re.fullmatch(r"\d{1,7}", typed["nth"], re.ASCII) else 1
    return Facts(
        visitor_hash=NOBODY, product_key=typed["product"], category=typed["category"] or None, url=typed["url"],
        nth_like=min(max(nth, 1), MOST_LIKES), returning=typed["visitor"] == "returning", locale=typed["locale"] or site.locale,
        turns={}, cooldown_ms=site.cooldown_ms,
    )


def _typed() -> dict[str, str]:
    return {name: request.args.get(name, "").strip()[:300] for name in ("product", "category", "url", "nth", "visitor", "locale")}


# --- what a gate asks for, and what there is; plain words for the admin ---------------------------------------------------

def told(name: str, prompt: Prompt, facts: Facts, at: int) -> tuple[str, str]:
    return TOLD[name](prompt, facts, at)


def _running(prompt: Prompt, _facts: Facts, _at: int) -> tuple[str, str]:
    return says("running"), {"running": says("running"), "paused": says("paused"), "draft": says("a draft")}[prompt.state]


def _dates(prompt: Prompt, _facts: Facts, _at: int) -> tuple[str, str]:
    ends = (prompt.flow["starts_at"] or "…", prompt.flow["ends_at"] or "…")
    return says("any day") if ends == ("…", "…") else " – ".join(ends), says("now")


def _patterns(where: str, given: str):
    def tell(prompt: Prompt, facts: Facts, _at: int) -> tuple[str, str]:
        return ", ".join(prompt.flow["when"][where]) or says("any"), getattr(facts, given) or says("unknown")
    return tell


def _nth(prompt: Prompt, facts: Facts, _at: int) -> tuple[str, str]:
    first, last = prompt.rules.like_from, prompt.rules.like_to
    if (first, last) == (1, None):
        return says("any"), str(facts.nth_like)
    return says("like {first} to {last}", first=first, last="…" if last is None else last), str(facts.nth_like)


def _visitors(prompt: Prompt, facts: Facts, _at: int) -> tuple[str, str]:
    words = {"all": says("any"), "new": says("a new one"), "returning": says("one who comes back")}
    return words[prompt.rules.visitors], words["returning" if facts.returning else "new"]


def _recontact(prompt: Prompt, facts: Facts, at: int) -> tuple[str, str]:
    turn = facts.turns.get(prompt.id)
    asked = says("not seen for {days} days", days=prompt.flow["recontact_days"])
    if turn is None or turn.shown_at is None:
        return asked, says("never seen")
    if turn.answered_at is not None:
        return asked, says("answered {span} ago", span=_span(turn.answered_at, at))
    return asked, says("seen {span} ago", span=_span(turn.shown_at, at))


def _cooldown(_prompt: Prompt, facts: Facts, at: int) -> tuple[str, str]:
    return says("no prompt for {hours} hours", hours=facts.cooldown_ms // HOUR), _last(facts, at)


def _one_a_visit(_prompt: Prompt, facts: Facts, at: int) -> tuple[str, str]:
    return says("nothing asked in this visit"), _last(facts, at)


def _last(facts: Facts, at: int) -> str:
    shown = [turn.shown_at for turn in facts.turns.values() if turn.shown_at is not None]
    return says("the last one {span} ago", span=_span(max(shown), at)) if shown else says("none so far")


def _sample(prompt: Prompt, facts: Facts, _at: int) -> tuple[str, str]:
    lot = f"{100 * prompts.lot(facts.visitor_hash, prompt.key):.1f}"
    return says("a lot below {percent}", percent=f"{100 * prompt.rules.sample:g}"), says("their lot is {lot}", lot=lot)


def _quota(prompt: Prompt, _facts: Facts, _at: int) -> tuple[str, str]:
    quota = prompt.rules.quota
    asked = says("any number") if quota is None else says("shown less than {n} times", n=quota)
    return asked, says("shown {n} times", n=prompt.shown)


def _span(then: int, at: int) -> str:
    return sites.FILTERS["seconds"](max(0, at - then))


TOLD = {
    "running":     _running,
    "dates":       _dates,
    "product":     _patterns("products", "product_key"),
    "category":    _patterns("categories", "category"),
    "url":         _patterns("urls", "url"),
    "nth_like":    _nth,
    "visitors":    _visitors,
    "locale":      _patterns("locales", "locale"),
    "recontact":   _recontact,
    "cooldown":    _cooldown,
    "one_a_visit": _one_a_visit,
    "sample":      _sample,
    "quota":       _quota,
}
