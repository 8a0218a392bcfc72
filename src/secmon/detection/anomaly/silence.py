"""Silence with a precursor: a feed stops sending just after a sensor or a log was tampered with."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import perf_counter

from secmon.detection.anomaly.builtin import builtin
from secmon.detection.engine import findings as found
from secmon.detection.engine.findings import Finding
from secmon.detection.engine.run_report import MatchReport, RuleOutcome
from secmon.detection.sigma.rule import Signature
from secmon.feed_health.health import FeedReport, Health
from secmon.store.client import Store
from secmon.store.sql import query

KIND = "silence"
BEFORE, AFTER = timedelta(hours=2), timedelta(minutes=30)
"""Maximum time between a precursor and a feed's last line: before it, and after it."""

_TECHNIQUES = ("T1562", "T1070")  # impair defences, remove indicators
_QUIET = {Health.LATE, Health.SILENT, Health.FAILING}


@dataclass(frozen=True, slots=True)
class Precursor:
    """The newest finding of a rule for tampering at a site; `evidence` is its event."""

    rule_id: str
    site: str
    time: datetime
    evidence: tuple[str, int]


def tampering(rules: Iterable[Signature]) -> Mapping[str, Signature]:
    """Return the rules whose findings are precursors, by id: those of techniques that impair defences."""
    return {rule.id: rule for rule in rules if any(uid.split(".")[0] in _TECHNIQUES for uid in rule.attack_uids)}


def find_silence(
    store: Store, reports: Sequence[FeedReport], rules: Mapping[str, Signature], now: datetime, detected_at: datetime
) -> MatchReport:
    """Write a finding for each quiet feed of a site with a precursor; `rules` are those of `tampering`."""
    started, signature = perf_counter(), builtin()["silence_after_tampering"]
    quiet = [report for report in reports if report.health in _QUIET and report.line_at is not None]
    if not quiet:
        return MatchReport(KIND, ())
    oldest = min(report.line_at for report in quiet if report.line_at is not None) - BEFORE
    parameters = {"rules": list(rules), "since": max(oldest, now - timedelta(days=1)), "until": now}
    rows = store.rows(query("silence_precursors"), parameters)
    precursors = [
        Precursor(str(rule), str(site), time, (str(batch), int(seq))) for rule, site, time, batch, seq in rows
    ]
    findings = silences(quiet, precursors, rules, now)
    found.write_findings(store, findings, detected_at)
    took = round((perf_counter() - started) * 1000)
    return MatchReport(
        KIND, (RuleOutcome(signature.id, signature.name, len(findings), milliseconds=took, pass_rules=1),)
    )


def silences(
    quiet: Iterable[FeedReport], precursors: Sequence[Precursor], rules: Mapping[str, Signature], now: datetime
) -> list[Finding]:
    """Return a finding for each quiet feed with a precursor near its last line."""
    findings: list[Finding] = []
    for report in quiet:
        assert report.line_at is not None
        near = [
            one
            for one in precursors
            if one.site == report.site and report.line_at - BEFORE <= one.time <= report.line_at + AFTER
        ]
        if near:
            newest = max(near, key=lambda one: one.time)
            findings.append(_finding(report, report.line_at, newest, rules[newest.rule_id], now))
    return findings


def _finding(report: FeedReport, since: datetime, precursor: Precursor, rule: Signature, now: datetime) -> Finding:
    signature = builtin()["silence_after_tampering"]
    uid = f"silence:{report.site}:{report.feed}:{since:%Y%m%d%H%M%S}"
    return Finding(
        uid=uid,
        signature=signature,
        kind=KIND,
        site=report.site,
        actor=report.feed,
        severity=signature.severity,
        time=since,
        last_time=max(since, precursor.time),
        received_at=now,
        group_uid=uid,
        evidence=(precursor.evidence,),
        details={
            "feed": report.feed,
            "silent_since": since.isoformat(timespec="seconds"),
            "precursor": rule.name,
            "precursor_at": precursor.time.isoformat(timespec="seconds"),
        },
    )
