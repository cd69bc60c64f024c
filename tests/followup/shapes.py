"""Reports as mail servers and mailbox providers write them: each in the shape of its maker, in our own words.

`kind` and `status` are to be read in it; no kind where it tells of no failure. {env} stands for where our
letter came from in its envelope, {mid} for its Message-ID, {stop} for its stop link, {to} for the address it went to.
"""

from dataclasses import dataclass

OURS = "Return-Path: <{env}>\nFrom: Shop <likes@shop.test>\nMessage-ID: {mid}\nSubject: Hello\nList-Unsubscribe: <{stop}>\n"


@dataclass(frozen=True)
class Shape:
    raw: str
    kind: str | None
    status: str | None = None


DAEMON = "From: Mail Delivery System <MAILER-DAEMON@mx.test>\nAuto-Submitted: auto-replied\n"


def dsn(status: str, *, letter: str = OURS, kind: str = "text/rfc822-headers", head: str = DAEMON) -> str:
    """RFC 3464: a report of three parts."""
    return f"""{head}To: {{env}}
Message-ID: <report@mx.test>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status;
\tboundary="=_part"

--=_part
Content-Type: text/plain; charset=us-ascii

It came back.

--=_part
Content-Type: message/delivery-status

{status}
--=_part
Content-Type: {kind}

{letter}
--=_part--
"""


def arf(report: str, *, letter: str = OURS, kind: str = "message/rfc822", head: str = "") -> str:
    """RFC 5965: a report of three parts."""
    return f"""From: <abusedesk@provider.test>
To: <complaints@reply.shop.test>
Subject: FW: Hello
{head}Message-ID: <feedback@provider.test>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=feedback-report;
     boundary="part1_13d.2e68ed54_boundary"

--part1_13d.2e68ed54_boundary
Content-Type: text/plain; charset="US-ASCII"
Content-Transfer-Encoding: 7bit

This is an email abuse report for an email message.

--part1_13d.2e68ed54_boundary
Content-Type: message/feedback-report

{report}
--part1_13d.2e68ed54_boundary
Content-Type: {kind}
Content-Disposition: inline

{letter}
Hello Ada

--part1_13d.2e68ed54_boundary--
"""


