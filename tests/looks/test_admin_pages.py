"""Every page of the admin is looked at: on a phone and wide, light and dark, with script and without, full and empty.

A short run looks at one page of each kind, so that all four looks come up; the long one at each page in each look.
"""

import re
from types import SimpleNamespace

import pytest
from admin.desk import Desk, sign_in_link, signed_in
from conftest import ADMIN
from looks import walking
from looks.admin_town import settled
from looks.looking import seen_by, turns
from me.making import text
from sites.test_second import Owner, by_password

from cast import LAMP
from parts.mail import SmtpPeer
from parts.product import Server
from parts.programs import until

VIEWED = ("", "/endorsements", "/extension", "/prompts", "/prompts/1", "/conversations", "/conversations/1", "/mail",
          "/people/{who}", "/products/1", "/answers", "/widget", "/widget/words", "/widget/privacy")
PRINTED = ("", "/products", "/products/1", "/people", "/people/{who}", "/answers", "/endorsements", "/endorsements/1", "/quotes",
           "/conversations", "/conversations/1")


@pytest.fixture(scope="module")
def peer():
    peer = SmtpPeer()
    peer.start()
    yield peer
    peer.close()


@pytest.fixture(scope="module")
def town(tmp_path_factory, peer):
    running = Server(tmp_path_factory.mktemp("town"), dns="127.0.0.1:1", smtp_url=peer.url, limit_sign_in="1000/minute")
    try:
        running.start()
        yield settled(running, peer)
    finally:
        running.close()


@pytest.fixture(scope="module")
def viewer(town) -> Desk:
    return signed_in(town.server, "two@shop.test")


@pytest.fixture(scope="module")
def half(town) -> Desk:
    """Somebody who gave a password, and is asked for the second factor."""
    there = SimpleNamespace(server=town.server, url=town.server.url, site=town.site.rpartition("/")[2])
    return by_password(Owner(there, "tess@shop.test"))[0]


@pytest.fixture(scope="module")
def lookers(town, viewer, half, looker):
    url = town.server.url
    people = {"owner": town.desk, "viewer": viewer, "half": half, "stranger": None}
    return {who: looker(url, desk) for who, desk in people.items()}


@pytest.fixture(scope="module")
def pages(town, peer) -> list[tuple[str, str]]:
    """Every page: who looks at it, and its path."""
    invitation = until(lambda: invited(peer), what="the letter with an invitation")
    outside = ("/admin/sign-in", "/admin/sign-in/used", sign_in_link(town.server, ADMIN).removeprefix(town.server.url),
               invitation, "/admin/invitations/over")
    return [*(("owner", path) for path in town.pages()), *(("stranger", path) for path in outside),
            ("half", "/admin/sign-in/second"), *(("viewer", town.site + path.format(**town.first)) for path in VIEWED)]


def invited(peer: SmtpPeer) -> str | None:
    """The path in a letter to somebody who is to join."""
    return next((found[0] for one in peer.letters if (found := re.search(r"/admin/invitations/[\w-]+", text(one.raw)))), None)


def test_every_page_is_on_the_list(pages):
    met = {walking.face_of(path) for _, path in pages}
    assert {face for face in walking.PAGES if face.startswith("/admin")} - met == set(), "a page that nobody looks at"


@turns
def test_every_page_is_for_everybody(pages, lookers, turn):
    mine = [one for one in pages if turn is not None or one[0] != "viewer"]  # who sees less of the same pages
    wrong = seen_by(lookers, mine, turn)
    assert not wrong, "\n".join(wrong)
    assert {url for looker in lookers.values() for url in looker.asked} <= {LAMP["image"]}


def test_what_one_prints_is_black_on_white_without_what_is_pressed(town, lookers):
    wrong = [told for path in PRINTED for told in lookers["owner"].print(town.site + path.format(**town.first))]
    assert not wrong, "\n".join(wrong)


def test_a_viewer_changes_nothing(town, viewer):
    for path in set(VIEWED) - {"/prompts/1", "/widget/privacy"}:  # whose fields are all shut
        shown = viewer.get(town.site + path.format(**town.first))
        posts = re.findall(r'<form[^>]* method="post" action="([^"]+)"', shown.text.partition("<main")[2])
        assert shown.status == 200 and posts == [], path
