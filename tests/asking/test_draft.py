"""A flow becomes a form and the form becomes the same flow; what is pressed in it moves what was typed and loses nothing."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prompts.making import card, survey, whole
from werkzeug.datastructures import MultiDict

from afterlike import prompts
from afterlike.asking.changes import differences
from afterlike.asking.draft import drafted, pressed, shaped, typed
from afterlike.asking.reading import gaps, read, slug

EVERY = [
    prompts.default_flow(), *prompts.default_flows(), *(prompts.checked(survey(*whole(type_))) for type_ in prompts.CARD_TYPES),
    prompts.checked({"key": "r", "kind": "redirect", "url": "https://shop.test/s", "text": {"en": "Go", "id": "Ayo"}}),
    prompts.checked(survey(card("yes_no", "a", next_yes="c", required=True), card("text", "b"), card("nps", "c"), sample=0.125,
                           quota=7, starts_at="2026-12-01", ends_at="2026-12-31T09:00+07:00", again_after_answer_days=0,
                           when={"products": ["a*", "b"], "urls": ["https://*"], "locales": ["pt-BR"], "visitors": "new",
                                 "nth_like": {"from": 2, "to": 9}})),
]


def flat(value, path="") -> list[tuple[str, str]]:
    """A draft as the form sends it."""
    if isinstance(value, str):
        return [(path, value)] if value else []
    parts = value.items() if isinstance(value, dict) else enumerate(value)
    return [pair for name, part in parts if name != "languages" for pair in flat(part, f"{path}.{name}".lstrip("."))]


def sent(draft: dict) -> MultiDict:
    return MultiDict([*flat(draft), *(("languages", code) for code in draft["languages"])])


@pytest.mark.parametrize("flow", EVERY, ids=lambda flow: f"{flow['kind']}-{len(flow['cards'])}-{flow['key']}")
def test_a_flow_comes_back_from_its_form(flow):
    draft = drafted(flow, "en")
    made, wrong = read(typed(sent(draft), "en"))
    assert wrong == {} and drafted(made, "en") == draft
    assert [made[name] for name in ("when", "sample", "quota")] == [flow[name] for name in ("when", "sample", "quota")]


def test_a_text_that_is_left_empty_stays_one_of_ours():
    draft = drafted(prompts.default_flow(), "en")
    assert read(draft)[0]["cards"][0]["title"] == {"built_in": "What do you like about it?"}
    draft["cards"][0]["title"]["en"] = "Why this one?"
    assert read(draft)[0]["cards"][0]["title"] == {"en": "Why this one?"}


def test_a_text_is_written_in_all_languages_or_is_told():
    draft = drafted(prompts.checked(survey(card("text"))), "en") | {"languages": ["en", "id"]}
    missing = "Write this in Indonesian too."
    assert read(draft)[1] == {"cards.0.title.id": missing, "cards.0.placeholder.id": missing}
    draft["cards"][0]["title"]["id"] = draft["cards"][0]["placeholder"]["id"] = "Apa?"
    assert read(draft)[1] == {}


def test_a_pasted_flow_has_no_gaps_either():
    assert gaps(prompts.checked(survey(card("nps", title={"en": "How?", "id": "Bagaimana?"}))), "en").keys() == {
        "cards.0.low.id", "cards.0.high.id",
    }
    assert gaps(prompts.checked(survey(card("nps"))), "en") == {} == gaps(prompts.default_flow(), "de")


WRONG = [
    ({"recontact_days": "soon"}, "recontact_days"), ({"sample": "many"}, "sample"), ({"sample": "101"}, "sample"),
    ({"starts_at": "tomorrow"}, "starts_at"), ({"starts_at": "2026-02-01", "ends_at": "2026-01-01"}, "ends_at"),
    ({"quota": "0"}, "quota"), ({"kind": "redirect", "cards": []}, "url"), ({"kind": "opt_in"}, "cards"), ({"kind": "x"}, "kind"),
]


@pytest.mark.parametrize(("changed", "field"), WRONG)
def test_what_is_wrong_is_told_by_its_field(changed, field):
    assert field in read(drafted(prompts.checked(survey()), "en") | changed)[1]


@pytest.mark.parametrize(("field", "value"), [("products", "x" * 301), ("locales", "en\nklingon")])
def test_a_pattern_is_told_by_the_field_it_stands_in(field, value):
    draft = drafted(prompts.checked(survey()), "en")
    draft["when"][field] = value
    assert read(draft)[1].keys() == {f"when.{field}"}


def test_a_box_is_told_by_its_purpose():
    draft = drafted(prompts.checked(survey(*whole("consent"))), "en")
    draft["cards"][1]["boxes"]["measure"]["text"] = {"en": "{product}"}
    assert read(draft)[1].keys() == {"cards.1.boxes.measure.text.en"}


def test_cards_that_lead_back_or_that_nothing_leads_to_are_told():
    draft = drafted(prompts.checked(survey(card("text", "a"), card("nps", "b"), card("statement", "c"))), "en")
    draft["cards"][1]["next"] = "a"
    assert read(draft)[1] == {"cards.1.next": "Must be end or the key of a later card."}
    draft["cards"][1]["next"], draft["cards"][0]["next"] = "", "c"
    assert read(draft)[1] == {"cards.1": "No answer leads to this card."}


def test_options_get_keys_of_their_words():
    draft = shaped({"kind": "survey", "key": "k", "cards": {"0": {"type": "multi", "key": "c", "title": {"en": "?"}, "options": {
        "0": {"text": {"en": "Das Aussehen"}}, "1": {"text": {"en": "Das  Aussehen!"}}, "2": {"text": {"en": "値段"}},
        "3": {"key": "old", "text": {"en": "Old"}}}}}}) | {"languages": ["en"]}
    assert [one["key"] for one in read(draft)[0]["cards"][0]["options"]] == ["das-aussehen", "das-aussehen-2", "option-3", "old"]
    assert slug({"en": " "}, ["en"]) == ""


def keys(draft: dict) -> list[str]:
    return [one["key"] for one in draft["cards"]]


PRESSES = [
    ("up.1", ["b", "a", "c"]), ("up.0", ["a", "b", "c"]), ("down.0", ["b", "a", "c"]), ("down.2", ["a", "b", "c"]),
    ("remove.1", ["a", "c"]), ("remove.9", ["a", "b", "c"]), ("add", ["a", "b", "c", "nps"]), ("show", ["a", "b", "c"]),
    ("explode.1", ["a", "b", "c"]), ("", ["a", "b", "c"]), ("lift.1", ["a", "b", "c"]), ("up.x.y.z", ["a", "b", "c"]),
]


@pytest.mark.parametrize(("button", "after"), PRESSES)
def test_a_press_moves_cards(button, after):
    draft = drafted(prompts.checked(survey(card("text", "a"), card("single", "b"), card("text", "c"))), "en")
    pressed(draft, button, "nps")
    assert keys(draft) == after


OPTIONS = [("lift.0.2", ["red", "green", "blue"]), ("drop.0.0", ["blue", "green"]), ("option.0", ["red", "blue", "green", ""]),
           ("lift.0.0", ["red", "blue", "green"]), ("drop.0.9", ["red", "blue", "green"])]


@pytest.mark.parametrize(("button", "after"), OPTIONS)
def test_a_press_moves_options(button, after):
    draft = drafted(prompts.checked(survey(card("single"))), "en")
    pressed(draft, button, "")
    assert [option["key"] for option in draft["cards"][0]["options"]] == after


@pytest.mark.parametrize("type_", prompts.CARD_TYPES)
def test_a_card_of_every_type_can_be_added_and_needs_only_its_texts(type_):
    draft = drafted(prompts.checked(survey(card("text", "a"))), "en")
    pressed(draft, "add", type_)
    missing = {field for field in read(draft)[1] if not field.startswith("cards.0")}
    allowed = r"cards\.\d\.(title|currency|options\.\d\.(text|image))"
    assert missing and [field for field in missing if not re.fullmatch(allowed, field)] == []


def test_a_consent_card_brings_its_address_card():
    draft = drafted(prompts.checked(survey(card("text", "a"))), "en")
    pressed(draft, "add", "consent")
    assert keys(draft) == ["a", "consent", "address"]


NAMES = [
    "cards.0.title.en", "cards.0", "cards.x.key", "when", "when.urls", "cards", "cards.0.type", "cards.0.options.0.text",
    "languages", "text.en", "kind", "sample",
]


@given(st.dictionaries(st.text(max_size=30) | st.sampled_from(NAMES), st.text(max_size=20) | st.sampled_from(prompts.CARD_TYPES)))
def test_any_form_is_read_without_a_fall(form):
    flow, wrong = read(typed(MultiDict(form), "en"))
    assert isinstance(flow, dict) and (wrong or prompts.checked(flow) == flow)


def test_what_differs_goes_by_the_keys_of_cards():
    old = prompts.checked(survey(card("text", "a"), card("nps", "b")))
    new = prompts.checked(survey(card("nps", "b"), card("text", "a", title="Why now?"), quota=3))
    changed = {one for one in differences(old, new) if "order" not in one.path}
    assert changed == {("cards.a.title", "About text", "Why now?"), ("quota", None, 3)}
    assert differences(old, old) == []
