"""A flow as a form holds it, wrong or not: made of a flow, filled from what was typed, and read back into a flow.

A draft has the flow's own names. Every text is a dictionary of languages (and `built_in` where one of ours stands there), every
number what was typed; `other` and each box of a consent card have an `on`. A field of the form is called by its path in the
draft, which is the path that `prompts.checked` names what is wrong by: `cards.0.options.2.text.en`.
"""

import re
from collections.abc import Iterable

from marshmallow import ValidationError
from werkzeug.datastructures import MultiDict

from afterlike import prompts
from afterlike.purposes import PURPOSES

Draft = dict
Tree = dict

LONGEST = 20_000  # fifty patterns, a line each
MOST_CARDS, MOST_OPTIONS = 20, 40  # of a draft: what is too much for a flow is told, not cut off
NAME = re.compile(r"[\w-]{1,40}(\.[\w-]{1,40}){0,6}", re.ASCII)
LISTS = ("products", "categories", "urls", "locales")
LINES = ("key", "name", "kind", "starts_at", "ends_at", "recontact_days", "again_after_answer_days", "sample", "quota", "url")


def typed(form: MultiDict, default: str) -> Draft:
    """What came with a form; what it does not know it leaves out."""
    tree: Tree = {}
    for name, value in form.items():
        if NAME.fullmatch(name):
            _put(tree, name.split("."), value.replace("\r\n", "\n")[:LONGEST])
    return shaped(tree) | {"languages": _languages(form.getlist("languages"), default)}


def _put(tree: Tree, path: list[str], value: str) -> None:
    for step in path[:-1]:
        tree = tree.setdefault(step, {})
        if not isinstance(tree, dict):
            return
    tree.setdefault(path[-1], value)


def _languages(asked: Iterable[str], default: str) -> list[str]:
    """The site's own first."""
    found = set()
    for code in asked:
        try:
            found.add(prompts.language(code))
        except ValidationError:
            continue
    return sorted(found or {default}, key=lambda code: (code != default, code))


def drafted(flow: dict, default: str) -> Draft:
    """A checked flow as its form shows it; plain texts are in the site's language."""
    draft = shaped(_tree(flow, default))
    spoken = {code for text in _texts_in(draft) for code in text} - {"built_in"}
    return draft | {"languages": _languages(spoken, default)}


def _tree(flow: dict, default: str) -> Tree:
    when = flow["when"]
    return {
        **{name: _typed(flow.get(name)) for name in LINES},
        "sample": f"{flow['sample'] * 100:g}",
        "when": {
            **{name: "\n".join(when[name]) for name in LISTS}, "visitors": when["visitors"],
            "nth_like": {end: _typed(number) for end, number in when["nth_like"].items()},
        },
        **{name: _spoken(flow[name], default) for name in ("text", "thanks") if name in flow},
        "cards": {str(place): _card_tree(card, default) for place, card in enumerate(flow["cards"])},
    }


def _card_tree(card: dict, default: str) -> Tree:
    tree = {name: _typed(value) for name, value in card.items() if isinstance(value, str | int)}
    words = [name for name, kind in prompts.parts(card["type"]).items() if kind == "words"]
    tree |= {name: _spoken(card[name], default) for name in words if name in card}
    if "options" in card:
        tree["options"] = {
            str(place): option | {"text": _spoken(option["text"], default)} for place, option in enumerate(card["options"])
        }
    if "other" in card:
        tree["other"] = {"on": "1"} | {name: _spoken(text, default) for name, text in card["other"].items()}
    if "boxes" in card:
        tree["boxes"] = {box["purpose"]: {"on": "1", "text": _spoken(box.get("text", {}), default)} for box in card["boxes"]}
    return tree


def _typed(value) -> str:
    if isinstance(value, bool):
        return "1" if value else ""
    return "" if value is None else str(value)


def _spoken(text: str | dict, default: str) -> dict:
    return {default: text} if isinstance(text, str) else text


# --- the shape of a draft, whatever it was made of --------------------------------------------------------------------

def shaped(tree: Tree) -> Draft:
    """A draft with all that a form has; what is missing is empty."""
    when = _part(tree, "when")
    return {
        **{name: _line(tree, name) for name in LINES},
        "when": {name: _line(when, name) for name in (*LISTS, "visitors")}
        | {"nth_like": {end: _line(_part(when, "nth_like"), end) for end in ("from", "to")}},
        **{name: _texts(tree, name) for name in ("text", "thanks")},
        "cards": [shaped_card(card) for card in _listed(tree, "cards", MOST_CARDS)],
    }


