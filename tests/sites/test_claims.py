"""Claims on origins: proven by what is there, rechecked, lapsed after two failures, one site's at a time; on both databases."""

from pathlib import Path
from types import SimpleNamespace

import pytest
import sqlalchemy as sa
from ground.making import NOW, Aside, opened
from sites.claiming import a_site, claimed, outside, read, rows

from afterlike import outbox, sites, tables
from afterlike.clock import DAY, HOUR
from afterlike.errors import Invalid, NotFound
from afterlike.sites import checks, proofs
from afterlike.sites.claims import MOST_CLAIMS

ORIGIN = "https://shop.example"
FOUND = proofs.Found("dns")
MISSING = proofs.Found(None, "DNS: nothing.\nFile: nothing.\nPage: nothing.")


@pytest.fixture
def database(database_url):
    with opened(database_url) as made:
        yield made


@pytest.fixture
def world():
    with outside() as made:
        yield made


@pytest.fixture
def shop(database):
    return a_site(database)


def settle(database, claim: sites.Claim, found: proofs.Found, at: int) -> str | None:
    return database.write(checks.settle, checks.Outcome(checks.Due(claim.id, claim.origin, claim.token), found, at))


def proven(database, site, origin: str = ORIGIN, at: int = NOW) -> sites.Claim:
    claim = claimed(database, site, origin)
    assert settle(database, claim, FOUND, at) == "proven"
    return read(database, site, claim.id)


def due(database, at: int) -> list[int]:
    with database.read() as tx:
        return [one.id for one in checks.due(tx, at)]


# Making one.


def test_a_claim_has_a_token_of_its_own_and_is_not_proven(database, shop):
    claim = claimed(database, shop, " https://Shop.example:443/ ")
    assert (claim.origin, claim.state, claim.is_proven, claim.waits) == (ORIGIN, "claimed", False, False)
    assert len(claim.token) == 26 and set(claim.token) <= set("abcdefghijklmnopqrstuvwxyz234567")
    assert claim.line == f"afterlike-site={claim.token}" and claim.record == "_afterlike.shop.example"
    assert len({claimed(database, shop, f"https://{n}.example").token for n in range(5)} | {claim.token}) == 6


def test_claiming_twice_is_claiming_once_and_another_site_has_its_own(database, shop):
    first = claimed(database, shop, ORIGIN)
    assert claimed(database, shop, ORIGIN) == first
    other = claimed(database, a_site(database, "Other"), ORIGIN)
    assert other.id != first.id and other.token != first.token


@pytest.mark.parametrize(("typed", "told"), [
    ("", "no web address"), ("https://*.shop.example", "one exact origin"), ("shop.example", "https://shop.example"),
    ("https://shop.example/lamps?x=1", "nothing after it: https://shop.example"), ("ftp://shop.example", "no web address"),
    ("https://ada@shop.example", "no web address"), ("javascript:alert(1)", "no web address"),
    ("https://sh\0p.example", "no web address"),
    ("https://shop.example#a", "https://shop.example"), ("https://" + ".".join(["a" * 60] * 5), "no web address"),
    ("https://münchen.example/x", "https://xn--mnchen-3ya.example"),
])  # fmt: skip
def test_what_is_no_exact_origin_is_refused_with_what_to_do(database, shop, typed, told):
    with pytest.raises(Invalid) as refused:
        database.write(sites.claim, (shop.id, typed, NOW))
    assert told in refused.value.fields["origin"] and rows(database) == []


def test_a_site_claims_no_more_than_it_may(database, shop):
    for number in range(MOST_CLAIMS):
        claimed(database, shop, f"https://{number}.example")
    with pytest.raises(Invalid) as refused:
        database.write(sites.claim, (shop.id, ORIGIN, NOW))
    assert "Remove one" in refused.value.sentence
    claimed(database, a_site(database, "Other"), ORIGIN)


def test_two_who_claim_at_once_get_the_same_claim(database, shop):
    made = [Aside(lambda: database.write(sites.claim, (shop.id, ORIGIN, NOW))) for _ in range(8)]
    assert len({one.result() for one in made}) == 1


@pytest.mark.parametrize("change", [
    lambda site, claim: (sites.ask_check, (site.id, claim.id, NOW)),
    lambda site, claim: (sites.renew_token, (site.id, claim.id)),
    lambda site, claim: (sites.remove_claim, (site.id, claim.id)),
], ids=["check", "renew", "remove"])  # fmt: skip
def test_another_sites_claim_is_not_there(database, shop, change):
    claim, other = proven(database, shop), a_site(database, "Other")
    with pytest.raises(NotFound):
        database.write(*change(other, claim))
    with pytest.raises(NotFound):
        read(database, other, claim.id)
    assert read(database, shop, claim.id) == claim