BOUNCES = {
    "RFC 3464, as its first example is": Shape(dsn("""Reporting-MTA: dns; cs.utk.test

Original-Recipient: rfc822;{to}
Final-Recipient: rfc822;{to}
Action: failed
Status: 4.0.0
Diagnostic-Code: smtp; 426 connection timed out
Last-Attempt-Date: Thu, 7 Jul 1994 17:15:49 -0400
"""), "soft", "4.0.0"),
    "RFC 3464, a delay": Shape(dsn("""Reporting-MTA: dns; sun2.test

Final-Recipient: rfc822;{to}
Action: delayed
Status: 4.0.0 (unknown temporary failure)
"""), None),
    "RFC 3464, several recipients, ours failed": Shape(dsn("""Reporting-MTA: dns; cs.utk.test

Final-Recipient: rfc822;other@pure-heart.test
Action: relayed
Status: 2.0.0

Final-Recipient: rfc822;{to}
Action: failed
Status: 5.0.0 (permanent failure)
Diagnostic-Code: smtp; 550 'Boston_vms.shop.com' No such user
"""), "hard", "5.0.0"),
    "Postfix": Shape(dsn("""Reporting-MTA: dns; mx.test
X-Postfix-Queue-ID: 4D8F21F3A
X-Postfix-Sender: rfc822; {env}
Arrival-Date: Sat, 28 Nov 2026 10:00:00 +0000 (UTC)

Final-Recipient: rfc822; {to}
Original-Recipient: rfc822;{to}
Action: failed
Status: 5.1.1
Remote-MTA: dns; mail.people.test
Diagnostic-Code: smtp; 550 5.1.1 <{to}>: Recipient address rejected: User
    unknown in virtual mailbox table
"""), "hard", "5.1.1"),
    "Gmail": Shape(dsn("""Reporting-MTA: dns; googlemail.com
Received-From-MTA: dns; likes@shop.test
Arrival-Date: Sat, 28 Nov 2026 02:00:00 -0800 (PST)
X-Original-Message-ID: {mid}

Final-Recipient: rfc822; {to}
Action: failed
Status: 5.1.1
Remote-MTA: dns; gmail-smtp-in.l.google.com. (192.0.2.27, the server for the domain gmail.com.)
Diagnostic-Code: smtp; 550-5.1.1 The email account that you tried to reach does not exist. Please try
 550-5.1.1 double-checking the recipient's email address for typos or unnecessary spaces. 550 5.1.1 NoSuchUser - gsmtp
Last-Attempt-Date: Sat, 28 Nov 2026 02:00:00 -0800 (PST)
""", kind="message/rfc822", letter=OURS + "\nHello Ada\n"), "hard", "5.1.1"),
    "Gmail, over quota": Shape(dsn("""Reporting-MTA: dns; googlemail.com

Final-Recipient: rfc822; {to}
Action: failed
Status: 4.2.2
Diagnostic-Code: smtp; 452-4.2.2 The recipient's inbox is out of storage space. - gsmtp
"""), "soft", "4.2.2"),
    "Exchange Online": Shape(dsn("""Reporting-MTA: dns;AM0PR01MB1234.eurprd01.prod.exchangelabs.test
Received-From-MTA: dns;mail.shop.test
Arrival-Date: Sat, 28 Nov 2026 10:00:00 +0000

Final-Recipient: rfc822;{to}
Action: failed
Status: 5.1.10
Diagnostic-Code: smtp;550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient {to} not found by SMTP address lookup
""", kind="message/rfc822", letter=OURS + "\nHello\n"), "hard", "5.1.10"),
    "Outlook.com, a policy": Shape(dsn("""Reporting-MTA: dns; mail.shop.test

Final-Recipient: rfc822;{to}
Action: failed
Status: 5.7.1
Diagnostic-Code: smtp;550 5.7.1 Unfortunately, messages from [192.0.2.1] weren't sent. Part of their network is on our block list.
"""), "soft", "5.7.1"),
    "Exchange, with the status in the answer alone": Shape(dsn("""Reporting-MTA: dns;exchange.people.test

Final-Recipient: RFC822;{to}
Action: Failed
Status: 5.0.0
X-Supplementary-Info: <exchange.people.test #5.1.1 smtp;550 5.1.1 RESOLVER.ADR.RecipNotFound; not found>
X-Display-Name: Ada
Diagnostic-Code: smtp;550 5.1.1 RESOLVER.ADR.RecipNotFound; not found
""", kind="message/rfc822"), "hard", "5.1.1"),
    "Exim": Shape(dsn("""Reporting-MTA: dns; mx.test

Action: failed
Final-Recipient: rfc822;{to}
Status: 5.0.0
Remote-MTA: dns; mail.people.test
Diagnostic-Code: smtp; 550-5.1.1 the address is unknown here
""", head="X-Failed-Recipients: {to}\nAuto-Submitted: auto-replied\nFrom: Mail Delivery System <Mailer-Daemon@mx.test>\n"),
                  "hard", "5.1.1"),
    "Exim of old, without parts": Shape("""From: Mail Delivery System <Mailer-Daemon@mx.test>
To: {env}
X-Failed-Recipients: {to}
Auto-Submitted: auto-replied
Message-ID: <old-exim@mx.test>
Subject: Mail delivery failed: returning message to sender

This message was created automatically by mail delivery software.

A message that you sent could not be delivered to one or more of its
recipients. This is a permanent error. The following address(es) failed:

  {to}
    host mail.people.test [192.0.2.9]
    SMTP error from remote mail server after RCPT TO:<{to}>:
    550 5.1.1 no such user

------ This is a copy of the message, including all the headers. ------

From: Shop <likes@shop.test>
Message-ID: {mid}
Subject: Hello

Hello Ada
""", "hard", "5.1.1"),
    "Sendmail": Shape(dsn("""Reporting-MTA: dns; mx.test
Received-From-MTA: DNS; shop.test
Arrival-Date: Sat, 28 Nov 2026 10:00:00 GMT

Final-Recipient: RFC822; {to}
Action: failed
Status: 5.1.1
Remote-MTA: DNS; mail.people.test
Diagnostic-Code: SMTP; 550 5.1.1 <{to}>... User unknown
Last-Attempt-Date: Sat, 28 Nov 2026 10:00:01 GMT
"""), "hard", "5.1.1"),
    "Yahoo, as the server that hands over writes it": Shape(dsn("""Reporting-MTA: dns; mail.shop.test

Final-Recipient: rfc822; {to}
Action: failed
Status: 5.0.0
Remote-MTA: dns; mta5.am0.yahoodns.test
Diagnostic-Code: smtp; 554 delivery error: dd This user doesn't have a yahoo.com account ({to}) [0] - mta1.mail.test
"""), "soft", "5.0.0"),
    "a full mailbox, told by the code alone": Shape(dsn("""Reporting-MTA: dns; mx.test

Final-Recipient: rfc822; {to}
Action: failed
Status: 5.0.0
Diagnostic-Code: smtp; 552 5.2.2 <{to}>: mailbox is over its quota
"""), "soft", "5.2.2"),
    "international, RFC 6533": Shape(dsn("""Reporting-MTA: dns; mx.test

Final-Recipient: utf-8; {to}
Action: failed
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 gone
""", kind="message/global-headers").replace("message/delivery-status", "message/global-delivery-status"), "hard", "5.1.1"),
    "the report in base64": Shape(dsn("").replace("message/delivery-status\n\n\n", """message/delivery-status
Content-Transfer-Encoding: base64

UmVwb3J0aW5nLU1UQTogZG5zOyBteC50ZXN0CgpGaW5hbC1SZWNpcGllbnQ6IHJmYzgyMjsgYWRh
QHBlb3BsZS50ZXN0CkFjdGlvbjogZmFpbGVkClN0YXR1czogNS4xLjEK
"""), "hard", "5.1.1"),
    "an empty line before the fields": Shape(dsn("""

Reporting-MTA: dns; mx.test

Final-Recipient: rfc822; {to}
Action: failed (no such user)
Status: 5.1.1 (bad destination mailbox address)
"""), "hard", "5.1.1"),
    "a success": Shape(dsn("""Reporting-MTA: dns; mx.test

Final-Recipient: rfc822; {to}
Action: delivered
Status: 2.0.0
"""), None),
}

