"""Sigma conditions as ClickHouse conditions over `events`.

Two-valued: a text column holds '' and a number column 0 where the record does not say, so NOT is what Sigma
means by it. Values enter through `lit()`, columns through the schema's own list; rule text never becomes SQL.
"""

import re
from typing import Any, ClassVar

from sigma.conditions import (
    ConditionAND,
    ConditionFieldEqualsValueExpression,
    ConditionNOT,
    ConditionOR,
    ConditionValueExpression,
)
from sigma.conversion.base import TextQueryBackend
from sigma.conversion.state import ConversionState
from sigma.exceptions import (
    SigmaConditionError,
    SigmaFeatureNotSupportedByBackendError,
    SigmaPlaceholderError,
    SigmaRegularExpressionError,
)
from sigma.rule import SigmaRule
from sigma.types import (
    CompareOperators,
    SigmaCIDRExpression,
    SigmaExpansion,
    SigmaRegularExpression,
    SigmaRegularExpressionFlag,
    SigmaString,
)

from secmon.rules.columns import Column, event_column, event_columns, unmapped_field, word_of
from secmon.rules.literals import lit, text_list
from secmon.rules.mapping import LogSource
from secmon.rules.networks import Network, in_networks
from secmon.rules.opened import flat, variants
from secmon.rules.patterns import Pattern, Shape

RAW_LINE = "raw_data"

_NEEDLES_AT_ONCE = 250  # multiSearchAny takes at most 255
_OPERATORS = {
    CompareOperators.LT: "<",
    CompareOperators.LTE: "<=",
    CompareOperators.GT: ">",
    CompareOperators.GTE: ">=",
    CompareOperators.NEQ: "!=",
}
_NOT_IN_RE2 = re.compile(r"\(\?(?:=|!|<=|<!|>|\()|(?<!\\)(?:\\\\)*\\[1-9]")


