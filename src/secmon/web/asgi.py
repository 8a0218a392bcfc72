"""The outermost layer: who may ask (Host, origin, token), what answers carry (headers), and our own 404."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hmac import compare_digest
from urllib.parse import parse_qs, urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
LANGUAGES = ("ko", "en")
_PAGES = re.compile(r"^/(|feeds|site/[0-9]{5})$")
_OTHERS = re.compile(r"^/(assets/|_dash-|_favicon\.ico$|_reload-hash$|live$|snapshot$|healthz$|api/v1/)")


@dataclass(frozen=True, slots=True)
class Gate:
    """ASGI application around everything else.

    `hosts` are the names this server answers to (forged Host headers and DNS rebinding end here), `token` lets the
    command line of the same machine change things, `content_security_policy` is built from the page's own scripts.
    """

    app: ASGIApp
    hosts: Sequence[str]
    token: str
    content_security_policy: Callable[[], str]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse, or hand on and put the headers on the answer."""
        if scope["type"] not in {"http", "websocket"}:
            await self.app(scope, receive, send)
            return
        refusal = self._refusal(scope)
        if refusal is not None and scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 4403})
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._finish(scope, MutableHeaders(scope=message))
            await send(message)

        await (refusal or self.app)(scope, receive, send_with_headers)

    def _refusal(self, scope: Scope) -> Response | None:
        headers, path = Headers(scope=scope), str(scope["path"])
        if _host_name(headers.get("host", "")) not in self.hosts:
            return PlainTextResponse("This server does not answer to that host name.\n", 421)
        if not (_PAGES.match(path) or _OTHERS.match(path)):
            return PlainTextResponse("Not found. The wall is at /\n", 404)
        if scope["type"] == "websocket" or scope["method"] not in SAFE_METHODS:
            return self._foreign(headers, path)
        return None

    def _foreign(self, headers: Headers, path: str) -> Response | None:
        """Changes come from our own pages, or with the token of the running server."""
        if path.startswith("/api/"):
            given = headers.get("authorization", "").removeprefix("Bearer ")
            if not compare_digest(given.encode(), self.token.encode()):
                return PlainTextResponse("This needs the token of the running server.\n", 401)
            return None
        site, origin = headers.get("sec-fetch-site"), headers.get("origin")
        if site not in {None, "same-origin"} or (origin and urlsplit(origin).netloc != headers.get("host")):
            return PlainTextResponse("Requests from other sites are refused.\n", 403)
        return None

    def _finish(self, scope: Scope, headers: MutableHeaders) -> None:
        headers["x-content-type-options"] = "nosniff"
        headers["x-frame-options"] = "DENY"
        headers["referrer-policy"] = "same-origin"
        headers["cross-origin-opener-policy"] = "same-origin"
        headers["cross-origin-resource-policy"] = "same-origin"
        headers["content-security-policy"] = self.content_security_policy()
        path = str(scope["path"])
        if not path.startswith("/assets/") and "cache-control" not in headers:
            headers["cache-control"] = "no-store"
        chosen = parse_qs(scope["query_string"].decode("latin-1")).get("lang", [""])[-1]
        if chosen in LANGUAGES and _PAGES.match(path):
            headers.append("set-cookie", f"lang={chosen}; Path=/; Max-Age=31536000; SameSite=Lax; HttpOnly")


def _host_name(host: str) -> str:
    return host.rsplit(":", 1)[0] if not host.endswith("]") else host


def policy(script_hashes: Sequence[str]) -> str:
    """Content-Security-Policy: nothing from elsewhere, no inline script but the page's own."""
    scripts = " ".join(["'self'", *script_hashes])
    return "; ".join(
        (
            "default-src 'self'",
            f"script-src {scripts}",
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data: blob:",
            "font-src 'self'",
            "connect-src 'self'",
            "worker-src 'self' blob:",
            "object-src 'none'",
            "base-uri 'self'",
            "frame-ancestors 'none'",
            "form-action 'self'",
        )
    )
