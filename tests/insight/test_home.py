"""What Home adds up, on both databases, whatever happens afterwards."""

from datetime import date, datetime
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from followup.making import ADA, BEN, CLEO_AT_HOME, takes_back
from ground.making import NOW
from insight.making import a_shop, again, totals

from afterlike import endorsers, erasure, insight, sites, tables
from afterlike.clock import DAY, HOUR
from afterlike.collect.moderation import Decision, decide
from afterlike.insight import home, people, person


def test_the_steps_from_likes_to_orders(database):
    with a_shop(database) as shop:
        lamp, chair = shop.product("Lamp"), shop.product("Chair")
        shop.answer(shop.like("ada", lamp), {"reason": "look"})
        shop.agree(shop.like("ada", chair), person=ADA)
        shop.like("ben", lamp)
        shop.visit("ada")
        shop.order("ada")
    assert totals(database, shop).gap() == [
        ("likes", 3), ("likers", 2), ("answered", 1), ("opted_in", 1), ("confirmed", 1), ("returned", 1), ("bought", 1)]
    assert totals(database, shop).endorsers == 1


def test_a_held_or_rejected_like_is_in_no_step_and_said_apart(database):
    with a_shop(database) as shop:
        lamp = shop.product()
        held, shown = shop.like("ada", lamp), shop.like("ben", lamp)
    database.write(decide, Decision(shop.site, (held,), "hold", NOW))
    insight.add_up(database)
    told = totals(database, shop)
    assert (told.likes, told.likers, told.held, told.rejected) == (1, 1, 1, 0)
    database.write(decide, Decision(shop.site, (held, shown), "reject", NOW))
    insight.add_up(database)
    assert (totals(database, shop).likes, totals(database, shop).rejected) == (0, 2)
    database.write(decide, Decision(shop.site, (held,), "restore", NOW))
    insight.add_up(database)
    assert (totals(database, shop).likes, totals(database, shop).rejected) == (1, 1)


@pytest.mark.parametrize(("lasting", "source", "known"), [
    (1, "widget", 1), (0, "widget", 0), (None, "widget", 0), (None, "extension", 0), (None, "api", 0)])
def test_who_keeps_nothing_is_unknown_and_did_not_fail_to_return(database, lasting, source, known):
    with a_shop(database) as shop:
        shop.like("ada", shop.product(), lasting=lasting, source=source)
    told = totals(database, shop)
    assert (told.likers, told.known, told.returned) == (1, known, 0)
    with database.read() as tx:
        assert home.gauges(tx, shop.site, told, NOW).unknown == 1 - known


def test_coming_back_is_on_a_later_day_of_the_site(database):
    """22:30 UTC is half past five in the morning of the next day in Jakarta."""
    evening = int(datetime(2026, 5, 1, 22, 30, tzinfo=ZoneInfo("UTC")).timestamp() * 1000)
    with a_shop(database, "utc") as here, database.engine.connect():
        here.at = evening
        here.like("ada", here.product())
        here.visit("ada", days=1 / 24)
        here.like("ben", here.product())
        here.visit("ben", days=2 / 24)
    assert (totals(database, here).known, totals(database, here).returned) == (2, 1)
    with a_shop(database, "jakarta", time_zone="Asia/Jakarta") as there:
        there.at = evening
        there.like("ada", there.product())
        there.visit("ada", days=2 / 24)
    assert (totals(database, there).known, totals(database, there).returned) == (1, 0)


def test_who_is_reachable_is_who_the_gate_lets_through(database):
    with a_shop(database) as shop:
        lamp = shop.product()
        people = [shop.agree(shop.like(who, lamp), person=person, to=to) for who, person, to in (
            ("a", ADA, ("news",)), ("b", BEN, ("follow_up",)), ("c", CLEO_AT_HOME, ("news", "follow_up")))]
        shop.answer(shop.like("d", lamp), {"reason": "look"})
    for whom, how in ((None, ""), (people[1], "stop"), (people[0], "consent")):
        if whom:
            with again(database, shop) as more:
                takes_back(more.tx, SimpleNamespace(endorser=whom), how)
        with database.read() as tx:
            passes = sum(
                any(endorsers.may_contact(tx, one, "email", purpose, now=NOW) for purpose in ("news", "follow_up"))
                for one in people
            )
            assert home.reachable(tx, shop.site, NOW) == passes
            assert totals(database, shop).endorsers == 4
    assert passes == 2


def test_another_sites_people_are_in_no_number(database):
    with a_shop(database, "one") as one:
        one.agree(one.like("ada", one.product()))
    with a_shop(database, "two") as two:
        pass
    with database.read() as tx:
        assert home.totals(tx, two.site).gap() == [(step, 0) for step in home.STEPS]
        assert (home.reachable(tx, two.site, NOW), home.reachable(tx, one.site, NOW)) == (0, 1)


