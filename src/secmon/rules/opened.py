"""Parts of a Sigma condition, opened: nested ones of one kind, and the variants of a value."""

from collections.abc import Iterator
from typing import Any

from sigma.conditions import (
    ConditionFieldEqualsValueExpression,
    ConditionItem,
    ConditionOR,
    ConditionValueExpression,
)
from sigma.types import SigmaExpansion


def variants(
    cond: ConditionFieldEqualsValueExpression | ConditionValueExpression,
) -> Iterator[ConditionFieldEqualsValueExpression | ConditionValueExpression]:
    """The values that a modifier made of one, as conditions of their own."""
    assert isinstance(cond.value, SigmaExpansion)
    for value in cond.value.values:
        if isinstance(cond, ConditionValueExpression):
            yield ConditionValueExpression(value)
        else:
            yield ConditionFieldEqualsValueExpression(cond.field, value)


def flat(cond: ConditionItem, kind: type[ConditionItem]) -> Iterator[Any]:
    """The arguments, nested conditions of the same kind opened; in an OR also the variants of a value."""
    for argument in cond.args:
        if isinstance(argument, kind):
            yield from flat(argument, kind)
        elif (
            kind is ConditionOR
            and isinstance(argument, ConditionFieldEqualsValueExpression | ConditionValueExpression)
            and isinstance(argument.value, SigmaExpansion)
        ):
            yield from flat(ConditionOR([*variants(argument)]), kind)
        else:
            yield argument
