"""Headers of every response, and the Content-Security-Policy."""

import re
from collections.abc import Sequence
from urllib.parse import parse_qs

from starlette.datastructures import MutableHeaders
from starlette.types import Scope

LANGUAGES = ("ko", "en")
SCRIPTS = "/_dash-component-suites/"
_VERSION = re.compile(rb"m=[0-9.]+$")
"""Query of Dash's asset requests: the time of the asset's last change."""


def finish(scope: Scope, headers: MutableHeaders, content_security_policy: str, *, page: bool) -> None:
    """Set the headers of a response; `page` is True where `?lang=` is remembered."""
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
    """Return how long a browser may keep a response.

    '' leaves it to the browser: fonts and maps carry the time of their last change.
    """
    if path.startswith("/assets/"):
        return "private, max-age=31536000, immutable" if _VERSION.match(query) else ""
    # Scripts are kept and revalidated by ETag; everything else behind the login is not stored.
    return "private, no-cache" if path.startswith(SCRIPTS) else "no-store"


def policy(script_hashes: Sequence[str]) -> str:
    """Return the Content-Security-Policy: own sources only, and no inline scripts except the page's own."""
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
