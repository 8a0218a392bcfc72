"""The way in and out: login page, one-click logins of the demonstration, identity provider, logout, new password."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from math import ceil
from urllib.parse import parse_qs

from fastapi import FastAPI, Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response

from secmon.alerts.audit import Actor
from secmon.alerts.desk import Desk
from secmon.errors import SecmonError, UsageError
from secmon.people import accounts, federation, provider, sessions
from secmon.people import login as logins
from secmon.people.accounts import Account
from secmon.people.doorkeeper import Doorkeeper
from secmon.people.login import Attempt, LoginRefused
from secmon.people.provider import ProviderRefused
from secmon.settings import IdentityProvider
from secmon.web import entrance_page
from secmon.web.door import COOKIE, session_secret
from secmon.web.entrance_page import safe_next
from secmon.web.i18n import LANGUAGES
from secmon.web.throttle import Throttle
from secmon.web.visitor import current_visitor

_FORM_BYTES = 16_384
_ON_THE_WAY = "login"


@dataclass(slots=True)
class Entrance:
    """What the way in needs; `one_click` are the accounts of the demonstration, `public_url` how browsers reach us."""

    desk: Desk
    keeper: Doorkeeper
    clock: Callable[[], datetime]
    language: str = "ko"
    public_url: str = ""
    identity_provider: IdentityProvider | None = None
    one_click: Sequence[Account] = ()
    throttle: Throttle = field(default_factory=lambda: Throttle(20, 20))
    _hashing: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(2))

    async def log_in(self, attempt: Attempt) -> str:
        """Secret of a new session; two hashes at a time at most, because each takes 64 MB."""
        async with self._hashing:
            return await asyncio.to_thread(logins.log_in, self.desk, attempt, self.clock(), self.keeper.limits)

    def text(self, request: Request) -> str:
        """Language of a page for somebody who is not known yet."""
        asked = (request.query_params.get("lang", ""), request.cookies.get("lang", ""), self.language)
        return next(language for language in asked if language in LANGUAGES)


def register(server: FastAPI, entrance: Entrance) -> None:
    """Put the ways in and out on the server."""
    _register_login(server, entrance)
    _register_demo(server, entrance)
    _register_provider(server, entrance)
    _register_password(server, entrance)

    @server.post("/logout", include_in_schema=False)
    async def logout(request: Request) -> Response:
        """End this session."""
        actor = Actor(current_visitor().name, _address(request))
        secret = session_secret(request.headers)
        await asyncio.to_thread(sessions.end, entrance.desk, secret, actor, entrance.clock())
        entrance.keeper.forget()
        answer = RedirectResponse("/login", 303)
        answer.delete_cookie(COOKIE, path="/")
        return answer


def _register_login(server: FastAPI, entrance: Entrance) -> None:
    @server.get("/login", include_in_schema=False)
    async def login_page(request: Request) -> Response:
        """The login page."""
        return _page(entrance, request, safe_next(request.query_params.get("next", "")))

    @server.post("/login", include_in_schema=False)
    async def login(request: Request) -> Response:
        """Log in with name and password."""
        form = await _form(request)
        target, address = safe_next(form.get("next", "")), _address(request)
        if wait := entrance.throttle.wait(address, entrance.clock()):
            return _page(entrance, request, target, "login.error.busy", 429, wait)
        attempt = Attempt(form.get("name", ""), form.get("password", ""), address, _browser(request))
        try:
            secret = await entrance.log_in(attempt)
        except LoginRefused as refused:
            if refused.until is not None:
                wait = (refused.until - entrance.clock()).total_seconds()
                return _page(entrance, request, target, "login.error.locked", 429, wait)
            return _page(entrance, request, target, "login.error.wrong", 401)
        return await _let_in(entrance, request, secret, target)


def _register_demo(server: FastAPI, entrance: Entrance) -> None:
    @server.post("/login/demo", include_in_schema=False)
    async def demo(request: Request) -> Response:
        """Log in as a role of the demonstration."""
        form = await _form(request)
        if form.get("account") not in {account.name for account in entrance.one_click}:
            return PlainTextResponse("There is no such one-click login here.\n", 404)
        attempt = Attempt(form["account"], "", _address(request), _browser(request))
        now, limits = entrance.clock(), entrance.keeper.limits
        secret = await asyncio.to_thread(logins.enter, entrance.desk, attempt.name, attempt, now, limits, "demo")
        return await _let_in(entrance, request, secret, safe_next(form.get("next", "")))


def _register_provider(server: FastAPI, entrance: Entrance) -> None:
    @server.get("/login/provider", include_in_schema=False)
    async def leave(request: Request) -> Response:
        """Go to the identity provider."""
        settings, target = entrance.identity_provider, safe_next(request.query_params.get("next", ""))
        if settings is None:
            return PlainTextResponse("No identity provider is configured.\n", 404)
        if wait := entrance.throttle.wait(_address(request), entrance.clock()):
            return _page(entrance, request, target, "login.error.busy", 429, wait)
        back = _back(entrance, request)
        try:
            gone = await asyncio.to_thread(provider.depart, entrance.desk, settings, back, target, entrance.clock())
        except (ProviderRefused, UsageError):
            return _page(entrance, request, target, "login.error.provider", 502)
        answer = RedirectResponse(gone.address, 303)
        _set_cookie(entrance, request, answer, _ON_THE_WAY, gone.cookie, path="/login", seconds=600)
        return answer

    @server.get("/login/callback", include_in_schema=False)
    async def arrive(request: Request) -> Response:
        """Come back from the identity provider."""
        settings = entrance.identity_provider
        if settings is None:
            return PlainTextResponse("No identity provider is configured.\n", 404)
        if wait := entrance.throttle.wait(_address(request), entrance.clock()):
            return _page(entrance, request, "/", "login.error.busy", 429, wait)
        try:
            secret, target = await asyncio.to_thread(_arrived, entrance, settings, request)
        except (ProviderRefused, LoginRefused):
            return _page(entrance, request, "/", "login.error.provider", 403)
        answer = await _let_in(entrance, request, secret, target)
        answer.delete_cookie(_ON_THE_WAY, path="/login")
        return answer


def _arrived(entrance: Entrance, settings: IdentityProvider, request: Request) -> tuple[str, str]:
    now, address = entrance.clock(), _address(request)
    answer, cookie = dict(request.query_params), request.cookies.get(_ON_THE_WAY, "")
    identity = provider.arrive(entrance.desk, settings, _back(entrance, request), answer, cookie, now)
    name = federation.admit(entrance.desk, settings, identity, address, now)
    attempt = Attempt(name, "", address, _browser(request))
    secret = logins.enter(entrance.desk, name, attempt, now, entrance.keeper.limits, "provider")
    return secret, safe_next(identity.destination)


def _register_password(server: FastAPI, entrance: Entrance) -> None:
    @server.get("/password", include_in_schema=False)
    async def password_page(request: Request) -> Response:
        """Where a password is replaced."""
        current_visitor()
        return HTMLResponse(entrance_page.password(entrance.text(request)))

    @server.post("/password", include_in_schema=False)
    async def password(request: Request) -> Response:
        """Replace one's password; every session of the account ends, and this browser gets a new one."""
        visitor, form, language = current_visitor(), await _form(request), entrance.text(request)
        if wait := entrance.throttle.wait(_address(request), entrance.clock()):
            page = entrance_page.password(language, "login.error.busy", seconds=ceil(wait))
            return HTMLResponse(page, 429, {"retry-after": str(ceil(wait))})
        if form.get("new", "") != form.get("again", ""):
            return HTMLResponse(entrance_page.password(language, "password.error.differ"), 400)
        attempt = Attempt(visitor.name, form.get("old", ""), _address(request), _browser(request))
        fresh = Attempt(visitor.name, form.get("new", ""), attempt.address, attempt.browser)
        try:
            await entrance.log_in(attempt)
        except LoginRefused:
            return HTMLResponse(entrance_page.password(language, "password.error.old"), 400)
        try:
            async with entrance._hashing:  # noqa: SLF001  # the same two places as for logins
                await asyncio.to_thread(_replace, entrance, visitor.name, fresh)
        except SecmonError:
            return HTMLResponse(entrance_page.password(language, "password.error.rule"), 400)
        return await _let_in(entrance, request, await entrance.log_in(fresh), "/")


