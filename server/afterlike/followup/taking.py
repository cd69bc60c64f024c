"""Takes one mail that came in, by SMTP or from a mailbox: an answer becomes a message, a report closes an address.

It returns when what it kept is committed. What is not taken is counted by reason; nothing is answered by a machine, except
that files were not taken.
"""

from dataclasses import dataclass

import sqlalchemy as sa

from afterlike import db, endorsers, outbox, tables
from afterlike.clock import DAY, HOUR, now
from afterlike.endorsers import Returned, Thresholds, channel_of_stop
from afterlike.followup import incoming, reports, status, tickets, vouching
from afterlike.followup.conversations import Reply, alone_with, message_of, reply
from afterlike.followup.incoming import Dropped, Incoming
from afterlike.followup.vouching import Way
from afterlike.mail import domain_of
from afterlike.mailcheck import Names
from afterlike.web import House
from afterlike.words import for_admins

TAKEN = "taken"
MOST_AN_HOUR = 30  # in one conversation; two machines that answer each other are found out by it
REASONS = {
    "auto": for_admins("written by a program, such as an absence notice"),
    "empty_sender": for_admins("a notice of a mail server"),
    "bulk": for_admins("from a list, or bulk mail"),
    "own": for_admins("from our own address"),
    "loop": for_admins("on its way for too long"),
    "flood": for_admins("more than 30 in an hour from one person"),
    "again": for_admins("came twice"),
    "empty": for_admins("nothing in it"),
    "headers": for_admins("too much in its head"),
    "parts": for_admins("too many parts or lines"),
    "size": for_admins("too large"),
    "token": for_admins("to an address that we never gave out"),
    "gone": for_admins("about a conversation or an address that was erased"),
    "report": for_admins("a report without a failure in it"),
}


@dataclass(frozen=True, slots=True)
class Recipient:
    """Whom a mail is for: an answer to a conversation, a letter that came back, or a complaint, which names nobody."""

    kind: str  # answer | bounce | complaint
    number: int = 0


def recipient(house: House, address: str) -> Recipient | None:
    """Whom an address names; None for one that is not ours, or forged."""
    local, _, domain = address.rpartition("@")
    if domain.lower().rstrip(".") != house.config.reply_domain or not house.config.reply_domain:
        return None
    if local.lower() == "complaints":
        return Recipient("complaint")
    for letter, use, kind in (("r", tickets.ANSWERS, "answer"), ("b", "bounce", "bounce")):
        ticket = tickets.ticket_of(local, letter)
        number = house.keyring.number_of(use, ticket) if ticket else None
        if number is not None:
            return Recipient(kind, number)
    return None


def is_there(tx: sa.Connection, whom: Recipient) -> bool:
    """Whether what an address names has not been erased."""
    table = {"answer": tables.conversations, "bounce": tables.channels}.get(whom.kind)
    return table is None or tx.scalar(sa.select(table.c.id).where(table.c.id == whom.number)) is not None


def take(house: House, raw: bytes, whom: Recipient, way: Way) -> str:
    """Keeps what the mail says; TAKEN, or the reason why not, which is counted. Committed when it returns."""
    try:
        take_one = _take_answer if whom.kind == "answer" else _take_report
        outcome, site_id = take_one(house, raw, whom, way)
    except Dropped as dropped:
        outcome, site_id = dropped.reason, None
    status.mail_total.labels(whom.kind, outcome).inc()
    if outcome != TAKEN:
        house.db.write(count_drops, (whom if site_id is None else site_id, outcome, now()))
    return outcome


def count(house: House, reason: str) -> None:
    """Counts a mail that was not taken, of which nobody knows whose it is."""
    status.mail_total.labels("nobody", reason).inc()
    house.db.write(count_drops, (None, reason, now()))


def ours(house: House) -> frozenset[str]:
    """The addresses that our own letters come from."""
    sender = house.config.mail_from
    return frozenset({sender.rpartition("<")[2].strip("> ").lower(), f"postmaster@{domain_of(sender)}"})


def _take_answer(house: House, raw: bytes, whom: Recipient, way: Way) -> tuple[str, int | None]:
    if way.envelope is not None and recipient(house, way.envelope) is not None:
        raise Dropped(reason="own")
    read = incoming.read(raw, envelope=way.envelope, ours=ours(house))
    if recipient(house, read.sender) is not None:
        raise Dropped(reason="own")
    vouched = vouching.vouched(raw, read.sender, way, Names(house.config.dns), authserv=house.config.inbound_authserv)
    outcome, site_id = house.db.write(answered, (whom.number, read, vouched, now()))
    if outcome == TAKEN:
        status.sender_total.labels(vouched).inc()
    return outcome, site_id


def answered(tx: sa.Connection, items: list[tuple[int, Incoming, str, int]]) -> list[tuple[str, int | None]]:
    """Keeps (conversation id, answer, who vouches for its sender, now); for each: (outcome, the site's id)."""
    return [_answered(tx, *item) for item in items]


def _answered(tx: sa.Connection, conversation_id: int, read: Incoming, vouched: str, at: int) -> tuple[str, int | None]:
    talks = tables.conversations.c
    talk = tx.execute(
        sa.select(talks.site_id, talks.endorser_id).where(talks.id == conversation_id)
    ).first()
    if talk is None:
        return "gone", None
    alone_with(tx, talk.endorser_id)
    if message_of(tx, conversation_id, read.known_as):
        return "again", talk.site_id
    if _lately(tx, conversation_id, at) >= MOST_AN_HOUR:
        return "flood", talk.site_id
    someone = endorsers.person(tx, talk.endorser_id)
    stranger = someone is None or someone.address != read.sender
    said = Reply(talk.endorser_id, conversation_id, read.known_as, read.words, at, came_by="mail", quoted=read.quoted or None,
                 stranger=stranger, attachments=read.attachments, vouched=vouched)
    [message_id] = reply(tx, [said])
    forged = vouched == vouching.FAILED  # whose address a forger used must not be written to by us
    if read.attachments and not stranger and not forged and not _told_today(tx, conversation_id, message_id, at):
        outbox.put(tx, "unattached", {"message": message_id}, now=at, site_id=talk.site_id)
    return TAKEN, talk.site_id


