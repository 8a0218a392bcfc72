"""Incidents: cases of one or more alerts, over one or many sites, with an owner and deadlines.

States follow NIST SP 800-61: detected, analysed, contained, eradicated, recovered, closed.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, Index, Integer, SmallInteger, String, Text, func, select, true
from sqlalchemy.orm import Mapped, Session, mapped_column

from secmon.db.database import Database
from secmon.db.models import Alert, Base, Versioned
from secmon.db.transaction import check_version, in_scope, require_row, require_scope
from secmon.db.transitions import Transitions
from secmon.errors import IllegalMove, Item
from secmon.incidents.sla import time_after
from secmon.sites.scope import Scope


class IncidentState(StrEnum):
    """The state of an incident."""

    DETECTED = "detected"
    ANALYSED = "analysed"
    CONTAINED = "contained"
    ERADICATED = "eradicated"
    RECOVERED = "recovered"
    CLOSED = "closed"


TRANSITIONS = Transitions(
    "incident",
    {
        IncidentState.DETECTED: frozenset({IncidentState.ANALYSED, IncidentState.CLOSED}),
        IncidentState.ANALYSED: frozenset({IncidentState.CONTAINED, IncidentState.CLOSED}),
        IncidentState.CONTAINED: frozenset({IncidentState.ERADICATED}),
        IncidentState.ERADICATED: frozenset({IncidentState.RECOVERED}),
        IncidentState.RECOVERED: frozenset({IncidentState.CLOSED}),
        IncidentState.CLOSED: frozenset({IncidentState.ANALYSED}),
    },
)
"""Real incidents are closed after recovery; false alarms can be closed immediately."""


class Incident(Versioned, Base):
    """A case. `attack_uids` are ATT&CK ids separated by blanks; `evidence_at` is the first event of its alerts.

    `respond_due` and `contain_due` are moved by the time of a pause; `paused_seconds` is the sum of the pauses.
    """

    __tablename__ = "incidents"
    __table_args__ = (Index("incidents_by_state", "state", "id"), Index("incidents_by_time", "detected_at"))

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    title: Mapped[str] = mapped_column(Text)
    severity: Mapped[int] = mapped_column(SmallInteger)
    attack_type: Mapped[str] = mapped_column(String(32))
    attack_uids: Mapped[str] = mapped_column(Text)
    tlp: Mapped[str] = mapped_column(String(16))
    owner: Mapped[str] = mapped_column(String(128))
    state: Mapped[str] = mapped_column(String(16))
    closure: Mapped[str] = mapped_column(String(16), default="")
    summary: Mapped[str] = mapped_column(Text, default="")
    opened_by: Mapped[str] = mapped_column(String(128))
    evidence_at: Mapped[datetime | None]
    detected_at: Mapped[datetime]
    analysed_at: Mapped[datetime | None]
    contained_at: Mapped[datetime | None]
    eradicated_at: Mapped[datetime | None]
    recovered_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    responded_at: Mapped[datetime | None]
    respond_due: Mapped[datetime]
    contain_due: Mapped[datetime]
    paused_at: Mapped[datetime | None]
    pause_reason: Mapped[str] = mapped_column(Text, default="")
    paused_seconds: Mapped[int] = mapped_column(Integer, default=0)
    respond_escalated_at: Mapped[datetime | None]
    contain_escalated_at: Mapped[datetime | None]

    @property
    def techniques(self) -> tuple[str, ...]:
        """Its ATT&CK ids."""
        return tuple(self.attack_uids.split())

    def reached(self, state: IncidentState) -> datetime | None:
        """Return when it reached a state, None when it has not."""
        at: datetime | None = getattr(self, f"{state}_at")
        return at


class IncidentSite(Base):
    """A municipality affected by an incident."""

    __tablename__ = "incident_sites"
    __table_args__ = (Index("incident_sites_by_site", "site"),)

    incident_id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    site: Mapped[str] = mapped_column(String(5), primary_key=True)


def load_for_update(session: Session, scope: Scope, number: int, version: int | None) -> Incident:
    """Load an incident whose sites are all within the scope, unchanged since `version`."""
    incident = require_row(session.get(Incident, number), Item("incident", number))
    require_scope(scope, sites_in(session, number), Item("incident", number))
    check_version(incident, version, Item("incident", number))
    return incident


def load_open_for_update(session: Session, scope: Scope, number: int) -> Incident:
    """Load an editable incident that is not closed."""
    incident = load_for_update(session, scope, number, None)
    if incident.state == IncidentState.CLOSED:
        raise IllegalMove("incident.closed", id=number)
    return incident


def stop_response_clock(incident: Incident, now: datetime) -> None:
    """Stop the response clock if it is running: someone has acted."""
    incident.responded_at = incident.responded_at or now


def resume_clocks(incident: Incident, now: datetime) -> int:
    """Resume the clocks if they are paused; returns the seconds of the pause."""
    if incident.paused_at is None:
        return 0
    stood = int((now - incident.paused_at).total_seconds())
    if incident.responded_at is None:
        incident.respond_due = time_after(incident.respond_due, stood)
    if incident.contained_at is None:
        incident.contain_due = time_after(incident.contain_due, stood)
    incident.paused_at, incident.pause_reason = None, ""
    incident.paused_seconds += stood
    return stood


def sites_in(session: Session, number: int) -> list[str]:
    """Return the sites of an incident."""
    query = select(IncidentSite.site).where(IncidentSite.incident_id == number).order_by(IncidentSite.site)
    return list(session.scalars(query))


def transition(incident: Incident, state: IncidentState, now: datetime) -> None:
    """Move it to a state within the caller's transaction; the message of IllegalMove lists the allowed states."""
    TRANSITIONS.check(incident.id, incident.state, state)
    incident.state = state
    setattr(incident, f"{state}_at", now)
    stop_response_clock(incident, now)


