"""What a correlation is: how often, or for how many different values, other rules match within a time."""

import math
from dataclasses import dataclass
from pathlib import Path

from sigma.correlations import (
    SigmaCorrelationCondition,
    SigmaCorrelationConditionOperator,
    SigmaCorrelationRule,
    SigmaCorrelationType,
)

from secmon.errors import RuleError
from secmon.rules.document import Document
from secmon.rules.rule import Rule, Signature, signature_of

SITE = "site"

_THRESHOLD_STEP = {SigmaCorrelationConditionOperator.GTE: 0, SigmaCorrelationConditionOperator.GT: 1}
_TYPES = {SigmaCorrelationType.EVENT_COUNT, SigmaCorrelationType.VALUE_COUNT}
_ACTORS = ("src_endpoint_ip", "actor_user_name", "user_name", "dst_endpoint_ip", "device_hostname")


@dataclass(frozen=True, kw_only=True)
class Correlation(Signature):
    """At least `threshold` events, or different values of `field`, of one group within `timespan` seconds.

    `group_by` and `field` are Sigma fields as written; `keys[i][j]` is what `group_by[j]` is called in
    `bases[i]`, and `values[i]` what `field` is called there ('' when events are counted). Without the site in
    its group a correlation is a campaign: one group may touch many sites.
    """

    bases: tuple[Rule, ...]
    group_by: tuple[str, ...]
    keys: tuple[tuple[str, ...], ...]
    values: tuple[str, ...]
    timespan: int
    threshold: int

    @property
    def campaign(self) -> bool:
        """Whether one group may span sites."""
        return SITE not in self.group_by


def referenced(sigma: SigmaCorrelationRule) -> tuple[str, ...]:
    """Names or ids of the rules a correlation is about."""
    return tuple(reference.reference for reference in sigma.rules or ())


def correlation_of(
    document: Document, sigma: SigmaCorrelationRule, bases: tuple[Rule, ...], samples: Path
) -> Correlation:
    """The correlation that pySigma parsed, its rules found; what we cannot compute exactly is an error."""
    if sigma.type not in _TYPES:
        raise RuleError(f"correlation type `{str(sigma.type).lower()}` is not supported yet")
    group_by = tuple(sigma.group_by or ())
    counted = _counted(sigma)
    return Correlation(
        **signature_of(document, sigma, samples),
        bases=bases,
        group_by=group_by,
        keys=tuple(tuple(_called(sigma, base, field) for field in group_by) for base in bases),
        values=tuple(_called(sigma, base, counted) if counted else "" for base in bases),
        timespan=sigma.timespan.seconds,
        threshold=_threshold(sigma),
    )


def actor_index(group_columns: tuple[str, ...]) -> int | None:
    """Which part of the group's key is who did it: a source or a user."""
    return next((group_columns.index(actor) for actor in _ACTORS if actor in group_columns), None)


def _counted(sigma: SigmaCorrelationRule) -> str:
    field = sigma.condition.fieldref if isinstance(sigma.condition, SigmaCorrelationCondition) else None
    if sigma.type is SigmaCorrelationType.EVENT_COUNT:
        return ""
    if not isinstance(field, str):
        raise RuleError("value_count over several fields is not supported yet")
    return field


def _threshold(sigma: SigmaCorrelationRule) -> int:
    condition = sigma.condition
    if not isinstance(condition, SigmaCorrelationCondition) or condition.op not in _THRESHOLD_STEP:
        raise RuleError("only `gte` and `gt` are supported yet: a late event could take any other finding back")
    whole = math.floor(condition.count) + 1 if _THRESHOLD_STEP[condition.op] else math.ceil(condition.count)
    if whole < 1:
        raise RuleError("a correlation needs a threshold of at least one")
    return whole


def _called(sigma: SigmaCorrelationRule, base: Rule, field: str) -> str:
    """The field by the name it has in the base rule's log source."""
    alias = sigma.aliases.aliases.get(field)
    if alias is None:
        return field
    for reference, name in alias.mapping.items():
        if reference.reference in {base.id, base.sigma.name, base.name}:
            return str(name)
    raise RuleError(f"alias `{field}` does not say what it is in rule `{base.name}`")
