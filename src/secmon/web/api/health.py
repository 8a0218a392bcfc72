"""Whether the server lives, and how the centre does."""

import asyncio

from fastapi import APIRouter, FastAPI
from starlette.responses import JSONResponse, Response

from secmon.errors import SecmonError
from secmon.people.roles import Permission
from secmon.web.api.reply import json_reply
from secmon.web.api.service import Service
from secmon.web.status import status
from secmon.web.visitor import Refused, Viewing, known_visitor


def register(server: FastAPI, service: Service) -> None:
    """Put /healthz on the server; it is answered without a login."""

    @server.get("/healthz", include_in_schema=False)
    async def healthz() -> Response:
        """200 while every job works and the store answers, else 503; what is wrong is for those who are logged in."""
        console = service.console
        try:
            await asyncio.to_thread(console.store.rows, "SELECT 1")
            found = dict(await asyncio.to_thread(service.problems))
        except SecmonError as error:
            found = {"store": str(error)}
        body: dict[str, object] = {"status": "degraded" if found else "ok"}
        visitor = known_visitor()
        if visitor is not None and visitor.scope.everything and visitor.may(Permission.VIEW):
            body |= {"problems": found, "viewers": console.hub.viewers}
        return JSONResponse(body, status_code=503 if found else 200)


def routes(api: APIRouter, service: Service) -> None:
    """State of the centre."""

    @api.get("/status", tags=["centre"])
    async def read_status(visitor: Viewing) -> Response:
        """Totals and health, as `secmon status --json`; for those who see every site."""
        if not visitor.scope.everything:
            raise Refused("the status is of the whole centre: it needs an account that sees every site")
        console = service.console
        return json_reply(
            await asyncio.to_thread(
                status, console.store, console.desk, console.sites, console.reports(), console.clock()
            )
        )
