"""The outermost layer: who may ask (host, login, origin, permission), and our own 404."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol
from urllib.parse import quote, urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import cookie_parser
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from secmon.people.roles import Permission
from secmon.people.visitor import Visitor
from secmon.web import stage
from secmon.web.headers import finish
from secmon.web.visitor import welcome

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_OTHERS = re.compile(
    r"^/(assets/|_dash-|_favicon\.ico$|_reload-hash$|live$|snapshot$|healthz$|metrics$|api/v1/|login$|login/|logout$"
    r"|password$)"
)
_OPEN = re.compile(r"^/(login|login/[a-z]+|healthz|_favicon\.ico|assets/(login\.css|fonts/[\w.-]+|[\w-]+\.(svg|ico)))$")
"""What is answered without a login: the way in, what it looks like, and whether the server is alive."""
_FOR_CHANGE = re.compile(r"^/(password|logout)$")
"""What an account with a one-time password may ask for."""
_PROGRAM = re.compile(r"^/(api/|live$|snapshot$|metrics$|_dash-|_reload-hash$)")
"""Asked by programs: without a login they get 401, where a page sends to the login."""

Pages = Sequence[tuple[str, Permission]]
"""Paths of pages as regular expressions (without ^ and $), each with the permission that it needs."""


class Door(Protocol):
    """Knows visitors by what their request carries."""

    async def visitor(self, headers: Headers, address: str) -> Visitor | None:
        """Who asks with these headers from this address; None for nobody known."""


@dataclass(frozen=True, slots=True)
class Gate:
    """ASGI application around everything else.

    `hosts` are the names this server answers to (forged Host headers and DNS rebinding end here), `door` knows who
    comes, `pages` says which paths are pages, `content_security_policy` is built from the page's own scripts.
    """

    app: ASGIApp
    hosts: Sequence[str]
    door: Door
    content_security_policy: Callable[[], str]
    pages: Pages
    _compiled: tuple[tuple[re.Pattern[str], Permission], ...] = field(init=False)

    def __post_init__(self) -> None:
        """Compile the page table."""
        compiled = tuple((re.compile(f"^(?:{path})$"), permission) for path, permission in self.pages)
        object.__setattr__(self, "_compiled", compiled)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse, or hand on and put the headers on the answer."""
        if scope["type"] not in {"http", "websocket"}:
            await self.app(scope, receive, send)
            return
        refusal = await self._refusal(scope)
        if refusal is not None and scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 4403 if refusal.status_code != 401 else 4401})
            return
        page = self._page(str(scope["path"])) is not None

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                finish(scope, MutableHeaders(scope=message), self.content_security_policy(), page=page)
            await send(message)

        await (refusal or self.app)(scope, receive, send_with_headers)

    async def _refusal(self, scope: Scope) -> Response | None:
        headers, path = Headers(scope=scope), str(scope["path"])
        welcome(None)
        if _host_name(headers.get("host", "")) not in self.hosts:
            return PlainTextResponse("This server does not answer to that host name.\n", 421)
        permission = self._page(path)
        if permission is None and not _OTHERS.match(path):
            return PlainTextResponse("Not found. The wall is at /\n", 404)
        if (scope["type"] == "websocket" or scope["method"] not in SAFE_METHODS) and _foreign(headers):
            return _problem(403, "Requests from other sites are refused")
        address = scope["client"][0] if scope.get("client") else ""
        visitor = await self.door.visitor(headers, address)
        if visitor is None:
            return None if _OPEN.match(path) else _unknown(scope, path)
        welcome(visitor)
        stage.enter(cookie_parser(headers.get("cookie", "")))
        scope["visitor"] = visitor
        if visitor.must_change and not (_OPEN.match(path) or _FOR_CHANGE.match(path)):
            if permission is None:
                return _problem(403, "The password has to be changed first, at /password")
            return RedirectResponse("/password", 303)
        if permission is not None and not visitor.may(permission):
            return PlainTextResponse(f"This page needs the permission '{permission}'.\n", 403)
        return None

    def _page(self, path: str) -> Permission | None:
        return next((permission for pattern, permission in self._compiled if pattern.match(path)), None)


def _foreign(headers: Headers) -> bool:
    """True for a change that neither our own pages nor a program with a token asks for."""
    if headers.get("authorization", "").startswith("Bearer "):
        return False  # no browser sends one by itself
    site, origin = headers.get("sec-fetch-site"), headers.get("origin")
    return site not in {None, "same-origin"} or bool(origin and urlsplit(origin).netloc != headers.get("host"))


def _unknown(scope: Scope, path: str) -> Response:
    """The way to the login for a page, 401 for everything else."""
    if scope["type"] == "websocket" or scope["method"] not in SAFE_METHODS or _PROGRAM.match(path):
        return _problem(401, "This needs a login or a token", {"www-authenticate": "Bearer"})
    query = scope["query_string"].decode("latin-1")
    here = path + (f"?{query}" if query else "")
    return RedirectResponse("/login" if here == "/" else f"/login?next={quote(here, safe='')}", 303)


def _problem(status: int, title: str, headers: dict[str, str] | None = None) -> Response:
    body = {"type": "about:blank", "title": title, "status": status}
    return JSONResponse(body, status, headers=headers, media_type="application/problem+json")


def _host_name(host: str) -> str:
    return host.rsplit(":", 1)[0] if not host.endswith("]") else host
