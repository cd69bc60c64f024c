"""The names that letters of a conversation carry: where an answer goes, and which letter it is an answer to.

Each holds the number of a row and a keyed proof, so that it can be neither guessed nor changed.
"""

import re

from afterlike.config import Config
from afterlike.mail import domain_of
from afterlike.signing import Keyring

ANSWERS, LETTERS = "answer", "letter"  # what a ticket is used for
LONGEST_LOCAL = 64
MESSAGE_ID = re.compile(r"<([a-z2-7]{28})@[^<>\s@]{1,255}>", re.IGNORECASE)


def reply_address(keyring: Keyring, domain: str, conversation_id: int) -> str | None:
    """Where the answer to a letter of this conversation goes; None where no mail comes in."""
    return f"r+{keyring.ticket(ANSWERS, conversation_id)}@{domain}" if domain else None


def message_id(keyring: Keyring, config: Config, row_id: int) -> str:
    """The Message-ID of our letter, the same at each try."""
    return f"<{keyring.ticket(LETTERS, row_id)}@{config.reply_domain or domain_of(config.mail_from)}>"


def ticket_of(local: str, letter: str) -> str | None:
    """The ticket in the local part of an address, `r+…` or `b+…`, in whatever case it came."""
    kind, plus, ticket = local[:LONGEST_LOCAL].lower().partition("+")
    return ticket if plus and kind == letter else None


def letters_named(keyring: Keyring, header: str) -> list[int]:
    """Which of our letters In-Reply-To or References name, the last one first; what is forged or foreign is passed over."""
    numbers = (keyring.number_of(LETTERS, found) for found in MESSAGE_ID.findall(header))
    return [number for number in numbers if number is not None][::-1]
