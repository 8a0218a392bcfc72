"""Login through an identity provider on a real socket: what is believed, and what is not."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from auth_cases import CHIEF, NOW, account_of, acts, trying

from identity_provider import FOREIGN, SECRET, Provider, serving
from secmon.auth.accounts import AccountChange, account, change_account
from secmon.auth.login import LoginRefused, start_login_session
from secmon.auth.oidc import Identity, ProviderRefused, finish_oidc_login, start_oidc_login
from secmon.auth.oidc_accounts import sign_in_identity
from secmon.auth.roles import Role
from secmon.auth.sessions import SessionLimits, find_session
from secmon.db.database import Database
from secmon.db.transaction import Change
from secmon.settings import IdentityProvider
from secmon.sites.scope import EVERYTHING, Scope

pytest_plugins = "database_fixtures"
BACK = "http://127.0.0.1:8050/login/callback"
ROLES = {"soc": "operator", "leads": "supervisor", "seoul": "province:11", "jongno": "municipality:11110"}


@pytest.fixture
def provider() -> Iterator[Provider]:
    """A provider that answers."""
    with serving(Provider(now=int(NOW.timestamp()))) as running:
        yield running


@pytest.fixture
def configured(provider: Provider, tmp_path: Path) -> IdentityProvider:
    """Our settings for it."""
    secret = tmp_path / "client-secret"
    secret.write_text(SECRET + "\n")
    return IdentityProvider.model_validate(
        {"issuer": provider.issuer, "client_id": "secmon", "client_secret_file": secret, "roles": ROLES}
    )


def through(db: Database, settings: IdentityProvider, **changed: str) -> Identity:
    """Begin a login, say yes at the provider, and come back; `changed` replaces what the browser brings."""
    gone = start_oidc_login(db, settings, BACK, "/feeds", NOW)
    answer = httpx.get(gone.address, trust_env=False)
    query = {name: one[-1] for name, one in parse_qs(urlsplit(answer.headers["location"]).query).items()}
    given = {**query, **{name: value for name, value in changed.items() if name != "cookie"}}
    return finish_oidc_login(db, settings, BACK, given, changed.get("cookie", gone.cookie), NOW)


def test_a_login_comes_back_with_who_it_is(db: Database, configured: IdentityProvider, provider: Provider) -> None:
    """Subject, name, groups and where to go on to; PKCE with S256, state and nonce are sent along."""
    gone = start_oidc_login(db, configured, BACK, "/feeds", NOW)
    asked = parse_qs(urlsplit(gone.address).query)
    assert asked["code_challenge_method"] == ["S256"]
    assert {"state", "nonce", "code_challenge", "client_id", "redirect_uri", "scope", "response_type"} <= set(asked)
    found = through(db, configured)
    assert found == Identity(f"{provider.issuer} 4711", "Kim.Minsu", frozenset({"soc"}), "/feeds")


@pytest.mark.parametrize(
    "claims",
    [
        {"nonce": "another"},
        {"nonce": None},
        {"aud": "somebody-else"},
        {"aud": ["somebody-else"]},
        {"iss": "https://evil.example"},
        {"exp": int(NOW.timestamp()) - 3600},
        {"iat": int(NOW.timestamp()) + 3600},
        {"sub": None},
    ],
    ids=str,
)
def test_a_token_that_is_not_for_us_is_refused(
    db: Database, configured: IdentityProvider, provider: Provider, claims: dict[str, Any]
) -> None:
    """Another nonce, audience or issuer, a token that is over or of the future, or one about nobody."""
    provider.claims = claims
    with pytest.raises(ProviderRefused, match="ID token"):
        through(db, configured)


@pytest.mark.parametrize("header", [{"alg": "none"}, {"alg": "RS256", "kid": "one"}], ids=["unsigned", "foreign key"])
def test_a_token_that_nobody_signed_is_refused(
    db: Database, configured: IdentityProvider, provider: Provider, header: dict[str, str]
) -> None:
    """Without a signature, or with that of a key which is not the provider's."""
    provider.header, provider.key = header, FOREIGN
    with pytest.raises(ProviderRefused, match="cannot be verified"):
        through(db, configured)


@pytest.mark.parametrize("changed", [{"state": "forged"}, {"cookie": "of another browser"}, {"cookie": ""}], ids=str)
def test_an_answer_to_another_browsers_login_is_refused(
    db: Database, configured: IdentityProvider, changed: dict[str, str]
) -> None:
    """State and cookie have to belong to the same login: a forged callback logs nobody in."""
    with pytest.raises(ProviderRefused, match="not started in this browser"):
        through(db, configured, **changed)


def test_an_answer_counts_once_and_for_ten_minutes(db: Database, configured: IdentityProvider) -> None:
    """A second use of the same answer is refused, and so is one that comes too late."""
    gone = start_oidc_login(db, configured, BACK, "/", NOW)
    location = httpx.get(gone.address, trust_env=False).headers["location"]
    query = {name: one[-1] for name, one in parse_qs(urlsplit(location).query).items()}
    finish_oidc_login(db, configured, BACK, query, gone.cookie, NOW)
    with pytest.raises(ProviderRefused, match="not started"):
        finish_oidc_login(db, configured, BACK, query, gone.cookie, NOW)
    late = start_oidc_login(db, configured, BACK, "/", NOW)
    state = parse_qs(urlsplit(late.address).query)["state"][0]
    with pytest.raises(ProviderRefused, match="too long ago"):
        finish_oidc_login(db, configured, BACK, {"state": state, "code": "x"}, late.cookie, NOW + timedelta(minutes=10))


