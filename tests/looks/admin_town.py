"""A shop where everything happened that an admin's pages can show, with names and words of every length; and an empty one."""

import json
import re
from dataclasses import dataclass

import sqlalchemy as sa
from admin.desk import Desk, hire, shopper_of, signed_in
from asking.making import fields
from conftest import ADMIN
from followup.making import agree_there, answer_there, behind
from looks.walking import face_of, walked
from prompts.making import card, survey, whole
from publicity.uploads import photo
from sites.liking import claims_in_every_state, like_before, set_state

from afterlike import followup, publicity, sites, tables
from afterlike.clock import DAY, now
from afterlike.collect import marks, mentions
from afterlike.me import many
from afterlike.signing import keyring
from afterlike.sites import webhooks
from cast import ADA, BEN, CHAIR, CLEO, LAMP, PEOPLE, TEAPOT, new_id
from parts.mail import SmtpPeer
from parts.product import Server, Site, make_site
from parts.programs import until

NAME = "Mug with a name that is as long as the names of things in shops sometimes are, since somebody put all of it in there"
WORD = "Itsasinglewordthatnobodybroke"
HELLO = "Hello Ada,\n\nyour words about the lamp made us smile. Which book do you read by it?\n\nAna"
ANSWER = f"Hello Ana,\n\n<script>alert(1)</script> & {WORD * 6}\n\nשלום, thank you for asking.\n— Ada"
STATES = ("given", "refused", "withdrawn", "expired")

# What a page can show besides what the walk meets: filters, notices, empty lists, refusals. Names in braces: see FIRST.
STATES_OF_PAGES = (
    "{site}/endorsements?q=lamp&answered=1&since=2020-01-01&state=counted", "{site}/endorsements?q=zebra",
    "{site}/endorsements?tag=to+quote", "{site}/endorsements?told=tag&n=2", "{site}/endorsements?done=hold&batch=none",
    "{site}/endorsements/2", "{site}/tag?platform=gtm&shape=star&target=.price&consent=1&product=1",
    "{site}/tag?platform=html&locale=x&pages=blog&count=many&target=%3Cb%3E", "/admin/nowhere",
    "{site}/widget?dark=system&look=dark&shape=star&dark_text=%23fff&dark_ground=%23222",
    "{site}/widget?dark=no&light_text=red&radius=99&shape=moon", "{site}/widget/words?locale=ar",
    "{site}/widget/words?locale=de&button.label=Mag+ich&button.like=Mag", "{site}/extension?checking={claim}",
    "{other}/people/links?state=refused&done=refused&link=1", "{other}/mentions?state=refused&done=removed",
    "{other}/install?platform=gtm&looks=99", "/admin/invitations/over", "{site}/audit?kind=claim_removed",
    "{site}/webhooks/2", "{site}/prompts?done=delete&prompt=1&was=running", "{site}/prompts/1?done=saved",
    "{site}/prompts/1/preview?locale=ar&look=dark&width=320", "{site}/prompts/5", "{site}/prompts/6", "{site}/prompts/7",
    "{site}/prompts/why?like=1", "{site}/conversations?show=waiting", "{site}/conversations?show=closed",
    "{site}/conversations?q=lamp&show=open", "{site}/conversations?q=zebra", "{site}/conversations/1?done=wrote",
    "{site}/conversations/new?like={cleos}", "{site}/conversations/new?like={strangers}", "{site}/endorsements/{cleos}",
    "{site}/people?q=zebra", "{site}/people?tag=fair&confirmed=1", "{site}/people/{who}?done=merged",
    "{site}/people/{who}", "{site}/people/{who}/erase", "{site}/people/erase?likes=1,2", "{site}/people/erase?q=lamp",
    "{site}/people/erase?q=zebra", "{site}/people/erasures/{going}", "{site}/people/erasures/{ended}",
    "{site}/people/erasures/{stopped}", "{site}/products?q=zebra", "{site}/products/2", "{site}/answers?q=zebra",
    "{site}/answers?wrong=tag", "{site}/quotes?done=asked&show=asked", "{site}/quotes?show=given", "{site}/quotes/new?q=zebra",
    "{site}/quotes/new?source=answer&id=1&part=why", "{other}/quotes?show=given",
)


@dataclass(frozen=True)
class Town:
    """`.site` and `.other` are the paths of the shops, `.first` the first of many things by name."""

    server: Server
    site: str
    other: str
    desk: Desk
    first: dict[str, int]

    def pages(self) -> list[str]:
        """Every page there is for an admin: walked to, and in its other states."""
        starts = {self.site: ("", "/extension/1", "/mentions/1", "/webhooks/1", "/install"), self.other: ("", "/install")}
        met = [path for at, some in starts.items()
               for path, _ in walked(self.desk, *(at + one for one in some), many=1, within=at)]
        account = [path for path, _ in walked(self.desk, "/admin/", "/admin/account/two-factor", "/admin/sites/new", many=1)
                   if not face_of(path).startswith("/admin/sites/<")]
        paths = {"site": self.site, "other": self.other, **self.first}
        return list(dict.fromkeys([*met, *account, *(state.format(**paths) for state in STATES_OF_PAGES)]))


