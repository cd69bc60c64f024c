"""Nobody sees another site's data, and no role does more than it may; made from FACES, so that a new face is covered."""

import uuid
from types import SimpleNamespace

import pytest
import sqlalchemy as sa
from admin.desk import Desk, hire, ids, shopper_of, signed_in
from followup.making import a_failed_letter, agree_there, behind
from sites.liking import claims_in_every_state

from afterlike import endorsers, sites, tables
from afterlike.app import FACES
from afterlike.clock import now
from afterlike.collect import marks, mentions
from afterlike.followup import saved
from afterlike.me import many
from afterlike.publicity import quotes
from afterlike.sites import invitations, webhooks
from cast import BEN, CHAIR, CLEO, new_id
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
    "POST /admin/sites/<key>/endorsements/filters": "editor",
    "POST /admin/sites/<key>/endorsements/filters/<int:id>/delete": "editor",
    "GET /admin/sites/<key>/conversations": "viewer",
    "POST /admin/sites/<key>/conversations": "editor",
    "GET /admin/sites/<key>/conversations/new": "editor",
    "GET /admin/sites/<key>/conversations/<int:id>": "viewer",
    "POST /admin/sites/<key>/conversations/<int:id>/messages": "editor",
    "POST /admin/sites/<key>/conversations/<int:id>/state": "editor",
    "POST /admin/sites/<key>/conversations/<int:id>/assign": "editor",
    "POST /admin/sites/<key>/conversations/<int:id>/notes": "editor",
    "GET /admin/sites/<key>/conversations/replies": "viewer",
    "POST /admin/sites/<key>/conversations/replies": "editor",
    "POST /admin/sites/<key>/conversations/replies/<int:reply>/remove": "editor",
    "GET /admin/sites/<key>/prompts": "viewer",
    "POST /admin/sites/<key>/prompts": "editor",
    "POST /admin/sites/<key>/prompts/settings": "owner",
    "POST /admin/sites/<key>/prompts/<int:prompt>/acts": "editor",
    "GET /admin/sites/<key>/prompts/<int:prompt>": "viewer",
    "POST /admin/sites/<key>/prompts/<int:prompt>": "editor",
    "GET /admin/sites/<key>/prompts/<int:prompt>/json": "viewer",
    "POST /admin/sites/<key>/prompts/<int:prompt>/json": "editor",
    "GET /admin/sites/<key>/prompts/why": "viewer",
    "GET /admin/sites/<key>/prompts/<int:prompt>/preview": "viewer",
    "GET /admin/sites/<key>/prompts/<int:prompt>/preview/page": "viewer",
    "POST /admin/sites/<key>/prompts/<int:prompt>/preview": "editor",
    "POST /admin/sites/<key>/prompts/<int:prompt>/preview/page": "editor",
    "GET /admin/sites/<key>/mail": "viewer",
    "POST /admin/sites/<key>/mail/<int:id>/again": "editor",
    "POST /admin/sites/<key>/mail/settings": "owner",
    "POST /admin/sites/<key>/mail/names": "owner",
    "POST /admin/sites/<key>/mail/test": "owner",
    "GET /admin/sites/<key>/extension": "viewer",
    "POST /admin/sites/<key>/extension": "owner",
    "GET /admin/sites/<key>/extension/<int:claim>": "viewer",
    "GET /admin/sites/<key>/extension/<int:claim>.csv": "viewer",
    "POST /admin/sites/<key>/extension/<int:claim>/check": "owner",
    "POST /admin/sites/<key>/extension/<int:claim>/token": "owner",
    "POST /admin/sites/<key>/extension/<int:claim>/remove": "owner",
    "GET /admin/sites/<key>/mentions": "viewer",
    "GET /admin/sites/<key>/mentions/<int:mention>": "viewer",
    "POST /admin/sites/<key>/mentions/<int:mention>": "editor",
    "POST /admin/sites/<key>/people/<int:who>/outside": "editor",
    "GET /admin/sites/<key>/people/links": "viewer",
    "POST /admin/sites/<key>/people/links/<int:link>": "editor",
    "GET /admin/sites/<key>/people": "viewer",
    "GET /admin/sites/<key>/people/<int:who>": "viewer",
    "POST /admin/sites/<key>/people/<int:who>/tags": "editor",
    "POST /admin/sites/<key>/people/<int:who>/notes": "editor",
    "POST /admin/sites/<key>/people/<int:who>/merge": "editor",
    "POST /admin/sites/<key>/people/<int:who>/part": "editor",
    "GET /admin/sites/<key>/people/<int:who>/everything.json": "owner",
    "GET /admin/sites/<key>/people/<int:who>/erase": "owner",
    "POST /admin/sites/<key>/people/<int:who>/erase": "owner",
    "GET /admin/sites/<key>/people/erase": "owner",
    "POST /admin/sites/<key>/people/erase": "owner",
    "GET /admin/sites/<key>/people/erasures/<int:erasure>": "owner",
    "POST /admin/sites/<key>/people/erasures/<int:erasure>/stop": "owner",
    "GET /admin/sites/<key>/products": "viewer",
    "GET /admin/sites/<key>/products/<int:product>": "viewer",
    "GET /admin/sites/<key>/products/<int:product>/price.svg": "viewer",
    "GET /admin/sites/<key>/products/<int:product>/price.csv": "viewer",
    "GET /admin/sites/<key>/answers": "viewer",
    "GET /admin/sites/<key>/answers.csv": "viewer",
    "GET /admin/sites/<key>/answers.jsonl": "viewer",
    "POST /admin/sites/<key>/answers/<int:answer>/tags": "editor",
    "GET /admin/sites/<key>/quotes": "viewer",
    "POST /admin/sites/<key>/quotes": "editor",
    "GET /admin/sites/<key>/quotes/new": "editor",
    "GET /admin/sites/<key>/quotes/shared": "viewer",
    "POST /admin/sites/<key>/quotes/<int:quote>/state": "editor",
    "GET /admin/sites/<key>/refused": "viewer",
    "GET /admin/sites/<key>/tag": "viewer",
    "GET /admin/sites/<key>/install": "viewer",
    "POST /admin/sites/<key>/install/page": "editor",
    "GET /admin/sites/<key>/settings": "viewer",
    "POST /admin/sites/<key>/settings": "owner",
    "POST /admin/sites/<key>/settings/origins": "owner",
    "GET /admin/sites/<key>/widget": "viewer",
    "POST /admin/sites/<key>/widget": "owner",
    "GET /admin/sites/<key>/widget/preview.css": "viewer",
    "GET /admin/sites/<key>/widget/privacy": "viewer",
    "POST /admin/sites/<key>/widget/privacy": "owner",
    "POST /admin/sites/<key>/widget/kept": "owner",
    "GET /admin/sites/<key>/widget/words": "viewer",
    "POST /admin/sites/<key>/widget/words": "owner",
    "POST /admin/sites/<key>/widget/<part>/reset": "owner",
    "POST /admin/sites/<key>/widget/<part>/undo": "owner",
    "GET /admin/sites/<key>/keys": "owner",
    "POST /admin/sites/<key>/keys": "owner",
    "POST /admin/sites/<key>/keys/<int:id>/revoke": "owner",
    "GET /admin/sites/<key>/webhooks": "owner",
    "POST /admin/sites/<key>/webhooks": "owner",
    "GET /admin/sites/<key>/webhooks/<int:hook>": "owner",
    "POST /admin/sites/<key>/webhooks/<int:hook>": "owner",
    "POST /admin/sites/<key>/webhooks/<int:hook>/state": "owner",
    "POST /admin/sites/<key>/webhooks/<int:hook>/secret": "owner",
    "POST /admin/sites/<key>/webhooks/<int:hook>/secret/end": "owner",
    "POST /admin/sites/<key>/webhooks/<int:hook>/test": "owner",
    "POST /admin/sites/<key>/webhooks/<int:hook>/remove": "owner",
    "POST /admin/sites/<key>/webhooks/<int:hook>/deliveries/<int:delivery>/again": "owner",
    "GET /admin/sites/<key>/admins": "owner",
    "POST /admin/sites/<key>/admins": "owner",
    "POST /admin/sites/<key>/admins/<int:member>/role": "owner",
    "POST /admin/sites/<key>/admins/<int:member>/remove": "owner",
    "POST /admin/sites/<key>/invitations/<int:invitation>/again": "owner",
    "POST /admin/sites/<key>/invitations/<int:invitation>/revoke": "owner",
    "GET /admin/sites/<key>/audit": "owner",
    "GET /admin/sites/<key>/audit.csv": "owner",
}
MEET = {  # the same flow twice, as a form and as JSON
    "version": "1", "kind": "profile_link", "cards.0.type": "profile", "cards.0.key": "who", "cards.0.title.en": "Who?",
    "flow": '{"key": "meet", "name": "Here", "kind": "profile_link",'
            ' "cards": [{"key": "who", "type": "profile", "title": {"en": "Who?"}}]}',
}
ROLES = ("viewer", "editor", "owner")
SHARED = {  # of no row: a list of one's own, and what is added to it
    "GET /admin/sites/<key>/conversations/replies", "POST /admin/sites/<key>/conversations/replies",
}
TOLD_AT_ONCE = {  # what stands in the answer itself: a secret that is shown once, a look at a page that keeps nothing
    "POST /admin/sites/<key>/mail/test",
    "POST /admin/sites/<key>/install/page", "POST /admin/sites/<key>/keys", "POST /admin/sites/<key>/webhooks",
    "POST /admin/sites/<key>/webhooks/<int:hook>/secret", "POST /admin/sites/<key>/prompts/<int:prompt>/preview",
    "POST /admin/sites/<key>/prompts/<int:prompt>/preview/page",
}
OWN = {  # of no site: one's own account, whatever one's roles
    "GET /admin/", "POST /admin/sign-out", "GET /admin/account", "POST /admin/account", "POST /admin/account/language",
    "GET /admin/account/two-factor", "POST /admin/account/two-factor", "POST /admin/account/two-factor/begin",
    "POST /admin/account/two-factor/codes", "POST /admin/account/two-factor/off", "POST /admin/account/passkeys",
    "POST /admin/account/passkeys/options", "POST /admin/account/passkeys/<int:id>",
    "POST /admin/account/passkeys/<int:id>/remove", "POST /admin/account/sessions/end",
    "POST /admin/account/sessions/<int:id>/end", "GET /admin/sites/new", "POST /admin/sites",
}
OUTSIDE = {  # before anybody is signed in
    "GET /admin/sign-in", "POST /admin/sign-in", "POST /admin/sign-in/mail", "GET /admin/sign-in/<token>",
    "POST /admin/sign-in/<token>", "GET /admin/sign-in/second", "POST /admin/sign-in/second", "POST /admin/sign-in/passkey",
    "POST /admin/sign-in/passkey/options", "GET /admin/invitations/<token>", "POST /admin/invitations/<token>",
}


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
            shopper_of(running, site, CLEO).like()
        like, bens, cleos = sorted(map(int, set(ids(desks["owner"].get(f"/admin/sites/{here.site}/endorsements")))))
        who = agree_there(running, like)
        with behind(running) as tx:
            claim = claims_in_every_state(tx, here.site)[0]
            mention, link = a_mention_and_a_door(tx, sites.site_named(tx, here.site).id, who)
            known = sites.site_named(tx, here.site).id
            for role in (*ROLES, "stranger"):
                marks.save_filter(tx, [(known, role, "q=a", 1)])
            filters = {row.name: row.id for row in marks.filters_of(tx, known)}
            [erasure] = many.begin(tx, [many.Beginning(known, 1, (-999_999,), False, now())])  # of nobody
            wishes = [saved.Saved(known, None, role, "Hello", 1) for role in (*ROLES, "stranger")]
            replies = dict(zip((*ROLES, "stranger"), saved.save(tx, wishes), strict=True))
            prompt = tx.scalar(sa.select(tables.prompts.c.id).where(tables.prompts.c.key == "meet"))
        products = f"/admin/sites/{here.site}/products"
        until(lambda: '/products/1"' in desks["owner"].get(products).text, what="the sums")
        rows = {"who": who, "product": 1, "answer": 1}
        rows |= {"like": like, "bens": bens, "cleos": cleos, "erasure": erasure, "claim": claim, "prompt": prompt}
        rows |= {"filters": filters["stranger"]}
        rows |= {"mention": mention, "link": link}
        rows |= {"reply": replies["stranger"]}
        rows |= members_and_invitations(running, here.site) | a_failed_letter(desks["owner"], here.site, like)
        rows |= words_to_quote(running, shopper_of(running, here), who)
        yield SimpleNamespace(
            server=running, url=running.url, here=here.site, there=there.site, desks=desks, like=like, rows=rows, filters=filters,
            replies=replies,
        )
    finally:
        running.close()


