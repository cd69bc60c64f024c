"""What proves an origin and what does not, against a real web server and a real name server."""

import dns.rcode
import pytest
from ground.making import QUIETLY
from hypothesis import given
from hypothesis import strategies as st
from sites.claiming import outside

from afterlike.sites import proofs
from parts.dns import SILENT

TOKEN = "abcdefghijklmnopqrstuvwxyz"
OTHER = "zyxwvutsrqponmlkjihgfedcba"
LINE = f"afterlike-site={TOKEN}"
META = f'<meta name="afterlike-site" content="{TOKEN}">'
RECORD = "_afterlike.localhost"


@pytest.fixture(scope="module")
def one_world():
    with outside() as world:
        yield world


@pytest.fixture
def world(one_world):
    """Nothing is there yet."""
    one_world.origin.pages.clear(), one_world.origin.asked.clear()
    one_world.names.names.clear(), one_world.names.asked.clear()
    return one_world


def look(world, origin: str | None = None) -> proofs.Found:
    return proofs.look(origin or world.origin.url, TOKEN, world.way)


def problem(world, way: int, origin: str | None = None) -> str:
    """What is said of one way (0: DNS, 1: file, 2: meta) when none of them proves anything."""
    found = look(world, origin)
    assert found.method is None
    told = found.problem.split("\n")
    assert len(told) == 3 and all(one.endswith(".") for one in told)
    return told[way]


def test_each_of_the_three_ways_proves_by_itself(world):
    world.names.names[RECORD] = ["v=spf1 -all", LINE]
    assert look(world) == proofs.Found("dns")
    assert world.origin.asked == []
    world.names.names.clear()
    world.origin.file(f"# ours\r\n{LINE}\r\n")
    assert look(world) == proofs.Found("file")
    world.origin.pages.clear()
    world.origin.put("/", f"<!doctype html><html><head><title>Shop</title>{META}</head><body>Hello")
    assert look(world) == proofs.Found("meta")
    assert set(world.names.asked) == {RECORD}


def test_where_nothing_is_each_way_says_so(world):
    told = look(world).problem.split("\n")
    assert told == [
        "DNS: there is no TXT record _afterlike.localhost.",
        f"File: {world.origin.url}/.well-known/afterlike.txt answers 404.",
        f"Page: {world.origin.url}/ answers 404.",
    ]


# DNS.


def test_a_record_in_several_strings_is_one_text(world):
    world.names.names[RECORD] = [[LINE[:10], LINE[10:]]]
    assert look(world).method == "dns"


@pytest.mark.parametrize("text", [
    TOKEN, LINE + " ", LINE + "x", LINE.upper(), f"x {LINE}", f"afterlike-site = {TOKEN}",
    "afterlike-site=",
])  # fmt: skip
def test_a_record_that_is_nearly_right_proves_nothing(world, text):
    world.names.names[RECORD] = [text]
    assert "DNS: _afterlike.localhost has" in problem(world, 0)


def test_a_record_with_another_token_is_told_apart(world):
    world.names.names[RECORD] = [f"afterlike-site={OTHER}"]
    assert problem(world, 0) == "DNS: _afterlike.localhost has a record of ours with another token."


def test_a_record_at_another_name_proves_nothing(world):
    world.names.names |= {"localhost": [LINE], "afterlike.localhost": [LINE], "_afterlike.shop.localhost": [LINE]}
    assert "there is no TXT record" in problem(world, 0)


def test_a_name_server_that_fails_or_says_nothing_does_not_keep_the_other_ways_from_proving(world, monkeypatch):
    monkeypatch.setattr(proofs, "PATIENCE_S", 0.5)
    world.names.names[RECORD] = dns.rcode.SERVFAIL
    assert "DNS: the name servers" in problem(world, 0)
    world.names.names[RECORD] = SILENT
    assert problem(world, 0) == "DNS: the name servers did not answer in time."
    world.origin.file(LINE)
    assert look(world).method == "file"


def test_a_host_that_is_a_number_is_not_looked_up(world):
    assert "a number" in problem(world, 0, world.origin.number)
    assert world.names.asked == []
    assert proofs.record_of("http://[::1]:80") is None


# The file.


@pytest.mark.parametrize("body", ["", TOKEN, f"x{LINE}", f"{LINE}x", f"# {LINE}", f"<p>{LINE}</p>", LINE.upper()])
def test_a_file_without_the_exact_line_proves_nothing(world, body):
    world.origin.file(body)
    assert "no line of it" in problem(world, 1)


@pytest.mark.parametrize("body", [LINE, f"\ufeff{LINE}\n", f"a\n  {LINE} \nb", f"{LINE}\r\n"])
def test_a_file_may_hold_other_lines_and_end_them_as_it_likes(world, body):
    world.origin.file(body)
    assert look(world).method == "file"


def test_a_page_that_answers_everything_is_no_file(world):
    world.origin.file(f"<p>\n{LINE}\n</p>", "text/html")
    assert problem(world, 1).endswith("has to be sent as text/plain; it comes as text/html.")
    world.origin.file(LINE, 'x"><script>/1')
    assert problem(world, 1).endswith("it comes as something else.")


def test_a_file_that_is_too_large_or_not_there_proves_nothing(world):
    world.origin.file(f"{LINE}\n" + "x" * proofs.FILE_CAP)
    assert "larger than we read" in problem(world, 1)
    world.origin.file(LINE, status=410)
    assert problem(world, 1).endswith("answers 410.")


