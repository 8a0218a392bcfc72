"""A directory of rules, read: what can be used, and what cannot and why."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from sigma.correlations import SigmaCorrelationRule
from sigma.rule import SigmaRule

from secmon.errors import RuleError
from secmon.rules.correlation import Correlation, correlation_of, referenced
from secmon.rules.document import UNREADABLE, Document, Rejected, documents
from secmon.rules.rule import Rule, Signature, rule_of


@dataclass(frozen=True, eq=False)
class RuleSet:
    """Rules that raise findings of their own, correlations, and what was rejected; compared by identity."""

    rules: tuple[Rule, ...]
    correlations: tuple[Correlation, ...]
    rejected: tuple[Rejected, ...]

    @property
    def signatures(self) -> tuple[Signature, ...]:
        """Everything that can be the rule of a finding."""
        return (*self.rules, *self.correlations)


def shipped_rules() -> Path:
    """Where the rules of this edition are."""
    return Path(str(files("secmon.rules") / "sigma"))


def shipped_samples() -> Path:
    """Where the sample logs of the shipped rules are: in the wheel, or beside `src` in a checkout."""
    package = Path(str(files("secmon")))
    inside = package / "sample_logs" / "rules"
    return inside if inside.is_dir() else package.parents[1] / "sample_logs" / "rules"


def load_rules(directory: Path | None = None, samples: Path | None = None) -> RuleSet:
    """Every rule under a directory (default: the shipped ones); a bad rule never stops the others."""
    return read_rules(rule_files([directory or shipped_rules()]), samples or shipped_samples())


def rule_files(paths: Iterable[Path]) -> list[Path]:
    """The rule files among and under the paths, in order."""
    found = (path.rglob("*.y*ml") if path.is_dir() else [path] for path in paths)
    return sorted({file for several in found for file in several})


def read_rules(paths: Sequence[Path], samples: Path) -> RuleSet:
    """The rules of these files; correlations find their rules in any of them, by name or id."""
    accepted, rejected = _split(entry for path in paths for entry in documents(path))
    known: dict[str, Rule] = {}
    correlations: dict[str, Correlation] = {}
    silent: set[str] = set()
    for document in sorted(accepted, key=lambda one: isinstance(one.parsed, SigmaCorrelationRule)):
        try:
            if isinstance(document.parsed, SigmaRule):
                _remember(known, rule_of(document, document.parsed, samples))
            else:
                correlation = _correlation(document, document.parsed, known, samples)
                _refuse_twin(correlation, known, correlations)
                correlations[correlation.id] = correlation
                silent |= set() if document.parsed.generate else {base.id for base in correlation.bases}
        except UNREADABLE as error:
            rejected.append(document.rejected(error))
    alone = {rule.id: rule for rule in known.values() if rule.id not in silent}
    return RuleSet(tuple(alone.values()), tuple(correlations.values()), tuple(rejected))


def _split(entries: Iterator[Document | Rejected]) -> tuple[list[Document], list[Rejected]]:
    accepted: list[Document] = []
    rejected: list[Rejected] = []
    for entry in entries:
        if isinstance(entry, Rejected):
            rejected.append(entry)
        else:
            accepted.append(entry)
    return accepted, rejected


def _remember(known: dict[str, Rule], rule: Rule) -> None:
    _refuse_twin(rule, known)
    known[rule.id] = rule
    known.setdefault(rule.sigma.name or rule.name, rule)


def _refuse_twin(signature: Signature, *others: Mapping[str, Signature]) -> None:
    for known in others:
        if signature.id in known:
            raise RuleError(f"{known[signature.id].path.name} has the same id {signature.id}")


def _correlation(
    document: Document, sigma: SigmaCorrelationRule, known: Mapping[str, Rule], samples: Path
) -> Correlation:
    missing = [reference for reference in referenced(sigma) if reference not in known]
    if missing:
        raise RuleError(f"no usable rule is called {', '.join(missing)}")
    bases = tuple(known[reference] for reference in referenced(sigma))
    return correlation_of(document, sigma, bases, samples)
