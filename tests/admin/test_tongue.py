"""The admin pages speak Indonesian too: no text is missing, the browser's language is heard, what is unknown is English."""

import re
from dataclasses import replace
from types import SimpleNamespace

import pytest
import sqlalchemy as sa
from admin.desk import Reply, ask, hire, shopper_of, signed_in
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po
from conftest import ADMIN
from followup.making import a_failed_letter, agree_there, answer_there, behind
from sites.liking import claims_in_every_state, like_before

from afterlike import tables, words
from cast import ADA, BEN, CHAIR, LAMP
from parts.product import Server, make_site

KEYWORDS = {"says": None, "stated": None, "counts": (1, 2), "for_admins": None, "_": None, "ngettext": (1, 2)}
METHODS = [  # as in locale/admin.cfg
    ("**.py", "python"), ("**/templates/person/**", "ignore"), ("**/templates/mail/**", "ignore"),
    ("**/templates/**.html", "jinja2"),
]
FILLED = re.compile(r"\{\w*\}")


@pytest.fixture(scope="module")
def written() -> set[str]:
    """Every text of the admin pages that stands in the code and the templates."""
    found = extract_from_dir(words.FOLDER.parent, METHODS, keywords=KEYWORDS)
    return {message[0] if isinstance(message, tuple) else message for _, _, message, _, _ in found}


def catalogue() -> dict[str, list[str]]:
    with open(words.FOLDER / "id" / "LC_MESSAGES" / "admin.po", "rb") as file:
        messages = [message for message in read_po(file, locale="id") if message.id]
    assert [message.id for message in messages if message.fuzzy] == []
    return {message.id if isinstance(message.id, str) else message.id[0]:
            [message.string] if isinstance(message.string, str) else list(message.string) for message in messages}


def test_no_text_is_missing_or_left_over(written):
    assert words.DESK_LOCALES == ("en", "id")
    assert {text for text, said in catalogue().items() if all(said)} == written, "see CONTRIBUTING, Texts"


def test_what_is_filled_in_is_filled_in_there_too():
    said = [(text, one) for text, told in catalogue().items() for one in told]
    assert [text for text, one in said if sorted(FILLED.findall(one)) != sorted(FILLED.findall(text))] == []


LANGUAGES = [("id", "id"), ("id-ID,en;q=0.5", "id"), ("en,id;q=0.5", "en"), ("fr,id;q=0.5", "id"), ("", "en"), ("x-y;q=z", "en")]


@pytest.mark.parametrize(("asked", "spoken"), LANGUAGES)
def test_before_sign_in_the_browsers_language_is_heard(collector, asked, spoken):
    page = ask("GET", f"{collector.url}/admin/sign-in", headers={"Accept-Language": asked, "Accept": "text/html"})
    assert page.status == 200 and f'<html lang="{spoken}">' in page.text
    assert ("Langsung ke isi" in page.text) is (spoken == "id")


PAGES = (
    "endorsements", "endorsements?q=zebra&since=2020-01-01&answered=1&source=api", "endorsements?state=counted",
    "endorsements?told=saved", "endorsements?done=hold&batch=none", "endorsements/1", "endorsements/2", "endorsements/999",
    "conversations", "conversations?show=waiting", "conversations?show=closed", "conversations/1?done=closed",
    "conversations/new?like=2", "tag", "tag?locale=x&count=many&shape=star", "extension",
    "extension?done=claimed&checking=5", "extension/1", "extension/2", "mail", "refused",
)
ENGLISH = {  # words that Indonesian does not have
    "the", "and", "of", "is", "are", "not", "no", "you", "your", "they", "with", "from", "what", "who", "when", "why", "this",
    "like", "likes", "search", "state", "page", "nothing", "settings", "answer", "letter", "held", "refused", "proven", "back",
}
NOT_OURS = re.compile(  # what people wrote, what goes into pages, addresses, and what was found on other servers
    r'<(bdi|code|pre|q|blockquote|option)\b.*?</\1>|<dl class="said".*?</dl>|<ul class="problems">.*?</ul>|https?://[^\s<"]+',
    re.S)
SAID_ALOUD = re.compile(r'(?:aria-label|placeholder)="([^"]+)"')


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    """A site on which things happened; who sees it in English and who in Indonesian: `.desks`, `.path`."""
    running = Server(tmp_path_factory.mktemp("tongue"), dns="127.0.0.1:1")
    try:
        running.start()
        yield settled(running)
    finally:
        running.close()


def settled(running: Server) -> SimpleNamespace:
    made = make_site(running, origin="https://shop.test", name="Toko", admin=ADMIN)
    hire(running, made.site, email="budi@shop.test", role="owner")
    ada, ben = (shopper_of(running, made, visitor) for visitor in (ADA, BEN))
    liked = ada.like(LAMP)
    ada.say(liked, {"why": ["look"], "have": "wish"})
    ada.leave(liked, "https://www.pinterest.test/ada", name="Ada")
    ben.like(CHAIR)
    agree_there(running, 1)
    desks = {"en": signed_in(running, ADMIN), "id": signed_in(running, "budi@shop.test")}
    a_failed_letter(desks["en"], made.site, 1)
    answer_there(running, 1, "Halo")
    with behind(running) as tx:
        claims_in_every_state(tx, made.site)
        like_before(tx, "https://shop.example", "Vase")
        tx.execute(sa.update(tables.admins).where(tables.admins.c.email == "budi@shop.test").values(locale="id"))
    return SimpleNamespace(desks=desks, path=f"/admin/sites/{made.site}")


def english_in(page: Reply) -> list[str]:
    """The English words of ours in its navigation and its main part."""
    ours = NOT_OURS.sub(" ", " ".join(re.findall(r"<(?:nav|main)\b.*?</(?:nav|main)>", page.text, re.S)))
    read = f"{replace(page, text=ours).words} {' '.join(SAID_ALOUD.findall(ours))}"
    return sorted({word for word in re.findall(r"[a-z]+", read.lower()) if word in ENGLISH})


@pytest.mark.parametrize("path", PAGES)
def test_an_admin_who_reads_indonesian_finds_no_english_word(shop, path):
    """The English page was made first, by the same process: nothing of it is kept for the next reader."""
    pages = {language: desk.get(f"{shop.path}/{path}") for language, desk in shop.desks.items()}
    assert pages["en"].status == pages["id"].status and '<html lang="id">' in pages["id"].text
    assert len(english_in(pages["en"])) >= 3 and english_in(pages["id"]) == [], pages["id"].words
