"""POST /v1/erasures: what one browser left is gone; what belongs to an address that somebody proved stays theirs."""

import json

import pytest
import sqlalchemy as sa
from endorsers.town import AGENT, ORIGIN, PUBLIC

from afterlike import endorsers, tables
from cast import ADA, BEN, CHAIR, CLEO, LAMP, like, visit

ADDRESS, PROFILE = "ana.find-me@people.test", "https://pots.test/@ana-find-me"
CHROME = "chrome-extension://abcdefghijklmnopabcdefghijklmnop"


def by_extension(town, path: str, body: dict):
    def post(path: str, body: dict):
        return town.client.post(path, data=json.dumps(body), headers={"Origin": CHROME, "User-Agent": AGENT},
                                content_type="text/plain")

    return post(path, body | {"install": post("/v1/installs", {"version": "1"}).json["token"]})


def full_life(town, visitor: str = ADA) -> None:
    """A browser that did everything which leaves a trace, and confirmed nothing."""
    assert town.opt_in(ADDRESS, visitor).status_code == 202
    town.deliver()
    [step] = town.read(lambda tx: tx.execute(sa.select(tables.prompts.c.key, tables.prompts.c.version).where(
        tables.prompts.c.key == "welcome")).all())
    said = {"like": town.likes[visitor], "prompt": step.key, "version": step.version, "visitor": visitor}
    for path, body in (
        ("answers", said | {"id": "0b9d1c1e-0000-4000-8000-000000000001", "answers": {"why": [{"other": "find-me"}]}}),
        ("shown", said | {"id": "0b9d1c1e-0000-4000-8000-000000000002", "event": "shown"}),
        ("profile-links", {"id": "0b9d1c1e-0000-4000-8000-000000000003", "like": town.likes[visitor], "visitor": visitor,
                           "url": PROFILE}),
        ("visits", visit(site=town.site.key, visitor=visitor, url="https://shop.test/lamp?from=ana-find-me")),
    ):
        assert town.post(f"/v1/{path}", body).status_code in (200, 202), path


def erase(town, visitor: str = ADA) -> dict:
    told = town.post("/v1/erasures", {"visitor": visitor})
    assert told.status_code == 200, told.text
    return told.json


def everything(town) -> str:
    return town.read(lambda tx: "\n".join(
        str(tuple(row)) for table in tables.metadata.sorted_tables for row in tx.execute(sa.select(table))))


GONE = {"erased": True, "kept": None}


def test_what_a_browser_left_is_in_no_table(town):
    full_life(town)
    town.like(BEN)
    assert everything(town).count("find-me") > 3
    told = erase(town)
    assert told == GONE | {"me": f"{PUBLIC}/me?site={town.site.key}"}
    assert "find-me" not in everything(town)
    assert sorted((row.state, row.page_url) for row in town.rows(tables.likes)) == [("counted", LAMP["url"]), ("withdrawn", "")]
    assert town.rows(tables.like_counts)[0].counted == 1
    assert town.rows(tables.visitors, tables.visitors.c.hash == hashed(town, ADA)) == []
    for table in (tables.answers, tables.visits, tables.prompt_showings, tables.prompt_turns, tables.opt_ins, tables.channels,
                  tables.profile_links):
        assert [row for row in town.rows(table) if getattr(row, "visitor_id", None) != bens(town)] == [], table.name
    assert town.ledger()[-1] == ("erased", "all", "widget_form")
    assert town.read(lambda tx: endorsers.broken(tx, town.site.id)) is None


def hashed(town, visitor: str) -> bytes:
    return town.house.keyring.hashed("visitor", f"{town.site.id}:{visitor}")


def bens(town) -> int:
    return town.rows(tables.visitors, tables.visitors.c.hash == hashed(town, BEN))[0].id


def test_twice_is_once_and_a_stranger_is_told_the_same(town):
    full_life(town)
    first = erase(town)
    left = everything(town)
    assert erase(town) == first == erase(town, CLEO)
    assert everything(town) == left, "nothing is written for a browser that nobody knows"


def test_whoever_was_erased_may_like_again_as_a_stranger(town):
    full_life(town)
    erase(town)
    assert town.rows(tables.like_counts)[0].counted == 0
    again = town.post("/v1/likes", like(site=town.site.key, visitor=ADA)).json
    assert again["liked"] and again["count"] == 1 and again["next_step"]["kind"] == "survey"


