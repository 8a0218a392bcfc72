"""Every route and every callback has a rule, and is refused without login and for whoever lacks the permission.

The walk takes whatever is there: a new route or callback without a rule fails these tests.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from dash import get_app
from fastapi.dependencies.models import Dependant
from starlette.routing import Mount

from secmon.auth.accounts import AccountDraft
from secmon.auth.roles import PERMISSIONS, Permission, Role
from secmon.runtime.data_folder_lock import Instance
from secmon.runtime.server import application
from secmon.store.client import Store
from secmon.web.gateway.access_middleware import AccessMiddleware
from secmon.web.gateway.current_user import RequirePermission
from secmon.web.pages import all_pages
from secmon.web.shell import lazy_scripts
from web_centre import HOST, NOWHERE, centre_over, new_desk, session_of

OPEN = {
    ("GET", "/healthz"),
    ("GET", "/login"),
    ("POST", "/login"),
    ("POST", "/login/demo"),
    ("GET", "/login/provider"),
    ("GET", "/login/callback"),
    ("GET", "/_favicon.ico"),
}
"""Answered to everybody."""

ANY_LOGIN = {
    ("POST", "/logout"),
    ("GET", "/password"),
    ("POST", "/password"),
    ("GET", "/"),
    ("GET", "/_dash-layout"),
    ("GET", "/_dash-dependencies"),
    ("POST", "/_dash-update-component"),
    ("GET", "/_reload-hash"),
    ("GET", "/_dash-component-suites/{package_name}/{fingerprinted_path:path}"),
    ("GET", "{path:path}"),
    ("GET", lazy_scripts.PATH),
}
"""Answered to every session: the frame of the pages, whose callbacks have rules of their own, and one's own affairs."""

DRAFTS = {
    Role.ADMINISTRATOR: AccountDraft("a-boss", Role.ADMINISTRATOR),
    Role.SUPERVISOR: AccountDraft("a-chief", Role.SUPERVISOR),
    Role.OPERATOR: AccountDraft("a-oper", Role.OPERATOR),
    Role.PROVINCE: AccountDraft("a-seoul", Role.PROVINCE, province="11"),
    Role.MUNICIPALITY: AccountDraft("a-jongno", Role.MUNICIPALITY, site="11110"),
    Role.VIEWER: AccountDraft("a-guest", Role.VIEWER),
    Role.DEMO: AccountDraft("a-show", Role.DEMO),
}
VALUES = {
    "number": "1",
    "code": "11110",
    "site": "11110",
    "name": "11110.txt",
    "short": "0" * 12,
    "batch_id": "b",
    "seq": "1",
}


@dataclass(frozen=True)
class Rule:
    """A route and the permission it names, None for none."""

    method: str
    path: str
    permission: Permission | None

    @property
    def asked(self) -> str:
        """An address that the route answers."""
        path = re.sub(r"/feed/province/\{name\}", "/feed/province/11.txt", self.path)
        path = re.sub(r"/accounts/\{name\}", "/accounts/a-nobody", path)
        path = re.sub(r"\{(\w+):path\}", "x", path)
        return re.sub(r"\{(\w+)\}", lambda found: VALUES.get(found[1], "x"), path) or "/"


@dataclass
class House:
    """The application, and somebody of each role in it."""

    gate: AccessMiddleware
    rules: Sequence[Rule]
    callbacks: dict[str, Any]
    cookies: dict[Role, str]

    def client(self, role: Role | None, **headers: str) -> httpx.AsyncClient:
        """Somebody of this role, None for nobody."""
        given = {"cookie": f"sid={self.cookies[role]}"} if role else {}
        return httpx.AsyncClient(
            transport=httpx.ASGITransport(self.gate, raise_app_exceptions=False),
            base_url=HOST,
            headers={**given, **headers},
        )


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """The whole application over a desk; its store does not answer."""
    folder: Path = tmp_path_factory.mktemp("house")
    db = new_desk(folder)
    with Instance(folder) as instance:
        centre = centre_over(Store(NOWHERE), db, folder, instance)
        settings = centre.settings.model_copy(update={"api_per_minute": 6000})  # each test asks every route at once
        gate = application(replace(centre, settings=settings))
        assert isinstance(gate, AccessMiddleware)
        cookies = {role: session_of(db, draft) for role, draft in DRAFTS.items()}
        server: Any = gate.app
        callbacks = dict(get_app().callback_map)  # type: ignore[no-untyped-call]  # Dash leaves it untyped
        yield House(gate, tuple(walked(server.routes)), callbacks, cookies)
    db.close()


def walked(routes: Sequence[Any]) -> Iterator[Rule]:
    """Every route, those of included routers too, with the permission among its dependencies."""
    for route in routes:
        if isinstance(route, Mount):
            assert route.path == "/assets"  # the gate lets in for the login's own files only
        elif hasattr(route, "dependant") and getattr(route, "methods", None):
            for method in sorted(route.methods - {"HEAD"}):
                yield Rule(method, route.path, permission_of(route.dependant))
        elif hasattr(route, "original_router"):
            yield from walked(route.original_router.routes)
        else:
            assert "ws" in route.path, f"what is {route}?"  # the gate wants a login for every websocket


def permission_of(dependant: Dependant) -> Permission | None:
    """The permission that a route depends on."""
    found = [one.call.permission for one in dependant.dependencies if isinstance(one.call, RequirePermission)]
    assert len(found) <= 1, "one permission a route"
    return found[0] if found else None


