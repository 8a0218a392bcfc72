"""What a request brings that is no JSON: log lines, lists."""

from fastapi import Request

from secmon.errors import UsageError

_MOST_BYTES = 64_000_000


async def body_of(request: Request) -> bytes:
    """The body; UsageError for more than a request may bring."""
    parts, size = [], 0
    async for part in request.stream():
        size += len(part)
        if size > _MOST_BYTES:
            raise UsageError(f"more than {_MOST_BYTES // 1_000_000} MB at once: send it in parts")
        parts.append(part)
    return b"".join(parts)
