"""Mail as it comes in, put together by hand, so that it can be wrong in every way."""

import smtplib
from email.message import EmailMessage
from types import SimpleNamespace

from followup.making import ADA, KEYRING, house_of

from afterlike.followup import taking, tickets
from afterlike.followup.vouching import Way

DOMAIN = "reply.shop.test"
MARKED = "##- Write your answer above this line -##"


def raw(words: str = "A novel.", *, sender: str = ADA.email, message_id: str = "<one@people.test>", **headers: str) -> bytes:
    """A plain mail with these words; names of headers are written with underscores."""
    told = {"From": f"Ada <{sender}>", "Message-ID": message_id, "Subject": "Re: your letter"}
    told |= {name.replace("_", "-"): value for name, value in headers.items()}
    lines = [f"{name}: {value}" for name, value in told.items() if value is not None]
    return ("\r\n".join([*lines, "", words.replace("\n", "\r\n")]) + "\r\n").encode("utf-8", "surrogateescape")


def with_files(words: str, *files: str, sender: str = ADA.email, message_id: str = "<files@people.test>") -> bytes:
    mail = EmailMessage()
    mail["From"], mail["Message-ID"] = sender, message_id
    mail.set_content(words)
    for name in files:
        mail.add_attachment(b"\x89PNG" * 50, maintype="image", subtype="png", filename=name)
    return mail.as_bytes()


def take(
    database, mail: bytes, conversation_id: int, *, envelope: str | None = ADA.email, peer: str | None = None, **settings
) -> str:
    """What becomes of a mail to this conversation."""
    house = house_of(database, reply_domain=DOMAIN, **settings)
    return taking.take(house, mail, taking.Recipient("answer", conversation_id), Way(envelope, peer))


def returns(database, mail: bytes, channel_id: int) -> str:
    """What becomes of a report about this address."""
    return taking.take(house_of(database, reply_domain=DOMAIN), mail, taking.Recipient("bounce", channel_id), Way(""))


def reply_address(conversation_id: int, keyring=KEYRING) -> str:
    return tickets.reply_address(keyring, DOMAIN, conversation_id)


def failure(status: str = "5.1.1", *, action: str = "failed", message_id: str = "<dsn@mx.test>", letter: str = "",
            said: str = "550 5.1.1 no such user") -> bytes:
    """A notice as Postfix writes it."""
    return f"""From: MAILER-DAEMON@mx.test\r
Message-ID: {message_id}\r
Auto-Submitted: auto-replied\r
Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r
\r
--b\r
Content-Type: text/plain\r
\r
This is the mail system. Status: 4.0.0 is what a liar would write here.\r
--b\r
Content-Type: message/delivery-status\r
\r
Reporting-MTA: dns; mx.test\r
\r
Final-Recipient: rfc822; {ADA.email}\r
Action: {action}\r
Status: {status}\r
Diagnostic-Code: smtp; {said} <{ADA.email}>\r
\r
--b\r
Content-Type: text/rfc822-headers\r
\r
From: likes@shop.test\r
{letter}\r
\r
--b--\r
""".encode()


def complaint(letter: str, *, message_id: str = "<arf@mx.test>") -> bytes:
    """A report of an unwanted letter, as mailbox providers send it; `letter` is what is left of the letter's head."""
    return f"""From: feedback@provider.test\r
Message-ID: {message_id}\r
Content-Type: multipart/report; report-type=feedback-report; boundary="b"\r
\r
--b\r
Content-Type: text/plain\r
\r
Somebody pressed the button.\r
--b\r
Content-Type: message/feedback-report\r
\r
Feedback-Type: abuse\r
User-Agent: Provider/1.0\r
Version: 1\r
\r
--b\r
Content-Type: message/rfc822\r
\r
From: likes@shop.test\r
{letter}\r
Subject: Hello\r
\r
Hello\r
--b--\r
""".encode()


def hand_over(port: int, mail: bytes, *recipients: str, sender: str = ADA.email, of: str = "127.0.0.1") -> SimpleNamespace:
    """Hands a mail to a running listener, from this address; `.code` and `.refused` are what it answered."""
    with smtplib.SMTP("127.0.0.1", port, timeout=20, source_address=(of, 0)) as server:
        server.ehlo("people.test")
        server.mail(sender)
        refused = {one: answer for one in recipients if (answer := server.rcpt(one))[0] >= 400}
        if len(refused) == len(recipients):
            return SimpleNamespace(code=next(iter(refused.values()))[0], refused=refused)
        return SimpleNamespace(code=server.data(mail)[0], refused=refused)
