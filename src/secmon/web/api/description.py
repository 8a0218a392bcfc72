"""OpenAPI description of the API, for logged-in users."""

from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute
from starlette.responses import Response

from secmon.auth.roles import Permission
from secmon.web.api.problems import Problem
from secmon.web.api.reply import json_reply
from secmon.web.gateway.current_user import RequirePermission, Viewing

PERMISSION = "x-permission"
"""Extension member of an operation: the permission it requires."""


@cache
def described(server: FastAPI) -> dict[str, Any]:
    """Return the OpenAPI description of every API route on the server."""
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
    """Yield path, method and permission of each route, including those of included routers."""
    for route in routes:
        if isinstance(route, APIRoute):
            needed = [
                one.call.permission for one in route.dependant.dependencies if isinstance(one.call, RequirePermission)
            ]
            yield from ((route.path, method.lower(), one) for method in route.methods or () for one in needed)
        elif hasattr(route, "original_router"):
            yield from _permissions(route.original_router.routes)


def routes(api: APIRouter, server: FastAPI) -> None:
    """Add the description beside the routes it describes."""

    @api.get("/openapi.json", include_in_schema=False)
    async def openapi(_visitor: Viewing) -> Response:
        """Return every route of the API with its parameters and responses."""
        return json_reply(described(server))
