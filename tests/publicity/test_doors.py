"""Quotes through their doors: the admin asks, the person decides on their page, everybody reads what they allowed."""

import json
import re

import pytest
import sqlalchemy as sa
from followup.making import behind
from me.making import BEN, rows
from publicity.conftest import SAID
from publicity.making import admin_of, ask_there, public, quoted, terms

from afterlike import tables
from afterlike.publicity import api
from cast import LAMP

SHORT = "My old lamp was not half as warm!"


@pytest.fixture
def desk(town):
    return admin_of(town)


@pytest.fixture
def quote(town, ada, desk) -> int:
    """Ada is asked for what she said about the lamp; afterwards it is as if nobody had."""
    yield ask_there(desk, ada, SAID)
    with behind(town.server) as tx:
        tx.execute(sa.delete(tables.quotes))


@pytest.fixture
def given(ada, quote) -> int:
    assert "said=quote-given" in ada.post(f"/me/quotes/{quote}", **terms(ada, SHORT, name="Ada B.")).to
    return quote


def test_she_gets_a_letter_with_the_words_and_finds_them_on_her_page(town, ada, quote, shop_site):
    town.peer.wait_for(1)
    [letter] = [text for text in wait_for_letter(town, ada) if "in public" in text]
    assert SAID in letter and "If you do nothing, nothing is shown." in letter and "/stop/" in letter
    page = ada.page()
    assert SAID.replace("!", "!") in page.words and "Shop would like to show these words of yours in public:" in page.words
    assert quoted(town, shop_site) == []


def wait_for_letter(town, endorser):
    link = town.link(endorser.person.email, "/me/enter/")
    assert link
    return town.letters_to(endorser.person.email)


def test_a_form_without_its_button_refuses_nothing(town, ada, quote):
    for more in ({}, {"do": ""}, {"do": "nonsense"}):
        assert ada.post(f"/me/quotes/{quote}", **more).status == 422
    [kept] = rows(town, sa.select(tables.quotes.c.state).where(tables.quotes.c.id == quote))
    assert kept.state == "asked"


def test_everybody_reads_exactly_what_she_allowed(town, shop_site, given):
    [one] = quoted(town, shop_site, LAMP["key"])
    assert (one["words"], one["shortened"], one["name"], one["profile"], one["perk"]) == (SHORT, True, "Ada B.", None, None)
    assert one["address_confirmed"] is True and one["bought"] is False and one["until"] > one["liked_on"]
    assert one["how_we_know"][0].startswith("Liked on ") and one["how_we_know"][1:] == ["Address confirmed"]
    assert quoted(town, shop_site) == [one]


def test_taking_it_back_is_in_force_at_once_everywhere(town, ada, shop_site, given):
    places = [f"/v1/quotes?site={shop_site.site}", f"/v1/quotes.html?site={shop_site.site}&product={LAMP['key']}",
              f"/v1/quotes.jsonld?site={shop_site.site}&product={LAMP['key']}", said_page(town, shop_site)]
    before = [public(town, path) for path in places]
    assert all(SHORT in reply.text for reply in before)
    assert "said=quote-back" in ada.post(f"/me/quotes/{given}", do="withdraw").to
    for path, old in zip(places, before, strict=True):
        fresh = public(town, path, **{"If-None-Match": old.headers["ETag"]})
        assert fresh.status == 200 and SHORT not in fresh.text


def said_page(town, site) -> str:
    [lamp] = rows(town, sa.select(tables.products.c.id).where(tables.products.c.key == LAMP["key"]))
    return f"/said/{site.site}/{lamp.id}"


@pytest.mark.parametrize("form", ["quotes", "quotes.html", "quotes.jsonld"])
def test_any_site_may_read_them_and_keep_them_for_a_minute(town, shop_site, given, form):
    path = f"/v1/{form}?site={shop_site.site}&product={LAMP['key']}"
    told = public(town, path)
    assert told.headers["Access-Control-Allow-Origin"] == "*" and told.headers["Cache-Control"] == "public, max-age=60"
    assert public(town, path, **{"If-None-Match": told.headers["ETag"]}).status == 304
    assert "Set-Cookie" not in told.headers


def test_no_cache_keeps_a_quote_beyond_its_end(town, shop_site, given):
    with behind(town.server) as tx:
        tx.execute(sa.update(tables.quotes).values(until_at=api.now() + 20_000))
    age = int(public(town, f"/v1/quotes?site={shop_site.site}").headers["Cache-Control"].removeprefix("public, max-age="))
    assert 0 <= age <= 20


def test_the_block_is_markup_without_script_for_the_shops_own_pages_alone(town, shop_site, given):
    told = public(town, f"/v1/quotes.html?site={shop_site.site}&product={LAMP['key']}")
    assert "<script" not in told.text and "style=" not in told.text
    assert "frame-ancestors https://shop.test" in told.headers["Content-Security-Policy"]
    bare = public(town, f"/v1/quotes.html?site={shop_site.site}&product={LAMP['key']}&bare=1")
    assert bare.text.startswith('<div class="afterlike-quotes"') and "<html" not in bare.text


def test_it_is_a_review_of_the_product_for_search_engines(town, shop_site, given):
    told = json.loads(public(town, f"/v1/quotes.jsonld?site={shop_site.site}&product={LAMP['key']}").text)
    [review] = told.pop("review")
    assert told["@context"] == "https://schema.org" and told["@type"] == "Product" and told["@id"] == told["url"]
    assert (review["@type"], review["author"], review["reviewBody"]) == ("Review", {"@type": "Person", "name": "Ada B."}, SHORT)
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", review["datePublished"]) and "reviewRating" not in review