def a_mention_and_a_door(tx, site_id: int, who: int) -> tuple[int, int]:
    """A mention that waits for a decision, and a profile on a network that nobody but people open, which does too."""
    mentions.receive(tx, [mentions.Received(site_id, "https://blog.invalid/1", "https://here.test/lamp", now())])
    rows = tables.webmentions
    held = tx.scalar(sa.update(rows).values(state="held", kind="mention", due_at=None).returning(rows.c.id))
    claim = {"site_id": site_id, "uuid": uuid.uuid4().bytes, "endorser_id": who, "claimed_at": now(), "name": "Ada",
             "url": "https://instagram.com/ada"}
    [link] = endorsers.claim_links(tx, [claim])
    tx.execute(sa.update(tables.profile_links).where(tables.profile_links.c.id == link.id).values(review="waiting"))
    return held, link.id


def words_to_quote(running: Server, shopper, who: int) -> dict[str, int]:
    """Of a like that nobody holds: something that was said and nobody has asked for, and something that was asked for."""
    shopper.like(CHAIR)
    with behind(running) as tx:
        like = tx.execute(sa.select(tables.likes.c.id, tables.likes.c.site_id).order_by(tables.likes.c.id.desc())).first()
        talk = tx.scalar(sa.insert(tables.conversations).values(
            site_id=like.site_id, endorser_id=who, like_id=like.id, state="closed", made_at=1, changed_at=1
        ).returning(tables.conversations.c.id))
        said = [tx.scalar(sa.insert(tables.messages).values(
            conversation_id=talk, uuid=word * 16, author="endorser", words="Hello", said_at=1
        ).returning(tables.messages.c.id)) for word in (b"a", b"b")]
        [quote] = quotes.ask(tx, [quotes.Ask(like.site_id, "message", said[0], "", "Hello", None, 1, now())])
    return {"quote": quote, "said": said[1]}


