"""D7, D8, S15: a like is stored once and answered alike however often it comes; an unlike takes back what was given."""

import pytest
from collect.making import ORIGIN, Keeper, as_bytes, at_once, refused, taken

from afterlike import clock, tables
from cast import ADA, BARE, BEN, CHAIR, CLEO, LAMP, TEAPOT, new_id

TODAY = clock.DAY


def test_a_like_is_counted_and_answered_with_the_first_question(door):
    body = door.body(context={"locale": "id-ID", "placement": "grid", "position": 3, "dwell_ms": 4200})
    told = taken(door.post("/v1/likes", body))
    assert (told["id"], told["liked"], told["count"]) == (body["id"], True, 1)
    assert (told["next_step"]["kind"], told["next_step"]["reason"], told["next_step"]["prompt"]) == ("survey", "due", "welcome")
    assert (told["next_step"]["locale"], told["next_step"]["dir"]) == ("id", "ltr")
    [row] = door.rows(tables.likes)
    assert (row.uuid, row.state, row.source, row.page_url) == (as_bytes(body["id"]), "counted", "widget", LAMP["url"])
    assert (row.locale, row.placement, row.position, row.dwell_ms) == ("id-ID", "grid", 3, 4200)
    assert row.pressed_at == row.liked_at and abs(row.liked_at - clock.now()) < clock.MINUTE
    assert door.kinds() == ["liked"]


PLACES = {"its own page": (LAMP["url"], "product"), "a list": (f"{ORIGIN}/lamps", "card")}


@pytest.mark.parametrize(("page", "place"), PLACES.values(), ids=PLACES)
def test_which_button_it_was_is_told_by_the_addresses(door, page, place):
    taken(door.post("/v1/likes", door.body(page={"url": page}, context={"locale": "en"})))
    taken(door.by_api("POST", "/v1/likes", door.body(page={"url": page}, visitor=BEN, context={"locale": "en"})))
    assert [row.placement for row in door.rows(tables.likes)] == [place, None]


def test_a_page_that_stood_open_for_a_week_counts_as_a_day(door):
    taken(door.post("/v1/likes", door.body(context={"dwell_ms": 7 * 86_400_000})))
    assert [row.dwell_ms for row in door.rows(tables.likes)] == [86_400_000]


@pytest.mark.parametrize(
    "kind", ["application/json", "text/plain", "text/plain;charset=UTF-8", "application/json; charset=utf-8"]
)
def test_json_is_read_under_both_of_its_names(any_door, kind):
    taken(any_door.post("/v1/likes", any_door.body(), Content_Type=kind))


def test_the_secret_of_a_visitor_is_kept_as_a_hash_only(door):
    door.press(ADA)
    [row] = door.rows(tables.visitors)
    assert len(row.hash) == 16
    assert bytes.fromhex(ADA) != row.hash and ADA.encode() not in row.hash


def test_one_browser_is_two_strangers_to_two_sites(keeper):
    here, there = keeper.open(), keeper.open()
    here.press(ADA)
    there.press(ADA)
    assert here.rows(tables.visitors)[0].hash != there.rows(tables.visitors)[0].hash


def test_the_same_like_twice_is_one_like_with_the_same_next_step(door):
    body = door.body()
    first, again = taken(door.post("/v1/likes", body)), taken(door.post("/v1/likes", body))
    assert again == first and first["next_step"]["kind"] == "survey"
    assert len(door.rows(tables.likes)) == 1 and door.kinds() == ["liked"]


def test_the_same_like_a_hundred_times_at_once_is_one_like(door):
    """A visitor and a product that are known already: nothing but the like itself keeps the doubles apart."""
    door.press(ADA, CHAIR)
    door.press(BEN, LAMP)
    body = door.body(ADA, LAMP)
    answers = at_once([lambda: door.post("/v1/likes", body)] * 100)
    told = [taken(answer) for answer in answers]
    assert all(one == told[0] for one in told)
    assert told[0]["count"] == 2
    assert len(door.rows(tables.likes, tables.likes.c.uuid == as_bytes(body["id"]))) == 1
    assert door.kinds() == ["liked"] * 3


def test_a_first_like_a_hundred_times_at_once_is_one_like(door):
    body = door.body()
    told = [taken(answer) for answer in at_once([lambda: door.post("/v1/likes", body)] * 100)]
    assert all(one == told[0] for one in told) and told[0]["next_step"]["kind"] == "survey"
    assert (len(door.rows(tables.likes)), len(door.rows(tables.visitors)), len(door.rows(tables.products))) == (1, 1, 1)


def test_one_visitor_on_a_hundred_tabs_likes_a_product_once(door):
    """S15: the ids differ, the person does not; all are told the one like that lives."""
    door.press(ADA, CHAIR)
    told = [taken(answer) for answer in at_once([lambda: door.post("/v1/likes", door.body())] * 100)]
    assert len({one["id"] for one in told}) == 1 and {one["count"] for one in told} == {1}
    assert len(door.rows(tables.likes)) == 2
    assert door.counts("lamp-1") == {"lamp-1": 1}


