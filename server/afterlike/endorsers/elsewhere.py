"""Signing in elsewhere to prove a profile: Mastodon-compatible servers (OAuth 2) and pages with IndieAuth. No database here.

Authlib builds what is sent (PKCE, authorization and token requests); safefetch alone goes out. What the other side says is
believed only as far as it is theirs to say: a server about profiles at its own origin, a page about itself.
"""

import json
import re
from dataclasses import dataclass
from html.parser import HTMLParser
from urllib.parse import urlencode, urljoin, urlsplit

from authlib.common.security import generate_token
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri, prepare_token_request
from authlib.oauth2.rfc7636 import create_s256_code_challenge

from afterlike import safefetch
from afterlike.addresses import BadAddress, cleaned, host_of, is_public_name, origin
from afterlike.errors import AfterlikeError

HANDLE = re.compile(r"@?[\w.-]+@([a-z0-9.-]+)", re.I)
BARE = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)+([/?].*)?", re.I)
PAGE_CAP, JSON_CAP = 500_000, 64_000
LONGEST_URL = 500
RELS = ("indieauth-metadata", "authorization_endpoint")


class NoWay(AfterlikeError):
    """There is nothing to sign in with, or it does not speak as it should."""

    reason = "no_way"
    sentence = "There is no way to sign in there that we know."


class NotProven(AfterlikeError):
    """The other side did not say that it is them."""

    reason = "not_proven"
    sentence = "The other side did not confirm it."


@dataclass(frozen=True, slots=True)
class Way:
    """How to sign in at a place: `way` is mastodon or indieauth, `place` the server's origin or the page."""

    way: str
    place: str
    authorize: str
    token: str  # where the code is exchanged
    issuer: str | None
    says_issuer: bool  # whether it promised to name itself when it sends people back
    revoke: str | None = None
    scope: str | None = None

    @property
    def host(self) -> str:
        return urlsplit(self.authorize).netloc


@dataclass(frozen=True, slots=True)
class Client:
    """Who we are there."""

    client_id: str
    secret: str | None
    redirect_uri: str


def place_of(typed: str, allow: frozenset[str]) -> tuple[str, bool]:
    """(the address that was meant, whether a server alone was named); raises NoWay. `allow` as in safefetch."""
    text = typed.strip()
    if handle := HANDLE.fullmatch(text):
        return _ours_to_ask(f"https://{handle[1]}/", allow), True
    return _ours_to_ask(f"https://{text}" if BARE.fullmatch(text) else text, allow), False


def _ours_to_ask(url: str, allow: frozenset[str]) -> str:
    """The address, if it is a public one over https; raises NoWay."""
    try:
        clean, host = cleaned(url), host_of(url)
    except BadAddress:
        raise NoWay() from None
    parts = urlsplit(clean)
    known = f"{host}:{parts.port or safefetch.PORTS[parts.scheme]}" in allow
    if len(clean) > LONGEST_URL or not known and (parts.scheme != "https" or not is_public_name(host)):
        raise NoWay()
    return clean


def discovered(typed: str, allow: frozenset[str]) -> Way:
    """How to sign in at what somebody typed: a handle, a server, a profile or a page of their own. Raises NoWay."""
    url, only_server = place_of(typed, allow)
    try:
        found = None if only_server else indieauth(url, allow)
        return found or _mastodon(origin(url), allow)
    except safefetch.FetchError:
        raise NoWay() from None


def indieauth(url: str, allow: frozenset[str]) -> Way | None:
    """What a page says about where its owner signs in (https://indieauth.spec.indieweb.org/#discovery-by-clients)."""
    page = safefetch.fetch(url, allow=allow, cap=PAGE_CAP)
    rels = _rels(page)
    if found := rels.get("indieauth-metadata"):
        where = _ours_to_ask(found, allow)
        told = _json(safefetch.fetch(where, allow=allow, cap=JSON_CAP, accept="application/json"))
        issuer, endpoint = str(told.get("issuer") or ""), str(told.get("authorization_endpoint") or "")
        if not issuer or "?" in issuer or "#" in issuer or not where.startswith(_ours_to_ask(issuer, allow).rstrip("/")):
            raise NoWay()
        named = told.get("authorization_response_iss_parameter_supported") is True
        endpoint = _ours_to_ask(endpoint, allow)
        return Way("indieauth", url, endpoint, endpoint, issuer, named)
    if found := rels.get("authorization_endpoint"):
        endpoint = _ours_to_ask(found, allow)
        return Way("indieauth", url, endpoint, endpoint, None, False)
    return None


def _rels(page: safefetch.Fetched) -> dict[str, str]:
    """The first address of each of RELS, of the header before the page."""
    found: dict[str, str] = {}
    for url, rels in re.findall(r'<([^>]*)>\s*;[^,]*?rel="?([^",;]+)"?', page.headers.get("link", "")):
        for rel in rels.split():
            found.setdefault(rel, urljoin(page.url, url))
    if page.status == 200:
        reader = _Links()
        reader.feed(page.body.decode("utf-8", "replace"))
        for rel, href in reader.found:
            found.setdefault(rel, urljoin(page.url, href))
    return {rel: url for rel, url in found.items() if rel in RELS}