def _lately(tx: sa.Connection, conversation_id: int, at: int) -> int:
    messages = tables.messages.c
    mails = (messages.conversation_id == conversation_id) & (messages.came_by == "mail") & (messages.said_at > at - HOUR)
    return tx.scalar(sa.select(sa.func.count()).select_from(tables.messages).where(mails))


def _told_today(tx: sa.Connection, conversation_id: int, message_id: int, at: int) -> bool:
    """Whether they were told within a day that files are not taken."""
    messages = tables.messages.c
    earlier = (messages.conversation_id == conversation_id) & (messages.id != message_id) & (messages.said_at > at - DAY)
    return tx.scalar(sa.select(sa.exists().where(earlier, messages.attachments > 0, messages.stranger == 0)))


# --- reports ------------------------------------------------------------------------------------------------------

def _take_report(house: House, raw: bytes, whom: Recipient, _way: Way) -> tuple[str, int | None]:
    report = reports.read(raw)
    channel_id = whom.number if whom.kind == "bounce" else _complained_about(house, report)
    if channel_id is None:
        return "token", None
    settings = house.config
    limits = Thresholds(settings.bounces_hard, settings.bounces_soft, settings.bounces_days)
    found = Returned(channel_id, report.kind, report.status, outbox.told(Exception(report.said)), report.known_as, limits, now())
    letters = tickets.letters_named(house.keyring, report.original)
    outcome, site_id = house.db.write(_reported, (found, letters[0] if letters else None))
    return (outcome if outcome in ("again", "gone") else TAKEN), site_id


def _complained_about(house: House, report: reports.Report) -> int | None:
    """The address that a complaint is about: the letter in it says so by where it comes back to, or by its stop link."""
    for address in report.addresses:
        if (found := recipient(house, address)) and found.kind == "bounce":
            return found.number
    channels = (channel_of_stop(house.keyring, token) for token in report.stops)
    return next((one for one in channels if one is not None), None)


def _reported(tx: sa.Connection, items: list[tuple[Returned, int | None]]) -> list[tuple[str, int | None]]:
    return [_report(tx, *item) for item in items]


def _report(tx: sa.Connection, found: Returned, message_id: int | None) -> tuple[str, int | None]:
    site_id = tx.scalar(sa.select(tables.channels.c.site_id).where(tables.channels.c.id == found.channel_id))
    [outcome] = endorsers.returned(tx, [found])
    if outcome in ("noted", "closed") and message_id is not None and found.kind != "complaint":
        _note_on_letter(tx, found, message_id)
    return outcome, site_id


def _note_on_letter(tx: sa.Connection, found: Returned, message_id: int) -> None:
    """The letter says that it came back; only one to the person whose address it is."""
    messages, talks, channels = tables.messages, tables.conversations.c, tables.channels.c
    theirs = sa.select(talks.id).join(tables.channels, channels.endorser_id == talks.endorser_id).where(
        channels.id == found.channel_id)
    own = (messages.c.id == message_id) & messages.c.conversation_id.in_(theirs)
    said = f"{found.status or ''} {found.said or ''}".strip()
    tx.execute(sa.update(messages).where(own).values(mailed_at=None, unsent=said or "bounced"))


# --- what was not taken -------------------------------------------------------------------------------------------

def count_drops(tx: sa.Connection, items: list[tuple[Recipient | int | None, str, int]]) -> list[None]:
    """Counts (whose, reason, now); `whose` is a site's id or what an address named."""
    drops = tables.mail_drops
    for whose, reason, at in items:
        row = {"site_id": _site_of(tx, whose), "day": at // DAY, "reason": reason, "count": 1}
        more = {"count": drops.c.count + 1}
        tx.execute(db.insert(tx, drops).values(row).on_conflict_do_update(
            index_elements=["site_id", "day", "reason"], set_=more))
    return [None] * len(items)


def _site_of(tx: sa.Connection, whose: Recipient | int | None) -> int:
    if not isinstance(whose, Recipient):
        return whose or 0
    table = {"answer": tables.conversations, "bounce": tables.channels}.get(whose.kind)
    return (table is not None and tx.scalar(sa.select(table.c.site_id).where(table.c.id == whose.number))) or 0


def drops_of(tx: sa.Connection, site_id: int, *, since_day: int) -> list[tuple[str, int]]:
    """(reason, how many) that came in for this site and were not taken, most first."""
    drops, total = tables.mail_drops.c, sa.func.sum(tables.mail_drops.c.count)
    asked = sa.select(drops.reason, total).where(drops.site_id == site_id, drops.day >= since_day)
    return [(reason, int(n)) for reason, n in tx.execute(asked.group_by(drops.reason).order_by(total.desc(), drops.reason))]


def forget_drops(tx: sa.Connection, items: list[tuple[int, int, int | None]]) -> list[int]:
    """For each (now, days, site id or None for all): forgets older counts."""
    drops = tables.mail_drops
    return [
        tx.execute(sa.delete(drops).where(drops.c.day < at // DAY - days, site_id is None or drops.c.site_id == site_id)).rowcount
        for at, days, site_id in items
    ]