def test_a_removed_claim_is_gone_and_can_be_made_anew(database, shop):
    claim = proven(database, shop)
    database.write(sites.remove_claim, (shop.id, claim.id))
    with pytest.raises(NotFound):
        read(database, shop, claim.id)
    with pytest.raises(NotFound):
        database.write(sites.remove_claim, (shop.id, claim.id))
    again = claimed(database, shop, ORIGIN)
    assert again.state == "claimed" and again.token != claim.token


def test_a_new_token_ends_what_the_old_one_proved(database, shop):
    claim = proven(database, shop)
    database.write(sites.renew_token, (shop.id, claim.id))
    now = read(database, shop, claim.id)
    assert (now.state, now.proven_at, now.checked_at, now.due_at) == ("claimed", None, None, None) and now.token != claim.token
    assert settle(database, claim, FOUND, NOW) is None  # a look that was on its way, for the old token
    assert read(database, shop, claim.id).state == "claimed"


# Checks.


def test_a_check_is_made_only_when_it_is_asked_for_or_due(database, shop):
    claim = claimed(database, shop, ORIGIN)
    assert due(database, NOW + 400 * DAY) == []
    database.write(sites.ask_check, (shop.id, claim.id, NOW))
    database.write(sites.ask_check, (shop.id, claim.id, NOW + 1))
    assert due(database, NOW) == [claim.id] and read(database, shop, claim.id).waits
    settle(database, claim, FOUND, NOW)
    assert due(database, NOW + 30 * DAY - 1) == [] and due(database, NOW + 30 * DAY) == [claim.id]


def test_whoever_waits_is_served_first_and_not_all_at_once(database, shop):
    old = [proven(database, shop, f"https://{n}.example") for n in range(10)]
    new = claimed(database, shop, ORIGIN)
    database.write(sites.ask_check, (shop.id, new.id, NOW + 60 * DAY))
    first = due(database, NOW + 60 * DAY)
    assert first[0] == new.id and first[1:] == [claim.id for claim in old[:7]]


def test_a_claim_without_proof_says_why(database, shop):
    claim = claimed(database, shop, ORIGIN)
    database.write(sites.ask_check, (shop.id, claim.id, NOW))
    assert settle(database, claim, MISSING, NOW + 5) == "claimed"
    now = read(database, shop, claim.id)
    assert now.problems == ["DNS: nothing.", "File: nothing.", "Page: nothing."]
    assert (now.checked_at, now.due_at, now.waits) == (NOW + 5, NOW + 5 + HOUR, False)
    settle(database, claim, FOUND, NOW + 6)
    now = read(database, shop, claim.id)
    assert (now.state, now.method, now.problem, now.proven_at) == ("proven", "dns", None, NOW + 6)


def test_a_check_that_failed_is_made_again_for_some_days_and_then_waits_for_the_person(database, shop):
    claim, at = claimed(database, shop, ORIGIN), NOW
    for asked in range(2):
        database.write(sites.ask_check, (shop.id, claim.id, at))
        for pause in (HOUR, 6 * HOUR, DAY, 3 * DAY):
            assert due(database, at) == [claim.id]
            settle(database, claim, MISSING, at)
            settle(database, claim, MISSING, at)  # an outcome that comes twice is one
            assert due(database, at + pause - 1) == []
            at += pause
        settle(database, claim, MISSING, at)
        assert due(database, at + 400 * DAY) == [] and read(database, shop, claim.id).due_at is None, asked
    assert read(database, shop, claim.id).state == "claimed"


def test_what_was_put_in_place_late_is_found_by_itself_and_starts_without_failures(database, shop):
    claim = claimed(database, shop, ORIGIN)
    database.write(sites.ask_check, (shop.id, claim.id, NOW))
    settle(database, claim, MISSING, NOW)
    assert settle(database, claim, FOUND, NOW + HOUR) == "proven"
    assert settle(database, claim, MISSING, NOW + 31 * DAY) == "proven"
    assert read(database, shop, claim.id).failures == 1


def test_a_proven_claim_lapses_at_the_second_failure_a_day_after_the_first(database, shop):
    claim = proven(database, shop)
    first = NOW + 30 * DAY
    assert settle(database, claim, MISSING, first) == "proven"
    now = read(database, shop, claim.id)
    assert (now.failures, now.due_at, now.problems) == (1, first + DAY, MISSING.problem.split("\n"))
    assert settle(database, claim, MISSING, first + DAY) == "lapsed"
    now = read(database, shop, claim.id)
    assert (now.state, now.due_at, now.is_proven) == ("lapsed", None, False)
    assert due(database, first + 400 * DAY) == []
    assert settle(database, claim, FOUND, first + 2 * DAY) == "proven"
    assert read(database, shop, claim.id).proven_at == first + 2 * DAY


