"""Erasure: the person is in no table, queue, log or file afterwards; that somebody liked a product stays."""

import logging
import re
import sqlite3
from pathlib import Path

import pytest
import sqlalchemy as sa

from afterlike import endorsers, erasure, sites, tables
from afterlike.collect import finding
from afterlike.collect.matching import Filter
from afterlike.collect.turning import Turn
from afterlike.errors import NotFound
from cast import ADA, BEN, LAMP, answers

SECRET_WORDS = "cobalt-umbrella-fifteen"
ADDRESS = "ana.find-me@people.test"


def full_life(town) -> endorsers.Confirmed:
    """Somebody who did everything that leaves a trace."""
    done = town.member(ADDRESS, ADA)
    town.post("/v1/profile-links", {"id": "0b9d1c1e-0000-4000-8000-000000000002", "like": town.likes[ADA], "visitor": ADA,
                                    "url": "https://pots.test/@ana-find-me"})
    town.post("/v1/visits", {"id": "0b9d1c1e-0000-4000-8000-000000000003", "visitor": ADA,
                             "page": {"url": "https://shop.test/lamp?from=ana-find-me"}})
    return done


def erase(town, endorser_id: int, **more) -> None:
    erasure.erase(town.house, town.site.id, endorser_id, **{"likes_too": False, "method": "me_page", "actor": "person"} | more)


def everything(town) -> str:
    return town.read(lambda tx: "\n".join(
        str(tuple(row)) for table in tables.metadata.sorted_tables for row in tx.execute(sa.select(table))))


def test_an_erased_person_is_in_no_table(town, caplog):
    caplog.set_level(logging.DEBUG)
    done = full_life(town)
    subject = town.rows(tables.channels)[0].subject
    assert ADDRESS in everything(town) and "find-me" in everything(town)
    erase(town, done.endorser_id)
    left = everything(town)
    assert ADDRESS not in left and "find-me" not in left
    ours = [record.getMessage() for record in caplog.records if record.name.startswith("afterlike")]
    assert ours and not [line for line in ours if "find-me" in line]
    assert repr(subject) in left, "the keyed hash stays, so that nobody writes to them again"
    assert town.ledger()[-1] == ("erased", "all", "me_page")
    assert town.read(lambda tx: endorsers.broken(tx, town.site.id)) is None
    assert town.post("/v1/mine", {"visitor": ADA, "products": [LAMP["key"]]}).json["likes"] == {}


def test_no_byte_of_the_address_is_left_in_the_files_of_sqlite(sqlite_town, tmp_path):
    done = full_life(sqlite_town)
    erase(sqlite_town, done.endorser_id)
    holding = [path.name for path in Path(tmp_path).rglob("*") if path.is_file() and b"find-me" in path.read_bytes()]
    assert holding == []


def test_the_like_stays_as_a_number_and_leads_to_nobody(town):
    done = full_life(town)
    erase(town, done.endorser_id)
    [like] = town.rows(tables.likes)
    assert like.state == "counted" and like.page_url == "" and like.referrer is None
    [count] = town.rows(tables.like_counts)
    assert count.counted == 1
    assert town.rows(tables.visitors)[0].hash != town.house.keyring.hashed("visitor", f"{town.site.id}:{ADA}")


def test_no_search_finds_what_an_erased_person_left(town):
    done = full_life(town)
    said = {"why": [{"other": SECRET_WORDS}]}
    told = town.post("/v1/answers", answers(site=town.site.key, like=town.likes[ADA], prompt="welcome", version=1, said=said))
    assert told.status_code == 200, told.text

    def found(text: str) -> int:
        return town.read(lambda tx: len(finding.looking(tx, town.site.id, Filter(search=text), locale="en").page(Turn()).ids))

    texts = ("find-me", SECRET_WORDS, LAMP["url"].partition("?")[0])
    assert [found(text) for text in texts] == [1, 1, 1]
    erase(town, done.endorser_id)
    assert [found(text) for text in texts] == [0, 0, 1], "the product is still found, by its own address"


def test_likes_are_taken_back_too_when_asked(town):
    done = full_life(town)
    town.like(BEN)
    erase(town, done.endorser_id, likes_too=True)
    assert town.rows(tables.like_counts)[0].counted == 1
    assert sorted(row.state for row in town.rows(tables.likes)) == ["counted", "withdrawn"]


def test_others_are_untouched(town):
    done = full_life(town)
    other = town.member("ben@people.test", BEN)
    erase(town, done.endorser_id)
    assert town.verdict(other.endorser_id).allowed and [row.address for row in town.rows(tables.channels)] == ["ben@people.test"]


