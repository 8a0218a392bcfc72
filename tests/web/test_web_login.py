"""The way in and out, through the whole application: cookies, errors, lockout, one-click roles, identity provider."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from identity_provider import SECRET, Provider, serving
from secmon.auth import demo_accounts
from secmon.auth.accounts import AccountDraft, add_account, set_password
from secmon.auth.roles import Role
from secmon.db.audit_log import Actor, audit_entries
from secmon.db.transaction import Change
from secmon.runtime.centre import Centre
from secmon.runtime.data_folder_lock import Instance
from secmon.runtime.server import application
from secmon.settings import IdentityProvider
from secmon.sites.scope import EVERYTHING
from secmon.store.client import Store
from secmon.web.gateway.login_routes import safe_next
from web_centre import HOST, NOW, NOWHERE, centre_over, new_desk

CHIEF = Actor("chief")
GOOD = "correct horse battery"
OURS = {"origin": HOST, "sec-fetch-site": "same-origin"}


@pytest.fixture
def centre(tmp_path: Path) -> Iterator[Centre]:
    """A centre with the account of an operator."""
    db = new_desk(tmp_path)
    add_account(Change(db, EVERYTHING, CHIEF, NOW), AccountDraft("kim", Role.OPERATOR), GOOD)
    with Instance(tmp_path) as instance:
        yield centre_over(Store(NOWHERE), db, tmp_path, instance)
    db.close()


@asynccontextmanager
async def browser(centre: Centre) -> AsyncIterator[httpx.AsyncClient]:
    """A client that keeps cookies and comes from our own pages."""
    transport = httpx.ASGITransport(application(centre), client=("192.0.2.7", 50_000))
    async with httpx.AsyncClient(transport=transport, base_url=HOST, headers=OURS) as client:
        yield client


async def log_in(client: httpx.AsyncClient, name: str = "kim", password: str = GOOD, to: str = "/") -> httpx.Response:
    """Send the form."""
    return await client.post("/login", data={"name": name, "password": password, "next": to})


async def test_the_login_page_is_complete_without_anything_else(centre: Centre) -> None:
    """It is HTML without a script, in Korean and English, and asks nobody else; its style is open to all."""
    async with browser(centre) as client:
        for language, said in (("ko", "비밀번호"), ("en", "Password")):
            page = await client.get("/login", params={"lang": language})
            assert page.status_code == 200
            assert said in page.text
            assert "<script" not in page.text
            assert f'<html lang="{language}">' in page.text
            assert "http" not in page.text
        assert (await client.get("/assets/login.css")).status_code == 200
        assert (await client.get("/assets/fonts/PretendardVariable.woff2")).status_code == 200


async def test_a_login_leads_to_where_one_wanted_to_go(centre: Centre) -> None:
    """303 to the page asked for, with a cookie that scripts cannot read and other sites do not send."""
    async with browser(centre) as client:
        away = await client.get("/site/11110?lang=en")
        assert away.headers["location"] == "/login?next=%2Fsite%2F11110%3Flang%3Den"
        answer = await log_in(client, to="/site/11110?lang=en")
        assert (answer.status_code, answer.headers["location"]) == (303, "/site/11110?lang=en")
        cookie = answer.headers["set-cookie"]
        assert {"HttpOnly", "SameSite=lax", "Path=/"} <= {part.strip() for part in cookie.split(";")}
        assert "Secure" not in cookie
        assert (await client.get("/api/v1/me")).json()["name"] == "kim"


async def test_the_cookie_is_secure_behind_tls(centre: Centre) -> None:
    """With an https address for browsers the cookie never goes over a plain connection."""
    public = replace(centre, settings=centre.settings.model_copy(update={"public_url": "https://soc.example"}))
    async with browser(public) as client:
        answer = await client.post(
            "/login",
            data={"name": "kim", "password": GOOD},
            headers={"host": "soc.example", "origin": "https://soc.example"},
        )
    assert answer.status_code == 303
    assert "Secure" in answer.headers["set-cookie"]


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "javascript:alert(1)",
        "\\\\evil",
        "",
        "feeds",
        "/login",
        "/logout",
        "/\tx",
        "/x\r\nset-cookie: a=b",
        "http:evil.example",
        "///evil.example",
    ],
)
def test_the_way_on_stays_here(target: str) -> None:
    """Whatever does not plainly lead to a page of this server leads to the wall."""
    assert safe_next(target) == "/"


@pytest.mark.parametrize("target", ["/", "/feeds", "/site/11110?lang=en", "/hunt?q=a%20b&since=1h"])
def test_pages_of_ours_are_a_way_on(target: str) -> None:
    """Paths of this server, with their query."""
    assert safe_next(target) == target


async def test_a_session_that_was_planted_is_not_used(centre: Centre) -> None:
    """A cookie that the browser brings to the login is no session afterwards, and one that was is over."""
    async with browser(centre) as client:
        await client.post(
            "/login", data={"name": "kim", "password": GOOD}, headers={"cookie": "sid=planted-by-somebody-else"}
        )
        first = client.cookies["sid"]
        assert first != "planted-by-somebody-else"
        await log_in(client)
        second = client.cookies["sid"]
        assert second != first
    async with browser(centre) as other:
        for secret, status in (("planted-by-somebody-else", 401), (first, 401), (second, 200)):
            answer = await other.get("/api/v1/me", headers={"cookie": f"sid={secret}"})
            assert answer.status_code == status


async def test_a_wrong_login_is_told_the_same_way(centre: Centre) -> None:
    """Wrong password and unknown name look alike, and what was typed is not shown again."""
    async with browser(centre) as client:
        pages = [await log_in(client, name, "<script>x</script>") for name in ("kim", "nobody")]
    assert {page.status_code for page in pages} == {401}
    assert pages[0].text == pages[1].text
    assert "script" not in pages[0].text


async def test_a_name_is_locked_after_five_failures(centre: Centre) -> None:
    """From then on it is 429 with Retry-After, for the right password too."""
    async with browser(centre) as client:
        codes = [(await log_in(client, password="wrong")).status_code for _ in range(6)]
        answer = await log_in(client)
    assert codes == [401, 401, 401, 401, 429, 429]
    assert answer.status_code == 429
    assert answer.headers["retry-after"] == "30"
    assert "sid" not in client.cookies


async def test_an_address_may_try_twenty_times_a_minute(centre: Centre) -> None:
    """Trying many names from one place is held up, whatever the names are."""
    async with browser(centre) as client:
        codes = [(await log_in(client, f"name-{number}", "x")).status_code for number in range(22)]
    assert codes == [401] * 20 + [429] * 2


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "http://evil.example", "sec-fetch-site": "cross-site"},
        {"origin": "null"},
        {"sec-fetch-site": "same-site"},
        {"sec-fetch-site": "cross-site"},
    ],
)
@pytest.mark.parametrize("path", ["/login", "/logout", "/login/demo", "/password", "/api/v1/alerts/bulk"])
async def test_no_other_site_posts_here(centre: Centre, path: str, headers: dict[str, str]) -> None:
    """A form or script of another site is 403, with the visitor's cookie too."""
    async with browser(centre) as client:
        await log_in(client)
        fresh = {"sec-fetch-site": "", "origin": HOST, **headers}
        answer = await client.post(path, data={"name": "kim", "password": GOOD}, headers=fresh)
        assert answer.status_code == 403
        assert (await client.get("/api/v1/me")).status_code == 200