def test_pressing_the_button_neither_hurries_a_lapse_nor_puts_it_off(database, shop):
    claim = proven(database, shop)
    settle(database, claim, MISSING, NOW)
    for hours in (1, 12, 23):
        database.write(sites.ask_check, (shop.id, claim.id, NOW + hours * HOUR))
        assert due(database, NOW + hours * HOUR) == [claim.id]
        assert settle(database, claim, MISSING, NOW + hours * HOUR) == "proven"
        assert due(database, NOW + hours * HOUR) == []
    assert due(database, NOW + DAY) == [claim.id]
    assert settle(database, claim, MISSING, NOW + DAY) == "lapsed"


def test_a_proof_that_is_found_again_in_time_starts_anew(database, shop):
    claim = proven(database, shop)
    settle(database, claim, MISSING, NOW)
    settle(database, claim, proofs.Found("file"), NOW + HOUR)
    now = read(database, shop, claim.id)
    assert (now.failures, now.method, now.problem, now.due_at) == (0, "file", None, NOW + HOUR + 30 * DAY)
    assert now.proven_at == claim.proven_at
    assert settle(database, claim, MISSING, NOW + DAY) == "proven"


def test_the_same_outcome_twice_is_the_same_as_once(database, shop):
    claim = proven(database, shop)
    settle(database, claim, MISSING, NOW + DAY)
    before = read(database, shop, claim.id)
    settle(database, claim, MISSING, NOW + DAY)
    assert read(database, shop, claim.id) == before


def test_a_kill_between_looking_and_keeping_loses_nothing(database, shop, world):
    claim = claimed(database, shop, world.origin.url)
    database.write(sites.ask_check, (shop.id, claim.id, NOW))
    proofs.look(claim.origin, claim.token, world.way)  # and here the process dies
    assert due(database, NOW) == [claim.id] and read(database, shop, claim.id).waits


# One origin, one site.


def test_an_origin_is_one_sites_at_a_time(database, shop):
    other = a_site(database, "Other")
    first, second = proven(database, shop), claimed(database, other, ORIGIN)
    database.write(sites.ask_check, (other.id, second.id, NOW))
    assert settle(database, second, FOUND, NOW) == "claimed"
    told = read(database, other, second.id)
    assert "already proven by another site of this collector" in told.problem and shop.name not in told.problem
    assert not told.waits and told.due_at is None
    settle(database, first, MISSING, NOW + 30 * DAY)
    assert settle(database, second, FOUND, NOW + 30 * DAY) == "claimed"
    settle(database, first, MISSING, NOW + 31 * DAY)
    assert settle(database, second, FOUND, NOW + 31 * DAY) == "proven"
    assert settle(database, first, FOUND, NOW + 32 * DAY) == "lapsed"  # now it is the other way round


def test_who_cannot_prove_it_is_not_told_that_somebody_did(database, shop):
    proven(database, shop)
    other = a_site(database, "Other")
    claim = claimed(database, other, ORIGIN)
    settle(database, claim, MISSING, NOW)
    assert "another site" not in read(database, other, claim.id).problem


def test_of_two_who_prove_it_at_once_one_does(database):
    claims = [claimed(database, a_site(database, f"Shop{n}"), ORIGIN) for n in range(6)]
    looks = [Aside(lambda claim=claim: settle(database, claim, FOUND, NOW)) for claim in claims]
    assert sorted(look.result() for look in looks) == ["claimed"] * 5 + ["proven"]
    assert sorted(row.state for row in rows(database)) == ["claimed"] * 5 + ["proven"]


def test_the_database_itself_lets_only_one_be_proven(database, shop):
    proven(database, shop)
    claim = claimed(database, a_site(database, "Other"), ORIGIN)
    with pytest.raises(sa.exc.IntegrityError), database.engine.begin() as tx:
        tx.execute(sa.update(tables.origin_claims).where(tables.origin_claims.c.id == claim.id).values(state="proven"))


# What a worker does with them.


def house(database, world) -> SimpleNamespace:
    return SimpleNamespace(db=database, config=SimpleNamespace(dns=world.way.dns, fetch_allow=world.way.allow))