def test_likes_and_unlikes_of_one_person_in_a_storm_leave_none_or_one(door):
    """S15 once more, with unlikes among the likes."""
    first = door.press(ADA)["id"]
    calls = [(lambda: door.post("/v1/likes", door.body())) if n % 2 else (lambda: door.unlike(first)) for n in range(100)]
    for answer in at_once(calls):
        assert answer.status == 200, str(answer)
        assert answer.json["count"] in (0, 1)
    live = door.rows(tables.likes, tables.likes.c.unliked_at.is_(None))
    assert len(live) in (0, 1) and door.counts("lamp-1") == {"lamp-1": len(live)}
    assert door.kinds().count("liked") - door.kinds().count("unliked") == len(live)


def test_a_hundred_visitors_at_once_are_a_hundred_likes(door):
    bodies = [door.body(f"{n:032x}") for n in range(100)]
    told = [taken(answer) for answer in at_once([lambda body=body: door.post("/v1/likes", body) for body in bodies])]
    assert sorted(one["count"] for one in told)[-1] == 100
    assert door.counts("lamp-1") == {"lamp-1": 100}
    assert len(door.rows(tables.likes)) == 100


OTHERS = {
    "another product": {"product": CHAIR},
    "another page": {"page": {"url": "https://shop.test/elsewhere"}},
    "another visitor": {"visitor": BEN},
}


@pytest.mark.parametrize("other", OTHERS.values(), ids=OTHERS)
def test_an_id_that_was_used_for_something_else_is_a_conflict(door, other):
    body = door.body()
    first = taken(door.post("/v1/likes", body))
    refused(door.post("/v1/likes", body | other), 409, "conflict")
    assert taken(door.post("/v1/likes", body)) == first
    assert len(door.rows(tables.likes)) == 1
    assert door.counts("lamp-1", "chair-7") == {"lamp-1": 1, "chair-7": 0}


def test_the_same_id_on_another_site_is_another_like(keeper):
    here, there = keeper.open(), keeper.open()
    body = here.body()
    for one in (here, there):
        assert taken(one.post("/v1/likes", body | {"site": one.site}))["count"] == 1
    for one in (here, there):
        [row] = one.rows(tables.likes)
        [entry] = one.rows(tables.journal)
        assert row.uuid == as_bytes(body["id"]) and entry.like_id == row.id


def test_a_second_id_for_the_same_product_gets_the_like_that_lives(door):
    first = door.press()
    second = door.press()
    assert second == {"id": first["id"], "liked": True, "count": 1, "next_step": {"kind": "none", "reason": "already_liked"}}


def test_a_lost_answer_is_given_again_with_the_same_next_step(door):
    """D8: between the two the prompt even got a new version; what was asked stays what was asked."""
    body = door.body()
    first = taken(door.post("/v1/likes", body))
    changed = {"key": "welcome", "cards": [{"key": "new", "type": "text", "title": "Something new?"}]}
    door.ask(changed)
    assert taken(door.post("/v1/likes", body)) == first
    assert door.kinds() == ["liked"]


def test_a_retry_after_the_showing_brings_no_second_showing(door):
    """D8: the flow is shown, the like comes again: the same flow, and the showing is still one."""
    body = door.body()
    step = taken(door.post("/v1/likes", body))["next_step"]
    event = {
        "site": door.site,
        "id": new_id(),
        "visitor": ADA,
        "like": body["id"],
        "prompt": step["prompt"],
        "version": step["version"],
        "event": "shown",
    }
    for _ in range(3):
        taken(door.post("/v1/shown", event))
        assert taken(door.post("/v1/likes", body))["next_step"] == step
    assert len(door.rows(tables.prompt_showings)) == 1
    assert door.rows(tables.prompts)[0].shown == 1
    assert door.kinds() == ["liked", "shown"]


def test_the_count_in_an_answer_is_live(door):
    body = door.body(ADA)
    assert taken(door.post("/v1/likes", body))["count"] == 1
    door.press(BEN)
    assert taken(door.post("/v1/likes", body))["count"] == 2


def test_an_unlike_takes_one_away_once(door):
    like = door.press(ADA)["id"]
    door.press(BEN)
    for _ in range(3):
        assert taken(door.unlike(like)) == {"id": like, "liked": False, "count": 1}
    assert door.kinds() == ["liked", "liked", "unliked"]
    assert [row.state for row in door.rows(tables.likes)] == ["withdrawn", "counted"]


def test_after_an_unlike_a_new_press_is_a_new_like(door):
    first = door.press()["id"]
    taken(door.unlike(first))
    second = door.press()
    assert second["id"] != first and second["count"] == 1
    assert [row.state for row in door.rows(tables.likes)] == ["withdrawn", "counted"]


