"""Rule reload: the rules in force, read again when a rule file changes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import structlog

from secmon.detection.sigma.ruleset import RuleSet, read_rules, rule_files, shipped_rules

_log = structlog.get_logger(__name__)
_Fingerprint = frozenset[tuple[Path, int, int]]


@dataclass
class RuleReloader:
    """Shipped rules and those under `folders`; `placeholders` are the values of `%name%` in fields with `expand`."""

    folders: Sequence[Path] = ()
    placeholders: Mapping[str, Sequence[str]] = field(default_factory=dict)
    _seen: _Fingerprint | None = None

    def read(self) -> RuleSet:
        """Read all rules; a bad rule is logged and never stops the others."""
        self._seen = self._fingerprint()
        rules = read_rules(rule_files([shipped_rules(), *self.folders]), self.placeholders)
        _log.info("rules read", rules=len(rules.signatures), rejected=len(rules.rejected))
        for bad in rules.rejected:
            _log.error("rule rejected", file=str(bad.path), line=bad.line, reason=bad.reason)
        return rules

    def changed(self) -> RuleSet | None:
        """Read the rules again if a file was added, removed or changed since the last read; returns None otherwise."""
        return self.read() if self._seen is not None and self._fingerprint() != self._seen else None

    def _fingerprint(self) -> _Fingerprint:
        found = ((path, path.stat()) for path in rule_files([shipped_rules(), *self.folders]) if path.is_file())
        return frozenset((path, about.st_mtime_ns, about.st_size) for path, about in found)
