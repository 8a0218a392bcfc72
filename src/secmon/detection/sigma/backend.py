"""Sigma conditions as ClickHouse conditions over `events`.

Two-valued logic: a text column holds '' and a number column 0 where the record has no value, so NOT has the
meaning that Sigma gives it. Values enter through `lit()`, columns through the schema's own list; rule text never
becomes SQL.
"""

import re
from collections.abc import Iterator
from typing import Any, ClassVar

from sigma.conditions import (
    ConditionAND,
    ConditionFieldEqualsValueExpression,
    ConditionItem,
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

from secmon.detection.sigma.cidr import Network, in_networks
from secmon.detection.sigma.columns import Column, event_column, event_columns, unmapped_field, word_of
from secmon.detection.sigma.field_mapping import LogSource
from secmon.detection.sigma.literals import literal, text_list
from secmon.detection.sigma.wildcards import Pattern, Shape


def expand(
    cond: ConditionFieldEqualsValueExpression | ConditionValueExpression,
) -> Iterator[ConditionFieldEqualsValueExpression | ConditionValueExpression]:
    """Yield the values that a modifier produced from one value, as separate conditions."""
    assert isinstance(cond.value, SigmaExpansion)
    for value in cond.value.values:
        if isinstance(cond, ConditionValueExpression):
            yield ConditionValueExpression(value)
        else:
            yield ConditionFieldEqualsValueExpression(cond.field, value)


def flatten(cond: ConditionItem, kind: type[ConditionItem]) -> Iterator[Any]:
    """Yield the arguments with nested conditions of the same kind flattened; in an OR also the variants of a value."""
    for argument in cond.args:
        if isinstance(argument, kind):
            yield from flatten(argument, kind)
        elif (
            kind is ConditionOR
            and isinstance(argument, ConditionFieldEqualsValueExpression | ConditionValueExpression)
            and isinstance(argument.value, SigmaExpansion)
        ):
            yield from flatten(ConditionOR([*expand(argument)]), kind)
        else:
            yield argument


RAW_LINE = "raw_data"

# A rule may list hundreds of texts (hashes, domains, tools). Comparing a column with each of them would scan it as many
# times and make the statement long to plan, so texts of one column are searched together.
_NEEDLES_AT_ONCE = 250  # multiSearchAny takes at most 255
_OPERATORS = {
    CompareOperators.LT: "<",
    CompareOperators.LTE: "<=",
    CompareOperators.GT: ">",
    CompareOperators.GTE: ">=",
    CompareOperators.NEQ: "!=",
}
# RE2 has no look-around, back-references and atomic groups. Refuse them when the rule is compiled, with the reason: in
# the engine they would fail the statement of all rules of the log source.
_NOT_IN_RE2 = re.compile(r"\(\?(?:=|!|<=|<!|>|\()|(?<!\\)(?:\\\\)*\\[1-9]")


class ClickHouseBackend(TextQueryBackend):
    """Converter for the rules of one log source, which defines where each Sigma field is."""

    name: ClassVar[str] = "secmon on ClickHouse"
    explicit_not_exists_expression: ClassVar[bool] = True

    def __init__(self, source: LogSource) -> None:
        """Start with no unmapped fields."""
        super().__init__()
        self._source = source
        self.unmapped: set[str] = set()

    def condition(self, rule: SigmaRule) -> str:
        """Return the rule as one SQL condition. Several conditions of a rule are alternatives."""
        state = ConversionState()
        parts = [self.convert_condition(parsed.parsed, state) for parsed in rule.detection.parsed_condition]
        return _joined(parts, "OR")

    def column(self, field: str) -> Column:
        """Return the column of a Sigma field.

        The mapped one, one of that name, or else an entry of the vendor fields.
        """
        source = self._source
        if field in source.fields:
            return event_column(source.fields[field])
        column = event_columns().get(field)
        if column is not None:
            return column
        # The order matters: a mapped field is unambiguous, and a column of events has one meaning in every log source.
        # Name=value words and vendor fields come last, since they may use any name.
        if source.words:
            return word_of(event_column(source.words), field)
        if field not in source.kept:
            self.unmapped.add(field)
        return unmapped_field(field)

    def convert_condition(self, cond: Any, state: ConversionState) -> str:
        """Convert any part of a condition; an empty condition is an error."""
        sql = super().convert_condition(cond, state)
        if not isinstance(sql, str):
            raise SigmaConditionError("the condition says nothing")
        return sql

    def convert_condition_or(self, cond: ConditionOR, state: ConversionState) -> str:
        """Convert alternatives.

        Equal and contained texts of one column become one search for all of them, and so do networks.
        """
        # Group by operand and shape: only texts that are compared with the same expression (cased or folded, ASCII or
        # not) can share a search. Everything else is converted by itself and joined with OR.
        texts: dict[tuple[str, Shape], dict[str, Pattern]] = {}
        networks: dict[str, list[Network]] = {}
        parts: list[str] = []
        for argument in flatten(cond, ConditionOR):
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
        """Join all parts with AND, nested ANDs included."""
        return _joined([self.convert_condition(argument, state) for argument in flatten(cond, ConditionAND)], "AND")

    def convert_condition_not(self, cond: ConditionNOT, state: ConversionState) -> str:
        """Negate the condition."""
        return f"NOT ({self.convert_condition(cond.args[0], state)})"

    def convert_condition_field_eq_val_str(
        self, cond: ConditionFieldEqualsValueExpression, state: ConversionState
    ) -> str:
        """Compare with a text, which may contain wildcards."""
        column, pattern = self.column(cond.field), _pattern(cond)
        # Sigma values are often quoted although they are numbers ('443'). Comparing the number keeps the column's type;
        # as text the engine would convert the column of every event first.
        if column.number and pattern.shape is Shape.EQUALS and pattern.text.isascii() and pattern.text.isdigit():
            return f"{column.sql} = {int(pattern.text)}"
        if column.number and pattern.shape is Shape.ANYTHING:
            return column.present
        return pattern.matches(column.text)

    def convert_condition_field_eq_val_str_case_sensitive(
        self, cond: ConditionFieldEqualsValueExpression, state: ConversionState
    ) -> str:
        """Compare with a text whose letter case matters; the pattern knows that it does."""
        return self.convert_condition_field_eq_val_str(cond, state)

    def convert_condition_field_eq_val_num(
        self, cond: ConditionFieldEqualsValueExpression, state: ConversionState
    ) -> str:
        """Compare with a number; in a text column with its digits."""
        column, number = self.column(cond.field), str(cond.value)
        return f"{column.sql} = {number}" if column.number else f"{column.sql} = {literal(number)}"

    def convert_condition_field_eq_val_bool(
        self, cond: ConditionFieldEqualsValueExpression, state: ConversionState
    ) -> str:
        """Compare with true or false, written as a word or as a digit."""
        column, value = self.column(cond.field), bool(cond.value)
        if column.number:
            return f"{column.sql} = {int(value)}"
        return f"lower({column.sql}) IN ({text_list([str(value).lower(), str(int(value))])})"

    def convert_condition_field_eq_val_re(
        self, cond: ConditionFieldEqualsValueExpression, state: ConversionState
    ) -> str:
        """Search for a regular expression anywhere in the field."""
        return f"match({self.column(cond.field).text}, {_regex(cond.value)})"

    def convert_condition_field_eq_val_cidr(
        self, cond: ConditionFieldEqualsValueExpression, state: ConversionState
    ) -> str:
        """Test for an address in a network. Text that is not a valid address is in none."""
        value: Any = cond.value
        return in_networks(self.column(cond.field).text, [value.network])

    def convert_condition_field_compare_op_val(
        self, cond: ConditionFieldEqualsValueExpression, state: ConversionState
    ) -> str:
        """Compare by size. Text that is not a number satisfies no comparison."""
        value: Any = cond.value
        column, operator, number = self.column(cond.field), _OPERATORS[value.op], str(value.number)
        if column.number:
            return f"{column.sql} {operator} {number}"
        # Without ifNull a text that is not a number would give NULL, NOT of it NULL again, and the event would be lost
        # under NOT.
        return f"ifNull(toFloat64OrNull({column.sql}) {operator} {number}, 0)"

    def convert_condition_field_eq_field(
        self, cond: ConditionFieldEqualsValueExpression, state: ConversionState
    ) -> str:
        """Compare with another field of the same record. Two absent fields are not equal."""
        value: Any = cond.value
        left, right = self.column(cond.field), self.column(value.field)
        function = "startsWith" if value.starts_with else "endsWith" if value.ends_with else "equals"
        return f"({right.present} AND {function}(lower({left.text}), lower({right.text})))"

    def convert_condition_field_eq_val_null(
        self, cond: ConditionFieldEqualsValueExpression, state: ConversionState
    ) -> str:
        """Test that the field is absent."""
        return self.column(cond.field).absent

    def convert_condition_field_exists(self, cond: ConditionFieldEqualsValueExpression, state: ConversionState) -> str:
        """Test that the field is present."""
        return self.column(cond.field).present

    def convert_condition_field_not_exists(
        self, cond: ConditionFieldEqualsValueExpression, state: ConversionState
    ) -> str:
        """Test that the field is absent."""
        return self.column(cond.field).absent

    def convert_condition_field_eq_val_timestamp_part(
        self, cond: ConditionFieldEqualsValueExpression, state: ConversionState
    ) -> str:
        """Refuse: parts of a time are not supported."""
        raise SigmaFeatureNotSupportedByBackendError("modifiers for parts of a time are not supported yet")

    def convert_condition_field_eq_query_expr(
        self, cond: ConditionFieldEqualsValueExpression, state: ConversionState
    ) -> str:
        """Refuse: the expression would be foreign query text."""
        raise SigmaFeatureNotSupportedByBackendError("query expressions are not accepted")

    def convert_condition_query_expr(self, cond: ConditionValueExpression, state: ConversionState) -> str:
        """Refuse: the expression would be foreign query text."""
        raise SigmaFeatureNotSupportedByBackendError("query expressions are not accepted")

    def convert_condition_val(self, cond: ConditionValueExpression, state: ConversionState) -> Any:
        """Search for a keyword; the variants of a keyword (for example its base64 forms) are alternatives."""
        if isinstance(cond.value, SigmaExpansion):
            return self.convert_condition_or(ConditionOR([*expand(cond)]), state)
        return super().convert_condition_val(cond, state)

    def convert_condition_val_str(self, cond: ConditionValueExpression, state: ConversionState) -> str:
        """Search for a text anywhere in the raw line."""
        return _pattern(cond).anywhere().matches(event_columns()[RAW_LINE].text)

    def convert_condition_val_num(self, cond: ConditionValueExpression, state: ConversionState) -> str:
        """Search for a number's digits anywhere in the raw line."""
        return Pattern(Shape.CONTAINS, str(cond.value)).matches(event_columns()[RAW_LINE].text)

    def convert_condition_val_re(self, cond: ConditionValueExpression, state: ConversionState) -> str:
        """Search for a regular expression anywhere in the raw line."""
        return f"match({event_columns()[RAW_LINE].text}, {_regex(cond.value)})"

    def _searchable(self, argument: Any) -> tuple[str, Pattern] | None:
        """Return column and pattern if the argument can join a search for several texts, else None."""
        if not isinstance(argument, ConditionFieldEqualsValueExpression | ConditionValueExpression):
            return None
        if not isinstance(argument.value, SigmaString):
            return None
        pattern = _pattern(argument)
        if isinstance(argument, ConditionValueExpression):
            column, pattern = event_columns()[RAW_LINE], pattern.anywhere()
        else:
            column = self.column(argument.field)
        # Texts with an anchor (starts with, ends with) or inner wildcards cannot join: IN compares whole values and
        # multiSearchAny finds a text anywhere. An empty text would be found in every event.
        joins = pattern.shape in {Shape.EQUALS, Shape.CONTAINS} and pattern.needle and not column.number
        return (column.sql, pattern) if joins else None


def _pattern(cond: ConditionFieldEqualsValueExpression | ConditionValueExpression) -> Pattern:
    assert isinstance(cond.value, SigmaString)
    return Pattern.of(cond.value)


def _regex(value: object) -> str:
    """Return the expression for RE2 with Sigma's flags; `.` stops at a line break unless the rule says otherwise."""
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
    return literal(f"(?{on}{dots}){expression}")


def _any_of(operand: str, shape: Shape, needles: list[str]) -> list[str]:
    if len(needles) == 1:
        return [Pattern(shape, needles[0], cased=True).matches(operand)]  # the operand is already folded
    if shape is Shape.EQUALS:
        return [f"{operand} IN ({text_list(needles)})"]
    chunks = (needles[at : at + _NEEDLES_AT_ONCE] for at in range(0, len(needles), _NEEDLES_AT_ONCE))
    return [f"multiSearchAny({operand}, [{text_list(chunk)}])" for chunk in chunks]


def _joined(parts: list[str], word: str) -> str:
    return parts[0] if len(parts) == 1 else "(" + f" {word} ".join(f"({part})" for part in parts) + ")"
