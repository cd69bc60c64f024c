"""D15: what was sent is what was stored plus what was dropped by a counted reason, exactly."""

import random

import pytest
from collect.making import Door, Keeper, at_once, taken

from afterlike import tables
from afterlike.collect import REASONS
from cast import ADA, CHAIR, LAMP, new_id, order, visit
from parts.fetch import sent
from parts.programs import until

FINE, BOT = "stored", "curl/8"


def bag(door: Door, number: int) -> list[tuple]:
    """One of each: what becomes of it, and the call; `number` makes it somebody's own."""
    visitor, twice = f"{number:032x}", door.body(f"{number + 5000:032x}")
    good = door.body(visitor)
    return [
        (FINE, lambda: door.post("/v1/likes", good)),
        (FINE, lambda: door.by_api("POST", "/v1/likes", door.body(visitor, CHAIR))),
        (FINE, lambda: door.post("/v1/likes", twice)),
        ("duplicate", lambda: door.post("/v1/likes", twice)),
        ("size", lambda: door.post("/v1/likes", b" " * 40_000)),
        ("content_type", lambda: door.post("/v1/likes", door.body(visitor), Content_Type="text/html")),
        ("malformed", lambda: door.post("/v1/likes", b"{")),
        ("shape", lambda: door.post("/v1/likes", door.body("short"))),
        ("origin", lambda: door.post("/v1/likes", door.body(visitor), origin="https://evil.test")),
        ("api_key", lambda: door.post("/v1/likes", door.body(visitor), origin=None)),
        ("foreign_url", lambda: door.post("/v1/likes", door.body(visitor, LAMP | {"url": "https://evil.test/"}))),
        ("bot", lambda: door.post("/v1/likes", door.body(visitor), agent=BOT)),
        ("unknown_site", lambda: door.post("/v1/likes", door.body(visitor, site="nobody"))),
    ]


NOBODY_S = ("size", "malformed", "content_type", "unknown_site")  # refused before anybody can say whose it was


def dropped_on(door: Door, before: dict | None = None) -> dict[str, int]:
    """Reason -> likes dropped, of this site and of no site at all."""

    def ask(tx):
        drops = tables.drops.c
        rows = tx.execute(tables.drops.select().where(drops.site_id.in_([0, door.known.id]), drops.call == "likes"))
        return {(row.site_id, row.reason): row.count for row in rows}

    return {
        key: count - (before or {}).get(key, 0) for key, count in door.read(ask).items() if count != (before or {}).get(key, 0)
    }


def test_what_was_sent_is_what_was_stored_and_what_was_dropped(door):
    before, rounds = dropped_on(door), 12
    calls = [one for number in range(rounds) for one in bag(door, number)]
    random.Random(1).shuffle(calls)
    at_once([call for _, call in calls], threads=12)
    expected = {(0 if reason in NOBODY_S else door.known.id, reason): rounds for reason, _ in bag(door, 0) if reason != FINE}
    until(lambda: dropped_on(door, before) == expected, what="every refusal to be counted")
    assert len(door.rows(tables.likes)) == 3 * rounds  # of the two that are the same, the later one is the duplicate
    assert len(calls) == len(door.rows(tables.likes)) + sum(expected.values())


OTHER_CALLS = {
    "a like that is not there": ("unlikes", "not_found", lambda door: door.unlike(new_id())),
    "details of nothing": (
        "details",
        "not_found",
        lambda door: door.post("/v1/likes/details", {"site": door.site, "id": new_id(), "visitor": ADA, "product": {}}),
    ),
    "a visit of a stranger": (
        "visits",
        "not_found",
        lambda door: door.post("/v1/visits", visit(site=door.site, visitor="9" * 32)),
    ),
    "an unsigned order": ("orders", "signature", lambda door: door.post("/v1/orders", order(site=door.site))),
    "a bad profile": (
        "profile-links",
        "profile_url",
        lambda door: door.post(
            "/v1/profile-links", {"site": door.site, "id": new_id(), "visitor": ADA, "like": new_id(), "url": "javascript:1"}
        ),
    ),
    "an id that was used": (
        "likes",
        "conflict",
        lambda door: door.post("/v1/likes", door.body(product=CHAIR, id=door.press()["id"])),
    ),
    "answers to nothing": (
        "answers",
        "not_found",
        lambda door: door.send("PUT", f"/v1/answers/{new_id()}?site={door.site}", {"visitor": ADA, "answers": {}}),
    ),
    "a wrong field": ("mine", "shape", lambda door: door.post("/v1/mine", {"site": door.site})),
    "too much to show": ("shown", "shape", lambda door: door.post("/v1/shown", {"site": door.site})),
}


@pytest.mark.parametrize(("call", "reason", "refuse"), OTHER_CALLS.values(), ids=OTHER_CALLS)
def test_every_call_counts_what_it_refuses(door, call, reason, refuse):
    assert refuse(door).json["reason"] == reason
    until(lambda: door.dropped() == {(call, reason): 1}, what="it to be counted")
    assert reason in REASONS


def test_counts_of_refusals_survive_a_stop(server, database_url):
    keeper = Keeper("own", server(database_url=database_url), database_url)
    door = keeper.open()
    for _ in range(5):
        door.post("/v1/likes", door.body(), agent=BOT)
    assert keeper.server.stop() == 0
    assert door.dropped() == {("likes", "bot"): 5}
    keeper.close()


def test_metrics_count_refusals_too(server):
    made = server()
    keeper = Keeper("own", made, f"sqlite:///{made.home / 'afterlike.db'}")
    door = keeper.open()
    door.press()
    for _ in range(3):
        door.post("/v1/likes", door.body(), agent=BOT)
    told = sent(door.url, "GET", "/metrics").body.decode()
    assert 'afterlike_dropped_total{call="likes",reason="bot"} 3.0' in told
    assert 'afterlike_requests_total{route="/v1/likes",status="200"} 1.0' in told
    assert 'afterlike_requests_total{route="/v1/likes",status="403"} 3.0' in told
    assert "afterlike_batch_items_count" in told
    keeper.close()


def test_a_like_of_every_kind_is_in_the_admin_s_list_of_reasons(any_door):
    taken(any_door.post("/v1/likes", any_door.body()))
    assert {reason for reason, _ in bag(any_door, 1)} - {FINE} <= set(REASONS)