def test_the_worker_looks_at_what_is_due_and_keeps_what_it_found(database, shop, world):
    by_file, nothing = claimed(database, shop, world.origin.number), claimed(database, shop, world.origin.url)
    world.origin.file(by_file.line)
    assert sites.check_due(house(database, world)) == 0 and world.origin.asked == []
    for claim in (by_file, nothing):
        database.write(sites.ask_check, (shop.id, claim.id, NOW))
    assert sites.check_due(house(database, world)) == 2
    assert read(database, shop, by_file.id).method == "file"
    told = read(database, shop, nothing.id)
    assert (told.state, len(told.problems)) == ("claimed", 3)
    assert sites.check_due(house(database, world)) == 0


def test_a_lapse_is_told_to_every_owner_once(database, shop, smtp_peer):
    with database.engine.begin() as tx:
        for email, role in (("ada@shop.test", "owner"), ("ben@shop.test", "owner"), ("cem@shop.test", "editor")):
            sites.add_admin(tx, email=email, site_id=shop.id, role=role, now=NOW)
    claim = proven(database, shop)
    for later in (0, DAY, 2 * DAY, 3 * DAY):
        settle(database, claim, MISSING, NOW + later)
    assert mailed(database, smtp_peer, NOW + 3 * DAY) == 2 and mailed(database, smtp_peer, NOW + 9 * DAY) == 0
    letters = smtp_peer.wait_for(2)
    assert sorted(letter.recipients for letter in letters) == [("ada@shop.test",), ("ben@shop.test",)]
    page = f"https://likes.test/admin/sites/{shop.key}/extension#claim-{claim.id}"
    for letter in letters:
        for told in (f"Subject: The claim on {ORIGIN} has lapsed", "belongs to Shop", page, "File: nothing."):
            assert told.encode() in letter.raw


@pytest.mark.parametrize("change", [
    lambda database, shop, claim: settle(database, claim, FOUND, NOW + 2 * DAY),
    lambda database, shop, claim: database.write(sites.remove_claim, (shop.id, claim.id)),
    lambda database, shop, claim: database.write(_as_viewer, shop.id),
], ids=["proven again", "removed", "an owner no more"])  # fmt: skip
def test_a_lapse_that_is_put_right_before_the_mail_leaves_is_not_told(database, shop, smtp_peer, change):
    with database.engine.begin() as tx:
        sites.add_admin(tx, email="ada@shop.test", site_id=shop.id, role="owner", now=NOW)
    claim = proven(database, shop)
    for later in (0, DAY):
        settle(database, claim, MISSING, NOW + later)
    change(database, shop, claim)
    assert mailed(database, smtp_peer, NOW + 2 * DAY) == 0 and smtp_peer.letters == []
    with database.read() as tx:
        assert tx.scalars(sa.select(tables.outbox.c.state)).all() == ["dropped"]


def _as_viewer(tx: sa.Connection, items: list[int]) -> list[None]:
    for site_id in items:
        sites.add_admin(tx, email="ada@shop.test", site_id=site_id, role="viewer", now=NOW)
    return [None] * len(items)


def mailed(database, smtp_peer, at: int) -> int:
    """How many letters about lapses left."""
    config = SimpleNamespace(
        smtp_url=smtp_peer.url, mail_from="likes@likes.test", address="https://likes.test", folder=Path("nowhere")
    )
    return outbox.deliver(database, {"claim_lapsed": lambda payload: sites.send_lapse(database, config, payload)}, now=at)


def test_an_origin_that_is_away_is_a_failure_too(database, shop, world):
    claim = proven(database, shop, "http://localhost:1", at=NOW - 400 * DAY)
    assert sites.check_due(house(database, world)) == 1
    now = read(database, shop, claim.id)
    assert (now.state, now.failures, len(now.problems)) == ("proven", 1, 3)


# What a claim opens.


def test_only_a_proven_claim_leads_to_the_likes_of_its_origin(database, shop):
    with database.engine.begin() as tx:
        kept = sa.insert(tables.sites).values(key=ORIGIN, name="shop.example", unclaimed_origin=ORIGIN, made_at=NOW)
        row_id = tx.scalar(kept.returning(tables.sites.c.id))
    claim = claimed(database, shop, ORIGIN)
    elsewhere = proven(database, shop, "https://elsewhere.example")
    with database.read() as tx:
        assert sites.rows_of(tx, sites.claims_of(tx, shop.id)) == {}
    settle(database, claim, FOUND, NOW)
    with database.read() as tx:
        assert sites.rows_of(tx, sites.claims_of(tx, shop.id)) == {claim.id: row_id} and elsewhere.id != claim.id
