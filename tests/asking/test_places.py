"""What is wrong in a form is told in the order of the page, in the words that stand on it."""

import pytest

from afterlike.asking.places import place_of, told

PLACES = [
    ("cards.2.title", "Card 3: question or title"), ("cards.0.options.1.text.id", "Card 1, option 2: text (Indonesian)"),
    ("cards.3.boxes.news.text.en", "Card 4, News by e-mail: text (English)"), ("cards.1", "Card 2"), ("cards", "Cards"),
    ("when.nth_like.to", "Until their nth like"), ("thanks.pt-BR", "A word of thanks (Portuguese (Brazil))"),
    ("quota", "Shown at most so many times"),
    ("cards.0.options", "Card 1: options"), ("cards.0.next_yes", "Card 1: where yes leads"), ("flow", "flow"), ("", ""),
    ("cards.0.other.text", "Card 1: room for their own answer"),
]


@pytest.mark.parametrize(("path", "place"), PLACES)
def test_a_path_has_a_name(path, place):
    assert place_of(path) == place


def test_the_order_is_that_of_the_page():
    wrong = dict.fromkeys(("sample", "cards.10.title", "cards.2.title", "name", "cards.2", "quota"), "This is missing.")
    assert list(told(wrong)) == ["name", "cards.2", "cards.2.title", "cards.10.title", "sample", "quota"]


SENTENCES = ["Must have 1 to 200 characters.", "This is missing.", "Who knows {what} that is.", "", "Must be 3 to 10."]


@pytest.mark.parametrize("sentence", SENTENCES)
def test_a_sentence_says_in_english_what_it_said(sentence):
    assert told({"name": sentence}) == {"name": sentence}
