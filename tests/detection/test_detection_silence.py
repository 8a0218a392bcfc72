"""A feed that falls silent after somebody tampered with a sensor is told; silence alone is not."""

from datetime import UTC, datetime, timedelta

import pytest

from secmon.detection.anomaly.silence import Precursor, find_silence, silences, tampering
from secmon.detection.engine import findings
from secmon.detection.engine.findings import Finding
from secmon.detection.sigma.ruleset import load_rules
from secmon.feed_health.health import FeedReport, Health
from secmon.store.client import Store
from secmon.taxonomy import Severity

NOW = datetime(2026, 11, 24, 3, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
RULES = tampering(load_rules().signatures)
STOPPED = next(rule for rule in RULES.values() if rule.name == "win_security_log_cleared")


def report(
    health: Health = Health.SILENT, site: str = "11110", line_at: datetime | None = NOW - 20 * MINUTE
) -> FeedReport:
    """A feed whose last line came twenty minutes ago."""
    return FeedReport(site, "endpoint", "winlogbeat", health, 9, NOW, line_at, 0, "")


def precursor(minutes: float, site: str = "11110") -> Precursor:
    """A log that was emptied so many minutes ago."""
    return Precursor(STOPPED.id, site, NOW - minutes * MINUTE, ("b1", 7))


def test_rules_about_blinding_are_precursors() -> None:
    """Those of T1562 and T1070, whichever sub-technique; others are not."""
    names = {rule.name for rule in RULES.values()}
    assert {"win_security_log_cleared", "sudo_log_tampering", "fw_logging_reduced"} <= names
    assert "sweep_scan" not in names


@pytest.mark.parametrize(
    ("minutes", "site", "told"),
    [(25, "11110", True), (19, "11110", True), (-20, "11110", False), (200, "11110", False), (25, "11140", False)],
)
def test_only_a_precursor_near_the_last_line_counts(minutes: float, site: str, told: bool) -> None:
    """Within two hours before it or half an hour after, at the same site."""
    assert bool(silences([report()], [precursor(minutes, site)], RULES, NOW)) is told


def test_the_finding_says_what_went_before() -> None:
    """The feed, since when, and the newest precursor with its event as evidence."""
    [finding] = silences([report()], [precursor(30), precursor(22)], RULES, NOW)
    assert (finding.site, finding.actor, finding.severity, finding.evidence) == (
        "11110",
        "endpoint",
        Severity.HIGH,
        (("b1", 7),),
    )
    assert finding.details["precursor"] == STOPPED.name
    assert finding.details["precursor_at"] == (NOW - 22 * MINUTE).isoformat(timespec="seconds")


@pytest.mark.store
def test_silence_is_told_once_and_not_in_announced_work(store: Store) -> None:
    """Looking again replaces the finding; a healthy feed, one in maintenance and one never seen raise none."""
    findings.write_findings(
        store,
        [
            Finding(
                site,
                STOPPED,
                "event",
                site,
                "",
                Severity.HIGH,
                NOW - 25 * MINUTE,
                NOW - 25 * MINUTE,
                NOW,
                evidence=(("b1", 7),),
            )
            for site in ("11110", "11140", "11170", "11200")
        ],
        NOW - 25 * MINUTE,
    )
    reports = [
        report(),
        report(Health.MAINTENANCE, "11140"),
        report(Health.HEALTHY, "11170"),
        report(Health.NEVER_SEEN, "11200", None),
    ]
    for seconds in (0, 60):
        at = NOW + timedelta(seconds=seconds)
        assert find_silence(store, reports, RULES, at, at).findings == 1
    assert store.rows("SELECT toString(site) FROM findings FINAL WHERE kind = 'silence'") == [("11110",)]
