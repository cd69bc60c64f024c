"""One's own page: what is on it, and what its forms change; nobody reaches what is somebody else's."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from me.making import ADA, BEN, Browser, Endorser, built_in, rows, write_to

from afterlike import tables
from afterlike.app import FACES
from cast import CHAIR, LAMP, TEAPOT, Person, new_id

CLEO = Person("Cleo", "cleo@people.test", "c1e0" * 8, likes=(LAMP,))
GIVEN = "Shop may write to me by e-mail when there is news about what I choose here."


@pytest.fixture(scope="module")
def ada(town, shop_site) -> Endorser:
    made = town.settle(shop_site, ADA, likes=[LAMP, CHAIR, TEAPOT])
    made.shopper.say(made.liked[0], {"why": ["look", {"other": "<b>The shade</b>"}]})
    return made


@pytest.fixture(scope="module")
def ben(town, shop_site, ada) -> Endorser:
    made = town.settle(shop_site, BEN)
    write_to(made, "What do you like about the chair, Ben?")
    return made


@pytest.fixture(scope="module")
def abroad(town, other_site, ada) -> Endorser:
    """Ada's visitor and address on another site."""
    return town.settle(other_site, ADA, nth=2, likes=[LAMP], consents=[
        {"purpose": "news", "text": built_in("news", name="Other").sha256.hex()}
    ])


def since(days: int) -> str:
    return (datetime.now(UTC) + timedelta(days=days)).date().isoformat()


def changed(reply, said: str, section: str, to: str = "/me") -> None:
    assert (reply.status, reply.to) == (303, f"{to}?said={said}#{section}"), reply.words


def test_everything_is_on_one_page(ada):
    words = ada.page().words
    for part in ("Reading lamp", "Oak chair", "Teapot", "The look, Something else: <b>The shade</b>", GIVEN,
                 "My likes 3", "My letters 0", "My answers 1", "What I agreed to 2", "My browsers 1"):
        assert part in words
    assert "<b>The shade</b>" not in ada.page().text


def test_empty_sections_say_what_would_be_there(town, shop_site):
    nora = Person("Nora", "nora@people.test", "00aa" * 8)
    new = town.settle(shop_site, nora, likes=[LAMP], purposes_of=["follow_up"], topics=[])
    assert new.post(f"/me/likes/{new.liked[0]['id']}/back").status == 303
    words = new.page().words
    for sentence in ("What you like here will be listed here.", "What you answer after a like will be listed here.",
                     "When something you like gets cheaper or comes back, it will stand here.",
                     "When you ask for news about a product, a kind or a brand, it will stand here.",
                     "When Shop writes to you, you can read and answer it here.", "You can say who you are in public"):
        assert sentence in words


def test_a_like_is_taken_back_and_not_counted_any_more(ada):
    before = ada.shopper.count("teapot")
    path = f"/me/likes/{ada.liked[2]['id']}/back"
    changed(ada.post(path), "back", "likes")
    shown = ada.desk.get("/me?said=back")
    assert "Taken back. It does not count any more." in shown.words and 'role="status"' in shown.text
    assert "Teapot" not in shown.words and ada.shopper.count("teapot") == before - 1
    changed(ada.post(path, all=1), "back", "likes", to="/me/likes")
    assert ada.shopper.count("teapot") == before - 1


def test_what_a_change_says_is_never_taken_from_the_address(ada):
    shown = ada.desk.get("/me?said=Pay+here")
    assert shown.status == 200 and "Pay here" not in shown.text


def test_topics_are_ticked_and_unticked(ada):
    topics = {row.key: row.id for row in rows(ada.town, tables.topics.select())}
    lamp = next(id for key, id in topics.items() if key.startswith("product:"))
    changed(ada.post("/me/topics", topic=lamp), "topics", "topics")
    assert states(ada) == {"all": "unsubscribed", "product": "confirmed"}
    changed(ada.post("/me/topics", ("topic", lamp), ("topic", topics["all"])), "topics", "topics")
    assert states(ada) == {"all": "confirmed", "product": "confirmed"}


