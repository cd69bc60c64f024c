"""Every page for endorsers and strangers is looked at: their own page, the links in letters, the survey, what is public.

As in test_admin_pages.py: one of each kind in a short run, every one in every look in the long one.
"""

from types import SimpleNamespace

import pytest
import sqlalchemy as sa
from collect.making import as_bytes
from followup.making import behind
from looks import walking
from looks.looking import seen_by, turns
from me.conftest import other_site, shop_site, town, town_settings
from me.making import ADA, BEN, CLEO, DARIO, Browser, Endorser, rows, write_to
from publicity.making import admin_of, ask_there, send_file, terms
from publicity.uploads import photo

from afterlike import tables
from afterlike.collect import signed
from afterlike.signing import keyring
from cast import BEN as SOMEBODY
from cast import CHAIR, LAMP, TEAPOT, Person

__all__ = ["other_site", "shop_site", "town", "town_settings"]  # fixtures

LONG = {"key": "long", "url": "https://shop.test/long", "title": "Averylongwordwithoutanybreak" * 6}
SAID = f"I read by it every night. {'Itsasinglewordthatnobodybroke' * 6} My old lamp was not half as warm!"
ELSEWHERE = {"/me/grants/back"}  # comes from somebody else's server: tests/me/test_granting.py looks at it


@pytest.fixture(scope="module")
def ada(town, shop_site) -> Endorser:
    """Somebody who left something of every kind, and whose lamp got cheaper and came back."""
    made = town.settle(shop_site, ADA, likes=[LAMP, CHAIR, TEAPOT, LONG])
    made.shopper.say(made.liked[0], {"why": ["look", {"other": SAID}], "have": "wish"})
    made.shopper.leave(made.liked[0], "https://www.pinterest.test/ada/a-board-with-a-long-name/and-another", name="Ada Byron")
    other = town.sign_up(shop_site, Person("Somebody", "somebody@people.test", SOMEBODY), likes=[LAMP | {"price": "14.99"}])
    other.shopper.like(CHAIR | {"availability": "out_of_stock"})
    write_to(made, "Thank you, Ada!\n\nWhat is the chair for?", nth=1)
    given = ask_there(admin_of(town), made, SAID, perk="a voucher of 5 € for the next order", picture="1")
    [link] = rows(town, sa.select(tables.profile_links.c.id))
    made.post(f"/me/quotes/{given}", *[("place", one) for one in ("letters", "social", "ads")],
              **terms(made, SAID, picture=True, name="Ada Byron, who reads", link=str(link.id)))
    sent = send_file(made, f"/me/quotes/{given}", photo(), do="picture", text=terms(made, SAID, picture=True)["text"])
    assert "said=quote-picture" in sent.to
    ended(town, given)
    made.post("/me/feed", do="make")
    made.post(f"/me/likes/{made.liked[0]['id']}/share")
    made.post("/me/public", name="Ada Byron, who reads")
    return made


def ended(town, given: int) -> None:
    """The same quote once more in every state that it can end in."""
    with behind(town.server) as tx:
        [row] = tx.execute(sa.select(tables.quotes).where(tables.quotes.c.id == given)).mappings()
        for state in ("refused", "withdrawn", "expired"):
            fresh = {name: value for name, value in row.items() if name != "id"} | {"part": state, "state": state}
            tx.execute(sa.insert(tables.quotes).values(fresh | {"ended_at": None if state == "refused" else row["asked_at"]}))


@pytest.fixture(scope="module")
def nothing(town, shop_site, ada) -> Endorser:
    """Somebody who took everything back."""
    made = town.settle(shop_site, BEN, likes=[LAMP], purposes_of=["measure"], topics=[])
    made.post(f"/me/likes/{made.liked[0]['id']}/back")
    made.post("/me/consents/measure")
    return made


@pytest.fixture(scope="module")
def stopped(town, shop_site, ada) -> Endorser:
    """Somebody who reads Indonesian and gets no letters any more."""
    made = town.settle(shop_site, CLEO)
    made.post("/me/stop")
    return made


