"""Products, set by set: one row per site and key, one line of history per change, whatever comes in one batch."""

import pytest
import sqlalchemy as sa
from ground.making import NOW, Aside, opened

from afterlike import catalog, tables
from afterlike.catalog import Pressed

SITE, OTHER = 1, 2
URL = "https://shop.test/lamp"


@pytest.fixture
def database(database_url):
    with opened(database_url) as made:
        with made.engine.begin() as tx:
            tx.execute(sa.insert(tables.sites), [{"id": n, "key": f"s{n}", "name": "S", "made_at": NOW} for n in (SITE, OTHER)])
        yield made


@pytest.fixture
def tx(database):
    with database.engine.begin() as tx:
        yield tx


def pressed(key: str = "lamp", *, site: int = SITE, url: str = URL, at: int = NOW, **facts) -> Pressed:
    return Pressed(site, key, url, facts, at)


def history(tx) -> list[tuple]:
    shown = tables.product_showings.c
    return [tuple(row) for row in tx.execute(sa.select(shown.product_id, shown.title, shown.price_minor).order_by(shown.id))]


def test_a_product_is_one_row_whatever_the_batch(tx):
    batch = [pressed(title="Lamp"), pressed("chair"), pressed(title="Lamp"), pressed(site=OTHER)]
    found = catalog.ensure(tx, batch)
    assert len(found) == 3
    assert {hashed: shown.product_id for hashed, shown in catalog.ensure(tx, batch).items()} == {
        hashed: shown.product_id for hashed, shown in found.items()
    }
    assert tx.scalar(sa.select(sa.func.count()).select_from(tables.products)) == 3
    assert len(history(tx)) == 3


def test_of_two_pages_in_one_batch_the_later_one_is_right(tx):
    catalog.ensure(tx, [pressed(title="Old", price_minor=1), pressed(title="New", price_minor=2)])
    assert [line[1:] for line in history(tx)] == [("New", 2)]


def test_facts_that_were_not_sent_stay(tx):
    for facts in ({"title": "Lamp", "price_minor": 100}, {}, {"price_minor": 90}, {"price_minor": 90, "title": "Lamp"}):
        catalog.ensure(tx, [pressed(**facts)])
    assert [line[1:] for line in history(tx)] == [("Lamp", 100), ("Lamp", 90)]


def test_a_price_of_nothing_is_a_price(tx):
    for price in (100, 0):
        catalog.ensure(tx, [pressed(price_minor=price)])
    assert [line[2] for line in history(tx)] == [100, 0]


def test_what_is_shown_is_the_newest_line(tx):
    [first] = catalog.ensure(tx, [pressed(title="Lamp")]).values()
    [second] = catalog.ensure(tx, [pressed(title="Lamp!")]).values()
    assert second.product_id == first.product_id and second.shown_id > first.shown_id
    assert tx.scalar(sa.select(tables.products.c.shown_id)) == second.shown_id
    later = catalog.overlay(tx, first.product_id, {"brand": "Lumen"}, NOW)
    assert later > second.shown_id
    assert catalog.overlay(tx, first.product_id, {"brand": "Lumen"}, NOW) == later


def test_a_shortcut_never_hides_a_change(database):
    """What was seen is remembered by the process; a rollback, and another process, must not make it lie."""
    with pytest.raises(ZeroDivisionError), database.engine.begin() as tx:
        catalog.ensure(tx, [pressed(title="Undone")])
        1 / 0  # noqa: B018
    for title in ("Undone", "Other", "Undone"):
        with database.engine.begin() as tx:
            catalog.ensure(tx, [pressed(title=title)])
    with database.read() as tx:
        assert [line[1] for line in history(tx)] == ["Undone", "Other", "Undone"]


def test_keys_that_run_into_each_other_are_apart():
    names = [(1, "1\nlamp"), (11, "lamp"), (1, "lamp"), (1, "Lamp"), (1, "lamp "), (1, "l\u0061mp\u0301"), (1, "lamṕ")]
    assert len({catalog.key_hash(*name) for name in names}) == len(names)
    assert {len(catalog.key_hash(*name)) for name in names} == {16}


def test_what_is_known_is_told_and_nothing_is_made(tx):
    catalog.ensure(tx, [pressed()])
    here, there = catalog.key_hash(SITE, "lamp"), catalog.key_hash(OTHER, "lamp")
    assert list(catalog.shown(tx, [here, there])) == [here]
    assert catalog.shown(tx, []) == {}


def test_two_processes_that_meet_a_product_at_once_share_it(fresh_postgres):
    def ensure(tx, items):
        return [catalog.ensure(tx, items)[item.hash].product_id for item in items]

    with opened(fresh_postgres) as here, opened(fresh_postgres) as there:
        with here.engine.begin() as tx:
            tx.execute(sa.insert(tables.sites).values(id=SITE, key="s", name="S", made_at=NOW))
        waiting = [
            Aside(lambda one=one, n=n: one.write(ensure, pressed(f"k{n % 5}", title=f"T{n % 3}")))
            for n in range(30)
            for one in (here, there)
        ]
        ids = [one.result() for one in waiting]
        assert len(set(ids)) == 5
        with here.read() as tx:
            assert tx.scalar(sa.select(sa.func.count()).select_from(tables.products)) == 5
