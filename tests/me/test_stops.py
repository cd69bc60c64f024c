"""Stopping: by the page behind the link, by the mail program's own button, on one's own page; and taking it back."""

import pytest
from admin.desk import ask
from me.making import ADA, BEN, Browser, Endorser, rows

from afterlike import tables
from cast import Person

DARIO = Person("Dario", "dario@people.test", "da00" * 8)
CLEO = Person("Cleo", "cleo@people.test", "c1e0" * 8)
ONE_CLICK = b"List-Unsubscribe=One-Click"


@pytest.fixture(scope="module")
def ada(town, shop_site) -> Endorser:
    return town.settle(shop_site, ADA)


@pytest.fixture(scope="module")
def ben(town, shop_site) -> Endorser:
    return town.settle(shop_site, BEN)


def state(endorser: Endorser) -> str:
    channels = tables.channels
    [row] = rows(endorser.town, channels.select().where(channels.c.address == endorser.person.email))
    return row.state


def methods(endorser: Endorser) -> list[tuple[str, str, str]]:
    record = endorser.desk.get("/me/everything.json").json["record_of_consent"]
    return [(one["action"], one["purpose"], one["method"]) for one in record]


def test_the_page_says_what_it_stops_and_the_button_stops_it(town, ada):
    anybody = Browser(town.url)
    shown = anybody.get(ada.stop_path)
    assert shown.status == 200 and shown.headers["Referrer-Policy"] == "no-referrer"
    assert "Stop all mail?" in shown.words and "News by e-mail" in shown.words and "Reading lamp" in shown.words
    assert ADA.email not in shown.text
    for _ in range(2):
        stopped = anybody.post(ada.stop_path, proof="")
        assert stopped.status == 200 and "Shop does not write to you any more." in stopped.words
    assert state(ada) == "stopped"
    assert methods(ada)[-2:] == [("withdrawn", "follow_up", "stop_page"), ("withdrawn", "news", "stop_page")]
    assert "Stopped" in anybody.get(ada.stop_path).words
    assert "You stopped all mail." in ada.page().words


def test_taking_it_back_gives_the_same_mail_as_before(town, ada):
    anybody = Browser(town.url)
    anybody.post(ada.stop_path, proof="")
    for _ in range(2):
        back = anybody.post(ada.stop_path, proof="", undo=1)
        assert back.status == 200 and "You get the same mail as before." in back.words
    assert state(ada) == "confirmed"
    told = ada.desk.get("/me/everything.json").json
    assert {one["state"] for one in told["topics"]} == {"confirmed"}
    assert [one["withdrawn_at"] for one in told["what_you_agreed_to"]] == [None, None]
    assert methods(ada)[-2:] == [("given", "follow_up", "stop_page"), ("given", "news", "stop_page")]


@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "multipart/form-data; boundary=b"])
def test_a_mail_program_stops_it_by_one_click(town, ben, kind):
    body = ONE_CLICK
    if "multipart" in kind:
        body = b'--b\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--b--\r\n'
    stopped = ask("POST", town.url + ben.stop_path, body=body, headers={"Content-Type": kind})
    assert stopped.status == 200 and state(ben) == "stopped"
    assert {method for _, _, method in methods(ben)[-2:]} == {"one_click_8058"}
    Browser(town.url).post(ben.stop_path, proof="", undo=1)


def test_ones_own_page_stops_and_takes_back(town, shop_site):
    dario = town.settle(shop_site, DARIO)
    assert "Stop all mail?" in dario.desk.get("/me/stop").words
    assert dario.post("/me/stop").to == "/me/stop"
    assert "Stopped" in dario.desk.get("/me/stop").words and state(dario) == "stopped"
    assert methods(dario)[-1][2] == "me_page"
    assert dario.post("/me/stop", undo=1).to == "/me/stop?said=restarted"
    assert "You get the same mail as before." in dario.desk.get("/me/stop?said=restarted").words and state(dario) == "confirmed"


def test_a_forged_link_stops_nobody(town, ada):
    before = state(ada)
    number, _, proof = ada.stop_path.rpartition("/")[2].partition("-")
    for token in ("forged", "", f"{number}-", f"{number}-{proof[:-1]}", f"{int(number, 16) + 1:x}-{proof}", "9" * 400, "%00"):
        for method, body in (("GET", None), ("POST", ONE_CLICK)):
            headers = {"Accept": "text/html", "Content-Type": "application/x-www-form-urlencoded"}
            assert ask(method, f"{town.url}/stop/{token}", body=body, headers=headers).status == 404
    assert state(ada) == before


def test_who_never_confirmed_can_stop_too(town, shop_site):
    cleo = town.sign_up(shop_site, CLEO)
    stopped = Browser(town.url).post(cleo.stop_path, proof="")
    assert "Shop does not write to you any more." in stopped.words and "Send me mail again" not in stopped.words
    assert cleo.desk.get(town.link(CLEO.email, "/confirm/")).status == 410


def test_a_link_of_somebody_who_is_erased_says_that_nothing_is_sent(town, shop_site):
    eve = town.settle(shop_site, Person("Eve", "eve@people.test", "ee00" * 8))
    path = eve.stop_path
    assert eve.post("/me/erase").to == "/me/goodbye"
    assert "__Host-afterlike-me" not in eve.desk.cookies
    for reply in (eve.desk.get(path), eve.desk.post(path, proof=""), eve.desk.post(path, proof="", undo=1)):
        assert reply.status == 200 and "Nothing is sent to you any more." in reply.words
