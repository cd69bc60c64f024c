"""What an owner lets browsers remember: how it is read. Pure.

Global Privacy Control and Do Not Track are always heeded by the widget; what stands here can only ask for more.
"""

import re
from collections.abc import Mapping

from afterlike.words import for_admins

REMEMBER = ("like", "ask", "never")
CONSENT = ("no", "signal", "always")
MOST_COUNT = 9_999_999

NO_CHOICE = for_admins("Choose one of those that are offered.")
NO_COUNT = for_admins("Write a whole number, 1 or more; 1 shows every count.")


def read(given: Mapping[str, str]) -> tuple[dict, dict[str, str]]:
    """What was chosen, without what is as the widget comes; and a sentence for each field that cannot be used."""
    chosen, wrong = {}, {}
    for name, choices in (("remember", REMEMBER), ("consent", CONSENT)):
        typed = given.get(name, "") or choices[0]
        if typed not in choices:
            wrong[name] = NO_CHOICE
        elif typed != choices[0]:
            chosen[name] = typed
    count = given.get("count_from", "").strip() or "1"
    if not (re.fullmatch(r"\d{1,7}", count, re.ASCII) and int(count) >= 1):
        wrong["count_from"] = NO_COUNT
    elif int(count) > 1:
        chosen["count_from"] = int(count)
    return chosen, wrong


def as_typed(chosen: Mapping) -> dict[str, str]:
    """Every field as the form shows it."""
    usual = {"remember": REMEMBER[0], "consent": CONSENT[0], "count_from": "1"}
    return usual | {name: str(said) for name, said in chosen.items()}
