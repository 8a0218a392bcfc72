"""Correlation rules: number of events, of distinct values, or of different rules that match within a timespan."""

import math
from dataclasses import dataclass

from sigma.correlations import (
    SigmaCorrelationCondition,
    SigmaCorrelationConditionOperator,
    SigmaCorrelationRule,
    SigmaCorrelationType,
)

from secmon.detection.sigma.document import RuleDocument
from secmon.detection.sigma.rule import Rule, Signature, signature_of
from secmon.errors import RuleError

SITE = "site"

_ORDERED = SigmaCorrelationType.TEMPORAL_ORDERED
_TOGETHER = {SigmaCorrelationType.TEMPORAL, _ORDERED}
_THRESHOLD_STEP = {SigmaCorrelationConditionOperator.GTE: 0, SigmaCorrelationConditionOperator.GT: 1}
_TYPES = {SigmaCorrelationType.EVENT_COUNT, SigmaCorrelationType.VALUE_COUNT, *_TOGETHER}
_ACTORS = ("src_endpoint_ip", "actor_user_name", "user_name", "dst_endpoint_ip", "device_hostname")


@dataclass(frozen=True, kw_only=True, eq=False)
class Correlation(Signature):
    """At least `threshold` of something in one group within `timespan` seconds.

    Counted are events, different `values`, or, for `together`, different rules among the bases, which must match
    one after the other when `ordered`. A base that is a correlation stands for the events at which its threshold
    is reached. `group_by` are Sigma fields as written; `keys[i][j]` is the name of `group_by[j]` in `bases[i]`,
    and `values[i]` are the fields counted there (empty when events or rules are counted). A correlation without
    the site in its group is a campaign: one group may cover many sites.
    """

    bases: tuple["Rule | Correlation", ...]
    group_by: tuple[str, ...]
    keys: tuple[tuple[str, ...], ...]
    values: tuple[tuple[str, ...], ...]
    timespan: int
    threshold: int
    together: bool = False
    ordered: bool = False

    @property
    def campaign(self) -> bool:
        """True if one group may span sites."""
        return SITE not in self.group_by

    @property
    def leaves(self) -> tuple[Rule, ...]:
        """The single rules it is based on."""
        several = (base.leaves if isinstance(base, Correlation) else (base,) for base in self.bases)
        return tuple(rule for rules in several for rule in rules)

    @property
    def margin(self) -> int:
        """Seconds before an event that decide whether the event counts."""
        return self.timespan + max((base.margin for base in self.bases if isinstance(base, Correlation)), default=0)


def referenced(sigma: SigmaCorrelationRule) -> tuple[str, ...]:
    """Return names or ids of the rules that a correlation refers to."""
    return tuple(reference.reference for reference in sigma.rules or ())


def correlation_of(
    document: RuleDocument, sigma: SigmaCorrelationRule, bases: tuple[Rule | Correlation, ...]
) -> Correlation:
    """Build the correlation that pySigma parsed, with its base rules.

    Raises RuleError for anything that cannot be computed exactly.
    """
    if sigma.type not in _TYPES:
        raise RuleError.literal(f"correlation type `{str(sigma.type).lower()}` is not supported yet")
    group_by = tuple(sigma.group_by or ())
    counted = _counted(sigma)
    return Correlation(
        **signature_of(document, sigma),
        bases=bases,
        group_by=group_by,
        keys=tuple(tuple(_called(sigma, base, field) for field in group_by) for base in bases),
        values=tuple(tuple(_called(sigma, base, field) for field in counted) for base in bases),
        timespan=sigma.timespan.seconds,
        threshold=_threshold(sigma, len(bases)),
        together=sigma.type in _TOGETHER,
        ordered=sigma.type is _ORDERED,
    )


def actor_index(group_columns: tuple[str, ...]) -> int | None:
    """Return the position of the actor (a source or a user) in the group's key, or None."""
    return next((group_columns.index(actor) for actor in _ACTORS if actor in group_columns), None)


def _counted(sigma: SigmaCorrelationRule) -> tuple[str, ...]:
    if sigma.type is not SigmaCorrelationType.VALUE_COUNT:
        return ()
    field = sigma.condition.fieldref if isinstance(sigma.condition, SigmaCorrelationCondition) else None
    return (field,) if isinstance(field, str) else tuple(field or ())


def _threshold(sigma: SigmaCorrelationRule, bases: int) -> int:
    condition = sigma.condition
    if not isinstance(condition, SigmaCorrelationCondition):
        raise RuleError.literal("conditions that combine rules with and, or, not are not supported")
    if condition.op not in _THRESHOLD_STEP:
        raise RuleError.literal("only `gte` and `gt` are supported: a late event could take any other finding back")
    whole = math.floor(condition.count) + 1 if _THRESHOLD_STEP[condition.op] else math.ceil(condition.count)
    if whole < 1:
        raise RuleError.literal("a correlation needs a threshold of at least one")
    if sigma.type in _TOGETHER and whole > bases:
        raise RuleError.literal(f"{whole} of {bases} rules can never match")
    if sigma.type is _ORDERED and whole < bases:
        raise RuleError.literal("temporal_ordered is about all of its rules: leave the condition out")
    return whole


def _called(sigma: SigmaCorrelationRule, base: Rule | Correlation, field: str) -> str:
    """Return the field's name in the base's log source."""
    alias = sigma.aliases.aliases.get(field)
    if alias is None:
        return field
    for reference, name in alias.mapping.items():
        if reference.reference in base.called:
            return str(name)
    raise RuleError.literal(f"alias `{field}` does not say what it is in rule `{base.name}`")