def test_what_she_got_in_return_stands_beside_the_words_everywhere(town, ada, desk, shop_site):
    quote = ask_there(desk, ada, SAID, perk="a voucher of 5 €")
    assert "In return you got: a voucher of 5 €" in ada.page().words
    ada.post(f"/me/quotes/{quote}", **terms(ada, SAID))
    assert quoted(town, shop_site)[0]["perk"] == "a voucher of 5 €"
    for path in (said_page(town, shop_site), f"/v1/quotes.html?site={shop_site.site}"):
        assert "In return they got:" in public(town, path).words
    assert "In return they got: a voucher of 5 €" in public(
        town, f"/v1/quotes.jsonld?site={shop_site.site}&product={LAMP['key']}").text
    with behind(town.server) as tx:
        tx.execute(sa.delete(tables.quotes))


def test_the_admin_has_to_say_whether_there_was_something_in_return(desk, shop_site, ada, town):
    [answer] = rows(town, sa.select(tables.answers.c.id))
    form = {"source": "answer", "id": answer.id, "part": "why", "words": SAID}
    for perk in ({}, {"perk": "some", "perk_words": " "}, {"perk": "maybe"}):
        sent = desk.post(f"/admin/sites/{shop_site.site}/quotes", **form, **perk)
        assert sent.status == 422 and "Say what they got in return" in sent.words
    assert rows(town, sa.select(tables.quotes.c.id)) == []


@pytest.mark.parametrize("wrong", [
    {"words": "It is the best lamp ever"}, {"place": "moon"}, {"time": "ever"}, {"time": ""}, {"place": ""},
], ids=str)
def test_a_form_with_other_words_or_without_a_place_changes_nothing(town, ada, shop_site, quote, wrong):
    assert "said=quote-bad" in ada.post(f"/me/quotes/{quote}", **terms(ada, SAID) | wrong).to
    assert quoted(town, shop_site) == []


def test_a_consent_to_words_that_were_not_on_the_page_is_none(town, ada, shop_site, quote):
    assert "said=quote-other" in ada.post(f"/me/quotes/{quote}", **terms(ada, SAID) | {"text": "00" * 32}).to
    assert quoted(town, shop_site) == []


def test_a_form_of_somebody_else_or_without_a_proof_changes_nothing(town, ada, shop_site, quote):
    ben = town.settle(shop_site, BEN)
    assert ben.post(f"/me/quotes/{quote}", **terms(ben, SAID)).status == 404
    assert ada.desk.post(f"/me/quotes/{quote}", proof="forged", **terms(ada, SAID)).status == 403
    assert quoted(town, shop_site) == []


def test_no_link_of_somebody_else_stands_beside_it(town, ada, shop_site, quote):
    ada.shopper.leave(ada.liked[0], "https://www.pinterest.test/ada", name="Ada")
    [mine] = rows(town, sa.select(tables.profile_links.c.id))
    ada.post(f"/me/quotes/{quote}", **terms(ada, SAID, link=str(mine.id + 1)))
    assert quoted(town, shop_site)[0]["profile"] is None
    ada.post(f"/me/quotes/{quote}", **terms(ada, SAID, link=str(mine.id)))
    assert quoted(town, shop_site)[0]["profile"] == "https://www.pinterest.test/ada"
    ada.post(f"/me/profiles/{mine.id}", do="remove")
    assert quoted(town, shop_site)[0]["profile"] is None


def test_the_copy_of_everything_has_the_quotes(ada, given):
    [one] = ada.desk.get("/me/everything.json").json["quotes_of_you"]
    assert (one["asked_for"], one["allowed"], one["name_shown"], one["places"]) == (SAID, SHORT, "Ada B.", ["site"])


def test_a_product_that_was_never_quoted_has_no_page(town, shop_site, other_site, quote):
    assert public(town, said_page(town, shop_site)).status == 404
    assert public(town, said_page(town, other_site)).status == 404


def test_looking_at_any_of_it_changes_nothing(town, shop_site, given):
    before = rows(town, sa.select(tables.quotes)), rows(town, sa.select(tables.consent_events))
    for path in (f"/v1/quotes?site={shop_site.site}", said_page(town, shop_site)):
        public(town, path)
    assert before == (rows(town, sa.select(tables.quotes)), rows(town, sa.select(tables.consent_events)))


@pytest.mark.parametrize(("query", "status"), [
    ("", 404), ("site=nobody", 404), ("site={site}&product=", 422), ("site={site}&product=nothing", 404),
    ("site={site}&product=%00", 422), ("site={site}&product=" + "x" * 201, 422),
])
def test_what_is_asked_wrongly_is_told(town, shop_site, query, status):
    assert public(town, f"/v1/quotes?{query.format(site=shop_site.site)}").status == status


def test_the_admin_page_shows_each_state_with_its_terms(desk, shop_site, ada, given):
    page = desk.get(f"/admin/sites/{shop_site.site}/quotes")
    assert "Given" in page.words and SHORT in page.words and "your web pages" in page.words and "<iframe" in page.words
    assert "No quote is in this state." in desk.get(f"/admin/sites/{shop_site.site}/quotes?show=refused").words
    assert desk.post(f"/admin/sites/{shop_site.site}/quotes/{given}/state", do="hide").to.endswith("done=hide")
    assert "You do not show it." in desk.get(f"/admin/sites/{shop_site.site}/quotes").words
