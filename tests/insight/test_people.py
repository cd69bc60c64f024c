"""People: found, told whole, tagged, noted, made one and parted again, exported and erased; on both databases."""

import json

import pytest
import sqlalchemy as sa
from followup.making import ADA, BEN, KEYRING
from ground.making import NOW
from insight.making import a_shop, again, totals

from afterlike import endorsers, erasure, insight, journal, prompts, sites, tables
from afterlike.errors import Invalid, NotFound
from afterlike.insight import people, person
from afterlike.me import everything


@pytest.fixture
def shop(database):
    """Ada proved an address; Ben answered; Cleo only likes."""
    with a_shop(database) as made:
        lamp = made.product("Lamp")
        liked = made.like("ada", lamp)
        made.ada = made.agree(liked, person=ADA)
        made.answer(liked, {"reason": "look", "more": "Lovely"})
        made.bens = made.like("ben", lamp)
        made.answer(made.bens, {"reason": "price"})
        made.ben = made.tx.scalar(sa.select(tables.visitors.c.endorser_id).where(tables.visitors.c.id == made.visitor("ben").id))
        made.like("cleo", lamp)
        made.visit("ada")
        made.order("ada")
        endorsers.claim_links(made.tx, [{"site_id": made.site, "uuid": b"u" * 16, "endorser_id": made.ben, "name": "Ben B.",
                                         "url": "https://pinterest.test/ben", "claimed_at": NOW}])
        journal.append(made.tx, [{"site_id": made.site, "kind": "linked", "at": NOW, "about_id": 1}])
    return made


def found(database, shop, **wanted) -> list[int]:
    with database.read() as tx:
        rows, total = people.found(tx, shop.site, people.Wanted(**wanted), page=1)
    assert total == len(rows)
    return [row.id for row in rows]


def test_who_said_something_is_listed_and_who_only_likes_is_not(database, shop):
    assert sorted(found(database, shop)) == sorted([shop.ada, shop.ben])


def test_people_are_found_by_profile_tag_note_and_whole_address(database, shop):
    database.write(endorsers.tag, endorsers.Noted(shop.site, shop.ada, "  Loves   Lamps ", NOW))
    database.write(endorsers.note, endorsers.Noted(shop.site, shop.ben, "Met at the fair", NOW, None))
    assert found(database, shop, search="pinterest") == found(database, shop, search="ben b") == [shop.ben]
    assert found(database, shop, search="FAIR") == [shop.ben]
    assert found(database, shop, search="lamps") == found(database, shop, tag="loves lamps") == [shop.ada]
    address = endorsers.subject(KEYRING, shop.site, ADA.email)
    assert found(database, shop, search=ADA.email, subject=address) == [shop.ada] and found(database, shop, search="ada@") == []
    assert found(database, shop, confirmed=True) == [shop.ada] and found(database, shop, proven=True) == []


def test_the_story_has_everything_with_the_exact_words_they_agreed_to(database, shop):
    with database.read() as tx:
        story = person.story(tx, shop.site, shop.ada, "en")
        kinds = [event.kind for event in story]
        [given] = [event for event in story if event.kind == "given"]
        assert person.verdicts(tx, shop.ada, NOW) == [("follow_up", "ok"), ("news", "no_consent")]
        [ben] = [event.kind for event in person.story(tx, shop.site, shop.ben, "en") if event.kind == "linked"]
    assert kinds[:2] == ["purchased", "returned"] and sorted(kinds[2:]) == ["answered", "given", "liked", "requested"]
    assert given.facts["version"] == 1 and "may write to me personally" in given.facts["words"]
    [answered] = [event for event in story if event.kind == "answered"]
    assert answered.facts["said"] == [("Why?", "Its look"), ("Anything else?", "Lovely")]


@pytest.mark.parametrize("typed", ["", "  ", "a,b", "x" * 41])
def test_what_is_no_tag_is_refused(database, shop, typed):
    with pytest.raises(Invalid):
        database.write(endorsers.tag, endorsers.Noted(shop.site, shop.ada, typed, NOW))


def test_another_sites_person_gets_no_tag_and_no_note(database, shop):
    with a_shop(database, "other") as other:
        pass
    for apply in (endorsers.tag, endorsers.untag, endorsers.note):
        with pytest.raises(NotFound):
            database.write(apply, endorsers.Noted(other.site, shop.ada, "mine", NOW))


def merge(database, shop, one: int, other: int) -> int:
    stays = database.write(endorsers.merge_people, endorsers.Merge(shop.site, one, other, 101, NOW))
    insight.add_up(database)
    return stays


