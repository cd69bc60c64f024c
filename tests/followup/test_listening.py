"""The listener of `afterlike inbound`, a real process, with a real SMTP client on the other side."""

import signal
import smtplib
import socket
import ssl
from types import SimpleNamespace

import pytest
import sqlalchemy as sa
import trustme
from admin.desk import ask, ids, shopper_of, signed_in
from conftest import ADMIN
from followup.making import agree_there, behind
from followup.posting import DOMAIN, hand_over, raw, reply_address

from afterlike import followup, tables
from afterlike.clock import now
from afterlike.signing import keyring
from cast import ADA
from parts.dns import NameServer
from parts.product import Server, make_site
from parts.programs import answers, free_port, until


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    """A shop that wrote to Ada, and beside it the listener."""
    home, port, status, names = tmp_path_factory.mktemp("inbound"), free_port(), free_port(), NameServer()
    names.names |= {"people.test": ["v=spf1 ip4:127.0.0.9 -all"], "_dmarc.people.test": ["v=DMARC1; p=reject"]}
    settings = {
        "dns": names.place, "reply_domain": DOMAIN, "inbound_bind": f"127.0.0.1:{port}", "inbound_max_kb": 64,
        "inbound_connections": 3, "inbound_seconds": 5, "work_in_serve": 0, "log_level": "info",
        "inbound_status": f"127.0.0.1:{status}", "metrics_token": "t" * 32,
    }
    serving = Server(home, **settings)
    try:
        serving.start()
        shop = make_site(serving, origin="https://shop.test", name="Shop", admin=ADMIN)
        shopper_of(serving, shop, ADA).like()
        like = max(map(int, ids(signed_in(serving, ADMIN).get(f"/admin/sites/{shop.site}/endorsements"))))
        endorser = agree_there(serving, like)
        with behind(serving) as tx:
            site_id = tx.scalar(sa.select(tables.sites.c.id))
            [talk] = followup.begin(tx, [followup.Beginning(site_id, like, 1, b"1" * 16, "Hello Ada", now())])
    finally:
        serving.close()
    listener = Server(home, "inbound", **settings)
    ring = keyring(home, secret_keys=(), pepper=())
    address = reply_address(talk, ring)
    where = {"home": home, "port": port, "status": f"http://127.0.0.1:{status}"}
    yield SimpleNamespace(**where, listener=listener, talk=talk, address=address, endorser=endorser)
    listener.close()
    names.close()


@pytest.fixture
def listening(town):
    if not town.listener.running:
        town.listener.start(wait=False)
        town.listener.program.wait_for(lambda: answers(town.port), what="the listener", within_s=60)
    return town


def kept(town) -> list[str]:
    with behind(town.listener) as tx:
        messages = tables.messages.c
        return list(tx.scalars(sa.select(messages.words).where(messages.author == "endorser").order_by(messages.id)))


def test_an_answer_is_kept_before_it_is_acknowledged_and_survives_a_kill(listening):
    assert hand_over(listening.port, raw("Kept.", message_id="<kept@b>"), listening.address).code == 250
    listening.listener.kill()
    assert "Kept." in kept(listening)


def test_who_brought_it_is_looked_at_and_a_relay_of_ours_tells_nothing(listening):
    for of, wanted in (("127.0.0.9", "spf"), ("127.0.0.8", "failed"), ("127.0.0.1", "nobody")):
        words = f"From {of}."
        assert hand_over(listening.port, raw(words, message_id=f"<{of}@b>"), listening.address, of=of).code == 250
        with behind(listening.listener) as tx:
            messages = tables.messages.c
            assert tx.scalar(sa.select(messages.vouched).where(messages.words == words)) == wanted


def test_the_case_of_an_address_means_nothing(listening):
    assert hand_over(listening.port, raw("Loud.", message_id="<loud@b>"), listening.address.upper()).code == 250
    assert "Loud." in kept(listening)


def test_forged_and_foreign_addresses_are_refused_at_once(listening):
    before = kept(listening)
    for address in (f"r+{'a' * 28}@{DOMAIN}", listening.address.replace(DOMAIN, "elsewhere.test"), f"ana@{DOMAIN}"):
        assert hand_over(listening.port, raw(), address).code == 550
    assert kept(listening) == before


def test_a_letter_that_is_too_large_is_refused(listening):
    assert hand_over(listening.port, raw("a\n" * 40_000, message_id="<large@b>"), listening.address).code == 552


