"""Incident workflow: open, move on, correct, comment, close and reopen."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from secmon.alerts.workflow import Closure, close_alert
from secmon.db.models import Alert, AlertStatus
from secmon.db.transaction import Change, column_values, require_scope, require_text, serialised_transaction, touch
from secmon.errors import IllegalMove, Item, Term
from secmon.incidents import playbook
from secmon.incidents.incident import (
    Incident,
    IncidentSite,
    IncidentState,
    load_for_update,
    resume_clocks,
    sites_in,
    transition,
)
from secmon.incidents.members import attach_alerts, load_unassigned_alerts
from secmon.incidents.sla import targets_of_severity, time_after
from secmon.incidents.timeline import EntryKind, add_entry
from secmon.taxonomy import Tlp


@dataclass(frozen=True, slots=True)
class IncidentDraft:
    """Content of a new incident; '' as owner is the user who opens it, `sites` are added to the alerts' sites."""

    title: str
    severity: int
    attack_type: str = ""
    attack_uids: tuple[str, ...] = ()
    tlp: Tlp = Tlp.AMBER
    owner: str = ""
    sites: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class IncidentChanges:
    """Requested changes; None leaves a value unchanged."""

    title: str | None = None
    severity: int | None = None
    attack_type: str | None = None
    attack_uids: tuple[str, ...] | None = None
    tlp: Tlp | None = None
    owner: str | None = None


_SHOWN = ("title", "severity", "attack_type", "attack_uids", "tlp", "owner", "state", "closure")


def open_incident(change: Change, draft: IncidentDraft, alert_ids: Sequence[int]) -> Incident:
    """Open an incident with alerts, which are then in progress, and the tasks of its playbook."""
    with serialised_transaction(change.db) as session:
        alerts = load_unassigned_alerts(session, change.scope, alert_ids)
        sites = sorted({*draft.sites, *(alert.site for alert in alerts)})
        require_scope(change.scope, sites, Item("sites", ", ".join(sites)))
        if not sites:
            raise IllegalMove("incident.no_site")
        goal = targets_of_severity(session, draft.severity)
        incident = Incident(
            title=require_text(draft.title, "title_of_incident"),
            severity=draft.severity,
            attack_type=draft.attack_type,
            attack_uids=" ".join(draft.attack_uids),
            tlp=draft.tlp,
            owner=(draft.owner or change.actor.name)[:128],
            state=IncidentState.DETECTED,
            opened_by=change.actor.name[:128],
            evidence_at=min((alert.first_time for alert in alerts), default=None),
            detected_at=change.now,
            respond_due=time_after(change.now, goal.respond),
            contain_due=time_after(change.now, goal.contain),
            paused_seconds=0,
            version=1,
            changed_by=change.actor.name[:128],
            changed_at=change.now,
            closure="",
            summary="",
            pause_reason="",
        )
        session.add(incident)
        session.flush()
        session.add_all(IncidentSite(incident_id=incident.id, site=site) for site in sites)
        playbook.start_playbook(session, incident.id, draft.attack_type)
        after = {**column_values(incident, *_SHOWN), "sites": sites, "alerts": [alert.id for alert in alerts]}
        add_entry(session, incident.id, EntryKind.OPENED, change.actor, change.now, after=after)
        attach_alerts(session, incident, alerts, change.actor, change.now)
        return incident


def move_incident(
    change: Change, number: int, state: IncidentState, *, note: str = "", version: int | None = None
) -> Incident:
    """Move on to the next state; use `close` and `reopen` for closing and reopening."""
    with serialised_transaction(change.db) as session:
        incident = load_for_update(session, change.scope, number, version)
        if IncidentState.CLOSED in {state, incident.state}:
            raise IllegalMove("incident.move_not_close", id=number, state=Term.of(incident.state))
        before = column_values(incident, "state")
        transition(incident, state, change.now)
        touch(incident, change.actor, change.now)
        add_entry(
            session,
            number,
            EntryKind.STATE,
            change.actor,
            change.now,
            text=note.strip(),
            before=before,
            after={"state": state},
        )
        return incident


