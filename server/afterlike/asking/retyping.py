"""A card of a draft made one of another type: what fits is carried over, what does not is named before it is lost. Pure."""

from afterlike import prompts
from afterlike.asking.draft import Draft, shaped_card

PAIRED = ("consent", "address")  # they stand together or not at all, so neither becomes something else
CHANGEABLE = tuple(type_ for type_ in prompts.CARD_TYPES if type_ not in PAIRED)
Lost = list[tuple[str, str]]


def retyped(card: Draft, type_: str) -> tuple[Draft, Lost]:
    """The card as one of that type, and (field, what stands in it) of all that finds no place there."""
    made = shaped_card(_carried(card, type_))
    return made, [(name, text) for name, text in _filled(card) if not _has(made, name, text)]


def replaced(cards: list[Draft], place: int, made: Draft) -> None:
    """Puts the card in its place under a key of its own, for answers are known by their key; jumps to it follow."""
    old, taken = cards[place]["key"], {card["key"] for card in cards}
    made["key"] = prompts.free_key(old or made["type"], taken) if made["type"] != cards[place]["type"] else old
    cards[place] = made
    for card in cards:
        for holder in (card, *card.get("options", ())):
            for name in ("next", "next_yes", "next_no"):
                if old and holder.get(name) == old:
                    holder[name] = made["key"]


def _carried(card: Draft, type_: str) -> dict:
    """What is called the same and means the same; yes and no are two options, and two options yes and no."""
    tree = {name: value for name, value in card.items() if name not in ("options", "type", "max")} | {"type": type_}
    has_options = "options" in prompts.parts(type_)
    options = card.get("options", [])
    if card["type"] == "yes_no" and has_options:
        options = [{"key": name, "text": card[name], "next": card[f"next_{name}"]} for name in ("yes", "no")]
    elif options and type_ == "yes_no":
        pair = dict(zip(("yes", "no"), options, strict=False))
        tree |= {name: option["text"] for name, option in pair.items()}
        tree |= {f"next_{name}": option.get("next", "") for name, option in pair.items()}
    if has_options:
        tree["options"] = {str(place): option for place, option in enumerate(options or [{}, {}])}
    return tree


def _filled(card: Draft) -> Lost:
    """(path, text) of whatever somebody wrote or chose on a card."""
    found: Lost = []
    for name, value in card.items():
        if name in ("key", "type"):
            continue
        if isinstance(value, str):
            found += [(name, value)] if value else []
        elif name == "options":
            found += [(name, text) for option in value for text in _texts(option["text"])]
            found += [(f"options.{part}", option[part]) for option in value for part in ("image", "next") if option.get(part)]
        elif name == "other":
            found += [(f"other.{part}", text) for part in ("text", "placeholder") for text in _texts(value[part])]
            found += [("other.text", "")] if value["on"] and not any(_texts(value["text"])) else []
        elif name != "boxes":
            found += [(name, text) for text in _texts(value)]
    return found


def _texts(words: dict) -> list[str]:
    return [text for text in words.values() if text]


def _has(card: Draft, name: str, text: str) -> bool:
    """Whether it stands on the card, there or as what means the same."""
    there = _filled(card)
    same = {"options": ("yes", "no"), "yes": ("options",), "no": ("options",), "options.next": ("next_yes", "next_no"),
            "next_yes": ("options.next",), "next_no": ("options.next",)}.get(name, ())
    return any(text == written and (path == name or path in same) for path, written in there)
