"""Score the detection of a simulated day: plain arithmetic over the alerts and the scenario runs."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import median
from typing import Any

from secmon.demo.evaluate.truth import Act
from secmon.taxonomy import Severity

OPERATORS = 4
"""Operators on duty at a time, for the number of alerts per operator and hour."""


@dataclass(frozen=True)
class Raised:
    """An alert of the day; `runs` are the scenario runs its evidence belongs to."""

    rule: str
    site: str
    actor: str
    severity: Severity
    opened_at: datetime
    runs: frozenset[str]


@dataclass(frozen=True)
class Day:
    """A simulated day: the alerts, and for each run the time and sites of its first collected line."""

    hours: float
    sites: int
    lines: int
    quarantined: int
    alerts: tuple[Raised, ...]
    collected: Mapping[str, tuple[datetime, frozenset[str]]]


def score(day: Day, acts: Sequence[Act]) -> dict[str, Any]:
    """Return the report of `secmon evaluate`; alerts count from medium severity, unless a figure says otherwise."""
    attacks = [_attack(act, day) for act in acts if not act.decoy]
    decoys = [_decoy(act, day) for act in acts if act.decoy]
    attack_runs = {act.run for act in acts if not act.decoy}
    grave = [alert for alert in day.alerts if alert.severity > Severity.LOW]
    right = [alert for alert in grave if alert.runs & attack_runs]
    quiet = [alert for alert in day.alerts if not alert.runs]
    seconds = [one["seconds_to_detect"] for one in attacks if one["seconds_to_detect"] is not None]
    return {
        "lines": day.lines,
        "quarantined": day.quarantined,
        "scenarios": attacks,
        "decoys": decoys,
        "detected": sum(one["detected"] for one in attacks),
        "median_seconds_to_detect": median(seconds) if seconds else None,
        "precision": round(len(right) / len(grave), 4) if grave else None,
        "false_alerts": len(grave) - len(right),
        "false_alerts_per_site_and_day": round((len(grave) - len(right)) / day.sites / day.hours * 24, 5),
        "alerts": len(day.alerts),
        "alerts_per_operator_and_hour": round(len(day.alerts) / OPERATORS / day.hours, 3),
        "background_alerts": len(quiet),
        "background_alerts_by_rule": dict(Counter(f"{one.rule} ({one.severity.name.lower()})" for one in quiet)),
    }


def _attack(act: Act, day: Day) -> dict[str, Any]:
    first, sites = day.collected.get(act.run, (None, frozenset()))
    # an alert opened before the attack began does not count as its detection, even if the attack continued it
    since = first or act.begins
    alerts = [
        alert
        for alert in day.alerts
        if act.run in alert.runs and alert.severity > Severity.LOW and alert.opened_at >= since
    ]
    begun = min((alert.opened_at for alert in alerts), default=None)
    hit = act.sites
    found = {alert.site for alert in alerts} & hit
    return {
        "name": act.scenario,
        "detected": bool(alerts),
        "seconds_to_detect": round((begun - first).total_seconds(), 1) if begun and first else None,
        "sites_hit": len(hit),
        "sites_found": len(found),
        "sites_missed": sorted(hit - found),
        "alerts": len(alerts),
        "rules": sorted({alert.rule for alert in alerts}),
        "severity": max((alert.severity for alert in alerts), default=Severity.UNKNOWN).name.lower(),
        "collected_from": len(sites),
    }


def _decoy(act: Act, day: Day) -> dict[str, Any]:
    alerts = [alert for alert in day.alerts if act.run in alert.runs]
    worst = max((alert.severity for alert in alerts), default=Severity.UNKNOWN)
    return {
        "name": act.scenario,
        "alerts": len(alerts),
        "severity": worst.name.lower(),
        "above_low": worst > Severity.LOW,
        "rules": sorted({f"{alert.rule} ({alert.severity.name.lower()})" for alert in alerts}),
    }
