"""Health check of the server, and status of the centre."""

import asyncio

from fastapi import APIRouter, FastAPI
from starlette.responses import JSONResponse, Response

from secmon.auth.roles import Permission
from secmon.errors import SecmonError
from secmon.live.status import status
from secmon.web.api.reply import json_reply
from secmon.web.api.service import Service
from secmon.web.gateway.current_user import Refused, Viewing, current_user_or_none


def register(server: FastAPI, service: Service) -> None:
    """Put /healthz on the server; it is answered without a login."""

    @server.get("/healthz", include_in_schema=False)
    async def healthz() -> Response:
        """Answer 200 while every job works and the store answers, else 503; only logged-in callers see the problems."""
        context = service.context
        try:
            await asyncio.to_thread(context.store.rows, "SELECT 1")
            found = dict(await asyncio.to_thread(service.pipeline.healthy))
        except SecmonError as error:
            found = {"store": str(error)}
        body: dict[str, object] = {"status": "degraded" if found else "ok"}
        principal = current_user_or_none()
        if principal is not None and principal.scope.everything and principal.may(Permission.VIEW):
            body |= {"problems": found, "viewers": context.hub.viewers}
        return JSONResponse(body, status_code=503 if found else 200)


def routes(api: APIRouter, service: Service) -> None:
    """Add the route for the status of the centre."""

    @api.get("/status", tags=["centre"])
    async def read_status(principal: Viewing) -> Response:
        """Return totals and health, as `secmon status --json`; for callers who see every site."""
        if not principal.scope.everything:
            raise Refused("permission.all_sites")
        context = service.context
        return json_reply(
            await asyncio.to_thread(
                status, context.store, context.db, context.sites, context.reports(), context.clock()
            )
        )
