"""A step as the widget gets it: one language, the product's name filled in, nothing it does not need.

What does not depend on the product is made once for each version and language. The parts of an answer are shared
between requests: turn it into JSON, do not change it.
"""

from dataclasses import dataclass, field

from afterlike import words
from afterlike.prompts.consent import consent_parts, topics_of
from afterlike.prompts.decide import Prompt, Step
from afterlike.prompts.texts import PRODUCT, languages, locale_for, recalled, spoken, title_for
from afterlike.wire import CURRENCIES
from afterlike.words import marked

MOST_KEPT = 1024
TEXTS = ("low", "high", "yes", "no", "label", "placeholder", "show_text", "sent")
SAME = ("next", "next_yes", "next_no", "scale", "max", "multiple", "currency")


@dataclass(frozen=True, slots=True)
class Frame:
    """A flow in one language; `open_cards` and `open_texts` still wait for the product."""

    made: dict
    title: str  # for products without one
    open_cards: tuple[int, ...]
    open_texts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Kept:
    """What is made once of a flow. It is of use while the very same flow is asked: after a rollback the database may
    give the id of a version to another one.
    """

    flow: dict
    languages: tuple[str, ...]
    frames: dict[tuple[str, str, str, str | None], Frame] = field(default_factory=dict)


_kept: dict[int, Kept] = {}


def rendered(
    step: Step, *, locale: str | None, product_title: str | None, currency: str | None, default_locale: str,
    category: str | None = None, brand: str | None = None, controller: str = "", privacy_url: str | None = None,
) -> dict:
    """The `next_step` of the wire.

    `locale` is what the visitor's browser said; `currency`, `category` and `brand` are the product's. `controller` is
    who asks for consent: the site's name, and `privacy_url` its privacy notice.
    """
    if step.prompt is None:
        return {"kind": step.kind, "reason": step.reason}
    frame = _frame(step.prompt, locale, default_locale, controller, privacy_url)
    made = {"kind": step.kind, "reason": step.reason, **frame.made}
    title = title_for(product_title) or frame.title
    for name in frame.open_texts:
        made[name] = recalled(made[name], title)
    if frame.open_cards:
        cards = made["cards"] = made["cards"].copy()
        for place in frame.open_cards:
            cards[place] = _filled(cards[place], title, currency, category, brand)
    return made


def _frame(prompt: Prompt, wanted: str | None, default: str, controller: str, privacy_url: str | None) -> Frame:
    kept = _kept.get(prompt.version_id)
    if kept is None or kept.flow is not prompt.flow:
        if len(_kept) >= MOST_KEPT:
            _kept.clear()
        kept = _kept[prompt.version_id] = Kept(prompt.flow, languages(prompt.flow))
    locale = locale_for(kept.languages, wanted, default)
    name = (locale, default, controller, privacy_url)
    frame = kept.frames.get(name)
    if frame is None:
        frame = kept.frames[name] = _framed(prompt, locale, default, controller, privacy_url)
    return frame


def _framed(prompt: Prompt, locale: str, default: str, controller: str, privacy_url: str | None) -> Frame:
    flow = prompt.flow
    made = {"prompt": prompt.key, "version": prompt.version, "locale": locale, "dir": words.direction(locale)}
    if prompt.kind == "redirect":
        made |= {"url": flow["url"], "text": spoken(flow.get("text", REDIRECT), locale, default)}
    else:
        last = len(flow["cards"]) - 1
        made["cards"] = [_card(card, locale, default, last=place == last) for place, card in enumerate(flow["cards"])]
        for card, made_card in zip(flow["cards"], made["cards"], strict=True):
            if card["type"] == "consent":
                made_card |= consent_parts(card, locale, default, controller, privacy_url)
        made["thanks"] = spoken(flow.get("thanks", THANKS), locale, default)
    return Frame(
        made,
        title=words.text(marked("this product"), locale),
        open_cards=tuple(place for place, card in enumerate(made.get("cards", ())) if _is_open(card)),
        open_texts=tuple(name for name in ("text", "thanks") if PRODUCT in made.get(name, "")),
    )


def _card(card: dict, locale: str, default: str, *, last: bool) -> dict:
    def say(text) -> str:
        return spoken(text, locale, default)

    made = {"key": card["key"], "type": card["type"], "title": say(card["title"])}
    if "help" in card:
        made["help"] = say(card["help"])
    made["required"] = card.get("required", False)
    made |= {name: card[name] for name in SAME if name in card}
    with_defaults = DEFAULTS.get(card["type"], {}) | card
    made |= {name: say(with_defaults[name]) for name in TEXTS if name in with_defaults}
    if "options" in card:
        made["options"] = [option | {"text": say(option["text"])} for option in card["options"]]
    if "other" in card:
        made["other"] = {name: say(text) for name, text in (OTHER | card["other"]).items()}
    made["submit"] = say(card.get("submit", _submit(card, last=last)))
    return made


def _submit(card: dict, *, last: bool) -> dict:
    if card["type"] == "address":
        return SEND
    if not last:
        return NEXT
    return CLOSE if card["type"] == "statement" else SEND


def _is_open(value) -> bool:
    if isinstance(value, str):
        return PRODUCT in value
    inside = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return any(map(_is_open, inside)) or (isinstance(value, dict) and value.get("type") in ("price", "consent"))


def _filled(card: dict, title: str, currency: str | None, category: str | None, brand: str | None) -> dict:
    """A copy of the card with the product's title, its currency where the card asks for a price, what news may be about."""
    if card["type"] == "consent":  # the words of its boxes are what they are, whatever stands in them
        made = card | {name: recalled(said, title) for name, said in card.items() if isinstance(said, str)}
        return made | {"topics": topics_of(card["topics"], category, brand)} if "topics" in card else made
    made = _with_title(card, title)
    if card["type"] == "price" and currency in CURRENCIES:
        made["currency"] = currency
    return made


def _with_title(value, title: str):
    if isinstance(value, str):
        return recalled(value, title)
    if isinstance(value, list):
        return [_with_title(part, title) for part in value]
    if isinstance(value, dict):
        return {name: _with_title(part, title) for name, part in value.items()}
    return value


NEXT = {"built_in": marked("Next")}
SEND = {"built_in": marked("Send")}
CLOSE = {"built_in": marked("Close")}
THANKS = {"built_in": marked("Thank you!")}
REDIRECT = {"built_in": marked("Tell us a little more")}
OTHER = {"text": {"built_in": marked("Something else")}, "placeholder": {"built_in": marked("In a few words")}}
DEFAULTS = {
    "yes_no": {"yes": {"built_in": marked("Yes")}, "no": {"built_in": marked("No")}},
    "profile": {"placeholder": {"built_in": marked("The address of your profile")}},
    "consent": {"no": {"built_in": marked("No, thank you")}},
    "address": {
        "label": {"built_in": marked("Your e-mail address")},
        "sent": {"built_in": marked("Almost done! Please look into your mailbox and confirm your address.")},
    },
}
