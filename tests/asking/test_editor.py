"""The editor over HTTP: a save is a new version, a refused one loses nothing, and two admins do not overwrite each other."""

import json
import re

import pytest
from admin.desk import hire, signed_in
from asking.making import fields, said, send

from cast import ADA, BEN, CHAIR, LAMP


@pytest.fixture
def welcome(shop):
    """The path of the first prompt's editor."""
    shop.first = int(re.search(r'id="prompt-(\d+)"', shop.desk.get(shop.list).text)[1])
    return f"{shop.list}/{shop.first}"


def test_a_save_is_a_new_version_and_answers_keep_theirs(shop, welcome):
    liked = shop.visitors[ADA].like(LAMP)
    shop.visitors[ADA].say(liked, {"why": ["look"]})
    changed = {"cards__0__title__en": "Why this one?", "cards__0__options__1__text__en": "Its looks"}
    done = send(shop.desk, welcome, shop.desk.get(welcome), **changed)
    assert (done.status, done.to) == (303, f"{welcome}?done=saved")
    assert "Kept as version 2." in shop.desk.get(done.to).words
    asked = shop.visitors[BEN].like(LAMP)["next_step"]
    assert (asked["version"], asked["cards"][0]["title"]) == (2, "Why this one?")
    assert asked["cards"][0]["options"][1] == {"key": "look", "text": "Its looks"}
    words = shop.desk.get(f"/admin/sites/{shop.site.site}/endorsements").words
    assert "What do you like about it? The look" in words and "Its looks" not in words


def test_saving_what_is_there_makes_no_version(shop, welcome):
    assert send(shop.desk, welcome, shop.desk.get(welcome)).to == f"{welcome}?done=same"
    assert "1 version" in shop.desk.get(welcome).words


def test_a_refused_save_says_why_beside_the_field_and_loses_nothing(shop, welcome):
    typed = {"quota": "lots", "name": "Ünicöde <b>", "cards__0__title__en": "x" * 201, "when__products": "a*\nb"}
    typed["starts_at"] = "soon"
    back = send(shop.desk, welcome, shop.desk.get(welcome), **typed)
    assert back.status == 422 and "Nothing was kept: 3 things are missing or wrong." in back.words
    assert said(back, "quota") == "Must be a whole number." and said(back, "starts_at").startswith("Must be a day like")
    assert said(back, "cards.0.title.en") == "Must have 1 to 200 characters."
    kept = dict(fields(back))
    assert {name: kept[name.replace("__", ".")] for name in typed} == typed
    assert "1 version" in shop.desk.get(welcome).words


def test_adding_and_moving_keeps_nothing_until_it_is_saved(shop, welcome):
    page = send(shop.desk, welcome, shop.desk.get(welcome), do="remove.1", name="Shorter")
    page = send(shop.desk, welcome, page, do="add", new_type="yes_no")
    page = send(shop.desk, welcome, page, do="up.3", cards__3__title__en="Is it a gift?")
    page = send(shop.desk, welcome, page, do="up.2")
    types = [value for name, value in fields(page) if name.endswith(".type")]
    assert page.status == 200 and types == ["multi", "yes_no", "consent", "address"]
    assert dict(fields(page))["name"] == "Shorter"
    assert "Do you have it already?" in shop.desk.get(welcome).text
    assert send(shop.desk, welcome, page).status == 303
    asked = shop.visitors[ADA].like(LAMP)["next_step"]
    assert [card["type"] for card in asked["cards"]] == ["multi", "yes_no", "consent", "address"]


def test_every_language_has_its_field_and_what_is_missing_is_told(shop, welcome):
    page = send(shop.desk, welcome, shop.desk.get(welcome), do="show", more=(("languages", "id"),), cards__0__title__en="Why?")
    assert 'name="cards.0.title.id"' in page.text and "Apa yang Anda suka" in page.text
    refused = send(shop.desk, welcome, page)
    assert refused.status == 422 and said(refused, "cards.0.title.id") == "Write this in Indonesian too."
    assert send(shop.desk, welcome, refused, cards__0__title__id="Mengapa?").status == 303
    step = shop.visitors[ADA].like(LAMP, context={"locale": "id-ID"})["next_step"]
    assert (step["locale"], step["cards"][0]["title"]) == ("id", "Mengapa?")


def test_a_save_over_a_newer_version_is_refused_with_what_changed(shop, welcome):
    hire(shop.server, shop.site.site, email=f"two-{shop.email}", role="editor")
    other = signed_in(shop.server, f"two-{shop.email}")
    mine, theirs = shop.desk.get(welcome), other.get(welcome)
    send(other, welcome, theirs, quota="50")
    met = send(shop.desk, welcome, mine, name="Mine")
    assert met.status == 409 and "somebody saved version 2 in the meantime" in met.words and "quota : – → 50" in met.words
    assert dict(fields(met))["name"] == "Mine" and dict(fields(met))["quota"] == ""
    newest = re.search(r'name="newest" value="(\d+)"', met.text)[1]
    assert send(shop.desk, welcome, met, do="over", more=(("newest", newest),)).to == f"{welcome}?done=saved"
    page = shop.desk.get(welcome)
    assert dict(fields(page))["name"] == "Mine" and "version 3" in page.words


