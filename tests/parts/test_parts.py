"""The instruments are tested before they measure: every part starts, does its work and can have a bad day."""

import smtplib
import urllib.request
from pathlib import Path

import psycopg
import pytest
import redis

from parts.browsers import Pages, both_browsers
from parts.install import BENCH, PARTS, main
from parts.programs import until

POLICY = {"Content-Security-Policy": "script-src 'self'; style-src 'self'"}


def test_each_postgres_database_is_new(postgres):
    urls = [postgres.fresh(), postgres.fresh(), postgres.empty()]
    assert len({*urls}) == 3
    for url, has_tables in zip(urls, (True, True, False), strict=True):
        with psycopg.connect(url.replace("+psycopg", "")) as tx:
            [found] = tx.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone()
            assert (found > 50) is has_tables
            assert not has_tables or tx.execute("SELECT count(*) FROM sites").fetchone() == (0,)


def test_postgres_comes_back_after_a_kill_with_what_was_committed(postgres):
    url = postgres.fresh().replace("+psycopg", "")
    with psycopg.connect(url) as tx:
        tx.execute("CREATE TABLE kept (n int)")
    postgres.kill()
    postgres.start()
    with psycopg.connect(url) as tx:
        assert tx.execute("SELECT count(*) FROM kept").fetchone() == (0,)


def test_redis_that_one_test_killed_is_there_and_empty_for_the_next(redis_server):
    with redis.Redis.from_url(redis_server.url) as client:
        client.set("left", "over")
    redis_server.kill()
    redis_server.start()
    redis_server.flush()
    with redis.Redis.from_url(redis_server.url) as client:
        assert client.get("left") is None
        assert client.config_get("appendonly") == {"appendonly": "yes"}


def test_letters_are_kept_byte_for_byte(smtp_peer):
    letter = b"Subject: Hello\r\n\r\nGr\xc3\xbc\xc3\x9fe\r\n"
    with smtplib.SMTP("127.0.0.1", smtp_peer.port) as client:
        client.sendmail("shop@shop.test", ["ada@people.test"], letter)
    (kept,) = smtp_peer.wait_for(1)
    assert (kept.sender, kept.recipients, kept.raw) == ("shop@shop.test", ("ada@people.test",), letter)


def test_a_mail_server_on_a_bad_day_keeps_nothing(smtp_peer):
    smtp_peer.answer = "451 later"
    with smtplib.SMTP("127.0.0.1", smtp_peer.port) as client, pytest.raises(smtplib.SMTPDataError):
        client.sendmail("shop@shop.test", ["ada@people.test"], b"Subject: Hello\r\n\r\n")
    assert smtp_peer.letters == []


@both_browsers
def test_a_page_opens_as_in_a_persons_browser(any_browser, new_page, shop_server):
    shop_server.empty()
    shop_server.fill = {"site": "lamp-shop"}
    url = shop_server({"/": "<title>{site}</title><script src=/a.js></script>", "/a.js": "document.title += '!'"})
    page = new_page(any_browser, locale="id-ID")
    page.goto(url)
    assert page.title() == "lamp-shop!"
    assert page.evaluate("navigator.language") == "id-ID"
    assert "Headless" not in page.evaluate("navigator.userAgent")


BAD_SCRIPTS = {
    "an exception": "throw new Error('oh')",
    "a promise nobody caught": "setTimeout(() => Promise.reject(new Error('oh')))",
    "an inline style": "const s = document.createElement('style'); s.textContent = 'a {}'; document.head.append(s)",
    "an inline script": "document.body.append(Object.assign(document.createElement('script'), {text: '1'}))",
}


@both_browsers
@pytest.mark.parametrize("script", BAD_SCRIPTS.values(), ids=BAD_SCRIPTS)
def test_what_goes_wrong_on_a_page_is_heard(any_browser, shop_server, script):
    pages = Pages()
    shop_server.empty()
    url = shop_server({"/": "<body><script src=/a.js></script>", "/a.js": script}, headers=POLICY)
    page = pages.open(any_browser)
    page.goto(url)
    page.evaluate("new Promise(done => setTimeout(done, 50))")
    pages.close()
    assert len(pages.wrongs) == 1


def test_a_missing_part_is_named_with_the_way_to_get_it(monkeypatch):
    monkeypatch.setenv("PATH", "/nowhere")
    told = main(["--bench"])
    for part in (*PARTS[:3], *BENCH):
        assert part.name in told and part.package in told


def test_the_product_starts_registers_a_site_and_stops(server, site, database_url):
    running = server(database_url=database_url)
    made = site(running, origin="https://shop.test")
    assert made.site and made.api_key and made.sign_in_url.startswith(running.url)
    assert running.stop() == 0


def test_a_killed_product_leaves_nobody_behind(server):
    running = server()
    (worker,) = running.workers()
    running.kill()
    until(lambda: not alive(worker), what="the worker to notice")
    assert running.start().ready()


def alive(pid: int) -> bool:
    """Whether a process runs; a dead one that nobody has buried does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_the_shop_stands_on_the_registered_origin(shop, collector):
    url = shop({"/": "<p>{site} at {collector}"})
    assert url == collector.origin
    with urllib.request.urlopen(url) as answer:
        assert answer.read().decode() == f"<p>{collector.site} at {collector.url}"