def test_every_route_has_a_rule(house: House) -> None:
    """A route names a permission, or stands in one of the two tables above."""
    without = {(rule.method, rule.path) for rule in house.rules if rule.permission is None}
    assert without <= OPEN | ANY_LOGIN
    assert len(house.rules) > 90


async def test_nothing_is_answered_without_a_login(house: House) -> None:
    """Every other route is 401, or leads to the login, for nobody; with a wrong token, and a wrong cookie, too."""
    for headers in ({}, {"authorization": "Bearer wrong"}, {"cookie": "sid=wrong"}):
        async with house.client(None, **headers) as client:
            for rule in house.rules:
                if (rule.method, rule.path) in OPEN:
                    continue
                answer = await client.request(rule.method, rule.asked, json={})
                refused = answer.status_code == 401 or answer.headers.get("location", "").startswith("/login")
                assert refused or answer.status_code == 404, (rule, answer.status_code)


@pytest.mark.parametrize("role", list(Role))
async def test_a_role_without_the_permission_is_refused(house: House, role: Role) -> None:
    """403 for whoever lacks the permission that the route names, whatever is sent; the others are not turned away."""
    async with house.client(role) as client:
        for rule in house.rules:
            if rule.permission is None or rule.path in {"/live", "/api/v1/sessions/{short}"}:
                continue
            answer = await client.request(rule.method, rule.asked, json={})
            if rule.permission in PERMISSIONS[role]:
                assert answer.status_code not in {401, 500}, (rule, answer.text)
            else:
                assert answer.status_code == 403, (rule, answer.status_code, answer.text)
                assert answer.headers["content-type"] == "application/problem+json"


PARTS = {"code": "11110", "province": "11", "number": "1"}
"""A value for each parameter that a page's path may have; a new one belongs here."""


@pytest.mark.parametrize("role", list(Role))
async def test_a_page_without_the_permission_is_refused(house: House, role: Role) -> None:
    """Pages of the site map are 403 for whoever lacks their permission; without a login they lead to the login."""
    for page in all_pages():
        path = re.sub(r"\(\?P<(\w+)>.*\)$", lambda found: PARTS[found[1]], page.path).replace("(?:wall)?", "")
        async with house.client(None) as client:
            assert (await client.get(path)).headers["location"].startswith("/login"), page.name
        async with house.client(role) as client:
            status = (await client.get(path)).status_code
        assert (status == 403) is (page.permission not in PERMISSIONS[role]), (page.name, status)
        assert status not in {303, 401}, page.name


def test_every_callback_has_a_rule(house: House) -> None:
    """A callback that runs here names its permission with `needs`, and does not stop the event loop."""
    served = {name: entry["callback"] for name, entry in house.callbacks.items() if "callback" in entry}
    assert len(served) >= 3
    without = [
        name[:100]
        for name, callback in served.items()
        if not isinstance(getattr(callback, "permission", None), Permission)
    ]
    assert without == []


@pytest.mark.parametrize("role", [None, *Role])
async def test_a_callback_without_the_permission_is_refused(house: House, role: Role | None) -> None:
    """401 without a login, 403 for whoever lacks the permission that the callback names, whatever is sent."""
    async with house.client(role) as client:
        entries = (await house_dependencies(house)) or []
        for entry in entries:
            callback = house.callbacks[entry["output"]].get("callback")
            if callback is None:
                continue
            answer = await client.post("/_dash-update-component", json=asking(entry))
            if role is None:
                assert answer.status_code == 401
            elif callback.permission not in PERMISSIONS[role]:
                assert answer.status_code == 403, (entry["output"][:80], answer.status_code)
            else:
                assert answer.status_code not in {401, 403}, entry["output"][:80]


async def house_dependencies(house: House) -> list[dict[str, Any]]:
    """What the browser is told of callbacks."""
    async with house.client(Role.ADMINISTRATOR) as client:
        entries: list[dict[str, Any]] = (await client.get("/_dash-dependencies")).json()
    return entries


def asking(entry: dict[str, Any]) -> dict[str, Any]:
    """A request for a callback as a browser sends it, with nothing filled in."""
    output = entry["output"]
    names = output.strip(".").split("...")
    outputs = [dict(zip(("id", "property"), name.split("@")[0].rsplit(".", 1), strict=True)) for name in names]

    def plain(wanted: list[dict[str, Any]]) -> list[Any]:
        return [[] if str(one["id"]).startswith("{") else {**one, "value": None} for one in wanted]

    return {
        "output": output,
        "outputs": outputs if output.startswith("..") else outputs[0],
        "inputs": plain(entry["inputs"]),
        "state": plain(entry["state"]),
        "changedPropIds": [f"{one['id']}.{one['property']}" for one in entry["inputs"]],
    }


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", ""])
async def test_a_forged_host_gets_nothing(house: House, host: str) -> None:
    """Every route is 421 under another name, with a good session too."""
    async with house.client(Role.ADMINISTRATOR, host=host) as client:
        for rule in house.rules:
            assert (await client.request(rule.method, rule.asked, json={})).status_code == 421, rule


async def test_no_change_comes_from_elsewhere(house: House) -> None:
    """Every unsafe method with a cookie is 403 from another origin, on every route."""
    for headers in ({"origin": "http://evil.example"}, {"sec-fetch-site": "cross-site"}, {"origin": "null"}):
        async with house.client(Role.ADMINISTRATOR, **headers) as client:
            for rule in house.rules:
                if rule.method not in {"GET", "HEAD", "OPTIONS"}:
                    assert (await client.request(rule.method, rule.asked, json={})).status_code == 403, rule