class _Links(HTMLParser):
    def __init__(self):
        super().__init__()
        self.found: list[tuple[str, str]] = []

    def opened(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        named = dict(attributes)
        if tag == "link" and named.get("href") is not None:
            self.found += [(rel, named["href"]) for rel in (named.get("rel") or "").split()]

    handle_starttag = opened


def _mastodon(server: str, allow: frozenset[str]) -> Way:
    """A server's own metadata (RFC 8414), or where Mastodon before 4.3 has its endpoints; all at its own origin."""
    where = f"{server}/.well-known/oauth-authorization-server"
    asked = safefetch.once(where, headers={"Accept": "application/json"}, allow=allow, cap=JSON_CAP)
    told = _json(asked) if asked.status == 200 else {}
    if told and str(told.get("issuer", "")).rstrip("/") != server:
        raise NoWay()
    ends = {name: str(told.get(f"{kind}_endpoint") or f"{server}/oauth/{name}")
            for name, kind in (("authorize", "authorization"), ("token", "token"), ("revoke", "revocation"))}
    for name, url in ends.items():
        ends[name] = _ours_to_ask(url, allow)
        if origin(url) != server:
            raise NoWay()
    scopes = told.get("scopes_supported")
    scope = "profile" if isinstance(scopes, list) and "profile" in scopes else "read:accounts"
    named = told.get("authorization_response_iss_parameter_supported") is True
    issuer = str(told["issuer"]) if told else None
    return Way("mastodon", server, ends["authorize"], ends["token"], issuer, named, ends["revoke"], scope)


def registered(way: Way, redirect_uri: str, name: str, website: str, allow: frozenset[str]) -> tuple[str, str]:
    """(client id, secret) of a new registration with a Mastodon-compatible server; raises NoWay."""
    form = {"client_name": name, "redirect_uris": redirect_uri, "scopes": way.scope, "website": website}
    told = _posted(f"{way.place}/api/v1/apps", form, allow)
    client_id, secret = told.get("client_id"), told.get("client_secret")
    if not (isinstance(client_id, str) and isinstance(secret, str) and 0 < len(client_id) <= 500 and 0 < len(secret) <= 500):
        raise NoWay()
    return client_id, secret


def secrets_of_a_try() -> tuple[str, str]:
    """(state, PKCE verifier), each new."""
    return generate_token(43), generate_token(64)


def address_to_sign_in(way: Way, client: Client, state: str, verifier: str) -> str:
    """Where the person goes."""
    more = {"code_challenge": create_s256_code_challenge(verifier), "code_challenge_method": "S256"}
    if way.way == "indieauth":
        more["me"] = way.place
    return prepare_grant_uri(way.authorize, client.client_id, "code", client.redirect_uri, way.scope, state, **more)


def proven(way: Way, client: Client, verifier: str, code: str, issuer: str | None, allow: frozenset[str]) -> str:
    """The address of the profile that whoever came back has there. Raises NotProven. Nothing of the sign-in is kept."""
    if (issuer is not None or way.says_issuer) and issuer != way.issuer:
        raise NotProven()
    try:
        told = _exchanged(way, client, verifier, code, allow)
        url = _account(way, client, told, allow) if way.way == "mastodon" else _own_page(way, told, allow)
        return _ours_to_ask(url, allow)
    except (safefetch.FetchError, NoWay):
        raise NotProven() from None


def _exchanged(way: Way, client: Client, verifier: str, code: str, allow: frozenset[str]) -> dict:
    more = {"client_id": client.client_id, "code": code, "code_verifier": verifier}
    more |= {"client_secret": client.secret} if client.secret else {}
    return _posted(way.token, prepare_token_request("authorization_code", redirect_uri=client.redirect_uri, **more), allow)


def _account(way: Way, client: Client, told: dict, allow: frozenset[str]) -> str:
    """The profile's address at the server's own origin; the token is given back at once."""
    token = told.get("access_token")
    if not isinstance(token, str) or not re.fullmatch(r"[\x21-\x7e]{1,2000}", token):
        raise NotProven()
    asked = {"Authorization": f"Bearer {token}", "Accept": "application/json"}
    try:
        account = _json(safefetch.once(f"{way.place}/api/v1/accounts/verify_credentials", headers=asked, allow=allow))
    finally:
        _give_back(way, client, token, allow)
    url = account.get("url")
    if not isinstance(url, str) or origin_or_none(url) != way.place:
        raise NotProven()
    return url


def _give_back(way: Way, client: Client, token: str, allow: frozenset[str]) -> None:
    try:
        form = {"token": token, "client_id": client.client_id, "client_secret": client.secret or ""}
        safefetch.post(way.revoke, urlencode(form).encode(), headers=FORM, allow=allow)
    except safefetch.FetchError:
        pass  # it was used once, for reading one address, and is forgotten here either way


def _own_page(way: Way, told: dict, allow: frozenset[str]) -> str:
    """`me`, if that page itself names the same place to sign in (the answer may be for another page of theirs)."""
    me = told.get("me")
    if not isinstance(me, str):
        raise NotProven()
    if me != way.place:
        other = indieauth(_ours_to_ask(me, allow), allow)
        if other is None or (other.authorize, other.issuer) != (way.authorize, way.issuer):
            raise NotProven()
    return me


def origin_or_none(url: str) -> str | None:
    try:
        return origin(url)
    except BadAddress:
        return None


FORM = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}


def _posted(url: str, form: dict | str, allow: frozenset[str]) -> dict:
    body = form if isinstance(form, str) else urlencode(form)
    return _json(safefetch.post(url, body.encode(), headers=FORM, allow=allow))


def _json(answer: safefetch.Fetched) -> dict:
    """The object in a 200; raises NoWay for anything else."""
    try:
        told = json.loads(answer.body) if answer.status in (200, 201) else None
    except (ValueError, RecursionError):
        told = None
    if not isinstance(told, dict):
        raise NoWay()
    return told
