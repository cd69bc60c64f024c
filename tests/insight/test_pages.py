"""The pages of this room on a running collector: what they say, their pictures and files, likes as they come."""

import http.client
import re
import threading
from types import SimpleNamespace
from urllib.parse import urlsplit

import pytest
from admin.desk import shopper_of, signed_in
from conftest import ADMIN
from followup.making import agree_there

from cast import ADA, BEN, CHAIR, CLEO, LAMP
from parts.product import Server, make_site
from parts.programs import until


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    """Ada said why and may be written to; Ben only likes."""
    running = Server(tmp_path_factory.mktemp("shop"), dns="127.0.0.1:1", live_seconds=20, threads=8)
    try:
        running.start()
        made = make_site(running, origin="https://shop.test", name="Shop", admin=ADMIN)
        empty = make_site(running, origin="https://other.test", name="Nothing yet", admin=ADMIN)
        ada, ben = shopper_of(running, made, ADA), shopper_of(running, made, BEN)
        liked = ada.like(LAMP, context={"lasting": True})
        ada.say(liked, {"why": ["look"], "have": "wish"})
        ada.leave(liked, "https://pinterest.test/ada", name="Ada Byron")
        ben.like(CHAIR)
        desk, here = signed_in(running, ADMIN), f"/admin/sites/{made.site}"
        endorser = agree_there(running, 1)
        until(lambda: "From likes to orders" in desk.get(here).text and "1 of 1" in desk.get(here).words, what="the sums")
        yield SimpleNamespace(server=running, desk=desk, here=here, empty=f"/admin/sites/{empty.site}", ben=ben, ada=ada,
                              endorser=endorser, site=made)
    finally:
        running.close()


def test_home_says_how_far_the_likes_lead(shop):
    words = shop.desk.get(shop.here).words
    assert "Reachable 1 of 1, too few for a share 1 of 1 95 %: 21% to 100%" in words
    assert "1 more is unknown, since their browser keeps nothing" in words
    assert "Nothing has come yet" in shop.desk.get(shop.empty).words


def test_the_way_in_leads_home(server, site):
    running = server(live_seconds=0)
    only = site(running)
    assert signed_in(running, ADMIN).get("/admin/").to == f"/admin/sites/{only.site}"


@pytest.mark.parametrize("name", ["gap", "trend"])
def test_a_chart_is_a_sealed_picture_beside_its_numbers(shop, name):
    picture, light = shop.desk.get(f"{shop.here}/charts/{name}.svg?look=dark"), shop.desk.get(f"{shop.here}/charts/{name}.svg")
    assert picture.headers["Content-Type"].startswith("image/svg+xml")
    assert {"<script", "onload", "Pygal<"} & set(re.findall(r"<script|onload|Pygal<", picture.text)) == set()
    assert picture.headers.get_all("Content-Security-Policy") == ["default-src 'none'; style-src 'unsafe-inline'"]
    assert "#ff7f9f" in picture.text and "#ff7f9f" not in light.text
    assert shop.desk.get(f"{shop.here}/charts/{name}.csv").text.startswith("\ufeff")
    assert shop.desk.get(f"{shop.here}/charts/{name}.png").status == 404 == shop.desk.get(f"{shop.here}/charts/x.svg").status


def test_the_file_of_the_steps_has_n_and_interval(shop):
    lines = shop.desk.get(f"{shop.here}/charts/gap.csv").text.splitlines()
    assert lines[0] == "\ufeffstep,count,of,share,low_95,high_95" and lines[1] == "likes,2,,,,"
    assert re.fullmatch(r"answered,1,2,0\.5,0\.09\d*,0\.90\d*", lines[3])


def listen(shop, since: str = "") -> http.client.HTTPResponse:
    """A stream, as a browser opens one."""
    at = urlsplit(shop.server.url)
    line = http.client.HTTPConnection(at.hostname, at.port, timeout=30)
    cookies = "; ".join(f"{name}={value}" for name, value in shop.desk.cookies.items())
    line.request("GET", f"{shop.here}/latest{since}", headers={"Cookie": cookies})
    answer = line.getresponse()
    answer.line = line
    return answer


def hang_up(stream: http.client.HTTPResponse) -> None:
    stream.close()
    stream.line.close()


def test_a_like_is_told_as_it_comes(shop):
    stream = listen(shop)
    assert stream.headers["Content-Type"].startswith("text/event-stream") and stream.readline() == b"retry: 2000\n"
    threading.Timer(1.5, lambda: shop.ben.like(LAMP)).start()
    assert any(stream.readline() == b"event: likes\n" for _ in range(60))
    hang_up(stream)