def _replace(entrance: Entrance, name: str, fresh: Attempt) -> None:
    actor, now = Actor(name, fresh.address), entrance.clock()
    accounts.set_password(entrance.desk, name, fresh.password, actor, now, must_change=False)


async def _let_in(entrance: Entrance, request: Request, secret: str, target: str) -> Response:
    """The cookie of the new session; the session that the browser brought, whoever gave it to it, ends."""
    brought = session_secret(request.headers)
    if brought:
        actor = Actor("secmon", _address(request))
        await asyncio.to_thread(sessions.end, entrance.desk, brought, actor, entrance.clock())
    entrance.keeper.forget()
    answer = RedirectResponse(target, 303)
    seconds = int(entrance.keeper.limits.absolute.total_seconds())
    _set_cookie(entrance, request, answer, COOKIE, secret, path="/", seconds=seconds)
    return answer


def _set_cookie(
    entrance: Entrance, request: Request, answer: Response, name: str, value: str, *, path: str, seconds: int
) -> None:
    secure = request.url.scheme == "https" or entrance.public_url.startswith("https:")
    answer.set_cookie(name, value, max_age=seconds, path=path, secure=secure, httponly=True, samesite="lax")


def _page(
    entrance: Entrance, request: Request, target: str, error: str = "", status: int = 200, wait: float = 0.0
) -> Response:
    seconds = max(1, ceil(wait))
    settings = entrance.identity_provider
    page = entrance_page.login(
        entrance.text(request), target, entrance.one_click, settings.title if settings else "", error, seconds
    )
    return HTMLResponse(page, status, {"retry-after": str(seconds)} if wait else None)


async def _form(request: Request) -> dict[str, str]:
    """Fields of a small urlencoded form; a bigger or other body is as good as none."""
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > _FORM_BYTES:
            return {}
    fields = parse_qs(body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=20)
    return {name: values[-1] for name, values in fields.items()}


def _back(entrance: Entrance, request: Request) -> str:
    return (entrance.public_url or f"{request.url.scheme}://{request.headers['host']}") + "/login/callback"


def _address(request: Request) -> str:
    return request.client.host if request.client else ""


def _browser(request: Request) -> str:
    return request.headers.get("user-agent", "")
