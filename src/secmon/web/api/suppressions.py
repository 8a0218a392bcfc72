"""Suppressions: list those of the caller's sites, and lift a suppression before its end."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends

from secmon.alerts import suppression
from secmon.auth.principal import Principal
from secmon.auth.roles import Permission
from secmon.web.api.service import Service
from secmon.web.api.shapes import Id, Out
from secmon.web.gateway.current_user import RequirePermission, Viewing

_Triaging = Annotated[Principal, Depends(RequirePermission(Permission.TRIAGE))]


class SuppressionOut(Out):
    """No alerts of a rule at a site by an actor until a time; `suppressed` groups of findings fell under it."""

    id: int
    rule_id: str
    site: str
    actor: str
    begins: datetime
    until: datetime
    reason: str
    author: str
    suppressed: int
    last_time: datetime | None


def routes(api: APIRouter, service: Service) -> None:
    """Add the routes for listing and lifting suppressions."""

    @api.get("/suppressions", tags=["alerts"], response_model=list[SuppressionOut])
    def listed(principal: Viewing, *, ended: bool = False) -> object:
        """List suppressions in force, newest first; `ended` includes those that have ended."""
        return suppression.suppressions(service.db, principal.scope, now=None if ended else service.now())

    @api.post("/suppressions/{number}/lift", tags=["alerts"], response_model=SuppressionOut)
    def lift(number: Id, principal: _Triaging) -> object:
        """Lift a suppression now: the next finding of its kind opens an alert."""
        return suppression.lift_suppression(service.change(principal), number)
