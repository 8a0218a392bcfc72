"""Outermost ASGI layer: check host, path, origin, login and permission; answer unknown paths with 404."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import cookie_parser
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from secmon.web.gateway.credentials import CredentialReader
from secmon.web.gateway.current_user import set_current_user
from secmon.web.gateway.security_headers import finish
from secmon.web.routing import Page
from secmon.web.tour.sandbox import enter_sandbox

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_OTHERS = re.compile(
    r"^/(assets/|_dash-|_favicon\.ico$|_reload-hash$|live$|snapshot$|healthz$|metrics$|api/v1/|login$|login/|logout$"
    r"|password$)"
)
_OPEN = re.compile(r"^/(login|login/[a-z]+|healthz|_favicon\.ico|assets/(login\.css|fonts/[\w.-]+|[\w-]+\.(svg|ico)))$")
"""Paths answered without a login: the login routes, the assets of the login page and the health check."""
_FOR_CHANGE = re.compile(r"^/(password|logout)$")
"""Paths open to an account that still has a one-time password."""
_PROGRAM = re.compile(r"^/(api/|live$|snapshot$|metrics$|_dash-|_reload-hash$)")
"""Paths requested by programs: without a login they get 401, whereas pages are redirected to the login."""


@dataclass(frozen=True, slots=True)
class AccessMiddleware:
    """ASGI application around everything else.

    `hosts` are the names this server answers to (forged Host headers and DNS rebinding end here), `credentials`
    authenticates a request, `page_at` finds the page of a path, `content_security_policy` is built from the page's own
    scripts. The page of a request is found once, here, and passed on as `request.state.page`.
    """

    app: ASGIApp
    hosts: Sequence[str]
    credentials: CredentialReader
    content_security_policy: Callable[[], str]
    page_at: Callable[[str], Page | None]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse the request, or pass it on and set the headers of the response."""
        if scope["type"] not in {"http", "websocket"}:
            await self.app(scope, receive, send)
            return
        page = self.page_at(str(scope["path"]))
        scope.setdefault("state", {})["page"] = page
        refusal = await self._refusal(scope, page)
        if refusal is not None and scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 4403 if refusal.status_code != 401 else 4401})
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                finish(scope, MutableHeaders(scope=message), self.content_security_policy(), page=page is not None)
            await send(message)

        await (refusal or self.app)(scope, receive, send_with_headers)

    async def _refusal(self, scope: Scope, page: Page | None) -> Response | None:
        headers, path = Headers(scope=scope), str(scope["path"])
        set_current_user(None)
        # Cheap checks come first: unknown hosts, unknown paths and cross-site changes are refused before
        # authentication, which may query the database.
        if _host_name(headers.get("host", "")) not in self.hosts:
            return PlainTextResponse("This server does not answer to that host name.\n", 421)
        if page is None and not _OTHERS.match(path):
            return PlainTextResponse("Not found. The wall is at /\n", 404)
        if (scope["type"] == "websocket" or scope["method"] not in SAFE_METHODS) and _foreign(headers):
            return _problem(403, "Requests from other sites are refused")
        address = scope["client"][0] if scope.get("client") else ""
        principal = await self.credentials.principal(headers, address)
        if principal is None:
            return None if _OPEN.match(path) else _unknown(scope, path)
        set_current_user(principal)
        enter_sandbox(cookie_parser(headers.get("cookie", "")))
        if principal.must_change and not (_OPEN.match(path) or _FOR_CHANGE.match(path)):
            if page is None:
                return _problem(403, "The password has to be changed first, at /password")
            return RedirectResponse("/password", 303)
        if page is not None and not principal.may(page.permission):
            return PlainTextResponse(f"This page needs the permission '{page.permission}'.\n", 403)
        return None


def _foreign(headers: Headers) -> bool:
    """Return True for a change requested neither by our own pages nor by a program with a token."""
    if headers.get("authorization", "").startswith("Bearer "):
        return False  # a browser never sends a bearer token by itself
    site, origin = headers.get("sec-fetch-site"), headers.get("origin")
    return site not in {None, "same-origin"} or bool(origin and urlsplit(origin).netloc != headers.get("host"))


def _unknown(scope: Scope, path: str) -> Response:
    """Return a redirect to the login for a page, 401 for everything else."""
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
