"""Conversations and Mail over HTTP: what an admin does there and what comes of it; what strangers wrote does nothing."""

import re
from dataclasses import replace
from types import SimpleNamespace

import pytest
from admin.desk import Reply, hire, ids, shopper_of, signed_in
from conftest import ADMIN
from followup.making import ADA, BEN, agree_there, answer_there, behind

from afterlike import endorsers, tables
from afterlike.clock import now
from cast import CHAIR, LAMP, new_id
from parts.dns import NameServer
from parts.mail import SmtpPeer
from parts.product import Server, make_site
from parts.programs import until

HOSTILE = "\"'><script>alert(1)</script><img src=x onerror=alert(1)>{{91237*7}}"


@pytest.fixture(scope="module")
def server_with_mail(tmp_path_factory):
    peer, names = SmtpPeer(), NameServer()
    peer.start()
    running = Server(tmp_path_factory.mktemp("pages"), smtp_url=peer.url, dns=names.place, mail_from="likes@shop.test")
    try:
        running.start()
        yield SimpleNamespace(server=running, peer=peer, names=names)
    finally:
        running.close()
        peer.close()
        names.close()


@pytest.fixture
def shop(server_with_mail):
    """A new site; `.ada` likes its lamp and may be written to; `.desk` is its owner's, `.viewer` a viewer's."""
    running, peer = server_with_mail.server, server_with_mail.peer
    peer.answer = "250 kept"
    made = make_site(running, origin="https://shop.test", name="Shop", admin=ADMIN)
    hire(running, made.site, email="two@shop.test", role="viewer")
    liked = shopper_of(running, made).like(LAMP)
    shopper_of(running, made).say(liked, {"why": ["look", {"other": HOSTILE}], "have": "wish"})
    shopper_of(running, made).leave(liked, "instagram.com/ada.byron", name="Ada Byron")
    desk, path = signed_in(running, ADMIN), f"/admin/sites/{made.site}"
    like = newest(desk, path)
    ada = replace(ADA, email=f"ada.{made.site}@people.test")
    endorser = agree_there(running, like, ada)
    return SimpleNamespace(
        server=running, peer=peer, made=made, path=path, desk=desk, viewer=signed_in(running, "two@shop.test"), like=like,
        endorser=endorser, ada=ada,
    )


def newest(desk, path: str) -> int:
    return max(map(int, ids(desk.get(f"{path}/endorsements"))))


def write(shop, words: str = "Hello Ada", *, uuid: str | None = None, **more) -> Reply:
    fields = {"like": shop.like, "words": words, "uuid": uuid or new_id()} | more
    return shop.desk.post(f"{shop.path}/conversations", **fields)


def begun(shop, words: str = "Hello Ada") -> str:
    """The path of the conversation that a first letter began."""
    return write(shop, words).to.partition("?")[0]


def mailed(shop, number: int = 1) -> list:
    """What Ada got, once there are at least so many."""
    until(lambda: len(_mailed(shop)) >= number, what=f"{number} letters to Ada")
    return _mailed(shop)


def _mailed(shop) -> list:
    return [letter for letter in shop.peer.letters if letter.recipients == (shop.ada.email,)]


def test_before_writing_the_page_says_who_it_is_and_what_they_agreed_to(shop):
    shown = shop.desk.get(f"{shop.path}/conversations/new?like={shop.like}")
    for words in (
        "Write to Ada Byron", "Reading lamp", "The look", "instagram.com", "given, not checked",
        "Shop may write to me personally by e-mail about what I liked and said.", "You get this because you liked Reading lamp",
        "no postal address so far", "Send the letter",
    ):  # fmt: skip
        assert words in shown.words
    assert shop.ada.email not in shown.text


def test_a_letter_is_written_mailed_answered_and_closed(shop):
    talk = begun(shop, "Hello Ada,\nwhat do you read by it?")
    assert "Your letter is on its way." in shop.desk.get(f"{talk}?done=wrote").words
    assert len(mailed(shop)) == 1
    until(lambda: "Mailed" in shop.desk.get(talk).words, what="the letter noted as mailed")
    answer_there(shop.server, int(talk.rpartition("/")[2]), "A novel.\nThank you!")
    listed = shop.desk.get(f"{shop.path}/conversations")
    assert "Conversations 1 waiting for an answer" in listed.words and "They: A novel." in listed.words
    shown = shop.desk.get(talk)
    assert "Waits for you" in shown.words and "A novel.\nThank you!" in shown.text
    assert shop.desk.post(f"{talk}/messages", words="How nice", uuid=new_id()).status == 303
    assert "Waits for them" in shop.desk.get(talk).words and len(mailed(shop, 2)) == 2
    assert shop.desk.post(f"{talk}/state", state="closed").to == f"{talk}?done=closed"
    assert "Closed" in shop.desk.get(f"{shop.path}/conversations?show=closed").words
    assert "No conversation is open." in shop.desk.get(f"{shop.path}/conversations?show=open").words
    assert "Nobody waits for an answer." in shop.desk.get(f"{shop.path}/conversations?show=waiting").words


