"""The rim: headers on every answer, errors told in one way, nobody believed who was not named; S11 and S16."""

import re

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from afterlike import config, errors
from afterlike.app import FACES, close_house, create_app
from afterlike.clock import now
from afterlike.migrate import migrate
from afterlike.web import STATUS, network
from parts.programs import until

STRANGER = "203.0.113.9"


def made(home, **settings) -> Flask:
    """The product as a WSGI app that never listens: `made(home, limit_visitor="5/hour")`."""
    named = {f"AFTERLIKE_{name.upper()}": str(value) for name, value in settings.items()}
    read = config.load({"AFTERLIKE_HOME": str(home), **named})
    migrate(read.database_url, read.folder)
    return create_app(read)


@pytest.fixture
def app(tmp_path):
    """`app(limit_visitor="5/hour")`: as `made`, closed at the end."""
    apps = []

    def make(**settings):
        apps.append(made(tmp_path / "home", **settings))
        return apps[-1]

    yield make
    for one in apps:
        close_house(one.extensions["afterlike"])


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    """One app with the settings it is born with."""
    app = made(tmp_path_factory.mktemp("home"))
    yield app.test_client()
    close_house(app.extensions["afterlike"])


def asked(client: FlaskClient, method: str, path: str, *, peer: str = "127.0.0.1", **headers):
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return client.open(path, method=method, headers=named, environ_base={"REMOTE_ADDR": peer})


# S16.

ROUTES = sorted({(face.method, re.sub(r"<[^>]+>", "1", face.path)) for face in FACES})
WRONG = [
    ("GET", "/nothing"),
    ("GET", "/v1/nothing"),
    ("PATCH", "/v1/likes"),
    ("DELETE", "/admin/"),
    ("GET", "/static/nothing.js"),
    ("HEAD", "/healthz"),
    ("OPTIONS", "/v1/likes"),
    ("OPTIONS", "/admin/"),
    ("TRACE", "/"),
    ("PROPFIND", "/v1/likes"),
    ("GET", "/admin"),
    ("GET", "/static/../../etc/passwd"),
    ("GET", "/static/widget/..%2f..%2ftables.py"),
    ("POST", "/admin/sign-in/1/2"),
]


def is_guarded(answer) -> None:
    """Every header that every answer has; and no word of how we are made."""
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "frame-ancestors 'none'" in policy and "base-uri 'none'" in policy
    assert "unsafe" not in policy and "*" not in policy
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["X-Frame-Options"] == "DENY"
    assert answer.headers["Referrer-Policy"] in ("strict-origin-when-cross-origin", "no-referrer")  # the latter beside tokens
    assert re.fullmatch(r"[0-9a-f]{16}", answer.headers["X-Request-Id"])
    assert "Server" not in answer.headers or "Werkzeug" not in answer.headers["Server"]
    for cookie in answer.headers.getlist("Set-Cookie"):
        assert (
            cookie.startswith("__Host-")
            and "Secure" in cookie
            and "HttpOnly" in cookie
            and "SameSite=" in cookie
            and "Path=/" in cookie
        )
    assert b"Traceback" not in answer.data and b'File "' not in answer.data and b"sqlalchemy" not in answer.data.lower()


@pytest.mark.parametrize(("method", "path"), [*ROUTES, *WRONG], ids=lambda part: part)
def test_every_answer_is_guarded(client, method, path):
    answer = asked(client, method, path, Accept="text/html")
    assert answer.status_code < 500
    is_guarded(answer)


def test_a_fault_of_ours_is_guarded_and_tells_nothing(app, caplog):
    broken = app()
    broken.add_url_rule("/v1/broken", "broken", lambda: 1 / 0)
    broken.add_url_rule("/broken", "broken page", lambda: 1 / 0)
    client = broken.test_client()
    for path in ("/v1/broken", "/broken"):
        answer = asked(client, "GET", path, Accept="text/html")
        assert answer.status_code == 500
        is_guarded(answer)
        assert b"division" not in answer.data and b"on our side" in answer.data
        assert answer.headers["X-Request-Id"] in caplog.text
    assert "ZeroDivisionError" in caplog.text


