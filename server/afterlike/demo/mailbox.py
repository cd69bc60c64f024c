"""The demo's own mail server and the pages that show what it took: no mail of the demo leaves this machine."""

import atexit
import html
import logging
import re
import secrets
import socket
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from functools import cached_property
from pathlib import Path
from urllib.parse import urlsplit

from aiosmtpd.controller import Controller
from flask import Blueprint, Response, current_app, request
from markupsafe import Markup

from afterlike.clock import now
from afterlike.errors import NotFound, Refused
from afterlike.show import web_address
from afterlike.web import CSP, from_this_machine, page

KEPT = 200
LINK = re.compile(r'<a\b[^>]*?\bhref="([^"]*)"[^>]*>(.*?)</a>', re.DOTALL | re.IGNORECASE)
FILE = re.compile(r"(\d{13})-[0-9a-f]{8}")
# As a mail program would: the letter runs nothing, fetches nothing, and its links open a window of their own.
SANDBOX = "allow-popups allow-popups-to-escape-sandbox"
LETTER_CSP = f"default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'; sandbox {SANDBOX}"

blueprint = Blueprint("mailbox", __name__, url_prefix="/mailbox", template_folder="templates")


@dataclass(frozen=True)
class Letter:
    """One letter as it came, in bytes; `at` is when."""

    name: str
    raw: bytes

    @property
    def at(self) -> int:
        return int(FILE.fullmatch(self.name)[1])

    @cached_property
    def read(self) -> EmailMessage:
        return message_from_bytes(self.raw, policy=policy.default)

    @property
    def headers(self) -> str:
        return re.split(rb"\r?\n\r?\n", self.raw, maxsplit=1)[0].decode("utf-8", "replace")

    def part(self, kind: str) -> str:
        """Its words as "plain" or "html"; empty when it has none."""
        found = self.read.get_body((kind,))
        return found.get_payload(decode=True).decode("utf-8", "replace").replace("\r\n", "\n") if found else ""

    @property
    def links(self) -> list[tuple[str, str]]:
        """(words, address) of every link; in a letter without HTML the address is its own words."""
        rich = [(Markup(words).striptags(), html.unescape(url)) for url, words in LINK.findall(self.part("html"))]
        plain = [(url, url) for url in re.findall(r"https?://\S+", self.part("plain"))]
        return [(words or url, url) for words, url in rich or plain if web_address(url)]


class Mailbox:
    """Takes letters and keeps the newest as files in a folder, so that several processes and the next start see them."""

    def __init__(self, folder: Path):
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)

    def listen(self) -> str:
        """Takes mail from now on, until this process ends; answers where, as smtp://…"""
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        logging.getLogger("mail.log").setLevel(logging.WARNING)  # aiosmtpd's; else every letter is ten lines
        server = Controller(self, hostname="127.0.0.1", port=port, server_hostname="localhost")
        server.start()
        atexit.register(server.stop)
        return f"smtp://127.0.0.1:{port}"

    async def handle_DATA(self, _server, _session, envelope) -> str:  # the name is aiosmtpd's
        seen = f"Return-Path: <{envelope.mail_from}>\r\nDelivered-To: {', '.join(envelope.rcpt_tos)}\r\n"
        self.keep(seen.encode("utf-8", "replace") + envelope.original_content)
        return "250 kept in the demo's mailbox"

    def keep(self, raw: bytes) -> None:
        name = f"{now():013d}-{secrets.token_hex(4)}"
        half = self._folder / f"{name}.half"
        half.write_bytes(raw)
        half.rename(self._folder / name)
        for old in self._names()[KEPT:]:
            (self._folder / old).unlink(missing_ok=True)

    def letters(self) -> list[Letter]:
        """Newest first."""
        return [one for one in map(self.letter, self._names()) if one]

    def letter(self, name: str) -> Letter | None:
        try:
            return Letter(name, (self._folder / name).read_bytes()) if FILE.fullmatch(name) else None
        except FileNotFoundError:
            return None

    def empty(self) -> None:
        for name in self._names():
            (self._folder / name).unlink(missing_ok=True)

    def _names(self) -> list[str]:
        return sorted((path.name for path in self._folder.iterdir() if FILE.fullmatch(path.name)), reverse=True)


@blueprint.before_request
def only_from_here() -> None:
    """Sign-in links lie here: nobody else on the network reads them, and no page that renamed itself to this machine."""
    hosts = {urlsplit(origin).netloc for origin in current_app.config["DEMO_ORIGINS"]}
    if not from_this_machine(request) or request.host not in hosts:
        raise Refused("The demo's mailbox opens only in a browser on the machine that runs the demo.")


@blueprint.get("/")
def listing() -> Response:
    return page("demo/mailbox.html", letters=_mailbox().letters(), owner=current_app.config["DEMO_OWNER"])


@blueprint.get("/<name>")
def one(name: str) -> Response:
    response = page("demo/letter.html", letter=_letter(name), sandbox=SANDBOX)
    response.headers["Content-Security-Policy"] = f"{CSP}; frame-src 'self'"
    return response


@blueprint.get("/<name>/page")
def rich(name: str) -> Response:
    """The HTML face by itself, for the frame on the letter's page."""
    told = re.sub(r"(?<=<head>)|\A(?!.*<head>)", '<base target="_blank">', _letter(name).part("html"), count=1, flags=re.DOTALL)
    safe = {"Content-Security-Policy": LETTER_CSP, "X-Frame-Options": "SAMEORIGIN", "Cache-Control": "no-store"}
    return Response(told, headers=safe, mimetype="text/html")


def _mailbox() -> Mailbox:
    return current_app.extensions["demo_mailbox"]


def _letter(name: str) -> Letter:
    found = _mailbox().letter(name)
    if found is None:
        raise NotFound("This letter is not in the mailbox. It keeps the newest 200.")
    return found
