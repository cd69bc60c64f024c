"""The copy of everything, erasing, and looking: the copy is whole, the erasure too, and looking changes nothing."""

import json
import re
import sqlite3

import pytest
from admin.desk import ask, signed_in
from conftest import ADMIN
from followup.making import behind
from me.making import ADA, BEN, Browser, Endorser, built_in, rows, write_to

from afterlike import tables
from afterlike.me import everything
from cast import CHAIR, LAMP, Person, new_id, order, visit
from parts.programs import until

# Where something of a person may stand, and where in the file it is; a table that is in neither list fails the test.
TOLD = {
    "channels": "you", "endorsers": "you", "suppressions": "you", "likes": "likes", "answers": "answers",
    "prompt_showings": "questions_you_were_shown", "prompt_turns": "when_you_were_asked", "subscriptions": "topics",
    "consents": "what_you_agreed_to", "consent_events": "record_of_consent", "opt_ins": "sign_ups", "profile_links": "profiles",
    "conversations": "conversations", "messages": "conversations", "visitors": "browsers", "merges": "browsers",
    "visits": "return_visits", "orders": "orders", "mailed_links": "links_mailed_to_you", "person_sessions": "signed_in",
    "public_pages": "public_pages", "outside_letters": "letters_elsewhere",
    "endorser_notes": "notes_about_you", "endorser_tags": "tags_on_you", "bounces": "letters_that_came_back",
    "conversation_notes": "conversations",
    "quotes": "quotes_of_you", "feed_keys": "your_feed",
    "shares": "links_you_share", "share_credits": "links_you_came_by",
}
NOT_TOLD = {
    "journal": "numbers of rows and moments only; each is told where it happened",
    "grants_begun": "that somebody is on their way to sign in elsewhere, for minutes",
    "tallies": "counts by day, of nobody",
    "like_counts": "counts by product, of nobody",
    "webmentions": "what another site said of a page, in its own words; no person of ours",
    "decisions": "what admins decided on likes, with their own reasons; the state that came of it stands with the like",
    "like_tags": "an admin's own order among the likes",
}
OF_A_PERSON = {"visitor_id", "endorser_id", "channel_id", "subject", "like_id", "conversation_id"}
SUMS = {"people_sums", "product_sums", "site_sums", "answer_sums"}
QUIET = SUMS | {"leases", "cursors", "tallies", "outbox"}  # background work of its own


@pytest.fixture(scope="module")
def ada(town, shop_site) -> Endorser:
    """Who left something of every kind."""
    made = town.settle(shop_site, ADA, likes=[LAMP, CHAIR])
    made.shopper.say(made.liked[0], {"why": ["look", {"other": "A warm light"}]})
    made.shopper.leave(made.liked[0], "https://www.pinterest.test/ada", name="Ada Byron")
    step = made.liked[0]["next_step"]
    made.shopper.send("shown", {"site": shop_site.site, "id": new_id(), "visitor": ADA.visitor, "like": made.liked[0]["id"],
                                "prompt": step["prompt"], "version": step["version"], "event": "shown"})
    made.shopper.send("visits", visit(site=shop_site.site, visitor=ADA.visitor, url="https://shop.test/again"))
    body = json.dumps(order(site=shop_site.site, visitor=ADA.visitor, coupon="SPRING")).encode()
    headers = {"Authorization": f"Bearer {shop_site.api_key}", "Content-Type": "application/json"}
    ordered = ask("POST", f"{town.url}/v1/orders", body=body, headers=headers)
    assert ordered.status == 200, ordered.text
    write_to(made, "Thank you, Ada!")
    [known] = rows(town, tables.channels.select().where(tables.channels.c.address == ADA.email))
    desk, person = signed_in(town.server, ADMIN), f"/admin/sites/{shop_site.site}/people/{known.endorser_id}"
    [said] = rows(town, tables.answers.select())
    asked = {"source": "answer", "id": said.id, "part": "why", "words": "A warm light", "perk": "none"}
    assert desk.post(f"/admin/sites/{shop_site.site}/quotes", **asked).status == 303
    assert made.post("/me/feed").status == made.post(f"/me/likes/{made.liked[0]['id']}/share").status == 303
    came_by_a_link(town, shop_site, made)
    assert desk.post(f"{person}/tags", tag="to quote").status == desk.post(f"{person}/notes", note="Likes lamps.").status == 303
    with behind(town.server) as tx:
        talk = tx.scalar(tables.conversations.select().with_only_columns(tables.conversations.c.id))
        tx.execute(tables.conversation_notes.insert().values(conversation_id=talk, words="Ask about the shade.", noted_at=1))
        tx.execute(tables.bounces.insert().values(site_id=known.site_id, channel_id=known.id, kind="soft", status="4.2.2",
                                                  digest=b"1" * 16, at=1))
    made.shopper.leave(made.liked[0], "https://instagram.com/ada")
    assert desk.post(f"{person}/outside", network="instagram").status == made.post("/me/public", name="Ada").status == 303
    return made


