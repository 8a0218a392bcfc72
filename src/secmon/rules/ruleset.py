"""A directory of rules, read: what can be used, and what cannot and why."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from types import MappingProxyType

from sigma.correlations import SigmaCorrelationRule
from sigma.processing.pipeline import ProcessingItem, ProcessingPipeline
from sigma.processing.transformations import ValueListPlaceholderTransformation
from sigma.rule import SigmaRule

from secmon.errors import RuleError
from secmon.rules.correlation import Correlation, correlation_of, referenced
from secmon.rules.document import UNREADABLE, Document, Rejected, documents
from secmon.rules.rule import Rule, Signature, rule_of

NO_PLACEHOLDERS: Mapping[str, Sequence[str]] = MappingProxyType({})


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


def load_rules(
    directory: Path | None = None,
    samples: Path | None = None,
    placeholders: Mapping[str, Sequence[str]] = NO_PLACEHOLDERS,
) -> RuleSet:
    """Every rule under a directory (default: the shipped ones); a bad rule never stops the others."""
    return read_rules(rule_files([directory or shipped_rules()]), samples or shipped_samples(), placeholders)


def rule_files(paths: Iterable[Path]) -> list[Path]:
    """The rule files among and under the paths, in order."""
    found = (path.rglob("*.y*ml") if path.is_dir() else [path] for path in paths)
    return sorted({file for several in found for file in several})


def read_rules(
    paths: Sequence[Path], samples: Path, placeholders: Mapping[str, Sequence[str]] = NO_PLACEHOLDERS
) -> RuleSet:
    """The rules of these files; correlations find their rules in any of them, by name or id.

    `placeholders` are the values that `%name%` stands for in fields with the modifier `expand`.
    """
    accepted, rejected = _split(entry for path in paths for entry in documents(path))
    known: dict[str, Rule | Correlation] = {}
    correlations: dict[str, Correlation] = {}
    silent: set[str] = set()
    for document in _in_order(accepted):
        try:
            if isinstance(document.parsed, SigmaRule):
                _fill_in(document.parsed, placeholders)
                _remember(known, rule_of(document, document.parsed, samples))
            else:
                correlation = _correlation(document, document.parsed, known, samples)
                _remember(known, correlation)
                correlations[correlation.id] = correlation
                silent |= set() if document.parsed.generate else {base.id for base in correlation.bases}
        except UNREADABLE as error:
            rejected.append(document.rejected(error))
    rules = {one.id: one for one in known.values() if isinstance(one, Rule) and one.id not in silent}
    loud = tuple(one for one in correlations.values() if one.id not in silent)
    return RuleSet(tuple(rules.values()), loud, tuple(rejected))


def _fill_in(sigma: SigmaRule, placeholders: Mapping[str, Sequence[str]]) -> None:
    """Put the values in place of those placeholders that are known; the others are told when the rule is compiled."""
    if placeholders:
        known = ValueListPlaceholderTransformation(include=list(placeholders))
        ProcessingPipeline(
            [ProcessingItem(known)], vars={name: list(placeholders[name]) for name in placeholders}
        ).apply(sigma)


def _in_order(accepted: Sequence[Document]) -> list[Document]:
    """Single rules first, then correlations about them, then correlations about correlations."""
    about = [one for one in accepted if isinstance(one.parsed, SigmaCorrelationRule)]
    names = {name for one in about for name in (str(one.parsed.id), one.parsed.name, one.name)}

    def rank(document: Document) -> int:
        if isinstance(document.parsed, SigmaRule):
            return 0
        return 2 if names.intersection(referenced(document.parsed)) else 1

    return sorted(accepted, key=rank)


def _split(entries: Iterator[Document | Rejected]) -> tuple[list[Document], list[Rejected]]:
    accepted: list[Document] = []
    rejected: list[Rejected] = []
    for entry in entries:
        if isinstance(entry, Rejected):
            rejected.append(entry)
        else:
            accepted.append(entry)
    return accepted, rejected


def _remember(known: dict[str, Rule | Correlation], signature: Rule | Correlation) -> None:
    if signature.id in known:
        raise RuleError(f"{known[signature.id].path.name} has the same id {signature.id}")
    known[signature.id] = signature
    for name in signature.called:
        known.setdefault(name, signature)


def _correlation(
    document: Document, sigma: SigmaCorrelationRule, known: Mapping[str, Rule | Correlation], samples: Path
) -> Correlation:
    missing = [reference for reference in referenced(sigma) if reference not in known]
    if missing:
        raise RuleError(f"no usable rule is called {', '.join(missing)}")
    bases = tuple(known[reference] for reference in referenced(sigma))
    return correlation_of(document, sigma, bases, samples)
