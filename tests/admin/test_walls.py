"""Nobody sees another site's data, and no role does more than it may; made from FACES, so that a new face is covered."""

from types import SimpleNamespace

import pytest
from admin.desk import Desk, hire, ids, shopper_of, signed_in
from followup.making import a_failed_letter, agree_there, behind
from sites.liking import claims_in_every_state

from afterlike.app import FACES
from cast import BEN, new_id
from parts.product import Server, make_site
from parts.programs import until

OF_A_SITE = [face for face in FACES if "<key>" in face.path]
LEAST = {  # what a face needs; one that is not listed fails the test
    "GET /admin/sites/<key>": "viewer",
    "GET /admin/sites/<key>/latest": "viewer",
    "GET /admin/sites/<key>/charts/<name>": "viewer",
    "GET /admin/sites/<key>/endorsements": "viewer",
    "GET /admin/sites/<key>/endorsements.csv": "viewer",
    "POST /admin/sites/<key>/endorsements/decisions": "editor",
    "GET /admin/sites/<key>/endorsements/<int:like>": "viewer",
    "GET /admin/sites/<key>/conversations": "viewer",
    "POST /admin/sites/<key>/conversations": "editor",
    "GET /admin/sites/<key>/conversations/new": "editor",
    "GET /admin/sites/<key>/conversations/<int:id>": "viewer",
    "POST /admin/sites/<key>/conversations/<int:id>/messages": "editor",
    "POST /admin/sites/<key>/conversations/<int:id>/state": "editor",
    "GET /admin/sites/<key>/mail": "viewer",
    "POST /admin/sites/<key>/mail/<int:id>/again": "editor",
    "POST /admin/sites/<key>/mail/settings": "owner",
    "GET /admin/sites/<key>/extension": "viewer",
    "POST /admin/sites/<key>/extension": "owner",
    "GET /admin/sites/<key>/extension/<int:claim>": "viewer",
    "GET /admin/sites/<key>/extension/<int:claim>.csv": "viewer",
    "POST /admin/sites/<key>/extension/<int:claim>/check": "owner",
    "POST /admin/sites/<key>/extension/<int:claim>/token": "owner",
    "POST /admin/sites/<key>/extension/<int:claim>/remove": "owner",
    "GET /admin/sites/<key>/people": "viewer",
    "GET /admin/sites/<key>/people/<int:who>": "viewer",
    "POST /admin/sites/<key>/people/<int:who>/tags": "editor",
    "POST /admin/sites/<key>/people/<int:who>/notes": "editor",
    "POST /admin/sites/<key>/people/<int:who>/merge": "editor",
    "POST /admin/sites/<key>/people/<int:who>/part": "editor",
    "GET /admin/sites/<key>/people/<int:who>/everything.json": "owner",
    "GET /admin/sites/<key>/people/<int:who>/erase": "owner",
    "POST /admin/sites/<key>/people/<int:who>/erase": "owner",
    "GET /admin/sites/<key>/products": "viewer",
    "GET /admin/sites/<key>/products/<int:product>": "viewer",
    "GET /admin/sites/<key>/products/<int:product>/price.svg": "viewer",
    "GET /admin/sites/<key>/products/<int:product>/price.csv": "viewer",
    "GET /admin/sites/<key>/answers": "viewer",
    "GET /admin/sites/<key>/answers.csv": "viewer",
    "GET /admin/sites/<key>/answers.jsonl": "viewer",
    "POST /admin/sites/<key>/answers/<int:answer>/tags": "editor",
    "GET /admin/sites/<key>/refused": "viewer",
    "GET /admin/sites/<key>/tag": "viewer",
}
ROLES = ("viewer", "editor", "owner")


