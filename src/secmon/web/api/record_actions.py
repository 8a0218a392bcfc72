"""Routes that change one record: `POST /<records>/{number}/<action>`, registered from a table."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Depends, Response
from pydantic import BaseModel

from secmon.auth.roles import Permission
from secmon.db.transaction import Change
from secmon.web.api.reply import HasVersion, tagged
from secmon.web.api.service import Service
from secmon.web.api.shapes import Id, IfMatch, In
from secmon.web.gateway.current_user import RequirePermission, current_user


@dataclass(frozen=True, slots=True)
class RecordAction:
    """An action on one record; `name` is the name of the operation in the description of the API.

    `run` gets the change, the number of the record, the body (None for an action without one) and the version that the
    caller has seen; it returns the changed record.
    """

    path: str
    name: str
    description: str
    permission: Permission
    body: type[In] | None
    run: Callable[[Change, int, Any, int | None], HasVersion]


def add_actions(
    api: APIRouter, service: Service, actions: Iterable[RecordAction], *, tag: str, model: type[BaseModel]
) -> None:
    """Add a route for each action; it answers with the record as `model`, and with its version as the ETag."""
    for action in actions:
        api.add_api_route(
            action.path,
            _handler(service, action),
            methods=["POST"],
            tags=[tag],
            name=action.name,
            description=action.description,
            response_model=model,
            dependencies=[Depends(RequirePermission(action.permission))],
        )


def _handler(service: Service, action: RecordAction) -> Callable[..., HasVersion]:
    def without_body(number: Id, seen: IfMatch, response: Response) -> HasVersion:
        return tagged(action.run(service.change(current_user()), number, None, seen), response)

    def with_body(number: Id, body: Any, seen: IfMatch, response: Response) -> HasVersion:
        return tagged(action.run(service.change(current_user()), number, body, seen), response)

    with_body.__annotations__["body"] = action.body  # FastAPI reads the type of the body from here
    return without_body if action.body is None else with_body
