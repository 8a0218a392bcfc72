"""Alerts and incidents for the tests of what follows from them."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from secmon.alerts import queries as alert_queries
from secmon.alerts.triage import FoundGroup, triage
from secmon.db.audit_log import Actor
from secmon.db.database import Database
from secmon.db.transaction import Change
from secmon.incidents import workflow as incident_workflow
from secmon.incidents.evidence import EvidenceLine
from secmon.incidents.incident import Incident
from secmon.incidents.workflow import IncidentDraft
from secmon.sites.scope import EVERYTHING
from secmon.taxonomy import Severity

NOW = datetime(2026, 11, 25, 1, tzinfo=UTC)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
KIM, LEE = Actor("operator1", "127.0.0.1"), Actor("operator2", "127.0.0.2")
SCANNER = "203.0.113.9"


def alerts_at(
    db: Database,
    sites: Sequence[str],
    *,
    rule: str = "rule-1",
    at: datetime = NOW,
    severity: int = Severity.HIGH,
    attack_type: str = "information_gathering",
    first: datetime | None = None,
) -> list[int]:
    """New alerts of one rule at these sites, opened at `at`; their ids in the order of the sites."""
    groups = [
        FoundGroup(rule, site, SCANNER, False, severity, attack_type, "", 1, 1, 1, first or at, at) for site in sites
    ]
    triage(db, groups, [], quiet=timedelta(hours=6), now=at)
    newest = alert_queries.alerts_page(db, EVERYTHING, limit=len(sites))
    return [alert.id for alert in reversed(newest)]


def incident_at(
    db: Database,
    sites: Sequence[str],
    *,
    severity: int = Severity.HIGH,
    at: datetime = NOW,
    attack_type: str = "information_gathering",
    alerts: Sequence[int] = (),
) -> Incident:
    """An incident over these sites."""
    draft = IncidentDraft("Sweep scan", severity, attack_type, ("T1595.002",), sites=tuple(sites))
    return incident_workflow.open_incident(Change(db, EVERYTHING, KIM, at), draft, alerts)


def line_at(site: str, seq: int = 1, line: str = "IPS drop src=203.0.113.9") -> EvidenceLine:
    """A line of a site."""
    return EvidenceLine(site, "ids", "b1", seq, NOW, NOW, line)
