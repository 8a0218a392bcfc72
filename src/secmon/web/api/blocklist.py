"""The block list: proposed, approved by somebody else, pushed, undone; and what is never blocked."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response
from pydantic import Field

from secmon.alerts import block_work, blocklist, never_block
from secmon.alerts.block_work import Proposal
from secmon.alerts.blocklist import BlockEntry, BlockState
from secmon.alerts.never_block import Protected
from secmon.errors import UsageError
from secmon.people.roles import Permission
from secmon.people.visitor import Visitor
from secmon.web.api.alerts import Reason
from secmon.web.api.reply import Page, cursor_of, cursor_parts, etag_of
from secmon.web.api.service import Service
from secmon.web.api.shapes import Cursor, Id, IfMatch, In, Limit, Line, Moment, Out, SiteCode, Words
from secmon.web.visitor import Needs, Viewing

_Proposing = Annotated[Visitor, Depends(Needs(Permission.BLOCK_PROPOSE))]
_Approving = Annotated[Visitor, Depends(Needs(Permission.BLOCK_APPROVE))]


class BlockOut(Out):
    """A value to block until `expires_at`, at all sites or at some; who decided what and when (UTC)."""

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
    """How far an entry in force has been applied; `missing` are the sites that have not acknowledged it."""

    entry_id: int
    value: str
    version: int
    pushed_at: datetime
    acknowledged: int
    of: int
    missing: tuple[str, ...]


class ProtectedOut(Out):
    """A value that is never blocked; without a number when it is built in."""

    id: int | None
    kind: str
    value: str
    reason: str
    author: str
    added_at: datetime | None


class Proposing(In):
    """What to block until when and why; without sites at all of them."""

    value: Line = Field(min_length=1)
    reason: Words = Field(min_length=1)
    expires_at: Moment
    sites: list[SiteCode] = Field(default_factory=list, max_length=300)
    source: Annotated[str, Field(pattern=r"^(hand|alert:[0-9]{1,10}|campaign:[\w.:-]{1,100})$")] = "hand"
    incident: int | None = Field(None, ge=1, lt=2**31)


class Protecting(In):
    """What is never to be blocked, and why."""

    value: Line = Field(min_length=1)
    reason: Words = Field(min_length=1)


def routes(api: APIRouter, service: Service) -> None:
    """Reading and changing the block list."""
    _reading(api, service)
    _deciding(api, service)
    _protecting(api, service)


def _reading(api: APIRouter, service: Service) -> None:
    @api.get("/blocklist", tags=["block list"], response_model=Page[BlockOut])
    def entries(  # the parameters of the address
        visitor: Viewing,
        state: Annotated[list[BlockState], Query()] = [],  # noqa: B006  # FastAPI copies it
        text: Annotated[Line, Query(description="Part of the value.")] = "",
        incident: Annotated[int | None, Query(ge=1, lt=2**31)] = None,
        cursor: Cursor = "",
        limit: Limit = 100,
    ) -> Page[BlockOut]:
        """Entries that concern a site of one's scope, newest first."""
        at = cursor_parts(cursor, (int,))
        rows = blocklist.search(
            service.desk, visitor.scope, states=state, text=text, incident_id=incident, limit=limit,
            before=at[0] if at else None,
        )  # fmt: skip
        items = [BlockOut.model_validate(row) for row in rows]
        return Page(items=items, next=cursor_of(rows[-1].id) if len(rows) == limit else None)

    @api.get("/blocklist/coverage", tags=["block list"], response_model=list[CoverageOut])
    def coverage(visitor: Viewing) -> object:
        """How far each entry in force has been applied."""
        codes = [site.code for site in service.console.sites]
        return blocklist.coverage(service.desk, visitor.scope, codes)

    @api.get("/blocklist/{number}", tags=["block list"], response_model=BlockOut)
    def one(number: Id, visitor: Viewing, response: Response) -> object:
        """One entry; its version is the ETag."""
        return _tagged(blocklist.get(service.desk, visitor.scope, number), response)


def _deciding(api: APIRouter, service: Service) -> None:
    desk = service.desk

    @api.post("/blocklist", tags=["block list"], response_model=BlockOut, status_code=201)
    def propose(body: Proposing, visitor: _Proposing, response: Response) -> object:
        """Ask for a block; conflicts with what is never blocked are explained."""
        unknown = [code for code in body.sites if service.console.site(code) is None]
        if unknown:
            raise UsageError(f"no site has the code {unknown[0]}")
        proposal = Proposal(body.value, body.reason, body.expires_at, tuple(body.sites), body.source, body.incident)
        row = block_work.propose(desk, visitor.scope, proposal, actor=visitor.actor, now=service.now())
        response.headers["location"] = f"/api/v1/blocklist/{row.id}"
        return _tagged(row, response)

    @api.post("/blocklist/{number}/approve", tags=["block list"], response_model=BlockOut)
    def approve(number: Id, visitor: _Approving, seen: IfMatch, response: Response) -> object:
        """Agree, as a second person."""
        row = block_work.approve(desk, visitor.scope, number, actor=visitor.actor, now=service.now(), version=seen)
        return _tagged(row, response)

    @api.post("/blocklist/{number}/reject", tags=["block list"], response_model=BlockOut)
    def reject(number: Id, body: Reason, visitor: _Approving, seen: IfMatch, response: Response) -> object:
        """Disagree."""
        row = block_work.reject(
            desk, visitor.scope, number, reason=body.reason, actor=visitor.actor, now=service.now(), version=seen
        )
        return _tagged(row, response)

    @api.post("/blocklist/{number}/push", tags=["block list"], response_model=BlockOut)
    def push(number: Id, visitor: _Approving, seen: IfMatch, response: Response) -> object:
        """Bring it into force."""
        row = block_work.push(desk, visitor.scope, number, actor=visitor.actor, now=service.now(), version=seen)
        return _tagged(row, response)

    @api.post("/blocklist/{number}/undo", tags=["block list"], response_model=BlockOut)
    def undo(number: Id, body: Reason, visitor: _Approving, seen: IfMatch, response: Response) -> object:
        """Take it back."""
        row = block_work.undo(
            desk, visitor.scope, number, reason=body.reason, actor=visitor.actor, now=service.now(), version=seen
        )
        return _tagged(row, response)


def _protecting(api: APIRouter, service: Service) -> None:
    desk = service.desk

    @api.get("/never-block", tags=["block list"], response_model=list[ProtectedOut])
    def protected(_visitor: Viewing) -> object:
        """What is never blocked, whoever asks."""
        return [_protected(one) for one in never_block.every(desk)]

    @api.post("/never-block", tags=["block list"], response_model=ProtectedOut, status_code=201)
    def protect(body: Protecting, visitor: _Approving) -> object:
        """Protect a value; what it touches of the block list ends now."""
        added, _ = never_block.add(desk, body.value, reason=body.reason, actor=visitor.actor, now=service.now())
        return _protected(added)

    @api.post("/never-block/{number}/remove", tags=["block list"], status_code=204)
    def unprotect(number: Id, body: Reason, visitor: _Approving) -> None:
        """Take a value off the list."""
        never_block.remove(desk, number, reason=body.reason, actor=visitor.actor, now=service.now())


def _protected(one: Protected) -> ProtectedOut:
    return ProtectedOut(
        id=one.id, kind=one.indicator.kind, value=one.indicator.value, reason=one.reason, author=one.author,
        added_at=one.added_at,
    )  # fmt: skip


def _tagged(row: BlockEntry, response: Response) -> BlockEntry:
    response.headers["etag"] = etag_of(row.version)
    return row
