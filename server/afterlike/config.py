"""Every setting on one page: name, default, how it is read, what it means. docs/settings.md repeats this list."""

import ipaddress
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit


class SettingError(ValueError):
    """A setting cannot be read; the text names it and says what it should look like."""


def _text(value: str) -> str:
    return value.strip()


def _whole(value: str) -> int:
    if not value.strip().isdigit():
        raise ValueError("must be a whole number, 0 or more")
    return int(value)


def _yes(value: str) -> bool:
    if value.strip().lower() not in {"0", "1", "yes", "no", "true", "false"}:
        raise ValueError("must be 1 or 0")
    return value.strip().lower() in {"1", "yes", "true"}


def _bind(value: str) -> str:
    host, _, port = value.strip().rpartition(":")
    if not host or not port.isdigit() or int(port) > 65535:
        raise ValueError("must be host:port, for example 127.0.0.1:8000")
    return value.strip()


def _resolver(value: str) -> str:
    if value.strip():
        ipaddress.ip_address(_bind(value).rpartition(":")[0].strip("[]"))
    return value.strip()


def _places(value: str) -> frozenset[str]:
    places = frozenset(part.strip().lower() for part in value.split(",") if part.strip())
    if any(not re.fullmatch(r"[\w.:-]+:\d{1,5}", place) for place in places):
        raise ValueError("must be host:port, several with commas between, for example shop.internal:8443")
    return places


def _networks(value: str) -> tuple:
    return tuple(ipaddress.ip_network(part.strip(), strict=False) for part in value.split(",") if part.strip())


def _secrets(value: str) -> tuple[str, ...]:
    keys = tuple(part.strip() for part in value.split(",") if part.strip())
    if any(len(key) < 32 for key in keys):
        raise ValueError("every secret must have at least 32 characters; make one with: openssl rand -hex 32")
    return keys


def _rate(value: str) -> tuple[int, int]:
    found = re.fullmatch(r"\s*(\d+)\s*/\s*(\d*)\s*(second|minute|hour|day)s?\s*", value)
    if not found or int(found[1]) < 1:
        raise ValueError("must look like 60/minute or 10/5minutes")
    seconds = {"second": 1, "minute": 60, "hour": 3600, "day": 86400}[found[3]]
    return int(found[1]), seconds * int(found[2] or 1)


def _redis(value: str) -> str:
    if value.strip() and not value.strip().startswith(("redis://", "rediss://", "unix://")):
        raise ValueError("must look like redis://host:6379/0")
    return value.strip()


def _smtp(value: str) -> str:
    parts = urlsplit(value.strip())
    if value.strip() and (parts.scheme not in {"smtp", "smtps"} or not parts.hostname or parts.port == 0):
        raise ValueError("must look like smtp://user:password@host:587 or smtps://host:465")
    return value.strip()


def _listener(value: str) -> str:
    return _bind(value) if value.strip() else ""


def _domain(value: str) -> str:
    if value.strip() and not re.fullmatch(r"[a-z0-9-]{1,63}(\.[a-z0-9-]{1,63})*", value.strip().lower()):
        raise ValueError("must be a domain, for example reply.shop.example")
    return value.strip().lower()


def _name(value: str) -> str:
    if re.search(r"[\s;,\"()]", value.strip()):
        raise ValueError("must be one name, for example mx.shop.example")
    return value.strip().lower()


def _imap(value: str) -> str:
    parts = urlsplit(value.strip())
    if value.strip() and (parts.scheme not in {"imap", "imaps"} or not parts.hostname or not parts.username or parts.port == 0):
        raise ValueError("must look like imaps://user:password@host/INBOX")
    return value.strip()


def _extensions(value: str) -> frozenset[str]:
    ids = frozenset(part.strip() for part in value.split(",") if part.strip())
    if any(not re.fullmatch("[a-p]{32}", one) for one in ids):
        raise ValueError("must be ids of Chrome extensions, 32 letters from a to p each, with commas between")
    return ids


def _unclaimed(value: str) -> str:
    if value.strip().lower() not in {"keep", "any", "refuse"}:
        raise ValueError("must be keep, any or refuse")
    return value.strip().lower()


def _level(value: str) -> str:
    if value.strip().lower() not in {"debug", "info", "warning", "error"}:
        raise ValueError("must be debug, info, warning or error")
    return value.strip().upper()


def _web(value: str) -> str:
    parts = urlsplit(value.strip())
    if value.strip() and (parts.scheme not in {"http", "https"} or not parts.netloc):
        raise ValueError("must be an address like https://likes.shop.example")
    return value.strip().rstrip("/")


@dataclass(frozen=True)
class Setting:
    name: str
    default: str
    read: Callable[[str], Any]
    meaning: str

    @property
    def attribute(self) -> str:
        return self.name.removeprefix("AFTERLIKE_").lower()

    @property
    def may_hold_a_secret(self) -> bool:
        return any(word in self.name for word in ("SECRET", "PEPPER", "TOKEN", "URL"))


