"""What the widget gets: one language, the product's name filled in, the fields of its type and no others."""

import json
from copy import deepcopy

import pytest
from prompts.making import CARDS, card, pair, prompt, survey, whole

from afterlike import purposes
from afterlike.prompts import CARD_TYPES, Step, default_flow, rendered, wordings


def shown(flow: dict | None = None, *, locale="en", title="Reading lamp", currency="EUR", default="en", about=(), **more) -> dict:
    """`about` is what only a consent card needs: category, brand, controller, privacy_url."""
    asked = prompt(flow, **more)
    return rendered(Step(asked.kind, "due", asked), locale=locale, product_title=title, currency=currency,
                    default_locale=default, **dict(about))


def titled(text, **more) -> str:
    return shown(survey(card("text", title=text)), **more)["cards"][0]["title"]


def test_none_is_a_kind_and_a_reason():
    nothing = rendered(Step("none", "cooldown"), locale="en", product_title="x", currency=None, default_locale="en")
    assert nothing == {"kind": "none", "reason": "cooldown"}


def test_a_step_carries_what_the_contract_names():
    made = shown(survey(thanks="Ta"), version=3)
    assert made.pop("cards")
    assert made == {
        "kind": "survey", "reason": "due", "prompt": "welcome", "version": 3, "locale": "en", "dir": "ltr",
        "thanks": "Ta",
    }


ALWAYS = {"key", "type", "title", "required", "submit"}


@pytest.mark.parametrize("type_", CARD_TYPES)
def test_a_card_carries_the_fields_of_its_type(type_):
    [made] = [made for made in shown(survey(*whole(type_), key=type_))["cards"] if made["key"] == type_]
    unasked = {"pictures": {"multiple"}, "consent": {"topics"}}.get(type_, set())
    assert made.keys() == ALWAYS | CARDS[type_].keys() | unasked


def test_jumps_are_passed_on():
    parts = [card("yes_no", "a", next_yes="b", next_no="c"), card("text", "b", next="end"), card("text", "c")]
    made = shown(survey(*parts, key="jumps"))["cards"]
    assert (made[0]["next_yes"], made[0]["next_no"], made[1]["next"]) == ("b", "c", "end")


@pytest.mark.parametrize(("kind", "more", "own"), [
    ("redirect", {"url": "https://shop.test/more"}, {"url": "https://shop.test/more", "text": "Tell us a little more"}),
    ("thanks", {"thanks": "Thanks for {product}"}, {"cards": [], "thanks": "Thanks for Reading lamp"}),
])
def test_a_step_without_cards(kind, more, own):
    made = shown({"key": kind, "kind": kind} | more)
    assert made == {"kind": kind, "reason": "due", "prompt": kind, "version": 1, "locale": "en", "dir": "ltr"} | own


LANGUAGES = [
    # visitor, site, languages written, language shown
    ("id-ID", "en", ("en", "id"), "id"),
    ("in-ID", "en", ("en", "id"), "id"),
    ("de-AT", "en", ("en", "de"), "de"),
    ("fr", "id", ("en", "id"), "id"),
    ("fr", "de", ("en", "id"), "en"),
    ("fr", "de", ("it", "pt-BR"), "it"),
    ("pt-PT", "en", ("en", "pt-BR"), "pt-BR"),
    (None, "id", ("en", "id"), "id"),
    ("\ud800" * 9999, "en", ("en", "id"), "en"),
]


@pytest.mark.parametrize(("visitor", "site", "written", "language"), LANGUAGES)
def test_the_visitors_language_then_the_sites_then_english(visitor, site, written, language):
    made = shown(survey(card("text", title={code: f"In {code}" for code in written})), locale=visitor, default=site)
    assert (made["locale"], made["cards"][0]["title"]) == (language, f"In {language}")


def test_plain_texts_are_in_the_sites_language_and_so_are_the_buttons():
    made = shown(survey(card("text")), locale="en", default="id")
    assert (made["locale"], made["cards"][0]["submit"]) == ("id", "Kirim")


def test_built_in_texts_speak_every_language_we_ship():
    made = shown(default_flow(), locale="id")
    assert made["cards"][1]["title"] == "Sudah punya?"
    assert [card["submit"] for card in made["cards"]] == ["Lanjut", "Lanjut", "Lanjut", "Kirim"]
    assert made["cards"][2]["no"] == "Tidak, terima kasih" and "boleh" in made["cards"][2]["boxes"][0]["text"]
    assert not json.dumps(made).count("built_in")


