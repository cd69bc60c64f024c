"""What leads from the demo's shops to everybody and back: a quote that is shown, with a picture, and one that waits, a shared
link with what came of it, pages elsewhere that mention a product."""

import uuid
from collections import Counter

import sqlalchemy as sa

from afterlike import publicity, purposes, tables
from afterlike.collect import mentions, visits
from afterlike.collect.mention_rules import Said
from afterlike.demo.history import DAY, HOUR
from afterlike.demo.people import Talked
from afterlike.demo.portraits import portrait
from afterlike.publicity import quotes, shares
from afterlike.signing import Keyring
from afterlike.sites import Site

NAMES = {"demo-ballyfern": "Sorcha", "demo-kain-rotan": "Teduh"}
MENTIONS = {  # (page, what it is, whose it is, a few of its words, whether the shop let it in)
    "demo-ballyfern": (
        ("https://slow-kitchen.example/ten-good-mugs", "mention", "Slow Kitchen",
         "Ten good mugs, and the one that we keep coming back to.", True),
        ("https://harrow-and-hearth.example/notes/a-like", "like", "Harrow & Hearth", None, True),
        ("https://cheap-pots.example/best", "mention", "Best Pots", "The best pots. Buy pots.", False),
    ),
    "demo-kain-rotan": (
        ("https://rumah-teduh.example/catatan/kain", "mention", "Rumah Teduh", "Kain yang kami pakai setiap hari.", True),
        ("https://laras-menulis.example/suka", "like", "Laras", None, True),
        ("https://promo-rotan.example/murah", "mention", "Promo", "Rotan murah. Beli rotan.", False),
    ),
}
OPENED = (1, 3, 2, 5, 4)  # on each of the last days, the newest first


def outwards(tx: sa.Connection, keyring: Keyring, site: Site, talks: list[Talked], now: int) -> None:
    """Plays it after the people: by then they have said something, and have a page of their own."""
    spoken = [talk for talk in talks if talk.message_id is not None]
    if spoken:
        _quote(tx, keyring, site, spoken[-1], now)
        _ask(tx, site, spoken[0], now - HOUR // 2)
        _share(tx, site, spoken[-1], now)
    _mentions(tx, keyring, site, now)


def _ask(tx: sa.Connection, site: Site, talk: Talked, at: int) -> int:
    owner = tx.scalar(sa.select(tables.roles.c.admin_id).where(tables.roles.c.site_id == site.id))
    [quote_id] = quotes.ask(tx, [quotes.Ask(site.id, "message", talk.message_id, "", talk.answer, None, owner, at, picture=True)])
    return quote_id


def _quote(tx: sa.Connection, keyring: Keyring, site: Site, talk: Talked, now: int) -> None:
    """Asked for, and allowed an hour later under a first name and with a picture."""
    at = talk.at + 3 * HOUR
    wording = purposes.of_quote(locale=site.locale, controller=site.name, privacy_url=site.privacy_url, picture=True)
    quote_id = _ask(tx, site, talk, at)
    publicity.give(tx, [publicity.Answered(
        talk.endorser_id, quote_id, at + HOUR, talk.answer, NAMES[site.key], None, ("site",), now + 365 * DAY, wording,
        keyring.hashed("quote", talk.answer), publicity.named_picture(keyring, quote_id, portrait(site.key)))])


def _share(tx: sa.Connection, site: Site, talk: Talked, now: int) -> None:
    """Opened on several days; two came back by it, and one of them bought something."""
    made = now - len(OPENED) * DAY
    [code] = shares.make(tx, [(site.id, talk.endorser_id, talk.said.like, made)])
    shares.count_opens(tx, [Counter({(code, now // DAY - day): count for day, count in enumerate(OPENED)})])
    visitors = tables.visitors.c
    others = list(tx.scalars(
        sa.select(visitors.hash).where(visitors.site_id == site.id, visitors.endorser_id.is_distinct_from(talk.endorser_id),
                                       visitors.first_seen_at < made)
        .order_by(visitors.id).limit(2)))
    page = shares.target(tx, code)
    for number, visitor in enumerate(others):
        visits.note_visits(tx, [visits.Visit(site.id, _named(site, f"visit {number}"), visitor, page, None,
                                             now - (30 - 8 * number) * HOUR)])
    money = {"en": (4_800, "EUR"), "id": (485_000, "IDR")}.get(site.locale[:2], (4_800, "EUR"))
    visits.keep_orders(tx, [visits.Order(site.id, "1043", visitor, *money, None, None, None, "api", now - 20 * HOUR)
                            for visitor in others[:1]])


def _mentions(tx: sa.Connection, keyring: Keyring, site: Site, now: int) -> None:
    """Received and looked at days ago, so that nobody is asked now; what was let in, and what waits for a decision."""
    products = tables.products.c
    targets = list(tx.scalars(sa.select(products.url).where(products.site_id == site.id).order_by(products.id).limit(3)))
    for number, ((source, kind, author, words, is_in), target) in enumerate(zip(MENTIONS[site.key], targets, strict=False)):
        at = now - (3 - number) * DAY
        [key] = mentions.receive(tx, [mentions.Received(site.id, source, target, at)])
        row = mentions.by_key(tx, site.id, key)
        visitor = keyring.hashed("visitor", f"{site.id}:{source}")
        said = Said(kind, author, source.rpartition("/")[0] + "/", words)
        mentions.settle(tx, [mentions.Outcome(row.id, site.id, visitor, said, None, False, at + HOUR, row.due_at)])
        if is_in:
            mentions.decide(tx, [(site.id, row.id, "accept", visitor, at + 2 * HOUR)])


def _named(site: Site, what: str) -> bytes:
    return uuid.uuid5(uuid.NAMESPACE_URL, f"{site.key}/{what}").bytes
