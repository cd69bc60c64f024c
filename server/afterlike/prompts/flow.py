"""What an owner may write as a prompt: the shape of a flow, checked and brought into one normal form.

The format is described in docs/prompts.md. Unlike the public wire, an unknown field is refused here: it is a typo that
its author must hear about. Texts keep the form they were written in; texts.py chooses the language later.
"""

from collections.abc import Iterator

from marshmallow import RAISE, Schema, ValidationError, fields, pre_load, validates_schema
from marshmallow.validate import Length, OneOf, Range

from afterlike.errors import Invalid, stated
from afterlike.prompts.fields import MOST_LANGUAGES, Flag, Key, Language, Line, Moment, Share, Words, moment
from afterlike.purposes import PURPOSES, SITE
from afterlike.wire import UNSTORABLE, Currency, WebAddress, Whole, loaded

KINDS = ("survey", "opt_in", "profile_link", "redirect", "thanks")
QUESTIONS = ("single", "multi", "rating", "nps", "yes_no", "text", "price", "pictures")
CARD_TYPES = (*QUESTIONS, "profile", "consent", "address", "statement")
VISITORS = ("all", "new", "returning")

MOST_CARDS = 4
MOST_OPTIONS = 12
MOST_PATTERNS = 50
MOST_PARTS = 5_000   # values in the whole JSON
MOST_LETTERS = 60_000  # in the whole JSON; the answer to a like carries the flow in one language
DEEPEST = 12

SENTENCES = {
    "required": stated("This is missing."),
    "invalid": stated("This has the wrong type."),
    "type": stated("This must be an object: {…}."),
    "unknown": stated("There is no such field here. Check the spelling."),
}


def checked(flow: dict) -> dict:
    """The flow in normal form: defaults filled in, texts trimmed; checking it again changes nothing.

    Raises Invalid whose `fields` maps JSON paths such as `cards.0.options.2.key` to sentences, for any JSON value.
    """
    if not isinstance(flow, dict):
        raise Invalid(stated("A flow is a JSON object."), fields={"flow": stated("Must be an object: {…}.")})
    _refuse_silly(flow)
    return loaded(FLOW, flow)


def _refuse_silly(flow: dict) -> None:
    """Bounds the work that a hostile file can cause before any schema sees it; never recurses."""
    waiting, parts, letters = [(flow, 1)], 0, 0
    while waiting:
        value, depth = waiting.pop()
        inside = [*value, *value.values()] if isinstance(value, dict) else value if isinstance(value, list) else ()
        waiting.extend((part, depth + 1) for part in inside)
        parts += 1 + len(inside)
        letters += len(value) if isinstance(value, str) else 0
        if depth > DEEPEST or parts > MOST_PARTS or letters > MOST_LETTERS:
            raise Invalid(stated("The flow is too long."), fields={"flow": stated("Too long or nested too deeply.")})
        if isinstance(value, str) and UNSTORABLE.search(value):
            raise Invalid(stated("The flow holds NUL or half a character."), fields={"flow": stated("Holds what is not text.")})


# --- shapes -------------------------------------------------------------------------------------------------------

class Strict(Schema):
    """Base of all shapes here: what it does not know it refuses, and null is the same as not there."""

    class Meta:
        unknown = RAISE

    error_messages = SENTENCES

    def on_bind_field(self, field_name, field_obj) -> None:
        field_obj.error_messages = {**field_obj.error_messages, **SENTENCES}

    @pre_load
    def _null_is_absent(self, data, **more):
        if not isinstance(data, dict):
            return data
        return {name: value for name, value in data.items() if value is not None or name not in self.fields}


class Card(fields.Field):
    def _deserialize(self, value, attr, data, **more) -> dict:
        if not isinstance(value, dict):
            raise ValidationError(SENTENCES["type"])
        kind = value.get("type")
        if not isinstance(kind, str) or kind not in CARDS:
            raise ValidationError({"type": [stated("Must be one of: {these}.", these=", ".join(CARD_TYPES))]})
        return CARDS[kind].load(value)


def shape(**named) -> Schema:
    return Strict.from_dict(named)()


def some(inner: fields.Field, most: int, *, least: int = 0) -> fields.List:
    """A list that may be left out when it may be empty."""
    between = stated("Must hold {least} to {most} of them.", least=least, most=most)
    words_for_it = between if least else stated("Must hold at most {most}.", most=most)
    more = {"required": True} if least else {"load_default": list}
    return fields.List(inner, validate=Length(least, most, error=words_for_it), **more)


def whole(least: int, most: int, **more) -> Whole:
    return Whole(validate=Range(least, most, error=stated("Must be {least} to {most}.", least=least, most=most)), **more)


def one_of(*values: str, **more) -> fields.String:
    return fields.String(validate=OneOf(values, error=stated("Must be one of: {these}.", these=", ".join(values))), **more)


