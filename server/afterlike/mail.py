"""Composes a letter and hands it to the SMTP server of the settings; called by the outbox only, never in a request."""

import re
import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from email.header import Header
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, EmailPolicy
from email.utils import formatdate, make_msgid, parseaddr
from urllib.parse import unquote, urlsplit

from afterlike import stamp
from afterlike.config import Config
from afterlike.errors import Later, Never

LONGEST_LINE = 998  # RFC 5322; a longer line may be cut on its way
NARROW = SMTP.clone(max_line_length=76, cte_type="7bit")  # how wide an encoded body is, RFC 2045 section 6.7
PATIENCE_S = 20
LONGEST_ANSWER = 300  # how much of what a mail server said is kept
SOME_ADDRESS = r"[^\s<>()\[\],;:\"']+@[^\s<>()\[\],;:\"']+"


class Unfolded(EmailPolicy):
    """Keeps a long address of the web in a header whole: the default folds it into encoded words, which nobody unfolds
    (FACTS, mail 2). Words beyond ASCII stand in encoded words of 75 characters, as RFC 2047 wants."""

    def fold_binary(self, name: str, value) -> bytes:
        if str(value).isascii() or self.utf8:
            return super().fold_binary(name, value)
        return f"{name}: {_encoded(name, value)}\r\n".encode("ascii")


POLICY = Unfolded(linesep="\r\n", max_line_length=LONGEST_LINE)


def _encoded(name: str, value) -> str:
    """Encoded words; of a mailbox only its name, since an address must stay readable."""
    one = value.addresses[0] if hasattr(value, "addresses") else None
    words = Header(one.display_name if one else str(value), "utf-8", maxlinelen=75, header_name=name).encode(linesep="\r\n")
    return f"{words} <{one.addr_spec}>" if one else words


def composed(payload: dict, sender: str) -> EmailMessage:
    """payload {to, subject, text, html?, headers?, from_name?} as a message; a line end in a header is refused.

    An `envelope` in the payload is where it comes back to, and no header.
    `from_name` stands before the sender's address instead of the sender's own name. Without `headers` the letter says
    that a machine wrote it (Auto-Submitted); with them it says what they say.
    """
    letter = EmailMessage(policy=NARROW)
    letter["From"] = sender
    if payload.get("from_name"):
        letter.replace_header("From", Address(payload["from_name"], addr_spec=parseaddr(sender)[1]))
    letter["To"], letter["Subject"] = payload["to"], payload["subject"]
    letter["Date"] = formatdate(usegmt=True)
    letter.set_content(payload["text"], cte=_as_it_is(payload["text"]))
    if payload.get("html"):
        letter.add_alternative(payload["html"], subtype="html", cte=_as_it_is(payload["html"]))
    headers = payload.get("headers", {"Auto-Submitted": "auto-generated"})
    for name, value in ({"Message-ID": make_msgid(domain=sender.rpartition("@")[2].rstrip(">"))} | headers).items():
        letter[name] = value
    _check(letter)
    letter.policy = POLICY
    return letter


def _check(letter: EmailMessage) -> None:
    """EmailMessage decodes encoded words, and before Python 3.11.10 writes what was in them as it is, ends of lines too."""
    if any(sign in str(value) for value in letter.values() for sign in "\r\n\0"):
        raise ValueError("a header of this letter would hold an end of a line")
    if len(letter["To"].addresses) != 1:
        raise ValueError("a letter goes to one address")


def _as_it_is(text: str) -> str | None:
    """"7bit" for what needs no encoding, so that addresses in it stay whole in the raw letter; else the shorter encoding."""
    fits = text.isascii() and max(map(len, text.encode().splitlines()), default=0) <= LONGEST_LINE
    return "7bit" if fits else None


@dataclass(frozen=True, slots=True)
class Way:
    """How letters leave: through which server, under whose name, and what signs them."""

    smtp_url: str
    sender: str
    sign: stamp.Stamp | None = None


def way_out(config: Config) -> Way:
    """The way of the settings, with the DKIM key that signs now."""
    domain = domain_of(config.mail_from)
    return Way(config.smtp_url, config.mail_from, stamp.stamp_of(config.folder, domain))


def domain_of(sender: str) -> str:
    """The domain of a sender such as Shop <likes@shop.example>."""
    return parseaddr(sender)[1].rpartition("@")[2].lower()


def post(payload: dict, way: Way, *, patience_s: float = PATIENCE_S) -> None:
    """Like send(), by this way, signed where a key signs."""
    send(payload, smtp_url=way.smtp_url, sender=way.sender, patience_s=patience_s, sign=way.sign)


