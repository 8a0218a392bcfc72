"""What an alert is worth looking at: severity by the rule's confidence by the importance of what it is about."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from sqlalchemy import select

from secmon.alerts.desk import Desk
from secmon.alerts.register import Asset
from secmon.rules.rule import Signature
from secmon.sites.registry import Site
from secmon.taxonomy import Severity

_KINDS = {"si": 0.8, "gu": 0.75, "gun": 0.7}
_LARGE = 40  # towns and neighbourhoods from which a municipality counts as a large one


@dataclass(frozen=True, slots=True)
class Weights:
    """Confidence by rule, importance by (site, host) as it was set, and by site ('' as host) as the registry has it."""

    confidence: Mapping[str, float] = field(default_factory=dict)
    importance: Mapping[tuple[str, str], float] = field(default_factory=dict)

    def of_rule(self, rule_id: str) -> float:
        """How sure the rule is; 1 when nobody knows it."""
        return self.confidence.get(rule_id, 1.0)

    def of_place(self, site: str, hosts: Iterable[str]) -> float:
        """The importance of the most important of these hosts, or of the site when no host has one of its own."""
        known = [self.importance[site, host] for host in hosts if (site, host) in self.importance]
        return max(known) if known else self.importance.get((site, ""), 1.0)


EVEN = Weights()
"""Everything counts the same."""


def priority(severity: int, confidence: float, importance: float) -> int:
    """From 0 to 100."""
    return round(100 * severity / Severity.CRITICAL * confidence * importance)


def weights(desk: Desk, rules: Iterable[Signature], sites: Iterable[Site]) -> Weights:
    """Those of the rules in force, the registry and the assets of the desk."""
    importance = {(site.code, ""): site_importance(site) for site in sites}
    with desk.session() as session:
        known = session.scalars(select(Asset).where(Asset.importance > 0))
        set_here = {(row.site, row.host): row.importance for row in known}
    return Weights({rule.id: rule.confidence for rule in rules}, importance | set_here)


def site_importance(site: Site) -> float:
    """By rank and number of towns: from 0.7 for a small county to 1 for a large city."""
    return round(_KINDS[site.kind] + 0.2 * min(1.0, site.size / _LARGE), 2)
