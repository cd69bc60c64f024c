"""Many people erased at once: the numbers said before, only the chosen ones, piece by piece, through a kill, each in the log."""

import re
import uuid
from types import SimpleNamespace

import pytest
import sqlalchemy as sa
from admin.desk import hire, shopper_of, signed_in
from conftest import ADMIN
from followup.making import behind, rows
from ground.making import NOW, opened
from insight.making import a_shop

from afterlike import endorsers, followup, sites, tables
from afterlike.clock import now
from afterlike.collect.endorsements import Chosen, Filter, newest
from afterlike.errors import NotFound
from afterlike.me import many
from cast import PEOPLE, VISITORS
from parts.product import Server, make_site
from parts.programs import until

ADA, BEN, CLEO, _ = PEOPLE


@pytest.fixture
def database(database_url):
    with opened(database_url) as made:
        yield made


@pytest.fixture
def shop(database):
    """Ada, Ben and Cleo like a lamp, Cleo and Dan a chair. Ada answered, proved an address and got a letter; Dan proved one."""
    with a_shop(database) as made:
        lamp, chair = made.product("Lamp"), made.product("Chair")
        likes = [made.like(name, lamp) for name in ("ada", "ben", "cleo")] + [made.like(name, chair) for name in ("cleo", "dan")]
        made.answer(likes[0], {"reason": "look"})
        who = made.agree(likes[0])
        made.agree(likes[4], person=BEN)
        made.visit("ada"), made.order("ada"), made.visit("dan")
        followup.begin(made.tx, [followup.Beginning(made.site, likes[0], 100 + made.site, uuid.uuid4().bytes, "Hello", NOW)])
        made.tx.execute(sa.insert(tables.quotes).values(
            site_id=made.site, endorser_id=who, like_id=likes[0], product_id=lamp, source="answer", source_id=1,
            part="reason", said_at=NOW, asked_words="The look", state="asked", asked_at=NOW))
        endorsers.tag(made.tx, [endorsers.Noted(made.site, who, "fair", NOW)])
    return SimpleNamespace(site=made.site, lamp=lamp, chair=chair, likes=likes, who=who, house=SimpleNamespace(db=database))


def ticked(shop, *places: int) -> Chosen:
    return Chosen(shop.site, "en", tuple(shop.likes[place] for place in places))


def matching(database, shop, **wanted) -> Chosen:
    with database.read() as tx:
        return Chosen(shop.site, "en", wanted=Filter(**wanted), upto=newest(tx))


def begin(database, chosen: Chosen, *, likes_too: bool = False) -> int:
    with database.read() as tx:
        people = tuple(many.people_of(tx, chosen))
    return database.write(many.begin, many.Beginning(chosen.site_id, 1, people, likes_too, now()))


def erased_of(database, kind: str) -> list[int]:
    return [row.about_id for row in rows(database, tables.audit, kind=kind)]


def test_the_numbers_are_those_of_all_they_left(database, shop):
    with database.read() as tx:
        lamps = many.preview(tx, matching(database, shop, product=shop.lamp))
        ben = many.preview(tx, ticked(shop, 1))
    assert lamps == {"people": 3, "nameless": 2, "chosen": 3, "likes": 4, "answers": 1, "visits": 1, "orders": 1, "addresses": 1,
                     "profiles": 0, "conversations": 1, "letters": 1, "notes": 0, "tags": 1, "quotes": 1}
    assert {name: n for name, n in ben.items() if n} == {"people": 1, "nameless": 1, "chosen": 1, "likes": 1}


def test_those_of_the_ticked_likes_are_erased_and_nobody_else(database, shop):
    job = begin(database, ticked(shop, 0, 1))
    assert many.go_on(shop.house) == 2 and many.go_on(shop.house) == 0
    [dan] = rows(database, tables.channels)
    assert rows(database, tables.answers) == rows(database, tables.conversations) == rows(database, tables.endorser_tags) == []
    assert [row.visitor_id for row in rows(database, tables.visits)] == [row.id for row in rows(database, tables.visitors)
                                                                         if row.endorser_id == dan.endorser_id]
    assert [row.state for row in rows(database, tables.likes)] == ["counted"] * 5, "likes stay as numbers"
    assert erased_of(database, "person_erased") == [shop.who] and len(erased_of(database, "browser_erased")) == 1
    with database.read() as tx:
        assert sites.audit_broken(tx, shop.site) is None
        assert many.progress(tx, shop.site, job).done == 2 and many.progress(tx, shop.site, job).ended_at
        assert many.preview(tx, ticked(shop, 0, 1))["people"] == 0, "who is erased was found again"
        assert many.progress(tx, shop.site + 1, job) is None


