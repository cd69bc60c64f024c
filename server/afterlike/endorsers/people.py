"""An endorser with an address: who they are on one site, the links that were mailed to them, their sessions."""

from dataclasses import dataclass

import sqlalchemy as sa
from email_validator import EmailNotValidError, validate_email

from afterlike import db, tables
from afterlike.clock import DAY
from afterlike.errors import Invalid
from afterlike.signing import Keyring, new_token, token_hash
from afterlike.words import SOURCE, marked, text

LETTER_LINK_LIVES = 7 * DAY
ENTERS = ("me", "letter")  # the uses of a link that lead into one's own page
NO_ADDRESS = marked("This does not look like an e-mail address. It should look like you@example.com.")

_channels, _links, _sessions = tables.channels, tables.mailed_links, tables.person_sessions


@dataclass(frozen=True, slots=True)
class Person:
    """An endorser and the address that stands for them; `id` is the endorser's."""

    id: int
    site_id: int
    channel_id: int
    address: str
    state: str
    locale: str
    pace: str
    paused_until: int | None
    confirmed_at: int | None
    subject: bytes  # the hash that stands for the address


_person = sa.select(
    _channels.c.endorser_id, _channels.c.site_id, _channels.c.id, _channels.c.address, _channels.c.state, _channels.c.locale,
    _channels.c.pace, _channels.c.paused_until, _channels.c.confirmed_at, _channels.c.subject,
)


def plain_address(typed: str, locale: str = SOURCE) -> str:
    """The address as it is kept and compared: lower-cased, otherwise as typed. Dots and plus signs are not folded.

    Raises Invalid, in that language and from the text alone: nobody is asked whether there is such an address.
    """
    try:
        found = validate_email(
            typed.strip(), check_deliverability=False, allow_smtputf8=False, strict=True, test_environment=True
        )
    except EmailNotValidError:
        sentence = text(NO_ADDRESS, locale)
        raise Invalid(sentence, fields={"address": sentence}, reason="address") from None
    return found.ascii_email.lower()


def subject(keyring: Keyring, site_id: int, address: str) -> bytes:
    """The keyed hash that stands for an address on one site, in the ledger and among the suppressed."""
    return keyring.hashed("subject", f"{site_id}:{address}")


def person(tx: sa.Connection, endorser_id: int) -> Person | None:
    """The endorser, if there is an address: the confirmed one, else the one asked for last."""
    confirmed_first = (_channels.c.confirmed_at.is_(None), _channels.c.id.desc())
    row = tx.execute(_person.where(_channels.c.endorser_id == endorser_id).order_by(*confirmed_first)).first()
    return None if row is None else Person(*row)


def person_at(tx: sa.Connection, channel_id: int) -> Person | None:
    row = tx.execute(_person.where(_channels.c.id == channel_id)).first()
    return None if row is None else Person(*row)


def person_named(tx: sa.Connection, subject: bytes) -> Person | None:
    """Whose address has this hash."""
    row = tx.execute(_person.where(_channels.c.subject == subject)).first()
    return None if row is None else Person(*row)


# --- links that were mailed -----------------------------------------------------------------------------------------

@dataclass(frozen=True, slots=True)
class LinkState:
    """What a mailed link is good for: open, used, ended, or unknown."""

    state: str
    channel_id: int | None = None
    site_id: int | None = None


@dataclass(frozen=True, slots=True)
class Links:
    """What stands in a letter: the way into one's own page, and the way to stop."""

    me: str | None
    stop: str | None


def new_link(tx: sa.Connection, at_channel: Person, use: str, *, now: int, lives: int, about_id: int | None = None) -> str:
    """The token of a new one-time link; an earlier one for the same opt-in ends."""
    if about_id is not None:
        same = (_links.c.channel_id == at_channel.channel_id) & (_links.c.about_id == about_id) & (_links.c.use == use)
        tx.execute(sa.delete(_links).where(same, _links.c.used_at.is_(None)))
    token = new_token()
    tx.execute(
        sa.insert(_links).values(site_id=at_channel.site_id, channel_id=at_channel.channel_id, use=use, about_id=about_id,
                                 token_hash=token_hash(token), made_at=now, ends_at=now + lives)
    )
    return token


