"""Sigma strings with wildcards as SQL comparisons, case-insensitive unless the rule says `cased`."""

from dataclasses import dataclass
from enum import Enum, auto

from sigma.exceptions import SigmaPlaceholderError
from sigma.types import Placeholder, SigmaCasedString, SigmaString, SpecialChars

from secmon.detection.sigma.literals import literal

_MANY, _ONE = SpecialChars.WILDCARD_MULTI, SpecialChars.WILDCARD_SINGLE
_LIKE_ESCAPES = str.maketrans({"\\": "\\\\", "%": "\\%", "_": "\\_"})


class Shape(Enum):
    """The kind of comparison that the wildcards require."""

    ANYTHING = auto()
    EQUALS = auto()
    STARTS = auto()
    ENDS = auto()
    CONTAINS = auto()
    LIKE = auto()


@dataclass(frozen=True)
class Pattern:
    """A shape and its text: plain, or for LIKE with `%` and `_` as wildcards."""

    shape: Shape
    text: str
    cased: bool = False

    @classmethod
    def of(cls, value: SigmaString) -> "Pattern":
        """Return the pattern of a whole value. A placeholder that no pipeline has filled in is an error."""
        for part in value.s:
            if isinstance(part, Placeholder):
                raise SigmaPlaceholderError(f"placeholder %{part.name}% has no value here")
        shape = _shape(value)
        text = _like(value) if shape is Shape.LIKE else "".join(part for part in value.s if isinstance(part, str))
        return cls(shape, text, isinstance(value, SigmaCasedString))

    def anywhere(self) -> "Pattern":
        """Return the pattern of a keyword: the same text anywhere in the line."""
        if self.shape is Shape.LIKE:
            return Pattern(Shape.LIKE, f"%{self.text}%", self.cased)
        return self if self.shape is Shape.ANYTHING else Pattern(Shape.CONTAINS, self.text, self.cased)

    def operand(self, sql: str) -> str:
        """Return the left side of the comparison.

        `lower()` folds ASCII only; other letters need the slower `lowerUTF8()`.
        """
        if self.cased:
            return sql
        return f"lower({sql})" if self.text.isascii() else f"lowerUTF8({sql})"

    @property
    def needle(self) -> str:
        """The right side of the comparison."""
        return self.text if self.cased else self.text.lower()

    def matches(self, sql: str) -> str:
        """Return the condition that the text expression matches this pattern."""
        left, right = self.operand(sql), literal(self.needle)
        match self.shape:
            case Shape.ANYTHING:
                return f"{sql} != ''"
            case Shape.EQUALS:
                return f"{left} = {right}"
            case Shape.STARTS:
                return f"startsWith({left}, {right})"
            case Shape.ENDS:
                return f"endsWith({left}, {right})"
            case Shape.CONTAINS:
                return f"{left} LIKE {literal('%' + self.needle.translate(_LIKE_ESCAPES) + '%')}"
            case Shape.LIKE:
                return f"{left} LIKE {right}"


def _shape(value: SigmaString) -> Shape:
    parts = value.s
    wildcards = [part for part in parts if isinstance(part, SpecialChars)]
    if not wildcards:
        return Shape.EQUALS
    if len(wildcards) == len(parts) and _ONE not in wildcards:
        return Shape.ANYTHING
    if wildcards == [_MANY] and parts[-1] is _MANY:
        return Shape.STARTS
    if wildcards == [_MANY] and parts[0] is _MANY:
        return Shape.ENDS
    if wildcards == [_MANY, _MANY] and parts[0] is _MANY and parts[-1] is _MANY:
        return Shape.CONTAINS
    return Shape.LIKE


def _like(value: SigmaString) -> str:
    return "".join(
        "%" if part is _MANY else "_" if part is _ONE else str(part).translate(_LIKE_ESCAPES) for part in value.s
    )