def test_the_days_are_the_sites_own_where_clocks_change_too(database):
    zone = ZoneInfo("Europe/Berlin")
    now = int(datetime(2026, 11, 10, 12, tzinfo=zone).timestamp() * 1000)  # the clocks went back on 25 October
    with a_shop(database, time_zone="Europe/Berlin") as shop:
        lamp = shop.product()
        for who, at in enumerate((datetime(2026, 10, 24, 0, 0), datetime(2026, 10, 24, 23, 59), datetime(2026, 10, 25, 23, 59),
                                  datetime(2026, 10, 26, 0, 0), datetime(2026, 11, 10, 11, 0), datetime(2026, 5, 1))):
            shop.like(str(who), lamp, at=int(at.replace(tzinfo=zone).timestamp() * 1000))
        shop.like("held", lamp, at=now - HOUR, state="held")
    with database.read() as tx:
        days = home.trend(tx, sites.site_named(tx, "shop"), now)
    assert len(days) == home.TREND_DAYS and days[-1] == (date(2026, 11, 10), 1, 1)
    assert {day: count for day, count, _ in days if count} == {
        date(2026, 10, 24): 2, date(2026, 10, 25): 1, date(2026, 10, 26): 1, date(2026, 11, 10): 1}


def test_what_waits_is_counted_and_nought_is_left_out(database):
    with a_shop(database) as shop:
        silent, priceless = shop.product("Silent"), shop.product("Priceless", price=None)
        shop.like("ada", silent)
        shop.like("ada", priceless)
    with database.read() as tx:
        assert home.waiting(tx, shop.site, totals(database, shop), NOW) == {"silent": 1}
    with again(database, shop) as more:
        more.answer(more.like("ben", silent), {"reason": "look"})
        more.like("cleo", silent, state="held")
        more.tx.execute(sa.insert(tables.outbox).values(site_id=shop.site, kind="message", payload="{}", state="failed",
                                                        due_at=NOW, made_at=NOW))
    with database.read() as tx:
        assert home.waiting(tx, shop.site, totals(database, shop), NOW) == {"mail": 1, "held": 1}


@pytest.mark.parametrize(("kind", "state"), [("hard", "bounced"), ("complaint", "complained")])
def test_an_address_that_was_closed_by_what_came_back_needs_a_look(database, kind, state):
    with a_shop(database) as shop:
        ada = shop.agree(shop.like("ada", shop.product()), person=ADA)
        shop.agree(shop.like("ben", shop.product()), person=BEN)
        channel = endorsers.person(shop.tx, ada).channel_id
        report = endorsers.Returned(channel, kind, "5.1.1", "no such user", "one", endorsers.Thresholds(1, 5, 30), NOW)
        assert endorsers.returned(shop.tx, [report]) == ["closed"]
    with database.read() as tx:
        assert home.waiting(tx, shop.site, totals(database, shop), NOW)["bounced"] == 1
        assert "bounced" not in home.waiting(tx, shop.site, totals(database, shop), NOW + 31 * DAY)
        found, total = people.found(tx, shop.site, people.Wanted(bounced=True), page=1)
        assert ([one.id for one in found], total) == ([ada], 1)
        assert state in {event.kind for event in person.story(tx, shop.site, ada, "en")}


def test_an_erased_person_stays_a_number_and_is_nobody(database):
    with a_shop(database) as shop:
        shop.agree(shop.like("ada", shop.product()))
        shop.like("ben", shop.product())
        shop.visit("ada")
    [endorser] = _rows(database, tables.endorsers)
    database.write(erasure.erased, (shop.site, endorser.id, False, "admin_on_request", "system", NOW))
    insight.add_up(database)
    told = totals(database, shop)
    assert (told.likes, told.likers, told.confirmed, told.endorsers, told.returned) == (2, 2, 0, 0, 0)


def test_adding_up_again_changes_nothing(database):
    with a_shop(database) as shop:
        shop.agree(shop.like("ada", shop.product()))
    before = _rows(database, tables.people_sums), _rows(database, tables.product_sums)
    assert insight.add_up(database) == 0
    assert (_rows(database, tables.people_sums), _rows(database, tables.product_sums)) == before
    assert all(row.changed == row.summed for row in (*before[0], *before[1]))


def test_many_more_than_one_round_are_added_up(database):
    with a_shop(database) as shop:
        lamp = shop.product()
        for who in range(620):
            shop.like(str(who), lamp, at=NOW - who * DAY // 100)
    assert totals(database, shop).likers == 620


def _rows(database, table: sa.Table) -> list[sa.Row]:
    with database.read() as tx:
        return tx.execute(sa.select(table).order_by(*table.primary_key)).all()




