"""A network between collector and sites that loses, repeats, delays and mixes up answers; deterministic by seed."""

import asyncio
import random
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from aiohttp import ClientSession, web

TROUBLES = ("lost", "refused", "cut", "stale", "late")
_KEPT = ("x-next-cursor", "x-more", "x-after", "x-lines")


class Network:
    """A proxy to the sites' port; `suffered` counts what it did."""

    def __init__(self, target: int, seed: int, share: float) -> None:
        """Trouble for a `share` of the requests."""
        self.target, self.share, self.port = target, share, 0
        self.suffered: Counter[str] = Counter()
        self._chance = random.Random(seed)
        self._last: dict[str, tuple[bytes, dict[str, str]]] = {}

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Forward, or make trouble."""
        trouble = self._chance.choice(TROUBLES) if self._chance.random() < self.share else ""
        if trouble == "stale" and request.path not in self._last:
            trouble = ""
        self.suffered[trouble or "none"] += 1
        if trouble == "refused":
            return web.Response(status=503)
        if trouble == "stale":  # the answer to an earlier question, as a confused cache gives
            body, headers = self._last[request.path]
            return web.Response(body=body, headers=headers)
        if trouble == "late":
            await asyncio.sleep(0.3)
        body, headers, status = await self._forward(request)
        if trouble == "lost":  # the site has answered, and nobody hears it
            assert request.transport is not None
            request.transport.abort()
            return web.Response()
        if trouble == "cut":
            return web.Response(status=status, body=body[: len(body) // 2], headers=headers)
        self._last[request.path] = body, headers
        return web.Response(status=status, body=body, headers=headers)

    async def _forward(self, request: web.Request) -> tuple[bytes, dict[str, str], int]:
        url = f"http://127.0.0.1:{self.target}{request.path_qs}"
        async with self.client.get(url, headers={"authorization": request.headers["authorization"]}) as answer:
            kept = {name: answer.headers[name] for name in _KEPT if name in answer.headers}
            return await answer.read(), kept, answer.status

    client: ClientSession


@contextmanager
def unreliable(target: int, *, seed: int = 7, share: float = 0.2) -> Iterator[Network]:
    """A network of its own thread and port, until the block ends."""
    network, loop, ready = Network(target, seed, share), asyncio.new_event_loop(), threading.Event()

    async def begin() -> web.AppRunner:
        network.client = ClientSession()
        app = web.Application()
        app.router.add_get("/{tail:.*}", network.handle)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        network.port = runner.addresses[0][1]
        return runner

    async def end(runner: web.AppRunner) -> None:
        await runner.cleanup()
        await network.client.close()

    def serve() -> None:
        runner = loop.run_until_complete(begin())
        ready.set()
        loop.run_forever()
        loop.run_until_complete(end(runner))
        loop.close()

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    assert ready.wait(20)
    try:
        yield network
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(20)
