"""Request workflow: requested by the centre, answered by the municipality, verified or sent back by the centre."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from secmon.alerts.workflow import transition_alert
from secmon.db.audit_log import CENTRE, Act, Actor, record_act
from secmon.db.database import Database
from secmon.db.models import Alert, AlertStatus
from secmon.db.transaction import Change, require_row, require_scope, require_text, serialised_transaction
from secmon.errors import IllegalMove, Item
from secmon.incidents.evidence import EvidenceLine
from secmon.incidents.incident import Incident, load_open_for_update, sites_in, stop_response_clock
from secmon.incidents.sla import targets_of_severity, time_after
from secmon.incidents.timeline import EntryKind, add_entry
from secmon.notifications.outbox import Letter, enqueue
from secmon.response.requests.advice import RequestText, evidence_lines
from secmon.response.requests.request import AWAITED, Request, RequestState, add_receipt, load_for_update, transition
from secmon.sites.scope import Scope

_TELL_SUPERVISORS = 2
"""Number of reminders after which the supervisors are notified."""


@dataclass(frozen=True, slots=True)
class RequestDraft:
    """A request to sites, for an incident, an alert or neither, with its delivery channels."""

    sites: tuple[str, ...]
    severity: int
    advice: RequestText
    incident_id: int | None = None
    alert_id: int | None = None
    channels: tuple[str, ...] = ("mail",)


def create_requests(change: Change, what: RequestDraft, lines: Iterable[EvidenceLine] = ()) -> Sequence[Request]:
    """Create a request for each site, with the site's own lines as evidence, and messages in the outbox.

    It counts as the first response to the incident or alert, if there was none.
    """
    with serialised_transaction(change.db) as session:
        require_scope(change.scope, what.sites, Item("sites", ", ".join(what.sites)))
        if not what.sites:
            raise IllegalMove("request.no_site")
        incident, alert = _about(session, change.scope, what, change.actor, change.now)
        evidence = list(lines)
        rows = [_row(session, what, site, evidence, change.actor, change.now) for site in sorted({*what.sites})]
        for row in rows:
            row.since = _since(session, row, incident, alert, change.now)
            session.add(row)
            session.flush()
            _told(session, row, change.actor, change.now)
        return rows


def acknowledge_request(change: Change, number: int, *, answer: str = "", version: int | None = None) -> Request:
    """Record that the municipality has read the request; it then counts as delivered, even if the mail failed."""
    with serialised_transaction(change.db) as session:
        row = load_for_update(session, change.scope, number, version)
        transition(session, row, RequestState.ACKNOWLEDGED, change.actor, change.now, detail=answer.strip())
        row.delivered_at = row.delivered_at or change.now
        row.acknowledged_at, row.acknowledged_by = change.now, change.actor.name[:128]
        row.answer = answer.strip() or row.answer
        return row


def complete_request(change: Change, number: int, *, answer: str, version: int | None = None) -> Request:
    """Record that the municipality has done it, with its answer."""
    with serialised_transaction(change.db) as session:
        row = load_for_update(session, change.scope, number, version)
        row.answer = require_text(answer, "what_was_done")
        transition(session, row, RequestState.DONE, change.actor, change.now, detail=row.answer)
        row.done_at, row.done_by = change.now, change.actor.name[:128]
        return row


def refuse_request(change: Change, number: int, *, reason: str, version: int | None = None) -> Request:
    """Record that the municipality refuses, with its reason."""
    with serialised_transaction(change.db) as session:
        row = load_for_update(session, change.scope, number, version)
        row.answer = require_text(reason, "reason_for_refusing")
        transition(session, row, RequestState.REFUSED, change.actor, change.now, detail=row.answer)
        row.refused_at, row.delivered_at = change.now, row.delivered_at or change.now
        return row


def verify_request(change: Change, number: int, *, note: str = "", version: int | None = None) -> Request:
    """Verify that it is done; the user who reported it as done may not verify it."""
    with serialised_transaction(change.db) as session:
        row = load_for_update(session, change.scope, number, version)
        if row.done_by == change.actor.name:
            raise IllegalMove("request.second_person", id=number, by=change.actor.name)
        transition(session, row, RequestState.VERIFIED, change.actor, change.now, detail=note.strip())
        row.verified_at, row.verified_by = change.now, change.actor.name[:128]
        return row


def return_request(change: Change, number: int, *, reason: str, version: int | None = None) -> Request:
    """Reject the answer: a completed request returns to acknowledged, a refused request is sent again."""
    with serialised_transaction(change.db) as session:
        row = load_for_update(session, change.scope, number, version)
        text, goal = require_text(reason, "reason_for_returning"), targets_of_severity(session, row.severity)
        refused = row.state == RequestState.REFUSED
        transition(
            session,
            row,
            RequestState.DELIVERED if refused else RequestState.ACKNOWLEDGED,
            change.actor,
            change.now,
            detail=text,
        )
        row.act_due = time_after(change.now, goal.act)
        if refused:
            row.acknowledge_due = time_after(change.now, goal.acknowledge)
        row.done_at = row.refused_at = row.reminded_at = None
        row.done_by = ""
        _post(session, row, f"back:{row.version}", "request", change.now)
        return row


def withdraw_request(change: Change, number: int, *, reason: str, version: int | None = None) -> Request:
    """Withdraw the request."""
    with serialised_transaction(change.db) as session:
        row = load_for_update(session, change.scope, number, version)
        transition(
            session,
            row,
            RequestState.WITHDRAWN,
            change.actor,
            change.now,
            detail=require_text(reason, "reason_for_withdrawing"),
        )
        return row


def remind_overdue(db: Database, now: datetime) -> Sequence[int]:
    """Remind late municipalities, again after each further time limit; returns the requests. For a job.

    The second reminder also notifies the supervisors.
    """
    with serialised_transaction(db) as session:
        query = select(Request).where(Request.state.in_(AWAITED)).order_by(Request.id)
        reminded = [row for row in session.scalars(query).all() if _is_late(session, row, now)]
        for row in reminded:
            row.reminders, row.reminded_at = row.reminders + 1, now
            add_receipt(session, row, "reminder", CENTRE, now)
            after = {"reminders": row.reminders, "due": row.due}
            record_act(session, Act(CENTRE, "request.reminder", f"request:{row.id}", now, row.site, after=after))
            _post(session, row, f"reminder:{row.reminders}:{row.version}", "reminder", now)
            if row.reminders == _TELL_SUPERVISORS:
                key = f"request:{row.id}:escalation:{row.version}"
                enqueue(session, Letter(key, "escalation", "mail", "role:supervisor", row.site, _content(row)), now)
        return [row.id for row in reminded]


def _about(
    session: Session, scope: Scope, what: RequestDraft, actor: Actor, now: datetime
) -> tuple[Incident | None, Alert | None]:
    incident = alert = None
    if what.incident_id is not None:
        incident = load_open_for_update(session, scope, what.incident_id)
        strangers = sorted({*what.sites} - {*sites_in(session, incident.id)})
        if strangers:
            raise IllegalMove("incident.site_not_affected", id=incident.id, sites=", ".join(strangers))
        stop_response_clock(incident, now)
    if what.alert_id is not None:
        alert = require_row(session.get(Alert, what.alert_id), Item("alert", what.alert_id))
        require_scope(scope, [alert.site], Item("alert", alert.id))
        if alert.status in {AlertStatus.NEW, AlertStatus.ACKNOWLEDGED}:
            transition_alert(session, alert, AlertStatus.IN_PROGRESS, actor, now)
    return incident, alert


def _row(
    session: Session, what: RequestDraft, site: str, lines: Sequence[EvidenceLine], actor: Actor, now: datetime
) -> Request:
    goal, advice = targets_of_severity(session, what.severity), what.advice
    return Request(
        site=site,
        incident_id=what.incident_id,
        alert_id=what.alert_id,
        severity=what.severity,
        state=RequestState.REQUESTED,
        title_ko=advice.title_ko,
        title_en=advice.title_en,
        text_ko=advice.text_ko,
        text_en=advice.text_en,
        evidence=evidence_lines(lines, site),
        channels=" ".join(what.channels),
        since=now,
        requested_by=actor.name[:128],
        requested_at=now,
        acknowledge_due=time_after(now, goal.acknowledge),
        act_due=time_after(now, goal.act),
        acknowledged_by="",
        done_by="",
        verified_by="",
        answer="",
        reminders=0,
        version=1,
        changed_by=actor.name[:128],
        changed_at=now,
    )


def _since(session: Session, row: Request, incident: Incident | None, alert: Alert | None, now: datetime) -> datetime:
    """Return the time the centre knew: the incident's opening, or the site's first alert in it if that is later."""
    if incident is None:
        return alert.opened_at if alert is not None else now
    own = select(Alert.opened_at).where(Alert.incident_id == incident.id, Alert.site == row.site)
    first = session.scalar(own.order_by(Alert.opened_at).limit(1))
    return max(incident.detected_at, first) if first is not None else incident.detected_at


def _told(session: Session, row: Request, actor: Actor, now: datetime) -> None:
    add_receipt(session, row, RequestState.REQUESTED, actor, now)
    after = {"request": row.id, "title": row.title_en, "acknowledge_due": row.acknowledge_due, "act_due": row.act_due}
    record_act(session, Act(actor, "request.requested", f"request:{row.id}", now, row.site, after=after))
    if row.incident_id is not None:
        add_entry(session, row.incident_id, EntryKind.REQUEST, actor, now, site=row.site, after=after)
    _post(session, row, "", "request", now)


def _post(session: Session, row: Request, occasion: str, kind: str, now: datetime) -> None:
    for channel in row.channels.split():
        key = ":".join(part for part in ("request", str(row.id), occasion, channel) if part)
        letter = Letter(key, kind, channel, f"site:{row.site}", row.site, _content(row), row.id)
        enqueue(session, letter, now)


def _content(row: Request) -> dict[str, object]:
    return {
        "request": row.id,
        "site": row.site,
        "incident": row.incident_id,
        "severity": row.severity,
        "state": row.state,
        "title_ko": row.title_ko,
        "title_en": row.title_en,
        "text_ko": row.text_ko,
        "text_en": row.text_en,
        "acknowledge_due": row.acknowledge_due.isoformat(),
        "act_due": row.act_due.isoformat(),
        "evidence": row.lines,
        "reminders": row.reminders,
    }


def _is_late(session: Session, row: Request, now: datetime) -> bool:
    if row.due is None or row.due >= now:
        return False
    goal = targets_of_severity(session, row.severity)
    had = goal.act if row.state == RequestState.ACKNOWLEDGED else goal.acknowledge
    return row.reminded_at is None or (now - row.reminded_at).total_seconds() >= had