def test_one_connection_too_many_is_asked_to_come_later(listening):
    held = [socket.create_connection(("127.0.0.1", listening.port)) for _ in range(3)]
    assert all(one.recv(100).startswith(b"220") for one in held)
    with socket.create_connection(("127.0.0.1", listening.port)) as one_more:
        assert one_more.recv(100).startswith(b"421")
    for one in held:
        one.close()
    mail = raw("Room.", message_id="<room@b>")
    until(lambda: hand_over(listening.port, mail, listening.address).code == 250, what="room again")


def test_who_says_nothing_is_shown_out(listening):
    with socket.create_connection(("127.0.0.1", listening.port), timeout=30) as silent:
        assert silent.recv(100).startswith(b"220")
        assert b"221" in silent.recv(200) or silent.recv(200) == b""


def test_what_a_machine_wrote_is_acknowledged_and_not_kept(listening):
    before = kept(listening)
    assert hand_over(listening.port, raw(Auto_Submitted="auto-replied", message_id="<away@b>"), listening.address).code == 250
    assert hand_over(listening.port, raw(message_id="<empty@b>"), listening.address, sender="").code == 250
    assert kept(listening) == before


def counted(town) -> dict[str, float]:
    lines = ask("GET", f"{town.status}/metrics").text.splitlines()
    return {name: float(value) for name, _, value in (line.rpartition(" ") for line in lines if line.startswith("afterlike_"))}


def test_it_says_how_it_is_doing(listening):
    """What it took and refused since it was started, by reason, as Prometheus wants it; and that its ways are open."""
    before = counted(listening)
    hand_over(listening.port, raw("Counted.", message_id="<counted@b>"), listening.address)
    hand_over(listening.port, raw("Counted.", message_id="<counted@b>"), listening.address)
    hand_over(listening.port, raw(), f"ana@{DOMAIN}")
    hand_over(listening.port, raw(Auto_Submitted="auto-replied", message_id="<away2@b>"), listening.address)
    after = counted(listening)
    for name in (
        'mail_in_total{for="answer",outcome="taken"}', 'mail_in_total{for="answer",outcome="again"}',
        'mail_in_total{for="nobody",outcome="token"}', 'mail_in_total{for="answer",outcome="auto"}',
        'mail_sender_total{vouched="nobody"}',
    ):
        assert after[f"afterlike_{name}"] == before.get(f"afterlike_{name}", 0) + 1, name
    connections = 'afterlike_mail_connections_total{outcome="open"}'
    assert after[connections] == before[connections] + 4
    assert ask("GET", f"{listening.status}/healthz").json == {"status": "ok"}
    assert ask("GET", f"{listening.status}/readyz").json == {"status": "ready"}
    assert ask("GET", f"{listening.status}/else").status == 404


def test_it_ends_when_it_is_told_to(listening):
    listening.listener.program.send(signal.SIGTERM)
    until(lambda: not listening.listener.running, within_s=20, what="the listener to end")
    assert listening.listener.stop() == 0 and "Traceback" not in listening.listener.log


def test_mail_is_handed_over_encrypted_where_there_is_a_certificate(tmp_path):
    authority, port = trustme.CA(), free_port()
    authority.issue_cert(DOMAIN).private_key_and_cert_chain_pem.write_to_path(tmp_path / "both.pem")
    settings = {"reply_domain": DOMAIN, "inbound_bind": f"127.0.0.1:{port}", "inbound_cert": tmp_path / "both.pem"}
    safe = Server(tmp_path / "home", "inbound", **settings).start(wait=False)
    trusting = ssl.create_default_context()
    authority.configure_trust(trusting)
    try:
        safe.program.wait_for(lambda: answers(port), what="the listener", within_s=60)
        with smtplib.SMTP("127.0.0.1", port, timeout=20) as server:
            server._host = DOMAIN  # whom the certificate is for; there is no such name in the tests' world
            assert server.starttls(context=trusting)[0] == 220
            assert server.ehlo("people.test")[0] == 250 and server.rcpt(f"ana@{DOMAIN}")[0] == 503
    finally:
        safe.close()


def test_without_a_reply_domain_it_says_what_to_do(tmp_path):
    lost = Server(tmp_path, "inbound").start(wait=False)
    try:
        assert lost.program.process.wait(60) == 1 and "AFTERLIKE_REPLY_DOMAIN" in lost.log
    finally:
        lost.close()
