"""S19, the audit log: every change by an admin and every read of one person's data, in a chain where every break shows."""

import re
import sqlite3
from pathlib import Path

import pytest
import sqlalchemy as sa
from admin.desk import Desk, hire, ids, shopper_of, signed_in
from conftest import ADMIN
from followup.making import agree_there, behind
from ground.making import NOW, Aside, opened

from afterlike import sites, tables
from afterlike.clock import HOUR
from afterlike.migrate import migrate
from afterlike.sites import logbook
from cast import new_id

LOG = tables.audit
BREAKS = {
    "changed": (lambda tx: tx.execute(sa.update(LOG).where(LOG.c.id == 2).values(kind="like_reject")), "row 2 was changed"),
    "taken out": (lambda tx: tx.execute(sa.delete(LOG).where(LOG.c.id == 2)), "row 3 does not follow"),
    "cut off": (lambda tx: tx.execute(sa.delete(LOG).where(LOG.c.id == 3)), "the end is missing"),
    "another admin": (lambda tx: tx.execute(sa.update(LOG).where(LOG.c.id == 1).values(admin_id=9)), "row 1 was changed"),
}


@pytest.fixture
def database(database_url, tmp_path):
    migrate(database_url, tmp_path)
    with opened(database_url) as made:
        yield made


def shops(tx) -> tuple[int, int]:
    return tuple(sites.add_site(tx, name=name, origins=["https://shop.test"], now=NOW).id for name in ("Here", "There"))


def without_guard(tx) -> None:
    if tx.dialect.name == "sqlite":
        tx.exec_driver_sql("DROP TRIGGER audit_no_update")
        tx.exec_driver_sql("DROP TRIGGER audit_no_delete")
    else:
        tx.exec_driver_sql("DROP TRIGGER audit_stays ON audit")


@pytest.mark.parametrize(("broke", "told"), BREAKS.values(), ids=BREAKS)
def test_every_break_of_the_chain_is_found(database, broke, told):
    with database.engine.begin() as tx:
        here, there = shops(tx)
        sites.audit(tx, here, 1, "like_hold", [5, 6], at=NOW)
        sites.audit(tx, here, 2, "endorsements_exported", at=NOW)
        sites.audit(tx, there, 2, "endorsement_read", 5, at=NOW)
        assert sites.audit_broken(tx, here) is sites.audit_broken(tx, there) is None
        without_guard(tx)
        broke(tx)
        assert told in sites.audit_broken(tx, here) and sites.audit_broken(tx, there) is None


@pytest.mark.parametrize("act", ["UPDATE audit SET admin_id = 99", "DELETE FROM audit"], ids=["update", "delete"])
def test_the_database_itself_refuses(database, act):
    with database.engine.begin() as tx:
        sites.audit(tx, shops(tx)[0], 1, "like_hold", 5, at=NOW)
    with pytest.raises(sa.exc.DBAPIError, match="append-only"), database.engine.begin() as tx:
        tx.exec_driver_sql(act)


def test_a_read_is_recorded_once_an_hour_for_each_admin_and_row(database):
    with database.engine.begin() as tx:
        here, there = shops(tx)
    hour = NOW - NOW % HOUR
    reads = [(here, 1, 5, hour), (here, 1, 5, hour + HOUR - 1), (here, 1, 5, hour + HOUR), (here, 2, 5, hour), (here, 1, 6, hour),
             (there, 1, 5, hour)]  # fmt: skip
    presses = [
        Aside(lambda read=read: database.write(logbook._reads, (read[0], read[1], "endorsement_read", read[2], read[3])))
        for read in reads * 2
    ]
    for press in presses:
        press.result()
    with database.read() as tx:
        assert tx.scalar(sa.select(sa.func.count()).select_from(LOG)) == 5
        assert sites.audit_broken(tx, here) is sites.audit_broken(tx, there) is None


CALL = re.compile(r"\baudit(?:ed|_read|_account)?\([^\"()]*?\"([a-z_]+)\"")


def test_what_is_recorded_is_a_kind_on_the_list():
    """Whatever room records it: the page would have no words for another one."""
    sources = Path(sites.__file__).parents[1].rglob("*.py")
    named = {kind for path in sources for kind in CALL.findall(path.read_text("utf-8"))}
    assert {"endorsement_read", "signed_in", "mail_tried_again", "webhook_made"} <= named <= logbook.KINDS.keys()


def test_every_kind_has_words_on_the_page_and_its_rows_too(collector):
    page = signed_in(collector.server, ADMIN)
    page.get(f"/admin/sites/{collector.site}/audit.csv")
    shown = page.get(f"/admin/sites/{collector.site}/audit").text
    told = dict(re.findall(r'<option value="([a-z_]+)">([^<]+)</option>', shown))
    assert {kind for kind in logbook.KINDS if told.get(kind, kind) == kind} == set()


