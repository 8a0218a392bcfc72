"""Findings of the rules, unchanged."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query

from secmon.detection.anomaly.explanation import explanation
from secmon.store import sql
from secmon.web.api.events import Hunting, period
from secmon.web.api.problems import Absent
from secmon.web.api.reply import ResultPage, cursor_of, cursor_parts
from secmon.web.api.service import Service
from secmon.web.api.shapes import Cursor, Limit, Line, Moment, Out, SiteCode, WhyOut

_LAST = 2**62


class FindingOut(Out):
    """One rule matched one event or one correlated group, as `kind` says; times in UTC.

    `details` are the values that a detector states, `why` the sentence made from them; null for findings of rules.
    """

    finding_uid: str
    rule_id: str
    kind: str
    site: str
    actor: str
    group_uid: str
    severity_id: int
    attack_type: str
    time: datetime
    last_time: datetime
    detected_at: datetime
    event_count: int
    site_count: int
    details: dict[str, str]
    why: WhyOut | None


def routes(api: APIRouter, service: Service) -> None:
    """Add the route for reading findings."""

    @api.get("/findings", tags=["findings"], response_model=ResultPage[FindingOut])
    def findings(  # one argument per query parameter
        principal: Hunting,
        site: SiteCode | None = None,
        rule_id: Line = "",
        actor: Line = "",
        least: Annotated[int, Query(ge=0, le=5, description="Least severity.")] = 0,
        since: Moment | None = None,
        until: Moment | None = None,
        cursor: Cursor = "",
        limit: Limit = 100,
    ) -> ResultPage[FindingOut]:
        """List findings within the caller's scope by their last event, newest first; by default of the last day."""
        begin, end = period(service.now(), since, until)
        if site is not None and not principal.scope.covers(site):
            raise Absent("site.unknown", code=site)
        at = cursor_parts(cursor, (int, str)) or (_LAST, "")
        asked = {
            "since": begin,
            "until": end,
            "sites": [site] if site else principal.scope.listed,
            "rule_id": rule_id,
            "actor": actor,
            "least": least,
            "before": at[0],
            "uid": at[1],
            "limit": limit,
        }
        rows = service.context.store.records(sql.query("findings_page"), asked)
        last = rows[-1] if len(rows) == limit else None
        after = cursor_of(round(last["last_time"].timestamp() * 1000), last["finding_uid"]) if last else None
        return ResultPage(
            items=[FindingOut(**row, why=WhyOut.of(explanation(row["details"]))) for row in rows], next=after
        )
