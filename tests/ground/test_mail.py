"""Letters as bytes: long addresses stay whole, headers cannot be broken into, what the server says is believed."""

import re
import socket
import ssl
from email import message_from_bytes, policy

import pytest
import trustme
from ground.making import Aside

from afterlike import mail
from afterlike.errors import Later, Never
from afterlike.mail import composed, send
from parts.programs import free_port

LONG = "https://likes.shop.test/admin/sign-in/" + "abcdefghij" * 20
LETTER = {"to": "ada@people.test", "subject": "Your sign-in link", "text": f"Open this:\n\n{LONG}\n\nGrüße, ありがとう\n"}
SENDER = "Café Shop <shop@shop.test>"


def raw(**more) -> bytes:
    return composed(LETTER | more, SENDER).as_bytes()


def test_a_long_address_is_one_line():
    assert any(LONG.encode() == line.strip() for line in raw(text=f"Open this:\n\n{LONG}\n").splitlines())


def test_a_long_header_is_not_folded_into_encoded_words():
    subject = "word " * 60
    lines = [line for line in raw(subject=subject.strip()).splitlines() if line.startswith(b"Subject:")]
    assert lines == [f"Subject: {subject.strip()}".encode()]


def test_letters_of_every_language_arrive():
    read = message_from_bytes(raw(subject="Grüße 🪔"), policy=policy.default)
    assert read["Subject"] == "Grüße 🪔" and read["From"] == SENDER
    assert "ありがとう" in read.get_content()
    assert raw(subject="Grüße").isascii() or b"Subject: =?utf-8?" in raw(subject="Grüße")


def test_a_letter_says_who_made_it_and_when():
    read = message_from_bytes(raw(), policy=policy.default)
    assert read["Auto-Submitted"] == "auto-generated"
    assert read["Message-ID"].endswith("@shop.test>") and read["Date"].datetime.tzinfo is not None
    assert read["Message-ID"] != message_from_bytes(raw(), policy=policy.default)["Message-ID"]


def test_a_letter_may_have_two_faces():
    read = message_from_bytes(raw(html="<p>Hello</p>"), policy=policy.default)
    assert [part.get_content_type() for part in read.iter_parts()] == ["text/plain", "text/html"]


BROKEN_IN = {
    "subject": {"subject": "Hello\r\nBcc: all@people.test"},
    "subject, LF": {"subject": "Hello\nBcc: all@people.test"},
    "to": {"to": "ada@people.test\r\nBcc: all@people.test"},
    "to, CR": {"to": "ada@people.test\rBcc: all@people.test"},
    "two recipients": {"to": "ada@people.test, all@people.test"},
    "subject, encoded": {"subject": "=?utf-8?q?Hello=0D=0ABcc:_all@people.test?="},
    "from": {"from_name": "Shop\r\nBcc: all@people.test"},
    "from, LF": {"from_name": "Shop\nBcc: all@people.test"},
    "a header": {"headers": {"List-Unsubscribe": "<https://shop.test/>\r\nBcc: all@people.test"}},
}


@pytest.mark.parametrize("wrong", BROKEN_IN.values(), ids=BROKEN_IN)
def test_a_header_cannot_be_broken_into(wrong, smtp_peer):
    with pytest.raises(ValueError):
        send(LETTER | wrong, smtp_url=smtp_peer.url, sender=SENDER)
    assert smtp_peer.letters == []


def test_a_sender_cannot_be_broken_into():
    with pytest.raises(ValueError):
        composed(LETTER, "Shop\r\nBcc: all@people.test <shop@shop.test>")


def test_a_letter_arrives_as_it_was_composed(smtp_peer):
    send(LETTER, smtp_url=smtp_peer.url, sender="Shop <shop@shop.test>")
    [letter] = smtp_peer.wait_for(1)
    assert (letter.sender, letter.recipients) == ("shop@shop.test", ("ada@people.test",))
    read = message_from_bytes(letter.raw, policy=policy.default)
    assert read["To"] == "ada@people.test" and LONG in read.get_content().replace("\r\n", "\n")


