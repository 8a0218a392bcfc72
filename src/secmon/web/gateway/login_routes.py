"""Login, logout and password change: routes and their plain HTML pages, which need no script."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from importlib.resources import files
from math import ceil
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

from fastapi import FastAPI, Request
from jinja2 import Environment, StrictUndefined, Template
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response

from secmon.auth import accounts, oidc, oidc_accounts, sessions
from secmon.auth import login as logins
from secmon.auth.accounts import Account
from secmon.auth.authenticator import Authenticator
from secmon.auth.login import LoginAttempt, LoginRefused
from secmon.auth.oidc import ProviderRefused
from secmon.auth.secrets import LEAST
from secmon.db.audit_log import Actor
from secmon.db.database import Database
from secmon.db.transaction import Change
from secmon.errors import SecmonError, UsageError
from secmon.settings import IdentityProvider
from secmon.sites.registry import load_provinces, load_sites
from secmon.sites.scope import EVERYTHING
from secmon.web.gateway.credentials import COOKIE, session_secret
from secmon.web.gateway.current_user import current_user
from secmon.web.gateway.rate_limit import Throttle
from secmon.web.i18n.texts import LANGUAGES, t

_FORM_BYTES = 16_384
_ON_THE_WAY = "login"


@dataclass(slots=True)
class LoginContext:
    """Dependencies of the login routes; `one_click` are the demo accounts, `public_url` is the address for browsers."""

    db: Database
    authenticator: Authenticator
    clock: Callable[[], datetime]
    language: str = "ko"
    public_url: str = ""
    identity_provider: IdentityProvider | None = None
    one_click: Sequence[Account] = ()
    throttle: Throttle = field(default_factory=lambda: Throttle(20, 20))
    _hashing: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(2))

    async def log_in(self, attempt: LoginAttempt) -> str:
        """Return the secret of a new session. At most two hashes are computed at a time, because each takes 64 MB."""
        async with self._hashing:
            return await asyncio.to_thread(logins.log_in, self.db, attempt, self.clock(), self.authenticator.limits)

    def text(self, request: Request) -> str:
        """Return the language of a page for a user who is not logged in."""
        asked = (request.query_params.get("lang", ""), request.cookies.get("lang", ""), self.language)
        return next(language for language in asked if language in LANGUAGES)


def register(server: FastAPI, entrance: LoginContext) -> None:
    """Register the login and logout routes on the server."""
    _register_login(server, entrance)
    _register_demo(server, entrance)
    _register_provider(server, entrance)
    _register_password(server, entrance)

    @server.post("/logout", include_in_schema=False)
    async def logout(request: Request) -> Response:
        """End the session of this browser."""
        actor = Actor(current_user().name, _address(request))
        secret = session_secret(request.headers)
        await asyncio.to_thread(sessions.end_session, Change(entrance.db, EVERYTHING, actor, entrance.clock()), secret)
        entrance.authenticator.forget()
        answer = RedirectResponse("/login", 303)
        answer.delete_cookie(COOKIE, path="/")
        return answer


def _register_login(server: FastAPI, entrance: LoginContext) -> None:
    @server.get("/login", include_in_schema=False)
    async def login_page(request: Request) -> Response:
        """Show the login page."""
        return _page(entrance, request, safe_next(request.query_params.get("next", "")))

    @server.post("/login", include_in_schema=False)
    async def login(request: Request) -> Response:
        """Log in with name and password."""
        form = await _form(request)
        target, address = safe_next(form.get("next", "")), _address(request)
        if wait := entrance.throttle.wait(address, entrance.clock()):
            return _page(entrance, request, target, "login.error.busy", 429, wait)
        attempt = LoginAttempt(form.get("name", ""), form.get("password", ""), address, _browser(request))
        try:
            secret = await entrance.log_in(attempt)
        except LoginRefused as refused:
            if refused.until is not None:
                wait = (refused.until - entrance.clock()).total_seconds()
                return _page(entrance, request, target, "login.error.locked", 429, wait)
            return _page(entrance, request, target, "login.error.wrong", 401)
        return await _let_in(entrance, request, secret, target)


def _register_demo(server: FastAPI, entrance: LoginContext) -> None:
    @server.post("/login/demo", include_in_schema=False)
    async def demo(request: Request) -> Response:
        """Log in as a role of the demonstration."""
        form = await _form(request)
        if form.get("account") not in {account.name for account in entrance.one_click}:
            return PlainTextResponse("There is no such one-click login here.\n", 404)
        attempt = LoginAttempt(form["account"], "", _address(request), _browser(request))
        now, limits = entrance.clock(), entrance.authenticator.limits
        secret = await asyncio.to_thread(
            logins.start_login_session, entrance.db, attempt.name, attempt, now, limits, "demo"
        )
        return await _let_in(entrance, request, secret, safe_next(form.get("next", "")))


def _register_provider(server: FastAPI, entrance: LoginContext) -> None:
    @server.get("/login/provider", include_in_schema=False)
    async def leave(request: Request) -> Response:
        """Redirect to the identity provider."""
        settings, target = entrance.identity_provider, safe_next(request.query_params.get("next", ""))
        if settings is None:
            return PlainTextResponse("No identity provider is configured.\n", 404)
        if wait := entrance.throttle.wait(_address(request), entrance.clock()):
            return _page(entrance, request, target, "login.error.busy", 429, wait)
        back = _back(entrance, request)
        try:
            gone = await asyncio.to_thread(oidc.start_oidc_login, entrance.db, settings, back, target, entrance.clock())
        except (ProviderRefused, UsageError):
            return _page(entrance, request, target, "login.error.provider", 502)
        answer = RedirectResponse(gone.address, 303)
        _set_cookie(entrance, request, answer, _ON_THE_WAY, gone.cookie, path="/login", seconds=600)
        return answer

    @server.get("/login/callback", include_in_schema=False)
    async def arrive(request: Request) -> Response:
        """Log in the user who returns from the identity provider."""
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


def _arrived(entrance: LoginContext, settings: IdentityProvider, request: Request) -> tuple[str, str]:
    now, address = entrance.clock(), _address(request)
    answer, cookie = dict(request.query_params), request.cookies.get(_ON_THE_WAY, "")
    identity = oidc.finish_oidc_login(entrance.db, settings, _back(entrance, request), answer, cookie, now)
    name = oidc_accounts.sign_in_identity(entrance.db, settings, identity, address, now)
    attempt = LoginAttempt(name, "", address, _browser(request))
    secret = logins.start_login_session(entrance.db, name, attempt, now, entrance.authenticator.limits, "provider")
    return secret, safe_next(identity.destination)


def _register_password(server: FastAPI, entrance: LoginContext) -> None:
    @server.get("/password", include_in_schema=False)
    async def password_page(request: Request) -> Response:
        """Show the page for changing the password."""
        current_user()
        return HTMLResponse(password_page_html(entrance.text(request)))

    @server.post("/password", include_in_schema=False)
    async def password(request: Request) -> Response:
        """Change the user's password: end every session of the account, and start a new session for this browser."""
        principal, form, language = current_user(), await _form(request), entrance.text(request)
        if wait := entrance.throttle.wait(_address(request), entrance.clock()):
            page = password_page_html(language, "login.error.busy", seconds=ceil(wait))
            return HTMLResponse(page, 429, {"retry-after": str(ceil(wait))})
        if form.get("new", "") != form.get("again", ""):
            return HTMLResponse(password_page_html(language, "password.error.differ"), 400)
        attempt = LoginAttempt(principal.name, form.get("old", ""), _address(request), _browser(request))
        fresh = LoginAttempt(principal.name, form.get("new", ""), attempt.address, attempt.browser)
        try:
            await entrance.log_in(attempt)
        except LoginRefused:
            return HTMLResponse(password_page_html(language, "password.error.old"), 400)
        try:
            async with entrance._hashing:  # noqa: SLF001  # the same two places as for logins
                await asyncio.to_thread(_replace, entrance, principal.name, fresh)
        except SecmonError:
            return HTMLResponse(password_page_html(language, "password.error.rule"), 400)
        return await _let_in(entrance, request, await entrance.log_in(fresh), "/")


