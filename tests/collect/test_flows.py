"""Flows over the wire: one a visit, answers saved as they come, showings counted once, nobody answers for another."""

import json

import pytest
from collect.making import Door, as_bytes, at_once, refused, taken

from afterlike import clock, tables
from cast import ADA, BEN, CHAIR, LAMP, TEAPOT, answers, new_id, shown

NO_MORE = {"kind": "none"}


def pressed(door: Door, visitor: str = ADA, product: dict = LAMP) -> tuple[str, dict]:
    told = door.press(visitor, product)
    return told["id"], told["next_step"]


def words(door: Door, like: str, said: dict, **more) -> dict:
    return answers(site=door.site, like=like, said=said, **{"prompt": "welcome", "version": 1} | more)


def said(door: Door) -> list[dict]:
    return [json.loads(row.said) for row in door.rows(tables.answers)]


# Answers.


def test_answers_are_added_up_under_their_id(door):
    like, _ = pressed(door)
    body = words(door, like, {"why": ["idea"]}, done=False)
    assert taken(door.post("/v1/answers", body)) == {"id": body["id"], "saved": True}
    taken(door.post("/v1/answers", body | {"answers": {"have": "own"}}))
    taken(
        door.send(
            "PUT",
            f"/v1/answers/{body['id']}?site={door.site}",
            {"visitor": ADA, "answers": {"why": ["look", {"other": "the smell"}]}, "done": True},
        )
    )
    assert said(door) == [{"why": ["look", {"other": "the smell"}], "have": "own"}]
    assert door.kinds() == ["liked", "answered"]


def test_an_answer_sent_again_is_one_answer(door):
    like, _ = pressed(door)
    body = words(door, like, {"why": ["idea"], "have": "own"})
    for _ in range(3):
        taken(door.post("/v1/answers", body))
    assert len(door.rows(tables.answers)) == 1
    assert door.kinds() == ["liked", "answered"]
    assert len(door.rows(tables.endorsers)) == 1


def test_the_same_first_answer_many_times_at_once_is_one_answer(door):
    like, _ = pressed(door)
    body = words(door, like, {"why": ["idea"]})
    for answer in at_once([lambda: door.post("/v1/answers", body)] * 40):
        taken(answer)
    assert said(door) == [{"why": ["idea"]}]
    assert door.kinds() == ["liked", "answered"] and len(door.rows(tables.endorsers)) == 1


def test_answers_to_several_cards_at_once_all_stay(door):
    like, _ = pressed(door)
    body = words(door, like, {}, done=False)
    parts = [{"why": ["price"]}, {"have": "plan"}] * 10
    for answer in at_once([lambda part=part: door.post("/v1/answers", body | {"answers": part}) for part in parts]):
        taken(answer)
    assert said(door) == [{"why": ["price"], "have": "plan"}]


def test_done_stays_done(door):
    like, _ = pressed(door)
    body = words(door, like, {"why": ["idea"]})
    taken(door.post("/v1/answers", body))
    taken(door.post("/v1/answers", body | {"done": False}))
    assert [row.done for row in door.rows(tables.answers)] == [1]


def test_whoever_answers_becomes_an_endorser_once(door):
    for product in (LAMP, CHAIR):
        like, _ = pressed(door, ADA, product)
        taken(door.post("/v1/answers", words(door, like, {"have": "own"})))
    assert len(door.rows(tables.endorsers)) == 1
    assert door.rows(tables.visitors)[0].endorser_id == door.rows(tables.endorsers)[0].id


WRONG = {
    "no such card": ({"colour": "red"}, "answers.colour"),
    "no such option": ({"have": "sold"}, "answers.have"),
    "a list for one": ({"have": ["own"]}, "answers.have"),
    "a text for many": ({"why": "idea"}, "answers.why"),
    "twice the same": ({"why": ["idea", "idea"]}, "answers.why"),
    "the profile is no answer": ({"profile": "https://social.test/@ada"}, "answers.profile"),
    "null": ({"have": None}, "answers.have"),
}


@pytest.mark.parametrize(("given", "field"), WRONG.values(), ids=WRONG)
def test_an_answer_that_does_not_fit_its_question_is_refused_by_field(door, given, field):
    like, _ = pressed(door)
    told = refused(door.post("/v1/answers", words(door, like, given)), 422, "shape")
    assert list(told["errors"]) == [field]
    assert said(door) == [] and door.kinds() == ["liked"]


def test_a_wrong_answer_leaves_the_earlier_ones_alone(door):
    like, _ = pressed(door)
    body = words(door, like, {"have": "own"})
    taken(door.post("/v1/answers", body))
    refused(door.post("/v1/answers", body | {"answers": {"have": "sold"}}), 422, "shape")
    assert said(door) == [{"have": "own"}]


def test_an_answer_needs_a_like_of_one_s_own(keeper):
    here, there = keeper.open(), keeper.open()
    like, _ = pressed(here)
    pressed(here, BEN)
    pressed(there)
    for door, visitor, about in ((here, BEN, like), (there, ADA, like), (here, ADA, new_id()), (here, "f" * 32, like)):
        refused(door.post("/v1/answers", words(door, about, {"have": "own"}, visitor=visitor)), 404, "not_found")
    assert said(here) == said(there) == []


