"""The audit log: who did what, when and from where."""

import json
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends

from secmon.alerts import audit
from secmon.alerts.audit import AuditEntry
from secmon.people.roles import Permission
from secmon.people.visitor import Visitor
from secmon.web.api.reply import Page, cursor_of, cursor_parts
from secmon.web.api.service import Service
from secmon.web.api.shapes import Cursor, Limit, Line, Out
from secmon.web.visitor import Needs

_Auditing = Annotated[Visitor, Depends(Needs(Permission.AUDIT))]


class AuditOut(Out):
    """An entry; `hash` chains it to the one before."""

    id: int
    at: datetime
    actor: str
    origin: str
    action: str
    subject: str
    site: str
    before: dict[str, Any]
    after: dict[str, Any]
    hash: str


class ChainOut(Out):
    """Whether the chain is whole; else the first entry that is not, and why."""

    whole: bool
    broken_at: int | None = None
    reason: str = ""


def routes(api: APIRouter, service: Service) -> None:
    """Reading the audit log."""

    @api.get("/audit", tags=["audit"], response_model=Page[AuditOut])
    def entries(  # the parameters of the address
        visitor: _Auditing,
        subject: Line = "",
        actor: Line = "",
        action: Line = "",
        cursor: Cursor = "",
        limit: Limit = 100,
    ) -> Page[AuditOut]:
        """Entries newest first; `action` may be a beginning, as `alert.`."""
        at = cursor_parts(cursor, (int,))
        rows = audit.entries(
            service.desk, visitor.scope, limit=limit, before=at[0] if at else None, subject=subject, actor=actor,
            action=action,
        )  # fmt: skip
        return Page(items=[_entry(row) for row in rows], next=cursor_of(rows[-1].id) if len(rows) == limit else None)

    @api.get("/audit/chain", tags=["audit"], response_model=ChainOut)
    def chain(_visitor: _Auditing) -> ChainOut:
        """Read the whole chain; takes longer the longer it is."""
        broken = audit.verify(service.desk)
        return (
            ChainOut(whole=True) if broken is None else ChainOut(whole=False, broken_at=broken.id, reason=broken.reason)
        )


def _entry(row: AuditEntry) -> AuditOut:
    return AuditOut(
        id=row.id, at=row.at, actor=row.actor, origin=row.origin, action=row.action, subject=row.subject,
        site=row.site, before=json.loads(row.before), after=json.loads(row.after), hash=row.hash,
    )  # fmt: skip
