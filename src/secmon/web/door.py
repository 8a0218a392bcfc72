"""From the headers of a request to the visitor behind it."""

import asyncio
from dataclasses import dataclass

from starlette.datastructures import Headers
from starlette.requests import cookie_parser

from secmon.people.doorkeeper import Doorkeeper
from secmon.people.visitor import Visitor

COOKIE = "sid"


@dataclass(frozen=True, slots=True)
class HeaderDoor:
    """Knows visitors by the session's cookie or a bearer token; a token that is not known is not helped by a cookie."""

    keeper: Doorkeeper

    async def visitor(self, headers: Headers, address: str) -> Visitor | None:
        """Who asks; None for nobody known."""
        given = headers.get("authorization", "")
        if given:
            scheme, _, token = given.partition(" ")
            if scheme.lower() != "bearer" or not token:
                return None
            return await asyncio.to_thread(self.keeper.by_token, token, address)
        secret = session_secret(headers)
        return await asyncio.to_thread(self.keeper.by_cookie, secret, address) if secret else None


def session_secret(headers: Headers) -> str:
    """The session's cookie, '' when there is none."""
    return cookie_parser(headers.get("cookie", "")).get(COOKIE, "")
