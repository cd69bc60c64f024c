"""What visitors answer: checked against the flow they were asked, and read back as plain text."""

import re
from collections.abc import Callable

from marshmallow import ValidationError

from afterlike import words
from afterlike.errors import Invalid
from afterlike.prompts.fields import CONTROL
from afterlike.prompts.render import DEFAULTS, OTHER
from afterlike.prompts.texts import recalled, spoken
from afterlike.wire import AMOUNT, CURRENCIES, UNSTORABLE, minor
from afterlike.words import marked

LONGEST_OTHER = 300
LONGEST_TEXT = 2000
MOST_ERRORS = 20
LINE_END = re.compile(r"\r\n?|[\v\f\x85]")

Value = str | int | bool | list | dict


def checked_answers(flow: dict, answers: dict) -> dict:
    """The answers by card key in the flow's order, in the form they are kept in.

    Not all cards need to be there: answers are saved as they come, so `required` is the widget's business. An empty
    list or text takes an earlier answer back. Raises Invalid with fields named `answers.<card>`, for any JSON value.
    """
    if not isinstance(answers, dict):
        raise Invalid("answers: Must be an object.", fields={"answers": "Must be an object: card key to answer."})
    made, wrong = {}, {}
    asked = {card["key"]: card for card in flow["cards"] if card["type"] in READERS}
    for key in [*answers][: len(asked) + MOST_ERRORS]:
        if key not in asked:
            wrong[f"answers.{_named(key)}"] = "This prompt asks no such question."
    for key in asked.keys() & answers.keys():
        try:
            made[key] = READERS[asked[key]["type"]](asked[key], answers[key])
        except ValidationError as error:
            wrong[f"answers.{key}"] = " ".join(error.messages)
    if wrong:
        path, sentence = next(iter(wrong.items()))
        raise Invalid(f"{path}: {sentence}", fields=wrong)
    return {key: made[key] for key in asked if key in made}


def said(flow: dict, answers: dict, locale: str) -> list[tuple[str, str]]:
    """(question, answer) in the flow's order, in that language as far as the flow has it; for admin and export."""
    given = [card for card in flow["cards"] if answers.get(card["key"]) not in (None, "", [])]
    return [
        (_words(card["title"], locale), WRITERS[card["type"]](card, answers[card["key"]], locale))
        for card in given if card["type"] in WRITERS
    ]


def title_of(card: dict, locale: str) -> str:
    """The question of a card as a person reads it."""
    return _words(card["title"], locale)


def choice_of(card: dict, value: str | dict, locale: str) -> str:
    """One choice of a card in words; what was written beside "other" is left out, so that all of them are one choice."""
    other = isinstance(value, dict)
    return _words((OTHER | card.get("other", {}))["text"], locale) if other else _write_choice(card, value, locale)


def choices_reading(flow: dict, text: str, locale: str) -> set[str]:
    """The keys of the choices whose words hold this text, in any case; for a search over what was chosen."""
    wanted = text.casefold()
    return {
        option["key"] for card in flow["cards"] for option in card.get("options", ())
        if wanted in _words(option["text"], locale).casefold()
    }


def _named(key: str) -> str:
    """A stranger's key, safe to repeat in an error."""
    return key[:40].encode("ascii", "backslashreplace").decode()


# --- reading ------------------------------------------------------------------------------------------------------

def _single(card: dict, value) -> Value:
    if isinstance(value, dict) and "other" in card:
        return _other(value)
    return _option(card, value)


def _multi(card: dict, value) -> Value:
    most = card.get("max", len(card["options"]) + ("other" in card))
    if not isinstance(value, list) or len(value) > most:
        raise ValidationError(f"Must be a list of at most {most}.")
    made = [_single(card, part) for part in value]
    if sum(isinstance(part, dict) for part in made) > 1 or len({str(part) for part in made}) < len(made):
        raise ValidationError("Holds the same choice twice.")
    return made


def _rating(card: dict, value) -> Value:
    return _number(value, 1, card["scale"])


def _nps(_card: dict, value) -> Value:
    return _number(value, 0, 10)