HEAD = "Feedback-Type: abuse\nUser-Agent: SomeGenerator/1.0\nVersion: 1\n"
COMPLAINTS = {
    "RFC 5965, the least": arf(HEAD),
    "RFC 5965, all fields": arf(HEAD + """Original-Mail-From: <{env}>
Original-Rcpt-To: <user@provider.test>
Arrival-Date: Thu, 8 Mar 2026 14:00:00 EDT
Reporting-MTA: dns; mail.provider.test
Source-IP: 192.0.2.1
Authentication-Results: mail.provider.test;
               spf=fail smtp.mail=likes@shop.test
Reported-Domain: shop.test
Removal-Recipient: user@provider.test
""", letter="From: Shop <likes@shop.test>\nTo: <user@provider.test>\nSubject: Hello\n"),
    "Yahoo and AOL: the recipient is blotted out": arf("""Feedback-Type: abuse
User-Agent: Yahoo!-Mail-Feedback/2.0
Version: 0.1
Original-Mail-From: <{env}>
Original-Rcpt-To: redacted@yahoo.test
Received-Date: Sat, 28 Nov 2026 10:00:00 UTC
Reported-Domain: shop.test
Authentication-Results: dkim=pass (2048-bit key) header.d=shop.test
""", letter="From: Shop <likes@shop.test>\nTo: <redacted@yahoo.test>\nMessage-ID: {mid}\n"),
    "AOL of old: all redacted, the stop link is left": arf(HEAD + "Redacted-Address: redacted\n", letter=
        "Return-Path: <redacted@redacted>\nX-AOL-SCOLL: 1\nFrom: Shop <likes@shop.test>\nTo: Undisclosed recipients:;\n"
        "List-Unsubscribe: <https://likes.shop.test/x>,\n <{stop}>\nSubject: Hello\n"),
    "Outlook.com (JMRP): no report part, the letter alone": """From: staff@hotmail.test
To: complaints@reply.shop.test
Subject: complaint about message from 192.0.2.1
Message-ID: <jmrp@hotmail.test>
X-HmXmrOriginalRecipient: ada@people.test
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary="jmrp"

--jmrp
Content-Type: message/rfc822
Content-Disposition: inline

X-HmXmrOriginalRecipient: ada@people.test
""" + OURS + """
Hello Ada
--jmrp--
""",
    "only the head of the letter": arf(HEAD, kind="text/rfc822-headers"),
    "the letter in base64": arf(HEAD, kind="text/rfc822-headers\nContent-Transfer-Encoding: base64", letter="{base64}"),
    "fraud, which is a complaint too": arf(HEAD.replace("abuse", "fraud")),
    "an opt-out of old": arf(HEAD.replace("abuse", "opt-out")),
}
NONE = {
    "not spam: they took it out of the unwanted": arf(HEAD.replace("abuse", "not-spam")),
    "a failure of authentication (RFC 6591)": arf(HEAD.replace("abuse", "auth-failure")),
}