@pytest.fixture(scope="module")
def town(collector):
    """Ada, who owns the site, a like of somebody who may be written to, and the log as (who, what, which row)."""
    shopper_of(collector.server, collector).like()
    desk = signed_in(collector.server, ADMIN)
    like = int(ids(desk.get(f"/admin/sites/{collector.site}/endorsements"))[0])
    agree_there(collector.server, like)
    return desk, f"/admin/sites/{collector.site}", like


def logged(collector) -> list[tuple]:
    log, admins = tables.audit.c, tables.admins.c
    with behind(collector.server) as tx:
        asked = sa.select(admins.email, log.kind, log.about_id).join_from(tables.audit, tables.admins, admins.id == log.admin_id)
        return [tuple(row) for row in tx.execute(asked.order_by(log.id))]


def test_reading_and_changing_leave_rows_and_looking_at_lists_leaves_none(collector, town):
    desk, site, like = town
    before = len(logged(collector))
    for _ in range(2):
        desk.get(f"{site}/endorsements"), desk.get(f"{site}/endorsements/{like}"), desk.get(f"{site}/conversations")
    desk.get(f"{site}/endorsements.csv")
    desk.post(f"{site}/endorsements/decisions", decision="hold", like=like)
    desk.post(f"{site}/endorsements/decisions", decision="hold", like=like)  # nothing changes the second time
    desk.post(f"{site}/endorsements/decisions", decision="restore", like=like)
    begun = desk.post(f"{site}/conversations", like=like, words="Hello", uuid=new_id()).to
    talk = int(re.search(r"/conversations/(\d+)", begun)[1])
    desk.get(f"{site}/conversations/{talk}")
    desk.post(f"{site}/conversations/{talk}/state", state="closed")
    rows = logged(collector)[before:]
    assert rows == [
        (ADMIN, "endorsement_read", like), (ADMIN, "endorsements_exported", None), (ADMIN, "like_hold", like),
        (ADMIN, "like_restore", like), (ADMIN, "conversation_begun", talk), (ADMIN, "conversation_read", talk),
        (ADMIN, "conversation_closed", talk),
    ]  # fmt: skip


def test_what_is_refused_leaves_no_row(collector, town):
    desk, site, like = town
    before = logged(collector)
    assert desk.post(f"{site}/mail/settings", privacy_url="javascript:x", postal_address="").status == 422
    assert desk.post(f"{site}/endorsements/decisions", decision="hold", like=999999).status == 303
    assert desk.get(f"{site}/endorsements/999999").status == desk.get(f"{site}/conversations/999999").status == 404
    assert desk.post(f"{site}/extension/999999/remove").status == 404
    assert logged(collector) == before


def test_the_log_is_filtered_and_taken_away(collector, town):
    desk, site, like = town
    hire(collector.server, collector.site, email="ed@shop.test", role="editor")
    signed_in(collector.server, "ed@shop.test").get(f"{site}/endorsements/{like}")
    ed = re.search(r'<option value="(\d+)">ed@shop.test', desk.get(f"{site}/audit").text)[1]
    filtered = desk.get(f"{site}/audit?admin={ed}&kind=endorsement_read")
    assert filtered.text.count("<td role=\"cell\"><bdi>ed@shop.test") == 1 and f"<bdi>{ADMIN}" not in filtered.text
    assert f"{site}/endorsements/{like}" in filtered.text
    assert "Nothing like that" in desk.get(f"{site}/audit?admin={ed}&kind=like_hold").words
    file = desk.get(f"{site}/audit.csv?admin={ed}").text
    assert file.startswith("\ufeffnumber,at,admin,what,about,id") and file.count("\r\n") == 3  # they signed in, and read one like
    assert f"ed@shop.test,endorsement_read,like,{like}" in file
    assert "Downloaded this log" in desk.get(f"{site}/audit").words


def test_only_owners_read_the_log(collector):
    hire(collector.server, collector.site, email="eve@shop.test", role="editor")
    eve = signed_in(collector.server, "eve@shop.test")
    assert eve.get(f"/admin/sites/{collector.site}/audit").status == 403
    assert "/audit" not in eve.get(f"/admin/sites/{collector.site}/refused").text


def test_the_log_holds_no_address_and_no_text(collector, town):
    desk, site, like = town
    desk.get(f"{site}/endorsements/{like}")
    with sqlite3.connect(collector.server.home / "afterlike.db") as db:
        kinds = {type(cell) for row in db.execute("SELECT site_id, admin_id, about_id, at FROM audit") for cell in row}
        names = {kind for (kind,) in db.execute("SELECT DISTINCT kind FROM audit")}
    assert kinds <= {int, type(None)} and names <= set(logbook.KINDS)


def test_the_doctor_finds_a_log_that_was_changed(server, site):
    running = server()
    made = site(running)
    Desk(running.url)
    signed_in(running, ADMIN).get(f"/admin/sites/{made.site}/endorsements.csv")
    assert "ok   the audit log of Shop is whole" in running.tell("doctor")
    with behind(running) as tx:
        without_guard(tx)
        tx.execute(sa.update(LOG).values(admin_id=99))
    with pytest.raises(AssertionError, match="the audit log of Shop is broken: row 1 was changed"):
        running.tell("doctor")
