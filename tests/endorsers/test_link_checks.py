"""How a proof lives: found, missing, lapsed, found again; on both databases, with the clock of the test."""

import pytest
import sqlalchemy as sa
from collect.making import as_bytes
from ground.making import NOW

from afterlike import endorsers, journal, sites, tables
from afterlike.clock import DAY, HOUR
from afterlike.db import Database
from afterlike.endorsers import backlinks, disputes, link_checks
from afterlike.migrate import migrate
from cast import new_id

PROVEN, LINKED = backlinks.Found("proven", "rel_me"), backlinks.Found("linked", "plain")
NOTHING = backlinks.Found("nothing", "no_link")


@pytest.fixture
def database(database_url, tmp_path):
    migrate(database_url, tmp_path)
    opened = Database(database_url)
    yield opened
    opened.close()


def somebody(database: Database, url: str, site_id: int | None = None) -> tuple[int, int, int]:
    """(site, endorser, link) of somebody new who says that this is theirs."""
    with database.engine.begin() as tx:
        site_id = site_id or sites.add_site(tx, name="Shop", origins=["https://shop.test"], now=NOW).id
        added = sa.insert(tables.endorsers).values(site_id=site_id, made_at=NOW).returning(tables.endorsers.c.id)
        who = tx.scalar(added)
        claim = {"site_id": site_id, "uuid": as_bytes(new_id()), "endorser_id": who, "url": url, "name": None, "claimed_at": NOW}
        [link] = endorsers.claim_links(tx, [claim])
    return site_id, who, link.id


def found(database: Database, link: int, what: backlinks.Found, at: int) -> sa.Row:
    row = read(database, link)
    database.write(link_checks.settle, link_checks.Outcome(link_checks.Due(link, row.url, row.endorser_id, row.due_at), what, at))
    return read(database, link)


def read(database: Database, link: int) -> sa.Row:
    with database.read() as tx:
        return tx.execute(sa.select(tables.profile_links).where(tables.profile_links.c.id == link)).one()


def test_a_check_that_is_asked_for_during_another_is_made_too(database):
    _, who, link = somebody(database, "https://ada.example/")
    database.write(link_checks.ask_check, (who, link, NOW))
    [looking] = read_due(database)
    database.write(link_checks.ask_check, (who, link, NOW + 9))
    database.write(link_checks.settle, link_checks.Outcome(looking, NOTHING, NOW + 10))
    assert [one.due_at for one in read_due(database)] == [NOW + 9] and read(database, link).checked_at is None


def read_due(database: Database) -> list[link_checks.Due]:
    with database.read() as tx:
        return link_checks.due(tx, NOW + 99)


def proofs_told(database: Database) -> int:
    with database.read() as tx:
        rows = tables.journal.c
        return tx.scalar(sa.select(sa.func.count()).where(rows.kind == "proven"))


def test_a_proof_lapses_after_two_failures_and_recovers(database):
    _, _, link = somebody(database, "https://ada.example/")
    row = found(database, link, PROVEN, NOW)
    assert (row.state, row.proven_at, row.failures) == ("proven", NOW, 0)
    assert NOW + 27 * DAY <= row.due_at <= NOW + 33 * DAY
    row = found(database, link, NOTHING, row.due_at)
    assert (row.state, row.failures, row.due_at) == ("proven", 1, row.checked_at + DAY)
    row = found(database, link, NOTHING, row.due_at)
    assert (row.state, row.failures) == ("lapsed", 2) and row.due_at == row.checked_at + 30 * DAY
    row = found(database, link, PROVEN, row.due_at)
    assert (row.state, row.failures, row.proven_at) == ("proven", 0, row.checked_at)
    assert proofs_told(database) == 2 and "proven" in journal.KINDS


def test_one_failure_is_forgotten_when_it_is_there_again(database):
    _, _, link = somebody(database, "https://ada.example/")
    found(database, link, PROVEN, NOW)
    found(database, link, NOTHING, NOW + 30 * DAY)
    row = found(database, link, PROVEN, NOW + 31 * DAY)
    assert (row.state, row.failures, row.proven_at) == ("proven", 0, NOW) and proofs_told(database) == 1


def test_a_proof_that_became_a_plain_link_is_given_a_day(database):
    _, _, link = somebody(database, "https://ada.example/")
    found(database, link, PROVEN, NOW)
    assert found(database, link, LINKED, NOW + 30 * DAY).state == "proven"
    row = found(database, link, LINKED, NOW + 31 * DAY)
    assert (row.state, row.proven_at) == ("linked", None)


def test_what_was_never_found_is_looked_for_some_days_and_then_left(database):
    _, _, link = somebody(database, "https://ada.example/")
    at, pauses = NOW, []
    for _ in range(4):
        row = found(database, link, NOTHING, at)
        pauses.append(row.due_at and row.due_at - at)
        at = row.due_at or at
    assert pauses == [HOUR, DAY, 3 * DAY, None] and row.state == "claimed"


@pytest.mark.parametrize(("were", "told"), [
    (["claimed"], ["claimed"]), (["proven"], ["proven"]), (["claimed", "claimed"], ["disputed", "disputed"]),
    (["proven", "claimed"], ["proven", "disputed"]), (["proven", "proven"], ["disputed", "disputed"]),
    (["linked", "lapsed"], ["disputed", "disputed"]), (["claimed", "proven", "linked"], ["disputed", "proven", "disputed"]),
])  # fmt: skip
def test_whose_it_is(were, told):
    assert disputes.told_states(were) == told


def test_an_erased_rival_disputes_nothing_any_more(database):
    site, ada, hers = somebody(database, "https://www.ada.example/")
    _, ben, his = somebody(database, "http://ada.example", site)
    assert (read(database, hers).state, read(database, his).state) == ("disputed", "disputed")
    assert found(database, hers, PROVEN, NOW).state == "proven" and read(database, his).state == "disputed"
    assert found(database, his, PROVEN, NOW).state == "disputed" == read(database, hers).state
    with database.engine.begin() as tx:
        endorsers.erase(tx, site, ben, [], method="me_page", actor="person", at=NOW)
    assert read(database, hers).state == "proven"


def test_the_same_address_on_two_sites_is_no_dispute(database):
    _, _, one = somebody(database, "https://ada.example/")
    _, _, other = somebody(database, "https://ada.example/")
    assert (read(database, one).state, read(database, other).state) == ("claimed", "claimed")


def test_one_host_is_asked_for_one_thing_at_a_time(database):
    for path in ("a", "b", "c"):
        site, who, link = somebody(database, f"https://one.example/{path}")
        database.write(endorsers.ask_check, (who, link, NOW))
    site, who, link = somebody(database, "https://two.example/")
    database.write(endorsers.ask_check, (who, link, NOW))
    with database.read() as tx:
        assert [one.url for one in link_checks.due(tx, NOW)] == ["https://one.example/a", "https://two.example/"]


def test_a_door_is_never_looked_through(database):
    _, who, link = somebody(database, "https://instagram.com/ada")
    assert database.write(endorsers.ask_check, (who, link, NOW)) is False
    with database.read() as tx:
        assert link_checks.due(tx, NOW) == []
