"""Digests: archive, deliveries and recipients."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Path, Query
from pydantic import Field
from starlette.responses import Response

from secmon.auth.principal import Principal
from secmon.auth.roles import Permission
from secmon.db.database import Database
from secmon.reports import archive
from secmon.reports.compose import compose as compose_digest
from secmon.reports.compose import due_of
from secmon.reports.delivery import recipients as digest_recipients
from secmon.reports.delivery.recipients import Recipient
from secmon.sites.scope import EVERYTHING
from secmon.web.api.problems import Absent
from secmon.web.api.service import Service
from secmon.web.api.shapes import Id, In, Limit, Line, Out
from secmon.web.gateway.current_user import RequirePermission

_Reading = Annotated[Principal, Depends(RequirePermission(Permission.EXPORT))]
_Setting = Annotated[Principal, Depends(RequirePermission(Permission.SETTINGS))]
_Version = Annotated[str, Path(pattern="^(ko|en)(-masked)?$")]
_Name = Annotated[str, Path(pattern=r"^[a-z]{1,16}\.[a-z]{1,5}$")]


class DigestOut(Out):
    """An archived digest; `scope` is '' for all municipalities, 11 for a province, 11110 for a municipality."""

    id: int
    kind: str
    scope: str
    begins: datetime
    ends: datetime
    composed_at: datetime
    late: bool
    urgent: bool
    versions: list[str]


class DigestWhole(DigestOut):
    """A digest with the names of its documents by version."""

    documents: dict[str, list[str]]


class DigestList(Out):
    """Digests, newest first."""

    digests: list[DigestOut]


class DeliveryOut(Out):
    """Delivery of a digest to one recipient."""

    key: str
    recipient: int
    name: str
    channel: str
    state: str
    attempts: int
    next_try: datetime
    sent_at: datetime | None
    error: str


class Composed(Out):
    """A digest that was composed, or found."""

    id: int
    new: bool


class Resend(In):
    """Recipients to resend to; an empty list means all."""

    to: list[Annotated[int, Field(ge=1, lt=2**31)]] = Field(default=[], max_length=500)


class RecipientIn(In):
    """A recipient of digests, notices and letters."""

    name: Line = Field(min_length=1, max_length=64)
    channel: Literal["mail", "webhook", "chat"] = "mail"
    address: Annotated[str, Field(min_length=1, max_length=500, pattern=r"^[^\x00-\x20]+$")]
    language: Literal["ko", "en"] = "ko"
    scope: str = Field("", pattern="^([0-9]{2}|[0-9]{5})?$")
    kinds: list[Line] = Field(default=[], max_length=30)
    quiet: str = Field("", max_length=11)
    masked: bool = False
    active: bool = True


class RecipientOut(RecipientIn):
    """A recipient as stored; `source` is hand or settings."""

    id: int
    source: str


class Sent(Out):
    """Numbers of the recipients."""

    recipients: list[int]


def routes(api: APIRouter, service: Service) -> None:
    """Add the archive for callers who may export, within their scope, and the rest for those who manage settings."""

    @api.get("/digests", tags=["digests"], response_model=DigestList)
    def listed(
        principal: _Reading,
        kind: Annotated[str, Query(max_length=16)] = "",
        limit: Limit = 50,
        before: Annotated[int | None, Query(ge=1, lt=2**31)] = None,
    ) -> object:
        """List digests, newest first; `before` is the id to continue below."""
        return {"digests": archive.digests(_db(service), principal.scope, kind=kind, limit=limit, before=before)}

    @api.post("/digests", tags=["digests"], response_model=Composed)
    def compose(
        _visitor: _Setting,
        kind: Annotated[str, Query(max_length=16)],
        date: Annotated[str, Query(max_length=10)] = "",
        site: Annotated[str, Query(pattern="^([0-9]{2}|[0-9]{5})?$")] = "",
        versions: Annotated[str, Query(max_length=60)] = "",
        send: bool = False,
    ) -> Mapping[str, Any]:
        """Compose the digest of a period, or find it if it exists; without `date`, of the newest completed period."""
        _db(service)
        wanted, now = [one for one in versions.split(",") if one], service.now()
        due = due_of(kind, date, site, now)
        made = compose_digest(service.digest_sources.fresh(), due, now, versions=wanted, send=send)
        return {"id": made.id, "new": made.new}

    _of_one(api, service)
    _of_recipients(api, service)


def _of_one(api: APIRouter, service: Service) -> None:
    @api.get("/digests/{number}", tags=["digests"], response_model=DigestWhole)
    def one(number: Id, principal: _Reading) -> object:
        """Read a digest with the names of its documents."""
        db = _db(service)
        found = archive.digest(db, principal.scope, number)
        names = {made: archive.document_names(db, principal.scope, number, made) for made in found.versions}
        return {**asdict(found), "documents": names}

    @api.get("/digests/{number}/documents/{version}/{name}", tags=["digests"], response_class=Response)
    def document(number: Id, version: _Version, name: _Name, principal: _Reading) -> Response:
        """Return a document as it was sent; images in a page link to the files beside it, not to those in the mail."""
        content, media = archive.browser_document(_db(service), principal.scope, number, version, name)
        return Response(content, media_type=media)

    @api.get("/digests/{number}/deliveries", tags=["digests"], response_model=list[DeliveryOut])
    def deliveries(number: Id, principal: _Setting) -> object:
        """List the delivery to each recipient."""
        return archive.deliveries(_db(service), principal.scope, number)

    @api.post("/digests/{number}/resend", tags=["digests"], response_model=Sent)
    def resend(number: Id, body: Resend, principal: _Setting) -> object:
        """Resend a digest unchanged."""
        _db(service)
        return {"recipients": archive.resend(service.change(principal), number, to=body.to)}


def _of_recipients(api: APIRouter, service: Service) -> None:
    @api.get("/recipients", tags=["digests"], response_model=list[RecipientOut])
    def recipients(_visitor: _Setting) -> object:
        """List all recipients."""
        return digest_recipients.recipients(_db(service), active=False)

    @api.post("/recipients", tags=["digests"], response_model=RecipientOut, status_code=201)
    def add(body: RecipientIn, principal: _Setting) -> object:
        """Add a recipient; recipients from the settings are changed there."""
        return _save(service, principal, 0, body)

    @api.put("/recipients/{number}", tags=["digests"], response_model=RecipientOut)
    def change(number: Id, body: RecipientIn, principal: _Setting) -> object:
        """Change language, hours, kinds or scope of a recipient."""
        return _save(service, principal, number, body)

    @api.delete("/recipients/{number}", tags=["digests"], status_code=204)
    def remove(number: Id, principal: _Setting) -> None:
        """Stop all sending to a recipient."""
        _db(service)
        digest_recipients.remove(service.change(principal, EVERYTHING), number)


def _db(service: Service) -> Database:
    """Return the database of the digests; raise Absent in a presentation, which keeps none."""
    if service.context.staged:
        raise Absent("digest.none_kept")
    return service.db


def _save(service: Service, principal: Principal, number: int, body: RecipientIn) -> Recipient:
    """Add (number 0) or change a recipient."""
    _db(service)
    wanted = Recipient(**{**body.model_dump(), "id": number, "kinds": tuple(body.kinds)})
    return digest_recipients.save(service.change(principal, EVERYTHING), wanted)
