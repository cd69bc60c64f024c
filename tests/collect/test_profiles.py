"""S2: a public profile that somebody leaves is a plain web address or is refused with what to do; it is only claimed."""

import pytest
from collect.making import Door, at_once, refused, taken

from afterlike import tables
from afterlike.collect import REASONS
from cast import ADA, BEN, new_id, profile_link

PROFILES = {
    "a full address": ("https://mastodon.social/@ada", "https://mastodon.social/@ada"),
    "without a scheme": ("instagram.com/ada", "https://instagram.com/ada"),
    "a handle": ("@ada@mastodon.social", "https://mastodon.social/@ada"),
    "spaces around": ("  https://ada.test/  ", "https://ada.test/"),
    "capitals in the host": ("HTTPS://Ada.Test/Me", "https://ada.test/Me"),
    "a look-alike shows its face": ("https://аpple.com/ada", "https://xn--pple-43d.com/ada"),
    "plain http": ("http://ada.test", "http://ada.test/"),
}

HOSTILE = {
    "script": "javascript:alert(1)",
    "script in capitals": "JaVaScRiPt:alert(1)",
    "script with a tab": "java\tscript:alert(1)",
    "script with a line end": "java\nscript:alert(1)",
    "script that looks like a page": "javascript://ada.test/%0aalert(1)",
    "data": "data:text/html,<script>alert(1)</script>",
    "vbscript": "vbscript:msgbox(1)",
    "file": "file:///etc/passwd",
    "blob": "blob:https://ada.test/1",
    "ftp": "ftp://ada.test/",
    "no scheme, two slashes": "//evil.test/ada",
    "user name": "https://mastodon.social@evil.test/",
    "user and password": "https://a:b@evil.test/",
    "backslash": "https:\\\\evil.test",
    "backslash for slash": "https://good.test\\@evil.test",
    "one slash": "https:/evil.test",
    "no host": "https:///ada",
    "markup": "https://ada.test/<script>",
    "quote": 'https://ada.test/"onclick=1',
    "loopback": "http://127.0.0.1/",
    "loopback, short": "http://127.1/",
    "decimal": "http://2130706433/",
    "IPv6": "http://[::1]/",
    "private": "https://10.0.0.1/ada",
    "localhost": "http://localhost/ada",
    "inside": "https://intranet.local/ada",
    "metadata": "http://169.254.169.254/latest",
    "onion": "https://abcdefgh.onion/",
    "empty": " ",
    "words": "I am on Instagram",
    "a mail address": "ada@people.test",
    "right to left": "https://ada.test/\u202egpj",
    "NUL": "https://ada.test/\x00",
    "too long": "https://ada.test/" + "a" * 2000,
    "a little too long": "https://ada.test/" + "a" * 500,
    "port out of range": "https://ada.test:99999/",
}


def claim(door: Door, url: str, visitor: str = ADA, **more) -> dict:
    like = door.press(visitor)["id"]
    return profile_link(site=door.site, like=like, url=url, visitor=visitor, **more)


@pytest.mark.parametrize(("typed", "kept"), PROFILES.values(), ids=PROFILES)
def test_a_profile_is_claimed_as_it_was_meant(any_door, typed, kept):
    body = claim(any_door, typed, name="Ada")
    assert taken(any_door.post("/v1/profile-links", body), 202) == {"id": body["id"], "state": "claimed", "url": kept}
    [row] = any_door.rows(tables.profile_links)
    assert (row.url, row.name, row.state) == (kept, "Ada", "claimed")


@pytest.mark.parametrize("typed", HOSTILE.values(), ids=HOSTILE)
def test_what_must_not_become_a_link_is_refused_with_what_to_do(any_door, typed):
    answer = any_door.post("/v1/profile-links", claim(any_door, typed))
    assert answer.status in (400, 422), str(answer)
    if answer.status == 422:
        assert set(answer.json["errors"]) == {"url"}
    assert any_door.rows(tables.profile_links) == []


def test_one_claim_sent_often_is_one_claim(door):
    body = claim(door, "https://ada.test/")
    for answer in at_once([lambda: door.post("/v1/profile-links", body)] * 30):
        taken(answer, 202)
    assert len(door.rows(tables.profile_links)) == 1
    assert door.kinds() == ["liked", "linked"]


def test_the_same_address_again_is_the_same_claim(door):
    for _ in range(2):
        taken(door.post("/v1/profile-links", claim(door, "https://ada.test/")), 202)
    assert len(door.rows(tables.profile_links)) == 1 and door.kinds() == ["liked", "linked"]


def test_one_id_is_one_claim_of_one_person(door):
    body = claim(door, "https://ada.test/")
    taken(door.post("/v1/profile-links", body), 202)
    refused(door.post("/v1/profile-links", body | {"url": "https://other.test/"}), 409, "conflict")
    bens = claim(door, "https://ada.test/", BEN, id=body["id"])
    refused(door.post("/v1/profile-links", bens), 409, "conflict")


def test_one_person_leaves_a_few_profiles_and_not_a_hundred(door):
    like = door.press()["id"]
    for number in range(5):
        taken(door.post("/v1/profile-links", profile_link(site=door.site, like=like, url=f"https://ada{number}.test/")), 202)
    refused(
        door.post("/v1/profile-links", profile_link(site=door.site, like=like, url="https://ada5.test/")),
        403,
        "too_many_profiles",
    )
    taken(door.post("/v1/profile-links", profile_link(site=door.site, like=like, url="https://ada0.test/")), 202)
    assert len(door.rows(tables.profile_links)) == 5 and "too_many_profiles" in REASONS


def test_two_people_may_claim_one_profile(door):
    for visitor in (ADA, BEN):
        taken(door.post("/v1/profile-links", claim(door, "https://ada.test/", visitor)), 202)
    assert len(door.rows(tables.profile_links)) == 2  # who it is will be found out by the check


def test_a_profile_needs_a_like_of_one_s_own(keeper):
    here, there = keeper.open(), keeper.open()
    body = claim(here, "https://ada.test/")
    there.press()
    for door, other in ((here, {"visitor": BEN}), (here, {"like": new_id()}), (there, {"site": there.site})):
        refused(door.post("/v1/profile-links", body | other), 404, "not_found")
    assert here.rows(tables.profile_links) == there.rows(tables.profile_links) == []
    assert here.rows(tables.endorsers) == []
