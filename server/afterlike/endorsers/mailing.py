"""The outbox's senders of this room: the confirmation of an opt-in, and the way into one's own page."""

import sqlalchemy as sa

from afterlike import letters, outbox, tables
from afterlike.clock import DAY, HOUR, now
from afterlike.endorsers import optin
from afterlike.endorsers.people import Links, Person, new_link, person_named, stop_token
from afterlike.endorsers.returns import envelope_of
from afterlike.errors import Later, Needless
from afterlike.mail import post, way_out
from afterlike.web import House

WAYS_IN_A_DAY = 3
NO_MAIL = "AFTERLIKE_SMTP_URL is not set, so no mail can leave."


def send_confirmation(house: House, payload: dict) -> None:
    """The outbox's sender of "confirmation"; raises Needless where one went to this address today, or none may."""
    _mail_server(house)
    made = house.db.write(optin.confirmations, (payload["opt_in"], now(), house.config.confirm_hours))
    if made is None:
        raise Needless("none may go, or one went today")
    _send_confirmation(house, made)


def _send_confirmation(house: House, made: optin.Confirmation) -> None:
    _post(
        house, made.reader, letters.letter(
            "confirm", locale=made.locale, to=made.reader.address, site=_site(house, made.reader.site_id),
            links=Links(None, stop_url(house, made.reader)), url=f"{house.config.address}/confirm/{made.token}",
            topics=made.asked.topics, boxes=[words for _, words in made.asked.boxes], product_title=made.product_title,
            hours=house.config.confirm_hours,
        ),
    )


def _post(house: House, reader: Person, letter: dict) -> None:
    """Mails it so that what comes back names the address."""
    post(letter | {"envelope": envelope_of(house, reader.channel_id)}, way_out(house.config))


def send_way_in(house: House, payload: dict) -> None:
    """The outbox's sender of "me_link": a way into one's own page; the open confirmation again for who has yet to press it.

    Raises Needless for an address that is nobody's.
    """
    _mail_server(house)
    asked = (payload["site"], bytes.fromhex(payload["subject"]), now(), house.config.link_hours, house.config.confirm_hours)
    made = house.db.write(ways_in, asked)
    if isinstance(made, optin.Confirmation):
        _send_confirmation(house, made)
    elif made is None:
        raise Needless("nobody is to be written to at this address")
    else:
        reader, token = made
        _post(
            house, reader, letters.letter(
                "me_link", locale=reader.locale, to=reader.address, site=_site(house, reader.site_id),
                links=Links(None, stop_url(house, reader)), url=f"{house.config.address}/me/enter/{token}",
                hours=house.config.link_hours,
            ),
        )


def ways_in(tx: sa.Connection, items: list[tuple]) -> list[tuple[Person, str] | optin.Confirmation | None]:
    """For each (site id, subject, now, link hours, confirm hours): whom to mail which token, or nothing."""
    return [_way_in(tx, *item) for item in items]


def _way_in(tx: sa.Connection, site_id: int, subject: bytes, at: int, link_hours: int, confirm_hours: int):
    reader = person_named(tx, subject)
    if reader is None or reader.site_id != site_id or reader.state in ("bounced", "complained"):
        return None
    if reader.confirmed_at is None:
        return _again(tx, reader, at, confirm_hours)
    links = tables.mailed_links.c
    lately = (links.channel_id == reader.channel_id) & (links.use == "me") & (links.made_at > at - DAY)
    if tx.scalar(sa.select(sa.func.count()).where(lately)) >= WAYS_IN_A_DAY:
        return None
    return reader, new_link(tx, reader, "me", now=at, lives=link_hours * HOUR)


def _again(tx: sa.Connection, reader: Person, at: int, hours: int) -> optin.Confirmation | None:
    """A fresh confirmation of what is still asked for, where the day allows one."""
    opt_ins, links = tables.opt_ins.c, tables.mailed_links.c
    newest = tx.scalar(
        sa.select(sa.func.max(opt_ins.id)).where(opt_ins.subject == reader.subject, opt_ins.state.in_(optin.PENDING))
    )
    today = (links.channel_id == reader.channel_id) & (links.use == "confirm") & (links.made_at > at - DAY)
    if newest is None or tx.scalar(sa.select(sa.func.count()).where(today)):
        return None
    return optin.confirmations(tx, [(newest, at, hours)])[0]


def ask_for_link(tx: sa.Connection, items: list[tuple[int, bytes, int]]) -> list[None]:
    """Promises a way in for (site id, subject, now), whether or not we know the address: both take the same time."""
    for site_id, subject, at in items:
        outbox.put(tx, "me_link", {"site": site_id, "subject": subject.hex()}, now=at, site_id=site_id)
    return [None] * len(items)


def stop_url(house: House, reader: Person) -> str:
    return f"{house.config.address}/stop/{stop_token(house.keyring, reader.channel_id)}"


def _site(house: House, site_id: int) -> sa.Row:
    """Name, privacy notice and postal address, as a letter shows them."""
    with house.db.read() as tx:
        return tx.execute(sa.select(tables.sites).where(tables.sites.c.id == site_id)).one()


def _mail_server(house: House) -> None:
    if not house.config.smtp_url:
        raise Later(NO_MAIL)  # whoever sets it within a day loses no confirmation