@pytest.fixture(scope="module")
def dario(town, shop_site, ada) -> Endorser:
    """Somebody who reads Arabic, from right to left, and is asked for a quote."""
    made = town.settle(shop_site, DARIO, likes=[LAMP, CHAIR])
    made.shopper.say(made.liked[0], {"why": [{"other": "A fine lamp. <b>Really!</b>"}]})
    ask_there(admin_of(town), made, "A fine lamp. Really!", nth=1, picture="1")
    return made


def open_pages(town, ada: Endorser) -> list[str]:
    """What anybody sees: a survey, a confirmation that waits, a way in, links that are used or forged, what is public."""
    finn = town.sign_up(ada.site, Person("Finn", "finn@people.test", "f177" * 8), likes=[LAMP])
    browser, like, ring = Browser(town.url), finn.shopper.like(TEAPOT)["id"], keyring(town.server.home, secret_keys=(), pepper=())
    browser.post("/me/link", proof=browser.get("/me").proof, site=ada.site.site, address=ADA.email)
    survey = f"/s/{signed.token_of(ring, SimpleNamespace(key=ada.site.site), as_bytes(like))}"
    [lamp] = rows(town, sa.select(tables.products.c.id).where(tables.products.c.key == LAMP["key"]))
    [public] = rows(town, sa.select(tables.public_pages.c.key))
    return [survey, f"{survey}?at=have", f"{survey}?at=consent", f"{survey}?at=end", "/s/forged",
            town.link("finn@people.test", "/confirm/"), town.link(ADA.email, "/me/enter/"), town.link(ADA.email, "/confirm/"),
            "/confirm/forged", "/me", f"/me?site={ada.site.site}", ada.stop_path, "/stop/forged", "/me/goodbye",
            f"/said/{ada.site.site}/{lamp.id}", f"/p/{public.key}"]


@pytest.fixture(scope="module")
def pages(town, ada, nothing, stopped, dario) -> list[tuple[str, str]]:
    talks, links = (rows(town, sa.select(table.c.id)) for table in (tables.conversations, tables.profile_links))
    own = ["/me", "/me?said=bad-date", "/me?said=back", "/me?said=quote-bad", "/me?said=quote-no-file", "/me/likes",
           "/me/answers", "/me/stop", "/me/erase", *(f"/me/conversations/{talk.id}" for talk in talks), "/me/conversations/999",
           *(f"/me/profiles/{link.id}" for link in links)]
    return [
        *(("ada", path) for path in own), *(("dario", path) for path in ("/me", "/me/likes", "/me/answers", "/me/erase")),
        ("nothing", "/me"), ("nothing", "/me/likes"), ("nothing", "/me/answers"), ("stopped", "/me"), ("stopped", "/me/stop"),
        *(("stranger", path) for path in open_pages(town, ada)),
    ]


@pytest.fixture(scope="module")
def lookers(town, looker, ada, nothing, stopped, dario):
    people = {"ada": ada, "nothing": nothing, "stopped": stopped, "dario": dario}
    return {"stranger": looker(town.url)} | {who: looker(town.url, one.desk) for who, one in people.items()}


def test_every_page_is_on_the_list(pages):
    met = {walking.face_of(path) for _, path in pages} | ELSEWHERE
    assert {face for face in walking.PAGES if not face.startswith("/admin")} - met == set(), "a page that nobody looks at"


@turns
def test_every_page_is_for_everybody(pages, lookers, turn):
    wrong = seen_by(lookers, pages, turn)
    assert not wrong, "\n".join(wrong)
    assert {url for looker in lookers.values() for url in looker.asked} <= {LAMP["image"]}


def test_arabic_goes_from_right_to_left(lookers):
    page = lookers["dario"].plain
    page.goto(f"{lookers['dario'].url}/me/likes")
    picture, name = (page.locator(part).first.bounding_box() for part in (".picture", ".what"))
    assert picture["x"] > name["x"]


def test_search_engines_are_asked_not_to_keep_what_is_quoted(pages, lookers):
    [said] = [path for _, path in pages if path.startswith("/said/")]
    page = lookers["stranger"].plain
    page.goto(lookers["stranger"].url + said)
    assert page.locator('meta[name="robots"]').get_attribute("content") == "noindex"