def _replace(entrance: LoginContext, name: str, fresh: LoginAttempt) -> None:
    actor, now = Actor(name, fresh.address), entrance.clock()
    accounts.set_password(Change(entrance.db, EVERYTHING, actor, now), name, fresh.password, must_change=False)


async def _let_in(entrance: LoginContext, request: Request, secret: str, target: str) -> Response:
    """Set the cookie of the new session; end any session the browser brought along (session fixation)."""
    brought = session_secret(request.headers)
    if brought:
        actor = Actor("secmon", _address(request))
        await asyncio.to_thread(sessions.end_session, Change(entrance.db, EVERYTHING, actor, entrance.clock()), brought)
    entrance.authenticator.forget()
    answer = RedirectResponse(target, 303)
    seconds = int(entrance.authenticator.limits.absolute.total_seconds())
    _set_cookie(entrance, request, answer, COOKIE, secret, path="/", seconds=seconds)
    return answer


def _set_cookie(
    entrance: LoginContext, request: Request, answer: Response, name: str, value: str, *, path: str, seconds: int
) -> None:
    secure = request.url.scheme == "https" or entrance.public_url.startswith("https:")
    answer.set_cookie(name, value, max_age=seconds, path=path, secure=secure, httponly=True, samesite="lax")


def _page(
    entrance: LoginContext, request: Request, target: str, error: str = "", status: int = 200, wait: float = 0.0
) -> Response:
    seconds = max(1, ceil(wait))
    settings = entrance.identity_provider
    page = login_page_html(
        entrance.text(request), target, entrance.one_click, settings.title if settings else "", error, seconds
    )
    return HTMLResponse(page, status, {"retry-after": str(seconds)} if wait else None)


