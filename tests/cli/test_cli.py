"""The command: what it prints is what a program or a person needs, and what goes wrong is one sentence and exit code 1."""

import json
import re
import stat

import pytest
import sqlalchemy as sa
from endorsers.town import ANA, leave, open_town

from afterlike import tables
from afterlike.prompts import default_flows
from parts.product import afterlike
from parts.programs import free_port

INIT = ("init", "--name", "Shop", "--origin", "https://shop.test", "--admin", "Ada@Shop.test")
FLOW = {"key": "sizes", "cards": [{"key": "fit", "type": "yes_no", "title": "Does it fit?"}]}


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """A home with one site in it."""
    made = tmp_path_factory.mktemp("home")
    (made / "told.json").write_text(afterlike(*INIT, "--json", home=made).stdout)
    return made


@pytest.fixture(scope="module")
def told(home) -> dict:
    """What `afterlike init --json` printed."""
    return json.loads((home / "told.json").read_text())


def rows(home, table: sa.Table) -> list[sa.Row]:
    engine = sa.create_engine(f"sqlite:///{home / 'afterlike.db'}")
    with engine.connect() as tx:
        found = tx.execute(sa.select(table)).all()
    engine.dispose()
    return found


def failed(*arguments: str, home, **settings) -> str:
    """The one sentence that a failing command leaves with."""
    ran = afterlike(*arguments, home=home, check=False, **settings)
    assert ran.returncode == 1, ran
    assert "Traceback" not in ran.stderr and ran.stdout == ""
    assert ran.stderr.startswith("Error: ")
    return ran.stderr.removeprefix("Error: ").strip()


def test_init_prints_what_a_program_needs_and_nothing_else(told):
    assert told.keys() == {"site", "api_key", "sign_in_url"}
    assert re.fullmatch("[0-9a-f]{16}", told["site"]) and told["api_key"].startswith("alk_")
    assert told["sign_in_url"].startswith("http://127.0.0.1:8000/admin/sign-in/")


def test_init_keeps_secrets_as_hashes_and_the_home_to_itself(home, told):
    kept = (home / "afterlike.db").read_bytes() + b"".join(path.read_bytes() for path in home.glob("afterlike.db-*"))
    assert told["api_key"].encode() not in kept
    assert told["sign_in_url"].rpartition("/")[2].encode() not in kept
    assert {stat.S_IMODE((home / name).stat().st_mode) for name in ("secret", "pepper")} == {0o600}


def test_init_makes_an_owner_and_the_first_flows(home):
    assert [row.email for row in rows(home, tables.admins)] == ["ada@shop.test"]
    assert [row.role for row in rows(home, tables.roles)] == ["owner"]
    running = [(flow["key"], "running") for flow in default_flows()]
    assert running == [("welcome", "running"), ("meet", "running")]
    assert [(row.key, row.state) for row in rows(home, tables.prompts)] == running


def test_init_tells_a_person_where_things_go(tmp_path):
    said = afterlike(*INIT, "--origin", "https://*.shop.test", home=tmp_path, public_url="https://likes.shop.test/").stdout
    [site] = rows(tmp_path, tables.sites)
    assert f'<script async src="https://likes.shop.test/w.js?site={site.key}" data-site="{site.key}"></script>' in said
    assert "https://likes.shop.test/admin/sign-in/" in said and "alk_" in said
    assert {row.origin for row in rows(tmp_path, tables.site_origins)} == {"https://shop.test", "https://*.shop.test"}


def test_a_second_site_may_have_the_same_admin(tmp_path):
    for _ in range(2):
        afterlike(*INIT, home=tmp_path)
    assert len(rows(tmp_path, tables.admins)) == 1 and len(rows(tmp_path, tables.roles)) == 2


WRONG = {
    "an origin with a path": (("--origin", "https://shop.test/a"), "origin"),
    "an origin without a scheme": (("--origin", "shop.test"), "origin"),
    "every origin": (("--origin", "*"), "origin"),
    "no address": (("--admin", "ada"), "e-mail"),
    "an address with a line end": (("--admin", "a@b\nc"), "e-mail"),
    "no name": (("--name", " "), "name"),
}


@pytest.mark.parametrize(("wrong", "named"), WRONG.values(), ids=WRONG)
def test_init_refuses_in_a_sentence_and_keeps_nothing(tmp_path, wrong, named):
    assert named in failed(*INIT, *wrong, home=tmp_path)
    assert rows(tmp_path, tables.sites) == rows(tmp_path, tables.admins) == []


