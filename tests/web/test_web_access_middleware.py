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

from secmon.auth.accounts import AccountDraft
from secmon.auth.authenticator import Authenticator
from secmon.auth.roles import Permission, Role
from secmon.auth.sessions import SessionLimits
from secmon.runtime.centre import Centre
from secmon.runtime.data_folder_lock import Instance
from secmon.store.client import Store
from secmon.web.gateway.access_middleware import AccessMiddleware
from secmon.web.gateway.credentials import CredentialReader
from secmon.web.gateway.security_headers import policy
from secmon.web.routing import Group, Page
from web_centre import HOST, NOW, NOWHERE, centre_over, new_desk, principal, session_of

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


PAGES = (
    Page("wall", "/", Group.WATCH),
    Page("site", "/site/[0-9]{5}", Group.NONE),
    Page("people", "/people", Group.MANAGE, permission=Permission.PEOPLE),
)


def _page_at(path: str) -> Page | None:
    return next((page for page in PAGES if page.pattern.match(path)), None)


@pytest.fixture(scope="module", autouse=True)
def gate(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The gate of these tests, and the session of a viewer who has come through it."""
    db = new_desk(tmp_path_factory.mktemp("gate"))
    door = CredentialReader(Authenticator(db, "secret", SessionLimits(), lambda: NOW))
    Built.gate = AccessMiddleware(
        inner, ("127.0.0.1", "localhost", "[::1]"), door, lambda: policy(["'sha256-abc'"]), _page_at
    )
    Built.sid = session_of(db, AccountDraft("viewer", Role.VIEWER))
    yield
    db.close()


class Built:
    """What the fixture above made."""

    gate: AccessMiddleware
    sid: str


def guest(*, sid: str | None = None, **headers: str) -> httpx.AsyncClient:
    """A client of the gate: the viewer unless another `sid` is given, '' for nobody."""
    sid = Built.sid if sid is None else sid
    given = {"cookie": f"sid={sid}"} if sid else {}
    return httpx.AsyncClient(transport=httpx.ASGITransport(Built.gate), base_url=HOST, headers={**given, **headers})


async def through(scope: MutableMapping[str, Any]) -> list[Message]:
    """What the gate sends for a scope that is no HTTP request."""
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": f"{scope['type']}.receive"}

    async def send(message: Message) -> None:
        sent.append(message)

    await Built.gate(scope, receive, send)
    return sent


def websocket(**headers: str) -> dict[str, Any]:
    """A websocket request as the server hands it on."""
    given = {"host": "127.0.0.1:8050", "cookie": f"sid={Built.sid}", **headers}
    raw = [(name.encode(), value.encode()) for name, value in given.items()]
    return {"type": "websocket", "path": "/_dash-ws-callback", "query_string": b"", "headers": raw}


@pytest.fixture
def centre(tmp_path: Path) -> Iterator[Centre]:
    """A centre whose store does not answer: nothing here reads it."""
    db = new_desk(tmp_path)
    with Instance(tmp_path) as instance:
        yield centre_over(Store(NOWHERE), db, tmp_path, instance)
    db.close()


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
@pytest.mark.parametrize("path", ["/api/v1/collect", "/api/v1/sites", "/metrics", "/live", "/snapshot"])
async def test_the_api_wants_a_login_or_a_token(path: str, given: str | None) -> None:
    """Without a session and a token that is known the API and the stream are 401, also from our own origin."""
    headers = [(b"origin", HOST.encode()), (b"sec-fetch-site", b"same-origin")]
    headers += [(b"authorization", given.encode("latin-1"))] if given is not None else []
    async with guest(sid="") as client:
        for method in ("GET", "POST"):
            answer = await client.request(method, path, headers=headers)
            assert answer.status_code == 401
            assert answer.headers["content-type"] == "application/problem+json"


async def test_a_wrong_token_is_not_helped_by_a_cookie() -> None:
    """Whoever sends a token is judged by it alone."""
    async with guest(authorization="Bearer wrong") as client:
        assert (await client.get("/api/v1/sites")).status_code == 401


@pytest.mark.parametrize(
    ("path", "to"),
    [
        ("/", "/login"),
        ("/site/11110", "/login?next=%2Fsite%2F11110"),
        ("/?lang=en", "/login?next=%2F%3Flang%3Den"),
    ],
)
async def test_a_page_sends_to_the_login(path: str, to: str) -> None:
    """Without a session a page answers with the way to the login, which knows where to go on to."""
    async with guest(sid="") as client:
        answer = await client.get(path)
    assert (answer.status_code, answer.headers["location"]) == (303, to)


@pytest.mark.parametrize(
    "path", ["/login", "/healthz", "/_favicon.ico", "/assets/login.css", "/assets/fonts/PretendardVariable.woff2"]
)
async def test_the_way_in_is_open(path: str) -> None:
    """The login, what it looks like, and whether the server lives need no login."""
    async with guest(sid="") as client:
        assert (await client.get(path)).text == "yes"


@pytest.mark.parametrize(
    "path", ["/assets/wall.js", "/assets/secmon.css", "/assets/geo/hexmap.json", "/_dash-layout", "/_dash-dependencies"]
)
async def test_nothing_else_is_open(path: str) -> None:
    """Scripts, the map and what Dash serves are for those who are logged in."""
    async with guest(sid="") as client:
        assert (await client.get(path)).status_code in {303, 401}


async def test_a_page_wants_its_permission() -> None:
    """A page of the table is 403 for whoever lacks the permission beside it."""
    async with guest() as client:
        answer = await client.get("/people")
    assert (answer.status_code, "people" in answer.text) == (403, True)


@pytest.mark.parametrize("sid", ["wrong", "x" * 5000, "é", "secret"])
async def test_an_unknown_cookie_is_nobody(sid: str) -> None:
    """A cookie that no session has is as good as none; the running server's token is no cookie."""
    async with guest(sid="") as client:
        answer = await client.get("/api/v1/sites", headers=[(b"cookie", f"sid={sid}".encode())])
    assert answer.status_code == 401


async def test_the_token_opens_the_api() -> None:
    """With its token the command line of this machine may change things."""
    async with guest(authorization="Bearer secret") as client:
        assert (await client.post("/api/v1/collect")).status_code == 200


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/", 303), ("GET", "/nothing", 404), ("POST", "/api/v1/collect", 401), ("GET", "/assets/login.css", 200)],
)
async def test_every_answer_carries_the_headers(method: str, path: str, status: int) -> None:
    """Answers and refusals alike forbid sniffing, framing and content from elsewhere."""
    async with guest(sid="") as client:
        answer = await client.request(method, path)
    assert answer.status_code == status
    assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS
    assert answer.headers["content-security-policy"] == policy(["'sha256-abc'"])


