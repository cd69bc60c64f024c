"""Visitors, endorsers and what they claim: known by hash, made once, each claim once."""

import pytest
import sqlalchemy as sa
from ground.making import NOW, Aside, opened

from afterlike import endorsers, tables
from afterlike.errors import Conflict

SITE = 1
ADA, BEN = b"a" * 16, b"b" * 16


def with_site(database):
    with database.engine.begin() as tx:
        tx.execute(sa.insert(tables.sites).values(id=SITE, key="s", name="S", made_at=NOW))
    return database


@pytest.fixture
def database(database_url):
    with opened(database_url) as made:
        yield with_site(made)


@pytest.fixture
def tx(database):
    with database.engine.begin() as tx:
        yield tx


def test_a_stranger_is_kept_once_and_known_by_the_first_moment(tx):
    found = endorsers.recognise(tx, [(SITE, ADA, NOW), (SITE, BEN, NOW + 1), (SITE, ADA, NOW + 2)])
    again = endorsers.recognise(tx, [(SITE, ADA, NOW + 9)])
    assert set(found) == {ADA, BEN} and again[ADA].id == found[ADA].id
    assert again[ADA].first_seen_at == NOW
    assert tx.scalar(sa.select(sa.func.count()).select_from(tables.visitors)) == 2


def test_recalling_makes_nobody(tx):
    assert endorsers.recall(tx, [ADA]) == {} == endorsers.recall(tx, [])


def test_an_endorser_is_made_once(tx):
    visitor = endorsers.recognise(tx, [(SITE, ADA, NOW)])[ADA]
    for _ in range(2):
        endorsers.ensure_endorsers(tx, [(SITE, visitor, NOW)])
    assert endorsers.recall(tx, [ADA])[ADA].endorser_id == visitor.endorser_id is not None
    assert tx.scalar(sa.select(sa.func.count()).select_from(tables.endorsers)) == 1


def claim(endorser_id: int, url: str = "https://ada.test/", uuid: bytes = b"1" * 16) -> dict:
    return {"site_id": SITE, "uuid": uuid, "endorser_id": endorser_id, "url": url, "name": None, "claimed_at": NOW}


def endorser(tx, visitor: bytes) -> int:
    known = endorsers.recognise(tx, [(SITE, visitor, NOW)])[visitor]
    endorsers.ensure_endorsers(tx, [(SITE, known, NOW)])
    return known.endorser_id


def ids(told: list) -> list:
    return [one if isinstance(one, Conflict) else getattr(one, "id", one) for one in told]


def test_a_claim_is_kept_once_by_its_id_and_once_by_its_address(tx):
    ada = endorser(tx, ADA)
    first, again, other_id = ids(endorsers.claim_links(tx, [claim(ada), claim(ada), claim(ada, uuid=b"2" * 16)]))
    assert first == again == other_id
    [second] = ids(endorsers.claim_links(tx, [claim(ada, "https://other.test/", b"3" * 16)]))
    assert second != first


def test_an_id_that_was_used_for_another_claim_is_a_conflict_for_that_one_only(tx):
    ada, ben = endorser(tx, ADA), endorser(tx, BEN)
    endorsers.claim_links(tx, [claim(ada)])
    told = endorsers.claim_links(tx, [claim(ada, "https://other.test/"), claim(ben), claim(ada)])
    assert [isinstance(one, Conflict) for one in told] == [True, True, False]


def test_two_processes_that_meet_a_visitor_at_once_share_them(fresh_postgres):
    def recognise(tx, items):
        found = endorsers.recognise(tx, [(SITE, hashed, NOW) for hashed in items])
        return [found[hashed].id for hashed in items]

    with opened(fresh_postgres) as here, opened(fresh_postgres) as there:
        with_site(here)
        hashes = [bytes([n]) * 16 for n in range(5)]
        waiting = [Aside(lambda one=one, n=n: one.write(recognise, hashes[n % 5])) for n in range(25) for one in (here, there)]
        assert len({one.result() for one in waiting}) == 5


def test_two_processes_that_make_an_endorser_of_one_visitor_at_once_make_one(fresh_postgres):
    with opened(fresh_postgres) as here, opened(fresh_postgres) as there:
        with with_site(here).engine.begin() as tx:
            endorsers.recognise(tx, [(SITE, ADA, NOW)])
        with there.engine.begin() as slower:
            mine = endorsers.recall(slower, [ADA])[ADA]
            with here.engine.begin() as quicker:
                first = endorser(quicker, ADA)
                waiting = Aside(lambda: endorsers.ensure_endorsers(slower, [(SITE, mine, NOW)]))
            waiting.result()
        assert mine.endorser_id == first
        with here.read() as tx:
            assert endorsers.recall(tx, [ADA])[ADA].endorser_id == first
            assert tx.scalar(sa.select(sa.func.count()).select_from(tables.endorsers)) == 1
