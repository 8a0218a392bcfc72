"""Risk of sites, addresses, users and hosts: the sum of their findings, decaying with age, with the reasons."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from math import exp, log2
from typing import Any

from secmon.store.client import Store
from secmon.store.sql import query
from secmon.taxonomy import Severity

HALF_LIFE = timedelta(hours=24)
_REACH = 7  # half-lives after which a finding no longer counts
_POINTS = {Severity.LOW: 2.0, Severity.MEDIUM: 8.0, Severity.HIGH: 20.0, Severity.CRITICAL: 40.0}
_SCALE = 60.0  # points at which the risk is 63 of 100
_REASONS = 5


class EntityKind(StrEnum):
    """The kind of entity that is at risk or is a risk."""

    SITE = "site"
    ADDRESS = "address"
    USER = "user"
    HOST = "host"


@dataclass(frozen=True, slots=True)
class RiskReason:
    """A rule's share of a risk: number of findings, time of the last one, and points now."""

    rule_id: str
    findings: int
    last_time: datetime
    points: float


@dataclass(frozen=True, slots=True)
class EntityRisk:
    """Risk from 0 to 100 of an entity at its site ('' for addresses, which are the same everywhere)."""

    kind: EntityKind
    entity: str
    site: str
    risk: int
    points: float
    reasons: tuple[RiskReason, ...]


def risks(
    store: Store,
    kind: EntityKind,
    now: datetime,
    *,
    sites: Sequence[str] | None = None,
    confidence: Mapping[str, float] | None = None,
    half_life: timedelta = HALF_LIFE,
    limit: int = 100,
) -> tuple[EntityRisk, ...]:
    """Return the entities of a kind by risk at `now`, the highest first; only findings at `sites`, when given.

    A rule's findings about one entity count once, weighted with the logarithm of their number: a thousand
    findings weigh about eleven times as much as one. `confidence` is that of the rules by id.
    """
    parameters = {
        "kind": str(kind),
        "since": now - _REACH * half_life,
        "until": now,
        "sites": list(sites or ()),
        "all": sites is None,
    }
    found: dict[tuple[str, str], list[RiskReason]] = {}
    for row in store.rows(query("entity_findings"), parameters):
        entity, site, reason = _reason(row, now, half_life, confidence or {})
        found.setdefault((entity, site), []).append(reason)
    several = (_risk(kind, entity, site, reasons) for (entity, site), reasons in found.items())
    return tuple(sorted(several, key=lambda one: (-one.points, one.entity, one.site))[:limit])


def _reason(
    row: tuple[Any, ...], now: datetime, half_life: timedelta, confidence: Mapping[str, float]
) -> tuple[str, str, RiskReason]:
    entity, site, rule_id, severity, findings, last_time = row
    decay = 0.5 ** ((now - last_time) / half_life)
    points = _POINTS.get(Severity(int(severity)), 0.0) * confidence.get(rule_id, 1.0) * (1 + log2(findings)) * decay
    return str(entity), str(site), RiskReason(str(rule_id), int(findings), last_time, round(points, 2))


def _risk(kind: EntityKind, entity: str, site: str, reasons: list[RiskReason]) -> EntityRisk:
    points = sum(reason.points for reason in reasons)
    worst = sorted(reasons, key=lambda reason: -reason.points)[:_REASONS]
    return EntityRisk(kind, entity, site, round(100 * (1 - exp(-points / _SCALE))), round(points, 2), tuple(worst))