def test_a_double_press_is_one_letter(shop):
    uuid = new_id()
    first, second = write(shop, uuid=uuid), write(shop, uuid=uuid)
    assert first.to == second.to
    talk, again = first.to.partition("?")[0], new_id()
    replies = {shop.desk.post(f"{talk}/messages", words="And you?", uuid=again).to for _ in range(2)}
    assert len(replies) == 1 and shop.desk.get(talk).text.count('class="message"') == 2
    until(lambda: shop.desk.get(talk).words.count("Mailed") == 2, what="both letters noted as mailed")
    assert len(mailed(shop)) == 2


def test_who_is_written_to_already_is_shown_their_conversation(shop):
    talk = begun(shop)
    assert shop.desk.get(f"{shop.path}/conversations/new?like={shop.like}").to == talk
    shop.desk.post(f"{talk}/state", state="closed")
    shown = shop.desk.get(f"{shop.path}/conversations/new?like={shop.like}")
    assert shown.status == 200 and "Earlier conversations" in shown.words


def test_who_may_not_be_written_to_is_not_and_the_words_are_given_back(shop):
    with behind(shop.server) as tx:
        endorsers.stop(tx, [endorsers.Stop(endorsers.person(tx, shop.endorser).channel_id, "stop_page", now())])
    shown = shop.desk.get(f"{shop.path}/conversations/new?like={shop.like}")
    assert "They asked not to be written to any more." in shown.words and "<textarea" not in shown.text
    refused = write(shop, "A long letter")
    assert refused.status == 422 and "What you wrote, so that it is not lost A long letter" in refused.words
    with behind(shop.server) as tx:
        assert tx.execute(tables.conversations.select().where(tables.conversations.c.endorser_id == shop.endorser)).all() == []


@pytest.mark.parametrize(("fields", "sentence"), [
    ({"words": " \n"}, "Write something first."), ({"words": "a" * 5001}, "That is longer than 5000 characters."),
    ({"uuid": "one"}, "This form is not whole."),
])  # fmt: skip
def test_a_wrong_form_comes_back_with_what_was_typed(shop, fields, sentence):
    wrong = write(shop, **({"words": "Hello"} | fields))
    assert wrong.status == 422 and sentence in wrong.words and (fields.get("words") or "Hello").strip() in wrong.text


def test_a_form_that_is_not_ours_writes_nothing(shop):
    talk = begun(shop)
    for path, fields in (
        ("/conversations", {"like": shop.like, "words": "x", "uuid": new_id()}), (talk.removeprefix(shop.path) + "/messages", {}),
        (talk.removeprefix(shop.path) + "/state", {"state": "closed"}), ("/mail/1/again", {}), ("/mail/settings", {}),
    ):  # fmt: skip
        assert shop.desk.post(shop.path + path, proof="forged", **fields).status == 403
    assert shop.desk.get(talk).text.count('class="message"') == 1


def test_a_viewer_reads_and_is_not_offered_to_write(shop):
    talk = begun(shop)
    for path in (talk, f"{shop.path}/conversations", f"{shop.path}/mail", f"{shop.path}/endorsements/{shop.like}"):
        shown = shop.viewer.get(path)
        assert shown.status == 200 and "/conversations/new" not in shown.text
        assert set(re.findall(r'<form[^>]*method="post" action="([^"]+)"', shown.text)) == {"/admin/sign-out"}
    assert "/conversations/new" in shop.desk.get(f"{shop.path}/endorsements").text


def test_a_like_of_a_stranger_has_no_way_to_write(shop):
    shopper_of(shop.server, shop.made, BEN.visitor).like(CHAIR)
    stranger = newest(shop.desk, shop.path)
    shown = shop.desk.get(f"{shop.path}/endorsements/{stranger}")
    assert "They have not agreed to be written to." in shown.words and "/conversations/new" not in shown.text
    assert "They have left no address." in shop.desk.get(f"{shop.path}/conversations/new?like={stranger}").words


NOWHERE = [
    "conversations/999999", "conversations/99999999999999999999", "endorsements/99999999999999999999", "conversations/new",
    "conversations/new?like=999999", "conversations/new?like=0x1",
]  # fmt: skip


@pytest.mark.parametrize("path", NOWHERE)
def test_what_is_not_there_is_not_found(shop, path):
    assert shop.desk.get(f"{shop.path}/{path}").status == 404


@pytest.mark.parametrize("query", ["show=nonsense", "page=0", "page=-1", "page=x", "show=all&page=1"])
def test_rubbish_in_the_address_shows_the_list(shop, query):
    assert shop.desk.get(f"{shop.path}/conversations?{query}").status == 200
    assert shop.desk.get(f"{shop.path}/conversations?page=99").to.endswith("show=all&page=1")


def test_hostile_words_are_text(shop):
    talk = begun(shop, HOSTILE)
    answer_there(shop.server, int(talk.rpartition("/")[2]), HOSTILE)
    for path in (talk, f"{shop.path}/conversations", f"{shop.path}/conversations/new?like={shop.like}"):
        text = shop.desk.get(path).text
        assert "<script>alert" not in text and "<img src=x" not in text and str(91237 * 7) not in text


