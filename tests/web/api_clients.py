"""Everybody at once at the API of one centre."""

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
from starlette.types import ASGIApp

from secmon.auth.accounts import AccountDraft
from secmon.db.database import Database
from secmon.runtime.centre import Centre
from secmon.runtime.server import application
from web_centre import HOST, session_of


@dataclass
class Room:
    """Clients by name, each logged in; `gate` is the application that they ask."""

    db: Database
    gate: ASGIApp
    clients: dict[str, httpx.AsyncClient] = field(default_factory=dict)

    async def get(self, who: str, path: str, status: int = 200, /, **query: Any) -> Any:
        """What is answered to a question, which has this status."""
        answer = await self.clients[who].get(f"/api/v1{path}", params=query)
        assert answer.status_code == status, answer.text
        return answer.json()

    async def post(self, who: str, path: str, body: Any = None, status: int = 200, seen: str | None = None) -> Any:
        """What is answered to a change, which has this status."""
        headers = {"if-match": seen} if seen else {}
        answer = await self.clients[who].post(f"/api/v1{path}", json=body, headers=headers)
        assert answer.status_code == status, answer.text
        return answer.json() if answer.content else None


@asynccontextmanager
async def room_of(centre: Centre, people: Mapping[str, AccountDraft]) -> AsyncIterator[Room]:
    """The whole application with these people in it."""
    found = Room(centre.db, application(centre))
    async with AsyncExitStack() as stack:
        for name, draft in people.items():
            cookies = {"sid": session_of(centre.db, draft)}
            client = httpx.AsyncClient(transport=httpx.ASGITransport(found.gate), base_url=HOST, cookies=cookies)
            found.clients[name] = await stack.enter_async_context(client)
        yield found