def close_incident(
    change: Change, number: int, closure: Closure, *, summary: str, version: int | None = None
) -> Incident:
    """Close an incident with classification and summary; its open alerts are closed with the same classification."""
    with serialised_transaction(change.db) as session:
        incident = load_for_update(session, change.scope, number, version)
        if closure == Closure.TRUE_POSITIVE and incident.state in {IncidentState.DETECTED, IncidentState.ANALYSED}:
            raise IllegalMove("incident.close_before_recovery", id=number, state=Term.of(incident.state))
        before = column_values(incident, "state", "closure")
        resume_clocks(incident, change.now)
        transition(incident, IncidentState.CLOSED, change.now)
        incident.closure, incident.summary = closure, require_text(summary, "summary_of_incident")
        touch(incident, change.actor, change.now)
        after = column_values(incident, "state", "closure")
        add_entry(
            session,
            number,
            EntryKind.STATE,
            change.actor,
            change.now,
            text=incident.summary,
            before=before,
            after=after,
        )
        for alert in session.scalars(_own_alerts(number).where(Alert.status != AlertStatus.CLOSED)).all():
            close_alert(session, alert, closure, f"incident {number}: {incident.summary}", change.actor, change.now)
        return incident


def reopen_incident(change: Change, number: int, *, note: str, version: int | None = None) -> Incident:
    """Reopen a closed incident, as analysed; its containment clock starts again."""
    with serialised_transaction(change.db) as session:
        incident = load_for_update(session, change.scope, number, version)
        before = column_values(incident, "state", "closure")
        transition(incident, IncidentState.ANALYSED, change.now)
        incident.contained_at = incident.eradicated_at = incident.recovered_at = incident.closed_at = None
        incident.contain_escalated_at, incident.closure = None, ""
        incident.contain_due = time_after(change.now, targets_of_severity(session, incident.severity).contain)
        touch(incident, change.actor, change.now)
        text = require_text(note, "reason_for_reopening")
        add_entry(
            session,
            number,
            EntryKind.STATE,
            change.actor,
            change.now,
            text=text,
            before=before,
            after=column_values(incident, "state"),
        )
        return incident


def change_incident(change: Change, number: int, changes: IncidentChanges, *, version: int | None = None) -> Incident:
    """Correct an incident; another severity resets the running clocks to its targets."""
    with serialised_transaction(change.db) as session:
        incident = load_for_update(session, change.scope, number, version)
        wanted = {name: value for name, value in asdict(changes).items() if value is not None}
        if "attack_uids" in wanted:
            wanted["attack_uids"] = " ".join(wanted["attack_uids"])
        before = column_values(incident, *wanted)
        for name, value in wanted.items():
            setattr(incident, name, value)
        if "severity" in wanted:
            _set_clocks(session, incident)
        touch(incident, change.actor, change.now)
        add_entry(session, number, EntryKind.CHANGED, change.actor, change.now, before=before, after=wanted)
        return incident


def comment_incident(change: Change, number: int, text: str, *, site: str = "") -> Incident:
    """Add a comment to the timeline; a comment on one site can also be read by that site."""
    with serialised_transaction(change.db) as session:
        incident = load_for_update(session, change.scope, number, None)
        if site and site not in sites_in(session, number):
            raise IllegalMove("incident.site_not_member", id=number, site=site)
        add_entry(
            session,
            number,
            EntryKind.COMMENT,
            change.actor,
            change.now,
            text=require_text(text, "comment"),
            site=site,
        )
        return incident


def _set_clocks(session: Session, incident: Incident) -> None:
    goal = targets_of_severity(session, incident.severity)
    if incident.responded_at is None:
        incident.respond_due = time_after(incident.detected_at, goal.respond + incident.paused_seconds)
        incident.respond_escalated_at = None
    if incident.contained_at is None:
        incident.contain_due = time_after(incident.detected_at, goal.contain + incident.paused_seconds)
        incident.contain_escalated_at = None


def _own_alerts(number: int):  # type: ignore[no-untyped-def]  # SQLAlchemy's Select has a type of its own for each row
    return select(Alert).where(Alert.incident_id == number, Alert.merged_into.is_(None)).order_by(Alert.id)
