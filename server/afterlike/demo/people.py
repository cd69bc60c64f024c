"""The people of the demo: some who answered also asked for letters and confirmed, one has yet to, one stopped; two talk."""

import uuid
from dataclasses import dataclass

import sqlalchemy as sa

from afterlike import endorsers, followup, purposes, tables
from afterlike.collect import optins
from afterlike.demo.history import HOUR, MINUTE
from afterlike.endorsers.optin import confirmations
from afterlike.signing import Keyring
from afterlike.sites import Site

NAMES = {
    "demo-ballyfern": ("maeve", "oisin", "sorcha", "tuesday.pots", "harrow", "linen.drawer", "niall", "una"),
    "demo-kain-rotan": ("ratmi", "gilang", "ayu", "teduh", "kebaya", "wirasena", "laras", "bayu"),
}
TALKS = {  # what the shop wrote, and what was answered
    "demo-ballyfern": (
        ("Thank you for what you said about it, it hangs above the wheel now. May I ask: what would you change?",
         "A little larger, please. There are always two of us."),
        ("We are making a smaller one this winter. Would you like to see the first of them before anybody else?", None),
    ),
    "demo-kain-rotan": (
        ("Terima kasih atas ceritanya. Boleh tanya, apa yang akan Anda ubah dari barang ini?",
         "Warnanya sudah pas. Kalau ada ukuran yang lebih besar, saya mau."),
        ("Bulan depan kami membuat motif baru. Mau melihat lebih dulu sebelum yang lain?", None),
    ),
}
SHARES = (("news", "follow_up"), ("news",), ("follow_up",), ("news", "follow_up"))
TOPICS = (["category"], ["all"], ["product"], ["product", "all"])
CONFIRM_HOURS = 72


@dataclass(frozen=True)
class Answered:
    """A like whose questions were answered."""

    like_id: int
    like: bytes
    visitor: bytes
    at: int


def people(tx: sa.Connection, keyring: Keyring, site: Site, now: int) -> None:
    """Plays who asked for letters after the history, each at the moment of their answers; then the two conversations."""
    names = NAMES[site.key]
    confirmed = []
    for number, (name, said) in enumerate(zip(names, answered(tx, site.id, len(names)), strict=False)):
        opt_in_id = ask(tx, keyring, site, f"{name}@people.example", said, number)
        if name == names[-1]:
            continue  # has yet to press the button
        [letter] = confirmations(tx, [(opt_in_id, said.at + MINUTE, CONFIRM_HOURS)])
        [done] = endorsers.confirm(tx, [(letter.token, said.at + 12 * MINUTE, HOUR)])
        confirmed.append((done, said, number))
    last, said, _ = confirmed.pop()
    endorsers.stop(tx, [endorsers.Stop(last.channel_id, "stop_page", said.at + 20 * HOUR)])
    reachable = [(done, said) for done, said, number in confirmed if "follow_up" in SHARES[number % len(SHARES)]]
    for number, ((done, said), talk) in enumerate(zip(reachable, TALKS[site.key], strict=False)):
        write(tx, site, done, said, talk, now - (5 - 3 * number) * HOUR)


def answered(tx: sa.Connection, site_id: int, most: int) -> list[Answered]:
    """The newest answered like of each visitor, the newest first."""
    answers, likes, visitors = tables.answers.c, tables.likes.c, tables.visitors.c
    rows = tx.execute(
        sa.select(likes.id, likes.uuid, visitors.hash, answers.answered_at)
        .join_from(tables.answers, tables.likes, answers.like_id == likes.id)
        .join(tables.visitors, likes.visitor_id == visitors.id)
        .where(answers.site_id == site_id, answers.done == 1, likes.unliked_at.is_(None))
        .order_by(answers.answered_at)
    ).all()
    newest = {row.hash: Answered(row.id, row.uuid, row.hash, row.answered_at) for row in rows}
    return sorted(newest.values(), key=lambda one: -one.at)[:most]


def ask(tx: sa.Connection, keyring: Keyring, site: Site, address: str, said: Answered, number: int) -> int:
    """An opt-in as the widget would have sent it; its id."""
    words = [purposes.built_in(purpose, locale=site.locale, controller=site.name, privacy_url=site.privacy_url)
             for purpose in SHARES[number % len(SHARES)]]
    named = uuid.uuid5(uuid.NAMESPACE_URL, f"{site.key}/{address}").bytes
    item = optins.OptIn(
        site, named, said.visitor, said.like, address, endorsers.subject(keyring, site.id, address), TOPICS[number % len(TOPICS)],
        [(one.purpose, one.sha256.hex()) for one in words], site.locale, False, said.at,
    )
    [told] = optins.take(tx, [item])
    if isinstance(told, Exception):
        raise told
    return tx.scalar(sa.select(tables.opt_ins.c.id).where(tables.opt_ins.c.uuid == named, tables.opt_ins.c.site_id == site.id))


def write(
    tx: sa.Connection, site: Site, done: endorsers.Confirmed, said: Answered, talk: tuple[str, str | None], at: int
) -> None:
    """The shop's letter and, where there is one, the answer to it."""
    letter, answer = talk
    owner = tx.scalar(sa.select(tables.roles.c.admin_id).where(tables.roles.c.site_id == site.id))
    named = uuid.uuid5(uuid.NAMESPACE_URL, f"{site.key}/{letter}").bytes
    [begun] = followup.begin(tx, [followup.Beginning(site.id, said.like_id, owner, named, letter, at)])
    if answer:
        followup.reply(tx, [followup.Reply(done.endorser_id, begun, named[::-1], answer, at + HOUR)])