async def test_only_assets_may_be_kept() -> None:
    """Everything but the assets is `no-store`; an asset with the time of its change in its address is kept for good."""
    paths = ("/", "/?m=1", "/snapshot?m=1", "/assets/a.js", "/assets/a.js?m=1764201600.25", "/assets/a.js?m=x")
    async with guest() as client:
        kept = {path: (await client.get(path)).headers.get("cache-control") for path in paths}
    for_good = "private, max-age=31536000, immutable"
    assert list(kept.values()) == ["no-store", "no-store", "no-store", None, for_good, None]


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
    async with principal(centre) as client:
        answer = await client.get("/")
    scripts = re.findall(r"<script(?![^>]*(?:src=|application/json))[^>]*>(.*?)</script>", answer.text, re.DOTALL)
    assert scripts
    for script in scripts:
        digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
        assert f"'sha256-{digest}'" in answer.headers["content-security-policy"]


async def test_the_application_is_behind_the_gate(centre: Centre) -> None:
    """The whole application refuses what the gate refuses, and its API takes the token of the lock file."""
    async with principal(centre) as client:
        assert (await client.get("/", headers={"host": "evil.example"})).status_code == 421
        assert (await client.get("/docs")).status_code == 404
    async with principal(centre, draft=None) as client:
        asked = {"site": "00000", "feed": "x", "format": "auto"}
        assert (await client.post("/api/v1/ingest", params=asked)).status_code == 401
        token = {"authorization": f"Bearer {centre.instance.token}"}
        known = await client.post("/api/v1/ingest", params=asked, headers=token)
    assert known.status_code == 404
    assert "00000" in known.json()["detail"]


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


async def test_a_websocket_wants_a_login() -> None:
    """A websocket without a session is closed before it is accepted."""
    assert await through(websocket(cookie="")) == [{"type": "websocket.close", "code": 4401}]


async def test_our_websocket_is_handed_on() -> None:
    """A websocket of our own page reaches the application."""
    assert await through(websocket(origin=HOST)) == [{"type": "websocket.accept"}]


async def test_the_lifespan_is_handed_on() -> None:
    """What is neither a request nor a websocket goes through untouched."""
    assert await through({"type": "lifespan"}) == [{"type": "lifespan.seen"}]
