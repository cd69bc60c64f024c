"""The letters: both faces say the same in every language, and no name that a stranger made up breaks out of its place."""

import re
from email import message_from_bytes, policy
from email.header import decode_header, make_header
from email.utils import parseaddr
from html.parser import HTMLParser
from types import SimpleNamespace

import pytest
from ground.making import QUIETLY
from hypothesis import given, settings
from hypothesis import strategies as st

from afterlike import letters, words
from afterlike.letters import letter
from afterlike.mail import composed

ME, STOP = "https://likes.shop.test/me/enter/" + "m" * 60, "https://likes.shop.test/stop/" + "s" * 120
LINKS = SimpleNamespace(me=ME, stop=STOP)
SHOP = SimpleNamespace(
    name="Ballyfern Pottery", privacy_url="https://shop.test/privacy?a=1&b=2", postal_address="The Old Creamery\r\nCo. Clare"
)
BARE = SimpleNamespace(name="Shop", privacy_url=None, postal_address=None)
URL = "https://likes.shop.test/confirm/" + "t" * 70
AGREED = "Ballyfern may write to me & mine."
GIVEN = {
    "confirm": {"url": URL, "topics": ["Only this product"], "boxes": [AGREED], "product_title": "Tide mug", "hours": 72},
    "me_link": {"url": URL, "hours": 24},
    "message": {
        "words": "Dear Ada,\r\n\r\nwhich mug?\nAoife", "product_title": "Tide mug", "liked_day": "3 March 2026",
        "agreed_words": AGREED, "agreed_day": "4 March 2026",
    },
}
BARELY = {"confirm": {"url": URL}, "me_link": {"url": URL}, "message": {"words": "Hello"}}
every_letter = pytest.mark.parametrize("name", GIVEN)
every_locale = pytest.mark.parametrize("locale", words.LOCALES)