def send(
    payload: dict, *, smtp_url: str, sender: str, patience_s: float = PATIENCE_S, sign: stamp.Stamp | None = None
) -> None:
    """Raises Later when the server is away or busy (4xx), Never when it says no to this letter (5xx).

    What is raised is kept and logged, so it never holds the recipient's address, nor any other.
    """
    letter, to = composed(payload, sender), payload["to"]
    envelope, raw = payload.get("envelope") or parseaddr(sender)[1], letter.as_bytes()
    try:
        with _connected(smtp_url, patience_s) as server:
            _hand_over(server, envelope, sign(raw) if sign else raw, to)
    except smtplib.SMTPResponseException as refused:  # our greeting or password was refused, not this letter
        raise Later(f"{refused.smtp_code} {_without_addresses(refused.smtp_error, to)}") from None
    except (OSError, smtplib.SMTPException) as away:
        raise Later(f"{type(away).__name__}: {_without_addresses(str(away), to)}") from None


def _hand_over(server: smtplib.SMTP, envelope: str, raw: bytes, to: str) -> None:
    try:
        server.sendmail(envelope, to, raw)
        return
    except smtplib.SMTPRecipientsRefused as refused:
        code, said = next(iter(refused.recipients.values()))
    except smtplib.SMTPResponseException as refused:
        code, said = refused.smtp_code, refused.smtp_error
    raise (Never if code >= 500 else Later)(f"{code} {_without_addresses(said, to)}")


def _without_addresses(said: bytes | str, to: str) -> str:
    """What a mail server said, on one line; "the address" stands for the recipient's, its name alone, and any other."""
    text = said.decode(errors="replace") if isinstance(said, bytes) else said
    text = " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())
    name = to.rpartition("@")[0]
    alone = rf"|(?<!\w){re.escape(name)}(?!\w)" if len(name) > 2 else ""
    return re.sub(rf"{re.escape(to)}|{SOME_ADDRESS}{alone}", "the address", text, flags=re.IGNORECASE)[:LONGEST_ANSWER]


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """How far a letter came: `stage` is taken, or where it ended: reach, encrypt, sign_in, sender, recipient, letter."""

    stage: str
    said: str
    encrypted: bool = False
    signed: bool = False


def rehearse(payload: dict, way: Way, *, patience_s: float = 10) -> Rehearsal:
    """Mails one letter now, while somebody waits, and tells what the server said; raises nothing."""
    letter, to = composed(payload, way.sender), payload["to"]
    raw = letter.as_bytes()
    try:
        with _connected(way.smtp_url, patience_s) as server:
            encrypted = isinstance(server.sock, ssl.SSLSocket)
            server.sendmail(payload.get("envelope") or parseaddr(way.sender)[1], to, way.sign(raw) if way.sign else raw)
    except smtplib.SMTPRecipientsRefused as refused:
        code, said = next(iter(refused.recipients.values()))
        return Rehearsal("recipient", f"{code} {_without_addresses(said, to)}")
    except smtplib.SMTPResponseException as refused:
        stage = next((name for kind, name in STAGES.items() if isinstance(refused, kind)), "reach")
        return Rehearsal(stage, f"{refused.smtp_code} {_without_addresses(refused.smtp_error, to)}")
    except ssl.SSLError as broken:
        return Rehearsal("encrypt", _without_addresses(str(broken), to))
    except (OSError, smtplib.SMTPException) as away:
        return Rehearsal("reach", f"{type(away).__name__}: {_without_addresses(str(away), to)}")
    return Rehearsal("taken", "", encrypted, way.sign is not None)


STAGES = {
    smtplib.SMTPAuthenticationError: "sign_in", smtplib.SMTPSenderRefused: "sender", smtplib.SMTPDataError: "letter",
}


@contextmanager
def _connected(smtp_url: str, patience_s: float = PATIENCE_S) -> Iterator[smtplib.SMTP]:
    parts, trusted = urlsplit(smtp_url), ssl.create_default_context()
    port = parts.port or (465 if parts.scheme == "smtps" else 25)
    tls = {"context": trusted} if parts.scheme == "smtps" else {}
    server = (smtplib.SMTP_SSL if tls else smtplib.SMTP)(parts.hostname, port, timeout=patience_s, **tls)
    try:
        server.ehlo_or_helo_if_needed()
        if parts.scheme == "smtp" and server.has_extn("starttls"):
            server.starttls(context=trusted)
        if parts.username:
            server.login(unquote(parts.username), unquote(parts.password or ""))
        yield server
    finally:
        _leave(server)


def _leave(server: smtplib.SMTP) -> None:
    """A letter that was taken is sent, whatever is answered to our goodbye."""
    with suppress(OSError, smtplib.SMTPException):
        server.quit()
    server.close()


def answers(smtp_url: str) -> tuple[bool, str]:
    """Whether the mail server takes our hand, and a sentence that says so; for `afterlike doctor`."""
    try:
        with _connected(smtp_url) as server:
            server.noop()
    except (OSError, smtplib.SMTPException) as away:
        return False, f"the mail server of AFTERLIKE_SMTP_URL: {type(away).__name__}: {away}"
    return True, "the mail server answers"