def test_a_withdrawn_like_that_comes_again_stays_withdrawn(door):
    """A late retry of the first press must not undo the unlike."""
    body = door.body()
    step = taken(door.post("/v1/likes", body))["next_step"]
    taken(door.unlike(body["id"]))
    again = taken(door.post("/v1/likes", body))
    assert again == {"id": body["id"], "liked": False, "count": 0, "next_step": step}


NOT_MINE = {"another visitor's": BEN, "a stranger's": "f" * 32}


@pytest.mark.parametrize("visitor", NOT_MINE.values(), ids=NOT_MINE)
def test_nobody_takes_back_what_another_gave(door, visitor):
    like = door.press(ADA)["id"]
    door.press(BEN, CHAIR)
    refused(door.unlike(like, visitor), 404, "not_found")
    assert door.counts("lamp-1") == {"lamp-1": 1}


def test_a_like_of_another_site_cannot_be_taken_back_here(keeper):
    here, there = keeper.open(), keeper.open()
    like = here.press()["id"]
    there.press()
    refused(there.unlike(like), 404, "not_found")
    assert here.counts("lamp-1") == {"lamp-1": 1}


def test_an_unlike_of_nothing_is_not_found(any_door):
    refused(any_door.unlike(new_id()), 404, "not_found")
    assert set(refused(any_door.unlike("not-an-id"), 422, "shape")["errors"]) == {"id"}


CLOCKS = {
    "a minute ago": (-clock.MINUTE, -clock.MINUTE),
    "a day ago": (-TODAY, -TODAY),
    "29 days ago": (-29 * TODAY, -29 * TODAY),
    "a year ago": (-365 * TODAY, -30 * TODAY),
    "1970": (-60 * 365 * TODAY, -30 * TODAY),
    "four minutes ahead": (4 * clock.MINUTE, 4 * clock.MINUTE),
    "four years ahead": (4 * 365 * TODAY, 5 * clock.MINUTE),
}


@pytest.mark.parametrize(("said", "kept"), CLOCKS.values(), ids=CLOCKS)
def test_the_moment_of_the_press_is_kept_but_never_far_from_ours(any_door, said, kept):
    asked_at = clock.now()
    any_door.press(context={"pressed_at": max(0, asked_at + said)})
    [row] = any_door.rows(tables.likes)
    assert abs(row.pressed_at - (row.liked_at + kept)) < 30 * clock.SECOND
    assert abs(row.liked_at - asked_at) < 30 * clock.SECOND


def test_likes_are_kept_over_a_restart(server, database_url):
    """D7: the same like after a restart is the same like, with the same next step."""
    running = server(database_url=database_url)
    keeper = Keeper("own", running, database_url)
    door = keeper.open()
    body = door.body()
    first = taken(door.post("/v1/likes", body))
    assert running.stop() == 0
    running.start()
    assert taken(door.post("/v1/likes", body)) == first
    assert len(door.rows(tables.likes)) == 1
    keeper.close()


def test_a_server_with_a_key_may_like_for_a_visitor(door):
    body = door.body(source="widget")
    assert taken(door.by_api("POST", "/v1/likes", body, agent="curl/8"))["count"] == 1
    assert door.rows(tables.likes)[0].source == "api"  # whatever the body says of itself


def test_a_product_without_a_key_is_named_by_its_page(door):
    door.press(product=BARE | {"url": "HTTPS://Shop.test:443/mystery?utm_source=x#top"}, page={"url": f"{ORIGIN}/mystery"})
    assert [row.key for row in door.rows(tables.products)] == [BARE["url"]]
    assert door.counts(BARE["url"]) == {BARE["url"]: 1}


def test_two_pages_whose_long_addresses_begin_alike_are_two_products(any_door):
    start = f"{ORIGIN}/{'p' * 250}"
    for number in (1, 2):
        any_door.press(product={"url": f"{start}/{number}"})
    assert len(any_door.rows(tables.products)) == 2


def test_a_product_may_be_liked_by_many_and_a_visitor_may_like_many(door):
    for visitor in (ADA, BEN, CLEO):
        for product in (LAMP, CHAIR, TEAPOT):
            door.press(visitor, product)
    assert door.counts("lamp-1", "chair-7", "teapot") == {"lamp-1": 3, "chair-7": 3, "teapot": 3}
    assert len(door.rows(tables.products)) == 3 and len(door.rows(tables.visitors)) == 3


def test_what_a_newer_client_adds_is_left_aside(any_door):
    body = any_door.body(mood="sunny")
    body["product"]["weight"] = {"kg": 3}
    taken(any_door.post("/v1/likes", body))


def test_a_like_sent_again_is_answered_letter_for_letter(door):
    """As text: to Python 1 is True, to a browser it is not."""
    body = door.body(ADA, LAMP)
    first, second = door.post("/v1/likes", body), door.post("/v1/likes", body)
    assert first.status == second.status == 200
    assert first.body == second.body and b'"liked":true' in second.body