def test_an_answer_needs_a_prompt_of_this_site(door):
    like, _ = pressed(door)
    for other in ({"prompt": "farewell"}, {"version": 2}, {"version": 0}):
        refused(door.post("/v1/answers", words(door, like, {"have": "own"}) | other), 404, "not_found")


def test_nobody_changes_another_s_answers(door):
    like, _ = pressed(door)
    theirs, _ = pressed(door, BEN)
    body = words(door, like, {"have": "own"})
    taken(door.post("/v1/answers", body))
    refused(door.post("/v1/answers", body | {"visitor": BEN, "like": theirs}), 409, "conflict")
    refused(
        door.send("PUT", f"/v1/answers/{body['id']}?site={door.site}", {"visitor": BEN, "answers": {"have": "wish"}}),
        409,
        "conflict",
    )
    assert said(door) == [{"have": "own"}]


def test_an_id_of_answers_belongs_to_one_like_and_one_prompt(door):
    like, _ = pressed(door)
    other, _ = pressed(door, ADA, CHAIR)
    body = words(door, like, {"have": "own"})
    taken(door.post("/v1/answers", body))
    for differs in ({"like": other}, {"prompt": "farewell"}, {"version": 2}):
        refused(door.post("/v1/answers", body | differs), 409, "conflict")


def test_the_first_words_need_to_say_what_they_answer(door):
    pressed(door)
    refused(
        door.send("PUT", f"/v1/answers/{new_id()}?site={door.site}", {"visitor": ADA, "answers": {"have": "own"}}),
        404,
        "not_found",
    )


def test_answers_to_an_old_version_are_checked_by_what_was_asked_then(door):
    like, step = pressed(door)
    door.ask({"key": "welcome", "cards": [{"key": "new", "type": "text", "title": "Something new?"}]})
    taken(door.post("/v1/answers", words(door, like, {"have": "own"}, version=step["version"])))
    refused(door.post("/v1/answers", words(door, like, {"have": "own"}, version=2)), 422, "shape")


# Showings.


def event(door: Door, like: str, what: str = "shown", **more) -> dict:
    return shown(site=door.site, like=like, prompt="welcome", version=1, event=what, **more)


@pytest.mark.parametrize(
    ("first", "then", "state", "kinds"),
    [
        ("shown", "dismissed", "dismissed", ["shown", "dismissed"]),
        ("shown", "snoozed", "snoozed", ["shown", "dismissed"]),
        ("dismissed", "shown", "dismissed", ["shown", "dismissed"]),
    ],
    ids=["closed", "put off", "in the wrong order"],
)
def test_a_showing_moves_on_under_its_id_and_counts_once(door, first, then, state, kinds):
    like, _ = pressed(door)
    body = event(door, like, first)
    for what in (first, first, then, then):
        assert taken(door.post("/v1/shown", body | {"event": what})) == {"id": body["id"]}
    assert [row.state for row in door.rows(tables.prompt_showings)] == [state]
    assert door.rows(tables.prompts)[0].shown == 1
    assert door.kinds() == ["liked", *kinds]


def test_one_showing_many_times_at_once_counts_once(door):
    like, _ = pressed(door)
    body = event(door, like)
    for answer in at_once([lambda: door.post("/v1/shown", body)] * 40):
        taken(answer)
    assert door.rows(tables.prompts)[0].shown == 1 and door.kinds() == ["liked", "shown"]


def test_a_showing_belongs_to_one_visitor(keeper):
    here, there = keeper.open(), keeper.open()
    like, _ = pressed(here)
    bens, _ = pressed(here, BEN)
    pressed(there)
    body = event(here, like)
    taken(here.post("/v1/shown", body))
    refused(here.post("/v1/shown", body | {"visitor": BEN, "like": bens}), 409, "conflict")
    refused(here.post("/v1/shown", event(here, like, visitor=BEN)), 404, "not_found")
    refused(there.post("/v1/shown", event(there, like)), 404, "not_found")
    refused(here.post("/v1/shown", event(here, like) | {"version": 9}), 404, "not_found")
    assert here.rows(tables.prompts)[0].shown == 1 and here.kinds() == ["liked", "liked", "shown"]


# What comes next.


def reasons(door: Door, *presses: tuple[str, dict]) -> list[tuple[str, str]]:
    steps = [pressed(door, *press)[1] for press in presses]
    return [(step["kind"], step["reason"]) for step in steps]


def test_one_prompt_a_visit(door):
    assert reasons(door, (ADA, LAMP), (ADA, CHAIR), (BEN, LAMP)) == [
        ("survey", "due"),
        ("none", "one_a_visit"),
        ("survey", "due"),
    ]


