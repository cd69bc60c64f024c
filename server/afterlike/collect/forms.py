"""A card as a plain form: what was typed into it, the answer that means, and where the answer leads."""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

from werkzeug.datastructures import MultiDict

from afterlike.words import marked

OTHER = "+other"  # no option can have this key
YES, NO = "yes", "no"
MOST_CHOSEN = 20
LONGEST = 5_000
AMOUNT = re.compile(r"(\d[\d.,٬]*?)(?:[.,٫](\d\d?))?")
MISSING = marked("Please answer first.")
TOO_MANY = marked("Please choose at most {n}.")
NO_AMOUNT = marked("Please write an amount, like 12.50.")
UNFIT = marked("This does not fit here. Please look at it again.")


class Unfit(Exception):
    """What was typed cannot be the answer; `sentence` says so in English, `n` is filled in."""

    def __init__(self, sentence: str, n: int = 0):
        super().__init__(sentence)
        self.sentence, self.n = sentence, n


@dataclass(frozen=True, slots=True)
class Typed:
    """What stands in a card's form: ticks and choices, the words beside "other", a field's text."""

    chosen: tuple[str, ...] = ()
    other: str = ""
    text: str = ""


def typed(form: MultiDict) -> Typed:
    """What came with a form, cut to what any card could take."""
    text, other = (form.get(name, "")[:LONGEST] for name in ("text", "other"))
    return Typed(tuple(form.getlist("choice")[:MOST_CHOSEN]), other, text)


def typed_before(card: dict, answer) -> Typed:
    """An answer that is kept already as it stands in the form."""
    if isinstance(answer, bool):
        return Typed((YES if answer else NO,))
    if isinstance(answer, dict) and "amount" in answer:
        return Typed(text=answer["amount"])
    if card["type"] == "text":
        return Typed(text=answer or "")
    parts = answer if isinstance(answer, list) else [] if answer is None else [answer]
    others = [part["other"] for part in parts if isinstance(part, dict)]
    return Typed(tuple(OTHER if isinstance(part, dict) else str(part) for part in parts), "".join(others))


def answer_of(card: dict, given: Typed):
    """The answer as the flow knows it, or None where nothing was given. Raises Unfit; the flow still has to check it."""
    answer = READERS[card["type"]](card, given)
    if answer is None and card["required"]:
        raise Unfit(MISSING)
    return answer


def after(cards: list[dict], card: dict, answer=None) -> str:
    """The key of the card that follows this answer, or `end`."""
    place = cards.index(card)
    to = None
    if isinstance(answer, str):
        to = next((option.get("next") for option in card.get("options", ()) if option["key"] == answer), None)
    elif isinstance(answer, bool):
        to = card.get("next_yes" if answer else "next_no")
    return to or card.get("next") or key_at(cards, place + 1)


def key_at(cards: list[dict], place: int) -> str:
    return cards[place]["key"] if place < len(cards) else "end"


def asks_more(cards: list[dict], key: str) -> bool:
    """Whether a question may still come, from this card on."""
    return any(card["type"] in READERS for card in cards[len(cards) if key == "end" else _place(cards, key):])


def _place(cards: list[dict], key: str) -> int:
    return next(place for place, card in enumerate(cards) if card["key"] == key)


# --- reading ------------------------------------------------------------------------------------------------------

def _several(card: dict, given: Typed) -> list | None:
    chosen = [part for part in dict.fromkeys(given.chosen) if part != OTHER]
    if "other" in card and (OTHER in given.chosen or given.other.strip()):
        chosen.append({"other": given.other})
    if len(chosen) > card.get("max", len(chosen)):
        raise Unfit(TOO_MANY, card["max"])
    return chosen or None


def _single(card: dict, given: Typed) -> str | dict | None:
    if "other" in card and (OTHER in given.chosen or given.other.strip() and not given.chosen):
        return {"other": given.other}
    return given.chosen[0] if given.chosen else None


def _pictures(card: dict, given: Typed) -> str | list | None:
    return _several(card, given) if card.get("multiple") else _single(card, given)


def _number(_card: dict, given: Typed) -> int | None:
    if not given.chosen:
        return None
    if not re.fullmatch(r"\d{1,2}", given.chosen[0], re.ASCII):
        raise Unfit(UNFIT)
    return int(given.chosen[0])


def _yes_no(_card: dict, given: Typed) -> bool | None:
    return given.chosen[0] == YES if given.chosen else None


def _price(card: dict, given: Typed) -> dict | None:
    """"12.50" out of what people write: 12,5 · 1.299,00 · ١٢٫٥, as the widget reads it."""
    plain = "".join(str(unicodedata.decimal(letter, letter)) for letter in given.text if letter.isdecimal() or letter in ".,٫٬")
    if not given.text.strip():
        return None
    read = AMOUNT.fullmatch(plain)
    if read is None:
        raise Unfit(NO_AMOUNT)
    whole, cents = re.sub(r"\D", "", read[1]), read[2]
    return {"amount": f"{whole}.{cents}" if cents else whole, "currency": card["currency"]}


READERS: dict[str, Callable] = {
    "single":   _single,
    "multi":    _several,
    "rating":   _number,
    "nps":      _number,
    "yes_no":   _yes_no,
    "text":     lambda _card, given: given.text if given.text.strip() else None,
    "price":    _price,
    "pictures": _pictures,
}