class ClickHouseBackend(TextQueryBackend):
    """Converts the rules of one log source, which says where each Sigma field is."""

    name: ClassVar[str] = "secmon on ClickHouse"
    explicit_not_exists_expression: ClassVar[bool] = True

    def __init__(self, source: LogSource) -> None:
        """Start with an empty list of the fields that nobody knows."""
        super().__init__()
        self._source = source
        self.unmapped: set[str] = set()

    def condition(self, rule: SigmaRule) -> str:
        """The rule as one SQL condition; several conditions of a rule are alternatives."""
        state = ConversionState()
        parts = [self.convert_condition(parsed.parsed, state) for parsed in rule.detection.parsed_condition]
        return _joined(parts, "OR")

    def column(self, field: str) -> Column:
        """The column of a Sigma field: as mapped, or of that very name, or out of the vendor fields."""
        source = self._source
        if field in source.fields:
            return event_column(source.fields[field])
        column = event_columns().get(field)
        if column is not None:
            return column
        if source.words:
            return word_of(event_column(source.words), field)
        if field not in source.kept:
            self.unmapped.add(field)
        return unmapped_field(field)

    def convert_condition(self, cond: Any, state: ConversionState) -> str:
        """Any part of a condition; one that says nothing is an error."""
        sql = super().convert_condition(cond, state)
        if not isinstance(sql, str):
            raise SigmaConditionError("the condition says nothing")
        return sql

    def convert_condition_or(self, cond: ConditionOR, state: ConversionState) -> str:
        """Alternatives; equal and contained texts of one column become one search for all of them, as do networks."""
        texts: dict[tuple[str, Shape], dict[str, Pattern]] = {}
        networks: dict[str, list[Network]] = {}
        parts: list[str] = []
        for argument in flat(cond, ConditionOR):
            if isinstance(argument, ConditionFieldEqualsValueExpression) and isinstance(
                argument.value, SigmaCIDRExpression
            ):
                value: Any = argument.value
                networks.setdefault(self.column(argument.field).text, []).append(value.network)
                continue
            found = self._searchable(argument)
            if found is None:
                parts.append(self.convert_condition(argument, state))
                continue
            sql, pattern = found
            texts.setdefault((pattern.operand(sql), pattern.shape), {})[pattern.needle] = pattern
        for (operand, shape), patterns in texts.items():
            parts += _any_of(operand, shape, list(patterns))
        parts += [in_networks(text, several) for text, several in networks.items()]
        return _joined(parts, "OR")

    def convert_condition_and(self, cond: ConditionAND, state: ConversionState) -> str:
        """All of them."""
        return _joined([self.convert_condition(argument, state) for argument in flat(cond, ConditionAND)], "AND")

    def convert_condition_not(self, cond: ConditionNOT, state: ConversionState) -> str:
        """The opposite."""
        return f"NOT ({self.convert_condition(cond.args[0], state)})"

    def convert_condition_field_eq_val_str(
        self, cond: ConditionFieldEqualsValueExpression, state: ConversionState
    ) -> str:
        """A text, perhaps with wildcards."""
        column, pattern = self.column(cond.field), _pattern(cond)
        if column.number and pattern.shape is Shape.EQUALS and pattern.text.isascii() and pattern.text.isdigit():
            return f"{column.sql} = {int(pattern.text)}"
        if column.number and pattern.shape is Shape.ANYTHING:
            return column.present
        return pattern.matches(column.text)

    def convert_condition_field_eq_val_str_case_sensitive(
        self, cond: ConditionFieldEqualsValueExpression, state: ConversionState
    ) -> str:
        """A text whose letter case counts (the pattern knows)."""
        return self.convert_condition_field_eq_val_str(cond, state)

    def convert_condition_field_eq_val_num(
        self, cond: ConditionFieldEqualsValueExpression, state: ConversionState
    ) -> str:
        """A number; in a text column its digits."""
        column, number = self.column(cond.field), str(cond.value)
        return f"{column.sql} = {number}" if column.number else f"{column.sql} = {lit(number)}"

    def convert_condition_field_eq_val_bool(
        self, cond: ConditionFieldEqualsValueExpression, state: ConversionState
    ) -> str:
        """True or false, written as a word or as a digit."""
        column, value = self.column(cond.field), bool(cond.value)
        if column.number:
            return f"{column.sql} = {int(value)}"
        return f"lower({column.sql}) IN ({text_list([str(value).lower(), str(int(value))])})"

    def convert_condition_field_eq_val_re(
        self, cond: ConditionFieldEqualsValueExpression, state: ConversionState
    ) -> str:
        """A regular expression, found anywhere."""
        return f"match({self.column(cond.field).text}, {_regex(cond.value)})"

    def convert_condition_field_eq_val_cidr(
        self, cond: ConditionFieldEqualsValueExpression, state: ConversionState
    ) -> str:
        """An address in a network; what is no address is in none."""
        value: Any = cond.value
        return in_networks(self.column(cond.field).text, [value.network])

    def convert_condition_field_compare_op_val(
        self, cond: ConditionFieldEqualsValueExpression, state: ConversionState
    ) -> str:
        """Less, more; a text that is no number is neither."""
        value: Any = cond.value
        column, operator, number = self.column(cond.field), _OPERATORS[value.op], str(value.number)
        if column.number:
            return f"{column.sql} {operator} {number}"
        return f"ifNull(toFloat64OrNull({column.sql}) {operator} {number}, 0)"

    def convert_condition_field_eq_field(
        self, cond: ConditionFieldEqualsValueExpression, state: ConversionState
    ) -> str:
        """Another field of the same record; two absent fields are not equal."""
        value: Any = cond.value
        left, right = self.column(cond.field), self.column(value.field)
        function = "startsWith" if value.starts_with else "endsWith" if value.ends_with else "equals"
        return f"({right.present} AND {function}(lower({left.text}), lower({right.text})))"

    def convert_condition_field_eq_val_null(
        self, cond: ConditionFieldEqualsValueExpression, state: ConversionState
    ) -> str:
        """Absent."""
        return self.column(cond.field).absent

    def convert_condition_field_exists(self, cond: ConditionFieldEqualsValueExpression, state: ConversionState) -> str:
        """Present."""
        return self.column(cond.field).present

    def convert_condition_field_not_exists(
        self, cond: ConditionFieldEqualsValueExpression, state: ConversionState
    ) -> str:
        """Absent."""
        return self.column(cond.field).absent

    def convert_condition_field_eq_val_timestamp_part(
        self, cond: ConditionFieldEqualsValueExpression, state: ConversionState
    ) -> str:
        """Not offered."""
        raise SigmaFeatureNotSupportedByBackendError("modifiers for parts of a time are not supported yet")

    def convert_condition_field_eq_query_expr(
        self, cond: ConditionFieldEqualsValueExpression, state: ConversionState
    ) -> str:
        """Never: it would be foreign query text."""
        raise SigmaFeatureNotSupportedByBackendError("query expressions are not accepted")

    def convert_condition_query_expr(self, cond: ConditionValueExpression, state: ConversionState) -> str:
        """Never: it would be foreign query text."""
        raise SigmaFeatureNotSupportedByBackendError("query expressions are not accepted")

    def convert_condition_val(self, cond: ConditionValueExpression, state: ConversionState) -> Any:
        """A keyword; variants of one (for example its base64 forms) are alternatives."""
        if isinstance(cond.value, SigmaExpansion):
            return self.convert_condition_or(ConditionOR([*variants(cond)]), state)
        return super().convert_condition_val(cond, state)

    def convert_condition_val_str(self, cond: ConditionValueExpression, state: ConversionState) -> str:
        """A text anywhere in the line as received."""
        return _pattern(cond).anywhere().matches(event_columns()[RAW_LINE].text)

    def convert_condition_val_num(self, cond: ConditionValueExpression, state: ConversionState) -> str:
        """A number's digits anywhere in the line as received."""
        return Pattern(Shape.CONTAINS, str(cond.value)).matches(event_columns()[RAW_LINE].text)

    def convert_condition_val_re(self, cond: ConditionValueExpression, state: ConversionState) -> str:
        """A regular expression anywhere in the line as received."""
        return f"match({event_columns()[RAW_LINE].text}, {_regex(cond.value)})"

    def _searchable(self, argument: Any) -> tuple[str, Pattern] | None:
        """Column and pattern, if the argument can join a search for several texts at once."""
        if not isinstance(argument, ConditionFieldEqualsValueExpression | ConditionValueExpression):
            return None
        if not isinstance(argument.value, SigmaString):
            return None
        pattern = _pattern(argument)
        if isinstance(argument, ConditionValueExpression):
            column, pattern = event_columns()[RAW_LINE], pattern.anywhere()
        else:
            column = self.column(argument.field)
        joins = pattern.shape in {Shape.EQUALS, Shape.CONTAINS} and pattern.needle and not column.number
        return (column.sql, pattern) if joins else None