def test_what_was_answered_is_not_asked_again(door):
    door.pause("meet")
    like, _ = pressed(door)
    taken(door.post("/v1/answers", words(door, like, {"have": "own"})))
    assert reasons(door, (ADA, CHAIR)) == [("none", "answered")]
    door.change(tables.visitors, first_seen_at=0)
    with door.keeper.engine.begin() as tx:
        tx.execute(tables.prompt_turns.update().values(answered_at=1, shown_at=1, handed_at=1))
    assert reasons(door, (ADA, TEAPOT)) == [("none", "answered")]


def test_what_was_put_off_rests(door):
    door.pause("meet")
    like, _ = pressed(door)
    taken(door.post("/v1/shown", event(door, like, "snoozed")))
    assert reasons(door, (ADA, CHAIR)) == [("none", "snoozed")]


def test_what_was_seen_rests(door):
    door.pause("meet")
    like, _ = pressed(door)
    taken(door.post("/v1/shown", event(door, like)))
    assert reasons(door, (ADA, CHAIR)) == [("none", "recontact")]


def test_a_visitor_who_likes_again_another_day_is_asked_who_they_are(door):
    like, _ = pressed(door)
    taken(door.post("/v1/shown", event(door, like)))
    assert reasons(door, (ADA, CHAIR)) == [("none", "cooldown")]
    two_days_ago = clock.now() - 2 * clock.DAY
    with door.keeper.engine.begin() as tx:
        tx.execute(tables.prompt_turns.update().values(shown_at=two_days_ago, handed_at=two_days_ago))
    _, step = pressed(door, ADA, TEAPOT)
    assert (step["kind"], step["prompt"], step["cards"][0]["type"]) == ("profile_link", "meet", "profile")


def test_consent_asks_for_this_site_and_this_product(door):
    with door.keeper.engine.begin() as tx:
        tx.execute(tables.sites.update().where(tables.sites.c.id == door.known.id).values(privacy_url="https://shop.test/privacy"))
    _, step = pressed(door)
    consent = step["cards"][2]
    assert consent["boxes"][0]["text"] == "Shop may write to me by e-mail when there is news about what I choose here."
    assert [option["text"] for option in consent["topics"]["options"]] == [
        "Only this product", "More like it: Light", "Everything by Lumen", "Everything new"]
    assert consent["privacy"] == {"url": "https://shop.test/privacy", "text": "Privacy"}


def test_a_quota_is_the_number_of_showings(door):
    door.ask({"key": "few", "cards": [{"key": "a", "type": "text", "title": "A?"}], "quota": 2})
    visitors = [f"{number:032x}" for number in range(4)]
    told = []
    for visitor in visitors:
        like, step = pressed(door, visitor)
        told.append(step["kind"])
        if step["kind"] == "survey":
            taken(door.post("/v1/shown", event(door, like, visitor=visitor) | {"prompt": "few"}))
    assert told == ["survey", "survey", "none", "none"]


def test_a_flow_is_for_its_products_only(door):
    door.ask(
        {
            "key": "chairs",
            "cards": [{"key": "a", "type": "text", "title": "What of {product}?"}],
            "when": {"products": ["chair*"]},
        }
    )
    assert reasons(door, (ADA, LAMP), (BEN, LAMP)) == [("none", "product")] * 2
    _, step = pressed(door, ADA, CHAIR)
    assert step["cards"][0]["title"] == "What of Oak chair?"


def test_a_redirect_carries_the_signed_like(door):
    door.ask({"key": "away", "kind": "redirect", "cards": [], "url": "https://shop.test/ask?a=1#form"})
    like, step = pressed(door)
    start, token = step["url"].split("afterlike=")
    assert (step["kind"], start, token.partition("#")[2]) == ("redirect", "https://shop.test/ask?a=1&", "form")
    assert like not in start and len(token) > 60


def test_a_site_without_prompts_says_thanks_to_nobody(door):
    door.change(tables.prompts, state="paused")
    assert reasons(door, (ADA, LAMP)) == [("none", "no_prompt")]


def test_the_questions_come_in_the_visitor_s_language(door):
    told = door.press(BEN, CHAIR, context={"locale": "id"})
    assert told["next_step"]["locale"] == "id"
    assert (
        told["next_step"]["cards"][0]["title"]
        != door.press(ADA, CHAIR, context={"locale": "en"})["next_step"]["cards"][0]["title"]
    )


def test_a_like_that_was_taken_back_does_not_bring_the_flow_again(door):
    like, _ = pressed(door)
    taken(door.unlike(like))
    again, step = pressed(door)
    assert again != like and step == NO_MORE | {"reason": "one_a_visit"}
    assert [row.uuid for row in door.rows(tables.likes)] == [as_bytes(like), as_bytes(again)]


def test_a_visitor_who_comes_back_a_day_later_is_a_returning_one(door):
    door.ask({"key": "back", "cards": [{"key": "a", "type": "text", "title": "Back?"}], "when": {"visitors": "returning"}})
    assert reasons(door, (ADA, LAMP)) == [("none", "visitors")]
    door.change(tables.visitors, first_seen_at=clock.now() - clock.DAY)
    assert reasons(door, (ADA, CHAIR)) == [("survey", "due")]
