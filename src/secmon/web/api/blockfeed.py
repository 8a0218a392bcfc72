"""Block list feeds polled by firewalls: of a site, a province or all sites, as text, CSV or STIX 2.1."""

from typing import Annotated

from fastapi import APIRouter, Depends, Header, Path, Response
from pydantic import Field

from secmon.auth.principal import Principal
from secmon.auth.roles import Permission
from secmon.response.blocklist import blocklist
from secmon.response.blocklist import workflow as block_workflow
from secmon.response.blocklist.blocklist import BlockFeed
from secmon.response.blocklist.export_formats import comma_separated, plain, stix
from secmon.web.api.problems import Absent
from secmon.web.api.service import Service
from secmon.web.api.shapes import In, Out, SiteCode
from secmon.web.gateway.current_user import RequirePermission

_Polling = Annotated[Principal, Depends(RequirePermission(Permission.BLOCK_FEED))]
_IfNoneMatch = Annotated[str | None, Header(max_length=500)]
_FORMS = r"\.(txt|csv|stix\.json)$"
_OfSite = Annotated[str, Path(pattern=r"^(all|[0-9]{5})" + _FORMS)]
_OfProvince = Annotated[str, Path(pattern=r"^[0-9]{2}" + _FORMS)]
_MEDIA = {
    "txt": "text/plain; charset=utf-8",
    "csv": "text/csv; charset=utf-8",
    "stix.json": "application/stix+json;version=2.1",
}
_FEED = {
    200: {
        "description": "The list as it is now; its ETag changes with it",
        "content": {media.split(";", 1)[0]: {} for media in _MEDIA.values()},
    },
    304: {"description": "The list is the one of If-None-Match"},
}


class Applied(In):
    """The version of the list applied by the site's equipment."""

    version: int = Field(ge=1, lt=2**31)


class AppliedOut(Out):
    """`new` is False if the version was acknowledged before."""

    site: str
    version: int
    new: bool


def routes(api: APIRouter, service: Service) -> None:
    """Add the routes of the block list feeds and of their acknowledgement."""
    _feeds(api, service)

    @api.post("/blocklist/feed/{site}/ack", tags=["block list"], response_model=AppliedOut)
    def acknowledge(site: SiteCode, body: Applied, principal: _Polling) -> object:
        """Acknowledge that a site has applied the list up to a version."""
        _known(service, principal, site)
        new = block_workflow.acknowledge_blocklist(service.change(principal), site, body.version)
        return AppliedOut(site=site, version=body.version, new=new)


def _feeds(api: APIRouter, service: Service) -> None:
    shown = {"tags": ["block list"], "response_class": Response, "responses": _FEED}

    @api.get("/blocklist/feed/province/{name}", **shown)  # type: ignore[arg-type]  # three keywords
    def of_province(name: _OfProvince, principal: _Polling, if_none_match: _IfNoneMatch = None) -> Response:
        """Return the block list of a province: `11.txt`, `11.csv`, `11.stix.json`.

        The caller must see every site of the province.
        """
        province, form = name.split(".", 1)
        codes = [site.code for site in service.context.sites if site.province == province]
        if not codes or not all(principal.scope.covers(code) for code in codes):
            raise Absent("province.unknown", code=province)
        found = blocklist.block_feed_of_sites(service.db, codes, service.now(), name=province)
        return _sent(found, form, if_none_match)

    @api.get("/blocklist/feed/{name}", **shown)  # type: ignore[arg-type]  # three keywords
    def of_site(name: _OfSite, principal: _Polling, if_none_match: _IfNoneMatch = None) -> Response:
        """Return the block list of a site, as `11110.txt`, `.csv` or `.stix.json`.

        Callers who see all sites may read `all.txt`.
        """
        site, form = name.split(".", 1)
        if site == "all":
            if not principal.scope.everything:
                raise Absent("block.list_of_all_sites")
            return _sent(
                blocklist.block_feed_of_sites(service.db, None, service.now(), name="all"), form, if_none_match
            )
        _known(service, principal, site)
        return _sent(blocklist.block_feed(service.db, site, service.now()), form, if_none_match)


def _known(service: Service, principal: Principal, site: str) -> None:
    if service.context.site(site) is None or not principal.scope.covers(site):
        raise Absent("site.unknown", code=site[:20])


def _sent(feed: BlockFeed, form: str, if_none_match: str | None) -> Response:
    etag = f'"{feed.etag}"'
    headers = {"etag": etag, "x-blocklist-version": str(feed.version), "cache-control": "private, no-cache"}
    if if_none_match and etag in {one.strip().removeprefix("W/") for one in if_none_match.split(",")}:
        return Response(status_code=304, headers=headers)
    text = {"txt": plain, "csv": comma_separated, "stix.json": stix}[form](feed)
    return Response(text, headers=headers, media_type=_MEDIA[form])
