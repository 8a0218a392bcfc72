"""Check rules without running them, for `secmon rules check`, also in foreign directories."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from secmon.detection.correlation.sql import unmapped_keys
from secmon.detection.sigma.compile import UncollectedError, compile_rule
from secmon.detection.sigma.correlation_rule import Correlation
from secmon.detection.sigma.document import Rejected
from secmon.detection.sigma.rule import Rule, Signature
from secmon.detection.sigma.ruleset import read_rules, rule_files
from secmon.errors import RuleError


class Status(StrEnum):
    """The result of checking a rule."""

    COMPILED = "compiled"
    UNMAPPED = "runs with unmapped fields"
    NOT_COLLECTED = "no such log source"
    REJECTED = "rejected"


@dataclass(frozen=True)
class Checked:
    """A checked rule: `reason` why it does not run, `unmapped` its fields that have no column."""

    path: Path
    line: int | None
    name: str
    status: Status
    reason: str = ""
    unmapped: tuple[str, ...] = ()


def check(paths: Iterable[Path]) -> tuple[Checked, ...]:
    """Check every rule among and under the paths, in order of file and line. No store is needed."""
    ruleset = read_rules(rule_files(paths))
    bases = {leaf.id: leaf for correlation in ruleset.correlations for leaf in correlation.leaves}
    rules = bases | {rule.id: rule for rule in ruleset.rules}
    checked = [
        *(_rule(rule) for rule in rules.values()),
        *(_correlation(correlation) for correlation in ruleset.correlations),
        *(_rejected(rejected) for rejected in ruleset.rejected),
    ]
    return tuple(sorted(checked, key=lambda one: (one.path, one.line or 0)))


def _rule(rule: Rule) -> Checked:
    try:
        compiled = compile_rule(rule)
    except RuleError as error:
        return _failed(rule, error)
    status = Status.UNMAPPED if compiled.unmapped else Status.COMPILED
    return Checked(rule.path, rule.line, rule.name, status, unmapped=compiled.unmapped)


def _correlation(correlation: Correlation) -> Checked:
    try:
        for leaf in correlation.leaves:
            compile_rule(leaf)
        unmapped = unmapped_keys(correlation)
    except RuleError as error:
        return _failed(correlation, error)
    status = Status.UNMAPPED if unmapped else Status.COMPILED
    return Checked(correlation.path, correlation.line, correlation.name, status, unmapped=unmapped)


def _failed(rule: Signature, error: RuleError) -> Checked:
    status = Status.NOT_COLLECTED if isinstance(error, UncollectedError) else Status.REJECTED
    return Checked(rule.path, rule.condition_line, rule.name, status, str(error))


def _rejected(rejected: Rejected) -> Checked:
    return Checked(rejected.path, rejected.line, rejected.name, Status.REJECTED, rejected.reason)