SETTINGS = (
    Setting("AFTERLIKE_BIND", "127.0.0.1:8000", _bind, "where the collector listens, host:port"),
    Setting("AFTERLIKE_HOME", "./var", _text, "folder of the database, the secrets and the logs' neighbours; mode 0700"),
    Setting(
        "AFTERLIKE_PUBLIC_URL",
        "",
        _web,
        "how visitors reach the collector; empty: http:// and AFTERLIKE_BIND. "
        "Links in mail are built from it, never from a request's Host",
    ),
    Setting("AFTERLIKE_DATABASE_URL", "", _text, "empty: SQLite in AFTERLIKE_HOME; else postgresql://user:password@host/name"),
    Setting(
        "AFTERLIKE_REDIS_URL",
        "",
        _redis,
        "empty: limits are counted in memory; else redis://host:6379/0 shares them between processes",
    ),
    Setting(
        "AFTERLIKE_SMTP_URL",
        "",
        _smtp,
        "empty: no mail leaves; else smtp://user:password@host:587 (STARTTLS where offered) or smtps://…:465",
    ),
    Setting("AFTERLIKE_MAIL_FROM", "Afterlike <afterlike@localhost>", _text, "the sender of mail"),
    Setting(
        "AFTERLIKE_REPLY_DOMAIN",
        "",
        _domain,
        "the domain whose mail reaches `afterlike inbound`; letters are answered, and come back, to addresses there. "
        "Empty: people answer on their own page only, and nobody learns what came back",
    ),
    Setting(
        "AFTERLIKE_INBOUND_BIND", "127.0.0.1:8025", _listener,
        "where `afterlike inbound` takes mail by SMTP, host:port; empty: it does not listen",
    ),
    Setting(
        "AFTERLIKE_INBOUND_CERT", "", _text,
        "a file with the certificate and its chain, so that mail can be handed over encrypted (STARTTLS)",
    ),
    Setting("AFTERLIKE_INBOUND_KEY", "", _text, "the file with its key; empty: it stands in the same file"),
    Setting(
        "AFTERLIKE_INBOUND_STATUS", "", _listener,
        "where `afterlike inbound` answers GET /healthz, /readyz and /metrics, host:port; empty: nowhere",
    ),
    Setting(
        "AFTERLIKE_INBOUND_TRUSTED", "127.0.0.1/32,::1/128", _networks,
        "networks of mail servers of yours that hand mail on; their address tells nothing about who sent it",
    ),
    Setting(
        "AFTERLIKE_INBOUND_AUTHSERV", "", _name,
        "the name under which such a mail server, or the mailbox's, writes Authentication-Results; empty: those are not believed",
    ),
    Setting("AFTERLIKE_INBOUND_MAX_KB", "5120", _whole, "larger mail is refused before it is read"),
    Setting("AFTERLIKE_INBOUND_CONNECTIONS", "20", _whole, "how many may hand over mail at a time; more are asked to come later"),
    Setting("AFTERLIKE_INBOUND_SECONDS", "60", _whole, "after this a connection that brings nothing more is closed"),
    Setting(
        "AFTERLIKE_IMAP_URL", "", _imap,
        "a mailbox that `afterlike inbound` reads as well: imaps://user:password@host/INBOX. Empty: none",
    ),
    Setting(
        "AFTERLIKE_IMAP_SECONDS", "300", _whole, "the mailbox is looked into at least this often, and at once where it says so"
    ),
    Setting(
        "AFTERLIKE_BOUNCES_HARD", "1", _whole,
        "so many letters that came back for good, and an address is not written to any more; 0: never",
    ),
    Setting(
        "AFTERLIKE_BOUNCES_SOFT", "5", _whole, "the same for those that came back because a mailbox was full or a server busy"
    ),
    Setting("AFTERLIKE_BOUNCES_DAYS", "30", _whole, "within so many days"),
    Setting(
        "AFTERLIKE_SECRET",
        "",
        _secrets,
        "signs links and tokens; empty: made at first start in AFTERLIKE_HOME/secret. "
        "Several, newest first, with commas: the old ones are still read",
    ),
    Setting(
        "AFTERLIKE_PEPPER",
        "",
        _secrets,
        "keys the hashes of visitors; never changes. Empty: made at first start in "
        "AFTERLIKE_HOME/pepper; set it when several machines share one database",
    ),
    Setting("AFTERLIKE_WORKERS", "0", _whole, "web processes; 0: one on SQLite, one per core on PostgreSQL"),
    Setting("AFTERLIKE_THREADS", "16", _whole, "threads in each web process"),
    Setting("AFTERLIKE_LIVE_SECONDS", "25", _whole, "how long a live view of the admin's Home stays open before it asks again"),
    Setting("AFTERLIKE_WORK_IN_SERVE", "1", _yes, "1: `serve` also does the background work; 0: run `afterlike work` beside it"),
    Setting(
        "AFTERLIKE_TRUSTED_PROXIES",
        "",
        _networks,
        "networks whose X-Forwarded-For is believed, for example 127.0.0.1/32,10.0.0.0/8",
    ),
    Setting("AFTERLIKE_DNS", "", _resolver, "empty: claims on origins ask the system's name servers; else one of yours, IP:port"),
    Setting(
        "AFTERLIKE_FETCH_ALLOW",
        "",
        _places,
        "host:port, with commas between, that may be fetched in spite of a private address or an unusual port",
    ),
    Setting(
        "AFTERLIKE_LIMIT_VISITOR",
        "120/minute",
        _rate,
        "calls that one visitor may make to one site, and one installed extension to all",
    ),
    Setting(
        "AFTERLIKE_LIMIT_NETWORK",
        "1200/minute",
        _rate,
        "calls from one network (IPv4 /32, IPv6 /64) to one site; "
        "loopback is not counted, because it is a proxy that was not named",
    ),
    Setting("AFTERLIKE_LIMIT_SIGN_IN", "10/5minutes", _rate, "sign-in attempts per address and per network"),
    Setting(
        "AFTERLIKE_LIMIT_OPT_IN",
        "60/hour",
        _rate,
        "sign-ups with an address that one network may ask of one site; loopback counts too, because each sends a mail",
    ),
    Setting(
        "AFTERLIKE_EXTENSIONS",
        "",
        _extensions,
        "ids of the Chrome extensions that may send likes, with commas between; empty: any. "
        "Firefox makes an id of its own for each installation, so there the install token alone counts",
    ),
    Setting(
        "AFTERLIKE_UNCLAIMED",
        "keep",
        _unclaimed,
        "likes of the extension from pages of no site. keep: under the page's origin, but not from hosts that only exist inside "
        "a house (localhost, private addresses, .local, …); any: from those too; refuse: none",
    ),
    Setting("AFTERLIKE_LIMIT_INSTALL", "20/day", _rate, "install tokens that the extension may be given in one network"),
    Setting(
        "AFTERLIKE_LIMIT_UNCLAIMED",
        "60/hour",
        _rate,
        "new origins of no site that one network may bring; loopback counts too, because each leaves a row",
    ),
    Setting("AFTERLIKE_WRITE_PATIENCE", "30", _whole, "seconds that a request waits for the database before it is answered 503"),
    Setting("AFTERLIKE_BATCH_PAUSE_US", "0", _whole, "microseconds that the writer waits for company before it commits"),
    Setting("AFTERLIKE_SESSION_HOURS", "336", _whole, "how long an admin stays signed in"),
    Setting("AFTERLIKE_CONFIRM_HOURS", "72", _whole, "how long the button in a confirmation mail works"),
    Setting("AFTERLIKE_LINK_HOURS", "24", _whole, "how long a mailed way into one's own page works"),
    Setting("AFTERLIKE_ME_DAYS", "30", _whole, "how long an endorser stays signed in to their own page"),
    Setting("AFTERLIKE_PENDING_KEPT_DAYS", "7", _whole, "after this an address that nobody confirmed is forgotten"),
    Setting("AFTERLIKE_MAIL_KEPT_DAYS", "30", _whole, "how long the list of mail remembers what was sent, and what failed"),
    Setting("AFTERLIKE_VISITS_KEPT_DAYS", "760", _whole, "how long single visits are kept"),
    Setting("AFTERLIKE_DROPS_KEPT_DAYS", "400", _whole, "how long counts of refused input are kept"),
    Setting(
        "AFTERLIKE_METRICS_TOKEN", "", _text, "empty: /metrics answers to loopback only; else also to Authorization: Bearer TOKEN"
    ),
    Setting(
        "AFTERLIKE_LOG_LEVEL", "info", _level, "debug, info, warning or error; debug logs every like"
    ),
)


