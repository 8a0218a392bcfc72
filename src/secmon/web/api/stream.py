"""The wall's snapshot within the user's scope, as a stream and as a single response."""

from fastapi import FastAPI, Request
from starlette.responses import Response, StreamingResponse

from secmon.web.api.service import Service
from secmon.web.gateway.credentials import CredentialReader
from secmon.web.gateway.current_user import Viewing


def register(server: FastAPI, service: Service) -> None:
    """Put /live and /snapshot on the server."""
    door = CredentialReader(service.authenticator)

    @server.get("/live", include_in_schema=False)
    async def live(request: Request, principal: Viewing) -> Response:
        """Stream snapshots as Server-Sent Events, until the viewer leaves or the session ends."""
        address = principal.address

        async def still_here() -> bool:
            now = await door.principal(request.headers, address)
            return now is not None and now.scope == principal.scope and now.permissions == principal.permissions

        stream = service.context.hub.stream(principal.scope, still_here)
        return StreamingResponse(stream, media_type="text/event-stream", headers={"x-accel-buffering": "no"})

    @server.get("/snapshot", include_in_schema=False)
    async def snapshot(request: Request, principal: Viewing) -> Response:
        """Return the newest snapshot, for browsers that cannot hold a stream."""
        share = await service.context.hub.share(principal.scope)
        etag = f'"{share.etag}"'
        if request.headers.get("if-none-match") == etag:
            return Response(status_code=304, headers={"etag": etag})
        return Response(share.payload or b"{}", media_type="application/json", headers={"etag": etag})