def test_a_sign_in_link_is_for_admins(home):
    assert re.fullmatch(
        r"http://127\.0\.0\.1:8000/admin/sign-in/\S{32}\n", afterlike("sign-in-link", " ADA@shop.test ", home=home).stdout
    )
    assert "is not an admin" in failed("sign-in-link", "ben@shop.test", home=home)


# Flows.


def written(folder, value) -> str:
    path = folder / "flow.json"
    path.write_text(value if isinstance(value, str) else json.dumps(value))
    return str(path)


def test_a_good_flow_is_told_to_be_one(home, tmp_path):
    said = afterlike("flows", "check", written(tmp_path, FLOW), home=home).stdout
    assert said.startswith(f"{tmp_path / 'flow.json'} is a flow: sizes") and "fit" in said


def test_a_flow_is_loaded_and_changed_by_versions(home, told, tmp_path):
    load = ("flows", "load", written(tmp_path, FLOW), "--site", told["site"])
    assert "version 1" in afterlike(*load, home=home).stdout
    assert "nothing changed" in afterlike(*load, home=home).stdout
    written(tmp_path, FLOW | {"name": "Other"})
    assert "version 2" in afterlike(*load, home=home).stdout


BAD_FLOWS = {
    "no JSON": ("{", "not JSON"),
    "too deep": ("[" * 100_000, "not JSON"),
    "a list": ([], "object"),
    "no cards": ({"key": "a"}, "cards"),
    "a typo": (FLOW | {"crads": []}, "crads"),
    "an unknown card": ({"key": "a", "cards": [{"key": "b", "type": "fax", "title": "?"}]}, "cards.0.type"),
    "bytes": ("\x00", "not JSON"),
}


@pytest.mark.parametrize(("value", "named"), BAD_FLOWS.values(), ids=BAD_FLOWS)
def test_a_bad_flow_is_told_where_it_is_wrong(home, told, tmp_path, value, named):
    before = len(rows(home, tables.prompt_versions))
    for command in (("check", written(tmp_path, value)), ("load", written(tmp_path, value), "--site", told["site"])):
        assert named in failed("flows", *command, home=home)
    assert len(rows(home, tables.prompt_versions)) == before


def test_a_file_that_is_no_text_is_told_too(home, tmp_path):
    (tmp_path / "flow.json").write_bytes(b"\xff\xfe{}")
    assert "not JSON" in failed("flows", "check", str(tmp_path / "flow.json"), home=home)


def test_a_flow_is_loaded_on_a_site_that_is_there(home, tmp_path):
    assert "No site has the key nobody" in failed("flows", "load", written(tmp_path, FLOW), "--site", "nobody", home=home)


# The rest.


def test_origins_are_listed_added_and_removed(home, told):
    def listed(*changes: str) -> list[str]:
        return afterlike("origins", "--site", told["site"], *changes, home=home).stdout.split()

    assert listed() == ["https://shop.test"]
    assert listed("--add", "https://*.Wild.test/", "--add", "http://localhost:3000") == [
        "http://localhost:3000",
        "https://*.wild.test",
        "https://shop.test",
    ]
    assert listed("--remove", "HTTPS://*.wild.test", "--remove", "http://localhost:3000/") == ["https://shop.test"]
    assert "origin" in failed("origins", "--site", told["site"], "--add", "https://*", home=home)
    assert "No site has the key nobody" in failed("origins", "--site", "nobody", home=home)
    assert listed() == ["https://shop.test"]


def test_the_key_that_signs_orders_is_printed(home, told):
    first, again = (afterlike("order-key", "--site", told["site"], home=home).stdout for _ in range(2))
    assert first == again and re.fullmatch("[a-z2-7]{32}\n", first)
    assert "No site has the key nobody" in failed("order-key", "--site", "nobody", home=home)


def test_a_secret_of_the_settings_is_rotated_in_the_settings(tmp_path):
    assert "AFTERLIKE_SECRET" in failed("rotate-secret", home=tmp_path, secret="s" * 40)


def test_a_rotation_keeps_two(tmp_path):
    seen = []
    for _ in range(3):
        afterlike("rotate-secret", home=tmp_path)
        seen.append((tmp_path / "secret").read_text().split())
    assert [len(one) for one in seen] == [2, 2, 2] and seen[2][1] == seen[1][0]


def test_the_doctor_finds_a_healthy_house(home):
    said = afterlike("doctor", home=home).stdout
    assert "BAD" not in said and "the database answers (SQLite)" in said and "1 site" in said


ILL = {
    "no site": ({}, "no site yet"),
    "no mail server": ({"smtp_url": "smtp://127.0.0.1:{port}"}, "AFTERLIKE_SMTP_URL"),
}


