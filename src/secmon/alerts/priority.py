"""Priority of an alert: severity times the rule's confidence times the importance of the affected asset."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from sqlalchemy import select

from secmon.db.database import Database
from secmon.detection.sigma.rule import Signature
from secmon.inventory.asset_register import Asset
from secmon.sites.registry import Site
from secmon.taxonomy import Severity

_KINDS = {"si": 0.8, "gu": 0.75, "gun": 0.7}
_LARGE = 40  # towns and neighbourhoods from which a municipality counts as large


@dataclass(frozen=True, slots=True)
class Weights:
    """Confidence by rule, and importance by (site, host).

    Importance is the configured value, or for a site ('' as host) the value from the registry.
    """

    confidence: Mapping[str, float] = field(default_factory=dict)
    importance: Mapping[tuple[str, str], float] = field(default_factory=dict)

    def of_rule(self, rule_id: str) -> float:
        """Return the rule's confidence; 1 when unknown."""
        return self.confidence.get(rule_id, 1.0)

    def of_place(self, site: str, hosts: Iterable[str]) -> float:
        """Return the highest importance of these hosts, or that of the site when no host has its own."""
        known = [self.importance[site, host] for host in hosts if (site, host) in self.importance]
        return max(known) if known else self.importance.get((site, ""), 1.0)


EVEN = Weights()
"""Equal weights for everything."""


def priority(severity: int, confidence: float, importance: float) -> int:
    """Return the priority, from 0 to 100."""
    return round(100 * severity / Severity.CRITICAL * confidence * importance)


def weights(db: Database, rules: Iterable[Signature], sites: Iterable[Site]) -> Weights:
    """Return the weights of the rules in force, the site registry and the asset register."""
    importance = {(site.code, ""): site_importance(site) for site in sites}
    with db.session() as session:
        known = session.scalars(select(Asset).where(Asset.importance > 0))
        set_here = {(row.site, row.host): row.importance for row in known}
    return Weights({rule.id: rule.confidence for rule in rules}, importance | set_here)


def site_importance(site: Site) -> float:
    """Return importance by rank and number of towns: from 0.7 for a small county to 1 for a large city."""
    return round(_KINDS[site.kind] + 0.2 * min(1.0, site.size / _LARGE), 2)
