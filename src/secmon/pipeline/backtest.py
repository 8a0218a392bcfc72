"""Backtest: run one rule over past events, after it was written or changed, or a rule exception has ended."""

from collections.abc import Iterator
from datetime import datetime

from secmon.alerts.triage import found_groups, triage
from secmon.db.models import BatchState
from secmon.detection.correlation.engine import correlate
from secmon.detection.engine import run_report
from secmon.detection.engine.batches import Batches
from secmon.detection.engine.match_events import match_events
from secmon.detection.sigma.ruleset import RuleSet
from secmon.errors import UsageError
from secmon.ingest import batch_journal
from secmon.live.pipeline_port import BacktestResult
from secmon.pipeline.detect import Detector
from secmon.store.sql import query

_TOGETHER = 20  # batches in one pass, as in detection


def backtest(detector: Detector, rule: str, begins: datetime, ends: datetime) -> BacktestResult:
    """Run a rule, by its name or id, over the batches with events in a time span, with the rule exceptions in force.

    Opens alerts like any other run. Raises UsageError when there is no such rule, or the span is empty.
    """
    if begins >= ends:
        raise UsageError.literal("the span ends before it begins: give --from before --to")
    last = batch_journal.last_detection(detector.db)
    now = detector.now(last)
    alone = _alone(detector.in_force(now), rule)
    [signature] = alone.signatures
    findings = held_back = batches = 0
    errors: list[str] = []
    detected = ""
    for some in _batches(detector, begins, ends):
        batches, detected = batches + len(some.ids), some.ids[0]
        report = (
            match_events(detector.store, alone, some, now, again=True)
            if alone.rules
            else correlate(detector.store, alone, some, now)
        )
        run_report.write_run_history(detector.store, report, now, len(some.ids))
        findings += report.findings
        held_back += sum(outcome.held_back for outcome in report.outcomes)
        errors += [outcome.error for outcome in report.errors]
    done = triage(
        detector.db,
        [group for group in found_groups(detector.store, last) if group.rule_id == signature.id],
        [detected] if detected else [],  # so that the next run begins after this one and counts nothing twice
        quiet=detector.quiet,
        now=now,
        limits=detector.limits,
        weights=detector.weights(),
    )
    return BacktestResult(
        signature.id, signature.name, batches, findings, held_back, done.opened, done.extended, next(iter(errors), "")
    )


def _alone(rules: RuleSet, wanted: str) -> RuleSet:
    """Return the rule set with this rule only."""
    single = tuple(rule for rule in rules.rules if wanted in {rule.id, rule.name})
    several = tuple(one for one in rules.correlations if wanted in {one.id, one.name})
    if len(single) + len(several) != 1:
        raise UsageError.literal(
            f"no active rule has the name {wanted}: `secmon rules check` and `rules status` list them"
        )
    return RuleSet(single, several, ())


def _batches(detector: Detector, begins: datetime, ends: datetime) -> Iterator[Batches]:
    """Yield the batches of the span that were already processed; waiting ones will be run with this rule anyway."""
    waiting = {batch.id for batch in batch_journal.batches(detector.db, BatchState.LOADED, BatchState.IN_FLIGHT)}
    found = detector.store.rows(query("batches_of_span"), {"begins": begins, "ends": ends})
    rows = [row for row in found if row[0] not in waiting]
    for at in range(0, len(rows), _TOGETHER):
        some = rows[at : at + _TOGETHER]
        yield Batches.of([row[0] for row in some], min(row[1] for row in some), max(row[2] for row in some))
