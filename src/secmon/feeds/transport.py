"""One way to fetch a page, whatever the address begins with."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

import aiohttp

from secmon.errors import FeedUnavailable
from secmon.feeds.file_watch import read_files
from secmon.feeds.http_pull import http_client, pull
from secmon.feeds.page import FeedAddress, Page

SCHEMES = ("http", "https", "file")
"""Schemes of addresses that can be fetched."""


@dataclass
class Transport:
    """The connections to the sites; opened at the first use within an event loop, closed at its end."""

    clock: Callable[[], datetime]
    timeout: float = 10.0
    gzip: bool = True
    _client: aiohttp.ClientSession | None = field(default=None, init=False)

    async def fetch(self, address: FeedAddress, after: str, limit: int) -> Page:
        """At most `limit` lines that follow the cursor `after`; raises FeedUnavailable."""
        scheme = address.url.partition(":")[0]
        if scheme == "file":
            return await asyncio.to_thread(read_files, address, after, limit, self.clock)
        if scheme not in SCHEMES:
            raise FeedUnavailable(f"not an address: {address.url}", site=address.site, feed=address.feed)
        if self._client is None:
            self._client = http_client(self.timeout, gzip=self.gzip)
        return await pull(self._client, address, after, limit, self.clock)

    async def close(self) -> None:
        """End the connections; they are opened again when needed."""
        if self._client is not None:
            await self._client.close()
        self._client = None