def members_and_invitations(running: Server, key: str) -> dict[str, int]:
    """Two admins and two invitations, one of each for the face that takes it away."""
    with behind(running) as tx:
        site_id = sites.site_named(tx, key).id
        emails = ("mo@here.test", "lea@here.test")
        members = [sites.add_admin(tx, email=email, site_id=site_id, role="viewer", now=1) for email in emails]
        wishes = [invitations.Wish(site_id, f"{name}@here.test", "viewer", members[0], now()) for name in ("ida", "jo")]
        invited = invitations.invite(tx, wishes)
        keys = tables.api_keys.c
        key_id = tx.scalar(sa.select(keys.id).where(keys.site_id == site_id))
        wish = webhooks.Wish(site_id, "https://hook.invalid/", ("wrote",), frozenset(), now())
        hooks = webhooks.save(tx, [wish, wish])
        [delivery] = webhooks.test(tx, [(site_id, hooks[0], key, now())])
    return {"member": members[0], "leaver": members[1], "invitation": invited[0], "revoked": invited[1], "keys": key_id,
            "hook": hooks[0], "unhooked": hooks[1], "delivery": delivery}


def send(desk: Desk, face, key: str, rows: dict[str, int], **more):
    """What a browser sends to a face, as far as it can be sent to all of them; `rows` names one row of each kind."""
    path = face.path.replace("<key>", key).replace("<name>", "gap.csv").replace("<part>", "looks")
    # What is gone afterwards is a row of its own.
    gone = {"<int:member>/remove": "leaver", "<int:invitation>/revoke": "revoked", "<int:hook>/remove": "unhooked"}
    for end, row in gone.items():
        path = path.replace(end, end.replace(end.partition("/")[0], str(rows.get(row, 1)))) if path.endswith(end) else path
    named = ("like", "claim", "prompt", "who", "product", "answer", "member", "invitation", "hook", "delivery", "mention", "link",
             "erasure", "reply", "quote")
    for name in named:
        path = path.replace(f"<int:{name}>", str(rows.get(name, 1)))
    for room in ("conversations", "mail", "filters", "keys"):
        path = path.replace(f"{room}/<int:id>", f"{room}/{rows.get(room, 1)}")
    if face.method == "GET":
        return desk.get(f"{path}?like={rows.get('bens', 1)}&likes={rows.get('cleos', 1)}")
    filled = {"email": f"{new_id()}@here.test", "role": "viewer"}
    filled |= {"name": "Here", "locale": "en", "time_zone": "UTC", "cooldown": "24", "origins": "https://here.test"}
    filled |= {"page": "http://localhost:1/", "decision": "hold", "words": "Hello", "uuid": new_id(), "state": "open"}
    filled |= {"privacy_url": "", "postal_address": ""}
    if face.path.startswith("/admin/sites/<key>/quotes"):
        filled |= {"source": "message", "id": rows.get("said", 1), "perk": "none", "do": "hide"}
    filled |= {"query": "q=lamp", "start": "why", "act": "pause", "cooldown_hours": "24"} | MEET
    filled |= {"query": f"likes={rows.get('cleos', 1)}", "people": "1"} if path.endswith("people/erase") else {}
    filled |= {"decision": "accept"} if "/mentions/" in path or "/links/" in path else {}
    filled |= {"network": "instagram"}
    filled |= {"note": "Ask about the shade.", "name": new_id()} if "conversations" in path else {}
    filled |= {"kind": "wrote", "url": "https://hook.invalid/"} if "webhooks" in path else {}
    return desk.post(path, like=rows["like"], origin="https://more.example", **filled | more)


