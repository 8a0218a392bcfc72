"""The live stream: one payload for every viewer."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from secmon.errors import StoreError
from secmon.live import live_hub
from secmon.live.live_hub import LiveHub
from secmon.sites.scope import EVERYTHING, Scope

RETRY = b"retry: 2000\n\n"


async def joined(hub: LiveHub) -> AsyncIterator[bytes]:
    """A viewer that has read the stream's first line."""
    stream = hub.stream()
    assert await anext(stream) == RETRY
    return stream


async def test_viewers_share_a_payload() -> None:
    """Two viewers get the same snapshot under the same number."""
    hub = LiveHub(lambda: 1.5)
    first, second = await joined(hub), await joined(hub)
    waiting = [asyncio.ensure_future(anext(viewer)) for viewer in (first, second)]
    await asyncio.sleep(0)
    assert hub.publish(b'{"n":1}')
    assert await asyncio.gather(*waiting) == [b'id: 1-1500\ndata: {"n":1}\n\n'] * 2
    assert hub.viewers == 2


async def test_the_newest_comes_first() -> None:
    """A viewer that joins late gets the newest snapshot at once and none of the older ones."""
    hub = LiveHub(lambda: 1.5)
    hub.publish(b"old")
    hub.publish(b"new")
    viewer = await joined(hub)
    assert await anext(viewer) == b"id: 2-1500\ndata: new\n\n"


async def test_a_slow_viewer_skips() -> None:
    """A viewer that did not read in time gets the newest of what it missed, once."""
    hub = LiveHub(lambda: 1.5)
    hub.publish(b"1")
    viewer = await joined(hub)
    await anext(viewer)
    hub.publish(b"2")
    hub.publish(b"3")
    assert await anext(viewer) == b"id: 3-1500\ndata: 3\n\n"
    hub.close()
    assert [chunk async for chunk in viewer] == []


async def test_the_same_again_is_not_sent() -> None:
    """A snapshot equal to the one shared is not shared again."""
    hub = LiveHub(lambda: 1.5)
    assert hub.publish(b"same")
    assert not hub.publish(b"same")
    assert (hub.whole.number, hub.whole.payload) == (1, b"same")
    viewer = await joined(hub)
    await anext(viewer)
    hub.publish(b"same")
    hub.publish(b"other")
    assert await anext(viewer) == b"id: 2-1500\ndata: other\n\n"


async def test_closing_ends_every_stream() -> None:
    """Closing the hub ends the streams of waiting viewers, and nobody is counted any more."""
    hub = LiveHub(lambda: 1.5)

    async def read() -> list[bytes]:
        return [chunk async for chunk in hub.stream()]

    viewers = [asyncio.create_task(read()) for _ in range(2)]
    await asyncio.sleep(0)
    assert hub.viewers == 2
    hub.close()
    assert await asyncio.gather(*viewers) == [[RETRY], [RETRY]]
    assert hub.viewers == 0


async def test_a_viewer_that_leaves_is_not_counted() -> None:
    """A stream that the server ends because its reader is gone is counted out."""
    hub = LiveHub(lambda: 1.5)
    stream = hub.stream()
    await anext(stream)
    reading = asyncio.ensure_future(anext(stream))
    await asyncio.sleep(0)
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading
    assert hub.viewers == 0


async def test_quiet_is_kept_alive(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without news a comment goes out, so that nothing between takes the connection for dead."""
    monkeypatch.setattr(live_hub, "KEEP_ALIVE_SECONDS", 0.01)
    viewer = await joined(LiveHub(lambda: 1.5))
    assert [await anext(viewer), await anext(viewer)] == [b": still here\n\n"] * 2


async def test_a_narrower_scope_has_its_own_snapshot() -> None:
    """Each scope is composed once for each snapshot of the whole, and no viewer gets another's."""
    hub, asked = LiveHub(lambda: 1.5), []

    def narrow(scope: Scope) -> bytes:
        asked.append(scope)
        return f"{sorted(scope.codes or ())} {hub.whole.number}".encode()

    hub.narrow = narrow
    seoul, busan = Scope.of_sites(["11110"]), Scope.of_sites(["26110"])
    hub.publish(b"everything")
    shares = [(await hub.share(scope)).payload for scope in (seoul, busan, seoul)]
    assert shares == [b"['11110'] 1", b"['26110'] 1", b"['11110'] 1"]
    assert asked == [seoul, busan]
    hub.publish(b"everything, later")
    assert (await hub.share(seoul)).payload == b"['11110'] 2"
    assert (await hub.share(EVERYTHING)).payload == b"everything, later"


async def test_a_snapshot_that_cannot_be_composed_is_the_last_one() -> None:
    """While the store does not answer a narrower scope keeps what it has, and gets the next that can be made."""
    hub, broken = LiveHub(lambda: 1.5), [False]

    def narrow(_scope: Scope) -> bytes:
        if broken[0]:
            raise StoreError("away")
        return b"own %d" % hub.whole.number

    hub.narrow = narrow
    scope = Scope.of_sites(["11110"])
    hub.publish(b"1")
    assert (await hub.share(scope)).payload == b"own 1"
    broken[0] = True
    hub.publish(b"2")
    assert (await hub.share(scope)).payload == b"own 1"
    broken[0] = False
    assert (await hub.share(scope)).payload == b"own 2"


async def test_a_viewer_who_is_out_gets_nothing_more() -> None:
    """The session is looked up before each message: once it is over the stream ends instead of telling more."""
    hub, here = LiveHub(lambda: 1.5), [True]

    async def still_here() -> bool:
        return here[0]

    hub.publish(b"1")
    stream = hub.stream(EVERYTHING, still_here)
    assert await anext(stream) == b"retry: 2000\n\n"
    assert await anext(stream) == b"id: 1-1500\ndata: 1\n\n"
    here[0] = False
    hub.publish(b"2")
    assert [chunk async for chunk in stream] == []
    assert hub.viewers == 0