def test_a_refused_letter_stands_on_the_mail_list_and_is_tried_again(shop):
    shop.peer.answer = f"550 5.1.1 <{shop.ada.email}> has no mailbox here"
    talk = begun(shop)
    until(lambda: "Try again" in shop.desk.get(f"{shop.path}/mail").words, what="the failed letter")
    shown = shop.desk.get(f"{shop.path}/mail")
    assert "550 5.1.1" in shown.words and "somebody who likes Reading lamp" in shown.words and f'href="{talk}"' in shown.text
    told = shop.desk.get(talk)
    assert shop.ada.email not in shown.text + told.text and "Not mailed so far: 550 5.1.1" in told.words
    shop.peer.answer = "250 kept"
    [again] = re.findall(r'action="([^"]+/again)"', shown.text)
    assert shop.desk.post(again).to.endswith("/mail?done=again")
    until(lambda: "Mailed" in shop.desk.get(talk).words, what="the letter mailed at last")
    assert len(mailed(shop)) == 1 and shop.desk.post(again).to.endswith("/mail?done=not")
    shown = shop.desk.get(f"{shop.path}/mail").words
    assert "Nothing failed." in shown and "Letters 1 mailed in 7 days" in shown


def test_an_owner_gives_the_notices_that_stand_in_every_letter(shop):
    fields = {"privacy_url": " https://shop.test/privacy ", "postal_address": f"Shop\r\n 1  High Street {HOSTILE}\n\n\n"}
    assert shop.desk.post(f"{shop.path}/mail/settings", **fields).to.endswith("/mail?done=saved")
    shown = shop.desk.get(f"{shop.path}/mail")
    assert 'value="https://shop.test/privacy"' in shown.text and "<script>alert" not in shown.text
    assert "High Street" in shop.viewer.get(f"{shop.path}/mail").words
    begun(shop)
    [letter] = mailed(shop)
    assert b"shop.test/privacy" in letter.raw and b"High Street" in letter.raw


WRONG = {
    "a script": {"privacy_url": "javascript:alert(1)"},
    "no address": {"privacy_url": "our privacy page"},
    "too long": {"privacy_url": "https://shop.test/" + "a" * 600},
    "too many lines": {"postal_address": "a\n" * 9},
    "too long a place": {"postal_address": "a" * 501},
}


@pytest.mark.parametrize("fields", WRONG.values(), ids=WRONG)
def test_a_notice_that_cannot_be_shown_comes_back_with_a_sentence(shop, fields):
    wrong = shop.desk.post(f"{shop.path}/mail/settings", **({"privacy_url": "", "postal_address": ""} | fields))
    [typed] = fields.values()
    assert wrong.status == 422 and 'aria-invalid="true"' in wrong.text and typed.strip()[:60] in wrong.text
    assert "none yet" in shop.viewer.get(f"{shop.path}/mail").words


def test_a_test_letter_tells_in_plain_words_how_far_it_came(shop):
    told = shop.desk.post(f"{shop.path}/mail/test").words
    assert "The mail server took it." in told and "not encrypted" in told and "not signed" in told
    assert any(ADMIN in letter.recipients and b"test letter" in letter.raw for letter in shop.peer.letters)
    shop.peer.answer = f"554 5.7.1 not from <{ADMIN}>"
    told = shop.desk.post(f"{shop.path}/mail/test")
    assert "refused the letter itself. It said: 554 5.7.1" in told.words and f"&lt;{ADMIN}" not in told.text


def test_what_name_servers_say_about_our_mail_is_looked_up_on_a_press(shop, server_with_mail):
    names, path = server_with_mail.names.names, f"{shop.path}/mail"
    names |= {"shop.test": [f'v=spf1 a:127.0.0.1 {HOSTILE[:20]} -all'], "_dmarc.shop.test": ["v=DMARC1; p=none"]}
    assert shop.viewer.post(f"{path}/names").status == 403
    assert shop.desk.post(f"{path}/names").to == f"{path}?done=asked#names-title"
    until(lambda: "Looked up" in shop.desk.get(path).words, what="what the name servers say")
    told = shop.viewer.get(path)
    assert "Good: SPF shop.test says" in told.words and "see to it that this names 127.0.0.1" in told.words
    assert "To do: DKIM no key signs letters" in told.words and "p=quarantine protects better" in told.words
    assert "<script>" not in told.text and "Look now" not in told.words


def test_saved_replies_over_http(shop):
    path = f"{shop.path}/conversations/replies"
    assert "No saved reply yet" in shop.viewer.get(path).words
    assert shop.desk.post(path, name="Thanks", words=HOSTILE).to == f"{path}?done=saved"
    wrong = shop.desk.post(path, name="Thanks", words="Again")
    assert wrong.status == 422 and "Another saved reply has this name." in wrong.words and "Again" in wrong.text
    shown = shop.viewer.get(path)
    assert "<script>alert" not in shown.text and 'method="post" action="/admin/sites' not in shown.text
    assert "<script>alert" not in shop.desk.get(begun(shop)).text