def test_a_text_missing_in_one_language_falls_back():
    made = shown(survey(card("text", title={"en": "Why?", "id": "Mengapa?"}, help={"en": "Briefly"})), locale="id")
    assert (made["cards"][0]["title"], made["cards"][0]["help"]) == ("Mengapa?", "Briefly")


def test_hebrew_runs_from_right_to_left():
    assert shown(survey(card("text", title={"he": "למה?"})), locale="iw-IL")["dir"] == "rtl"


TITLES = [
    ("Why {product}?", "Reading lamp", "Why Reading lamp?"),
    ("{product}, {product}", "Lamp", "Lamp, Lamp"),
    ("Why {product}?", None, "Why this product?"),
    ("Why {product}?", " \n ", "Why this product?"),
    ("Why {product}?", "a {product} b", "Why a {product} b?"),
    ("Why {product}?", "<b>Lamp</b> & co", "Why <b>Lamp</b> & co?"),
    ("Why {product}?", "Lamp\n\t new", "Why Lamp new?"),
    ("{product}", "x" * 80, "x" * 80),
    ("{product}", "x" * 81, "x" * 79 + "…"),
]


@pytest.mark.parametrize(("text", "title", "said"), TITLES, ids=range(len(TITLES)))
def test_the_product_is_recalled_as_plain_text(text, title, said):
    assert titled(text, title=title) == said


def test_this_product_is_said_in_the_visitors_language():
    assert titled({"id": "Kenapa {product}?"}, locale="id", title=None) == "Kenapa produk ini?"


def test_the_product_is_recalled_wherever_there_are_texts():
    everywhere = survey(
        card("single", help="{product}", submit="{product}", other={"text": "{product}", "placeholder": "{product}"},
             options=[{"key": "a", "text": "{product}"}, {"key": "b", "text": "b"}]),
        card("rating", low="{product}", high="{product}"), thanks="{product}")
    assert json.dumps(shown(everywhere, title="Lamp")).count("Lamp") == 8


def test_a_price_is_asked_in_the_products_own_currency():
    flow = survey(card("price", currency="EUR"))
    assert [shown(flow, currency=currency)["cards"][0]["currency"] for currency in ("IDR", None, "nonsense")] == [
        "IDR", "EUR", "EUR"]


def test_one_product_leaves_nothing_behind_for_the_next():
    asked = prompt(survey(card("price", title="For {product}?"), thanks="{product}!"))
    before = deepcopy(asked.flow)

    def step(title, currency):
        return rendered(Step("survey", "due", asked), locale="en", product_title=title, currency=currency,
                        default_locale="en")

    first = json.dumps(step("Lamp", "IDR"))
    step("Chair", "JPY")
    assert json.dumps(step("Lamp", "IDR")) == first
    assert asked.flow == before


def test_another_flow_with_the_same_version_id_is_not_mistaken():
    assert titled("Before the rollback") != titled("After the rollback")


# Consent and address.

SHOP = {"controller": "Lumen & Sons", "privacy_url": "https://shop.test/privacy"}


def consent(flow: dict, **more) -> dict:
    return next(card for card in shown(flow, **more)["cards"] if card["type"] == "consent")


def test_a_consent_card_carries_the_words_and_what_names_them():
    flow = survey(*pair(), kind="opt_in")
    assert consent(flow, about=SHOP) == {
        "key": "consent", "type": "consent", "title": "About consent", "required": False, "submit": "Next", "no": "Rather not",
        "boxes": [
            box("news", "Lumen & Sons may write."),
            box("measure", "Lumen & Sons may note whether I open its letters and come back."),
        ],
        "topics": {"label": "What may it be about?", "options": [
            {"key": "product", "text": "Only this product"}, {"key": "all", "text": "Everything new"}]},
        "privacy": {"url": "https://shop.test/privacy", "text": "Privacy"},
    }


def box(purpose: str, words: str) -> dict:
    wording = purposes.Wording(purpose, "en", words, SHOP["controller"], SHOP["privacy_url"])
    return {"purpose": purpose, "text": words, "text_id": wording.sha256.hex()}