def test_two_made_one_are_one_everywhere_and_two_again(database, shop):
    database.write(endorsers.tag, endorsers.Noted(shop.site, shop.ben, "fair", NOW))
    instagram = {"site_id": shop.site, "uuid": b"v" * 16, "endorser_id": shop.ben, "name": None, "claimed_at": NOW}
    database.write(endorsers.claim_links, instagram | {"url": "https://instagram.com/ben"})
    database.write(endorsers.note_outside, (shop.site, shop.ben, "instagram", 101, NOW))
    before = totals(database, shop)
    assert merge(database, shop, shop.ada, shop.ben) == shop.ada  # who proved an address stays
    assert found(database, shop) == [shop.ada] and (totals(database, shop).likers, before.likers) == (2, 3)
    with database.read() as tx:
        assert person.line(tx, shop.ada).names == ["Ben B."] and person.line(tx, shop.ada).tags == ["fair"]
        assert [one.network for one in endorsers.outside_of(tx, shop.ada)] == ["instagram"]
        assert not person.here(tx, shop.site, shop.ben) and endorsers.merged_into(tx, shop.site, shop.ben) == shop.ada
        [row] = endorsers.merged_with(tx, shop.ada)
        assert (row.from_id, row.browsers) == (shop.ben, 1)
    assert database.write(endorsers.part_people, (shop.site, shop.ada, shop.ben, NOW)) == shop.ben
    insight.add_up(database)
    assert sorted(found(database, shop)) == sorted([shop.ada, shop.ben]) and totals(database, shop) == before
    with database.read() as tx:
        assert person.line(tx, shop.ben).names == ["Ben B."] and person.line(tx, shop.ada).tags == ["fair"]
        assert [one.network for one in endorsers.outside_of(tx, shop.ada)] == ["instagram"]
    with pytest.raises(NotFound):
        database.write(endorsers.part_people, (shop.site, shop.ada, shop.ben, NOW))


def test_two_who_both_proved_an_address_are_joined_by_nobody_else(database, shop):
    with again(database, shop) as more:
        more.agree(shop.bens, person=BEN)
    with pytest.raises(Invalid):
        merge(database, shop, shop.ada, shop.ben)
    with pytest.raises(Invalid):
        merge(database, shop, shop.ada, shop.ada)
    with a_shop(database, "other") as other, pytest.raises(NotFound):
        endorsers.merge_people(other.tx, [endorsers.Merge(other.site, shop.ada, shop.ben, 1, NOW)])


def test_a_merge_that_a_confirmed_address_made_is_not_an_admins_to_undo(database, shop):
    merge(database, shop, shop.ada, shop.ben)
    with database.engine.begin() as tx:
        tx.execute(sa.update(tables.merges).values(admin_id=None))
    with pytest.raises(NotFound):
        database.write(endorsers.part_people, (shop.site, shop.ada, shop.ben, NOW))


def test_erasing_takes_tags_and_notes_along(database, shop):
    database.write(endorsers.tag, endorsers.Noted(shop.site, shop.ada, "fair", NOW))
    database.write(endorsers.note, endorsers.Noted(shop.site, shop.ada, "Met", NOW))
    database.write(erasure.erased, (shop.site, shop.ada, False, "admin_on_request", "admin:101", NOW))
    insight.add_up(database)
    with database.read() as tx:
        assert tx.scalar(sa.select(sa.func.count()).select_from(tables.endorser_tags)) == 0
        assert endorsers.notes_of(tx, shop.ada) == [] and not person.here(tx, shop.site, shop.ada)
    assert found(database, shop) == [shop.ben]


def test_the_copy_of_everything_holds_notes_and_tags_and_needs_no_address(database, shop):
    for who in (shop.ada, shop.ben):
        database.write(endorsers.tag, endorsers.Noted(shop.site, who, "fair", NOW))
        database.write(endorsers.note, endorsers.Noted(shop.site, who, "Met", NOW))
    with database.read() as tx:
        site = sites.site_named(tx, "shop")
        whole = json.loads(everything.written(tx, endorsers.person(tx, shop.ada), site, NOW))
        nobody = endorsers.Person(shop.ben, site.id, 0, "", "unconfirmed", "en", "each", None, None, b"")
        bare = json.loads(everything.written(tx, nobody, site, NOW))
        assert prompts.of_site(tx, shop.site)
    for told in (whole, bare):
        assert [one["words"] for one in told["notes_about_you"]] == ["Met"]
        assert [one["tag"] for one in told["tags_on_you"]] == ["fair"]
        assert len(told["likes"]) == 1
    assert whole["you"]["address"] == ADA.email and bare["you"]["address"] is None
