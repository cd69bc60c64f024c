"""The hosted survey page over HTTP: the same flow without a widget, by a token that is the only key to it."""

import html
import json
import re

import pytest
from collect.making import Door, Keeper
from collect.surveying import COLOURS, MAIL, PHOTOS, Guest, asking, invited, said, token_of

from afterlike import tables
from cast import BARE, CHAIR, LAMP, new_id


def everything(door: Door) -> list:
    """What could change on a site when somebody looks."""
    kept = (tables.answers, tables.prompt_showings, tables.journal, tables.opt_ins, tables.profile_links, tables.endorsers)
    return [door.rows(table) for table in kept]


# The whole way.


def test_a_visitor_answers_agrees_and_leaves_an_address(door):
    guest = invited(door)
    page = guest.get()
    assert (page.status, page.title) == (200, "What do you like about it?")
    assert "You liked Reading lamp" in page.words and "1 of 4" in page.words
    page = guest.go(page, ("choice", "idea"), ("choice", "price"), ("other", "the glow"))
    assert page.title == "Do you have it already?"
    page = guest.go(page, choice="plan")
    assert page.title == "May we write to you?" and page.checked == ["product"]
    news = re.search(r'name="agreed" value="(\w{64})"', page.form)[1]
    page = guest.go(page, agreed=news, topic="brand")
    assert page.title == "Where may we write to?"
    assert "Shop may write to me by e-mail when there is news" in page.words and "personally" not in page.words
    page = guest.go(page, text=" Ada@People.test ")
    assert page.title == "Almost done! Please look into your mailbox and confirm your address."
    assert 'href="https://shop.test/lamp"' in page.text
    assert said(door) == [{"why": ["idea", "price", {"other": "the glow"}], "have": "plan"}]
    assert door.kinds() == ["liked", "shown", "answered", "opted_in"]
    [asked] = door.rows(tables.opt_ins)
    assert (asked.address, asked.method, json.loads(asked.topics)) == (MAIL, "survey_page", [["brand:lumen", "Lumen"]])
    assert [purpose for purpose, *_ in json.loads(asked.consents)] == ["news"]


def test_who_says_no_is_asked_for_no_address(door):
    guest = invited(door)
    page = guest.go(guest.get(f"{guest.path}?at=consent"), do="no")
    assert page.title == "Thank you, that really helps." and door.rows(tables.opt_ins) == []


def test_who_says_no_to_the_address_leaves_none(door):
    guest = invited(door)
    page = guest.get(f"{guest.path}?at=consent")
    page = guest.go(page, agreed=re.search(r'name="agreed" value="(\w{64})"', page.form)[1])
    assert guest.go(page, do="no").title == "Thank you, that really helps." and door.rows(tables.opt_ins) == []


def test_a_profile_is_left(door):
    profile = {"key": "who", "type": "profile"}
    guest = invited(door, asking(profile, kind="profile_link", thanks="Hello!"))
    wrong = guest.fill(guest.get(), text="not an address")
    assert (wrong.status, "public page" in wrong.alert) == (422, True) and 'value="not an address"' in wrong.form
    assert guest.go(wrong, text="instagram.com/ada").title == "Hello!"
    assert guest.go(wrong, text="instagram.com/ada").title == "Hello!"
    assert [row.url for row in door.rows(tables.profile_links)] == ["https://instagram.com/ada"]


def test_a_statement_after_the_address_is_read_before_the_thanks(door):
    consent = {"key": "may", "type": "consent", "boxes": [{"purpose": "follow_up"}]}
    address = {"key": "where", "type": "address", "sent": "Sent!"}
    guest = invited(door, asking(consent, address, {"key": "last", "type": "statement"}, kind="opt_in"))
    page = guest.get()
    page = guest.go(page, agreed=re.search(r'name="agreed" value="(\w{64})"', page.form)[1])
    page = guest.go(page, text=MAIL)
    assert page.title == "About statement"
    assert guest.go(page).title == "Sent!"


# Each kind of card.

