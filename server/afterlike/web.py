"""The rim: what every request and response has in common, whatever room answers it.

Request ids, the client's address behind trusted proxies, security headers, errors as problem+json or as a page, logs
and metrics. Rooms raise errors; only here is decided which status they mean.
"""

import ipaddress
import json
import logging
import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from http import HTTPStatus

import sqlalchemy as sa
from flask import Flask, Request, Response, current_app, g, render_template, request
from prometheus_client import Counter, Histogram
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge
from werkzeug.routing import IntegerConverter

from afterlike import errors, words
from afterlike.config import Config
from afterlike.db import Database
from afterlike.limits import Limits
from afterlike.signing import Keyring
from afterlike.wire import BODY_CAP

log = logging.getLogger("afterlike.requests")

CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' https: data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
HEADERS = (
    ("Content-Security-Policy", CSP),
    ("X-Content-Type-Options", "nosniff"),
    ("X-Frame-Options", "DENY"),
    ("Referrer-Policy", "strict-origin-when-cross-origin"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=()"),
)
STATUS = {
    errors.Malformed: 400,
    errors.NotSignedIn: 401,
    errors.Refused: 403,
    errors.NotFound: 404,
    errors.Conflict: 409,
    errors.TooBig: 413,
    errors.WrongType: 415,
    errors.Invalid: 422,
    errors.TooMany: 429,
    errors.Unavailable: 503,
    errors.AfterlikeError: 500,
}
LOOPBACK = (ipaddress.ip_network("127.0.0.0/8"), ipaddress.ip_network("::1/128"))

requests_total = Counter("afterlike_requests_total", "Requests by route and status", ("route", "status"))
request_seconds = Histogram("afterlike_request_seconds", "Seconds to answer, by route", ("route",),
                            buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5, 30))


@dataclass
class House:
    """What one process shares: settings, database, secrets, limits, and `state`, where rooms keep their caches."""

    config: Config
    db: Database
    keyring: Keyring
    limits: Limits
    state: dict = field(default_factory=dict)


def house() -> House:
    """The house of the request at hand."""
    return current_app.extensions["afterlike"]


@dataclass(frozen=True)
class Face:
    """One public or admin route; FACES in app.py lists them all."""

    method: str
    path: str
    view: Callable

    @property
    def endpoint(self) -> str:
        return f"{self.view.__module__.removeprefix('afterlike.')}.{self.view.__name__}"


def answer(data: dict, status: int = 200, headers: dict | None = None) -> Response:
    """A JSON answer, compact."""
    return Response(_encoded(data), status, headers, mimetype="application/json")


_encoded = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False).encode


def page(template: str, *, status: int = 200, **values) -> Response:
    """An HTML page that no cache may keep."""
    return Response(render_template(template, **values), status, {"Cache-Control": "no-store"}, mimetype="text/html")


def page_in(locale: str, template: str, *, status: int = 200, **values) -> Response:
    """A page in a person's own language, as far as we speak it; `_` and `ngettext` translate in the template."""
    spoken = words.negotiate(locale)
    said = words.translations(spoken)
    spoken_in = {"lang": spoken, "dir": words.direction(spoken), "_": said.gettext, "ngettext": said.ngettext}
    return page(template, status=status, **spoken_in, **values)


def asked_locale(default: str = words.SOURCE) -> str:
    """The first language of the browser that we speak, else `default`."""
    for wanted in request.accept_languages.values():
        spoken = words.negotiate(wanted, wanted)
        if spoken[:2] == wanted[:2].lower():
            return spoken
    return words.negotiate(default)


class RowId(IntegerConverter):
    """`<int:id>` in a face: what no column could hold is no address of ours."""

    def __init__(self, url_map):
        super().__init__(url_map, max=2**63 - 1)


def mount(app: Flask, faces: tuple[Face, ...]) -> None:
    """Puts the faces and the rim on an app."""
    app.config["MAX_CONTENT_LENGTH"] = BODY_CAP
    app.config["MAX_FORM_MEMORY_SIZE"] = BODY_CAP
    app.before_request(_begin)
    app.after_request(_finish)
    app.register_error_handler(errors.AfterlikeError, told)
    app.register_error_handler(HTTPException, _told_http)
    app.register_error_handler(Exception, _told_unexpected)
    # Werkzeug's own redirects, for a slash too few or too many, would repeat the request's Host, which may be forged.
    app.url_map.strict_slashes = app.url_map.merge_slashes = False
    app.url_map.converters["int"] = RowId
    for face in faces:
        app.add_url_rule(face.path, face.endpoint, face.view, methods=[face.method])


def peer(asked: Request) -> str:
    """The client's address: the nearest hop that is not a trusted proxy."""
    hops = [asked.remote_addr or "127.0.0.1"]
    trusted = house().config.trusted_proxies
    if trusted:
        hops = [*(hop.strip() for hop in asked.headers.get("X-Forwarded-For", "").split(",") if hop.strip()), *hops]
    while len(hops) > 1 and within(hops[-1], trusted):
        hops.pop()
    return hops[-1]


