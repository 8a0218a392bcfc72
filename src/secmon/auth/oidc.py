"""Login through an OpenID Connect provider: authorization code with PKCE; every part of the answer is verified."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import httpx
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from sqlalchemy import delete

from secmon.auth.models import ProviderLogin
from secmon.auth.secrets import hash_secret, new_secret
from secmon.db.database import Database
from secmon.errors import SecmonError
from secmon.settings import IdentityProvider

ALGORITHMS = ("RS256", "PS256", "ES256", "EdDSA")
"""Accepted signature algorithms; each needs a private key, so none can be forged from public data."""
_PATIENCE = timedelta(minutes=10)
_TIMEOUT = httpx.Timeout(10.0)
_LEEWAY_SECONDS = 60


class ProviderRefused(SecmonError):  # noqa: N818  # named for what the page says
    """The provider did not answer as specified, or its answer could not be verified."""


@dataclass(frozen=True, slots=True)
class LoginRedirect:
    """Address to redirect the browser to, and the cookie secret that binds the answer to this browser."""

    address: str
    cookie: str


@dataclass(frozen=True, slots=True)
class Identity:
    """Identity that the provider states: `subject` is issuer and subject, `roles` the values of the role claim."""

    subject: str
    name: str
    roles: frozenset[str]
    destination: str


def start_oidc_login(
    db: Database, provider: IdentityProvider, back: str, destination: str, now: datetime
) -> LoginRedirect:
    """Start a login: store state, nonce and PKCE verifier, and build the redirect; `back` is the callback's address."""
    endpoint = _text(_discovered(provider), "authorization_endpoint")
    state, nonce, verifier, cookie = new_secret(), new_secret(), new_secret() + new_secret(), new_secret()
    with db.begin() as session:
        session.execute(delete(ProviderLogin).where(ProviderLogin.expires_at < now))
        session.add(
            ProviderLogin(
                state=hash_secret(state),
                browser=hash_secret(cookie),
                nonce=nonce,
                verifier=verifier,
                destination=destination,
                expires_at=now + _PATIENCE,
            )
        )
    address = prepare_grant_uri(
        endpoint,
        provider.client_id,
        "code",
        redirect_uri=back,
        scope=provider.scope,
        state=state,
        nonce=nonce,
        code_challenge=create_s256_code_challenge(verifier),
        code_challenge_method="S256",
    )
    return LoginRedirect(address, cookie)


def finish_oidc_login(
    db: Database, provider: IdentityProvider, back: str, answer: Mapping[str, str], cookie: str, now: datetime
) -> Identity:
    """Return the identity behind an answer; raise ProviderRefused when any part of it does not verify.

    State, browser, code, signature and claims are checked.
    """
    with db.begin() as session:
        login = session.get(ProviderLogin, hash_secret(answer.get("state", "")))
        if login is not None:
            session.delete(login)  # an answer is accepted once
    if login is None or now >= login.expires_at or login.browser != hash_secret(cookie):
        raise ProviderRefused.literal("the login was not started in this browser, or too long ago: start again")
    if "code" not in answer:
        raise ProviderRefused.literal(f"the identity provider refused: {answer.get('error', 'no code')[:100]}")
    found = _discovered(provider)
    given = _exchange(provider, _text(found, "token_endpoint"), answer["code"], back, login.verifier)
    claims = _believed(provider, _fetched(_text(found, "jwks_uri")), given, login.nonce, now)
    name = claims.get(provider.name_claim) or claims["sub"]
    return Identity(
        f"{provider.issuer} {claims['sub']}", str(name), _roles(claims, provider.role_claim), login.destination
    )


def _discovered(provider: IdentityProvider) -> Mapping[str, Any]:
    found = _fetched(provider.issuer.rstrip("/") + "/.well-known/openid-configuration")
    if found.get("issuer") != provider.issuer:
        raise ProviderRefused.literal(
            f"{provider.issuer} calls itself {found.get('issuer')!r}: write the issuer as it does"
        )
    return found


def _exchange(provider: IdentityProvider, endpoint: str, code: str, back: str, verifier: str) -> str:
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": back, "code_verifier": verifier}
    secret = provider.secret()
    form |= {} if secret else {"client_id": provider.client_id}
    auth = (provider.client_id, secret) if secret else None
    try:
        response = httpx.post(endpoint, data=form, auth=auth, timeout=_TIMEOUT, trust_env=False)
        token = response.json().get("id_token") if response.is_success else None
    except (httpx.HTTPError, ValueError, AttributeError) as error:
        raise ProviderRefused.literal(
            f"the identity provider at {endpoint} did not answer as specified: {error}"
        ) from error
    if not isinstance(token, str):
        raise ProviderRefused.literal(f"the identity provider gave no ID token (status {response.status_code})")
    return token


def _believed(
    provider: IdentityProvider, keys: Mapping[str, Any], token: str, nonce: str, now: datetime
) -> dict[str, Any]:
    try:
        decoded = jwt.decode(token, KeySet.import_key_set({"keys": list(keys["keys"])}), algorithms=ALGORITHMS)
        options = {"iss": {"essential": True, "value": provider.issuer}}
        claims = CodeIDToken(decoded.claims, decoded.header, options, {"nonce": nonce, "client_id": provider.client_id})
        claims.validate(now=int(now.timestamp()), leeway=_LEEWAY_SECONDS)
    except (JoseError, ValueError, KeyError, TypeError, SecmonError) as error:
        raise ProviderRefused.literal(f"the ID token cannot be verified: {error}") from error
    audience = decoded.claims.get("aud")
    if audience != provider.client_id and (not isinstance(audience, list) or provider.client_id not in audience):
        raise ProviderRefused.literal("the ID token is for somebody else")
    if decoded.claims.get("nonce") != nonce:
        raise ProviderRefused.literal("the ID token belongs to another login")
    return dict(decoded.claims)


def _roles(claims: Mapping[str, Any], claim: str) -> frozenset[str]:
    given = claims.get(claim, ())
    return frozenset(map(str, given if isinstance(given, list) else [given])) - {""}


def _fetched(address: str) -> Mapping[str, Any]:
    try:
        response = httpx.get(address, timeout=_TIMEOUT, trust_env=False)
        response.raise_for_status()
        found = response.json()
    except (httpx.HTTPError, ValueError) as error:
        raise ProviderRefused.literal(
            f"the identity provider at {address} did not answer as specified: {error}"
        ) from error
    if not isinstance(found, dict):
        raise ProviderRefused.literal(f"the identity provider at {address} did not answer with an object")
    return found


def _text(found: Mapping[str, Any], name: str) -> str:
    value = found.get(name)
    if not isinstance(value, str) or urlsplit(value).scheme not in {"http", "https"}:
        raise ProviderRefused.literal(f"the identity provider's configuration has no usable {name}")
    return value
