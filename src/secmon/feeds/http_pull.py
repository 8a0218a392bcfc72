"""Fetch lines over HTTP: `GET url?after=cursor&limit=n`, LF-separated lines back, `X-Next-Cursor` behind them."""

import csv
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import httpx

from secmon.errors import FeedUnavailable, UsageError
from secmon.feeds.page import FeedAddress, Page, split_lines

_IDLE_SECONDS = 60.0  # connections outlive the pause between rounds


def http_client(parallel: int, timeout: float, *, gzip: bool = True) -> httpx.AsyncClient:
    """A client that asks `parallel` sites at a time and gives each `timeout` seconds."""
    headers = {"accept-encoding": "gzip" if gzip else "identity"}
    limits = httpx.Limits(max_connections=parallel, max_keepalive_connections=parallel, keepalive_expiry=_IDLE_SECONDS)
    return httpx.AsyncClient(
        headers=headers, limits=limits, timeout=httpx.Timeout(timeout, pool=None), follow_redirects=False
    )


async def pull(
    client: httpx.AsyncClient, address: FeedAddress, after: str, limit: int, clock: Callable[[], datetime]
) -> Page:
    """One page of a feed; raises FeedUnavailable when the site does not answer as agreed."""
    parameters: dict[str, str | int] = {"limit": limit}
    if after:
        parameters["after"] = after
    headers = {"authorization": f"Bearer {address.token}"} if address.token else {}
    try:
        response = await client.get(address.url, params=parameters, headers=headers)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise FeedUnavailable(str(error) or type(error).__name__, site=address.site, feed=address.feed) from error
    if response.status_code != httpx.codes.OK:
        raise FeedUnavailable(f"answered {response.status_code}", site=address.site, feed=address.feed)
    cursor = response.headers.get("x-next-cursor", "")
    if not cursor:
        raise FeedUnavailable("answered without X-Next-Cursor", site=address.site, feed=address.feed)
    if response.content and not response.content.endswith(b"\n"):
        raise FeedUnavailable("the body ends within a line", site=address.site, feed=address.feed)
    return Page(
        site=address.site,
        feed=address.feed,
        format=address.format,
        received_at=clock(),
        lines=split_lines(response.content),
        cursor=cursor,
        more=response.headers.get("x-more") == "1",
    )


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