def test_a_wrong_code_is_refused(db: Database, configured: IdentityProvider) -> None:
    """A code that the provider has not given out for this verifier gives no token."""
    with pytest.raises(ProviderRefused, match="no ID token"):
        through(db, configured, code="stolen")


def test_a_refusal_of_the_provider_is_told(db: Database, configured: IdentityProvider) -> None:
    """An answer without a code says what the provider said."""
    gone = start_oidc_login(db, configured, BACK, "/", NOW)
    state = parse_qs(urlsplit(gone.address).query)["state"][0]
    with pytest.raises(ProviderRefused, match="access_denied"):
        finish_oidc_login(db, configured, BACK, {"state": state, "error": "access_denied"}, gone.cookie, NOW)


def test_a_provider_that_is_away_or_another_is_told(db: Database, configured: IdentityProvider) -> None:
    """Nobody at the address, or somebody who calls himself otherwise."""
    away = configured.model_copy(update={"issuer": "http://127.0.0.1:9"})
    other = configured.model_copy(update={"issuer": configured.issuer + "/"})
    for settings, said in ((away, "did not answer"), (other, "calls itself")):
        with pytest.raises(ProviderRefused, match=said):
            start_oidc_login(db, settings, BACK, "/", NOW)


def identity(*roles: str, subject: str = "https://idp.example 1", name: str = "Kim") -> Identity:
    """Somebody with these groups."""
    return Identity(subject, name, frozenset(roles), "/")


def test_the_first_login_makes_the_account(db: Database, configured: IdentityProvider) -> None:
    """Its role follows from the group; the widest counts; it has no password of its own here."""
    assert sign_in_identity(db, configured, identity("soc", "leads", "other"), "192.0.2.7", NOW) == "kim"
    found = account(db, "kim")
    assert found is not None
    assert (found.role, found.local) == (Role.SUPERVISOR, False)
    assert ("kim", "account.add", "account:kim") in acts(db)


def test_a_place_comes_with_the_role(db: Database, configured: IdentityProvider) -> None:
    """province:11 and municipality:11110 give role and scope."""
    sign_in_identity(db, configured, identity("seoul", subject="i 1", name="a1"), "", NOW)
    sign_in_identity(db, configured, identity("jongno", subject="i 2", name="b2"), "", NOW)
    seoul, jongno = account(db, "a1"), account(db, "b2")
    assert seoul is not None
    assert jongno is not None
    assert (seoul.role, seoul.province) == (Role.PROVINCE, "11")
    assert (jongno.role, jongno.scope) == (Role.MUNICIPALITY, Scope.of_sites(["11110"]))


def test_a_changed_group_changes_the_role(db: Database, configured: IdentityProvider) -> None:
    """At the next login; sessions with the old role end."""
    sign_in_identity(db, configured, identity("leads"), "", NOW)
    from_before = _session(db, "kim")
    sign_in_identity(db, configured, identity("soc"), "", NOW)
    found = account(db, "kim")
    assert found is not None
    assert found.role is Role.OPERATOR
    assert find_session(db, from_before, NOW, SessionLimits()) is None


def test_nobody_without_a_group_comes_in(db: Database, configured: IdentityProvider) -> None:
    """No group that has a role: no account, no login; also not under the name of a local account."""
    with pytest.raises(ProviderRefused, match="has no role"):
        sign_in_identity(db, configured, identity("strangers"), "", NOW)
    assert account(db, "kim") is None
    account_of(db, "kim")
    with pytest.raises(ProviderRefused, match="already"):
        sign_in_identity(db, configured, identity("soc"), "", NOW)


def test_a_disabled_account_stays_out(db: Database, configured: IdentityProvider) -> None:
    """The provider's word does not let in whom we have disabled."""
    sign_in_identity(db, configured, identity("soc"), "", NOW)
    change_account(Change(db, EVERYTHING, CHIEF, NOW), "kim", AccountChange(disabled=True))
    sign_in_identity(db, configured, identity("soc"), "", NOW)
    with pytest.raises(LoginRefused):
        _session(db, "kim")


@pytest.mark.parametrize("text", ["root", "province", "province:1", "municipality:11", "operator:11"])
def test_a_role_that_is_none_is_no_setting(text: str) -> None:
    """A mapping to a role that does not exist, or without its place, is refused with the settings."""
    with pytest.raises(ValueError, match="is not a valid role"):
        IdentityProvider.model_validate(
            {"issuer": "https://idp.example", "client_id": "secmon", "roles": {"soc": text}}
        )


def _session(db: Database, name: str) -> str:
    return start_login_session(db, name, trying(name), NOW, SessionLimits(), "provider")
