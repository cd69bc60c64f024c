"""Every setting can be read by its default, and a wrong value is told in a sentence that names it."""

import pytest

from afterlike.config import SETTINGS, SettingError, load
from parts.product import afterlike

WRONG = {
    "AFTERLIKE_BIND": ("8000", "127.0.0.1", "127.0.0.1:web", ":8000", "127.0.0.1:70000"),
    "AFTERLIKE_PUBLIC_URL": ("likes.shop.test", "ftp://likes.shop.test", "https://"),
    "AFTERLIKE_DATABASE_URL": ("mysql://a/b", "afterlike.db"),
    "AFTERLIKE_SECRET": ("short", "a" * 32 + ",short"),
    "AFTERLIKE_PEPPER": ("short",),
    "AFTERLIKE_WORKERS": ("two", "-1", "1.5", "²", ""),
    "AFTERLIKE_THREADS": ("many", "-1"),
    "AFTERLIKE_WORK_IN_SERVE": ("maybe", "2", ""),
    "AFTERLIKE_TRUSTED_PROXIES": ("everybody", "10.0.0.0/33", "10.0.0.1;10.0.0.2"),
    "AFTERLIKE_DNS": ("ns.shop.test:53", "127.0.0.1", "127.0.0.1:dns"),
    "AFTERLIKE_FETCH_ALLOW": ("shop.internal", "https://shop.internal:8443", "shop.internal:8443;b:80", "a:80,b"),
    "AFTERLIKE_LIMIT_VISITOR": ("120", "0/minute", "a/minute", "120/fortnight", "-1/minute"),
    "AFTERLIKE_LIMIT_NETWORK": ("120 a minute",),
    "AFTERLIKE_LIMIT_SIGN_IN": ("10/5",),
    "AFTERLIKE_LIMIT_OPT_IN": ("60",),
    "AFTERLIKE_EXTENSIONS": ("short", "abcdefghijklmnopabcdefghijklmnoq", "chrome-extension://abcdefghijklmnopabcdefghijklmnop"),
    "AFTERLIKE_UNCLAIMED": ("", "yes", "keep,any"),
    "AFTERLIKE_LIMIT_INSTALL": ("20",),
    "AFTERLIKE_LIMIT_UNCLAIMED": ("many",),
    "AFTERLIKE_CONFIRM_HOURS": ("a day",),
    "AFTERLIKE_LINK_HOURS": ("1.5",),
    "AFTERLIKE_ME_DAYS": ("-1",),
    "AFTERLIKE_PENDING_KEPT_DAYS": ("week",),
    "AFTERLIKE_MAIL_KEPT_DAYS": ("month",),
    "AFTERLIKE_VISITS_KEPT_DAYS": ("for ever",),
    "AFTERLIKE_WRITE_PATIENCE": ("soon",),
    "AFTERLIKE_BATCH_PAUSE_US": ("1ms",),
    "AFTERLIKE_SESSION_HOURS": ("two weeks",),
    "AFTERLIKE_DROPS_KEPT_DAYS": ("forever",),
    "AFTERLIKE_REDIS_URL": ("localhost:6379", "http://localhost"),
    "AFTERLIKE_SMTP_URL": ("localhost", "smtp://", "http://localhost", "smtp://localhost:99999"),
    "AFTERLIKE_REPLY_DOMAIN": ("ana@shop.test", "https://shop.test", "reply shop.test", "reply..test"),
    "AFTERLIKE_INBOUND_BIND": ("8025", "127.0.0.1", "127.0.0.1:mail"),
    "AFTERLIKE_INBOUND_STATUS": ("8026", "127.0.0.1", "127.0.0.1:health"),
    "AFTERLIKE_INBOUND_TRUSTED": ("mx.shop.test", "10.0.0.0/99"),
    "AFTERLIKE_INBOUND_AUTHSERV": ("mx.shop.test; none", "two names"),
    "AFTERLIKE_INBOUND_MAX_KB": ("5 MB",),
    "AFTERLIKE_INBOUND_CONNECTIONS": ("many",),
    "AFTERLIKE_INBOUND_SECONDS": ("a minute",),
    "AFTERLIKE_IMAP_URL": ("mail.shop.test", "http://me:x@mail.shop.test", "imaps://mail.shop.test", "imap://me@mail.shop.test:0"),
    "AFTERLIKE_IMAP_SECONDS": ("often",),
    "AFTERLIKE_BOUNCES_HARD": ("once",),
    "AFTERLIKE_BOUNCES_SOFT": ("-1",),
    "AFTERLIKE_BOUNCES_DAYS": ("a month",),
    "AFTERLIKE_LIVE_SECONDS": ("soon",),
    "AFTERLIKE_LOG_LEVEL": ("loud", ""),
}
# Any text will do there; whether it is right shows when it is used.
FREE = {
    "AFTERLIKE_HOME", "AFTERLIKE_MAIL_FROM", "AFTERLIKE_METRICS_TOKEN", "AFTERLIKE_INBOUND_CERT", "AFTERLIKE_INBOUND_KEY",
}


