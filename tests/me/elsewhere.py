"""Where people sign in, as second Flask applications: a Mastodon-compatible server and an IndieAuth page, honest or hostile.

`wrong` names what a server does badly; `log` what it was asked. Each is a real server on a port of its own.
"""

import base64
import hashlib
import secrets
import threading
from urllib.parse import urlencode

from flask import Flask, Response, jsonify, redirect, request
from werkzeug.serving import make_server

from parts.programs import free_port


class Peer:
    """A Flask application that is being served; `.url` is its origin, `.place` what may be fetched."""

    def __init__(self):
        self.port, self.wrong, self.log = free_port(), "", []
        self.url, self.place = f"http://127.0.0.1:{self.port}", f"127.0.0.1:{self.port}"
        self.codes: dict[str, dict] = {}
        self.app = Flask(f"peer{self.port}")
        self.app.before_request(lambda: self.log.append(f"{request.method} {request.path}"))
        self.routes()
        self.server = make_server("127.0.0.1", self.port, self.app, threaded=True)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()

    def authorize(self):
        return f'<title>Agree</title><a href="/agreed?{urlencode(request.args)}">Agree</a>'

    def sent_back(self, **more) -> Response:
        """The person agreed: back with a code, bound to what came along."""
        asked = request.args
        code = secrets.token_urlsafe(8)
        self.codes[code] = dict(asked)
        back = {"code": code, "state": asked["state"], "iss": self.url} | more
        if self.wrong == "iss":
            back["iss"] = "http://127.0.0.1:1"
        if self.wrong == "state":
            back["state"] = "another"
        if self.wrong in ("no iss", "old"):
            del back["iss"]
        return redirect(f"{asked['redirect_uri']}?{urlencode(back)}", 302)

    def is_good(self, form) -> bool:
        """Whether a code is exchanged by whom it was given to, once, with the verifier of its challenge (RFC 7636)."""
        given = self.codes.pop(form.get("code", ""), None)
        if given is None:
            return False
        made = base64.urlsafe_b64encode(hashlib.sha256(form["code_verifier"].encode()).digest()).rstrip(b"=").decode()
        return (made, form["client_id"], form["redirect_uri"]) == (
            given["code_challenge"], given["client_id"], given["redirect_uri"]) and given["code_challenge_method"] == "S256"


class Mastodon(Peer):
    """What Mastodon 4.3 answers; `who` is signed in there."""

    who = "ada"

    def routes(self) -> None:
        app, self.tokens, self.revoked = self.app, set(), set()
        app.add_url_rule("/.well-known/oauth-authorization-server", "metadata", self.metadata)
        app.add_url_rule("/api/v1/apps", "apps", self.apps, methods=["POST"])
        app.add_url_rule("/oauth/authorize", "authorize", self.authorize)
        app.add_url_rule("/oauth/token", "token", self.token, methods=["POST"])
        app.add_url_rule("/oauth/revoke", "revoke", self.revoke, methods=["POST"])
        app.add_url_rule("/api/v1/accounts/verify_credentials", "me", self.me)
        app.add_url_rule("/agreed", "agreed", lambda: self.sent_back(iss=f"{self.url}/"))
        app.add_url_rule("/@ada", "ada", lambda: "<title>Ada</title>")

    def metadata(self):
        told = {"issuer": f"{self.url}/", "authorization_endpoint": f"{self.url}/oauth/authorize",
                "token_endpoint": f"{self.url}/oauth/token", "revocation_endpoint": f"{self.url}/oauth/revoke",
                "scopes_supported": ["read", "profile"]}
        if self.wrong == "metadata":
            told["token_endpoint"] = "http://127.0.0.1:1/oauth/token"
        if self.wrong == "issuer":
            told["issuer"] = "https://mastodon.social/"
        return jsonify(told) if self.wrong != "old" else ("", 404)

    def apps(self):
        self.scope = request.form["scopes"]
        return jsonify({"client_id": "us", "client_secret": "secret-of-ours"})

    def token(self):
        if request.form.get("client_secret") != "secret-of-ours" or not self.is_good(request.form):
            return jsonify({"error": "invalid_grant"}), 400
        token = secrets.token_urlsafe(16)
        self.tokens.add(token)
        return jsonify({"access_token": "two\r\nlines" if self.wrong == "token" else token, "token_type": "Bearer"})

    def me(self):
        if self.wrong == "redirect":
            return redirect(f"{self.url}/elsewhere", 302)
        if self.wrong == "huge":
            return Response(b"x" * 1_000_000, mimetype="application/json")
        if request.headers.get("Authorization", "").removeprefix("Bearer ") not in self.tokens - self.revoked:
            return jsonify({"error": "no"}), 401
        host = "https://mastodon.social" if self.wrong == "me" else self.url
        return jsonify({"url": f"{host}/@{self.who}", "acct": self.who})

    def revoke(self):
        self.revoked.add(request.form["token"])
        return jsonify({})


class IndieAuth(Peer):
    """A page that names its own place to sign in; `me` is what that says."""

    def routes(self) -> None:
        self.me = f"{self.url}/"
        self.app.add_url_rule("/", "page", self.page)
        self.app.add_url_rule("/plain", "plain", lambda: "<title>Nothing</title>")
        self.app.add_url_rule("/ada", "other", self.page)
        self.app.add_url_rule("/metadata", "metadata", self.metadata)
        self.app.add_url_rule("/auth", "auth", self.authorize)
        self.app.add_url_rule("/agreed", "agreed", lambda: self.sent_back())
        self.app.add_url_rule("/auth", "exchange", self.exchange, methods=["POST"])

    def page(self):
        return f'<title>Ada</title><link rel="me indieauth-metadata" href="{self.url}/metadata">'

    def metadata(self):
        issuer = "http://127.0.0.1:1" if self.wrong == "issuer" else self.url
        return jsonify({"issuer": issuer, "authorization_endpoint": f"{self.url}/auth",
                        "authorization_response_iss_parameter_supported": True})

    def exchange(self):
        return jsonify({"me": self.me}) if self.is_good(request.form) else (jsonify({"error": "invalid_grant"}), 400)
