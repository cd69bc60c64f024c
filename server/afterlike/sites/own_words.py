"""What an owner says in place of the widget's own texts, by language: which there are, how long, what they must hold. Pure."""

import json
import re
from collections.abc import Mapping
from functools import cache

from afterlike.assets import FOLDER
from afterlike.words import for_admins

SHORT, LINE = 24, 160
# part: its texts, each with what it is and how long it may be. The names are those of widget/words/*.js.
PARTS = {
    "button": {
        "label":   (for_admins("On the button"), SHORT),
        "like":    (for_admins("Name of the button, for those who listen"), 80),
    },
    "panel": {
        "opened":  (for_admins("Heard when a question opens"), LINE),
        "next":    (for_admins("Button to the next question"), SHORT),
        "skip":    (for_admins("Button that skips a question"), SHORT),
        "close":   (for_admins("Name of the × that closes"), SHORT),
        "of":      (for_admins("How far one is"), 40),
        "missing": (for_admins("When an answer is needed"), LINE),
        "thanks":  (for_admins("Thanks, where the prompt has none of its own"), LINE),
    },
    "fields": {
        "most":    (for_admins("When too much is ticked"), LINE),
        "money":   (for_admins("When an amount cannot be read"), LINE),
        "away":    (for_admins("When something did not arrive"), LINE),
    },
    "optin": {
        "tick":    (for_admins("When nothing is ticked"), LINE),
        "address": (for_admins("When an address is missing"), LINE),
    },
    "remember": {
        "ask":     (for_admins("Whether likes may be remembered"), LINE),
        "yes":     (for_admins("Yes to that"), SHORT),
        "no":      (for_admins("No to that"), SHORT),
    },
}
PLACEHOLDER = re.compile(r"\{[^{}]*\}")

OTHER_NAME = for_admins("It must hold what stands on the button, “{label}”, for those who say what they see.")
TOO_LONG = for_admins("At most {n} characters.")
NO_PLACEHOLDER = for_admins("It must hold {names}, which is filled in.")
STRANGE_PLACEHOLDER = for_admins("“{name}” is not filled in here; leave it out.")


@cache
def ours() -> dict[str, dict]:
    """The widget's texts by language, part and name, as its build wrote them."""
    return json.loads((FOLDER / "words.json").read_text("utf-8"))


def names() -> list[str]:
    """Every text as the form calls it: `button.label`."""
    return [f"{part}.{name}" for part, texts in PARTS.items() for name in texts]


def read(locale: str, given: Mapping[str, str]) -> tuple[dict[str, dict[str, str]], dict[str, tuple[str, dict]]]:
    """The texts that differ from ours, by part and name; and a sentence with what it names for each that cannot be used."""
    own, wrong = {}, {}
    for part, texts in PARTS.items():
        for name, (_, most) in texts.items():
            said, usual = clean(given.get(f"{part}.{name}", "")), ours()[locale][part][name]
            if said and (problem := _problem(said, usual, most)):
                wrong[f"{part}.{name}"] = problem
            elif said and said != usual:
                own.setdefault(part, {})[name] = said
    return _named(own, wrong, ours()[locale]["button"])


def _named(own: dict, wrong: dict, usual: Mapping[str, str]) -> tuple[dict, dict]:
    """The button's name holds what stands on it, for those who say what they see (WCAG 2.5.3); where only the label is
    written, the name is made of it."""
    button = own.get("button", {})
    label, name = (button.get(one, usual[one]) for one in ("label", "like"))
    if label.casefold() in name.casefold():
        return own, wrong
    if "like" in button:
        others = {part: texts for part, texts in own.items() if part != "button"}
        return others, wrong | {"button.like": (OTHER_NAME, {"label": label})}
    return own | {"button": button | {"like": f"{label}: {{product}}"}}, wrong


def clean(text: str) -> str:
    """On one line, without what cannot be seen; marks of direction and joiners belong to the languages that need them."""
    kept = "".join(one if one.isprintable() or one in "\u200c\u200d\u200e\u200f" else " " for one in text[:1000])
    return " ".join(kept.split())


def _problem(said: str, usual: str, most: int) -> tuple[str, dict] | None:
    wanted, found = PLACEHOLDER.findall(usual), PLACEHOLDER.findall(said)
    if len(said) > most:
        return TOO_LONG, {"n": most}
    if missing := [one for one in wanted if one not in found]:
        return NO_PLACEHOLDER, {"names": ", ".join(missing)}
    twice = [one for one in found if one not in wanted or found.count(one) > 1]
    if strange := twice or re.findall("[{}]", PLACEHOLDER.sub("", said)):
        return STRANGE_PLACEHOLDER, {"name": strange[0]}
    return None
