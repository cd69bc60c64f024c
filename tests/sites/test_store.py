"""Sites, keys and admins as rows: secrets are hashes, links work once, what is withdrawn is withdrawn."""

from types import SimpleNamespace

import pytest
import sqlalchemy as sa
from ground.making import NOW, Aside, opened

from afterlike import sites, tables
from afterlike.clock import DAY, HOUR
from afterlike.db import Database
from afterlike.errors import Invalid
from afterlike.signing import token_hash
from afterlike.sites import admins, sessions

ADDRESS = "https://likes.shop.test"


@pytest.fixture
def database(database_url):
    with opened(database_url) as made:
        yield made


@pytest.fixture
def tx(database):
    with database.engine.begin() as tx:
        yield tx


def shop(tx, *origins: str, name: str = "Shop") -> sites.Site:
    return sites.add_site(tx, name=name, origins=origins or ["https://shop.test"], now=NOW)


def test_a_site_is_found_by_its_key_only(tx):
    made = shop(tx, "https://shop.test/", "HTTPS://Shop.test", "https://*.wild.test")
    assert made.origins == {"https://shop.test", "https://*.wild.test"}
    assert sites.site_named(tx, made.key) == made
    for other in ("", made.key.upper(), made.key + " ", "nobody", "\0", "%", made.key[:-1]):
        assert sites.site_named(tx, other) is None


def test_keys_of_sites_are_hard_to_guess_and_names_are_needed(tx):
    assert len({shop(tx).key for _ in range(20)}) == 20
    with pytest.raises(Invalid) as told:
        shop(tx, name="  ")
    assert list(told.value.fields) == ["name"]


def test_a_site_with_a_wrong_origin_is_not_made(database):
    with pytest.raises(Invalid) as told, database.engine.begin() as tx:
        shop(tx, "https://shop.test", "https://*")
    assert list(told.value.fields) == ["origin"]
    with database.read() as tx:
        assert sites.count(tx) == 0


def test_origins_are_exactly_those_that_were_set_last(tx):
    made, other = shop(tx, "https://a.test", "https://b.test"), shop(tx)
    sites.set_origins(tx, made.id, ["https://b.test", "https://c.test", "https://c.test/"])
    assert sites.site_named(tx, made.key).origins == {"https://b.test", "https://c.test"}
    sites.set_origins(tx, made.id, [])
    assert sites.site_named(tx, made.key).origins == set()
    assert sites.site_named(tx, other.key).origins == {"https://shop.test"}


def test_notices_are_kept_plain_and_taken_back(tx):
    made, other = shop(tx), shop(tx)
    sites.set_notices(tx, [(made.id, " https://Shop.test/privacy#who ", "The Shop\r\n\n 1  High\tStreet \0\x07\n")])
    kept = sites.site_named(tx, made.key)
    assert (kept.privacy_url, kept.postal_address) == ("https://shop.test/privacy#who", "The Shop\n1 High Street")
    sites.set_notices(tx, [(made.id, " ", "\n")])
    kept = sites.site_of(tx, made.id)
    assert kept.privacy_url is kept.postal_address is sites.site_of(tx, other.id).privacy_url is None


@pytest.mark.parametrize(("field", "notices"), [
    ("privacy_url", ("javascript:alert(1)", "")), ("privacy_url", ("shop.test/privacy", "")),
    ("privacy_url", ("https://shop.test/" + "a" * 500, "")), ("postal_address", ("", "a\n" * 9)),
    ("postal_address", ("", "a" * 501)),
])  # fmt: skip
def test_a_notice_that_cannot_be_shown_is_refused(tx, field, notices):
    made = shop(tx)
    with pytest.raises(Invalid) as told:
        sites.set_notices(tx, [(made.id, *notices)])
    assert list(told.value.fields) == [field]


def house(database: Database) -> SimpleNamespace:
    return SimpleNamespace(db=database, state={})


def test_an_api_key_opens_its_site_until_it_is_revoked(database):
    with database.engine.begin() as tx:
        made, other = shop(tx), shop(tx)
        key = sites.add_api_key(tx, made.id, NOW)
        [row] = tx.execute(sa.select(tables.api_keys)).all()
    assert sites.holder_of(house(database), key) == made.id
    assert sites.holder_of(house(database), key + "x") is sites.holder_of(house(database), "") is None
    assert key not in str(row) and row.hash == token_hash(key) and row.last4 == key[-4:]
    with database.engine.begin() as tx:
        assert not sites.revoke_api_key(tx, other.id, row.id, NOW)  # another site's
        assert sites.revoke_api_key(tx, made.id, row.id, NOW)
        assert not sites.revoke_api_key(tx, made.id, row.id, NOW)
    assert sites.holder_of(house(database), key) is None


def test_what_is_not_there_is_not_remembered(database):
    """A tag that is pasted before its site is registered works as soon as it is."""
    one = house(database)
    assert sites.site_by_key(one, "later") is None
    with database.engine.begin() as tx:
        sites.add_site(tx, name="Later", origins=[], now=NOW, key="later")
    assert sites.site_by_key(one, "later").name == "Later"


# Admins.