async def test_logging_out_ends_the_session(centre: Centre) -> None:
    """The cookie is gone from the browser, and no session here answers to it any more."""
    async with browser(centre) as client:
        await log_in(client)
        secret = client.cookies["sid"]
        answer = await client.post("/logout")
        assert (answer.status_code, answer.headers["location"]) == (303, "/login")
        assert "sid" not in client.cookies
        assert (await client.get("/api/v1/me", headers={"cookie": f"sid={secret}"})).status_code == 401
        assert (await client.get("/logout")).status_code in {303, 405}


async def test_a_one_time_password_is_replaced_first(centre: Centre) -> None:
    """Until then every page leads to the new password, and the API is 403; afterwards everything is open."""
    set_password(Change(centre.db, EVERYTHING, CHIEF, NOW), "kim", "one-time password", must_change=True)
    async with browser(centre) as client:
        await log_in(client, password="one-time password")
        for path in ("/", "/site/11110"):
            assert (await client.get(path)).headers["location"] == "/password"
        assert (await client.get("/api/v1/me")).status_code == 403
        assert (await client.post("/_dash-update-component", json={})).status_code == 403
        assert "새 비밀번호" in (await client.get("/password")).text
        form = {"old": "one-time password", "new": "another good password", "again": "another good password"}
        for wrong in ({"old": "wrong"}, {"again": "differs"}, {"new": "short", "again": "short"}):
            assert (await client.post("/password", data={**form, **wrong})).status_code == 400
        before = client.cookies["sid"]
        assert (await client.post("/password", data=form)).headers["location"] == "/"
        assert client.cookies["sid"] != before
        assert (await client.get("/api/v1/me")).status_code == 200
        assert (await client.get("/api/v1/me", headers={"cookie": f"sid={before}"})).status_code == 401


