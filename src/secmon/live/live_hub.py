"""The live stream: one serialised snapshot for each scope, shared by its viewers over Server-Sent Events."""

import asyncio
import hashlib
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass

from secmon.errors import SecmonError
from secmon.sites.scope import EVERYTHING, Scope

KEEP_ALIVE_SECONDS = 15.0
_COMPOSED_AT_ONCE = 2


@dataclass(frozen=True, slots=True)
class Share:
    """An encoded snapshot; `number` counts the snapshots of all sites."""

    payload: bytes = b""
    etag: str = ""
    number: int = 0


class LiveHub:
    """Hold the newest snapshot and wake its viewers; used from the event loop only.

    Users who see all sites share one snapshot. For a narrower scope, `narrow` composes a snapshot while a user
    with that scope is connected, at most once for each snapshot of all sites. The id of each event ends with its
    sending time (ms since 1970, from `clock`): the viewer's own clock may be wrong, and would make old figures
    look new.
    """

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        """Start without a snapshot; viewers wait for the first. `clock` returns seconds since 1970."""
        self._clock = clock
        self.whole = Share()
        self.viewers = 0
        self.narrow: Callable[[Scope], bytes] | None = None
        self._narrow: dict[Scope, Share] = {}
        self._composing: dict[Scope, asyncio.Lock] = {}
        self._places = asyncio.Semaphore(_COMPOSED_AT_ONCE)
        self._news = asyncio.Event()
        self._closed = False

    def publish(self, payload: bytes) -> bool:
        """Publish a snapshot of all sites; return False if it equals the present snapshot."""
        etag = _etag(payload)
        if etag == self.whole.etag:
            return False
        self.whole = Share(payload, etag, self.whole.number + 1)
        self._wake()
        return True

    async def share(self, scope: Scope) -> Share:
        """Return the newest snapshot of a scope; an older snapshot if the new one cannot be composed."""
        if scope.everything:
            return self.whole
        # Many viewers of a scope wake at the same moment: under the lock of that scope the first composes, and the
        # others then find its result. The semaphore limits how many scopes compose at once, each with several queries
        # of the store.
        async with self._composing.setdefault(scope, asyncio.Lock()):
            known, number = self._narrow.get(scope, Share()), self.whole.number
            if known.number == number or self.narrow is None:
                return known
            try:
                async with self._places:
                    payload = await asyncio.to_thread(self.narrow, scope)
            # reported by the job that composes the snapshot of all sites, which fails for the same reason
            except SecmonError:
                return known
            self._narrow[scope] = known = Share(payload, _etag(payload), number)
            return known

    def close(self) -> None:
        """End every stream, so that the server can stop."""
        self._closed = True
        self._wake()

    async def stream(
        self, scope: Scope = EVERYTHING, still_here: Callable[[], Awaitable[bool]] | None = None
    ) -> AsyncIterator[bytes]:
        """Yield events for one viewer: the newest snapshot at once, then each new snapshot, a comment when quiet.

        `still_here` is called before each event; the stream ends when it returns False.
        """
        self.viewers += 1
        seen = 0
        try:
            yield b"retry: 2000\n\n"
            while not self._closed and (still_here is None or await still_here()):
                # Take the event before reading the snapshot: a snapshot published in between sets this event, so the
                # wait below ends at once and no snapshot is missed.
                news = self._news
                share = await self.share(scope)
                if share.payload and seen != share.number:
                    seen = share.number
                    yield b"id: %d-%d\ndata: %b\n\n" % (seen, 1000 * self._clock(), share.payload)
                    continue
                try:
                    await asyncio.wait_for(news.wait(), KEEP_ALIVE_SECONDS)
                except TimeoutError:
                    yield b": still here\n\n"
        finally:
            self.viewers -= 1

    def _wake(self) -> None:
        # A new event instead of clear(): every waiter of the old event wakes, and the next wait is for the next
        # snapshot.
        self._news.set()
        self._news = asyncio.Event()


def _etag(payload: bytes) -> str:
    return hashlib.blake2b(payload, digest_size=8).hexdigest()