CARDS = {
    "single": ({"type": "single", "options": COLOURS}, [("choice", "red")], "red"),
    "single, other": ({"type": "single", "options": COLOURS, "other": {}}, [("choice", "+other"), ("other", "Mauve")],
                      {"other": "Mauve"}),
    "single, only written": ({"type": "single", "options": COLOURS, "other": {}}, [("other", "Mauve")], {"other": "Mauve"}),
    "single, chosen goes before written": ({"type": "single", "options": COLOURS, "other": {}},
                                           [("choice", "red"), ("other", "Mauve")], "red"),
    "multi": ({"type": "multi", "options": COLOURS}, [("choice", "red"), ("choice", "green")], ["red", "green"]),
    "multi, other": ({"type": "multi", "options": COLOURS, "other": {}}, [("choice", "red"), ("other", "Mauve")],
                     ["red", {"other": "Mauve"}]),
    "rating": ({"type": "rating"}, [("choice", "4")], 4),
    "nps": ({"type": "nps", "low": "No", "high": "Yes"}, [("choice", "0")], 0),
    "yes": ({"type": "yes_no"}, [("choice", "yes")], True),
    "no": ({"type": "yes_no"}, [("choice", "no")], False),
    "text": ({"type": "text"}, [("text", "It\r\nglows <b>")], "It\nglows <b>"),
    "price": ({"type": "price", "currency": "JPY"}, [("text", "1.299,5 ")], {"amount": "1299.5", "currency": "EUR"}),
    "price, whole": ({"type": "price", "currency": "JPY"}, [("text", "€ 12")], {"amount": "12", "currency": "EUR"}),
    "price, Arabic": ({"type": "price", "currency": "JPY"}, [("text", "١٢٫٥٠")], {"amount": "12.50", "currency": "EUR"}),
    "pictures": ({"type": "pictures", "options": PHOTOS}, [("choice", "green")], "green"),
    "some pictures": ({"type": "pictures", "options": PHOTOS, "multiple": True},
                      [("choice", "green"), ("choice", "red")], ["green", "red"]),
}


@pytest.mark.parametrize(("card", "given", "kept"), CARDS.values(), ids=CARDS)
def test_each_kind_of_card_is_a_plain_form(any_door, card, given, kept):
    guest = invited(any_door, asking({"key": "a"} | card, {"key": "b", "type": "text"}))
    page = guest.get()
    assert page.title == f"About {card['type']}" and "<script" not in page.text and "style=" not in page.text
    assert guest.go(page, *given).title == "About text"
    assert said(any_door) == [{"a": kept}]
    again = guest.get(f"{guest.path}?at=a")
    shown = [*again.checked, *re.findall(r'name="(?:text|other)"[^>]*value="([^"]+)"', again.form)]
    chosen = [value for name, value in given if name == "choice"]
    assert set(chosen) <= set(shown)
    assert guest.go(again, *[("choice", value) for value in again.checked], text="x", do="skip").title == "About text"
    assert said(any_door) == [{"a": kept}]


UNFIT = {
    "nothing": ({"type": "single", "options": COLOURS, "required": True}, [], "Please answer first."),
    "nothing written": ({"type": "text", "required": True}, [("text", " ")], "Please answer first."),
    "skipping what is required": ({"type": "nps", "required": True}, [("do", "skip")], "Please answer first."),
    "too many": ({"type": "multi", "options": COLOURS, "max": 1}, [("choice", "red"), ("choice", "green")],
                 "Please choose at most 1."),
    "another choice": ({"type": "single", "options": COLOURS}, [("choice", "mauve")], "This does not fit here."),
    "other where there is none": ({"type": "single", "options": COLOURS}, [("choice", "+other")], "This does not fit here."),
    "another number": ({"type": "rating"}, [("choice", "6")], "This does not fit here."),
    "no number": ({"type": "rating"}, [("choice", "²")], "This does not fit here."),
    "too long": ({"type": "text", "max": 3}, [("text", "four")], "This does not fit here."),
    "NUL": ({"type": "text"}, [("text", "a\0")], "This does not fit here."),
    "no amount": ({"type": "price", "currency": "EUR"}, [("text", "a lot")], "Please write an amount, like 12.50."),
    "an address for a picture": ({"type": "pictures", "options": PHOTOS}, [("choice", "https://shop.test/red.jpg")],
                                 "This does not fit here."),
}


@pytest.mark.parametrize(("card", "given", "sentence"), UNFIT.values(), ids=UNFIT)
def test_what_does_not_fit_is_told_at_the_card_and_nothing_is_lost(any_door, card, given, sentence):
    guest = invited(any_door, asking({"key": "a"} | card))
    page = guest.fill(guest.get(), *given)
    assert page.status == 422 and page.alert.startswith(sentence)
    assert page.title == f"About {card['type']}" and said(any_door) == []
    written = [value for name, value in given if name == "text" and value.strip() and "\0" not in value]
    assert all(html.escape(value) in page.form for value in written)
    assert any_door.kinds() == ["liked", "shown"]


def test_a_finer_price_than_the_currency_is_told_so(any_door):
    guest = invited(any_door, asking({"key": "a", "type": "price", "currency": "JPY"}), product=BARE)
    assert guest.fill(guest.get(), text="12,5").alert == "Please write an amount, like 12.50."