@pytest.mark.parametrize(("name", "value"), [(name, value) for name, values in WRONG.items() for value in values])
def test_a_wrong_value_is_told_with_the_name_of_its_setting(name, value):
    with pytest.raises(SettingError) as told:
        load({name: value})
    assert name in str(told.value)


def test_every_setting_is_in_one_of_these_tables():
    assert {setting.name for setting in SETTINGS} == WRONG.keys() | FREE


def test_a_secret_is_not_repeated_in_its_error():
    for name in ("AFTERLIKE_SECRET", "AFTERLIKE_PEPPER"):
        with pytest.raises(SettingError) as told:
            load({name: "hunter2"})
        assert "hunter2" not in str(told.value)


@pytest.mark.parametrize("setting", SETTINGS, ids=[setting.name for setting in SETTINGS])
def test_a_default_can_be_read_and_is_what_nothing_means(setting):
    assert (
        setting.read(setting.default) == getattr(load({setting.name: setting.default}), setting.attribute)
        or setting.attribute == "database_url"
    )
    assert setting.meaning and setting.name.startswith("AFTERLIKE_")


def test_settings_are_read_as_what_they_are():
    made = load(
        {
            "AFTERLIKE_LIMIT_SIGN_IN": "10 / 5 minutes",
            "AFTERLIKE_TRUSTED_PROXIES": "127.0.0.1, 10.0.0.0/8,",
            "AFTERLIKE_WORK_IN_SERVE": "No",
            "AFTERLIKE_SECRET": f"{'a' * 32}, {'b' * 32}",
            "AFTERLIKE_PUBLIC_URL": "https://likes.shop.test/",
            "AFTERLIKE_EXTENSIONS": f"{'a' * 32}, {'p' * 32},",
            "AFTERLIKE_UNCLAIMED": " Any ",
            "AFTERLIKE_FETCH_ALLOW": "Shop.internal:8443, 127.0.0.1:80,",
            "AFTERLIKE_DNS": "[::1]:5353",
        }
    )
    assert made.extensions == {"a" * 32, "p" * 32} and made.unclaimed == "any"
    assert made.limit_sign_in == (10, 300) and made.work_in_serve is False and made.secret == ("a" * 32, "b" * 32)
    assert [str(network) for network in made.trusted_proxies] == ["127.0.0.1/32", "10.0.0.0/8"]
    assert made.address == "https://likes.shop.test" and made.dns == "[::1]:5353"
    assert made.fetch_allow == {"shop.internal:8443", "127.0.0.1:80"}
    with pytest.raises(AttributeError):
        made.no_such_setting  # noqa: B018


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("postgres://a/b", "postgresql+psycopg://a/b"),
        ("postgresql://a/b", "postgresql+psycopg://a/b"),
        ("sqlite:////tmp/a.db", "sqlite:////tmp/a.db"),
    ],
)
def test_a_database_may_be_named_the_usual_way(typed, kept):
    assert load({"AFTERLIKE_DATABASE_URL": typed}).database_url == kept


def test_nothing_secret_is_in_what_a_config_says_of_itself():
    assert "a" * 32 not in repr(load({"AFTERLIKE_SECRET": "a" * 32}))


def test_the_server_says_it_in_one_sentence_and_does_not_start(tmp_path):
    ran = afterlike("serve", home=tmp_path, check=False, workers="two")
    assert ran.returncode == 1
    assert ran.stderr.strip().splitlines() == ["Error: AFTERLIKE_WORKERS must be a whole number, 0 or more (it is 'two')"]
