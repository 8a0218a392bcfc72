"""A rule: its texts for people, its severity, and what pySigma parsed."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sigma.rule import SigmaRule
from sigma.rule.attributes import SigmaLevel, SigmaStatus
from sigma.rule.base import SigmaRuleBase

from secmon.detection.sigma.columns import event_column
from secmon.detection.sigma.document import RuleDocument
from secmon.detection.sigma.field_mapping import logsource_text
from secmon.detection.sigma.rule_exception import RuleException
from secmon.errors import RuleError
from secmon.taxonomy import AttackType, Severity

DEFAULT_ACTOR = "src_endpoint_ip"

_TECHNIQUE = re.compile(r"t\d{4}(?:\.\d{3})?")
_SEVERITIES = {
    None: Severity.UNKNOWN,
    SigmaLevel.INFORMATIONAL: Severity.INFORMATIONAL,
    SigmaLevel.LOW: Severity.LOW,
    SigmaLevel.MEDIUM: Severity.MEDIUM,
    SigmaLevel.HIGH: Severity.HIGH,
    SigmaLevel.CRITICAL: Severity.CRITICAL,
}
_CONFIDENCE: Mapping[SigmaStatus | None, float] = {
    None: 0.7,
    SigmaStatus.STABLE: 0.9,
    SigmaStatus.TEST: 0.8,
    SigmaStatus.EXPERIMENTAL: 0.6,
    SigmaStatus.DEPRECATED: 0.4,
    SigmaStatus.UNSUPPORTED: 0.4,
}


@dataclass(frozen=True, kw_only=True, eq=False)
class Signature:
    """What single rules and correlations have in common; `line` is where it begins in its file.

    `condition_line` is where its detection or correlation stands; `called` are the names by
    which a correlation may refer to it. `confidence`, up to 1, is how sure it is of what it finds.
    """

    id: str
    name: str
    path: Path
    line: int
    condition_line: int
    title_ko: str
    title_en: str
    description_ko: str
    description_en: str
    severity: Severity
    attack_type: AttackType | None
    attack_uids: tuple[str, ...]
    falsepositives: tuple[str, ...]
    falsepositives_ko: tuple[str, ...] = ()
    next_steps_ko: tuple[str, ...]
    next_steps_en: tuple[str, ...]
    actor: str
    called: frozenset[str]
    confidence: float


@dataclass(frozen=True, kw_only=True, eq=False)
class Rule(Signature):
    """A rule about single events, compared by identity.

    `actor` is the column of `events` that names the actor. Events matching an exception in `exempt` are left out.
    """

    logsource: str
    sigma: SigmaRule = field(repr=False)
    exempt: tuple[RuleException, ...] = ()


def rule_of(document: RuleDocument, sigma: SigmaRule) -> Rule:
    """Build the rule that pySigma parsed, with the additions from its `secmon:` key."""
    return Rule(
        **signature_of(document, sigma),
        logsource=logsource_text(sigma.logsource),
        sigma=sigma,
    )


def signature_of(document: RuleDocument, sigma: SigmaRuleBase) -> dict[str, Any]:
    """Return the fields of a Signature. English texts are used where a rule has no Korean ones."""
    if sigma.id is None:
        raise RuleError.literal("a rule needs an `id` (a UUID): findings are kept under it")
    ours = sigma.custom_attributes.get("secmon") or {}
    if not isinstance(ours, Mapping):
        raise RuleError.literal("`secmon:` must be a map")
    actor = str(ours.get("actor") or DEFAULT_ACTOR)
    event_column(actor)
    description = (sigma.description or "").strip()
    falsepositives = tuple(map(str, sigma.falsepositives))
    return {
        "id": str(sigma.id),
        "name": document.name,
        "path": document.path,
        "line": document.line,
        "condition_line": document.condition_line,
        "title_ko": str(ours.get("title_ko") or sigma.title),
        "title_en": sigma.title,
        "description_ko": str(ours.get("description_ko") or description).strip(),
        "description_en": description,
        "severity": _SEVERITIES[sigma.level],
        "attack_type": _attack_type(ours.get("attack_type")),
        "attack_uids": tuple(tag.name.upper() for tag in sigma.tags if _TECHNIQUE.fullmatch(tag.name)),
        "falsepositives": falsepositives,
        "falsepositives_ko": _texts(ours, "falsepositives_ko") or falsepositives,
        "next_steps_ko": _texts(ours, "next_steps_ko"),
        "next_steps_en": _texts(ours, "next_steps_en"),
        "actor": actor,
        "called": frozenset(filter(None, (str(sigma.id), document.name, sigma.name))),
        "confidence": _confidence(ours.get("confidence"), sigma.status),
    }


def _confidence(value: object, status: SigmaStatus | None) -> float:
    if value is None:
        return _CONFIDENCE[status]
    if not isinstance(value, int | float) or isinstance(value, bool) or not 0 < value <= 1:
        raise RuleError.literal(f"`confidence: {value}` is not a number above 0 and up to 1")
    return float(value)


def _attack_type(value: object) -> AttackType | None:
    if value is None:
        return None
    if value not in set(AttackType):
        raise RuleError.literal(f"`attack_type: {value}` is not one of {', '.join(AttackType)}")
    return AttackType(str(value))


def _texts(ours: Mapping[str, Any], key: str) -> tuple[str, ...]:
    value = ours.get(key) or []
    if not isinstance(value, list):
        raise RuleError.literal(f"`{key}` must be a list of texts")
    return tuple(map(str, value))
