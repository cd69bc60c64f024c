"""What to ask next, or nothing: prompts, their versions, and who was asked when. It never sends anything."""

from afterlike.prompts.answers import checked_answers, choice_of, choices_reading, said, title_of
from afterlike.prompts.consent import wordings
from afterlike.prompts.decide import GATES, REASONS, VISIT, Facts, Prompt, Step, Turn, next_step, rules, why
from afterlike.prompts.default import default_flow, default_flows
from afterlike.prompts.flow import CARD_TYPES, KINDS, QUESTIONS, checked
from afterlike.prompts.forget import erase
from afterlike.prompts.render import rendered
from afterlike.prompts.store import (
    Answered,
    HandOut,
    Noted,
    Saved,
    Showing,
    add_prompt,
    hand_out,
    named,
    note_answered,
    of_site,
    record_showings,
    running,
    save_flow,
    set_state,
    turns,
    version,
    versions,
)

__all__ = [
    "CARD_TYPES",
    "GATES",
    "KINDS",
    "QUESTIONS",
    "REASONS",
    "VISIT",
    "Answered",
    "Facts",
    "HandOut",
    "Noted",
    "Prompt",
    "Saved",
    "Showing",
    "Step",
    "Turn",
    "add_prompt",
    "checked",
    "checked_answers",
    "choice_of",
    "choices_reading",
    "default_flow",
    "default_flows",
    "erase",
    "hand_out",
    "named",
    "next_step",
    "note_answered",
    "of_site",
    "record_showings",
    "rendered",
    "rules",
    "running",
    "said",
    "save_flow",
    "set_state",
    "title_of",
    "turns",
    "version",
    "versions",
    "why",
    "wordings",
]