class Seen(HTMLParser):
    """What a mail program would show of a page, and where its links lead."""

    def __init__(self, page: str):
        super().__init__()
        self.links: dict[str, str] = {}
        self.tags: list[tuple[str, dict]] = []
        self._shown: list[str] = []
        self.feed(page)

    @property
    def text(self) -> str:
        return " ".join("".join(self._shown).split())

    def _begin(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag == "a":
            self._link, self._from = dict(attrs)["href"], len(self._shown)

    def _end(self, tag):
        if tag == "a":
            self.links["".join(self._shown[self._from :])] = self._link

    def _say(self, data):
        self._shown.append(data)

    handle_starttag, handle_endtag, handle_data = _begin, _end, _say  # the names are html.parser's


def made(name: str, *, locale: str = "en", site=SHOP, links=LINKS, **more) -> dict:
    return letter(name, locale=locale, to="ada@people.test", site=site, links=links, **(GIVEN[name] | more))


@every_letter
@every_locale
def test_every_letter_in_every_language(name, locale):
    told = made(name, locale=locale)
    seen = Seen(told["html"])
    assert told["to"] == "ada@people.test" and told["from_name"] == SHOP.name and SHOP.name in told["subject"]
    for part in (told["subject"], told["text"], seen.text):
        assert part.strip() and not re.search(r"\{\w*\}|None|Undefined", part)
    links = {STOP, SHOP.privacy_url, ME if name == "message" else URL}
    assert set(seen.links.values()) == links
    assert [line for line in told["text"].splitlines() if line in links] == [url for url in told["text"].split() if "://" in url]
    assert ("html", {"lang": locale, "dir": words.direction(locale)}) in seen.tags


@every_letter
@every_locale
def test_both_faces_say_the_same(name, locale):
    told = made(name, locale=locale)
    seen = Seen(told["html"]).text
    said = [" ".join(line.removesuffix(":").split()).removeprefix("- ") for line in told["text"].splitlines()]
    assert [line for line in said if line and "://" not in line and line != "--------" and line not in seen] == []


@every_letter
def test_a_letter_makes_do_with_little(name):
    told = letter(name, locale="xx", to="a@b.test", site=BARE, links=None, **BARELY[name])
    for part in (told["subject"], told["text"], Seen(told["html"]).text):
        assert part and "None" not in part and "Privacy" not in part and "Stop" not in part
    assert "List-Unsubscribe" not in told["headers"]


WRONG = {"nothing given": {}, "a value nobody knows": {"url": URL, "product": "Mug"}, "empty": {"url": ""}}


@pytest.mark.parametrize("values", WRONG.values(), ids=WRONG)
def test_a_letter_with_wrong_values_is_not_made(values):
    with pytest.raises(TypeError, match="confirm takes url"):
        letter("confirm", locale="en", to="a@b.test", site=BARE, links=None, **values)


@pytest.mark.parametrize("name", ["confirm", "me_link"])
def test_a_letter_that_nobody_asked_for_says_so_and_how_long_it_works(name):
    told = made(name, hours=36)
    assert "If it was not you, ignore this letter." in told["text"] and "36 hours" in told["text"]
    assert "2 days" in made(name, hours=48)["text"] and "How long" not in made(name, hours=None)["text"]


def test_the_confirmation_says_what_was_asked_for():
    told = made("confirm")["text"]
    assert told.count(URL) == 1 and "\n  - Only this product\n" in told and f"\n  - {AGREED}\n" in told
    assert "Until then nothing happens." in told and "Tide mug" in told


def test_a_message_begins_with_the_words_and_ends_with_why():
    told = made("message")
    assert told["text"].startswith("Dear Ada,\n\nwhich mug?\nAoife\n\nAnswer:\n" + ME)
    assert "You get this because you liked Tide mug on 3 March 2026." in told["text"]
    assert f"On 4 March 2026 you agreed: “{AGREED}”" in told["text"]
    assert told["subject"] == "Ballyfern Pottery wrote to you about Tide mug"
    assert made("message", product_title=None)["subject"] == "Ballyfern Pottery wrote to you"
    assert "<br><bdi>Aoife" in told["html"]


def test_the_words_of_a_link_are_no_address():
    for name in GIVEN:
        assert not [shown for shown in Seen(made(name)["html"]).links if re.search(r"[/@]|\w\.\w", shown)]


@pytest.mark.parametrize("locale", ["en", "ar", "ja", "pt", "zh-TW", "tr", "xx"])
def test_how_long_is_said_in_words_of_the_language(locale):
    """Babel's own names of units are incomplete: Arabic days came out as "3 duration-day"."""
    said = letters.span(72, locale)
    assert said == "3 days" if locale in ("en", "xx") else said and not re.search("duration|day", said)
    assert [letters.span(hours, "en") for hours in (36, 24, 720, None)] == ["36 hours", "1 day", "30 days", ""]


@every_letter
def test_the_headers_say_how_to_stop_and_who_wrote(name):
    headers = made(name, locale="id")["headers"]
    assert headers["List-Unsubscribe"] == f"<{STOP}>" and headers["Content-Language"] == "id"
    assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert ("Auto-Submitted" in headers) == (name != "message")


@every_letter
def test_a_letter_fetches_and_runs_nothing(name):
    allowed = {"html", "head", "meta", "title", "body", "div", "h1", "p", "ul", "li", "a", "hr", "br", "bdi"}
    for tag, attributes in Seen(made(name)["html"]).tags:
        assert tag in allowed and "url(" not in attributes.get("style", "")
        assert {one for one in attributes if one.startswith("on") or one in ("src", "srcset", "background")} == set()


# Names that are out for trouble.

TROUBLE = {
    "ends of lines": "Mug\r\nBcc: all@people.test\r\n\r\nStop all letters:\nhttps://evil.test/",
    "lines of Unicode": "Mug\u2028Bcc:\u2029x\x85y\v\f",
    "control characters": "M\x00u\x1b[2Jg\x7f",
    "turned around": "Mug \u202egnp.exe\u2066",
    "half a pair": "Mug \ud800",
    "encoded words": "=?utf-8?q?Mug=0D=0ABcc:_all@people.test?=",
    "markup": "</title><script>alert(1)</script><a href='https://evil.test'>Mug</a> \"' & {{ 7*7 }} {site}",
    "an address": "Win at evil.test or https://evil.test/x, ask a@evil.test",
    "very long": "Mug " * 5000,
    "not our letters": "كوب المد 🪔 " * 5,
    "nothing but space": " \t\r\n",
}
trouble = pytest.mark.parametrize("name_of_it", TROUBLE.values(), ids=TROUBLE)


def letters_with(name: str) -> list[dict]:
    site = SimpleNamespace(name=name, privacy_url="javascript:alert(1)", postal_address=f"{name}\n{name}")
    return [
        made("confirm", site=site, topics=[name, name], boxes=[name], product_title=name),
        made("me_link", site=site),
        made("message", site=site, product_title=name, liked_day=name, agreed_words=name, agreed_day=name, words=name or "-"),
    ]


@trouble
def test_a_hostile_name_stays_in_its_place(name_of_it):
    for told in letters_with(name_of_it):
        assert len(told["subject"]) <= letters.LONGEST_SUBJECT and told["subject"].isprintable()
        sent = composed(told, "Afterlike <likes@shop.test>").as_bytes()
        read = message_from_bytes(sent, policy=policy.default)
        assert set(read.keys()) - set(told["headers"]) <= {
            "From", "To", "Subject", "Date", "Message-ID", "MIME-Version", "Content-Type"
        }
        assert str(read["Subject"]) == told["subject"] and read["To"] == "ada@people.test"
        assert [part.get_content_type() for part in read.iter_parts()] == ["text/plain", "text/html"]
        seen = Seen(told["html"])
        assert "script" not in [tag for tag, _ in seen.tags] and "javascript" not in told["html"]
        assert set(seen.links.values()) <= {URL, ME, STOP}


@trouble
def test_a_name_cannot_pass_for_a_line_of_ours(name_of_it):
    """An admin may write what they like; a visitor, who names products and topics, may not begin a line or link."""
    told = made("confirm", topics=[name_of_it], product_title=name_of_it)
    lines = told["text"].splitlines()
    assert not [line for line in lines if line.startswith(("Bcc", "https://evil"))]
    assert [url for url in re.findall(r"\S*://\S*", told["text"]) if url not in (URL, STOP, SHOP.privacy_url)] == []
    assert not re.search(r"evil\.test|a@evil", told["text"] + told["html"])


@settings(QUIETLY, max_examples=40)
@given(st.text(st.characters(), max_size=300))
def test_no_name_breaks_a_letter(name):
    for told in letters_with(name):
        read = message_from_bytes(composed(told, "likes@shop.test").as_bytes(), policy=policy.default)
        plain, rich = (part.get_content().replace("\r\n", "\n") for part in read.iter_parts())
        assert (str(read["Subject"]), plain, rich) == (told["subject"], told["text"], told["html"])
        assert name_in(composed(told, "likes@shop.test").as_bytes()) == told["from_name"]


def name_in(sent: bytes) -> str:
    """The sender's name as it was sent: Python's newer reader puts a space between two encoded words of a name."""
    name, _ = parseaddr(message_from_bytes(sent, policy=policy.compat32)["From"])
    return str(make_header(decode_header(name)))
