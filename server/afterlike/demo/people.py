"""The people of the demo: some who answered also asked for letters and confirmed, one has yet to, one stopped; four talk."""

import uuid
from dataclasses import dataclass

import sqlalchemy as sa

from afterlike import endorsers, followup, purposes, tables
from afterlike.collect import optins
from afterlike.demo.history import DAY, HOUR, MINUTE
from afterlike.endorsers.optin import confirmations
from afterlike.signing import Keyring
from afterlike.sites import Site

NAMES = {
    "demo-ballyfern": ("maeve", "oisin", "sorcha", "tuesday.pots", "harrow", "linen.drawer", "niall", "una"),
    "demo-kain-rotan": ("ratmi", "gilang", "ayu", "teduh", "kebaya", "wirasena", "laras", "bayu"),
}
TALKS = {  # what the shop wrote, what was answered, how it stands, and how many hours ago it began
    "demo-ballyfern": (
        ("Thank you for what you said about it, it hangs above the wheel now. May I ask: what would you change?",
         "A little larger, please. There are always two of us.", "open", 5),
        ("We are making a smaller one this winter. Would you like to see the first of them before anybody else?", None,
         "open", 2),
        ("You asked when the green comes back. The kiln is booked for the second week of the month; may I write to you then?",
         "Please do. I have a shelf that waits for it.", "snoozed", 30),
        ("How does it do by now? We only ever see ours on the shelf.",
         "It looks as it did on the first morning, and everybody asks where it is from. I would buy it again.", "closed", 53),
    ),
    "demo-kain-rotan": (
        ("Terima kasih atas ceritanya. Boleh tanya, apa yang akan Anda ubah dari barang ini?",
         "Warnanya sudah pas. Kalau ada ukuran yang lebih besar, saya mau.", "open", 5),
        ("Bulan depan kami membuat motif baru. Mau melihat lebih dulu sebelum yang lain?", None, "open", 2),
        ("Rotan yang Anda tanyakan datang minggu depan. Boleh kami kabari begitu tiba?",
         "Boleh sekali. Saya tunggu kabarnya.", "snoozed", 30),
        ("Bagaimana anyamannya setelah dipakai setiap hari?",
         "Sudah setahun dan masih rapat seperti baru. Teman-teman selalu bertanya beli di mana.", "closed", 53),
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


@dataclass(frozen=True)
class Talked:
    """A conversation with what was answered in it, None where nobody has answered."""

    endorser_id: int
    said: Answered
    conversation_id: int
    answer: str | None
    message_id: int | None
    at: int


def people(tx: sa.Connection, keyring: Keyring, site: Site, now: int) -> list[Talked]:
    """Plays who asked for letters after the history, each at the moment of their answers; then the conversations."""
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
    return [
        write(tx, site, done, said, talk, now) for (done, said), talk in zip(reachable, TALKS[site.key], strict=False)
    ]


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
    tx: sa.Connection, site: Site, done: endorsers.Confirmed, said: Answered, talk: tuple[str, str | None, str, int], now: int
) -> Talked:
    """The shop's letter, the answer to it where there is one, and how the conversation stands."""
    letter, answer, state, hours = talk
    at, message_id = max(now - hours * HOUR, said.at + HOUR // 2), None
    owner = tx.scalar(sa.select(tables.roles.c.admin_id).where(tables.roles.c.site_id == site.id))
    named = uuid.uuid5(uuid.NAMESPACE_URL, f"{site.key}/{letter}").bytes
    [begun] = followup.begin(tx, [followup.Beginning(site.id, said.like_id, owner, named, letter, at)])
    if answer:
        by_mail = {"came_by": "mail", "vouched": "dkim"} if state != "open" else {}
        [message_id] = followup.reply(
            tx, [followup.Reply(done.endorser_id, begun, named[::-1], answer, at + HOUR, **by_mail)])
    if state != "open":
        back = now + 3 * DAY if state == "snoozed" else None
        followup.turn(tx, [followup.Turned(site.id, begun, state, at + 2 * HOUR, back)])
    return Talked(done.endorser_id, said, begun, answer, message_id, at)
