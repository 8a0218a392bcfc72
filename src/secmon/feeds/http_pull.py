"""Fetch lines over HTTP: `GET url?after=cursor&limit=n`, LF-separated lines back, `X-Next-Cursor` behind them.

A site that sends `X-After` repeats the cursor it answers to; an answer to another question, as a confused proxy gives,
is then told apart. One that sends `X-Lines` counts them; an answer that was cut between two lines is then noticed.
Docs: docs/transports.md
"""

import csv
import os
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import NoReturn

import aiohttp

from secmon.errors import FeedUnavailable, UsageError
from secmon.feeds.page import FeedAddress, Page, split_lines

MOST_BYTES = 64 << 20
"""Most of an answer, unpacked: more is no page of logs, and would fill the memory."""

_IDLE_SECONDS = 60.0  # connections outlive the pause between rounds
_CHUNK = 1 << 18
_SITE_WIDE = {429, 502, 503, 504}  # what a gateway in front of a site says when the site is not there


def http_client(timeout: float, *, gzip: bool = True) -> aiohttp.ClientSession:
    """Connections to the sites, each question answered within `timeout` seconds; open it within the event loop."""
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=0, keepalive_timeout=_IDLE_SECONDS),
        timeout=aiohttp.ClientTimeout(total=timeout),
        headers={"accept-encoding": "gzip" if gzip else "identity", "user-agent": "secmon"},
        cookie_jar=aiohttp.DummyCookieJar(),
        trust_env=False,
    )


async def pull(
    client: aiohttp.ClientSession, address: FeedAddress, after: str, limit: int, clock: Callable[[], datetime]
) -> Page:
    """One page of a feed; raises FeedUnavailable when the site does not answer as agreed."""
    parameters = {"limit": str(limit)}
    if after:
        parameters["after"] = after
    headers = {"authorization": f"Bearer {address.token}"} if address.token else {}
    try:
        async with client.get(address.url, params=parameters, headers=headers, allow_redirects=False) as response:
            _agreed(response, address, after)
            body = await _body(response, address)
            counted = response.headers.get("x-lines")
            cursor, more = response.headers["x-next-cursor"], response.headers.get("x-more") == "1"
    except TimeoutError as error:
        seconds = client.timeout.total or 0.0
        raise _unavailable(f"no whole answer within {seconds:g} s", address, site_wide=True) from error
    except (aiohttp.InvalidURL, aiohttp.NonHttpUrlClientError, ValueError) as error:
        raise _unavailable(f"not an address: {address.url}", address) from error
    except aiohttp.ClientPayloadError as error:
        broken = _named(error).partition(": <")[0]
        raise _unavailable(f"the body broke off or could not be unpacked ({broken})", address) from error
    except (aiohttp.ClientError, OSError) as error:
        _lost(error, address)
    if body and not body.endswith(b"\n"):
        raise _unavailable("the body ends within a line", address)
    if counted is not None and counted != str(body.count(b"\n")):
        raise _unavailable("the body has not as many lines as X-Lines says: it was cut on the way", address)
    lines = split_lines(body)
    if lines and cursor == after:
        raise _unavailable("lines came, but X-Next-Cursor stands still: they would come again for ever", address)
    return Page(address.site, address.feed, address.format, clock(), lines, cursor, more)


def _agreed(response: aiohttp.ClientResponse, address: FeedAddress, after: str) -> None:
    """Refuse an answer that is not a page of this feed after this cursor."""
    if response.status != 200:
        wait = response.headers.get("retry-after", "")
        raise _unavailable(
            f"answered {response.status}",
            address,
            site_wide=response.status in _SITE_WIDE,
            wait=timedelta(seconds=min(int(wait), 3600)) if wait.isascii() and wait.isdigit() else None,
        )
    if not response.headers.get("x-next-cursor"):
        raise _unavailable("answered without X-Next-Cursor", address)
    answered = response.headers.get("x-after")
    if answered is not None and answered != after:
        raise _unavailable("answered another question: X-After is not the cursor it was asked with", address)


async def _body(response: aiohttp.ClientResponse, address: FeedAddress) -> bytes:
    parts, size = [], 0
    async for part in response.content.iter_chunked(_CHUNK):
        size += len(part)
        if size > MOST_BYTES:
            raise _unavailable(f"the answer is over {MOST_BYTES >> 20} MB unpacked: ask for fewer lines", address)
        parts.append(part)
    return b"".join(parts)


def _unavailable(
    what: str, address: FeedAddress, *, site_wide: bool = False, wait: timedelta | None = None
) -> FeedUnavailable:
    return FeedUnavailable(what, site=address.site, feed=address.feed, site_wide=site_wide, wait=wait)


def _lost(error: Exception, address: FeedAddress) -> NoReturn:
    """Say why there is no answer at all."""
    if isinstance(error, aiohttp.ServerDisconnectedError):
        raise _unavailable("the connection was closed without an answer", address, site_wide=True) from error
    if isinstance(error, aiohttp.ClientConnectorError):
        number = error.os_error.errno
        why = os.strerror(number) if number and number > 0 else _named(error.os_error)  # names not found: below 0
        raise _unavailable(f"no connection ({why})", address, site_wide=True) from error
    raise _unavailable(f"the connection failed ({_named(error)})", address, site_wide=True) from error


def _named(error: BaseException) -> str:
    """The error's own words, or its name when it has none; one line."""
    return " ".join(str(error).split())[:300] or type(error).__name__


def read_tokens(path: Path) -> dict[str, str]:
    """Bearer tokens by site from a CSV with the columns site,token."""
    try:
        with path.open(newline="", encoding="utf-8") as file:
            tokens = {row["site"]: row["token"] for row in csv.DictReader(file)}
    except (OSError, KeyError, UnicodeDecodeError, csv.Error) as error:
        raise UsageError(f"token file {path}: {error!r}; it needs the columns site,token") from error
    short = [site for site, token in tokens.items() if token is None]  # a row that ends before its token
    if short or not tokens:
        what = f"no token for {short[0]}" if short else "there is no row in it"
        raise UsageError(f"token file {path}: {what}; it needs the columns site,token")
    return tokens