async def test_the_demonstration_lets_in_with_one_click(centre: Centre) -> None:
    """Where the sites are simulated the page offers its roles; each button logs in as just that."""
    demo_accounts.ensure_demo_accounts(centre.db, NOW)
    context = replace(centre.pipeline.context, simulated=True)
    centre.pipeline.context = context
    async with browser(centre) as client:
        page = (await client.get("/login", params={"lang": "en"})).text
        for account in demo_accounts.ACCOUNTS:
            assert f'value="{account.name}"' in page
            answer = await client.post("/login/demo", data={"account": account.name, "next": "/feeds"})
            assert answer.headers["location"] == "/feeds"
            assert (await client.get("/api/v1/me")).json()["role"] == account.role
        assert (await client.post("/login/demo", data={"account": "kim"})).status_code == 404


async def test_nobody_else_lets_in_with_one_click(centre: Centre) -> None:
    """A real centre has no one-click logins, over the data of a demonstration either; nor has one that others reach."""
    demo_accounts.ensure_demo_accounts(centre.db, NOW)
    async with browser(centre) as client:
        assert "demo-" not in (await client.get("/login")).text
        assert (await client.post("/login/demo", data={"account": "demo-supervisor"})).status_code == 404
        assert (await log_in(client, "demo-supervisor", "")).status_code == 401
    open_to_all = replace(centre, settings=centre.settings.model_copy(update={"host": "0.0.0.0"}))
    centre.pipeline.context = replace(centre.pipeline.context, simulated=True)
    async with browser(open_to_all) as client:
        assert (await client.post("/login/demo", data={"account": "demo-supervisor"})).status_code == 404


async def test_the_health_page_tells_strangers_nothing_more(centre: Centre) -> None:
    """Without a login it says whether the centre is well; what is wrong is for those who are in."""
    async with browser(centre) as client:
        assert (await client.get("/healthz")).json() == {"status": "degraded"}
        await log_in(client)
        assert "127.0.0.1:9" in (await client.get("/healthz")).json()["problems"]["store"]


async def test_a_form_that_is_too_big_is_none(centre: Centre) -> None:
    """A body beyond 16 kB is not read on; it logs nobody in."""
    async with browser(centre) as client:
        answer = await client.post("/login", data={"name": "kim", "password": GOOD, "more": "x" * 20_000})
    assert answer.status_code == 401


async def test_an_identity_provider_lets_in(centre: Centre, tmp_path: Path) -> None:
    """Through the provider and back: a session of the role that the group has; a second answer is refused."""
    secret = tmp_path / "client-secret"
    secret.write_text(SECRET)
    with serving(Provider(now=int(NOW.timestamp()))) as provider:
        oidc = IdentityProvider.model_validate(
            {
                "issuer": provider.issuer,
                "client_id": "secmon",
                "client_secret_file": secret,
                "title": "City SSO",
                "roles": {"soc": "operator"},
            }
        )
        known = replace(centre, settings=centre.settings.model_copy(update={"oidc": oidc}))
        async with browser(known) as client, httpx.AsyncClient(trust_env=False) as outside:
            assert "City SSO" in (await client.get("/login")).text
            gone = await client.get("/login/provider", params={"next": "/feeds"})
            cookie = gone.headers["set-cookie"]
            assert "HttpOnly" in cookie
            assert "Path=/login" in cookie
            back = (await outside.get(gone.headers["location"])).headers["location"]
            assert back.startswith(f"{HOST}/login/callback?")
            answer = await client.get(back, headers={"sec-fetch-site": "cross-site"})
            assert (answer.status_code, answer.headers["location"]) == (303, "/feeds")
            me = (await client.get("/api/v1/me")).json()
            assert (me["name"], me["role"]) == ("kim.minsu", "operator")
            assert (await client.get(back)).status_code == 403
        async with browser(known) as stranger:
            assert (await stranger.get(back)).status_code == 403
            assert parse_qs(urlsplit(back).query)["state"]
    acts = [(one.actor, one.action) for one in audit_entries(centre.db, EVERYTHING, limit=20)]
    assert ("kim.minsu", "login") in acts


async def test_a_session_ends_by_the_clock(centre: Centre) -> None:
    """Two hours without a request, and one logs in again."""
    now = [NOW]
    centre.pipeline.context = replace(centre.pipeline.context, clock=lambda: now[0])
    centre.pipeline.clock = lambda: now[0]
    async with browser(centre) as client:
        await log_in(client)
        now[0] += timedelta(hours=1, minutes=59)
        assert (await client.get("/api/v1/me")).status_code == 200
        now[0] += timedelta(hours=2)
        assert (await client.get("/api/v1/me")).status_code == 401
