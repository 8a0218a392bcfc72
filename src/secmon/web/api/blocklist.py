"""The block list: propose, approve by a second person, push, undo; and the allowlist."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response
from pydantic import Field

from secmon.auth.principal import Principal
from secmon.auth.roles import Permission
from secmon.errors import UsageError
from secmon.response.blocklist import allowlist, blocklist
from secmon.response.blocklist import workflow as block_workflow
from secmon.response.blocklist.allowlist import AllowlistEntry
from secmon.response.blocklist.blocklist import BlockState
from secmon.response.blocklist.workflow import Proposal
from secmon.sites.scope import EVERYTHING
from secmon.web.api.alerts import Reason
from secmon.web.api.record_actions import RecordAction, add_actions
from secmon.web.api.reply import ResultPage, cursor_of, cursor_parts, tagged
from secmon.web.api.service import Service
from secmon.web.api.shapes import Cursor, Id, In, Limit, Line, Moment, Out, SiteCode, Words
from secmon.web.gateway.current_user import RequirePermission, Viewing

_Proposing = Annotated[Principal, Depends(RequirePermission(Permission.BLOCK_PROPOSE))]
_Approving = Annotated[Principal, Depends(RequirePermission(Permission.BLOCK_APPROVE))]


class BlockOut(Out):
    """A value to block until `expires_at`, at all sites or some; author and time (UTC) of each decision."""

    id: int
    version: int
    kind: str
    value: str
    reason: str
    source: str
    incident_id: int | None
    all_sites: bool
    state: str
    expires_at: datetime
    proposed_by: str
    proposed_at: datetime
    decided_by: str
    decided_at: datetime | None
    pushed_by: str
    pushed_at: datetime | None
    pushed_version: int | None
    ended_by: str
    ended_at: datetime | None
    ended_version: int | None
    end_reason: str


class CoverageOut(Out):
    """Coverage of an entry in force; `missing` are the sites that have not acknowledged it."""

    entry_id: int
    value: str
    version: int
    pushed_at: datetime
    acknowledged: int
    of: int
    missing: tuple[str, ...]


class ProtectedOut(Out):
    """An allowlisted value, never blocked; `id` is null for built-in values."""

    id: int | None
    kind: str
    value: str
    reason: str
    author: str
    added_at: datetime | None


class Proposing(In):
    """Value, end and reason of a proposed block; without sites it applies to all of them."""

    value: Line = Field(min_length=1)
    reason: Words = Field(min_length=1)
    expires_at: Moment
    sites: list[SiteCode] = Field(default_factory=list, max_length=300)
    source: Annotated[str, Field(pattern=r"^(hand|alert:[0-9]{1,10}|campaign:[\w.:-]{1,100})$")] = "hand"
    incident: int | None = Field(None, ge=1, lt=2**31)


class Protecting(In):
    """A value to allowlist, and the reason."""

    value: Line = Field(min_length=1)
    reason: Words = Field(min_length=1)


def routes(api: APIRouter, service: Service) -> None:
    """Add the routes for reading and changing the block list."""
    _reading(api, service)
    _proposing(api, service)
    add_actions(api, service, _ACTIONS, tag="block list", model=BlockOut)
    _protecting(api, service)


def _reading(api: APIRouter, service: Service) -> None:
    @api.get("/blocklist", tags=["block list"], response_model=ResultPage[BlockOut])
    def entries(  # one argument per query parameter
        principal: Viewing,
        state: Annotated[list[BlockState], Query()] = [],  # noqa: B006  # FastAPI copies it
        text: Annotated[Line, Query(description="Part of the value.")] = "",
        incident: Annotated[int | None, Query(ge=1, lt=2**31)] = None,
        cursor: Cursor = "",
        limit: Limit = 100,
    ) -> ResultPage[BlockOut]:
        """List entries that concern a site within the caller's scope, newest first."""
        at = cursor_parts(cursor, (int,))
        rows = blocklist.search_blocks(
            service.db,
            principal.scope,
            states=state,
            text=text,
            incident_id=incident,
            limit=limit,
            before=at[0] if at else None,
        )
        items = [BlockOut.model_validate(row) for row in rows]
        return ResultPage(items=items, next=cursor_of(rows[-1].id) if len(rows) == limit else None)

    @api.get("/blocklist/coverage", tags=["block list"], response_model=list[CoverageOut])
    def coverage(principal: Viewing) -> object:
        """Return the coverage of each entry in force."""
        codes = [site.code for site in service.context.sites]
        return blocklist.coverage(service.db, principal.scope, codes)

    @api.get("/blocklist/{number}", tags=["block list"], response_model=BlockOut)
    def one(number: Id, principal: Viewing, response: Response) -> object:
        """Read an entry; its version is the ETag."""
        return tagged(blocklist.get_block(service.db, principal.scope, number), response)


