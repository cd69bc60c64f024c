"""Admins of a site: invited once by mail, roles changed and taken away, and always an owner."""

import email
import email.policy
import re

import pytest
import sqlalchemy as sa
from admin.desk import Desk, hire, signed_in
from conftest import ADMIN
from followup.making import behind
from ground.making import NOW, Aside, opened

from afterlike import sites, tables
from afterlike.clock import DAY
from afterlike.errors import Invalid, NotFound
from afterlike.sites import invitations
from afterlike.sites.team import set_role, team
from parts.programs import until

EVE = "eve@shop.test"


@pytest.fixture
def database(database_url):
    with opened(database_url) as made:
        yield made


def shop(tx, *owners: str) -> tuple[int, list[int]]:
    site = sites.add_site(tx, name="Shop", origins=[], now=NOW)
    return site.id, [sites.add_admin(tx, email=email, site_id=site.id, role="owner", now=NOW) for email in owners]


def test_a_site_keeps_an_owner_whoever_is_quicker(database):
    with database.engine.begin() as tx:
        here, owners = shop(tx, "ada@shop.test", "ben@shop.test")
    tries = [Aside(lambda who=who: database.write(set_role, (here, who, None))) for who in owners]
    outcomes = []
    for one in tries:
        try:
            outcomes.append(one.result())
        except Invalid as last:
            outcomes.append(last.sentence)
    assert True in outcomes and "A site needs an owner. Make somebody else one first." in outcomes
    with database.read() as tx:
        assert [row.role for row in team(tx, here)] == ["owner"]


def test_only_roles_of_this_site_are_changed(database):
    with database.engine.begin() as tx:
        here, [ada] = shop(tx, "ada@shop.test")
        there, [ben] = shop(tx, "ben@shop.test")
        with pytest.raises(NotFound):
            set_role(tx, [(here, ben, "viewer")])
        with pytest.raises(Invalid):
            set_role(tx, [(here, ada, "king")])
        with pytest.raises(Invalid):
            set_role(tx, [(here, ada, "editor")])
        assert set_role(tx, [(here, ada, "owner")]) == [False]


def invite(tx, site_id: int, by: int, address: str = EVE, role: str = "editor", at: int = NOW) -> int:
    return invitations.invite(tx, [invitations.Wish(site_id, address, role, by, at)])[0]


def token(tx, invitation: int, at: int = NOW) -> str:
    [(_, _, link)] = invitations.prepare(tx, [(invitation, "https://likes.shop.test", at)])
    return link.removeprefix("https://likes.shop.test/admin/invitations/")


def test_an_invitation_works_once_and_gives_its_role_alone(database):
    with database.engine.begin() as tx:
        here, [ada] = shop(tx, "ada@shop.test")
        word = token(tx, invite(tx, here, ada, " Eve@Shop.test"))
        assert invitations.invited(tx, word, NOW).email == EVE
        [eve] = invitations.accept(tx, [(word, NOW)])
        assert [(row.id, row.role) for row in team(tx, here)] == [(ada, "owner"), (eve, "editor")]
        assert invitations.accept(tx, [(word, NOW), ("", NOW), ("forged", NOW)]) == [None] * 3
        with pytest.raises(Invalid, match="has a role here"):
            invite(tx, here, ada)


ENDS = {
    "too old": lambda tx, here, one: None,
    "taken back": lambda tx, here, one: invitations.revoke(tx, [(here, one, NOW)]),
    "mailed again": lambda tx, here, one: (invitations.mail_again(tx, [(here, one, NOW)]), token(tx, one)),
    "invited again": lambda tx, here, one: invite(tx, here, 1),
}


@pytest.mark.parametrize("end", ENDS.values(), ids=ENDS)
def test_an_invitation_ends(database, end):
    with database.engine.begin() as tx:
        here, [ada] = shop(tx, "ada@shop.test")
        one = invite(tx, here, ada)
        word = token(tx, one)
        end(tx, here, one)
        late = NOW if end is not ENDS["too old"] else NOW + 7 * DAY
        assert invitations.invited(tx, word, late) is None and invitations.accept(tx, [(word, late)]) == [None]