def admin(tx, email: str = "ada@shop.test", role: str = "owner") -> int:
    return sites.add_admin(tx, email=email, site_id=shop(tx).id, role=role, now=NOW)


def test_an_admin_is_one_person_however_they_write_themselves(tx):
    assert admin(tx, " Ada@Shop.Test ") == admin(tx, "ada@shop.test")
    assert [row.email for row in tx.execute(sa.select(tables.admins))] == ["ada@shop.test"]


def test_a_role_is_the_last_one_given(tx):
    made = shop(tx)
    for role in ("viewer", "owner"):
        sites.add_admin(tx, email="ada@shop.test", site_id=made.id, role=role, now=NOW)
    assert [row.role for row in tx.execute(sa.select(tables.roles))] == ["owner"]


def test_a_role_that_is_none_is_refused(tx):
    with pytest.raises(sa.exc.IntegrityError), tx.begin_nested():
        admin(tx, role="king")


@pytest.mark.parametrize(
    "email", ["", "ada", "@shop.test", "ada@", "a b@shop.test", "ada@shop.test\nBcc: x", "a\0@shop.test", "a" * 250 + "@b.test"]
)
def test_an_address_that_cannot_be_one_is_refused(tx, email):
    with pytest.raises(Invalid) as told:
        admin(tx, email)
    assert list(told.value.fields) == ["email"]


def token_of(link: str) -> str:
    assert link.startswith(f"{ADDRESS}/admin/sign-in/")
    return link.rpartition("/")[2]


def link(tx, admin_id: int, **more) -> str:
    return token_of(sites.new_sign_in_link(tx, admin_id, address=ADDRESS, now=NOW, **more))


def session_of(tx, admin_id: int) -> str:
    return sessions.begin(tx, sessions.Beginning(admin_id, "password", NOW, NOW + HOUR))


def test_a_link_signs_in_once(tx):
    who = admin(tx)
    token = link(tx, who)
    assert admins.link_holder(tx, token, NOW) == admins.link_holder(tx, token, NOW) == who  # looking uses nothing up
    assert admins.use_links(tx, [(token, NOW)]) == [who] and admins.use_links(tx, [(token, NOW)]) == [None]
    assert admins.link_holder(tx, token, NOW) is None


def test_a_link_that_two_press_at_once_signs_in_one(database):
    with database.engine.begin() as tx:
        token = link(tx, admin(tx))
    presses = [Aside(lambda: database.write(admins.use_links, (token, NOW))) for _ in range(12)]
    assert sum(press.result() is not None for press in presses) == 1


def test_a_link_ends(tx):
    who = admin(tx)
    short, long = link(tx, who), link(tx, who, lives=DAY)
    later = NOW + admins.LINK_LIVES
    assert admins.link_holder(tx, short, later - 1) == who and admins.link_holder(tx, short, later) is None
    assert admins.use_links(tx, [(short, later)]) == [None]
    assert admins.use_links(tx, [(long, later)]) == [who]
    assert admins.use_links(tx, [("forged", NOW), ("", NOW)]) == [None, None]


def test_links_and_sessions_are_kept_as_hashes(tx):
    who = admin(tx)
    token, session = link(tx, who), session_of(tx, who)
    kept = [row.token_hash for table in (tables.sign_in_links, tables.sessions) for row in tx.execute(sa.select(table))]
    assert kept == [token_hash(token), token_hash(session)]


def test_only_an_admin_gets_a_link(tx):
    admin(tx)
    made, nothing = sites.links_for(tx, [("ada@shop.test", ADDRESS, NOW), ("ben@shop.test", ADDRESS, NOW)])
    assert token_of(made) and nothing is None


def test_a_password_signs_in_and_a_new_one_ends_the_other_sessions(database):
    with database.engine.begin() as tx:
        who = admin(tx)
        here, there = session_of(tx, who), session_of(tx, who)
        sites.set_password(tx, [(who, sites.hashed_password("correct horse battery"), here)])
        left = [row.token_hash for row in tx.execute(sa.select(tables.sessions))]
    assert left == [token_hash(here)] and here != there
    assert admins.admin_with_password(database, " ADA@shop.test", "correct horse battery") == who
    for email, password in (
        ("ada@shop.test", "wrong"),
        ("ada@shop.test", ""),
        ("ben@shop.test", "correct horse battery"),
        ("ada@shop.test", "correct horse battery" * 100),
        ("ada\0@shop.test\0x", "correct horse\0battery"),
    ):
        assert admins.admin_with_password(database, email, password) is None


@pytest.mark.parametrize("password", ["", "short", "x" * 11, "x" * 201])
def test_a_password_has_a_length(password):
    with pytest.raises(Invalid) as told:
        sites.hashed_password(password)
    assert list(told.value.fields) == ["password"]


def test_what_ended_long_ago_is_swept_and_the_rest_is_left(tx):
    who = admin(tx)
    link(tx, who)
    session_of(tx, who)
    assert sites.sweep(tx, [NOW + HOUR + DAY]) == [0]
    assert sites.sweep(tx, [NOW + HOUR + DAY + 1]) == [2]
