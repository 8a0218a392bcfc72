"""Fetch a page from any supported address: http, https or file."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

import aiohttp

from secmon.errors import FeedUnavailable
from secmon.ingest.transports.file_tail import read_files
from secmon.ingest.transports.http_pull import http_client, pull
from secmon.ingest.transports.page import FeedAddress, FeedPage

SCHEMES = ("http", "https", "file")
"""Schemes of addresses that can be fetched."""


@dataclass
class Transport:
    """Connections to the sites; opened at the first use within an event loop, closed with `close`."""

    clock: Callable[[], datetime]
    timeout: float = 10.0
    gzip: bool = True
    _client: aiohttp.ClientSession | None = field(default=None, init=False)

    async def fetch(self, address: FeedAddress, after: str, limit: int) -> FeedPage:
        """Return at most `limit` lines after the cursor `after`; raise FeedUnavailable."""
        scheme = address.url.partition(":")[0]
        if scheme == "file":
            return await asyncio.to_thread(read_files, address, after, limit, self.clock)
        if scheme not in SCHEMES:
            raise FeedUnavailable("feed.address_not_valid", site=address.site, feed=address.feed, url=address.url)
        if self._client is None:
            self._client = http_client(self.timeout, gzip=self.gzip)
        return await pull(self._client, address, after, limit, self.clock)

    async def close(self) -> None:
        """Close the connections; they are opened again when needed."""
        if self._client is not None:
            await self._client.close()
        self._client = None
