"""Headers that every answer carries, and the Content-Security-Policy."""

import re
from collections.abc import Sequence
from urllib.parse import parse_qs

from starlette.datastructures import MutableHeaders
from starlette.types import Scope

LANGUAGES = ("ko", "en")
SCRIPTS = "/_dash-component-suites/"
_VERSION = re.compile(rb"m=[0-9.]+$")
"""How Dash asks for an asset: with the time of its last change."""


def finish(scope: Scope, headers: MutableHeaders, content_security_policy: str, *, page: bool) -> None:
    """Put them on an answer; `page` is True where `?lang=` is remembered."""
    headers["x-content-type-options"] = "nosniff"
    headers["x-frame-options"] = "DENY"
    headers["referrer-policy"] = "same-origin"
    headers["cross-origin-opener-policy"] = "same-origin"
    headers["cross-origin-resource-policy"] = "same-origin"
    headers["content-security-policy"] = content_security_policy
    path = str(scope["path"])
    if "cache-control" not in headers and (kept := _kept(path, scope["query_string"])):
        headers["cache-control"] = kept
    chosen = parse_qs(scope["query_string"].decode("latin-1")).get("lang", [""])[-1]
    if chosen in LANGUAGES and (page or path in {"/login", "/password"}):
        headers.append("set-cookie", f"lang={chosen}; Path=/; Max-Age=31536000; SameSite=Lax; HttpOnly")


def _kept(path: str, query: bytes) -> str:
    """How long a browser keeps an answer; empty where it decides itself: fonts and maps have a time of change."""
    if path.startswith("/assets/"):
        return "private, max-age=31536000, immutable" if _VERSION.match(query) else ""
    # scripts are kept and asked for by their tag; whatever else is behind the login is not kept
    return "private, no-cache" if path.startswith(SCRIPTS) else "no-store"


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
