"""Webmentions by the receiver's rules of the W3C and the cases of webmention.rocks, against a real second server."""

import json
from types import SimpleNamespace
from urllib.parse import urlencode

import pytest
import sqlalchemy as sa
from admin.desk import ask, ids, shopper_of, signed_in
from conftest import ADMIN
from followup.making import behind

from afterlike import sites, tables
from afterlike.clock import HOUR, now
from afterlike.collect import mention_rules, mentions
from afterlike.safefetch import Fetched
from cast import LAMP
from parts.product import Server, make_site
from parts.profiles import OtherSite
from parts.programs import until

TARGET = LAMP["url"]
LINK = f'<a href="{TARGET}">a lamp</a>'


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    """A shop with one liked lamp, and somebody's blog."""
    blog = OtherSite()
    server = Server(tmp_path_factory.mktemp("town"), fetch_allow=blog.place)
    try:
        server.start()
        made = make_site(server, origin="https://shop.test", name="Shop", admin=ADMIN)
        shopper = shopper_of(server, made)
        shopper.like()
        yield SimpleNamespace(server=server, url=server.url, site=made.site, blog=blog, shopper=shopper,
                              desk=signed_in(server, ADMIN), admin=f"/admin/sites/{made.site}")
    finally:
        server.close()
        blog.close()


def send(town, source: str, target: str = TARGET, **more):
    """What a sender's server posts."""
    body = urlencode({"source": source, "target": target} | more).encode()
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    return ask("POST", f"{town.url}/webmention/{town.site}", body=body, headers=headers)


def row_of(town, source: str) -> sa.Row | None:
    with behind(town.server) as tx:
        return tx.execute(sa.select(tables.webmentions).where(tables.webmentions.c.source == source)).first()


def sent(town, source: str, target: str = TARGET) -> sa.Row:
    """The mention after it was looked at."""
    took = send(town, source, target)
    assert took.status == 202, took.text
    until(lambda: row_of(town, source).due_at is None, within_s=40, what="the look at the source")
    return row_of(town, source)


def test_the_answer_is_202_with_a_status_page(town):
    took = send(town, town.blog.put("/status", LINK))
    assert took.status == 202 and took.to == took.json["status"]
    until(lambda: ask("GET", took.to).json["status"] == "held for review", within_s=40, what="the look at the source")
    assert ask("GET", took.to + "x").status == 404


WRONG = [
    ("https://blog.test/1", "https://elsewhere.test/lamp", "mention_target"),
    ("https://blog.test/1", "https://shop.test.evil.test/lamp", "mention_target"),
    ("https://blog.test/1", "", "mention_address"), ("", TARGET, "mention_address"),
    ("ftp://blog.test/1", TARGET, "mention_address"), ("javascript:alert(1)", TARGET, "mention_address"),
    ("https://blog.test/1", "mailto:ada@shop.test", "mention_address"), ("http://2130706433/", TARGET, "mention_address"),
    ("http://ada@blog.test/", TARGET, "mention_address"), ("http://blog.test:22/", TARGET, "mention_address"),
    (TARGET, TARGET, "mention_same"), (f"{TARGET}#a", f"{TARGET}#b", "mention_same"),
    ("https://shop.test/blog", TARGET, "mention_same"),
]  # fmt: skip


@pytest.mark.parametrize(("source", "target", "reason"), WRONG)
def test_what_cannot_be_a_mention_is_refused_at_once(town, source, target, reason):
    refused = send(town, source, target)
    assert refused.status == 400 and refused.json["reason"] == reason and row_of(town, source) is None


def test_another_site_has_another_endpoint(town):
    assert ask("POST", f"{town.url}/webmention/0123456789abcdef", body=b"source=x").status == 404
    assert ask("GET", f"{town.url}/webmention/{town.site}").status == 405


def test_private_addresses_are_not_dialled(town):
    assert sent(town, "http://10.0.0.1/").problem == "refused"
    assert sent(town, town.blog.put("/in", "", status=302, Location="http://127.0.0.1:1/")).problem == "refused"


def came(body: str, kind: str = "text/html") -> Fetched:
    return Fetched("https://blog.test/1", 200, {"content-type": kind}, body.encode(), ())


