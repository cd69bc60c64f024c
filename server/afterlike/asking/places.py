"""What a path of a flow is called on the page, and what is wrong there in the admin's language."""

import re

from afterlike.show import language
from afterlike.sites import says

Wrong = dict[str, str]


def told(wrong: Wrong) -> Wrong:
    """In the order of the page, each sentence in the admin's language as far as we have it."""
    return {path: spoken(wrong[path]) for path in sorted(wrong, key=_order)}


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


def spoken(sentence: str) -> str:
    """A sentence of the check in the admin's language; one that we have no words for stays in English."""
    for pattern, say in SENTENCES:
        if found := pattern.fullmatch(sentence):
            return say(found.groupdict())
    return sentence


def _pattern(ours: str) -> re.Pattern:
    """Matches the sentence with any number in the place of each {name}."""
    return re.compile(re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>\\d+)", re.escape(ours)))


# What prompts.checked says; the room below knows no admin, so its sentences get their other languages here.
SENTENCES = tuple((_pattern(ours), say) for ours, say in {
    "This is missing.": lambda _: says("This is missing."),
    "This has the wrong type.": lambda _: says("This has the wrong type."),
    "Must be a whole number.": lambda _: says("Must be a whole number."),
    "Must be end or the key of a later card.": lambda _: says("Must be end or the key of a later card."),
    "No answer leads to this card.": lambda _: says("No answer leads to this card."),
    "A survey has 1 to 4 cards, at least one of them a question.":
        lambda _: says("A survey has 1 to 4 cards, at least one of them a question."),
    "An opt_in has a consent card and an address card, and a statement at the end if you like.":
        lambda _: says("An opt_in has a consent card and an address card, and a statement at the end if you like."),
    "A profile_link has a profile card, and no questions or boxes.":
        lambda _: says("A profile_link has a profile card, and no questions or boxes."),
    "A redirect has no cards.": lambda _: says("A redirect has no cards."),
    "A thanks has no cards.": lambda _: says("A thanks has no cards."),
    "A redirect needs the address it leads to.": lambda _: says("A redirect needs the address it leads to."),
    "Only a redirect has this.": lambda _: says("Only a redirect has this."),
    "A redirect ends on your own page; write the invitation as text.":
        lambda _: says("A redirect ends on your own page; write the invitation as text."),
    "There can be one profile card.": lambda _: says("There can be one profile card."),
    "After a profile card only a statement may follow.": lambda _: says("After a profile card only a statement may follow."),
    "There can be one consent card and one address card.": lambda _: says("There can be one consent card and one address card."),
    "An address card stands directly after its consent card.":
        lambda _: says("An address card stands directly after its consent card."),
    "A consent card needs an address card directly after it.":
        lambda _: says("A consent card needs an address card directly after it."),
    "After an address card only a statement may follow.": lambda _: says("After an address card only a statement may follow."),
    "Nothing leads to an address card but its consent card. Name that one.":
        lambda _: says("Nothing leads to an address card but its consent card. Name that one."),
    "Is more than there are options.": lambda _: says("Is more than there are options."),
    "Where several can be chosen, only the card itself has a next.":
        lambda _: says("Where several can be chosen, only the card itself has a next."),
    "Must not be smaller than from.": lambda _: says("Must not be smaller than from."),
    "Must come after starts_at.": lambda _: says("Must come after starts_at."),
    "Must not hold control characters.": lambda _: says("Must not hold control characters."),
    "We know no such language.": lambda _: says("We know no such language."),
    "Must be a day like 2026-01-31 or a moment like 2026-01-31T18:00+01:00.":
        lambda _: says("Must be a day like 2026-01-31 or a moment like 2026-01-31T18:00+01:00."),
    "Must be a language like en, id or pt-BR.": lambda _: says("Must be a language like en, id or pt-BR."),
    'Must be an ISO 4217 code like "EUR".': lambda _: says('Must be an ISO 4217 code like "EUR".'),
    "Must be {least} to {most}.": lambda given: says("Must be {least} to {most}.", **given),
    "Must have {least} to {most} characters.": lambda given: says("Must have {least} to {most} characters.", **given),
    "Must hold {least} to {most} of them.": lambda given: says("Must hold {least} to {most} of them.", **given),
    "Must hold at most {most}.": lambda given: says("Must hold at most {most}.", **given),
}.items())
