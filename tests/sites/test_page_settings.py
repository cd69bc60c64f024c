"""Settings of a site's pages as rows: by part and language, with one way back; what is kept for less long goes, and no more."""

import uuid

import pytest
import sqlalchemy as sa
from ground.making import NOW, opened

from afterlike import endorsers, outbox, sites, tables
from afterlike.app import close_house, open_house
from afterlike.clock import DAY
from afterlike.collect import forget_drops, forget_visits
from afterlike.config import load
from afterlike.errors import Unavailable
from afterlike.migrate import migrate
from afterlike.sites import retention, served, webhooks
from afterlike.sites.page_settings import Kept, Save, save, settings_of, undo
from afterlike.sites.words_pages import Said, say

LIMITS = {"visits": (30, 760), "mail": (3, 30), "drops": (7, 400), "pending": (3, 7)}


@pytest.fixture
def database(database_url):
    with opened(database_url) as made:
        yield made


@pytest.fixture
def two(database):
    """Two sites with the same rows of every age: one every 20 days, back to a year ago."""
    with database.engine.begin() as tx:
        pair = [sites.add_site(tx, name=name, origins=[], now=NOW) for name in ("Here", "There")]
        for site in pair:
            filled(tx, site.id)
    return pair


def filled(tx, site_id: int) -> None:
    made = (NOW - 20 * n * DAY for n in range(1, 19))
    who = {"site_id": site_id, "hash": uuid.uuid4().bytes, "first_seen_at": NOW}
    visitor = tx.scalar(sa.insert(tables.visitors).values(who).returning(tables.visitors.c.id))
    what = {"site_id": site_id, "url": "https://hook.test/", "kinds": "[]", "state": "running", "nonce": "n", "made_at": NOW}
    hook = tx.scalar(sa.insert(tables.webhooks).values(what).returning(tables.webhooks.c.id))
    for at in made:
        mine = {"site_id": site_id, "visitor_id": visitor}
        tx.execute(sa.insert(tables.visits).values(mine | {"uuid": new(), "page_url": "https://x.test/", "visited_at": at}))
        drop = {"site_id": site_id, "day": at // DAY, "call": "likes", "reason": "rate", "count": 3}
        tx.execute(sa.insert(tables.drops).values(drop))
        for state in ("sent", "waiting"):
            letter = {"site_id": site_id, "kind": "message", "payload": "{}", "state": state, "due_at": at, "made_at": at}
            tx.execute(sa.insert(tables.outbox).values(letter))
        told = {"webhook_id": hook, "uuid": new(), "kind": "liked", "body": "{}", "state": "delivered", "made_at": at}
        tx.execute(sa.insert(tables.webhook_deliveries).values(told))
        for state, settled in (("asked", None), ("refused", at)):
            asked = {"uuid": new(), "like_id": 1, "subject": new(), "topics": "[]", "consents": "[]", "locale": "en",
                     "method": "widget_form", "state": state, "asked_at": at, "settled_at": settled}
            tx.execute(sa.insert(tables.opt_ins).values(mine | asked))


def new() -> bytes:
    return uuid.uuid4().bytes


def test_a_part_is_kept_undone_and_done_again(database, two):
    here, there = two
    with database.engine.begin() as tx:
        save(tx, [Save(here.id, "looks", {"radius": 6}, NOW), Save(here.id, "looks", {"radius": 8}, NOW)])
        save(tx, [Save(here.id, "looks", {"radius": 8}, NOW)])  # the same once more leaves the way back
        assert settings_of(tx, here.id)["looks"] == Kept({"radius": 8}, {"radius": 6})
        undo(tx, [(here.id, "looks", NOW)])
        assert settings_of(tx, here.id)["looks"] == Kept({"radius": 6}, {"radius": 8})
        undo(tx, [(here.id, "looks", NOW), (here.id, "words", NOW)])
        assert settings_of(tx, here.id)["looks"].value == {"radius": 8}
        assert settings_of(tx, there.id) == {"looks": Kept(), "privacy": Kept(), "words": Kept()}


def test_languages_do_not_overwrite_each_other(database, two):
    with database.engine.begin() as tx:
        site_id = two[0].id
        german, indonesian = ({"button": {"label": label}} for label in ("Mag ich", "Suka!"))
        say(tx, [Said(site_id, "de", german, NOW), Said(site_id, "id", indonesian, NOW)])
        assert settings_of(tx, site_id)["words"].value == {"de": german, "id": indonesian}
        say(tx, [Said(site_id, "de", {}, NOW)])
        assert list(settings_of(tx, site_id)["words"].value) == ["id"]


def test_as_many_rows_go_as_were_told_and_none_of_another_site(database, two):
    here, there = two
    days = {"visits": 90, "mail": 10, "drops": 50, "pending": 3}
    with database.engine.begin() as tx:
        retention.keep(tx, [(here.id, days)])
        assert retention.days_of(tx, here.id, LIMITS) == days
        told, before = retention.doomed(tx, here.id, days, NOW), {site.id: rows_of(tx, site.id) for site in two}
        for what, forget in FORGET:
            forget(tx, [(NOW, days[what], here.id)])
        assert told == {"visits": 14, "mail": 36, "drops": 16, "pending": 36}  # what waits is never forgotten
        assert rows_of(tx, here.id) == before[here.id] - sum(told.values()) and rows_of(tx, there.id) == before[there.id]


FORGET = (("visits", forget_visits), ("mail", outbox.forget), ("mail", webhooks.forget), ("drops", forget_drops),
          ("pending", endorsers.expire))


def rows_of(tx, site_id: int) -> int:
    of_site = (tables.visits, tables.drops, tables.outbox, tables.opt_ins)
    hooks, log = tables.webhooks.c, tables.webhook_deliveries
    told = log.c.webhook_id.in_(sa.select(hooks.id).where(hooks.site_id == site_id))
    which = [(table, table.c.site_id == site_id) for table in of_site] + [(log, told)]
    return sum(tx.scalar(sa.select(sa.func.count()).select_from(table).where(ours)) for table, ours in which)


def test_while_the_database_is_away_the_last_line_stands_in_and_no_plain_widget(tmp_path):
    """A plain one would remember what the owner wants forgotten."""
    here = an_open_house(tmp_path)
    try:
        with here.db.engine.begin() as tx:
            made = sites.add_site(tx, name="Here", origins=[], now=NOW)
            save(tx, [Save(made.id, "privacy", {"remember": "never"}, NOW)])
        told = served.told_of(here, made.key)
        assert '"remember":"never"' in told.line and served.told_of(here, "nobody") == served.NOBODY
        with here.db.engine.begin() as tx:
            tx.execute(sa.text("DROP TABLE page_settings"))
        del here.state["page_lines"]  # what was remembered for two seconds
        assert served.told_of(here, made.key) == told
        del here.state["last_lines"]
        with pytest.raises(Unavailable):
            served.told_of(here, made.key)
    finally:
        close_house(here)


def an_open_house(home):
    config = load({"AFTERLIKE_HOME": str(home)})
    migrate(config.database_url, config.folder)
    return open_house(config)


def test_only_sites_that_keep_less_are_asked_apart(database, two):
    here, there = two
    with database.engine.begin() as tx:
        retention.keep(tx, [(here.id, {"visits": 90}), (there.id, {"visits": 760})])
        assert sites.shorter(tx, "visits", 760) == [(here.id, 90)] and sites.shorter(tx, "drops", 400) == []
        # A server that was set to keep less since keeps less.
        assert retention.days_of(tx, here.id, LIMITS | {"visits": (30, 60)})["visits"] == 60


def test_the_limits_are_those_of_the_server():
    assert retention.limits(load({})) == LIMITS
    short = load({"AFTERLIKE_VISITS_KEPT_DAYS": "10", "AFTERLIKE_CONFIRM_HOURS": "30"})
    assert retention.limits(short)["visits"] == (10, 10) and retention.limits(short)["pending"] == (2, 7)


@pytest.mark.parametrize("typed", ["29", "761", "-1", "x", "1e2", "٣٠", "99999999"])
def test_days_outside_the_limits_are_refused(typed):
    assert retention.read({"visits": typed}, LIMITS) == ({"mail": 30, "drops": 400, "pending": 7}, {"visits": retention.NO_DAYS})