def settled(server: Server, peer: SmtpPeer) -> Town:
    """The town, on a running server whose mail goes to the peer."""
    shop = make_site(server, origin="https://shop.test", name="A shop with a rather long name", admin=ADMIN)
    other = make_site(server, origin="https://other.test", name="Nothing yet", admin=ADMIN)
    site = f"/admin/sites/{shop.site}"
    hire(server, shop.site, email="one@shop.test", role="editor")
    hire(server, shop.site, email="two@shop.test", role="viewer")
    desk = signed_in(server, ADMIN)
    first = likes(server, shop)
    first["who"] = letters(server, peer, desk, site, first)
    desk.post(f"{site}/people/{first['who']}/tags", tag="fair")
    desk.post(f"{site}/people/{first['who']}/notes", note=f"Met at the fair. {WORD * 6}")
    desk.post(f"{site}/answers/1/tags", tag="to quote")
    desk.post(f"{site}/admins", email="three@shop.test", role="viewer")
    desk.post("/admin/account/two-factor/begin")
    first |= marked(server, shop) | erasures(server, shop)
    quotes(server, desk, site)
    flows(desk, site, f"/admin/sites/{other.site}")
    until(lambda: "3 products" in desk.get(f"{site}/products").words, what="the products’ sums")
    until(lambda: "fair" in desk.get(f"{site}/people").words, what="the people’s sums")
    return Town(server, site, f"/admin/sites/{other.site}", desk, first)


def likes(server: Server, shop: Site) -> dict[str, int]:
    """Ada says much, Ben nothing, Cleo takes hers back and presses again, a stranger has no name."""
    ada, ben, cleo, stranger = (shopper_of(server, shop, visitor) for visitor in (ADA, BEN, CLEO, "d0d0" * 8))
    liked = ada.like(LAMP, context={"lasting": True})
    ada.say(liked, {"why": ["look", {"other": f"I read by it. {WORD * 6}"}], "have": "wish"})
    ada.leave(liked, "https://www.pinterest.test/ada/a-board-with-a-long-name/and-another-part", name="Ada Byron")
    ben.like(CHAIR)
    cleo.take_back(cleo.like(TEAPOT))
    ada.like(TEAPOT, source="extension")
    cleo.like(CHAIR)
    stranger.like(CHAIR)
    return {"adas": 1, "bens": 2, "cleos": 5, "strangers": 6}


def letters(server: Server, peer: SmtpPeer, desk: Desk, site: str, first: dict[str, int]) -> int:
    """A thread with notes and answers, and a letter that was refused; who it is with."""
    who, *_ = (agree_there(server, first[like], person) for like, person in zip(("adas", "bens", "cleos"), PEOPLE, strict=False))
    letter(desk, site, first["adas"], HELLO)
    peer.wait_for(1)
    answer_there(server, 1, ANSWER)
    with behind(server) as tx:
        followup.reply(tx, [followup.Reply(who, 1, b"m" * 16, f"And this. {WORD * 6}", now(), came_by="mail", stranger=True,
                                           quoted="> Hello Ada", attachments=1)])
    desk.post(f"{site}/conversations/1/notes", note="Ask whether we may quote her.")
    desk.post(f"{site}/conversations/replies", name="Thank you", words="Dear {name},\nthank you for liking {product}.")
    peer.answer = "550 5.1.1 <ben@people.test>: no such mailbox here, and a long story about why that is so"
    letter(desk, site, first["bens"], "Hello Ben")
    until(lambda: "550" in desk.get(f"{site}/mail").text, what="the refused letter on the mail list")
    peer.answer = "250 kept"
    return who


def letter(desk: Desk, site: str, like: int, words: str) -> None:
    assert desk.post(f"{site}/conversations", like=like, words=words, uuid=new_id()).status == 303


def marked(server: Server, shop: Site) -> dict[str, int]:
    """Webhooks, a mention, profile links to review, claims in every state, tags and saved filters."""
    with behind(server) as tx:
        site_id = sites.site_named(tx, shop.site).id
        a_webhook(tx, site_id)
        a_mention(tx, site_id)
        tx.execute(sa.update(tables.profile_links).values(review="waiting", score=60, reasons='["selling", "fresh"]'))
        claims = claims_in_every_state(tx, shop.site)
        marks.tag(tx, [(site_id, (1, 2), "to quote"), (site_id, (1,), "a tag of forty letters which is the most")])
        marks.save_filter(tx, [(site_id, "Quotes", "tag=to+quote", 1), (site_id, "Lamps of this year", "q=lamp", 1)])
        before = like_before(tx, "https://shop.example", "Blue bowl", NAME, WORD * 4, "Vase")
        for like_id, state in zip(before, ("withdrawn", "counted", "held"), strict=False):
            set_state(tx, like_id, state)
    return {"claim": claims[4]}


