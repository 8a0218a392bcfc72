"""The description of the API in OpenAPI, for those who are logged in."""

from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute
from starlette.responses import Response

from secmon.people.roles import Permission
from secmon.web.api.problems import Problem
from secmon.web.api.reply import json_reply
from secmon.web.visitor import Needs, Viewing

PERMISSION = "x-permission"
"""Member of an operation: the permission that it needs."""


@cache
def described(server: FastAPI) -> dict[str, Any]:
    """OpenAPI of everything on the server that is part of the API."""
    spec = server.openapi()
    parts = spec.setdefault("components", {})
    parts.setdefault("schemas", {})["Problem"] = Problem.model_json_schema()
    parts["securitySchemes"] = {
        "token": {"type": "http", "scheme": "bearer"},
        "session": {"type": "apiKey", "in": "cookie", "name": "sid"},
    }
    spec["security"] = [{"token": []}, {"session": []}]
    for path, method, permission in _permissions(server.routes):
        if method in spec["paths"].get(path, {}):
            spec["paths"][path][method][PERMISSION] = str(permission)
    return spec


def _permissions(routes: Sequence[Any]) -> Iterator[tuple[str, str, Permission]]:
    """Path, method and permission of each route, those of included routers too."""
    for route in routes:
        if isinstance(route, APIRoute):
            needed = [one.call.permission for one in route.dependant.dependencies if isinstance(one.call, Needs)]
            yield from ((route.path, method.lower(), one) for method in route.methods or () for one in needed)
        elif hasattr(route, "original_router"):
            yield from _permissions(route.original_router.routes)


def routes(api: APIRouter, server: FastAPI) -> None:
    """Put it beside the routes it describes."""

    @api.get("/openapi.json", include_in_schema=False)
    async def openapi(_visitor: Viewing) -> Response:
        """Every route of the API with its parameters and answers."""
        return json_reply(described(server))