def seen(reply) -> tuple:
    return reply.status, reply.text


def test_every_face_of_a_site_is_on_the_list():
    assert {name(face) for face in OF_A_SITE} == LEAST.keys()


def test_every_other_admin_face_is_on_a_list_too():
    assert {name(face) for face in FACES if face.path.startswith("/admin") and "<key>" not in face.path} == OWN | OUTSIDE


@pytest.mark.parametrize("face", [face for face in FACES if name(face) in OWN - {"POST /admin/sign-out"}], ids=name)
def test_nobody_signed_out_gets_into_an_account(town, face):
    desk = Desk(town.url)
    path = face.path.replace("<int:id>", "1")
    reply = desk.get(path) if face.method == "GET" else desk.post(path)
    assert (reply.status, reply.to) == (303, "/admin/sign-in") if face.method == "GET" else reply.status == 401


@pytest.mark.parametrize("face", OF_A_SITE, ids=name)
def test_another_sites_page_is_not_there(town, face):
    theirs = send(town.desks["stranger"], face, town.here, town.rows)
    missing = send(town.desks["stranger"], face, "0123456789abcdef", town.rows)
    assert theirs.status == 404 and seen(theirs) == seen(missing)


OF_A_ROW = [face for face in OF_A_SITE if ("<int:" in face.path or "conversations" in face.path) and name(face) not in SHARED]