@dataclass(frozen=True)
class Config:
    """The settings as read; each is an attribute named as in SETTINGS without the prefix, in lower case."""

    values: Mapping[str, Any] = field(repr=False)

    def __getattr__(self, name: str) -> Any:
        try:
            return self.values[name]
        except KeyError:
            raise AttributeError(name) from None

    @property
    def folder(self) -> Path:
        return Path(self.home)

    @property
    def sqlite(self) -> bool:
        return self.database_url.startswith("sqlite")

    @property
    def address(self) -> str:
        """The collector's public address, without a slash at the end."""
        return self.public_url or f"http://{self.bind}"


def load(environ: Mapping[str, str] = os.environ) -> Config:
    """Reads all settings; raises SettingError that names the first wrong one."""
    values: dict[str, Any] = {}
    for setting in SETTINGS:
        raw = environ.get(setting.name, setting.default)
        try:
            values[setting.attribute] = setting.read(raw)
        except ValueError as wrong:
            shown = "hidden" if setting.may_hold_a_secret else repr(raw)
            raise SettingError(f"{setting.name} {wrong} (it is {shown})") from None
    values["database_url"] = _database_url(values)
    return Config(values)


def _database_url(values: Mapping[str, Any]) -> str:
    url = values["database_url"]
    if not url:
        return f"sqlite:///{Path(values['home']).resolve() / 'afterlike.db'}"
    for short in ("postgres://", "postgresql://"):
        if url.startswith(short):
            return "postgresql+psycopg://" + url.removeprefix(short)
    if not url.startswith(("sqlite:///", "postgresql+psycopg://")):
        raise SettingError("AFTERLIKE_DATABASE_URL must start with postgresql:// or sqlite:///")
    return url
