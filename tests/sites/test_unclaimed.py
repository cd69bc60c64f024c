"""An origin's own row is nobody's site: no look-up by key, no list, no count and no role leads to it."""

from types import SimpleNamespace

import pytest
import sqlalchemy as sa
from ground.making import NOW, opened
from sites.liking import like_before

from afterlike import sites, tables
from afterlike.clock import DAY
from afterlike.collect import signed
from afterlike.me.ways_in import site_meant
from afterlike.signing import BadToken, Keyring

PAGE = "https://pots.example"


@pytest.fixture
def house(database_url):
    """What the rooms share, with one site and one origin of no site."""
    with opened(database_url) as database:
        made = SimpleNamespace(db=database, keyring=Keyring(["s" * 32], b"p"), state={})
        with database.engine.begin() as tx:
            made.shop = sites.add_site(tx, name="Shop", origins=["https://shop.test"], now=NOW)
            [made.row] = sites.add_unclaimed(tx, [(PAGE, NOW)])
        yield made


def test_no_look_up_by_key_finds_it(house):
    assert sites.site_by_key(house, PAGE) is None and sites.site_by_key(house, house.shop.key) == house.shop
    with house.db.read() as tx:
        assert sites.site_named(tx, PAGE) is None
        assert site_meant(tx, PAGE) is None and site_meant(tx, "pots.example") is None
        assert sites.count(tx) == 1
        assert sites.only_site(tx) == site_meant(tx, "") == house.shop
    with pytest.raises(BadToken):
        signed.named(house, house.keyring.sign("like", [PAGE, "0b9d1c1e-0000-4000-8000-000000000000"]))


def test_it_is_found_as_what_it_is(house):
    assert sites.unclaimed_site(house, PAGE) == house.row
    assert (house.row.is_unclaimed, house.row.origins, house.row.name) == (True, {PAGE}, "pots.example")
    assert sites.unclaimed_site(house, house.shop.key) is None and not house.shop.is_unclaimed
    with house.db.read() as tx:
        assert sites.site_of(tx, house.row.id) == house.row


def test_it_is_made_once(house):
    assert house.db.write(sites.add_unclaimed, (PAGE, NOW + 1)) == house.row
    with house.db.engine.begin() as tx:
        assert sites.add_unclaimed(tx, [(PAGE, NOW + 2), (PAGE, NOW + 3)]) == [house.row] * 2
        assert tx.scalar(sa.select(sa.func.count()).select_from(tables.sites)) == 2


def test_one_that_nothing_belongs_to_is_forgotten_after_a_day(house):
    liked = "https://liked.example"
    with house.db.engine.begin() as tx:
        like_before(tx, liked, "Bowl")
    assert house.db.write(sites.forget_empty, NOW + DAY) == 0
    assert house.db.write(sites.forget_empty, NOW + DAY + 1) == 1
    with house.db.read() as tx:
        assert set(tx.scalars(sa.select(tables.sites.c.key))) == {house.shop.key, liked}
    house.state.clear()  # what was remembered for two seconds
    assert sites.unclaimed_site(house, PAGE) is None
    assert house.db.write(sites.add_unclaimed, (PAGE, NOW + 2 * DAY)).name == "pots.example"


@pytest.mark.parametrize(("state", "is_theirs"), [("proven", True), ("claimed", False), ("lapsed", False)])
def test_only_a_proven_claim_makes_an_origin_somebody_s(house, state, is_theirs):
    with house.db.engine.begin() as tx:
        claim = {"site_id": house.shop.id, "origin": PAGE, "token": "t", "state": state, "claimed_at": NOW}
        tx.execute(sa.insert(tables.origin_claims).values(claim))
    assert sites.claimer_of(house, PAGE) == (house.shop if is_theirs else None)
    assert sites.claimer_of(house, "https://pots.example:8443") is None
    assert sites.claimer_of(house, "http://pots.example") is None
