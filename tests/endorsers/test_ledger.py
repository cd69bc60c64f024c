"""The consent ledger: a chain in which every change shows, and a database that refuses to make one."""

import pytest
import sqlalchemy as sa

from afterlike import chain, endorsers, tables
from afterlike.endorsers import ledger
from cast import BEN

EVENTS = tables.consent_events
BREAKS = {
    "changed": (lambda tx: tx.execute(sa.update(EVENTS).where(EVENTS.c.id == 2).values(purpose="x")), "row 2 was changed"),
    "taken out": (lambda tx: tx.execute(sa.delete(EVENTS).where(EVENTS.c.id == 2)), "row 3 does not follow"),
    "cut off": (lambda tx: tx.execute(sa.delete(EVENTS).where(EVENTS.c.id >= 3)), "the end is missing"),
    "all gone": (lambda tx: tx.execute(sa.delete(EVENTS)), "the end is missing"),
    "another time": (lambda tx: tx.execute(sa.update(EVENTS).where(EVENTS.c.id == 1).values(occurred_at=1)), "row 1 was changed"),
}


def chained(town, site_id: int | None = None) -> str | None:
    return town.read(lambda tx: endorsers.broken(tx, site_id or town.site.id))


def without_guard(tx) -> None:
    """What somebody with the database in their hands would do first."""
    if tx.dialect.name == "sqlite":
        tx.exec_driver_sql("DROP TRIGGER consent_events_no_update")
        tx.exec_driver_sql("DROP TRIGGER consent_events_no_delete")
    else:
        tx.exec_driver_sql("DROP TRIGGER consent_events_stays ON consent_events")


@pytest.mark.parametrize(("broke", "told"), BREAKS.values(), ids=BREAKS)
def test_every_break_of_the_chain_is_found(town, broke, told):
    town.member()
    town.member("ben@people.test", BEN)
    assert chained(town) is None and len(town.rows(EVENTS)) == 8
    with town.house.db.engine.begin() as tx:
        without_guard(tx)
        broke(tx)
    assert told in chained(town)


@pytest.mark.parametrize("table", ["consent_events", "consent_texts"])
@pytest.mark.parametrize("act", ["UPDATE {} SET site_id = 99", "DELETE FROM {}"], ids=["update", "delete"])
def test_the_database_itself_refuses(town, table, act):
    town.member()
    with pytest.raises(sa.exc.DBAPIError, match="append-only"), town.house.db.engine.begin() as tx:
        tx.exec_driver_sql(act.format(table))
    assert chained(town) is None


def test_each_site_has_a_chain_of_its_own(town):
    town.member()
    with town.house.db.engine.begin() as tx:
        other = tx.scalar(sa.insert(tables.sites).values(key="other", name="Other", made_at=1).returning(tables.sites.c.id))
        ledger.record(tx, other, [{"action": "expired", "purpose": "all", "method": "system", "at": 1}])
    assert chained(town) is None and chained(town, other) is None
    first = town.rows(EVENTS, EVENTS.c.site_id == other)[0]
    assert first.prev_hash == chain.FIRST


def test_new_words_are_a_new_version_and_the_old_ones_stay(town):
    town.member(purposes=("news",))
    with town.house.db.engine.begin() as tx:
        tx.execute(sa.update(tables.sites).values(name="Shop & Co"))
    renamed = town.read(lambda tx: endorsers.consents_of(tx, town.rows(tables.channels)[0].endorser_id))[0]
    assert renamed.words.startswith("Shop may")
    words = ledger.Wording("news", "en", "Other words.", "Shop & Co", None)
    with town.house.db.engine.begin() as tx:
        made = ledger.ensure_text(tx, town.site.id, words, 5)
        again = ledger.ensure_text(tx, town.site.id, words, 9)
    assert (made.version, again.version, again.made_at) == (2, 2, 5)


def test_the_words_of_actions_and_methods_are_those_on_the_list(town):
    done = town.member()
    town.house.db.write(endorsers.stop, endorsers.Stop(done.channel_id, "stop_page", town.now))
    for action, _, method in town.ledger():
        assert action in endorsers.ACTIONS and method in endorsers.METHODS
