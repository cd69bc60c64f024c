"""What a path of a flow is called on the page, and what is wrong there in the admin's language."""

import re

from afterlike.show import language
from afterlike.sites import says

Wrong = dict[str, str]


def told(wrong: Wrong) -> Wrong:
    """In the order of the page, each sentence in the admin's language as far as we have it."""
    return {path: says(wrong[path]) for path in sorted(wrong, key=_order)}


def place_of(path: str) -> str:
    """`cards.2.options.0.text.id` is "Card 3, option 1: text (Indonesian)"."""
    if path in NAMES:
        return _named(path)
    found = re.fullmatch(r"(?:cards\.(\d+))?\.?(?:options\.(\d+))?\.?(?:boxes\.(\w+))?\.?(.*?)(?:\.([a-z]{2,3}(?:-\w+)?))?", path)
    card, option, box, field, code = found.groups()
    places = [
        says("Card {n}", n=int(card) + 1) if card else "", says("option {n}", n=int(option) + 1) if option else "",
        _named(box) if box else "",
    ]
    place, field = ", ".join(filter(None, places)), _named(field)
    whole = f"{place}: {field}" if place and field else place or field or path
    return f"{whole} ({language(code)})" if code else whole


def _order(path: str) -> tuple:
    """Fields before the cards, the cards, fields behind them; numbers by their size."""
    first = path.partition(".")[0]
    where = 0 if first in ("flow", "key", "name", "kind") else 1 if first == "cards" else 2
    return where, [(int(part), "") if part.isdecimal() else (-1, part) for part in path.split(".")] if where == 1 else []


def _named(field: str) -> str:
    return NAMES[field]() if field in NAMES else field


NAMES = {
    "":                        lambda: "",
    "name":                    lambda: says("Name, for you"),
    "kind":                    lambda: says("Kind"),
    "cards":                   lambda: says("Cards"),
    "title":                   lambda: says("question or title"),
    "help":                    lambda: says("help"),
    "text":                    lambda: says("text"),
    "other.text":              lambda: says("room for their own answer"),
    "options":                 lambda: says("options"),
    "boxes":                   lambda: says("boxes"),
    "image":                   lambda: says("picture"),
    "currency":                lambda: says("currency"),
    "next":                    lambda: says("where it leads"),
    "next_yes":                lambda: says("where yes leads"),
    "next_no":                 lambda: says("where no leads"),
    "low":                     lambda: says("below the lowest"),
    "high":                    lambda: says("below the highest"),
    "scale":                   lambda: says("highest number"),
    "max":                     lambda: says("at most"),
    "submit":                  lambda: says("on the button"),
    "placeholder":             lambda: says("faintly in the field"),
    "url":                     lambda: says("Address of your page"),
    "thanks":                  lambda: says("A word of thanks"),
    "starts_at":               lambda: says("From"),
    "ends_at":                 lambda: says("Until"),
    "sample":                  lambda: says("Share of visitors, in per cent"),
    "quota":                   lambda: says("Shown at most so many times"),
    "recontact_days":          lambda: says("Days until the same visitor may see it again"),
    "again_after_answer_days": lambda: says("Days until it may be asked again after an answer"),
    "when.products":           lambda: says("Product keys"),
    "when.categories":         lambda: says("Categories"),
    "when.urls":               lambda: says("Product addresses"),
    "when.locales":            lambda: says("Languages of visitors"),
    "when.nth_like.from":      lambda: says("From their nth like on"),
    "when.nth_like.to":        lambda: says("Until their nth like"),
    "when.visitors":           lambda: says("Visitors"),
    "news":                    lambda: says("News by e-mail"),
    "follow_up":               lambda: says("Personal letters"),
    "community":               lambda: says("Taking part"),
    "publish_profile":         lambda: says("Showing their profile"),
    "measure":                 lambda: says("Noting that they came back"),
    "survey_contact":          lambda: says("Questions by e-mail"),
}