@pytest.mark.parametrize(("settings", "named"), ILL.values(), ids=ILL)
def test_the_doctor_says_what_is_wrong(tmp_path, settings, named):
    ran = afterlike(
        "doctor", home=tmp_path, check=False, **{name: value.format(port=free_port()) for name, value in settings.items()}
    )
    assert ran.returncode == 1 and "Traceback" not in ran.stderr
    assert any(line.startswith("BAD") and named in line for line in ran.stdout.splitlines())


def test_the_doctor_hears_the_mail_server(home, smtp_peer):
    assert "the mail server answers" in afterlike("doctor", home=home, smtp_url=smtp_peer.url).stdout


def test_the_doctor_does_not_look_inside_our_own_network(home):
    ran = afterlike("doctor", "--page", f"http://127.0.0.1:{free_port()}/", home=home, check=False)
    assert ran.returncode == 1 and "Traceback" not in ran.stderr


AWAY = {"init": INIT, "doctor": ("doctor",), "serve": ("serve",), "a link": ("sign-in-link", "ada@shop.test")}


@pytest.mark.parametrize("command", AWAY.values(), ids=AWAY)
def test_a_database_that_is_away_is_a_sentence(tmp_path, command):
    ran = afterlike(*command, home=tmp_path, check=False, database_url=f"postgresql://afterlike@127.0.0.1:{free_port()}/none")
    assert ran.returncode == 1 and "Traceback" not in ran.stderr, ran.stderr[-600:]
    assert "database" in ran.stderr + ran.stdout


@pytest.mark.parametrize("command", AWAY.values(), ids=AWAY)
def test_a_wrong_setting_is_a_sentence(tmp_path, command):
    assert failed(*command, home=tmp_path, threads="many").startswith("AFTERLIKE_THREADS must be")


def test_a_home_that_cannot_be_is_a_sentence(tmp_path):
    (tmp_path / "file").write_text("in the way")
    ran = afterlike(*INIT, home=tmp_path, check=False, AFTERLIKE_HOME=tmp_path / "file")
    assert ran.returncode == 1 and "Traceback" not in ran.stderr, ran.stderr[-600:]


def test_a_port_that_is_taken_is_told(server):
    made = server(new=True)
    ran = afterlike("serve", home=made.home, check=False, bind=f"127.0.0.1:{made.port}")
    assert ran.returncode != 0 and "in use" in ran.stderr


@pytest.fixture
def peopled(tmp_path, smtp_peer):
    """A home in which Ana liked, asked for letters and confirmed; and the key of its site."""
    home = tmp_path / "home"
    town = open_town(home, f"sqlite:///{home / 'afterlike.db'}", smtp_peer)
    town.member()
    leave(town)
    return home, town.site.key


def test_a_person_is_exported_and_erased_by_their_address(peopled):
    home, key = peopled
    about = ("--site", key, "--address", ANA.upper())
    assert json.loads(afterlike("export", *about, home=home).stdout)["site"]["key"] == key
    told = afterlike("erase", *about, "--yes", home=home).stdout
    assert "addresses: 1" in told and "Erased." in told
    assert failed("export", *about, home=home) == "Shop knows nobody with this address."
    assert ANA.encode() not in b"".join(path.read_bytes() for path in home.rglob("*") if path.is_file())


def test_an_erasure_asks_first_and_does_nothing_without_a_yes(peopled):
    home, key = peopled
    about = ("--site", key, "--address", ANA)
    assert afterlike("erase", *about, home=home, check=False).returncode == 1
    assert ANA in afterlike("export", *about, home=home).stdout


@pytest.mark.parametrize("command", ["export", "erase"])
def test_who_is_not_there_is_told_in_a_sentence(peopled, command):
    home, key = peopled
    assert failed(command, "--site", "nowhere", "--address", ANA, home=home) == "No site has the key nowhere."
    assert "you@example.com" in failed(command, "--site", key, "--address", "ana", home=home)


def test_the_doctor_finds_a_ledger_that_was_changed(peopled):
    home, _ = peopled
    assert "ok   the consent ledger of Shop is whole" in afterlike("doctor", home=home).stdout
    engine = sa.create_engine(f"sqlite:///{home / 'afterlike.db'}")
    with engine.begin() as tx:
        tx.exec_driver_sql("DROP TRIGGER consent_events_no_update")
        tx.exec_driver_sql("UPDATE consent_events SET purpose = 'community' WHERE id = 2")
    engine.dispose()
    ran = afterlike("doctor", home=home, check=False)
    assert ran.returncode == 1 and "BAD  the consent ledger of Shop is broken: row 2 was changed" in ran.stdout
