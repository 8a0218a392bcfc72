"""The audit log: actor, action, time and origin of every change."""

import json
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends

from secmon.auth.principal import Principal
from secmon.auth.roles import Permission
from secmon.db import audit_log
from secmon.db.audit_log import AuditEntry
from secmon.web.api.reply import ResultPage, cursor_of, cursor_parts
from secmon.web.api.service import Service
from secmon.web.api.shapes import Cursor, Limit, Line, Out
from secmon.web.gateway.current_user import RequirePermission

_Auditing = Annotated[Principal, Depends(RequirePermission(Permission.AUDIT))]


class AuditOut(Out):
    """An entry; `hash` chains it to the previous entry."""

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
    """Result of the chain check: whole, or the first broken entry and the reason."""

    whole: bool
    broken_at: int | None = None
    reason: str = ""


def routes(api: APIRouter, service: Service) -> None:
    """Add the routes for reading the audit log."""

    @api.get("/audit", tags=["audit"], response_model=ResultPage[AuditOut])
    def entries(  # one argument per query parameter
        principal: _Auditing,
        subject: Line = "",
        actor: Line = "",
        action: Line = "",
        cursor: Cursor = "",
        limit: Limit = 100,
    ) -> ResultPage[AuditOut]:
        """List entries, newest first; `action` may be a prefix, as `alert.`."""
        at = cursor_parts(cursor, (int,))
        rows = audit_log.audit_entries(
            service.db,
            principal.scope,
            limit=limit,
            before=at[0] if at else None,
            subject=subject,
            actor=actor,
            action=action,
        )
        return ResultPage(
            items=[_entry(row) for row in rows], next=cursor_of(rows[-1].id) if len(rows) == limit else None
        )

    @api.get("/audit/chain", tags=["audit"], response_model=ChainOut)
    def chain(_visitor: _Auditing) -> ChainOut:
        """Verify the whole chain; takes longer as the log grows."""
        broken = audit_log.verify_audit_log(service.db)
        return (
            ChainOut(whole=True) if broken is None else ChainOut(whole=False, broken_at=broken.id, reason=broken.reason)
        )


def _entry(row: AuditEntry) -> AuditOut:
    return AuditOut(
        id=row.id,
        at=row.at,
        actor=row.actor,
        origin=row.origin,
        action=row.action,
        subject=row.subject,
        site=row.site,
        before=json.loads(row.before),
        after=json.loads(row.after),
        hash=row.hash,
    )
