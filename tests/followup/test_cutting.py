"""Cutting an answer off from what it quotes: what people's programs really send, and what an enemy would."""

import sys

import pytest
from followup.posting import MARKED

from afterlike.followup import cutting, incoming
from afterlike.followup.cutting import cut

SHOP = "Shop <likes@shop.test>"
HTML = (f"<p>Hello <b>you</b></p><div>On Fri, Jan 15, 2027 Shop &lt;s@x.y&gt; wrote:</div>"
        f"<blockquote><p>{MARKED}</p><p>Old</p></blockquote>")
ANSWERS = {
    "Gmail": (f"A novel.\n\nOn Fri, Jan 15, 2027 at 9:00 AM {SHOP} wrote:\n\n> {MARKED}\n>\n> Hello", "A novel."),
    "Gmail, over two lines": (f"A novel.\n\nOn Friday, January 15, 2027,\n{SHOP} wrote:\n> {MARKED}\n> Hello", "A novel."),
    "Apple Mail, German": (f"Ein Roman.\n\n> Am 15.01.2027 um 09:00 schrieb {SHOP}:\n> \n> {MARKED}\n> Hallo", "Ein Roman."),
    "Outlook": (f"A novel.\n\n________________________________\nFrom: {SHOP}\nSent: Friday, January 15, 2027 9:00\nTo: Ada\n"
                f"Subject: Shop wrote to you\n\n{MARKED}\n\nHello", "A novel."),
    "Outlook, Indonesian": (f"Novel.\n\nDari: {SHOP}\nDikirim: 15 Januari 2027\nKepada: Ada\nPerihal: Surat\n\n"
                            f"{MARKED}\n\nHalo", "Novel."),
    "Japanese": (f"小説です。\n\n2027年1月15日(金) 9:00 {SHOP}：\n> {MARKED}\n> こんにちは", "小説です。"),
    "below the quote": (f"> {MARKED}\n> Hello\n\nA novel.", "A novel."),
    "between": (f"On Jan 15, 2027 {SHOP} wrote:\n> {MARKED}\n> What do you read?\nA novel.\n> And when?\nAt night.",
                "A novel.\nAt night."),
    "no marker": (f"A novel.\n\nOn Jan 15, 2027 {SHOP} wrote:\n> Hello", "A novel."),
    "nothing quoted": ("A novel.\n\nTwo things:\n- one\n- two", "A novel.\n\nTwo things:\n- one\n- two"),
    "a colon of their own": (f"I read these:\n\n{MARKED}\nHello", "I read these:"),
    "nothing but the quote": (f"{MARKED}\nHello", f"{MARKED}\nHello"),
    "other line ends": (f"One\rTwo\u2028Three\r\n{MARKED}", "One\nTwo\nThree"),
}


@pytest.mark.parametrize(("text", "words"), ANSWERS.values(), ids=ANSWERS)
def test_the_answer_is_what_they_wrote(text, words):
    found = cut(text)
    assert found.words == words
    for word in ("Hello", "Hallo", "Halo", "こんにちは"):
        assert (word in text) == (word in found.words + found.quoted), "hidden, and not lost"


def test_html_is_read_as_a_reader_sees_it():
    found = cut(incoming.as_text(HTML))
    assert found.words == "Hello you" and "> Old" in found.quoted
    assert incoming.as_text("<script>alert(1)</script><style>a{}</style>One<br>Two &lt;three&gt;") == "One\nTwo <three>"


HOSTILE = {
    "On a a a": "On a a a " * 2_300, "lines of On": "On a\n" * 5_000 + ":", "quotes": ">\n" * 10_000, "colons": "a:\n" * 10_000,
    "markers": f"{MARKED}\n" * 2_000, "half a marker": "##-" * 7_000, "spaces": " " * 20_000 + "\n" + MARKED,
    "rules": "-" * 20_000 + "\n" + MARKED,
}


def steps(text: str) -> int:
    """How many lines of our own code run for it: what a clock would measure, without the machine's mood."""
    count = 0

    def trace(frame, event, _):
        nonlocal count
        if frame.f_code.co_filename != cutting.__file__:
            return None
        count += event == "line"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        cut(text)
    finally:
        sys.settrace(before)
    return count


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_twice_the_text_is_twice_the_work_and_no_more(text):
    assert steps(text + "\n" + text) <= 2 * steps(text) + 400


def test_html_is_cut_before_it_is_cleaned():
    """The cleaner takes the square of the number of nested tags."""
    assert incoming.as_text("<div>" * 100_000 + "deep").count("deep") == 0
    assert "near" in incoming.as_text("<div>" * 100 + "near")
