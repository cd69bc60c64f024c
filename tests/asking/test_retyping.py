"""A card becomes one of another type: what fits stays, what would be lost is said first, jumps to it still lead there."""

import re

import pytest
from asking.making import fields, send

from afterlike import prompts
from afterlike.asking.draft import shaped_card
from afterlike.asking.retyping import CHANGEABLE, replaced, retyped

CHOICE = {
    "type": "single", "key": "why", "title": {"en": "Why?", "id": "Mengapa?"}, "help": {"en": "In short"}, "required": "1",
    "options": {"0": {"key": "a", "text": {"en": "Its look"}, "next": "end"}, "1": {"key": "b", "text": {"en": "Its price"}},
                "2": {"key": "c", "text": {"en": "Its name"}}},
    "other": {"on": "1", "text": {"en": "Else"}}, "next": "last",
}
YES_NO = {"type": "yes_no", "key": "have", "title": {"en": "Got one?"}, "yes": {"en": "Sure"}, "no": {"en": "Nope"},
          "next_yes": "end"}
TEXT = {"type": "text", "key": "more", "title": {"en": "More?"}, "placeholder": {"en": "Here"}, "max": "200"}
CASES = {
    "single to multi":   (CHOICE, "multi", {("options.next", "end")}),
    "single to rating":  (CHOICE, "rating", {("options", "Its look"), ("options", "Its price"), ("options", "Its name"),
                                             ("options.next", "end"), ("other.text", "Else")}),
    "single to yes_no":  (CHOICE, "yes_no", {("options", "Its name"), ("other.text", "Else")}),
    "yes_no to single":  (YES_NO, "single", set()),
    "yes_no to text":    (YES_NO, "text", {("yes", "Sure"), ("no", "Nope"), ("next_yes", "end")}),
    "text to price":     (TEXT, "price", {("max", "200")}),
    "text to multi":     (TEXT, "multi", {("placeholder", "Here"), ("max", "200")}),  # at most so many letters, not choices
    "text to statement": (TEXT, "statement", {("placeholder", "Here"), ("max", "200")}),
}  # fmt: skip


@pytest.mark.parametrize(("tree", "type_", "lost"), CASES.values(), ids=CASES)
def test_what_fits_is_kept_and_the_rest_is_named(tree, type_, lost):
    card = shaped_card(tree)
    made, gone = retyped(card, type_)
    assert set(gone) == lost and made["type"] == type_ and made["title"] == card["title"] and made["help"] == card["help"]


@pytest.mark.parametrize("start", [CHOICE, YES_NO, TEXT], ids=lambda tree: tree["type"])
def test_every_type_becomes_every_other_in_its_own_shape(start):
    for type_ in CHANGEABLE:
        made, _ = retyped(shaped_card(start), type_)
        assert made.keys() == shaped_card({"type": type_}).keys()
        assert ("options" in made) is ("options" in prompts.parts(type_)) and len(made.get("options", "..")) >= 2


def test_it_gets_a_key_of_its_own_and_jumps_follow():
    """Answers are known by their key: those of a choice are no numbers."""
    cards = [shaped_card(YES_NO | {"next_no": "why"}), shaped_card(CHOICE)]
    replaced(cards, 1, retyped(cards[1], "rating")[0])
    assert cards[1]["key"] not in ("why", "have", "") and cards[0]["next_no"] == cards[1]["key"]


def test_in_the_editor_it_asks_before_anything_is_lost(shop):
    prompt = int(re.search(r'id="prompt-(\d+)"', shop.desk.get(shop.list).text)[1])
    path = f"{shop.list}/{prompt}"
    page = shop.desk.get(path)
    card = dict(fields(page))
    assert card["cards.0.type"] == "multi"
    asked = send(shop.desk, path, page, do="as.0", cards__0__new_type="rating")
    assert asked.status == 200 and "would be lost" in asked.words and "The idea" in asked.words
    assert dict(fields(asked))["cards.0.type"] == "multi", "it was changed without a word"
    changed = send(shop.desk, path, asked, do="anyway.0.rating")
    now = dict(fields(changed))
    assert now["cards.0.type"] == "rating" and now["cards.0.title.en"] == card.get("cards.0.title.en", "")
    assert "cards.0.options.0.text.en" not in now
    assert dict(fields(shop.desk.get(path)))["cards.0.type"] == "multi", "it was kept without saving"
    saved = send(shop.desk, path, changed, cards__0__title__en="How well do you like it?")
    assert saved.status == 303, saved.words
    assert dict(fields(shop.desk.get(path)))["cards.0.type"] == "rating"


def test_what_loses_nothing_is_changed_at_once_and_a_pair_stays_one(shop):
    prompt = int(re.search(r'id="prompt-(\d+)"', shop.desk.get(shop.list).text)[1])
    path = f"{shop.list}/{prompt}"
    page = send(shop.desk, path, shop.desk.get(path), do="add", new_type="yes_no")
    place = max(int(name.split(".")[1]) for name, _ in fields(page) if name.startswith("cards."))
    changed = send(shop.desk, path, page, do=f"as.{place}", **{f"cards__{place}__new_type": "single"})
    assert dict(fields(changed))[f"cards.{place}.type"] == "single" and "would be lost" not in changed.words
    for do in ("as.99", "as.x", f"as.{place}.y", f"anyway.{place}.address", f"anyway.{place}.nonsense", "as"):
        kept = send(shop.desk, path, changed, do=do, **{f"cards__{place}__new_type": "consent"})
        assert kept.status == 200 and dict(fields(kept))[f"cards.{place}.type"] == "single"
