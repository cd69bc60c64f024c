"""An admin's browser without a window, and visitors to fill the lists: how the tests of the admin pages talk to the product."""

import html
import json
import re
from dataclasses import dataclass
from email.message import Message
from http.cookies import SimpleCookie
from urllib.parse import urlencode, urlsplit

from playwright.sync_api import Page

from afterlike import sites
from afterlike.db import Database
from cast import ADA, LAMP, answers, like, profile_link
from parts.fetch import sent
from parts.product import Server, Site

CHROME = "chrome-extension://abcdefghijklmnopabcdefghijklmnop"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"


@dataclass(frozen=True)
class Reply:
    """What came back: `.status`, `.text`, `.headers`; redirects are not followed."""

    status: int
    text: str
    headers: Message

    @property
    def to(self) -> str:
        return self.headers.get("Location", "")

    @property
    def json(self):
        return json.loads(self.text)

    @property
    def proof(self) -> str:
        return re.search(r'name="proof" value="([^"]+)"', self.text)[1]

    @property
    def words(self) -> str:
        """What a person reads, on one line."""
        inside = re.sub(r"<(script|style|svg).*?</\1>", " ", self.text, flags=re.S)
        return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", inside)).split())


def ask(method: str, url: str, *, body: bytes | None = None, headers: dict | None = None) -> Reply:
    """One request, whatever its status; a body is a form's where no header says otherwise."""
    form = {} if body is None else {"Content-Type": "application/x-www-form-urlencoded"}
    path = urlsplit(url)._replace(scheme="", netloc="", fragment="").geturl()
    answer = sent(url, method, path or "/", body, form | (headers or {}))
    return Reply(answer.status, answer.body.decode(), answer.headers)


class Desk:
    """Keeps cookies as a browser does and sends forms as one."""

    def __init__(self, url: str):
        self.url, self.cookies = url, {}

    def _ask(self, method: str, path: str, fields=None) -> Reply:
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()), "Accept": "text/html"}
        body = None if fields is None else urlencode(fields).encode()
        reply = ask(method, path if path.startswith("http") else self.url + path, body=body, headers=headers)
        for line in reply.headers.get_all("Set-Cookie") or ():
            for name, cookie in SimpleCookie(line).items():
                if cookie["max-age"] == "0":
                    self.cookies.pop(name, None)
                else:
                    self.cookies[name] = cookie.value
        return reply

    def get(self, path: str) -> Reply:
        return self._ask("GET", path)

    def post(self, path: str, *pairs: tuple[str, object], proof: str | None = None, **fields) -> Reply:
        """Sends a form; its proof is taken from the page at `/admin/account` (or of sign-in) unless one is given."""
        if proof is None:
            shown = self.get("/admin/account")
            proof = (shown if shown.status == 200 else self.get("/admin/sign-in")).proof
        return self._ask("POST", path, [("proof", proof), *fields.items(), *pairs])


def sign_in_link(server: Server, email: str) -> str:
    return server.tell("sign-in-link", email).strip()


def signed_in(server: Server, email: str) -> Desk:
    """A desk whose admin has pressed the button behind a fresh link."""
    desk = Desk(server.url)
    link = sign_in_link(server, email)
    assert desk.post(link, proof=desk.get(link).proof).to == "/admin/"
    return desk


def enter(page: Page, link: str) -> None:
    """Signs a real browser in."""
    page.goto(link)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/admin/**")


def hire(server: Server, site: str, *, email: str, role: str) -> None:
    """Gives somebody a role on a site, as the room's own function does."""
    database = Database(f"sqlite:///{server.home / 'afterlike.db'}")

    def apply(tx, items):
        return [sites.add_admin(tx, email=email, site_id=sites.site_named(tx, key).id, role=role, now=1) for key in items]

    database.write(apply, site)
    database.close()


@dataclass(frozen=True)
class Shopper:
    """Sends what a visitor's widget sends, or their extension."""

    url: str
    site: str
    origin: str
    visitor: str = ADA

    def send(self, call: str, body: dict, *, method: str = "POST", origin: str | None = None) -> dict:
        headers = {"Origin": origin or self.origin, "User-Agent": FIREFOX, "Content-Type": "text/plain"}
        reply = ask(method, f"{self.url}/v1/{call}", body=json.dumps(body).encode(), headers=headers)
        assert reply.status < 300, reply.text
        return json.loads(reply.text)

    def product(self, product: dict = LAMP, **more) -> dict:
        """The cast's product, sold in this shop."""
        path = "/" + product["url"].split("/", 3)[3]
        return product | {"url": self.origin + path} | more

    def like(self, product: dict = LAMP, **more) -> dict:
        """The answer to a like of a product of the cast; `more` goes into the body."""
        body = like(site=self.site, visitor=self.visitor, product=self.product(product), **more)
        return self.send("likes", body)

    def like_by_extension(self, product: dict = LAMP) -> dict:
        """The same from the browser extension, with a token of its own."""
        install = self.send("installs", {"version": "0.1.0"}, origin=CHROME)["token"]
        body = like(site=self.site, visitor=self.visitor, product=self.product(product))
        return self.send("likes", body | {"install": install}, origin=CHROME)

    def say(self, liked: dict, said: dict) -> None:
        step = liked["next_step"]
        asked = {"prompt": step["prompt"], "version": step["version"]}
        self.send("answers", answers(site=self.site, like=liked["id"], visitor=self.visitor, said=said, **asked))

    def leave(self, liked: dict, url: str, **more) -> None:
        self.send("profile-links", profile_link(site=self.site, like=liked["id"], visitor=self.visitor, url=url, **more))

    def take_back(self, liked: dict) -> None:
        self.send(f"likes/{liked['id']}?site={self.site}", {"visitor": self.visitor}, method="DELETE")

    def count(self, key: str) -> int:
        return json.loads(ask("GET", f"{self.url}/v1/counts?site={self.site}&products={key}").text)["counts"].get(key, 0)


def shopper_of(server: Server, site: Site, visitor: str = ADA) -> Shopper:
    return Shopper(server.url, site.site, site.origin, visitor)


def ids(reply: Reply) -> list[str]:
    """The likes that a list shows, newest first."""
    return re.findall(r'/endorsements/(\d+)"', reply.text)
