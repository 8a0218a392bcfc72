"""The live stream: one serialised snapshot, shared by every viewer over Server-Sent Events."""

import asyncio
import hashlib
from collections.abc import AsyncIterator

KEEP_ALIVE_SECONDS = 15.0


class LiveHub:
    """Holds the newest snapshot and wakes its viewers; used from the event loop only."""

    def __init__(self) -> None:
        """Start without a snapshot; viewers wait for the first."""
        self.payload: bytes = b""
        self.etag = ""
        self.number = 0
        self.viewers = 0
        self._news = asyncio.Event()
        self._closed = False

    def publish(self, payload: bytes) -> bool:
        """Share a snapshot; returns False when it is the one already shared."""
        etag = hashlib.blake2b(payload, digest_size=8).hexdigest()
        if etag == self.etag:
            return False
        self.payload, self.etag, self.number = payload, etag, self.number + 1
        self._wake()
        return True

    def close(self) -> None:
        """End every stream, so that the server can stop."""
        self._closed = True
        self._wake()

    async def stream(self) -> AsyncIterator[bytes]:
        """Events for one viewer: the newest snapshot at once, then each new one, and a comment when it is quiet."""
        self.viewers += 1
        seen = 0
        try:
            yield b"retry: 2000\n\n"
            while not self._closed:
                news = self._news
                if self.payload and seen != self.number:
                    seen = self.number
                    yield b"id: %d\ndata: %b\n\n" % (seen, self.payload)
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
