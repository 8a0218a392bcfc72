"""The description of the API in OpenAPI, for those who are logged in."""

from fastapi import APIRouter, FastAPI
from starlette.responses import Response

from secmon.web.api.reply import json_reply
from secmon.web.visitor import Viewing


def routes(api: APIRouter, server: FastAPI) -> None:
    """Put it beside the routes it describes."""

    @api.get("/openapi.json", include_in_schema=False)
    async def openapi(_visitor: Viewing) -> Response:
        """Every route of the API with its parameters and answers."""
        return json_reply(server.openapi())
