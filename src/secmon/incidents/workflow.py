"""Incident workflow: open, move on, correct, comment, close and reopen."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from secmon.alerts.workflow import Closure, shut
from secmon.db.audit_log import Actor
from secmon.db.database import Desk
from secmon.db.models import Alert, AlertStatus
from secmon.db.transaction import changing, covered, said, touch, values
from secmon.errors import IllegalMove
from secmon.incidents import playbook
from secmon.incidents.incident import Incident, IncidentSite, State, Tlp, editable, go, resume_clock, sites_in
from secmon.incidents.members import take_along, to_take
from secmon.incidents.sla import later, targets_of
from secmon.incidents.timeline import Kind, tell
from secmon.sites.scope import Scope


@dataclass(frozen=True, slots=True)
class Draft:
    """Content of a new incident; '' as owner is the user who opens it, `sites` are added to the alerts' sites."""

    title: str
    severity: int
    attack_type: str = ""
    attack_uids: tuple[str, ...] = ()
    tlp: Tlp = Tlp.AMBER
    owner: str = ""
    sites: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Changes:
    """Requested changes; None leaves a value unchanged."""

    title: str | None = None
    severity: int | None = None
    attack_type: str | None = None
    attack_uids: tuple[str, ...] | None = None
    tlp: Tlp | None = None
    owner: str | None = None


_SHOWN = ("title", "severity", "attack_type", "attack_uids", "tlp", "owner", "state", "closure")


def open_incident(
    desk: Desk, scope: Scope, draft: Draft, alert_ids: Sequence[int], *, actor: Actor, now: datetime
) -> Incident:
    """Open an incident with alerts, which are then in progress, and the tasks of its playbook."""
    with changing(desk) as session:
        alerts = to_take(session, scope, alert_ids)
        sites = sorted({*draft.sites, *(alert.site for alert in alerts)})
        covered(scope, sites, f"one of the sites {', '.join(sites)}")
        if not sites:
            raise IllegalMove("an incident touches at least one site: choose alerts or sites")
        goal = targets_of(session, draft.severity)
        incident = Incident(
            title=said(draft.title, "the title of the incident"), severity=draft.severity,
            attack_type=draft.attack_type, attack_uids=" ".join(draft.attack_uids), tlp=draft.tlp,
            owner=(draft.owner or actor.name)[:128], state=State.DETECTED, opened_by=actor.name[:128],
            evidence_at=min((alert.first_time for alert in alerts), default=None), detected_at=now,
            respond_due=later(now, goal.respond), contain_due=later(now, goal.contain), paused_seconds=0,
            version=1, changed_by=actor.name[:128], changed_at=now, closure="", summary="", pause_reason="",
        )  # fmt: skip
        session.add(incident)
        session.flush()
        session.add_all(IncidentSite(incident_id=incident.id, site=site) for site in sites)
        playbook.begin(session, incident.id, draft.attack_type)
        after = {**values(incident, *_SHOWN), "sites": sites, "alerts": [alert.id for alert in alerts]}
        tell(session, incident.id, Kind.OPENED, actor, now, after=after)
        take_along(session, incident, alerts, actor, now)
        return incident


def move(
    desk: Desk, scope: Scope, number: int, state: State, *, actor: Actor, now: datetime, note: str = "",
    version: int | None = None,
) -> Incident:  # fmt: skip
    """Move on to the next state; use `close` and `reopen` for closing and reopening."""
    with changing(desk) as session:
        incident = editable(session, scope, number, version)
        if State.CLOSED in {state, incident.state}:
            raise IllegalMove(f"incident {number} is {incident.state}: closing and reopening need their own words")
        before = values(incident, "state")
        go(incident, state, now)
        touch(incident, actor, now)
        tell(session, number, Kind.STATE, actor, now, text=note.strip(), before=before, after={"state": state})
        return incident