def options(**more) -> fields.List:
    option = Strict.from_dict({"key": Key(required=True), "text": Words(100, required=True), **more})
    return some(fields.Nested(option), MOST_OPTIONS, least=2)


def card(**more) -> Schema:
    return shape(
        key=Key(required=True), type=fields.String(required=True),
        title=Words(200, required=True), help=Words(500),
        **more,
        submit=Words(40),
    )


def question(**more) -> Schema:
    return card(required=Flag(load_default=False), next=Key(), **more)


BOXES = some(
    fields.Nested(Strict.from_dict({"purpose": one_of(*PURPOSES, required=True), "text": Words(500, fills=SITE)})),
    len(PURPOSES), least=1,
)
OTHER = fields.Nested(Strict.from_dict({"text": Words(100), "placeholder": Words(100)}))

CARDS = {
    "single":    question(options=options(next=Key()), other=OTHER),
    "multi":     question(options=options(), other=OTHER, max=whole(1, MOST_OPTIONS + 1)),
    "rating":    question(scale=whole(3, 10, load_default=5), low=Words(60), high=Words(60)),
    "nps":       question(low=Words(60), high=Words(60)),
    "yes_no":    question(yes=Words(40), no=Words(40), next_yes=Key(), next_no=Key()),
    "text":      question(placeholder=Words(100), max=whole(1, 2000, load_default=500)),
    "price":     question(currency=Currency(required=True), placeholder=Words(100)),
    "pictures":  question(options=options(next=Key(), image=WebAddress(required=True)),
                          multiple=Flag(load_default=False)),
    "profile":   card(placeholder=Words(100), show_text=Words(200), next=Key()),
    "consent":   card(boxes=BOXES, no=Words(40)),
    "address":   card(label=Words(100), placeholder=Words(100), sent=Words(500)),
    "statement": card(next=Key()),
}

NTH_LIKE = Strict.from_dict({
    "from": whole(1, 1_000_000, load_default=1),
    "to": whole(1, 1_000_000, load_default=None),
})

WHEN = Strict.from_dict({
    "products":   some(Line(300), MOST_PATTERNS),
    "categories": some(Line(300), MOST_PATTERNS),
    "urls":       some(Line(300), MOST_PATTERNS),
    "nth_like":   fields.Nested(NTH_LIKE, load_default=lambda: NTH_LIKE().load({})),
    "visitors":   one_of(*VISITORS, load_default="all"),
    "locales":    some(Language(), MOST_LANGUAGES),
})


class Flow(Strict):
    key = Key(required=True)
    name = Line(100)
    kind = one_of(*KINDS, load_default="survey")
    when = fields.Nested(WHEN, load_default=lambda: WHEN().load({}))
    starts_at = Moment(load_default=None)
    ends_at = Moment(load_default=None)
    recontact_days = whole(0, 3650, load_default=30)
    again_after_answer_days = whole(0, 3650, load_default=None)
    sample = Share(load_default=1.0)
    quota = whole(1, 1_000_000_000, load_default=None)
    cards = some(Card(), MOST_CARDS)
    thanks = Words(500)
    url = WebAddress()
    text = Words(200)

    @validates_schema
    def _holds_together(self, flow: dict, **more) -> None:
        wrong: dict[str, list[str]] = {}
        for rule in RULES:
            for path, sentence in rule(flow):
                wrong.setdefault(path, []).append(sentence)
        if wrong:
            raise ValidationError(wrong)


# --- rules over the whole flow: each yields (path, sentence) --------------------------------------------------------

Wrong = Iterator[tuple[str, str]]


def _kind_has_its_parts(flow: dict) -> Wrong:
    kind, types = flow["kind"], [card["type"] for card in flow["cards"]]
    if kind == "survey" and not set(types) & set(QUESTIONS):
        yield "cards", stated("A survey has 1 to 4 cards, at least one of them a question.")
    if kind == "opt_in" and types not in (["consent", "address"], ["consent", "address", "statement"]):
        yield "cards", stated("An opt_in has a consent card and an address card, and a statement at the end if you like.")
    if kind == "profile_link" and ("profile" not in types or set(types) - {"profile", "statement"}):
        yield "cards", stated("A profile_link has a profile card, and no questions or boxes.")
    if kind in ("redirect", "thanks") and types:
        yield "cards", stated("A {kind} has no cards.", kind=kind)
    if kind == "redirect" and "url" not in flow:
        yield "url", stated("A redirect needs the address it leads to.")
    for name in [name for name in ("url", "text") if name in flow and kind != "redirect"]:
        yield name, stated("Only a redirect has this.")
    if kind == "redirect" and "thanks" in flow:
        yield "thanks", stated("A redirect ends on your own page; write the invitation as text.")


def _keys_differ(flow: dict) -> Wrong:
    seen: set[str] = set()
    for place, card in enumerate(flow["cards"]):
        if card["key"] == "end" or card["key"] in seen:
            yield f"cards.{place}.key", stated("Each card needs a key of its own, other than end.")
        seen.add(card["key"])
        yield from _option_keys_differ(place, card.get("options", ()))