def _pattern(cond: ConditionFieldEqualsValueExpression | ConditionValueExpression) -> Pattern:
    assert isinstance(cond.value, SigmaString)
    return Pattern.of(cond.value)


def _regex(value: object) -> str:
    """The expression for RE2, with Sigma's flags; `.` stops at a line break unless the rule says so."""
    assert isinstance(value, SigmaRegularExpression)
    if value.contains_placeholder():
        raise SigmaPlaceholderError("a placeholder in a regular expression has no value here")
    expression = str(value.regexp)
    if _NOT_IN_RE2.search(expression):
        raise SigmaRegularExpressionError(
            "look-around, back-references and atomic groups do not exist in the engine's expressions (RE2)"
        )
    flags = {SigmaRegularExpressionFlag.IGNORECASE: "i", SigmaRegularExpressionFlag.MULTILINE: "m"}
    on = "".join(sorted(letter for flag, letter in flags.items() if flag in value.flags))
    dots = "s" if SigmaRegularExpressionFlag.DOTALL in value.flags else "-s"
    return lit(f"(?{on}{dots}){expression}")


def _any_of(operand: str, shape: Shape, needles: list[str]) -> list[str]:
    if len(needles) == 1:
        return [Pattern(shape, needles[0], cased=True).matches(operand)]  # the operand is folded already
    if shape is Shape.EQUALS:
        return [f"{operand} IN ({text_list(needles)})"]
    chunks = (needles[at : at + _NEEDLES_AT_ONCE] for at in range(0, len(needles), _NEEDLES_AT_ONCE))
    return [f"multiSearchAny({operand}, [{text_list(chunk)}])" for chunk in chunks]


def _joined(parts: list[str], word: str) -> str:
    return parts[0] if len(parts) == 1 else "(" + f" {word} ".join(f"({part})" for part in parts) + ")"
