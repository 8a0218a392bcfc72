"""Read Sigma files: YAML documents with their line numbers, parsed by pySigma; errors carry file and line."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from sigma.correlations import SigmaCorrelationRule
from sigma.exceptions import (
    SigmaConditionError,
    SigmaCorrelationConditionError,
    SigmaCorrelationRuleError,
    SigmaCorrelationTypeError,
    SigmaDetectionError,
    SigmaError,
    SigmaIdentifierError,
    SigmaLevelError,
    SigmaLogsourceError,
    SigmaModifierError,
    SigmaPlaceholderError,
    SigmaRegularExpressionError,
    SigmaRuleLocation,
    SigmaTagError,
    SigmaTimespanError,
    SigmaTitleError,
    SigmaTypeError,
    SigmaValueError,
)
from sigma.rule import SigmaRule
from sigma.rule.base import SigmaYAMLLoader, check_alias_expansion

from secmon.errors import RuleError

# pySigma lets plain Python errors through where a document is malformed in a way it did not foresee.
UNREADABLE = (
    SigmaError,
    RuleError,
    yaml.YAMLError,
    OSError,
    ValueError,
    TypeError,
    AttributeError,
    LookupError,
    ArithmeticError,
    RecursionError,
)

_SECTIONS: tuple[tuple[type[SigmaError], str], ...] = (
    (SigmaCorrelationConditionError, "correlation"),
    (SigmaCorrelationRuleError, "correlation"),
    (SigmaCorrelationTypeError, "correlation"),
    (SigmaTimespanError, "correlation"),
    (SigmaLogsourceError, "logsource"),
    (SigmaIdentifierError, "id"),
    (SigmaLevelError, "level"),
    (SigmaTagError, "tags"),
    (SigmaTitleError, "title"),
    (SigmaConditionError, "detection"),
    (SigmaDetectionError, "detection"),
    (SigmaModifierError, "detection"),
    (SigmaPlaceholderError, "detection"),
    (SigmaRegularExpressionError, "detection"),
    (SigmaTypeError, "detection"),
    (SigmaValueError, "detection"),
)


@dataclass(frozen=True)
class Rejected:
    """A rule that is not used, with the reason; `line` is None where it is unknown."""

    path: Path
    line: int | None
    reason: str
    name: str


@dataclass(frozen=True, eq=False)
class RuleDocument:
    """A rule of a file; `lines` are those of its top-level keys, `many` is true if the file holds several rules."""

    path: Path
    number: int
    many: bool
    line: int
    lines: Mapping[str, int]
    parsed: SigmaRule | SigmaCorrelationRule

    @property
    def name(self) -> str:
        """The name of the rule: the file's name.

        In a file with several rules only the correlation has that name, the others are named by `name`.
        """
        if not self.many or isinstance(self.parsed, SigmaCorrelationRule):
            return self.path.stem
        return self.parsed.name or f"{self.path.stem}-{self.number}"

    @property
    def condition_line(self) -> int:
        """The line of its detection or correlation."""
        return self.lines.get("correlation", self.lines.get("detection", self.line))

    def rejected(self, error: BaseException) -> Rejected:
        """Return the document as a rejected rule."""
        return Rejected(self.path, _line(error, self.lines, self.line), reason(error), self.name)


def documents(path: Path) -> Iterator[RuleDocument | Rejected]:
    """Yield the rules of a file, and a rejection for each document that cannot be read."""
    try:
        found = list(_read(path.read_text(encoding="utf-8")))
    except UNREADABLE as error:
        yield Rejected(path, _line(error, {}, None), reason(error), path.stem)
        return
    for number, (node, content) in enumerate(found, start=1):
        lines = _key_lines(node)
        try:
            yield RuleDocument(path, number, len(found) > 1, _first_line(node), lines, _parsed(content, path))
        except UNREADABLE as error:
            yield Rejected(path, _line(error, lines, _first_line(node)), reason(error), path.stem)


def _read(text: str) -> Iterator[tuple[yaml.Node, Any]]:
    """Yield the documents that are not empty, each as its node, which knows its lines, and as its content."""
    loader = SigmaYAMLLoader(text)
    try:
        while loader.check_node():
            node = loader.get_node()
            content = None if node is None else loader.construct_document(node)
            if node is not None and content is not None:
                yield node, content
    finally:
        loader.dispose()


def reason(error: BaseException) -> str:
    """Return the error's text without the location that pySigma appends."""
    if isinstance(error, yaml.MarkedYAMLError):
        return error.problem or "not YAML"
    if isinstance(error, RecursionError):
        return "nested too deeply"
    if isinstance(error, RuleError):
        return str(error)
    text = str(error.args[0]) if error.args else type(error).__name__
    return text if isinstance(error, SigmaError) else f"malformed rule: {text}"


def _parsed(content: Any, path: Path) -> SigmaRule | SigmaCorrelationRule:
    if not isinstance(content, dict):
        raise RuleError.literal("a rule must be a map")
    for unknown in ("action", "filter"):
        if unknown in content:
            raise RuleError.literal(f"`{unknown}:` documents are not supported yet")
    source = SigmaRuleLocation(path)
    check_alias_expansion(content, SigmaError, source)
    if "correlation" in content:
        return SigmaCorrelationRule.from_dict(content, source=source)
    return SigmaRule.from_dict(content, source=source)


def _first_line(node: yaml.Node) -> int:
    return int(node.start_mark.line) + 1


def _key_lines(node: yaml.Node) -> dict[str, int]:
    if not isinstance(node, yaml.MappingNode):
        return {}
    return {str(key.value): _first_line(key) for key, _ in node.value}


def _line(error: BaseException, lines: Mapping[str, int], otherwise: int | None) -> int | None:
    if isinstance(error, yaml.MarkedYAMLError) and error.problem_mark is not None:
        return int(error.problem_mark.line) + 1
    sections = [section for kind, section in _SECTIONS if isinstance(error, kind)]
    if isinstance(error, RuleError):
        sections = ["correlation", "secmon"]
    return next((lines[section] for section in sections if section in lines), otherwise)
