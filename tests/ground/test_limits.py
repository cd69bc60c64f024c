"""Limits count in memory, or together in Redis, or for themselves while Redis is away."""

import pytest

from afterlike import limits
from afterlike.errors import TooMany
from afterlike.limits import Limits

RATES = {"visitor": (3, 3600), "network": (5, 3600), "brief": (1, 1)}


@pytest.fixture(params=["memory", "redis"])
def made(request) -> Limits:
    """The same promise, two keepers."""
    url = request.getfixturevalue("redis_server").url if request.param == "redis" else ""
    return Limits(RATES, url)


def allowed(limit: Limits, *who: str, name: str = "visitor") -> bool:
    try:
        limit.spend(name, *who)
    except TooMany as many:
        assert 1 <= many.retry_after <= 3601
        return False
    return True


def test_so_many_and_no_more(made):
    assert [allowed(made, "shop", "ada") for _ in range(5)] == [True] * 3 + [False] * 2


def test_each_counts_for_themselves(made):
    for who in (("shop", "ada"), ("shop", "ben"), ("other", "ada")):
        assert [allowed(made, *who) for _ in range(4)] == [True, True, True, False]


def test_each_limit_counts_for_itself(made):
    assert [allowed(made, "x") for _ in range(4)] == [True, True, True, False]
    assert allowed(made, "x", name="network")


@pytest.mark.parametrize("who", ["", "a/b", "a:b", "é", "a b\n", "%", "x" * 500])
def test_anybody_may_be_counted(made, who):
    assert [allowed(made, "shop", who) for _ in range(4)] == [True, True, True, False]


def test_names_that_run_together_are_not_one(made):
    assert [allowed(made, "a", "bc") for _ in range(3)] == [True] * 3
    assert allowed(made, "ab", "c")


def test_two_processes_share_one_count(redis_server):
    here, there = Limits(RATES, redis_server.url), Limits(RATES, redis_server.url)
    assert [allowed(one, "ada") for one in (here, there, here, there)] == [True, True, True, False]
    assert not allowed(here, "ada")


def test_two_processes_in_memory_do_not(redis_server):
    here, there = Limits(RATES), Limits(RATES)
    assert [allowed(one, "ada") for one in (here, there) * 3] == [True] * 6


def test_when_redis_goes_each_counts_for_itself_and_when_it_is_back_together_again(redis_server, monkeypatch):
    monkeypatch.setattr(limits, "REST_S", 0)  # Redis is asked again at the next call
    here, there = Limits(RATES, redis_server.url), Limits(RATES, redis_server.url)
    assert [allowed(one, "ada") for one in (here, there)] == [True, True]
    redis_server.kill()
    assert [allowed(one, "ada") for one in (here, there) * 3] == [True] * 6
    assert not allowed(here, "ada")
    redis_server.start()
    assert allowed(here, "ben") and allowed(there, "ben") and allowed(here, "ben")
    assert not allowed(there, "ben")


def test_a_redis_that_failed_is_left_alone_for_a_while(redis_server):
    """Otherwise every like would wait for the time that a connection takes to fail."""
    made = Limits(RATES, redis_server.url)
    redis_server.kill()
    assert allowed(made, "ada")
    redis_server.start()
    assert [allowed(made, "ada") for _ in range(3)] == [True, True, False]  # still counted here
    with_redis = Limits(RATES, redis_server.url)
    assert [allowed(with_redis, "ada") for _ in range(4)] == [True, True, True, False]  # nothing had reached it


def test_a_redis_that_hangs_is_not_waited_for(redis_server):
    made = Limits(RATES, redis_server.url)
    assert allowed(made, "ada")
    redis_server.pause()
    try:
        assert [allowed(made, "ada") for _ in range(4)] == [True, True, True, False]
    finally:
        redis_server.go_on()


def test_a_redis_that_was_never_there_is_none(tmp_path):
    made = Limits(RATES, "redis://127.0.0.1:9/0")
    assert [allowed(made, "ada") for _ in range(4)] == [True, True, True, False]
