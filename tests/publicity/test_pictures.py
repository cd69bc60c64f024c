"""Pictures beside quotes: small, without a trace of where they were taken, and gone when the person says so."""

import io
import json

import pytest
import sqlalchemy as sa
from admin.desk import enter, sign_in_link
from conftest import ADMIN
from followup.making import KEYRING, behind, rows
from ground.making import NOW
from me.making import BEN, CLEO
from me.making import rows as there
from me.test_looks import inside
from PIL import Image
from playwright.sync_api import expect
from publicity.conftest import SAID
from publicity.making import admin_of, asks, public, quoted, says, send_file, terms
from publicity.making import ask_there as ask_for
from publicity.uploads import FINE, LEFT, REFUSED, RIGHT, clear, drawn, noisy, photo, saved

from afterlike import endorsers, erasure, publicity, tables
from afterlike.clock import DAY, now
from afterlike.errors import Invalid, NotFound, TooBig
from afterlike.publicity import quotes, shown
from cast import LAMP, Person
from parts.fetch import Answer, sent
from parts.programs import until


def small(raw: bytes) -> Image.Image:
    return Image.open(io.BytesIO(publicity.taken(KEYRING, 1, raw).data))


@pytest.mark.parametrize("name", FINE)
def test_whatever_picture_it_is_a_small_square_without_anything_else_comes_out(name):
    made = small(FINE[name]())
    made.load()
    assert made.format == "WEBP" and made.width == made.height <= 256
    assert not made.getexif() and not {"exif", "icc_profile", "xmp"} & made.info.keys()


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_picture_for_us_is_refused_in_a_sentence(name):
    make, sentence = REFUSED[name]
    with pytest.raises((Invalid, TooBig)) as wrong:
        publicity.taken(KEYRING, 1, make())
    assert sentence in wrong.value.sentence and wrong.value.sentence.startswith("Nothing was changed.")


def test_nothing_of_the_file_is_left_but_what_is_seen():
    raw = photo()
    assert b"Secret camera" in raw and b"Secret words" in raw
    made = publicity.taken(KEYRING, 1, raw).data
    assert b"Secret" not in made and b"EXIF" not in made and b"ICCP" not in made


@pytest.mark.parametrize(("turned", "red"), [(1, "left"), (3, "right"), (6, "top"), (8, "bottom")])
def test_it_stands_upright(turned, red):
    made = small(photo(turned=turned)).convert("RGB")
    spots = {"left": (20, 128), "right": (235, 128), "top": (128, 20), "bottom": (128, 235)}
    assert near(made.getpixel(spots[red]), LEFT)


def test_it_is_the_middle_of_the_picture():
    image = drawn(900, 300)
    image.paste("white", (0, 0, 290, 300))
    image.paste("white", (610, 0, 900, 300))
    made = small(saved(image, "PNG")).convert("RGB")
    assert near(made.getpixel((10, 128)), LEFT) and near(made.getpixel((245, 128)), RIGHT)


def test_what_is_clear_becomes_white():
    made = small(clear()).convert("RGB")
    assert near(made.getpixel((20, 128)), (255, 255, 255)) or near(made.getpixel((235, 128)), (255, 255, 255))


def near(colour, wanted) -> bool:
    return all(abs(a - b) < 30 for a, b in zip(colour, wanted, strict=True))


# What is kept, on both databases.


@pytest.fixture
def given(database, speaker) -> int:
    """A quote that stands, with a picture."""
    quote = asks(database, speaker, picture=True)
    database.write(publicity.give, says(speaker, quote, picture=publicity.taken(KEYRING, quote, photo())))
    return quote


def kept(database) -> list:
    return rows(database, tables.quote_pictures)


def seen(database, name: str, at: int = NOW) -> bool:
    with database.read() as tx:
        return shown.picture(tx, name, at) is not None


def test_it_is_shown_from_the_yes_until_they_take_it_back(database, speaker, given):
    [row] = kept(database)
    assert seen(database, row.name)
    database.write(publicity.withdraw, says(speaker, given))
    assert not seen(database, row.name) and kept(database) == []


def test_it_ends_with_the_quote_and_the_background_work_takes_it_away(database, given):
    [row] = kept(database)
    assert not seen(database, row.name, NOW + 30 * DAY), "nobody waits for the background work"
    database.write(publicity.expire, NOW + 30 * DAY)
    assert kept(database) == []


