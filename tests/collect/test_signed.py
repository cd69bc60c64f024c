"""The signed like, given away and asked about: by a shop's own server, and by nobody else."""

import re
from urllib.parse import parse_qs, parse_qsl, urlsplit

from collect.making import refused, taken
from collect.surveying import Form, Guest, token_of

from afterlike import tables
from cast import BARE, CHAIR, LAMP, answers, new_id


def test_a_redirect_carries_the_page_to_return_to(any_door):
    any_door.ask({"key": "away", "kind": "redirect", "cards": [], "url": "https://shop.test/ask?a=1#form"})
    page = "https://shop.test/lamp?size=2&colour=warm%20white#top"
    told = any_door.press(page={"url": page})["next_step"]["url"]
    parts = urlsplit(told)
    asked = dict(parse_qsl(parts.query, strict_parsing=True))
    kept = any_door.rows(tables.likes)[0].page_url
    assert asked.keys() == {"a", "afterlike", "afterlike_return"} and parts.fragment == "form"
    assert asked["afterlike_return"] == kept


def test_a_like_by_a_server_brings_the_page_of_its_questions(any_door):
    told = taken(any_door.by_api("POST", "/v1/likes", any_door.body()))["next_step"]
    assert told["page"].startswith(f"{any_door.url}/s/")
    assert Form(any_door.send("GET", urlsplit(told["page"]).path, origin=None)).title == "What do you like about it?"
    again = taken(any_door.by_api("POST", "/v1/likes", any_door.body(product=CHAIR)))["next_step"]
    assert again["kind"] == "none" and "page" not in again
    assert "page" not in any_door.press("be00" * 8)["next_step"]


def test_a_shops_server_asks_about_a_signed_like(door):
    like_id = door.press()["id"]
    token = token_of(door, like_id)
    told = taken(door.by_api("GET", f"/v1/likes/{token}"))
    assert re.fullmatch(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", told.pop("liked_at"))
    assert told == {
        "id": like_id, "site": door.site, "liked": True, "product": {"key": "lamp-1", "url": LAMP["url"], "title": LAMP["title"]},
        "page": {"url": LAMP["url"]}, "source": "widget", "answered": False,
    }
    taken(door.post("/v1/answers", answers(site=door.site, like=like_id, prompt="welcome", version=1, said={"have": "own"})))
    taken(door.unlike(like_id))
    told = taken(door.by_api("GET", f"/v1/likes/{token}"))
    assert (told["answered"], told["liked"]) == (True, False)


def test_the_token_of_a_redirect_is_the_one_that_can_be_asked_about(any_door):
    any_door.ask({"key": "away", "kind": "redirect", "cards": [], "url": "https://shop.test/ask"})
    like = any_door.press(product=BARE)
    [token] = parse_qs(urlsplit(like["next_step"]["url"]).query)["afterlike"]
    told = taken(any_door.by_api("GET", f"/v1/likes/{token}"))
    assert (told["id"], told["product"]["title"]) == (like["id"], None)
    assert Guest(any_door, token).get().title == "Thank you for your like!"


def test_only_the_sites_own_key_may_ask(sqlite_keeper):
    here, there = sqlite_keeper.open(), sqlite_keeper.open()
    like_id = here.press()["id"]
    token = token_of(here, like_id)
    for key in (None, "", "alk_nothing", "Basic"):
        headers = {} if key is None else {"Authorization": f"Bearer {key}"}
        refused(here.send("GET", f"/v1/likes/{token}", origin=None, **headers), 401, "api_key")
        refused(here.send("GET", f"/v1/likes/{token}", **headers), 401, "api_key")
    theirs = there.by_api("GET", f"/v1/likes/{token}")
    forged = here.by_api("GET", f"/v1/likes/{token[:-2]}xx")
    old = here.by_api("GET", f"/v1/likes/{token_of(here, like_id, days_ago=31)}")
    missing = here.by_api("GET", f"/v1/likes/{token_of(here, new_id())}")
    assert len({(one.status, one.body) for one in (theirs, forged, old, missing)}) == 1
    refused(theirs, 404, "not_found")
