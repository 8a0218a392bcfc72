"""Correlate events over new batches: exact sliding windows around the new events, late events included."""

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from time import perf_counter
from typing import Any

import pyarrow as pa

from secmon.detection.correlation.episodes import EpisodeShare, GroupFinding, LookBack, changed_findings
from secmon.detection.correlation.match_cache import CachedRules, RecordedMatches, cached_rules, record_matches
from secmon.detection.correlation.sql import episodes_query, group_columns
from secmon.detection.correlation.threshold_prefilter import Around, may_reach_threshold
from secmon.detection.engine.batches import Batches, milliseconds
from secmon.detection.engine.prefilter import Candidates, candidate_rules
from secmon.detection.engine.run_report import MatchReport, RuleOutcome
from secmon.detection.sigma.compile import Compiled, plan
from secmon.detection.sigma.correlation_rule import Correlation, actor_index
from secmon.detection.sigma.ruleset import RuleSet
from secmon.errors import RuleError, StoreError
from secmon.store.client import Store
from secmon.store.sql import query

_TIME = pa.timestamp("ms", "UTC")
_ABOUT = {
    "src_endpoint_ip": "src_endpoint_ip",
    "user_name": "user_name",
    "actor_user_name": "user_name",
    "device_hostname": "device_hostname",
}
"""Column of findings that the actor of a group fills, by the column of events it comes from."""
_EVIDENCE = pa.list_(pa.struct([("batch_id", pa.string()), ("seq", pa.uint32())]))


def correlate(
    store: Store,
    ruleset: RuleSet,
    batch_ids: Sequence[str],
    received_from: datetime,
    received_to: datetime,
    detected_at: datetime,
    *,
    can: Candidates | None = None,
) -> MatchReport:
    """Write the findings that the events of these batches complete or extend. Running again adds nothing.

    A correlation that the engine cannot run is reported and does not stop the others. The candidates are the
    single rules that can match, from the prefilter; they are computed here when omitted. Raises StoreError when
    the store itself fails.
    """
    batches = Batches.of(batch_ids, received_from, received_to)
    outcomes: list[RuleOutcome] = []
    steps = _steps(ruleset)
    taken = record_matches(store, tuple(steps.by_rule.values()), batches, detected_at, can)
    # If a base rule failed, its matches of this run are missing in the cache. The correlation would count too few and
    # report nothing, so it is reported as failed with the rule's error.
    failed = {
        correlation.id: taken.errors[leaf.id]
        for correlation in ruleset.correlations
        for leaf in correlation.leaves
        if leaf.id in taken.errors
    }
    unfit = dict(steps.unfit) | failed
    # Only correlations whose rules matched in the new events can change. The times of these matches bound the look-back
    # of the query; without them every run would read the whole match cache for every correlation.
    around = {
        correlation: when
        for correlation in ruleset.correlations
        if correlation.id not in unfit and (when := _around(correlation, steps, taken)) is not None
    }
    near = may_reach_threshold(store, around, steps, batches)
    for correlation in ruleset.correlations:
        started = perf_counter()
        written, problem = 0, unfit.get(correlation.id, "")
        try:
            if correlation in near:
                written = _run(store, correlation, steps, batches, around[correlation], detected_at)
        except RuleError as error:
            problem = str(error)
        except StoreError as error:
            # re-raise if the store itself is failing; otherwise the error is the rule's
            store.rows(query("rules_probe"), batches.parameters)
            problem = str(error)
        took = round((perf_counter() - started) * 1000)
        asked = correlation in around or correlation.id in failed
        outcomes.append(RuleOutcome(correlation.id, correlation.name, written, problem, 0, took, pass_rules=int(asked)))
    return MatchReport("correlation", tuple(outcomes))


def all_candidates(store: Store, ruleset: RuleSet, batches: Batches) -> Candidates:
    """Return the single rules that can match, those under correlations included.

    Computed once for `match` and `correlate`.
    """
    return candidate_rules(store, _every(ruleset), batches)


@lru_cache(maxsize=8)
def _every(ruleset: RuleSet) -> tuple[Compiled, ...]:
    beneath = (step.compiled for step in _steps(ruleset).by_rule.values())
    return tuple({one.rule: one for one in (*plan(ruleset).every, *beneath)}.values())


