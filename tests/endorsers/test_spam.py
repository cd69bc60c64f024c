"""What looks like link spam waits for an admin, with reasons; nothing is dropped. On both databases."""

import json

import pytest
import sqlalchemy as sa
from endorsers.test_link_checks import database, read, somebody
from ground.making import NOW

from afterlike import endorsers, tables
from afterlike.endorsers import public, spam

__all__ = ["database"]  # a fixture

CASES = [
    ("https://ada.example/", "Ada", spam.Seen(0, 0, False), []),
    ("https://ada.example/", "Ada", spam.Seen(0, 0, True), ["fresh"]),
    ("https://best-casino.example/", None, spam.Seen(0, 0, False), ["selling"]),
    ("https://ada.example/", "Cheap loans", spam.Seen(0, 0, False), ["selling"]),
    ("https://seoul.example/slotted/cheaply", "Loana", spam.Seen(0, 0, False), []),
    ("https://ada.example/", None, spam.Seen(3, 5, True), ["template", "network", "fresh"]),
    ("https://ada.example/", None, spam.Seen(2, 4, False), []),
]


@pytest.mark.parametrize(("url", "name", "seen", "reasons"), CASES)
def test_the_score_and_its_reasons(url, name, seen, reasons):
    assert spam.judged(url, name, seen) == (sum(spam.SCORES[one] for one in reasons), reasons)


def test_the_same_template_by_many_people_waits(database):
    site, _, first = somebody(database, "https://pages.example/profile-1")
    assert (read(database, first).review, json.loads(read(database, first).reasons)) == (None, ["fresh"])
    others = [somebody(database, f"https://pages.example/profile-{n}", site)[2] for n in range(2, 5)]
    assert [read(database, one).score for one in others] == [0, 0, 40]
    *_, link = somebody(database, "https://pages.example/profile-5?casino", site)
    row = read(database, link)
    assert (row.review, row.score) == ("waiting", 50) and json.loads(row.reasons) == ["selling"]


def test_many_links_of_one_network_on_one_day_wait(database):
    site, who, _ = somebody(database, "https://a.example/")
    for n in range(6):
        claim = {"site_id": site, "uuid": bytes([n]) * 16, "endorser_id": who + n + 1, "name": None,
                 "url": f"https://site{n}.example/", "claimed_at": NOW, "from_hash": b"f" * 16}
        with database.engine.begin() as tx:
            tx.execute(sa.insert(tables.endorsers).values(id=who + n + 1, site_id=site, made_at=NOW))
            [link] = endorsers.claim_links(tx, [claim])
    assert json.loads(read(database, link.id).reasons) == ["network", "fresh"] and read(database, link.id).review == "waiting"


def test_a_network_that_everybody_knows_is_never_fresh(database):
    assert read(database, somebody(database, "https://instagram.com/ada")[2]).score == 0


def test_accepting_refusing_and_taking_back(database):
    site, who, link = somebody(database, "https://casino.example/")
    with database.engine.begin() as tx:
        key = public.keep_page(tx, [(site, who, "Ada", None, NOW)])[0]
        tx.execute(sa.update(tables.profile_links).values(state="proven", found="proven", proven_at=NOW))
        assert endorsers.review_counts(tx, site) == {"waiting": 1}
        assert [one.id for one in endorsers.links_to_review(tx, site, "waiting")] == [link]
        assert len(public.page_at(tx, key).links) == 1
    for decision, state, shown in (("refuse", "refused", 0), ("undo", "waiting", 1), ("accept", "accepted", 1)):
        assert database.write(endorsers.review_link, (site, link, decision, 7, NOW)) is None
        with database.read() as tx:
            assert read(database, link).review == state and len(public.page_at(tx, key).links) == shown


def test_what_never_waited_cannot_be_decided_on(database):
    site, _, link = somebody(database, "https://ada.example/")
    with database.engine.begin() as tx:
        told = endorsers.review_link(tx, [(site, link, "refuse", 7, NOW), (site + 1, link, "refuse", 7, NOW)])
    assert all(told) and read(database, link).review is None
