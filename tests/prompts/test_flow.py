"""An owner's flow is either brought into one normal form, or its author hears where it is wrong."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prompts.making import CARDS, COLOURS, PHOTOS, card, pair, survey, whole

from afterlike.errors import Invalid
from afterlike.prompts import CARD_TYPES, checked, default_flow, default_flows
from afterlike.prompts.fields import moment

DAY = 24 * 3600 * 1000


@pytest.mark.parametrize("type_", CARD_TYPES)
def test_each_card_type_is_taken_with_all_it_can_have(type_):
    [made] = [made for made in checked(survey(*whole(type_)))["cards"] if made["key"] == type_]
    assert CARDS[type_].items() <= made.items()


def test_a_checked_flow_is_complete_and_stays_the_same():
    made = checked(survey())
    assert made["sample"] == 1 and made["quota"] is None and made["recontact_days"] == 30 and made["kind"] == "survey"
    assert made["when"]["nth_like"] == {"from": 1, "to": None}
    assert checked(json.loads(json.dumps(made))) == made


def test_null_is_the_same_as_not_there():
    nothing = {"quota": None, "name": None, "when": None, "starts_at": None}
    assert checked(survey(**nothing)) == checked(survey())


def test_languages_are_spelled_in_one_way():
    made = checked(survey(thanks={"pt_br": "Obrigado", "EN": "Thanks"}, when={"locales": ["zh_hant_tw"]}))
    assert made["thanks"] == {"en": "Thanks", "pt-BR": "Obrigado"}
    assert made["when"]["locales"] == ["zh-Hant-TW"]


def test_the_prompts_of_a_new_site_are_good_flows():
    made, then = default_flows()
    assert [card["key"] for card in made["cards"]] == ["why", "have", "consent", "address"]
    assert [box["purpose"] for box in made["cards"][2]["boxes"]] == ["news", "follow_up"]
    assert [card["key"] for card in then["cards"]] == ["profile"] and then["when"]["nth_like"] == {"from": 2, "to": None}
    assert (made["key"], then["key"]) == ("welcome", "meet") and made == default_flow()
    assert [option["key"] for option in made["cards"][0]["options"]] == ["idea", "look", "price", "quality", "gift"]
    assert [option["key"] for option in made["cards"][1]["options"]] == ["own", "plan", "wish", "looking"]
    assert [checked(made), checked(then)] == [made, then]


def jump(**more) -> dict:
    return survey(card("single", "a", **more), card("text", "b"), card("text", "c"))


def to(*targets: str | None) -> list[dict]:
    pairs = zip(COLOURS, targets, strict=False)
    return [option | ({"next": target} if target else {}) for option, target in pairs]


GOOD = {
    "option jumps over a card": jump(options=to("c", None)),
    "option ends the flow": jump(options=to("end", None)),
    "yes and no part": survey(card("yes_no", "a", next_yes="b", next_no="c"), card("text", "b"), card("text", "c")),
    "statement after a profile": survey(card("nps"), card("profile"), card("statement")),
    "redirect": {"key": "more", "kind": "redirect", "url": "https://shop.test/more", "text": "Tell us about {product}"},
    "thanks": {"key": "thanks", "kind": "thanks", "thanks": "Lovely!"},
    "profile_link": survey(card("profile"), kind="profile_link"),
    "opt_in": survey(*pair(), kind="opt_in"),
    "opt_in with a last word": survey(*pair(), card("statement"), kind="opt_in"),
    "survey with an opt-in": survey(card("nps"), *pair(), card("statement")),
    "a jump to the consent card": survey(card("yes_no", next_no="consent"), card("text"), *pair()),
    "a jump over the opt-in": survey(card("yes_no", next_no="statement"), *pair(), card("statement")),
    "every purpose": survey(
        *pair(boxes=[{"purpose": name} for name in
                     ("news", "follow_up", "community", "publish_profile", "measure", "survey_contact")]), kind="opt_in"),
    "a box in our words": survey(*pair(boxes=[
        {"purpose": "survey_contact", "text": {"built_in": "{site} may send me questions by e-mail."}}]), kind="opt_in"),
    "a product in the words around boxes": survey(
        *pair(title="About {product}", help="{product}", no="Not about {product}", submit="{product}"), kind="opt_in"),
    "four cards": survey(*(card("text", key) for key in "abcd")),
    "twelve options": survey(card("single", options=[{"key": f"k{n}", "text": "x"} for n in range(12)])),
    "one day": survey(starts_at="2027-01-31", ends_at="2027-01-31"),
    "product recalled": survey(card("text", title="Why {product}?")),
    "built in": survey(card("text", title={"built_in": "What do you like about it?"})),
}


@pytest.mark.parametrize("flow", GOOD.values(), ids=GOOD)
def test_a_good_flow_is_taken(flow):
    assert checked(flow)["key"] == flow["key"]


BAD = {
    "a typo in a name": (survey(quotta=3), "quotta"),
    "a typo in a card": (survey(card("text", maximum=3)), "cards.0.maximum"),
    "a typo in when": (survey(when={"product": []}), "when.product"),
    "a typo in a recall": (survey(card("text", title="Why {prodcut}?")), "cards.0.title"),
    "a typo in a language": (survey(thanks={"xx": "Thanks"}), "thanks.xx"),
    "a language twice": (survey(thanks={"pt-br": "a", "pt_BR": "b"}), "thanks"),
    "another shape's field": (survey(card("text", options=COLOURS)), "cards.0.options"),
    "no key": ({"cards": [card("text")]}, "key"),
    "a key with spaces": (survey(key="my key"), "key"),
    "an unknown kind": (survey(kind="quiz"), "kind"),
    "an unknown type": (survey(card("text") | {"type": "slider"}), "cards.0.type"),
    "no type": (survey({"key": "a", "title": "b"}), "cards.0.type"),
    "a type that is no text": (survey({"key": "a", "type": []}), "cards.0.type"),
    "a card that is no object": (survey("text"), "cards.0"),
    "cards that are no list": (survey() | {"cards": {"a": 1}}, "cards"),
    "no cards": ({"key": "a"}, "cards"),
    "five cards": (survey(*(card("text", key) for key in "abcde")), "cards"),
    "only a statement": (survey(card("statement")), "cards"),
    "the same key twice": (survey(card("text", "a"), card("nps", "a")), "cards.1.key"),
    "a card called end": (survey(card("text", "end")), "cards.0.key"),
    "the same option twice": (survey(card("single", options=COLOURS[:1] * 2)), "cards.0.options.1.key"),
    "one option": (survey(card("single", options=COLOURS[:1])), "cards.0.options"),
    "thirteen options": (survey(card("single", options=[{"key": f"k{n}", "text": "x"} for n in range(13)])),
                         "cards.0.options"),
    "a jump to nowhere": (jump(next="z"), "cards.0.next"),
    "a jump to itself": (jump(next="a"), "cards.0.next"),
    "a jump back": (survey(card("text", "a"), card("text", "b", next="a")), "cards.1.next"),
    "an option's jump back": (survey(card("text", "a"), card("single", "b", options=to("a", "end"))),
                              "cards.1.options.0.next"),
    "yes jumps back": (survey(card("text", "a"), card("yes_no", "b", next_yes="a")), "cards.1.next_yes"),
    "a card nobody reaches": (survey(card("text", "a", next="c"), card("text", "b"), card("text", "c")), "cards.1"),
    "a jump on several choices": (survey(card("multi", options=to("end", None)), card("text")),
                                  "cards.0.options.0.next"),
    "a jump on several pictures": (
        survey(card("pictures", multiple=True, options=[PHOTOS[0] | {"next": "end"}, PHOTOS[1]])), "cards.0.options"),
    "two profile cards": (survey(card("nps"), card("profile", "a"), card("profile", "b")), "cards"),
    "a question after the profile": (survey(card("profile"), card("text")), "cards.0"),
    "a profile that is required": (survey(card("nps"), card("profile", required=True)), "cards.1.required"),
    "a profile_link with a question": (survey(card("nps"), card("profile"), kind="profile_link"), "cards"),
    "an opt_in with a question": (survey(card("nps"), *pair(), kind="opt_in"), "cards"),
    "an opt_in without cards": ({"key": "a", "kind": "opt_in"}, "cards"),
    "an opt_in with two last words": (
        survey(*pair(), card("statement", "a"), card("statement", "b"), kind="opt_in"), "cards"),
    "a survey without a question": (survey(*pair()), "cards"),
    "an address without consent": (survey(card("nps"), card("address")), "cards.1"),
    "an address first": (survey(card("address"), card("statement"), card("nps")), "cards.0"),
    "consent without an address": (survey(card("nps"), card("consent")), "cards.1"),
    "consent and address apart": (survey(card("nps"), card("consent"), card("text"), card("address")), "cards.3"),
    "the address before the consent": (survey(card("nps"), card("address"), card("consent")), "cards.1"),
    "two consent cards": (survey(card("nps"), *pair(), card("consent", "again")), "cards"),
    "a question after the address": (survey(*pair(), card("nps")), "cards.1"),
    "a profile after the address": (survey(card("nps"), *pair(), card("profile")), "cards.2"),
    "a jump to the address": (survey(card("yes_no", next_no="address"), *pair()), "cards.0.next_no"),
    "an option's jump to the address": (survey(card("single", options=to("address", None)), *pair()),
                                        "cards.0.options.0.next"),
    "a consent card that leads elsewhere": (survey(card("nps"), *pair(next="end")), "cards.1.next"),
    "consent that is required": (survey(card("nps"), *pair(required=True)), "cards.1.required"),
    "no boxes": (survey(card("nps"), *pair(boxes=[])), "cards.1.boxes"),
    "an unknown purpose": (survey(card("nps"), *pair(boxes=[{"purpose": "spam"}])), "cards.1.boxes.0.purpose"),
    "a box without a purpose": (survey(card("nps"), *pair(boxes=[{"text": "Yes"}])), "cards.1.boxes.0.purpose"),
    "a purpose twice": (survey(card("nps"), *pair(boxes=[{"purpose": "news"}] * 2)), "cards.1.boxes.1.purpose"),
    "a box that is ticked": (
        survey(card("nps"), *pair(boxes=[{"purpose": "news", "checked": True}])), "cards.1.boxes.0.checked"),
    "a product in a box": (
        survey(card("nps"), *pair(boxes=[{"purpose": "news", "text": "News of {product}"}])), "cards.1.boxes.0.text"),
    "a product in one language of a box": (
        survey(card("nps"), *pair(boxes=[{"purpose": "news", "text": {"en": "News", "id": "{product}"}}])),
        "cards.1.boxes.0.text.id"),
    "a site in a title": (survey(card("text", title="Does {site} please you?")), "cards.0.title"),
    "words of a box in a title": (
        survey(card("text", title={"built_in": "{site} may send me questions by e-mail."})), "cards.0.title"),
    "a redirect without an address": ({"key": "a", "kind": "redirect"}, "url"),
    "a redirect with cards": (survey(kind="redirect", url="https://shop.test/"), "cards"),
    "a redirect with thanks": ({"key": "a", "kind": "redirect", "url": "https://shop.test/", "thanks": "x"}, "thanks"),
    "a redirect to script": ({"key": "a", "kind": "redirect", "url": "javascript:alert(1)"}, "url"),
    "a survey with an address": (survey(url="https://shop.test/"), "url"),
    "a picture that is data": (
        survey(card("pictures", options=[PHOTOS[0] | {"image": "data:image/png,x"}, PHOTOS[1]])),
        "cards.0.options.0.image"),
    "an empty title": (survey(card("text", title="  ")), "cards.0.title"),
    "a long title": (survey(card("text", title="x" * 201)), "cards.0.title"),
    "an empty language": (survey(card("text", title={"en": ""})), "cards.0.title.en"),
    "no language": (survey(card("text", title={})), "cards.0.title"),
    "an unknown built-in": (survey(thanks={"built_in": "Thanx"}), "thanks.built_in"),
    "a built-in with company": (survey(thanks={"built_in": "Thank you!", "en": "Ta"}), "thanks.built_in"),
    "a control character": (survey(name="a\x07b"), "name"),
    "half a character": (survey(name="a\ud800"), "flow"),
    "NUL": (survey(name="a\x00"), "flow"),
    "more choices than options": (survey(card("multi", max=5)), "cards.0.max"),
    "a scale of two": (survey(card("rating", scale=2)), "cards.0.scale"),
    "a scale in words": (survey(card("rating", scale="5")), "cards.0.scale"),
    "required in words": (survey(card("text", required="yes")), "cards.0.required"),
    "required as a number": (survey(card("text", required=1)), "cards.0.required"),
    "a price without a currency": (survey({"key": "a", "type": "price", "title": "b"}), "cards.0.currency"),
    "a price in nothing": (survey(card("price", currency="ABC")), "cards.0.currency"),
    "a sample in percent": (survey(sample=50), "sample"),
    "a sample that is no number": (survey(sample=float("nan")), "sample"),
    "a sample that is true": (survey(sample=True), "sample"),
    "a quota of none": (survey(quota=0), "quota"),
    "a date in words": (survey(starts_at="tomorrow"), "starts_at"),
    "a day that does not exist": (survey(starts_at="2027-02-30"), "starts_at"),
    "an hour that does not exist": (survey(ends_at="2027-02-20T25:00"), "ends_at"),
    "an end before the start": (survey(starts_at="2027-02-02", ends_at="2027-02-01"), "ends_at"),
    "likes the wrong way round": (survey(when={"nth_like": {"from": 3, "to": 2}}), "when.nth_like.to"),
    "a zeroth like": (survey(when={"nth_like": {"from": 0}}), "when.nth_like.from"),
    "a pattern that is no text": (survey(when={"products": [1]}), "when.products.0"),
    "when is a list": (survey(when=[]), "when"),
    "too long": (survey(name="x" * 100_000), "flow"),
}


@pytest.mark.parametrize(("flow", "path"), BAD.values(), ids=BAD)
def test_the_author_hears_where_a_flow_is_wrong(flow, path):
    with pytest.raises(Invalid) as wrong:
        checked(flow)
    assert list(wrong.value.fields) == [path]
    assert wrong.value.fields[path][-1] in ".?"


def test_a_profile_link_has_no_boxes():
    with pytest.raises(Invalid) as wrong:
        checked(survey(card("profile"), *pair(), kind="profile_link"))
    assert "no questions or boxes" in wrong.value.fields["cards"]


@pytest.mark.parametrize("flow", [None, [], "a", 3, True, float("inf")], ids=repr)
def test_what_is_no_object_is_no_flow(flow):
    with pytest.raises(Invalid):
        checked(flow)


def test_depth_is_an_error_and_no_crash():
    deep: dict = {}
    for _ in range(100_000):
        deep = {"when": deep}
    with pytest.raises(Invalid):
        checked(deep | {"key": "a"})
    while deep:  # taken apart by hand: Python frees such a thing by recursion, too
        deep = deep["when"]


def test_width_is_an_error_and_no_flood():
    with pytest.raises(Invalid) as wrong:
        checked({str(number): 1 for number in range(10_000)})
    assert len(wrong.value.fields) == 1


def test_a_day_ends_at_its_end():
    assert moment("2027-01-31", closing=True) - moment("2027-01-31") == DAY
    assert moment("2027-01-31T00:00+01:00") - moment("2027-01-31") == -3_600_000
    assert moment("2027-01-31T00:00", closing=True) == moment("2027-01-31T00:00Z")


# Shaped like flows often enough to come past the first schema, and wrong in every way JSON can be.
NAMES = st.sampled_from(
    "a b key type title cards when options next other image built_in en sample quota starts_at nth_like from to text "
    "kind url thanks".split()
)
SCALARS = (st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | NAMES
           | st.sampled_from([*CARD_TYPES, "end", "2027-01-01", "https://shop.test/", "EUR", "{product}"]))
JSON = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES | st.text(), inner, max_size=6)
)


@st.composite
def bent_flows(draw) -> dict:
    """A good flow with one place of it replaced by anything."""
    types = draw(st.lists(st.sampled_from(CARD_TYPES), max_size=4))
    here = flow = survey(*(card(type_) for type_ in types))
    while True:
        name = draw(st.sampled_from(list(here) if isinstance(here, dict) else range(len(here)))) if here else None
        if name is None:
            return flow
        if not isinstance(here[name], dict | list) or draw(st.booleans()):
            here[name] = draw(JSON)
            return flow
        here = here[name]


@given(JSON | bent_flows())
def test_any_json_is_a_flow_or_invalid(value):
    try:
        made = checked(value)
    except Invalid as wrong:
        assert wrong.fields
    else:
        assert checked(json.loads(json.dumps(made))) == made