def test_the_extension_erases_what_it_left(sqlite_town):
    full_life(sqlite_town)
    told = by_extension(sqlite_town, "/v1/erasures", {"site": sqlite_town.site.key, "visitor": ADA})
    assert told.json["erased"] and "find-me" not in everything(sqlite_town)
    assert sqlite_town.ledger()[-1] == ("erased", "all", "extension_form")


def test_the_extension_erases_what_is_unclaimed(town):
    page = "https://pots.example"
    liked = by_extension(town, "/v1/likes", like(site="", product=LAMP | {"url": f"{page}/lamp"})).json
    assert liked["site"] == page
    told = by_extension(town, "/v1/erasures", {"site": page, "visitor": ADA})
    assert told.json == GONE | {"me": f"{PUBLIC}/me"}
    [row] = town.rows(tables.likes)
    assert row.state == "withdrawn" and row.page_url == ""
    assert town.rows(tables.like_counts)[0].counted == 0 and town.rows(tables.consent_heads) == []


# Somebody with an address.


def test_what_belongs_to_a_confirmed_address_stays_and_is_said_to(town):
    done = town.member(ADDRESS)
    town.post("/v1/profile-links", {"id": "0b9d1c1e-0000-4000-8000-000000000003", "like": town.likes[ADA], "visitor": ADA,
                                    "url": PROFILE})
    assert erase(town) == {"erased": True, "kept": "address", "me": f"{PUBLIC}/me?site={town.site.key}"}
    assert town.verdict(done.endorser_id).allowed
    assert [row.address for row in town.rows(tables.channels)] == [ADDRESS] and len(town.rows(tables.profile_links)) == 1
    assert [row.state for row in town.rows(tables.likes)] == ["withdrawn"]
    assert [row.endorser_id for row in town.rows(tables.visitors)] == [None]
    assert "erased" not in {action for action, *_ in town.ledger()}
    assert erase(town)["kept"] is None, "the browser is a stranger now"


def test_a_person_s_other_browser_is_untouched(town):
    done = town.member(ADDRESS, ADA)
    town.like(BEN)
    town.opt_in(ADDRESS, BEN)
    with town.house.db.engine.begin() as tx:
        tx.execute(sa.update(tables.mailed_links).values(made_at=0, ends_at=0))
    town.deliver()
    erase(town, ADA)
    assert town.verdict(done.endorser_id).allowed
    assert sorted(row.state for row in town.rows(tables.likes)) == ["counted", "withdrawn"]
    assert len(town.rows(tables.opt_ins, tables.opt_ins.c.visitor_id == bens(town))) == 1


def test_nobody_stops_another_s_letters_with_their_address(town):
    """A mallory types the address of somebody else, who then asks for letters too; and erases what mallory left."""
    town.opt_in(ADDRESS, ADA)
    town.deliver()
    town.opt_in(ADDRESS, BEN)
    town.deliver()
    erase(town, ADA)
    assert town.rows(tables.suppressions) == []
    done = town.confirm()
    assert done is not None and town.verdict(done.endorser_id).allowed
    assert "find-me" in everything(town)


def test_a_confirmation_that_waits_is_not_mailed_any_more(town):
    town.opt_in(ADDRESS)
    erase(town)
    town.deliver()
    assert town.letters == [] and town.waiting() == []


def test_an_address_that_was_only_typed_can_be_asked_for_again_at_once(town):
    town.opt_in(ADDRESS)
    town.deliver()
    erase(town)
    town.opt_in(ADDRESS, BEN)
    town.deliver()
    assert len(town.letters) == 2 and town.confirm() is not None


@pytest.mark.parametrize("way", [{"Origin": "https://evil.test"}, {}], ids=["another page", "no key"])
def test_only_pages_of_the_site_and_the_extension_may_ask(sqlite_town, way):
    full_life(sqlite_town)
    told = sqlite_town.client.post("/v1/erasures", json={"site": sqlite_town.site.key, "visitor": ADA},
                                   headers={"User-Agent": AGENT} | way)
    assert told.status_code in (401, 403) and "find-me" in everything(sqlite_town)


def test_a_site_erases_nothing_of_another(sqlite_town):
    full_life(sqlite_town)
    sqlite_town.like(BEN, CHAIR)
    page = "https://pots.example"
    by_extension(sqlite_town, "/v1/likes", like(site="", product=LAMP | {"url": f"{page}/lamp"}))
    by_extension(sqlite_town, "/v1/erasures", {"site": page, "visitor": ADA})
    assert "find-me" in everything(sqlite_town) and ORIGIN in everything(sqlite_town)
    assert sorted(row.state for row in sqlite_town.rows(tables.likes)) == ["counted", "counted", "withdrawn"]
