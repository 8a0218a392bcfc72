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
    """A snapshot as it goes over the wire; `number` counts the snapshots of the whole."""

    payload: bytes = b""
    etag: str = ""
    number: int = 0


class LiveHub:
    """Holds the newest snapshot and wakes its viewers; used from the event loop only.

    Those who see all sites share one snapshot. For a narrower scope `narrow` composes one, when somebody with that
    scope watches, and no more than one for each snapshot of the whole. Each event's id ends with the time of its
    sending (ms since 1970, of `clock`): a viewer's own clock may be wrong, and would make old numbers look new.
    """

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        """Start without a snapshot; viewers wait for the first. `clock` gives seconds since 1970."""
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
        """Share a snapshot of the whole; returns False when it is the one already shared."""
        etag = _etag(payload)
        if etag == self.whole.etag:
            return False
        self.whole = Share(payload, etag, self.whole.number + 1)
        self._wake()
        return True

    async def share(self, scope: Scope) -> Share:
        """The newest snapshot of a scope; an older one when a new one cannot be composed."""
        if scope.everything:
            return self.whole
        async with self._composing.setdefault(scope, asyncio.Lock()):
            known, number = self._narrow.get(scope, Share()), self.whole.number
            if known.number == number or self.narrow is None:
                return known
            try:
                async with self._places:
                    payload = await asyncio.to_thread(self.narrow, scope)
            except SecmonError:  # said by the job that composes the whole, which fails for the same reason
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
        """Events for one viewer: the newest snapshot at once, then each new one, and a comment when it is quiet.

        Before each of them `still_here` is asked whether the viewer may go on; the stream ends when not.
        """
        self.viewers += 1
        seen = 0
        try:
            yield b"retry: 2000\n\n"
            while not self._closed and (still_here is None or await still_here()):
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
        self._news.set()
        self._news = asyncio.Event()


def _etag(payload: bytes) -> str:
    return hashlib.blake2b(payload, digest_size=8).hexdigest()
