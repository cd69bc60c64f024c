"""What a visitor may answer to which card, and how it reads afterwards."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prompts.making import COLOURS, card, pair, survey

from afterlike.errors import Invalid
from afterlike.prompts import CARD_TYPES, checked, checked_answers, said

ASKED = checked(survey(card("single"), card("multi"), card("rating"), card("pictures")))
ASKED_TOO = checked(survey(card("nps"), card("yes_no"), card("text"), card("price")))
AGREED = checked(survey(*pair(), kind="opt_in"))
ASKED_LAST = checked(survey(card("pictures", multiple=True), card("single", options=COLOURS) | {"other": None},
                            card("profile"), card("statement")))
FLOW = ASKED | {"cards": [*ASKED["cards"], *ASKED_TOO["cards"], *ASKED_LAST["cards"][2:], *AGREED["cards"]]}

GOOD = [
    ("single", "red", "red"),
    ("single", {"other": "Mauve"}, {"other": "Mauve"}),
    ("single", {"other": ""}, {"other": ""}),
    ("multi", ["blue", "red"], ["blue", "red"]),
    ("multi", ["blue", {"other": " Mauve\r\n"}], ["blue", {"other": "Mauve"}]),
    ("multi", [], []),
    ("rating", 5, 5),
    ("nps", 0, 0),
    ("nps", 10, 10),
    ("yes_no", False, False),
    ("text", "  It\r\nglows\x0b\x07\t! ", "It\nglows\n !"),
    ("text", "", ""),
    ("text", "x" * 40, "x" * 40),
    ("price", {"amount": "12.50", "currency": "EUR"}, {"amount": "12.50", "currency": "EUR"}),
    ("price", {"amount": "1200", "currency": "JPY"}, {"amount": "1200", "currency": "JPY"}),
    ("price", {"amount": "1.234", "currency": "KWD"}, {"amount": "1.234", "currency": "KWD"}),
    ("pictures", "blue", "blue"),
    ("pictures", ["blue"], "blue"),
]


@pytest.mark.parametrize(("key", "value", "kept"), GOOD)
def test_a_fitting_answer_is_kept(key, value, kept):
    made = checked_answers(FLOW, {key: value})
    assert made == {key: kept}
    assert checked_answers(FLOW, made) == made


BAD = [
    ("single", "mauve"), ("single", ["red"]), ("single", 1), ("single", None), ("single", {"another": "x"}),
    ("single", {"other": "x", "more": 1}), ("single", {"other": 3}), ("single", {"other": "x" * 301}),
    ("multi", "red"), ("multi", ["red", "red"]), ("multi", ["red", "blue", "green"]), ("multi", ["mauve"]),
    ("multi", [{"other": "a"}, {"other": "b"}]), ("multi", [["red"]]), ("multi", {"0": "red"}),
    ("multi", ["red"] * 999),
    ("rating", 0), ("rating", 6), ("rating", 3.0), ("rating", "3"), ("rating", True), ("rating", 10 ** 999),
    ("nps", -1), ("nps", 11), ("nps", False),
    ("yes_no", 1), ("yes_no", "true"), ("yes_no", None),
    ("text", "x" * 41), ("text", 3), ("text", ["x"]), ("text", "a\x00"), ("text", "a\ud800"),
    ("price", "12.50"), ("price", 12.5), ("price", {"amount": "12.50"}), ("price", {"amount": 12.5, "currency": "EUR"}),
    ("price", {"amount": "12,50", "currency": "EUR"}), ("price", {"amount": "12.505", "currency": "EUR"}),
    ("price", {"amount": "1.5", "currency": "JPY"}), ("price", {"amount": "1", "currency": "ABC"}),
    ("price", {"amount": "-1", "currency": "EUR"}), ("price", {"amount": "1e3", "currency": "EUR"}),
    ("price", {"amount": "١", "currency": "EUR"}), ("price", {"amount": "1", "currency": "EUR", "more": 1}),
    ("price", {"amount": "1", "currency": ["EUR"]}),
    ("pictures", "mauve"), ("pictures", ["red", "blue"]), ("pictures", []), ("pictures", {"red": 1}),
    ("consent", ["news"]), ("address", "ada@people.test"),
    ("profile", "https://ada.test"), ("statement", "ok"), ("nothing", 1), ("", 1),
]


@pytest.mark.parametrize(("key", "value"), BAD, ids=[f"{key}-{json.dumps(value)[:40]}" for key, value in BAD])
def test_an_answer_that_does_not_fit_is_named(key, value):
    with pytest.raises(Invalid) as wrong:
        checked_answers(FLOW, {"nps": 3, key: value} if key != "nps" else {key: value})
    assert list(wrong.value.fields) == [f"answers.{key}"]


def test_several_pictures_may_be_chosen_where_the_card_says_so():
    assert checked_answers(ASKED_LAST, {"pictures": ["red", "blue"]}) == {"pictures": ["red", "blue"]}
    assert checked_answers(ASKED_LAST, {"pictures": "red"}) == {"pictures": ["red"]}
    with pytest.raises(Invalid):
        checked_answers(ASKED_LAST, {"pictures": ["red", "red"]})


def test_without_an_other_there_is_no_free_text():
    with pytest.raises(Invalid):
        checked_answers(ASKED_LAST, {"single": {"other": "Mauve"}})


def test_answers_come_back_in_the_order_of_the_cards():
    assert list(checked_answers(FLOW, {"text": "a", "nps": 1, "single": "red"})) == ["single", "nps", "text"]


@pytest.mark.parametrize("answers", [None, [], "a", 3], ids=repr)
def test_answers_are_an_object(answers):
    with pytest.raises(Invalid) as wrong:
        checked_answers(FLOW, answers)
    assert list(wrong.value.fields) == ["answers"]


def test_a_flood_of_answers_is_a_short_error():
    with pytest.raises(Invalid) as wrong:
        checked_answers(FLOW, {"\ud800" + "x" * 1000 + str(number): number for number in range(10_000)})
    assert len(wrong.value.fields) < 40
    assert "".join(wrong.value.fields).isascii() and max(map(len, wrong.value.fields)) < 80


SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.sampled_from(["red", "12.50", "EUR"])
NAMES = st.sampled_from([*CARD_TYPES, "other", "amount", "currency"])
JSON = st.recursive(SCALARS, lambda inner: st.lists(inner) | st.dictionaries(NAMES | st.text(), inner))


@given(st.dictionaries(st.sampled_from(CARD_TYPES), JSON) | JSON)
def test_any_json_is_answers_or_invalid(value):
    try:
        made = checked_answers(FLOW, value)
    except Invalid as wrong:
        assert wrong.fields
    else:
        assert checked_answers(FLOW, made) == made
        assert all(isinstance(text, str) for pair in said(FLOW, made, "id") for text in pair)


def test_answers_read_as_text():
    answers = {
        "single": {"other": "Mauve"}, "multi": ["red", {"other": "{product}"}], "rating": 4, "nps": 0,
        "yes_no": False, "text": "It glows", "price": {"amount": "12.50", "currency": "EUR"}, "pictures": "blue",
    }
    assert dict(said(FLOW, answers, "en")) == {
        "About single": "Another: Mauve", "About multi": "Red, Something else: {product}", "About rating": "4 / 5",
        "About nps": "0 / 10", "About yes_no": "Nope", "About text": "It glows", "About price": "12.50 EUR",
        "About pictures": "Blue",
    }


def test_what_was_taken_back_is_not_read():
    assert said(FLOW, {"multi": [], "text": ""}, "en") == []


def test_answers_are_read_in_the_admins_language():
    flow = checked(survey(card("yes_no", title={"en": "Do you like {product}?", "id": "Suka {product}?"}, yes=None)))
    assert said(flow, {"yes_no": True}, "id") == [("Suka produk ini?", "Ya")]