def shaped_card(tree: Tree) -> Draft:
    type_ = _line(tree, "type")
    type_ = type_ if type_ in prompts.CARD_TYPES else "text"
    made = {"key": _line(tree, "key"), "type": type_}
    for name, kind in prompts.parts(type_).items():
        made[name] = _texts(tree, name) if kind == "words" else _line(tree, name)
    if "options" in made:
        made["options"] = [_option(option, type_) for option in _listed(tree, "options", MOST_OPTIONS)]
    if "other" in made:
        other = _part(tree, "other")
        made["other"] = {"on": _line(other, "on")} | {name: _texts(other, name) for name in ("text", "placeholder")}
    if "boxes" in made:
        boxes = {purpose: _part(_part(tree, "boxes"), purpose) for purpose in PURPOSES}
        made["boxes"] = {purpose: {"on": _line(box, "on"), "text": _texts(box, "text")} for purpose, box in boxes.items()}
    return made


def _option(tree: Tree, type_: str) -> Draft:
    more = {name: _line(tree, name) for name in prompts.option_parts(type_)}
    return {"key": _line(tree, "key"), "text": _texts(tree, "text")} | more


def _line(tree: Tree, name: str) -> str:
    value = tree.get(name, "")
    return value if isinstance(value, str) else ""


def _part(tree: Tree, name: str) -> Tree:
    value = tree.get(name)
    return value if isinstance(value, dict) else {}


def _texts(tree: Tree, name: str) -> dict[str, str]:
    return {code: text for code, text in _part(tree, name).items() if isinstance(text, str)}


def _listed(tree: Tree, name: str, most: int) -> list[Tree]:
    found = _part(tree, name)
    places = sorted((place for place in found if place.isdecimal()), key=int)[:most]
    return [found[place] for place in places if isinstance(found[place], dict)]


def _texts_in(draft: Draft) -> Iterable[dict]:
    yield from (draft["text"], draft["thanks"])
    for card in draft["cards"]:
        yield from (card[name] for name, kind in prompts.parts(card["type"]).items() if kind == "words")
        yield from (option["text"] for option in card.get("options", ()))
        yield from (box["text"] for box in card.get("boxes", {}).values())
        yield from (card["other"][name] for name in ("text", "placeholder") if "other" in card)


# --- what is pressed in the form ---------------------------------------------------------------------------------------

def pressed(draft: Draft, button: str, new_type: str) -> None:
    """Adds, removes or moves a card or an option: `add`, `up.2`, `remove.2`, `option.2`, `lift.2.1`, `drop.2.1` …"""
    what, *where = button.split(".")
    places = [int(part) if part.isdecimal() and len(part) < 3 else -1 for part in where]
    cards = draft["cards"]
    if what == "add":
        _add(cards, new_type)
    elif len(places) == 1 and 0 <= places[0] < len(cards):
        _press_card(cards, places[0], what)
    elif len(places) == 2 and 0 <= places[0] < len(cards):
        _press_option(cards[places[0]].get("options", []), places[1], what)


def _add(cards: list[Draft], type_: str) -> None:
    """A consent card brings its address card along: neither stands alone."""
    if type_ not in prompts.CARD_TYPES or len(cards) >= MOST_CARDS:
        return
    options = {"options": {"0": {}, "1": {}}} if prompts.option_parts(type_) or type_ == "multi" else {}
    boxes = {"boxes": {"news": {"on": "1"}}} if type_ == "consent" else {}
    cards.append(shaped_card({"type": type_, "key": _free(type_, {card["key"] for card in cards}), **options, **boxes}))
    if type_ == "consent":
        _add(cards, "address")


def _press_card(cards: list[Draft], place: int, what: str) -> None:
    if what == "remove":
        del cards[place]
    elif what == "option" and "options" in cards[place] and len(cards[place]["options"]) < MOST_OPTIONS:
        cards[place]["options"].append(_option({}, cards[place]["type"]))
    elif what == "up" and place:
        cards.insert(place - 1, cards.pop(place))
    elif what == "down":
        cards.insert(place + 1, cards.pop(place))


def _press_option(options: list[Draft], place: int, what: str) -> None:
    if not 0 <= place < len(options):
        return
    if what == "drop":
        del options[place]
    elif what == "lift" and place:
        options.insert(place - 1, options.pop(place))


def _free(wanted: str, taken: set[str]) -> str:
    return prompts.free_key(wanted.replace("_", "-"), taken)