LINKED = {
    "a": LINK, "img": f'<img src="{TARGET}">', "video": f'<video src="{TARGET}"></video>', "link": f"<link rel=x href={TARGET}>",
    "audio": f'<audio src="{TARGET}"></audio>', "source": f'<audio><source src="{TARGET}"></audio>',
    "area": f'<map><area href="{TARGET}"></map>', "base": f'<base href="{TARGET}"><a href="">x</a>',
}  # fmt: skip
NOT_LINKED = {
    "text": TARGET, "comment": f"<!-- {LINK} -->", "script": f"<script>'{LINK}'</script>",
    "longer": LINK.replace("/lamp", "/lamps"),
    "shorter": LINK.replace("/lamp", "/"), "other host": LINK.replace("shop.test", "shop.test.evil"), "nothing": "<p>Hello",
    "template": f"<template>{LINK}</template>", "query": LINK.replace("/lamp", "/lamp?x=1"), "iframe": f"<iframe src={TARGET}>",
    "escaped": LINK.replace("<", "&lt;"),
}  # fmt: skip


@pytest.mark.parametrize("page", LINKED.values(), ids=LINKED)
def test_an_exact_link_is_a_mention(page):
    assert mention_rules.said(came(page), "https://blog.test/1", TARGET) is not None


@pytest.mark.parametrize("page", NOT_LINKED.values(), ids=NOT_LINKED)
def test_what_is_no_link_is_no_mention(page):
    assert mention_rules.said(came(page), "https://blog.test/1", TARGET) is None


@pytest.mark.parametrize(("body", "kind", "is_one"), [
    (json.dumps({"a": [{"b": TARGET}]}), "application/json", True),
    (json.dumps({"a": f"see {TARGET}"}), "application/json", False),
    (json.dumps({TARGET: 1}), "application/json", False), ("[" * 100_000, "application/json", False),
    (f"see {TARGET}, it is nice", "text/plain", True), (f"see {TARGET}s", "text/plain", False),
    (f"see {TARGET}.html", "text/plain", False), (f"({TARGET})", "text/plain", True), (LINK, "image/png", False),
    (LINK, "application/pdf", False),
])  # fmt: skip
def test_other_kinds_of_pages(body, kind, is_one):
    assert (mention_rules.said(came(body, kind), "https://blog.test/1", TARGET) is not None) == is_one


def entry(inside: str, author: str = '<a class="p-author h-card" href="https://blog.test/">Ada</a>') -> str:
    return f'<title>T</title><article class="h-entry">{author}<p class="e-content">Nice <b>thing</b></p>{inside}</article>'


@pytest.mark.parametrize(("name", "kind"), [
    ("u-like-of", "like"), ("u-in-reply-to", "reply"), ("u-repost-of", "repost"), ("u-url-of-nothing", "mention"),
])  # fmt: skip
def test_what_kind_of_mention_it_is(name, kind):
    said = mention_rules.said(came(entry(f'<a class="{name}" href="{TARGET}">x</a>')), "https://blog.test/1", TARGET)
    assert (said.kind, said.author, said.author_url, said.excerpt) == (kind, "Ada", "https://blog.test/", "Nice thing")
    cite = f'<div class="{name} h-cite"><a class="u-url" href="{TARGET}">x</a></div>'
    assert mention_rules.said(came(entry(cite)), "https://blog.test/1", TARGET).kind == kind


def test_a_like_of_something_else_is_a_mention_of_this():
    page = entry(f'<a class="u-like-of" href="https://other.test/">x</a>{LINK}')
    assert mention_rules.said(came(page), "https://blog.test/1", TARGET).kind == "mention"


@pytest.mark.parametrize("author", [
    '<a class="p-author h-card" href="https://famous.test/">Famous</a>',
    '<a class="p-author h-card" href="javascript:x">Famous</a>',
    '<span class="p-author">Famous</span>', '<span class="p-author h-card">Famous</span>', "",
    '<a class="p-author h-card" href="http://blog.test/">Famous</a>',
])  # fmt: skip
def test_an_author_of_another_origin_is_not_named(author):
    said = mention_rules.said(came(entry(LINK, author)), "https://blog.test/1", TARGET)
    assert (said.author, said.author_url) == (None, None)


def test_words_are_text_whatever_they_were():
    bad = "<script>x()</script><img src=x onerror=y()>"
    page = f'<div class="h-entry"><div class="e-content">{bad}Hi &lt;b&gt; \u202e{LINK}</div></div>'
    said = mention_rules.said(came(page), "https://blog.test/1", TARGET)
    assert said.excerpt == "Hi <b> a lamp"
    long = mention_rules.said(came(f'<p class="h-entry"><b class="p-name">{"x" * 900}</b>{LINK}'), "https://blog.test/1", TARGET)
    assert len(long.excerpt) == 500