def test_their_likes_are_taken_back_where_that_was_asked_for(database, shop):
    begin(database, matching(database, shop, product=shop.lamp), likes_too=True)
    many.go_on(shop.house)
    assert [row.state for row in rows(database, tables.likes)] == ["withdrawn"] * 4 + ["counted"]


def test_a_like_that_arrives_meanwhile_is_not_among_them(database, shop):
    chosen = matching(database, shop, product=shop.lamp)
    with a_shop(database, "other") as other:
        made = type(other)(other.tx, shop.site)
        made.like("eve", shop.lamp)
    with database.read() as tx:
        assert many.preview(tx, chosen)["people"] == 3
        assert many.preview(tx, matching(database, shop, product=shop.lamp))["people"] == 4


def test_another_sites_likes_lead_to_nobody(database, shop):
    with a_shop(database, "other") as other:
        pass
    with database.read() as tx:
        assert many.preview(tx, Chosen(other.site, "en", tuple(shop.likes)))["people"] == 0
    job = begin(database, ticked(shop, 0))
    with pytest.raises(NotFound):
        database.write(many.stop, (other.site, job, NOW))


def test_whoever_became_somebody_meanwhile_is_erased_as_that(database, shop):
    begin(database, ticked(shop, 1))
    with database.engine.begin() as tx:
        ben = tx.scalar(sa.select(tables.likes.c.visitor_id).where(tables.likes.c.id == shop.likes[1]))
        known = endorsers.Visitor(ben, None, NOW)  # who answers before his turn comes
        endorsers.ensure_endorsers(tx, [(shop.site, known, NOW)])
    many.go_on(shop.house)
    assert erased_of(database, "person_erased") == [known.endorser_id] and erased_of(database, "browser_erased") == []


def test_one_that_is_stopped_leaves_the_others_as_they_were(database, shop):
    job = begin(database, ticked(shop, 0, 1, 2, 4))
    assert database.write(many.stop, (shop.site, job, NOW)) == 4 and database.write(many.stop, (shop.site, job, NOW)) == 0
    assert many.go_on(shop.house) == 0 and len(rows(database, tables.answers)) == 1
    with database.read() as tx:
        told = many.progress(tx, shop.site, job)
    assert (told.done, told.people, told.stopped) == (0, 4, True)


def test_a_piece_is_short_and_a_round_too(database):
    """However many there are: likes wait for one piece at most."""
    with a_shop(database) as made:
        lamp = made.product("Lamp")
        for n in range(many.PIECE + 3):
            made.like(f"visitor {n}", lamp)
    job = begin(database, matching(database, SimpleNamespace(site=made.site), product=lamp))
    assert database.write(many._piece, (job, NOW)) == many.PIECE and len(rows(database, tables.mass_erasure_people)) == 3
    assert database.write(many._piece, (job, NOW)) == 3 and database.write(many._piece, (job, NOW)) == 0


# Through the door.


def crowd(server: Server, key: str, count: int) -> None:
    """Browsers with a like each, in the tables."""
    with behind(server) as tx:
        site = sites.site_named(tx, key).id
        lamp = tx.scalar(sa.select(tables.products.c.id).where(tables.products.c.site_id == site))
        seen = tx.execute(sa.insert(tables.visitors).returning(tables.visitors.c.id), [
            {"site_id": site, "hash": n.to_bytes(16, "big"), "first_seen_at": 1} for n in range(1, count + 1)]).scalars().all()
        tx.execute(sa.insert(tables.likes), [
            {"site_id": site, "uuid": n.to_bytes(16, "little"), "product_id": lamp, "visitor_id": visitor, "state": "counted",
             "source": "widget", "page_url": "https://shop.test/crowd", "liked_at": 1, "pressed_at": 1, "step_reason": "due"}
            for n, visitor in enumerate(seen, 1)])  # fmt: skip


