"""Threat indicators: import lists, read their hits, expire them."""

import asyncio
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request

from secmon.auth.principal import Principal
from secmon.auth.roles import Permission
from secmon.detection.threat_intel import indicators
from secmon.detection.threat_intel.import_ import ImportTerms, end_indicator, import_indicators
from secmon.detection.threat_intel.indicators import ThreatKind
from secmon.sites.scope import EVERYTHING
from secmon.taxonomy import Tlp
from secmon.times import duration
from secmon.web.api.body import body_of
from secmon.web.api.service import Service
from secmon.web.api.shapes import Out
from secmon.web.gateway.current_user import Refused, RequirePermission

_Reading = Annotated[Principal, Depends(RequirePermission(Permission.HUNT))]
_Changing = Annotated[Principal, Depends(RequirePermission(Permission.SETTINGS))]
_Text = Annotated[str, Query(max_length=200, pattern=r"^[^\x00-\x1f]*$")]


class IndicatorOut(Out):
    """An indicator of one source, and the records in which it was seen."""

    kind: ThreatKind
    value: str
    source: str
    tlp: Tlp
    expires_at: datetime
    hits: int
    sites: int
    last_hit: datetime | None
    note: str


class RefusedOut(Out):
    """An entry that was not imported; `line` counts lines, or objects of a bundle, from 1."""

    line: int
    reason: str


class TakenOut(Out):
    """Imported indicators by kind, and refused entries."""

    source: str
    taken: int
    kinds: dict[ThreatKind, int]
    refused: list[RefusedOut]


class Ended(Out):
    """Number of indicators that were in force."""

    ended: int


def routes(api: APIRouter, service: Service) -> None:
    """Add the routes for reading, importing and expiring indicators."""

    @api.get("/indicators", tags=["indicators"], response_model=list[IndicatorOut])
    def read(principal: _Reading, *, expired: bool = False) -> list[IndicatorOut]:
        """List indicators in force, optionally expired indicators too, most hits first, as `secmon indicators list`."""
        _everywhere(principal)
        found = indicators.list_indicators(service.context.store, service.now(), expired=expired)
        return [IndicatorOut.model_validate(indicators.indicator_record(one)) for one in found]

    @api.post("/indicators", tags=["indicators"], response_model=TakenOut)
    async def take(
        request: Request,
        principal: _Changing,
        source: Annotated[_Text, Query(min_length=1)],
        tlp: Tlp = Tlp.AMBER,
        expires: Annotated[str, Query(max_length=20)] = "30d",
    ) -> object:
        """Import the list in the body (plain text, CSV or STIX 2.1), as `secmon indicators import`."""
        body, change = await body_of(request), service.change(principal, EVERYTHING)
        terms = ImportTerms(source, tlp, change.now + duration(expires))
        return await asyncio.to_thread(import_indicators, change, service.context.store, body, terms)

    @api.post("/indicators/expire", tags=["indicators"], response_model=Ended)
    def expire(principal: _Changing, value: Annotated[_Text, Query(min_length=1)], source: _Text = "") -> Ended:
        """Expire an indicator, of one source or of all, as `secmon indicators expire`."""
        change = service.change(principal, EVERYTHING)
        return Ended(ended=end_indicator(change, service.context.store, value, source))


def _everywhere(principal: Principal) -> None:
    if not principal.scope.everything:
        raise Refused("permission.all_sites")