def states(endorser: Endorser) -> dict[str, str]:
    told = endorser.desk.get("/me/everything.json").json["topics"]
    return {one["topic"].partition(":")[0]: one["state"] for one in told}


def test_how_often_and_a_pause_until_a_day(ada):
    changed(ada.post("/me/pace", pace="weekly", until=since(10)), "pace", "pace")
    page = ada.page()
    assert 'value="weekly" checked' in page.text and f'value="{since(10)}"' in page.text and "No mail until" in page.words
    for typed in (since(-1), since(0), since(800), "soon", "99999-01-01"):
        changed(ada.post("/me/pace", pace="weekly", until=typed), "bad-date", "pace")
    assert f'value="{since(10)}"' in ada.page().text
    changed(ada.post("/me/pace", pace="each", until=""), "pace", "pace")
    assert "No mail until" not in ada.page().words


def test_a_consent_is_taken_back_and_given_again_by_its_exact_words(ada):
    changed(ada.post("/me/consents/news"), "withdrawn", "agreed")
    page = ada.page()
    assert "What I agreed to 1" in page.words and "Taken back on" in page.words and "so none is sent" in page.words
    for text in ("", "0" * 64, built_in("news", "id").sha256.hex(), built_in("follow_up").sha256.hex()):
        changed(ada.post("/me/consents/news", give=1, text=text), "other-words", "agreed")
    assert "What I agreed to 1" in ada.page().words
    changed(ada.post("/me/consents/news", give=1, text=built_in("news").sha256.hex()), "given", "agreed")
    assert "What I agreed to 2" in ada.page().words
    record = [(one["action"], one["purpose"], one["method"]) for one in everything(ada)["record_of_consent"]]
    assert record[-2:] == [("withdrawn", "news", "me_page"), ("given", "news", "me_page")]
    assert ada.post("/me/consents/everything", give=1).status == 404


def everything(endorser: Endorser) -> dict:
    return endorser.desk.get("/me/everything.json").json


def test_a_profile_is_claimed_shown_hidden_and_removed(ada):
    words = built_in("publish_profile").sha256.hex()
    changed(ada.post("/me/profiles", id=new_id(), url="instagram.com/ada", name=" Ada \0 Byron "), "claimed", "profiles")
    [link] = rows(ada.town, tables.profile_links.select())
    assert (link.url, link.name, link.published_at) == ("https://instagram.com/ada", "Ada Byron", None)
    path = f"/me/profiles/{link.id}"
    changed(ada.post(path, do="show", text="0" * 64), "other-words", "agreed")
    changed(ada.post(path, do="show", text=words), "shown", "profiles")
    assert "May be shown since" in ada.page().words and "Shop may show my public profile" in ada.page().words
    changed(ada.post(path, do="hide"), "hidden", "profiles")
    assert [one["withdrawn_at"] for one in everything(ada)["what_you_agreed_to"] if one["purpose"] == "publish_profile"] != [None]
    changed(ada.post(path, do="remove"), "removed", "profiles")
    assert everything(ada)["profiles"] == [] and ada.post(path, do="show", text=words).status == 404


@pytest.mark.parametrize("url", ["", "javascript:alert(1)", "http://127.0.0.1/", "not an address", "https://a@b.test/"])
def test_what_is_no_public_page_is_no_profile(ada, url):
    changed(ada.post("/me/profiles", id=new_id(), url=url), "bad-profile", "profiles")
    assert everything(ada)["profiles"] == []


def test_a_letter_is_read_and_answered(ben):
    page = ben.page()
    assert "What do you like about the chair, Ben?" in page.words and "waits for your answer" in page.words
    path = f"/me/conversations/{talk_of(ben)}"
    form = ben.desk.get(path)
    answer = {"proof": form.proof, "id": new_id(), "words": "The <i>wood</i>,\r\nof course."}
    for _ in range(2):
        changed(ben.desk.post(path, **answer), "answered", "conversations", to=path)
    thread = ben.desk.get(path)
    assert thread.words.count("The <i>wood</i>, of course.") == 1 and "<i>wood" not in thread.text
    empty = ben.desk.post(path, proof=form.proof, id=new_id(), words=" \n")
    assert empty.status == 422 and "Write something" in empty.words
    long = ben.desk.post(path, proof=form.proof, id=new_id(), words="x" * 5001)
    assert long.status == 422 and "x" * 5001 in long.text