def a_mention(tx, site_id: int) -> None:
    """One that waits for a decision, with a long name and long words."""
    source = f"https://{'a-long-name.' * 9}example/{'path/' * 20}"
    mentions.receive(tx, [mentions.Received(site_id, source, "https://shop.test/lamp", now())])
    said = {"kind": "like", "author": NAME[:100], "author_url": source, "excerpt": WORD * 9}
    tx.execute(sa.update(tables.webmentions).values(state="held", due_at=None, **said))


def a_webhook(tx, site_id: int) -> None:
    """One with a message in every state, and one with two secrets."""
    wish = webhooks.Wish(site_id, f"https://{'a-long-name.' * 9}example/hook", ("liked", "answered"), frozenset(), now())
    [hook] = webhooks.save(tx, [wish])
    log = tables.webhook_deliveries
    for state, status, problem in (("delivered", 204, None), ("waiting", None, None), ("failed", 500, "It answered 500." * 5)):
        made = webhooks.promise(tx, hook, "liked", {}, at=now(), now=now())
        tx.execute(sa.update(log).where(log.c.id == made).values(state=state, status=status, problem=problem))
    tx.execute(sa.delete(tables.outbox).where(tables.outbox.c.kind == "webhook"))  # nobody is to be asked
    tx.execute(sa.update(tables.webhooks).values(failing_since=now()))
    other = webhooks.save(tx, [wish])
    webhooks.new_secret(tx, [(site_id, other[0], now())])


def erasures(server: Server, shop: Site) -> dict[str, int]:
    """Of many people, in every state; the worker finds nobody to erase in the one that is going on."""
    with behind(server) as tx:
        wish = many.Beginning(sites.site_named(tx, shop.site).id, 1, (-999_999,), False, now())
        going, ended, stopped = many.begin(tx, [wish, wish, wish])
        many.stop(tx, [(wish.site_id, one, now()) for one in (going, ended, stopped)])
        jobs = tables.mass_erasures
        tx.execute(sa.update(jobs).where(jobs.c.id == going).values(people=12_000, unerased=4_000, ended_at=None, stopped=0))
        tx.execute(sa.update(jobs).where(jobs.c.id == ended).values(stopped=0, unerased=0))
    return {"going": going, "ended": ended, "stopped": stopped}


def quotes(server: Server, desk: Desk, site: str) -> None:
    """Ada is asked for a quote; and one in every other state."""
    words = f"I read by it. {WORD * 6}"
    perk = {"perk": "some", "perk_words": "a voucher of 5 €"}
    asked = desk.post(f"{site}/quotes", source="answer", id=1, part="why", words=words, picture="1", **perk)
    assert asked.status == 303, asked.words
    with behind(server) as tx:
        [row] = tx.execute(sa.select(tables.quotes)).mappings()
        said = {"words": row["asked_words"], "name": "Ada Byron, who reads", "answered_at": now(),
                "places": '["site", "letters"]', "until_at": now() + 300 * DAY}
        for state in STATES:
            of_it = {"state": state, "part": state, "ended_at": None if state == "given" else now()}
            kept = {name: value for name, value in row.items() if name != "id"}
            quote_id = tx.scalar(sa.insert(tables.quotes).values(kept | said | of_it).returning(tables.quotes.c.id))
            if state == "given":
                picture = publicity.taken(keyring(server.home, secret_keys=(), pepper=()), quote_id, photo())
                tx.execute(sa.insert(tables.quote_pictures).values(
                    quote_id=quote_id, name=picture.name, data=picture.data, kept_at=now()))


def flows(desk: Desk, site: str, other: str) -> None:
    """Prompts with every kind of card, in the shop; none where nothing is."""
    types = ("single", "multi", "rating", "nps"), ("yes_no", "text", "price", "pictures")
    for flow in [*(survey(*map(card, four)) for four in types), survey(*whole("consent"), card("statement"))]:
        made = desk.post(f"{site}/prompts", start="nothing").to.partition("?")[0]
        key = json.loads(dict(fields(desk.get(f"{made}/json")))["flow"])["key"]
        named = flow | {"key": key, "name": f"A prompt with a name that is as long as names sometimes are {WORD}"}
        assert desk.post(f"{made}/json", flow=json.dumps(named), version=1).status == 303
    for prompt_id in re.findall(r'id="prompt-(\d+)"', desk.get(f"{other}/prompts").text):
        desk.post(f"{other}/prompts/{prompt_id}/acts", act="delete")
