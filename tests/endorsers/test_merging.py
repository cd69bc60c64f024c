"""Several browsers of one person: joined by the confirmed address alone, let go again, never across sites."""

import sqlalchemy as sa

from afterlike import endorsers, tables
from cast import ADA, BEN, CHAIR, CLEO


def endorser_of(town, visitor: str) -> int | None:
    hashed = town.house.keyring.hashed("visitor", f"{town.site.id}:{visitor}")
    return town.read(lambda tx: endorsers.recall(tx, [hashed])[hashed].endorser_id)


def test_the_same_address_confirmed_joins_two_browsers(town):
    done = town.member(visitor=ADA)
    town.like(BEN, CHAIR)
    assert endorser_of(town, BEN) is None
    with town.house.db.engine.begin() as tx:
        tx.execute(sa.update(tables.mailed_links).values(made_at=0))
    again = town.member(visitor=BEN)
    assert again.endorser_id == done.endorser_id == endorser_of(town, BEN) == endorser_of(town, ADA)
    browsers = town.read(lambda tx: endorsers.browsers_of(tx, done.endorser_id))
    assert [(one.likes, one.merge_id is None) for one in browsers] == [(1, True), (1, False)]


def test_typing_an_address_joins_nothing(town):
    done = town.member(visitor=ADA)
    town.opt_in(visitor=BEN)
    town.deliver()
    assert endorser_of(town, BEN) not in (None, done.endorser_id)


def test_a_join_can_be_undone_with_what_came_along(town):
    town.like(BEN)
    claim = {"id": "0b9d1c1e-0000-4000-8000-000000000001", "like": town.likes[BEN], "visitor": BEN, "url": "https://pots.test/@ben"}
    assert town.post("/v1/profile-links", claim).status_code == 202
    before = endorser_of(town, BEN)
    town.opt_in(visitor=ADA)
    town.opt_in(visitor=BEN)
    town.deliver()
    done = town.confirm()
    [link] = town.rows(tables.profile_links)
    assert endorser_of(town, BEN) == done.endorser_id == link.endorser_id != before
    [merge] = [one.merge_id for one in town.read(lambda tx: endorsers.browsers_of(tx, done.endorser_id)) if one.merge_id]
    assert town.house.db.write(endorsers.undo_merge, (4711, merge, town.now)) is False
    assert town.house.db.write(endorsers.undo_merge, (done.endorser_id, merge, town.now)) is True
    assert endorser_of(town, BEN) == before == town.rows(tables.profile_links)[0].endorser_id
    assert town.house.db.write(endorsers.undo_merge, (done.endorser_id, merge, town.now)) is False


def test_two_people_at_one_computer_are_two(town):
    first = town.member("ana@people.test", ADA)
    second = town.member("ben@people.test", ADA)
    assert first.endorser_id != second.endorser_id
    assert endorser_of(town, ADA) == first.endorser_id
    assert town.verdict(first.endorser_id).address == "ana@people.test"
    assert town.verdict(second.endorser_id).address == "ben@people.test"


def test_a_proven_persons_browser_is_not_taken_by_another_address(town):
    first = town.member("ana@people.test", ADA)
    second = town.member("ben@people.test", BEN)
    town.like(ADA)
    with town.house.db.engine.begin() as tx:
        tx.execute(sa.update(tables.mailed_links).values(made_at=0))
    town.member("ben@people.test", ADA)
    assert endorser_of(town, ADA) == first.endorser_id and endorser_of(town, BEN) == second.endorser_id


def test_nobody_is_joined_across_sites(town):
    done = town.member(visitor=CLEO)
    other = endorsers.subject(town.house.keyring, town.site.id + 1, "ana@people.test")
    assert other != town.rows(tables.channels)[0].subject
    assert town.read(lambda tx: endorsers.person_named(tx, other)) is None
    assert done.site_id == town.site.id