def _around(correlation: Correlation, steps: CachedRules, taken: RecordedMatches) -> Around | None:
    """Return the first and last time (ms) of the new matches of its rules, or None without new matches."""
    keys = {steps.by_rule[leaf].key for leaf in correlation.leaves}
    seen = [taken.spans[key] for key in keys if key in taken.spans]
    return (min(first for first, _ in seen), max(last for _, last in seen)) if seen else None


@lru_cache(maxsize=8)
def _steps(ruleset: RuleSet) -> CachedRules:
    return cached_rules(ruleset.correlations)


def _run(
    store: Store,
    correlation: Correlation,
    steps: CachedRules,
    batches: Batches,
    around: Around,
    detected_at: datetime,
) -> int:
    """Run one correlation over its new matches (first and last time in ms) and return the number of findings."""
    first, last = around
    # Every window that contains a new event lies within a timespan before the first and a timespan after the last of
    # them. Looking ahead as well makes late events exact: they may complete a window whose other events came in
    # earlier.
    timespan = correlation.timespan * 1000
    look = LookBack(correlation.id, timespan, first - timespan, actor_index(group_columns(correlation)))
    parameters = batches.parameters | {
        "rule_id": correlation.id,
        "timespan": timespan,
        "threshold": correlation.threshold,
        "seen_from": look.seen_from,
        "seen_to": last + timespan,
    }
    parts = [
        EpisodeShare(tuple(key), site, begins, ends, events, fresh, received, _evidence(evidence))
        for key, site, begins, ends, events, fresh, received, evidence in store.rows(
            episodes_query(correlation, steps), parameters
        )
    ]
    if not parts:
        return 0
    stored = [_stored(row) for row in store.rows(query("rules_stored"), parameters)]
    # Compare with the stored findings: only new or changed ones are written. Writing all of them at every run would
    # make their alerts look changed although nothing happened.
    findings = changed_findings(parts, stored, look)
    if findings:
        store.insert("findings", _rows(correlation, findings, milliseconds(detected_at)))
    return len(findings)


def _stored(row: tuple[Any, ...]) -> GroupFinding:
    values: Any = (*row[:-1], _evidence(row[-1]))
    return GroupFinding(*values)


def _evidence(value: Sequence[Any]) -> tuple[tuple[str, int], ...]:
    return tuple((str(batch_id), int(seq)) for batch_id, seq in value)


def _rows(correlation: Correlation, findings: Sequence[GroupFinding], detected_at: int) -> pa.Table:
    """Return the findings as rows of the table."""
    n = len(findings)
    actor = actor_index(group_columns(correlation))
    about = "" if actor is None else _ABOUT.get(group_columns(correlation)[actor], "")
    nobody = pa.repeat("", n)
    actors = pa.array([one.actor for one in findings], pa.string())
    return pa.table(
        {
            "finding_uid": pa.array([one.finding_uid for one in findings], pa.string()),
            "rule_id": pa.repeat(correlation.id, n),
            "kind": pa.repeat("correlation", n),
            "site": pa.array([one.site for one in findings], pa.string()),
            "actor": actors,
            "group_uid": pa.array([one.group_uid for one in findings], pa.string()),
            "severity_id": pa.repeat(pa.scalar(int(correlation.severity), pa.uint8()), n),
            "attack_type": pa.repeat(str(correlation.attack_type or ""), n),
            "time": pa.array([one.first for one in findings], _TIME),
            "last_time": pa.array([one.last for one in findings], _TIME),
            "received_at": pa.array([one.received for one in findings], _TIME),
            "detected_at": pa.repeat(pa.scalar(detected_at, _TIME), n),
            "event_count": pa.array([one.event_count for one in findings], pa.uint32()),
            "site_count": pa.array([one.site_count for one in findings], pa.uint16()),
            "batch_id": pa.array([one.batch_id for one in findings], pa.string()),
            "seq": pa.array([one.seq for one in findings], pa.uint32()),
            "evidence": pa.array([[*map(_named, one.evidence)] for one in findings], _EVIDENCE),
        }
        | {name: actors if name == about else nobody for name in dict.fromkeys(_ABOUT.values())}
    )


def _named(event: tuple[str, int]) -> dict[str, Any]:
    return {"batch_id": event[0], "seq": event[1]}