def close(
    desk: Desk, scope: Scope, number: int, closure: Closure, *, summary: str, actor: Actor, now: datetime,
    version: int | None = None,
) -> Incident:  # fmt: skip
    """Close an incident with classification and summary; its open alerts are closed with the same classification."""
    with changing(desk) as session:
        incident = editable(session, scope, number, version)
        if closure == Closure.TRUE_POSITIVE and incident.state in {State.DETECTED, State.ANALYSED}:
            raise IllegalMove(f"incident {number} is {incident.state}: a true one is closed after it is recovered")
        before = values(incident, "state", "closure")
        resume_clock(incident, now)
        go(incident, State.CLOSED, now)
        incident.closure, incident.summary = closure, said(summary, "the summary of the incident")
        touch(incident, actor, now)
        after = values(incident, "state", "closure")
        tell(session, number, Kind.STATE, actor, now, text=incident.summary, before=before, after=after)
        for alert in session.scalars(_own_alerts(number).where(Alert.status != AlertStatus.CLOSED)).all():
            shut(session, alert, closure, f"incident {number}: {incident.summary}", actor, now)
        return incident


def reopen(
    desk: Desk, scope: Scope, number: int, *, note: str, actor: Actor, now: datetime, version: int | None = None
) -> Incident:
    """Reopen a closed incident, as analysed; its containment clock starts again."""
    with changing(desk) as session:
        incident = editable(session, scope, number, version)
        before = values(incident, "state", "closure")
        go(incident, State.ANALYSED, now)
        incident.contained_at = incident.eradicated_at = incident.recovered_at = incident.closed_at = None
        incident.contain_escalated_at, incident.closure = None, ""
        incident.contain_due = later(now, targets_of(session, incident.severity).contain)
        touch(incident, actor, now)
        text = said(note, f"why incident {number} is reopened")
        tell(session, number, Kind.STATE, actor, now, text=text, before=before, after=values(incident, "state"))
        return incident


def change(
    desk: Desk, scope: Scope, number: int, changes: Changes, *, actor: Actor, now: datetime, version: int | None = None
) -> Incident:
    """Correct an incident; another severity resets the running clocks to its targets."""
    with changing(desk) as session:
        incident = editable(session, scope, number, version)
        wanted = {name: value for name, value in asdict(changes).items() if value is not None}
        if "attack_uids" in wanted:
            wanted["attack_uids"] = " ".join(wanted["attack_uids"])
        before = values(incident, *wanted)
        for name, value in wanted.items():
            setattr(incident, name, value)
        if "severity" in wanted:
            _set_clocks(session, incident)
        touch(incident, actor, now)
        tell(session, number, Kind.CHANGED, actor, now, before=before, after=wanted)
        return incident


def comment(
    desk: Desk, scope: Scope, number: int, text: str, *, actor: Actor, now: datetime, site: str = ""
) -> Incident:
    """Add a comment to the timeline; a comment on one site can also be read by that site."""
    with changing(desk) as session:
        incident = editable(session, scope, number, None)
        if site and site not in sites_in(session, number):
            raise IllegalMove(f"incident {number} does not touch site {site}")
        tell(session, number, Kind.COMMENT, actor, now, text=said(text, "the comment"), site=site)
        return incident


def _set_clocks(session: Session, incident: Incident) -> None:
    goal = targets_of(session, incident.severity)
    if incident.responded_at is None:
        incident.respond_due = later(incident.detected_at, goal.respond + incident.paused_seconds)
        incident.respond_escalated_at = None
    if incident.contained_at is None:
        incident.contain_due = later(incident.detected_at, goal.contain + incident.paused_seconds)
        incident.contain_escalated_at = None


def _own_alerts(number: int):  # type: ignore[no-untyped-def]  # SQLAlchemy's Select has a type of its own for each row
    return select(Alert).where(Alert.incident_id == number, Alert.merged_into.is_(None)).order_by(Alert.id)