def test_it_goes_with_the_person(database, speaker, given):
    database.write(erasure.erased, (speaker.site, speaker.endorser, False, "me_page", "person", NOW))
    assert kept(database) == []


def test_it_goes_with_the_browser(database, speaker, given):
    with database.engine.begin() as tx:
        publicity.erase_browser(tx, tx.scalar(sa.select(tables.likes.c.visitor_id)))
    assert kept(database) == []


def test_it_is_not_shown_while_the_quote_is_not(database, speaker, given):
    [row] = kept(database)
    database.write(quotes.turn, (speaker.site, given, "hide", NOW))
    assert not seen(database, row.name)
    database.write(quotes.turn, (speaker.site, given, "show", NOW))
    assert seen(database, row.name)
    with database.engine.begin() as tx:
        tx.execute(sa.update(tables.likes).values(unliked_at=NOW))
    assert not seen(database, row.name)


def test_another_one_takes_its_place_under_another_address(database, speaker, given):
    [before] = kept(database)
    another = publicity.taken(KEYRING, given, saved(drawn(50, 50), "PNG"))
    database.write(publicity.set_picture, says(speaker, given, picture=another))
    [after] = kept(database)
    assert after.name != before.name and not seen(database, before.name) and seen(database, after.name)


def test_it_can_be_removed_and_the_words_stay(database, speaker, given):
    database.write(publicity.set_picture, says(speaker, given))
    with database.read() as tx:
        [one] = shown.published(tx, speaker.site, NOW)
    assert kept(database) == [] and one.picture is None


def test_the_record_of_consent_says_which_picture_was_allowed_and_when_none_was_any_more(database, speaker, given):
    [row] = kept(database)
    database.write(publicity.set_picture, says(speaker, given))
    with database.read() as tx:
        ledger = [line for line in endorsers.ledger_of(tx, speaker.site, speaker.endorser)
                  if line.purpose == "publish_profile" and line.action in ("given", "changed")]
        assert endorsers.broken(tx, speaker.site) is None
    assert [json.loads(line.note)["picture"] for line in ledger] == [row.name, None]
    assert "with the name and the picture" in ledger[0].words


def test_nobody_adds_one_that_was_not_asked_for(database, speaker):
    quote = asks(database, speaker)
    with pytest.raises(NotFound):
        database.write(publicity.give, says(speaker, quote, picture=publicity.Picture("0" * 32, b"")))
    database.write(publicity.give, says(speaker, quote))
    with pytest.raises(NotFound):
        database.write(publicity.set_picture, says(speaker, quote, picture=publicity.Picture("0" * 32, b"")))


def test_one_picture_beside_two_quotes_has_two_addresses():
    raw = photo()
    assert publicity.taken(KEYRING, 1, raw).name != publicity.taken(KEYRING, 2, raw).name


# Through the doors.


@pytest.fixture
def asked(town, ada) -> int:
    yield ask_for(admin_of(town), ada, SAID, picture="1")
    with behind(town.server) as tx:
        tx.execute(sa.delete(tables.quote_pictures))
        tx.execute(sa.delete(tables.quotes))


@pytest.fixture
def stands(ada, asked) -> str:
    """The path of the picture that stands beside Ada's words."""
    reply = send_file(ada, f"/me/quotes/{asked}", photo(), **terms(ada, SAID, picture=True, name="Ada B."))
    assert "said=quote-given" in reply.to, reply.words
    [row] = there(ada.town, sa.select(tables.quote_pictures.c.name))
    return f"/quotes/pictures/{row.name}.webp"


def at(town, path: str) -> Answer:
    return sent(town.url, "GET", path)


def test_any_page_may_show_it_and_keep_it_for_a_minute(town, stands):
    answer = at(town, stands)
    assert answer.status == 200 and Image.open(io.BytesIO(answer.body)).size == (256, 256)
    wanted = {"Content-Type": "image/webp", "X-Content-Type-Options": "nosniff", "Access-Control-Allow-Origin": "*",
              "Cross-Origin-Resource-Policy": "cross-origin", "Cache-Control": "public, max-age=60, immutable"}
    assert {name: answer.headers[name] for name in wanted} == wanted and "Set-Cookie" not in answer.headers


