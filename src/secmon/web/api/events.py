"""Events: searched in the language of the page to hunt, and read one by one."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from ipaddress import IPv4Address, IPv6Address
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Response
from fastapi.responses import PlainTextResponse
from pydantic import BaseModel

from secmon.errors import UsageError
from secmon.hunt import search
from secmon.hunt.draft import draft, file_name
from secmon.hunt.query import LONGEST, Condition, condition
from secmon.hunt.search import Search
from secmon.people.roles import Permission
from secmon.people.visitor import Visitor
from secmon.rules.literals import lit
from secmon.web.api.problems import Absent
from secmon.web.api.reply import Page, cursor_of, cursor_parts
from secmon.web.api.service import Service
from secmon.web.api.shapes import Cursor, Limit, Moment
from secmon.web.visitor import Needs

Hunting = Annotated[Visitor, Depends(Needs(Permission.HUNT))]
_DAY, _LONGEST = timedelta(days=1), timedelta(days=93)
_Query = Annotated[
    str, Query(max_length=LONGEST, description='As `site:11110 user:kim* -country:KR "failed password"`.')
]


class EventOut(BaseModel, extra="allow"):
    """A normalised log record; `batch_id` and `seq` name it, and lead to all of its columns."""

    time: datetime
    site: str
    feed: str
    batch_id: str
    seq: int


def routes(api: APIRouter, service: Service) -> None:
    """Searching and reading events."""

    @api.get("/events", tags=["events"], response_model=Page[EventOut])
    def events(
        visitor: Hunting,
        q: _Query = "",
        since: Moment | None = None,
        until: Moment | None = None,
        cursor: Cursor = "",
        limit: Limit = 100,
    ) -> Page[EventOut]:
        """Events of one's scope, newest first; of the last day unless `since` and `until` say otherwise."""
        begin, end = period(service.now(), since, until)
        at = cursor_parts(cursor, (int, str, int))
        wanted = Search(_before(condition(q), at), visitor.scope, begin, end)
        rows = [row for part in search.parts(service.console.store, wanted, limit) for row in part.events]
        last = rows[-1] if len(rows) == limit else None
        after = cursor_of(_milliseconds(last["time"]), last["batch_id"], int(last["seq"])) if last else None
        return Page(items=[EventOut(**plain(row)) for row in rows], next=after)

    @api.get("/rules/draft", tags=["events"], response_class=PlainTextResponse)
    def rule_draft(visitor: Hunting, q: _Query, since: Moment | None = None, until: Moment | None = None) -> Response:
        """A search as the draft of a Sigma rule (YAML), over the log source that most of the events found belong to."""
        begin, end = period(service.now(), since, until)
        source = search.log_source(service.console.store, Search(condition(q), visitor.scope, begin, end))
        if source is None:
            raise UsageError("nothing was found that a rule could be about: search where there is something")
        text = draft(q, source, visitor.name, service.now().date())
        headers = {"Content-Disposition": f'attachment; filename="{file_name(q)}"'}
        return Response(text, media_type="application/yaml", headers=headers)

    @api.get("/events/{batch_id}/{seq}", tags=["events"], response_model=EventOut)
    def event(
        visitor: Hunting,
        batch_id: Annotated[str, Path(max_length=64, pattern=r"^[\w.:-]+$")],
        seq: Annotated[int, Path(ge=0, lt=2**32)],
    ) -> EventOut:
        """One event with all its columns."""
        found = search.event(service.console.store, visitor.scope, batch_id, seq)
        if found is None:
            raise Absent(f"no event {batch_id}/{seq}")
        return EventOut(**plain(found))


def period(now: datetime, since: datetime | None, until: datetime | None) -> tuple[datetime, datetime]:
    """The time to look through; UsageError when it is empty or too long."""
    end = until or now + timedelta(minutes=5)  # clocks of sites run a little ahead
    begin = since or end - _DAY
    if not begin < end:
        raise UsageError("since lies after until: nothing can be there")
    if end - begin > _LONGEST:
        raise UsageError(f"more than {_LONGEST.days} days at once: ask for less")
    return begin, end


def plain(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row of the store with addresses as text."""
    return {name: str(value) if isinstance(value, IPv4Address | IPv6Address) else value for name, value in row.items()}


def _before(asked: Condition, at: tuple[Any, ...] | None) -> Condition:
    """What is asked, from where the page before ended."""
    if at is None:
        return asked
    place = f"(fromUnixTimestamp64Milli({at[0]}, 'UTC'), {lit(at[1])}, {at[2]})"
    return Condition(asked.text, f"({asked.sql}) AND (time, batch_id, seq) < {place}")


def _milliseconds(at: datetime) -> int:
    return round(at.timestamp() * 1000)
