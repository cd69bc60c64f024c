"""Mail that came in, as it is read: words in whatever encoding, files that are not taken, machines that are not listened to."""

import pytest
from followup.posting import raw, with_files

from afterlike.followup import incoming
from afterlike.followup.incoming import Dropped

OURS = frozenset({"likes@shop.test"})


def read(mail: bytes, envelope: str | None = "ada@people.test") -> incoming.Incoming:
    return incoming.read(mail, envelope=envelope, ours=OURS)


BY_PROGRAMS = {
    "auto": raw(Auto_Submitted="auto-replied; owner-email=x"), "bulk": raw(Precedence="Bulk"),
    "own": raw(sender="Likes@shop.test"),
    "loop": b"Received: by mx.test\r\n" * 31 + raw(), "empty": raw("  \n \n"),
    "headers": b"X: y\r\n" * 10_000 + raw(),
    "parts": raw("Content-Type: multipart/mixed; boundary=a\n\n--a\n" * 41),
}  # fmt: skip


@pytest.mark.parametrize(("reason", "mail"), BY_PROGRAMS.items(), ids=BY_PROGRAMS)
def test_what_no_person_wrote_is_dropped_with_a_reason(reason, mail):
    with pytest.raises(Dropped) as dropped:
        read(mail)
    assert dropped.value.reason == reason


OTHERS = {
    "list": raw(Precedence="list"), "junk": raw(Precedence="junk"), "a list": raw(List_Id="<a.test>"),
    "away": raw(X_Autoreply="yes"),
}  # fmt: skip


@pytest.mark.parametrize("mail", OTHERS.values(), ids=OTHERS)
def test_lists_and_absence_notices_are_dropped_too(mail):
    with pytest.raises(Dropped):
        read(mail)


def test_a_notice_has_no_sender_and_a_person_may_say_no_to_auto():
    with pytest.raises(Dropped) as dropped:
        read(raw(), envelope="")
    assert dropped.value.reason == "empty_sender"
    assert read(raw(Auto_Submitted="no")).words == "A novel."


def encoded(charset: str, body: bytes, transfer: str = "8bit") -> bytes:
    head = f'From: ada@people.test\r\nMessage-ID: <a@b>\r\nContent-Type: text/plain; charset="{charset}"\r\n'
    return f"{head}Content-Transfer-Encoding: {transfer}\r\n\r\n".encode() + body


ENCODINGS = {
    "Latin-1": (encoded("iso-8859-1", "Schöne Grüße".encode("latin-1")), "Schöne Grüße"),
    "Japanese": (encoded("iso-2022-jp", "小説".encode("iso-2022-jp")), "小説"),
    "one that does not exist": (encoded("x-nonsense", "Schöne".encode()), "Schöne"),
    "the wrong one": (encoded("utf-8", "Schöne".encode("latin-1")), "Schöne"),
    "none": (b"From: a@b.test\r\n\r\n" + "Schöne".encode(), "Schöne"),
    "none, Windows": (b"From: a@b.test\r\n\r\n" + "“Schöne”".encode("cp1252"), "“Schöne”"),
    "base64": (encoded("utf-8", b"U2Now7ZuZQ==", "base64"), "Schöne"),
    "broken base64": (encoded("utf-8", b"U2Now7ZuZ", "base64"), ""),
    "quoted-printable": (encoded("utf-8", b"Sch=C3=B6n=\r\ne", "quoted-printable"), "Schöne"),
    "nothing that can be seen": (encoded("utf-8", b"No\x00thing\x1b[31m\xef\xbf\xbe"), "Nothing[31m"),
    "a lone surrogate": (encoded("utf-7", b"H+2AA-i"), "H"),
    "a charset with a NUL in it": (encoded("utf-8", b"Good").replace(b'charset="utf-8"', b"charset*=a\0b'en'utf-8"), "Good"),
    "a codec that is no charset": (encoded("hex", b"6161"), "6161"),
}


@pytest.mark.parametrize(("mail", "words"), ENCODINGS.values(), ids=ENCODINGS)
def test_words_are_read_in_whatever_they_are_written(mail, words):
    found = read(mail).words
    assert found.startswith(words)
    found.encode("utf-8")  # no lone surrogate
    assert "\0" not in found


def test_html_alone_is_read_and_beside_plain_text_left():
    html = (b"From: a@b.test\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<p>One</p><p>Two &amp; three</p>"
            b"<script>alert(1)</script>")
    assert read(html).words == "One\nTwo & three"
    both = (b"From: a@b.test\r\nContent-Type: multipart/alternative; boundary=x\r\n\r\n"
            b"--x\r\nContent-Type: text/plain\r\n\r\nPlain\r\n--x\r\nContent-Type: text/html\r\n\r\n<p>Rich</p>\r\n--x--\r\n")
    assert read(both).words == "Plain"


def test_files_are_counted_and_not_taken():
    found = read(with_files("Look at these.", "one.png", "two.png"))
    assert (found.words, found.attachments) == ("Look at these.", 2)


def test_a_letter_within_the_letter_is_a_file_and_not_words():
    mail = (b"From: a@b.test\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n\r\nMine\r\n--x\r\n"
            b"Content-Type: message/rfc822\r\n\r\nFrom: c@d.test\r\n\r\nTheirs\r\n--x--\r\n")
    found = read(mail)
    assert (found.words, found.attachments) == ("Mine", 1)


LONG = {
    "a long word": raw("a" * 200_000), "a long header": raw(References="<a@b>" * 15_000), "comments": raw(From="(" * 90_000),
    "angles": raw(From='<"' * 40_000), "recipients": raw(To="a@b.test, " * 9_000),
    "a header in a part": b"From: a@b.test\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\nContent-Type: text/plain"
                          + b";" * 500_000 + b"\r\n\r\nHi\r\n--x--",
}


@pytest.mark.parametrize("mail", LONG.values(), ids=LONG)
def test_what_is_kept_of_a_mail_is_bounded(mail):
    found = read(mail)
    assert len(found.words) <= incoming.LONGEST_WORDS and len(found.quoted) <= incoming.LONGEST_TEXT
    assert len(found.sender) <= incoming.LONGEST_ADDRESS and len(found.references) <= 2 * incoming.LONGEST_HEADER + 1
    assert sum(map(len, found.to)) <= 4 * incoming.LONGEST_HEADER


SENDERS = {
    "Ada <Ada@People.test>": "ada@people.test", "ada@people.test": "ada@people.test",
    '"Eve <eve@x.test>" <ada@people.test>': "ada@people.test",
    "ada@people.test (Ada)": "ada@people.test", "Ada": "", "": "", "=?utf-8?q?Ada?= <ada@people.test>": "ada@people.test",
}


@pytest.mark.parametrize(("header", "address"), SENDERS.items(), ids=SENDERS)
def test_who_wrote_it(header, address):
    assert incoming.address_in(header) == address
