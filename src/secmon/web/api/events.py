"""Events: search them in the query language of the hunt page, and read single events."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from ipaddress import IPv4Address, IPv6Address
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Response
from fastapi.responses import PlainTextResponse
from pydantic import BaseModel

from secmon.auth.principal import Principal
from secmon.auth.roles import Permission
from secmon.detection.sigma.literals import literal
from secmon.errors import Item, UsageError
from secmon.search import search
from secmon.search.query import LONGEST, Condition, condition
from secmon.search.search import Search
from secmon.search.sigma_draft import draft, file_name
from secmon.web.api.problems import Absent
from secmon.web.api.reply import ResultPage, cursor_of, cursor_parts
from secmon.web.api.service import Service
from secmon.web.api.shapes import Cursor, Limit, Moment
from secmon.web.gateway.current_user import RequirePermission

Hunting = Annotated[Principal, Depends(RequirePermission(Permission.HUNT))]
_DAY, _LONGEST = timedelta(days=1), timedelta(days=93)
_Query = Annotated[
    str, Query(max_length=LONGEST, description='As `site:11110 user:kim* -country:KR "failed password"`.')
]


class EventOut(BaseModel, extra="allow"):
    """A normalised log record; `batch_id` and `seq` identify it, and lead to all of its columns."""

    time: datetime
    site: str
    feed: str
    batch_id: str
    seq: int


def routes(api: APIRouter, service: Service) -> None:
    """Add the routes for searching and reading events."""

    @api.get("/events", tags=["events"], response_model=ResultPage[EventOut])
    def events(
        principal: Hunting,
        q: _Query = "",
        since: Moment | None = None,
        until: Moment | None = None,
        cursor: Cursor = "",
        limit: Limit = 100,
    ) -> ResultPage[EventOut]:
        """List events within the caller's scope, newest first; of the last day unless `since` or `until` is given."""
        begin, end = period(service.now(), since, until)
        at = cursor_parts(cursor, (int, str, int))
        wanted = Search(_before(condition(q), at), principal.scope, begin, end)
        rows = [row for part in search.parts(service.context.store, wanted, limit) for row in part.events]
        last = rows[-1] if len(rows) == limit else None
        after = cursor_of(_milliseconds(last["time"]), last["batch_id"], int(last["seq"])) if last else None
        return ResultPage(items=[EventOut(**plain(row)) for row in rows], next=after)

    @api.get("/rules/draft", tags=["events"], response_class=PlainTextResponse)
    def rule_draft(principal: Hunting, q: _Query, since: Moment | None = None, until: Moment | None = None) -> Response:
        """Return a search as a draft Sigma rule (YAML), for the log source of most of the events found."""
        begin, end = period(service.now(), since, until)
        source = search.log_source(service.context.store, Search(condition(q), principal.scope, begin, end))
        if source is None:
            raise UsageError("draft.nothing_found")
        text = draft(q, source, principal.name, service.now().date())
        headers = {"Content-Disposition": f'attachment; filename="{file_name(q)}"'}
        return Response(text, media_type="application/yaml", headers=headers)

    @api.get("/events/{batch_id}/{seq}", tags=["events"], response_model=EventOut)
    def event(
        principal: Hunting,
        batch_id: Annotated[str, Path(max_length=64, pattern=r"^[\w.:-]+$")],
        seq: Annotated[int, Path(ge=0, lt=2**32)],
    ) -> EventOut:
        """Read an event with all its columns."""
        found = search.event(service.context.store, principal.scope, batch_id, seq)
        if found is None:
            raise Absent("item.not_found", item=Item("event", f"{batch_id}/{seq}"))
        return EventOut(**plain(found))


def period(now: datetime, since: datetime | None, until: datetime | None) -> tuple[datetime, datetime]:
    """Return begin and end of the search; raise UsageError if the period is empty or too long."""
    end = until or now + timedelta(minutes=5)  # clocks of sites run a little ahead
    begin = since or end - _DAY
    if not begin < end:
        raise UsageError("period.ends_before_start")
    if end - begin > _LONGEST:
        raise UsageError("period.too_long", days=_LONGEST.days)
    return begin, end


def plain(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a row of the store with addresses as text."""
    return {name: str(value) if isinstance(value, IPv4Address | IPv6Address) else value for name, value in row.items()}


def _before(asked: Condition, at: tuple[Any, ...] | None) -> Condition:
    """Restrict a search to events after the end of the previous page."""
    if at is None:
        return asked
    place = f"(fromUnixTimestamp64Milli({at[0]}, 'UTC'), {literal(at[1])}, {at[2]})"
    return Condition(asked.text, f"({asked.sql}) AND (time, batch_id, seq) < {place}")


def _milliseconds(at: datetime) -> int:
    return round(at.timestamp() * 1000)
