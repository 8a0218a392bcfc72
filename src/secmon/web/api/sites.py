"""The registry of municipalities, within the caller's scope."""

from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel

from secmon.sites.registry import site_record
from secmon.web.api.problems import Absent
from secmon.web.api.service import Service
from secmon.web.gateway.current_user import Viewing


class SiteOut(BaseModel, extra="allow"):
    """A municipality of the registry."""

    code: str
    ko: str
    en: str
    province: str
    province_ko: str
    province_en: str
    kind: str


def routes(api: APIRouter, service: Service) -> None:
    """Add the routes for reading the registry."""

    @api.get("/sites", tags=["sites"], response_model=list[SiteOut])
    async def read_sites(principal: Viewing) -> Any:
        """List the sites of the caller's scope, as `secmon sites --json`."""
        context = service.context
        seen = [site for site in context.sites if principal.scope.covers(site.code)]
        return [site_record(site, context.province(site.province)) for site in seen]

    @api.get("/sites/{code}", tags=["sites"], response_model=SiteOut)
    async def read_site(code: str, principal: Viewing) -> Any:
        """Read a municipality by its 5-digit code."""
        context = service.context
        site = context.site(code)
        if site is None or not principal.scope.covers(site.code):
            raise Absent("site.unknown", code=code[:20])
        return site_record(site, context.province(site.province))
