"""Fetch log lines over HTTP: `GET url?after=cursor&limit=n` returns LF-separated lines and `X-Next-Cursor`.

Optional headers detect damaged answers. `X-After` repeats the cursor of the request, so that an answer to another
request (from a misconfigured proxy) is recognised. `X-Lines` counts the lines, so that an answer cut between two
lines is recognised. Docs: docs/transports.md
"""

import csv
import os
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import NoReturn

import aiohttp

from secmon.errors import FeedUnavailable, UsageError
from secmon.ingest.transports.page import FeedAddress, FeedPage, split_lines

MOST_BYTES = 64 << 20
"""Most unpacked bytes of an answer; more is not a valid page of log lines and would fill the memory."""

_IDLE_SECONDS = 60.0  # connections stay open across the pause between rounds
_CHUNK = 1 << 18
_SITE_WIDE = {429, 502, 503, 504}  # statuses with which a gateway or a rate limit answers for the whole site


def http_client(timeout: float, *, gzip: bool = True) -> aiohttp.ClientSession:
    """Open a client for the sites, with `timeout` seconds for each request; call it within the event loop."""
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=0, keepalive_timeout=_IDLE_SECONDS),
        timeout=aiohttp.ClientTimeout(total=timeout),
        headers={"accept-encoding": "gzip" if gzip else "identity", "user-agent": "secmon"},
        cookie_jar=aiohttp.DummyCookieJar(),
        trust_env=False,
    )


async def pull(
    client: aiohttp.ClientSession, address: FeedAddress, after: str, limit: int, clock: Callable[[], datetime]
) -> FeedPage:
    """Fetch one page of a feed; raise FeedUnavailable when the answer is not as specified."""
    parameters = {"limit": str(limit)}
    if after:
        parameters["after"] = after
    headers = {"authorization": f"Bearer {address.token}"} if address.token else {}
    try:
        # Redirects are not followed: the bearer token is for the configured address only. Nothing of an answer is taken
        # until all checks have passed: the cursor moves only with lines that were received completely, so a damaged
        # answer is fetched again instead of losing lines.
        async with client.get(address.url, params=parameters, headers=headers, allow_redirects=False) as response:
            _agreed(response, address, after)
            body = await _body(response, address)
            counted = response.headers.get("x-lines")
            cursor, more = response.headers["x-next-cursor"], response.headers.get("x-more") == "1"
    except TimeoutError as error:
        seconds = client.timeout.total or 0.0
        raise _unavailable("feed.timeout", address, site_wide=True, seconds=f"{seconds:g}") from error
    except (aiohttp.InvalidURL, aiohttp.NonHttpUrlClientError, ValueError) as error:
        raise _unavailable("feed.address_not_valid", address, url=address.url) from error
    except aiohttp.ClientPayloadError as error:
        broken = _named(error).partition(": <")[0]
        raise _unavailable("feed.body_broken", address, reason=broken) from error
    except (aiohttp.ClientError, OSError) as error:
        _lost(error, address)
    # A proxy or a crash can end a body early with status 200. A half line would be stored as a whole event, and moving
    # the cursor past a cut body would lose the lines after the cut.
    if body and not body.endswith(b"\n"):
        raise _unavailable("feed.half_line", address)
    if counted is not None and counted != str(body.count(b"\n")):
        raise _unavailable("feed.lines_missing", address)
    lines = split_lines(body)
    # The lines would be stored once more in every round.
    if lines and cursor == after:
        raise _unavailable("feed.cursor_not_moved", address)
    return FeedPage(address.site, address.feed, address.format, clock(), lines, cursor, more)


def _agreed(response: aiohttp.ClientResponse, address: FeedAddress, after: str) -> None:
    """Refuse an answer that is not a page of this feed after this cursor."""
    if response.status != 200:
        wait = response.headers.get("retry-after", "")
        raise _unavailable(
            "feed.status",
            address,
            site_wide=response.status in _SITE_WIDE,
            wait=timedelta(seconds=min(int(wait), 3600)) if wait.isascii() and wait.isdigit() else None,
            status=response.status,
        )
    if not response.headers.get("x-next-cursor"):
        raise _unavailable("feed.no_cursor", address)
    answered = response.headers.get("x-after")
    if answered is not None and answered != after:
        raise _unavailable("feed.other_cursor", address)


async def _body(response: aiohttp.ClientResponse, address: FeedAddress) -> bytes:
    parts, size = [], 0
    # The size is checked while reading: Content-Length is the packed size, and a small gzip body can unpack to
    # gigabytes.
    async for part in response.content.iter_chunked(_CHUNK):
        size += len(part)
        if size > MOST_BYTES:
            raise _unavailable("feed.answer_too_large", address, megabytes=MOST_BYTES >> 20)
        parts.append(part)
    return b"".join(parts)


def _unavailable(
    code: str, address: FeedAddress, *, site_wide: bool = False, wait: timedelta | None = None, **values: str | int
) -> FeedUnavailable:
    return FeedUnavailable(code, site=address.site, feed=address.feed, site_wide=site_wide, wait=wait, **values)


def _lost(error: Exception, address: FeedAddress) -> NoReturn:
    """Raise FeedUnavailable with the reason why there is no answer at all."""
    if isinstance(error, aiohttp.ServerDisconnectedError):
        raise _unavailable("feed.closed", address, site_wide=True) from error
    if isinstance(error, aiohttp.ClientConnectorError):
        number = error.os_error.errno
        # name resolution errors have negative numbers
        why = os.strerror(number) if number and number > 0 else _named(error.os_error)
        raise _unavailable("feed.no_connection", address, site_wide=True, reason=why) from error
    raise _unavailable("feed.connection_failed", address, site_wide=True, reason=_named(error)) from error


def _named(error: BaseException) -> str:
    """Return the error's message on one line, or its class name when it has no message."""
    return " ".join(str(error).split())[:300] or type(error).__name__


def read_tokens(path: Path) -> dict[str, str]:
    """Read bearer tokens by site from a CSV with the columns site,token."""
    try:
        with path.open(newline="", encoding="utf-8") as file:
            tokens = {row["site"]: row["token"] for row in csv.DictReader(file)}
    except (OSError, KeyError, UnicodeDecodeError, csv.Error) as error:
        raise UsageError.literal(f"token file {path}: {error!r}; it needs the columns site,token") from error
    short = [site for site, token in tokens.items() if token is None]  # a row that ends before the token column
    if short or not tokens:
        what = f"no token for {short[0]}" if short else "there is no row in it"
        raise UsageError.literal(f"token file {path}: {what}; it needs the columns site,token")
    return tokens
