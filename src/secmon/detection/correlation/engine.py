"""Correlate events over new batches: exact sliding windows around the new events, late events included."""

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from time import perf_counter
from typing import Any

from secmon.detection.correlation.episodes import EpisodeShare, GroupFinding, LookBack, changed_findings
from secmon.detection.correlation.match_cache import CachedRules, RecordedMatches, cached_rules, record_matches
from secmon.detection.correlation.sql import episodes_query, group_columns
from secmon.detection.correlation.threshold_prefilter import Around, may_reach_threshold
from secmon.detection.engine.batches import Batches
from secmon.detection.engine.findings import Finding, write_findings
from secmon.detection.engine.prefilter import Candidates, candidate_rules
from secmon.detection.engine.run_report import MatchReport, RuleOutcome
from secmon.detection.sigma.compile import Compiled, plan
from secmon.detection.sigma.correlation_rule import Correlation, actor_index
from secmon.detection.sigma.ruleset import RuleSet
from secmon.errors import RuleError, StoreError
from secmon.store.client import Store
from secmon.store.sql import query
from secmon.times import from_milliseconds

KIND = "correlation"
_ABOUT = {
    "src_endpoint_ip": "address",
    "user_name": "user",
    "actor_user_name": "user",
    "device_hostname": "host",
}
"""Field of a finding that holds the actor of a group too, by the column of events that the actor comes from."""


def correlate(
    store: Store,
    ruleset: RuleSet,
    batches: Batches,
    detected_at: datetime,
    *,
    can: Candidates | None = None,
) -> MatchReport:
    """Write the findings that the events of these batches complete or extend. Running again adds nothing.

    A correlation that the engine cannot run is reported and does not stop the others. The candidates are the
    single rules that can match, from the prefilter; they are computed here when omitted. Raises StoreError when
    the store itself fails.
    """
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
    return MatchReport(KIND, tuple(outcomes))


def all_candidates(store: Store, ruleset: RuleSet, batches: Batches) -> Candidates:
    """Return the single rules that can match, those under correlations included.

    Computed once for `match_events` and `correlate`.
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
    actor = actor_index(group_columns(correlation))
    look = LookBack(correlation.id, timespan, first - timespan, actor)
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
    about = "" if actor is None else _ABOUT.get(group_columns(correlation)[actor], "")
    write_findings(store, [_finding(correlation, one, about) for one in findings], detected_at)
    return len(findings)


def _stored(row: tuple[Any, ...]) -> GroupFinding:
    values: Any = (*row[:-1], _evidence(row[-1]))
    return GroupFinding(*values)


def _evidence(value: Sequence[Any]) -> tuple[tuple[str, int], ...]:
    return tuple((str(batch_id), int(seq)) for batch_id, seq in value)


def _finding(correlation: Correlation, one: GroupFinding, about: str) -> Finding:
    """Return one site's share of a group as a finding; `about` is the field that holds the actor too, if any."""
    return Finding(
        uid=one.finding_uid,
        signature=correlation,
        kind=KIND,
        site=one.site,
        actor=one.actor,
        severity=correlation.severity,
        time=from_milliseconds(one.first),
        last_time=from_milliseconds(one.last),
        received_at=from_milliseconds(one.received),
        event_count=one.event_count,
        site_count=one.site_count,
        attack_type=str(correlation.attack_type or ""),
        group_uid=one.group_uid,
        evidence=one.evidence,
        address=one.actor if about == "address" else "",
        user=one.actor if about == "user" else "",
        host=one.actor if about == "host" else "",
    )