def name(face) -> str:
    return f"{face.method} {face.path}"


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    """Two shops on one server with a like each, and a desk for every role in the first and for the second's owner."""
    running = Server(tmp_path_factory.mktemp("town"), dns="127.0.0.1:1", live_seconds=0)
    try:
        running.start()
        here = make_site(running, origin="https://here.test", name="Here", admin="owner@here.test")
        there = make_site(running, origin="https://there.test", name="There", admin="owner@there.test")
        for role in ("viewer", "editor"):
            hire(running, here.site, email=f"{role}@here.test", role=role)
        desks = {role: signed_in(running, f"{role}@here.test") for role in ROLES}
        desks["stranger"] = signed_in(running, "owner@there.test")
        for site in (here, there):
            ada = shopper_of(running, site)
            ada.say(ada.like(), {"have": "wish"})
            shopper_of(running, site, BEN).like()
        like, bens = sorted(map(int, set(ids(desks["owner"].get(f"/admin/sites/{here.site}/endorsements")))))
        who = agree_there(running, like)
        with behind(running) as tx:
            claim = claims_in_every_state(tx, here.site)[0]
        products = f"/admin/sites/{here.site}/products"
        until(lambda: '/products/1"' in desks["owner"].get(products).text, what="the sums")
        rows = {"like": like, "bens": bens, "claim": claim, "who": who, "product": 1, "answer": 1}
        rows |= a_failed_letter(desks["owner"], here.site, like)
        yield SimpleNamespace(url=running.url, here=here.site, there=there.site, desks=desks, like=like, rows=rows)
    finally:
        running.close()


def send(desk: Desk, face, key: str, rows: dict[str, int]):
    """What a browser sends to a face, as far as it can be sent to all of them; `rows` names one row of each kind."""
    path = face.path.replace("<key>", key).replace("<name>", "gap.csv")
    for name in ("like", "claim", "who", "product", "answer"):
        path = path.replace(f"<int:{name}>", str(rows[name]))
    for room in ("conversations", "mail"):
        path = path.replace(f"{room}/<int:id>", f"{room}/{rows[room]}")
    if face.method == "GET":
        return desk.get(f"{path}?like={rows['bens']}")
    filled = {"decision": "hold", "words": "Hello", "uuid": new_id(), "state": "open", "privacy_url": "", "postal_address": ""}
    return desk.post(path, like=rows["like"], origin="https://more.example", **filled)


def seen(reply) -> tuple:
    return reply.status, reply.text


def test_every_face_of_a_site_is_on_the_list():
    assert {name(face) for face in OF_A_SITE} == LEAST.keys()


@pytest.mark.parametrize("face", OF_A_SITE, ids=name)
def test_another_sites_page_is_not_there(town, face):
    theirs = send(town.desks["stranger"], face, town.here, town.rows)
    missing = send(town.desks["stranger"], face, "0123456789abcdef", town.rows)
    assert theirs.status == 404 and seen(theirs) == seen(missing)


@pytest.mark.parametrize("face", [face for face in OF_A_SITE if "<int:" in face.path or "conversations" in face.path], ids=name)
def test_another_sites_rows_are_not_there_under_ones_own_site(town, face):
    theirs = send(town.desks["stranger"], face, town.there, town.rows)
    missing = send(town.desks["stranger"], face, town.there, dict.fromkeys(town.rows, 999999))
    if name(face) == "GET /admin/sites/<key>/conversations":
        assert theirs.status == 200 and "No conversation yet" in theirs.words
    else:
        assert theirs.status == 404 and seen(theirs) == seen(missing)


def test_another_sites_like_cannot_be_held_under_ones_own_site(town):
    path = f"/admin/sites/{town.there}/endorsements/decisions"
    done = town.desks["stranger"].post(path, decision="reject", like=town.like)
    assert done.status == 303 and "likes=none" in done.to
    assert "Counted" in town.desks["viewer"].get(f"/admin/sites/{town.here}/endorsements/{town.like}").words


@pytest.mark.parametrize("face", OF_A_SITE, ids=name)
def test_nobody_signed_out_gets_in(town, face):
    desk = Desk(town.url)
    reply = send(desk, face, town.here, town.rows)
    assert (reply.status, reply.to) == (303, "/admin/sign-in") if face.method == "GET" else reply.status == 401


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("face", OF_A_SITE, ids=name)
def test_a_role_does_what_it_may_and_no_more(town, face, role):
    reply = send(town.desks[role], face, town.here, town.rows)
    may = ROLES.index(role) >= ROLES.index(LEAST[name(face)])
    assert reply.status == ((303 if face.method == "POST" else 200) if may else 403)


def test_a_viewer_is_not_offered_what_is_refused(town):
    shown = town.desks["viewer"].get(f"/admin/sites/{town.here}/endorsements").text
    assert 'name="decision"' not in shown and 'name="like"' not in shown
    assert 'name="decision"' not in town.desks["viewer"].get(f"/admin/sites/{town.here}/endorsements/{town.like}").text
    assert 'name="decision"' in town.desks["editor"].get(f"/admin/sites/{town.here}/endorsements").text