def test_too_big_a_form_is_guarded(client):
    answer = client.post(
        "/admin/sign-in",
        data=b"a=" + b"1" * 100_000,
        content_type="application/x-www-form-urlencoded",
        headers={"Accept": "text/html"},
    )
    assert answer.status_code == 413
    is_guarded(answer)


def test_each_request_has_an_id_of_its_own_that_nobody_chooses(client):
    ids = {asked(client, "GET", "/healthz", X_Request_Id="mine").headers["X-Request-Id"] for _ in range(50)}
    assert len(ids) == 50 and "mine" not in ids


# Errors.


@pytest.mark.parametrize("kind", STATUS, ids=lambda kind: kind.__name__)
def test_an_error_has_one_status_and_says_it_to_people_and_programs(app, kind):
    broken = app()

    def fails():
        raise kind()

    broken.add_url_rule("/v1/fails", "fails", fails)
    broken.add_url_rule("/fails", "fails page", fails)
    client = broken.test_client()
    told = asked(client, "GET", "/v1/fails", Accept="text/html")
    assert told.status_code == STATUS[kind] and told.mimetype == "application/problem+json"
    assert told.json["status"] == STATUS[kind] and told.json["reason"] == kind.reason and told.json["detail"] == kind.sentence
    page = asked(client, "GET", "/fails", Accept="text/html,*/*")
    assert page.status_code == STATUS[kind] and page.mimetype == "text/html" and "no-store" in page.headers["Cache-Control"]
    assert asked(client, "GET", "/fails", Accept="application/json").mimetype == "application/problem+json"
    assert ("Retry-After" in told.headers) == issubclass(kind, errors.TooMany | errors.Unavailable)


def test_every_error_has_a_status():
    def below(kind):
        return [kind, *(deeper for one in kind.__subclasses__() for deeper in below(one))]

    assert all(any(kind in STATUS for kind in error.__mro__) for error in below(errors.AfterlikeError))
    assert len({kind.reason for kind in STATUS}) == len(STATUS)


def test_a_wrong_method_says_which_are_right(client):
    answer = asked(client, "GET", "/v1/likes")
    assert answer.status_code == 405 and set(answer.headers["Allow"].split(", ")) == {"POST", "OPTIONS"}
    assert answer.json["reason"] == "method_not_allowed"


def test_a_missing_page_and_a_missing_row_are_told_in_the_same_words(client):
    assert asked(client, "GET", "/v1/nothing").json["detail"] == errors.NotFound.sentence


# S11: who is believed about where a request came from.

PROXIES = {"trusted_proxies": "127.0.0.1/32,10.0.0.0/8"}


@pytest.mark.parametrize(
    ("peer", "forwarded", "settings", "open_to"),
    [
        ("127.0.0.1", None, {}, True),
        (STRANGER, None, {}, False),
        (STRANGER, "127.0.0.1", {}, False),
        ("127.0.0.1", "127.0.0.1", {}, False),
        ("127.0.0.1", STRANGER, {}, False),
        ("::1", None, {}, True),
        ("127.0.0.1", STRANGER, PROXIES, False),
        ("127.0.0.1", None, PROXIES, True),
        ("127.0.0.1", f"127.0.0.1, {STRANGER}", PROXIES, False),
        ("10.1.2.3", "127.0.0.1", PROXIES, True),
        (STRANGER, "127.0.0.1", PROXIES, False),
        ("127.0.0.1", "rubbish", PROXIES, False),
        ("10.1.2.3", None, PROXIES, False),
        ("::ffff:127.0.0.1", None, {}, True),
    ],
    ids=str,
)
def test_metrics_are_for_this_machine(app, peer, forwarded, settings, open_to):
    headers = {} if forwarded is None else {"X_Forwarded_For": forwarded}
    answer = asked(app(**settings).test_client(), "GET", "/metrics", peer=peer, **headers)
    assert answer.status_code == (200 if open_to else 404)
    assert (b"afterlike_requests_total" in answer.data) is open_to


