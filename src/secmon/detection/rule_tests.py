"""Run each rule on its own sample logs: it must find every hit and no miss."""

import re
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from secmon.detection.correlation.engine import correlate
from secmon.detection.engine.batches import Batches
from secmon.detection.engine.match_events import match_events
from secmon.detection.engine.run_report import MatchReport
from secmon.detection.sigma.correlation_rule import Correlation
from secmon.detection.sigma.rule import Rule, Signature
from secmon.detection.sigma.ruleset import RuleSet
from secmon.store.client import Store
from secmon.store.load import Lines, insert_batches, insert_lines
from secmon.store.scratch import clear
from secmon.store.sql import query

StoreFactory = Callable[[], AbstractContextManager[Store]]

FIRST_SITE = "11110"
RECEIVED_AT = datetime(2026, 3, 2, 12, tzinfo=UTC)  # after every sample line; all of them are of that day

_DETECTED_AT = RECEIVED_AT + timedelta(seconds=1)
_FEED = "samples"
_SITE = re.compile(rb"\[site (\d{5})\] ")


@dataclass(frozen=True)
class SampleResult:
    """The hits found and expected of a rule, and the number of misses that matched although they must not."""

    rule_id: str
    name: str
    hits: int
    hits_expected: int
    misses: int
    misses_hit: int
    error: str = ""

    @property
    def passed(self) -> bool:
        """True if there are samples of both kinds and all results are right."""
        right = self.hits == self.hits_expected and not self.misses_hit and not self.error
        return right and self.hits_expected > 0 and self.misses > 0


def run_samples(store_factory: StoreFactory, ruleset: RuleSet) -> tuple[SampleResult, ...]:
    """Run every rule on its samples.

    The store is cleared between correlations, so that each sees only its own events.
    """
    with store_factory() as store:
        single = _single(store, ruleset)
        several = tuple(_correlation(store, correlation) for correlation in ruleset.correlations)
    return (*single, *several)


def sample_files(rule: Signature, kind: str) -> tuple[Path, ...]:
    """Return the files `<rule>.<kind>.<format>.log` next to the rule; `kind` is hit or miss."""
    return tuple(sorted(rule.path.parent.glob(f"{rule.name}.{kind}.*.log")))


def sample_lines(rule: Signature, kind: str) -> tuple[Lines, ...]:
    """Return the `hit` or `miss` lines of a rule, by site and format."""
    parts: list[Lines] = []
    for file in sample_files(rule, kind):
        parts += _parts(file.read_bytes().splitlines(), file.name.split(".")[-2])
    return tuple(parts)


def _parts(lines: Iterable[bytes], log_format: str) -> list[Lines]:
    by_site: dict[str, list[bytes]] = {}
    for line in filter(None, lines):
        named = _SITE.match(line)
        site = named.group(1).decode() if named else FIRST_SITE
        by_site.setdefault(site, []).append(line[named.end() :] if named else line)
    return [Lines(site, _FEED, log_format, RECEIVED_AT, several) for site, several in by_site.items()]


def _single(store: Store, ruleset: RuleSet) -> tuple[SampleResult, ...]:
    batches: dict[str, tuple[Lines, ...]] = {}
    for rule in ruleset.rules:
        for kind in ("hit", "miss"):
            batches[f"{kind}-{rule.id}"] = sample_lines(rule, kind)
    insert_batches(store, batches)
    report = match_events(store, ruleset, Batches.of([*batches], RECEIVED_AT, RECEIVED_AT), _DETECTED_AT)
    errors = {outcome.rule_id: outcome.error for outcome in report.outcomes}
    return tuple(_result(store, rule, batches, errors.get(rule.id, "")) for rule in ruleset.rules)


def _result(store: Store, rule: Rule, batches: dict[str, tuple[Lines, ...]], error: str) -> SampleResult:
    hit, miss = f"hit-{rule.id}", f"miss-{rule.id}"
    return SampleResult(
        rule.id,
        rule.name,
        hits=_found(store, rule.id, hit),
        hits_expected=_count(batches[hit]),
        misses=_count(batches[miss]),
        misses_hit=_found(store, rule.id, miss),
        error=error,
    )


def _correlation(store: Store, correlation: Correlation) -> SampleResult:
    alone = RuleSet((), (correlation,), ())
    found: dict[str, int] = {}
    errors: list[str] = []
    lines = {kind: sample_lines(correlation, kind) for kind in ("hit", "miss")}
    for kind, parts in lines.items():
        clear(store)
        insert_lines(store, kind, parts)
        report = correlate(store, alone, Batches.of([kind], RECEIVED_AT, RECEIVED_AT), _DETECTED_AT)
        found[kind] = report.findings
        errors += _problems(report)
    return SampleResult(
        correlation.id,
        correlation.name,
        hits=found["hit"],
        hits_expected=len({part.site for part in lines["hit"]}),
        misses=_count(lines["miss"]),
        misses_hit=found["miss"],
        error="; ".join(errors),
    )


def _problems(report: MatchReport) -> list[str]:
    return [outcome.error for outcome in report.errors]


def _found(store: Store, rule_id: str, batch_id: str) -> int:
    [(count,)] = store.rows(query("rules_found"), {"rule_id": rule_id, "batch_id": batch_id})
    return int(count)


def _count(parts: Iterable[Lines]) -> int:
    return sum(len(part.lines) for part in parts)
