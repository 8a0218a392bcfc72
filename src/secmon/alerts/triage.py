"""Turn findings into alerts: one open alert for each rule, site and actor, until findings stop for some hours."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from secmon.alerts.flood_control import DEFAULT_LIMITS, FloodLimits, floods, hold_back
from secmon.alerts.priority import EVEN, Weights, priority
from secmon.alerts.suppression import count_suppressed
from secmon.db.database import Database
from secmon.db.models import FLOOD_ACTOR, Alert, AlertStatus, Batch, BatchState
from secmon.store import sql
from secmon.store.client import Store
from secmon.taxonomy import Severity

LEAST = Severity.LOW
"""Minimum severity for an alert. Findings below it stay findings, counted on the wall and searchable."""


@dataclass(frozen=True, slots=True)
class FoundGroup:
    """Findings of one run with the same rule, site and actor."""

    rule_id: str
    site: str
    actor: str
    correlated: bool
    severity: int
    attack_type: str
    group_uid: str
    site_count: int
    findings: int
    events: int
    first_time: datetime
    last_time: datetime
    hosts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Triage:
    """Number of alerts that a run opened and extended; `held_back` actors got no alert of their own.

    `suppressed` groups of findings fell under a suppression.
    """

    opened: int
    extended: int
    held_back: int = 0
    suppressed: int = 0

    def plus(self, other: "Triage") -> "Triage":
        """Return the sum of both runs."""
        return Triage(
            self.opened + other.opened,
            self.extended + other.extended,
            self.held_back + other.held_back,
            self.suppressed + other.suppressed,
        )


@dataclass(frozen=True, slots=True)
class _Handling:
    """Settings for alerts: quiet time before a new alert opens, flood limits, and weights for the priority."""

    quiet: timedelta
    limits: FloodLimits
    weights: Weights


def _nothing(_session: Session) -> None:
    """Write nothing in addition: the default of a run without further results."""


def found_groups(store: Store, after: datetime) -> tuple[FoundGroup, ...]:
    """Return the findings made after a time, grouped as alerts are; informational findings are left out."""
    rows = store.records(sql.query("findings_of_run"), {"after": after, "least": LEAST})
    return tuple(
        FoundGroup(**{**row, "correlated": bool(row["correlated"]), "hosts": tuple(row["hosts"])}) for row in rows
    )


def triage(
    db: Database,
    groups: Sequence[FoundGroup],
    batch_ids: Sequence[str],
    *,
    quiet: timedelta,
    now: datetime,
    limits: FloodLimits = DEFAULT_LIMITS,
    weights: Weights = EVEN,
    beside: Callable[[Session], None] = _nothing,
) -> Triage:
    """Open or extend alerts and mark the batches as detected, in one transaction.

    A crash repeats all of it or nothing. A finding more than `quiet` after the alert's last finding opens a new
    alert. The callback is called with the session, so its rows commit together with the alerts.
    """
    handling = _Handling(quiet, limits, weights)
    opened = held = suppressed = 0
    with db.begin() as session:
        # Alerts and the state of the batches commit together. If a crash came between two commits, the same findings
        # would be added to the alerts again, or the batches would count as detected with their alerts missing.
        for group in groups:
            if count_suppressed(session, group.rule_id, group.site, group.actor, now):
                suppressed += 1
                continue
            is_new, is_held = _place(session, group, handling, now)
            opened, held = opened + is_new, held + is_held
        session.execute(update(Batch).where(Batch.id.in_(batch_ids)).values(state=BatchState.DETECTED, detected_at=now))
        beside(session)
    extended = len(groups) - opened - suppressed
    return Triage(opened=opened, extended=extended, held_back=held, suppressed=suppressed)


def _place(session: Session, group: FoundGroup, handling: _Handling, now: datetime) -> tuple[bool, bool]:
    """Return two flags: an alert was opened; a flood's alert had to include one more actor."""
    alert = _gathering(session, group)
    # The pause is measured between times of events, not of detection: lines of a backlog are detected within minutes
    # although they span days, and would all end up in one alert.
    if alert is not None and group.first_time - alert.last_time <= handling.quiet:
        _extend(alert, group, handling.weights, now)
        return False, False
    # Only new alerts are limited, open alerts are always extended: a flood means many new actors, and analysts must not
    # lose sight of the actors they already work on. The flood's own alert is exempt, otherwise it could never open.
    if group.actor == FLOOD_ACTOR or not floods(session, group.rule_id, group.site, group.first_time, handling.limits):
        _open(session, alert, group, handling.weights, now)
        return True, False
    flood = replace(group, actor=FLOOD_ACTOR, correlated=False)
    gathers = _gathering(session, flood)
    opened = gathers is None or flood.first_time - gathers.last_time > handling.quiet
    if gathers is None or opened:
        gathers = _open(session, gathers, flood, handling.weights, now)
    else:
        _extend(gathers, flood, handling.weights, now)
    return opened, hold_back(session, gathers, group.actor)


def _gathering(session: Session, group: FoundGroup) -> Alert | None:
    """Return the open alert to which such findings are added."""
    return session.scalar(
        select(Alert).where(
            Alert.rule_id == group.rule_id,
            Alert.site == group.site,
            Alert.actor == group.actor,
            Alert.status != AlertStatus.CLOSED,
            Alert.gathering,
        )
    )


def _open(session: Session, before: Alert | None, group: FoundGroup, weights: Weights, now: datetime) -> Alert:
    """Open a new alert; the previous alert is no longer extended."""
    if before is not None:
        # A unique index allows one open, extendable alert for each rule, site and actor. The old alert has to be
        # written first, hence the flush: the session might otherwise insert the new row before updating the old one.
        before.gathering = False
        session.flush()
    confidence, importance = weights.of_rule(group.rule_id), weights.of_place(group.site, group.hosts)
    alert = Alert(
        rule_id=group.rule_id,
        site=group.site,
        actor=group.actor,
        severity=group.severity,
        attack_type=group.attack_type,
        status=AlertStatus.NEW,
        gathering=True,
        group_uid=group.group_uid,
        site_count=group.site_count,
        findings=group.findings,
        events=group.events,
        confidence=confidence,
        importance=importance,
        priority=priority(group.severity, confidence, importance),
        held_back=0,
        first_time=group.first_time,
        last_time=group.last_time,
        opened_at=now,
        updated_at=now,
    )
    session.add(alert)
    return alert


def _extend(alert: Alert, group: FoundGroup, weights: Weights, now: datetime) -> None:
    continued = group.correlated and group.group_uid == alert.group_uid
    alert.findings += 0 if continued else group.findings
    # a correlated finding is counted from its first event at every run: its newest count replaces the older count
    alert.events = max(alert.events, group.events) if continued else alert.events + group.events
    alert.severity = max(alert.severity, group.severity)
    alert.importance = max(alert.importance, weights.of_place(group.site, group.hosts))
    alert.priority = priority(alert.severity, alert.confidence, alert.importance)
    alert.group_uid, alert.site_count = group.group_uid, max(alert.site_count, group.site_count)
    alert.first_time = min(alert.first_time, group.first_time)
    alert.last_time = max(alert.last_time, group.last_time)
    alert.updated_at = now
