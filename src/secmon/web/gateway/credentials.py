"""Authenticate a request by its headers."""

import asyncio
from dataclasses import dataclass

from starlette.datastructures import Headers
from starlette.requests import cookie_parser

from secmon.auth.authenticator import Authenticator
from secmon.auth.principal import Principal

COOKIE = "sid"


@dataclass(frozen=True, slots=True)
class CredentialReader:
    """Authenticate by session cookie or bearer token; an unknown token is refused even beside a valid cookie."""

    authenticator: Authenticator

    async def principal(self, headers: Headers, address: str) -> Principal | None:
        """Return the user; None if unknown."""
        given = headers.get("authorization", "")
        if given:
            scheme, _, token = given.partition(" ")
            if scheme.lower() != "bearer" or not token:
                return None
            return await asyncio.to_thread(self.authenticator.by_token, token, address)
        secret = session_secret(headers)
        return await asyncio.to_thread(self.authenticator.by_cookie, secret, address) if secret else None


def session_secret(headers: Headers) -> str:
    """Return the session cookie; '' if there is none."""
    return cookie_parser(headers.get("cookie", "")).get(COOKIE, "")