def came_by_a_link(town, site, made: Endorser) -> None:
    """Her own, which counts for nothing and is kept all the same."""
    [link] = rows(town, tables.shares.select())
    url = f"https://shop.test/lamp?utm_afterlike={link.code}"
    made.shopper.send("visits", visit(site=site.site, visitor=ADA.visitor, url=url))
    until(lambda: rows(town, tables.share_credits.select()), what="the credit of a link")


@pytest.fixture(scope="module")
def ben(town, shop_site, ada) -> Endorser:
    made = town.settle(shop_site, BEN, likes=[LAMP])
    made.shopper.leave(made.liked[0], "https://www.pinterest.test/benbenben", name="Benbenben")
    return made


def test_every_table_that_could_hold_something_of_a_person_is_thought_of():
    could = {table.name for table in tables.metadata.sorted_tables if OF_A_PERSON & set(table.c.keys())}
    assert could | {"channels", "endorsers", "visitors", "tallies", "like_counts"} == TOLD.keys() | NOT_TOLD.keys()
    assert set(TOLD.values()) <= {name for name, _ in everything.WHAT}


def test_the_copy_is_a_file_with_everything(ada):
    reply = ada.desk.get("/me/everything.json")
    assert reply.headers["Content-Type"].startswith("application/json")
    assert re.fullmatch(r'attachment; filename="afterlike-[0-9a-f]{16}\.json"', reply.headers["Content-Disposition"])
    assert reply.headers["Cache-Control"] == "no-store"
    told = reply.json
    assert told["you"]["address"] == ADA.email and told["site"]["name"] == "Shop"
    assert [(one["product"], one["price"], one["currency"]) for one in told["likes"]] == [
        ("Reading lamp", "19.99", "EUR"), ("Oak chair", "240.00", "EUR")
    ]
    assert told["likes"][0]["id"] == ada.liked[0]["id"] and told["likes"][0]["page_address"] == "https://shop.test/lamp"
    assert told["answers"][0]["said"][0]["answer"] == "The look, Something else: A warm light"
    assert told["profiles"][0]["address"] == "https://www.pinterest.test/ada"
    assert [one["words"] for one in told["conversations"][0]["messages"]] == ["Thank you, Ada!"]
    assert [one["words"] for one in told["conversations"][0]["notes"]] == ["Ask about the shade."]
    assert told["letters_that_came_back"][0]["status"] == "4.2.2"
    assert told["return_visits"][0]["page_address"] == "https://shop.test/again"
    assert told["orders"][0] | {"order_id": "1001", "total": "19.99", "coupon": "SPRING"} == told["orders"][0]
    assert {one["words"] for one in told["what_you_agreed_to"]} == {built_in(purpose).words for purpose in ("news", "follow_up")}
    assert {one["action"] for one in told["record_of_consent"]} == {"requested", "given"}
    assert [section for section in TOLD.values() if not told[section]] == []
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", at) for at in moments(told))