def test_no_cache_keeps_it_beyond_its_end(town, stands):
    with behind(town.server) as tx:
        tx.execute(sa.update(tables.quotes).values(until_at=now() + 20_000))
    assert int(at(town, stands).headers["Cache-Control"].split("=")[1].partition(",")[0]) <= 20


@pytest.mark.parametrize("name", ["0" * 32, "x", "A" * 32, "..%2f..%2fpepper"])
def test_an_address_that_was_made_up_leads_nowhere(town, stands, name):
    assert at(town, f"/quotes/pictures/{name}.webp").status == 404


def test_it_stands_everywhere_the_words_do(town, ada, shop_site, stands):
    [one] = quoted(town, shop_site)
    assert one["picture"] == town.url + stands
    of = f"?site={shop_site.site}&product={LAMP['key']}"
    [review] = json.loads(public(town, f"/v1/quotes.jsonld{of}").text)["review"]
    assert review["author"] == {"@type": "Person", "name": "Ada B.", "image": town.url + stands}
    assert f'src="{stands}" alt=""' in public(town, f"/v1/quotes.html{of}").text
    assert f'src="{town.url}{stands}" alt=""' in public(town, f"/v1/quotes.html{of}&bare=1").text
    page = admin_of(town).get(f"/admin/sites/{shop_site.site}/quotes")
    assert f'src="{stands}" alt="Ada B."' in page.text and f"{town.url}{stands}" in page.words
    assert 'src="data:image/webp;base64,' in ada.page().text


def test_what_was_taken_back_is_at_no_address_and_in_no_table(town, ada, asked, stands):
    ada.post(f"/me/quotes/{asked}", do="withdraw")
    assert at(town, stands).status == 404 and there(town, sa.select(tables.quote_pictures)) == []


def test_she_replaces_and_removes_it_on_her_page(town, ada, asked, stands):
    text = terms(ada, SAID, picture=True)["text"]
    assert "Change my picture" in ada.page().words
    reply = send_file(ada, f"/me/quotes/{asked}", saved(drawn(40, 40), "PNG"), do="picture", text=text)
    assert "said=quote-picture" in reply.to and at(town, stands).status == 404
    assert "said=quote-no-file" in send_file(ada, f"/me/quotes/{asked}", b"", file="", do="picture", text=text).to
    assert "said=quote-other" in send_file(ada, f"/me/quotes/{asked}", photo(), do="picture", text="00").to
    assert "said=quote-unpicture" in ada.post(f"/me/quotes/{asked}", do="unpicture").to
    assert there(town, sa.select(tables.quote_pictures)) == [] and "Add a picture" in ada.page().words


def test_a_photograph_of_almost_two_megabytes_is_taken(town, ada, shop_site, asked):
    assert "said=quote-given" in send_file(ada, f"/me/quotes/{asked}", noisy(), **terms(ada, SAID, picture=True)).to
    assert quoted(town, shop_site)[0]["picture"]


def test_words_without_a_picture_are_allowed_too(town, ada, shop_site, asked):
    assert "said=quote-given" in send_file(ada, f"/me/quotes/{asked}", b"", file="", **terms(ada, SAID, picture=True)).to
    assert quoted(town, shop_site)[0]["picture"] is None


@pytest.mark.parametrize(("name", "status"), [("HTML", 422), ("bomb", 422), ("truncated JPEG", 422), ("nothing", 422),
                                              ("too much", 413)])
def test_a_file_that_cannot_be_shown_changes_nothing_and_keeps_what_was_typed(town, ada, shop_site, asked, name, status):
    make, sentence = REFUSED[name]
    reply = send_file(ada, f"/me/quotes/{asked}", make(), file="me.png", **terms(ada, SAID, picture=True, name="Ada Typed"))
    assert reply.status == status and sentence in reply.words and 'value="Ada Typed"' in reply.text
    assert quoted(town, shop_site) == []


def test_a_file_of_many_megabytes_is_told_of_too(ada, asked):
    reply = send_file(ada, f"/me/quotes/{asked}", b"\0" * 9_000_000, **terms(ada, SAID, picture=True))
    assert reply.status == 413 and "larger than 2 MB" in reply.words