def test_the_address_of_an_old_invitation_is_forgotten(database):
    with database.engine.begin() as tx:
        here, [ada] = shop(tx, "ada@shop.test")
        invite(tx, here, ada)
        assert sites.sweep(tx, [NOW + 37 * DAY]) == [0] and sites.sweep(tx, [NOW + 37 * DAY + 1]) == [1]


def test_of_two_who_press_at_once_one_gets_in(database):
    with database.engine.begin() as tx:
        here, [ada] = shop(tx, "ada@shop.test")
        word = token(tx, invite(tx, here, ada))
    presses = [Aside(lambda: database.write(invitations.accept, (word, NOW))) for _ in range(8)]
    assert sum(press.result() is not None for press in presses) == 1


@pytest.mark.parametrize(("address", "role"), [("eve", "editor"), (EVE, "king"), (EVE, "")])
def test_what_is_no_address_or_no_role_is_not_invited(database, address, role):
    with database.engine.begin() as tx:
        here, [ada] = shop(tx, "ada@shop.test")
        with pytest.raises(Invalid):
            invite(tx, here, ada, address, role)


# Through the door.


def test_somebody_is_invited_by_mail_and_comes_in(server, site, smtp_peer):
    running = server(smtp_url=smtp_peer.url)
    made = site(running)
    owner = signed_in(running, ADMIN)
    admins = f"/admin/sites/{made.site}/admins"
    assert owner.post(admins, email=EVE, role="viewer").to == f"{admins}?done=invited"
    [letter] = smtp_peer.wait_for(1)
    text = email.message_from_bytes(letter.raw, policy=email.policy.default).get_content()
    link = re.search(r"http\S+/admin/invitations/\S+", text)[0]
    assert letter.recipients == (EVE,)
    until(lambda: "mailed" in owner.get(admins).words, what="the list to say so")
    assert link.rpartition("/")[2] not in owner.get(admins).text, "whoever invites saw the link"
    eve = Desk(running.url)
    shown = [eve.get(link) for _ in range(2)][1]
    assert shown.status == 200 and EVE in shown.words and shown.headers["Referrer-Policy"] == "no-referrer"
    assert eve.post(link, proof=shown.proof).to == "/admin/"
    assert eve.get(f"/admin/sites/{made.site}/endorsements").status == 200 and eve.get(admins).status == 403
    assert Desk(running.url).get(link).status == 410
    assert "Accepted an invitation" in owner.get(f"/admin/sites/{made.site}/audit").words


def test_without_mail_the_command_prints_the_link(collector):
    owner = signed_in(collector.server, ADMIN)
    admins = f"/admin/sites/{collector.site}/admins"
    owner.post(admins, email="joe@shop.test", role="viewer")
    until(lambda: "sign-in-link" in owner.get(admins).words, what="the list to say what to do")
    link = collector.server.tell("sign-in-link", "joe@shop.test").strip()
    joe = Desk(collector.url)
    assert joe.post(link, proof=joe.get(link).proof).to == "/admin/"


def test_a_role_is_taken_away_at_once(collector):
    hire(collector.server, collector.site, email="mia@shop.test", role="owner")
    mia, owner = signed_in(collector.server, "mia@shop.test"), signed_in(collector.server, ADMIN)
    admins = f"/admin/sites/{collector.site}/admins"
    with behind(collector.server) as tx:
        ids = dict(tx.execute(sa.select(tables.admins.c.email, tables.admins.c.id)).all())
    assert owner.post(f"{admins}/{ids['mia@shop.test']}/role", role="viewer").to == f"{admins}?done=role"
    assert mia.get(admins).status == 403
    assert owner.post(f"{admins}/{ids['mia@shop.test']}/remove").to == f"{admins}?done=removed"
    assert mia.get(f"/admin/sites/{collector.site}/endorsements").status == 404
    refused = owner.post(f"{admins}/{ids[ADMIN]}/remove")
    assert refused.status == 422 and "A site needs an owner" in refused.words