def network(address: str) -> str | None:
    """Whom a limit counts: an IPv4 address or an IPv6 /64. None for loopback, which is a proxy that nobody named:
    counting it would shut out a whole shop."""
    try:
        parsed = _address(address)
    except ValueError:
        return "unreadable"
    if any(parsed in known for known in LOOPBACK):
        return None
    return str(parsed) if parsed.version == 4 else str(ipaddress.ip_network(f"{parsed}/64", strict=False))


def from_this_machine(asked: Request) -> bool:
    """Whether nobody but this machine can have asked; a request that was forwarded by an unnamed proxy cannot say."""
    forwarded = "X-Forwarded-For" in asked.headers or "Forwarded" in asked.headers
    return within(peer(asked), LOOPBACK) and (bool(house().config.trusted_proxies) or not forwarded)


def within(address: str, networks: tuple) -> bool:
    """Whether an address lies in one of these networks; what is no address lies in none."""
    try:
        parsed = _address(address)
    except ValueError:
        return False
    return any(parsed in network for network in networks)


def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    """A socket that listens on IPv6 calls an IPv4 client ::ffff:203.0.113.9; all of them would be one network."""
    parsed = ipaddress.ip_address(text)
    return getattr(parsed, "ipv4_mapped", None) or parsed


def told(error: errors.AfterlikeError) -> Response:
    """An error as the caller should read it: a page for people, problem+json (RFC 9457) for programs."""
    status = next(STATUS[kind] for kind in type(error).__mro__ if kind in STATUS)
    if status >= 500:
        log.warning("%s %s", g.get("request_id", "-"), error.sentence)
    response = _problem(error, status) if _for_programs() else _problem_page(error, status)
    if isinstance(error, errors.TooMany | errors.Unavailable):
        response.headers["Retry-After"] = str(error.retry_after)
    return response


def _for_programs() -> bool:
    return request.path.startswith("/v1/") or not request.accept_mimetypes.accept_html


def _problem(error: errors.AfterlikeError, status: int) -> Response:
    body = {
        "type": f"{house().config.address}/problems#{error.reason}", "title": HTTPStatus(status).phrase, "status": status,
        "detail": error.sentence, "reason": error.reason,
    }
    if isinstance(error, errors.Invalid) and error.fields:
        body["errors"] = error.fields
    if retry_after := getattr(error, "retry_after", None):
        body["retry_after"] = retry_after
    response = answer(body, status)
    response.mimetype = "application/problem+json"
    return response


def _problem_page(error: errors.AfterlikeError, status: int) -> Response:
    return page("problem.html", status=status, title=HTTPStatus(status).phrase, sentence=error.sentence)


def _told_http(raised: HTTPException) -> Response:
    """What Flask itself refuses (404, 405, 413 …), in our words; redirects pass."""
    if raised.code is not None and raised.code < 400:
        return raised.get_response()
    if isinstance(raised, RequestEntityTooLarge):
        return told(errors.TooBig())
    if raised.code == 404:
        return told(errors.NotFound())
    error = errors.AfterlikeError(raised.description or raised.name, reason=(raised.name or "error").lower().replace(" ", "_"))
    response = _problem(error, raised.code or 500) if _for_programs() else _problem_page(error, raised.code or 500)
    for name, value in raised.get_headers():
        if name.lower() == "allow":
            response.headers[name] = value
    return response


def _told_unexpected(raised: Exception) -> Response:
    if isinstance(raised, sa.exc.OperationalError | sa.exc.TimeoutError):
        return told(errors.Unavailable("The database does not answer. Try again in a moment."))
    log.error("%s unexpected", g.get("request_id", "-"), exc_info=raised)
    return told(errors.AfterlikeError())


def _begin() -> None:
    g.request_id = f"{random.getrandbits(64):016x}"
    g.began = time.perf_counter()


def _finish(response: Response) -> Response:
    headers = response.headers
    present = {name for name, _ in headers}
    headers.extend([pair for pair in HEADERS if pair[0] not in present])
    headers.add("X-Request-Id", g.get("request_id", "-"))
    seconds = time.perf_counter() - g.get("began", time.perf_counter())
    route = request.url_rule.rule if request.url_rule else "unknown"
    _counted(route, response.status_code).inc()
    _timed(route).observe(seconds)
    quiet = response.status_code < 400 and (route.startswith("/v1/") or "/static/" in route)
    level = logging.DEBUG if quiet else logging.INFO
    if log.isEnabledFor(level):  # the route, never the path: a path may hold a token
        log.log(
            level, "%s %s %s %d %.1f ms", g.get("request_id", "-"), request.method, route, response.status_code, seconds * 1000
        )
    return response


_counted = cache(requests_total.labels)
_timed = cache(request_seconds.labels)