@pytest.mark.parametrize(
    ("token", "sent", "open_to"),
    [
        ("s3cret", "Bearer s3cret", True),
        ("s3cret", "Bearer wrong", False),
        ("s3cret", "s3cret", False),
        ("", "Bearer ", False),
        ("s3cret", None, False),
        ("s3cret", "Bearer é", False),
    ],
)
def test_metrics_are_for_who_has_the_token(app, token, sent, open_to):
    headers = {} if sent is None else {"Authorization": sent}
    answer = asked(app(metrics_token=token).test_client(), "GET", "/metrics", peer=STRANGER, **headers)
    assert answer.status_code == (200 if open_to else 404)


@pytest.mark.parametrize(
    "host", ["evil.test", "evil.test:80", "shop.test@evil.test", "127.0.0.1:8000.evil.test", "", "[::1", "a b"]
)
def test_a_forged_host_gets_into_no_link(app, host):
    client = app(public_url="https://likes.shop.test").test_client()
    for path in ("/", "/admin/", "/admin/sign-in", "/v1/nothing", "/nothing", "/admin", "/v1/openapi.json"):
        answer = asked(
            client, "GET", path, Host=host, X_Forwarded_Host="evil.test", X_Forwarded_Proto="https", Accept="text/html"
        )
        assert answer.status_code < 500
        assert b"evil" not in answer.data and "evil" not in answer.headers.get("Location", "")


@pytest.mark.parametrize(
    "path", ["//evil.test/admin", "/\\evil.test/admin", "/admin/sites//evil.test", "//evil.test/%2e%2e/admin"]
)
def test_a_path_does_not_become_a_host(client, path):
    location = asked(client, "GET", path, Accept="text/html").headers.get("Location", "/")
    assert location.startswith("/") and not location.startswith(("//", "/\\"))


def test_a_forged_host_gets_into_no_mail(server, site, smtp_peer):
    """The link in a mail is built from the settings, whatever the request said of itself."""
    made = server(smtp_url=smtp_peer.url, public_url="https://likes.shop.test", mail_from="Likes <likes@shop.test>")
    site(made, admin="ada@shop.test")
    engine = sa.create_engine(f"sqlite:///{made.home / 'afterlike.db'}")
    with engine.begin() as tx:
        tx.execute(
            sa.text(
                "INSERT INTO outbox (kind, payload, state, tries, due_at, made_at) "
                "VALUES ('sign_in', :payload, 'waiting', 0, :at, :at)"
            ),
            {"payload": '{"email": "ada@shop.test"}', "at": now()},
        )
    engine.dispose()
    [letter] = smtp_peer.wait_for(1, within_s=30)
    links = re.findall(rb"https?://[^\s=]+", letter.raw)
    assert links and all(link.startswith(b"https://likes.shop.test/admin/sign-in/") for link in links)


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("2001:db8:1:2:3::4", "2001:db8:1:2::/64"),
        ("127.0.0.1", None),
        ("127.8.9.1", None),
        ("::1", None),
        ("rubbish", "unreadable"),
        ("", "unreadable"),
        ("999.1.1.1", "unreadable"),
        ("::ffff:203.0.113.9", "203.0.113.9"),
    ],
)
def test_a_network_is_an_address_or_a_home(address, counted):
    assert network(address) == counted


# Alive and ready.


def test_alive_is_not_ready_without_its_database(server, postgres, empty_postgres):
    made = server(new=True, database_url=empty_postgres)
    postgres.kill()
    try:
        assert not made.ready() and made.running
    finally:
        postgres.start()
    until(made.ready, what="it to be ready again", within_s=30)
