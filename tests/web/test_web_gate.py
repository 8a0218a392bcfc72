"""The outermost layer: who may ask, and what every answer carries."""

import base64
import hashlib
import re
from collections.abc import Iterator, MutableMapping
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.responses import PlainTextResponse
from starlette.types import Message, Receive, Scope, Send
from web_console import HOST, NOWHERE, centre_over, new_desk, visitor

from secmon.app import Centre
from secmon.instance import Instance
from secmon.store.client import Store
from secmon.web.asgi import Gate, policy

HEADERS = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}
UPDATE = "/_dash-update-component"


async def inner(scope: Scope, receive: Receive, send: Send) -> None:
    """What stands behind the gate: says yes to everything."""
    if scope["type"] == "websocket":
        await send({"type": "websocket.accept"})
    elif scope["type"] == "http":
        await PlainTextResponse("yes")(scope, receive, send)
    else:
        await send({"type": f"{scope['type']}.seen"})


GATE = Gate(inner, ("127.0.0.1", "localhost", "[::1]"), "secret", lambda: policy(["'sha256-abc'"]))


def guest(**headers: str) -> httpx.AsyncClient:
    """A client of the gate."""
    return httpx.AsyncClient(transport=httpx.ASGITransport(GATE), base_url=HOST, headers=headers)


async def through(scope: MutableMapping[str, Any]) -> list[Message]:
    """What the gate sends for a scope that is no HTTP request."""
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": f"{scope['type']}.receive"}

    async def send(message: Message) -> None:
        sent.append(message)

    await GATE(scope, receive, send)
    return sent


def websocket(**headers: str) -> dict[str, Any]:
    """A websocket request as the server hands it on."""
    given = {"host": "127.0.0.1:8050", **headers}
    raw = [(name.encode(), value.encode()) for name, value in given.items()]
    return {"type": "websocket", "path": "/_dash-ws-callback", "query_string": b"", "headers": raw}


@pytest.fixture
def centre(tmp_path: Path) -> Iterator[Centre]:
    """A centre whose store does not answer: nothing here reads it."""
    desk = new_desk(tmp_path)
    with Instance(tmp_path) as instance:
        yield centre_over(Store(NOWHERE), desk, tmp_path, instance)
    desk.close()


@pytest.mark.parametrize("host", ["evil.example", "evil.example:8050", "127.0.0.1.evil.example", "localhost@evil", ""])
async def test_a_forged_host_is_misdirected(host: str) -> None:
    """A request for any other host name is answered 421, whatever it asks for."""
    async with guest(host=host) as client:
        for path in ("/", "/live", "/assets/wall.js", "/nothing"):
            assert (await client.get(path)).status_code == 421


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.1:8050", "localhost:9", "[::1]", "[::1]:8050"])
async def test_own_names_are_answered(host: str) -> None:
    """This machine's loopback names are answered, with or without a port."""
    async with guest(host=host) as client:
        assert (await client.get("/")).text == "yes"


@pytest.mark.parametrize(
    "path",
    ["/wp-login.php", "/docs", "/openapi.json", "/site/1111", "/site/111100", "/site/abcde", "/api/v2/x", "/liver"],
)
async def test_an_unknown_path_is_not_found(path: str) -> None:
    """What is neither a page nor a route is 404, not Dash's index page."""
    async with guest() as client:
        assert (await client.get(path)).status_code == 404


@pytest.mark.parametrize(
    "path", ["/", "/site/11110", "/live", "/snapshot", "/healthz", "/assets/a.js", "/_dash-layout"]
)
async def test_pages_and_routes_are_found(path: str) -> None:
    """Pages, assets, Dash's own addresses and the live routes go through."""
    async with guest() as client:
        assert (await client.get(path)).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "http://evil.example"},
        {"origin": "http://127.0.0.1:9999"},
        {"origin": "null"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"sec-fetch-site": "none"},
        {"sec-fetch-site": "cross-site", "origin": HOST},
    ],
)
@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
async def test_changes_from_elsewhere_are_refused(method: str, headers: dict[str, str]) -> None:
    """A change that another origin asks for is 403."""
    async with guest(**headers) as client:
        assert (await client.request(method, UPDATE)).status_code == 403


@pytest.mark.parametrize(
    "headers",
    [{}, {"origin": HOST}, {"sec-fetch-site": "same-origin"}, {"origin": HOST, "sec-fetch-site": "same-origin"}],
)
async def test_changes_from_our_pages_pass(headers: dict[str, str]) -> None:
    """A change that our own page asks for, or a program without an origin, goes through."""
    async with guest(**headers) as client:
        assert (await client.post(UPDATE)).status_code == 200


@pytest.mark.parametrize(
    "given", [None, "", "Bearer", "Bearer ", "Bearer wrong", "Bearer secre", "Basic secret", "Bearer é"]
)
async def test_the_api_wants_the_token(given: str | None) -> None:
    """A change over the API without the running server's token is 401, also from our own origin."""
    headers = [(b"origin", HOST.encode()), (b"sec-fetch-site", b"same-origin")]
    headers += [(b"authorization", given.encode("latin-1"))] if given is not None else []
    async with guest() as client:
        assert (await client.post("/api/v1/collect", headers=headers)).status_code == 401