STOP = "https://likes.shop.test/stop/" + "aZ09-_" * 40
FULL = LETTER | {
    "subject": "Ballyfern schrieb über „Gezeitenbecher“ 🪔" * 3,
    "from_name": "Töpferei Ballyfern, am Meer",
    "html": f'<p lang="de">Grüße <a href="{LONG}">von uns</a></p>\n',
    "headers": {
        "List-Unsubscribe": f"<{STOP}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click", "Content-Language": "de",
        "Message-ID": "<a1@shop.test>",
    },
}


@pytest.fixture
def arrived(smtp_peer) -> bytes:
    """The very bytes of a letter with everything in it, as a mail server got them."""
    send(FULL, smtp_url=smtp_peer.url, sender=SENDER)
    [letter] = smtp_peer.wait_for(1)
    assert (letter.sender, letter.recipients) == ("shop@shop.test", ("ada@people.test",))
    return letter.raw


def test_the_way_to_stop_is_one_line_of_plain_letters(arrived):
    head = arrived.split(b"\r\n\r\n")[0].split(b"\r\n")
    assert f"List-Unsubscribe: <{STOP}>".encode() in head
    assert b"List-Unsubscribe-Post: List-Unsubscribe=One-Click" in head and b"Content-Language: de" in head
    assert b"Message-ID: <a1@shop.test>" in head and not [line for line in head if line.startswith(b"Auto-Submitted")]


def test_words_in_a_header_are_encoded_as_every_reader_expects(arrived):
    head = arrived.split(b"\r\n\r\n")[0]
    encoded = re.findall(rb"=\?\S+\?=", head)
    assert encoded and max(map(len, encoded)) <= 75 and head.isascii()
    read = message_from_bytes(arrived, policy=policy.default)
    assert read["Subject"] == FULL["subject"]
    assert read["From"].addresses[0].addr_spec == "shop@shop.test"
    assert read["From"].addresses[0].display_name == FULL["from_name"]


def test_both_faces_arrive_whole_in_lines_that_no_server_cuts(arrived):
    assert arrived.isascii() and max(map(len, arrived.split(b"\r\n"))) <= 998
    assert b"\r" not in arrived.replace(b"\r\n", b"") and b"\n" not in arrived.replace(b"\r\n", b"")
    plain, rich = message_from_bytes(arrived, policy=policy.default).iter_parts()
    assert LONG in plain.get_content().splitlines() and "ありがとう" in plain.get_content()
    assert rich.get_content().replace("\r\n", "\n") == FULL["html"]
    assert {part["Content-Transfer-Encoding"] for part in (plain, rich)} <= {"base64", "quoted-printable"}


def test_an_encoded_body_is_no_wider_than_76():
    body = raw(text="Grüße " * 400, html="<p>" + "ありがとう" * 400).partition(b"\r\n\r\n")[2]
    assert max(map(len, body.split(b"\r\n"))) <= 76


def test_a_name_stands_before_our_address():
    assert b'From: "Shop, the" <shop@shop.test>\r\n' in raw(from_name="Shop, the")
    assert b"From: Afterlike <afterlike@localhost>\r\n" in composed(LETTER, "Afterlike <afterlike@localhost>").as_bytes()


ADDRESSES = [
    ("550 5.1.1 <ada@people.test>: no such mailbox", "550 5.1.1 <the address>: no such mailbox"),
    ("550 ADA@People.Test unknown", "550 the address unknown"),
    ("550 mailbox ada not found", "550 mailbox the address not found"),
    ("450 ada@people.test goes to a.lovelace@home.test, busy", "450 the address goes to the address, busy"),
    ("554 \x1b[2Jno", "554 [2Jno"),
    ("451 " + "words " * 200, ("451 " + "words " * 200)[:304]),
]


@pytest.mark.parametrize("stage", ["answer", "greets"])
@pytest.mark.parametrize(("answer", "told"), ADDRESSES)
def test_what_is_told_of_a_refusal_holds_no_address(smtp_peer, stage, answer, told):
    """At RCPT and after DATA, whatever the server repeats of it: the outbox keeps and logs what is raised."""
    setattr(smtp_peer, stage, answer)
    with pytest.raises((Later, Never)) as raised:
        send(LETTER, smtp_url=smtp_peer.url, sender=SENDER)
    assert str(raised.value) == told and isinstance(raised.value, Never) == answer.startswith("5")


SAYS = {
    "451 later": Later,
    "421 closing": Later,
    "452 full": Later,
    "550 no such mailbox": Never,
    "554 refused": Never,
    "552 too big": Never,
}


