"""Read a directory of rules: the usable ones, and the rejected ones with the reason."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from types import MappingProxyType

from sigma.correlations import SigmaCorrelationRule
from sigma.processing.pipeline import ProcessingItem, ProcessingPipeline
from sigma.processing.transformations import ValueListPlaceholderTransformation
from sigma.rule import SigmaRule

from secmon.detection.sigma.correlation_rule import Correlation, correlation_of, referenced
from secmon.detection.sigma.document import UNREADABLE, Rejected, RuleDocument, documents
from secmon.detection.sigma.rule import Rule, Signature, rule_of
from secmon.errors import RuleError

NO_PLACEHOLDERS: Mapping[str, Sequence[str]] = MappingProxyType({})


@dataclass(frozen=True, eq=False)
class RuleSet:
    """Rules that raise findings of their own, correlations, and rejected rules; compared by identity."""

    rules: tuple[Rule, ...]
    correlations: tuple[Correlation, ...]
    rejected: tuple[Rejected, ...]

    @property
    def signatures(self) -> tuple[Signature, ...]:
        """All rules and correlations that can raise findings."""
        return (*self.rules, *self.correlations)


def shipped_rules() -> Path:
    """Return the directory of the shipped rules."""
    return Path(str(files("secmon.detection") / "rules"))


def load_rules(
    directory: Path | None = None,
    placeholders: Mapping[str, Sequence[str]] = NO_PLACEHOLDERS,
) -> RuleSet:
    """Read every rule under a directory (default: the shipped ones). A bad rule never stops the others."""
    return read_rules(rule_files([directory or shipped_rules()]), placeholders)


def rule_files(paths: Iterable[Path]) -> list[Path]:
    """Return the rule files among and under the paths, sorted."""
    found = (path.rglob("*.y*ml") if path.is_dir() else [path] for path in paths)
    return sorted({file for several in found for file in several})


def read_rules(paths: Sequence[Path], placeholders: Mapping[str, Sequence[str]] = NO_PLACEHOLDERS) -> RuleSet:
    """Read the rules of these files. Correlations find their rules in any of them, by name or id.

    `placeholders` are the values of `%name%` in fields with the modifier `expand`.
    """
    accepted, rejected = _split(entry for path in paths for entry in documents(path))
    known: dict[str, Rule | Correlation] = {}
    correlations: dict[str, Correlation] = {}
    silent: set[str] = set()
    for document in _in_order(accepted):
        try:
            if isinstance(document.parsed, SigmaRule):
                _fill_in(document.parsed, placeholders)
                _remember(known, rule_of(document, document.parsed))
            else:
                correlation = _correlation(document, document.parsed, known)
                _remember(known, correlation)
                correlations[correlation.id] = correlation
                silent |= set() if document.parsed.generate else {base.id for base in correlation.bases}
        except UNREADABLE as error:
            rejected.append(document.rejected(error))
    rules = {one.id: one for one in known.values() if isinstance(one, Rule) and one.id not in silent}
    loud = tuple(one for one in correlations.values() if one.id not in silent)
    return RuleSet(tuple(rules.values()), loud, tuple(rejected))


def _fill_in(sigma: SigmaRule, placeholders: Mapping[str, Sequence[str]]) -> None:
    """Fill in the known placeholders; unknown ones are reported when the rule is compiled."""
    if placeholders:
        known = ValueListPlaceholderTransformation(include=list(placeholders))
        ProcessingPipeline(
            [ProcessingItem(known)], vars={name: list(placeholders[name]) for name in placeholders}
        ).apply(sigma)


def _in_order(accepted: Sequence[RuleDocument]) -> list[RuleDocument]:
    """Sort single rules first, then correlations of them, then correlations of correlations."""
    about = [one for one in accepted if isinstance(one.parsed, SigmaCorrelationRule)]
    names = {name for one in about for name in (str(one.parsed.id), one.parsed.name, one.name)}

    def rank(document: RuleDocument) -> int:
        if isinstance(document.parsed, SigmaRule):
            return 0
        return 2 if names.intersection(referenced(document.parsed)) else 1

    return sorted(accepted, key=rank)


def _split(entries: Iterator[RuleDocument | Rejected]) -> tuple[list[RuleDocument], list[Rejected]]:
    accepted: list[RuleDocument] = []
    rejected: list[Rejected] = []
    for entry in entries:
        if isinstance(entry, Rejected):
            rejected.append(entry)
        else:
            accepted.append(entry)
    return accepted, rejected


def _remember(known: dict[str, Rule | Correlation], signature: Rule | Correlation) -> None:
    if signature.id in known:
        raise RuleError.literal(f"{known[signature.id].path.name} has the same id {signature.id}")
    known[signature.id] = signature
    for name in signature.called:
        known.setdefault(name, signature)


def _correlation(
    document: RuleDocument, sigma: SigmaCorrelationRule, known: Mapping[str, Rule | Correlation]
) -> Correlation:
    missing = [reference for reference in referenced(sigma) if reference not in known]
    if missing:
        raise RuleError.literal(f"no usable rule has the name {', '.join(missing)}")
    bases = tuple(known[reference] for reference in referenced(sigma))
    return correlation_of(document, sigma, bases)