def test_a_letter_that_waits_is_not_sent_to_an_erased_person(town):
    done = town.member(ADDRESS)
    town.house.db.write(endorsers.ask_for_link, (town.site.id, town.rows(tables.channels)[0].subject, town.now))
    erase(town, done.endorser_id)
    before = len(town.letters)
    town.deliver()
    assert len(town.letters) == before and town.waiting() == []


def test_a_reader_in_the_way_puts_off_emptying_the_log_and_nothing_else(sqlite_town, tmp_path):
    done = full_life(sqlite_town)
    reader = sqlite3.connect(tmp_path / "afterlike.db", isolation_level=None)
    reader.execute("BEGIN")
    assert reader.execute("SELECT count(*) FROM channels").fetchone() == (1,)
    erase(sqlite_town, done.endorser_id)
    assert sqlite_town.house.db.scrub() is False and sqlite_town.rows(tables.channels) == []
    reader.close()
    assert sqlite_town.house.db.scrub() is True
    assert not [path for path in Path(tmp_path).rglob("*") if path.is_file() and b"find-me" in path.read_bytes()]


def test_the_signed_like_of_an_erased_person_leads_nowhere(town):
    done = full_life(town)
    token = town.house.keyring.sign("like", [town.site.key, town.likes[ADA]])
    assert town.client.get(f"/s/{token}").status_code == 200
    erase(town, done.endorser_id)
    assert town.client.get(f"/s/{token}").status_code == 404 == town.client.post(f"/s/{token}", data={"at": "why"}).status_code
    assert town.client.get(f"/v1/likes/{token}", headers={"Authorization": f"Bearer {town.api_key}"}).status_code == 404


def test_the_admin_still_reads_the_like_of_an_erased_person(sqlite_town):
    done = full_life(sqlite_town)
    erase(sqlite_town, done.endorser_id)
    client = sqlite_town.client
    link = sqlite_town.house.db.write(sites.links_for, ("ada@shop.test", "", sqlite_town.now))
    proof = re.search(r'name="proof" value="(\w+)"', client.get(link, base_url="https://localhost").text)[1]
    assert client.post(link, data={"proof": proof}, base_url="https://localhost").status_code == 303
    [like] = sqlite_town.rows(tables.likes)
    for path in ("", ".csv", f"/{like.id}"):
        shown = client.get(f"/admin/sites/{sqlite_town.site.key}/endorsements{path}", base_url="https://localhost")
        assert shown.status_code == 200 and "Reading lamp" in shown.text and 'href=""' not in shown.text


def test_nobody_inherits_the_ids_of_the_erased(town):
    done = full_life(town)
    token = endorsers.stop_token(town.house.keyring, done.channel_id)
    erase(town, done.endorser_id)
    heir = town.member("ben@people.test", BEN)
    assert heir.channel_id != done.channel_id and heir.endorser_id != done.endorser_id
    assert town.client.post(f"/stop/{token}", data={"List-Unsubscribe": "One-Click"}).status_code == 200
    assert town.verdict(heir.endorser_id).allowed
    events = town.read(lambda tx: endorsers.ledger_of(tx, town.site.id, heir.endorser_id))
    assert {row.action for row in events} == {"requested", "given"}


def test_somebody_of_another_site_is_not_found(town):
    done = town.member()
    with pytest.raises(NotFound):
        erasure.erase(town.house, town.site.id + 1, done.endorser_id, likes_too=False, method="system", actor="system")
    assert town.verdict(done.endorser_id).allowed


def test_the_preview_counts_what_there_is(town):
    done = full_life(town)
    found = dict(town.read(lambda tx: erasure.preview(tx, town.site.id, done.endorser_id)))
    assert found == {"addresses": 1, "profiles": 1, "answers": 0, "letters": 0, "quotes": 0, "visits": 1, "likes": 1,
                     "orders": 0}


def test_every_table_that_names_a_person_is_cleared_by_somebody(town):
    """A new table with a visitor, an endorser or a channel in it has to be thought of in ERASE."""
    named = {table.name for table in tables.metadata.sorted_tables
             if {"visitor_id", "endorser_id", "channel_id"} & set(table.c.keys())}
    stays = {"journal", "consent_events"}  # ids only, which lead nowhere afterwards
    assert named == {"answers", "channels", "consents", "conversations", "likes", "mailed_links", "merges", "opt_ins", "orders",
                     "person_sessions", "profile_links", "prompt_showings", "prompt_turns", "subscriptions", "visitors",
                     "visits", "endorser_notes", "endorser_tags", "bounces", "quotes", "feed_keys", "shares", "share_credits",
                     "grants_begun", "public_pages", "outside_letters"} | stays
    done = full_life(town)
    erase(town, done.endorser_id)
    for table in tables.metadata.sorted_tables:
        if "endorser_id" in table.c and table.name not in stays:
            assert town.rows(table, table.c.endorser_id == done.endorser_id) == [], table.name
    assert SECRET_WORDS not in everything(town)
