"""What the domain's names say about mail, asked of a real name server: what is there, and what to publish."""

from types import SimpleNamespace

import pytest

from afterlike import mailcheck, stamp
from parts.dns import SILENT, NameServer
from parts.product import afterlike


@pytest.fixture
def names():
    made = NameServer()
    yield made
    made.close()


@pytest.fixture
def config(names, tmp_path) -> SimpleNamespace:
    return SimpleNamespace(
        dns=names.place, folder=tmp_path, mail_from="Shop <likes@shop.test>", reply_domain="reply.shop.test",
        smtp_url="smtp://mail.shop.test:587", imap_url="",
    )


def in_order(names, config) -> None:
    """Everything as it should be."""
    stamp.make(config.folder, selector="one")
    stamp.use(config.folder, "one")
    record = stamp.record(config.folder, "one")
    names.names |= {
        "reply.shop.test": ["v=spf1 a:mail.shop.test -all"], "_dmarc.shop.test": ["v=DMARC1; p=quarantine"],
        "one._domainkey.shop.test": [[record[:200], record[200:]]],
    }
    names.others |= {
        ("reply.shop.test", "MX"): ["10 in.shop.test."], ("mail.shop.test", "A"): ["192.0.2.7"],
        ("7.2.0.192.in-addr.arpa", "PTR"): ["mail.shop.test."],
    }


def told(config) -> dict[str, tuple[bool, str]]:
    return {sentence.partition(":")[0]: (fine, sentence) for fine, sentence in mailcheck.checked(config)}


def test_everything_in_order_is_said_to_be(names, config):
    in_order(names, config)
    found = told(config)
    assert set(found) == {"SPF", "DKIM", "DMARC", "answers", "PTR"}
    assert all(fine for fine, _ in found.values()), found
    assert "in.shop.test" in found["answers"][1] and "192.0.2.7" in found["PTR"][1]


def test_what_is_missing_is_told_with_what_to_publish(names, config):
    stamp.make(config.folder, selector="one")
    found = told(config)
    assert not found["SPF"][0] and 'publish TXT reply.shop.test "v=spf1 a:mail.shop.test -all"' in found["SPF"][1]
    assert not found["DMARC"][0] and "publish TXT _dmarc.shop.test" in found["DMARC"][1]
    lines = [sentence for _, sentence in mailcheck.checked(config)]
    assert any(stamp.record(config.folder, "one") in line and "one._domainkey.shop.test" in line for line in lines)
    assert any("no key signs" in line for line in lines) and not found["answers"][0]


WRONG = {
    "two SPF records": (("reply.shop.test", ["v=spf1 -all", "v=spf1 mx -all"]), "SPF", "2 SPF records"),
    "everybody": (("reply.shop.test", ["v=spf1 +all"]), "SPF", "lets anybody write"),
    "another key": (("one._domainkey.shop.test", ["v=DKIM1; k=rsa; p=AAAA"]), "DKIM", "another key than one is published"),
    "silence": (("_dmarc.shop.test", SILENT), "DMARC", "did not tell"),
}


@pytest.mark.parametrize(("record", "of", "words"), WRONG.values(), ids=WRONG)
def test_what_is_wrong_is_told(names, config, monkeypatch, record, of, words):
    monkeypatch.setattr(mailcheck, "PATIENCE_S", 1)
    in_order(names, config)
    names.names |= dict([record])
    fine, sentence = told(config)[of]
    assert not fine and words in sentence


def test_a_domain_of_somebody_else_does_not_match(names, config):
    in_order(names, config)
    config.reply_domain = "elsewhere.test"
    names.names["elsewhere.test"] = ["v=spf1 -all"]
    assert "take one below shop.test" in told(config)["SPF"][1]


def test_a_name_that_does_not_lead_back_is_told(names, config):
    in_order(names, config)
    names.others["7.2.0.192.in-addr.arpa", "PTR"] = ["elsewhere.test."]
    fine, sentence = told(config)["PTR"]
    assert not fine and "does not lead back" in sentence


def test_the_doctor_tells_it(names, tmp_path):
    asked = afterlike("doctor", "--mail", home=tmp_path, check=False, dns=names.place, mail_from="likes@shop.test")
    assert asked.returncode == 1 and "BAD  DMARC: there is no record" in asked.stdout
    assert "at localhost" in afterlike("doctor", "--mail", home=tmp_path, check=False, dns=names.place).stdout
