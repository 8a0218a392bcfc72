"""Request bodies that are not JSON: log lines and lists."""

from fastapi import Request

from secmon.errors import UsageError

_MOST_BYTES = 64_000_000


async def body_of(request: Request) -> bytes:
    """Return the body; raise UsageError above the size limit."""
    parts, size = [], 0
    async for part in request.stream():
        size += len(part)
        if size > _MOST_BYTES:
            raise UsageError("body.too_large", megabytes=_MOST_BYTES // 1_000_000)
        parts.append(part)
    return b"".join(parts)