def test_an_address_card_carries_what_is_said_of_it_and_after_it():
    made = shown(default_flow())["cards"][-1]
    assert made.keys() == ALWAYS | {"help", "label", "sent"}
    assert (made["label"], made["submit"]) == ("Your e-mail address", "Send")
    followed = shown(survey(*pair(), card("statement"), kind="opt_in"))["cards"]
    assert [card["submit"] for card in followed] == ["Next", "Send", "Close"]


TOPICS = {
    "all are known": ({"category": "Mugs", "brand": "Lumen"}, ["Only this product", "More like it: Mugs", "Everything by Lumen",
                                                               "Everything new"]),
    "no brand": ({"category": "Mugs", "brand": " "}, ["Only this product", "More like it: Mugs", "Everything new"]),
    "nothing is known": ({}, ["Only this product", "Everything new"]),
    "lines": ({"brand": "A\n\tB"}, ["Only this product", "Everything by A B", "Everything new"]),
    "a long name": ({"category": "x" * 81}, ["Only this product", f"More like it: {'x' * 79}…", "Everything new"]),
    "names that look like ours": ({"category": "{brand}", "brand": "{product}"}, [
        "Only this product", "More like it: {brand}", "Everything by {product}", "Everything new"]),
}


@pytest.mark.parametrize(("about", "texts"), TOPICS.values(), ids=TOPICS)
def test_news_can_be_about_what_is_known_of_the_product(about, texts):
    made = consent(survey(*pair(), kind="opt_in"), about=about)["topics"]["options"]
    assert [option["text"] for option in made] == texts
    assert [option["key"] for option in made] == [
        key for key in ("product", "category", "brand", "all") if key in ("product", "all") or about.get(key, "").strip()]


def test_without_news_there_are_no_topics_and_without_an_address_no_privacy():
    made = consent(survey(*pair(boxes=[{"purpose": "follow_up"}]), kind="opt_in"))
    assert made.keys() == ALWAYS | {"no", "boxes"}


def test_the_product_is_recalled_around_the_boxes_and_never_in_them():
    flow = survey(*pair(title="News of {product}?", no="Not {product}"), kind="opt_in")
    made = consent(flow, title="Lamp", about={"controller": "{product} Ltd", "privacy_url": "https://a.test/{product}"})
    assert (made["title"], made["no"]) == ("News of Lamp?", "Not Lamp")
    assert made["boxes"][0]["text"] == "{product} Ltd may write." and made["privacy"]["url"] == "https://a.test/{product}"


def test_a_site_that_changes_its_name_is_named_anew():
    asked = prompt(survey(*pair(), kind="opt_in"))

    def ids(**about):
        made = rendered(Step("opt_in", "due", asked), locale="en", product_title="x", currency=None, default_locale="en", **about)
        return [box["text_id"] for box in made["cards"][0]["boxes"]]

    first = ids(**SHOP)
    others = [ids(**SHOP | {"controller": "Lumen"}), ids(**SHOP | {"privacy_url": None})]
    assert not set(first) & {text_id for other in others for text_id in other}
    assert ids(**SHOP) == first


FLOWS = {
    "built in": default_flow(),
    "plain": survey(*pair(), kind="opt_in"),
    "in the owner's languages": survey(*pair(title={"en": "May we?", "de": "Dürfen wir?", "he": "מותר?"}), kind="opt_in"),
    "boxes in the owner's languages": survey(
        *pair(boxes=[{"purpose": "news", "text": {"pt-BR": "{site} pode.", "id": "{site} boleh."}}]), kind="opt_in"),
}


@pytest.mark.parametrize("default", ["en", "id", "de-AT", "xx"])
@pytest.mark.parametrize("flow", FLOWS.values(), ids=FLOWS)
def test_whatever_is_shown_is_among_the_wordings(flow, default):
    known = wordings(prompt(flow).flow, **SHOP, default_locale=default)
    for locale in ("en", "id", "de", "iw-IL", "pt", "pt-BR", "fr", "", None, "\ud800"):
        made = shown(flow, locale=locale, default=default, about=SHOP)
        for ticked in made["cards"][-2]["boxes"]:
            wording = known[ticked["text_id"]]
            assert (wording.purpose, wording.words, wording.locale) == (ticked["purpose"], ticked["text"], made["locale"])
            assert wording.sha256.hex() == ticked["text_id"]


def test_a_flow_without_boxes_has_no_wordings():
    assert wordings(prompt(survey(card("nps"))).flow, **SHOP, default_locale="en") == {}