def talk_of(endorser: Endorser) -> int:
    [talk] = rows(endorser.town, tables.conversations.select())
    return talk.id


def test_a_browser_that_was_not_mine_goes_back(town, shop_site):
    home = town.settle(shop_site, CLEO)
    phone = town.sign_up(shop_site, Person("Cleo", CLEO.email, "f0f0" * 8), likes=[CHAIR])
    merge = claimed_by_a_second_confirmation(town, home, phone)
    assert "My likes 2" in home.page().words and "My browsers 2" in home.page().words
    changed(home.post(f"/me/browsers/{merge}/undo"), "not-me", "browsers")
    assert "My likes 1" in home.page().words and "My browsers 1" in home.page().words
    assert home.post(f"/me/browsers/{merge}/undo").status == 404


def claimed_by_a_second_confirmation(town, home: Endorser, phone: Endorser) -> int:
    """The day's one confirmation is used up, so the clock of the first is set back; the outbox then mails the second."""
    town.a_day_passes()
    phone.confirm(nth=2)
    [merge] = rows(town, tables.merges.select().where(tables.merges.c.undone_at.is_(None)))
    return merge.id


# Nobody else's.


def test_another_persons_things_are_not_there(ada, ben, abroad):
    talk, like = talk_of(ben), ben.liked[0]["id"]
    for someone in (ada, abroad):
        assert someone.desk.get("/me/conversations/" + "9" * 30).status == 404
        for path in (f"/me/conversations/{talk}", "/me/conversations/999999"):
            assert someone.desk.get(path).status == 404
            assert someone.post(path, id=new_id(), words="Hello").status == 404
        for path in (f"/me/likes/{like}/back", "/me/likes/1/back", f"/me/likes/{new_id()}/back"):
            assert someone.post(path).status == 404
        assert someone.post("/me/browsers/1/undo").status == 404 == someone.post("/me/profiles/1", do="remove").status
    theirs = [row.id for row in rows(abroad.town, tables.topics.select().where(tables.topics.c.site_id != 1))]
    assert ada.post("/me/topics", topic=theirs[0]).status == 404
    assert "Reading lamp" in ben.page().words and "My likes 2" in ben.page().words


def test_a_session_of_one_site_shows_nothing_of_another(ada, abroad):
    assert "Your page at Other" in abroad.page().words and "Oak chair" not in abroad.page().words
    assert "Mail me a link" in ada.desk.get(f"/me?site={abroad.site.site}").words


# Whose form.

OPEN = {"GET /me", "POST /me/link", "GET /me/enter/<token>", "POST /me/enter/<token>", "GET /me/goodbye"}
OWN = [face for face in FACES if face.path == "/me" or face.path.startswith("/me/")]
OWN = [face for face in OWN if f"{face.method} {face.path}" not in OPEN]
FORMS = [re.sub(r"<int:\w+>", "1", face.path).replace("<like>", new_id()) for face in OWN if face.method == "POST"]


@pytest.mark.parametrize("face", OWN, ids=lambda face: f"{face.method} {face.path}")
def test_nobody_signed_out_gets_in(town, shop_site, face):
    browser, path = Browser(town.url), re.sub(r"<int:\w+>", "1", face.path)
    if face.method == "GET":
        assert browser.get(path).to == "/me"
    else:
        assert browser.post(path, proof="").status == 401


@pytest.mark.parametrize("path", FORMS)
def test_a_form_that_is_not_from_our_page_changes_nothing(ada, ben, path):
    before = everything(ada)
    for proof in ("", "0" * 64, ben.page().proof, Browser(ada.town.url).get("/me").proof):
        refused = ada.desk.post(path, proof=proof, give=1)
        assert refused.status == 403 and "This form is too old" in refused.words
    assert everything(ada) | {"made_at": ""} == before | {"made_at": ""}