async def _form(request: Request) -> dict[str, str]:
    """Read the fields of a small urlencoded form; treat a larger or different body as empty."""
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > _FORM_BYTES:
            return {}
    fields = parse_qs(body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=20)
    return {name: values[-1] for name, values in fields.items()}


def _back(entrance: LoginContext, request: Request) -> str:
    return (entrance.public_url or f"{request.url.scheme}://{request.headers['host']}") + "/login/callback"


def _address(request: Request) -> str:
    return request.client.host if request.client else ""


def _browser(request: Request) -> str:
    return request.headers.get("user-agent", "")


_OTHER = {"ko": "en", "en": "ko"}


@dataclass(frozen=True, slots=True)
class _Button:
    account: str
    title: str
    note: str


def login_page_html(
    language: str, target: str, one_click: Sequence[Account], provider: str, error: str = "", seconds: int = 0
) -> str:
    """Render the login page; `error` is a text key, `seconds` fills its {seconds}."""
    return _filled(
        "login.html",
        language,
        target=target,
        other_href=f"/login?lang={_OTHER[language]}&next={quote(target, safe='')}",
        provider=provider,
        provider_href=f"/login/provider?next={quote(target, safe='')}",
        buttons=[_button(one, language) for one in sorted(one_click, key=lambda one: one.id)],
        error=t(error, language, seconds=seconds) if error else "",
    )


def password_page_html(language: str, error: str = "", seconds: int = 0) -> str:
    """Render the page for a new password."""
    said = t(error, language, seconds=seconds, least=LEAST) if error else ""
    return _filled("password.html", language, other_href=f"/password?lang={_OTHER[language]}", error=said, least=LEAST)


def safe_next(target: str) -> str:
    """Return the path to open after the login; '/' for anything that could lead to another server."""
    parts = urlsplit(target)
    plain = target.isprintable() and "\\" not in target and not target.startswith("//")
    if not target.startswith("/") or not plain or parts.scheme or parts.netloc or parts.path.startswith("/log"):
        return "/"
    return target


def _button(account: Account, language: str) -> _Button:
    ko = language == "ko"
    place = ""
    if account.site:
        place = next(site.ko if ko else site.en for site in load_sites() if site.code == account.site)
    elif account.province:
        place = next(one.ko if ko else one.en for one in load_provinces() if one.code == account.province)
    title = t(f"role.{account.role}", language)
    return _Button(account.name, f"{title} · {place}" if place else title, t(f"role.{account.role}.does", language))


def _filled(name: str, language: str, **values: Any) -> str:
    def text(key: str, **more: object) -> str:
        return t(key, language, **more)

    return _template(name).render(language=language, other=_OTHER[language], text=text, **values)


@cache
def _template(name: str) -> Template:
    source = (files("secmon.web.gateway") / "templates" / name).read_text(encoding="utf-8")
    frame = (files("secmon.web.gateway") / "templates" / "entrance.html").read_text(encoding="utf-8")
    environment = Environment(autoescape=True, undefined=StrictUndefined)
    return environment.from_string(source, {"frame": environment.from_string(frame)})