def _option_keys_differ(place: int, options) -> Wrong:
    seen: set[str] = set()
    for number, option in enumerate(options):
        if option["key"] in seen:
            yield f"cards.{place}.options.{number}.key", stated("Each option needs a key of its own.")
        seen.add(option["key"])


def _jumps_lead_forward(flow: dict) -> Wrong:
    keys = [card["key"] for card in flow["cards"]]
    for place, card in enumerate(flow["cards"]):
        for path, target in _jumps(card):
            if target != "end" and target not in keys[place + 1:]:
                yield f"cards.{place}.{path}", stated("Must be end or the key of a later card.")


def _jumps(card: dict) -> Iterator[tuple[str, str]]:
    for name in ("next", "next_yes", "next_no"):
        if name in card:
            yield name, card[name]
    for number, option in enumerate(card.get("options", ())):
        if "next" in option:
            yield f"options.{number}.next", option["next"]


def _every_card_is_reached(flow: dict) -> Wrong:
    cards = flow["cards"]
    reached = {cards[0]["key"]} if cards else set()
    for place, card in enumerate(cards):
        if card["key"] not in reached:
            yield f"cards.{place}", stated("No answer leads to this card.")
        later = [card["key"] for card in cards[place + 1:]] + ["end"]
        reached |= {target if target in later else later[0] for target in _ways_on(card)}


def _ways_on(card: dict) -> set[str | None]:
    """Where a card can lead; None is the card that follows."""
    ways = {option.get("next") for option in card.get("options", ())}
    if card["type"] == "yes_no":
        ways = {card.get("next_yes"), card.get("next_no")}
    falls = not ways or None in ways or "other" in card or not card.get("required")
    return ways - {None} | ({card.get("next")} if falls else set())


def _profile_stands_last(flow: dict) -> Wrong:
    types = [card["type"] for card in flow["cards"]]
    if types.count("profile") > 1:
        yield "cards", stated("There can be one profile card.")
    elif "profile" in types and set(types[types.index("profile") + 1:]) - {"statement"}:
        yield f"cards.{types.index('profile')}", stated("After a profile card only a statement may follow.")


def _consent_and_address_stand_together(flow: dict) -> Wrong:
    """An address without consent could not be used, and consent without an address could not be acted upon."""
    types = [card["type"] for card in flow["cards"]]
    consent, address = (types.index(type_) if type_ in types else None for type_ in ("consent", "address"))
    if max(types.count("consent"), types.count("address")) > 1:
        yield "cards", stated("There can be one consent card and one address card.")
    elif address is not None and (consent is None or consent + 1 != address):
        yield f"cards.{address}", stated("An address card stands directly after its consent card.")
    elif consent is not None and address is None:
        yield f"cards.{consent}", stated("A consent card needs an address card directly after it.")
    elif address is not None and set(types[address + 1:]) - {"statement"}:
        yield f"cards.{address}", stated("After an address card only a statement may follow.")


def _address_is_reached_by_consent_only(flow: dict) -> Wrong:
    addresses = {card["key"] for card in flow["cards"] if card["type"] == "address"}
    for place, card in enumerate(flow["cards"]):
        for path, target in _jumps(card):
            if target in addresses:
                yield f"cards.{place}.{path}", stated("Nothing leads to an address card but its consent card. Name that one.")


def _purposes_differ(flow: dict) -> Wrong:
    for place, card in enumerate(flow["cards"]):
        asked = [box["purpose"] for box in card.get("boxes", ())]
        for number, purpose in enumerate(asked):
            if purpose in asked[:number]:
                yield f"cards.{place}.boxes.{number}.purpose", stated("There is one box for each purpose.")


def _choices_fit(flow: dict) -> Wrong:
    for place, card in enumerate(flow["cards"]):
        if card["type"] == "multi" and card.get("max", 1) > len(card["options"]) + ("other" in card):
            yield f"cards.{place}.max", stated("Is more than there are options.")
        if card.get("multiple") and any("next" in option for option in card["options"]):
            yield f"cards.{place}.options", stated("Where several can be chosen, only the card itself has a next.")


def _numbers_in_order(flow: dict) -> Wrong:
    nth = flow["when"]["nth_like"]
    if nth["to"] is not None and nth["to"] < nth["from"]:
        yield "when.nth_like.to", stated("Must not be smaller than from.")
    if flow["starts_at"] and flow["ends_at"] and moment(flow["starts_at"]) >= moment(flow["ends_at"], closing=True):
        yield "ends_at", stated("Must come after starts_at.")


RULES = (
    _kind_has_its_parts,
    _keys_differ,
    _jumps_lead_forward,
    _every_card_is_reached,
    _profile_stands_last,
    _consent_and_address_stand_together,
    _address_is_reached_by_consent_only,
    _purposes_differ,
    _choices_fit,
    _numbers_in_order,
)

FLOW = Flow()