def _proposing(api: APIRouter, service: Service) -> None:
    @api.post("/blocklist", tags=["block list"], response_model=BlockOut, status_code=201)
    def propose(body: Proposing, principal: _Proposing, response: Response) -> object:
        """Propose a block; a conflict with the allowlist is refused with an explanation."""
        unknown = [code for code in body.sites if service.context.site(code) is None]
        if unknown:
            raise UsageError("site.unknown", code=unknown[0])
        proposal = Proposal(body.value, body.reason, body.expires_at, tuple(body.sites), body.source, body.incident)
        row = block_workflow.propose_block(service.change(principal), proposal)
        response.headers["location"] = f"/api/v1/blocklist/{row.id}"
        return tagged(row, response)


_ACTIONS = (
    RecordAction(
        "/blocklist/{number}/approve",
        "approve",
        "Approve an entry, as a second person.",
        Permission.BLOCK_APPROVE,
        None,
        lambda change, number, _body, seen: block_workflow.approve_block(change, number, version=seen),
    ),
    RecordAction(
        "/blocklist/{number}/reject",
        "reject",
        "Reject an entry.",
        Permission.BLOCK_APPROVE,
        Reason,
        lambda change, number, body, seen: block_workflow.reject_block(
            change, number, reason=body.reason, version=seen
        ),
    ),
    RecordAction(
        "/blocklist/{number}/push",
        "push",
        "Put an entry into force.",
        Permission.BLOCK_APPROVE,
        None,
        lambda change, number, _body, seen: block_workflow.push_block(change, number, version=seen),
    ),
    RecordAction(
        "/blocklist/{number}/undo",
        "undo",
        "Take an entry out of force.",
        Permission.BLOCK_APPROVE,
        Reason,
        lambda change, number, body, seen: block_workflow.revoke_block(
            change, number, reason=body.reason, version=seen
        ),
    ),
)


def _protecting(api: APIRouter, service: Service) -> None:
    @api.get("/never-block", tags=["block list"], response_model=list[ProtectedOut])
    def protected(_visitor: Viewing) -> object:
        """List the allowlist; it is the same for every caller."""
        return [_protected(one) for one in allowlist.allowlist(service.db)]

    @api.post("/never-block", tags=["block list"], response_model=ProtectedOut, status_code=201)
    def protect(body: Protecting, principal: _Approving) -> object:
        """Add a value to the allowlist; block list entries that it touches end immediately."""
        added, _ = allowlist.add_to_allowlist(service.change(principal, EVERYTHING), body.value, reason=body.reason)
        return _protected(added)

    @api.post("/never-block/{number}/remove", tags=["block list"], status_code=204)
    def unprotect(number: Id, body: Reason, principal: _Approving) -> None:
        """Remove a value from the allowlist."""
        allowlist.remove_from_allowlist(service.change(principal, EVERYTHING), number, reason=body.reason)


def _protected(one: AllowlistEntry) -> ProtectedOut:
    return ProtectedOut(
        id=one.id,
        kind=one.indicator.kind,
        value=one.indicator.value,
        reason=one.reason,
        author=one.author,
        added_at=one.added_at,
    )
