"""The prompts of a site as its admin sees them: in the order they are tried, with what became of them."""

from dataclasses import dataclass

import sqlalchemy as sa

from afterlike import prompts
from afterlike.asking.share import Share, share
from afterlike.sites import Site


@dataclass(frozen=True)
class Row:
    """One prompt; `state` is what it comes to at the moment: running paused draft scheduled ended full deleted."""

    prompt: prompts.Prompt
    state: str
    asks: list[str]
    saw: int
    answered: Share | None
    dismissed: Share | None

    @property
    def name(self) -> str:
        return named(self.prompt.flow)

    @property
    def has_questions(self) -> bool:
        return any(card["type"] in prompts.QUESTIONS for card in self.prompt.flow["cards"])


def named(flow: dict) -> str:
    return flow.get("name") or flow["key"]


def listed(tx: sa.Connection, site: Site, now: int) -> list[Row]:
    """All but the deleted ones, in their order."""
    counted = prompts.numbers(tx, site.id)
    found = [prompt for prompt in prompts.of_site(tx, site.id) if prompt.state != "deleted"]
    return [_row(prompt, counted.get(prompt.id, prompts.Numbers()), site, now) for prompt in found]


def _row(prompt: prompts.Prompt, counted: prompts.Numbers, site: Site, now: int) -> Row:
    return Row(prompt, state_of(prompt, now), asks(prompt.flow, site.locale), counted.saw,
               share(counted.answered, counted.saw), share(counted.dismissed, counted.saw))


def asks(flow: dict, locale: str) -> list[str]:
    """What it says to visitors, a line for each card."""
    texts = [card["title"] for card in flow["cards"]] or [flow[name] for name in ("text", "thanks") if name in flow]
    return [prompts.spoken(text, locale) for text in texts]


def state_of(prompt: prompts.Prompt, now: int) -> str:
    """A running prompt may still be waiting for its day, be past it, or have been shown often enough."""
    rules = prompt.rules
    if prompt.state != "running":
        return prompt.state
    if rules.starts_at is not None and now < rules.starts_at:
        return "scheduled"
    if rules.ends_at is not None and now >= rules.ends_at:
        return "ended"
    return "full" if rules.quota is not None and prompt.shown >= rules.quota else "running"