def test_no_box_is_ticked_beforehand_and_one_is_needed(any_door):
    guest = invited(any_door)
    page = guest.get(f"{guest.path}?at=consent")
    assert page.checked == ["product"] and page.form.count('name="agreed"') == 2
    wrong = guest.fill(page, topic="all")
    assert (wrong.status, wrong.alert) == (422, "Tick what you would like, or press “No, thank you”.")
    assert wrong.checked == ["all"]


WRONG_ADDRESSES = [
    "", "ada", "ada@", "@people.test", "a b@people.test", "ada@people.test\nBcc: x@y.test", "a" * 400 + "@people.test",
]


@pytest.mark.parametrize("typed", WRONG_ADDRESSES, ids=range(len(WRONG_ADDRESSES)))
def test_an_address_that_cannot_be_one_is_told_so(any_door, typed):
    guest = invited(any_door)
    page = guest.get(f"{guest.path}?at=consent")
    page = guest.go(page, agreed=re.search(r'name="agreed" value="(\w{64})"', page.form)[1])
    wrong = guest.fill(page, text=typed)
    assert wrong.status == 422 and wrong.alert.startswith("This does not look like an e-mail address.")
    assert dict(wrong.hidden)["agreed"] == dict(page.hidden)["agreed"] and any_door.rows(tables.opt_ins) == []
    assert guest.go(wrong, text=MAIL).title.startswith("Almost done!")


def test_who_fills_in_what_people_do_not_see_is_told_the_same_and_not_kept(any_door):
    guest = invited(any_door)
    page = guest.get(f"{guest.path}?at=consent")
    page = guest.go(page, agreed=re.search(r'name="agreed" value="(\w{64})"', page.form)[1])
    assert guest.go(page, text=MAIL, website="https://spam.test").title.startswith("Almost done!")
    assert any_door.rows(tables.opt_ins) == []


def test_an_address_sent_twice_is_one_opt_in(any_door):
    guest = invited(any_door)
    page = guest.get(f"{guest.path}?at=consent")
    page = guest.go(page, agreed=re.search(r'name="agreed" value="(\w{64})"', page.form)[1])
    for address in (MAIL, MAIL.upper(), "ben@people.test"):
        guest.go(page, text=address)
    assert [row.address for row in any_door.rows(tables.opt_ins)] == [MAIL, "ben@people.test"]


def test_an_address_is_asked_for_only_after_a_box_was_ticked(any_door):
    guest = invited(any_door)
    for way in ("", "&agreed=", f"&agreed={'0' * 64}", "&agreed=news"):
        assert guest.get(f"{guest.path}?at=address{way}").title == "May we write to you?"
    forged = guest.fill(guest.get(), at="address", text=MAIL)
    assert forged.status == 303 and any_door.rows(tables.opt_ins) == []


# Ways through a flow.


def test_jumps_are_followed(any_door):
    parts = [
        {"key": "a", "type": "yes_no", "next_yes": "c"},
        {"key": "b", "type": "single", "options": COLOURS},
        {"key": "c", "type": "text", "next": "end"},
        {"key": "d", "type": "statement"},
    ]
    flow = asking(*parts, thanks="The end")
    flow["cards"][1]["options"] = [COLOURS[0] | {"next": "d"}, COLOURS[1] | {"next": "end"}, COLOURS[2]]
    guest = invited(any_door, flow)
    first = guest.get()
    assert guest.go(first, choice="yes").title == "About text"
    second = guest.go(first, choice="no")
    assert second.title == "About single"
    assert guest.go(second, choice="red").title == "About statement"
    assert guest.go(second, choice="blue").title == "The end"
    assert guest.go(second, do="skip").title == "About text"
    assert guest.go(guest.get(f"{guest.path}?at=c"), text="x").title == "The end"


def test_answers_are_one_row_however_often_and_in_what_order_they_come(any_door):
    guest = invited(any_door)
    page = guest.get()
    guest.go(page, choice="idea")
    guest.go(page, choice="look")
    guest.go(guest.get(f"{guest.path}?at=have"), choice="own")
    assert said(any_door) == [{"why": ["look"], "have": "own"}]
    guest.go(page)
    assert said(any_door) == [{"why": [], "have": "own"}]
    assert any_door.kinds() == ["liked", "shown", "answered"]
    assert any_door.rows(tables.prompts)[0].shown == 1


def test_who_skips_everything_says_nothing(any_door):
    guest = invited(any_door)
    page = guest.go(guest.go(guest.get(), do="skip"), do="skip")
    assert page.title == "May we write to you?"
    assert any_door.kinds() == ["liked", "shown"] and said(any_door) == []


