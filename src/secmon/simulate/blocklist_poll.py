"""Simulated firewalls: poll the centre's block list, apply it, and acknowledge it.

GET {centre}/api/v1/blocklist/feed/{site}.txt and, after applying, POST {centre}/api/v1/blocklist/feed/{site}/ack
with {"version": n}; both with the site's own token. One task polls for all sites, spread evenly over the
interval.
"""

import asyncio
import csv
import logging
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

import httpx

from secmon.errors import UsageError

_VERSION = re.compile(r"^# .*\bversion (\d{1,9})\s*$")
_TIMEOUT = 10.0
_AT_ONCE = 4
"""Most requests in progress at a time; a slow centre is not polled faster than it answers."""
_LARGEST = 4_000_000

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Centre:
    """Access to the block list: the centre's address, a CSV file with the sites' tokens, seconds between polls."""

    url: str
    tokens: Path
    every: float

    @classmethod
    def parse(cls, url: str, tokens: Path | None, every: float) -> "Centre":
        """Check the options and build the access; raise UsageError that says what is allowed."""
        wrong = UsageError.literal(f"blocklist {url!r}: write http://127.0.0.1:PORT, the address of the centre")
        try:
            parts = urlsplit(url)
            loopback, port = ip_address(parts.hostname or "").is_loopback, parts.port
        except ValueError as error:
            raise wrong from error
        if parts.scheme != "http" or not loopback or not port or parts.query or parts.username:
            raise wrong
        if tokens is None:
            raise UsageError.literal("--blocklist needs --blocklist-tokens: a CSV file with the columns site,token")
        if not 0 < every <= 3600:
            raise UsageError.literal(f"blocklist every {every}: give seconds above 0 and up to 3600")
        return cls(url.rstrip("/"), tokens, every)


@dataclass(frozen=True, slots=True)
class Published:
    """A block list as published: its version, and one value per line."""

    version: int
    values: tuple[str, ...]

    @classmethod
    def parse(cls, text: str) -> "Published":
        """Parse the text of a feed; raise UsageError when its first line does not state the version."""
        first, *lines = text.splitlines() or [""]
        told = _VERSION.match(first)
        if told is None:
            raise UsageError.literal(f"the block list begins with {first[:60]!r} and tells no version")
        return cls(int(told[1]), tuple(line.strip() for line in lines if line.strip() and not line.startswith("#")))


class BlocklistPoll:
    """Poll for every site in turn; which lists were already fetched is not stored, so a restart fetches all again."""

    def __init__(
        self,
        centre: Centre,
        sites: Sequence[str],
        apply: Callable[[str, Sequence[str]], bool],
        clock: Callable[[], datetime],
        is_down: Callable[[str, datetime], bool],
        settled: Callable[[], None],
    ) -> None:
        """`apply` makes a site block exactly these values from now on, and returns True if that changed anything.

        `settled` is called after a round in which something changed for a site.
        """
        self._centre, self._sites, self._apply = centre, tuple(sites), apply
        self._clock, self._is_down, self._settled = clock, is_down, settled
        self._tags: dict[str, str] = {}
        self._told, self._changed = "", False

    async def run(self) -> None:
        """Poll until cancelled."""
        limits = httpx.Limits(max_connections=_AT_ONCE, max_keepalive_connections=_AT_ONCE)
        async with httpx.AsyncClient(timeout=_TIMEOUT, limits=limits, trust_env=False) as client:
            while True:
                await self.round(client, self._centre.every / max(1, len(self._sites)))

    async def round(self, client: httpx.AsyncClient, pause: float) -> None:
        """Poll once for each site, this many seconds apart."""
        tokens, free = self._tokens(), asyncio.Semaphore(_AT_ONCE)
        async with asyncio.TaskGroup() as asking:
            for site in self._sites:
                if site in tokens and not self._is_down(site, self._clock()):
                    await free.acquire()
                    task = asking.create_task(self._visit(client, site, tokens[site]))
                    task.add_done_callback(lambda _: free.release())
                await asyncio.sleep(pause)
        if self._changed:
            self._settled()
            self._changed = False

    async def _visit(self, client: httpx.AsyncClient, site: str, token: str) -> None:
        """Poll for one site; after an error it is polled again in the next round."""
        try:
            await self._ask(client, site, token)
        except (httpx.HTTPError, UsageError) as error:
            self._tell(f"{type(error).__name__}: {error}")

    async def _ask(self, client: httpx.AsyncClient, site: str, token: str) -> None:
        address = f"{self._centre.url}/api/v1/blocklist/feed/{site}"
        headers = {"Authorization": f"Bearer {token}"}
        known = {"If-None-Match": self._tags[site]} if site in self._tags else {}
        answer = await client.get(f"{address}.txt", headers=headers | known)
        if answer.status_code == httpx.codes.NOT_MODIFIED:
            return
        answer.raise_for_status()
        if len(answer.content) > _LARGEST:
            raise UsageError.literal(
                f"the block list of {site} has {len(answer.content):,} bytes, {_LARGEST:,} at most are read"
            )
        published = Published.parse(answer.text)
        self._changed |= self._apply(site, published.values)
        if published.version:
            told = await client.post(f"{address}/ack", headers=headers, json={"version": published.version})
            told.raise_for_status()
        if "etag" in answer.headers:  # set only now, so that a list that was not acknowledged is fetched again
            self._tags[site] = answer.headers["etag"]

    def _tokens(self) -> Mapping[str, str]:
        """Return the sites' tokens; empty while the centre has not written them yet."""
        try:
            with self._centre.tokens.open(encoding="utf-8", newline="") as file:
                return {row["site"]: row["token"] for row in csv.DictReader(file)}
        except FileNotFoundError:
            return {}
        except (OSError, KeyError, ValueError) as error:
            self._tell(f"tokens {self._centre.tokens}: {error!r}")
            return {}

    def _tell(self, problem: str) -> None:
        """Log a problem once, not 226 times per round."""
        if problem != self._told:
            self._told = problem
            _log.warning("block list: %s", problem)