def _yes_no(_card: dict, value) -> Value:
    if not isinstance(value, bool):
        raise ValidationError("Must be true or false.")
    return value


def _text(card: dict, value) -> Value:
    return _free(value, min(card["max"], LONGEST_TEXT))


def _price(_card: dict, value) -> Value:
    if not isinstance(value, dict) or value.keys() != {"amount", "currency"}:
        raise ValidationError('Must be an amount and a currency: {"amount": "12.50", "currency": "EUR"}.')
    amount, currency = value["amount"], value["currency"]
    if not isinstance(currency, str) or currency not in CURRENCIES:
        raise ValidationError('The currency must be an ISO 4217 code like "EUR".')
    if not isinstance(amount, str) or not amount.isascii() or not AMOUNT.fullmatch(amount):
        raise ValidationError('The amount must be a decimal text like "12.50".')
    minor(amount, currency)
    return {"amount": amount, "currency": currency}


def _pictures(card: dict, value) -> Value:
    if isinstance(value, list) and not card["multiple"] and len(value) != 1:
        raise ValidationError("Must be one choice.")
    wanted = value if isinstance(value, list) else [value]
    chosen = [_option(card, part) for part in wanted[: len(card["options"]) + 1]]
    if len(set(chosen)) < len(chosen):
        raise ValidationError("Holds the same choice twice.")
    return chosen if card["multiple"] else chosen[0]


def _option(card: dict, value) -> str:
    if not isinstance(value, str) or all(value != option["key"] for option in card["options"]):
        raise ValidationError("Is not one of the choices.")
    return value


def _other(value: dict) -> dict:
    if value.keys() != {"other"}:
        raise ValidationError('Must be the key of a choice, or {"other": "…"}.')
    return {"other": _free(value["other"], LONGEST_OTHER)}


def _number(value, least: int, most: int) -> int:
    if type(value) is not int or not least <= value <= most:
        raise ValidationError(f"Must be a whole number from {least} to {most}.")
    return value


def _free(value, most: int) -> str:
    """Free text: refused when it cannot be stored, otherwise rid of control characters that came in by pasting."""
    if not isinstance(value, str) or UNSTORABLE.search(value):
        raise ValidationError("Must be a text.")
    text = CONTROL.sub("", LINE_END.sub("\n", value).replace("\t", " ")).strip()
    if len(text) > most:
        raise ValidationError(f"Must have at most {most} characters.")
    return text


READERS: dict[str, Callable[[dict, object], Value]] = {
    "single":   _single,
    "multi":    _multi,
    "rating":   _rating,
    "nps":      _nps,
    "yes_no":   _yes_no,
    "text":     _text,
    "price":    _price,
    "pictures": _pictures,
}


# --- writing ------------------------------------------------------------------------------------------------------

def _words(text, locale: str) -> str:
    """An owner's text; only here is a recall filled in, never in what a visitor wrote."""
    return recalled(spoken(text, locale), words.text(marked("this product"), locale))


def _write_choices(card: dict, value, locale: str) -> str:
    return ", ".join(_write_choice(card, part, locale) for part in (value if isinstance(value, list) else [value]))


def _write_choice(card: dict, value, locale: str) -> str:
    if isinstance(value, dict):
        label = _words((OTHER | card["other"])["text"], locale)
        return f"{label}: {value['other']}" if value["other"] else label
    return next(_words(option["text"], locale) for option in card["options"] if option["key"] == value)


def _write_yes_no(card: dict, value, locale: str) -> str:
    return _words((DEFAULTS["yes_no"] | card)["yes" if value else "no"], locale)


WRITERS: dict[str, Callable[[dict, Value, str], str]] = {
    "single":   _write_choices,
    "multi":    _write_choices,
    "rating":   lambda card, value, _locale: f"{value} / {card['scale']}",
    "nps":      lambda _card, value, _locale: f"{value} / 10",
    "yes_no":   _write_yes_no,
    "text":     lambda _card, value, _locale: value,
    "price":    lambda _card, value, _locale: f"{value['amount']} {value['currency']}",
    "pictures": _write_choices,
}