def get_incident(db: Database, scope: Scope, number: int) -> Incident:
    """Return an incident that affects a site of the scope; raises NotFoundError when there is none."""
    query = select(Incident).where(Incident.id == number, _touches(scope))
    with db.session() as session:
        return require_row(session.scalar(query), Item("incident", number))


def search_incidents(
    db: Database,
    scope: Scope,
    *,
    states: Sequence[IncidentState] = (),
    site: str = "",
    owner: str = "",
    since: datetime | None = None,
    until: datetime | None = None,
    limit: int,
    before: int | None = None,
) -> Sequence[Incident]:
    """Return incidents newest first, of these states (none: any), detected in a period.

    `before` is the id below which to continue.
    """
    query = select(Incident).where(_touches(scope)).order_by(Incident.id.desc()).limit(limit)
    if states:
        query = query.where(Incident.state.in_(states))
    if site:
        query = query.where(_touches(Scope.of_sites([site])))
    if owner:
        query = query.where(Incident.owner == owner)
    if since is not None:
        query = query.where(Incident.detected_at >= since)
    if until is not None:
        query = query.where(Incident.detected_at < until)
    if before is not None:
        query = query.where(Incident.id < before)
    with db.session() as session:
        return session.scalars(query).all()


def open_incidents(db: Database, scope: Scope) -> Sequence[Incident]:
    """Return all open incidents, most severe first, then by due time of containment."""
    query = select(Incident).where(_touches(scope), Incident.state != IncidentState.CLOSED)
    with db.session() as session:
        return session.scalars(query.order_by(Incident.severity.desc(), Incident.contain_due, Incident.id)).all()


def count_incidents(db: Database) -> int:
    """Return the number of incidents, open or closed."""
    with db.session() as session:
        return int(session.scalar(select(func.count()).select_from(Incident)) or 0)


def sites_of_incidents(db: Database, scope: Scope, numbers: Sequence[int]) -> Mapping[int, tuple[str, ...]]:
    """Return the sites of each incident, limited to the scope."""
    query = select(IncidentSite.incident_id, IncidentSite.site).where(
        IncidentSite.incident_id.in_(numbers), in_scope(IncidentSite.site, scope)
    )
    with db.session() as session:
        rows = session.execute(query.order_by(IncidentSite.site)).all()
    return {number: tuple(site for one, site in rows if one == number) for number in numbers}


def alerts_of_incident(db: Database, scope: Scope, number: int) -> Sequence[Alert]:
    """Return the alerts of an incident, limited to the scope."""
    query = select(Alert).where(Alert.incident_id == number, in_scope(Alert.site, scope)).order_by(Alert.id)
    with db.session() as session:
        return session.scalars(query).all()


def _touches(scope: Scope) -> ColumnElement[bool]:
    if scope.everything:
        return true()
    return Incident.id.in_(select(IncidentSite.incident_id).where(in_scope(IncidentSite.site, scope)))