async def test_the_token_opens_the_api() -> None:
    """With its token the command line of this machine may change things."""
    async with guest(authorization="Bearer secret") as client:
        assert (await client.post("/api/v1/collect")).status_code == 200


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/", 200), ("GET", "/nothing", 404), ("POST", "/api/v1/collect", 401), ("GET", "/assets/a.css", 200)],
)
async def test_every_answer_carries_the_headers(method: str, path: str, status: int) -> None:
    """Answers and refusals alike forbid sniffing, framing and content from elsewhere."""
    async with guest() as client:
        answer = await client.request(method, path)
    assert answer.status_code == status
    assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS
    assert answer.headers["content-security-policy"] == policy(["'sha256-abc'"])


async def test_only_assets_may_be_kept() -> None:
    """Everything but the assets is `no-store`."""
    async with guest() as client:
        kept = {
            path: (await client.get(path)).headers.get("cache-control") for path in ("/", "/snapshot", "/assets/a.js")
        }
    assert kept == {"/": "no-store", "/snapshot": "no-store", "/assets/a.js": None}


def test_the_policy_forbids_foreign_content() -> None:
    """Scripts come from here or are hashed; nothing may evaluate text, frame the page or post elsewhere."""
    rules = dict(part.split(" ", 1) for part in policy(["'sha256-abc'"]).split("; "))
    assert rules["default-src"] == "'self'"
    assert rules["script-src"] == "'self' 'sha256-abc'"
    assert rules["frame-ancestors"] == rules["object-src"] == "'none'"
    assert rules["form-action"] == rules["base-uri"] == rules["connect-src"] == "'self'"
    assert "unsafe-eval" not in str(rules)
    assert "http:" not in str(rules)


async def test_inline_scripts_of_the_page_are_hashed(centre: Centre) -> None:
    """The served page has no inline script whose hash is not in its own policy."""
    async with visitor(centre) as client:
        answer = await client.get("/")
    scripts = re.findall(r"<script(?![^>]*(?:src=|application/json))[^>]*>(.*?)</script>", answer.text, re.DOTALL)
    assert scripts
    for script in scripts:
        digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
        assert f"'sha256-{digest}'" in answer.headers["content-security-policy"]


async def test_the_application_is_behind_the_gate(centre: Centre) -> None:
    """The whole application refuses what the gate refuses, and its API takes the token of the lock file."""
    async with visitor(centre) as client:
        assert (await client.get("/", headers={"host": "evil.example"})).status_code == 421
        assert (await client.get("/docs")).status_code == 404
        assert (
            await client.post("/api/v1/ingest", params={"site": "00000", "feed": "x", "format": "auto"})
        ).status_code == 401
        token = {"authorization": f"Bearer {centre.instance.token}"}
        known = await client.post(
            "/api/v1/ingest", params={"site": "00000", "feed": "x", "format": "auto"}, headers=token
        )
    assert known.status_code == 404
    assert "00000" in known.json()["error"]


@pytest.mark.parametrize("language", ["ko", "en"])
@pytest.mark.parametrize("path", ["/", "/site/11110"])
async def test_a_chosen_language_is_remembered(path: str, language: str) -> None:
    """`?lang=` on a page sets the cookie for later visits; scripts cannot read it."""
    async with guest() as client:
        cookie = (await client.get(path, params={"lang": language})).headers["set-cookie"]
    assert cookie.startswith(f"lang={language}; Path=/; ")
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("/", ""),
        ("/", "lang=fr"),
        ("/", "lang=ko%0d%0aX-Evil:1"),
        ("/", "lang="),
        ("/assets/a.js", "lang=en"),
        ("/live", "lang=en"),
    ],
)
async def test_nothing_else_sets_a_cookie(path: str, query: str) -> None:
    """Only ko and en, and only on a page, are remembered."""
    async with guest() as client:
        answer = await client.get(f"{path}?{query}")
    assert "set-cookie" not in answer.headers
    assert "x-evil" not in answer.headers


@pytest.mark.parametrize(
    "headers",
    [{"origin": "http://evil.example"}, {"origin": "null"}, {"host": "evil.example"}, {"sec-fetch-site": "cross-site"}],
)
async def test_a_foreign_websocket_is_closed(headers: dict[str, str]) -> None:
    """A websocket that another origin opens is closed before it is accepted."""
    assert await through(websocket(**headers)) == [{"type": "websocket.close", "code": 4403}]


async def test_our_websocket_is_handed_on() -> None:
    """A websocket of our own page reaches the application."""
    assert await through(websocket(origin=HOST)) == [{"type": "websocket.accept"}]


async def test_the_lifespan_is_handed_on() -> None:
    """What is neither a request nor a websocket goes through untouched."""
    assert await through({"type": "lifespan"}) == [{"type": "lifespan.seen"}]
