"""Commands to a running server, from the command line and from sites: ingest, maintenance, collection."""

import asyncio
from dataclasses import asdict
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from secmon.auth.principal import Principal
from secmon.auth.roles import Permission
from secmon.errors import UsageError
from secmon.feed_health import maintenance
from secmon.web.api.body import body_of
from secmon.web.api.problems import Absent
from secmon.web.api.reply import json_reply
from secmon.web.api.service import Service
from secmon.web.api.shapes import Moment
from secmon.web.gateway.current_user import Refused, RequirePermission

_Name = Annotated[str, Query(max_length=32, pattern=r"^[a-z][a-z0-9_]{0,31}$")]
_NameOrNone = Annotated[str, Query(max_length=32, pattern=r"^([a-z][a-z0-9_]{0,31})?$")]
_Bringing = Annotated[Principal, Depends(RequirePermission(Permission.INGEST))]
_Announcing = Annotated[Principal, Depends(RequirePermission(Permission.MAINTENANCE))]
_Tuning = Annotated[Principal, Depends(RequirePermission(Permission.SETTINGS))]
_Rule = Annotated[str, Query(min_length=1, max_length=100, pattern=r"^[A-Za-z0-9_-]+$")]
_Keeping = Annotated[Principal, Depends(RequirePermission(Permission.BACK_UP))]
_Collecting = Annotated[Principal, Depends(RequirePermission(Permission.COLLECT))]


def routes(api: APIRouter, service: Service) -> None:
    """Add the routes that change the running centre."""
    _sites(api, service)
    _centre(api, service)


def _sites(api: APIRouter, service: Service) -> None:
    def known(site: str, principal: Principal) -> None:
        if service.context.site(site) is None or not principal.scope.covers(site):
            raise Absent("site.unknown", code=site[:20])

    @api.post("/ingest", tags=["centre"])
    async def post_lines(
        request: Request,
        principal: _Bringing,
        site: str,
        feed: _Name,
        format: _Name = "auto",  # noqa: A002  # the parameter's name in the address
    ) -> Response:
        """Ingest the lines of the body, as `secmon ingest`; for sites that push, and for manual imports."""
        known(site, principal)
        return json_reply(asdict(await service.pipeline.import_lines(site, feed, format, await body_of(request))))

    @api.post("/maintenance", tags=["centre"])
    async def post_maintenance(
        principal: _Announcing, site: str, until: datetime, reason: str, feed: _NameOrNone = ""
    ) -> Response:
        """Announce maintenance of a site, or of one of its feeds, from now on, as `secmon maintenance`."""
        known(site, principal)
        if until.tzinfo is None:
            raise UsageError("time.until_no_zone")
        window = maintenance.MaintenanceWindow(site, feed, service.now(), until, reason)
        await asyncio.to_thread(maintenance.announce_maintenance, service.db, window)
        return json_reply({"site": site, "feed": feed, "until": until.isoformat(), "reason": reason})

    @api.post("/maintenance/end", tags=["centre"])
    async def end_maintenance(principal: _Announcing, site: str, feed: _NameOrNone = "") -> Response:
        """End announced maintenance, as `secmon maintenance --end`."""
        known(site, principal)
        ended = await asyncio.to_thread(maintenance.end_maintenance, service.db, site, feed, service.now())
        return json_reply({"site": site, "feed": feed, "ended": ended})


def _centre(api: APIRouter, service: Service) -> None:
    @api.post("/collect", tags=["centre"])
    async def post_round(principal: _Collecting) -> Response:
        """Run a collection round now, as `secmon collect --once`."""
        if not principal.scope.everything:
            raise Refused("permission.all_sites")
        return json_reply(asdict(await service.pipeline.collect_once()))

    @api.post("/rules/rerun", tags=["centre"])
    async def post_rerun(_visitor: _Tuning, rule: _Rule, begins: Moment, ends: Moment) -> Response:
        """Backtest a rule over past events, as `secmon rules rerun`; answers when it has finished."""
        return json_reply(asdict(await service.pipeline.rerun(rule, begins, ends)))

    @api.post("/backup", tags=["centre"])
    async def post_backup(_visitor: _Keeping) -> Response:
        """Create a backup beside the data; `secmon backup` calls this and then moves it to its destination."""
        return json_reply(asdict(await service.backup.back_up()))