def test_the_same_form_sent_twice_is_one_version(shop, welcome):
    page = shop.desk.get(welcome)
    assert [send(shop.desk, welcome, page, quota="7").to for _ in range(2)] == [f"{welcome}?done=saved", f"{welcome}?done=same"]


def test_a_draft_is_saved_and_started_at_once(shop):
    made = shop.desk.post(shop.list, start="nothing").to.partition("?")[0]
    for prompt_id in re.findall(r'id="prompt-(\d+)"', shop.desk.get(shop.list).text)[:2]:
        shop.desk.post(f"{shop.list}/{prompt_id}/acts", act="pause")
    done = send(shop.desk, made, shop.desk.get(made), do="start", cards__0__title__en="What now?")
    assert done.to == f"{made}?done=started"
    assert shop.visitors[ADA].like(CHAIR)["next_step"]["cards"][0]["title"] == "What now?"


def json_of(page) -> str:
    return dict(fields(page))["flow"]


def test_the_whole_flow_is_read_and_pasted_as_json(shop, welcome):
    flow = json.loads(json_of(shop.desk.get(f"{welcome}/json")))
    assert flow["key"] == "welcome" and len(flow["cards"]) == 4
    done = shop.desk.post(f"{welcome}/json", flow=json.dumps(flow | {"quota": 9}), version=1)
    assert done.to == f"{welcome}/json?done=saved" and dict(fields(shop.desk.get(welcome)))["quota"] == "9"


GOOD = {"key": "welcome", "cards": [{"key": "a", "type": "text", "title": "Why?"}]}
PASTED = [
    ("{", "This is not JSON: look at line 1, column 2."),
    ("[" * 5000, "This is not JSON."),
    ("[]", "Must be an object: {…}."),
    (json.dumps(GOOD | {"colour": 1}), "There is no such field here."),
    (json.dumps(GOOD | {"key": "other"}), "The key stays welcome"),
    (json.dumps(GOOD | {"thanks": {"en": "Thanks", "id": "Terima kasih"}}), "Write this in Indonesian too."),
    (json.dumps(GOOD | {"cards": [GOOD["cards"][0] | {"next": "a"}]}), "Must be end or the key of a later card."),
]


@pytest.mark.parametrize(("text", "sentence"), PASTED, ids=[sentence[:30] for _, sentence in PASTED])
def test_a_wrong_flow_is_told_and_stays_as_it_was_pasted(shop, welcome, text, sentence):
    back = shop.desk.post(f"{welcome}/json", flow=text, version=1)
    assert back.status == 422 and sentence in back.words and json_of(back) == text


def test_a_pasted_flow_over_a_newer_version_is_refused_too(shop, welcome):
    send(shop.desk, welcome, shop.desk.get(welcome), quota="50")
    met = shop.desk.post(f"{welcome}/json", flow=json.dumps(GOOD), version=1)
    assert met.status == 409 and "quota" in met.words and json.loads(json_of(met)) == GOOD


def test_a_long_flow_in_many_languages_goes_through_the_form(shop, welcome):
    """Percent-encoded it is far longer than what the collector takes elsewhere."""
    chosen = tuple(("languages", code) for code in ("ja", "zh", "ko"))
    page = send(shop.desk, welcome, shop.desk.get(welcome), do="show", more=chosen)
    texts = {name: "値段" * 15 for name, _ in fields(page) if re.search(r"\.(en|ja|zh|ko)$", name)}
    done = send(shop.desk, welcome, page, without=tuple(texts), more=tuple(texts.items()))
    assert done.to == f"{welcome}?done=saved"


def test_a_viewer_reads_the_form_and_cannot_send_it(shop, welcome):
    hire(shop.server, shop.site.site, email=f"viewer-{shop.email}", role="viewer")
    viewer = signed_in(shop.server, f"viewer-{shop.email}")
    page = viewer.get(welcome)
    assert "<fieldset class=\"all-of-it\" disabled>" in page.text and "Save" not in page.words
    assert send(viewer, welcome, page, name="Mine").status == 403 == viewer.post(f"{welcome}/json", flow="{}").status


def test_a_deleted_prompt_has_no_editor(shop, welcome):
    shop.desk.post(f"{welcome}/acts", act="delete")
    assert shop.desk.get(welcome).status == 404 == shop.desk.get(f"{welcome}/json").status
