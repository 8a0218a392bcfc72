"""The description of the API in OpenAPI, for those who are logged in."""

from functools import cache
from typing import Any

from fastapi import APIRouter, FastAPI
from starlette.responses import Response

from secmon.web.api.problems import Problem
from secmon.web.api.reply import json_reply
from secmon.web.visitor import Viewing


def routes(api: APIRouter, server: FastAPI) -> None:
    """Put it beside the routes it describes."""

    @cache
    def described() -> dict[str, Any]:
        spec = server.openapi()
        parts = spec.setdefault("components", {})
        parts.setdefault("schemas", {})["Problem"] = Problem.model_json_schema()
        parts["securitySchemes"] = {
            "token": {"type": "http", "scheme": "bearer"},
            "session": {"type": "apiKey", "in": "cookie", "name": "sid"},
        }
        spec["security"] = [{"token": []}, {"session": []}]
        return spec

    @api.get("/openapi.json", include_in_schema=False)
    async def openapi(_visitor: Viewing) -> Response:
        """Every route of the API with its parameters and answers."""
        return json_reply(described())