def test_a_kill_in_the_middle_loses_nobody_and_erases_nobody_twice(server, site):
    running = server()
    made = site(running)
    shopper_of(running, made).like()
    crowd(running, made.site, 500)
    owner = signed_in(running, ADMIN)
    page = f"/admin/sites/{made.site}/people/erase"
    asked = owner.get(f"{page}?q=crowd")
    assert "Erase 500 people?" in asked.words
    query = re.search(r'name="query" value="([^"]+)"', asked.text)[1].replace("&amp;", "&")
    going = owner.post(page, query=query, people="500").to
    how_far = lambda: int(re.search(r'value="(\d+)"', re.search(r"<progress[^>]*>", owner.get(going).text)[0])[1])  # noqa: E731
    assert 200 <= how_far() < 500, "the request did all of it, or nothing"
    for pid in (*running.workers(), running.pid):
        running.kill(pid)
    until(lambda: not running.running, what="the end of it")
    with behind(running) as tx:
        tx.execute(sa.update(tables.leases).values(until_at=0))  # a minute passes: nobody let go of the work
    running.start()
    left = 500 - how_far()
    assert left > 0, "it was over before the kill"
    until(lambda: 'data-going="no"' in owner.get(going).text, within_s=120, what="the rest")
    with behind(running) as tx:
        erased = tx.scalars(sa.select(tables.audit.c.about_id).where(tables.audit.c.kind == "browser_erased")).all()
        assert len(erased) == len(set(erased)) == 500
        assert tx.scalar(sa.select(sa.func.count()).where(tables.visitors.c.erased_at.is_(None))) == 1, "the one of another page"
        assert tx.scalar(sa.select(sa.func.count()).where(tables.likes.c.page_url == "https://shop.test/crowd")) == 0


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    """A shop with three likes of three browsers, its owner and an editor."""
    running = Server(tmp_path_factory.mktemp("many"))
    try:
        running.start()
        made = make_site(running, origin="https://shop.test", name="Shop", admin=ADMIN)
        hire(running, made.site, email="ed@shop.test", role="editor")
        for visitor in VISITORS[:3]:
            shopper_of(running, made, visitor).like()
        yield SimpleNamespace(server=running, owner=signed_in(running, ADMIN), editor=signed_in(running, "ed@shop.test"),
                              site=f"/admin/sites/{made.site}")
    finally:
        running.close()


def test_the_bar_leads_to_the_numbers_and_they_must_be_typed(town):
    chosen = town.owner.post(f"{town.site}/endorsements/decisions", ("like", 1), ("like", 2), decision="erase")
    assert chosen.to == f"{town.site}/people/erase?likes=1,2" and "Erase 2 people?" in town.owner.get(chosen.to).words
    for typed in ("", "3", "two", "22"):
        refused = town.owner.post(f"{town.site}/people/erase", query="likes=1,2", people=typed)
        assert refused.status == 422 and "Nothing was erased" in refused.words
    assert town.owner.post(f"{town.site}/endorsements/decisions", decision="erase").status == 422
    assert town.owner.post(f"{town.site}/people/erase", query="", people="3").status == 422, "everybody, without a choice"
    with behind(town.server) as tx:
        assert tx.scalar(sa.select(sa.func.count()).select_from(tables.mass_erasures)) == 0
    done = town.owner.post(f"{town.site}/people/erase", query="likes=1,2", people=" 2 ")
    assert done.status == 303 and "2 people are erased" in town.owner.get(done.to).words
    log = town.owner.get(f"{town.site}/audit").words
    assert log.count("Erased a browser that is nobody's yet") == 3, "two rows, and the name in the filter"
    assert "Began to erase many people" in log
    assert "These likes lead to nobody" in town.owner.get(f"{town.site}/people/erase?likes=1,2").words


def test_an_editor_is_neither_offered_it_nor_let_in(town):
    assert 'value="erase"' in town.owner.get(f"{town.site}/endorsements").text
    assert 'value="erase"' not in town.editor.get(f"{town.site}/endorsements").text
    assert town.editor.get(f"{town.site}/people/erase?likes=3").status == 403
    assert town.editor.post(f"{town.site}/people/erase", query="likes=3", people="1").status == 403
