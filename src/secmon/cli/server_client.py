"""Client that the command line uses to reach the server that has the data folder open."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import httpx

from secmon.errors import SecmonError
from secmon.runtime.data_folder_lock import Running

_TIMEOUT = httpx.Timeout(10.0, read=300.0)


def get_json(server: Running, path: str, parameters: Mapping[str, str] = MappingProxyType({})) -> Any:
    """Return the JSON answer of a GET; raise SecmonError when the server refuses or does not answer."""
    return _answer(server, "GET", path, parameters, None)


def post_json(server: Running, path: str, parameters: Mapping[str, str], body: bytes | None = None) -> Any:
    """Return the JSON answer of a POST; raise SecmonError when the server refuses or does not answer."""
    return _answer(server, "POST", path, parameters, body)


def _answer(server: Running, method: str, path: str, parameters: Mapping[str, str], body: bytes | None) -> Any:
    if not server.url:
        raise SecmonError.literal(
            f"process {server.pid} has the data folder open but serves nothing yet: try again in a moment"
        )
    try:
        response = httpx.request(
            method,
            server.url + path,
            params=dict(parameters),
            content=body,
            timeout=_TIMEOUT,
            headers={"authorization": f"Bearer {server.token}"},
            trust_env=False,
        )
    except httpx.HTTPError as error:
        raise SecmonError.literal(
            f"the server at {server.url} did not answer ({error}): is it still running?"
        ) from error
    if response.is_error:
        try:
            reason = response.json()["detail"]
        except (ValueError, KeyError, TypeError):
            reason = f"{response.status_code} {response.text[:200]}"
        raise SecmonError.literal(f"the server at {server.url} refused: {reason}")
    return response.json()
