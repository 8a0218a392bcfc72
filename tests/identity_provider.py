"""A small OpenID Connect provider on a real socket, which can be told to lie."""

import base64
import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, cast
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

SECRET = "secret of the client"
KEY = RSAKey.generate_key(2048, parameters={"kid": "one"})
FOREIGN = RSAKey.generate_key(2048, parameters={"kid": "one"})


@dataclass(slots=True)
class Provider:
    """A provider at `issuer`; `now` is its clock in seconds, `claims` what it says of whoever logs in.

    `key`, `algorithm` and `issued_for` are how it lies; `codes` are the logins it waits for.
    """

    issuer: str = ""
    now: int = 0
    claims: dict[str, Any] = field(default_factory=dict)
    key: RSAKey = field(default_factory=lambda: KEY)
    header: dict[str, str] = field(default_factory=lambda: {"alg": "RS256", "kid": "one"})
    codes: dict[str, dict[str, str]] = field(default_factory=dict)

    def authorize(self, query: dict[str, str]) -> str:
        """Where the browser is sent back to after the person has said yes."""
        code = f"code-{len(self.codes)}"
        self.codes[code] = query
        return f"{query['redirect_uri']}?{urlencode({'code': code, 'state': query['state']})}"

    def token(self, form: dict[str, str], authorization: str) -> tuple[int, dict[str, Any]]:
        """The token endpoint: client, code, address and PKCE verifier have to fit."""
        asked = self.codes.pop(form.get("code", ""), None)
        expected = "Basic " + base64.b64encode(f"secmon:{SECRET}".encode()).decode()
        if asked is None or authorization != expected or asked["redirect_uri"] != form.get("redirect_uri"):
            return 400, {"error": "invalid_grant"}
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        if asked["code_challenge"] != base64.urlsafe_b64encode(digest).decode().rstrip("="):
            return 400, {"error": "invalid_grant"}
        claims = {
            "iss": self.issuer,
            "sub": "4711",
            "aud": "secmon",
            "iat": self.now,
            "exp": self.now + 300,
            "nonce": asked["nonce"],
            "preferred_username": "Kim.Minsu",
            "groups": ["soc"],
            **self.claims,
        }
        return 200, {"id_token": self._signed(claims), "access_token": "unused", "token_type": "Bearer"}

    def _signed(self, claims: dict[str, Any]) -> str:
        if self.header["alg"] == "none":
            parts = [
                base64.urlsafe_b64encode(json.dumps(one).encode()).decode().rstrip("=") for one in (self.header, claims)
            ]
            return ".".join([*parts, ""])
        return jwt.encode(self.header, claims, self.key)


class _Handler(BaseHTTPRequestHandler):
    @property
    def provider(self) -> Provider:
        return cast("_Server", self.server).provider

    def do_GET(self) -> None:
        path, query = urlsplit(self.path).path, parse_qs(urlsplit(self.path).query)
        issuer = self.provider.issuer
        if path == "/.well-known/openid-configuration":
            endpoints = {name: f"{issuer}/{name}" for name in ("authorization_endpoint", "token_endpoint", "jwks_uri")}
            self._answer(200, {"issuer": issuer, **endpoints})
        elif path == "/jwks_uri":
            self._answer(200, {"keys": [KEY.as_dict(private=False)]})
        elif path == "/authorization_endpoint":
            self.send_response(302)
            self.send_header("Location", self.provider.authorize({name: one[-1] for name, one in query.items()}))
            self.end_headers()
        else:
            self._answer(404, {})

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", "0"))).decode()
        form = {name: one[-1] for name, one in parse_qs(body).items()}
        self._answer(*self.provider.token(form, self.headers.get("Authorization", "")))

    def _answer(self, status: int, body: dict[str, Any]) -> None:
        payload = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(payload)))
        self.end_headers()
        self.wfile.write(payload)

    def log_message(self, *_: object) -> None:
        pass


class _Server(ThreadingHTTPServer):
    provider: Provider


@contextmanager
def serving(provider: Provider) -> Iterator[Provider]:
    """The provider answers at a free port of this machine while the block lasts."""
    server = _Server(("127.0.0.1", 0), _Handler)
    server.provider = provider
    provider.issuer = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
