"""Findings to alerts: one open alert for a rule, site and actor, until they have been quiet for some hours."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from secmon.alerts.desk import Desk
from secmon.alerts.flood import DEFAULT_LIMITS, FloodLimits, floods, hold_back
from secmon.alerts.models import FLOOD_ACTOR, Alert, AlertStatus, Batch, BatchState
from secmon.alerts.priority import EVEN, Weights, priority
from secmon.alerts.suppression import leave_out
from secmon.store import sql
from secmon.store.client import Store
from secmon.taxonomy import Severity

LEAST = Severity.LOW
"""Severity from which findings open an alert; those below stay findings, counted on the wall and searchable."""


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
    """How many alerts a run opened and how many it extended; `held_back` actors got none of their own.

    `suppressed` groups of findings fell under a suppression.
    """

    opened: int
    extended: int
    held_back: int = 0
    suppressed: int = 0

    def plus(self, other: "Triage") -> "Triage":
        """Both runs together."""
        return Triage(
            self.opened + other.opened,
            self.extended + other.extended,
            self.held_back + other.held_back,
            self.suppressed + other.suppressed,
        )


@dataclass(frozen=True, slots=True)
class _Handling:
    """How findings become alerts: a new one after `quiet`, no more than the limits, weighed as the weights say."""

    quiet: timedelta
    limits: FloodLimits
    weights: Weights


def _nothing(_session: Session) -> None:
    """What a run without further news keeps beside its alerts."""


def found_groups(store: Store, after: datetime) -> tuple[FoundGroup, ...]:
    """The findings made after `after`, grouped as alerts are; informational ones are no alerts."""
    rows = store.records(sql.query("findings_of_run"), {"after": after, "least": LEAST})
    return tuple(
        FoundGroup(**{**row, "correlated": bool(row["correlated"]), "hosts": tuple(row["hosts"])}) for row in rows
    )


def triage(
    desk: Desk,
    groups: Sequence[FoundGroup],
    batch_ids: Sequence[str],
    *,
    quiet: timedelta,
    now: datetime,
    limits: FloodLimits = DEFAULT_LIMITS,
    weights: Weights = EVEN,
    beside: Callable[[Session], None] = _nothing,
) -> Triage:
    """Open or extend alerts and mark the batches as detected, in one transaction: a crash repeats all of it or nothing.

    A finding more than `quiet` after the alert's last one opens a new alert. `beside` keeps what else the run came to
    in the same transaction.
    """
    handling = _Handling(quiet, limits, weights)
    opened = held = suppressed = 0
    with desk.begin() as session:
        for group in groups:
            if leave_out(session, group.rule_id, group.site, group.actor, now):
                suppressed += 1
                continue
            is_new, is_held = _place(session, group, handling, now)
            opened, held = opened + is_new, held + is_held
        session.execute(update(Batch).where(Batch.id.in_(batch_ids)).values(state=BatchState.DETECTED, detected_at=now))
        beside(session)
    extended = len(groups) - opened - suppressed
    return Triage(opened=opened, extended=extended, held_back=held, suppressed=suppressed)


def _place(session: Session, group: FoundGroup, handling: _Handling, now: datetime) -> tuple[bool, bool]:
    """Whether an alert was opened, and whether a flood's alert had to take in one more actor."""
    alert = _gathering(session, group)
    if alert is not None and group.first_time - alert.last_time <= handling.quiet:
        _extend(alert, group, handling.weights, now)
        return False, False
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
    """The open alert that takes such findings in."""
    return session.scalar(
        select(Alert).where(
            Alert.rule_id == group.rule_id, Alert.site == group.site, Alert.actor == group.actor,
            Alert.status != AlertStatus.CLOSED, Alert.gathering,
        )
    )  # fmt: skip


def _open(session: Session, before: Alert | None, group: FoundGroup, weights: Weights, now: datetime) -> Alert:
    """A new alert; the one before it gathers no more."""
    if before is not None:
        before.gathering = False
        session.flush()
    confidence, importance = weights.of_rule(group.rule_id), weights.of_place(group.site, group.hosts)
    alert = Alert(
        rule_id=group.rule_id, site=group.site, actor=group.actor, severity=group.severity,
        attack_type=group.attack_type, status=AlertStatus.NEW, gathering=True, group_uid=group.group_uid,
        site_count=group.site_count, findings=group.findings, events=group.events, confidence=confidence,
        importance=importance, priority=priority(group.severity, confidence, importance), held_back=0,
        first_time=group.first_time, last_time=group.last_time, opened_at=now, updated_at=now,
    )  # fmt: skip
    session.add(alert)
    return alert


def _extend(alert: Alert, group: FoundGroup, weights: Weights, now: datetime) -> None:
    continued = group.correlated and group.group_uid == alert.group_uid
    alert.findings += 0 if continued else group.findings
    # a correlated finding is counted again from its first event each time, so its newest count replaces the older one
    alert.events = max(alert.events, group.events) if continued else alert.events + group.events
    alert.severity = max(alert.severity, group.severity)
    alert.importance = max(alert.importance, weights.of_place(group.site, group.hosts))
    alert.priority = priority(alert.severity, alert.confidence, alert.importance)
    alert.group_uid, alert.site_count = group.group_uid, max(alert.site_count, group.site_count)
    alert.first_time = min(alert.first_time, group.first_time)
    alert.last_time = max(alert.last_time, group.last_time)
    alert.updated_at = now
