"""DKIM: letters are signed as they leave, both unsubscribe headers too; keys are made, published, turned over and forgotten."""

import re

import dkim
import pytest

from afterlike import mail, stamp
from afterlike.errors import Invalid, NotFound
from afterlike.mail import Way, post, rehearse, way_out
from parts.product import afterlike
from parts.programs import free_port

LETTER = {
    "to": "ada@people.test", "subject": "Hello – wörld",
    "text": "Grüße\n.\nfrom a lamp\n" + "x" * 500 + "\n", "html": "<p>Grüße</p>\n",
    "headers": {
        "List-Unsubscribe": f"<https://likes.shop.test/stop/{'a' * 80}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        "Reply-To": "r+aaaa@reply.shop.test",
    },
    "envelope": "b+bbbb@reply.shop.test",
}  # fmt: skip


@pytest.fixture
def key(tmp_path) -> str:
    made = stamp.make(tmp_path, selector="one")
    stamp.use(tmp_path, made)
    return made


def verified(raw: bytes, folder, selector: str = "one") -> bool:
    """Whether the signature holds, with the record that we say is to be published, asked for at the name we say."""
    wanted = f"{selector}._domainkey.shop.test.".encode()
    return dkim.verify(raw, dnsfunc=lambda name, timeout=5: stamp.record(folder, selector).encode() if name == wanted else None)


def way(smtp_peer, folder) -> Way:
    return Way(smtp_peer.url, "Shop <likes@shop.test>", stamp.stamp_of(folder, "shop.test"))


def test_a_letter_is_signed_as_it_arrives_and_both_unsubscribe_headers_are_covered(smtp_peer, tmp_path, key):
    post(LETTER, way(smtp_peer, tmp_path))
    [arrived] = smtp_peer.letters
    assert arrived.sender == LETTER["envelope"] and arrived.raw.startswith(b"DKIM-Signature:")
    assert verified(arrived.raw, tmp_path)
    covered = re.sub(rb"\s", b"", arrived.raw.partition(b"; h=")[2].partition(b";")[0]).lower().split(b":")
    assert {b"list-unsubscribe", b"list-unsubscribe-post", b"from", b"to", b"subject", b"reply-to"} <= set(covered)


@pytest.mark.parametrize("name", ["List-Unsubscribe", "List-Unsubscribe-Post", "Reply-To", "Subject", "From"])
def test_a_header_that_was_changed_on_its_way_breaks_the_signature(smtp_peer, tmp_path, key, name):
    post(LETTER, way(smtp_peer, tmp_path))
    raw = smtp_peer.letters[0].raw
    assert verified(raw, tmp_path)
    assert not verified(raw.replace(f"\r\n{name}: ".encode(), f"\r\n{name}: x".encode(), 1), tmp_path)


def test_without_a_key_letters_leave_unsigned(smtp_peer, tmp_path):
    post(LETTER, way(smtp_peer, tmp_path))
    stamp.make(tmp_path)  # one that waits for its record signs nothing
    post(LETTER, way(smtp_peer, tmp_path))
    assert all(b"DKIM-Signature" not in letter.raw for letter in smtp_peer.letters)


def test_keys_are_turned_over_without_a_letter_that_cannot_be_checked(smtp_peer, tmp_path, key):
    stamp.make(tmp_path, selector="two")
    post(LETTER, way(smtp_peer, tmp_path))
    stamp.use(tmp_path, "two")
    post(LETTER, way(smtp_peer, tmp_path))
    first, second = smtp_peer.letters
    assert verified(first.raw, tmp_path, "one") and verified(second.raw, tmp_path, "two")
    with pytest.raises(Invalid, match="signs letters now"):
        stamp.drop(tmp_path, "two")
    stamp.drop(tmp_path, "one")
    assert stamp.selectors(tmp_path) == ["two"]


def test_a_key_is_private_and_a_wrong_selector_is_refused(tmp_path, key):
    assert {path.stat().st_mode & 0o777 for path in (tmp_path / "dkim").iterdir()} == {0o600}
    for wrong in ("one", "../secret", "Ab", "", "a" * 64):
        with pytest.raises(Invalid):
            stamp.make(tmp_path, selector=wrong or "-")
    with pytest.raises(NotFound):
        stamp.use(tmp_path, "three")


def test_the_commands_make_a_key_print_its_record_and_let_it_sign(tmp_path):
    settings = {"home": tmp_path, "mail_from": "Shop <likes@shop.test>"}
    made = afterlike("dkim", "new", "--selector", "autumn", **settings).stdout
    assert "autumn._domainkey.shop.test" in made and "v=DKIM1; k=rsa; p=" in made and "*" not in made
    assert "signs from the next letter on" in afterlike("dkim", "use", "autumn", **settings).stdout
    assert afterlike("dkim", "list", **settings).stdout.startswith("* autumn")
    refused = afterlike("dkim", "drop", "autumn", check=False, **settings)
    assert refused.returncode == 1 and "signs letters now" in refused.stderr


# A letter whose way is told.


def test_a_rehearsal_tells_what_became_of_the_letter(smtp_peer, tmp_path, key):
    told = rehearse(LETTER, way(smtp_peer, tmp_path))
    assert (told.stage, told.signed, told.encrypted) == ("taken", True, False) and len(smtp_peer.letters) == 1


ENDS = {"recipient": ("greets", "550 no such user <ada@people.test>"), "letter": ("answer", "554 looks like spam")}


@pytest.mark.parametrize(("stage", "how"), ENDS.items(), ids=ENDS)
def test_a_rehearsal_tells_where_it_ended_and_names_nobody(smtp_peer, tmp_path, stage, how):
    setattr(smtp_peer, *how)
    told = rehearse(LETTER, way(smtp_peer, tmp_path))
    assert told.stage == stage and told.said.startswith("55") and "ada@" not in told.said


def test_a_rehearsal_with_nobody_there_says_so():
    told = rehearse(LETTER, Way(f"smtp://127.0.0.1:{free_port()}", "likes@shop.test"), patience_s=5)
    assert told.stage == "reach" and "ConnectionRefused" in told.said


def test_a_sign_in_that_is_not_offered_ends_there(smtp_peer):
    told = rehearse(LETTER, Way(smtp_peer.url.replace("//", "//me:secret@"), "likes@shop.test"))
    assert told.stage == "reach" and "secret" not in told.said


def test_the_domain_of_a_sender():
    assert mail.domain_of("Shop <likes@Shop.test>") == "shop.test" and way_out is not None
