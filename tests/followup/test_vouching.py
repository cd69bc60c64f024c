"""Who vouches for the sender of a mail: signatures by real keys, and a real name server that holds their records."""

import ipaddress
import time

import pytest
import sqlalchemy as sa
from followup.making import ADA, first_letter, rows
from followup.posting import raw, take, with_files

from afterlike import followup, stamp, tables
from afterlike.clock import now
from afterlike.followup import taking, vouching
from afterlike.followup.vouching import Way
from afterlike.mailcheck import Names
from afterlike.web import within
from parts.dns import SILENT, NameServer

HOME = "people.test"  # where Ada has her address
OUT = "192.0.2.25"  # the server her letters leave from
SENDER = f"ada@{HOME}"
assert ADA.email.endswith(f"@{HOME}")


@pytest.fixture(scope="module")
def key(tmp_path_factory):
    """A key of Ada's domain."""
    folder = tmp_path_factory.mktemp("keys")
    stamp.make(folder, selector="one")
    return folder


@pytest.fixture
def names(key):
    """Her domain as it should be: a key, the servers, and the wish that nothing else is believed."""
    made = NameServer()
    record = stamp.record(key, "one")
    made.names |= {
        f"one._domainkey.{HOME}": [[record[:200], record[200:]]], HOME: [f"v=spf1 ip4:{OUT} -all"],
        f"_dmarc.{HOME}": ["v=DMARC1; p=reject"],
    }
    yield made
    made.close()


def signed(mail: bytes, key, *, domain: str = HOME) -> bytes:
    return stamp.stamped(mail, "one", domain, stamp._file(key, "one").read_bytes())


def looked(mail: bytes, names, *, way: Way | None = None, sender: str = SENDER, authserv: str = "") -> str:
    return vouching.vouched(mail, sender, way or Way(), Names(names.place), authserv=authserv)


def test_a_signature_of_the_senders_domain_vouches_for_it(names, key):
    assert looked(signed(raw(sender=SENDER), key), names) == "dkim"


def test_a_letter_that_was_changed_on_its_way_is_not_vouched_for(names, key):
    assert looked(signed(raw("A novel.", sender=SENDER), key).replace(b"novel", b"bill "), names) == "failed"


def test_a_signature_of_another_domain_says_nothing_about_the_sender(names, key):
    names.names["one._domainkey.elsewhere.test"] = names.names[f"one._domainkey.{HOME}"]
    assert looked(signed(raw(sender=SENDER), key, domain="elsewhere.test"), names) == "nobody"


@pytest.mark.parametrize("domain", [f"mail.{HOME}", HOME])
def test_a_domain_below_or_above_counts_and_a_sibling_does_not(names, key, domain):
    names.names[f"one._domainkey.mail.{HOME}"] = names.names[f"one._domainkey.{HOME}"]
    for sender, wanted in ((SENDER, "dkim"), (f"ada@new.mail.{HOME}", "dkim"), ("ada@test", "nobody")):
        assert looked(signed(raw(sender=sender), key, domain=domain), names, sender=sender) == wanted
    assert not vouching.belongs(f"one.{HOME}", f"two.{HOME}")


UNREADABLE = {
    "a second From on top": lambda mail: b"From: ben@people.test\r\n" + mail,
    "a second From below": lambda mail: mail.replace(b"Subject:", b"From: ben@people.test\r\nSubject:"),
    "a head that ends twice": lambda mail: f"From: {SENDER}\r\r\n".encode() + mail,
    "two addresses": lambda mail: mail.replace(b"From: Ada", b"From: ben@people.test, Ada"),
    "a NUL": lambda mail: mail.replace(b"novel", b"nov\0el"),
    "a line that is no header": lambda mail: b"nonsense\r\n" + mail,
    "nothing but blanks": lambda mail: mail + b" " * 400,
}


@pytest.mark.parametrize("twisted", UNREADABLE.values(), ids=UNREADABLE)
def test_a_head_that_two_programs_read_differently_is_checked_by_nobody(names, key, twisted):
    assert looked(twisted(signed(raw(sender=SENDER), key)), names) in ("nobody", "failed")


WEAK = {
    "of a part of the letter": (b"c=relaxed/relaxed;", b"c=relaxed/relaxed; l=3;"),
    "by a hash that is broken": (b"a=rsa-sha256", b"a=rsa-sha1"),
}


@pytest.mark.parametrize(("this", "that"), WEAK.values(), ids=WEAK)
def test_a_weak_signature_counts_for_nothing(names, key, this, that):
    mail = signed(raw(sender=SENDER), key)
    assert this in mail and looked(mail.replace(this, that), names) == "nobody"


KEYS = {"silence": SILENT, "a key of minutes of arithmetic": [["v=DKIM1; k=rsa; p=", *["A" * 250] * 8]]}


@pytest.mark.parametrize("record", KEYS.values(), ids=KEYS)
def test_a_key_that_cannot_be_had_is_not_waited_for(names, key, record, monkeypatch):
    monkeypatch.setattr(vouching, "PATIENCE_S", 0.5)
    names.names[f"one._domainkey.{HOME}"] = record
    assert looked(signed(raw(sender=SENDER), key), names) == ("nobody" if record is SILENT else "failed")


def test_the_server_that_the_domain_names_vouches_for_it(names):
    assert looked(raw(sender=SENDER), names, way=Way(SENDER, OUT)) == "spf"
    assert looked(raw(sender=SENDER), names, way=Way(f"bounces@mail.{HOME}", OUT)) == "failed", "no record there, so DMARC"
    assert looked(raw(sender=SENDER), names, way=Way(SENDER, "192.0.2.66")) == "failed"
    assert looked(raw(sender=SENDER), names, way=Way("eve@elsewhere.test", OUT)) == "failed", "another domain's; DMARC says no"