# Redirects.


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("path", [proofs.FILE, "/"])
def test_what_leads_to_another_origin_proves_nothing(world, path, status):
    world.origin.move(path, f"{world.origin.number}/there", status)
    world.origin.put("/there", f"{LINE}\n" if path == proofs.FILE else META, "text/plain" if path == proofs.FILE else "text/html")
    assert f"leads to {world.origin.number}, which proves nothing here." in problem(world, 1 if path == proofs.FILE else 2)


def test_a_way_through_another_origin_and_back_proves_nothing(world):
    world.origin.move("/", f"{world.origin.number}/away")
    world.origin.move("/away", f"{world.origin.url}/home")
    world.origin.put("/home", META)
    assert "leads to" in problem(world, 2)


def test_a_redirect_within_the_origin_is_followed(world):
    world.origin.move("/", "/en/")
    world.origin.put("/en/", META)
    assert look(world).method == "meta"


def test_private_addresses_are_not_asked(world):
    world.origin.file(LINE)
    told = proofs.look(world.origin.number, TOKEN, proofs.Outside(world.names.place)).problem
    assert "Only the usual ports" in told and world.origin.asked == []
    told = proofs.look("http://127.0.0.1", TOKEN, proofs.Outside(world.names.place)).problem
    assert "private network" in told


# The head of the page.

HEADS = {
    "plain": META,
    "after others": f"<!doctype html>\n<html lang=en>\n<head>\n<title>a > b</title>\n<link rel=x href=y>{META}",
    "closed like XML": META.replace(">", " />"),
    "turned around": f"<META CONTENT='{TOKEN}' NAME='afterlike-site'>",
    "without quotes": f"<meta name=afterlike-site content={TOKEN}>",
    "beside another site's": f'<meta name="afterlike-site" content="{OTHER}">{META}',
    "after a script": f"<script>if (a < b) document.write('<body>')</script><style>a > b {{}}</style>{META}",
    "after an empty comment": f"<!-->{META}",
    "after comments": f"<!-- <body> --><!---->{META}",
    "after noscript": f"<noscript><style>a {{}}</style></noscript>{META}",
}
NO_HEADS = {
    "in a comment": f"<!-- {META} -->",
    "in a comment that is not over": f"<!-- -- > {META} -->",
    "in a comment without an end": f"<!-- {META}",
    "in a script": f"<script>x = '{META}'</script>",
    "in a style": f"<style>{META}</style>",
    "in the title": f"<title>{META}</title>",
    "in an open title": f"<title/>{META}",
    "in noscript": f"<noscript>{META}</noscript>",
    "in a template": f"<template>{META}</template>",
    "in the body": f"<head></head><body>{META}",
    "after the head": f"<head></head>{META}",
    "after a word": f"<head>Hello {META}",
    "after a thing": f"<head><p>{META}",
    "as text": META.replace("<", "&lt;"),
    "in an attribute": f"<meta name='x' content='{META}'>",
    "another name": META.replace("afterlike-site", "afterlike-sites"),
    "a property": META.replace("name=", "property="),
    "another token": META.replace(TOKEN, OTHER),
    "a part of it": META.replace(TOKEN, TOKEN[:-1]),
    "with more around": META.replace(TOKEN, f" {TOKEN}"),
    "a second content": f'<meta name="afterlike-site" content="{OTHER}" content="{TOKEN}">',
    "a link": f'<link name="afterlike-site" content="{TOKEN}">',
    "broken": f"<![what[{META}",
}


@pytest.mark.parametrize("page", HEADS.values(), ids=HEADS)
def test_a_meta_tag_in_the_head_proves(page):
    assert TOKEN in proofs.head_contents(page)


@pytest.mark.parametrize("page", NO_HEADS.values(), ids=NO_HEADS)
def test_what_only_looks_like_it_proves_nothing(page):
    assert TOKEN not in proofs.head_contents(page)


def test_a_page_that_is_not_html_proves_nothing(world):
    world.origin.put("/", META, "text/plain")
    assert problem(world, 2).endswith("it comes as text/plain.")
    world.origin.put("/", f"<body>{META}")
    assert problem(world, 2).endswith("has no such meta tag in its head.")
    world.origin.put("/", META.replace(TOKEN, OTHER))
    assert problem(world, 2).endswith("has our meta tag with another token.")


@QUIETLY
@given(st.text(st.sampled_from("<>!-[]/='\" aem"), max_size=60) | st.text(max_size=40))
def test_no_page_breaks_the_reader(page):
    proofs.head_contents(page)
    assert proofs.head_contents(META + page)[0] == TOKEN


class Counting(proofs._Head):
    """Counts how often the library begins to read a tag: each of them may take as long as the rest of the page is."""

    begun = 0

    def parse_starttag(self, i: int) -> int:
        self.begun += 1
        return super().parse_starttag(i)


@pytest.mark.parametrize("unit", ["<a", "<meta a='", "<!--", "<![", "</title", "<title>&", "<script>"])
@pytest.mark.parametrize("before", ["", "<title>", "<meta ", "<script>"])
def test_a_page_made_to_be_slow_is_given_up_at_once(monkeypatch, unit, before):
    """The library alone takes minutes for some of these."""
    heads = []
    monkeypatch.setattr(proofs, "_Head", lambda: heads.append(Counting()) or heads[-1])
    proofs.head_contents(before + unit * 20_000)
    assert [head.begun <= 3 for head in heads] == [True]
