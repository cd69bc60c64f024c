"""The way in: a button confirms, a button enters, a form asks for a link; nobody learns whether an address is known."""

import pytest
from admin.desk import ask
from me.making import ADA, BEN, Browser

from cast import CLEO as FRESH
from cast import LAMP, Person


@pytest.fixture(scope="module")
def ada(town, shop_site):
    """Ada, who pressed the button."""
    return town.settle(shop_site, ADA)


def test_the_page_says_what_will_be_confirmed(town, shop_site):
    cleo = Person("Cleo", "cleo@people.test", FRESH)
    waiting = town.sign_up(shop_site, cleo, likes=[LAMP])
    shown = waiting.desk.get(town.link(cleo.email, "/confirm/"))
    assert shown.status == 200 and "c…@people.test" in shown.words and cleo.email not in shown.text
    assert "Shop may write to me by e-mail when there is news about what I choose here." in shown.words
    assert "Shop may write to me personally by e-mail about what I liked and said." in shown.words
    assert LAMP["title"] in shown.words and "Everything new" in shown.words
    assert shown.text.count("<button") == 1
    assert shown.headers["Referrer-Policy"] == "no-referrer" and shown.headers["Cache-Control"] == "no-store"


def test_the_button_confirms_and_leads_to_ones_own_page(ada):
    page = ada.page()
    assert page.status == 200 and "You are here as ada@people.test" in page.words
    assert LAMP["title"] in page.words
    assert set(ada.desk.cookies) >= {"__Host-afterlike-me"}
    again = ada.confirm
    told = again()
    assert told.status == 410 and "This link was used already" in told.words and "Mail me a link" in told.words


def test_a_used_link_offers_a_new_one_that_enters(town, shop_site, ada):
    used = ada.desk.get(town.link(ADA.email, "/confirm/"))
    assert used.status == 410 and f'name="site" value="{shop_site.site}"' in used.text
    elsewhere = Browser(town.url)
    asked = elsewhere.post("/me/link", proof=elsewhere.get("/me").proof, site=shop_site.site, address=" Ada@People.test ")
    assert asked.status == 200 and "If we have something for this address, a mail is on its way." in asked.words
    link = town.link(ADA.email, "/me/enter/")
    shown = elsewhere.get(link)
    assert shown.status == 200 and shown.headers["Referrer-Policy"] == "no-referrer"
    assert elsewhere.post(link, proof=shown.proof).to == "/me"
    assert "You are here as ada@people.test" in elsewhere.get("/me").words
    gone = elsewhere.post(link, proof=shown.proof)
    assert gone.status == 410 and "used already" in gone.words and gone.headers["Referrer-Policy"] == "no-referrer"
    assert elsewhere.get(link).status == 410


@pytest.mark.parametrize("path", ["/confirm/forged", "/me/enter/forged", "/confirm/%00", "/me/enter/" + "a" * 3000])
def test_a_forged_link_opens_nothing(town, shop_site, path):
    browser = Browser(town.url)
    shown = browser.get(path)
    assert shown.status == 410 and "This link is not complete" in shown.words
    assert shown.headers["Referrer-Policy"] == "no-referrer"
    pressed = browser.post(path, proof=shown.proof)
    assert pressed.status == 410 and "__Host-afterlike-me" not in browser.cookies


def test_a_link_for_one_use_is_none_for_another(town, shop_site):
    ben = town.sign_up(shop_site, BEN)
    token = town.link(BEN.email, "/confirm/").rpartition("/")[2]
    assert ben.desk.get(f"/me/enter/{token}").status == 410
    assert ben.desk.press(f"/me/enter/{token}").status == 410
    assert ben.confirm().status == 200


@pytest.mark.parametrize("proof", ["", "0" * 64], ids=["none", "forged"])
def test_a_form_of_another_page_confirms_and_signs_nobody_in(town, shop_site, proof):
    """The token proves the address; but who is made to send it by a stranger's page does not land on the stranger's own."""
    person = Person("Dario", f"dario{len(proof)}@people.test", f"{len(proof):032x}")
    town.sign_up(shop_site, person)
    browser = Browser(town.url)
    assert browser.post(town.link(person.email, "/confirm/"), proof=proof).status == 200
    assert "__Host-afterlike-me" not in browser.cookies


def asked_for(browser: Browser, address: str, site: str):
    return browser.post("/me/link", proof=browser.get("/me").proof, site=site, address=address)


def test_nobody_learns_whether_an_address_or_a_site_is_known(town, shop_site, other_site, ada):
    browser = Browser(town.url)
    known = asked_for(browser, ADA.email, shop_site.site)
    assert known.status == 200
    assert asked_for(browser, "nobody@people.test", shop_site.site).text == known.text
    by_host = asked_for(browser, ADA.email, "https://www.SHOP.test/lamp")
    assert by_host.status == 200
    for nowhere in ("nowhere.test", "0" * 16, "\0", "http://["):
        assert asked_for(browser, ADA.email, nowhere).text == by_host.text


def test_what_is_no_address_is_told_from_its_text_alone(town, shop_site):
    browser = Browser(town.url)
    for typed in ("", "ada", "ada@", "a@b@c.test", "x" * 400 + "@shop.test", "ada@\0.test"):
        told = asked_for(browser, typed, shop_site.site)
        assert told.status == 422 and "does not look like an e-mail address" in told.words


def test_the_form_names_the_site_where_it_is_known(town, shop_site, other_site):
    browser = Browser(town.url)
    assert "Your page at Shop" in browser.get(f"/me?site={shop_site.site}").words
    assert 'name="site" type="text"' in browser.get("/me").text
    assert 'name="site" type="text"' in browser.get("/me?site=%00").text


def test_signing_out_ends_the_session_for_good(town, shop_site):
    eve = town.settle(shop_site, Person("Eve", "eve@people.test", "ee00" * 8))
    copied = dict(eve.desk.cookies)
    assert eve.post("/me/sign-out").to == "/me"
    assert "__Host-afterlike-me" not in eve.desk.cookies
    eve.desk.cookies = copied
    assert "Mail me a link" in eve.page().words


def test_who_is_signed_out_is_led_to_the_form(town, shop_site):
    browser = Browser(town.url)
    assert browser.get("/me/erase").to == "/me"
    refused = browser.post("/me/topics", proof="")
    assert refused.status == 401 and "You are signed out, so nothing was changed." in refused.words


def test_the_pages_speak_the_language_of_the_browser(town, shop_site):
    reply = ask("GET", town.url + "/confirm/forged", headers={"Accept": "text/html", "Accept-Language": "id-ID"})
    assert '<html lang="id" dir="ltr">' in reply.text