def test_the_sentence_is_in_their_language(town, shop_site):
    cleo = town.settle(shop_site, CLEO, likes=[LAMP])
    cleo.shopper.say(cleo.liked[0], {"why": [{"other": "Bagus sekali"}]})
    quote = ask_for(admin_of(town), cleo, "Bagus sekali", picture="1", nth=-1)
    reply = send_file(cleo, f"/me/quotes/{quote}", b"x", **terms(cleo, "Bagus sekali", picture=True))
    assert reply.status == 422 and "Kami hanya dapat menampilkan gambar JPEG" in reply.words


def test_a_form_without_a_proof_or_of_somebody_else_brings_no_picture(town, ada, shop_site, asked):
    ben = town.settle(shop_site, BEN)
    form = terms(ada, SAID, picture=True)
    assert send_file(ben, f"/me/quotes/{asked}", photo(), **form).status == 404
    assert send_file(ada, f"/me/quotes/{asked}", photo(), proof="forged", **form).status == 403
    assert there(town, sa.select(tables.quote_pictures)) == []


def test_where_none_was_asked_for_none_is_taken(town, ada, shop_site):
    quote = ask_for(admin_of(town), ada, SAID)
    assert 'type="file"' not in ada.page().text
    assert "said=quote-given" in send_file(ada, f"/me/quotes/{quote}", photo(), **terms(ada, SAID)).to
    assert quoted(town, shop_site)[0]["picture"] is None and there(town, sa.select(tables.quote_pictures)) == []
    with behind(town.server) as tx:
        tx.execute(sa.delete(tables.quotes))


def test_the_copy_of_everything_has_it(ada, stands):
    [one] = ada.desk.get("/me/everything.json").json["quotes_of_you"]
    assert one["picture"].startswith("data:image/webp;base64,UklGR")


def test_the_letter_says_that_a_picture_is_asked_for(town, ada, asked):
    def found() -> bool:
        return any("You need not add one." in letter for letter in town.letters_to(ada.person.email))

    until(found, what="the letter that asks for a picture")


def test_from_the_question_to_the_picture_and_back_in_a_browser(town, shop_site, chromium, new_page):
    """A photograph that says where it was taken is on the product's page without that, until its owner takes it back."""
    eve = Person("Eve", "eve-in-a-picture@people.test", "e2e2" * 8)
    made = town.settle(shop_site, eve, likes=[LAMP])
    made.shopper.say(made.liked[0], {"why": [{"other": "It glows like a small moon."}]})
    admin = new_page(chromium)
    enter(admin, sign_in_link(town.server, ADMIN))
    admin.goto(f"{town.url}/admin/sites/{shop_site.site}/quotes/new?q=moon")
    admin.get_by_role("link", name="Ask for these words").click()
    admin.get_by_label("No, nothing").check()
    admin.get_by_label("Ask for a picture of them, too").check()
    admin.get_by_role("button", name="Ask them").click()
    own = inside(new_page(chromium, java_script_enabled=False), made)
    own.goto(f"{town.url}/me#quotes")
    own.get_by_label("Name shown with them").fill("Eve M.")
    own.get_by_label("Picture shown with them").set_input_files(
        {"name": "me.jpg", "mimeType": "image/jpeg", "buffer": photo(image=drawn(1200, 900))})
    own.get_by_label("on its web pages").check()
    own.get_by_role("button", name="Allow this").click()
    expect(own.get_by_role("status").filter(has_text="Your words may be shown now.")).to_be_visible()
    expect(own.get_by_role("img", name="Your picture")).to_be_visible()
    [lamp] = there(town, sa.select(tables.products.c.id).where(tables.products.c.key == LAMP["key"]))
    stranger = new_page(chromium)
    stranger.goto(f"{town.url}/said/{shop_site.site}/{lamp.id}")
    picture = stranger.get_by_role("figure").filter(has_text="Eve M.").locator("img")
    expect(picture).to_have_js_property("naturalWidth", 256)
    path = picture.get_attribute("src")
    data = at(town, path).body
    assert not Image.open(io.BytesIO(data)).getexif() and b"Secret" not in data
    own.locator("#quotes").get_by_role("button", name="Take this back").click()
    expect(own.get_by_role("status").filter(has_text="not shown any more")).to_be_visible()
    stranger.reload()
    expect(picture).to_have_count(0)
    assert at(town, path).status == 404 and there(town, sa.select(tables.quote_pictures)) == []
