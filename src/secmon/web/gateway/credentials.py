"""Authenticate a request by its headers."""

import asyncio
from dataclasses import dataclass

from starlette.datastructures import Headers
from starlette.requests import cookie_parser

from secmon.auth.authenticator import Doorkeeper
from secmon.auth.principal import Visitor

COOKIE = "sid"


@dataclass(frozen=True, slots=True)
class HeaderDoor:
    """Authenticate by session cookie or bearer token; an unknown token is refused even beside a valid cookie."""

    keeper: Doorkeeper

    async def visitor(self, headers: Headers, address: str) -> Visitor | None:
        """Return the user; None if unknown."""
        given = headers.get("authorization", "")
        if given:
            scheme, _, token = given.partition(" ")
            if scheme.lower() != "bearer" or not token:
                return None
            return await asyncio.to_thread(self.keeper.by_token, token, address)
        secret = session_secret(headers)
        return await asyncio.to_thread(self.keeper.by_cookie, secret, address) if secret else None


def session_secret(headers: Headers) -> str:
    """Return the session cookie; '' if there is none."""
    return cookie_parser(headers.get("cookie", "")).get(COOKIE, "")