def test_what_the_records_include_and_name_is_followed(names):
    names.names[HOME] = ["v=spf1 include:mailer.test mx -all"]
    names.names["mailer.test"] = ["v=spf1 ip6:2001:db8::/32 a:out.mailer.test ?all"]
    names.others[HOME, "MX"] = [f"10 in.{HOME}."]
    names.others |= {(f"in.{HOME}", "A"): ["192.0.2.9"], ("out.mailer.test", "A"): ["192.0.2.8"]}
    for peer in ("2001:db8::1", "192.0.2.8", "192.0.2.9"):
        assert looked(raw(sender=SENDER), names, way=Way(SENDER, peer)) == "spf"


def test_a_domain_that_says_nothing_leaves_it_open(names):
    for name in (HOME, f"_dmarc.{HOME}"):
        del names.names[name]
    assert looked(raw(sender=SENDER), names, way=Way(SENDER, OUT)) == "nobody"
    names.names[f"_dmarc.{HOME}"] = ["v=DMARC1; p=none"]
    assert looked(raw(sender=SENDER), names, way=Way(SENDER, OUT)) == "nobody"
    names.names |= {HOME: ["v=spf1 redirect=_a.people.test"], "_a.people.test": ["v=spf1 redirect=people.test"]}
    assert looked(raw(sender=SENDER), names, way=Way(SENDER, OUT)) == "nobody", "records in a ring"


def test_a_signature_helps_where_the_server_is_not_named(names, key):
    assert looked(signed(raw(sender=SENDER), key), names, way=Way(SENDER, "192.0.2.66")) == "dkim", "forwarded"


TOLD = {
    "a pass of DMARC": (f"mx.shop.test; dmarc=pass (p=REJECT (very)) header.from={HOME}", "relay"),
    "a signature": (f"mx.shop.test 1; spf=softfail smtp.mailfrom=x@y.test; dkim/1=pass header.i=@{HOME}", "relay"),
    "an envelope": (f'MX.shop.test; spf=pass reason="it fits; so it does" smtp.mailfrom="ada@{HOME}"', "relay"),
    "a no": (f"mx.shop.test; dmarc=fail header.from={HOME}", "failed"),
    "another's signature": ("mx.shop.test; dkim=pass header.d=elsewhere.test", "nobody"),
    "another's word": (f"mx.elsewhere.test; dkim=pass header.d={HOME}", "nobody"),
    "a pass in a comment": (f"mx.shop.test; dkim=none (dkim=pass header.d={HOME}; dkim=pass header.d={HOME})", "nobody"),
    "nothing": ("mx.shop.test; none", "nobody"),
}


@pytest.mark.parametrize(("header", "wanted"), TOLD.values(), ids=TOLD)
def test_our_own_mail_server_is_believed_by_its_name(names, header, wanted):
    mail = raw(sender=SENDER, Authentication_Results=header)
    assert looked(mail, names, authserv="mx.shop.test") == wanted
    assert looked(mail, names) == "nobody", "without the setting nobody's word counts"


def test_only_the_word_on_top_counts_and_never_a_strangers(names):
    forged = f"Authentication-Results: mx.shop.test; dkim=pass header.d={HOME}\r\n".encode()
    ours = f"Authentication-Results: mx.shop.test; dmarc=fail header.from={HOME}\r\n".encode()
    assert looked(ours + forged + raw(sender=SENDER), names, authserv="mx.shop.test") == "failed"
    assert looked(forged + raw(sender=SENDER), names, authserv="mx.shop.test", way=Way(SENDER, "192.0.2.66")) == "failed"


def test_a_relay_is_known_by_its_network():
    ours = (ipaddress.ip_network("127.0.0.1/32"), ipaddress.ip_network("2001:db8::/64"))
    assert all(within(peer, ours) for peer in ("127.0.0.1", "::ffff:127.0.0.1", "2001:db8::9"))
    assert not any(within(peer, ours) for peer in ("192.0.2.1", ""))


def test_hostile_letters_are_looked_at_in_little_time(names, key):
    """What the libraries take the square of, as much of it as is let through."""
    blanks = (b" " * 149 + b"x") * 30_000  # 4.5 MB
    marks = b"DKIM-Signature: v=1; a=rsa-sha256; d=people.test; s=one; b=b" + (b" " * 190 + b"\r\n") * 450 + b" x\r\n"
    begun = time.process_time()
    assert looked(signed(raw(sender=SENDER), key) + blanks, names) == "failed"
    assert looked(marks + raw(sender=SENDER), names) in ("failed", "nobody")
    assert time.process_time() - begun < 20, "seconds of processor; minutes when a bound is gone"


# --- in the conversation ------------------------------------------------------------------------------------------

@pytest.fixture
def talk(database, friend) -> int:
    return database.write(followup.begin, first_letter(friend, at=now()))


def test_a_failed_check_never_loses_a_letter(database, talk, names, key):
    mails = [signed(raw(message_id="<good@b>"), key), signed(raw(message_id="<bad@b>"), key).replace(b"novel", b"bill "), raw()]
    assert [take(database, mail, talk, dns=names.place) for mail in mails] == [taking.TAKEN] * 3
    assert [row.vouched for row in rows(database, tables.messages, author="endorser")] == ["dkim", "failed", "nobody"]


def test_nobody_is_written_to_for_the_files_of_a_forger(database, talk, names):
    take(database, with_files("Look.", "lamp.png"), talk, peer="192.0.2.66", dns=names.place)
    assert rows(database, tables.outbox, kind="unattached") == []
    with database.read() as tx:
        assert tx.scalar(sa.select(tables.messages.c.vouched).where(tables.messages.c.author == "endorser")) == "failed"