def test_what_came_before_somebody_listened_is_told(shop):
    stream = listen(shop, "?since=0.0.0.0")
    assert any(stream.readline() == b"event: likes\n" for _ in range(10))
    now = stream.readline().decode().removeprefix("id: ").strip()
    hang_up(stream)
    assert re.fullmatch(r"\d+\.\d+\.\d+\.\d+", now)
    assert re.search(r"/latest\?since=\d+\.\d+\.\d+\.\d+\"", shop.desk.get(shop.here).text)


def test_few_listen_at_once_and_one_that_left_makes_room(shop):
    """Eight threads: two streams. One of a test before may need a moment to be gone."""
    open_: list[http.client.HTTPResponse] = []

    def two_are_open() -> bool:
        one = listen(shop)
        open_.append(one) if one.status == 200 else hang_up(one)
        return len(open_) == 2

    until(two_are_open, what="room for two", within_s=60)
    assert _status(shop) == 204
    for one in open_:
        hang_up(one)
    until(lambda: _status(shop) == 200, what="room again", within_s=60)


def _status(shop) -> int:
    one = listen(shop)
    hang_up(one)
    return one.status


def test_a_person_is_tagged_noted_and_found(shop):
    who = f"{shop.here}/people/{shop.endorser}"
    assert "Ada Byron" in shop.desk.get(f"{shop.here}/people").words
    assert shop.desk.post(f"{who}/tags", tag="Fair 2026").to.endswith("?done=tagged")
    assert shop.desk.post(f"{who}/notes", note="Met at the fair").to.endswith("?done=noted")
    words = shop.desk.get(f"{who}?done=noted").words
    told = ("fair 2026", "Met at the fair", "The note is kept.", "The exact words, version 1", "What do you like about it?")
    assert [one for one in told if one not in words] == []
    assert "Ada Byron" in shop.desk.get(f"{shop.here}/people?tag=fair+2026").words
    assert "Nobody matches" in shop.desk.get(f"{shop.here}/people?q=zebra").words
    assert shop.desk.post(f"{who}/tags", tag="a,b").to.endswith("?wrong=tag")
    assert shop.desk.post(f"{who}/merge", {"with": "x"}.popitem()).to.endswith("?wrong=nobody")
    assert shop.desk.post(f"{who}/tags", remove="fair 2026").to.endswith("?done=untagged")


def test_no_page_shows_an_address_and_only_the_owners_copy_holds_it(shop):
    who = f"{shop.here}/people/{shop.endorser}"
    address = shop.desk.get(f"{who}/everything.json").json["you"]["address"]
    pages = [shop.desk.get(path).text.replace(ADMIN, "") for path in (f"{shop.here}/people", who, f"{who}/erase", shop.here)]
    assert "@" in address and not any(address in page for page in pages)


def test_erasing_wants_the_box_and_then_nobody_is_there(shop):
    cleo = shopper_of(shop.server, shop.site, CLEO)
    liked = cleo.like(LAMP)
    cleo.say(liked, {"why": ["quality"]})
    until(lambda: "Reading lamp" in shop.desk.get(f"{shop.here}/people?sort=likes").words
          and "2 people" in shop.desk.get(f"{shop.here}/people").words, what="the second person")
    other = max(map(int, re.findall(r'/people/(\d+)"', shop.desk.get(f"{shop.here}/people").text)))
    path = f"{shop.here}/people/{other}/erase"
    assert "This goes for good" in shop.desk.get(path).words
    assert shop.desk.post(path).to.endswith("?unsure=1") and shop.desk.get(f"{shop.here}/people/{other}").status == 200
    assert shop.desk.post(path, sure=1).to.endswith("/people?done=erased")
    assert shop.desk.get(f"{shop.here}/people/{other}").status == 404


def test_answers_are_added_up_and_taken_away_as_files(shop):
    words = shop.desk.get(f"{shop.here}/answers").words
    assert "What do you like about it? n = " in words and "shown 0 times" in words
    rows = shop.desk.get(f"{shop.here}/answers.csv").text.splitlines()
    assert rows[0].startswith("\ufeffanswer,answered_at,like,state,source,product_key,prompt")
    assert any("counted,widget,lamp" in row and "The look" in row for row in rows[1:])
    assert '"question_text": "What do you like about it?"' in shop.desk.get(f"{shop.here}/answers.jsonl").text
    assert "Nobody has answered yet" in shop.desk.get(f"{shop.empty}/answers").words


def test_a_product_is_told_by_the_way_it_was_liked(shop):
    until(lambda: "Reading lamp" in shop.desk.get(f"{shop.here}/products").words, what="the sums")
    words = shop.desk.get(f"{shop.here}/products/1").words
    assert "0 by the extension 0 by your server" in words and "What is liked about it" in words
    assert shop.desk.get(f"{shop.here}/products/1/price.csv").text.startswith("\ufefffrom,price,currency,availability\r\n")
    assert shop.desk.get(f"{shop.here}/products/1/price.svg").headers["Content-Type"].startswith("image/svg+xml")
    assert shop.desk.get(f"{shop.empty}/products/1").status == 404
