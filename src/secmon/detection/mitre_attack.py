"""MITRE ATT&CK: its techniques, those that the rules cover, and those that were seen."""

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib.resources import files
from string import Template
from types import MappingProxyType
from typing import Any

from secmon.detection.sigma.compile import log_source_of
from secmon.detection.sigma.correlation_rule import Correlation
from secmon.detection.sigma.field_mapping import log_sources
from secmon.detection.sigma.rule import Rule, Signature
from secmon.errors import RuleError
from secmon.store.client import Store
from secmon.store.sql import query
from secmon.taxonomy import Severity

ATTACK_VERSION = "18"


@dataclass(frozen=True)
class Technique:
    """A technique or sub-technique, such as T1110.001, with the tactics it serves."""

    uid: str
    name: str
    tactics: tuple[str, ...]


@dataclass(frozen=True)
class TechniqueState:
    """The state of a technique: its rules, how many of them have a log source that sends, and their findings.

    Without rules nothing is detected; with rules but `fed` 0 nothing can be detected.
    """

    technique: Technique
    rules: tuple[Signature, ...]
    fed: int
    findings: int
    sites: int
    last_time: datetime | None

    @property
    def collected(self) -> bool:
        """True if a log source that could show the technique sends."""
        return self.fed > 0

    @property
    def detected(self) -> bool:
        """True if a rule covers the technique."""
        return bool(self.rules)

    @property
    def seen(self) -> bool:
        """True if there are findings."""
        return self.findings > 0


@cache
def techniques() -> Mapping[str, Technique]:
    """Return every technique by id."""
    with (files("secmon.detection") / "attack.csv").open(encoding="utf-8") as file:
        rows = [Technique(row["technique"], row["name"], tuple(row["tactics"].split())) for row in csv.DictReader(file)]
    return MappingProxyType({one.uid: one for one in rows})


def coverage(signatures: Iterable[Signature]) -> dict[str, tuple[Signature, ...]]:
    """Return the rules of each technique that at least one rule names."""
    covered: dict[str, list[Signature]] = {}
    for signature in signatures:
        for uid in signature.attack_uids:
            covered.setdefault(uid, []).append(signature)
    return {uid: tuple(covered[uid]) for uid in sorted(covered)}


def matrix(
    store: Store, signatures: Sequence[Signature], since: datetime, until: datetime
) -> tuple[TechniqueState, ...]:
    """Return the state of every technique between two times, by id."""
    span = {"since": since, "until": until}
    ((counts,),) = store.rows(_sending_query(), span)
    sending = {source.name for source, count in zip(log_sources(), counts, strict=True) if count}
    found = {str(rule): (int(n), set(sites), last) for rule, n, sites, last in store.rows(query("rules_seen"), span)}
    covered = coverage(signatures)
    known = techniques()
    return tuple(
        _state(known.get(uid, Technique(uid, "", ())), covered.get(uid, ()), sending, found)
        for uid in sorted({*known, *covered})
    )


def _state(
    technique: Technique,
    rules: tuple[Signature, ...],
    sending: set[str],
    found: Mapping[str, tuple[int, set[str], datetime]],
) -> TechniqueState:
    seen = [found[rule.id] for rule in rules if rule.id in found]
    return TechniqueState(
        technique,
        rules,
        fed=sum(bool(_sources(rule)) and _sources(rule) <= sending for rule in rules),
        findings=sum(number for number, _, _ in seen),
        sites=len({site for _, sites, _ in seen for site in sites}),
        last_time=max((last for _, _, last in seen), default=None),
    )


def _sources(signature: Signature) -> set[str]:
    """Return the log sources that a rule needs; empty when one of them is not collected at all."""
    leaves = signature.leaves if isinstance(signature, Correlation) else (signature,)
    try:
        return {log_source_of(leaf).name for leaf in leaves if isinstance(leaf, Rule)}
    except RuleError:
        return set()


@cache
def _sending_query() -> str:
    counts = ", ".join(f"countIf({source.predicate})" for source in log_sources())
    return Template(query("rules_sending")).substitute(counts=counts)


def navigator_layer(signatures: Iterable[Signature]) -> dict[str, Any]:
    """Return the coverage as a layer for the ATT&CK Navigator (format 4.5); the score is the number of rules."""
    covered = coverage(signatures)
    return {
        "name": "secmon",
        "versions": {"attack": ATTACK_VERSION, "navigator": "5.1.0", "layer": "4.5"},
        "domain": "enterprise-attack",
        "description": "Techniques that the detection rules of secmon look for",
        "sorting": 3,
        "hideDisabled": False,
        "techniques": [_cell(uid, rules) for uid, rules in covered.items()],
        "gradient": {
            "colors": ["#dbe9f6", "#08519c"],
            "minValue": 0,
            "maxValue": max((len(rules) for rules in covered.values()), default=1),
        },
    }


def _cell(uid: str, rules: tuple[Signature, ...]) -> dict[str, Any]:
    worst = max((rule.severity for rule in rules), default=Severity.UNKNOWN)
    return {
        "techniqueID": uid,
        "score": len(rules),
        "enabled": True,
        "comment": "; ".join(rule.title_en for rule in rules),
        "metadata": [{"name": "highest severity", "value": worst.name.lower()}],
        "showSubtechniques": "." in uid,
    }
