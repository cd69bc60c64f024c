"""Limits: by visitor and by network behind a named proxy; who is over is told when to come back, and is counted."""

import pytest
from collect.conftest import running
from collect.making import Door, Keeper, refused, taken

from afterlike import tables
from cast import ADA, BEN, CHAIR, LAMP
from parts.fetch import sent
from parts.programs import until

MOST_VISITOR, MOST_NETWORK = 5, 12
SETTINGS = {
    "limit_visitor": f"{MOST_VISITOR}/hour",
    "limit_network": f"{MOST_NETWORK}/hour",
    "trusted_proxies": "127.0.0.1/32,10.9.0.0/16",
}


@pytest.fixture(scope="module")
def strict(request, tmp_path_factory):
    with running(request, tmp_path_factory, "sqlite", **SETTINGS) as made:
        yield made


@pytest.fixture
def narrow(strict) -> Door:
    return strict.open()


def mine(door: Door, visitor: str = ADA, forwarded: str | None = None, **more):
    headers = {} if forwarded is None else {"X_Forwarded_For": forwarded}
    return door.post("/v1/mine", {"site": door.site, "visitor": visitor, "products": []}, **headers, **more)


def test_one_visitor_has_so_many_calls_and_is_told_when_to_come_back(narrow):
    for _ in range(MOST_VISITOR):
        taken(mine(narrow))
    answer = mine(narrow)
    told = refused(answer, 429, "rate")
    assert 1 <= int(answer.headers["Retry-After"]) <= 3601
    assert told["retry_after"] == int(answer.headers["Retry-After"])
    taken(mine(narrow, BEN))
    until(lambda: narrow.dropped() == {("mine", "rate"): 1}, what="the refusal to be counted")


def test_a_limit_is_of_one_site(strict):
    here, there = strict.open(), strict.open()
    for _ in range(MOST_VISITOR):
        taken(mine(here))
    refused(mine(here), 429, "rate")
    taken(mine(there))


NETWORKS = {
    "one address": ("203.0.113.7", "203.0.113.7", "203.0.113.8"),
    "one home's IPv6": ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", "2001:db8:1:3::1"),
    "through two proxies of ours": ("203.0.113.20, 10.9.0.4", "203.0.113.20", "203.0.113.21, 10.9.0.4"),
    "what a visitor writes before it counts for nothing": (
        "1.1.1.1, 203.0.113.30",
        "2.2.2.2, 203.0.113.30",
        "1.1.1.1, 203.0.113.31",
    ),
}


@pytest.mark.parametrize(("first", "same", "other"), NETWORKS.values(), ids=NETWORKS)
def test_one_network_has_so_many_calls_by_however_many_visitors(narrow, first, same, other):
    for number in range(MOST_NETWORK):
        taken(mine(narrow, f"{number:032x}", first if number % 2 else same))
    refused(mine(narrow, "e" * 32, same), 429, "rate")
    taken(mine(narrow, "e" * 32, other))


def test_a_proxy_that_nobody_named_counts_for_nothing(strict):
    """Loopback is a proxy of this machine: without X-Forwarded-For a whole shop would share one count."""
    door = strict.open()
    for number in range(MOST_NETWORK + 3):
        taken(mine(door, f"{number:032x}"))


def test_rubbish_as_an_address_is_one_network_of_its_own(narrow):
    for number in range(MOST_NETWORK):
        taken(mine(narrow, f"{number:032x}", f"rubbish{number}"))
    refused(mine(narrow, "e" * 32, "more rubbish"), 429, "rate")


def test_a_server_with_a_key_speaks_for_many(narrow):
    for _ in range(MOST_NETWORK + MOST_VISITOR):
        taken(
            narrow.by_api(
                "POST", "/v1/mine", {"site": narrow.site, "visitor": ADA, "products": []}, X_Forwarded_For="203.0.113.99"
            )
        )


def test_whoever_is_refused_for_another_reason_spends_nothing(narrow):
    for _ in range(MOST_VISITOR + 2):
        refused(mine(narrow, agent="curl/8"), 403, "bot")
    taken(mine(narrow))


def test_a_like_over_the_limit_is_kept_when_it_comes_again_later(narrow):
    """The client keeps what was answered 429; nothing of it was stored, so nothing is there twice."""
    for _ in range(MOST_VISITOR):
        taken(mine(narrow))
    body = narrow.body()
    refused(narrow.post("/v1/likes", body), 429, "rate")
    assert narrow.rows(tables.likes) == []
    taken(narrow.by_api("POST", "/v1/likes", body))
    assert len(narrow.rows(tables.likes)) == 1


def test_forwarded_addresses_are_not_believed_from_anybody_else(server):
    """S11: no proxy is named, so the header is a stranger's word."""
    made = server(limit_network="3/hour", limit_visitor="1000/hour")
    keeper = Keeper("own", made, f"sqlite:///{made.home / 'afterlike.db'}")
    door = keeper.open()
    for number in range(10):
        taken(mine(door, f"{number:032x}", "203.0.113.7"))
    keeper.close()


def test_two_web_processes_count_together_in_redis(server, redis_server, fresh_postgres):
    settings = {"limit_visitor": "20/hour", "redis_url": redis_server.url, "workers": 2, "database_url": fresh_postgres}
    keeper = Keeper("own", server(**settings), fresh_postgres)
    door = keeper.open()
    statuses = [mine(door).status for _ in range(40)]
    assert statuses.count(200) == 20 and statuses[:20] == [200] * 20
    keeper.close()


def test_likes_go_on_when_redis_goes_away_and_when_it_comes_back(server, redis_server):
    """D2 for the limits: each process counts for itself for a while; nothing is refused, nothing is lost."""
    made = server(redis_url=redis_server.url)
    keeper = Keeper("own", made, f"sqlite:///{made.home / 'afterlike.db'}")
    door = keeper.open()
    door.press(ADA, LAMP)
    redis_server.kill()
    for number in range(10):
        door.press(f"{number:032x}", CHAIR)
    redis_server.start()
    door.press(BEN, LAMP)
    assert len(door.rows(tables.likes)) == 12
    assert sent(door.url, "GET", "/readyz").status == 200
    keeper.close()