def test_skipping_the_last_question_ends_the_answers(any_door):
    guest = invited(any_door)
    guest.go(guest.go(guest.get(), choice="idea"), do="skip")
    assert [row.done for row in any_door.rows(tables.answers)] == [1] and any_door.kinds()[-1] == "answered"


def test_looking_changes_nothing(any_door):
    guest = invited(any_door)
    before = everything(any_door)
    for at in ("why", "have", "consent", "address", "end", "nowhere"):
        for method in ("GET", "HEAD"):
            assert any_door.send(method, f"{guest.path}?at={at}", origin=None).status == 200
    assert everything(any_door) == before


def test_a_like_without_a_flow_has_a_friendly_page(any_door):
    any_door.ask({"key": "ours", "cards": [{"key": "a", "type": "text", "title": "?"}], "when": {"products": ["nothing"]}})
    guest = invited(any_door)
    page = guest.get()
    assert (page.status, page.title) == (200, "Thank you for your like!") and "https://shop.test/lamp" in page.text
    assert guest.fill(page, at="why").to.endswith("?at=end")


def test_the_flow_stays_the_one_that_was_frozen_with_the_like(any_door):
    guest = invited(any_door)
    any_door.ask({"key": "welcome", "cards": [{"key": "new", "type": "text", "title": "Something new?"}]})
    assert guest.get().title == "What do you like about it?"


def test_the_page_speaks_the_visitors_language(any_door):
    guest = invited(any_door, context={"locale": "id-ID"})
    page = guest.get(Accept_Language="en")
    assert page.title == "Apa yang Anda suka dari produk ini?" and '<html lang="id"' in page.text
    other = invited(any_door, product=CHAIR, visitor="be00" * 8)
    assert other.get(Accept_Language="id").title == "Apa yang Anda suka dari produk ini?"
    assert other.get(Accept_Language="sv").title == "What do you like about it?"


def test_a_flow_from_right_to_left_is_marked_so(any_door):
    guest = invited(any_door, asking({"key": "a", "type": "text", "title": {"ar": "لماذا؟"}}))
    assert 'lang="ar" dir="rtl"' in guest.get().text


def test_what_a_shop_and_a_visitor_wrote_is_text(any_door):
    evil = "<script>alert(1)</script>"
    flow = asking({"key": "a", "type": "multi", "title": evil, "help": evil, "other": {"text": evil}, "max": 1,
                   "options": [{"key": "x", "text": evil}, {"key": "y", "text": '"><b onclick=1>'}]})
    guest = invited(any_door, flow, product=LAMP | {"title": evil})
    page = guest.get()
    wrong = guest.fill(page, ("choice", "x"), ("choice", "y"), ("other", f'"{evil}'))
    for shown in (page, wrong):
        assert "<script" not in shown.text and "<b on" not in shown.text
    assert wrong.status == 422


# Who may.


def test_a_token_is_good_for_thirty_days(any_door):
    like_id = any_door.press()["id"]
    assert Guest(any_door, token_of(any_door, like_id, days_ago=29.9)).get().status == 200
    old = Guest(any_door, token_of(any_door, like_id, days_ago=30.1))
    for page in (old.get(), old.fill(old.get(), at="why", choice="idea")):
        assert (page.status, page.title) == (410, "This link is too old")
    assert said(any_door) == []


def test_a_forged_token_leads_nowhere(any_door):
    like_id = any_door.press()["id"]
    token, other = token_of(any_door, like_id), token_of(any_door, new_id())
    for forged in (token[:-2] + "xx", token[1:], "a", "a.b.c", "%00", "%C3%A9", other, token.upper()):
        page = Guest(any_door, forged).get()
        assert (page.status, page.title) == (404, "This link is not complete")
        assert Guest(any_door, forged).fill(page, at="why", choice="idea").status == 404
    assert said(any_door) == []


def test_a_token_acts_for_its_own_like_only(any_door):
    guest, other = invited(any_door), invited(any_door, visitor="be00" * 8)
    guest.go(guest.get(), choice="idea")
    assert other.get().checked == []
    other.go(other.get(), choice="look")
    assert said(any_door) == [{"why": ["idea"]}, {"why": ["look"]}]


def test_over_the_limit_a_visitor_is_told_to_wait(server):
    running = server(limit_visitor="2/minute")
    door = Keeper("own", running, f"sqlite:///{running.home / 'afterlike.db'}").open()
    guest = Guest(door, token_of(door, door.press()["id"]))
    page = guest.get()
    assert guest.fill(page, choice="idea").status == 303
    told = guest.fill(page, choice="idea")
    assert (told.status, told.title) == (429, "Too many tries. Wait a few minutes and try again.")
    assert int(told.answer.headers["Retry-After"]) > 0
    door.keeper.close()