def moments(value) -> list[str]:
    if isinstance(value, list):
        return [at for one in value for at in moments(one)]
    if not isinstance(value, dict):
        return []
    own = [one for name, one in value.items() if name.endswith("_at") and one is not None]
    return own + [at for one in value.values() for at in moments(one)]


def test_the_copy_has_nothing_of_anybody_else(ada, ben, other_site):
    mine, theirs = ada.desk.get("/me/everything.json").text, ben.desk.get("/me/everything.json").text
    for word in (BEN.email, "Benbenben", ben.liked[0]["id"], other_site.site):
        assert word not in mine
    for word in (ADA.email, "Ada Byron", ada.liked[0]["id"], "A warm light", "Thank you, Ada!", "SPRING"):
        assert word not in theirs


def test_looking_changes_nothing(town, shop_site, ada, ben):
    """Every page by GET and HEAD, twenty times: what a mail scanner and a nervous reader do."""
    waiting = town.sign_up(shop_site, Person("Finn", "finn@people.test", "f177" * 8), likes=[LAMP])
    browser = Browser(town.url)
    browser.post("/me/link", proof=browser.get("/me").proof, site=shop_site.site, address=ADA.email)
    [talk] = rows(town, tables.conversations.select())
    paths = [town.link("finn@people.test", "/confirm/"), town.link(ADA.email, "/me/enter/"), ada.stop_path, "/me", "/me/likes",
             "/me/answers", f"/me/conversations/{talk.id}", "/me/everything.json", "/me/stop", "/me/erase", "/me/goodbye",
             f"/me?site={shop_site.site}", "/me/link", "/me/topics", "/me/sign-out"]
    until(lambda: not rows(town, tables.outbox.select().where(tables.outbox.c.state == "waiting")), what="all mail to be sent")
    before = kept(town.server.home)
    cookies = {"Cookie": "; ".join(f"{name}={value}" for name, value in ada.desk.cookies.items()), "Accept": "text/html"}
    for path in paths:
        for _ in range(20):
            for method in ("GET", "HEAD"):
                assert ask(method, town.url + path, headers=cookies).status in (200, 405)
    after = kept(town.server.home)
    assert {name: rows for name, rows in after.items() if rows != before[name]} == {}
    assert waiting.confirm().status == 200, "the link was used up by looking"


def kept(home) -> dict[str, list]:
    """Every row of every table that a request could change."""
    with sqlite3.connect(home / "afterlike.db") as db:
        names = [name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'") if name not in QUIET]
        return {name: db.execute(f"SELECT * FROM {name}").fetchall() for name in names}


@pytest.mark.parametrize("likes_too", [False, True], ids=["likes stay", "likes too"])
def test_erasing_takes_everything_and_says_what_stays(town, shop_site, likes_too):
    name, visitor = ("eva", "ee01" * 8) if likes_too else ("eve", "ee02" * 8)
    eve = town.settle(shop_site, Person("Eve", f"{name}@people.test", visitor), likes=[LAMP])
    eve.shopper.leave(eve.liked[0], f"https://www.pinterest.test/{name}", name="Evelyn")
    shown = eve.desk.get("/me/erase").words
    for part in ("Your e-mail address", "Your public profiles", "Likes, as a number beside each product: 1.", "cannot be undone"):
        assert part in shown
    before = eve.shopper.count("lamp-1")
    copied = dict(eve.desk.cookies)
    assert eve.post("/me/erase", **({"likes": 1} if likes_too else {})).to == "/me/goodbye"
    assert "Goodbye" in eve.desk.get("/me/goodbye").words and "Mail me a link" in eve.page().words
    eve.desk.cookies = copied
    assert "Mail me a link" in eve.page().words
    assert eve.shopper.count("lamp-1") == before - likes_too
    left = str(kept(town.server.home))
    assert eve.person.email not in left and f"pinterest.test/{name}" not in left
