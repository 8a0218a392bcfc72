"""Run each rule on its own sample logs: it must find every hit and no miss."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
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
from secmon.store.load import Lines, insert_batches
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
    """Run every rule on its samples: single rules all at once, correlations one after the other."""
    with store_factory() as store:
        single = _single(store, ruleset)
        several = _correlations(store, ruleset.correlations)
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
    found = {(rule_id, batch): int(count) for rule_id, batch, count in store.rows(query("rules_found"))}
    return tuple(_result(rule, batches, found, errors.get(rule.id, "")) for rule in ruleset.rules)


def _result(
    rule: Rule, batches: Mapping[str, Sequence[Lines]], found: Mapping[tuple[str, str], int], error: str
) -> SampleResult:
    hit, miss = f"hit-{rule.id}", f"miss-{rule.id}"
    return SampleResult(
        rule.id,
        rule.name,
        hits=found.get((rule.id, hit), 0),
        hits_expected=_count(batches[hit]),
        misses=_count(batches[miss]),
        misses_hit=found.get((rule.id, miss), 0),
        error=error,
    )


def _correlations(store: Store, correlations: Sequence[Correlation]) -> tuple[SampleResult, ...]:
    lines = {
        f"{kind}-{correlation.id}": sample_lines(correlation, kind)
        for correlation in correlations
        for kind in ("hit", "miss")
    }
    insert_batches(store, lines)
    return tuple(_correlation(store, correlation, lines) for correlation in correlations)


def _correlation(store: Store, correlation: Correlation, lines: Mapping[str, Sequence[Lines]]) -> SampleResult:
    alone = RuleSet((), (correlation,), ())
    found: dict[str, int] = {}
    errors: list[str] = []
    for kind in ("hit", "miss"):
        # All samples are in the store at once, which saves an insert for each of them. A correlation reads the match
        # cache and its earlier findings only: with both empty, it sees the events of its own batch and no others.
        clear(store, "findings", "correlation_steps")
        batch = Batches.of([f"{kind}-{correlation.id}"], RECEIVED_AT, RECEIVED_AT)
        report = correlate(store, alone, batch, _DETECTED_AT)
        found[kind] = report.findings
        errors += _problems(report)
    hits, misses = lines[f"hit-{correlation.id}"], lines[f"miss-{correlation.id}"]
    return SampleResult(
        correlation.id,
        correlation.name,
        hits=found["hit"],
        hits_expected=len({part.site for part in hits}),
        misses=_count(misses),
        misses_hit=found["miss"],
        error="; ".join(errors),
    )


def _problems(report: MatchReport) -> list[str]:
    return [outcome.error for outcome in report.errors]


def _count(parts: Iterable[Lines]) -> int:
    return sum(len(part.lines) for part in parts)