@pytest.mark.parametrize("page", ["<div class=h-entry>" * 900 + LINK, "<div>" * 5_000 + LINK, entry(LINK + "<p>x" * 30_000)],
                         ids=["entries in entries", "nested beyond reason", "a long entry"])  # fmt: skip
def test_a_hostile_page_is_read_or_refused(page):
    said = mention_rules.said(came(page), "https://blog.test/1", TARGET)
    assert said is None or said.kind == "mention"


def test_from_a_held_mention_to_a_like_and_back(town):
    """Held, accepted, changed, deleted: the life of a mention, and the count beside the product."""
    like = entry(f'<a class="u-like-of" href="{TARGET}">x</a>', "")
    source = town.blog.put("/like", like)
    row, before = sent(town, source), town.shopper.count("lamp-1")
    assert (row.state, row.kind, row.excerpt) == ("held", "like", "Nice thing")
    path = f"{town.admin}/mentions/{row.id}"
    assert "Nice thing" in town.desk.get(path).words and "Nice thing" in town.desk.get(f"{town.admin}/mentions").words
    assert town.desk.post(path, decision="accept").to == f"{path}?done=accepted"
    assert town.shopper.count("lamp-1") == before + 1
    listed = town.desk.get(f"{town.admin}/endorsements?source=webmention")
    assert "Webmention" in listed.words and ids(listed)
    assert "Nice thing" not in listed.words and row.host in town.desk.get(f"{town.admin}/endorsements/{ids(listed)[0]}").words
    assert town.desk.post(path, decision="undo").to == f"{path}?done=undone" and town.shopper.count("lamp-1") == before
    assert town.desk.post(path, decision="undo").status == 404
    town.desk.post(path, decision="accept")
    # a second mention: changed, known now
    town.blog.put("/like", like.replace("Nice", "Very nice"))
    assert sent(town, source).excerpt == "Very nice thing" and town.shopper.count("lamp-1") == before + 1
    town.blog.put("/like", entry(LINK, ""))
    assert sent(town, source).kind == "mention" and town.shopper.count("lamp-1") == before
    town.blog.put("/like", like)
    assert sent(town, source).state == "accepted" and town.shopper.count("lamp-1") == before + 1
    other = sent(town, town.blog.put("/reply", entry(f'<a class="u-in-reply-to" href="{TARGET}">x</a>', "")))
    assert (other.state, other.kind) == ("accepted", "reply"), "its host is known now"
    # deleted
    town.blog.put("/like", "gone", status=410)
    assert sent(town, source).state == "gone" and town.shopper.count("lamp-1") == before
    town.blog.put("/reply", "<p>No link any more</p>")
    assert sent(town, other.source).state == "gone"
    assert town.desk.post(path, decision="remove").to == f"{town.admin}/mentions?done=removed" and row_of(town, source) is None


def test_a_page_that_never_mentioned_it_is_no_mention(town):
    row = sent(town, town.blog.put("/none", f"<p>{TARGET}</p>"))
    assert (row.state, row.problem) == ("wrong", "no_link")
    assert sent(town, f"{town.blog.url}/missing").problem == "gone"


def test_a_redirect_of_the_source_is_followed(town):
    town.blog.put("/moved", "", status=301, Location=town.blog.put("/there", LINK))
    assert sent(town, f"{town.blog.url}/moved").state in ("held", "accepted")


def test_a_source_that_fails_is_looked_at_later(town):
    source = town.blog.put("/busy", "busy", status=503)
    assert send(town, source).status == 202
    until(lambda: row_of(town, source).tries == 1, within_s=40, what="the look at the source")
    assert row_of(town, source).state == "waiting" and row_of(town, source).due_at > row_of(town, source).received_at


def test_what_is_told_once_more_during_a_look_is_looked_at_again(town):
    source, later = "https://blog.invalid/again", now() + HOUR  # the worker does not look at it meanwhile
    with behind(town.server) as tx:
        site_id = sites.site_named(tx, town.site).id
        for at in (later, later + 9):
            mentions.receive(tx, [mentions.Received(site_id, source, TARGET, at)])
        row = tx.execute(sa.select(tables.webmentions).where(tables.webmentions.c.source == source)).one()
        mentions.settle(tx, [mentions.Outcome(row.id, site_id, b"v" * 16, None, "gone", True, later + 10, later)])
    assert row_of(town, source).due_at == later + 9