@pytest.mark.parametrize("stage", ["answer", "greets"])
@pytest.mark.parametrize(("answer", "raised"), SAYS.items(), ids=SAYS)
def test_what_the_server_says_decides(smtp_peer, stage, answer, raised):
    setattr(smtp_peer, stage, answer)
    with pytest.raises(raised, match=answer[:3]) as told:
        send(LETTER, smtp_url=smtp_peer.url, sender=SENDER)
    assert smtp_peer.letters == [] and "ada" not in str(told.value)


def test_a_server_that_is_away_is_tried_later():
    with pytest.raises(Later):
        send(LETTER, smtp_url=f"smtp://127.0.0.1:{free_port()}", sender=SENDER)


def test_a_certificate_that_nobody_vouches_for_gets_no_letter():
    """Over smtps://, whoever only pretends to be the mail server hears neither password nor letter."""
    pretends = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    trustme.CA().issue_cert("127.0.0.1").configure_cert(pretends)

    def greet() -> bytes:
        with pretends.wrap_socket(listener.accept()[0], server_side=True) as client:
            return client.recv(100)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        heard = Aside(greet)
        with pytest.raises(Later, match="certificate"):
            send(LETTER, smtp_url=f"smtps://127.0.0.1:{listener.getsockname()[1]}", sender=SENDER)
        with pytest.raises(ssl.SSLError):
            heard.result()


SCRIPTS = {
    "hangs up": [],
    "refuses everybody": [b"554 go away, ada@people.test\r\n"],
    "hangs up after EHLO": [b"220 hello\r\n", b"250 hello\r\n"],
    "hangs up after DATA": [b"220 a\r\n", b"250 a\r\n", b"250 a\r\n", b"250 a\r\n", b"354 go on\r\n"],
    "talks nonsense": [b"\xff\xfe\r\n"],
    "wants a password": [b"220 a\r\n", b"250-a\r\n250 AUTH PLAIN\r\n", b"535 5.7.8 wrong for ada@people.test\r\n"],
}


@pytest.mark.parametrize("script", SCRIPTS.values(), ids=SCRIPTS)
def test_a_server_that_does_not_get_to_the_letter_is_tried_later(script):
    """A wrong password is no fault of the letter either: it waits until the owner has put it right."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        speaking = Aside(lambda: speak(listener, script))
        who = "us:secret@" if any(b"AUTH" in line for line in script) else ""
        with pytest.raises(Later) as told:
            send(LETTER, smtp_url=f"smtp://{who}127.0.0.1:{listener.getsockname()[1]}", sender=SENDER)
        speaking.result()
    assert "ada" not in str(told.value) and "secret" not in str(told.value)


def speak(listener: socket.socket, script: list[bytes]) -> None:
    """Says each line in its turn, after hearing one, and hangs up."""
    peer, _ = listener.accept()
    with peer:
        for place, line in enumerate(script):
            if place:
                peer.recv(1 << 16)
            peer.sendall(line)


def test_a_server_that_says_nothing_is_not_waited_for_long():
    with socket.create_server(("127.0.0.1", 0)) as listener, pytest.raises(Later, match="timed out"):
        send(LETTER, smtp_url=f"smtp://127.0.0.1:{listener.getsockname()[1]}", sender=SENDER, patience_s=0.2)


def test_a_letter_that_was_taken_is_sent_whatever_is_answered_to_goodbye():
    """Otherwise it would be sent again."""
    polite = [b"220 a\r\n", b"250 a\r\n", b"250 a\r\n", b"250 a\r\n", b"354 go on\r\n", b"250 kept\r\n", b"451 stay\r\n"]
    with socket.create_server(("127.0.0.1", 0)) as listener:
        speaking = Aside(lambda: speak(listener, polite))
        send(LETTER, smtp_url=f"smtp://127.0.0.1:{listener.getsockname()[1]}", sender=SENDER)
        speaking.result()


def test_the_doctor_hears_whether_the_server_answers(smtp_peer):
    assert mail.answers(smtp_peer.url) == (True, "the mail server answers")
    fine, sentence = mail.answers(f"smtp://127.0.0.1:{free_port()}")
    assert not fine and "AFTERLIKE_SMTP_URL" in sentence