def link_state(tx: sa.Connection, token: str, use: str, now: int) -> LinkState:
    """Looks and uses nothing up; `use` is confirm or me."""
    row = tx.execute(sa.select(_links).where(_is(token, use))).first()
    if row is None:
        return LinkState("unknown")
    state = "used" if row.used_at else "ended" if row.ends_at <= now else "open"
    return LinkState(state, row.channel_id, row.site_id)


def take_link(tx: sa.Connection, token: str, use: str, now: int) -> sa.Row | None:
    """Uses an open link up; None when it is used, too old or forged."""
    open_one = _is(token, use) & _links.c.used_at.is_(None) & (_links.c.ends_at > now)
    return tx.execute(
        sa.update(_links).where(open_one).values(used_at=now).returning(_links.c.channel_id, _links.c.token_hash)
    ).first()


def _is(token: str, use: str) -> sa.ColumnElement[bool]:
    return (_links.c.token_hash == token_hash(token)) & _links.c.use.in_(ENTERS if use == "me" else (use,))


def letter_links(tx: sa.Connection, keyring: Keyring, base_url: str, channel_id: int, now: int) -> Links:
    """The links of one letter to this address."""
    reader = person_at(tx, channel_id)
    token = new_link(tx, reader, "letter", now=now, lives=LETTER_LINK_LIVES)
    return Links(f"{base_url}/me/enter/{token}", f"{base_url}/stop/{stop_token(keyring, reader.channel_id)}")


def stop_token(keyring: Keyring, channel_id: int) -> str:
    """Works for as long as the pepper does: a letter may be years old when its reader wants no more."""
    return f"{channel_id:x}-{keyring.derived('stop', str(channel_id))}"


def channel_of_stop(keyring: Keyring, token: str) -> int | None:
    """The channel a stop token names, whether or not it is still there; None when the token is forged."""
    number, _, _proof = token.partition("-")
    if not 0 < len(number) <= 15 or set(number) - set("0123456789abcdef"):
        return None
    channel_id = int(number, 16)
    return channel_id if keyring.same(stop_token(keyring, channel_id), token) else None


# --- sessions -------------------------------------------------------------------------------------------------------

def use_link(tx: sa.Connection, items: list[tuple[str, int, int]]) -> list[str | None]:
    """For each (token, now, lives): the token of a new session, or None when the link is used, too old or forged."""
    return [_use_link(tx, *item) for item in items]


def _use_link(tx: sa.Connection, token: str, now: int, lives: int) -> str | None:
    link = take_link(tx, token, "me", now)
    return None if link is None else new_session(tx, link.channel_id, now=now, lives=lives)


def new_session(tx: sa.Connection, channel_id: int, *, now: int, lives: int) -> str:
    token = new_token()
    tx.execute(
        sa.insert(_sessions).values(channel_id=channel_id, token_hash=token_hash(token), made_at=now, ends_at=now + lives)
    )
    return token


def person_of_session(tx: sa.Connection, token: str, now: int) -> Person | None:
    joined = _person.join_from(_channels, _sessions, _sessions.c.channel_id == _channels.c.id)
    row = tx.execute(joined.where(_sessions.c.token_hash == token_hash(token), _sessions.c.ends_at > now)).first()
    return None if row is None else Person(*row)


def end_session(tx: sa.Connection, items: list[str]) -> list[None]:
    """Forgets the sessions with these tokens."""
    tx.execute(sa.delete(_sessions).where(_sessions.c.token_hash.in_([token_hash(token) for token in items])))
    return [None] * len(items)


def touch(tx: sa.Connection, channel_id: int, **changed) -> None:
    """Writes columns of a channel."""
    tx.execute(sa.update(_channels).where(_channels.c.id == channel_id).values(changed))


def add_channel(
    tx: sa.Connection, *, site_id: int, endorser_id: int, address: str, subject: bytes, locale: str, now: int
) -> Person:
    """The channel with this address, a new and unconfirmed one where there was none."""
    made = {"site_id": site_id, "endorser_id": endorser_id, "kind": "email", "address": address, "subject": subject,
            "state": "unconfirmed", "locale": locale, "made_at": now, "changed_at": now}
    tx.execute(db.insert(tx, _channels).values(made).on_conflict_do_nothing(index_elements=["subject"]))
    return person_named(tx, subject)