@pytest.mark.parametrize("face", OF_A_ROW, ids=name)
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
    assert done.status == 303 and "batch=none" in done.to
    assert "Counted" in town.desks["viewer"].get(f"/admin/sites/{town.here}/endorsements/{town.like}").words


@pytest.mark.parametrize("face", OF_A_SITE, ids=name)
def test_nobody_signed_out_gets_in(town, face):
    desk = Desk(town.url)
    reply = send(desk, face, town.here, town.rows)
    assert (reply.status, reply.to) == (303, "/admin/sign-in") if face.method == "GET" else reply.status == 401


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("face", OF_A_SITE, ids=name)
def test_a_role_does_what_it_may_and_no_more(town, face, role):
    reply = send(town.desks[role], face, town.here, town.rows | {"filters": town.filters[role], "reply": town.replies[role]})
    may = ROLES.index(role) >= ROLES.index(LEAST[name(face)])
    done = {200, 422, 429} if name(face) in TOLD_AT_ONCE else {303} if face.method == "POST" else {200}
    assert reply.status in (done if may else {403})


def test_a_viewer_is_not_offered_what_is_refused(town):
    shown = town.desks["viewer"].get(f"/admin/sites/{town.here}/endorsements").text
    assert 'name="decision"' not in shown and 'name="like"' not in shown
    assert 'name="decision"' not in town.desks["viewer"].get(f"/admin/sites/{town.here}/endorsements/{town.like}").text
    assert 'name="decision"' in town.desks["editor"].get(f"/admin/sites/{town.here}/endorsements").text
