"""An HTTP answer before compression."""

import json
from dataclasses import dataclass

_LINES = b"text/plain; charset=utf-8"

Headers = tuple[tuple[bytes, bytes], ...]


@dataclass(frozen=True, slots=True)
class Reply:
    """Status, body, content type and further headers."""

    status: int
    body: bytes
    kind: bytes = _LINES
    headers: Headers = ()


def refusal(status: int, text: str, headers: Headers = ()) -> Reply:
    """Return an answer of one sentence."""
    return Reply(status, f"{text}\n".encode(), headers=headers)


def document(content: object, status: int = 200) -> Reply:
    """Return an answer in JSON."""
    return Reply(status, json.dumps(content, ensure_ascii=False).encode(), b"application/json")
