"""Routes beside the dashboard: health, the live stream, the snapshot, and what the command line asks for."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

import orjson
from fastapi import FastAPI, Request
from starlette.responses import JSONResponse, Response, StreamingResponse

from secmon.alerts import maintenance
from secmon.errors import SecmonError
from secmon.sites.registry import Province, Site
from secmon.web.console import Console
from secmon.web.live import LiveHub
from secmon.web.status import status

Ingest = Callable[[str, str, str, bytes], Awaitable[Mapping[str, Any]]]
Collect = Callable[[], Awaitable[Mapping[str, Any]]]


def register(
    server: FastAPI,
    console: Console,
    problems: Callable[[], Mapping[str, str]],
    ingest: Ingest,
    collect: Collect,
) -> None:
    """Put the routes on the server; must come before Dash, whose catch-all would take them."""
    _register_live(server, console.hub)

    @server.get("/healthz")
    async def healthz() -> Response:
        """200 while every job works and the store answers, else 503 with what is wrong."""
        try:
            await asyncio.to_thread(console.store.rows, "SELECT 1")
            found = dict(await asyncio.to_thread(problems))
        except SecmonError as error:
            found = {"store": str(error)}
        body = {"status": "degraded" if found else "ok", "problems": found, "viewers": console.hub.viewers}
        return JSONResponse(body, status_code=503 if found else 200)

    @server.get("/api/v1/status")
    async def read_status() -> Response:
        """Totals and health, as `secmon status --json`."""
        body = await asyncio.to_thread(
            status, console.store, console.desk, console.sites, console.reports(), console.clock()
        )
        return _json(body)

    @server.get("/api/v1/sites")
    async def read_sites() -> Response:
        """The registry, as `secmon sites --json`."""
        return _json([site_record(site, console.province(site.province)) for site in console.sites])

    _register_commands(server, console, ingest, collect)


def _register_live(server: FastAPI, hub: LiveHub) -> None:
    """The snapshot, as a stream and by itself."""

    @server.get("/live")
    async def live() -> Response:
        """Snapshots as Server-Sent Events, for as long as the viewer stays."""
        return StreamingResponse(hub.stream(), media_type="text/event-stream", headers={"x-accel-buffering": "no"})

    @server.get("/snapshot")
    async def snapshot(request: Request) -> Response:
        """The newest snapshot, for browsers that cannot hold a stream."""
        etag = f'"{hub.etag}"'
        if request.headers.get("if-none-match") == etag:
            return Response(status_code=304, headers={"etag": etag})
        return Response(hub.payload or b"{}", media_type="application/json", headers={"etag": etag})


def _register_commands(server: FastAPI, console: Console, ingest: Ingest, collect: Collect) -> None:
    """What the command line has a running server do."""

    @server.post("/api/v1/ingest")
    async def post_lines(request: Request, site: str, feed: str, format: str) -> Response:  # noqa: A002  # the parameter's name in the address
        """Lines of the body into the store, as `secmon ingest`."""
        if console.site(site) is None:
            return JSONResponse({"error": f"no site has the code {site}"}, status_code=404)
        try:
            return _json(await ingest(site, feed, format, await request.body()))
        except SecmonError as error:
            return JSONResponse({"error": str(error)}, status_code=409)

    @server.post("/api/v1/maintenance")
    async def post_maintenance(site: str, until: datetime, reason: str, feed: str = "") -> Response:
        """Announce work at a site, or at one feed of it, from now on, as `secmon maintenance`."""
        if console.site(site) is None:
            return JSONResponse({"error": f"no site has the code {site}"}, status_code=404)
        try:
            window = maintenance.Window(site, feed, console.clock(), until, reason)
            await asyncio.to_thread(maintenance.announce, console.desk, window)
        except (SecmonError, ValueError) as error:
            return JSONResponse({"error": str(error)}, status_code=409)
        return _json({"site": site, "feed": feed, "until": until.isoformat(), "reason": reason})

    @server.post("/api/v1/maintenance/end")
    async def end_maintenance(site: str, feed: str = "") -> Response:
        """End what was announced, as `secmon maintenance --end`."""
        ended = await asyncio.to_thread(maintenance.end, console.desk, site, feed, console.clock())
        return _json({"site": site, "feed": feed, "ended": ended})

    @server.post("/api/v1/collect")
    async def post_round() -> Response:
        """One collection round now, as `secmon collect --once`."""
        try:
            return _json(await collect())
        except SecmonError as error:
            return JSONResponse({"error": str(error)}, status_code=409)


def site_record(site: Site, province: Province) -> dict[str, Any]:
    """A site of the registry as JSON, with its province's names."""
    return {**asdict(site), "province_ko": province.ko, "province_en": province.en}


def _json(body: Any) -> Response:
    return Response(orjson.dumps(body), media_type="application/json")
